//! A paper made to fit: offices above take files up to a size, and a paper that is too large for them is packed further,
//! step by step, until it fits or there is no step left. Before the signature only: packed anew, a file is another file.
//!
//! ```text
//! 4,2 MB as usual, 3 MB wanted   →  tight: 2,9 MB fits, taken
//! 4,2 MB as usual, 1 MB wanted   →  tight: 2,9 MB, tightest: 1,8 MB, none fits: what was stays, and hands are told what to do
//! ```

use serde::{Deserialize, Serialize};

use super::model::Scan;
use super::rules::at_rest;
use crate::error::Refusal;
use crate::letters::{Letter, model::Seal};

/// How far a paper is packed; black text is lossless at every step.
#[derive(
    Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, utoipa::ToSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum SizeStep {
    /// As every paper is made.
    #[default]
    Usual,
    /// Coloured ink packed harder.
    Tight,
    /// The last step.
    Tightest,
}

impl SizeStep {
    /// In the order in which they are tried.
    pub const ALL: [Self; 3] = [Self::Usual, Self::Tight, Self::Tightest];

    /// What people call it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Usual => "Như thường",
            Self::Tight => "Gọn",
            Self::Tightest => "Gọn nhất",
        }
    }
}

/// Why a page is kept as the picture it came as.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum WhyPlain {
    /// It is a photograph or a drawing.
    Picture,
    /// Packed, it had lost ink or colour.
    LosesInk,
    /// Packed, it would be larger.
    NoGain,
    /// More pixels than can be held.
    TooLarge,
    /// Part of its picture is damaged.
    Undecodable,
}

impl WhyPlain {
    fn words(self) -> &'static str {
        match self {
            Self::Picture => "trang là ảnh hoặc bản vẽ",
            Self::LosesInk => "tách lớp sẽ mất nét",
            Self::NoGain => "tách lớp không nhỏ hơn",
            Self::TooLarge => "trang quá lớn",
            Self::Undecodable => "ảnh có chỗ hỏng",
        }
    }
}

/// Pages kept as they came, for one reason.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Plain {
    /// The reason.
    pub why: WhyPlain,
    /// Their places, from 1, ascending.
    pub places: Vec<u32>,
}

impl Plain {
    /// Brings together what was found page by page.
    pub fn of(pages: impl IntoIterator<Item = (u32, WhyPlain)>) -> Vec<Self> {
        let mut all: Vec<Self> = Vec::new();
        for (place, why) in pages {
            match all.iter_mut().find(|plain| plain.why == why) {
                Some(plain) => plain.places.push(place),
                None => all.push(Self { why, places: vec![place] }),
            }
        }
        all
    }

    /// `Trang 3, 5–9 giữ nguyên ảnh vì trang là ảnh hoặc bản vẽ.`
    pub fn sentence(&self) -> String {
        let mut ranges: Vec<(u32, u32)> = Vec::new();
        for place in &self.places {
            match ranges.last_mut() {
                Some((_, last)) if *last + 1 == *place => *last = *place,
                _ => ranges.push((*place, *place)),
            }
        }
        let ranges = ranges.iter().map(|(first, last)| match last - first {
            0 => first.to_string(),
            1 => format!("{first}, {last}"),
            _ => format!("{first}–{last}"),
        });
        format!("Trang {} giữ nguyên ảnh vì {}.", ranges.collect::<Vec<_>>().join(", "), self.why.words())
    }
}

/// How a paper was made of its pages.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Made {
    /// How far it is packed.
    #[serde(default, skip_serializing_if = "is_usual")]
    pub step: SizeStep,
    /// What it shall fit in, where somebody asked; holds for the paper made anew of changed pages too.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub most_bytes: Option<u64>,
    /// The pages that stayed as they came.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub plain: Vec<Plain>,
}

impl Made {
    pub(super) fn is_usual(&self) -> bool {
        *self == Self::default()
    }
}

/// How a paper was made of its pages, in words.
#[derive(Debug, Serialize, utoipa::ToSchema)]
#[schema(as = PaperMade)]
pub struct MadeView {
    /// How far it is packed.
    step: SizeStep,
    /// `Gọn nhất`
    step_name: &'static str,
    /// What it shall fit in, where somebody asked.
    most_bytes: Option<u64>,
    /// Pages that stayed as they came, and why: a sentence for each reason.
    plain: Vec<String>,
}

