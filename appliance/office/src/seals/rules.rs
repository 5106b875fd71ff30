//! Rules of seals.

use journal::{Fault, Rows};
use uuid::Uuid;
use wire::Sha256;

use super::model::{Certificate, Command, Event};
use crate::catalog;
use crate::clock::Now;
use crate::error::{Error, Refusal};
use crate::kit::all_under;
use crate::letters::model::{FileKind, Seal};
use crate::letters::{self, Letter};
use crate::rights::{Actor, Role};
use crate::units;

/// What the rules look at.
#[derive(Debug, Default)]
pub struct Given {
    /// The certificate the command is about.
    pub certificate: Option<Certificate>,
    /// The document the command is about.
    pub letter: Option<Letter>,
}

/// Reads what [`decide`] needs.
///
/// # Errors
/// If the store fails.
pub fn gather(rows: &Rows<'_>, command: &Command) -> Result<Given, Fault> {
    let mut given = Given::default();
    match command {
        Command::AddCertificate { key_file, .. } => {
            given.certificate = rows.one("key_file", key_file.as_bytes())?
        }
        Command::Withdraw { certificate } => given.certificate = rows.get(&certificate.to_string())?,
        Command::Sealed { letter, .. } | Command::Failed { letter, .. } => {
            given.letter = rows.get(&letter.to_string())?
        }
    }
    Ok(given)
}

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
    let event = match command {
        Command::AddCertificate { key_file, facts } => {
            actor.must_be(&[Role::Clerk])?;
            if given.certificate.as_ref().is_some_and(|known| !known.withdrawn) {
                return Err(Refusal::field(
                    "key.known",
                    "file",
                    "Tệp khóa này đã có trong máy. Hãy chọn nó khi đóng dấu.",
                )
                .into());
            }
            Event::Added { certificate: now.id, key_file: *key_file, facts: facts.clone() }.into()
        }
        Command::Withdraw { .. } => {
            actor.must_be(&[Role::Clerk])?;
            let certificate = given.certificate.as_ref().ok_or_else(Refusal::not_found)?;
            Event::Withdrawn { certificate: certificate.id }.into()
        }
        Command::Sealed { letter, of, paper, signed_at } => {
            actor.must_be_machine()?;
            let Some(certificate) = requested(given, Some(*of)) else { return Ok(vec![]) };
            let (letter, paper, signed_at) = (*letter, paper.clone(), *signed_at);
            letters::Event::Sealed { letter, certificate, paper, signed_at }.into()
        }
        Command::Failed { letter, code } => {
            actor.must_be_machine()?;
            if requested(given, None).is_none() {
                return Ok(vec![]);
            }
            letters::Event::SealFailed { letter: *letter, code: code.clone() }.into()
        }
    };
    Ok(vec![event])
}

/// The certificate asked for, while the request still stands and, if named, its file is still the last one: the
/// follower may come twice after a restart, and the second time there is nothing to do.
fn requested(given: &Given, of: Option<Sha256>) -> Option<Uuid> {
    let letter = given.letter.as_ref()?;
    let last = letter.files.last().map(|file| file.paper.name);
    match letter.seal {
        Seal::Requested { certificate } if of.is_none() || of == last => Some(certificate),
        _ => None,
    }
}

/// Applies an event to the rows.
///
/// # Errors
/// If the store fails.
pub fn project(rows: &mut Rows<'_>, event: &Event) -> Result<(), Fault> {
    match event {
        Event::Added { certificate, key_file, facts } => rows.put(&Certificate {
            id: *certificate,
            key_file: *key_file,
            facts: facts.clone(),
            withdrawn: false,
        }),
        Event::Withdrawn { certificate } => match rows.get::<Certificate>(&certificate.to_string())? {
            Some(known) => rows.put(&Certificate { withdrawn: true, ..known }),
            None => Ok(()),
        },
    }
}

/// A seal somebody asked for and the box has not set yet.
#[derive(Debug, Clone)]
pub struct SealRequest {
    /// The document.
    pub letter: Uuid,
    /// The certificate.
    pub certificate: Uuid,
    /// Its key file.
    pub key_file: Sha256,
    /// The PDF to seal.
    pub pdf: Sha256,
    /// Its pages.
    pub pages: u32,
    /// First lines of the text block (appendix I): form of copy or number and symbol, then the unit. The signing time
    /// follows them.
    pub lines: Vec<String>,
}

/// Every seal that waits.
///
/// # Errors
/// If the store fails.
pub fn waiting(rows: &Rows<'_>) -> Result<Vec<SealRequest>, Fault> {
    let unit = units::rules::current(rows)?.map(|unit| unit.facts.name).unwrap_or_default();
    let mut requests = Vec::new();
    for letter in all_under::<Letter>(rows, "seal_requested", b"")? {
        let Seal::Requested { certificate } = letter.seal else { continue };
        let (Some(file), Some(known)) =
            (letter.files.last(), rows.get::<Certificate>(&certificate.to_string())?)
        else {
            continue;
        };
        // Digitised paper is a certified copy by article 25.1c; a file born digital bears its number.
        let form = match file.kind {
            FileKind::Scan => "Sao y".to_owned(),
            FileKind::Upload | FileKind::Sealed => letter.facts.reference_code.clone(),
        };
        requests.push(SealRequest {
            letter: letter.id,
            certificate,
            key_file: known.key_file,
            pdf: file.paper.name,
            pages: file.paper.pages,
            lines: vec![form, unit.clone()],
        });
    }
    Ok(requests)
}
