//! Signature blocks: a title in capitals, empty lines, a name, one under the other (NĐ 30/2020, Appendix I: boxes 7a, 7c
//! and 7b).

use super::{
    PlaceError, glyphs,
    lines::{self, Written},
    read,
    titles::{
        is_annex, is_in_capitals, is_name, is_of_capacity, is_recipients, is_remark, is_title, without_specks,
    },
};
use crate::look::Place;

/// Lines of a title follow each other closer, in heights of a line; and are centred on each other.
const NEXT_LINE: f32 = 1.9;
const CENTRED_MM: f32 = 14.0;
/// From a title down to the name under it.
const NAME_BELOW_MM: std::ops::RangeInclusive<f32> = 4.0..=70.0;
/// Where a draft has no name yet, it would stand so far below.
const USUAL_GAP_MM: f32 = 26.0;
/// The list of recipients begins level with the title.
const LEVEL_MM: f32 = 16.0;
/// An annex says what it is within so much of the upper edge.
const HEAD_MM: f32 = 60.0;
/// A signature is no wider; nor lower than this, however little room there is for it.
const MOST_SIGNATURE_MM: f32 = 45.0;
const LEAST_SIGNATURE_MM: f32 = 12.0;
/// Pages that are read at the front and at the back of a file: a signature does not stand in the middle of a book.
const MOST_PAGES: usize = 40;

/// A signature block.
#[derive(Clone, Debug, PartialEq)]
pub struct Found {
    /// Capacity and title, one line each: `KT. HIỆU TRƯỞNG` / `PHÓ HIỆU TRƯỞNG`.
    pub title: String,
    /// Who signs; empty where a draft does not say it, or a reader lost it under a seal.
    pub name: String,
    /// The room between title and name, as wide as the wider of them.
    pub room: Place,
    /// Where it was read.
    pub how: How,
    /// The list of recipients stands beside it: it is the document's own and not that of an annex or a table.
    pub has_recipients: bool,
    /// Sizes of the sheet.
    sheet_mm: (f32, f32),
}

/// Where a signature block was read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum How {
    /// In the text an office program wrote.
    Text,
    /// In what was read off a scan.
    Reading,
}

/// Where picture and seal go.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Places {
    /// The person's signature.
    pub signature: Place,
    /// The unit's seal: its right part over the left third of the signature.
    pub seal: Place,
}

impl Found {
    /// Places for a signature and a seal of these sizes in millimetres. The seal keeps its size; a signature that is too
    /// large for the room becomes smaller. As the decree draws it, the two together stand in the middle under the title.
    pub fn places(&self, signature_mm: (f32, f32), seal_mm: (f32, f32)) -> Places {
        let room = &self.room;
        let most_height = room.height_mm.max(LEAST_SIGNATURE_MM);
        let scale = (MOST_SIGNATURE_MM / signature_mm.0).min(most_height / signature_mm.1).min(1.0);
        let signature = (signature_mm.0 * scale, signature_mm.1 * scale);
        let (centre, middle) = (room.left_mm + room.width_mm / 2.0, room.top_mm + room.height_mm / 2.0);
        let left = centre - (seal_mm.0 + signature.0 * 2.0 / 3.0) / 2.0;
        let place = |left_mm: f32, (width_mm, height_mm): (f32, f32)| Place {
            page: room.page,
            left_mm: left_mm.min(self.sheet_mm.0 - width_mm).max(0.0),
            top_mm: (middle - height_mm / 2.0).min(self.sheet_mm.1 - height_mm).max(0.0),
            width_mm,
            height_mm,
        };
        let signature = place(left + seal_mm.0 - signature.0 / 3.0, signature);
        // From the signature, in case the edge of the sheet has moved it.
        let seal = place(signature.left_mm + signature.width_mm / 3.0 - seal_mm.0, seal_mm);
        Places { signature, seal }
    }
}

/// The block the document is signed in, if there is one.
pub fn find(pdf: &[u8]) -> Result<Option<Found>, PlaceError> {
    Ok(blocks(pdf)?.into_iter().next())
}

/// All blocks of the file; first the one the document is signed in, then the others in their order, left before right.
///
/// The document's own is the last before the annexes that stands beside the recipients; without any the last, the
/// rightmost of several.
pub fn blocks(pdf: &[u8]) -> Result<Vec<Found>, PlaceError> {
    let pages = read(pdf, |pdf| {
        let all = pdf.pages();
        let last = all.len().saturating_sub(MOST_PAGES).max(MOST_PAGES);
        let read = all.iter().enumerate().filter(|(at, _)| *at < MOST_PAGES || *at >= last);
        let page = |(at, page): (usize, &hayro::hayro_syntax::page::Page<'_>)| {
            let number = u32::try_from(at + 1).map_err(|_| PlaceError::Unreadable)?;
            let ((width, height), unit) = (page.render_dimensions(), super::unit(page) as f32);
            let mm = |units: f32| units * unit * 25.4 / 72.0;
            let mut lines = lines::of(number, &glyphs::of(page, pdf));
            lines.retain(|line| line.text.contains(char::is_alphanumeric));
            Ok(Page { lines, sheet_mm: (mm(width), mm(height)) })
        };
        read.map(page).collect::<Result<Vec<Page>, PlaceError>>()
    })?;
    Ok(in_order(&pages))
}

