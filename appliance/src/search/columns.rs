//! What of a document can be found beside the words of its pages: the columns of its book, and who works on it.

use chrono::{Datelike, NaiveDate};
use office::kit::text::tidy;
use office::letters::model::Urgency;
use office::letters::{Letter, types, view};
use serde::Serialize;
use utoipa::ToSchema;
use wire::Book;

/// Which part of a document.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = SearchPlace)]
pub(super) enum Place {
    /// Số, ký hiệu.
    Reference,
    /// Số đến, số đi.
    Number,
    /// Trích yếu.
    Subject,
    /// Tác giả.
    Issuer,
    /// Tên loại and độ khẩn.
    Kind,
    /// Nơi nhận.
    Recipients,
    /// Người ký.
    Signatory,
    /// Người soạn, người được trình, người được giao.
    People,
    /// Ngày tháng văn bản.
    IssueDate,
    /// Ngày đến, ngày phát hành.
    EnteredOn,
    /// Hạn giải quyết.
    DueDate,
    /// Ghi chú.
    Note,
    /// On the paper itself.
    Pages,
}

impl Place {
    /// What stands before an excerpt.
    pub(super) fn label(self) -> &'static str {
        match self {
            Self::Reference => "số, ký hiệu",
            Self::Number => "số trong sổ",
            Self::Subject => "trích yếu",
            Self::Issuer => "tác giả",
            Self::Kind => "tên loại",
            Self::Recipients => "nơi nhận",
            Self::Signatory => "người ký",
            Self::People => "người xử lý",
            Self::IssueDate => "ngày văn bản",
            Self::EnteredOn => "ngày vào sổ",
            Self::DueDate => "hạn",
            Self::Note => "ghi chú",
            Self::Pages => "trong trang",
        }
    }

    pub(super) fn is_date(self) -> bool {
        matches!(self, Self::IssueDate | Self::EnteredOn | Self::DueDate)
    }

    /// Whether people mean the document itself when they type it.
    pub(super) fn names_it(self) -> bool {
        matches!(self, Self::Reference | Self::Number)
    }
}

/// A column with what stands in it, tidied.
#[derive(Debug)]
pub(super) struct Column {
    pub(super) place: Place,
    pub(super) text: String,
}

/// The filled columns of a document. Numbers and dates carry the word before them, as on the paper: "Số 147/PNV",
/// "ngày 21 tháng 11 năm 2026".
pub(super) fn columns(letter: &Letter) -> Vec<Column> {
    let facts = &letter.facts;
    let mut columns = Vec::new();
    let mut add = |place: Place, text: String| {
        if !text.is_empty() {
            columns.push(Column { place, text: tidy(&text) });
        }
    };
    if !facts.reference_code.is_empty() {
        add(Place::Reference, format!("Số {}", facts.reference_code));
    }
    add(Place::Subject, facts.subject.clone());
    add(Place::Issuer, facts.issuing_body.clone());
    add(Place::Kind, kind(letter));
    add(Place::Recipients, facts.recipients.clone());
    add(Place::Signatory, facts.signatory.clone());
    add(Place::People, people(letter));
    if let Some(number) = view::number_text(letter).filter(|number| *number != facts.reference_code) {
        let which = if letter.book == Book::Incoming { "đến" } else { "đi" };
        add(Place::Number, format!("Số {which} {number}"));
    }
    for (place, date) in [
        (Place::IssueDate, facts.issue_date),
        (Place::EnteredOn, letter.entered_on),
        (Place::DueDate, facts.due_date),
    ] {
        date.into_iter().flat_map(spellings).for_each(|text| add(place, text));
    }
    add(Place::Note, letter.line_note());
    columns
}

fn kind(letter: &Letter) -> String {
    let name = types::name_of(&letter.facts.document_type);
    match letter.facts.urgency {
        Urgency::Normal => name.to_owned(),
        urgency => format!("{name}, {}", view::urgency_name(urgency)),
    }
}

fn people(letter: &Letter) -> String {
    let assigned = letter.assignments.iter().map(|share| &share.person);
    let mut names: Vec<&str> = Vec::new();
    for person in assigned.chain(&letter.submitted_to).chain([&letter.drafter]) {
        if !names.contains(&person.name.as_str()) {
            names.push(&person.name);
        }
    }
    names.join(", ")
}

fn spellings(date: NaiveDate) -> [String; 2] {
    let spelled = format!("ngày {} tháng {} năm {}", date.day(), date.month(), date.year());
    [format!("ngày {}", date.format("%d/%m/%Y")), spelled]
}
