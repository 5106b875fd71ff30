//! A signature with its text block, on a letter as the box makes it and on a report of 50 pages and 20 MB: against the bare
//! arithmetic of the same key, against reading and writing the file, and against pyHanko, which measures itself so that its
//! start does not count. What it holds in memory is that of the whole program.

use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Child, ChildStdout, Command, Stdio};
use std::time::Instant;

use chrono::DateTime;
use paper::{Face, Look, Making, Prepared, SignatureFacts};
use token::{Pkcs12, Signer};
use xtask::demo::line::SEAL_PIN;
use xtask::place::at;
use xtask::setup::judges;

use crate::figures::{Figure, Outcome, Unit, in_turn};
use crate::paper::{composed, pictures};
use crate::programs::program;
use crate::school::{NAME, now};
use crate::spent;

const ROUNDS: usize = 9;
const SIGNATURES: u32 = 20;
const PAGES: usize = 50;
const LARGE_BYTES: usize = 20_000_000;
const KEY: &str = "tests/fixtures/pki/unit.p12";
const FACES: [&str; 3] = [
    "/usr/share/fonts/truetype/croscore/Tinos-Regular.ttf",
    "/usr/share/fonts/truetype/liberation/LiberationSerif-Regular.ttf",
    "/usr/share/fonts/truetype/liberation2/LiberationSerif-Regular.ttf",
];

pub(crate) fn figures(folder: &Path) -> Outcome<Vec<Figure>> {
    let face =
        FACES.iter().find_map(|place| fs::read(place).ok()).ok_or("neither Tinos nor Liberation Serif")?;
    let face = Face::parse(face)?;
    let file = fs::read(at(KEY))?;
    let key = Pkcs12::open(&file, SEAL_PIN, now().unix_ms())?;
    let mut figures = Vec::new();
    let small = folder.join("1.pdf");
    composed(&pictures(1)?, Making::default(), &small)?;
    let large = folder.join("50.pdf");
    composed(&pictures(PAGES)?, Making::default(), &large)?;
    grow(&large)?;
    for path in [&small, &large] {
        let pdf = fs::read(path)?;
        let what = format!("seal with text block, RSA 2048, {:.2} MB of PDF", pdf.len() as f64 / 1e6);
        let sealing = || each(|| signed(&pdf, &face, &key, &mut std::io::sink()));
        let bare = || each(|| key.sign(b"what a signature covers").map(drop).map_err(Into::into));
        let (ours, theirs) = in_turn(ROUNDS, sealing, bare)?;
        let mut figure = Figure::new(&*what, Unit::Time, ours).beside("bare RSA signature (ring)", theirs);
        if path == &small {
            figure = figure.within(2.0);
        }
        figures.push(figure);
        let mut peer = PyHanko::start(path)?;
        let (ours, theirs) = in_turn(ROUNDS, sealing, || peer.seconds())?;
        figures.push(Figure::new(what, Unit::Time, ours).beside("pyHanko", theirs).within(0.1));
        figures.push(from_disk_to_disk(path, folder, &face, &key)?);
    }
    figures.push(most_held(&large, folder)?);
    let opened = (0..ROUNDS).map(|_| {
        let began = Instant::now();
        Pkcs12::open(&file, SEAL_PIN, now().unix_ms())?;
        Ok(began.elapsed().as_secs_f64())
    });
    let opened: Outcome<Vec<f64>> = opened.collect();
    figures.push(Figure::new("unlock the key file with its PIN", Unit::Time, opened?));
    Ok(figures)
}

/// Makes the file as large as wanted by an object that nothing refers to: nobody has to look at it, and everybody has to
/// digest it.
fn grow(path: &Path) -> Outcome {
    let pdf = fs::read(path)?;
    let missing = LARGE_BYTES.saturating_sub(pdf.len());
    let mark = pdf.windows(9).rposition(|window| window == b"startxref").ok_or("no startxref")?;
    let digits: String =
        pdf[mark + 9..].iter().map(|byte| char::from(*byte)).take_while(|c| *c != '%').collect();
    let table: usize = digits.trim().parse()?;
    let mut grown = pdf[..table].to_vec();
    grown.extend_from_slice(format!("8000000 0 obj\n<</Length {missing}>>stream\n").as_bytes());
    grown.extend((0..missing).map(|n| (n * n % 251) as u8));
    grown.extend_from_slice(b"\nendstream\nendobj\n");
    let moved = grown.len();
    grown.extend_from_slice(&pdf[table..mark]);
    grown.extend_from_slice(format!("startxref\n{moved}\n%%EOF\n").as_bytes());
    Ok(fs::write(path, grown)?)
}

