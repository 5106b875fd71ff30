//! The metadata packet that makes a file say it is PDF/A-2b (ISO 19005-2 §6.6.2, §6.6.4), and what it is about.
//!
//! Of a registered document: `dc:title` its abstract, `dc:creator` who issued it, `dc:publisher` who made the file,
//! `dc:identifier` number and symbol, `dc:date` its date, `dc:type` its kind, `pdf:Keywords` the last three for viewers
//! that show no more than that. All of them are in the schemas of XMP 2005, which need no description of their own.

use crate::{compose::About, pdftext::xmp_date};
use chrono::Datelike;
use xmp_writer::{DateTime, LangId, XmpWriter};

/// What wrote the file; the version stays out, or the same captures would give other bytes after an update.
pub(crate) const PRODUCER: &str = "vanthu";

/// What packet and information dictionary both say, word for word (§6.6.2.3); empty is left out.
pub(crate) struct Words {
    pub(crate) title: String,
    pub(crate) subject: String,
    pub(crate) author: String,
    pub(crate) keywords: String,
    publisher: String,
    identifier: String,
    kind: String,
}

impl Words {
    pub(crate) fn of(about: &About) -> Words {
        let (title, subject, unit) = (plain(&about.title), plain(&about.subject), plain(&about.author));
        let Some(facts) = &about.register else {
            let none = String::new;
            return Words {
                title,
                subject,
                author: unit,
                keywords: none(),
                publisher: none(),
                identifier: none(),
                kind: none(),
            };
        };
        let [identifier, issuer, kind] =
            [&facts.number_symbol, &facts.issuer, &facts.kind].map(|words| plain(words));
        let date = facts.issued_on.map(|day| day.format("%d/%m/%Y").to_string()).unwrap_or_default();
        let keywords: Vec<&str> =
            [identifier.as_str(), &date, &kind].into_iter().filter(|words| !words.is_empty()).collect();
        let keywords = keywords.join("; ");
        let author = if issuer.is_empty() { unit.clone() } else { issuer };
        Words { title, subject, author, keywords, publisher: unit, identifier, kind }
    }
}

/// Without what XML cannot hold (XML 1.0 §2.2): one such character and no reader could parse the packet.
fn plain(words: &str) -> String {
    let is_held = |letter: char| !letter.is_control() && !matches!(letter, '\u{FFFE}' | '\u{FFFF}');
    words
        .chars()
        .map(|letter| if is_held(letter) { letter } else { ' ' })
        .collect::<String>()
        .trim()
        .to_owned()
}

/// The packet.
pub(crate) fn packet(about: &About) -> Vec<u8> {
    let created = xmp_date(&about.created);
    let words = Words::of(about);
    let mut xmp = XmpWriter::new();
    xmp.format("application/pdf");
    xmp.title([(None, words.title.as_str())]);
    if !words.author.is_empty() {
        xmp.creator([words.author.as_str()]);
    }
    if !words.subject.is_empty() {
        xmp.description([(None, words.subject.as_str())]);
    }
    if !words.publisher.is_empty() {
        xmp.publisher([words.publisher.as_str()]);
    }
    if !words.identifier.is_empty() {
        xmp.identifier(&words.identifier);
    }
    if !words.kind.is_empty() {
        xmp.type_([words.kind.as_str()]);
    }
    if let Some(date) = about.register.as_ref().and_then(|facts| facts.issued_on).and_then(day) {
        xmp.date([date]);
    }
    if !words.keywords.is_empty() {
        xmp.pdf_keywords(&words.keywords);
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

/// `None` for a year that is none of ours.
fn day(date: chrono::NaiveDate) -> Option<DateTime> {
    let small = |part: u32| u8::try_from(part).ok();
    Some(DateTime::date(u16::try_from(date.year()).ok()?, small(date.month())?, small(date.day())?))
}
