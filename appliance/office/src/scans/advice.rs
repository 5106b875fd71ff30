//! What a page tells the clerk of a stack: sheets held against her count, what is missing, and after a stop which sheet
//! goes on top.

use serde::Serialize;

use super::model::{Pass, Placed, Scan, Settings, Side, State};
use super::page::ScanPage;
use super::runs::{SIDES_MISMATCH, half_sheet, sides};
use super::sentences::sentence;

/// Something to look at before the paper leaves the desk.
#[derive(Debug, Serialize, utoipa::ToSchema)]
#[schema(as = ScanWarning)]
pub(super) struct Warning {
    code: String,
    sentence: &'static str,
    /// Ids of the pages it is about; none: the stack.
    pages: Vec<u32>,
}

/// Sheets counted by the clerk and by the feeder.
#[derive(Debug, PartialEq, Serialize, utoipa::ToSchema)]
#[schema(as = ScanCounts)]
pub(super) struct Counts {
    expected: u32,
    got: u32,
    /// `calm`, `late`.
    tone: &'static str,
    sentence: String,
}

/// How to go on after a stop.
#[derive(Debug, PartialEq, Serialize, utoipa::ToSchema)]
#[schema(as = ScanResume)]
pub(super) struct Resume {
    /// The sheet that goes on top, from 1.
    sheet: u32,
    /// That one and those under it, where somebody counted.
    sheets_left: Option<u32>,
    sentence: String,
}

/// Sheets that came through whole.
pub(super) fn sheets_got(scan: &Scan) -> u32 {
    let half = scan.aim.is_none() && half_sheet(scan).is_some();
    scan.sheets.saturating_sub(u32::from(half))
}

/// Whether the stack, or its fronts, came to an end.
fn came_through(scan: &Scan) -> bool {
    matches!(scan.state, State::Done | State::Turning)
}

pub(super) fn counts(scan: &Scan) -> Option<Counts> {
    let expected = scan.settings()?.sheets_expected.filter(|_| scan.parted_from.is_none())?;
    let got = sheets_got(scan);
    let late = got > expected || came_through(scan) && got < expected;
    let sentence = match (got, late) {
        (_, false) if got == expected => format!("Đủ {expected} tờ."),
        (_, false) => format!("Được {got} trong {expected} tờ."),
        _ if got < expected => {
            format!("Được {got} tờ, thiếu {} so với {expected} tờ đã đếm.", expected - got)
        }
        _ => format!("Được {got} tờ, nhiều hơn {} so với {expected} tờ đã đếm.", got - expected),
    };
    Some(Counts { expected, got, tone: if late { "late" } else { "calm" }, sentence })
}

fn warning(code: &str, pages: Vec<u32>) -> Warning {
    Warning { code: code.into(), sentence: sentence(code), pages }
}

/// What the row alone tells.
pub(super) fn of_the_stack(scan: &Scan) -> Vec<Warning> {
    let mut warnings = Vec::new();
    if let Some(counts) = counts(scan).filter(|counts| counts.tone == "late") {
        let code = if counts.got < counts.expected { "count.fewer" } else { "count.more" };
        warnings.push(warning(code, Vec::new()));
    }
    let lone = lone_fronts(scan);
    if !lone.is_empty() {
        warnings.push(warning("side.missing", lone));
    }
    warnings
}

/// Fronts of a duplex feeder behind which no back came; of a part nobody can tell any more.
fn lone_fronts(scan: &Scan) -> Vec<u32> {
    let duplex = scan.settings().is_some_and(Settings::is_duplex);
    if !duplex || scan.parted_from.is_some() || scan.state != State::Done {
        return Vec::new();
    }
    let is_back = |page: u32| scan.side(page) == Side::Back;
    let lone = |(place, placed): (usize, &Placed)| {
        let next = scan.order.get(place + 1);
        let alone = !is_back(placed.page) && !is_back(placed.page + 1);
        (alone && next.is_none_or(|next| !is_back(next.page))).then_some(placed.page)
    };
    scan.order.iter().enumerate().filter_map(lone).collect()
}

