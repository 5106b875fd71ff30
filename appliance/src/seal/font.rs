//! The face of the seal's text and of papers to print: metrically Times New Roman with all Vietnamese letters (appendix I
//! of Decree 30/2020), taken from Debian's packages when it is first needed.

use std::path::Path;
use std::sync::OnceLock;

use office::Refusal;
use paper::Face;
use paper::typeset::Faces;

/// Tinos (fonts-croscore) and Liberation Serif (fonts-liberation), where Debian 12 and 13 put them.
const PLACES: [&str; 3] = [
    "/usr/share/fonts/truetype/croscore/Tinos",
    "/usr/share/fonts/truetype/liberation/LiberationSerif",
    "/usr/share/fonts/truetype/liberation2/LiberationSerif",
];

/// The face. Reads files the first time.
///
/// # Errors
/// `seal.no_face`, naming the package.
pub(crate) fn face() -> Result<&'static Face, Refusal> {
    static FACE: OnceLock<Face> = OnceLock::new();
    if let Some(face) = FACE.get() {
        return Ok(face);
    }
    let found = PLACES.iter().find_map(|place| first_use(place, "Regular"));
    let face = found.ok_or_else(|| {
        Refusal::new(
            "seal.no_face",
            422,
            "Máy chủ thiếu phông chữ để ghi dòng chữ ký. Nhờ phụ trách CNTT cài gói “fonts-croscore” rồi đóng dấu lại.",
        )
    })?;
    Ok(FACE.get_or_init(|| face))
}

/// The cuts papers are set in. Reads files the first time.
///
/// # Errors
/// `print.no_face`, naming the package.
pub(crate) fn faces() -> Result<&'static Faces, Refusal> {
    static FACES: OnceLock<Faces> = OnceLock::new();
    if let Some(faces) = FACES.get() {
        return Ok(faces);
    }
    let cuts = |place: &&str| {
        let [regular, bold, italic] = ["Regular", "Bold", "Italic"].map(|cut| first_use(place, cut));
        Faces::new([&regular?, &bold?, &italic?]).ok()
    };
    let faces = PLACES.iter().find_map(cuts).ok_or_else(|| {
        Refusal::new(
            "print.no_face",
            422,
            "Máy chủ thiếu phông chữ để in. Nhờ phụ trách CNTT cài gói “fonts-croscore” rồi tải lại.",
        )
    })?;
    Ok(FACES.get_or_init(|| faces))
}

fn first_use(place: &str, cut: &str) -> Option<Face> {
    let place = format!("{place}-{cut}.ttf");
    let place = Path::new(&place);
    let bytes = std::fs::read(place).ok()?;
    Face::parse(bytes)
        .inspect_err(|error| tracing::warn!(%error, place = %place.display(), "not a usable face"))
        .ok()
}
