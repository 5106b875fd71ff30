//! Writes into the file of a document what the register says of it, once the register says something: its pages were
//! composed before it had a number.
//!
//! ```text
//! letter.registered, released, amended, attached → the document is to be described → paper::describe → blob
//!     → Describe: the file under its new name                    it cannot be: Describe with the file as it is
//! ```
//!
//! What there is to do is asked of the rows, so it can be cut off anywhere: a file written and not yet named is an orphan,
//! and the same words give the same bytes again. Whoever is about to have a document signed calls [`now`] first, because
//! after that its bytes are nobody's to change.

use office::letters::{Command as Letters, Description, Letter, to_describe};
use office::scans::Paper;
use office::{Actor, Command, Error, Refusal};
use paper::{About, RegisterFacts};
use uuid::Uuid;
use wire::Sha256;

use super::Nudges;
use crate::{App, blocking, compose};

/// Who the box is when it describes.
const REGISTER: Actor = Actor::Machine("sổ");

/// Describes whatever there is to describe at every nudge.
pub(super) async fn follow(app: App) {
    let mut nudges = Nudges::of(&app);
    while nudges.next().await {
        match app.desk.read(|rows| Ok(to_describe(rows)?)).await {
            Ok(letters) => {
                for letter in letters.into_iter().take_while(|_| !app.stop.is_cancelled()) {
                    if let Err(error) = described(&app, &letter).await {
                        // A full disk, most likely: the timer tries again.
                        tracing::error!(letter = %letter.id, %error, "a document is not described for now");
                    }
                }
            }
            Err(fault) => tracing::error!(%fault, "describe: the journal does not answer"),
        }
    }
}

/// Describes a document before it is signed, whether it has a number yet or not.
///
/// # Errors
/// 404; a full disk.
pub(crate) async fn now(app: &App, letter: Uuid) -> Result<(), Error> {
    let letter = app.desk.read(move |rows| Ok(rows.get::<Letter>(&letter.to_string())?)).await?;
    described(app, &letter.ok_or_else(Refusal::not_found)?).await
}

async fn described(app: &App, letter: &Letter) -> Result<(), Error> {
    let Some(file) = letter.to_describe() else { return Ok(()) };
    let (said, from) = (letter.description(), file.paper.name);
    let about = about(app, &said).await?;
    let journal = app.desk.journal().clone();
    let written = blocking(move || written(&journal, &from, &about)).await??;
    if written.is_none() {
        tracing::warn!(letter = %letter.id, file = %from, "a file of ours cannot be described and stays as it is");
    }
    let (name, bytes) = written.unwrap_or((from, file.paper.bytes));
    let paper = Paper { name, bytes, ..file.paper.clone() };
    let command = Letters::Describe { letter: letter.id, from, paper, said };
    app.desk.execute(REGISTER, Command::Letters(command)).await?;
    Ok(())
}

/// The file with these words in it, at rest; nothing where it cannot have them.
fn written(
    journal: &journal::Journal,
    from: &Sha256,
    about: &About,
) -> Result<Option<(Sha256, u64)>, journal::Fault> {
    let Some(mut file) = journal.blobs().open(from)? else { return Ok(None) };
    let mut blob = journal.blobs().writer()?;
    let Some(bytes) = paper::describe(&mut file, about, &mut blob)? else { return Ok(None) };
    Ok(Some((blob.finish()?, bytes)))
}

/// In the file's words. Its time stays what it is.
async fn about(app: &App, said: &Description) -> Result<About, Error> {
    let Description { title, entered, number_symbol, issued_on, issuer, document_type } = said.clone();
    let register = RegisterFacts { number_symbol, issued_on, issuer, kind: document_type };
    let about = compose::about(app, &title).await?;
    Ok(About { subject: entered, register: Some(register), ..about })
}
