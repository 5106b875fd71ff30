//! PAdES B-B (ETSI EN 319 142-1) as an incremental update: [`Prepared`] -> [`Digested`] -> [`Signed`].
//!
//! 1. [`Prepared::new`] writes field, widget, appearance and a signature dictionary with a hole of 32 KiB, to be appended.
//! 2. [`Prepared::digest`] digests everything but the hole. A [`Digested`] can be stored ([`Digested::to_bytes`]), a few
//!    kilobytes without the file, until the person with the key comes.
//! 3. [`Digested::sign_with`] lets the key sign and puts the CMS into the hole. Where the key is on another machine,
//!    [`Digested::signed_attributes`] is what it has to sign and [`Digested::seal`] takes the answer; a program that makes
//!    the whole CMS gets [`Digested::digest`], and [`Digested::import_cms`] takes what it made.
//!
//! The file is borrowed all the way and never copied: [`Signed::write_to`] writes it and its tail. What makes a signature
//! last - time stamps, validation data - is added by [`crate::levels`].

use crate::{
    cms::Chain,
    face::{Face, FaceError},
    hole::{Layout, Reserved},
    imported,
    look::{Appearance, Area, Look},
    permits,
    standing::Standing,
    update::{Update, dictionary},
};
use chrono::{DateTime, FixedOffset};
use lopdf::{Dictionary, Object, ObjectId};
use ring::digest::{self, Digest};
use std::io::{self, Write};

/// The mark of a stored [`Digested`].
const STORED: &[u8; 8] = b"vanthuD2";

/// What the signature dictionary says besides the signature.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SignatureFacts {
    /// Why it was signed (`/Reason`).
    pub reason: Option<String>,
    /// Where (`/Location`).
    pub location: Option<String>,
    /// Who, in the words of the certificate (`/Name`).
    pub name: String,
    /// When, by the signer's clock (`/M`); a claim until a timestamp confirms it.
    pub signed_at: DateTime<FixedOffset>,
}

/// Why a file was not signed. The file itself is never harmed: it was only read.
#[derive(Debug, thiserror::Error)]
pub enum SignError {
    /// The file is protected by a password, or pretends to be with an empty one.
    #[error("the PDF is encrypted")]
    Encrypted,
    /// The author certified the file (DocMDP), or somebody signed it, as not to be changed any more, not even by another
    /// signature.
    #[error("the PDF is certified (DocMDP) and takes no further signature")]
    Certified,
    /// The author certified the file and permits further signatures; but whether one may be seen, readers do not agree on.
    /// [`Look::None`] can be signed.
    #[error("the PDF is certified (DocMDP) and takes only signatures that are not seen")]
    OnlyUnseen,
    /// The form is one of XFA: what readers show is not what stands in the pages, and no two show the same.
    #[error("the PDF holds an XFA form")]
    Xfa,
    /// Signed already, with cross-references that old and new readers follow to different objects.
    #[error("the PDF is signed and has hybrid cross-references")]
    Hybrid,
    /// Larger than 2 GiB.
    #[error("the PDF has {bytes} bytes")]
    Huge {
        /// Bytes of the file.
        bytes: usize,
    },
    /// Not a PDF, cut short, or with cross-references that readers would have to guess.
    #[error("the PDF is damaged: {0}")]
    Damaged(String),
    /// The visible text cannot be written with the face.
    #[error("visible text: {0}")]
    Face(#[from] FaceError),
    /// No certificate, or one whose kind of key is not handled.
    #[error("certificate: {0}")]
    Certificate(String),
    /// The key did not sign (the signer's own error).
    #[error("the key did not sign: {0}")]
    Key(Box<dyn std::error::Error + Send + Sync>),
    /// What came back was not made by the certificate's key over this document.
    #[error("the signature does not belong to the certificate and this document")]
    WrongSignature,
    /// The CMS is larger than the hole reserved for it.
    #[error("the signature takes {needed} bytes; {reserved} are reserved")]
    TooLarge {
        /// Bytes of the CMS.
        needed: usize,
        /// Bytes of the hole.
        reserved: usize,
    },
    /// What [`Digested::import_cms`] was given is no CMS of one detached signature, or is made by rules that readers do
    /// not take (MD5, SHA-1, unknown algorithms).
    #[error("not the CMS of a detached signature: {0}")]
    NotCms(String),
    /// The CMS was made over another document.
    #[error("the CMS is the signature of another document")]
    OtherDocument,
    /// The CMS does not say which certificate it was made with (`signing-certificate-v2`, RFC 5035): PAdES asks for it.
    #[error("the CMS does not name its certificate (signing-certificate-v2)")]
    NoSigningCertificate,
    /// Stored bytes that [`Digested::to_bytes`] did not make, or changed since.
    #[error("not a stored, unsigned document: {0}")]
    NotStored(&'static str),
}

/// A file with a signature field whose signature is still missing.
#[derive(Debug)]
pub struct Prepared<'a> {
    reserved: Reserved<'a>,
}

/// A file that is complete but for the signature: its digest is final.
#[derive(Debug)]
pub struct Digested<'a> {
    reserved: Reserved<'a>,
    sha256: [u8; 32],
}

