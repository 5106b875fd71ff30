//! What the page is told when something cannot be done: a status, a stable name and a sentence.

use serde::Serialize;
use token::{TokenError, Tries};

/// Why a request came to nothing, for the page and the person before it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct Trouble {
    #[serde(skip)]
    pub(crate) status: u16,
    pub(crate) code: &'static str,
    /// Vietnamese, with the next step.
    pub(crate) detail: String,
    /// What a token tells of the tries left after a wrong PIN.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) tries: Option<Tries>,
}

impl Trouble {
    fn new(status: u16, code: &'static str, detail: impl Into<String>) -> Trouble {
        Trouble { status, code, detail: detail.into(), tries: None }
    }

    pub(crate) fn foreign_host() -> Trouble {
        Trouble::new(421, "helper.host", "Trình ký chỉ trả lời ở địa chỉ 127.0.0.1 của chính máy này.")
    }

    pub(crate) fn foreign_origin() -> Trouble {
        Trouble::new(
            403,
            "helper.origin",
            "Trang này chưa được ghép với trình ký. Hãy mở lại trình ký với lựa chọn ghép (--pair) rồi gõ mã vào trang \
             của hộp.",
        )
    }

    pub(crate) fn not_paired() -> Trouble {
        Trouble::new(
            401,
            "helper.not_paired",
            "Trình ký trên máy này chưa ghép với trình duyệt này. Hãy mở lại trình ký với lựa chọn ghép (--pair) rồi gõ \
             mã vào đây.",
        )
    }

    pub(crate) fn wrong_code(left: u8) -> Trouble {
        Trouble::new(
            422,
            "helper.wrong_code",
            format!("Mã ghép không đúng, còn {left} lần thử. Hãy gõ lại sáu chữ số đang hiện trên trình ký."),
        )
    }

    pub(crate) fn pairing_closed() -> Trouble {
        Trouble::new(
            422,
            "helper.pairing_closed",
            "Mã ghép đã hết hạn hoặc đã gõ sai quá nhiều lần. Hãy đóng trình ký, mở lại với lựa chọn ghép (--pair) để có \
             mã mới.",
        )
    }

    pub(crate) fn unknown_holder() -> Trouble {
        Trouble::new(
            422,
            "helper.unknown_holder",
            "Trình ký không thấy phần mềm thẻ hoặc tệp khóa này trên máy. Hãy chọn lại trong danh sách.",
        )
    }

    pub(crate) fn no_session() -> Trouble {
        Trouble::new(
            422,
            "helper.no_session",
            "Phiên ký đã đóng vì để lâu không dùng. Hãy nhập lại mã PIN rồi ký tiếp.",
        )
    }

    pub(crate) fn not_attributes() -> Trouble {
        Trouble::new(
            422,
            "helper.not_attributes",
            "Trình ký chỉ ký phần băm của văn bản do hộp chuẩn bị. Hãy tải lại trang của hộp rồi ký lại.",
        )
    }

    pub(crate) fn nonsense(status: u16) -> Trouble {
        Trouble::new(
            status,
            "helper.nonsense",
            "Trình ký không hiểu yêu cầu này. Hãy cập nhật trình ký và tải lại trang của hộp.",
        )
    }

    pub(crate) fn fault(cause: &dyn std::fmt::Display) -> Trouble {
        tracing::error!(%cause, "the helper failed");
        Trouble::new(
            500,
            "helper.fault",
            "Trình ký gặp lỗi nên chưa ký được. Hãy đóng trình ký, mở lại rồi thử lần nữa.",
        )
    }
}

impl From<&TokenError> for Trouble {
    fn from(error: &TokenError) -> Trouble {
        let tries = if let TokenError::WrongPin { tries } = error { Some(*tries) } else { None };
        Trouble { tries, ..Trouble::new(422, error.code(), token::sentence(error)) }
    }
}

impl From<TokenError> for Trouble {
    fn from(error: TokenError) -> Trouble {
        Trouble::from(&error)
    }
}
