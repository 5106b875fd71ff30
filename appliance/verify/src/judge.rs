//! A whole file: each of its signatures, or what can still be said where it cannot be read or bears none.

use crate::{
    Fault,
    bench::{Bench, blank, describe, held},
    fields::form,
    file::File,
    history::{History, first_signed},
    hybrid,
    places::places,
    report::{Kind, Report, SignatureReport, Verdict},
    rescue, sentences,
};
use pki::Trust;

pub(crate) fn judge(pdf: &[u8], trust: &Trust, now_ms: i64) -> Report {
    if pdf.len() as u64 > crate::MOST_BYTES {
        return unreadable(Fault::TooLarge, Vec::new());
    }
    match read(pdf, trust, now_ms) {
        Ok(report) => report,
        Err(fault) => unreadable(fault, damaged(pdf, fault)),
    }
}

/// The report on a file that cannot be judged as a document.
pub(crate) fn unreadable(fault: Fault, signatures: Vec<SignatureReport>) -> Report {
    let altered = signatures.iter().any(|signature| signature.verdict == Verdict::Altered);
    let verdict = if altered { Verdict::Altered } else { Verdict::Malformed };
    let why = if altered { sentences::ALTERED_AND_DAMAGED } else { fault.sentence() };
    Report { verdict, signatures, fault: Some(fault.code().into()), why: why.into() }
}

/// Signatures that can be made out in a damaged file: whether the damage came after signing.
fn damaged(pdf: &[u8], fault: Fault) -> Vec<SignatureReport> {
    if !matches!(fault, Fault::CrossReferences(_) | Fault::Syntax(_)) {
        return Vec::new();
    }
    let of = |signature: rescue::Rescued| {
        let mut report = blank(Kind::Signature, String::new());
        describe(&mut report, &signature.cms);
        let broken = signature.cms.check(&signature.parts.map(|part| &pdf[part])).err();
        let altered = broken.as_ref().is_some_and(|broken| held(broken) == Verdict::Altered);
        report.verdict = if altered { Verdict::Altered } else { Verdict::Malformed };
        report.why = if altered { sentences::ALTERED_AND_DAMAGED } else { fault.sentence() }.into();
        report
    };
    rescue::signatures(pdf).into_iter().map(of).collect()
}

fn read(pdf: &[u8], trust: &Trust, now_ms: i64) -> Result<Report, Fault> {
    let file = File::open(pdf)?;
    let places = places(&file)?;
    if places.is_empty() {
        return unsigned(&file);
    }
    if form(file.newest()).is_some_and(|form| form.get("XFA").is_some()) {
        return Err(Fault::Xfa);
    }
    let newest = file.sections.len() - 1;
    if hybrid::shows_two_documents(&file, first_signed(&places).map_or(newest, |(base, _)| base)) {
        return Err(Fault::Hybrid);
    }
    let history = History::of(&file, &places);
    let signatures = Bench::new(&file, trust, now_ms).judge(&places, &history);
    if file.budget.is_exhausted() {
        return Err(Fault::TooComplex);
    }
    let verdict = signatures.iter().map(|signature| signature.verdict).max().unwrap_or(Verdict::NotSigned);
    let why = sentences::whole(verdict, &signatures);
    Ok(Report { verdict, signatures, fault: None, why })
}

/// No field of any save holds a signature. One that lies in the file all the same is not nothing: what was signed is
/// no longer part of the document, or readers disagree about it.
fn unsigned(file: &File) -> Result<Report, Fault> {
    if let Some(fault) = file.damage {
        return Err(fault);
    }
    // Behind the last readable save stands the rest of one that may have been signed.
    let rest = file.sections.iter().map(|section| section.end).max().unwrap_or_default();
    if file.leftover && file.bytes[rest..].windows(4).any(|word| word == b" obj") {
        return Err(Fault::CrossReferences("the end is missing"));
    }
    let loose = loose(file);
    if file.budget.is_exhausted() {
        return Err(Fault::TooComplex);
    }
    let verdict = loose.iter().map(|signature| signature.verdict).max().unwrap_or(Verdict::NotSigned);
    let why = if loose.is_empty() { sentences::NOT_SIGNED } else { sentences::LOOSE_SIGNATURE };
    Ok(Report { verdict, signatures: loose, fault: None, why: why.into() })
}

/// Signatures that belong to no field; usage rights of Adobe's reader are none.
fn loose(file: &File) -> Vec<SignatureReport> {
    let view = file.newest();
    let catalog = view.catalog().unwrap_or_default();
    let rights = view.dict(catalog.get("Perms")).unwrap_or_default();
    let extents: Vec<std::ops::Range<usize>> =
        ["UR", "UR3"].iter().filter_map(|key| view.find(rights.get(key)?.as_ref()?).ok()??.extent).collect();
    let of = |signature: rescue::Rescued| {
        let mut report = blank(Kind::Signature, String::new());
        let parts = signature.parts.map(|part| &file.bytes[part]);
        describe(&mut report, &signature.cms);
        let broken = signature.cms.check(&parts).err();
        report.verdict = match broken.as_ref().map(held) {
            Some(Verdict::Altered) => Verdict::Malformed,
            _ => Verdict::ChangedAfterSigningForbidden,
        };
        report.why = sentences::LOOSE_SIGNATURE.into();
        report
    };
    let signatures = rescue::signatures(file.bytes).into_iter();
    signatures.filter(|one| !extents.iter().any(|extent| extent.contains(&one.at))).map(of).collect()
}
