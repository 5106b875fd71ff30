//! The face of the seal's text: metrically Times New Roman with all Vietnamese letters (appendix I of Decree
//! 30/2020), taken from Debian's packages when it is first needed.

use std::path::Path;
use std::sync::OnceLock;

use office::Refusal;
use paper::Face;

/// Tinos (fonts-croscore) and Liberation Serif (fonts-liberation), where Debian 12 and 13 put them.
const PLACES: [&str; 3] = [
    "/usr/share/fonts/truetype/croscore/Tinos-Regular.ttf",
    "/usr/share/fonts/truetype/liberation/LiberationSerif-Regular.ttf",
    "/usr/share/fonts/truetype/liberation2/LiberationSerif-Regular.ttf",
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
    let found = PLACES.iter().find_map(|place| first_use(Path::new(place)));
    let face = found.ok_or_else(|| {
        Refusal::new(
            "seal.no_face",
            422,
            "Máy chủ thiếu phông chữ để ghi dòng chữ ký. Nhờ phụ trách CNTT cài gói “fonts-croscore” rồi đóng dấu lại.",
        )
    })?;
    Ok(FACE.get_or_init(|| face))
}

fn first_use(place: &Path) -> Option<Face> {
    let bytes = std::fs::read(place).ok()?;
    Face::parse(bytes)
        .inspect_err(|error| tracing::warn!(%error, place = %place.display(), "not a usable face"))
        .ok()
}
