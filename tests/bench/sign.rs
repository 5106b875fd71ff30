//! A signature with its text block in a PDF increment, against the bare arithmetic of the same key.

use std::fs;
use std::path::Path;
use std::time::Instant;

use chrono::DateTime;
use paper::{Face, Look, Prepared, SignatureFacts};
use token::{Pkcs12, Signer};
use xtask::demo::line::SEAL_PIN;
use xtask::place::at;

use crate::figures::{Figure, Outcome, Unit, in_turn};
use crate::paper::{composed, pictures};
use crate::school::{NAME, now};

const ROUNDS: usize = 9;
const SIGNATURES: u32 = 20;
const DOCUMENTS: [usize; 2] = [1, 40];
const FACES: [&str; 3] = [
    "/usr/share/fonts/truetype/croscore/Tinos-Regular.ttf",
    "/usr/share/fonts/truetype/liberation/LiberationSerif-Regular.ttf",
    "/usr/share/fonts/truetype/liberation2/LiberationSerif-Regular.ttf",
];

pub(crate) fn figures(folder: &Path) -> Outcome<Vec<Figure>> {
    let face =
        FACES.iter().find_map(|place| fs::read(place).ok()).ok_or("neither Tinos nor Liberation Serif")?;
    let face = Face::parse(face)?;
    let file = fs::read(at("tests/fixtures/pki/unit.p12"))?;
    let key = Pkcs12::open(&file, SEAL_PIN, now().unix_ms())?;
    let mut figures = Vec::new();
    for pages in DOCUMENTS {
        let path = folder.join(format!("{pages}.pdf"));
        composed(&pictures(pages)?, &path)?;
        let pdf = fs::read(&path)?;
        let (ours, theirs) = in_turn(
            ROUNDS,
            || each(|| signed(&pdf, &face, &key)),
            || {
                each(|| {
                    key.sign(b"what a signature covers")?;
                    Ok(())
                })
            },
        )?;
        let what = format!("seal with text block, RSA 2048, {:.1} MB of PDF", pdf.len() as f64 / 1e6);
        figures.push(
            Figure::new(what, Unit::PerSecond("seals"), ours).beside("bare RSA signature (ring)", theirs),
        );
    }
    let opened = (0..ROUNDS).map(|_| {
        let began = Instant::now();
        Pkcs12::open(&file, SEAL_PIN, now().unix_ms())?;
        Ok(began.elapsed().as_secs_f64())
    });
    let opened: Outcome<Vec<f64>> = opened.collect();
    figures.push(Figure::new("unlock the key file with its PIN", Unit::Time, opened?));
    Ok(figures)
}

fn signed(pdf: &[u8], face: &Face, key: &Pkcs12) -> Outcome {
    let at = DateTime::parse_from_rfc3339("2026-11-21T14:05:09+07:00")?;
    let look = Look::TextBlock {
        lines: vec!["01/QĐ-THCSHP".into(), NAME.into(), "21-11-2026 14:05:09 +07:00".into()],
    };
    let facts = SignatureFacts { reason: None, location: None, name: NAME.into(), signed_at: at };
    let signed = Prepared::new(pdf, &look, face, &facts)?
        .digest()
        .sign_with(key.chain(), |message| key.sign(message))?;
    drop(signed.into_bytes());
    Ok(())
}

fn each(mut work: impl FnMut() -> Outcome) -> Outcome<f64> {
    let began = Instant::now();
    for _ in 0..SIGNATURES {
        work()?;
    }
    Ok(began.elapsed().as_secs_f64() / f64::from(SIGNATURES))
}