/// A signed file: the file as it was, and what is appended to it.
#[derive(Debug)]
pub struct Signed<'a> {
    before: &'a [u8],
    /// Bytes that stand in the hole of a signature already there, instead of as many of the file's own.
    filled: Vec<u8>,
    after: &'a [u8],
    tail: Vec<u8>,
}

impl<'a> Prepared<'a> {
    /// Writes everything but the signature. `face` writes the visible text.
    ///
    /// Refuses encrypted and damaged files, XFA forms, and files certified as not to be changed. Earlier signatures stay as
    /// they are: the file only grows.
    pub fn new(
        pdf: &'a [u8],
        look: &Look,
        face: &Face,
        facts: &SignatureFacts,
    ) -> Result<Prepared<'a>, SignError> {
        let standing = Standing::read(pdf)?;
        permits::signature(&standing, *look == Look::None)?;
        let mut update = Update::new(pdf, &standing.document);
        let seen = look.appearance(&standing, face, &mut update)?;
        let signature = append_field(&standing, &seen, &mut update);
        Ok(Prepared { reserved: Layout::signature(facts).write(update, signature, pdf) })
    }

    /// Digests what is signed.
    pub fn digest(self) -> Digested<'a> {
        Digested::of(self.reserved)
    }
}

impl<'a> Digested<'a> {
    fn of(reserved: Reserved<'a>) -> Digested<'a> {
        let sha256 = reserved.digest(&digest::SHA256);
        Digested { reserved, sha256: sha256.as_ref().try_into().expect("SHA-256 has 32 bytes") }
    }

    /// SHA-256 of the signed bytes: names this state of the document in a signing request, and is what a program that
    /// makes a whole CMS has to sign.
    pub fn digest(&self) -> [u8; 32] {
        self.sha256
    }

    /// The file as it will be but for the signature itself: shown to whoever is about to sign.
    pub fn unsigned(self) -> Result<Signed<'a>, SignError> {
        self.reserved.fill(&[])
    }

    /// For keeping until the key comes: mark, digest, what is to be appended. The file itself is kept by the caller.
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut stored = STORED.to_vec();
        stored.extend_from_slice(&self.sha256);
        self.reserved.store(&mut stored);
        stored
    }

    /// Takes back what [`Digested::to_bytes`] gave, and the file. Fails when a byte of either has changed.
    pub fn from_bytes(stored: &[u8], pdf: &'a [u8]) -> Result<Digested<'a>, SignError> {
        let marked = stored.strip_prefix(STORED).and_then(|rest| rest.split_first_chunk::<32>());
        let (sha256, rest) = marked.ok_or(SignError::NotStored("too short or another mark"))?;
        let reserved = Reserved::restore(rest, pdf).ok_or(SignError::NotStored("made for another file"))?;
        let digested = Digested::of(reserved);
        if digested.sha256 != *sha256 {
            return Err(SignError::NotStored("changed since it was stored"));
        }
        Ok(digested)
    }

    /// What the holder of `chain` (DER, own certificate first) has to sign: DER of the signed attributes.
    pub fn signed_attributes(&self, chain: &[Vec<u8>]) -> Result<Vec<u8>, SignError> {
        self.attributes(&Chain::read(chain)?)
    }

    /// Puts a signature over [`Digested::signed_attributes`] into the hole, after checking that it is one.
    pub fn seal(self, chain: &[Vec<u8>], signature: &[u8]) -> Result<Signed<'a>, SignError> {
        let chain = Chain::read(chain)?;
        let attributes = self.attributes(&chain)?;
        self.sealed(&chain, &attributes, signature)
    }

    /// Lets a key sign here and now. `sign` gets the bytes to sign whole and digests them itself.
    pub fn sign_with<E>(
        self,
        chain: &[Vec<u8>],
        sign: impl FnOnce(&[u8]) -> Result<Vec<u8>, E>,
    ) -> Result<Signed<'a>, SignError>
    where
        E: Into<Box<dyn std::error::Error + Send + Sync>>,
    {
        let chain = Chain::read(chain)?;
        let attributes = self.attributes(&chain)?;
        let signature = sign(&attributes).map_err(|e| SignError::Key(e.into()))?;
        self.sealed(&chain, &attributes, &signature)
    }

    /// Puts a CMS into the hole that another program made over [`Digested::digest`]: detached, one signer, DER.
    ///
    /// It is checked whole: its message digest is this document's, the signature verifies with the certificate it holds,
    /// and that certificate is the one it names.
    pub fn import_cms(self, cms: &[u8]) -> Result<Signed<'a>, SignError> {
        imported::check(cms, |algorithm| self.message_digest(algorithm))?;
        self.reserved.fill(cms)
    }

    fn message_digest(&self, algorithm: &'static digest::Algorithm) -> Vec<u8> {
        // A key of P-384 wants another digest than the one that is known already.
        let computed = |digest: Digest| digest.as_ref().to_vec();
        if *algorithm == digest::SHA256 {
            self.sha256.to_vec()
        } else {
            computed(self.reserved.digest(algorithm))
        }
    }

    fn attributes(&self, chain: &Chain) -> Result<Vec<u8>, SignError> {
        chain.signed_attributes(&self.message_digest(chain.digest_algorithm()))
    }

    fn sealed(self, chain: &Chain, attributes: &[u8], signature: &[u8]) -> Result<Signed<'a>, SignError> {
        chain.check(attributes, signature)?;
        self.reserved.fill(&chain.assemble(attributes, signature)?)
    }
}

