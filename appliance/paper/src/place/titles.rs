//! What the title of a signer looks like, and what a name.

/// Words a title begins with, after `KT.`, `TM.` and the like (NĐ 30/2020, Appendix I, point 7), as bodies, schools and
/// those who sign minutes, bills and contracts with them use them. Beginnings of longer ones stand for these.
const TITLES: [&str; 44] = [
    "HIỆU TRƯỞNG",
    "PHÓ HIỆU TRƯỞNG",
    "QUYỀN HIỆU TRƯỞNG",
    "CHỦ TỊCH",
    "PHÓ CHỦ TỊCH",
    "TRƯỞNG PHÒNG",
    "PHÓ TRƯỞNG PHÒNG",
    "PHÓ PHÒNG",
    "GIÁM ĐỐC",
    "PHÓ GIÁM ĐỐC",
    "TỔNG GIÁM ĐỐC",
    "CHÁNH VĂN PHÒNG",
    "PHÓ CHÁNH VĂN PHÒNG",
    "CHÁNH THANH TRA",
    "BỘ TRƯỞNG",
    "THỨ TRƯỞNG",
    "CỤC TRƯỞNG",
    "PHÓ CỤC TRƯỞNG",
    "VỤ TRƯỞNG",
    "VIỆN TRƯỞNG",
    "TRƯỞNG BAN",
    "PHÓ TRƯỞNG BAN",
    "TRƯỞNG ĐOÀN",
    "TRƯỞNG TRẠM",
    "TRƯỞNG KHOA",
    "TỔ TRƯỞNG",
    "TỔ PHÓ",
    "BÍ THƯ",
    "PHÓ BÍ THƯ",
    "CHỦ NHIỆM",
    "PHÓ CHỦ NHIỆM",
    "THỦ TRƯỞNG",
    "KẾ TOÁN",
    "PHỤ TRÁCH KẾ TOÁN",
    "THƯ KÝ",
    "CHỦ TỌA",
    "CHỦ TRÌ",
    "TỔNG PHỤ TRÁCH",
    "NGƯỜI LẬP",
    "NGƯỜI GHI",
    "NGƯỜI VIẾT",
    "ĐẠI DIỆN",
    "NHÂN VIÊN",
    "VĂN THƯ",
];
/// For another, by order, by authorisation, for a collective, acting.
const CAPACITIES: [&str; 10] = ["KT.", "TL.", "TUQ.", "TM.", "Q.", "KT ", "TL ", "TUQ ", "TM ", "T/M "];
/// What stands before a name where the sector's rules allow it.
const DEGREES: [&str; 9] = ["GS", "PGS", "TS", "TSKH", "ThS", "CN", "KS", "BS", "NGUT"];
/// A title and a name have no more words.
const MOST_TITLE_WORDS: usize = 12;
const NAME_WORDS: std::ops::RangeInclusive<usize> = 2..=6;

/// A line without what specks of a scan are read as.
pub(super) fn without_specks(line: &str) -> &str {
    line.trim_start_matches(|letter: char| {
        matches!(letter, '.' | '…' | ':' | ';' | ',' | '\'' | '`' | '|' | '~') || letter.is_whitespace()
    })
    .trim_end_matches([',', '.', ':', ';', '|', '`', ' '])
}

/// A line of a signer's title: capitals, beginning as titles do.
pub(super) fn is_title(line: &str) -> bool {
    let line = without_specks(line);
    is_in_capitals(line)
        && line.split_whitespace().count() <= MOST_TITLE_WORDS
        && (is_of_capacity(line) || TITLES.iter().any(|title| begins(line, title)))
}

/// `KT. HIỆU TRƯỞNG`: the line below says who signs.
pub(super) fn is_of_capacity(line: &str) -> bool {
    CAPACITIES.iter().any(|capacity| line.starts_with(capacity))
}

/// The title, and no longer word that begins like it.
fn begins(line: &str, title: &str) -> bool {
    line.strip_prefix(title).is_some_and(|rest| !rest.starts_with(char::is_alphabetic))
}

