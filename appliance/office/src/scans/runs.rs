//! The scanner at work: from the press of the button to the empty feeder, and what comes after a stop.
//!
//! Both sides by hand, on a feeder that reads one side: the fronts go through, the clerk turns the whole stack over, the
//! backs go through and so come last sheet first. Three sheets give
//!
//! ```text
//! fronts 1 2 3, backs 4 5 6   ─→   1 6 · 2 5 · 3 4
//! ```
//!
//! Only an even count is collated; otherwise every page stays as it came and the clerk is told.

use uuid::Uuid;

use super::commands::{Command, Keep};
use super::events::Event;
use super::model::{Aim, Origin, Pass, Placed, Scan, Settings, Side, State};
use super::rules::{at_rest, page_of, room_for};
use crate::clock::Now;
use crate::error::Refusal;
use crate::kit::{PersonRef, text};
use crate::rights::Actor;

/// Longest file name kept, in characters.
const FILE_NAME_CHARS: usize = 120;
/// Longest name of a profile, in characters.
pub(crate) const PROFILE_CHARS: usize = 60;
/// Most sheets anybody counts for one job.
const MOST_SHEETS: u32 = 1_000;
/// Why a job stopped whose fronts and backs do not come out even.
pub(super) const SIDES_MISMATCH: &str = "scan.sides_mismatch";

/// Begins a job; its owner is whoever asks, or whom the box asks for.
pub(super) fn begin(actor: &Actor, command: &Command, now: &Now) -> Result<Event, Refusal> {
    let author = actor.author();
    let owner = PersonRef { id: author.person.unwrap_or(Uuid::nil()), name: author.name };
    let named = |name: &str| text::tidy(name).chars().take(FILE_NAME_CHARS).collect();
    Ok(match command {
        Command::Upload { file_name, paper, way } => Event::Uploaded {
            scan: now.id,
            owner,
            file_name: named(file_name),
            paper: paper.clone(),
            way: *way,
        },
        Command::Bring { file_name, way } => {
            Event::Brought { scan: now.id, owner, file_name: named(file_name), way: *way }
        }
        Command::Start { settings, queued, owner: asked_for } => {
            sensible(settings)?;
            let asked_for = asked_for.clone().filter(|_| matches!(actor, Actor::Machine(_)));
            Event::Started {
                scan: now.id,
                owner: asked_for.unwrap_or(owner),
                settings: settings.clone(),
                queued: *queued,
            }
        }
        _ => return Err(Refusal::not_found()),
    })
}

/// What no device has to be asked for.
pub(crate) fn sensible(settings: &Settings) -> Result<(), Refusal> {
    if settings.both_sides_by_hand && settings.source != "feeder" {
        return Err(Refusal::field(
            "scan.setting",
            "both_sides_by_hand",
            "Chỉ quét hai mặt bằng tay được với khay nạp một mặt. Hãy chọn khay nạp một mặt.",
        ));
    }
    if settings.profile.as_ref().is_some_and(|name| name.chars().count() > PROFILE_CHARS) {
        return Err(Refusal::field(
            "scan.setting",
            "profile",
            "Không có cách quét tên ấy. Hãy chọn lại cách quét.",
        ));
    }
    if settings.sheets_expected.is_some_and(|sheets| !(1..=MOST_SHEETS).contains(&sheets)) {
        return Err(Refusal::field(
            "scan.setting",
            "sheets_expected",
            format!("Số tờ phải từ 1 đến {MOST_SHEETS}. Hãy ghi lại, hoặc để trống nếu chưa đếm."),
        ));
    }
    Ok(())
}

/// A queued job is begun; one that was cancelled meanwhile is not.
pub(super) fn turn_has_come(scan: &Scan) -> Result<Event, Refusal> {
    if scan.state == State::Queued { Ok(Event::Begun { scan: scan.id }) } else { Err(ended()) }
}