impl MadeView {
    pub(crate) fn of(made: &Made) -> Self {
        let plain = made.plain.iter().map(Plain::sentence).collect();
        Self { step: made.step, step_name: made.step.name(), most_bytes: made.most_bytes, plain }
    }
}

fn is_usual(step: &SizeStep) -> bool {
    *step == SizeStep::Usual
}

/// What came of a step.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Tried {
    /// The step.
    pub step: SizeStep,
    /// How large the paper is by it.
    pub bytes: u64,
}

/// What is to be done now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Next {
    /// This step has not been tried.
    Try(SizeStep),
    /// This one fits, and none before it did.
    Take(SizeStep),
    /// None fits; so many bytes are left at the smallest.
    NoneFits(u64),
}

/// Chooses by the steps tried so far, `most_bytes` and not one more.
pub fn next(tried: &[Tried], most_bytes: u64) -> Next {
    let known = |step| tried.iter().find(|tried| tried.step == step);
    for step in SizeStep::ALL {
        match known(step) {
            None => return Next::Try(step),
            Some(tried) if tried.bytes <= most_bytes => return Next::Take(step),
            Some(_) => {}
        }
    }
    Next::NoneFits(tried.iter().map(|tried| tried.bytes).min().unwrap_or(u64::MAX))
}

/// Least and most that can be asked for: no page fits in less, no office takes more.
const SENSIBLE: std::ops::RangeInclusive<u64> = 100_000..=1_000_000_000;

/// Whether a paper may be packed further, or as usual again; `letter` is the document it was filed in.
///
/// # Errors
/// `paper.signed`, `paper.filed`, `fit.as_brought`, `fit.size`, `scan.no_pages`, or why the job does not lie still.
pub fn may_fit(scan: &Scan, letter: Option<&Letter>, most_bytes: Option<u64>) -> Result<(), Refusal> {
    let signed_here = letter.is_some_and(|letter| matches!(letter.seal, Seal::Sealed { .. }));
    if signed_here || scan.paper.as_ref().is_some_and(|paper| paper.signed) {
        return Err(Refusal::new(
            "paper.signed",
            409,
            "Tệp này đã ký số. Làm gọn sẽ thành tệp khác và chữ ký không còn giá trị, nên tệp giữ nguyên. Hãy quét lại thành bản mới và làm gọn trước khi đóng dấu.",
        ));
    }
    at_rest(scan)?;
    if scan.is_as_brought() {
        return Err(Refusal::new(
            "fit.as_brought",
            422,
            "Tệp này được giữ đúng từng byte như khi đưa lên nên không làm gọn. Hãy quét lại giấy, hoặc đưa ảnh của từng trang lên bàn quét.",
        ));
    }
    if scan.order.is_empty() {
        return Err(Refusal::new(
            "scan.no_pages",
            422,
            "Lần quét này chưa có trang nào. Hãy đặt giấy vào máy quét rồi bấm Quét tiếp.",
        ));
    }
    if most_bytes.is_some_and(|most| !SENSIBLE.contains(&most)) {
        return Err(Refusal::field("fit.size", "most_bytes", "Hãy ghi cỡ tệp từ 0,1 đến 1.000 MB."));
    }
    Ok(())
}

/// Why no step was taken, by how much it is too large, and what hands can do.
pub fn too_large(smallest: u64, most_bytes: u64) -> Refusal {
    let over = size(smallest.saturating_sub(most_bytes));
    Refusal::new(
        "fit.too_large",
        422,
        format!(
            "Gọn nhất vẫn còn {}, quá {over} so với {}. Tệp giữ như trước. Hãy tách văn bản thành hai phần, quét lại đen trắng, hoặc quét lại ở 200 dpi.",
            size(smallest),
            size(most_bytes),
        ),
    )
}

/// `Như thường: 4,2 MB · Gọn: 2,9 MB · Gọn nhất: 1,8 MB`
pub fn told(tried: &[Tried]) -> String {
    let told = tried.iter().map(|tried| format!("{}: {}", tried.step.name(), size(tried.bytes)));
    told.collect::<Vec<_>>().join(" · ")
}

