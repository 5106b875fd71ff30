//! The sRGB colour profile of the output intent, built here so that no foreign file is needed (ICC.1:2001-04, v2).
//!
//! A matrix profile: three primaries adapted to D50, and the sRGB transfer curve (IEC 61966-2-1) as a table.

/// The profile's bytes; the same on every machine and in every release, or archived documents would differ.
pub(crate) fn srgb() -> Vec<u8> {
    let tags: [(&[u8; 4], Vec<u8>); 9] = [
        (b"desc", description("sRGB IEC61966-2.1")),
        (b"cprt", text("No copyright, use freely")),
        (b"wtpt", xyz([0.9642, 1.0, 0.8249])),
        (b"rXYZ", xyz([0.43607, 0.22249, 0.01392])),
        (b"gXYZ", xyz([0.38515, 0.71687, 0.09708])),
        (b"bXYZ", xyz([0.14307, 0.06061, 0.7141])),
        (b"rTRC", curve()),
        (b"gTRC", Vec::new()),
        (b"bTRC", Vec::new()),
    ];
    let mut table = u32::try_from(tags.len()).expect("nine tags").to_be_bytes().to_vec();
    let mut data = Vec::new();
    let start = 128 + 4 + 12 * tags.len();
    let mut place = (0, 0);
    for (name, body) in &tags {
        // The three curves are one: the green and blue entries point at the red one's bytes.
        if !body.is_empty() {
            place = (start + data.len(), body.len());
            data.extend_from_slice(body);
            data.resize(data.len().next_multiple_of(4), 0);
        }
        table.extend_from_slice(*name);
        table.extend_from_slice(&number(place.0));
        table.extend_from_slice(&number(place.1));
    }
    let mut profile = header(start + data.len());
    profile.extend(table);
    profile.extend(data);
    profile
}

fn header(size: usize) -> Vec<u8> {
    let mut header = Vec::with_capacity(128);
    header.extend(number(size));
    header.extend([0; 4]); // preferred module: none
    header.extend([2, 0x10, 0, 0]); // version 2.1.0
    header.extend(b"mntrRGB XYZ ");
    for part in [2026u16, 1, 1, 0, 0, 0] {
        header.extend(part.to_be_bytes());
    }
    header.extend(b"acsp");
    header.extend([0; 4 + 4 + 4 + 4 + 8 + 4]); // platform, flags, maker, model, attributes, perceptual intent
    header.extend(xyz_number([0.9642, 1.0, 0.8249]));
    header.resize(128, 0);
    header
}

fn description(name: &str) -> Vec<u8> {
    let mut tag = b"desc\0\0\0\0".to_vec();
    tag.extend(number(name.len() + 1));
    tag.extend(name.as_bytes());
    tag.push(0);
    tag.extend([0; 8]); // Unicode language code and count: none
    tag.extend([0; 2 + 1 + 67]); // script code, count, and its fixed 67 bytes: none
    tag
}

fn text(words: &str) -> Vec<u8> {
    [b"text\0\0\0\0", words.as_bytes(), b"\0"].concat()
}

fn xyz(values: [f64; 3]) -> Vec<u8> {
    [b"XYZ \0\0\0\0".to_vec(), xyz_number(values)].concat()
}

/// Three s15Fixed16Numbers.
fn xyz_number(values: [f64; 3]) -> Vec<u8> {
    values.iter().flat_map(|value| ((value * 65536.0).round() as i32).to_be_bytes()).collect()
}

fn curve() -> Vec<u8> {
    const ENTRIES: u32 = 1024;
    let mut tag = b"curv\0\0\0\0".to_vec();
    tag.extend(ENTRIES.to_be_bytes());
    for step in 0..ENTRIES {
        let coded = f64::from(step) / f64::from(ENTRIES - 1);
        let linear = if coded <= 0.04045 { coded / 12.92 } else { ((coded + 0.055) / 1.055).powf(2.4) };
        tag.extend(((linear * 65535.0).round() as u16).to_be_bytes());
    }
    tag
}

fn number(value: usize) -> [u8; 4] {
    u32::try_from(value).expect("a profile of a few KB").to_be_bytes()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// If this fails, documents composed from now on differ from archived ones made of the same captures.
    /// Change it only together with a line in the changelog that says why.
    #[test]
    fn the_profile_is_frozen() {
        let profile = srgb();
        assert_eq!(profile.len(), 2524);
        let digest = ring::digest::digest(&ring::digest::SHA256, &profile);
        let hex: String = digest.as_ref().iter().take(8).map(|byte| format!("{byte:02x}")).collect();
        assert_eq!(hex, "bf68e808a29913b3");
    }
}
