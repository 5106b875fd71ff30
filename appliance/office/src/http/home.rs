//! The home page: what waits for me, what is late, has the office above received it.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use serde::Serialize;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;
use uuid::Uuid;
use wire::{Book, Stamp};

use super::{After, Office, Problem};
use crate::clock::ClockView;
use crate::error::Error;
use crate::letters::http::Filter;
use crate::letters::list;
use crate::letters::model::{Letter, State as LetterState};
use crate::letters::signing::Awaits;
use crate::letters::view::{BookName, LetterLine, is_unread};
use crate::rights::{Role, Viewer};
use crate::scans::Scan;
use crate::scans::view::Live;

/// The link above in words; the binary's follower knows it.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct LinkBrief {
    /// `not_enrolled`, `idle`, `sending`, `waiting`, `refused`.
    pub state: String,
    /// `Cấp trên đã nhận đến 14:05 · còn 3 văn bản chờ`.
    pub sentence: String,
    /// When the office above last said it holds everything sent.
    #[schema(value_type = Option<String>)]
    pub acknowledged_at: Option<Stamp>,
    /// Entries not acknowledged yet.
    pub waiting_entries: u64,
    /// Files not acknowledged yet.
    pub waiting_blobs: u64,
    /// Documents whose line or file still waits.
    pub waiting_documents: u64,
    /// What went wrong last, in Vietnamese.
    pub last_error: Option<String>,
    /// When it is tried again.
    #[schema(value_type = Option<String>)]
    pub next_try_at: Option<Stamp>,
    /// What the office above calls itself.
    pub hub_name: Option<String>,
}

/// The scanner in words; the binary's scan desk knows it.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct ScannerBrief {
    /// `ready`, `none`, `no_libsane`, `busy`, `failed`.
    pub state: String,
    /// In Vietnamese.
    pub sentence: String,
}

/// Whether pages are read, in words; the binary's reader knows it.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct ReaderBrief {
    /// `ready`, `missing`, `no_vietnamese`, `broken`, `off`.
    pub state: String,
    /// In Vietnamese.
    pub sentence: String,
}

/// What the rest of the box tells pages.
#[derive(Clone)]
pub struct Surroundings {
    /// The link above.
    pub link: Arc<dyn Fn() -> LinkBrief + Send + Sync>,
    /// The scanner.
    pub scanner: Arc<dyn Fn() -> ScannerBrief + Send + Sync>,
    /// The reader.
    pub reader: Arc<dyn Fn() -> ReaderBrief + Send + Sync>,
    /// What of a job is not in its row.
    pub scan: Arc<dyn Fn(Uuid) -> Live + Send + Sync>,
}

pub(super) fn routes() -> OpenApiRouter<Office> {
    OpenApiRouter::new().routes(routes!(home))
}

/// The home page.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(super) struct Home {
    role: Role,
    counters: Vec<Counter>,
    /// What waits for me first, then today's book.
    today: Vec<LetterLine>,
    link: LinkBrief,
    clock: ClockView,
    scanner: ScannerBrief,
    reader: ReaderBrief,
}

/// One number with its word.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(super) struct Counter {
    key: String,
    label: String,
    count: u64,
    href: String,
    /// `act`, `late`, `wait`, `calm`.
    tone: String,
}

