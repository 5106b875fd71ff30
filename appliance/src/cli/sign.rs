//! `vanthu sign`: one PDF, one key file, by the same hands as the seal.

use std::fs;
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

use clap::{Args, ValueEnum};
use office::{Clock, Error, SystemClock};
use paper::{Look, Picture, PictureError, Place, Prepared, SignError, SignatureFacts, Signed, place};
use serde_json::json;
use token::{Pkcs12, Signer};

use super::Failure;
use crate::seal::{font, make, sentences};

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
    /// Ảnh PNG nền trong suốt của con dấu hoặc chữ ký; kích thước thật lấy từ độ phân giải ghi trong ảnh.
    #[arg(long, value_name = "PNG", required_if_eq_any([("look", "seal-image"), ("look", "signature")]))]
    image: Option<PathBuf>,
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
    /// Ảnh con dấu trùm lên chữ ký; bản số hóa thì ở góc trên bên phải trang đầu, kèm khung chữ.
    SealImage,
    /// Ảnh chữ ký giữa chức vụ và họ tên.
    Signature,
    /// Không hiển thị.
    None,
}

/// A seal of a unit, and a signature, where the picture does not say how wide it is.
const SEAL_MM: f32 = 36.0;
const SIGNATURE_MM: f32 = 45.0;

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
        let time = make::time_line(now);
        let pdf = read(&self.input)?;
        let lines = self.form.clone().into_iter().chain([name.clone(), time]).collect();
        let look = self.look(&pdf, lines)?;
        let face = font::face().map_err(|refusal| Failure::no(refusal.code, refusal.detail))?;
        let facts = SignatureFacts { reason: None, location: None, name: name.clone(), signed_at };
        let signed = Prepared::new(&pdf, &look, face, &facts)
            .and_then(|prepared| prepared.digest().sign_with(key.chain(), |message| key.sign(message)))
            .map_err(not_signed)?;
        write(&self.output, &signed).map_err(|error| Failure::file(&self.output, &error))?;
        if self.json {
            println!(
                "{}",
                json!({"ok": true, "signer": name, "signed_at": now.to_string(), "bytes": signed.length()})
            );
        } else {
            println!("Đã ký {} bằng chứng thư của {name}.", self.output.display());
        }
        Ok(())
    }

    fn look(&self, pdf: &[u8], lines: Vec<String>) -> Result<Look, Failure> {
        match (self.look, &self.image) {
            (LookName::None, _) => Ok(Look::None),
            (LookName::Signature, Some(image)) => {
                let picture = picture(image, SIGNATURE_MM)?;
                let place = found(pdf, |found| found.places(picture.size_mm(), (SEAL_MM, SEAL_MM)).signature);
                let place = place.ok_or_else(|| {
                    Failure::no(
                        "sign.no_place",
                        "Không thấy chỗ ký (chức vụ và họ tên) trong tệp. Hãy ký với --look nd30 hoặc none.",
                    )
                })?;
                Ok(Look::Picture { picture, place })
            }
            (LookName::SealImage, Some(image)) => {
                let seal = picture(image, SEAL_MM)?;
                let signature = (SIGNATURE_MM, SIGNATURE_MM / 2.0);
                Ok(match found(pdf, |found| found.places(signature, seal.size_mm()).seal) {
                    Some(place) => Look::Picture { picture: seal, place },
                    None => match place::seal_room(pdf, seal.size_mm()).ok().flatten() {
                        Some(seal_place) => Look::SealWithText { seal, lines, seal_place },
                        None => Look::TextBlock { lines },
                    },
                })
            }
            (LookName::Nd30 | LookName::SealImage | LookName::Signature, _) => Ok(Look::TextBlock { lines }),
        }
    }
}

/// The place in the block that a born-digital document is signed in.
fn found(pdf: &[u8], place_of: impl FnOnce(&place::Found) -> Place) -> Option<Place> {
    let found = place::find(pdf).ok().flatten()?;
    (found.how == place::How::Text).then(|| place_of(&found))
}