impl<'a> Signed<'a> {
    pub(crate) fn appended(pdf: &'a [u8], tail: Vec<u8>) -> Signed<'a> {
        Signed { before: pdf, filled: Vec::new(), after: &[], tail }
    }

    /// `digits` instead of as many bytes of the file at `at`.
    pub(crate) fn filled(pdf: &'a [u8], at: usize, digits: Vec<u8>) -> Signed<'a> {
        let after = &pdf[at + digits.len()..];
        Signed { before: &pdf[..at], filled: digits, after, tail: Vec::new() }
    }

    /// The parts of the file in their order; nothing is copied.
    pub fn parts(&self) -> [&[u8]; 4] {
        [self.before, &self.filled, self.after, &self.tail]
    }

    /// Bytes of the whole file.
    pub fn length(&self) -> usize {
        self.parts().iter().map(|part| part.len()).sum()
    }

    /// Writes the whole file.
    pub fn write_to(&self, to: &mut impl Write) -> io::Result<()> {
        self.parts().iter().try_for_each(|part| to.write_all(part))
    }

    /// The whole file in memory.
    pub fn into_bytes(self) -> Vec<u8> {
        self.parts().concat()
    }
}

/// A field without anything to be seen, for a time stamp; returns the number its signature has to have.
pub(crate) fn append_unseen_field(standing: &Standing, update: &mut Update<'_>) -> ObjectId {
    let unseen = Appearance { page: standing.page_id, area: Area::NOTHING, form: None };
    append_field(standing, &unseen, update)
}

/// Field and widget, in the form and on the page.
fn append_field(standing: &Standing, seen: &Appearance, update: &mut Update<'_>) -> ObjectId {
    let signature = update.reserve();
    let widget = update.add(widget(standing, seen, signature));
    append_to_page(standing, seen.page, widget, update);
    append_to_form(standing, widget, update);
    signature
}

/// Field and widget in one (§12.7.4.5). Flags: printed and locked, as ISO 19005-2 §6.3.2 asks.
fn widget(standing: &Standing, seen: &Appearance, signature: ObjectId) -> Dictionary {
    const PRINT: i64 = 1 << 2;
    const LOCKED: i64 = 1 << 7;
    let mut widget = dictionary([
        ("Type", Object::Name(b"Annot".to_vec())),
        ("Subtype", Object::Name(b"Widget".to_vec())),
        ("FT", Object::Name(b"Sig".to_vec())),
        ("T", Object::string_literal(standing.free_field_name())),
        ("V", signature.into()),
        ("F", (PRINT | LOCKED).into()),
        ("P", seen.page.into()),
        ("Rect", seen.area.object()),
    ]);
    if let Some(form) = seen.form {
        widget.set("AP", dictionary([("N", form.into())]));
    }
    widget
}

/// Where the page keeps its annotations in an object of their own, only that object changes.
fn append_to_page(standing: &Standing, page_id: ObjectId, widget: ObjectId, update: &mut Update<'_>) {
    let mut page = standing.document.get_dictionary(page_id).cloned().unwrap_or_default();
    let mut annotations = standing.array(&page, b"Annots").unwrap_or_default();
    annotations.push(widget.into());
    match page.get(b"Annots") {
        Ok(Object::Reference(id)) => update.put(*id, &annotations.into()),
        _ => {
            page.set("Annots", annotations);
            update.put(page_id, &page.into());
        }
    }
}

/// The form becomes an object of its own at the first signature, so that later ones leave the catalogue alone.
fn append_to_form(standing: &Standing, widget: ObjectId, update: &mut Update<'_>) {
    const SIGNATURES_EXIST_APPEND_ONLY: i64 = 3;
    let (form_id, mut form) = standing.form();
    let mut fields = standing.array(&form, b"Fields").unwrap_or_default();
    fields.push(widget.into());
    form.set("SigFlags", SIGNATURES_EXIST_APPEND_ONLY);
    match form.get(b"Fields") {
        Ok(Object::Reference(id)) => update.put(*id, &fields.into()),
        _ => form.set("Fields", fields),
    }
    match form_id {
        Some(id) => update.put(id, &form.into()),
        None => {
            let mut catalog = standing.catalog.clone();
            catalog.set("AcroForm", update.add(form));
            update.put(standing.catalog_id, &catalog.into());
        }
    }
}
