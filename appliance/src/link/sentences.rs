//! The link in words: one sentence for every page, and one for each thing that can be wrong on the line.

use chrono::NaiveDate;
use wire::Stamp;

/// What went wrong, and what to do. Nothing is lost in any of these cases, and the sentences say what goes on.
const SENTENCES: [(&str, &str); 11] = [
    (
        "link.address",
        "Địa chỉ cấp trên chưa đúng. Hãy nhập lại đúng như cấp trên gửi, ví dụ https://vanthu.phonggiaoduc.vn.",
    ),
    (
        "link.unreachable",
        "Chưa liên lạc được với cấp trên. Văn bản vẫn giữ đủ ở trường và tự gửi khi có mạng; hãy kiểm tra đường mạng ra ngoài.",
    ),
    (
        "link.slow",
        "Đường truyền lên cấp trên quá chậm nên chưa gửi xong. Hộp sẽ tự gửi tiếp từ chỗ dở; hãy kiểm tra đường mạng nếu kéo dài.",
    ),
    (
        "link.nonsense",
        "Máy ở địa chỉ cấp trên trả lời không đúng cách. Có thể mạng đang đòi đăng nhập; hãy kiểm tra đường mạng và địa chỉ cấp trên.",
    ),
    (
        "link.enrol_code",
        "Mã kết nối không đúng, đã dùng hoặc đã hết hạn. Hãy xin cấp trên một mã mới rồi nhập lại.",
    ),
    (
        "link.shut_out",
        "Cấp trên đã ngừng nhận từ hộp này. Văn bản vẫn giữ đủ ở trường; hãy gọi cấp trên để xin mã kết nối mới.",
    ),
    (
        "link.fork",
        "Sổ của trường và bản cấp trên đang giữ không khớp nhau nên hộp ngừng gửi để không ghi đè. Hãy báo cấp trên; đừng xóa hay khôi phục dữ liệu.",
    ),
    (
        "link.hub_full",
        "Máy của cấp trên đã hết chỗ chứa. Văn bản vẫn giữ đủ ở trường và sẽ tự gửi lại; hãy báo cấp trên.",
    ),
    ("link.hub_fault", "Máy của cấp trên đang gặp lỗi. Hộp sẽ tự gửi lại; nếu kéo dài, hãy báo cấp trên."),
    ("link.too_large", "Có tệp lớn hơn mức cấp trên nhận nên chưa gửi được tệp đó. Hãy báo phụ trách CNTT."),
    (
        "link.box",
        "Hộp gặp lỗi khi đọc dữ liệu để gửi. Văn bản vẫn giữ ở trường; hãy báo phụ trách CNTT kiểm tra đĩa.",
    ),
];

/// The sentence of an error of the line.
pub(crate) fn of(code: &str) -> &'static str {
    SENTENCES.iter().find(|(known, _)| *known == code).map_or(
        "Chưa gửi được lên cấp trên. Văn bản vẫn giữ đủ ở trường; hãy báo phụ trách CNTT xem mục Cấp trên.",
        |(_, sentence)| sentence,
    )
}

/// One line for every page: "Cấp trên đã nhận đến 14:05 · còn 3 văn bản chờ".
pub(super) fn summary(
    enrolled: bool,
    acknowledged_at: Option<Stamp>,
    (documents, blobs): (u64, u64),
    error: Option<&str>,
    today: NaiveDate,
) -> String {
    if !enrolled {
        return "Chưa nối với cấp trên · mọi văn bản vẫn giữ đủ ở trường".into();
    }
    let mut parts = vec![match acknowledged_at {
        Some(at) => format!("Cấp trên đã nhận đến {}", moment(at, today)),
        None => "Cấp trên chưa nhận lần nào".into(),
    }];
    match (documents, blobs) {
        (0, 0) => {}
        (0, blobs) => parts.push(format!("còn {blobs} tệp chờ")),
        (documents, _) => parts.push(format!("còn {documents} văn bản chờ")),
    }
    match error {
        None => {}
        Some("link.unreachable" | "link.slow") => parts.push("đang chờ đường mạng".into()),
        Some(_) => parts.push("cần xem lại đường lên cấp trên".into()),
    }
    parts.join(" · ")
}

/// `14:05`, or with the day when it was another one.
fn moment(at: Stamp, today: NaiveDate) -> String {
    let at = at.in_vietnam();
    let format = if at.date_naive() == today { "%H:%M" } else { "%H:%M ngày %d/%m/%Y" };
    at.format(format).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_line_says_how_far_and_what_waits() {
        let today = NaiveDate::from_ymd_opt(2026, 11, 21).unwrap();
        // 14:05 on that day in Vietnam.
        let at = Stamp::from_unix_ms(1_795_244_700_000);
        for (acknowledged_at, waiting, error, expected) in [
            (Some(at), (0, 0), None, "Cấp trên đã nhận đến 14:05"),
            (Some(at), (3, 1), None, "Cấp trên đã nhận đến 14:05 · còn 3 văn bản chờ"),
            (Some(at), (0, 2), None, "Cấp trên đã nhận đến 14:05 · còn 2 tệp chờ"),
            (
                None,
                (3, 0),
                Some("link.unreachable"),
                "Cấp trên chưa nhận lần nào · còn 3 văn bản chờ · đang chờ đường mạng",
            ),
            (
                Some(at),
                (0, 0),
                Some("link.fork"),
                "Cấp trên đã nhận đến 14:05 · cần xem lại đường lên cấp trên",
            ),
        ] {
            assert_eq!(summary(true, acknowledged_at, waiting, error, today), expected);
        }
        let tomorrow = today.succ_opt().unwrap();
        let told = summary(true, Some(at), (0, 0), None, tomorrow);
        assert_eq!(told, "Cấp trên đã nhận đến 14:05 ngày 21/11/2026");
        assert!(summary(false, None, (0, 0), None, today).starts_with("Chưa nối với cấp trên"));
    }

    #[test]
    fn every_sentence_says_what_to_do_next() {
        for (code, sentence) in SENTENCES {
            assert!(sentence.contains("ãy ") && sentence.ends_with('.'), "{code}: {sentence}");
            assert_eq!(of(code), sentence);
        }
    }
}
