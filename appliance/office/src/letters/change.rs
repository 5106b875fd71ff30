//! What an event makes of a row. Cannot fail and looks at nothing but the row and the event.

use wire::{Book, RegisterLine, Sha256};

use super::described::Description;
use super::model::{Assignment, Done, Event, FileKind, Letter, LetterFile, Part, Seal, State, Step};
use super::signers::SigningOrder;
use super::signing_rules;
use super::types;
use crate::kit::{PersonRef, Told};
use crate::scans::{Made, Paper};

impl Letter {
    /// The row after an event; `None` where the event needs a document that is not there.
    pub fn after(before: Option<Self>, told: &Told<'_>, event: &Event) -> Option<Self> {
        let mut letter = match (before, event) {
            (_, Event::Registered { .. } | Event::Drafted { .. }) => Self::begin(told, event)?,
            (Some(letter), _) => letter,
            (None, _) => return None,
        };
        letter.take(told, event);
        Some(letter)
    }

    fn begin(told: &Told<'_>, event: &Event) -> Option<Self> {
        let (id, book, year, number, entered_on, facts, by, state) = match event {
            Event::Registered { letter, number, year, entered_on, facts, by } => {
                (letter, Book::Incoming, year, Some(*number), Some(*entered_on), facts, by, State::Registered)
            }
            Event::Drafted { letter, year, facts, by } => {
                (letter, Book::Outgoing, year, None, None, facts, by, State::Draft)
            }
            _ => return None,
        };
        Some(Self {
            id: *id,
            version: 0,
            book,
            year: *year,
            number,
            entered_on,
            facts: facts.clone(),
            state,
            drafter: by.clone(),
            submitted_to: None,
            assignments: Vec::new(),
            readers: Vec::new(),
            files: Vec::new(),
            signers: Vec::new(),
            signing_order: SigningOrder::default(),
            annexes: Vec::new(),
            signatures: Vec::new(),
            seal: Seal::None,
            proofs: Vec::new(),
            way: Vec::new(),
            line_entry: None,
            received_above_at: None,
            begun: told.seq,
        })
    }

