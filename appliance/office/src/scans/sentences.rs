//! What went wrong at the scanner, in the clerk's words: what happened, what of her work is kept, what to do with
//! her hands. The codes are the scanner package's; a code nobody knows still gets a sentence.

/// Every code and its sentence. Pages that were fed before are always kept, and the sentences say so.
const SENTENCES: [(&str, &str); 19] = [
    (
        "scan.no_libsane",
        "Máy chủ chưa cài phần điều khiển máy quét. Nhờ phụ trách CNTT cài gói “libsane1” rồi bấm Quét lại.",
    ),
    (
        "scan.no_scanner",
        "Không thấy máy quét nào. Hãy kiểm tra máy quét đã bật và dây USB đã cắm vào hộp, rồi bấm Tìm lại.",
    ),
    (
        "scan.scanner_gone",
        "Mất liên lạc với máy quét giữa chừng. Các trang đã quét vẫn còn. Hãy cắm lại dây USB, bật máy rồi bấm Quét tiếp.",
    ),
    ("scan.busy", "Máy quét đang bận việc khác. Hãy đợi việc đó xong rồi bấm Quét lại."),
    (
        "scan.jammed",
        "Kẹt giấy. Các trang đã quét vẫn còn. Hãy mở nắp, rút tờ kẹt ra, đặt lại từ tờ đó rồi bấm Quét tiếp.",
    ),
    (
        "scan.cover_open",
        "Nắp máy quét đang mở. Các trang đã quét vẫn còn. Hãy đóng nắp cho chặt rồi bấm Quét tiếp.",
    ),
    ("scan.feeder_empty", "Khay nạp chưa có giấy. Hãy đặt giấy vào khay rồi bấm Quét tiếp."),
    (
        "scan.cancelled",
        "Đã dừng quét theo yêu cầu. Các trang đã quét vẫn còn; bấm Quét tiếp nếu muốn quét thêm.",
    ),
    (
        "scan.access_denied",
        "Hộp không được phép dùng máy quét này. Nhờ phụ trách CNTT thêm người dùng “vanthu” vào nhóm “scanner” rồi khởi động lại hộp.",
    ),
    (
        "scan.out_of_memory",
        "Không đủ bộ nhớ cho tờ này. Các trang đã quét vẫn còn. Hãy chọn độ phân giải thấp hơn (300 dpi) rồi bấm Quét tiếp.",
    ),
    (
        "scan.io",
        "Máy quét báo lỗi khi truyền ảnh. Các trang đã quét vẫn còn. Hãy rút dây USB 10 giây, cắm lại rồi bấm Quét tiếp.",
    ),
    (
        "scan.unsupported",
        "Máy quét không làm được cách quét đã chọn. Hãy chọn nguồn giấy, màu hoặc độ phân giải khác rồi bấm Quét.",
    ),
    (
        "scan.invalid",
        "Máy quét không nhận các lựa chọn này. Hãy bấm Tìm lại máy quét, chọn lại nguồn giấy và độ phân giải rồi quét.",
    ),
    (
        "scan.hung",
        "Máy quét không trả lời nữa. Các trang đã quét vẫn còn. Hãy tắt máy quét, đợi 10 giây, bật lại rồi bấm Quét tiếp.",
    ),
    (
        "scan.worker_died",
        "Phần điều khiển máy quét bị dừng đột ngột và đã được khởi động lại. Các trang đã quét vẫn còn; hãy bấm Quét tiếp.",
    ),
    (
        "scan.interrupted",
        "Hộp bị tắt khi đang quét. Các trang đã quét vẫn còn. Hãy đặt lại các tờ chưa quét rồi bấm Quét tiếp.",
    ),
    (
        "scan.keep",
        "Chưa cất được trang vừa quét vào đĩa. Các trang trước vẫn còn. Hãy đặt lại tờ vừa quét rồi bấm Quét tiếp.",
    ),
    (
        "disk.full",
        "Đĩa của hộp đã đầy nên chưa cất thêm được. Những gì đã ghi vẫn còn. Nhờ phụ trách CNTT dọn bớt hoặc thay đĩa rồi làm lại.",
    ),
    (
        "scan.too_many_pages",
        "Một lần quét có nhiều nhất 1.000 trang. Các trang đã quét vẫn còn. Hãy ghép lại thành văn bản rồi quét phần sau ở lần mới.",
    ),
];

/// The sentence of a scan error code.
pub fn sentence(code: &str) -> &'static str {
    SENTENCES.iter().find(|(known, _)| *known == code).map_or(
        "Lần quét này chưa xong vì máy quét gặp lỗi lạ. Các trang đã quét vẫn còn; hãy tắt, bật lại máy quét rồi bấm Quét tiếp.",
        |(_, sentence)| sentence,
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_sentence_says_what_to_do_next() {
        for (code, sentence) in SENTENCES {
            let next = ["Hãy", "hãy", "Nhờ", "bấm"].iter().any(|verb| sentence.contains(verb));
            assert!(next && sentence.ends_with('.'), "{code}: {sentence}");
            assert_eq!(super::sentence(code), sentence);
        }
        assert!(sentence("scan.something_new").contains("vẫn còn"));
    }
}
