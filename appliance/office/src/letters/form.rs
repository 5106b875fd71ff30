//! What the clerk writes into the book, as it comes from the page, and the checks each column has.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use serde::Deserialize;
use uuid::Uuid;

use super::model::{Facts, Urgency};
use super::{reference, types};
use crate::error::Refusal;
use crate::kit::text;

/// Vào sổ văn bản đến.
#[derive(Debug, Clone, Default, Deserialize, utoipa::ToSchema)]
pub struct Register {
    /// Chosen by the page, so that a repeated request registers once.
    pub id: Option<Uuid>,
    /// Tác giả.
    pub issuing_body: String,
    /// Số, ký hiệu.
    pub reference_code: String,
    /// Ngày văn bản.
    pub issue_date: Option<NaiveDate>,
    /// Tên loại.
    pub document_type: String,
    /// Trích yếu.
    pub subject: String,
    /// Người ký.
    #[serde(default)]
    pub signatory: String,
    /// Độ khẩn.
    #[serde(default)]
    pub urgency: Urgency,
    /// Thời hạn giải quyết.
    pub due_date: Option<NaiveDate>,
    /// Số lượng bản.
    pub copies: Option<u32>,
    /// Ghi chú.
    #[serde(default)]
    pub note: String,
    /// Độ mật; anything but `none` is refused.
    #[serde(default)]
    pub secrecy: String,
    /// The scan or upload that is the document.
    pub paper: Option<Uuid>,
    /// The clerk saw the warning and wants it all the same.
    #[serde(default)]
    pub duplicate_confirmed: bool,
}

/// Dự thảo văn bản đi.
#[derive(Debug, Clone, Default, Deserialize, utoipa::ToSchema)]
pub struct Draft {
    /// Chosen by the page, so that a repeated request drafts once.
    pub id: Option<Uuid>,
    /// Tên loại.
    pub document_type: String,
    /// Trích yếu.
    pub subject: String,
    /// Nơi nhận.
    #[serde(default)]
    pub recipients: String,
    /// Người ký.
    #[serde(default)]
    pub signatory: String,
    /// Độ khẩn.
    #[serde(default)]
    pub urgency: Urgency,
    /// Field or section in the symbol of a công văn: `CM`.
    #[serde(default)]
    pub field: String,
    /// Hạn trả lời.
    pub due_date: Option<NaiveDate>,
    /// Số lượng bản.
    pub copies: Option<u32>,
    /// Ghi chú.
    #[serde(default)]
    pub note: String,
    /// Độ mật; anything but `none` is refused.
    #[serde(default)]
    pub secrecy: String,
    /// The scan or upload that is the document.
    pub paper: Option<Uuid>,
}

/// Sửa: the slip anew, of the book the document is in.
#[derive(Debug, Clone, Deserialize, utoipa::ToSchema)]
#[serde(tag = "book", rename_all = "snake_case")]
#[schema(as = AmendSlip)]
pub enum Amend {
    /// An incoming document's.
    Incoming(Register),
    /// An outgoing draft's.
    Outgoing(Draft),
}

/// Lengths of appendix VI, in characters.
const ORGAN_NAME: usize = 200;
const CODE: usize = 42;
const SUBJECT: usize = 500;
const SIGNER: usize = 150;
const RECIPIENTS: usize = 1_000;
const NOTE: usize = 500;
const COPIES: u32 = 999;

