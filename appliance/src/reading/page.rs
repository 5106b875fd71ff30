//! One page read: its picture made ready, given to tesseract, the answer understood; and where the words make no sense,
//! asked which way up they stand.

use std::ffi::OsStr;

use paper::PageText;
use sight::Legible;

use super::{Reader, VIETNAMESE, held};
use crate::child::{ChildFault, said};

/// Below this a page lies on its side, stands on its head, or says nothing: Vietnamese print reads at 85 and more,
/// the same page upside down at 42.
const DOUBTFUL: u8 = 60;
/// Tesseract's own number for "rather sure which way is up"; printed pages have 10 and more, seals alone under 1.
const SURE_OF_UP: f32 = 2.0;

/// What came of a page.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Words {
    /// Its words, in pixels of the capture turned by `turn`.
    pub(crate) page: PageText,
    /// How sure the reader is, in per cent.
    pub(crate) confidence: u8,
    /// How it was turned for that, clockwise.
    pub(crate) turn: u16,
    /// How much of that was the reader's own doing.
    pub(crate) turned_by: Option<u16>,
}

/// Why there are no words.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Unread {
    /// It is this page that cannot be read.
    #[error("{0}")]
    Page(String),
    /// The reader can read nothing at the moment.
    #[error("the reader is out of order: {0}")]
    Reader(String),
}

impl From<ChildFault> for Unread {
    fn from(fault: ChildFault) -> Self {
        match fault {
            ChildFault::NotStarted(_) => Self::Reader(fault.to_string()),
            other => Self::Page(other.to_string()),
        }
    }
}

impl Reader {
    /// Reads a capture of `dpi` that lies on the desk turned clockwise by `turn` degrees. Dropping it ends the reading.
    ///
    /// # Errors
    /// [`Unread`].
    pub(crate) async fn words(&self, capture: Vec<u8>, dpi: u32, turn: u16) -> Result<Words, Unread> {
        let capture = std::sync::Arc::new(capture);
        let legible = |turn: u16| {
            let capture = capture.clone();
            async move {
                let made = crate::blocking(move || Legible::read(&capture, dpi, turn)).await;
                made.map_err(|error| Unread::Reader(error.to_string()))?
                    .map_err(|error| Unread::Page(error.to_string()))
            }
        };
        let upright = legible(turn).await?;
        let page = self.page(&upright).await?;
        let confidence = reading::confidence(&page);
        let asis = Words { page, confidence, turn, turned_by: None };
        if confidence >= DOUBTFUL {
            return Ok(asis);
        }
        let Some(by) = self.up(&upright).await else { return Ok(asis) };
        drop(upright);
        let turned = (turn + by) % 360;
        let page = self.page(&legible(turned).await?).await?;
        let confidence = reading::confidence(&page);
        if confidence < DOUBTFUL {
            return Ok(asis);
        }
        Ok(Words { page, confidence, turn: turned, turned_by: Some(by) })
    }

    async fn page(&self, page: &Legible) -> Result<PageText, Unread> {
        let table = self.ask(page, VIETNAMESE, "3", &["-c", "tessedit_create_tsv=1"]).await?;
        let table = String::from_utf8(table).map_err(|_| Unread::Page("it does not speak UTF-8".into()))?;
        reading::from_tsv(&table, page.width_px, page.height_px)
            .map_err(|fault| Unread::Page(fault.to_string()))
    }

    /// By how many degrees clockwise a page has to be turned to stand upright, where that is clear and not 0.
    async fn up(&self, page: &Legible) -> Option<u16> {
        // Without `osd` installed nobody knows, and the page stays as it was read.
        let told = self.ask(page, "osd", "0", &[]).await.ok()?;
        let told = String::from_utf8(told).ok()?;
        let number = |name: &str| {
            let line = told.lines().find_map(|line| line.strip_prefix(name))?;
            line.trim_start_matches(':').trim().parse::<f32>().ok()
        };
        let sure = number("Orientation confidence")? >= SURE_OF_UP;
        let by = number("Rotate")? as u16;
        (sure && matches!(by, 90 | 180 | 270)).then_some(by)
    }

    async fn ask(
        &self,
        page: &Legible,
        language: &str,
        mode: &str,
        more: &[&str],
    ) -> Result<Vec<u8>, ChildFault> {
        let dpi = page.dpi.to_string();
        let asked = ["stdin", "stdout", "--dpi", &dpi, "-l", language, "--psm", mode];
        let arguments: Vec<&OsStr> = asked.iter().chain(more).map(OsStr::new).collect();
        said(&self.program, &arguments, &page.pgm, &held(self.patience)).await
    }
}
