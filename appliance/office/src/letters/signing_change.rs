//! What an event of signing makes of a row.

use wire::Sha256;

use super::model::{Done, Event, FileKind, Letter, LetterFile, Seal};
use super::signing::{Level, Prepared, Proof, Signature, SignatureState, Waits};
use crate::kit::Told;
use crate::scans::Paper;

impl Letter {
    pub(super) fn take_signing(&mut self, told: &Told<'_>, event: &Event) {
        match event {
            Event::SignatureRequested {
                signature,
                signer,
                certificate,
                capacity,
                delegation,
                in_place_of,
                look,
                ..
            } => {
                // Asked again, one that failed or lost its key is another request.
                self.signatures.retain(Signature::is_signed);
                self.signatures.push(Signature {
                    id: *signature,
                    signer: signer.clone(),
                    certificate: *certificate,
                    capacity: *capacity,
                    delegation: *delegation,
                    in_place_of: *in_place_of,
                    look: look.clone(),
                    state: SignatureState::Requested { prepared: None },
                });
                self.step(told, Done::SignatureAsked, None, vec![]);
            }
            Event::Signed { signature, paper, signed_at, .. } => {
                self.set(*signature, SignatureState::Signed { at: *signed_at });
                self.take_signed(paper, "Bản đã ký số", FileKind::Signed);
                let signer = self.signatures.iter().find(|found| found.id == *signature);
                let people = signer.map(|found| vec![found.signer.name.clone()]).unwrap_or_default();
                self.step(told, Done::Signed, None, people);
            }
            Event::SignatureFailed { signature, code, .. } => {
                self.set(*signature, SignatureState::Failed { code: code.clone() });
                self.step(told, Done::SignatureFailed, None, vec![]);
            }
            Event::SigningWithdrawn { .. } => {
                self.call_off();
                self.step(told, Done::SigningWithdrawn, None, vec![]);
            }
            Event::DigestPrepared { signature: Some(signature), prepared, signed_at, .. } => {
                let prepared = Prepared { file: *prepared, signed_at: signed_at.unwrap_or(told.at) };
                self.set(*signature, SignatureState::Requested { prepared: Some(prepared) });
            }
            Event::DigestPrepared { annex: Some(annex), prepared, signed_at, .. } => {
                let prepared = Prepared { file: *prepared, signed_at: signed_at.unwrap_or(told.at) };
                self.annex_prepared(*annex, prepared);
            }
            Event::DigestPrepared { signature: None, annex: None, prepared, signed_at, .. } => {
                if let Seal::Requested { prepared: waits, .. } = &mut self.seal {
                    *waits = Some(Prepared { file: *prepared, signed_at: signed_at.unwrap_or(told.at) });
                }
            }
            Event::LevelReached { of, paper, level, renew_at, .. } => {
                let annexes = self.annexes.iter_mut().map(|annex| &mut annex.file);
                for file in self.files.iter_mut().chain(annexes).filter(|file| file.paper.name == *of) {
                    file.paper = paper.clone();
                }
                let proof = self.proof_of(*of);
                proof.of = paper.name;
                proof.level = Some(*level);
                proof.waits = None;
                proof.renew_at = *renew_at;
                // What the office above has is the line; the document that grew is still to go. Its receipt is for that one.
                if self.files.iter().any(|file| file.paper.name == paper.name) {
                    self.received_above_at = None;
                }
            }
            Event::LevelWaits { of, code, .. } => {
                let since = told.at;
                self.proof_of(*of).waits = Some(Waits { code: code.clone(), since });
            }
            Event::Verified { of, verdict, open_by, .. } => {
                // A program before this one did not say by which list it had judged.
                let unsaid = (verdict.word == "untrusted").then_some(Sha256::ZERO);
                let proof = self.proof_of(*of);
                (proof.verdict, proof.open_by) = (Some(verdict.clone()), open_by.or(unsaid));
            }
            _ => {}
        }
    }

    /// Nothing waits for a key any longer.
    pub(super) fn call_off(&mut self) {
        self.signatures.retain(|found| !found.is_open());
        self.call_off_annexes();
        if matches!(self.seal, Seal::Requested { .. }) {
            self.seal = Seal::None;
        }
    }

    /// The signed file becomes the document of record; what it was signed over stays beside it.
    pub(super) fn take_signed(&mut self, paper: &Paper, title: &str, kind: FileKind) {
        let last = self.files.last();
        self.files.push(LetterFile {
            paper: paper.clone(),
            title: title.into(),
            kind,
            scan: last.and_then(|file| file.scan),
            made: last.and_then(|file| file.made.clone()),
            said: None,
            from: None,
            lacks_words: false,
        });
        self.proof_of(paper.name).level = Some(Level::B);
    }

    fn set(&mut self, signature: uuid::Uuid, state: SignatureState) {
        for found in self.signatures.iter_mut().filter(|found| found.id == signature) {
            found.state = state.clone();
        }
    }

    pub(super) fn proof_of(&mut self, of: Sha256) -> &mut Proof {
        let at = self.proofs.iter().position(|proof| proof.of == of).unwrap_or_else(|| {
            self.proofs.push(Proof {
                of,
                level: None,
                waits: None,
                verdict: None,
                open_by: None,
                renew_at: None,
            });
            self.proofs.len() - 1
        });
        &mut self.proofs[at]
    }
}
