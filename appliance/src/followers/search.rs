//! Keeps what can be found where the journal is: letters as they change, and the words of their pages as they are read.
//!
//! How far the index goes stands in its own last commit, so a power cut takes both back together and the entries since
//! are read again. It works last in line for the processor, on a thread that may die of a damaged index.

use std::time::Duration;

use super::Nudges;
use crate::search::Trouble;
use crate::{App, disk};

/// What comes together is written together: each commit costs the memory card a few writes.
const GATHER: Duration = Duration::from_secs(1);
/// How much it stands back behind everything else.
const NICE: i32 = 10;

/// Brings the index up to date at every nudge.
pub(super) async fn follow(app: App) {
    let mut nudges = Nudges::of(&app);
    let mut failed_before = false;
    let mut begun = false;
    loop {
        tokio::select! {
            go_on = nudges.next() => if !go_on { return },
            () = app.search.doubted() => {}
        }
        if begun && app.stop.run_until_cancelled(tokio::time::sleep(GATHER)).await.is_none() {
            return;
        }
        begun = true;
        let troubled = match caught_up(&app).await {
            Ok(()) => false,
            Err(Some(trouble)) => {
                tracing::error!(%trouble, "the search index is behind");
                trouble.is_of_the_index()
            }
            Err(None) => {
                tracing::error!("keeping the search index died of it");
                true
            }
        };
        match (troubled, failed_before) {
            (false, _) => {}
            (true, false) => app.search.doubt(),
            (true, true) => app.search.forget(),
        }
        failed_before = troubled;
    }
}

/// None: it died.
async fn caught_up(app: &App) -> Result<(), Option<Trouble>> {
    let (search, journal, stop) = (app.search.clone(), app.desk.journal().clone(), app.stop.clone());
    let (tell, told) = tokio::sync::oneshot::channel();
    let work = move || {
        // Not every system allows it, and it is only a courtesy; the index's own threads inherit it.
        let _ = rustix::process::nice(NICE);
        let done = search.catch_up(&journal, &stop);
        // Whoever hears of the end may close the box at once.
        drop((search, journal));
        let _ = tell.send(done);
    };
    std::thread::Builder::new().name("search".into()).spawn(work).map_err(|error| {
        tracing::error!(error = %disk(error), "no thread for the search index");
        None
    })?;
    told.await.map_err(|_| None)?.map_err(Some)
}
