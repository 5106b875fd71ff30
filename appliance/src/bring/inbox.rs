//! The folder that copiers scan to. It is looked at every two seconds, because a share on another machine sends no word
//! when something comes; a file that stands still is taken.
//!
//! ```text
//! inbox/quyet-dinh.pdf                     written by the copier; size and time stand still for 3 s
//! inbox/.dang-nhan/1234/quyet-dinh.pdf     taken when the journal stood at 1234: nobody else writes it now
//!        its pages come to the desk        an entry after 1234 says so, if there was a power cut here
//! inbox/da-nhan/2026-11-21/quyet-dinh.pdf  done                    inbox/khong-nhan/...  refused, with the reason
//! ```
//!
//! Only one file is under way at a time, so the first thing brought from the folder after the seq it was taken at is
//! that file: it is never brought twice, and a stack that a power cut interrupted is completed.

mod folder;
mod http;
mod still;

use std::time::{Duration, Instant};

use office::kit::text;
use office::scans::{Event, Way};
use office::{Actor, Error, Refusal};
use paper::InspectError;
use uuid::Uuid;
use wire::Sha256;

use self::folder::{Claimed, Folder};
pub(super) use self::http::routes;
use self::still::Watch;
use super::copied::{self, NotCopied};
use super::{File, begun, laid, looked_into, refused, word};
use crate::{App, blocking};

/// Whose paper it is that comes out of a copier.
const COPIER: Actor = Actor::Machine("máy photo");
/// How often the folder is looked at.
const LOOK_AGAIN: Duration = Duration::from_secs(2);
/// Entries read at once.
const ENTRIES: usize = 500;
const ENTRY_BYTES: usize = 1 << 20;

/// Takes what comes until the box stops.
pub(crate) async fn watch(app: App) {
    let folder = Folder::new(&app.places.inbox);
    let mut watch = Watch::default();
    let mut said = String::new();
    while !app.stop.is_cancelled() {
        let trouble = match look(&app, &folder, &mut watch).await {
            Ok(()) => String::new(),
            Err(error) => error.to_string(),
        };
        // A share that is away is away for hours: one line, not one every two seconds.
        if trouble != said && !trouble.is_empty() {
            tracing::warn!(folder = %app.places.inbox.display(), trouble, "the copiers' folder is not read");
        }
        said = trouble;
        tokio::select! {
            () = app.stop.cancelled() => {}
            () = tokio::time::sleep(LOOK_AGAIN) => {}
        }
    }
}

/// Finishes what was begun, then takes every file that stands still.
async fn look(app: &App, folder: &Folder, watch: &mut Watch) -> Result<(), Error> {
    let (place, now) = (folder.clone(), Instant::now());
    let found = blocking(move || -> std::io::Result<_> {
        place.make()?;
        Ok((place.claimed()?, place.waiting()?))
    });
    let (claimed, waiting) = found.await?.map_err(crate::disk)?;
    for claimed in claimed {
        finish(app, folder, claimed).await?;
    }
    for file in watch.still(waiting, now) {
        if app.stop.is_cancelled() {
            break;
        }
        take(app, folder, watch, file).await?;
    }
    Ok(())
}

/// Takes one file, unless it looks as if the copier were not done with it.
async fn take(app: &App, folder: &Folder, watch: &mut Watch, file: still::Still) -> Result<(), Error> {
    let (place, journal, name) = (folder.clone(), app.desk.journal().clone(), file.name.clone());
    let is_final = file.is_final;
    let read = blocking(move || -> Result<_, Error> {
        let blob = match copied::opened(&place.path(&name)).map(|file| copied::copied(journal.blobs(), file))
        {
            Ok(Ok(blob)) => Some(blob),
            Ok(Err(NotCopied::TooLarge)) => None,
            Ok(Err(NotCopied::Unwritten(fault))) => return Err(fault.into()),
            // Gone, or not ours to read: it is looked at again when it has changed.
            Ok(Err(NotCopied::Unread(_))) | Err(_) => return Ok(Read::No),
        };
        if let Some(blob) = blob.filter(|_| !is_final) {
            let bytes = journal.blobs().read(&blob)?.ok_or(journal::Fault::MissingBlob(blob))?;
            if word::is_half(&bytes) || matches!(paper::inspect(&bytes), Err(InspectError::Damaged(_))) {
                return Ok(Read::Half);
            }
        }
        Ok(Read::Whole(blob))
    });
    let blob = match read.await?? {
        Read::Whole(blob) => blob,
        Read::Half => {
            watch.be_patient(&file.name);
            return Ok(());
        }
        Read::No => return Ok(()),
    };
    let (place, seq) = (folder.clone(), app.desk.journal().head()?.seq);
    let claimed = blocking(move || place.claim(&file, seq)).await?.map_err(crate::disk)?;
    match (claimed, blob) {
        (Some(claimed), Some(blob)) => bring(app, folder, claimed, blob).await,
        (Some(claimed), None) => refuse(app, folder, claimed, &refused::too_large()).await,
        // It was written to meanwhile, and lies where it lay.
        (None, _) => Ok(()),
    }
}

