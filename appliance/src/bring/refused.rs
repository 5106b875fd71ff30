//! Why a file is not taken in, said to the person who brought it.

use office::{Error, Refusal};
use paper::{CaptureFault, InspectError};
use sight::SightError;

/// What a file is said to be, and is not.
pub(super) fn file(error: InspectError) -> Error {
    let refusal = match error {
        InspectError::NotPdfOrImage => Refusal::new(
            "upload.not_pdf_or_image",
            422,
            "Tệp này không phải PDF, JPEG, PNG hay TIFF. Hãy lưu văn bản thành PDF (trong Word: Lưu thành, chọn PDF) rồi đưa lên lại.",
        ),
        InspectError::TooManyPages { claimed, most } => Refusal::new(
            "upload.too_many_pages",
            422,
            format!(
                "Tệp này khai có {claimed} trang; hộp nhận nhiều nhất {most} trang một tệp. Hãy tách thành nhiều tệp rồi đưa lên từng phần."
            ),
        ),
        InspectError::TooLarge { .. } => return too_large().into(),
        InspectError::TooManyPixels { .. } => too_many_pixels(),
        InspectError::Encrypted => Refusal::new(
            "upload.encrypted",
            422,
            "Tệp PDF này có mật khẩu nên không lưu vào sổ được. Hãy xin bản không đặt mật khẩu rồi đưa lên lại.",
        ),
        InspectError::Damaged(_) => damaged(),
    };
    refusal.into()
}

/// A picture that cannot become a page.
pub(super) fn picture(fault: CaptureFault) -> Error {
    match fault {
        CaptureFault::Unsupported(_) | CaptureFault::Cmyk | CaptureFault::Depth(_) => unread(),
        CaptureFault::NotAnImage | CaptureFault::Damaged(_) | CaptureFault::Size { .. } => damaged(),
    }
    .into()
}

/// A picture that cannot be looked at.
pub(super) fn sight(error: SightError) -> Error {
    match error {
        SightError::TooLarge => too_many_pixels(),
        SightError::Unsupported => unread(),
        SightError::BadCorners => Refusal::new(
            "page.corners",
            422,
            "Bốn góc chưa bao quanh tờ giấy. Hãy kéo từng góc về đúng góc của tờ giấy rồi bấm Nắn lại.",
        ),
        SightError::NotAPicture | SightError::Damaged => damaged(),
    }
    .into()
}

/// More than 64 MB.
pub(super) fn too_large() -> Refusal {
    Refusal::new(
        "upload.too_large",
        413,
        "Tệp lớn quá mức hộp nhận (64 MB). Hãy quét lại ở 300 dpi hoặc tách thành nhiều tệp rồi đưa lên.",
    )
}

/// The line broke.
pub(super) fn cut_off() -> Refusal {
    Refusal::new("upload.cut_off", 408, "Tệp chưa lên hết thì đường truyền bị ngắt. Hãy đưa lên lại.")
}

fn too_many_pixels() -> Refusal {
    Refusal::new(
        "upload.too_large",
        413,
        "Ảnh này có quá nhiều điểm ảnh, vượt mức hộp nhận. Hãy quét lại ở 300 dpi, hoặc chụp lại ở cỡ ảnh nhỏ hơn.",
    )
}

fn unread() -> Refusal {
    Refusal::new(
        "upload.unsupported",
        422,
        "Ảnh này được nén theo kiểu hộp chưa đọc được. Hãy lưu lại thành PDF hoặc JPEG rồi đưa lên lại.",
    )
}

fn damaged() -> Refusal {
    Refusal::new(
        "upload.damaged",
        422,
        "Tệp này hỏng hoặc chưa tải về hết nên không đọc được. Hãy xin lại tệp từ nơi gửi rồi đưa lên lại.",
    )
}
