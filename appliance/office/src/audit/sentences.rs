//! What the audit calls each kind of event. Documents by book and number, never by what they say.

use journal::{Fault, Rows};
use uuid::Uuid;
use wire::Book;

use crate::accounts::{self, Account};
use crate::catalog::{Body, Event};
use crate::letters::{self, Letter, view};
use crate::{delegations, link, profiles, scans, seals, units, upkeep};

/// The sentence; none for what only repeats another entry.
pub(super) fn of(rows: &Rows<'_>, event: &Event) -> Result<Option<String>, Fault> {
    Ok(Some(match event {
        Event::Accounts(event) => account(rows, event)?,
        Event::Units(units::Event::Founded { facts }) => format!("Thiết lập máy cho {}", facts.name),
        Event::Units(units::Event::Amended { .. }) => "Sửa thông tin đơn vị".into(),
        Event::Letters(letters::Event::LineStated { .. } | letters::Event::PaperDescribed { .. }) => {
            return Ok(None);
        }
        Event::Letters(event) => {
            let key = key_used(rows, event)?;
            format!("{} {}{key}", letter_verb(event), letter_name(rows, event.letter())?)
        }
        Event::Scans(
            scans::Event::PageJudged { .. }
            | scans::Event::PageRead { .. }
            | scans::Event::PageNotRead { .. },
        ) => return Ok(None),
        Event::Scans(event) => scan(event).into(),
        Event::Profiles(profiles::Event::Saved { name, .. }) => format!("Ghi cách quét “{name}”"),
        Event::Profiles(profiles::Event::Removed { .. }) => "Bỏ một cách quét".into(),
        Event::Seals(event) => seal(event),
        Event::Delegations(event) => delegation(rows, event)?,
        Event::Link(link::Event::Enrolled { hub_name, .. }) => format!("Nối với cấp trên: {hub_name}"),
        Event::Link(link::Event::Heard { .. }) => "Nhận tin của cấp trên".into(),
        Event::Upkeep(upkeep::Event::ClockSet { right, was }) => {
            let show = |stamp: &wire::Stamp| stamp.in_vietnam().format("%H:%M %d/%m/%Y").to_string();
            format!("Đặt giờ máy từ {} thành {}", show(was), show(right))
        }
    }))
}

fn account(rows: &Rows<'_>, event: &accounts::Event) -> Result<String, Fault> {
    use accounts::Event as E;
    let (verb, id) = match event {
        E::Opened { id, .. } => ("Mở tài khoản", id),
        E::Reset { id, .. } => ("Đặt lại mật khẩu cho", id),
        E::Closed { id } => ("Khóa tài khoản", id),
        E::Reopened { id } => ("Mở lại tài khoản", id),
        E::PasswordChanged { .. } => return Ok("Đổi mật khẩu của mình".into()),
        // Whose it was stands beside the sentence.
        E::SignedIn { .. } => return Ok("Đăng nhập".into()),
        E::SignedOut { .. } => return Ok("Đăng xuất".into()),
    };
    let name = rows.get::<Account>(&id.to_string())?.map(|account| account.name).unwrap_or_default();
    Ok(format!("{verb} {name}"))
}

/// Who did it. A person who comes in is a visitor until the entry is written; the audit calls her by her name.
pub(super) fn who(rows: &Rows<'_>, body: &Body) -> Result<String, Fault> {
    if let Event::Accounts(accounts::Event::SignedIn { id, .. }) = &body.event
        && let Some(account) = rows.get::<Account>(&id.to_string())?
    {
        return Ok(account.name);
    }
    Ok(body.by.name.clone())
}

/// Every use of a key: over which digest, with which certificate.
fn key_used(rows: &Rows<'_>, event: &letters::Event) -> Result<String, Fault> {
    use letters::Event as E;
    let (certificate, digest) = match event {
        E::Sealed { certificate, digest: Some(digest), .. } | E::AnnexSealed { certificate, digest, .. } => {
            (Some(*certificate), digest)
        }
        E::Signed { letter, signature, digest, .. } => {
            let letter: Option<Letter> = rows.get(&letter.to_string())?;
            let made =
                letter.and_then(|letter| letter.signatures.into_iter().find(|made| made.id == *signature));
            (made.map(|made| made.certificate), digest)
        }
        E::SignatureUnused { certificate, digest, .. } => (Some(*certificate), digest),
        E::DigestPrepared { digest, .. } => (None, digest),
        _ => return Ok(String::new()),
    };
    let known = match certificate {
        Some(id) => rows.get::<seals::Certificate>(&id.to_string())?,
        None => None,
    };
    let with = known.map(|known| format!("chứng thư {} số {}, ", known.facts.subject, known.facts.serial));
    Ok(format!(" ({}SHA-256 {digest})", with.unwrap_or_default()))
}

fn seal(event: &seals::Event) -> String {
    use seals::Event as E;
    match event {
        E::Added { facts, .. } | E::Enlisted { facts, .. } => format!("Thêm chứng thư số {}", facts.subject),
        E::Withdrawn { .. } => "Thôi dùng một chứng thư số".into(),
        E::ImpressionKept { sort: seals::ImpressionKind::Seal, .. } => "Thêm hình dấu của đơn vị".into(),
        E::ImpressionKept { .. } => "Thêm hình chữ ký của mình".into(),
        E::ImpressionWithdrawn { .. } => "Thôi dùng một hình dấu hoặc chữ ký".into(),
        E::SettingsAmended { .. } => "Sửa cách ký số của đơn vị".into(),
        E::Trusted { subject, .. } => format!("Thêm nơi được tin: {subject}"),
        E::Distrusted { .. } => "Thôi tin một nơi cấp chứng thư".into(),
    }
}

