//! Signatures as a page sees them: in words, with what to do.

use serde::Serialize;
use uuid::Uuid;
use wire::Stamp;

use super::model::{Letter, LetterFile, Seal};
use super::signing::{Capacity, Level, Signature, SignatureState, Verdict, Waits};
use super::signing_rules::seal_waits_for;

/// One person's signature.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct SignatureView {
    id: Uuid,
    signer: String,
    signer_id: Uuid,
    certificate: Uuid,
    capacity: Capacity,
    /// `requested`, `prepared`, `signed`, `failed`.
    state: String,
    sentence: String,
}

/// How far the unit's seal is.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct SealView {
    /// `none`, `requested`, `prepared`, `sealed`, `failed`.
    state: String,
    sentence: Option<String>,
    certificate: Option<Uuid>,
}

/// What is known of a file's signatures.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct ProofView {
    /// Level of a signature made here.
    level: Option<Level>,
    /// How far its proof is, in words.
    sentence: Option<String>,
    /// Why the next level is not there: `level.*`.
    waits: Option<String>,
    /// What was found when it was checked.
    verdict: Option<Verdict>,
    /// Why it should go back to its sender, ready to be sent.
    return_reason: Option<String>,
}

impl SignatureView {
    /// In words.
    pub fn of(signature: &Signature) -> Self {
        let (state, sentence) = match &signature.state {
            SignatureState::Requested { prepared: None } => {
                ("requested", "Đang ký. Nếu máy vừa khởi động lại, hãy bấm “Ký số” và gõ lại mã PIN.".into())
            }
            SignatureState::Requested { prepared: Some(_) } => {
                ("prepared", format!("Chờ khóa của {} ký.", signature.signer.name))
            }
            SignatureState::Signed { at } => {
                ("signed", format!("{} đã ký số lúc {}.", signature.signer.name, moment(*at)))
            }
            SignatureState::Failed { code } => ("failed", failure(code).to_owned()),
        };
        Self {
            id: signature.id,
            signer: signature.signer.name.clone(),
            signer_id: signature.signer.id,
            certificate: signature.certificate,
            capacity: signature.capacity,
            state: state.into(),
            sentence,
        }
    }
}

impl SealView {
    /// In words; of a document that cannot be sealed yet, what it waits for.
    pub fn of(letter: &Letter) -> Self {
        let (state, sentence, certificate) = match &letter.seal {
            Seal::None => ("none", seal_waits_for(letter), None),
            Seal::Requested { certificate, prepared: None, .. } => (
                "requested",
                Some("Đang đóng dấu. Nếu máy vừa khởi động lại, hãy bấm “Đóng dấu” và gõ lại mã PIN.".into()),
                Some(*certificate),
            ),
            Seal::Requested { certificate, prepared: Some(_), .. } => {
                ("prepared", Some("Chờ khóa của đơn vị ký.".into()), Some(*certificate))
            }
            Seal::Sealed { certificate, at } => {
                ("sealed", Some(format!("Đã đóng dấu lúc {}.", moment(*at))), Some(*certificate))
            }
            Seal::Failed { code } => ("failed", Some(failure(code).to_owned()), None),
        };
        Self { state: state.into(), sentence, certificate }
    }
}

impl ProofView {
    /// In words; none where nothing is known.
    pub fn of(letter: &Letter, file: &LetterFile) -> Option<Self> {
        let proof = letter.proof(file.paper.name)?;
        let verdict =
            proof.verdict.clone().filter(|verdict| verdict.word != "not_signed" || file.paper.signed);
        if proof.level.is_none() && verdict.is_none() {
            return None;
        }
        let broken = verdict.as_ref().filter(|verdict| verdict.is_broken());
        Some(Self {
            level: proof.level,
            sentence: proof.level.map(|level| level_sentence(level, proof.waits.as_ref())),
            waits: proof.waits.as_ref().map(|waits| waits.code.clone()),
            return_reason: broken.map(|verdict| format!("Trả lại nơi gửi: {}", verdict.sentence)),
            verdict,
        })
    }
}

/// How far the proof of a signature is.
pub fn level_sentence(level: Level, waits: Option<&Waits>) -> String {
    let reached = match level {
        Level::B => "Chữ ký đã có hiệu lực.",
        Level::T => "Đã có dấu thời gian.",
        Level::Lt => "Đã có dấu thời gian và bằng chứng chứng thư còn hiệu lực.",
        Level::Lta => "Đã đủ bằng chứng để lưu trữ lâu dài.",
    };
    match waits {
        Some(waits) => format!("{reached} {}", waiting(&waits.code)),
        None => reached.to_owned(),
    }
}

