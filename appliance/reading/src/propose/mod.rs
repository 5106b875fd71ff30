//! What the register may ask of a paper's first page, proposed from where it stands and how it is written: box by box
//! of the head of appendix I of decree 30/2020.
//!
//! ```text
//! ỦY BAN NHÂN DÂN            CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM      the motto says where left and right divide
//! HUYỆN THANH HÀ SƠN              Độc lập - Tự do - Hạnh phúc
//!   PHÒNG NỘI VỤ                                                     issuer: the last body on the left
//! Số: 147/PNV-VTLT         Thanh Hà Sơn, ngày 12 tháng 3 năm 2024    number, symbol; place, day
//! V/v hướng dẫn số hóa hồ sơ,                                        subject, here or under QUYẾT ĐỊNH
//! tài liệu lưu trữ cấp xã
//! ```
//!
//! Nothing of it is a fact until a person takes it: a reader loses tone marks and takes a 1 for a 7. What does not
//! stand where it should and look as it should is not proposed at all; what is proposed with doubt says so.
//!
//! ```
//! # use reading::{PageText, TypeName};
//! let types = [TypeName { name: "Quyết định", abbreviation: "QĐ" }];
//! let found = reading::proposals(&PageText::default(), &types);
//! assert!(found.symbol.is_none());
//! ```

mod day;
mod head;
mod issuer;
mod number;
mod shape;
mod sheet;
mod signer;
mod spelling;
#[cfg(test)]
mod tests;
mod title;

use paper::PageText;

use sheet::{Sheet, Word};

/// Less than this is not proposed: better nothing than wrong.
const LEAST: u32 = 50;
/// What is taken off where a sign had to be mended or a place guessed.
const DOUBT: u32 = 25;

/// A type of document as papers and symbols name it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TypeName<'t> {
    /// `Quyết định`.
    pub name: &'t str,
    /// `QĐ`; empty for a công văn.
    pub abbreviation: &'t str,
}

/// A place on a page, upright and not yet straightened, in shares of its width and height.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Area {
    /// From the left edge.
    pub left: f32,
    /// From the upper edge.
    pub top: f32,
    /// Width.
    pub width: f32,
    /// Height.
    pub height: f32,
}

/// What a page seems to say, and where.
#[derive(Debug, Clone, PartialEq)]
pub struct Proposed {
    /// As a person would write it in the book.
    pub value: String,
    /// Each line of it.
    pub at: Vec<Area>,
    /// How sure, from 50 to 100; below [`Proposed::SURE`] the person is told to look.
    pub confidence: u8,
}

impl Proposed {
    /// From here on a proposal is not marked as doubtful.
    pub const SURE: u8 = 80;
}

/// What a first page proposes; nothing where it cannot be read or does not stand where it should.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Proposals {
    /// `147/PNV-VTLT`.
    pub number_symbol: Option<Proposed>,
    /// `147`; none where it is written by hand.
    pub number: Option<Proposed>,
    /// `PNV-VTLT`.
    pub symbol: Option<Proposed>,
    /// `2024-03-12`.
    pub issued_on: Option<Proposed>,
    /// `Thanh Hà Sơn`.
    pub place: Option<Proposed>,
    /// `Phòng Nội vụ`.
    pub issuer: Option<Proposed>,
    /// One of the names of the types.
    pub kind: Option<Proposed>,
    /// Without `V/v`.
    pub subject: Option<Proposed>,
    /// Where the page is also the last.
    pub signer: Option<Proposed>,
}

