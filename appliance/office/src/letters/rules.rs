//! Rules of letters: who may do what in which state, and what follows. Pure.

use uuid::Uuid;
use wire::Book;

use super::annexes;
use super::described::described;
use super::form::{Amend, Draft, Register};
use super::given::{Given, Person};
use super::model::{Act, Command, Event, Facts, FileKind, Letter, LetterFile, Part, People, State};
use super::reference;
use super::rights::{by_role, by_state};
use super::signers;
use super::signing_rules;
use super::transcript;
use crate::catalog;
use crate::clock::Now;
use crate::error::{Error, Refusal};
use crate::kit::{PersonRef, text};
use crate::rights::{Actor, Role, Viewer};
use crate::scans::{self, Scan, Words};

/// Longest directive, report or reason, in characters.
const WORDS_CHARS: usize = 2_000;

/// Decides.
///
/// # Errors
/// A refusal.
pub fn decide(
    given: &Given,
    actor: &Actor,
    command: &Command,
    now: &Now,
) -> Result<Vec<catalog::Event>, Error> {
    match command {
        Command::Register(form) => {
            actor.must_be(&[Role::Clerk])?;
            Ok(register(given, actor.person()?, form, now)?)
        }
        Command::Draft(form) => {
            actor.must_be(&[Role::Clerk, Role::Head, Role::Teacher])?;
            Ok(draft(given, actor.person()?, form, now)?)
        }
        Command::Read { .. } => Ok(read(given, actor.person()?)?),
        Command::Describe { .. } => {
            actor.must_be_machine()?;
            Ok(described(given, command))
        }
        Command::Do { version, act: Act::Attach { .. }, .. } if matches!(actor, Actor::Machine(_)) => {
            let letter = given.letter.as_ref().ok_or_else(Refusal::not_found)?;
            if letter.version != *version {
                return Err(Refusal::stale().into());
            }
            Ok(attach_bound(given, letter)?)
        }
        Command::Do { version, act, .. } => {
            let viewer = actor.person()?;
            let letter = readable(given, viewer)?;
            by_role(viewer, letter, act.verb(), !given.delegations.is_empty())?;
            if letter.version != *version {
                return Err(Refusal::stale().into());
            }
            by_state(viewer, letter, act.verb())?;
            Ok(perform(given, viewer, letter, act, now)?)
        }
    }
}

fn readable<'a>(given: &'a Given, viewer: &Viewer) -> Result<&'a Letter, Refusal> {
    given.letter.as_ref().filter(|letter| letter.readable_by(viewer)).ok_or_else(Refusal::not_found)
}

fn me(viewer: &Viewer) -> PersonRef {
    PersonRef { id: viewer.id, name: viewer.name.clone() }
}

fn register(
    given: &Given,
    viewer: &Viewer,
    form: &Register,
    now: &Now,
) -> Result<Vec<catalog::Event>, Refusal> {
    // Before the columns: a clock in 1970 would call every date on paper a date in the future.
    now.clock.trusted()?;
    let facts = form.facts(now.today())?;
    if already(given, viewer, &facts)? {
        return Ok(vec![]);
    }
    if !form.duplicate_confirmed {
        warn_of_duplicate(given)?;
    }
    let letter = form.id.unwrap_or(now.id);
    let year = chrono::Datelike::year(&now.today());
    let registered = Event::Registered {
        letter,
        number: given.next_number,
        year,
        entered_on: now.today(),
        facts,
        by: me(viewer),
    };
    with_paper(given, viewer, letter, form.paper, registered)
}

/// The page chose the id, so a request that was repeated over a broken line finds its document already there. One that
/// was changed in between is told so: silence would lose what was typed.
fn already(given: &Given, viewer: &Viewer, facts: &Facts) -> Result<bool, Refusal> {
    let Some(letter) = &given.letter else { return Ok(false) };
    if letter.drafter.id != viewer.id {
        return Err(Refusal::new("letter.id_taken", 409, "Trang đã cũ. Hãy tải lại trang rồi vào sổ lại."));
    }
    let same_paper = given.paper.as_ref().is_none_or(|scan| scan.filed_in == Some(letter.id));
    if same_paper && letter.facts.says_the_same(facts) {
        return Ok(true);
    }
    let sentence = "Phiếu này đã được ghi trước khi bạn sửa; phần vừa sửa chưa ghi. Hãy mở văn bản đã ghi rồi bấm “Sửa”.";
    Err(Refusal::new("letter.entered", 409, sentence).with(existing(letter)))
}

