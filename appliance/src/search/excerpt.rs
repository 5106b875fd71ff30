//! Why something was found: the columns and the piece of the page that have the words, with the words marked.

use std::ops::Range;

use serde::Serialize;
use utoipa::ToSchema;

use super::columns::{Column, Place};
use super::wanted::{Chunk, Wanted};
use super::words::{Word, words};

/// Words of a piece of a page.
const PIECE_WORDS: usize = 26;
/// Words of it before the first one found.
const WORDS_BEFORE: usize = 6;

/// A column or a piece of a page.
#[derive(Debug, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = SearchExcerpt)]
pub(super) struct Excerpt {
    /// Of which part of the document.
    place: Place,
    /// What stands before it: `trích yếu`, `trong trang`.
    label: &'static str,
    /// The text in pieces, to be shown one after the other.
    parts: Vec<Part>,
}

/// A piece of an excerpt.
#[derive(Debug, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = SearchPart)]
pub(super) struct Part {
    text: String,
    /// Whether it is what was looked for.
    marked: bool,
}

/// What of a document has the words: its columns, and its pages for what no column has. `with_marks`: it was found with
/// the marks that were typed, and a word without them is no reason.
pub(super) fn excerpts(wanted: &Wanted, with_marks: bool, columns: &[Column], pages: &str) -> Vec<Excerpt> {
    let mut excerpts = Vec::new();
    let mut missing: Vec<bool> = vec![true; wanted.chunks.len()];
    for column in columns {
        let words = words(&column.text);
        let mut found = Found::look(wanted, with_marks, &words);
        found.leave_out_label(column.place);
        let is_new = missing.iter().zip(&found.runs).any(|(missing, runs)| *missing && !runs.is_empty());
        // Every date says "ngày" and "tháng", and says so twice: only for what stands nowhere before.
        if found.is_nothing() || column.place.is_date() && !is_new {
            continue;
        }
        for (missing, runs) in missing.iter_mut().zip(&found.runs) {
            *missing &= runs.is_empty();
        }
        let whole = 0..column.text.len();
        excerpts.push(Excerpt::of(column.place, parts(&column.text, whole, &found.places(&words))));
    }
    if missing.contains(&true) && !pages.is_empty() {
        excerpts.extend(of_pages(wanted, with_marks, pages));
    }
    excerpts
}

/// The piece of the pages with the most of it.
fn of_pages(wanted: &Wanted, with_marks: bool, pages: &str) -> Option<Excerpt> {
    let words = words(pages);
    let found = Found::look(wanted, with_marks, &words);
    let begins = found.runs.iter().flatten().map(|run| run.start);
    let first = begins.max_by_key(|begin| {
        let near = |run: &&Range<usize>| (*begin..*begin + PIECE_WORDS - WORDS_BEFORE).contains(&run.start);
        let kinds = found.runs.iter().filter(|runs| runs.iter().any(|run| near(&run))).count();
        // Of equals the first.
        (kinds, std::cmp::Reverse(*begin))
    })?;
    let from = first.saturating_sub(WORDS_BEFORE);
    let to = (from + PIECE_WORDS).min(words.len());
    let piece = words[from].place.start..words[to - 1].place.end;
    let mut parts = parts(pages, piece, &found.places(&words));
    let cut = |text: &str| Part { text: text.to_owned(), marked: false };
    if from > 0 {
        parts.insert(0, cut("… "));
    }
    if to < words.len() {
        parts.push(cut(" …"));
    }
    Some(Excerpt::of(Place::Pages, parts))
}

impl Excerpt {
    fn of(place: Place, parts: Vec<Part>) -> Self {
        Self { place, label: place.label(), parts }
    }
}

/// Where in a text the chunks stand: for each chunk, the words it took.
struct Found {
    runs: Vec<Vec<Range<usize>>>,
}

impl Found {
    /// With the marks that were typed, or where it stands nowhere with them and may, without.
    fn look(wanted: &Wanted, with_marks: bool, words: &[Word]) -> Self {
        let runs = wanted.chunks.iter().map(|chunk| {
            let exact = runs(
                chunk,
                words,
                |typed, word| if typed.has_marks() { &word.written } else { &word.folded },
                |typed| &typed.written,
            );
            if with_marks || !exact.is_empty() || !chunk.words.iter().any(Word::has_marks) {
                return exact;
            }
            runs(chunk, words, |_, word| &word.folded, |typed| &typed.folded)
        });
        Self { runs: runs.collect() }
    }

    /// The word "số" or "ngày" a column begins with is no find.
    fn leave_out_label(&mut self, place: Place) {
        if place.names_it() || place.is_date() {
            self.runs.iter_mut().for_each(|runs| runs.retain(|run| run.end > 1));
        }
    }

    fn is_nothing(&self) -> bool {
        self.runs.iter().all(Vec::is_empty)
    }

    /// The same in bytes, in order.
    fn places(&self, words: &[Word]) -> Vec<Range<usize>> {
        let mut places: Vec<Range<usize>> = self
            .runs
            .iter()
            .flatten()
            .map(|run| words[run.start].place.start..words[run.end - 1].place.end)
            .collect();
        places.sort_by_key(|place| (place.start, place.end));
        places
    }
}

/// Where the words of a chunk stand side by side.
fn runs<'w>(
    chunk: &'w Chunk,
    words: &'w [Word],
    of_text: fn(&Word, &'w Word) -> &'w str,
    of_typed: fn(&'w Word) -> &'w str,
) -> Vec<Range<usize>> {
    let length = chunk.words.len();
    let fits = |run: &'w [Word]| {
        chunk.words.iter().zip(run).enumerate().all(|(place, (typed, word))| {
            let (wanted, there) = (of_typed(typed), of_text(typed, word));
            let may_go_on = chunk.is_open && place + 1 == length;
            if may_go_on { there.starts_with(wanted) } else { there == wanted }
        })
    };
    words.windows(length).enumerate().filter(|(_, run)| fits(run)).map(|(at, _)| at..at + length).collect()
}

