//! What a return value of a module means to the holder of the token. The one place where one becomes a
//! [`TokenError`]; what PKCS#11 does not list is a fault too.

use cryptoki::context::Pkcs11;
use cryptoki::error::{Error, RvError};
use cryptoki::slot::{Slot, TokenInfo};

use crate::{PinState, TokenError, Tries};

/// What an error means before anybody is logged in.
pub(super) fn meaning(error: &Error) -> TokenError {
    let Error::Pkcs11(value, during) = error else { return TokenError::Failed(error.to_string()) };
    let named = || format!("{during:?}: {value:?}");
    match value {
        RvError::DeviceRemoved
        | RvError::TokenNotPresent
        | RvError::TokenNotRecognized
        | RvError::SlotIdInvalid
        | RvError::SessionHandleInvalid
        | RvError::SessionClosed
        | RvError::UserNotLoggedIn => TokenError::TokenGone,
        RvError::PinLocked => TokenError::PinLocked,
        RvError::PinExpired | RvError::UserPinNotInitialized => TokenError::PinNotReady(named()),
        RvError::PinIncorrect | RvError::PinInvalid | RvError::PinLenRange => {
            TokenError::WrongPin { tries: Tries::Unknown }
        }
        RvError::FunctionCanceled | RvError::Cancel | RvError::FunctionRejected => TokenError::Cancelled,
        _ => TokenError::Failed(named()),
    }
}

/// What an error means to a key that was unlocked: many modules say "device error", "general error" or "invalid handle"
/// when the token has been pulled out, so the slot is asked.
pub(super) fn meaning_in_use(library: &Pkcs11, slot: Slot, error: &Error) -> TokenError {
    let meant = meaning(error);
    let present = || library.get_slot_info(slot).is_ok_and(|slot| slot.token_present());
    match meant {
        TokenError::Failed(_) if !present() => TokenError::TokenGone,
        other => other,
    }
}

/// A refused login, with what the token's flags tell of the tries that are left now.
pub(super) fn refused_login(library: &Pkcs11, slot: Slot, error: &Error) -> TokenError {
    let meant = meaning_in_use(library, slot, error);
    let TokenError::WrongPin { .. } = meant else { return meant };
    match library.get_token_info(slot).map(|info| pin_state(&info)) {
        Ok(PinState::Locked) => TokenError::PinLocked,
        Ok(PinState::LastTry) => TokenError::WrongPin { tries: Tries::Last },
        Ok(PinState::FewTries) => TokenError::WrongPin { tries: Tries::Few },
        Ok(PinState::Fine | PinState::NotReady) | Err(_) => meant,
    }
}

/// The worst of what a token's flags tell of its PIN.
pub(super) fn pin_state(info: &TokenInfo) -> PinState {
    if info.user_pin_locked() {
        PinState::Locked
    } else if !info.user_pin_initialized() || info.user_pin_to_be_changed() {
        PinState::NotReady
    } else if info.user_pin_final_try() {
        PinState::LastTry
    } else if info.user_pin_count_low() {
        PinState::FewTries
    } else {
        PinState::Fine
    }
}