/// A line in capitals may go on a title: `TM. ỦY BAN NHÂN DÂN` / `XÃ BÌNH AN`.
pub(super) fn is_in_capitals(line: &str) -> bool {
    line.chars().any(char::is_alphabetic) && !line.chars().any(char::is_lowercase)
}

/// A person's name: two to six words of letters, each with a capital. In capitals alone three at least, because headings
/// have two: QUYẾT ĐỊNH, KẾ HOẠCH.
pub(super) fn is_name(line: &str) -> bool {
    if line.ends_with([':', ';']) || is_title(line) {
        return false;
    }
    let words = without_specks(line).split_whitespace().flat_map(|word| word.split_inclusive('.'));
    let mut words = words.skip_while(|word| DEGREES.contains(&word.trim_end_matches('.'))).peekable();
    let mut count = 0;
    while let Some(word) = words.next_if(|word| is_of_a_name(word)) {
        count += word.split('-').count();
    }
    let least = if is_in_capitals(line) { 3 } else { *NAME_WORDS.start() };
    words.peek().is_none() && NAME_WORDS.contains(&count) && count >= least
}

fn is_of_a_name(word: &str) -> bool {
    let parts = || word.split('-');
    parts().all(|part| {
        part.chars().next().is_some_and(char::is_uppercase) && part.chars().all(char::is_alphabetic)
    })
}

/// What a draft says about the empty place: `(Ký, ghi rõ họ tên)`, `(đã ký)`.
pub(super) fn is_remark(line: &str) -> bool {
    let plain = line.to_lowercase();
    (line.starts_with('(') && line.ends_with(')')) || plain.contains("đã ký") || plain.contains("ký tên")
}

/// The list at the left of the block whose signature is the document's.
pub(super) fn is_recipients(line: &str) -> bool {
    let plain = line.to_lowercase();
    plain.starts_with("nơi nhận") || plain.starts_with("nơi gửi")
}

/// An annex begins, where this stands at the top of a page.
pub(super) fn is_annex(line: &str) -> bool {
    line.to_uppercase().starts_with("PHỤ LỤC") && line.split_whitespace().count() <= 5
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn titles_and_names_look_like_themselves_and_not_like_each_other() {
        let titles = [
            "HIỆU TRƯỞNG",
            "KT. HIỆU TRƯỞNG",
            "PHÓ HIỆU TRƯỞNG",
            "TM. ỦY BAN NHÂN DÂN",
            "TL. CHỦ TỊCH",
            "KT.CHỦ TỊCH",
            "Q. HIỆU TRƯỞNG",
            "TUQ. GIÁM ĐỐC",
            "TRƯỞNG PHÒNG,",
            "KẾ TOÁN TRƯỞNG",
            "T/M BAN GIÁM HIỆU",
            "NGƯỜI LẬP BIỂU",
            "THƯ KÝ",
        ];
        let names = [
            "Đặng Quỳnh Hương",
            "Nghiêm Xuân Trường",
            "PHAN KHẮC DUY",
            "ThS. Lê Thị Bích",
            "PGS.TS. Hồ Văn Ý",
            "H’Hen Niê".trim_start_matches("H’"),
            "Y Blô Êban",
            "Tôn Nữ Thị Ninh-Hà",
        ];
        let neither = [
            "Hiệu trưởng",
            "QUYẾT ĐỊNH:",
            "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM",
            "Độc lập - Tự do - Hạnh phúc",
            "- Lưu: VT.",
            "Nơi nhận:",
            "Điều 5. Quyết định này có hiệu lực",
            "(Ký, ghi rõ họ tên)",
            "Số: 12/KH",
            "CHỦ TỊCHX",
            "KẾ HOẠCH",
            "Trường",
        ];
        for title in titles {
            assert!(is_title(title) && !is_name(title), "{title}");
        }
        for name in names.into_iter().filter(|name| name.split_whitespace().count() > 1) {
            assert!(is_name(name) && !is_title(name), "{name}");
        }
        for line in neither {
            assert!(!is_title(line) && !is_name(line), "{line}");
        }
    }
}
