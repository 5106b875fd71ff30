//! The same troubles in words, for the page of the box and for the helper on the clerk's PC.

use crate::certificate::day;
use crate::{TokenError, Tries};

/// What is wrong and what to do next, in Vietnamese. The law's “thiết bị lưu khóa bí mật” is “thẻ ký số” here and wherever
/// the box speaks of it.
pub fn sentence(error: &TokenError) -> String {
    of_key(error).or_else(|| of_pin(error)).unwrap_or_else(|| of_device(error).into())
}

/// Troubles of the certificate and its key, on a token or in a file.
fn of_key(error: &TokenError) -> Option<String> {
    Some(match error {
        TokenError::WrongPassphrase => {
            "Mật khẩu của tệp khóa không đúng. Hãy gõ lại; chú ý bộ gõ tiếng Việt và phím Caps Lock.".into()
        }
        TokenError::NotAKeyFile(_) => {
            "Tệp này không phải tệp khóa PKCS#12 (.p12, .pfx). Hãy chọn đúng tệp mà nơi cấp chứng thư gửi."
                .into()
        }
        TokenError::TooCostly { .. } => {
            "Tệp khóa này được khóa quá kỹ, hộp mở mất hàng giờ. Hãy xuất lại tệp .p12 với thiết lập thông thường rồi chọn \
             lại."
                .into()
        }
        TokenError::NoKey => {
            "Chứng thư này không có khóa bí mật đi kèm nên không ký được. Hãy chọn chứng thư khác, hoặc hỏi nơi cấp \
             chứng thư."
                .into()
        }
        TokenError::Expired { since_ms } => format!(
            "Chứng thư này đã hết hạn từ {}. Hãy xin gia hạn hoặc dùng chứng thư khác.",
            day(*since_ms)
        ),
        TokenError::NotYetValid { from_ms } => format!(
            "Chứng thư này chỉ có hiệu lực từ {}. Hãy chọn chứng thư khác, hoặc kiểm tra lại đồng hồ của máy.",
            day(*from_ms)
        ),
        TokenError::KeyMismatch => {
            "Khóa bí mật không đi với chứng thư đã chọn. Hãy chọn chứng thư khác, hoặc hỏi nơi cấp chứng thư."
                .into()
        }
        TokenError::KeyTooShort { bits } => format!(
            "Khóa {bits} bit quá ngắn, không còn an toàn. Hãy xin cấp khóa RSA từ 2048 bit hoặc ECDSA P-256."
        ),
        TokenError::Unsupported(_) => {
            "Loại khóa này chưa dùng được. Hãy xin cấp khóa RSA từ 2048 bit hoặc ECDSA P-256.".into()
        }
        _ => return None,
    })
}

/// Troubles of the PIN.
fn of_pin(error: &TokenError) -> Option<String> {
    let sentence = match error {
        TokenError::NoPin => "Chưa gõ mã PIN của thẻ ký số. Hãy gõ mã PIN rồi bấm lại.",
        TokenError::WrongPin { tries } => wrong_pin(*tries),
        TokenError::PinLocked => {
            "Thẻ ký số đã bị khóa vì gõ sai mã PIN nhiều lần. Hãy mở khóa bằng phần mềm của nơi cấp thẻ, hoặc gọi nơi cấp \
             để được mở."
        }
        TokenError::PinNotReady(_) => {
            "Thẻ ký số đòi đặt hoặc đổi mã PIN trước khi dùng. Hãy đổi mã PIN bằng phần mềm của nơi cấp thẻ rồi thử lại."
        }
        TokenError::Cancelled => "Việc nhập mã PIN đã bị hủy nên chưa ký. Hãy bấm ký lại khi sẵn sàng.",
        _ => return None,
    };
    Some(sentence.into())
}

