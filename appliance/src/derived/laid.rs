//! Laying over a file that came from elsewhere: like everything that reads its pages, in a child process with limits. What
//! the child answers is the update alone; the file's own bytes never come back from it.

use office::Error;
use office::letters::model::Urgency as Urgent;
use paper::overlay::{
    Circulation, CopyBlock, Mark, NumberAndDay, Overlay, OverlayError, Urgency, lay, numbered,
    signed_and_sealed_line,
};
use paper::typeset::{Faces, TypesetError};
use serde::{Deserialize, Serialize};

use super::refused;
use crate::App;
use crate::child::ChildFault;
use crate::seal::font;

/// What is laid over a file.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) enum Laying {
    /// Dấu ĐẾN.
    Arrival { unit: String, number: String, day: String },
    /// Dấu độ khẩn.
    Urgency(Urgent),
    /// XEM XONG TRẢ LẠI.
    ReturnAfterReading,
    /// LƯU HÀNH NỘI BỘ.
    Internal,
    /// The block of a copy.
    Copy(Copy),
    /// A line along the lower edge of the page.
    Edge(String),
    /// Number and day where they are blank.
    Numbered(OfRegister),
    /// Number, day and “(đã ký và đóng dấu)”.
    OnPaper(OfRegister),
}

/// What the register gives a document at its release.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct OfRegister {
    number: String,
    symbol: String,
    day: chrono::NaiveDate,
}

impl OfRegister {
    /// Of `01/QĐ-THCSHM`: before the stroke stands what is missing on the page.
    pub(crate) fn new(number_symbol: &str, day: chrono::NaiveDate) -> Self {
        let (number, symbol) = number_symbol.split_once('/').unwrap_or((number_symbol, ""));
        Self { number: number.into(), symbol: symbol.into(), day }
    }

    fn facts(self) -> NumberAndDay {
        let Self { number, symbol, day } = self;
        NumberAndDay { number, symbol, day }
    }
}

/// What stands in the block of a copy.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Copy {
    pub(crate) form: String,
    pub(crate) parent: Option<String>,
    pub(crate) unit: String,
    pub(crate) number: String,
    pub(crate) place_and_day: String,
    pub(crate) title: String,
    pub(crate) name: String,
    pub(crate) recipients: Vec<String>,
}

/// Why nothing was laid.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) enum NotLaid {
    /// Somebody signed it.
    Signed,
    /// It cannot be read or added to.
    Unreadable,
    /// No room below the text.
    NoRoom { needed_mm: f32, free_mm: f32 },
    /// Nobody's title and name were found.
    NoBlock,
    /// The page says otherwise.
    Contradiction(String),
    /// No blank for number and day.
    NoBlank,
    /// The faces lack a letter.
    NoLetter(char),
}

impl From<OverlayError> for NotLaid {
    fn from(error: OverlayError) -> Self {
        match error {
            OverlayError::Signed => Self::Signed,
            OverlayError::NoRoom { needed_mm, free_mm } => Self::NoRoom { needed_mm, free_mm },
            OverlayError::NoBlock => Self::NoBlock,
            OverlayError::Contradiction(written) => Self::Contradiction(written),
            OverlayError::NoBlank(_) => Self::NoBlank,
            OverlayError::Typeset(TypesetError::NoLetter { letter, .. }) => Self::NoLetter(letter),
            OverlayError::Pdf(_) | OverlayError::Page(_) | OverlayError::Typeset(_) => Self::Unreadable,
        }
    }
}

/// The file with what is laid over it.
///
/// # Errors
/// `print.*`, `transcript.*`.
pub(super) async fn laid(app: &App, mut pdf: Vec<u8>, laying: &Laying) -> Result<Vec<u8>, Error> {
    let update = update(app, &pdf, laying).await?.map_err(refused)?;
    pdf.extend_from_slice(&update);
    Ok(pdf)
}

/// What is to be added to the file, or why nothing is; empty where nothing is to be laid.
///
/// # Errors
/// `print.no_face`; if no child can be started.
pub(crate) async fn update(
    app: &App,
    pdf: &[u8],
    laying: &Laying,
) -> Result<Result<Vec<u8>, NotLaid>, Error> {
    let order = serde_json::to_string(laying).map_err(|error| Error::Broken(format!("an order: {error}")))?;
    crate::blocking(font::faces).await??;
    let answer = match app.pages.lay(pdf, order).await {
        Ok(answer) => answer,
        Err(fault @ ChildFault::NotStarted(_)) => return Err(Error::Broken(format!("page-worker: {fault}"))),
        Err(fault) => {
            tracing::warn!(%fault, "a file that nothing can be laid over");
            return Ok(Err(NotLaid::Unreadable));
        }
    };
    Ok(match answer.split_first() {
        Some((&UPDATE, update)) => Ok(update.to_vec()),
        Some((&REASON, reason)) => Err(serde_json::from_slice(reason).unwrap_or(NotLaid::Unreadable)),
        _ => Err(NotLaid::Unreadable),
    })
}

/// How an answer of the child begins.
const UPDATE: u8 = b'+';
const REASON: u8 = b'-';

/// Lays in the child; what it says.
pub(crate) fn in_child(pdf: &[u8], order: &str) -> Option<Vec<u8>> {
    let laying: Laying = serde_json::from_str(order).ok()?;
    let whole = font::faces().ok().map(|faces| over(pdf, &laying, faces))?;
    match whole {
        Ok(whole) => Some([&[UPDATE], whole.strip_prefix(pdf)?].concat()),
        Err(error) => {
            let reason = serde_json::to_vec(&NotLaid::from(error)).ok()?;
            Some([&[REASON], reason.as_slice()].concat())
        }
    }
}

fn over(pdf: &[u8], laying: &Laying, faces: &Faces) -> Result<Vec<u8>, OverlayError> {
    let mark = match laying.clone() {
        Laying::Arrival { unit, number, day } => Mark::Arrival { unit, number, day },
        Laying::Urgency(Urgent::Flash) => Mark::Urgency(Urgency::Flash),
        Laying::Urgency(Urgent::VeryUrgent) => Mark::Urgency(Urgency::VeryUrgent),
        Laying::Urgency(Urgent::Urgent | Urgent::Normal) => Mark::Urgency(Urgency::Urgent),
        Laying::ReturnAfterReading => Mark::Circulation(Circulation::ReturnAfterReading),
        Laying::Internal => Mark::Circulation(Circulation::Internal),
        Laying::Edge(words) => Mark::Edge(words),
        Laying::Copy(Copy { form, parent, unit, number, place_and_day, title, name, recipients }) => {
            Mark::Copy(CopyBlock { form, parent, unit, number, place_and_day, title, name, recipients })
        }
        Laying::Numbered(register) => {
            let whole = numbered(pdf, &register.facts(), faces)?;
            return Ok(whole.unwrap_or_else(|| pdf.to_vec()));
        }
        Laying::OnPaper(register) => return signed_and_sealed_line(pdf, &register.facts(), faces),
    };
    let place = mark.place(pdf, faces)?;
    lay(pdf, &[Overlay { mark, place }], faces)
}
