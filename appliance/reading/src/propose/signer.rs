//! Who signed: the name on the right under the capacity in capitals (boxes 7a and 7b).
//!
//! A signature and a seal lie across it, so a name counts only if it begins with a family name that exists.

use super::shape::{bare, is_capitals};
use super::sheet::{Row, Sheet, Word};

/// What the capacity's lines begin with.
const CAPACITIES: [&str; 24] = [
    "hieutruong",
    "phohieutruong",
    "chutich",
    "phochutich",
    "giamdoc",
    "phogiamdoc",
    "truongphong",
    "photruongphong",
    "chanhvanphong",
    "phochanhvanphong",
    "bithu",
    "phobithu",
    "cuctruong",
    "phocuctruong",
    "totruong",
    "totruongchuyenmon",
    "thutruong",
    "truongban",
    "photruongban",
    "truongcongan",
    "botruong",
    "thutruongdonvi",
    "thukytoa",
    "truongdoan",
];
/// `KT. HIỆU TRƯỞNG`.
const FOR: [&str; 6] = ["kt", "tm", "tl", "tuq", "q", "ktt"];
/// Family names, marks and all, as they are read in front of a name.
const FAMILIES: &str = "nguyễn trần lê phạm hoàng huỳnh phan vũ võ đặng bùi đỗ hồ ngô dương lý đào đoàn vương trịnh \
    trương đinh lâm phùng mai tô hà tạ cao thái châu tăng quách lương lưu la lại chu thạch kiều nghiêm từ tống văn \
    doãn triệu mạc viên khổng giang lục bạch thân trà nông hứa mã ông âu kim lò quàng cầm lường sùng giàng vàng thào \
    hạng cù đàm diệp ninh nhan phí phó tôn ung ưng vi cung cấn bế lã chử chung đồng điêu đới hàn hầu khúc khương \
    lộc lữ nhâm nhữ thẩm thiều thiệu tiêu tiết trang ân an bành bàn ca chế danh sơn thi thị y ksor rơ siu";

/// A name as it stands on a page.
pub(super) struct Signer<'a> {
    pub(super) name: String,
    pub(super) words: Vec<Word<'a>>,
}

/// The lowest name under a capacity on the right half.
pub(super) fn signer<'a>(sheet: &Sheet<'a>) -> Option<Signer<'a>> {
    let right = sheet.left + 0.4 * sheet.width();
    let rows = sheet.rows(sheet.words().filter(|word| word.left > right));
    let capacity = rows.iter().rposition(|row| is_capacity(&row.text()))?;
    let level = rows[capacity].level();
    let under = rows[capacity + 1..].iter().filter(|row| {
        let below = row.level() - level;
        below > 1.8 * sheet.unit && below < 16.0 * sheet.unit
    });
    under.flat_map(|row| row.split(2.0 * sheet.unit)).find_map(|row| name_in(&row))
}

fn is_capacity(text: &str) -> bool {
    let seen = bare(text);
    let first = bare(text.split([' ', '.']).next().unwrap_or_default());
    is_capitals(text)
        && (CAPACITIES.iter().any(|capacity| seen.starts_with(capacity)) || FOR.contains(&first.as_str()))
}

/// Two to six syllables, each with one capital in front, a family name first.
fn name_in<'a>(row: &Row<'a>) -> Option<Signer<'a>> {
    let text = |word: &Word<'a>| word.seen.text.trim_matches(|c: char| !c.is_alphanumeric()).to_owned();
    // `ThS. Nguyễn Văn An`: the decree wants no degree in front of a name.
    let words: Vec<Word<'a>> =
        row.words.iter().filter(|word| !word.seen.text.ends_with('.')).copied().collect();
    let words: Vec<Word<'a>> = words.into_iter().filter(|word| !text(word).is_empty()).collect();
    let is_name = (2..=6).contains(&words.len()) && words.iter().all(|word| is_syllable(&text(word)));
    let family = words.first().map(|word| text(word).to_lowercase())?;
    let known = FAMILIES.split_whitespace().any(|name| name == family);
    let name = words.iter().map(text).collect::<Vec<_>>().join(" ");
    (is_name && known).then_some(Signer { name, words })
}

fn is_syllable(text: &str) -> bool {
    let mut letters = text.chars();
    letters.next().is_some_and(char::is_uppercase)
        && letters.all(char::is_lowercase)
        && text.chars().count() <= 7
}
