//! PKCS#11 as the worker speaks it. Nothing here runs in the box's own process.
//!
//! ```text
//! Module::load -> tokens()                     what is plugged in, without a PIN
//!             `-> unlock(certificate, pin) -> Key -> sign, sign, ... -> log_out
//! ```

mod fault;
mod key;
mod look;

use std::path::Path;

use cryptoki::context::{CInitializeArgs, CInitializeFlags, Pkcs11};

use crate::TokenError;
pub(crate) use key::Key;

/// A vendor's library, loaded and initialised.
pub(crate) struct Module {
    library: Pkcs11,
}

impl Module {
    /// Loads the library. Fails with [`TokenError::NoModule`] when it is not there, needs another library that is not,
    /// or is not PKCS#11.
    pub(crate) fn load(path: &Path) -> Result<Module, TokenError> {
        let no_module = |why: String| TokenError::NoModule(format!("{}: {why}", path.display()));
        if !path.is_file() {
            return Err(no_module("no such file".into()));
        }
        let library = Pkcs11::new(path).map_err(|e| no_module(e.to_string()))?;
        library
            .initialize(CInitializeArgs::new(CInitializeFlags::OS_LOCKING_OK))
            .map_err(|e| no_module(e.to_string()))?;
        Ok(Module { library })
    }
}
