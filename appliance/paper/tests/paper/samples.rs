//! The pages, keys and moments that the tests share.

use crate::judges::workspace;
use chrono::{DateTime, FixedOffset};
use paper::{
    About, CaptureRef, Composed, Digested, Face, Look, Prepared, SignError, SignatureFacts, compose,
};
use token::{Pkcs12, Signer};

pub(crate) const UNIT: &str = "Trường THCS Hoa Phượng";
pub(crate) const LINES: [&str; 3] = ["Bản số hóa", UNIT, "21-11-2026 14:05:09 +07:00"];

pub(crate) fn moment() -> DateTime<FixedOffset> {
    DateTime::parse_from_rfc3339("2026-11-21T14:05:09+07:00").unwrap()
}

pub(crate) fn fixture(path: &str) -> Vec<u8> {
    let path = workspace().join("tests/fixtures").join(path);
    std::fs::read(&path).unwrap_or_else(|e| panic!("{}: {e}", path.display()))
}

pub(crate) fn scan(number: u32) -> Vec<u8> {
    fixture(&format!("pages/p{number:02}.jpg"))
}

/// As the scanner's worker writes it: one bit a pixel, 1 is white.
pub(crate) fn bilevel_png(page: &image::GrayImage) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut encoder = png::Encoder::new(&mut bytes, page.width(), page.height());
    encoder.set_color(png::ColorType::Grayscale);
    encoder.set_depth(png::BitDepth::One);
    let packed = |eight: &[u8]| {
        eight.iter().enumerate().fold(0, |byte, (at, grey)| byte | u8::from(*grey > 127) << (7 - at))
    };
    let rows = page.as_raw().chunks(page.width() as usize);
    // Whatever stands behind the last pixel of a row is not part of the picture: here it alternates.
    let behind = [0x00, 0xFF]
        .into_iter()
        .cycle()
        .map(|byte: u8| byte & (0xFF_u16 >> ((page.width() + 7) % 8 + 1)) as u8);
    let mut samples = Vec::new();
    for (row, behind) in rows.zip(behind) {
        samples.extend(row.chunks(8).map(packed));
        *samples.last_mut().unwrap() |= behind;
    }
    let mut writer = encoder.write_header().unwrap();
    writer.write_image_data(&samples).unwrap();
    writer.finish().unwrap();
    bytes
}

pub(crate) fn about() -> About {
    About {
        title: "Kế hoạch năm học 2026–2027 <bản 1 & 2>".into(),
        subject: "Về việc triển khai nhiệm vụ".into(),
        author: UNIT.into(),
        language: "vi-VN".into(),
        created: moment(),
        register: None,
    }
}

pub(crate) fn composed(captures: &[(Vec<u8>, u32)]) -> (Vec<u8>, Composed) {
    let mut pdf = Vec::new();
    let captures = captures.iter().map(|(bytes, dpi)| Ok::<_, std::io::Error>(CaptureRef::new(bytes, *dpi)));
    let composed = compose(captures, &about(), paper::Making::PLAIN, &mut pdf).unwrap();
    (pdf, composed)
}

/// One page of paper as a PDF/A.
pub(crate) fn document() -> Vec<u8> {
    composed(&[(scan(1), 300)]).0
}

/// A white page of 200 x 300 points whose first page object has `entries`.
pub(crate) fn blank(entries: &str) -> Vec<u8> {
    let mut pdf = b"%PDF-1.7\n%\xE2\xE3\xCF\xD3\n".to_vec();
    let objects = [
        "<</Type/Catalog/Pages 2 0 R>>".to_owned(),
        "<</Type/Pages/Kids[3 0 R]/Count 1/MediaBox[0 0 200 300]>>".to_owned(),
        format!("<</Type/Page/Parent 2 0 R/Resources<<>>{entries}>>"),
    ];
    let mut offsets = Vec::new();
    for (index, object) in objects.iter().enumerate() {
        offsets.push(pdf.len());
        pdf.extend_from_slice(format!("{} 0 obj\n{object}\nendobj\n", index + 1).as_bytes());
    }
    let start = pdf.len();
    pdf.extend_from_slice(b"xref\n0 4\n0000000000 65535 f \n");
    offsets.iter().for_each(|offset| pdf.extend_from_slice(format!("{offset:010} 00000 n \n").as_bytes()));
    pdf.extend_from_slice(format!("trailer\n<</Size 4/Root 1 0 R>>\nstartxref\n{start}\n%%EOF").as_bytes());
    pdf
}

pub(crate) fn face() -> Face {
    let path = "/usr/share/fonts/truetype/croscore/Tinos-Regular.ttf";
    let ttf = std::fs::read(path)
        .expect("the face Tinos is missing: run `cargo xtask setup`, or install fonts-croscore");
    Face::parse(ttf).unwrap()
}

pub(crate) fn key(file: &str) -> Pkcs12 {
    let passphrase = if file.starts_with("unit") { "mật khẩu đơn vị" } else { "hieu-truong" };
    Pkcs12::open(&fixture(&format!("pki/{file}")), passphrase, moment().timestamp_millis()).unwrap()
}

pub(crate) fn facts() -> SignatureFacts {
    SignatureFacts {
        reason: Some("Số hóa (bản giấy)".into()),
        location: None,
        name: UNIT.into(),
        signed_at: moment(),
    }
}

pub(crate) fn block() -> Look {
    Look::TextBlock { lines: LINES.map(String::from).to_vec() }
}

pub(crate) fn prepared<'a>(pdf: &'a [u8], look: &Look) -> Result<Digested<'a>, SignError> {
    Ok(Prepared::new(pdf, look, &face(), &facts())?.digest())
}

pub(crate) fn signed(pdf: &[u8], look: &Look, key: &Pkcs12) -> Vec<u8> {
    let digested = prepared(pdf, look).unwrap();
    digested.sign_with(key.chain(), |message| key.sign(message)).unwrap().into_bytes()
}
