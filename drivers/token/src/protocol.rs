//! What box and worker say to each other over the worker's standard input and output.
//!
//! A message is its length, four octets, big end first, then JSON; bytes in it are hexadecimal.
//!
//! ```text
//! 00 00 00 1a  {"order":"sign","message":"3082.."}
//! ```
//!
//! Both ends are one build of one program, so nothing here has versions. Lengths are still checked: the worker carries
//! foreign code, and what it writes is believed no more than what comes over a network.

use std::io::{self, Read, Write};

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use crate::{CertificateFacts, Pin, TokenError};

/// Longest message, bytes: a token with a hundred certificates is far below.
const MOST: usize = 4 << 20;

/// A DER certificate, hexadecimal where it is written down.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Der(#[serde(with = "hex::serde")] pub Vec<u8>);

/// A token that is plugged in, as it shows itself without a PIN.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Token {
    /// The name its issuer gave it.
    pub label: String,
    /// Its serial number.
    pub serial: String,
    /// Its model.
    pub model: String,
    /// Its maker.
    pub manufacturer: String,
    /// What it tells of its PIN.
    pub pin: PinState,
    /// The PIN is typed into the vendor's window or on a PIN pad: unlock with an empty one.
    pub pin_typed_elsewhere: bool,
    /// What can be signed with, in the token's order; certificates that merely vouch for others are in the chains.
    pub certificates: Vec<TokenCertificate>,
}

/// A certificate on a token.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TokenCertificate {
    /// What people want to know of it; `sha256_hex` names it to [`crate::Tokens::unlock`].
    pub facts: CertificateFacts,
    /// The certificate, then those that vouch for it as far as they are on the token.
    pub chain: Vec<Der>,
}

/// What a token tells of its PIN.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PinState {
    /// Nothing out of order.
    Fine,
    /// Somebody has typed a wrong PIN since the last right one.
    FewTries,
    /// One more wrong PIN locks it.
    LastTry,
    /// Locked.
    Locked,
    /// There is none yet, or it must be changed first.
    NotReady,
}

/// Box to worker.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "order", rename_all = "snake_case")]
pub(crate) enum Order {
    /// What is plugged in; answered by [`Report::Tokens`].
    List,
    /// Log in; answered by [`Report::Opened`].
    Open {
        /// SHA-256 of the certificate, lower-case hexadecimal.
        certificate: String,
        /// Empty where it is typed elsewhere.
        pin: Pin,
        /// For the certificate's time.
        now_unix_ms: i64,
    },
    /// Sign with the key that was opened; answered by [`Report::Signed`].
    Sign {
        /// The whole message.
        #[serde(with = "hex::serde")]
        message: Vec<u8>,
    },
    /// Log out; answered by [`Report::Closed`].
    Close,
}

/// Worker to box. Every order has one answer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "report", rename_all = "snake_case")]
pub(crate) enum Report {
    /// The tokens there are.
    Tokens {
        /// By slot.
        tokens: Vec<Token>,
    },
    /// The key is unlocked.
    Opened {
        /// The certificate and those that vouch for it.
        chain: Vec<Der>,
    },
    /// A signature.
    Signed {
        /// As [`crate::Algorithm`] says.
        #[serde(with = "hex::serde")]
        signature: Vec<u8>,
    },
    /// Logged out.
    Closed,
    /// What was ordered came to nothing.
    Failed {
        /// Why.
        error: TokenError,
    },
}

/// One message as bytes.
pub(crate) fn encode(message: &impl Serialize) -> io::Result<Vec<u8>> {
    let json = serde_json::to_vec(message)?;
    let length = u32::try_from(json.len()).map_err(|_| nonsense("a message longer than 4 GB"))?;
    Ok([&length.to_be_bytes(), json.as_slice()].concat())
}

/// Writes one message and flushes it.
pub(crate) fn write(out: &mut impl Write, message: &impl Serialize) -> io::Result<()> {
    out.write_all(&encode(message)?)?;
    out.flush()
}

/// Reads one message. `None` when the other side has gone.
pub(crate) fn read<T: DeserializeOwned>(from: &mut impl Read) -> io::Result<Option<T>> {
    let mut length = [0; 4];
    match from.read_exact(&mut length) {
        Err(e) if e.kind() == io::ErrorKind::UnexpectedEof => return Ok(None),
        other => other?,
    }
    let length = u32::from_be_bytes(length) as usize;
    if length > MOST {
        return Err(nonsense("a message of absurd length"));
    }
    let mut json = vec![0; length];
    from.read_exact(&mut json)?;
    Ok(Some(serde_json::from_slice(&json)?))
}

fn nonsense(what: &str) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, what)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_order_arrives_as_it_was_given() {
        let order = Order::Open { certificate: "ab".into(), pin: Pin::from("mật mã"), now_unix_ms: 7 };
        assert_eq!(read(&mut encode(&order).unwrap().as_slice()).unwrap(), Some(order));
    }

    #[test]
    fn nonsense_on_the_pipe_is_a_fault_and_an_end_is_an_end() {
        let absurd = [0xff; 16];
        let not_json = [0, 0, 0, 1, b'x'];
        let cut = [0, 0, 0, 9, b'{'];
        for bytes in [&absurd[..], &not_json, &cut] {
            assert!(read::<Report>(&mut { bytes }).is_err(), "{bytes:?}");
        }
        assert_eq!(read::<Report>(&mut &b""[..]).unwrap(), None);
    }
}
