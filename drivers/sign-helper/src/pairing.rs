//! The six digits that a person carries from the helper's window to the page, once.

use std::time::{Duration, Instant};

use ring::rand::{SecureRandom, SystemRandom};

/// So long is a code good.
const GOOD_FOR: Duration = Duration::from_secs(600);
/// So many wrong codes are forgiven: one in two hundred thousand guesses right.
const TRIES: u8 = 5;

/// A code that is being shown.
pub(crate) struct Code {
    digits: String,
    tries: u8,
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
        Some(Code { digits: format!("{number:06}"), tries: TRIES, shown: Instant::now() })
    }

    /// `482 913`
    pub(crate) fn shown(&self) -> String {
        format!("{} {}", &self.digits[..3], &self.digits[3..])
    }

    pub(crate) fn is_good(&self) -> bool {
        self.tries > 0 && self.shown.elapsed() < GOOD_FOR
    }

    /// Looks at what was typed, spaces aside.
    pub(crate) fn typed(&mut self, typed: &str) -> Typed {
        if !self.is_good() {
            return Typed::Closed;
        }
        let typed: String = typed.chars().filter(|c| !c.is_whitespace()).collect();
        if typed == self.digits {
            self.tries = 0;
            return Typed::Right;
        }
        self.tries -= 1;
        if self.tries == 0 { Typed::Closed } else { Typed::Wrong(self.tries) }
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

    #[test]
    fn a_code_is_good_once_and_for_five_tries() {
        let mut code = Code::new().unwrap();
        let right = code.shown();
        assert_eq!(right.len(), 7);
        let wrong = if code.digits == "000000" { "111111" } else { "000000" };
        assert_eq!(code.typed(wrong), Typed::Wrong(4));
        assert_eq!(code.typed(&right), Typed::Right);
        assert_eq!(code.typed(&right), Typed::Closed);
        let mut code = Code::new().unwrap();
        let wrong = if code.digits == "000000" { "111111" } else { "000000" };
        let said: Vec<_> = (0..6).map(|_| code.typed(wrong)).collect();
        assert_eq!(said[3..], [Typed::Wrong(1), Typed::Closed, Typed::Closed]);
        assert_eq!(code.typed(&code.shown()), Typed::Closed);
    }

    #[test]
    fn two_secrets_differ_and_neither_can_be_read_from_its_digest() {
        let (one, other) = (secret().unwrap(), secret().unwrap());
        assert!(one.len() == 64 && one != other && !digest(&one).contains(&one));
    }
}
