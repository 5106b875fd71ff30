//! One signature after the other, the latest first: a later time stamp proves when the earlier ones were there.

use crate::{
    changes::Weight,
    evidence::in_store,
    file::File,
    history::History,
    object::Object,
    places::{Cover, Place},
    report::{Kind, Level, SignatureReport, Verdict},
    sentences,
    words::{date_ms, text},
};
use pki::{Broken, Cert, Cms, Evidence, Judgement, Purpose, Standing, Trust, tsp::Token};

/// A clock of a time stamp authority may be ahead of the box's by this much.
const MOST_AHEAD_MS: i64 = 10 * 60_000;

pub(crate) fn blank(kind: Kind, field: String) -> SignatureReport {
    SignatureReport {
        verdict: Verdict::Malformed,
        covers_whole: false,
        signer: None,
        organisation: None,
        is_unit: false,
        kind,
        level: Level::B,
        field,
        claimed_at_ms: None,
        proved_at_ms: None,
        stamped_by: None,
        chain: Vec::new(),
        certificate_sha256: None,
        not_revoked_as_of_ms: None,
        changes: Vec::new(),
        why: String::new(),
    }
}

/// What a signature that does not hold is to be called.
pub(crate) fn held(broken: &Broken) -> Verdict {
    match broken {
        Broken::Digest | Broken::Signature | Broken::Attributes(_) | Broken::CertificateSubstituted => {
            Verdict::Altered
        }
        Broken::NoCertificate | Broken::Weak(_) | Broken::Unsupported(_) => Verdict::Untrusted,
    }
}

/// A time that is proved for everything up to a byte of the file.
struct Proof {
    at_ms: i64,
    covers: usize,
    by: String,
    /// The state that it covers holds validation data.
    with_store: bool,
}

/// All that judging needs.
pub(crate) struct Bench<'b, 'a> {
    file: &'b File<'a>,
    trust: &'b Trust,
    now_ms: i64,
    store: Evidence,
    evidence: Evidence,
    proofs: Vec<Proof>,
}

/// What a signature time stamp came to.
enum Stamp {
    None,
    /// It holds and is trusted.
    Proved {
        at_ms: i64,
        judgement: Judgement,
    },
    /// It holds, but its time counts for nothing any more; the sentence says why.
    Lapsed(String),
    /// Whoever made it is not trusted.
    Untrusted(String),
    /// It is not about this signature, or does not hold.
    Broken,
}

impl<'b, 'a> Bench<'b, 'a> {
    pub(crate) fn new(file: &'b File<'a>, trust: &'b Trust, now_ms: i64) -> Self {
        let store = in_store(file.newest());
        Bench { file, trust, now_ms, evidence: store.clone(), store, proofs: Vec::new() }
    }

    pub(crate) fn judge(mut self, places: &[Place], history: &History) -> Vec<SignatureReport> {
        let contents: Vec<Option<Cms>> =
            places.iter().map(|place| Cms::parse(&place.cover.as_ref().ok()?.contents).ok()).collect();
        for cms in contents.iter().flatten() {
            self.evidence.add_cms(cms);
            // A time stamp authority is vouched for by others than the signer; who they are comes in its token.
            let tokens = cms.time_stamps().into_iter().filter_map(|bytes| Token::parse(bytes).ok());
            tokens.for_each(|token| self.evidence.add_cms(token.cms()));
        }
        let mut order: Vec<usize> = (0..places.len()).collect();
        order.sort_by_key(|&index| std::cmp::Reverse(places[index].cover.as_ref().map_or(0, Cover::end)));
        let mut reports: Vec<(usize, SignatureReport)> = Vec::new();
        for index in order {
            let mut report = self.one(&places[index], contents[index].as_ref());
            let (weight, changes) = history.after(self.file, places, index);
            report.changes = changes;
            weigh(&mut report, weight);
            reports.push((index, report));
        }
        reports.sort_by_key(|(index, _)| *index);
        reports.into_iter().map(|(_, report)| report).collect()
    }

    fn one(&mut self, place: &Place, cms: Option<&Cms>) -> SignatureReport {
        let stamp = place.dict.is("Type", "DocTimeStamp") || place.dict.is("SubFilter", "ETSI.RFC3161");
        let kind = if stamp { Kind::Timestamp } else { Kind::Signature };
        let mut report = blank(kind, place.field.clone());
        report.claimed_at_ms =
            place.dict.get("M").and_then(Object::as_text).map(text).and_then(|m| date_ms(&m));
        let cover = match &place.cover {
            Ok(cover) => cover,
            Err(loose) => {
                report.why = sentences::loose(*loose).into();
                return report;
            }
        };
        report.covers_whole = cover.end() == self.file.bytes.len();
        let Some(cms) = cms else {
            let empty = cover.contents.iter().all(|&byte| byte == 0);
            report.why = if empty { sentences::NOT_YET_SIGNED } else { sentences::NO_CMS }.into();
            return report;
        };
        describe(&mut report, cms);
        match kind {
            Kind::Timestamp => self.time_stamp(&mut report, cover),
            Kind::Signature => self.signature(&mut report, place, cover, cms),
        }
        report
    }

