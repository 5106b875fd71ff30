//! The types of document (article 7) with the abbreviations of appendix III: 29 types and three kinds of copy.
//! Case matters in abbreviations: `QyĐ`, `CTr`, `TTr`, `TrS`.

use serde::Serialize;

/// One type of document.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct DocumentType {
    /// Name in programs.
    pub id: &'static str,
    /// Tên loại.
    pub name: &'static str,
    /// Chữ viết tắt; none for công văn and thư công.
    pub abbreviation: &'static str,
}

const fn kind(id: &'static str, name: &'static str, abbreviation: &'static str) -> DocumentType {
    DocumentType { id, name, abbreviation }
}

/// The most used first, then in the order of the decree.
pub const DOCUMENT_TYPES: [DocumentType; 32] = [
    kind("official_letter", "Công văn", ""),
    kind("resolution", "Nghị quyết", "NQ"),
    kind("decision", "Quyết định", "QĐ"),
    kind("directive", "Chỉ thị", "CT"),
    kind("regulation", "Quy chế", "QC"),
    kind("rules", "Quy định", "QyĐ"),
    kind("communique", "Thông cáo", "TC"),
    kind("notice", "Thông báo", "TB"),
    kind("guidance", "Hướng dẫn", "HD"),
    kind("programme", "Chương trình", "CTr"),
    kind("plan", "Kế hoạch", "KH"),
    kind("option_plan", "Phương án", "PA"),
    kind("scheme", "Đề án", "ĐA"),
    kind("project", "Dự án", "DA"),
    kind("report", "Báo cáo", "BC"),
    kind("minutes", "Biên bản", "BB"),
    kind("submission", "Tờ trình", "TTr"),
    kind("contract", "Hợp đồng", "HĐ"),
    kind("telegram", "Công điện", "CĐ"),
    kind("memorandum", "Bản ghi nhớ", "BGN"),
    kind("agreement", "Bản thỏa thuận", "BTT"),
    kind("authorization", "Giấy ủy quyền", "GUQ"),
    kind("invitation", "Giấy mời", "GM"),
    kind("introduction_letter", "Giấy giới thiệu", "GGT"),
    kind("leave_permit", "Giấy nghỉ phép", "GNP"),
    kind("dispatch_note", "Phiếu gửi", "PG"),
    kind("transfer_note", "Phiếu chuyển", "PC"),
    kind("advice_note", "Phiếu báo", "PB"),
    kind("official_correspondence", "Thư công", ""),
    kind("certified_copy", "Bản sao y", "SY"),
    kind("extract", "Bản trích sao", "TrS"),
    kind("copy_of_copy", "Bản sao lục", "SL"),
];

/// The type with this id.
pub fn by_id(id: &str) -> Option<&'static DocumentType> {
    DOCUMENT_TYPES.iter().find(|kind| kind.id == id)
}

/// Tên loại; an id from a newer version shows as it is.
pub fn name_of(id: &str) -> &str {
    by_id(id).map_or(id, |kind| kind.name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn there_are_29_types_and_three_copies_and_no_id_twice() {
        let mut ids: Vec<_> = DOCUMENT_TYPES.iter().map(|kind| kind.id).collect();
        ids.sort_unstable();
        ids.dedup();
        assert_eq!(ids.len(), 32);
        assert_eq!(by_id("rules").map(|kind| kind.abbreviation), Some("QyĐ"));
    }
}