impl Register {
    /// The columns, tidied.
    ///
    /// # Errors
    /// A sentence beside every column that must be mended; `letter.secret` for classified documents.
    pub fn facts(&self, today: NaiveDate) -> Result<Facts, Refusal> {
        not_secret(&self.secrecy)?;
        let mut checks = Checks::default();
        let facts = Facts {
            issuing_body: checks.needed("issuing_body", &self.issuing_body, ORGAN_NAME, "cơ quan ban hành"),
            reference_code: checks.needed(
                "reference_code",
                &self.reference_code,
                CODE,
                "số, ký hiệu trên văn bản",
            ),
            issue_date: self.issue_date,
            document_type: checks.document_type(&self.document_type),
            subject: checks.needed("subject", &self.subject, SUBJECT, "trích yếu nội dung"),
            signatory: checks.short("signatory", &self.signatory, SIGNER),
            recipients: String::new(),
            urgency: self.urgency,
            due_date: self.due_date,
            copies: checks.copies(self.copies),
            note: checks.short("note", &self.note, NOTE),
            notation: String::new(),
            field: String::new(),
        };
        match facts.issue_date {
            None => checks.say("issue_date", "Hãy ghi ngày của văn bản.".into()),
            Some(date) if date > today => {
                checks.say(
                    "issue_date",
                    "Ngày văn bản muộn hơn hôm nay. Hãy xem lại ngày trên văn bản.".into(),
                );
            }
            Some(_) => {}
        }
        checks.end(facts)
    }
}

impl Draft {
    /// The columns, tidied, with the symbol the document will bear.
    ///
    /// # Errors
    /// As [`Register::facts`].
    pub fn facts(&self, unit: &crate::units::Facts) -> Result<Facts, Refusal> {
        not_secret(&self.secrecy)?;
        let mut checks = Checks::default();
        let document_type = checks.document_type(&self.document_type);
        let field = checks.short("field", &self.field, CODE);
        if field.chars().any(|c| c.is_whitespace() || c == '/') {
            checks.say(
                "field",
                "Chữ viết tắt đơn vị soạn thảo viết liền, không có dấu gạch chéo, ví dụ CM.".into(),
            );
        }
        let facts = Facts {
            issuing_body: unit.name.clone(),
            reference_code: String::new(),
            issue_date: None,
            notation: reference::notation(&document_type, &unit.abbreviation, &field),
            document_type,
            field,
            subject: checks.needed("subject", &self.subject, SUBJECT, "trích yếu nội dung"),
            signatory: checks.short("signatory", &self.signatory, SIGNER),
            recipients: checks.short("recipients", &self.recipients, RECIPIENTS),
            urgency: self.urgency,
            due_date: self.due_date,
            copies: checks.copies(self.copies),
            note: checks.short("note", &self.note, NOTE),
        };
        checks.end(facts)
    }
}

fn not_secret(secrecy: &str) -> Result<(), Refusal> {
    if secrecy.is_empty() || secrecy == "none" {
        return Ok(());
    }
    Err(Refusal::new(
        "letter.secret",
        422,
        "Văn bản mật không được đưa vào máy nối mạng, kể cả trích yếu. Hãy vào sổ giấy riêng cho văn bản mật.",
    ))
}

/// Gathers the sentences of all columns, so that the clerk mends them in one go.
#[derive(Default)]
struct Checks(BTreeMap<&'static str, String>);

impl Checks {
    fn say(&mut self, field: &'static str, sentence: String) {
        self.0.insert(field, sentence);
    }

    fn short(&mut self, field: &'static str, value: &str, most: usize) -> String {
        let value = text::tidy(value);
        if value.chars().count() > most {
            self.say(field, format!("Dài quá {most} chữ. Hãy rút ngắn."));
        }
        value
    }

    fn needed(&mut self, field: &'static str, value: &str, most: usize, what: &str) -> String {
        let value = self.short(field, value, most);
        if value.is_empty() {
            self.say(field, format!("Hãy ghi {what}."));
        }
        value
    }

    fn document_type(&mut self, id: &str) -> String {
        if types::by_id(id).is_none() {
            self.say("document_type", "Hãy chọn loại văn bản trong danh sách.".into());
        }
        id.to_owned()
    }

    fn copies(&mut self, copies: Option<u32>) -> u32 {
        let copies = copies.unwrap_or(1);
        if !(1..=COPIES).contains(&copies) {
            self.say("copies", format!("Số lượng bản phải từ 1 đến {COPIES}. Hãy ghi lại."));
        }
        copies
    }

    fn end(self, facts: Facts) -> Result<Facts, Refusal> {
        if self.0.is_empty() { Ok(facts) } else { Err(Refusal::fields("letter.invalid", self.0)) }
    }
}