fn warn_of_duplicate(given: &Given) -> Result<(), Refusal> {
    let other = |letter: &&Letter| {
        letter.state != State::Void && given.letter.as_ref().is_none_or(|own| own.id != letter.id)
    };
    let Some(letter) = given.same.iter().find(other) else { return Ok(()) };
    let day = letter.entered_on.map(|d| d.format("%d/%m/%Y").to_string()).unwrap_or_default();
    let number = letter.number.map(|n| n.to_string()).unwrap_or_default();
    let sentence = format!(
        "Số {} của {} đã vào sổ ngày {day}, số đến {number}. Nếu đúng là văn bản khác, hãy bấm “Vẫn vào sổ”.",
        letter.facts.reference_code, letter.facts.issuing_body
    );
    Err(Refusal::new("letter.duplicate", 409, sentence).with(existing(letter)))
}

/// What a page shows of the document that is there already.
fn existing(letter: &Letter) -> serde_json::Value {
    serde_json::json!({
        "existing": {
            "id": letter.id,
            "number_text": letter.number.map(|n| n.to_string()).unwrap_or_default(),
            "subject": letter.facts.subject,
            "entered_on": letter.entered_on,
        }
    })
}

fn draft(given: &Given, viewer: &Viewer, form: &Draft, now: &Now) -> Result<Vec<catalog::Event>, Refusal> {
    let unit = given.unit.as_ref().ok_or_else(Refusal::not_found)?;
    let facts = form.facts(&unit.facts)?;
    if already(given, viewer, &facts)? {
        return Ok(vec![]);
    }
    let letter = form.id.unwrap_or(now.id);
    let drafted =
        Event::Drafted { letter, year: chrono::Datelike::year(&now.today()), facts, by: me(viewer) };
    with_paper(given, viewer, letter, form.paper, drafted)
}

fn with_paper(
    given: &Given,
    viewer: &Viewer,
    letter: Uuid,
    paper: Option<Uuid>,
    begun: Event,
) -> Result<Vec<catalog::Event>, Refusal> {
    let mut events = vec![begun.into()];
    if paper.is_some() {
        events.extend(attach(given, viewer, letter)?);
    }
    Ok(events)
}

/// The scan becomes the document's file and leaves the desk.
fn attach(given: &Given, viewer: &Viewer, letter: Uuid) -> Result<[catalog::Event; 2], Refusal> {
    file(own_paper(given, viewer), letter)
}

/// What the command names, if it lies on this person's desk.
pub(super) fn own_paper<'a>(given: &'a Given, viewer: &Viewer) -> Option<&'a Scan> {
    let usable = |scan: &&Scan| viewer.role == Role::Clerk || scan.owner.id == viewer.id;
    given.paper.as_ref().filter(usable)
}

/// A mark on the paper said whose it is, so the box attaches it: to a document that has none yet, and to no other. One
/// that got its paper meanwhile leaves the scan on the desk with a note.
fn attach_bound(given: &Given, letter: &Letter) -> Result<Vec<catalog::Event>, Refusal> {
    let bound = given.paper.as_ref().filter(|scan| scan.bound_to == Some(letter.id));
    let scan =
        bound.ok_or_else(|| Refusal::forbidden("Máy chỉ gắn bản quét mang mã của chính văn bản này."))?;
    if !letter.files.is_empty() || letter.state == State::Void {
        return Ok(vec![scans::Event::Noted { scan: scan.id, note: "mark.letter_has_paper".into() }.into()]);
    }
    file(Some(scan), letter.id).map(Vec::from)
}

fn file(scan: Option<&Scan>, letter: Uuid) -> Result<[catalog::Event; 2], Refusal> {
    let (file, filed) = taken(scan, letter)?;
    Ok([Event::Attached { letter, file }.into(), filed.into()])
}

