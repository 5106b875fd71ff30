//! What a clerk reads: what was found, and what to do.

use crate::{
    places::Loose,
    report::{Kind, SignatureReport, Verdict},
};
use chrono::{DateTime, FixedOffset};
use pki::{Broken, Judgement, Standing, Why};

pub(crate) const NOT_SIGNED: &str = "Văn bản này không có chữ ký số nào.";
pub(crate) const LOOSE_SIGNATURE: &str = "Trong tệp có chữ ký nhưng phần đã ký không còn thuộc văn bản đang hiện. Không dùng văn bản này; hãy đề nghị nơi gửi gửi lại bản đã ký.";
pub(crate) const ALTERED_AND_DAMAGED: &str =
    "Tệp bị hỏng và nội dung đã bị thay đổi sau khi ký. Không dùng văn bản này; hãy đề nghị nơi gửi gửi lại.";
pub(crate) const NOT_YET_SIGNED: &str = "Chỗ dành cho chữ ký còn trống: văn bản được chuẩn bị để ký nhưng chưa ký. Hãy đề nghị nơi gửi ký rồi gửi lại.";
pub(crate) const NO_CMS: &str = "Dữ liệu chữ ký bị hỏng, không đọc được. Hãy đề nghị nơi gửi ký và gửi lại.";
pub(crate) const STAMP_BROKEN: &str =
    "Dấu thời gian kèm chữ ký không thuộc về chữ ký này hoặc đã bị sửa. Hãy đề nghị nơi gửi ký và gửi lại.";
pub(crate) const STAMP_LAPSED: &str =
    "Dấu thời gian kèm theo đã hết hạn nên không còn chứng minh được giờ ký.";
pub(crate) const STAMP_AHEAD: &str =
    "Dấu thời gian kèm theo nằm trong tương lai nên không được tính; hãy kiểm tra đồng hồ của máy.";

/// The first sentence about a file with signatures.
pub(crate) fn whole(verdict: Verdict, signatures: &[SignatureReport]) -> String {
    if verdict == Verdict::Good {
        let people = signatures.iter().filter(|signature| signature.kind == Kind::Signature).count();
        return match people {
            0 => "Văn bản chỉ có dấu thời gian; dấu thời gian hợp lệ.".into(),
            1 => "Chữ ký hợp lệ.".into(),
            more => format!("Cả {more} chữ ký đều hợp lệ."),
        };
    }
    let worst = signatures.iter().find(|signature| signature.verdict == verdict);
    worst.map_or(String::new(), |worst| worst.why.clone())
}

/// Why it cannot be said what a signature covers.
pub(crate) fn loose(loose: Loose) -> &'static str {
    match loose {
        Loose::Range => {
            "Chữ ký không nói rõ nó bảo đảm cho phần nào của tệp. Không tin chữ ký này; hãy đề nghị nơi gửi ký và gửi lại."
        }
        Loose::Gap => {
            "Chữ ký chừa ra một khoảng của tệp không phải của nó, có thể giấu nội dung khác. Không dùng văn bản này; hãy báo lại nơi gửi."
        }
        Loose::End => {
            "Chữ ký chỉ bảo đảm cho một phần dở dang của tệp. Không tin chữ ký này; hãy đề nghị nơi gửi ký và gửi lại."
        }
        Loose::Dictionary => {
            "Chữ ký được ghi sai cách nên các phần mềm đọc khác nhau. Hãy đề nghị nơi gửi ký và gửi lại."
        }
        Loose::Elsewhere => {
            "Chữ ký này của một nội dung khác được gắn vào văn bản. Không dùng văn bản này; hãy báo lại nơi gửi."
        }
    }
}

pub(crate) fn old_format(filter: &str) -> String {
    format!(
        "Chữ ký theo kiểu cũ {filter}, dùng thuật toán không còn an toàn. Hãy đề nghị nơi gửi ký lại theo kiểu mới."
    )
}

/// Why a signature does not hold.
pub(crate) fn broken(broken: &Broken) -> String {
    match broken {
        Broken::Digest => "Nội dung đã bị thay đổi sau khi ký. Không dùng văn bản này; hãy đề nghị nơi gửi gửi lại.".into(),
        Broken::Signature | Broken::Attributes(_) => {
            "Chữ ký không đúng với nội dung và chứng thư kèm theo. Không dùng văn bản này; hãy đề nghị nơi gửi ký và gửi lại.".into()
        }
        Broken::CertificateSubstituted => {
            "Chứng thư kèm theo không phải chứng thư đã dùng để ký. Không dùng văn bản này; hãy báo lại nơi gửi.".into()
        }
        Broken::NoCertificate => "Chữ ký không kèm chứng thư nên không biết ai ký. Hãy đề nghị nơi gửi ký và gửi lại.".into(),
        Broken::Weak(what) => {
            format!("Chữ ký dùng thuật toán không còn an toàn ({what}) nên không được tin. Hãy đề nghị nơi gửi ký lại bằng chứng thư mới.")
        }
        Broken::Unsupported(what) => {
            format!("Chữ ký dùng thuật toán chưa kiểm tra được ({what}). Hãy kiểm tra bằng phần mềm khác hoặc hỏi nơi gửi.")
        }
    }
}

pub(crate) fn stamp_untrusted(by: &str) -> String {
    format!(
        "Dấu thời gian do “{by}” cấp, không có trong danh sách tin cậy. Hãy nhờ người quản trị cập nhật danh sách, hoặc hỏi lại nơi gửi."
    )
}

