//! Why a file cannot be judged at all.

/// Each has its own word and sentence; none of them is ever a reason to call a file good.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fault {
    /// Does not begin as a PDF.
    NotPdf,
    /// Longer than [`crate::MOST_BYTES`].
    TooLarge,
    /// Protected by a password; also with an empty one, because then not the bytes on disk are what was read.
    Encrypted,
    /// An XFA form: readers compute what they show, so nobody can say what was signed.
    Xfa,
    /// Two cross-reference tables for two kinds of reader, and they lead to different documents.
    Hybrid,
    /// Cut short, or cross-references that readers would have to guess.
    CrossReferences(&'static str),
    /// Words that are not PDF.
    Syntax(&'static str),
    /// Nested or packed so that looking at it costs more than a document is worth.
    TooComplex,
}

impl Fault {
    /// Stable name, for programs.
    pub(crate) fn code(self) -> &'static str {
        match self {
            Fault::NotPdf => "not_pdf",
            Fault::TooLarge => "too_large",
            Fault::Encrypted => "encrypted",
            Fault::Xfa => "xfa",
            Fault::Hybrid => "hybrid_references",
            Fault::CrossReferences(_) | Fault::Syntax(_) => "damaged",
            Fault::TooComplex => "too_complex",
        }
    }

    /// What a clerk reads.
    pub(crate) fn sentence(self) -> &'static str {
        match self {
            Fault::NotPdf => {
                "Tệp này không phải là PDF nên không có gì để kiểm tra. Hãy đề nghị nơi gửi gửi lại văn bản ở dạng PDF."
            }
            Fault::TooLarge => {
                "Tệp này quá lớn để kiểm tra chữ ký. Hãy đề nghị nơi gửi tách thành các tệp dưới 200 MB rồi gửi lại."
            }
            Fault::Encrypted => {
                "Tệp PDF này bị khóa bằng mật khẩu nên không kiểm tra được chữ ký. Hãy đề nghị nơi gửi gửi lại bản không khóa."
            }
            Fault::Xfa => {
                "Tệp PDF này là biểu mẫu XFA: nội dung do phần mềm tự dựng khi mở, nên không thể nói chữ ký bảo đảm cho \
                 nội dung nào. Hãy đề nghị nơi gửi xuất ra PDF thường rồi ký lại."
            }
            Fault::Hybrid => {
                "Tệp PDF này có hai bảng tham chiếu (kiểu lai) dẫn tới hai nội dung khác nhau tùy phần mềm đọc, nên không \
                 thể nói chữ ký bảo đảm cho nội dung nào. Hãy đề nghị nơi gửi xuất lại PDF rồi ký lại."
            }
            Fault::CrossReferences(_) | Fault::Syntax(_) => {
                "Tệp PDF này bị hỏng hoặc bị cắt cụt, không đọc được chắc chắn. Hãy tải lại hoặc đề nghị nơi gửi gửi lại."
            }
            Fault::TooComplex => {
                "Tệp PDF này được nén hoặc lồng bất thường, mở ra tốn quá nhiều bộ nhớ nên không được kiểm tra. Đừng mở \
                 tệp; hãy hỏi lại nơi gửi."
            }
        }
    }
}
