//! The home page: what waits for me, what is late, has the office above received it.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use serde::Serialize;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;
use wire::Stamp;

use super::{After, Office, Problem};
use crate::clock::ClockView;
use crate::error::Error;
use crate::letters::http::Filter;
use crate::letters::list;
use crate::letters::model::{Letter, State as LetterState};
use crate::letters::view::{BookName, LetterLine, is_unread};
use crate::rights::{Role, Viewer};

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

/// What the rest of the box tells the home page.
#[derive(Clone)]
pub struct Surroundings {
    /// The link above.
    pub link: Arc<dyn Fn() -> LinkBrief + Send + Sync>,
    /// The scanner.
    pub scanner: Arc<dyn Fn() -> ScannerBrief + Send + Sync>,
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
            let waiting = list::waiting(rows, &viewer)?;
            let counters = counters(&waiting, &viewer, today);
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
    }))
}

/// Lines under the counters.
const TODAY_LINES: usize = 12;

fn counters(waiting: &[Letter], viewer: &Viewer, today: chrono::NaiveDate) -> Vec<Counter> {
    let count = |wanted: &dyn Fn(&&Letter) -> bool| waiting.iter().filter(wanted).count() as u64;
    let in_state = |state: LetterState| count(&|letter| letter.state == state);
    let counter = |key: &str, label: &str, count: u64, tone: &str, query: &str| Counter {
        key: key.into(),
        label: label.into(),
        count,
        href: format!("/van-ban?waiting=true{query}"),
        tone: tone.into(),
    };
    let late = count(&|letter| letter.facts.due_date.is_some_and(|due| due < today));
    let mut counters = match viewer.role {
        Role::Clerk => vec![
            counter("to_submit", "Chờ trình", in_state(LetterState::Registered), "act", "&state=registered"),
            counter("to_release", "Chờ phát hành", in_state(LetterState::Approved), "act", "&state=approved"),
            counter("to_seal", "Chờ đóng dấu", in_state(LetterState::Released), "act", "&state=released"),
        ],
        Role::Head => vec![
            counter(
                "to_direct",
                "Chờ ý kiến",
                count(&|l| l.state == LetterState::Submitted && l.book == wire::Book::Incoming),
                "act",
                "&state=submitted&book=incoming",
            ),
            counter(
                "to_approve",
                "Chờ duyệt",
                count(&|l| l.state == LetterState::Submitted && l.book == wire::Book::Outgoing),
                "act",
                "&state=submitted&book=outgoing",
            ),
        ],
        Role::Teacher => vec![
            counter("new", "Mới chuyển đến", count(&|letter| is_unread(letter, viewer)), "act", ""),
            counter("mine", "Việc của tôi", in_state(LetterState::Assigned), "wait", "&state=assigned"),
        ],
        Role::It => Vec::new(),
    };
    counters.push(counter("late", "Quá hạn", late, if late > 0 { "late" } else { "calm" }, ""));
    counters
}
