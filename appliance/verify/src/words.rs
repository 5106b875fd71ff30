//! Text strings of PDF (ISO 32000-1 §7.9.2) for people.

/// A text string as far as it can be read; what people see of it is cut at a length that fits a sentence.
pub(crate) fn text(bytes: &[u8]) -> String {
    match bytes {
        [0xFE, 0xFF, rest @ ..] => utf16(rest, u16::from_be_bytes),
        [0xFF, 0xFE, rest @ ..] => utf16(rest, u16::from_le_bytes),
        [0xEF, 0xBB, 0xBF, rest @ ..] => String::from_utf8_lossy(rest).into_owned(),
        // PDFDocEncoding is Latin-1 where it matters here.
        other => other.iter().map(|&byte| char::from(byte)).collect(),
    }
}

fn utf16(bytes: &[u8], unit: impl Fn([u8; 2]) -> u16) -> String {
    let units: Vec<u16> = bytes.chunks_exact(2).map(|pair| unit([pair[0], pair[1]])).collect();
    String::from_utf16_lossy(&units)
}

/// For a sentence: no control characters, at most 60 characters.
pub(crate) fn short(text: &str) -> String {
    let mut clean: String = text.chars().filter(|c| !c.is_control()).take(61).collect();
    if clean.chars().count() > 60 {
        clean = clean.chars().take(59).chain(['…']).collect();
    }
    clean
}

/// A date (§7.9.4) as Unix ms: `D:YYYYMMDDHHmmSSOHH'mm'`, parts missing from the right.
pub(crate) fn date_ms(text: &str) -> Option<i64> {
    let digits = text.strip_prefix("D:").unwrap_or(text);
    let part = |from: usize, to: usize, otherwise: u32| match digits.get(from..to) {
        Some(part) if part.bytes().all(|b| b.is_ascii_digit()) => part.parse().ok(),
        Some(_) => None,
        None if digits.len() > from => None,
        None => Some(otherwise),
    };
    let year = i32::try_from(part(0, 4, 0).filter(|&year| year > 0)?).ok()?;
    let date = chrono::NaiveDate::from_ymd_opt(year, part(4, 6, 1)?, part(6, 8, 1)?)?;
    let (hour, minute, second) = (part(8, 10, 0)?, part(10, 12, 0)?, part(12, 14, 0)?);
    let local = date.and_hms_opt(hour, minute, second)?.and_utc().timestamp_millis();
    Some(local - offset_ms(digits.get(14..).unwrap_or_default()))
}

fn offset_ms(zone: &str) -> i64 {
    let sign = match zone.as_bytes().first() {
        Some(b'+') => 1,
        Some(b'-') => -1,
        _ => return 0,
    };
    let numbers: Vec<i64> = zone[1..].split('\'').filter_map(|part| part.parse().ok()).collect();
    sign * (numbers.first().unwrap_or(&0) * 60 + numbers.get(1).unwrap_or(&0)) * 60_000
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_and_dates_as_writers_write_them() {
        assert_eq!(text(b"Sig1"), "Sig1");
        assert_eq!(text(b"\xFE\xFF\x00S\x1E\xD1"), "Số");
        let hcm = date_ms("D:20261122060000+07'00'").unwrap();
        assert_eq!(hcm, date_ms("D:20261121230000Z").unwrap());
        assert_eq!(hcm, date_ms("D:20261122060000+07'00").unwrap());
        assert_eq!(date_ms("D:2026"), date_ms("D:20260101"));
        for nonsense in ["", "D:", "D:20261301", "hôm nay", "D:2026112"] {
            assert_eq!(date_ms(nonsense), None, "{nonsense}");
        }
    }
}