/// The file a scan becomes, and that it leaves the desk for this document.
pub(super) fn taken(scan: Option<&Scan>, letter: Uuid) -> Result<(LetterFile, scans::Event), Refusal> {
    let scan = scan.ok_or_else(|| {
        Refusal::new("paper.not_found", 422, "Không thấy bản quét hoặc tệp đã chọn. Hãy chọn lại ở bàn quét.")
    })?;
    if !scan.is_open() {
        return Err(Refusal::new(
            "paper.filed",
            409,
            "Bản quét này đã gắn vào một văn bản hoặc đã bỏ. Hãy quét hoặc chọn bản khác.",
        ));
    }
    let paper = scan.paper.clone().ok_or_else(|| {
        Refusal::new("paper.not_composed", 422, "Bản quét chưa xong. Hãy chờ máy ghép các trang rồi làm lại.")
    })?;
    let title = match &scan.origin {
        scans::Origin::Scanner(_) => "Bản quét".to_owned(),
        scans::Origin::Upload { file_name, .. } => file_name.clone(),
    };
    // Pictures of pages are paper made digital, whichever way they came; a PDF without them was born so.
    let shown = (!scan.order.is_empty()).then_some(scan.id);
    let kind = if shown.is_some() { FileKind::Scan } else { FileKind::Upload };
    let made = (!scan.is_as_brought()).then(|| scan.made.clone());
    let lacks_words = scan.words == Words::Since;
    let file = LetterFile { paper, title, kind, scan: shown, made, said: None, from: None, lacks_words };
    Ok((file, scans::Event::Filed { scan: scan.id, letter }))
}

fn read(given: &Given, viewer: &Viewer) -> Result<Vec<catalog::Event>, Refusal> {
    let letter = readable(given, viewer)?;
    if letter.readers.iter().any(|(person, _)| person.id == viewer.id) {
        return Ok(vec![]);
    }
    Ok(vec![Event::Read { letter: letter.id, by: me(viewer) }.into()])
}

fn perform(
    given: &Given,
    viewer: &Viewer,
    letter: &Letter,
    act: &Act,
    now: &Now,
) -> Result<Vec<catalog::Event>, Refusal> {
    let id = letter.id;
    let event = match act {
        Act::Submit { to } => Event::Submitted { letter: id, to: addressee(given, *to)? },
        Act::Direct { words, people } => return direct(given, letter, words, people.as_ref()),
        Act::Assign(people) => assigned(given, letter, people)?,
        Act::Complete { report } => complete(viewer, letter, words_of(report, "report", "kết quả đã làm")?),
        Act::Approve { words } => Event::Approved { letter: id, words: short_words(words, "words")? },
        Act::Return { reason } => {
            Event::Returned { letter: id, reason: words_of(reason, "reason", "lý do trả lại")? }
        }
        Act::Release => release(given, letter, now)?,
        Act::Void { reason } => {
            Event::Voided { letter: id, reason: words_of(reason, "reason", "lý do hủy")? }
        }
        Act::Amend(slip) => amend(given, letter, slip, now)?,
        Act::Attach { .. } => return attach(given, viewer, id).map(Vec::from),
        Act::AddAnnex { title, .. } => return annexes::add(given, viewer, letter, title, now),
        Act::RemoveAnnex { annex } => annexes::remove(letter, *annex)?,
        Act::Transcribe { from, paper } => transcript::transcribe(letter, from, paper)?,
        Act::NameSigners { signers, order } => signers::name(given, letter, signers, *order)?,
        Act::Sign(ask) => signing_rules::sign(given, viewer, letter, ask, now)?,
        Act::Seal { look, shows_seal, .. } => {
            return annexes::seal(given, letter, look, *shows_seal, now);
        }
        Act::Unsign => Event::SigningWithdrawn { letter: id },
    };
    Ok(vec![event.into()])
}