/// Why the next level is not there, and what to do.
pub fn waiting(code: &str) -> &'static str {
    match code {
        "level.no_line" => "Máy sẽ tự thêm bằng chứng khi có mạng; không phải làm gì.",
        "level.no_server" => {
            "Chưa khai báo máy chủ dấu thời gian. Nhờ người phụ trách CNTT ghi ở mục Chứng thư số."
        }
        "level.no_answer" => {
            "Máy chủ dấu thời gian chưa trả lời; máy sẽ tự thử lại. Nếu kéo dài, nhờ người phụ trách CNTT xem địa chỉ."
        }
        "level.untrusted" => {
            "Máy chưa tin được nơi cấp chứng thư của người ký hoặc của máy chủ dấu thời gian. Nhờ người phụ trách CNTT thêm chứng thư gốc và chứng thư trung gian ở mục Nơi được tin."
        }
        "level.no_revocation" => "Nơi cấp chứng thư chưa cho biết tình trạng thu hồi; máy sẽ tự thử lại.",
        "level.revoked" => {
            "Chứng thư đã bị thu hồi nên không thêm bằng chứng được. Hãy ký lại bằng chứng thư khác."
        }
        "level.expired" => "Chứng thư đã hết hạn trước khi có dấu thời gian. Hãy ký lại bằng chứng thư mới.",
        _ => "Chưa thêm được bằng chứng; máy sẽ tự thử lại.",
    }
}

/// Why something could not be signed or sealed, and what to do.
pub fn failure(code: &str) -> &'static str {
    match code {
        "seal.no_face" => {
            "Máy thiếu phông chữ để ghi khung chữ ký (gói fonts-croscore). Hãy báo người phụ trách CNTT cài rồi làm lại."
        }
        "seal.encrypted" => "Tệp PDF này đặt mật khẩu nên không ký được. Hãy gắn bản không đặt mật khẩu.",
        "seal.locked" => {
            "Người ký trước đã khóa tệp, không cho ký thêm. Hãy xin bản chưa khóa, hoặc in ra rồi quét lại."
        }
        "seal.only_unseen" => {
            "Người ký trước chỉ cho ký thêm mà không hiện gì trên trang. Hãy chọn “Không hiện” rồi ký lại."
        }
        "seal.xfa" => {
            "Tệp PDF này là biểu mẫu động (XFA), mỗi máy hiện một khác nên không ký được. Hãy in ra PDF thường rồi gắn lại."
        }
        "seal.hybrid" => {
            "Tệp PDF này có hai mục lục khác nhau nên không ký được. Hãy mở rồi lưu lại thành PDF mới và gắn lại."
        }
        "seal.too_large" => "Tệp PDF quá lớn để ký. Hãy chia nhỏ, hoặc quét lại ở cỡ nhỏ hơn.",
        "seal.damaged" => "Tệp PDF bị hỏng nên không ký được. Hãy gắn lại bản khác.",
        "disk.full" => {
            "Ổ đĩa của máy đã đầy nên chưa ký được; văn bản vẫn còn nguyên. Nhờ phụ trách CNTT dọn chỗ rồi làm lại."
        }
        "seal.expired" => "Chứng thư số đã hết hạn. Hãy nhờ gia hạn, hoặc chọn chứng thư khác.",
        "seal.wrong_pin" => "Mã PIN không đúng. Hãy bấm lại và gõ cẩn thận.",
        "seal.token_gone" => {
            "Thẻ ký số bị rút ra giữa chừng. Hãy cắm lại thẻ rồi bấm lại; những văn bản đã ký xong không phải ký lại."
        }
        "seal.token_locked" => {
            "Thẻ ký số đã bị khóa vì gõ sai mã PIN nhiều lần. Hãy mở khóa bằng phần mềm của nơi cấp thẻ, hoặc gọi nơi cấp để được mở."
        }
        "seal.token_silent" => {
            "Phần mềm của thẻ ký số không trả lời nên đã được dừng. Hãy rút thẻ ra, cắm lại rồi thử lần nữa."
        }
        "seal.wrong_signature" => {
            "Chữ ký gửi về không phải của chứng thư này trên văn bản này. Hãy chọn đúng chứng thư và đúng tệp rồi ký lại."
        }
        _ => "Chưa ký được. Văn bản vẫn còn nguyên; hãy bấm lại.",
    }
}

pub(super) fn moment(at: Stamp) -> String {
    at.in_vietnam().format("%H:%M ngày %d/%m/%Y").to_string()
}