/// What is to be thought of the signer's certificate.
pub(crate) fn standing(judgement: &Judgement, report: &SignatureReport) -> String {
    let who = report.signer.as_deref().unwrap_or("người ký");
    let cert = |place: &usize| judgement.chain.get(*place).map_or(who, |cert| cert.subject_cn());
    match &judgement.standing {
        Standing::Good => good(report, who),
        Standing::Untrusted(why) => untrusted(why, who),
        Standing::Expired { cert: place, since_ms } => format!(
            "Chứng thư của “{}” đã hết hạn từ {} và không có gì chứng minh chữ ký có trước ngày đó. Hãy đề nghị nơi gửi ký lại.",
            cert(place),
            day(*since_ms)
        ),
        Standing::NotYetValid { cert: place, from_ms } => format!(
            "Chứng thư của “{}” đến {} mới có hiệu lực. Hãy kiểm tra đồng hồ của máy, nếu đúng thì đề nghị nơi gửi ký lại.",
            cert(place),
            day(*from_ms)
        ),
        Standing::Revoked { cert: place, at_ms, .. } => format!(
            "Chứng thư của “{}” đã bị thu hồi từ {}. Không dùng văn bản này; hãy hỏi lại nơi gửi.",
            cert(place),
            day(*at_ms)
        ),
    }
}

fn good(report: &SignatureReport, who: &str) -> String {
    if report.kind == Kind::Timestamp {
        let at = report.proved_at_ms.map(moment).unwrap_or_default();
        return format!("Dấu thời gian của “{who}” lúc {at} hợp lệ.");
    }
    let time = match (report.proved_at_ms, &report.stamped_by) {
        (Some(at_ms), Some(by)) => format!(", có từ trước {} theo “{by}”", moment(at_ms)),
        _ => ", giờ ký chưa được chứng minh".into(),
    };
    let revocation = match report.not_revoked_as_of_ms {
        Some(as_of_ms) => format!("Chưa bị thu hồi, tính đến {}.", day(as_of_ms)),
        None => "Chưa biết chứng thư có bị thu hồi không.".into(),
    };
    let holder = if report.is_unit { "Con dấu số" } else { "Chữ ký" };
    format!("{holder} của “{who}” hợp lệ{time}. {revocation}")
}

fn untrusted(why: &Why, who: &str) -> String {
    let ask = "Hãy nhờ người quản trị cập nhật danh sách tin cậy, hoặc hỏi lại nơi gửi.";
    match why {
        Why::SelfSigned => format!(
            "Chứng thư của “{who}” do chính họ tự cấp, ai cũng làm được. Không tin chữ ký này; hãy hỏi lại nơi gửi."
        ),
        Why::UnknownRoot(root) => {
            format!("Chứng thư của “{who}” thuộc hệ thống “{root}”, không có trong danh sách tin cậy. {ask}")
        }
        Why::NoIssuer(issuer) => {
            format!("Thiếu chứng thư của nơi cấp “{issuer}” nên không nối được tới danh sách tin cậy. {ask}")
        }
        Why::BadSignature => format!(
            "Chứng thư của “{who}” là giả: chữ ký của nơi cấp không đúng. Không dùng văn bản này; hãy báo lại nơi gửi."
        ),
        Why::Weak(what) | Why::Unsupported(what) => format!(
            "Chứng thư của “{who}” dùng thuật toán không được tin ({what}). Hãy đề nghị nơi gửi ký bằng chứng thư mới."
        ),
        Why::WrongPurpose(_) => format!(
            "Chứng thư của “{who}” không được cấp để ký văn bản. Hãy đề nghị nơi gửi ký bằng đúng chứng thư."
        ),
        _ => format!("Chuỗi chứng thư của “{who}” trái quy định nên không được tin. {ask}"),
    }
}

/// What came after a signature that is whole.
pub(crate) fn changed(report: &SignatureReport) -> String {
    let forbidden = report.verdict == Verdict::ChangedAfterSigningForbidden;
    let what: Vec<&str> = report
        .changes
        .iter()
        .filter(|change| change.allowed != forbidden && !is_upkeep(&change.kind))
        .map(|change| change.text.as_str())
        .take(3)
        .collect();
    let (begins, ends) = if forbidden {
        ("Văn bản bị thay đổi sau khi ký.", "Không dùng văn bản này; hãy đề nghị nơi gửi gửi lại bản gốc.")
    } else {
        (
            "Chữ ký đúng, nhưng sau khi ký có phần được điền thêm.",
            "Hãy đọc kỹ phần thêm: chữ ký không bảo đảm cho phần đó.",
        )
    };
    [&[begins], what.as_slice(), &[ends]].concat().join(" ")
}

fn is_upkeep(kind: &str) -> bool {
    matches!(kind, "time_stamp" | "validation_data" | "signature_field")
}

fn local(unix_ms: i64) -> Option<DateTime<FixedOffset>> {
    let vietnam = FixedOffset::east_opt(7 * 3600)?;
    Some(DateTime::from_timestamp_millis(unix_ms)?.with_timezone(&vietnam))
}

/// 22/11/2026.
pub(crate) fn day(unix_ms: i64) -> String {
    local(unix_ms).map(|at| at.format("%d/%m/%Y").to_string()).unwrap_or_default()
}

/// 06:24 ngày 22/11/2026.
pub(crate) fn moment(unix_ms: i64) -> String {
    local(unix_ms).map(|at| at.format("%H:%M ngày %d/%m/%Y").to_string()).unwrap_or_default()
}
