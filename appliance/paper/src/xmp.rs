//! The metadata packet that makes a file say it is PDF/A-2b (ISO 19005-2 §6.6.2, §6.6.4).

use crate::{compose::About, pdftext::xmp_date};
use xmp_writer::{LangId, XmpWriter};

/// What wrote the file; the version stays out, or the same captures would give other bytes after an update.
pub(crate) const PRODUCER: &str = "vanthu";

/// The packet. It says the same as the information dictionary, word for word (§6.6.2.3).
pub(crate) fn packet(about: &About) -> Vec<u8> {
    let created = xmp_date(&about.created);
    let mut xmp = XmpWriter::new();
    xmp.format("application/pdf");
    xmp.title([(None, about.title.as_str())]);
    if !about.author.is_empty() {
        xmp.creator([about.author.as_str()]);
    }
    if !about.subject.is_empty() {
        xmp.description([(None, about.subject.as_str())]);
    }
    xmp.language([LangId(&about.language)]);
    xmp.create_date(created);
    xmp.modify_date(created);
    xmp.metadata_date(created);
    xmp.creator_tool(PRODUCER);
    xmp.producer(PRODUCER);
    xmp.pdfa_part(2);
    xmp.pdfa_conformance("B");
    xmp.finish(None).into_bytes()
}