    fn signature(&self, report: &mut SignatureReport, place: &Place, cover: &Cover, cms: &Cms) {
        if let Some(Object::Name(filter)) = place.dict.get("SubFilter")
            && !matches!(filter.as_slice(), b"ETSI.CAdES.detached" | b"adbe.pkcs7.detached")
        {
            // adbe.pkcs7.sha1 and adbe.x509.rsa_sha1 are SHA-1 by their very definition.
            report.verdict = Verdict::Untrusted;
            report.why = sentences::old_format(&String::from_utf8_lossy(filter));
            return;
        }
        let signed = match cms.check(&self.parts(cover)) {
            Ok(signed) => signed,
            Err(broken) => {
                report.verdict = held(&broken);
                report.why = sentences::broken(&broken);
                return;
            }
        };
        let later = self.earliest(cover.end());
        let stamp = self.stamp(cms, later.map_or(self.now_ms, |proof| proof.at_ms));
        let mut proved = later.map(|proof| (proof.at_ms, proof.by.clone(), None));
        if let Stamp::Proved { at_ms, judgement } = &stamp {
            let by = judgement.chain.first().map_or(String::new(), |tsa| tsa.subject_cn().to_owned());
            proved = proved.filter(|(later, ..)| later <= at_ms).or(Some((*at_ms, by, Some(judgement))));
        }
        let at_ms = proved.as_ref().map_or(self.now_ms, |(at_ms, ..)| *at_ms);
        let judgement = pki::judge(
            &signed.signer,
            Purpose::DocumentSigning,
            &self.evidence,
            self.trust,
            at_ms,
            self.now_ms,
        );
        standing(report, &judgement);
        if let Some((at_ms, by, tsa)) = proved {
            (report.proved_at_ms, report.stamped_by) = (Some(at_ms), Some(by));
            report.level = self.level(&judgement, tsa, cover);
        }
        report.why = sentences::standing(&judgement, report);
        self.weigh_stamp(report, stamp);
    }

    /// A time stamp that does not hold makes a signature worse, even where it is good without: it claims a time.
    fn weigh_stamp(&self, report: &mut SignatureReport, stamp: Stamp) {
        let (verdict, why) = match stamp {
            Stamp::None | Stamp::Proved { .. } => return,
            Stamp::Lapsed(why) => {
                report.why = format!("{} {why}", report.why);
                return;
            }
            Stamp::Untrusted(by) => (Verdict::Untrusted, sentences::stamp_untrusted(&by)),
            Stamp::Broken => (Verdict::Altered, sentences::STAMP_BROKEN.to_owned()),
        };
        if verdict > report.verdict {
            (report.verdict, report.why) = (verdict, why);
        }
    }

    fn time_stamp(&mut self, report: &mut SignatureReport, cover: &Cover) {
        let parts = self.parts(cover);
        let Ok(token) = Token::parse(&cover.contents) else {
            report.why = sentences::NO_CMS.into();
            return;
        };
        report.claimed_at_ms = Some(token.gen_time_ms());
        if token.is_about(&parts).is_err() {
            report.verdict = Verdict::Altered;
            report.why = sentences::broken(&Broken::Digest);
            return;
        }
        let at_ms = self.earliest(cover.end()).map_or(self.now_ms, |proof| proof.at_ms);
        match self.token(&token, at_ms) {
            Stamp::Proved { at_ms, judgement } => {
                standing(report, &judgement);
                let by = report.signer.clone().unwrap_or_default();
                (report.proved_at_ms, report.stamped_by) = (Some(at_ms), Some(by.clone()));
                let with_store = self.holds_store(cover);
                report.level = if with_store { Level::Lta } else { Level::T };
                report.why = sentences::standing(&judgement, report);
                self.proofs.push(Proof { at_ms, covers: cover.end(), by, with_store });
            }
            Stamp::Untrusted(_) | Stamp::Lapsed(_) | Stamp::None => {
                let signer = token.cms().signer();
                let judgement = signer.map(|tsa| self.judge_tsa(tsa, at_ms));
                report.verdict = Verdict::Untrusted;
                report.why = sentences::stamp_untrusted(&report.signer.clone().unwrap_or_default());
                if let Some(judgement) = judgement.filter(|judgement| !judgement.is_good()) {
                    standing(report, &judgement);
                    report.why = sentences::standing(&judgement, report);
                }
            }
            Stamp::Broken => {
                report.verdict = Verdict::Altered;
                report.why = sentences::broken(&Broken::Signature);
            }
        }
    }

    /// The best of the time stamps inside a signature.
    fn stamp(&self, cms: &Cms, at_ms: i64) -> Stamp {
        let mut result = Stamp::None;
        for bytes in cms.time_stamps() {
            let stamp = match Token::parse(bytes) {
                Ok(token) if token.is_about(&[cms.signature()]).is_ok() => self.token(&token, at_ms),
                _ => Stamp::Broken,
            };
            result = match (result, stamp) {
                (Stamp::Broken, _) | (_, Stamp::Broken) => Stamp::Broken,
                (best @ Stamp::Proved { .. }, _) => best,
                (_, stamp) => stamp,
            };
        }
        result
    }