/// The file is read, signed and written, beside the same file read and written.
fn from_disk_to_disk(path: &Path, folder: &Path, face: &Face, key: &Pkcs12) -> Outcome<Figure> {
    let out = folder.join("signed.pdf");
    let kept = |write: &mut dyn FnMut(&[u8], &mut fs::File) -> Outcome| {
        let began = Instant::now();
        let mut file = fs::File::create(&out)?;
        write(&fs::read(path)?, &mut file)?;
        file.sync_all()?;
        Ok(began.elapsed().as_secs_f64())
    };
    let ours = || kept(&mut |pdf, file| signed(pdf, face, key, file));
    let theirs = || kept(&mut |pdf, file| Ok(file.write_all(pdf)?));
    let (ours, theirs) = in_turn(ROUNDS, ours, theirs)?;
    let what = format!("read, seal, write and sync {:.2} MB", fs::metadata(path)?.len() as f64 / 1e6);
    // One reading and one write, and the arithmetic of the signature, which alone takes as long as a small file's.
    Ok(Figure::new(what, Unit::Time, ours).beside("read, write and sync", theirs).within(2.0))
}

/// By `vanthu sign`, program and all.
fn most_held(path: &Path, folder: &Path) -> Outcome<Figure> {
    let (vanthu, key, out) = (program("vanthu")?, at(KEY), folder.join("signed.pdf"));
    let pin = format!("SEAL_PIN={SEAL_PIN}");
    let [vanthu, key, from, out] =
        [&vanthu, &key, path, &out].map(|path| path.to_str().ok_or("a path of no letters"));
    let arguments = [&pin, vanthu?, "sign", "--key", key?, "--pin-env", "SEAL_PIN", from?, out?];
    let spent = spent::by(Path::new("env"), &arguments)?;
    let bytes = fs::metadata(path)?.len() as f64;
    let what = format!("most memory held, seal {:.1} MB", bytes / 1e6);
    Ok(Figure::new(what, Unit::Bytes, vec![spent.peak_bytes]).at_most(2.0 * bytes))
}

fn signed(pdf: &[u8], face: &Face, key: &Pkcs12, to: &mut impl Write) -> Outcome {
    let at = DateTime::parse_from_rfc3339("2026-11-21T14:05:09+07:00")?;
    let look = Look::TextBlock {
        lines: vec!["01/QĐ-THCSHP".into(), NAME.into(), "21-11-2026 14:05:09 +07:00".into()],
    };
    let facts = SignatureFacts { reason: None, location: None, name: NAME.into(), signed_at: at };
    let signed = Prepared::new(pdf, &look, face, &facts)?
        .digest()
        .sign_with(key.chain(), |message| key.sign(message))?;
    Ok(signed.write_to(to)?)
}

fn each(mut work: impl FnMut() -> Outcome) -> Outcome<f64> {
    let began = Instant::now();
    for _ in 0..SIGNATURES {
        work()?;
    }
    Ok(began.elapsed().as_secs_f64() / f64::from(SIGNATURES))
}

/// A Python that signs when asked.
struct PyHanko {
    process: Child,
    says: BufReader<ChildStdout>,
}

impl PyHanko {
    fn start(pdf: &Path) -> Outcome<PyHanko> {
        let mut process = Command::new(judges::python())
            .arg(at("tests/bench/sign.py"))
            .args([pdf, &at(KEY)])
            .arg(SEAL_PIN)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()?;
        let says = BufReader::new(process.stdout.take().ok_or("no output")?);
        Ok(PyHanko { process, says })
    }

    /// Of one signature.
    fn seconds(&mut self) -> Outcome<f64> {
        let ask = self.process.stdin.as_mut().ok_or("no input")?;
        writeln!(ask, "5")?;
        let mut line = String::new();
        self.says.read_line(&mut line)?;
        Ok(line.trim().parse().map_err(|_| "pyHanko did not sign; run `cargo xtask setup`")?)
    }
}

impl Drop for PyHanko {
    fn drop(&mut self) {
        // It ends when nothing comes in any more.
        drop(self.process.stdin.take());
        let _ = self.process.wait();
    }
}