/// What was seen on the pages, one warning for each kind.
pub(super) fn flagged(order: &[Placed], pages: &[ScanPage]) -> Vec<Warning> {
    let mut warnings: Vec<Warning> = Vec::new();
    for (placed, page) in order.iter().zip(pages) {
        for code in page.remarks(placed.turn) {
            match warnings.iter_mut().find(|warning| warning.code == code) {
                Some(warning) => warning.pages.push(page.page),
                None => warnings.push(warning(&code, vec![page.page])),
            }
        }
    }
    warnings
}

/// Which sheet goes on top after a stop, and what to do with it.
pub(super) fn resume(scan: &Scan) -> Option<Resume> {
    let settings = scan.settings()?;
    let stopped = matches!(scan.state, State::Failed | State::Cancelled);
    if !stopped || scan.error.as_deref() == Some(SIDES_MISMATCH) {
        return None;
    }
    if scan.aim.is_some() {
        let sentence = "Lần quét thêm này chưa xong. Hãy đặt lại tờ đang quét dở rồi bấm Quét tiếp.".into();
        return Some(Resume { sheet: 1, sheets_left: None, sentence });
    }
    if settings.source == "flatbed" {
        let kept = scan.order.len();
        let sentence = format!("Đã giữ {kept} trang. Hãy đặt tờ tiếp theo lên mặt kính rồi bấm Quét tiếp.");
        return Some(Resume { sheet: scan.sheets + 1, sheets_left: None, sentence });
    }
    if let Some(from) = scan.by_hand_from.filter(|_| scan.pass == Pass::Backs) {
        return Some(resume_backs(scan, from));
    }
    let kept = sheets_got(scan);
    let left =
        settings.sheets_expected.map(|expected| expected.saturating_sub(kept)).filter(|left| *left > 0);
    let sheet = kept + 1;
    let rest = left.map(|left| format!(" (còn {left} tờ)")).unwrap_or_default();
    let mut sentence = match kept {
        0 => format!("Chưa giữ được tờ nào. Hãy đặt lại cả chồng{rest} rồi bấm Quét tiếp."),
        _ => format!("Đã giữ {kept} tờ. Đặt lại từ tờ thứ {sheet} trở đi{rest} rồi bấm Quét tiếp."),
    };
    if half_sheet(scan).is_some() {
        sentence.push_str(&format!(" Tờ thứ {sheet} mới xong mặt trước nên sẽ được quét lại cả tờ."));
    }
    Some(Resume { sheet, sheets_left: left, sentence })
}