    fn take(&mut self, told: &Told<'_>, event: &Event) {
        match event {
            Event::Registered { .. } => self.step(told, Done::Registered, None, vec![]),
            Event::Drafted { .. } => self.step(told, Done::Drafted, None, vec![]),
            Event::Amended { facts, .. } => {
                self.facts = facts.clone();
                self.step(told, Done::Amended, None, vec![]);
            }
            Event::Attached { file, .. } => {
                self.files.push(file.clone());
                let is_transcript = file.kind == FileKind::Transcript;
                let done = if is_transcript { Done::Transcribed } else { Done::Attached };
                self.step(told, done, None, vec![]);
            }
            Event::Submitted { to, .. } => {
                self.state = State::Submitted;
                self.submitted_to = Some(to.clone());
                self.step(told, Done::Submitted, None, vec![to.name.clone()]);
            }
            Event::Directed { words, .. } => self.step(told, Done::Directed, Some(words), vec![]),
            Event::Assigned { lead, cooperating, due_date, .. } => {
                self.state = State::Assigned;
                self.facts.due_date = due_date.or(self.facts.due_date);
                self.assign(lead, cooperating);
                let names = [lead].into_iter().chain(cooperating).map(|p| p.name.clone()).collect();
                self.step(told, Done::Assigned, None, names);
            }
            Event::Read { by, .. } => self.read(told, by),
            Event::Reported { by, report, completes, .. } => self.report(told, by, report, *completes),
            Event::Approved { words, .. } => {
                self.state = State::Approved;
                self.step(told, Done::Approved, Some(words), vec![]);
            }
            Event::Returned { reason, .. } => {
                self.state = if self.book == Book::Outgoing { State::Draft } else { State::Registered };
                self.step(told, Done::Returned, Some(reason), vec![]);
            }
            Event::Released { number, year, reference_code, issue_date, .. } => {
                self.state = State::Released;
                self.number = Some(*number);
                self.year = *year;
                self.entered_on = Some(*issue_date);
                self.facts.issue_date = Some(*issue_date);
                self.facts.reference_code.clone_from(reference_code);
                self.step(told, Done::Released, None, vec![]);
            }
            Event::Voided { reason, .. } => {
                self.state = State::Void;
                self.call_off();
                self.step(told, Done::Voided, Some(reason), vec![]);
            }
            Event::PaperDescribed { paper, said, from, made, .. } => {
                self.describe(*from, paper, said, made.as_ref());
            }
            Event::SignersNamed { signers, order, .. } => {
                self.signers = signers.clone();
                self.signing_order = *order;
                let names = signers.iter().map(|signer| signer.person.name.clone()).collect();
                self.step(told, Done::SignersNamed, None, names);
            }
            Event::SealRequested { certificate, look, .. } => {
                let look = look.clone().unwrap_or_default();
                // A decision somebody answers for stands on its way.
                let known = signing_rules::untrusted_signer(self).filter(|_| look.untrusted_signer);
                let decided = known.map(|known| format!("{known} Vẫn đóng dấu theo quyết định của văn thư."));
                self.seal = Seal::Requested { certificate: *certificate, look, prepared: None };
                self.step(told, Done::SealAsked, decided.as_ref(), vec![]);
            }
            Event::Sealed { certificate, paper, signed_at, .. } => {
                self.seal = Seal::Sealed { certificate: *certificate, at: *signed_at };
                self.take_signed(paper, "Bản đã đóng dấu", FileKind::Sealed);
                self.step(told, Done::Sealed, None, vec![]);
            }
            Event::SealFailed { code, .. } => {
                self.seal = Seal::Failed { code: code.clone() };
                self.call_off_annexes();
                self.step(told, Done::SealFailed, None, vec![]);
            }
            Event::AnnexAdded { .. }
            | Event::AnnexRemoved { .. }
            | Event::AnnexSealRequested { .. }
            | Event::AnnexSealed { .. }
            | Event::AnnexSealFailed { .. } => self.take_annex(told, event),
            Event::SignatureRequested { .. }
            | Event::Signed { .. }
            | Event::SignatureFailed { .. }
            | Event::SigningWithdrawn { .. }
            | Event::DigestPrepared { .. }
            | Event::SignatureUnused { .. }
            | Event::LevelReached { .. }
            | Event::LevelWaits { .. }
            | Event::Verified { .. } => self.take_signing(told, event),
            Event::LineStated { .. } => self.line_entry = Some(told.seq),
        }
    }

    /// The office above says the document is at rest there.
    pub fn received_above(&mut self, told: &Told<'_>, at: wire::Stamp) {
        if !self.way.iter().any(|step| step.what == Done::ReceivedAbove) {
            self.way.push(Step {
                at,
                who: told.by.name.clone(),
                what: Done::ReceivedAbove,
                words: None,
                people: vec![],
            });
        }
        self.received_above_at = Some(at);
    }

    pub(super) fn step(&mut self, told: &Told<'_>, what: Done, words: Option<&String>, people: Vec<String>) {
        let words = words.filter(|words| !words.is_empty()).cloned();
        self.way.push(Step { at: told.at, who: told.by.name.clone(), what, words, people });
        self.version += 1;
    }

    /// Names the people anew; whoever stays keeps what she read and reported.
    fn assign(&mut self, lead: &PersonRef, cooperating: &[PersonRef]) {
        let before = std::mem::take(&mut self.assignments);
        let named =
            [(lead, Part::Lead)].into_iter().chain(cooperating.iter().map(|p| (p, Part::Cooperating)));
        for (person, role) in named {
            let known = before.iter().find(|a| a.person.id == person.id);
            let read_at = known.and_then(|a| a.read_at);
            self.assignments.push(Assignment {
                person: person.clone(),
                role,
                read_at,
                done_at: None,
                report: None,
            });
        }
    }

