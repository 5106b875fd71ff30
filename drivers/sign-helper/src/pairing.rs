//! The six digits that a person carries from the helper's window to the page, once.
//!
//! While they are shown, any page in the browser may guess. Each has few tries of its own, so that a foreign page cannot use
//! up those of the box's.

use std::collections::HashMap;
use std::time::{Duration, Instant};

use ring::rand::{SecureRandom, SystemRandom};

/// So long is a code good.
const GOOD_FOR: Duration = Duration::from_secs(600);
/// So many wrong codes are forgiven a page: one in two hundred thousand guesses right.
const TRIES: u8 = 5;
/// So many pages may guess. Whoever owns many names gets no further than one in forty thousand.
const MOST_PAGES: usize = 5;

/// A code that is being shown.
pub(crate) struct Code {
    digits: String,
    /// Wrong codes by origin.
    wrong: HashMap<String, u8>,
    used: bool,
    shown: Instant,
}

/// What a code that somebody typed is worth.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Typed {
    /// It is the one shown; it is used up.
    Right,
    /// It is not; so many tries are left.
    Wrong(u8),
    /// No code is being shown (any more).
    Closed,
}

impl Code {
    /// A new one. Fails when the machine has no random numbers.
    pub(crate) fn new() -> Option<Code> {
        let number = u64::from_be_bytes(random::<8>()?) % 1_000_000;
        Some(Code {
            digits: format!("{number:06}"),
            wrong: HashMap::new(),
            used: false,
            shown: Instant::now(),
        })
    }

    /// `482 913`
    pub(crate) fn shown(&self) -> String {
        format!("{} {}", &self.digits[..3], &self.digits[3..])
    }

    /// Whether a page of this origin may try it.
    pub(crate) fn is_good(&self, origin: &str) -> bool {
        let may_try = match self.wrong.get(origin) {
            Some(wrong) => *wrong < TRIES,
            None => self.wrong.len() < MOST_PAGES,
        };
        !self.used && may_try && self.shown.elapsed() < GOOD_FOR
    }

    /// Looks at what a page of this origin typed, spaces aside.
    pub(crate) fn typed(&mut self, origin: &str, typed: &str) -> Typed {
        if !self.is_good(origin) {
            return Typed::Closed;
        }
        let typed: String = typed.chars().filter(|c| !c.is_whitespace()).collect();
        if typed == self.digits {
            self.used = true;
            return Typed::Right;
        }
        let wrong = self.wrong.entry(origin.to_owned()).or_default();
        *wrong += 1;
        if *wrong < TRIES { Typed::Wrong(TRIES - *wrong) } else { Typed::Closed }
    }
}

/// Random bytes, hexadecimal: secrets and names of sessions.
pub(crate) fn secret() -> Option<String> {
    random::<32>().map(hex::encode)
}

/// What is kept of a secret.
pub(crate) fn digest(secret: &str) -> String {
    hex::encode(ring::digest::digest(&ring::digest::SHA256, secret.as_bytes()))
}

fn random<const N: usize>() -> Option<[u8; N]> {
    let mut bytes = [0; N];
    SystemRandom::new().fill(&mut bytes).ok()?;
    Some(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    const OURS: &str = "http://vanthu.local";

    fn with_wrong() -> (Code, &'static str) {
        let code = Code::new().unwrap();
        let wrong = if code.digits == "000000" { "111111" } else { "000000" };
        (code, wrong)
    }

    #[test]
    fn a_code_is_good_once_and_for_five_tries() {
        let (mut code, wrong) = with_wrong();
        let right = code.shown();
        assert_eq!(right.len(), 7);
        assert_eq!(code.typed(OURS, wrong), Typed::Wrong(4));
        assert_eq!(code.typed(OURS, &right), Typed::Right);
        assert_eq!(code.typed(OURS, &right), Typed::Closed);
        let (mut code, wrong) = with_wrong();
        let said: Vec<_> = (0..6).map(|_| code.typed(OURS, wrong)).collect();
        assert_eq!(said[3..], [Typed::Wrong(1), Typed::Closed, Typed::Closed]);
        assert_eq!(code.typed(OURS, &code.shown()), Typed::Closed);
    }

    #[test]
    fn a_foreign_page_uses_up_its_own_tries_and_many_names_get_no_further() {
        let (mut code, wrong) = with_wrong();
        for _ in 0..9 {
            code.typed("http://evil.example", wrong);
        }
        assert!(!code.is_good("http://evil.example"));
        assert_eq!(code.typed(OURS, wrong), Typed::Wrong(4));
        let pages = (0..9).map(|name| format!("http://{name}.evil.example"));
        let tried = pages.filter(|page| code.typed(page, wrong) != Typed::Closed).count();
        assert_eq!(tried, MOST_PAGES - 2);
        assert_eq!(code.typed(OURS, &code.shown()), Typed::Right);
    }

    #[test]
    fn two_secrets_differ_and_neither_can_be_read_from_its_digest() {
        let (one, other) = (secret().unwrap(), secret().unwrap());
        assert!(one.len() == 64 && one != other && !digest(&one).contains(&one));
    }
}