#[utoipa::path(get, path = "/api/home", tag = "home", responses((status = 200, body = Home), (status = 401, body = Problem)))]
async fn home(State(office): State<Office>, viewer: Viewer) -> Result<Json<Home>, Error> {
    let desk = office.desk.clone();
    let today = desk.now().in_vietnam().date_naive();
    let role = viewer.role;
    let (counters, lines) = desk
        .read(move |rows| {
            if viewer.role == Role::It {
                return Ok((Vec::new(), Vec::new()));
            }
            let waiting = list::waiting(rows, &viewer, today)?;
            let on_desk = rows.count::<Scan>("open", b"")?;
            let counters = counters(&waiting, on_desk, &viewer, today);
            let mut lines: Vec<LetterLine> =
                waiting.iter().map(|letter| LetterLine::of(letter, &viewer, today)).collect();
            let book = Filter { book: Some(BookName::Incoming), ..Filter::default() };
            let newest =
                list::page(rows, &viewer, &book, &After { after: None, limit: Some(TODAY_LINES) }, today)?;
            for line in newest.items {
                if !lines.iter().any(|known| known.id == line.id) {
                    lines.push(line);
                }
            }
            lines.truncate(TODAY_LINES);
            Ok((counters, lines))
        })
        .await?;
    Ok(Json(Home {
        role,
        counters,
        today: lines,
        link: (office.surroundings.link)(),
        clock: desk.clock()?.into(),
        scanner: (office.surroundings.scanner)(),
        reader: (office.surroundings.reader)(),
    }))
}

/// Lines under the counters.
const TODAY_LINES: usize = 12;

/// A counter before it is counted: key, label, tone, where it leads.
type Label = (&'static str, &'static str, &'static str, &'static str);

/// What waits for this person, by what must be done with it; `on_desk` scans are not in a book yet.
fn counters(waiting: &[Letter], on_desk: u64, viewer: &Viewer, today: chrono::NaiveDate) -> Vec<Counter> {
    let count =
        |wanted: &dyn Fn(&Letter) -> bool| waiting.iter().filter(|letter| wanted(letter)).count() as u64;
    let state = |state: LetterState| count(&|letter| letter.state == state);
    let submitted = |book| count(&|letter| letter.state == LetterState::Submitted && letter.book == book);
    let awaits = |key| count(&|letter| letter.awaits() == Some(key));
    let late = count(&|letter| letter.facts.due_date.is_some_and(|due| due < today));
    let mut counted: Vec<(Label, u64)> = match viewer.role {
        Role::Clerk => vec![
            (("to_register", "Giấy chờ vào sổ", "act", "/desk"), on_desk),
            (
                ("to_submit", "Chờ trình", "act", "/incoming?waiting=true&state=registered"),
                state(LetterState::Registered),
            ),
            (
                ("to_release", "Chờ phát hành", "act", "/outgoing?waiting=true&state=approved"),
                state(LetterState::Approved),
            ),
            (("to_seal", "Chờ đóng dấu", "act", "/signing"), awaits(Awaits::Seal)),
            (
                ("unsigned", "Chờ người ký", "calm", "/outgoing?waiting=true&state=released"),
                awaits(Awaits::Sign),
            ),
        ],
        Role::Head => vec![
            (
                ("to_direct", "Chờ ý kiến", "act", "/incoming?waiting=true&state=submitted"),
                submitted(Book::Incoming),
            ),
            (
                ("to_approve", "Chờ duyệt", "act", "/outgoing?waiting=true&state=submitted"),
                submitted(Book::Outgoing),
            ),
            (("to_sign", "Chờ ký số", "act", "/signing"), awaits(Awaits::Sign)),
        ],
        Role::Teacher => vec![
            (("new", "Mới chuyển đến", "act", "/tasks"), count(&|letter| is_unread(letter, viewer))),
            (("mine", "Việc của tôi", "wait", "/tasks"), state(LetterState::Assigned)),
            (("to_sign", "Chờ ký số", "act", "/signing"), awaits(Awaits::Sign)),
        ],
        Role::It => Vec::new(),
    };
    // What only some have is not shown to the others with a zero.
    let only_some = |key| key == "unsigned" || key == "to_sign" && viewer.role == Role::Teacher;
    counted.retain(|((key, ..), count)| *count > 0 || !only_some(*key));
    counted.push((("late", "Quá hạn", if late > 0 { "late" } else { "calm" }, "/tasks"), late));
    let counter = |((key, label, tone, href), count): (Label, u64)| Counter {
        key: key.into(),
        label: label.into(),
        count,
        href: href.into(),
        tone: tone.into(),
    };
    counted.into_iter().map(counter).collect()
}
