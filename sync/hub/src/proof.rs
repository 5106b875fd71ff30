//! Short texts the hub hands out and recognises again without keeping them: nonces, session tokens, the
//! operator's cookie. Each is `payload.mac`, the payload with its last valid moment in front.

use std::collections::HashMap;
use std::sync::Mutex;

use ring::hmac;
use ring::rand::{SecureRandom, SystemRandom};

use crate::Fault;

/// Makes and recognises proofs under a key that lives as long as the process.
pub(crate) struct Proofs {
    key: hmac::Key,
    /// Nonces already used, with the moment they lapse anyway. Grows only by correctly signed ones.
    used: Mutex<HashMap<String, i64>>,
}

impl Proofs {
    pub(crate) fn new() -> Result<Self, Fault> {
        let key = hmac::Key::generate(hmac::HMAC_SHA256, &SystemRandom::new()).map_err(|_| no_chance())?;
        Ok(Self { key, used: Mutex::default() })
    }

    /// A proof of `what`, good until `until_ms`. `bound` goes into the proof without being written in it.
    pub(crate) fn give(&self, what: &str, until_ms: i64, payload: &str, bound: &str) -> String {
        let shown = format!("{until_ms}.{payload}");
        let mac = hmac::sign(&self.key, &message(what, &shown, bound));
        format!("{shown}.{}", hex::encode(mac))
    }

    /// The payload, if this is a proof of `what`, not lapsed, and bound to the same.
    pub(crate) fn payload<'a>(
        &self,
        what: &str,
        proof: &'a str,
        now_ms: i64,
        bound: &str,
    ) -> Option<&'a str> {
        let (shown, mac) = proof.rsplit_once('.')?;
        hmac::verify(&self.key, &message(what, shown, bound), &hex::decode(mac).ok()?).ok()?;
        let (until_ms, payload) = shown.split_once('.')?;
        (until_ms.parse::<i64>().ok()? >= now_ms).then_some(payload)
    }

    /// The payload as it claims to be, not yet believed: needed to find out what it must be bound to.
    pub(crate) fn claim(proof: &str) -> Option<&str> {
        proof.rsplit_once('.')?.0.split_once('.').map(|(_, payload)| payload)
    }

    /// Marks a nonce as used; false if it was already.
    pub(crate) fn use_up(&self, nonce: &str, now_ms: i64, until_ms: i64) -> bool {
        let mut used = self.used.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
        used.retain(|_, until| *until >= now_ms);
        used.insert(nonce.to_owned(), until_ms).is_none()
    }
}

/// Length-prefixed, so that no two splits of the same text make one message.
fn message(what: &str, shown: &str, bound: &str) -> Vec<u8> {
    format!("{what}\n{}\n{shown}\n{bound}", shown.len()).into_bytes()
}

/// Bytes nobody can guess.
pub(crate) fn chance<const N: usize>() -> Result<[u8; N], Fault> {
    let mut bytes = [0; N];
    SystemRandom::new().fill(&mut bytes).map_err(|_| no_chance())?;
    Ok(bytes)
}

/// A secret a person can read out on the telephone: groups of four, without letters that look alike.
pub(crate) fn spoken_secret<const N: usize>() -> Result<String, Fault> {
    const LETTERS: &[u8; 32] = b"23456789ABCDEFGHJKLMNPQRSTUVWXYZ";
    let letters = chance::<N>()?.map(|byte| char::from(LETTERS[usize::from(byte) % LETTERS.len()]));
    Ok(letters.chunks(4).map(|group| group.iter().collect::<String>()).collect::<Vec<_>>().join("-"))
}

fn no_chance() -> Fault {
    Fault::Broken("the system gives no random bytes".into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_proof_is_good_for_its_purpose_its_time_and_its_binding_only() {
        let proofs = Proofs::new().unwrap();
        let proof = proofs.give("session", 1000, "ten", "key");
        assert_eq!(proofs.payload("session", &proof, 1000, "key"), Some("ten"));
        assert_eq!(Proofs::claim(&proof), Some("ten"));
        for (what, proof, now_ms, bound) in [
            ("session", proof.clone(), 1001, "key"),
            ("cookie", proof.clone(), 0, "key"),
            ("session", proof.clone(), 0, "other key"),
            ("session", proof.replace("ten", "tem"), 0, "key"),
            ("session", proof.replace("1000", "2000"), 0, "key"),
            ("session", String::new(), 0, "key"),
            ("session", "..".into(), 0, "key"),
        ] {
            assert_eq!(proofs.payload(what, &proof, now_ms, bound), None, "{what} {proof} {now_ms} {bound}");
        }
        assert_eq!(Proofs::new().unwrap().payload("session", &proof, 0, "key"), None, "another process");
    }

    #[test]
    fn a_nonce_is_used_once() {
        let proofs = Proofs::new().unwrap();
        assert!(proofs.use_up("a", 0, 60));
        assert!(!proofs.use_up("a", 0, 60));
    }

    #[test]
    fn a_spoken_secret_has_groups_of_four() {
        let secret = spoken_secret::<12>().unwrap();
        assert_eq!(secret.split('-').map(str::len).collect::<Vec<_>>(), [4, 4, 4]);
    }
}
