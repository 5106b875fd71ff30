//! Wrong passwords, counted in memory: five in a row close one account for five minutes, thirty from one address
//! close the address. In memory, because a restart is rare and being locked out of school by one is worse.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::Mutex;
use std::time::{Duration, Instant};

use crate::error::Refusal;

/// Wrong passwords in a row for one name.
const TRIES_PER_NAME: u32 = 5;
/// Wrong passwords from one address: a whole school may stand behind one.
const TRIES_PER_ADDRESS: u32 = 30;
/// How long the door stays shut.
const SHUT: Duration = Duration::from_secs(5 * 60);
/// Names and addresses remembered at most; the oldest go first.
const REMEMBERED: usize = 10_000;

/// Names as typed and addresses with too many wrong passwords.
#[derive(Default)]
pub struct Lockout {
    tries: Mutex<HashMap<Who, Tries>>,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash)]
enum Who {
    Name(String),
    Address(IpAddr),
}

struct Tries {
    wrong: u32,
    last: Instant,
}

impl Lockout {
    /// Refuses while the door is shut for this name or address.
    ///
    /// # Errors
    /// `session.locked`, with the minutes left.
    pub fn check(&self, username: &str, address: IpAddr, now: Instant) -> Result<(), Refusal> {
        let mut tries = self.lock();
        tries.retain(|_, t| now.saturating_duration_since(t.last) < SHUT);
        for (who, most) in both(username, address) {
            if let Some(t) = tries.get(&who).filter(|t| t.wrong >= most) {
                let left = SHUT.saturating_sub(now.saturating_duration_since(t.last));
                let minutes = left.as_secs().div_ceil(60).max(1);
                return Err(Refusal::new(
                    "session.locked",
                    429,
                    format!(
                        "Sai mật khẩu nhiều lần nên tạm khóa. Hãy chờ {minutes} phút rồi thử lại, hoặc nhờ người phụ trách CNTT đặt lại mật khẩu."
                    ),
                ));
            }
        }
        Ok(())
    }

    /// Counts a wrong password.
    pub fn wrong(&self, username: &str, address: IpAddr, now: Instant) {
        let mut tries = self.lock();
        if tries.len() >= REMEMBERED {
            let oldest = tries.iter().min_by_key(|(_, t)| t.last).map(|(who, _)| who.clone());
            oldest.map(|who| tries.remove(&who));
        }
        for (who, _) in both(username, address) {
            let t = tries.entry(who).or_insert(Tries { wrong: 0, last: now });
            t.wrong += 1;
            t.last = now;
        }
    }

    /// The right password came: the name starts afresh. The address does not, or one known account would open it
    /// for guessing at all others.
    pub fn right(&self, username: &str) {
        self.lock().remove(&Who::Name(username.to_lowercase()));
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, HashMap<Who, Tries>> {
        self.tries.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
    }
}

fn both(username: &str, address: IpAddr) -> [(Who, u32); 2] {
    [(Who::Name(username.to_lowercase()), TRIES_PER_NAME), (Who::Address(address), TRIES_PER_ADDRESS)]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn five_wrong_passwords_shut_one_name_for_five_minutes() {
        let (lockout, start) = (Lockout::default(), Instant::now());
        let here: IpAddr = [192, 0, 2, 7].into();
        for _ in 0..TRIES_PER_NAME {
            assert_eq!(lockout.check("hoa", here, start), Ok(()));
            lockout.wrong("Hoa", here, start);
        }
        assert_eq!(lockout.check("hoa", here, start).unwrap_err().code, "session.locked");
        assert_eq!(lockout.check("mai", here, start), Ok(()), "a colleague at the same address may enter");
        assert_eq!(lockout.check("hoa", here, start + SHUT), Ok(()));
        lockout.wrong("hoa", here, start + SHUT);
        assert_eq!(lockout.check("hoa", here, start + SHUT), Ok(()), "the count begins again");
    }

    #[test]
    fn many_names_from_one_address_shut_the_address() {
        let (lockout, start) = (Lockout::default(), Instant::now());
        let here: IpAddr = [192, 0, 2, 7].into();
        for n in 0..TRIES_PER_ADDRESS {
            lockout.wrong(&format!("name{n}"), here, start);
        }
        lockout.right("name1");
        assert!(lockout.check("somebody", here, start).is_err());
        assert_eq!(lockout.check("somebody", [192, 0, 2, 8].into(), start), Ok(()));
    }
}
