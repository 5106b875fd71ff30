//! The scan desk in the clerk's words: what happened, what of her work is kept, what to do with her hands. Every state a
//! scanner, a job or a page can be in has a sentence of its own here, and the guide lists them all; a code nobody knows
//! still gets one. Codes that begin with `scan.` and name a fault are the scanner package's.

/// Every code and its sentence. Pages that were fed before are always kept, and the sentences of a stop say so.
const SENTENCES: &[(&str, &str)] = &[
    ("scanner.ready", "Máy quét sẵn sàng. Hãy đặt giấy rồi bấm Quét."),
    ("scanner.scanning", "Máy quét đang làm việc. Hãy bấm Quét nếu muốn xếp hàng chờ đến lượt."),
    ("scanner.looking", "Đang tìm máy quét. Hãy đợi vài giây."),
    (
        "scanner.warming",
        "Máy quét đang chuẩn bị: làm nóng đèn, kéo giấy, có máy cần đến một phút. Hãy đợi; nếu giấy không nhúc nhích thì bấm “Dừng quét”.",
    ),
    (
        "scanner.gone",
        "Máy quét này không còn nối với hộp. Hãy bật máy và cắm lại dây; hộp sẽ tự nhận ra, cách quét đã đặt vẫn còn.",
    ),
    ("scanner.failed", "Máy quét đang gặp lỗi. Hãy tắt máy, đợi 10 giây, bật lại; hộp sẽ tự nhận ra."),
    (
        "scan.queued",
        "Máy quét đang làm việc khác. Lần quét này đã xếp hàng và sẽ tự bắt đầu; hãy để sẵn giấy, đặt vào khay khi đến lượt.",
    ),
    (
        "scan.turning",
        "Đã quét xong mặt trước và giữ đủ các trang. Hãy lật úp cả chồng, không đảo thứ tự, đặt vào khay rồi bấm “Quét mặt sau”.",
    ),
    (
        "scan.sides_mismatch",
        "Số mặt sau không bằng số mặt trước nên chưa ghép hai mặt. Mọi trang vẫn còn, theo thứ tự đã quét. Hãy quét lại mặt sau, hoặc tự sắp lại, hoặc bấm “Cứ giữ như vậy”.",
    ),
    (
        "scan.double_feed",
        "Máy kéo hai tờ một lúc nên đã dừng. Các trang đã quét vẫn còn. Hãy lấy hai tờ vừa kéo ra, tách rời, đặt lại lên trên chồng rồi bấm Quét tiếp.",
    ),
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
    (
        "power.under_voltage",
        "Nguồn điện của hộp yếu; ảnh quét có thể sai màu hoặc đứt giữa chừng. Hãy dùng đúng bộ nguồn kèm hộp và cắm máy quét vào nguồn riêng.",
    ),
    (
        "usb.resets",
        "Máy quét cứ mất rồi lại nối, thường do dây USB hoặc nguồn yếu. Các trang đã quét vẫn còn. Hãy thay dây USB ngắn hơn và cắm thẳng vào hộp, không qua bộ chia.",
    ),
    (
        "usb.over_current",
        "Cổng USB phải cấp quá nhiều điện nên đã tự ngắt. Hãy rút bớt thiết bị, cắm máy quét vào nguồn riêng rồi cắm lại dây.",
    ),
    (
        "count.fewer",
        "Máy nhận ít tờ hơn số đã đếm: có thể hai tờ dính nhau hoặc còn tờ chưa quét. Hãy xem lại chồng giấy trước khi cất.",
    ),
    (
        "count.more",
        "Máy nhận nhiều tờ hơn số đã đếm. Hãy đếm lại chồng giấy, hoặc xem có tờ nào quét hai lần.",
    ),
    (
        "side.missing",
        "Có tờ chỉ được mặt trước, thiếu mặt sau. Hãy chọn trang đó rồi bấm “Quét lại trang này”.",
    ),
    ("page.blank", "Trang có vẻ trắng. Hãy xem, nếu đúng là trang trắng thì bỏ đi."),
    ("page.blurred", "Chữ bị mờ. Hãy lau mặt kính, đặt tờ giấy cho phẳng rồi quét lại trang này."),
    ("page.dark", "Ảnh quá tối. Hãy đậy kín nắp máy hoặc chụp lại ở nơi sáng, rồi quét lại trang này."),
    ("page.clipped", "Chữ bị cắt ở mép. Hãy đặt giấy vào giữa, chọn đúng khổ giấy rồi quét lại trang này."),
    ("page.crooked", "Trang bị lệch nhiều. Hãy chỉnh thanh chặn giấy cho thẳng rồi quét lại trang này."),
    (
        "page.turned",
        "Trang có vẻ nằm ngang hoặc nằm ngược. Hãy xem, nếu đúng thì bấm “Xoay lại”; chữ trên trang không đổi.",
    ),
    ("page.same_as_before", "Trang này giống hệt trang trước. Hãy xem, nếu quét trùng thì bỏ một trang."),
    (
        "mark.letter_has_paper",
        "Mã trên giấy chỉ đến một văn bản đã có tệp, nên bản quét được để lại bàn. Hãy mở văn bản đó để so, rồi gắn hoặc bỏ bản quét này.",
    ),
    (
        "mark.letter_unknown",
        "Mã trên giấy không phải của văn bản nào đang có trong sổ. Bản quét vẫn ở bàn; hãy vào sổ hoặc gắn vào văn bản đúng.",
    ),
];

/// Every code with its sentence, for the guide.
pub fn all() -> &'static [(&'static str, &'static str)] {
    SENTENCES
}

/// The sentence of a code.
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
        for (code, sentence) in all() {
            let next = ["Hãy", "hãy", "Nhờ", "bấm"].iter().any(|verb| sentence.contains(verb));
            assert!(next && sentence.ends_with('.'), "{code}: {sentence}");
            assert_eq!(super::sentence(code), *sentence);
            assert_eq!(all().iter().filter(|(other, _)| other == code).count(), 1, "{code} stands twice");
        }
        assert!(sentence("scan.something_new").contains("vẫn còn"));
    }
}
