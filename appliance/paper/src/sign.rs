//! PAdES B-B (ETSI EN 319 142-1) as an incremental update: [`Prepared`] -> [`Digested`] -> [`Signed`].
//!
//! 1. [`Prepared::new`] appends field, widget, appearance and a signature dictionary with a hole of 16 KiB.
//! 2. [`Prepared::digest`] writes `/ByteRange`: everything but the hole. From here on no byte moves.
//!    A [`Digested`] can be stored ([`Digested::to_bytes`]) until the person with the key comes.
//! 3. [`Digested::sign_with`] lets the key sign and puts the CMS into the hole. Where the key is on another machine,
//!    [`Digested::signed_attributes`] is what it has to sign and [`Digested::seal`] takes the answer.

use crate::{
    cms::Chain,
    face::{Face, FaceError},
    look::{Appearance, Look},
    pdftext::{date, text_string},
    standing::Standing,
    update::{Update, Written, dictionary},
};
use chrono::{DateTime, FixedOffset};
use der::Encode;
use lopdf::{Dictionary, Object, ObjectId, Writer};

/// Room for the CMS. A signature with two or three certificates takes 3 to 5 KB; a timestamp, added later inside the
/// same hole, about as much again.
const HOLE_BYTES: usize = 16 << 10;
/// Wider than any offset in a file under 10 GB.
const RANGE_DIGITS: usize = 10;
const STORED: &[u8; 8] = b"vanthuD1";

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
    /// The author certified the file (DocMDP); another signature could break the certification.
    #[error("the PDF is certified by its author (DocMDP) and takes no further signature")]
    Certified,
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
    /// Stored bytes that [`Digested::to_bytes`] did not make, or changed since.
    #[error("not a stored, unsigned document: {0}")]
    NotStored(&'static str),
}

/// The hole: the hexadecimal string of `/Contents` with its angle brackets, as offsets into the file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Hole {
    start: usize,
    end: usize,
}

impl Hole {
    fn around(self, file: &[u8]) -> [&[u8]; 2] {
        [&file[..self.start], &file[self.end..]]
    }
}

/// A file with a signature field whose signature is still missing.
#[derive(Debug)]
pub struct Prepared {
    file: Vec<u8>,
    hole: Hole,
    /// Where the numbers of `/ByteRange` go.
    range_at: usize,
}

/// A file that is complete but for the signature: its digest is final.
#[derive(Debug)]
pub struct Digested {
    file: Vec<u8>,
    hole: Hole,
}

/// A signed file.
#[derive(Debug)]
pub struct Signed {
    file: Vec<u8>,
}

impl Prepared {
    /// Appends everything but the signature to `pdf`. `face` writes the visible text.
    ///
    /// Refuses encrypted, certified and damaged files. Earlier signatures stay as they are: the file only grows.
    pub fn new(pdf: &[u8], look: &Look, face: &Face, facts: &SignatureFacts) -> Result<Prepared, SignError> {
        let standing = Standing::read(pdf)?;
        let mut update = Update::new(pdf, &standing.document);
        let signature = update.reserve();
        let seen = look.appearance(&standing, face, &mut update)?;
        let widget = update.add(widget(&standing, &seen, signature));
        append_to_page(&standing, seen.page, widget, &mut update);
        append_to_form(&standing, widget, &mut update);
        let dictionary = SignatureDictionary::new(facts);
        update.put_body(signature, dictionary.body.clone());
        let Written { bytes, bodies } = update.write(&state_identifier(pdf, &dictionary.body));
        Ok(dictionary.prepared(bytes, bodies[&signature]))
    }

    /// Writes down which bytes are signed, and digests them.
    pub fn digest(mut self) -> Digested {
        let after = self.file.len() - self.hole.end;
        let range =
            [0, self.hole.start, self.hole.end, after].map(|n| format!("{n:<RANGE_DIGITS$}")).join(" ");
        // Same width as the placeholder: nothing moves.
        self.file[self.range_at..self.range_at + range.len()].copy_from_slice(range.as_bytes());
        Digested { file: self.file, hole: self.hole }
    }
}

impl Digested {
    /// SHA-256 of the signed bytes: names this state of the document in a signing request.
    pub fn digest(&self) -> [u8; 32] {
        let mut context = ring::digest::Context::new(&ring::digest::SHA256);
        self.hole.around(&self.file).iter().for_each(|part| context.update(part));
        context.finish().as_ref().try_into().expect("SHA-256 has 32 bytes")
    }

