//! What can be wrong with a key file, in words; once for adding it and once for sealing with it.

use office::Refusal;
use token::TokenError;
use wire::Stamp;

/// While adding a key file: `key.*`.
pub(crate) fn adding(error: &TokenError) -> Refusal {
    match error {
        TokenError::WrongPassphrase => Refusal::field(
            "key.wrong_passphrase",
            "passphrase",
            "Mật khẩu của tệp khóa không đúng. Hãy gõ lại; chú ý bộ gõ tiếng Việt và phím Caps Lock.",
        ),
        TokenError::NotAKeyFile(_) => Refusal::field(
            "key.not_a_key_file",
            "file",
            "Tệp này không phải tệp khóa PKCS#12 (.p12, .pfx). Hãy chọn đúng tệp mà nơi cấp chứng thư gửi.",
        ),
        TokenError::NoKey => Refusal::field(
            "key.no_key",
            "file",
            "Tệp này chỉ có chứng thư mà không có khóa bí mật. Hãy chọn tệp .p12 đầy đủ mà nơi cấp chứng thư gửi.",
        ),
        TokenError::Expired { since_ms } => Refusal::field(
            "key.expired",
            "file",
            format!(
                "Chứng thư này đã hết hạn từ {}. Hãy xin cấp chứng thư mới rồi thêm tệp mới.",
                day(*since_ms)
            ),
        ),
        TokenError::NotYetValid { from_ms } => Refusal::field(
            "key.not_yet_valid",
            "file",
            format!(
                "Chứng thư này chỉ có hiệu lực từ {}. Hãy thêm lại sau ngày đó, hoặc kiểm tra đồng hồ của hộp.",
                day(*from_ms)
            ),
        ),
        TokenError::KeyMismatch => Refusal::field(
            "key.mismatch",
            "file",
            "Khóa bí mật và chứng thư trong tệp không phải một cặp. Hãy xin lại tệp từ nơi cấp chứng thư.",
        ),
        TokenError::KeyTooShort { bits } => Refusal::field(
            "key.too_short",
            "file",
            format!(
                "Khóa {bits} bit quá ngắn, không còn an toàn. Hãy xin cấp khóa RSA từ 2048 bit hoặc ECDSA P-256."
            ),
        ),
        TokenError::Unsupported(_) => Refusal::field(
            "key.unsupported",
            "file",
            "Loại khóa trong tệp này hộp chưa dùng được. Hãy xin cấp khóa RSA từ 2048 bit hoặc ECDSA P-256.",
        ),
        TokenError::Failed(_) => Refusal::field(
            "key.failed",
            "file",
            "Chưa mở được tệp khóa. Hãy thử lại; nếu vẫn không được, xin lại tệp từ nơi cấp chứng thư.",
        ),
        TokenError::TooCostly { .. } => Refusal::field("key.too_costly", "file", token::sentence(error)),
        // What only a token says.
        other => Refusal::new(other.code(), 422, token::sentence(other)),
    }
}

/// While sealing: `seal.*`.
pub(crate) fn sealing(error: &TokenError) -> Refusal {
    match error {
        TokenError::WrongPassphrase => Refusal::field(
            "seal.wrong_pin",
            "pin",
            "Mã PIN của khóa không đúng nên chưa ký. Hãy gõ lại; chú ý bộ gõ tiếng Việt và phím Caps Lock.",
        ),
        TokenError::Expired { since_ms } => Refusal::new(
            "seal.expired",
            422,
            format!(
                "Chứng thư này đã hết hạn từ {} nên không ký được nữa. Hãy thêm chứng thư mới ở mục Chứng thư số.",
                day(*since_ms)
            ),
        ),
        TokenError::NotYetValid { from_ms } => Refusal::new(
            "seal.not_yet_valid",
            422,
            format!(
                "Chứng thư này chỉ có hiệu lực từ {}. Hãy chọn chứng thư khác hoặc kiểm tra đồng hồ của hộp.",
                day(*from_ms)
            ),
        ),
        TokenError::NoPin => Refusal::field("seal.no_pin", "pin", token::sentence(error)),
        TokenError::WrongPin { .. } => Refusal::field("seal.wrong_pin", "pin", token::sentence(error)),
        TokenError::PinLocked => Refusal::field("seal.token_locked", "pin", token::sentence(error)),
        TokenError::NoToken | TokenError::OtherToken | TokenError::TokenGone => {
            Refusal::new("seal.token_gone", 422, token::sentence(error))
        }
        TokenError::Hung | TokenError::WorkerDied(_) => {
            Refusal::new("seal.token_silent", 422, token::sentence(error))
        }
        other => Refusal::new("seal.key_unusable", 422, adding(other).detail),
    }
}

/// `21/11/2026`
fn day(unix_ms: i64) -> String {
    Stamp::from_unix_ms(unix_ms).in_vietnam().format("%d/%m/%Y").to_string()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::seal::make;
    use office::Error;
    use office::letters::signing_view::failure;
    use paper::SignError;

    #[test]
    fn what_befalls_a_token_is_told_in_one_way_at_once_and_on_the_page_of_the_document() {
        for trouble in [TokenError::TokenGone, TokenError::PinLocked, TokenError::Hung] {
            let refusal = sealing(&trouble);
            assert_eq!(failure(refusal.code), refusal.detail, "{trouble:?}");
        }
    }

    #[test]
    fn every_document_that_cannot_be_signed_has_its_own_sentence() {
        let table = [
            (SignError::Encrypted, "seal.encrypted", "mật khẩu"),
            (SignError::Certified, "seal.locked", "khóa tệp"),
            (SignError::OnlyUnseen, "seal.only_unseen", "không hiện"),
            (SignError::Xfa, "seal.xfa", "XFA"),
            (SignError::Hybrid, "seal.hybrid", "hai mục lục"),
            (SignError::Huge { bytes: 3 << 30 }, "seal.too_large", "quá lớn"),
            (SignError::Damaged("no page".into()), "seal.damaged", "bị hỏng"),
            (SignError::OtherDocument, "seal.wrong_signature", "không phải"),
        ];
        for (error, code, word) in table {
            let Error::Refusal(refusal) = make::not_signed(error) else {
                panic!("{code} is a person's to know")
            };
            assert_eq!((refusal.code, refusal.status), (code, 422));
            assert!(refusal.detail.contains(word) && refusal.detail.contains("Hãy"), "{}", refusal.detail);
            assert_eq!(refusal.detail, failure(code));
        }
    }

    #[test]
    fn every_trouble_with_a_key_has_a_sentence_with_a_next_step() {
        let troubles = [
            TokenError::WrongPassphrase,
            TokenError::NotAKeyFile("ASN.1".into()),
            TokenError::NoKey,
            TokenError::Expired { since_ms: 0 },
            TokenError::NotYetValid { from_ms: 0 },
            TokenError::KeyMismatch,
            TokenError::KeyTooShort { bits: 1024 },
            TokenError::Unsupported("GOST".into()),
            TokenError::Failed("rng".into()),
            TokenError::TooCostly { rounds: 1 << 31 },
            TokenError::NoPin,
        ];
        for trouble in troubles {
            for refusal in [adding(&trouble), sealing(&trouble)] {
                assert!(
                    refusal.detail.contains("Hãy") && refusal.status == 422,
                    "{}: {}",
                    refusal.code,
                    refusal.detail
                );
            }
        }
    }
}