/// The lines of a page.
struct Page {
    lines: Vec<Written>,
    sheet_mm: (f32, f32),
}

fn in_order(pages: &[Page]) -> Vec<Found> {
    let annexes = pages.iter().skip(1).position(Page::is_annex).map_or(pages.len(), |at| at + 1);
    let (own, further) = pages.split_at(annexes);
    let mut found: Vec<Found> = own.iter().flat_map(Page::blocks).collect();
    let with_recipients = found.iter().rposition(|block| block.has_recipients);
    let named = found.iter().rposition(|block| !block.name.is_empty());
    if let Some(main) = with_recipients.or(named).or(found.len().checked_sub(1)) {
        let main = found.remove(main);
        found.insert(0, main);
    }
    found.extend(further.iter().flat_map(Page::blocks));
    found
}

impl Page {
    fn is_annex(&self) -> bool {
        self.lines.iter().any(|line| line.place.top_mm < HEAD_MM && is_annex(&line.text))
    }

    /// The blocks of this page, from top to bottom and left to right.
    fn blocks(&self) -> Vec<Found> {
        let mut taken = vec![false; self.lines.len()];
        let mut found = Vec::new();
        for at in 0..self.lines.len() {
            if taken[at] || !is_title(&self.lines[at].text) {
                continue;
            }
            let title = self.title(at);
            title.iter().for_each(|&line| taken[line] = true);
            found.extend(self.block(&title));
        }
        found
    }

    /// The lines of a title that begins at this one.
    fn title(&self, first: usize) -> Vec<usize> {
        let mut title = vec![first];
        let mut last = first;
        while let Some(next) = self.below(last).filter(|&next| {
            let (above, line) = (&self.lines[last], &self.lines[next]);
            let gap = line.place.top_mm - above.place.bottom_mm();
            // Whoever signs for another, or for a body, says below who he is; other titles are rarely broken.
            let goes_on = is_title(&line.text) || is_of_capacity(&self.lines[first].text);
            gap < NEXT_LINE * above.place.height_mm
                && goes_on
                && is_in_capitals(&line.text)
                && title.len() < 4
        }) {
            title.push(next);
            last = next;
        }
        title
    }

    /// The next line below this one in its column.
    fn below(&self, at: usize) -> Option<usize> {
        let above = &self.lines[at];
        let in_column = |line: &Written| {
            line.place.top_mm > above.place.top_mm + above.place.height_mm / 2.0
                && (line.centre_mm() - above.centre_mm()).abs() < CENTRED_MM + above.place.width_mm / 8.0
        };
        (at + 1..self.lines.len()).find(|&next| in_column(&self.lines[next]))
    }

    fn block(&self, title: &[usize]) -> Option<Found> {
        let (&first, &last) = (title.first()?, title.last()?);
        let mut below = self.below(last);
        while let Some(remark) = below.filter(|&line| is_remark(&self.lines[line].text)) {
            below = self.below(remark);
        }
        let under = &self.lines[last];
        let gap = |line: &Written| line.place.top_mm - under.place.bottom_mm();
        let name = below.map(|at| &self.lines[at]).filter(|line| NAME_BELOW_MM.contains(&gap(line)));
        let is_named = name.is_some_and(|line| is_name(&line.text));
        let has_recipients = self.has_recipients(&self.lines[first]);
        // A heading in capitals over a paragraph is no block; a title with nothing under it is one still to be named.
        let is_open = below.is_none_or(|at| gap(&self.lines[at]) > USUAL_GAP_MM);
        let is_block = is_named || (has_recipients && is_open);
        if !is_block {
            return None;
        }
        let name = name.filter(|_| is_named);
        let texts: Vec<&str> = title.iter().map(|&line| without_specks(&self.lines[line].text)).collect();
        Some(Found {
            title: texts.join("\n"),
            name: name.map(|line| without_specks(&line.text).into()).unwrap_or_default(),
            room: self.room(under, name),
            how: if under.unseen { How::Reading } else { How::Text },
            has_recipients,
            sheet_mm: self.sheet_mm,
        })
    }

    fn room(&self, title: &Written, name: Option<&Written>) -> Place {
        let top_mm = title.place.bottom_mm();
        let bottom = name.map_or((top_mm + USUAL_GAP_MM).min(self.sheet_mm.1), |line| line.place.top_mm);
        let centre = name.map_or(title.centre_mm(), |line| (line.centre_mm() + title.centre_mm()) / 2.0);
        let width_mm = name.map_or(0.0, |line| line.place.width_mm).max(title.place.width_mm);
        let left_mm = centre - width_mm / 2.0;
        Place { page: title.place.page, left_mm, top_mm, width_mm, height_mm: bottom - top_mm }
    }

    fn has_recipients(&self, title: &Written) -> bool {
        let beside = |line: &Written| {
            line.place.right_mm() < title.place.left_mm
                && (line.place.top_mm - title.place.top_mm).abs() < LEVEL_MM
                && is_recipients(&line.text)
        };
        self.lines.iter().any(beside)
    }
}