/// `4,2 MB`, `208 KB`; rounded up, so that what is said to be 2 MB is not more. A MB is a million bytes: who counts
/// 1.048.576 takes such a file too.
pub fn size(bytes: u64) -> String {
    if bytes <= 999_000 {
        return format!("{} KB", bytes.div_ceil(1_000));
    }
    let tenths = bytes.div_ceil(100_000);
    match tenths % 10 {
        0 => format!("{} MB", tenths / 10),
        tenth => format!("{},{tenth} MB", tenths / 10),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Sizes by step, what is wanted: the steps that are made, and the one taken.
    #[test]
    fn the_first_step_that_fits_is_taken_and_none_after_it_is_made() {
        use SizeStep::{Tight, Tightest, Usual};
        let sizes = [4_200_000, 2_900_000, 1_800_000];
        let table: [(u64, &[SizeStep], Result<SizeStep, u64>); 7] = [
            (10_000_000, &[Usual], Ok(Usual)),
            (4_200_000, &[Usual], Ok(Usual)),
            (4_199_999, &[Usual, Tight], Ok(Tight)),
            (3_000_000, &[Usual, Tight], Ok(Tight)),
            (2_000_000, &[Usual, Tight, Tightest], Ok(Tightest)),
            (1_800_000, &[Usual, Tight, Tightest], Ok(Tightest)),
            (1_000_000, &[Usual, Tight, Tightest], Err(1_800_000)),
        ];
        for (most, made, expected) in table {
            let mut tried = Vec::new();
            let got = loop {
                match next(&tried, most) {
                    Next::Try(step) => tried.push(Tried { step, bytes: sizes[step as usize] }),
                    Next::Take(step) => break Ok(step),
                    Next::NoneFits(smallest) => break Err(smallest),
                }
            };
            let steps: Vec<_> = tried.iter().map(|tried| tried.step).collect();
            assert_eq!((&steps[..], got), (made, expected), "{most}");
        }
        // A further step may come out larger: its bytes are told all the same, and the smallest counts.
        let odd = [(Usual, 3), (Tight, 4), (Tightest, 5)].map(|(step, bytes)| Tried { step, bytes });
        assert_eq!(next(&odd, 2), Next::NoneFits(3));
    }

    #[test]
    fn sizes_are_said_rounded_up() {
        for (bytes, expected) in [
            (1, "1 KB"),
            (207_001, "208 KB"),
            (999_001, "1 MB"),
            (2_000_000, "2 MB"),
            (2_000_001, "2,1 MB"),
            (10_450_000, "10,5 MB"),
        ] {
            assert_eq!(size(bytes), expected);
        }
        let tried = [(SizeStep::Usual, 4_190_000), (SizeStep::Tight, 2_850_001)];
        let told = told(&tried.map(|(step, bytes)| Tried { step, bytes }));
        assert_eq!(told, "Như thường: 4,2 MB · Gọn: 2,9 MB");
    }

    #[test]
    fn pages_that_stay_as_they_came_are_named_by_reason() {
        use WhyPlain::{NoGain, Picture};
        let plain =
            Plain::of([(1, Picture), (3, NoGain), (5, Picture), (6, Picture), (7, Picture), (9, Picture)]);
        let told: Vec<_> = plain.iter().map(Plain::sentence).collect();
        assert_eq!(
            told,
            [
                "Trang 1, 5–7, 9 giữ nguyên ảnh vì trang là ảnh hoặc bản vẽ.",
                "Trang 3 giữ nguyên ảnh vì tách lớp không nhỏ hơn."
            ]
        );
    }

    #[test]
    fn how_a_paper_was_made_is_written_only_where_it_is_not_as_usual() {
        let text = |made: &Made| serde_json::to_string(made).unwrap();
        assert_eq!(text(&Made::default()), "{}");
        let plain = vec![Plain { why: WhyPlain::LosesInk, places: vec![2] }];
        let made = Made { step: SizeStep::Tight, most_bytes: Some(2_000_000), plain };
        let written = r#"{"step":"tight","most_bytes":2000000,"plain":[{"why":"loses_ink","places":[2]}]}"#;
        assert_eq!(text(&made), written);
        assert_eq!(serde_json::from_str::<Made>(written).unwrap(), made);
    }
}
