//! The registers of documents: cover and columns of appendix IV, on landscape A4 to be signed in and bound.

use super::{
    Faces, Row, TypesetError,
    faces::{bold, italic, regular},
    lines::broken,
    sheet::{A4_LANDSCAPE, Align, Area, MM, Paper, Sheet},
    table::{Column, Piece, Table, taken},
};
use crate::About;
use chrono::NaiveDate;

/// Which register.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Book {
    /// Sổ đăng ký văn bản đến: day of arrival, number, author, number and symbol, day of the document, type and
    /// abstract, receiver, day handed over, signed for, remarks.
    Incoming,
    /// Sổ đăng ký văn bản đi: number and symbol, day, type and abstract, signer, receivers, who keeps the copy, number of
    /// copies, day handed over, signed for, remarks.
    Outgoing,
}

/// What the cover says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Register {
    /// Which register; it decides the columns.
    pub book: Book,
    /// The body above the unit; may be empty.
    pub parent: String,
    /// The unit.
    pub unit: String,
    /// The year of the book.
    pub year: i32,
    /// The first and the last day in it; dots to be filled in where there is none.
    pub days: Option<(NaiveDate, NaiveDate)>,
    /// The first and the last number in it.
    pub numbers: Option<(u64, u64)>,
}

const fn column(head: &'static str, width: f32, align: Align) -> Column {
    Column { head, width, align }
}

/// Widths are millimetres and fill the page between its margins.
const INCOMING: [Column; 10] = [
    column("Ngày đến", 20.0, Align::Centre),
    column("Số đến", 14.0, Align::Centre),
    column("Tác giả", 34.0, Align::Left),
    column("Số, ký hiệu văn bản", 33.0, Align::Left),
    column("Ngày tháng văn bản", 20.0, Align::Centre),
    column("Tên loại và trích yếu nội dung văn bản", 61.0, Align::Left),
    column("Đơn vị hoặc người nhận", 28.0, Align::Left),
    column("Ngày chuyển", 16.0, Align::Centre),
    column("Ký nhận", 18.0, Align::Centre),
    column("Ghi chú", 16.0, Align::Left),
];
const OUTGOING: [Column; 10] = [
    column("Số, ký hiệu văn bản", 33.0, Align::Left),
    column("Ngày tháng văn bản", 20.0, Align::Centre),
    column("Tên loại và trích yếu nội dung văn bản", 61.0, Align::Left),
    column("Người ký", 28.0, Align::Left),
    column("Nơi nhận văn bản", 36.0, Align::Left),
    column("Đơn vị, người nhận bản lưu", 20.0, Align::Left),
    column("Số lượng bản", 12.0, Align::Centre),
    column("Ngày chuyển", 16.0, Align::Centre),
    column("Ký nhận", 18.0, Align::Centre),
    column("Ghi chú", 16.0, Align::Left),
];

/// Left of it the book is bound.
const LEFT: f32 = 25.0;
const RIGHT: f32 = 12.0;
const WIDTH: f32 = A4_LANDSCAPE.width - LEFT - RIGHT;
/// Where the line above the table stands, and the table.
const RUNNING_HEAD: f32 = 10.0;
const TOP: f32 = 17.0;
/// Where the table ends at the latest, and the line below it.
const BOTTOM: f32 = 194.0;
const FOOT: f32 = 198.0;
const ROW: f32 = 10.0;
const CLOSING: f32 = 8.0;

impl Book {
    fn columns(self) -> &'static [Column] {
        match self {
            Book::Incoming => &INCOMING,
            Book::Outgoing => &OUTGOING,
        }
    }

    fn title(self) -> &'static str {
        match self {
            Book::Incoming => "SỔ ĐĂNG KÝ VĂN BẢN ĐẾN",
            Book::Outgoing => "SỔ ĐĂNG KÝ VĂN BẢN ĐI",
        }
    }
}

