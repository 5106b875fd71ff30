//! How PDF writes words and moments (ISO 32000-1 §7.9.2, §7.9.4).

use chrono::{DateTime, Datelike, FixedOffset, Timelike};

/// A text string: plain ASCII as it is, anything else as UTF-16 with a byte order mark.
pub(crate) fn text_string(words: &str) -> Vec<u8> {
    if words.chars().all(|c| (' '..='~').contains(&c)) {
        return words.as_bytes().to_vec();
    }
    [0xFEFF].into_iter().chain(words.encode_utf16()).flat_map(u16::to_be_bytes).collect()
}

/// A date with its offset: `D:20261121140509+07'00'`.
pub(crate) fn date(moment: &DateTime<FixedOffset>) -> String {
    let (sign, hours, minutes) = offset(moment);
    let at = moment.format("%Y%m%d%H%M%S");
    format!("D:{at}{sign}{hours:02}'{minutes:02}'")
}

/// The offset from UTC as XMP wants it: both parts carry the sign.
pub(crate) fn xmp_date(moment: &DateTime<FixedOffset>) -> xmp_writer::DateTime {
    let (sign, hours, minutes) = offset(moment);
    let signed = |part: i32| i8::try_from(if sign == '-' { -part } else { part }).expect("under 60");
    let small = |part: u32| u8::try_from(part).expect("a part of a date under 60");
    xmp_writer::DateTime::new(
        u16::try_from(moment.year()).unwrap_or_default(),
        small(moment.month()),
        small(moment.day()),
        small(moment.hour()),
        small(moment.minute()),
        small(moment.second()),
        xmp_writer::Timezone::Local { hour: signed(hours), minute: signed(minutes) },
    )
}

fn offset(moment: &DateTime<FixedOffset>) -> (char, i32, i32) {
    let seconds = moment.offset().local_minus_utc();
    let sign = if seconds < 0 { '-' } else { '+' };
    (sign, seconds.abs() / 3600, seconds.abs() / 60 % 60)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moments_carry_their_offset() {
        for (moment, expected) in [
            ("2026-11-21T14:05:09+07:00", "D:20261121140509+07'00'"),
            ("2026-01-02T03:04:05-03:30", "D:20260102030405-03'30'"),
            ("2026-01-02T03:04:05Z", "D:20260102030405+00'00'"),
        ] {
            assert_eq!(date(&DateTime::parse_from_rfc3339(moment).unwrap()), expected);
        }
    }

    #[test]
    fn vietnamese_is_utf16() {
        assert_eq!(text_string("So 12"), b"So 12");
        assert_eq!(text_string("Sổ"), [0xFE, 0xFF, 0, b'S', 0x1E, 0xD5]);
    }
}
