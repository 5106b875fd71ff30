//! The same troubles in words, for the page of the box and for the helper on the clerk's PC.

use crate::certificate::day;
use crate::{TokenError, Tries};

/// What is wrong and what to do next, in Vietnamese.
pub fn sentence(error: &TokenError) -> String {
    match error {
        TokenError::WrongPassphrase => {
            "Mật khẩu của tệp khóa không đúng. Hãy gõ lại; chú ý bộ gõ tiếng Việt và phím Caps Lock.".into()
        }
        TokenError::NotAKeyFile(_) => {
            "Tệp này không phải tệp khóa PKCS#12 (.p12, .pfx). Hãy chọn đúng tệp mà nơi cấp chứng thư gửi."
                .into()
        }
        TokenError::NoKey => {
            "Chứng thư này không có khóa bí mật đi kèm nên không ký được. Hãy chọn chứng thư khác, \
                              hoặc hỏi nơi cấp chứng thư."
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
        TokenError::Failed(_) => {
            "Chưa ký được bằng khóa này. Hãy rút USB token ra, cắm lại rồi thử lần nữa.".into()
        }
        TokenError::WrongPin { tries } => wrong_pin(*tries).into(),
        TokenError::PinLocked => {
            "USB token đã bị khóa vì gõ sai mã PIN nhiều lần. Hãy mở khóa bằng phần mềm của nơi \
                                  cấp token, hoặc gọi nơi cấp để được mở."
                .into()
        }
        TokenError::PinNotReady(_) => {
            "USB token đòi đặt hoặc đổi mã PIN trước khi dùng. Hãy đổi mã PIN bằng phần mềm \
                                       của nơi cấp token rồi thử lại."
                .into()
        }
        TokenError::Cancelled => {
            "Việc nhập mã PIN đã bị hủy nên chưa ký. Hãy bấm ký lại khi sẵn sàng.".into()
        }
        TokenError::NoToken => {
            "Chưa thấy USB token nào. Hãy cắm token vào cổng USB, chờ đèn sáng rồi thử lại.".into()
        }
        TokenError::OtherToken => {
            "USB token đang cắm không có chứng thư đã chọn. Hãy cắm đúng token, hoặc chọn chứng thư khác."
                .into()
        }
        TokenError::TokenGone => {
            "USB token bị rút ra trong lúc ký. Văn bản nào chưa ký thì chưa thay đổi gì. Hãy cắm \
                                  lại token rồi ký tiếp."
                .into()
        }
        TokenError::NoModule(_) => {
            "Máy này chưa có phần mềm của USB token, hoặc đường dẫn đã khai không đúng. Hãy cài \
                                    phần mềm của nơi cấp token rồi chọn lại."
                .into()
        }
        TokenError::Hung => {
            "Phần mềm của USB token không trả lời nên đã được dừng. Hãy rút token ra, cắm lại rồi thử \
                             lần nữa."
                .into()
        }
        TokenError::WorkerDied(_) => {
            "Phần mềm của USB token bị lỗi và đã dừng. Hãy rút token ra, cắm lại rồi thử; nếu \
                                      vẫn lỗi, cài lại phần mềm của nơi cấp token."
                .into()
        }
    }
}

fn wrong_pin(tries: Tries) -> &'static str {
    match tries {
        Tries::Unknown => {
            "Mã PIN của USB token không đúng. Hãy gõ lại thật cẩn thận: gõ sai nhiều lần, token sẽ tự khóa."
        }
        Tries::Few => {
            "Mã PIN của USB token không đúng, chỉ còn ít lần thử nữa là token tự khóa. Hãy kiểm tra bộ gõ tiếng Việt, \
             phím Caps Lock rồi gõ lại."
        }
        Tries::Last => {
            "Mã PIN của USB token không đúng và chỉ còn một lần thử: sai nữa là token bị khóa. Hãy tìm lại đúng mã PIN \
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
