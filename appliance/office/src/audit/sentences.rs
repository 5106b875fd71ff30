//! What the audit calls each kind of event. Documents by book and number, never by what they say.

use journal::{Fault, Rows};
use uuid::Uuid;
use wire::Book;

use crate::accounts::{self, Account};
use crate::catalog::{Body, Event};
use crate::letters::{self, Letter, view};
use crate::{link, profiles, scans, seals, units, upkeep};

/// The sentence; none for what only repeats another entry.
pub(super) fn of(rows: &Rows<'_>, event: &Event) -> Result<Option<String>, Fault> {
    Ok(Some(match event {
        Event::Accounts(event) => account(rows, event)?,
        Event::Units(units::Event::Founded { facts }) => format!("Thiết lập máy cho {}", facts.name),
        Event::Units(units::Event::Amended { .. }) => "Sửa thông tin đơn vị".into(),
        Event::Letters(letters::Event::LineStated { .. } | letters::Event::PaperDescribed { .. }) => {
            return Ok(None);
        }
        Event::Letters(event) => format!("{} {}", letter_verb(event), letter_name(rows, event.letter())?),
        Event::Scans(
            scans::Event::PageJudged { .. }
            | scans::Event::PageRead { .. }
            | scans::Event::PageNotRead { .. },
        ) => return Ok(None),
        Event::Scans(event) => scan(event).into(),
        Event::Profiles(profiles::Event::Saved { name, .. }) => format!("Ghi cách quét “{name}”"),
        Event::Profiles(profiles::Event::Removed { .. }) => "Bỏ một cách quét".into(),
        Event::Seals(seals::Event::Added { facts, .. }) => format!("Thêm chứng thư số {}", facts.subject),
        Event::Seals(seals::Event::Withdrawn { .. }) => "Thôi dùng một chứng thư số".into(),
        Event::Link(link::Event::Enrolled { hub_name, .. }) => format!("Nối với cấp trên: {hub_name}"),
        Event::Link(link::Event::Heard { .. }) => "Nhận tin của cấp trên".into(),
        Event::Upkeep(upkeep::Event::ClockSet { right, was }) => {
            let show = |stamp: &wire::Stamp| stamp.in_vietnam().format("%H:%M %d/%m/%Y").to_string();
            format!("Đặt giờ máy từ {} thành {}", show(was), show(right))
        }
    }))
}

fn account(rows: &Rows<'_>, event: &accounts::Event) -> Result<String, Fault> {
    use accounts::Event as E;
    let (verb, id) = match event {
        E::Opened { id, .. } => ("Mở tài khoản", id),
        E::Reset { id, .. } => ("Đặt lại mật khẩu cho", id),
        E::Closed { id } => ("Khóa tài khoản", id),
        E::Reopened { id } => ("Mở lại tài khoản", id),
        E::PasswordChanged { .. } => return Ok("Đổi mật khẩu của mình".into()),
        // Whose it was stands beside the sentence.
        E::SignedIn { .. } => return Ok("Đăng nhập".into()),
        E::SignedOut { .. } => return Ok("Đăng xuất".into()),
    };
    let name = rows.get::<Account>(&id.to_string())?.map(|account| account.name).unwrap_or_default();
    Ok(format!("{verb} {name}"))
}

/// Who did it. A person who comes in is a visitor until the entry is written; the audit calls her by her name.
pub(super) fn who(rows: &Rows<'_>, body: &Body) -> Result<String, Fault> {
    if let Event::Accounts(accounts::Event::SignedIn { id, .. }) = &body.event
        && let Some(account) = rows.get::<Account>(&id.to_string())?
    {
        return Ok(account.name);
    }
    Ok(body.by.name.clone())
}

fn letter_verb(event: &letters::Event) -> &'static str {
    use letters::Event as E;
    match event {
        E::Registered { .. } => "Vào sổ",
        E::Drafted { .. } => "Soạn",
        E::Amended { .. } => "Sửa các cột của",
        E::Attached { .. } => "Gắn tệp vào",
        E::Submitted { .. } => "Trình",
        E::Directed { .. } => "Cho ý kiến",
        E::Assigned { .. } => "Giao",
        E::Read { .. } => "Xem",
        E::Reported { completes: true, .. } => "Hoàn thành",
        E::Reported { .. } => "Báo cáo phần việc",
        E::Approved { .. } => "Duyệt",
        E::Returned { .. } => "Trả lại",
        E::Released { .. } => "Phát hành",
        E::Voided { .. } => "Hủy",
        E::PaperDescribed { .. } => "Ghi các cột vào tệp của",
        E::SealRequested { .. } => "Đưa đóng dấu",
        E::Sealed { .. } => "Đóng dấu",
        E::SealFailed { .. } => "Chưa đóng dấu được",
        E::LineStated { .. } => "Ghi dòng sổ",
    }
}

fn letter_name(rows: &Rows<'_>, id: Uuid) -> Result<String, Fault> {
    let Some(letter) = rows.get::<Letter>(&id.to_string())? else { return Ok("văn bản".into()) };
    Ok(match (letter.book, view::number_text(&letter)) {
        (Book::Incoming, Some(number)) => format!("văn bản đến số {number}/{}", letter.year),
        (Book::Outgoing, Some(number)) => format!("văn bản đi số {number}"),
        (_, None) => "dự thảo văn bản đi".into(),
    })
}

fn scan(event: &scans::Event) -> &'static str {
    use scans::Event as E;
    match event {
        E::Started { .. } => "Bắt đầu quét",
        E::Begun { .. } => "Đến lượt quét",
        E::PageKept { .. } => "Quét xong một trang",
        E::Turned { .. } => "Quét xong mặt trước",
        E::Finished { .. } => "Quét xong",
        E::Failed { .. } => "Máy quét dừng giữa chừng",
        E::Cancelled { .. } => "Dừng quét",
        E::Continued { .. } => "Quét tiếp",
        E::PageDropped { .. } => "Bỏ một trang quét",
        E::Arranged { .. } => "Sắp lại các trang quét",
        E::Parted { .. } => "Tách một bản quét",
        E::Merged { .. } => "Gộp hai bản quét",
        E::Noted { .. } => "Ghi chú cho một bản quét",
        E::PageJudged { .. } => "Xem xét một trang quét",
        E::PageRead { .. } => "Đọc chữ một trang quét",
        E::PageNotRead { .. } => "Không đọc được chữ một trang quét",
        E::PageRedone { .. } => "Nắn lại một trang chụp",
        E::Composed { .. } => "Ghép các trang thành tệp",
        E::Uploaded { .. } => "Đưa một tệp vào bàn quét",
        E::Brought { .. } => "Đưa ảnh vào bàn quét",
        E::Filed { .. } => "Gắn bản quét vào văn bản",
        E::Discarded { .. } => "Bỏ một bản quét",
    }
}