fn picture(path: &Path, usual_width_mm: f32) -> Result<Picture, Failure> {
    let png = read(path)?;
    let parsed = match Picture::parse(&png) {
        Err(PictureError::NoSize) => Picture::sized(&png, usual_width_mm),
        other => other,
    };
    parsed.map_err(|error| {
        let sentence =
            "Ảnh này không dùng được. Hãy dùng ảnh PNG nền trong suốt, cắt sát con dấu hoặc chữ ký.";
        Failure::no_by("sign.image", sentence, error)
    })
}

fn not_signed(error: SignError) -> Failure {
    if matches!(error, SignError::OnlyUnseen) {
        let sentence = "Tác giả tệp này chỉ cho ký thêm chữ ký không hiển thị. Hãy ký lại với --look none.";
        return Failure::no("sign.only_unseen", sentence);
    }
    match make::not_signed(error) {
        Error::Refusal(refusal) => Failure::no(refusal.code, refusal.detail),
        other => Failure::fault("sign", "Chưa ký được tệp này. Hãy thử lại.", other),
    }
}

fn write(path: &Path, signed: &Signed<'_>) -> io::Result<()> {
    whole_or_not(path, |file| signed.write_to(file))
}

/// Writes a file beside the place it is for and moves it there once it is on the disk: OUT may be IN, and a full disk or a
/// pulled plug leaves what was there. A pipe or a device is written as it is.
fn whole_or_not(
    path: &Path,
    written: impl FnOnce(&mut BufWriter<&fs::File>) -> io::Result<()>,
) -> io::Result<()> {
    let fill = |file: &fs::File| {
        let mut buffered = BufWriter::new(file);
        written(&mut buffered)?;
        buffered.flush()
    };
    let before = fs::metadata(path).ok();
    if before.as_ref().is_some_and(|facts| !facts.is_file()) {
        return fill(&fs::File::options().write(true).open(path)?);
    }
    // A link stays one; the file it names is replaced.
    let path = if before.is_some() { path.canonicalize()? } else { path.to_owned() };
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let name = path.file_name().ok_or(io::ErrorKind::InvalidInput)?.to_string_lossy();
    let unfinished = folder.join(format!(".{name}.{}.new", std::process::id()));
    let file = fs::File::create_new(&unfinished)?;
    let moved = (|| {
        if let Some(before) = before {
            file.set_permissions(before.permissions())?;
        }
        fill(&file)?;
        file.sync_all()?;
        fs::rename(&unfinished, &path)?;
        fs::File::open(folder)?.sync_all()
    })();
    moved.inspect_err(|_| drop(fs::remove_file(&unfinished)))
}

fn read(path: &Path) -> Result<Vec<u8>, Failure> {
    fs::read(path).map_err(|error| Failure::file(path, &error))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_replaced_whole_or_not_at_all() {
        let folder = tempfile::tempdir().unwrap();
        let out = folder.path().join("văn bản.pdf");
        let full = |file: &mut BufWriter<&fs::File>| {
            file.write_all(b"half")?;
            file.flush()?;
            Err(io::ErrorKind::StorageFull.into())
        };
        let there = || fs::read_dir(folder.path()).unwrap().count();
        assert!(whole_or_not(&out, full).is_err());
        assert_eq!(there(), 0);
        whole_or_not(&out, |file| file.write_all(b"first")).unwrap();
        assert!(whole_or_not(&out, full).is_err());
        assert_eq!((fs::read(&out).unwrap(), there()), (b"first".to_vec(), 1));
        let link = folder.path().join("link.pdf");
        std::os::unix::fs::symlink(&out, &link).unwrap();
        whole_or_not(&link, |file| file.write_all(b"second")).unwrap();
        assert_eq!((fs::read(&out).unwrap(), there()), (b"second".to_vec(), 2));
        assert!(link.is_symlink());
        assert!(whole_or_not(folder.path(), |_| Ok(())).is_err(), "a folder is no file");
        whole_or_not(Path::new("/dev/null"), |file| file.write_all(b"gone")).unwrap();
    }
}
