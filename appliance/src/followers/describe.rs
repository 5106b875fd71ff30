//! Writes into the file of a document what the register says of it, once the register says something: its pages were
//! there before it had a number.
//!
//! ```text
//! letter.registered, released, amended, attached → the document is to be described
//!     composed here        paper::describe: about itself    → blob → Describe: the file under its new name
//!     outgoing, as brought numbered in a child: on its page                 it cannot be: with the file as it is
//! scan.page_read of a filed scan → it lacks words → when all its pages are read: composed again, then as above
//! ```
//!
//! What there is to do is asked of the rows, so it can be cut off anywhere: a file written and not yet named is an orphan,
//! and the same words give the same bytes again. Whoever is about to have a document signed calls [`now`] first, because
//! after that its bytes are nobody's to change.

use office::letters::model::LetterFile;
use office::letters::{Command as Letters, Description, Letter, to_describe};
use office::scans::{Made, Paper};
use office::{Actor, Command, Error, Refusal};
use paper::{About, RegisterFacts};
use uuid::Uuid;
use wire::Sha256;

use super::Nudges;
use crate::derived::laid::{Laying, NotLaid, OfRegister, update};
use crate::seal::make::blob;
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
    let (paper, made) = match with_words(app, file).await? {
        Some((paper, made)) => (paper, Some(made)),
        None if file.said.as_ref() == Some(&said) => return Ok(()),
        None => (file.paper.clone(), None),
    };
    let written = match file.made {
        Some(_) => about_itself(app, paper.name, &said).await?,
        None => on_its_page(app, paper.name, &said).await?,
    };
    if written.is_none() {
        tracing::info!(letter = %letter.id, file = %paper.name, "what the register says is not written into the file");
    }
    let (name, bytes) = written.unwrap_or((paper.name, paper.bytes));
    let paper = Paper { name, bytes, ..paper };
    let command = Letters::Describe { letter: letter.id, from, paper, said, made };
    app.desk.execute(REGISTER, Command::Letters(command)).await?;
    Ok(())
}

/// The paper made again, if words of its pages were read since it was made and no page is still to be read. One that is
/// too long stays without them.
async fn with_words(app: &App, file: &LetterFile) -> Result<Option<(Paper, Made)>, Error> {
    let (Some(scan), Some(made), true) = (file.scan, &file.made, file.lacks_words) else { return Ok(None) };
    if file.paper.pages > compose::MOST_REMADE {
        return Ok(Some((file.paper.clone(), made.clone())));
    }
    compose::with_words(app, scan).await
}

/// A file of ours with these words about itself, at rest; nothing where it cannot have them.
async fn about_itself(app: &App, from: Sha256, said: &Description) -> Result<Option<(Sha256, u64)>, Error> {
    let (about, journal) = (about(app, said).await?, app.desk.journal().clone());
    Ok(blocking(move || written(&journal, &from, &about)).await??)
}

/// A file as it was brought with number and day in its blanks, at rest; nothing where it has none, or bears others.
async fn on_its_page(app: &App, from: Sha256, said: &Description) -> Result<Option<(Sha256, u64)>, Error> {
    let Some(day) = said.issued_on else { return Ok(None) };
    let laying = Laying::Numbered(OfRegister::new(&said.number_symbol, day));
    let _room = app.bench.room().await;
    let journal = app.desk.journal().clone();
    let pdf = blocking(move || blob(&journal, from)).await??;
    let update = match update(app, &pdf, &laying).await? {
        Ok(update) if update.is_empty() => return Ok(None),
        Ok(update) => update,
        Err(NotLaid::Contradiction(written)) => {
            tracing::warn!(file = %from, written, number = said.number_symbol, %day, "a page bears another number or day");
            return Ok(None);
        }
        Err(why) => {
            tracing::info!(file = %from, ?why, "a page that cannot be written on");
            return Ok(None);
        }
    };
    let journal = app.desk.journal().clone();
    let put = move || {
        let whole = [pdf, update].concat();
        journal.blobs().put(&whole).map(|name| (name, whole.len() as u64))
    };
    Ok(Some(blocking(put).await??))
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
