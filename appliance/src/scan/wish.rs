//! How a scan is asked for: the API's words into what the scanner understands, and back.

use office::Refusal;
use office::scans::Settings;
use scanner::{Colour, PaperSize, Request, Source};
use serde::{Serialize, de::DeserializeOwned};

/// What the scanner is asked; where the device is today is found out when its turn comes.
///
/// # Errors
/// `scan.setting`, beside the field that is wrong.
pub(crate) fn request(settings: &Settings) -> Result<Request, Refusal> {
    let wrong = |field, sentence: &str| Refusal::field("scan.setting", field, sentence);
    if !(75..=1200).contains(&settings.dpi) {
        return Err(wrong("dpi", "Độ phân giải phải từ 75 đến 1200 dpi. Hãy chọn 300 dpi."));
    }
    Ok(Request {
        device: settings.device.clone(),
        address: None,
        source: known::<Source>(&settings.source).ok_or_else(|| {
            wrong("source", "Hãy chọn nguồn giấy: mặt kính, khay nạp một mặt hoặc hai mặt.")
        })?,
        colour: known::<Colour>(&settings.colour)
            .ok_or_else(|| wrong("colour", "Hãy chọn màu, xám hoặc đen trắng."))?,
        paper: known::<PaperSize>(&settings.paper)
            .ok_or_else(|| wrong("paper", "Hãy chọn khổ giấy, ví dụ A4."))?,
        dpi: settings.dpi,
    })
}

/// The scanner's own spelling of its settings is the API's.
fn known<T: DeserializeOwned>(word: &str) -> Option<T> {
    serde_json::from_value(word.into()).ok()
}

/// Settings of the scanner in the API's words.
pub(super) fn words<T: Serialize>(settings: &[T]) -> Vec<String> {
    let word = |setting: &T| {
        let word = serde_json::to_value(setting).expect("a setting is a word");
        word.as_str().unwrap_or_default().to_owned()
    };
    settings.iter().map(word).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn settings_are_read_from_their_words_and_wrong_ones_are_refused_beside_their_field() {
        let good = Settings {
            device: "usb:1:2:3".into(),
            source: "feeder_duplex".into(),
            colour: "black_white".into(),
            dpi: 300,
            paper: "a4".into(),
            ..Settings::default()
        };
        let read = request(&good).unwrap();
        assert_eq!(
            (read.source, read.colour, read.paper),
            (Source::FeederDuplex, Colour::BlackWhite, PaperSize::A4)
        );
        assert_eq!(words(&[read.source]), ["feeder_duplex"]);
        for (field, settings) in [
            ("source", Settings { source: "tray".into(), ..good.clone() }),
            ("colour", Settings { colour: String::new(), ..good.clone() }),
            ("paper", Settings { paper: "a0".into(), ..good.clone() }),
            ("dpi", Settings { dpi: 100_000, ..good }),
        ] {
            assert!(request(&settings).unwrap_err().fields.contains_key(field), "{field}");
        }
    }
}