/// What became of reading a file.
enum Read {
    /// Its bytes, or none where there are too many.
    Whole(Option<Sha256>),
    /// It ends too early.
    Half,
    /// It could not be read.
    No,
}

/// Goes on with a file that was taken before: after a power cut, or when the disk was full.
async fn finish(app: &App, folder: &Folder, claimed: Claimed) -> Result<(), Error> {
    let (journal, path) = (app.desk.journal().clone(), claimed.path.clone());
    let read = blocking(move || {
        let file = copied::opened(&path).map_err(NotCopied::Unread)?;
        copied::copied(journal.blobs(), file)
    });
    match read.await? {
        // Not one of ours: who may write to the share has put a folder or a link there. The others must not wait for it.
        Err(NotCopied::Unread(_)) if !claimed.is_file() => Ok(()),
        Ok(blob) => bring(app, folder, claimed, blob).await,
        Err(NotCopied::TooLarge) => refuse(app, folder, claimed, &refused::too_large()).await,
        Err(NotCopied::Unwritten(fault)) => Err(fault.into()),
        Err(NotCopied::Unread(error)) => Err(crate::disk(error)),
    }
}

/// Lays a taken file on the desk, or the rest of its pages, and puts it away.
async fn bring(app: &App, folder: &Folder, claimed: Claimed, blob: Sha256) -> Result<(), Error> {
    let file = File { name: blob, file_name: claimed.name(), way: Way::Folder };
    let file = match word::as_pdf(app, file).await {
        Ok(file) => file,
        Err(Error::Refusal(refusal)) => return refuse(app, folder, claimed, &refusal).await,
        Err(fault) => return Err(fault),
    };
    let room = app.bench.room().await;
    let before = begun_since(app, claimed.seq, file.file_name.clone()).await?;
    let content = match looked_into(app, file.name, Way::Folder).await {
        Ok(content) => content,
        Err(Error::Refusal(refusal)) => return refuse(app, folder, claimed, &refusal).await,
        Err(fault) => return Err(fault),
    };
    let scan = match before {
        Some(scan) => scan,
        None => begun(app, COPIER, file, &content).await?,
    };
    match laid(app, COPIER, (scan, Way::Folder), content).await {
        // Somebody cleared it off the desk while it came: it was taken all the same.
        Ok(()) | Err(Error::Refusal(_)) => {}
        Err(fault) => return Err(fault),
    }
    drop(room);
    let (place, day) = (folder.clone(), app.today());
    blocking(move || place.put_away(&claimed, day)).await?.map_err(crate::disk)
}

async fn refuse(app: &App, folder: &Folder, claimed: Claimed, refusal: &Refusal) -> Result<(), Error> {
    tracing::info!(code = refusal.code, "a file of the copiers' folder was refused");
    let (place, sentence, at) = (folder.clone(), refusal.detail.clone(), app.desk.now());
    blocking(move || place.refuse(&claimed, &sentence, at)).await?.map_err(crate::disk)
}

/// What was brought from the folder first after this entry, if it bears the file's name: a file that somebody else put
/// among those under way must not come behind the pages of another.
async fn begun_since(app: &App, seq: u64, name: String) -> Result<Option<Uuid>, Error> {
    let journal = app.desk.journal().clone();
    let name = text::tidy(&name);
    blocking(move || -> Result<_, Error> {
        let snapshot = journal.read()?;
        let mut after = seq;
        loop {
            let entries = snapshot.entries(after, ENTRIES, ENTRY_BYTES)?;
            let Some(last) = entries.last() else { return Ok(None) };
            after = last.header().seq;
            let found = entries.iter().find_map(|entry| from_folder(entry.body()?));
            if let Some((scan, begun)) = found {
                // The desk may have cut it.
                return Ok(name.starts_with(&begun).then_some(scan));
            }
        }
    })
    .await?
}

/// The job an entry began and the name of its file, if it came from the folder.
fn from_folder(body: &str) -> Option<(Uuid, String)> {
    let body = serde_json::from_str::<wire::Body<'_>>(body).ok()?;
    match office::catalog::Event::parse(body.event.get()).ok()? {
        office::catalog::Event::Scans(
            Event::Brought { scan, file_name, way: Way::Folder, .. }
            | Event::Uploaded { scan, file_name, way: Way::Folder, .. },
        ) => Some((scan, file_name)),
        _ => None,
    }
}
