//! For each signature: what came after it and how much that weighs.

use crate::{
    changes::{Policy, Told, Weight},
    file::File,
    layout,
    places::Place,
    report::Change,
    step,
    uses::Uses,
};

/// What came after the saves of a file that were signed.
pub(crate) struct History {
    /// Section, what it changed, and what the signatures before it demand; oldest first.
    steps: Vec<(usize, Vec<Told>, Policy)>,
    /// Behind the last save stands what is none.
    leftover: bool,
    /// The signed part refers to bytes that came after it.
    reaches_out: bool,
}

impl History {
    pub(crate) fn of(file: &File, places: &[Place]) -> History {
        let mut history = History { steps: Vec::new(), leftover: file.leftover, reaches_out: false };
        let Some((base, begin)) = first_signed(places) else { return history };
        let uses = Uses::since(file, base);
        history.reaches_out = uses.base_reaches > begin;
        let mut begin = begin;
        for index in base + 1..file.sections.len() {
            history.steps.push((index, step::events(file, &uses, index, begin), policy(file, places, index)));
            // Where a signature ends, white space behind %%EOF belongs to what it covers.
            let covered = places.iter().filter_map(|place| place.cover.as_ref().ok());
            let covered = covered.filter(|cover| cover.revision == Some(index)).map(|cover| cover.end());
            begin = covered.chain([file.sections[index].end]).max().unwrap_or(begin);
        }
        history.leftover |= !layout::is_empty(file.bytes.get(begin..).unwrap_or_default());
        history
    }

    /// What the signature at `index` of `places` has to bear: its worst, and each of them.
    pub(crate) fn after(&self, file: &File, places: &[Place], index: usize) -> (Weight, Vec<Change>) {
        let Some(cover) = places[index].cover.as_ref().ok() else { return (Weight::Upkeep, Vec::new()) };
        let mut changes = Vec::new();
        let mut worst = Weight::Upkeep;
        let mut put = |revision: usize, kind: &str, weight: Weight, text: &str| {
            worst = worst.max(weight);
            let allowed = weight != Weight::Forbidden;
            changes.push(Change { revision, kind: kind.into(), allowed, text: text.into() });
        };
        let Some(signed) = cover.revision else {
            put(file.sections.len(), "content", Weight::Forbidden, REPLACED);
            return (worst, changes);
        };
        for (section, told, policy) in self.steps.iter().filter(|(section, ..)| *section > signed) {
            for one in told {
                put(section + 1, one.event.code(), policy.weigh(&one.event, told), &one.sentence);
            }
        }
        if self.leftover {
            put(file.sections.len() + 1, "content", Weight::Forbidden, LEFTOVER);
        }
        if self.reaches_out {
            put(file.sections.len(), "content", Weight::Forbidden, REACHES_OUT);
        }
        (worst, changes)
    }
}

const REPLACED: &str = "Phần đã ký không còn là nền của văn bản đang hiện: văn bản đã bị thay bằng bản khác.";
const LEFTOVER: &str = "Sau phần đã ký có dữ liệu lạ mà một số phần mềm đọc vẫn hiện ra.";
const REACHES_OUT: &str = "Phần đã ký trỏ tới dữ liệu được ghi thêm sau khi ký.";

/// The first signed state, and where in the file it ends.
pub(crate) fn first_signed(places: &[Place]) -> Option<(usize, usize)> {
    let covers = places.iter().filter_map(|place| place.cover.as_ref().ok());
    covers.filter_map(|cover| Some((cover.revision?, cover.end()))).min()
}

/// What the signatures that were there before the save `section` demand.
fn policy(file: &File, places: &[Place], section: usize) -> Policy {
    let mut policy = Policy::default();
    for place in places.iter().filter(|place| place.appears < section) {
        policy.add(file.view(place.appears), &place.dict, place.lock.as_ref());
    }
    policy
}
