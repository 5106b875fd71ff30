//! `vanthu sign-helper`: lends the token in the clerk's own PC to the box's page. Everything is in the crate
//! `sign_helper`, which also builds for Windows, where this program does not.

use super::Failure;

#[derive(clap::Args)]
// The arguments within have a group of this very name, and clap wants each name once.
#[group(skip)]
pub(super) struct SignHelper {
    #[command(flatten)]
    helper: sign_helper::SignHelper,
}

impl SignHelper {
    pub(super) fn run(self) -> Result<(), Failure> {
        self.helper.run().map_err(|fault| Failure::fault("helper", fault.sentence(), fault))
    }
}