/// Looks over a first page. `types` are the types of documents there are; the one without abbreviation that comes
/// first is the công văn, which bears no name.
pub fn proposals(page: &PageText, types: &[TypeName<'_>]) -> Proposals {
    let Some(sheet) = Sheet::new(page) else { return Proposals::default() };
    let head = head::Head::new(&sheet);
    let day = day::day(&sheet, &head);
    let taken: Vec<Word<'_>> =
        day.iter().flat_map(|day| day.place.iter().chain(&day.words)).copied().collect();
    let number = number::number(&sheet, &head, &taken, types);
    let issuer = issuer::issuer(&sheet, &head, number.as_ref());
    let below = number.as_ref().map_or(head.top, |number| number.level + 0.7 * sheet.unit);
    let title = title::title(&sheet, &head, below, types);
    let about = title::under_number(&sheet, &head, number.as_ref());
    let guess = u32::from(!head.sure) * DOUBT;

    let mut found = Proposals { signer: signer_of(&sheet), ..Proposals::default() };
    if let Some(day) = &day {
        let doubt = guess / 2 + u32::from(day.mended) * DOUBT;
        found.issued_on = proposed(&sheet, day.date.to_string(), &[&day.words], doubt, least);
        found.place = day::place_name(&day.place)
            .and_then(|name| proposed(&sheet, name, &[&day.place], guess / 2, least));
    }
    if let Some(number) = &number {
        propose_number(&sheet, number, guess / 2, &mut found);
    }
    if let Some(issuer) = &issuer {
        let lines: Vec<&[Word<'_>]> = issuer.lines.iter().map(Vec::as_slice).collect();
        let doubt = guess + u32::from(issuer.guessed) * DOUBT;
        found.issuer = proposed(&sheet, issuer.name.clone(), &lines, doubt, least);
    }
    found.kind = kind(&sheet, title.as_ref(), number.as_ref(), about.as_ref(), types);
    let subject = about.or_else(|| title.as_ref().and_then(|title| title::under_title(&sheet, title)));
    if let Some(subject) = subject {
        let lines: Vec<&[Word<'_>]> = subject.lines.iter().map(Vec::as_slice).collect();
        found.subject = proposed(&sheet, subject.text, &lines, guess / 2, mean);
    }
    found
}

/// The signer of a last page.
pub fn signer(page: &PageText) -> Option<Proposed> {
    signer_of(&Sheet::new(page)?)
}

fn signer_of(sheet: &Sheet<'_>) -> Option<Proposed> {
    let signer = signer::signer(sheet)?;
    proposed(sheet, signer.name, &[&signer.words], 0, least)
}

fn propose_number(sheet: &Sheet<'_>, number: &number::Number<'_>, doubt: u32, found: &mut Proposals) {
    // A symbol fits its pattern or is none: that is worth more than the reader's own doubt of an odd word.
    let fits = |words: &[Word<'_>]| least(words).saturating_add(12).min(100);
    let doubt = doubt + u32::from(number.mended) * DOUBT;
    found.symbol = proposed(sheet, number.symbol.clone(), &[&number.words], doubt, fits);
    let Some(digits) = &number.number else { return };
    found.number = proposed(sheet, digits.clone(), &[&number.number_words], doubt, fits);
    if found.symbol.is_some() && found.number.is_some() {
        let sign = if number.of_the_party { '-' } else { '/' };
        let both = format!("{digits}{sign}{}", number.symbol);
        found.number_symbol = proposed(sheet, both, &[&number.words], doubt, fits);
    }
}

/// What stands in the middle says it; the symbol agrees, or says it alone. A symbol of no type is a công văn's.
fn kind(
    sheet: &Sheet<'_>,
    title: Option<&title::Title<'_, '_>>,
    number: Option<&number::Number<'_>>,
    about: Option<&title::Subject<'_>>,
    types: &[TypeName<'_>],
) -> Option<Proposed> {
    let by_symbol = number.and_then(|number| number::type_of(&number.symbol, types));
    if let Some(title) = title {
        let agrees = by_symbol.is_none_or(|kind| kind == title.kind);
        return proposed(sheet, title.kind.name.into(), &[&title.words], u32::from(!agrees) * DOUBT, |_| 95);
    }
    let number = number?;
    if let Some(kind) = by_symbol {
        // An abbreviation two types could mean, or a section of the body that has the same letters.
        let doubt = DOUBT * u32::from(about.is_some());
        return proposed(sheet, kind.name.into(), &[&number.words], 20 + doubt, |_| 95);
    }
    let letter = types.iter().find(|kind| kind.abbreviation.is_empty())?;
    let about = about?;
    let lines: Vec<&[Word<'_>]> = about.lines.iter().take(1).map(Vec::as_slice).collect();
    proposed(sheet, letter.name.into(), &lines, 0, |_| 90)
}

/// A proposal, if it is sure enough to be one.
fn proposed(
    sheet: &Sheet<'_>,
    value: String,
    lines: &[&[Word<'_>]],
    doubt: u32,
    sure: impl Fn(&[Word<'_>]) -> u32,
) -> Option<Proposed> {
    let words: Vec<Word<'_>> = lines.iter().flat_map(|line| line.iter().copied()).collect();
    let confidence = sure(&words).saturating_sub(doubt).min(100);
    let at = lines.iter().filter_map(|line| sheet.area(line)).collect();
    (confidence >= LEAST).then_some(Proposed { value, at, confidence: confidence as u8 })
}

/// As sure as of the worst word: one wrong digit makes another number. Signs between words do not count.
fn least(words: &[Word<'_>]) -> u32 {
    let told = words.iter().filter(|word| !shape::bare(&word.seen.text).is_empty());
    told.map(|word| u32::from(word.seen.confidence)).min().unwrap_or(0)
}

/// As sure as of all letters together: a sentence with one odd word is still worth taking.
fn mean(words: &[Word<'_>]) -> u32 {
    let letters = |word: &Word<'_>| word.seen.text.chars().count() as u32;
    let all: u32 = words.iter().map(letters).sum();
    let sum: u32 = words.iter().map(|word| letters(word) * u32::from(word.seen.confidence)).sum();
    let worst = words.iter().map(|word| u32::from(word.seen.confidence)).min().unwrap_or(0);
    let mean = sum.checked_div(all).unwrap_or(0);
    if worst < 60 { mean.saturating_sub(15) } else { mean }
}