    /// Not a step of its way either: nobody did anything.
    fn describe(&mut self, from: Sha256, paper: &Paper, said: &Description, made: Option<&Made>) {
        let Some(file) = self.files.last_mut().filter(|file| file.paper.name == from) else { return };
        file.said = Some(said.clone());
        if let Some(made) = made {
            (file.made, file.lacks_words) = (Some(made.clone()), false);
        }
        if from != paper.name {
            file.from = Some(from);
            file.paper = paper.clone();
            // What the office above has is the line; this file is still to go.
            self.received_above_at = None;
        }
    }

    /// Reading is history but no change another person must have seen: the version stays.
    fn read(&mut self, told: &Told<'_>, by: &PersonRef) {
        self.readers.push((by.clone(), told.at));
        for assignment in self.assignments.iter_mut().filter(|a| a.person.id == by.id) {
            assignment.read_at = Some(told.at);
        }
    }

    fn report(&mut self, told: &Told<'_>, by: &PersonRef, report: &String, completes: bool) {
        for assignment in self.assignments.iter_mut().filter(|a| a.person.id == by.id) {
            assignment.done_at = Some(told.at);
            assignment.report = Some(report.clone());
        }
        if completes {
            self.state = State::Completed;
        }
        self.step(told, if completes { Done::Completed } else { Done::Reported }, Some(report), vec![]);
    }

    /// The register line, once the document stands in a book.
    pub fn line(&self) -> Option<RegisterLine> {
        let date = |date: Option<chrono::NaiveDate>| date.map(|d| d.to_string()).unwrap_or_default();
        Some(RegisterLine {
            document: self.id,
            book: self.book,
            year: self.year,
            number: self.number?,
            reference_code: self.facts.reference_code.clone(),
            issue_date: date(self.facts.issue_date),
            entered_on: date(self.entered_on),
            issuing_body: self.facts.issuing_body.clone(),
            document_type: types::name_of(&self.facts.document_type).to_owned(),
            subject: self.facts.subject.clone(),
            signatory: self.facts.signatory.clone(),
            recipients: self.line_recipients(),
            urgency: word(&self.facts.urgency),
            state: word(&self.state),
            pdf: self.line_file().map(|file| file.paper.name),
            annexes: self.line_annexes(),
            note: self.line_note(),
        })
    }

    /// The document of record, unless it is about to be described for the first time.
    fn line_file(&self) -> Option<&LetterFile> {
        let coming = self.to_describe().is_some_and(|file| file.said.is_none());
        self.files.last().filter(|_| !coming)
    }

    /// What goes with it in files of its own.
    fn line_annexes(&self) -> Vec<wire::Annex> {
        let annex = |file: &LetterFile| wire::Annex { title: file.title.clone(), pdf: file.paper.name };
        self.annexes.iter().map(|annex_| annex(&annex_.file)).collect()
    }

    /// Column "đơn vị hoặc người nhận" of the incoming book, "nơi nhận" of the outgoing one.
    pub fn line_recipients(&self) -> String {
        match self.book {
            Book::Outgoing => self.facts.recipients.clone(),
            Book::Incoming => {
                self.assignments.iter().map(|a| a.person.name.as_str()).collect::<Vec<_>>().join(", ")
            }
        }
    }

    /// Column "ghi chú"; a void number says why.
    pub fn line_note(&self) -> String {
        if self.state != State::Void {
            return self.facts.note.clone();
        }
        let reason =
            self.way.iter().rev().find(|step| step.what == Done::Voided).and_then(|step| step.words.clone());
        format!("Hủy: {}", reason.unwrap_or_default())
    }
}

/// The word serde writes for a plain enum variant.
fn word(value: &impl serde::Serialize) -> String {
    match serde_json::to_value(value) {
        Ok(serde_json::Value::String(word)) => word,
        _ => String::new(),
    }
}
