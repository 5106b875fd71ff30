//! Reads the markers of a JPEG (ITU-T T.81 Annex B) without decoding it: what it is, and where it ends.

use crate::capture::CaptureFault;

/// What the markers of a JPEG say.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Jpeg {
    pub(crate) width_px: u32,
    pub(crate) height_px: u32,
    /// 1 is grey, 3 is colour, 4 is CMYK.
    pub(crate) components: u8,
    pub(crate) bits: u8,
    /// From JFIF, when it names a unit and both directions agree.
    pub(crate) dpi: Option<u32>,
    /// Where the image ends; phones append previews and depth maps after it.
    pub(crate) end: usize,
}

const SOI: [u8; 2] = [0xFF, 0xD8];
const EOI: u8 = 0xD9;
const SOS: u8 = 0xDA;
const APP0: u8 = 0xE0;
const APP1: u8 = 0xE1;

pub(crate) fn is_jpeg(bytes: &[u8]) -> bool {
    bytes.starts_with(&SOI)
}

/// Walks all markers to the end of the image, so that a capture cut short by a power cut is found.
pub(crate) fn read(bytes: &[u8]) -> Result<Jpeg, CaptureFault> {
    let mut frame = None;
    let mut dpi = None;
    let mut scanned = false;
    let mut at = 2;
    loop {
        let (marker, body) = next_marker(bytes, at)?;
        at = body;
        if marker == EOI {
            break;
        }
        if marker == 0x01 || (0xD0..=0xD8).contains(&marker) {
            continue;
        }
        let segment = segment(bytes, at)?;
        at += 2 + segment.len();
        match marker {
            SOS => {
                scanned = true;
                at = end_of_scan(bytes, at)?;
            }
            APP0 => dpi = dpi.or(jfif_dpi(segment)),
            // Which of two a reader believes is its own affair: the larger one may be more than it can hold.
            0xC0..=0xC2 if frame.is_some() => return Err(CaptureFault::Damaged("JPEG with two sizes")),
            0xC0..=0xC2 => frame = Some(frame_of(segment)?),
            0xC3 | 0xC5..=0xC7 | 0xC9..=0xCB | 0xCD..=0xCF => {
                return Err(CaptureFault::Unsupported("JPEG coding other than baseline or progressive"));
            }
            _ => {}
        }
    }
    let Some((bits, height_px, width_px, components)) = frame.filter(|_| scanned) else {
        return Err(CaptureFault::Damaged("JPEG without a picture"));
    };
    Ok(Jpeg { width_px, height_px, components, bits, dpi, end: at })
}

/// The same picture without what a camera says of it (EXIF), its samples untouched.
pub(crate) fn without_exif(bytes: &[u8]) -> Result<Vec<u8>, CaptureFault> {
    let mut kept = SOI.to_vec();
    let mut at = 2;
    loop {
        let (marker, body) = next_marker(bytes, at)?;
        if matches!(marker, SOS | EOI) {
            kept.extend_from_slice(&bytes[at..]);
            return Ok(kept);
        }
        let segment = segment(bytes, body)?;
        let end = body + 2 + segment.len();
        if !(marker == APP1 && segment.starts_with(b"Exif\0")) {
            kept.extend_from_slice(&bytes[at..end]);
        }
        at = end;
    }
}

fn next_marker(bytes: &[u8], mut at: usize) -> Result<(u8, usize), CaptureFault> {
    if bytes.get(at) != Some(&0xFF) {
        return Err(CaptureFault::Damaged("JPEG cut short or marker missing"));
    }
    while bytes.get(at) == Some(&0xFF) {
        at += 1;
    }
    bytes.get(at).map(|&marker| (marker, at + 1)).ok_or(CaptureFault::Damaged("JPEG cut short"))
}

fn segment(bytes: &[u8], at: usize) -> Result<&[u8], CaptureFault> {
    let length = bytes.get(at..at + 2).map(|l| usize::from(u16::from_be_bytes([l[0], l[1]])));
    length
        .filter(|&length| length >= 2)
        .and_then(|length| bytes.get(at + 2..at + length))
        .ok_or(CaptureFault::Damaged("JPEG cut short"))
}

/// Skips entropy-coded bytes: in them 0xFF is followed by 0x00 or by a restart marker.
fn end_of_scan(bytes: &[u8], mut at: usize) -> Result<usize, CaptureFault> {
    loop {
        let skip = bytes[at..]
            .iter()
            .position(|&byte| byte == 0xFF)
            .ok_or(CaptureFault::Damaged("JPEG cut short"))?;
        at += skip;
        match bytes.get(at + 1) {
            Some(0x00 | 0xD0..=0xD7) => at += 2,
            Some(0xFF) => at += 1,
            Some(_) => return Ok(at),
            None => return Err(CaptureFault::Damaged("JPEG cut short")),
        }
    }
}

fn frame_of(segment: &[u8]) -> Result<(u8, u32, u32, u8), CaptureFault> {
    let &[bits, h1, h0, w1, w0, components, ..] = segment else {
        return Err(CaptureFault::Damaged("JPEG frame header cut short"));
    };
    let (height, width) = (u16::from_be_bytes([h1, h0]), u16::from_be_bytes([w1, w0]));
    if height == 0 || width == 0 {
        return Err(CaptureFault::Damaged("JPEG without a size"));
    }
    Ok((bits, height.into(), width.into(), components))
}

fn jfif_dpi(segment: &[u8]) -> Option<u32> {
    let &[b'J', b'F', b'I', b'F', 0, _, _, unit, x1, x0, y1, y0, ..] = segment else { return None };
    let (x, y) = (u32::from(u16::from_be_bytes([x1, x0])), u32::from(u16::from_be_bytes([y1, y0])));
    match unit {
        1 if x == y && x > 0 => Some(x),
        2 if x == y && x > 0 => Some((x * 254 + 50) / 100),
        _ => None,
    }
}
