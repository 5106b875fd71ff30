//! Files made of a document's file: what a clerk would press or write on paper is laid over a copy of it. The file itself
//! is only read, and one that anybody signed is refused: every stroke added would be a change after signing.
//!
//! ```text
//! GET  /api/letters/{id}/marked.pdf    the arrival stamp, marks of urgency and circulation, the block of a copy; not kept
//! POST /api/letters/{id}/transcribe    bản điện tử “(đã ký và đóng dấu)”, which becomes the document of record
//! ```

pub(crate) mod laid;
mod marked;
mod transcript;

use office::{Error, Refusal};
use utoipa_axum::router::OpenApiRouter;

use self::laid::NotLaid;
use crate::App;
use crate::prints::no_letter;

pub(crate) fn routes() -> OpenApiRouter<App> {
    marked::routes().merge(transcript::routes())
}

/// Why nothing was laid over a file, and what to do instead.
fn refused(why: NotLaid) -> Error {
    let (code, sentence) = match why {
        NotLaid::Signed => (
            "print.signed",
            "Tệp này đã ký số nên không ghi gì lên được nữa: một nét thêm vào cũng làm hỏng chữ ký. Hãy in ra giấy rồi đóng dấu, hoặc in tem để dán.".into(),
        ),
        NotLaid::Unreadable => (
            "print.unreadable",
            "Máy không ghi thêm gì lên tệp này được vì tệp hỏng, đặt mật khẩu hoặc bị khóa. Hãy in ra giấy rồi đóng dấu, hoặc xin lại tệp từ nơi gửi.".into(),
        ),
        NotLaid::NoRoom { needed_mm, free_mm } => (
            "print.no_room",
            format!(
                "Dưới chữ cuối của trang chỉ còn {:.0} mm, phần sao cần {needed_mm:.0} mm. Hãy in ra giấy rồi đóng dấu sao.",
                free_mm.max(0.0)
            ),
        ),
        NotLaid::NoBlock => (
            "transcript.no_block",
            "Máy không tìm thấy chức vụ và họ tên người ký trên trang nên không biết ghi “(đã ký và đóng dấu)” vào đâu. Hãy gắn tệp có đủ hai dòng ấy, hoặc quét bản giấy.".into(),
        ),
        NotLaid::Contradiction(written) => (
            "transcript.contradiction",
            format!(
                "Trên trang ghi “{written}”, khác với số, ký hiệu hoặc ngày trong sổ. Hãy sửa tệp cho khớp với sổ rồi gắn lại."
            ),
        ),
        NotLaid::NoBlank => (
            "transcript.no_blank",
            "Đầu trang không có chỗ trống để ghi số và ngày (“Số:      /…”, “ngày … tháng … năm …”). Hãy ghi đủ số và ngày vào tệp rồi gắn lại.".into(),
        ),
        NotLaid::NoLetter(letter) => return no_letter(letter, "").into(),
    };
    Refusal::new(code, 422, sentence).into()
}
