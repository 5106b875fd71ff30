//! Files made of a document's file: what a clerk would press or write on paper is laid over a copy of it. The file itself
//! is only read, and one that anybody signed is refused: every stroke added would be a change after signing.
//!
//! ```text
//! GET  /api/letters/{id}/marked.pdf    the arrival stamp, marks of urgency and circulation, the block of a copy; not kept
//! POST /api/letters/{id}/transcribe    bản điện tử “(đã ký và đóng dấu)”, which becomes the document of record
//! ```

mod marked;
mod transcript;

use office::{Error, Refusal};
use paper::overlay::OverlayError;
use utoipa_axum::router::OpenApiRouter;

use crate::App;
use crate::prints::not_set;
use crate::seal::make::not_signed;

pub(crate) fn routes() -> OpenApiRouter<App> {
    marked::routes().merge(transcript::routes())
}

/// Why nothing was laid over a file, and what to do instead.
fn refused(error: OverlayError) -> Error {
    let (code, sentence) = match error {
        OverlayError::Pdf(error) => return not_signed(error),
        OverlayError::Typeset(error) => return not_set(error),
        OverlayError::Signed => (
            "print.signed",
            "Tệp này đã ký số nên không ghi gì lên được nữa: một nét thêm vào cũng làm hỏng chữ ký. Hãy in ra giấy rồi đóng dấu, hoặc in tem để dán.".into(),
        ),
        OverlayError::Page(_) => (
            "print.unreadable",
            "Máy không đọc được trang của tệp này nên chưa ghi gì lên được. Hãy in ra giấy rồi đóng dấu, hoặc xin lại tệp từ nơi gửi.".into(),
        ),
        OverlayError::NoRoom { needed_mm, free_mm } => (
            "print.no_room",
            format!(
                "Dưới chữ cuối của trang chỉ còn {:.0} mm, phần sao cần {needed_mm:.0} mm. Hãy bớt nơi nhận rồi tải lại, hoặc in ra giấy rồi đóng dấu sao.",
                free_mm.max(0.0)
            ),
        ),
        OverlayError::NoBlock => (
            "transcript.no_block",
            "Máy không tìm thấy chức vụ và họ tên người ký trên trang nên không biết ghi “(đã ký và đóng dấu)” vào đâu. Hãy gắn tệp có đủ hai dòng ấy, hoặc quét bản giấy.".into(),
        ),
        OverlayError::Contradiction(written) => (
            "transcript.contradiction",
            format!(
                "Trên trang ghi “{written}”, khác với số hoặc ngày trong sổ. Hãy sửa tệp cho khớp với sổ rồi gắn lại."
            ),
        ),
        OverlayError::NoBlank(_) => (
            "transcript.no_blank",
            "Đầu trang không có chỗ trống để ghi số và ngày (“Số:      /…”, “ngày … tháng … năm …”). Hãy ghi đủ số và ngày vào tệp rồi gắn lại.".into(),
        ),
    };
    Refusal::new(code, 422, sentence).into()
}
