//! What can be asked of letters: commands, the acts among them, and the verbs that name them.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use uuid::Uuid;
use wire::Sha256;

use super::described::Description;
use super::signers::{Naming, SigningOrder};
use super::signing::{Capacity, Look};
use crate::scans::{Made, Paper};

/// What can be done with a document; the names of the routes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Verb {
    /// Trình.
    Submit,
    /// Cho ý kiến.
    Direct,
    /// Giao.
    Assign,
    /// Hoàn thành.
    Complete,
    /// Duyệt.
    Approve,
    /// Trả lại.
    Return,
    /// Phát hành.
    Release,
    /// Hủy.
    Void,
    /// Gắn bản quét.
    Attach,
    /// Thêm phụ lục.
    AddAnnex,
    /// Bỏ phụ lục.
    RemoveAnnex,
    /// Lập bản điện tử “(đã ký và đóng dấu)”.
    Transcribe,
    /// Sửa.
    Amend,
    /// Nêu người ký.
    NameSigners,
    /// Ký số.
    Sign,
    /// Đóng dấu.
    Seal,
    /// Thôi chờ ký.
    Unsign,
}

/// What can be asked.
#[derive(Debug, Clone)]
pub enum Command {
    /// Vào sổ: registers an incoming document and gives it its number.
    Register(Box<super::form::Register>),
    /// Begins an outgoing document.
    Draft(Box<super::form::Draft>),
    /// Everything done to a document that is there.
    Do {
        /// Which.
        letter: Uuid,
        /// The version seen.
        version: u64,
        /// What.
        act: Act,
    },
    /// Somebody opened it.
    Read {
        /// Which.
        letter: Uuid,
    },
    /// What the register says stands in its file.
    Describe {
        /// Which.
        letter: Uuid,
        /// The file that was described, so that one attached meanwhile is not passed over.
        from: Sha256,
        /// The file that says it; the same where it cannot say anything.
        paper: Paper,
        /// What it says.
        said: Description,
        /// How it was made, where it was made again with the words of its pages.
        made: Option<Made>,
    },
}

/// One act on a document.
#[derive(Debug, Clone)]
pub enum Act {
    /// Trình, to somebody or to the head.
    Submit {
        /// To whom; the head where nobody is named.
        to: Option<Uuid>,
    },
    /// Cho ý kiến, with or without people.
    Direct {
        /// Bút phê.
        words: String,
        /// Who does it.
        people: Option<People>,
    },
    /// Giao.
    Assign(People),
    /// Báo cáo kết quả; the lead's ends it.
    Complete {
        /// What came of it.
        report: String,
    },
    /// Duyệt.
    Approve {
        /// A word with it.
        words: String,
    },
    /// Trả lại.
    Return {
        /// Why.
        reason: String,
    },
    /// Phát hành.
    Release,
    /// Hủy.
    Void {
        /// Why; stands in the book.
        reason: String,
    },
    /// Sửa các cột; the number stays.
    Amend(Box<super::form::Amend>),
    /// Gắn bản quét hoặc tệp.
    Attach {
        /// The scan or upload.
        paper: Uuid,
    },
    /// Thêm phụ lục, in a file of its own.
    AddAnnex {
        /// The scan or upload.
        paper: Uuid,
        /// What it is called; as the file where nothing is said.
        title: String,
    },
    /// Bỏ phụ lục.
    RemoveAnnex {
        /// Which.
        annex: Uuid,
    },
    /// Lập bản điện tử “(đã ký và đóng dấu)”; the binary has made it.
    Transcribe {
        /// Of which file.
        from: Sha256,
        /// The file with number, day and the line.
        paper: Paper,
    },
    /// Nêu người ký: who has to sign, and in which order.
    NameSigners {
        /// Who; nobody is the head.
        signers: Vec<Naming>,
        /// In which order.
        order: SigningOrder,
    },
    /// Ký số; the binary has opened the key before, where the key is at the box.
    Sign(AskSignature),
    /// Đóng dấu; the binary has opened the key before, where the key is at the box.
    Seal {
        /// With which certificate.
        certificate: Uuid,
        /// How it is to look.
        look: Look,
        /// The binary has looked: the scan shows a red seal already.
        shows_seal: bool,
    },
    /// Thôi chờ ký: what waits for a key waits no longer.
    Unsign,
}

/// How somebody signs.
#[derive(Debug, Clone, Default)]
pub struct AskSignature {
    /// With which certificate.
    pub certificate: Uuid,
    /// In whose place, where it is her own right.
    pub capacity: Capacity,
    /// By which delegation, where it is not.
    pub delegation: Option<Uuid>,
    /// How it is to look.
    pub look: Look,
}

/// Who does the work, by when.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct People {
    /// Chủ trì.
    pub lead: Uuid,
    /// Phối hợp.
    pub cooperating: Vec<Uuid>,
    /// Thời hạn giải quyết.
    pub due_date: Option<NaiveDate>,
}
