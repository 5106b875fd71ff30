//! Names that stand in capitals on paper, as people write them in a book: `PHÒNG GIÁO DỤC VÀ ĐÀO TẠO` is
//! `Phòng Giáo dục và Đào tạo` (appendix II of the decree).

use super::shape::bare;

/// Common words of bodies and fields in their spelling; all else in the name of a body is a name and begins each
/// syllable with a capital.
const PHRASES: &[&str] = &[
    "ủy ban nhân dân",
    "hội đồng nhân dân",
    "ủy ban mặt trận tổ quốc Việt Nam",
    "hội đồng",
    "ban chấp hành",
    "ban chỉ đạo",
    "ban quản lý",
    "ban thường vụ",
    "ban giám hiệu",
    "liên đoàn lao động",
    "công đoàn",
    "đảng ủy",
    "đoàn thanh niên",
    "cộng sản Hồ Chí Minh",
    "hội liên hiệp phụ nữ",
    "thành phố",
    "thị xã",
    "thị trấn",
    "đặc khu",
    "chi cục",
    "văn phòng",
    "trung tâm",
    "công an",
    "kho bạc nhà nước",
    "bảo hiểm xã hội",
    "chi nhánh",
    "công ty",
    "tiểu học",
    "trung học cơ sở",
    "trung học phổ thông",
    "mầm non",
    "mẫu giáo",
    "phổ thông dân tộc nội trú",
    "giáo dục thường xuyên",
    "Giáo dục và Đào tạo",
    "Nội vụ",
    "Văn hóa - Xã hội",
    "Văn hóa và Thông tin",
    "Tài chính - Kế hoạch",
    "Tư pháp",
    "Y tế",
    "Khoa học và Công nghệ",
    "Lao động - Thương binh và Xã hội",
    "Nông nghiệp và Môi trường",
    "Nông nghiệp và Phát triển nông thôn",
    "Tài nguyên và Môi trường",
    "Kế hoạch và Đầu tư",
    "Thông tin và Truyền thông",
    "Văn hóa, Thể thao và Du lịch",
    "Dân tộc và Tôn giáo",
    "Công Thương",
    "Ngoại vụ",
    "Xây dựng",
    "Tài chính",
    "Kinh tế",
    "chính phủ",
    "thủ tướng chính phủ",
    "thanh tra",
    "chi bộ",
    "đảng bộ",
    "tòa án nhân dân",
    "viện kiểm sát nhân dân",
    "ban đại diện cha mẹ học sinh",
    "ngân hàng chính sách xã hội",
];
/// Small wherever they stand.
const SMALL: [&str; 6] = ["tỉnh", "huyện", "quận", "xã", "phường", "và"];
/// Small in front of a field or a name, and syllables of names elsewhere: `Hải Phòng`, `Trường Sơn`.
const LEADING: [&str; 6] = ["sở", "phòng", "bộ", "cục", "trường", "hội"];
/// Written in capitals everywhere.
const INITIALS: [&str; 14] = [
    "ubnd", "hdnd", "thcs", "thpt", "th", "ubmttq", "gddt", "gd&dt", "ptdtnt", "ptdtbt", "gdtx", "gdnn",
    "tnhh", "tp",
];

/// A body's name as it is written in a book.
pub(super) fn body_name(capitals: &str) -> String {
    let words: Vec<&str> = capitals.split_whitespace().collect();
    let mut name = Vec::new();
    let mut rest = &words[..];
    while let Some((word, others)) = rest.split_first() {
        let phrase = PHRASES.iter().filter(|phrase| opens(rest, phrase)).max_by_key(|phrase| phrase.len());
        match phrase {
            Some(phrase) => {
                name.push((*phrase).to_owned());
                rest = &rest[phrase.split(' ').count()..];
            }
            None => {
                name.push(single(word, name.is_empty()));
                rest = others;
            }
        }
    }
    first_upper(&name.join(" "))
}

/// Whether the words begin with the phrase, marks aside: several words in a row are no chance.
fn opens(words: &[&str], phrase: &str) -> bool {
    let meant: Vec<&str> = phrase.split(' ').collect();
    meant.len() <= words.len() && meant.iter().zip(words).all(|(meant, seen)| bare(meant) == bare(seen))
}

fn single(word: &str, leads: bool) -> String {
    let small = word.to_lowercase();
    if SMALL.contains(&small.as_str()) {
        return small;
    }
    // In front no name is possible, so a mark misread is known for one.
    if let Some(meant) = LEADING.iter().find(|meant| leads && bare(meant) == bare(word)) {
        return (*meant).to_owned();
    }
    let has_digit = word.contains(|c: char| c.is_ascii_digit());
    if has_digit || word.contains('&') || INITIALS.contains(&bare(word).as_str()) {
        return word.to_owned();
    }
    first_upper(&small)
}

/// With a capital in front.
pub(super) fn first_upper(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bodies_are_spelled_as_in_a_book() {
        let cases = [
            ("PHÒNG NỘI VỤ", "Phòng Nội vụ"),
            ("SỞ GIÁO DỤC VÀ ĐÀO TẠO", "Sở Giáo dục và Đào tạo"),
            ("ỦY BAN NHÂN DÂN XÃ AN LẠC THƯỢNG", "Ủy ban nhân dân xã An Lạc Thượng"),
            ("UY BAN NHÂN DẤN THÀNH PHỐ HẢI PHÒNG", "Ủy ban nhân dân thành phố Hải Phòng"),
            ("TRƯỜNG THCS TRƯỜNG SƠN", "Trường THCS Trường Sơn"),
            ("TRƯƠNG THPT TRƯƠNG ĐỊNH", "Trường THPT Trương Định"),
            ("SỞ VĂN HÓA, THỂ THAO VÀ DU LỊCH", "Sở Văn hóa, Thể thao và Du lịch"),
            ("CHÍNH PHỦ", "Chính phủ"),
            ("TRƯỜNG TIỂU HỌC HOA SEN 2", "Trường tiểu học Hoa Sen 2"),
            ("PHÒNG GD&ĐT", "Phòng GD&ĐT"),
            ("UBND PHƯỜNG 7", "UBND phường 7"),
            ("", ""),
        ];
        for (capitals, name) in cases {
            assert_eq!(body_name(capitals), name);
        }
    }
}
