//! `vanthu sign`: one PDF, one key file, by the same hands as the seal.

use std::fs;
use std::path::{Path, PathBuf};

use clap::{Args, ValueEnum};
use office::{Clock, SystemClock};
use paper::{Face, Look, Prepared, SignError, SignatureFacts};
use serde_json::json;
use token::{Pkcs12, Signer};

use super::Failure;
use crate::seal::{font, sentences};

#[derive(Args)]
pub(super) struct Sign {
    /// Tệp khóa PKCS#12.
    #[arg(long, value_name = "FILE.p12")]
    key: PathBuf,
    /// Biến môi trường chứa mã PIN: dòng lệnh ai trên máy cũng đọc được.
    #[arg(long, value_name = "VAR")]
    pin_env: String,
    /// Hình thức hiển thị.
    #[arg(long, value_enum, default_value_t = LookName::Nd30)]
    look: LookName,
    /// Dòng đầu của khung chữ, ví dụ “Sao y” hoặc số, ký hiệu.
    #[arg(long, value_name = "TEXT")]
    form: Option<String>,
    /// Tệp PDF cần ký.
    #[arg(value_name = "IN.pdf")]
    input: PathBuf,
    /// Tệp PDF đã ký.
    #[arg(value_name = "OUT.pdf")]
    output: PathBuf,
    /// Trả lời bằng một giá trị JSON.
    #[arg(long)]
    pub(super) json: bool,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum LookName {
    /// Khung chữ góc trên bên phải trang đầu (Nghị định 30/2020).
    Nd30,
    /// Không hiển thị.
    None,
}

impl Sign {
    pub(super) fn run(self) -> Result<(), Failure> {
        let pin = std::env::var(&self.pin_env).map_err(|_| {
            Failure::no(
                "sign.no_pin",
                format!(
                    "Biến môi trường {} chưa có mã PIN. Hãy đặt mã PIN vào đó rồi chạy lại.",
                    self.pin_env
                ),
            )
        })?;
        let now = SystemClock.now();
        let refused = |error| {
            let refusal = sentences::sealing(&error);
            Failure::no(refusal.code, refusal.detail)
        };
        let key = Pkcs12::open(&read(&self.key)?, &pin, now.unix_ms()).map_err(refused)?;
        let facts = key.chain().first().and_then(|leaf| token::facts(leaf).ok());
        let name = facts.map(|facts| facts.subject_cn).unwrap_or_default();
        let signed_at = now.in_vietnam();
        let time = crate::followers::seal::time_line(now);
        let look = match self.look {
            LookName::Nd30 => {
                Look::TextBlock { lines: self.form.clone().into_iter().chain([name.clone(), time]).collect() }
            }
            LookName::None => Look::None,
        };
        let face = font::face().map_err(|refusal| Failure::no(refusal.code, refusal.detail))?;
        let facts = SignatureFacts { reason: None, location: None, name: name.clone(), signed_at };
        let signed = signed(&read(&self.input)?, &look, face, &facts, &key).map_err(not_signed)?;
        fs::write(&self.output, &signed).map_err(|error| Failure::file(&self.output, &error))?;
        if self.json {
            println!(
                "{}",
                json!({"ok": true, "signer": name, "signed_at": now.to_string(), "bytes": signed.len()})
            );
        } else {
            println!("Đã ký {} bằng chứng thư của {name}.", self.output.display());
        }
        Ok(())
    }
}

fn signed(
    pdf: &[u8],
    look: &Look,
    face: &Face,
    facts: &SignatureFacts,
    key: &Pkcs12,
) -> Result<Vec<u8>, SignError> {
    let digested = Prepared::new(pdf, look, face, facts)?.digest();
    Ok(digested.sign_with(key.chain(), |message| key.sign(message))?.into_bytes())
}

fn not_signed(error: SignError) -> Failure {
    match error {
        SignError::Encrypted | SignError::Certified | SignError::Damaged(_) | SignError::Face(_) => {
            Failure::no(
                "sign.pdf",
                format!("Tệp PDF này không ký được: {error}. Hãy dùng bản không khóa, không hỏng."),
            )
        }
        other => Failure::fault("sign", "Chưa ký được tệp này. Hãy thử lại.", other),
    }
}

fn read(path: &Path) -> Result<Vec<u8>, Failure> {
    fs::read(path).map_err(|error| Failure::file(path, &error))
}
