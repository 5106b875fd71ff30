//! Wrong PINs of key files, counted in memory. A token counts for itself and locks itself; a file on a disk can be tried
//! for ever, so here five in a row shut it for five minutes.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use office::Refusal;
use uuid::Uuid;

/// Wrong PINs in a row.
const TRIES: u32 = 5;
/// How long the key stays shut.
const SHUT: Duration = Duration::from_secs(5 * 60);

/// Tries of each certificate's key since its PIN was last typed rightly.
#[derive(Clone, Default)]
pub struct Guesses(Arc<Mutex<HashMap<Uuid, Tries>>>);

struct Tries {
    made: u32,
    last: Instant,
}

impl Guesses {
    /// Counts a try before it is made, so that many at once are no way round it; how many are left after it.
    ///
    /// # Errors
    /// `seal.pin_wait`, with the minutes left.
    pub(super) fn begin(&self, certificate: Uuid, now: Instant) -> Result<u32, Refusal> {
        let mut all = self.all();
        all.retain(|_, tries| now.saturating_duration_since(tries.last) < SHUT);
        let tries = all.entry(certificate).or_insert(Tries { made: 0, last: now });
        if tries.made >= TRIES {
            let left = SHUT.saturating_sub(now.saturating_duration_since(tries.last));
            let minutes = left.as_secs().div_ceil(60).max(1);
            return Err(Refusal::field(
                "seal.pin_wait",
                "pin",
                format!(
                    "Gõ sai mã PIN {TRIES} lần liền nên khóa này tạm đóng. Hãy đợi {minutes} phút rồi gõ lại."
                ),
            ));
        }
        tries.made += 1;
        tries.last = now;
        Ok(TRIES - tries.made)
    }

    /// The PIN was right, or the try did not come to the PIN.
    pub(super) fn forgive(&self, certificate: Uuid) {
        self.all().remove(&certificate);
    }

    fn all(&self) -> MutexGuard<'_, HashMap<Uuid, Tries>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The sentence of a wrong PIN with how many tries are left.
pub(super) fn told(refusal: Refusal, left: u32) -> Refusal {
    if refusal.code != "seal.wrong_pin" {
        return refusal;
    }
    let then = match left {
        0 => "Khóa này tạm đóng 5 phút.".to_owned(),
        left => format!("Còn {left} lần trước khi khóa tạm đóng 5 phút."),
    };
    Refusal::field("seal.wrong_pin", "pin", format!("{} {then}", refusal.detail))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_sixth_try_waits_and_the_right_pin_begins_afresh() {
        let (guesses, now) = (Guesses::default(), Instant::now());
        let (mine, other) = (Uuid::from_u128(1), Uuid::from_u128(2));
        let tries: Vec<u32> = (0..3).map(|_| guesses.begin(mine, now).unwrap()).collect();
        assert_eq!(tries, [4, 3, 2]);
        guesses.forgive(mine);
        for left in (0..TRIES).rev() {
            assert_eq!(guesses.begin(mine, now).unwrap(), left);
        }
        let refusal = guesses.begin(mine, now + Duration::from_secs(61)).unwrap_err();
        assert_eq!(refusal.code, "seal.pin_wait");
        assert!(refusal.detail.contains("đợi 4 phút"), "{}", refusal.detail);
        assert_eq!(guesses.begin(other, now).unwrap(), 4, "another key is another matter");
        assert_eq!(guesses.begin(mine, now + SHUT).unwrap(), 4, "after the wait it begins afresh");
    }
}
