//! `vanthu verify`: who signed, is it whole, may it be trusted. Nothing is fetched.

use std::fs;
use std::path::{Path, PathBuf};

use chrono::{DateTime, FixedOffset};
use clap::Args;
use office::{Clock, SystemClock};
use verify::{Kind, Report, SignatureReport, Verdict};

use super::Failure;

/// The trust folder is read whole: more than the lists of a whole country come to.
const MOST_TRUST_BYTES: u64 = 256 << 20;

#[derive(Args)]
pub(super) struct Verify {
    /// Tệp PDF cần kiểm tra.
    #[arg(value_name = "FILE.pdf")]
    file: PathBuf,
    /// Thư mục danh sách tin cậy: chứng thư gốc (PEM) và CRL (DER).
    #[arg(long, value_name = "DIR")]
    trust: Option<PathBuf>,
    /// Trả lời bằng một giá trị JSON.
    #[arg(long)]
    pub(super) json: bool,
}

impl Verify {
    pub(super) fn run(self) -> Result<(), Failure> {
        let trust = match &self.trust {
            Some(folder) => trust(folder)?,
            None => pki::Trust::default(),
        };
        let report = report(&self.file, &trust)?;
        if self.json {
            println!("{}", serde_json::to_string(&report).expect("a report is plain data"));
        } else {
            print!("{}", told(&report, self.trust.is_some()));
        }
        if report.is_good() { Ok(()) } else { Err(Failure::Told) }
    }
}

fn report(file: &Path, trust: &pki::Trust) -> Result<Report, Failure> {
    let fault = |error: std::io::Error| Failure::file(file, &error);
    let facts = fs::metadata(file).map_err(fault)?;
    // A folder or a device is no document; a file too large is refused by its size, before it is read.
    if !facts.is_file() {
        return Err(Failure::file(file, &std::io::Error::from(std::io::ErrorKind::InvalidInput)));
    }
    if facts.len() > verify::MOST_BYTES {
        return Ok(verify::too_large());
    }
    let pdf = fs::read(file).map_err(fault)?;
    Ok(verify::verify(&pdf, trust, SystemClock.now().unix_ms()))
}

/// Everything in the folder that can be read as a certificate or a CRL; the rest is complained of, not fatal.
fn trust(folder: &Path) -> Result<pki::Trust, Failure> {
    let mut files = Vec::new();
    let mut bytes = 0;
    for entry in fs::read_dir(folder).map_err(|error| Failure::file(folder, &error))? {
        let path = entry.map_err(|error| Failure::file(folder, &error))?.path();
        let facts = fs::metadata(&path).map_err(|error| Failure::file(&path, &error))?;
        if !facts.is_file() {
            continue;
        }
        bytes += facts.len();
        if bytes > MOST_TRUST_BYTES {
            return Err(Failure::fault(
                "trust.too_large",
                format!(
                    "Thư mục danh sách tin cậy {} quá lớn. Hãy chỉ để chứng thư gốc và CRL trong đó.",
                    folder.display()
                ),
                "the trust folder is too large",
            ));
        }
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        files.push((name, fs::read(&path).map_err(|error| Failure::file(&path, &error))?));
    }
    // The order of a folder is the disk's; what is found must not depend on it.
    files.sort();
    let (trust, complaints) = pki::Trust::read(files);
    for complaint in complaints {
        eprintln!("Danh sách tin cậy: không dùng {} ({}).", complaint.file, complaint.why);
    }
    Ok(trust)
}

/// The report as lines for a terminal.
fn told(report: &Report, with_trust: bool) -> String {
    let mut lines = vec![format!("{}: {}", heading(report.verdict), report.why)];
    for (index, signature) in report.signatures.iter().enumerate() {
        lines.extend(one(index + 1, signature, &report.why));
    }
    if !with_trust && report.signatures.iter().any(|signature| signature.verdict == Verdict::Untrusted) {
        lines.push("Chưa có danh sách tin cậy nào: hãy chạy lại với --trust THƯ_MỤC.".into());
    }
    lines.push(String::new());
    lines.join("\n")
}

fn heading(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Good => "HỢP LỆ",
        Verdict::ChangedAfterSigningAllowed => "HỢP LỆ, CÓ PHẦN ĐIỀN THÊM SAU KHI KÝ",
        Verdict::NotSigned => "CHƯA KÝ SỐ",
        Verdict::Untrusted => "CHƯA TIN ĐƯỢC",
        Verdict::Expired => "CHỨNG THƯ HẾT HẠN",
        Verdict::Revoked => "CHỨNG THƯ BỊ THU HỒI",
        Verdict::ChangedAfterSigningForbidden => "BỊ THAY ĐỔI SAU KHI KÝ",
        Verdict::Altered => "BỊ SỬA",
        Verdict::Malformed => "KHÔNG KIỂM TRA ĐƯỢC",
    }
}

/// One signature; `told` has been said already and is not said again.
fn one(number: usize, signature: &SignatureReport, told: &str) -> Vec<String> {
    let what = match (signature.kind, signature.is_unit) {
        (Kind::Timestamp, _) => "Dấu thời gian",
        (Kind::Signature, true) => "Con dấu của đơn vị",
        (Kind::Signature, false) => "Chữ ký",
    };
    let who = signature.signer.as_deref().unwrap_or("không rõ ai ký");
    let organisation = signature.organisation.as_deref().filter(|organisation| *organisation != who);
    let organisation = organisation.map(|organisation| format!(" ({organisation})")).unwrap_or_default();
    let mut lines = vec![format!("{number}. {what}: {who}{organisation}")];
    if signature.why != told {
        lines.push(format!("   {}: {}", heading(signature.verdict), signature.why));
    }
    let level = serde_json::to_value(signature.level).unwrap_or_default();
    lines.push(format!("   Mức {}, ô “{}”.", level.as_str().unwrap_or_default(), signature.field));
    if let Some(claimed) = signature.claimed_at_ms.and_then(moment) {
        lines.push(format!("   Giờ ghi trong chữ ký: {claimed}."));
    }
    if signature.chain.len() > 1 {
        lines.push(format!("   Nơi cấp: {}.", signature.chain[1..].join(" ← ")));
    }
    if signature.changes.is_empty() && !signature.covers_whole && signature.verdict == Verdict::Good {
        lines.push("   Sau chữ ký này tệp chỉ có thêm khoảng trắng.".into());
    }
    for change in &signature.changes {
        let mark = if change.allowed { "được phép" } else { "KHÔNG được phép" };
        lines.push(format!("   Sau khi ký, lần ghi {} ({mark}): {}", change.revision, change.text));
    }
    lines
}

fn moment(unix_ms: i64) -> Option<String> {
    let vietnam = FixedOffset::east_opt(7 * 3600)?;
    let at = DateTime::from_timestamp_millis(unix_ms)?.with_timezone(&vietnam);
    Some(at.format("%H:%M:%S ngày %d/%m/%Y").to_string())
}
