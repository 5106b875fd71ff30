//! A PDF file as it is written: numbers for its objects, where each of them stands, one table of that at the end.
//!
//! ```text
//! let mut file = File::new(out);
//! file.header()?;
//! let page = file.next();
//! file.object(page, |chunk| { chunk.page(page); })?;
//! let written = file.finish(catalog, information)?;
//! ```
//!
//! Of an object that is written only its place is kept: eight bytes each, however long the document.

use flate2::{Compression, write::ZlibEncoder};
use pdf_writer::{Chunk, Ref};
use std::io::{self, Write};

/// Counts and digests what goes out, and remembers where each object stands.
pub(crate) struct File<'a, W: Write> {
    out: &'a mut W,
    at: u64,
    digest: ring::digest::Context,
    /// Where each object begins, in the order of their numbers; zero as long as it is not written.
    offsets: Vec<u64>,
}

/// Length and SHA-256 of a finished file.
pub(crate) struct Finished {
    pub(crate) bytes: u64,
    pub(crate) sha256: [u8; 32],
}

impl<'a, W: Write> File<'a, W> {
    /// The first `reserved` numbers are given to objects whose number must be known from the start.
    pub(crate) fn new(out: &'a mut W, reserved: usize) -> Self {
        let digest = ring::digest::Context::new(&ring::digest::SHA256);
        File { out, at: 0, digest, offsets: vec![0; reserved] }
    }

    /// A file of which so many bytes are out already: what they come to so far, and where each object stands in them.
    pub(crate) fn resumed(out: &'a mut W, at: u64, digest: ring::digest::Context, offsets: Vec<u64>) -> Self {
        File { out, at, digest, offsets }
    }

    /// The number of an object that is to be written sooner or later.
    pub(crate) fn next(&mut self) -> Ref {
        self.offsets.push(0);
        Ref::new(i32::try_from(self.offsets.len()).expect("a file has fewer objects than there are numbers"))
    }

    /// ISO 19005-2 §6.1.2: version, then a comment of four bytes above 127.
    pub(crate) fn header(&mut self) -> io::Result<()> {
        self.put(b"%PDF-1.7\n%\xE2\xE3\xCF\xD3\n")
    }

    /// Writes the object of a number.
    pub(crate) fn object(&mut self, id: Ref, write: impl FnOnce(&mut Chunk)) -> io::Result<()> {
        let mut chunk = Chunk::with_settings(pdf_writer::Settings { pretty: false });
        write(&mut chunk);
        let index = usize::try_from(id.get() - 1).expect("numbers begin with one");
        self.offsets[index] = self.at;
        self.put(chunk.as_bytes())
    }

    fn put(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.digest.update(bytes);
        self.at += bytes.len() as u64;
        self.out.write_all(bytes)
    }

    /// One section from object 0 on, without gaps (§6.1.4), and the trailer with the file's identifier (§6.1.3):
    /// the digest of all that precedes it.
    pub(crate) fn finish(mut self, catalog: Ref, information: Ref) -> io::Result<Finished> {
        debug_assert!(!self.offsets.contains(&0), "an object was announced and not written");
        let tail = tail(&self.offsets, self.at, self.digest.clone(), [catalog, information]);
        self.put(tail.as_bytes())?;
        self.out.flush()?;
        let sha256 = self.digest.finish().as_ref().try_into().expect("SHA-256 has 32 bytes");
        Ok(Finished { bytes: self.at, sha256 })
    }
}

/// What stands behind the last object: the table, at `start`, and the trailer. `before` is what the bytes come to that
/// precede it.
pub(crate) fn tail(
    offsets: &[u64],
    start: u64,
    before: ring::digest::Context,
    [catalog, information]: [Ref; 2],
) -> String {
    let identifier: String =
        before.finish().as_ref().iter().take(16).map(|byte| format!("{byte:02X}")).collect();
    let size = offsets.len() + 1;
    let mut tail = format!("xref\n0 {size}\n0000000000 65535 f \n");
    for offset in offsets {
        tail.push_str(&format!("{offset:010} 00000 n \n"));
    }
    tail.push_str(&format!(
        "trailer\n<</Size {size}/Root {} 0 R/Info {} 0 R/ID[<{identifier}><{identifier}>]>>\nstartxref\n{start}\n%%EOF\n",
        catalog.get(),
        information.get(),
    ));
    tail
}

/// What goes behind `/Filter/FlateDecode`. The same bytes give the same.
pub(crate) fn deflated(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = ZlibEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(bytes).expect("a Vec takes every byte");
    encoder.finish().expect("a Vec takes every byte")
}
