//! What an event of signing makes of a row.

use wire::Sha256;

use super::model::{Done, Event, FileKind, Letter, LetterFile, Seal};
use super::signing::{Level, Proof, Signature, SignatureState, Waits};
use crate::kit::Told;
use crate::scans::Paper;

impl Letter {
    pub(super) fn take_signing(&mut self, told: &Told<'_>, event: &Event) {
        match event {
            Event::SignatureRequested {
                signature, signer, certificate, capacity, delegation, look, ..
            } => {
                // Asked again, one that failed or lost its key is another request.
                self.signatures.retain(Signature::is_signed);
                self.signatures.push(Signature {
                    id: *signature,
                    signer: signer.clone(),
                    certificate: *certificate,
                    capacity: *capacity,
                    delegation: *delegation,
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
                self.signatures.retain(|found| !found.is_open());
                if matches!(self.seal, Seal::Requested { .. }) {
                    self.seal = Seal::None;
                }
                self.step(told, Done::SigningWithdrawn, None, vec![]);
            }
            Event::DigestPrepared { signature: Some(signature), prepared, .. } => {
                self.set(*signature, SignatureState::Requested { prepared: Some(*prepared) });
            }
            Event::DigestPrepared { signature: None, prepared, .. } => {
                if let Seal::Requested { prepared: waits, .. } = &mut self.seal {
                    *waits = Some(*prepared);
                }
            }
            Event::LevelReached { of, paper, level, renew_at, .. } => {
                for file in self.files.iter_mut().filter(|file| file.paper.name == *of) {
                    file.paper = paper.clone();
                }
                let proof = self.proof_of(*of);
                proof.of = paper.name;
                proof.level = Some(*level);
                proof.waits = None;
                proof.renew_at = *renew_at;
                // What the office above has is the line; the file that grew is still to go.
                self.received_above_at = None;
            }
            Event::LevelWaits { of, code, .. } => {
                let since = told.at;
                self.proof_of(*of).waits = Some(Waits { code: code.clone(), since });
            }
            Event::Verified { of, verdict, .. } => self.proof_of(*of).verdict = Some(verdict.clone()),
            _ => {}
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

    fn proof_of(&mut self, of: Sha256) -> &mut Proof {
        let at = self.proofs.iter().position(|proof| proof.of == of).unwrap_or_else(|| {
            self.proofs.push(Proof { of, level: None, waits: None, verdict: None, renew_at: None });
            self.proofs.len() - 1
        });
        &mut self.proofs[at]
    }
}
