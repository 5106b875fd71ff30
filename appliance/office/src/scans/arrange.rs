//! The clerk's hands on the pages: order, turns, bin, parts. Each command says the whole of what it wants, so that undo
//! is another command of the same kind.

use std::collections::BTreeSet;

use super::commands::Keep;
use super::events::{Event, Part};
use super::model::{Placed, Scan};
use super::page::{MOST_TENTHS, ScanPage};
use super::rules::{ids, page_of, room_for};
use super::runs::no_backs_to_come;
use crate::clock::Now;
use crate::error::Refusal;

/// The pages as somebody wants them.
pub(super) fn arrange(scan: &Scan, pages: &[Placed]) -> Result<Event, Refusal> {
    if scan.order.is_empty() && scan.bin.is_empty() {
        return Err(Refusal::new(
            "scan.no_pages",
            422,
            "Bản này không có trang ảnh nào để sắp; tệp PDF giữ nguyên thì không sắp lại được. Hãy tải lại trang để xem.",
        ));
    }
    let mut named = BTreeSet::new();
    for placed in pages {
        if !scan.has(placed.page) || !named.insert(placed.page) {
            return Err(Refusal::new(
                "scan.no_such_page",
                422,
                "Danh sách trang gửi lên không khớp với bản quét. Hãy tải lại trang rồi sắp lại.",
            ));
        }
        if !matches!(placed.turn, 0 | 90 | 180 | 270) {
            return Err(Refusal::new(
                "scan.turn",
                422,
                "Trang chỉ xoay được 90, 180 hoặc 270 độ. Hãy xoay lại.",
            ));
        }
        if placed.straighten.is_some_and(|tenths| tenths.unsigned_abs() > MOST_TENTHS) {
            return Err(Refusal::new(
                "scan.straighten",
                422,
                "Trang chỉ nắn thẳng được trong khoảng 10 độ. Hãy đặt lại giấy cho ngay rồi quét lại trang này.",
            ));
        }
    }
    let stayed = scan.order.iter().map(|placed| placed.page).filter(|page| named.contains(page));
    let wanted = pages.iter().map(|placed| placed.page).filter(|page| scan.place(*page).is_some());
    if !stayed.eq(wanted) {
        no_backs_to_come(scan)?;
    }
    Ok(Event::Arranged { scan: scan.id, pages: pages.to_vec() })
}

/// A new job from each page on that opens a document; the first document keeps the job.
pub(super) fn split(scan: &Scan, now: &Now) -> Result<Event, Refusal> {
    let mut documents: Vec<Vec<Placed>> = vec![Vec::new()];
    for placed in &scan.order {
        if placed.opens && documents.last().is_some_and(|document| !document.is_empty()) {
            documents.push(Vec::new());
        }
        let document = documents.last_mut().expect("there is always one");
        document.push(Placed { opens: false, ..*placed });
    }
    let mut documents = documents.into_iter();
    let kept = documents.next().unwrap_or_default();
    let parts: Vec<_> = documents
        .zip(ids(now))
        .map(|(pages, scan)| Part { scan, pages, bound_to: None, note: None })
        .collect();
    if parts.is_empty() {
        return Err(Refusal::new(
            "scan.nothing_opens",
            422,
            "Chưa đánh dấu trang nào là trang đầu của văn bản mới. Hãy đánh dấu rồi bấm “Tách”.",
        ));
    }
    let (bound_to, note) = (scan.bound_to, scan.note.clone());
    Ok(Event::Parted { scan: scan.id, parts, kept, bin: Vec::new(), bound_to, note })
}

/// The pages of another job behind this one's.
pub(super) fn merge(scan: &Scan, other: &Scan) -> Result<Event, Refusal> {
    if scan.id == other.id {
        return Err(Refusal::new("scan.same", 422, "Hãy chọn hai bản quét khác nhau để gộp."));
    }
    if scan.order.is_empty() || other.order.is_empty() {
        return Err(Refusal::new(
            "scan.no_pages",
            422,
            "Chỉ gộp được những bản có trang ảnh; tệp PDF giữ nguyên thì không gộp. Hãy chọn bản khác.",
        ));
    }
    no_backs_to_come(scan)?;
    no_backs_to_come(other)?;
    room_for(scan, other.order.len())?;
    Ok(Event::Merged { scan: scan.id, from: other.id })
}

/// A photograph made flat along other corners.
pub(super) fn redo(scan: &Scan, row: Option<&ScanPage>, page: u32, picture: &Keep) -> Result<Event, Refusal> {
    page_of(scan, page)?;
    if row.is_none_or(|row| row.photo.is_none()) {
        return Err(Refusal::new(
            "scan.no_photo",
            422,
            "Trang này không phải ảnh chụp nên không nắn lại được. Hãy quét lại trang.",
        ));
    }
    Ok(Event::PageRedone {
        scan: scan.id,
        page,
        capture: picture.capture,
        thumbnail: picture.thumbnail,
        width_px: picture.width_px,
        height_px: picture.height_px,
        dpi: picture.dpi,
        corners: picture.photo.as_ref().and_then(|photo| photo.corners),
    })
}