    /// For keeping until the key comes: mark, hole, digest, file.
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut stored = STORED.to_vec();
        for offset in [self.hole.start, self.hole.end] {
            stored.extend_from_slice(&(offset as u64).to_be_bytes());
        }
        stored.extend_from_slice(&self.digest());
        stored.extend_from_slice(&self.file);
        stored
    }

    /// Takes back what [`Digested::to_bytes`] gave. Fails when a byte of it has changed.
    pub fn from_bytes(stored: &[u8]) -> Result<Digested, SignError> {
        let (digested, digest) =
            stored_parts(stored).ok_or(SignError::NotStored("too short or another mark"))?;
        let Hole { start, end } = digested.hole;
        let empty = digested.file.get(start..end).is_some_and(|hole| {
            hole.len() == 2 * HOLE_BYTES + 2 && hole[1..hole.len() - 1].iter().all(|&byte| byte == b'0')
        });
        if !empty {
            return Err(SignError::NotStored("no empty place for the signature"));
        }
        if digested.digest() != digest {
            return Err(SignError::NotStored("changed since it was stored"));
        }
        Ok(digested)
    }

    /// What the holder of `chain` (DER, own certificate first) has to sign: DER of the signed attributes.
    pub fn signed_attributes(&self, chain: &[Vec<u8>]) -> Result<Vec<u8>, SignError> {
        let attributes = Chain::read(chain)?.signed_attributes(self.hole.around(&self.file))?;
        attributes.to_der().map_err(|e| SignError::Certificate(e.to_string()))
    }

    /// Puts a signature over [`Digested::signed_attributes`] into the hole, after checking that it is one.
    pub fn seal(mut self, chain: &[Vec<u8>], signature: &[u8]) -> Result<Signed, SignError> {
        let attributes_der = self.signed_attributes(chain)?;
        let chain = Chain::read(chain)?;
        chain.check(&attributes_der, signature)?;
        let attributes = chain.signed_attributes(self.hole.around(&self.file))?;
        let cms = chain.assemble(attributes, signature)?;
        if cms.len() > HOLE_BYTES {
            return Err(SignError::TooLarge { needed: cms.len(), reserved: HOLE_BYTES });
        }
        let digits: String = cms.iter().map(|byte| format!("{byte:02x}")).collect();
        let start = self.hole.start + 1;
        self.file[start..start + digits.len()].copy_from_slice(digits.as_bytes());
        Ok(Signed { file: self.file })
    }

    /// Lets a key sign here and now. `sign` gets the bytes to sign whole and digests them itself.
    pub fn sign_with<E>(
        self,
        chain: &[Vec<u8>],
        sign: impl FnOnce(&[u8]) -> Result<Vec<u8>, E>,
    ) -> Result<Signed, SignError>
    where
        E: Into<Box<dyn std::error::Error + Send + Sync>>,
    {
        let signature = sign(&self.signed_attributes(chain)?).map_err(|e| SignError::Key(e.into()))?;
        self.seal(chain, &signature)
    }
}

impl Signed {
    /// The signed file.
    pub fn into_bytes(self) -> Vec<u8> {
        self.file
    }
}

fn stored_parts(stored: &[u8]) -> Option<(Digested, [u8; 32])> {
    let rest = stored.strip_prefix(STORED)?;
    let (start, rest) = rest.split_first_chunk::<8>()?;
    let (end, rest) = rest.split_first_chunk::<8>()?;
    let (digest, file) = rest.split_first_chunk::<32>()?;
    let offset = |bytes: &[u8; 8]| usize::try_from(u64::from_be_bytes(*bytes)).ok();
    let hole = Hole { start: offset(start)?, end: offset(end)? };
    (hole.start < hole.end && hole.end <= file.len())
        .then(|| (Digested { file: file.to_vec(), hole }, *digest))
}

/// The signature dictionary (ISO 32000-1 §12.8.1) is laid out by hand: its holes must be found again to the byte.
struct SignatureDictionary {
    body: Vec<u8>,
    range_at: usize,
    hole: Hole,
}

impl SignatureDictionary {
    fn new(facts: &SignatureFacts) -> SignatureDictionary {
        let mut body = b"<</Type/Sig/Filter/Adobe.PPKLite/SubFilter/ETSI.CAdES.detached".to_vec();
        let texts = [
            ("/Name", Some(&facts.name)),
            ("/Reason", facts.reason.as_ref()),
            ("/Location", facts.location.as_ref()),
        ];
        for (key, words) in texts {
            if let Some(words) = words {
                body.extend_from_slice(key.as_bytes());
                let string = Object::string_literal(text_string(words));
                Writer::write_object(&mut body, &string).expect("a Vec takes every byte");
            }
        }
        body.extend_from_slice(format!("/M({})/ByteRange[", date(&facts.signed_at)).as_bytes());
        let range_at = body.len();
        body.resize(range_at + 4 * RANGE_DIGITS + 3, b' ');
        body.extend_from_slice(b"]/Contents");
        let start = body.len();
        body.push(b'<');
        body.resize(body.len() + 2 * HOLE_BYTES, b'0');
        body.push(b'>');
        let hole = Hole { start, end: body.len() };
        body.extend_from_slice(b">>");
        SignatureDictionary { body, range_at, hole }
    }

    fn prepared(self, file: Vec<u8>, body_at: usize) -> Prepared {
        let hole = Hole { start: body_at + self.hole.start, end: body_at + self.hole.end };
        Prepared { file, hole, range_at: body_at + self.range_at }
    }
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

fn state_identifier(pdf: &[u8], signature: &[u8]) -> [u8; 16] {
    let mut context = ring::digest::Context::new(&ring::digest::SHA256);
    context.update(pdf);
    context.update(signature);
    let digest = context.finish();
    digest.as_ref().first_chunk().copied().expect("SHA-256 has 32 bytes")
}