/// The columns anew; what the way has made of the document - number, dates given, deadline of the work - stays.
fn amend(given: &Given, letter: &Letter, slip: &Amend, now: &Now) -> Result<Event, Refusal> {
    let facts = match (slip, letter.book) {
        (Amend::Incoming(form), Book::Incoming) => {
            let facts = form.facts(now.today())?;
            if !form.duplicate_confirmed {
                warn_of_duplicate(given)?;
            }
            facts
        }
        (Amend::Outgoing(form), Book::Outgoing) => {
            form.facts(&given.unit.as_ref().ok_or_else(Refusal::not_found)?.facts)?
        }
        _ => {
            return Err(Refusal::new(
                "letter.other_book",
                422,
                "Phiếu sửa là của sổ khác. Hãy tải lại trang rồi sửa lại.",
            ));
        }
    };
    Ok(Event::Amended { letter: letter.id, facts })
}

fn addressee(given: &Given, to: Option<Uuid>) -> Result<PersonRef, Refusal> {
    let head = || given.people.values().find(|person| person.role == Role::Head);
    let decides =
        |person: &&Person| person.role == Role::Head || given.deputies.contains(&person.reference.id);
    let person = to.map_or_else(head, |id| given.people.get(&id)).filter(decides);
    person.map(|person| person.reference.clone()).ok_or_else(|| {
        Refusal::field(
            "letter.no_head",
            "to",
            "Chưa có tài khoản hiệu trưởng để trình. Hãy nhờ người phụ trách CNTT mở tài khoản.",
        )
    })
}

fn direct(
    given: &Given,
    letter: &Letter,
    words: &str,
    people: Option<&People>,
) -> Result<Vec<catalog::Event>, Refusal> {
    let words = words_of(words, "words", "ý kiến chỉ đạo")?;
    let mut events = vec![Event::Directed { letter: letter.id, words }.into()];
    if let Some(people) = people {
        events.push(assigned(given, letter, people)?.into());
    }
    Ok(events)
}

fn assigned(given: &Given, letter: &Letter, people: &People) -> Result<Event, Refusal> {
    let worker = |id: &Uuid, field: &'static str| {
        let person = given.people.get(id).filter(|person| person.role != Role::It);
        person.map(|person| person.reference.clone()).ok_or_else(|| {
            Refusal::field("letter.no_person", field, "Hãy chọn người trong danh bạ của đơn vị.")
        })
    };
    let lead = worker(&people.lead, "lead")?;
    let mut cooperating = Vec::new();
    for id in people.cooperating.iter().filter(|id| **id != people.lead) {
        let person = worker(id, "cooperating")?;
        if !cooperating.contains(&person) {
            cooperating.push(person);
        }
    }
    Ok(Event::Assigned { letter: letter.id, lead, cooperating, due_date: people.due_date })
}

/// The lead's report, or the head's word, ends the work; a cooperating person's is her own share.
fn complete(viewer: &Viewer, letter: &Letter, report: String) -> Event {
    let leads = letter.assignments.iter().any(|a| a.person.id == viewer.id && a.role == Part::Lead);
    Event::Reported {
        letter: letter.id,
        by: me(viewer),
        report,
        completes: leads || viewer.role == Role::Head,
    }
}

fn release(given: &Given, letter: &Letter, now: &Now) -> Result<Event, Refusal> {
    now.clock.trusted()?;
    if letter.state != State::Approved && letter.facts.signatory.is_empty() {
        return Err(Refusal::field(
            "letter.no_signatory",
            "signatory",
            "Văn bản chưa ghi người ký. Hãy trình hiệu trưởng duyệt trước khi phát hành.",
        ));
    }
    let (number, year) = (given.next_number, chrono::Datelike::year(&now.today()));
    Ok(Event::Released {
        letter: letter.id,
        number,
        year,
        reference_code: reference::reference_code(number, &letter.facts.notation),
        issue_date: now.today(),
    })
}

fn words_of(words: &str, field: &'static str, what: &str) -> Result<String, Refusal> {
    let words = short_words(words, field)?;
    if words.is_empty() {
        Err(Refusal::field("words.missing", field, format!("Hãy ghi {what}.")))
    } else {
        Ok(words)
    }
}

fn short_words(words: &str, field: &'static str) -> Result<String, Refusal> {
    let words = text::tidy_lines(words);
    if words.chars().count() > WORDS_CHARS {
        return Err(Refusal::field("words.long", field, format!("Dài quá {WORDS_CHARS} chữ. Hãy rút ngắn.")));
    }
    Ok(words)
}