/// A piece of a text cut at what is marked; marked words with only a blank or sign between them are one.
fn parts(text: &str, piece: Range<usize>, marked: &[Range<usize>]) -> Vec<Part> {
    let mut joined: Vec<Range<usize>> = Vec::new();
    for place in marked.iter().filter(|place| place.start >= piece.start && place.end <= piece.end) {
        match joined.last_mut() {
            Some(last) if place.start <= last.end || text[last.end..place.start].chars().count() == 1 => {
                last.end = last.end.max(place.end);
            }
            _ => joined.push(place.clone()),
        }
    }
    let mut parts = Vec::new();
    let mut at = piece.start;
    for place in joined {
        push(&mut parts, &text[at..place.start], false);
        push(&mut parts, &text[place.clone()], true);
        at = place.end;
    }
    push(&mut parts, &text[at..piece.end], false);
    parts
}

fn push(parts: &mut Vec<Part>, text: &str, marked: bool) {
    if !text.is_empty() {
        parts.push(Part { text: text.to_owned(), marked });
    }
}

#[cfg(test)]
mod tests {
    use office::kit::text::tidy;

    use super::*;

    /// `trích yếu: họp [tổ chuyên môn]`
    fn shown(question: &str, columns: &[(Place, &str)], pages: &str) -> Vec<String> {
        shown_as(question, false, columns, pages)
    }

    fn shown_as(question: &str, with_marks: bool, columns: &[(Place, &str)], pages: &str) -> Vec<String> {
        let column = |(place, text): &(Place, &str)| Column { place: *place, text: tidy(text) };
        let columns: Vec<Column> = columns.iter().map(column).collect();
        let part = |part: &Part| if part.marked { format!("[{}]", part.text) } else { part.text.clone() };
        excerpts(&Wanted::read(question), with_marks, &columns, &tidy(pages))
            .iter()
            .map(|excerpt| {
                format!("{}: {}", excerpt.label, excerpt.parts.iter().map(part).collect::<String>())
            })
            .collect()
    }

    const SUBJECT: (Place, &str) = (Place::Subject, "Về việc họp tổ chuyên môn, bàn kế hoạch bán trú");
    const CODE: (Place, &str) = (Place::Reference, "Số 05/KH-THCSHM");

    #[test]
    fn what_was_looked_for_is_marked() {
        let cases: [(&str, &[&str]); 8] = [
            ("to chuyen mon", &["trích yếu: Về việc họp [tổ chuyên môn], bàn kế hoạch bán trú"]),
            ("bàn", &["trích yếu: Về việc họp tổ chuyên môn, [bàn] kế hoạch bán trú"]),
            ("bàn ", &["trích yếu: Về việc họp tổ chuyên môn, [bàn] kế hoạch bán trú"]),
            ("ban", &["trích yếu: Về việc họp tổ chuyên môn, [bàn] kế hoạch [bán] trú"]),
            ("bạn ", &["trích yếu: Về việc họp tổ chuyên môn, [bàn] kế hoạch [bán] trú"]),
            ("chuy", &["trích yếu: Về việc họp tổ [chuyên] môn, bàn kế hoạch bán trú"]),
            ("số 5/kh", &["số, ký hiệu: Số [05/KH]-THCSHM"]),
            ("số ", &[]),
        ];
        for (question, expected) in cases {
            assert_eq!(shown(question, &[CODE, SUBJECT], ""), expected, "{question}");
        }
    }

    #[test]
    fn a_page_is_shown_for_what_no_column_has() {
        let pages =
            format!("{} Tổng phụ trách Đội báo cáo {}", "đầu trang ".repeat(30), "cuối trang ".repeat(30));
        let found = shown("kế hoạch phụ trách", &[SUBJECT], &pages);
        assert_eq!(found.len(), 2, "{found:?}");
        assert!(found[1].starts_with("trong trang: … ") && found[1].ends_with(" …"), "{}", found[1]);
        assert!(found[1].contains("Tổng [phụ trách] Đội"), "{}", found[1]);
        assert_eq!(shown("kế hoạch", &[SUBJECT], "kế hoạch"), [shown("kế hoạch", &[SUBJECT], "")[0].clone()]);
    }

    #[test]
    fn what_was_found_with_marks_is_shown_with_marks() {
        let pages = "Việc số hóa hồ sơ";
        let plan = (Place::Kind, "Kế hoạch");
        assert_eq!(shown_as("số hóa", true, &[CODE, plan], pages), ["trong trang: Việc [số hóa] hồ sơ"]);
        assert_eq!(shown_as("so hoa", false, &[CODE, plan], pages)[0], "tên loại: Kế [hoạch]");
    }

    #[test]
    fn a_date_is_shown_for_what_nothing_else_says() {
        let date = (Place::IssueDate, "ngày 20 tháng 11 năm 2026");
        let subject = (Place::Subject, "Chuyên đề tháng 3");
        assert_eq!(shown("chuyên đề tháng ", &[subject, date], "").len(), 1);
        assert_eq!(shown("tháng 11 ", &[subject, date], "").len(), 2);
    }

    #[test]
    fn the_piece_of_a_page_with_most_of_it_is_shown() {
        let pages = format!("học sinh {} học sinh giỏi cấp huyện", "và ".repeat(60));
        let found = shown("giỏi học sinh", &[], &pages);
        assert!(found[0].contains("[học sinh giỏi] cấp huyện"), "{found:?}");
    }
}