/// Keeps a page of a job at work, or all those of a file that was brought.
pub(super) fn keep(scan: &Scan, pages: &[Keep]) -> Result<Vec<Event>, Refusal> {
    match &scan.origin {
        Origin::Scanner(_) if scan.state != State::Scanning => return Err(ended()),
        Origin::Scanner(_) => {}
        Origin::Upload { .. } => {
            at_rest(scan)?;
            if scan.order.is_empty() && scan.paper.is_some() {
                return Err(Refusal::new(
                    "paper.is_a_file",
                    409,
                    "Tệp PDF này được giữ nguyên nên không thêm ảnh vào được. Hãy đưa ảnh lên thành bản riêng.",
                ));
            }
        }
    }
    room_for(scan, pages.len())?;
    let kept = |(id, page): (u32, &Keep)| Event::PageKept {
        scan: scan.id,
        capture: page.capture,
        thumbnail: page.thumbnail,
        width_px: page.width_px,
        height_px: page.height_px,
        dpi: page.dpi,
        page: Some(id),
        // A scanner's pages come one by one: the row knows which side is next.
        side: page.side.unwrap_or_else(|| next_side(scan)),
        photo: page.photo.clone(),
    };
    Ok((scan.next_page..).zip(pages).map(kept).collect())
}

/// Which side comes next: a duplex feeder gives front and back in turn, by hand it is the pass, and a page that is
/// scanned again is what the one before it was.
fn next_side(scan: &Scan) -> Side {
    let duplex = scan.settings().is_some_and(Settings::is_duplex);
    match scan.aim {
        _ if duplex && (scan.next_page - scan.run_from.min(scan.next_page)) % 2 == 1 => Side::Back,
        _ if duplex => Side::Front,
        Some(Aim::InPlaceOf(page)) => scan.side(page),
        Some(Aim::After(page)) if scan.by_hand_from.is_some() => scan.side(page),
        None if scan.by_hand_from.is_some() && scan.pass == Pass::Backs => Side::Back,
        _ => Side::Front,
    }
}

fn ended() -> Refusal {
    let sentence = "Lần quét này đã dừng. Các trang đã quét vẫn còn ở bàn quét; hãy bấm Quét tiếp.";
    Refusal::new("scan.ended", 409, sentence)
}

/// The feeder is empty: the end, or half of it. A file that was brought is through.
pub(super) fn finish(scan: &Scan) -> Result<Vec<Event>, Refusal> {
    let id = scan.id;
    if scan.settings().is_none() {
        at_rest(scan)?;
        return Ok(vec![Event::Finished { scan: id }]);
    }
    if scan.state != State::Scanning {
        return Err(ended());
    }
    Ok(through(scan))
}

/// What comes of a run whose sheets are all through: the end, the turning of the stack, or leaves of a book.
fn through(scan: &Scan) -> Vec<Event> {
    let id = scan.id;
    let Some(from) = scan.by_hand_from else { return vec![Event::Finished { scan: id }] };
    let (fronts, backs) = sides(scan, from);
    if scan.pass == Pass::Fronts {
        return vec![if fronts.is_empty() {
            Event::Finished { scan: id }
        } else {
            Event::Turned { scan: id }
        }];
    }
    if fronts.len() != backs.len() {
        return vec![Event::Failed { scan: id, code: SIDES_MISMATCH.into() }];
    }
    vec![
        Event::Arranged { scan: id, pages: collated(scan, from, &fronts, &backs) },
        Event::Finished { scan: id },
    ]
}

/// Fronts and backs of what is scanned by hand, each as it came.
pub(super) fn sides(scan: &Scan, from: u32) -> (Vec<Placed>, Vec<Placed>) {
    let by_hand = scan.order.iter().copied().filter(|placed| placed.page >= from);
    by_hand.partition(|placed| scan.side(placed.page) == Side::Front)
}

/// Each front with its back behind it, where the first of them stood.
fn collated(scan: &Scan, from: u32, fronts: &[Placed], backs: &[Placed]) -> Vec<Placed> {
    let of_before = |placed: &&Placed| placed.page < from;
    let before: Vec<_> = scan.order.iter().take_while(of_before).copied().collect();
    let after = scan.order.iter().skip(before.len()).filter(of_before).copied();
    let sheets = fronts.iter().zip(backs.iter().rev()).flat_map(|(front, back)| [*front, *back]);
    before.iter().copied().chain(sheets).chain(after).collect()
}

