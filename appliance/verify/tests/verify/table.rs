//! Every row of the table gets the word that is true of it.

use crate::made;
use std::collections::HashSet;
use verify::{Kind, Report, Verdict, verify};

fn judged(case: &serde_json::Value) -> Report {
    let name = case["name"].as_str().unwrap();
    verify(&made().pdf(name), &made().trust(case["trust"].as_str().unwrap()), made().now_ms())
}

fn words(report: &Report) -> Vec<&'static str> {
    if report.signatures.is_empty() {
        return vec![report.verdict.word()];
    }
    report.signatures.iter().map(|signature| signature.verdict.word()).collect()
}

#[test]
fn every_file_of_the_table_gets_its_word() {
    let mut wrong = Vec::new();
    for case in made().cases() {
        let report = judged(case);
        let expected: Vec<&str> =
            case["expected"].as_array().unwrap().iter().map(|w| w.as_str().unwrap()).collect();
        let level = serde_json::to_value(report.signatures.first().map(|s| s.level)).unwrap();
        let level_fits = case["level"].is_null() || case["level"] == level;
        if words(&report) != expected || !level_fits {
            wrong.push(format!(
                "{} ({}): {:?} {level}, {}",
                case["name"],
                case["why"],
                words(&report),
                told(&report)
            ));
        }
    }
    assert!(made().cases().len() >= 60);
    assert!(wrong.is_empty(), "{} of {} wrong:\n{}", wrong.len(), made().cases().len(), wrong.join("\n"));
}

fn told(report: &Report) -> String {
    let one = |signature: &verify::SignatureReport| {
        let changes: Vec<&str> = signature.changes.iter().map(|change| change.text.as_str()).collect();
        format!("\n    {}: {} {changes:?}", signature.field, signature.why)
    };
    let each: Vec<String> = report.signatures.iter().map(one).collect();
    format!("{}{}", report.why, each.join(""))
}

/// pyHanko is asked about every file as well. Where it says valid and we do not, or the other way round, the reason
/// stands here.
#[test]
fn where_pyhanko_is_of_another_opinion_the_reason_is_known() {
    let known: HashSet<&str> = DIFFERENT.iter().map(|(name, _)| *name).collect();
    let mut differing = HashSet::new();
    for case in made().cases() {
        let opinions = case["pyhanko"].as_array().unwrap();
        let theirs = !opinions.is_empty() && opinions.iter().all(|said| said == "valid");
        let ours = matches!(judged(case).verdict, Verdict::Good | Verdict::ChangedAfterSigningAllowed);
        if theirs != ours {
            differing.insert(case["name"].as_str().unwrap());
        }
    }
    let mut new: Vec<_> = differing.symmetric_difference(&known).collect();
    new.sort();
    assert!(new.is_empty(), "{new:?}");
}

const NO_EKU: &str = "pyHanko's default profile does not look at the extended key usage";
const TAIL: &str = "pyHanko reads what the table names; readers that repair files show what stands behind it";
const LEVEL_3: &str =
    "pyHanko has no rule for annotations and calls all of them suspicious; DocMDP 3 allows them";
const AT_NOW: &str =
    "pyHanko's basic profile judges at this moment and lets no time stamp prove an earlier one";

const DIFFERENT: &[(&str, &str)] = &[
    ("all-locked-then-stamped", "pyHanko counts the field of the time stamp itself as locked"),
    (
        "bb-pss-long-salt",
        "ring knows PSS only with a salt as long as the digest; better no trust than a guess",
    ),
    ("p521", "ring does not know P-521"),
    ("certified-3-freetext", LEVEL_3),
    ("certified-3-note", LEVEL_3),
    ("certified-3-stamp", LEVEL_3),
    ("bb-hybrid-of-two", "pyHanko reads what new readers read; old ones show another page"),
    ("waiting-field-paints", "pyHanko lets the look of an unsigned signature field change"),
    ("empty-field-that-paints", "pyHanko lets new signature fields look as they like"),
    ("expired-but-stamped", AT_NOW),
    ("expired-document-stamp", AT_NOW),
    ("stamped-then-superseded", AT_NOW),
    ("tsa-ended-renewed", AT_NOW),
    (
        "tsa-ended",
        "pyHanko calls a signature invalid whose time stamp has lapsed; the signature stands without it",
    ),
    (
        "fields-redrawn-by-readers",
        "pyHanko ignores /NeedAppearances, which makes readers draw something else",
    ),
    ("revoked-by-nobody", "pyHanko gives up on a CRL that nobody it knows has signed; here it says nothing"),
    (
        "revoked-by-ocsp",
        "the answer is dated today, for pyHanko after the moment of judging; revoked stays revoked",
    ),
    (
        "shadow-dangling",
        "pyHanko takes an object that is new for harmless, even where the page waited for it",
    ),
    ("tail-copy-of-trailer", TAIL),
    ("tail-of-garbage", TAIL),
    ("tail-without-end", TAIL),
    ("tail-without-table", TAIL),
    ("unlisted-object", TAIL),
    ("tsa-signs-document", NO_EKU),
    ("wrong-eku", NO_EKU),
    ("xfa", "pyHanko does not ask what an XFA form shows"),
];

#[test]
fn the_json_is_what_programs_rely_on() {
    let case = made().cases().iter().find(|case| case["name"] == "blta").unwrap();
    let json = serde_json::to_value(judged(case)).unwrap();
    assert_eq!(json["verdict"], "good");
    let [signature, stamp] = json["signatures"].as_array().unwrap().as_slice() else { panic!("{json}") };
    assert_eq!(signature["verdict"], "good");
    assert_eq!(signature["covers_whole"], false);
    assert_eq!(signature["signer"], "Lê Thị Ngọc Mẫu");
    assert_eq!(signature["kind"], "signature");
    assert_eq!(signature["level"], "B-LTA");
    assert_eq!(stamp["kind"], "timestamp");
    let back: Report = serde_json::from_value(json).unwrap();
    assert_eq!(back.signatures[1].kind, Kind::Timestamp);
}

#[test]
fn every_verdict_comes_with_a_sentence() {
    for case in made().cases() {
        let report = judged(case);
        let sentences = report.signatures.iter().map(|signature| &signature.why).chain([&report.why]);
        for sentence in sentences {
            assert!(
                sentence.ends_with('.') && sentence.chars().count() >= 14,
                "{}: {sentence:?}",
                case["name"]
            );
        }
    }
}