/// Troubles of the token in the port and of its vendor's library.
fn of_device(error: &TokenError) -> &'static str {
    match error {
        TokenError::NoToken => "Chưa thấy thẻ ký số nào. Hãy cắm thẻ vào cổng USB, chờ đèn sáng rồi thử lại.",
        TokenError::OtherToken => {
            "Thẻ ký số đang cắm không có chứng thư đã chọn. Hãy cắm đúng thẻ, hoặc chọn chứng thư khác."
        }
        TokenError::TokenGone => {
            "Thẻ ký số bị rút ra giữa chừng. Hãy cắm lại thẻ rồi bấm lại; những văn bản đã ký xong không phải ký lại."
        }
        TokenError::NoModule(_) => {
            "Máy này chưa có phần mềm của thẻ ký số, hoặc đường dẫn đã khai không đúng. Hãy cài phần mềm của nơi cấp thẻ \
             rồi chọn lại."
        }
        TokenError::Hung => {
            "Phần mềm của thẻ ký số không trả lời nên đã được dừng. Hãy rút thẻ ra, cắm lại rồi thử lần nữa."
        }
        TokenError::WorkerDied(_) => {
            "Phần mềm của thẻ ký số bị lỗi và đã dừng. Hãy rút thẻ ra, cắm lại rồi thử; nếu vẫn lỗi, cài lại phần mềm của \
             nơi cấp thẻ."
        }
        _ => "Chưa ký được bằng khóa này. Hãy rút thẻ ký số ra, cắm lại rồi thử lần nữa.",
    }
}

fn wrong_pin(tries: Tries) -> &'static str {
    match tries {
        Tries::Unknown => {
            "Mã PIN của thẻ ký số không đúng. Hãy gõ lại thật cẩn thận: gõ sai nhiều lần, thẻ sẽ tự khóa."
        }
        Tries::Few => {
            "Mã PIN của thẻ ký số không đúng, chỉ còn ít lần thử nữa là thẻ tự khóa. Hãy kiểm tra bộ gõ tiếng Việt, \
             phím Caps Lock rồi gõ lại."
        }
        Tries::Last => {
            "Mã PIN của thẻ ký số không đúng và chỉ còn một lần thử: sai nữa là thẻ bị khóa. Hãy tìm lại đúng mã PIN \
             trước khi gõ."
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_trouble_has_a_sentence_with_a_next_step_and_a_name_of_its_own() {
        let troubles = [
            TokenError::WrongPassphrase,
            TokenError::NotAKeyFile("ASN.1".into()),
            TokenError::NoKey,
            TokenError::Expired { since_ms: 1_800_000_000_000 },
            TokenError::NotYetValid { from_ms: 1_800_000_000_000 },
            TokenError::TooCostly { rounds: 1 << 31 },
            TokenError::NoPin,
            TokenError::KeyMismatch,
            TokenError::KeyTooShort { bits: 1024 },
            TokenError::Unsupported("GOST".into()),
            TokenError::Failed("CKR_GENERAL_ERROR".into()),
            TokenError::WrongPin { tries: Tries::Unknown },
            TokenError::PinLocked,
            TokenError::PinNotReady("expired".into()),
            TokenError::Cancelled,
            TokenError::NoToken,
            TokenError::OtherToken,
            TokenError::TokenGone,
            TokenError::NoModule("none".into()),
            TokenError::Hung,
            TokenError::WorkerDied("signal 6".into()),
        ];
        let mut codes: Vec<_> = troubles.iter().map(TokenError::code).collect();
        for trouble in &troubles {
            let sentence = sentence(trouble);
            assert!(sentence.contains("Hãy"), "{trouble:?}: {sentence}");
            assert!(!sentence.contains("token"), "the trade says thẻ ký số: {sentence}");
            let over_the_pipe = serde_json::to_string(trouble).unwrap();
            assert_eq!(&serde_json::from_str::<TokenError>(&over_the_pipe).unwrap(), trouble);
        }
        codes.sort_unstable();
        codes.dedup();
        assert_eq!(codes.len(), troubles.len());
        assert!(sentence(&troubles[3]).contains("15/01/2027"));
    }

    #[test]
    fn a_wrong_pin_says_how_near_the_lock_is() {
        let said = |tries| sentence(&TokenError::WrongPin { tries });
        assert!(said(Tries::Few).contains("ít lần"));
        assert!(said(Tries::Last).contains("một lần"));
        assert!(said(Tries::Unknown).contains("tự khóa"));
    }
}