/// More sheets into the same job.
pub(super) fn go_on(scan: &Scan, aim: Option<Aim>, queued: bool) -> Result<Event, Refusal> {
    if scan.state != State::Turning {
        at_rest(scan)?;
    }
    let Some(settings) = scan.settings() else {
        return Err(Refusal::new(
            "scan.not_scanned",
            422,
            "Đây là tệp đưa lên, không quét tiếp được. Hãy bấm Quét để bắt đầu lần quét mới.",
        ));
    };
    room_for(scan, 1)?;
    let uneven = scan.error.as_deref() == Some(SIDES_MISMATCH);
    if aim.is_some() && scan.by_hand_from.is_some() && !uneven {
        return Err(Refusal::new(
            "scan.half_done",
            409,
            "Lần quét hai mặt này chưa xong. Hãy quét xong mặt sau rồi mới quét lại hay chèn từng trang.",
        ));
    }
    let aim = aim.map(|aim| aim_at(scan, settings, aim)).transpose()?;
    let dropped = match (aim, scan.by_hand_from) {
        (Some(_), _) => Vec::new(),
        (None, Some(from)) if uneven => sides(scan, from).1.iter().map(|placed| placed.page).collect(),
        (None, _) => half_sheet(scan).into_iter().collect(),
    };
    Ok(Event::Continued { scan: scan.id, aim, queued, dropped })
}

fn aim_at(scan: &Scan, settings: &Settings, aim: Aim) -> Result<Aim, Refusal> {
    Ok(match aim {
        Aim::First => aim,
        Aim::After(page) => {
            page_of(scan, page)?;
            aim
        }
        Aim::InPlaceOf(page) => {
            let place = page_of(scan, page)?;
            // The sheet goes in front first: it is the front that the first page replaces.
            let before = scan.order[..place].last().filter(|before| scan.side(before.page) == Side::Front);
            match before {
                Some(front) if settings.is_duplex() && scan.side(page) == Side::Back => {
                    Aim::InPlaceOf(front.page)
                }
                _ => aim,
            }
        }
    })
}

/// The front of a sheet that stopped on its way through a duplex feeder: its back never came, so the sheet is fed again.
pub(super) fn half_sheet(scan: &Scan) -> Option<u32> {
    let stopped = matches!(scan.state, State::Failed | State::Cancelled);
    let duplex = scan.settings().is_some_and(Settings::is_duplex);
    let last = scan.next_page.checked_sub(1).filter(|last| *last >= scan.run_from)?;
    let alone = scan.side(last) == Side::Front && scan.place(last).is_some();
    (stopped && duplex && alone).then_some(last)
}

/// What a run that stopped has brought is all there is, a person has looked: the power failed between the last sheet and
/// the word that the feeder is empty. Of both sides by hand it is all of that side; where the backs do not come at all, or
/// do not fit, the pages stay as they lie. From then on marks may part it, like a stack that came to its end.
pub(super) fn settle(scan: &Scan) -> Result<Vec<Event>, Refusal> {
    let as_it_lies = vec![Event::Finished { scan: scan.id }];
    match scan.state {
        State::Turning => return Ok(as_it_lies),
        State::Failed | State::Cancelled if scan.settings().is_some() => {
            let backs = scan.by_hand_from.map_or(0, |from| sides(scan, from).1.len());
            let none_came = scan.pass == Pass::Backs && backs == 0;
            let do_not_fit = scan.error.as_deref() == Some(SIDES_MISMATCH);
            return Ok(if none_came || do_not_fit { as_it_lies } else { through(scan) });
        }
        _ => {}
    }
    at_rest(scan)?;
    Err(Refusal::new("scan.settled", 409, "Bản quét này không còn gì chờ quyết. Hãy tải lại trang để xem."))
}

/// Passes a job whose fronts do not wait for their backs: those are told by the order of the fronts.
pub(super) fn no_backs_to_come(scan: &Scan) -> Result<(), Refusal> {
    if scan.by_hand_from.is_none() || scan.error.as_deref() == Some(SIDES_MISMATCH) {
        return Ok(());
    }
    Err(Refusal::new(
        "scan.half_done",
        409,
        "Bản này còn chờ mặt sau, xếp theo thứ tự mặt trước. Hãy bấm “Quét tiếp” cho xong, hoặc bấm “Thế là đủ”, rồi sắp hay gộp.",
    ))
}
