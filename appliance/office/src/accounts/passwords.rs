//! Passwords: what is accepted, and how they are kept (argon2id, 19 MiB, two passes).

use argon2::Argon2;
use argon2::password_hash::phc::PasswordHash;
use argon2::password_hash::{PasswordHasher, PasswordVerifier};

use tokio::sync::{Semaphore, SemaphorePermit};

use crate::error::{Error, Refusal};

/// Fewest characters.
const SHORTEST_CHARS: usize = 8;
/// Most bytes, so that nobody keeps the box busy hashing a book.
const LONGEST_BYTES: usize = 256;

/// One hash at a time: each takes 19 MiB, and a small box must not meet twenty at once when the bell rings.
static ONE_AT_A_TIME: Semaphore = Semaphore::const_new(1);

/// Waits for one's turn at the door, and holds no thread meanwhile: sixty who guess at once must not take the office's.
pub(super) async fn turn() -> SemaphorePermit<'static> {
    ONE_AT_A_TIME.acquire().await.expect("the semaphore is never closed")
}

/// Refuses passwords that are too short, too long or the sign-in name itself.
///
/// # Errors
/// `password.weak`, beside `field`.
pub fn accept(password: &str, username: &str, field: &'static str) -> Result<(), Refusal> {
    if password.chars().count() < SHORTEST_CHARS || password.len() > LONGEST_BYTES {
        return Err(Refusal::field(
            "password.weak",
            field,
            format!(
                "Mật khẩu cần từ {SHORTEST_CHARS} đến {LONGEST_BYTES} ký tự. Hãy chọn một câu ngắn dễ nhớ."
            ),
        ));
    }
    if password.to_lowercase() == username.to_lowercase() {
        return Err(Refusal::field(
            "password.weak",
            field,
            "Mật khẩu không được giống tên đăng nhập. Hãy chọn câu khác.",
        ));
    }
    Ok(())
}

/// The PHC text under which a password is kept. Slow on purpose: call from a blocking thread.
///
/// # Errors
/// If the machine gives no randomness.
pub fn hash(password: &str) -> Result<String, Error> {
    let hashed = Argon2::default().hash_password(password.as_bytes());
    hashed.map(|phc| phc.to_string()).map_err(|e| Error::Broken(format!("hashing a password: {e}")))
}

/// Whether `password` is the one kept. Slow on purpose: call from a blocking thread. With no account the same work
/// is done in vain, so that the time taken does not tell which names exist.
pub fn matches(password: &str, kept: Option<&str>) -> bool {
    if password.len() > LONGEST_BYTES {
        return false;
    }
    let nobody =
        "$argon2id$v=19$m=19456,t=2,p=1$bm9ib2R5bm9ib2R5$6Y0Z3Q0v0sQ7R4rC1i7Q0k8iJ3mJ0o9Q1vM6n0Xb4aE";
    let Ok(phc) = PasswordHash::new(kept.unwrap_or(nobody)) else { return false };
    Argon2::default().verify_password(password.as_bytes(), &phc).is_ok() && kept.is_some()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_right_password_matches() {
        let kept = hash("mưa rơi sân trường").unwrap();
        assert!(kept.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{kept}");
        assert!(matches("mưa rơi sân trường", Some(&kept)));
        assert!(!matches("mua roi san truong", Some(&kept)));
        assert!(!matches("mưa rơi sân trường", None));
        assert!(!matches(&"x".repeat(LONGEST_BYTES + 1), Some(&kept)));
    }

    #[test]
    fn weak_passwords_are_refused_beside_their_field() {
        for (password, good) in
            [("ngắn", false), ("vanthu01", true), ("VanThu.Hoa", false), (&"x".repeat(300), false)]
        {
            let verdict = accept(password, "vanthu.hoa", "password");
            assert_eq!(verdict.is_ok(), good, "{password}");
            if let Err(refusal) = verdict {
                assert!(refusal.fields.contains_key("password"));
            }
        }
    }
}