/// The register as PDF/A-2b: a cover, then the rows in the order given. When it was printed stands on every page.
///
/// # Errors
/// [`TypesetError::NoLetter`] with the row whose words the face cannot write.
pub fn register(
    head: &Register,
    rows: &[Row],
    faces: &Faces,
    about: &About,
) -> Result<Vec<u8>, TypesetError> {
    let table = Table { columns: head.book.columns(), how: regular(10.0), least_row: ROW };
    let room = BOTTOM - TOP - table.head_height(faces)?;
    let mut pages = table.paged(faces, rows, room)?;
    if let Some(last) = pages.last_mut().filter(|last| taken(last) > room - CLOSING) {
        // The closing line does not stand alone on its page.
        let over = if last.len() > 1 { last.pop() } else { None };
        pages.push(over.into_iter().collect());
    }
    let mut paper = Paper::new(faces, about)?;
    paper.page(A4_LANDSCAPE, |sheet| cover(sheet, head))?;
    let printed = format!("In lúc {}", about.created.format("%H:%M ngày %d/%m/%Y"));
    for (at, pieces) in pages.iter().enumerate() {
        let number = format!("Trang {}/{}", at + 1, pages.len());
        paper.page(A4_LANDSCAPE, |sheet| {
            frame(sheet, head, &printed, &number)?;
            let ends = body(sheet, &table, rows, pieces)?;
            if at + 1 == pages.len() { closing(sheet, head, rows.len(), ends) } else { Ok(()) }
        })?;
    }
    paper.finish()
}

fn body(
    sheet: &mut Sheet<'_>,
    table: &Table<'_>,
    rows: &[Row],
    pieces: &[Piece],
) -> Result<f32, TypesetError> {
    if pieces.is_empty() && !rows.is_empty() {
        return Ok(TOP);
    }
    table.draw(sheet, (LEFT, TOP), rows, pieces)
}

/// What stands on every page around the table.
fn frame(sheet: &mut Sheet<'_>, head: &Register, printed: &str, number: &str) -> Result<(), TypesetError> {
    let line = |top| Area { left: LEFT, top, width: WIDTH, height: 0.0 };
    let half = |top| Area { width: WIDTH / 2.0, ..line(top) };
    sheet.text(
        half(RUNNING_HEAD),
        &format!("{} · NĂM {}", head.book.title(), head.year),
        bold(10.0),
        Align::Left,
    )?;
    let right = Area { left: LEFT + WIDTH / 2.0, ..half(RUNNING_HEAD) };
    // One line of it: a name that is too long for it stands whole on the cover.
    let unit = broken(sheet.faces(), &head.unit, regular(10.0), right.width * MM)?;
    sheet.lines(right, &unit[..unit.len().min(1)], regular(10.0), Align::Right)?;
    sheet.text(half(FOOT), printed, italic(9.0), Align::Left)?;
    sheet.text(Area { top: FOOT, ..right }, number, regular(10.0), Align::Right)?;
    Ok(())
}

/// How many documents the book holds, so that no page is missed.
fn closing(sheet: &mut Sheet<'_>, head: &Register, rows: usize, top: f32) -> Result<(), TypesetError> {
    let words = match head.numbers {
        _ if rows == 0 => "Không có văn bản nào trong thời gian này.".to_owned(),
        Some((first, last)) => format!("Cộng: {rows} văn bản, từ số {first} đến số {last}."),
        None => format!("Cộng: {rows} văn bản."),
    };
    let line = Area { left: LEFT, top: top + 2.0, width: WIDTH, height: 0.0 };
    sheet.text(line, &words, bold(10.0), Align::Left)?;
    Ok(())
}

/// Bìa và trang đầu: what the decree has on it, in its order.
fn cover(sheet: &mut Sheet<'_>, head: &Register) -> Result<(), TypesetError> {
    let page = Area { left: LEFT, top: 15.0, width: WIDTH, height: 180.0 };
    sheet.frame(page, 0.6);
    sheet.frame(page.inside(1.4), 0.2);
    let mut column = page.inside(12.0);
    if !head.parent.is_empty() {
        column.top = sheet.text(column, &head.parent.to_uppercase(), regular(15.0), Align::Centre)?;
    }
    column.top = sheet.text(column, &head.unit.to_uppercase(), bold(16.0), Align::Centre)? + 1.0;
    let middle = column.left + column.width / 2.0;
    sheet.across(middle - 25.0, middle + 25.0, column.top, 0.25);
    column.top = column.top.max(70.0);
    column.top = sheet.text(column, head.book.title(), bold(32.0), Align::Centre)? + 8.0;
    let dots = || "…………".to_owned();
    let day = |day: NaiveDate| day.format("%d/%m/%Y").to_string();
    let (from, to) = head.days.map_or((dots(), dots()), |(from, to)| (day(from), day(to)));
    let (first, last) =
        head.numbers.map_or((dots(), dots()), |(first, last)| (first.to_string(), last.to_string()));
    for line in [
        format!("Năm: {}", head.year),
        format!("Từ ngày {from} đến ngày {to}"),
        format!("Từ số {first} đến số {last}"),
        format!("Quyển số: {}", dots()),
    ] {
        column.top = sheet.text(column, &line, regular(18.0), Align::Centre)? + 3.0;
    }
    Ok(())
}