/// The same with the stack turned over.
fn resume_backs(scan: &Scan, from: u32) -> Resume {
    let (fronts, backs) = sides(scan, from);
    let count = |pages: &[Placed]| u32::try_from(pages.len()).unwrap_or(u32::MAX);
    let (kept, left) = (count(&backs), count(&fronts).saturating_sub(count(&backs)));
    let sheet = kept + 1;
    let sentence = match kept {
        0 => format!("Đã giữ {left} mặt trước. Hãy đặt cả chồng đã lật vào khay rồi bấm Quét tiếp."),
        _ => format!(
            "Đã giữ {kept} mặt sau. Giữ nguyên thứ tự chồng đã lật, đặt lại từ tờ thứ {sheet} trở đi (còn {left} tờ) rồi bấm Quét tiếp."
        ),
    };
    Resume { sheet, sheets_left: Some(left), sentence }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::super::Origin;
    use super::super::tests::scan;
    use super::*;

    fn job(source: &str, state: State, sheets: u32, expected: Option<u32>) -> Scan {
        let mut scan = scan(Uuid::from_u128(1), state, sheets);
        scan.origin = Origin::Scanner(Settings {
            source: source.into(),
            sheets_expected: expected,
            ..Default::default()
        });
        scan
    }

    #[test]
    fn sheets_are_held_against_what_was_counted() {
        let cases = [
            (State::Scanning, 12, Some(30), Some(("calm", "Được 12 trong 30 tờ.")), None),
            (State::Done, 30, Some(30), Some(("calm", "Đủ 30 tờ.")), None),
            (
                State::Done,
                29,
                Some(30),
                Some(("late", "Được 29 tờ, thiếu 1 so với 30 tờ đã đếm.")),
                Some("count.fewer"),
            ),
            (
                State::Turning,
                29,
                Some(30),
                Some(("late", "Được 29 tờ, thiếu 1 so với 30 tờ đã đếm.")),
                Some("count.fewer"),
            ),
            (
                State::Scanning,
                31,
                Some(30),
                Some(("late", "Được 31 tờ, nhiều hơn 1 so với 30 tờ đã đếm.")),
                Some("count.more"),
            ),
            (State::Failed, 12, Some(30), Some(("calm", "Được 12 trong 30 tờ.")), None),
            (State::Done, 12, None, None, None),
        ];
        for (state, sheets, expected, told, warned) in cases {
            let scan = job("feeder", state, sheets, expected);
            let counts = counts(&scan);
            let got = counts.as_ref().map(|counts| (counts.tone, counts.sentence.as_str()));
            assert_eq!(got, told, "{state:?} {sheets}");
            let codes: Vec<_> = of_the_stack(&scan).into_iter().map(|warning| warning.code).collect();
            assert_eq!(codes, Vec::from_iter(warned.map(String::from)), "{state:?} {sheets}");
        }
    }

    #[test]
    fn after_a_stop_the_clerk_hears_which_sheet_goes_on_top() {
        let told = |scan: &Scan| resume(scan).map(|r| (r.sheet, r.sheets_left, r.sentence));
        let simple = |state, sheets, expected| job("feeder", state, sheets, expected);
        let cases = [
            (
                simple(State::Failed, 37, Some(100)),
                Some((
                    38,
                    Some(63),
                    "Đã giữ 37 tờ. Đặt lại từ tờ thứ 38 trở đi (còn 63 tờ) rồi bấm Quét tiếp.",
                )),
            ),
            (
                simple(State::Cancelled, 37, None),
                Some((38, None, "Đã giữ 37 tờ. Đặt lại từ tờ thứ 38 trở đi rồi bấm Quét tiếp.")),
            ),
            (
                simple(State::Failed, 0, None),
                Some((1, None, "Chưa giữ được tờ nào. Hãy đặt lại cả chồng rồi bấm Quét tiếp.")),
            ),
            (
                job("flatbed", State::Failed, 2, None),
                Some((3, None, "Đã giữ 2 trang. Hãy đặt tờ tiếp theo lên mặt kính rồi bấm Quét tiếp.")),
            ),
            (simple(State::Done, 37, Some(100)), None),
            (simple(State::Scanning, 37, Some(100)), None),
        ];
        for (scan, expected) in cases {
            let expected = expected.map(|(sheet, left, sentence)| (sheet, left, sentence.to_owned()));
            assert_eq!(told(&scan), expected);
        }

        let mut half = job("feeder_duplex", State::Failed, 2, Some(10));
        (half.order, half.backs, half.next_page) =
            (vec![Placed::new(1), Placed::new(2), Placed::new(3)], vec![2], 4);
        assert_eq!(sheets_got(&half), 1);
        let (sheet, left, sentence) = told(&half).unwrap();
        assert_eq!((sheet, left), (2, Some(9)));
        assert!(sentence.contains("Tờ thứ 2 mới xong mặt trước"), "{sentence}");

        let mut backs = job("feeder", State::Failed, 3, None);
        (backs.by_hand_from, backs.pass, backs.backs) = (Some(1), Pass::Backs, vec![4]);
        backs.order.push(Placed::new(4));
        let (sheet, left, sentence) = told(&backs).unwrap();
        assert_eq!((sheet, left), (2, Some(2)), "{sentence}");
        backs.error = Some(SIDES_MISMATCH.into());
        assert_eq!(told(&backs), None);
    }

    #[test]
    fn a_front_without_its_back_is_pointed_at() {
        let mut scan = job("feeder_duplex", State::Done, 2, None);
        (scan.order, scan.backs) = ([1, 2, 3, 4, 5].map(Placed::new).to_vec(), vec![2, 4]);
        assert_eq!(lone_fronts(&scan), [5]);
        // A blank back the clerk took off is not missing.
        scan.bin.push(scan.order.remove(3));
        assert_eq!(lone_fronts(&scan), [5]);
        scan.parted_from = Some(Uuid::from_u128(2));
        assert_eq!(lone_fronts(&scan), [0; 0]);
    }
}