    fn token(&self, token: &Token, at_ms: i64) -> Stamp {
        let by = |cert: Option<&Cert>| cert.map_or(String::new(), |cert| cert.subject_cn().to_owned());
        let tsa = match token.check() {
            Ok(tsa) => tsa,
            Err(pki::tsp::TspError::NotATsa) => return Stamp::Untrusted(by(token.cms().signer())),
            Err(pki::tsp::TspError::Broken(broken)) if held(&broken) == Verdict::Untrusted => {
                return Stamp::Untrusted(by(token.cms().signer()));
            }
            Err(_) => return Stamp::Broken,
        };
        let stamped_ms = token.gen_time_ms();
        if stamped_ms > self.now_ms + MOST_AHEAD_MS {
            return Stamp::Lapsed(sentences::STAMP_AHEAD.into());
        }
        let judgement = self.judge_tsa(&tsa, at_ms);
        match judgement.standing {
            Standing::Good => Stamp::Proved { at_ms: stamped_ms.min(self.now_ms), judgement },
            Standing::Expired { .. } => Stamp::Lapsed(sentences::STAMP_LAPSED.into()),
            _ => Stamp::Untrusted(by(Some(&tsa))),
        }
    }

    fn judge_tsa(&self, tsa: &Cert, at_ms: i64) -> Judgement {
        pki::judge(tsa, Purpose::TimeStamping, &self.evidence, self.trust, at_ms, self.now_ms)
    }

    fn parts(&self, cover: &Cover) -> [&'a [u8]; 2] {
        let bytes = self.file.bytes;
        cover.parts.clone().map(|part| &bytes[part])
    }

    /// The earliest proved time of a state that holds everything up to `end`.
    fn earliest(&self, end: usize) -> Option<&Proof> {
        self.proofs.iter().filter(|proof| proof.covers > end).min_by_key(|proof| proof.at_ms)
    }

    fn holds_store(&self, cover: &Cover) -> bool {
        let view = cover.revision.map(|revision| self.file.view(revision));
        view.and_then(|view| view.catalog()).is_some_and(|catalog| catalog.get("DSS").is_some())
    }

    /// The level that holds: with a proved time, with all validation data inside, with a later time stamp over them.
    fn level(&self, judgement: &Judgement, tsa: Option<&Judgement>, cover: &Cover) -> Level {
        let complete =
            self.is_complete(judgement, true) && tsa.is_none_or(|tsa| self.is_complete(tsa, false));
        let kept = self.proofs.iter().any(|proof| proof.covers > cover.end() && proof.with_store);
        match (complete, kept) {
            (false, _) => Level::T,
            (true, false) => Level::Lt,
            (true, true) => Level::Lta,
        }
    }

    /// The file itself says of each certificate below the root whether it was revoked. Time stamp authorities whose
    /// certificates name no place to ask need not.
    fn is_complete(&self, judgement: &Judgement, always: bool) -> bool {
        judgement.anchored
            && judgement.chain.windows(2).all(|pair| {
                let [cert, issuer] = pair else { return false };
                let nobody_says = cert.crl_urls().is_empty() && cert.ocsp_urls().is_empty();
                (!always && nobody_says)
                    || self.store.crls.iter().any(|list| list.is_signed_by(issuer))
                    || self.store.ocsps.iter().any(|answer| answer.is_about(cert, issuer))
            })
    }
}

pub(crate) fn describe(report: &mut SignatureReport, cms: &Cms) {
    if let Some(signer) = cms.signer() {
        report.signer = Some(signer.subject_cn().to_owned());
        report.organisation = signer.organisation().map(str::to_owned);
        report.is_unit = signer.is_unit();
        report.certificate_sha256 = Some(signer.sha256_hex().to_owned());
    }
    report.claimed_at_ms = report.claimed_at_ms.or(cms.signing_time_ms());
}

fn standing(report: &mut SignatureReport, judgement: &Judgement) {
    report.chain = judgement.chain.iter().map(|cert| cert.subject_cn().to_owned()).collect();
    report.not_revoked_as_of_ms = judgement.revocation_known_as_of_ms();
    report.verdict = match judgement.standing {
        Standing::Good => Verdict::Good,
        Standing::Expired { .. } => Verdict::Expired,
        Standing::Revoked { .. } => Verdict::Revoked,
        Standing::Untrusted(_) | Standing::NotYetValid { .. } => Verdict::Untrusted,
    };
}

/// Adds what came after the signature.
fn weigh(report: &mut SignatureReport, weight: Weight) {
    let verdict = match weight {
        Weight::Upkeep => return,
        Weight::Allowed => Verdict::ChangedAfterSigningAllowed,
        Weight::Forbidden => Verdict::ChangedAfterSigningForbidden,
    };
    if verdict > report.verdict {
        report.verdict = verdict;
        report.why = sentences::changed(report);
    }
}