fn delegation(rows: &Rows<'_>, event: &delegations::Event) -> Result<String, Fault> {
    use delegations::Event as E;
    Ok(match event {
        E::Granted { to, capacity, .. } => format!("Giao {} ký {}", to.name, capacity.mark()),
        E::Ended { delegation } => {
            let known: Option<delegations::Delegation> = rows.get(&delegation.to_string())?;
            format!("Thôi giao {} ký thay", known.map(|known| known.to.name).unwrap_or_default())
        }
    })
}

fn letter_verb(event: &letters::Event) -> &'static str {
    use letters::Event as E;
    match event {
        E::Registered { .. } => "Vào sổ",
        E::Drafted { .. } => "Soạn",
        E::Amended { .. } => "Sửa các cột của",
        E::Attached { .. } => "Gắn tệp vào",
        E::Submitted { .. } => "Trình",
        E::Directed { .. } => "Cho ý kiến",
        E::Assigned { .. } => "Giao",
        E::Read { .. } => "Xem",
        E::Reported { completes: true, .. } => "Hoàn thành",
        E::Reported { .. } => "Báo cáo phần việc",
        E::Approved { .. } => "Duyệt",
        E::Returned { .. } => "Trả lại",
        E::Released { .. } => "Phát hành",
        E::Voided { .. } => "Hủy",
        E::PaperDescribed { .. } => "Ghi các cột vào tệp của",
        E::SignersNamed { .. } => "Nêu người ký cho",
        E::SealRequested { look: Some(look), .. } if look.untrusted_signer => {
            "Đưa đóng dấu dù chữ ký trong tệp chưa được tin,"
        }
        E::SealRequested { .. } => "Đưa đóng dấu",
        E::Sealed { .. } => "Đóng dấu",
        E::SealFailed { .. } => "Chưa đóng dấu được",
        E::AnnexAdded { .. } => "Thêm phụ lục vào",
        E::AnnexRemoved { .. } => "Bỏ phụ lục của",
        E::AnnexSealRequested { .. } => "Đưa ký phụ lục của",
        E::AnnexSealed { .. } => "Ký của cơ quan trên phụ lục của",
        E::AnnexSealFailed { .. } => "Chưa ký được phụ lục của",
        E::SignatureRequested { .. } => "Đưa ký số",
        E::Signed { .. } => "Ký số",
        E::SignatureFailed { .. } => "Chưa ký số được",
        E::SigningWithdrawn { .. } => "Thôi chờ ký",
        E::SignatureUnused { .. } => "Bỏ một chữ ký vừa làm vì không còn ai chờ, trên",
        E::DigestPrepared { .. } => "Gửi mã băm cho khóa ở ngoài máy, của",
        E::LevelReached { .. } => "Thêm bằng chứng cho chữ ký của",
        E::LevelWaits { .. } => "Chưa thêm được bằng chứng cho chữ ký của",
        E::Verified { .. } => "Kiểm tra chữ ký trong tệp của",
        E::LineStated { .. } => "Ghi dòng sổ",
    }
}

fn letter_name(rows: &Rows<'_>, id: Uuid) -> Result<String, Fault> {
    let Some(letter) = rows.get::<Letter>(&id.to_string())? else { return Ok("văn bản".into()) };
    Ok(match (letter.book, view::number_text(&letter)) {
        (Book::Incoming, Some(number)) => format!("văn bản đến số {number}/{}", letter.year),
        (Book::Outgoing, Some(number)) => format!("văn bản đi số {number}"),
        (_, None) => "dự thảo văn bản đi".into(),
    })
}

fn scan(event: &scans::Event) -> &'static str {
    use scans::Event as E;
    match event {
        E::Started { .. } => "Bắt đầu quét",
        E::Begun { .. } => "Đến lượt quét",
        E::PageKept { .. } => "Quét xong một trang",
        E::Turned { .. } => "Quét xong mặt trước",
        E::Finished { .. } => "Quét xong",
        E::Failed { .. } => "Máy quét dừng giữa chừng",
        E::Cancelled { .. } => "Dừng quét",
        E::Continued { .. } => "Quét tiếp",
        E::PageDropped { .. } => "Bỏ một trang quét",
        E::Arranged { .. } => "Sắp lại các trang quét",
        E::Parted { .. } => "Tách một bản quét",
        E::Merged { .. } => "Gộp hai bản quét",
        E::Noted { .. } => "Ghi chú cho một bản quét",
        E::PageJudged { .. } => "Xem xét một trang quét",
        E::PageRead { .. } => "Đọc chữ một trang quét",
        E::PageNotRead { .. } => "Không đọc được chữ một trang quét",
        E::PageRedone { .. } => "Nắn lại một trang chụp",
        E::Composed { .. } => "Ghép các trang thành tệp",
        E::Uploaded { .. } => "Đưa một tệp vào bàn quét",
        E::Brought { .. } => "Đưa ảnh vào bàn quét",
        E::Filed { .. } => "Gắn bản quét vào văn bản",
        E::Discarded { .. } => "Bỏ một bản quét",
    }
}
