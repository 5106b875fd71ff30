//! `/api/live`: server-sent events. The id of an event is the journal's seq, so a browser that was away sends the
//! last one it saw (`Last-Event-ID`) and is told at once what changed meanwhile.
//!
//! ```text
//! id: 41
//! event: changed
//! data: {"seq":41,"topics":["letters"]}
//! ```

use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::sse::{Event as Sent, KeepAlive, Sse};
use futures_util::{Stream, StreamExt, stream};
use office::accounts::Session;
use office::http::Problem;
use office::{Desk, Role, Viewer};
use tokio_stream::wrappers::BroadcastStream;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;
use wire::Sha256;

use crate::App;
use crate::followers::live::{Changed, Event, changed};

/// Shorter than what routers and phones cut silent connections after.
const KEEP_ALIVE: Duration = Duration::from_secs(15);

/// Told to a browser that lagged too far behind to know what it missed.
const EVERY_TOPIC: [&str; 10] = [
    "accounts",
    "certificates",
    "clock",
    "delegations",
    "letters",
    "link",
    "profiles",
    "scanners",
    "scans",
    "unit",
];

pub(super) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(live))
}

/// What changes, as it changes.
#[utoipa::path(get, path = "/api/live", operation_id = "get_live", tag = "live",
    params(("Last-Event-ID" = Option<u64>, Header, description = "last seq seen")),
    responses((status = 200, content_type = "text/event-stream", body = Event),
        (status = 401, body = Problem)))]
async fn live(
    viewer: Viewer,
    State(app): State<App>,
    headers: HeaderMap,
) -> Sse<impl Stream<Item = Result<Sent, Infallible>>> {
    // Listen first, look back second: what happens in between is told twice rather than never.
    let coming = BroadcastStream::new(app.live.listen());
    let missed = missed(&app, &headers).await;
    let head = app.clone();
    let coming = coming.map(move |event| {
        event.unwrap_or_else(|_lagged| {
            let seq = *head.desk.journal().tip().borrow();
            Arc::new(Event::Changed(Changed { seq, topics: EVERY_TOPIC.to_vec() }))
        })
    });
    let (desk, session, role) = (app.desk.clone(), viewer.session, viewer.role);
    let coming = coming
        .take_while(move |event| still_signed_in(desk.clone(), session, event.clone()))
        .filter(move |event| std::future::ready(may_hear(role, event)));
    let stop = app.stop.clone();
    let events = stream::iter(missed)
        .chain(coming)
        .take_until(async move { stop.cancelled().await })
        .map(|event| Ok(sent(&event)));
    Sse::new(events).keep_alive(KeepAlive::new().interval(KEEP_ALIVE))
}

/// What happened since the browser's last event; the first word of a new browser is the present seq.
async fn missed(app: &App, headers: &HeaderMap) -> Option<Arc<Event>> {
    let seen = headers.get("last-event-id")?.to_str().ok()?.parse().ok()?;
    let mut all = changed(app, seen).await?;
    let head = *app.desk.journal().tip().borrow();
    if all.seq < head {
        all = Changed { seq: head, topics: EVERY_TOPIC.to_vec() };
    }
    Some(Arc::new(Event::Changed(all)))
}

/// Whoever signed out, or was closed out, hears nothing more. Sessions end by entries about accounts, so only those
/// are worth a look.
async fn still_signed_in(desk: Desk, session: Sha256, event: Arc<Event>) -> bool {
    match &*event {
        Event::Changed(changed) if changed.topics.contains(&"accounts") => {
            let row = desk.read(move |rows| Ok(rows.get::<Session>(&session.to_string())?)).await;
            row.is_ok_and(|session| session.is_some())
        }
        _ => true,
    }
}

/// Scans are the clerk's: even that one is running is nobody else's business.
fn may_hear(role: Role, event: &Event) -> bool {
    match event {
        Event::Changed(_) | Event::Link(_) => true,
        Event::Scan(_) | Event::Page(_) => role == Role::Clerk,
    }
}

fn sent(event: &Event) -> Sent {
    let (name, id) = match event {
        Event::Changed(changed) => ("changed", Some(changed.seq)),
        Event::Scan(_) => ("scan", None),
        Event::Page(_) => ("page", None),
        Event::Link(_) => ("link", None),
    };
    let told = Sent::default().event(name);
    let told = match id {
        Some(seq) => told.id(seq.to_string()),
        None => told,
    };
    told.json_data(event).expect("events are plain values")
}
