//! The library of the token in the box: a program of its vendor that the box runs, so only one that the machine's keeper put
//! there. What anybody brought to the box as a file, and what the box itself could write, is none.

use std::os::unix::fs::MetadataExt;
use std::path::Path;

use axum::Json;
use axum::extract::State;
use office::http::{Payload, Problem};
use office::seals::{Command as Seals, SigningSettings};
use office::{Actor, Command, Error, Refusal, Viewer};
use token::TokenError;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::{App, blocking};

/// Write bits of group and others.
const OTHERS_WRITE: u32 = 0o022;

pub(super) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(amend))
}

/// Sets how the unit signs. Its rules are the office's; what a library is on this machine, only the box can see.
#[utoipa::path(post, path = "/api/signing-settings", operation_id = "post_signing_settings", tag = "seals", request_body = SigningSettings,
    responses((status = 200, body = SigningSettings), (status = 403, body = Problem), (status = 409, body = Problem),
        (status = 422, body = Problem)))]
async fn amend(
    State(app): State<App>,
    viewer: Viewer,
    Payload(form): Payload<SigningSettings>,
) -> Result<Json<SigningSettings>, Error> {
    let module = form.token_module.trim().to_owned();
    let before = app.desk.read(|rows| Ok(office::seals::rules::settings(rows)?)).await?.token_module;
    // Whoever may not set it hears that first, from the rules.
    let is_new = module != before && module.starts_with('/') && viewer.role == office::Role::It;
    if is_new && !blocking(move || is_vouched_for(Path::new(&module))).await? {
        return Err(Refusal::field(
            "signing.module",
            "token_module",
            "Tệp này không phải thư viện do người quản trị cài trên hộp (chủ là root, người khác không ghi được). Hãy cài phần mềm của nơi cấp thẻ rồi ghi đúng đường dẫn.",
        )
        .into());
    }
    app.desk.execute(Actor::Person(viewer), Command::Seals(Seals::AmendSettings(form))).await?;
    app.desk.read(|rows| Ok(Json(office::seals::rules::settings(rows)?))).await
}

/// Refuses a library nobody vouches for, as one that is not there. A setting may be older than the file it names.
pub(super) fn vouched_for(module: &str) -> Result<(), TokenError> {
    if is_vouched_for(Path::new(module)) {
        return Ok(());
    }
    Err(TokenError::NoModule(format!("{module} is not root's alone")))
}

/// Whether a path names one of the libraries vendors install, or a file that only root may write.
fn is_vouched_for(module: &Path) -> bool {
    let Ok(real) = module.canonicalize() else { return false };
    let is_roots = |path: &Path| {
        path.metadata()
            .is_ok_and(|facts| facts.is_file() && facts.uid() == 0 && facts.mode() & OTHERS_WRITE == 0)
    };
    is_roots(&real) || token::modules().iter().any(|known| known.path == module)
}

#[cfg(test)]
mod tests {
    use std::fs::{self, Permissions};
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    #[test]
    fn only_what_root_alone_may_write_is_loaded() {
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name);
        fs::write(at("mine.so"), "").unwrap();
        fs::set_permissions(at("mine.so"), Permissions::from_mode(0o644)).unwrap();
        let we_are_root = fs::metadata(at("mine.so")).unwrap().uid() == 0;
        assert_eq!(is_vouched_for(&at("mine.so")), we_are_root);
        for mode in [0o664, 0o646, 0o777] {
            fs::set_permissions(at("mine.so"), Permissions::from_mode(mode)).unwrap();
            assert!(!is_vouched_for(&at("mine.so")), "{mode:o}");
        }
        std::os::unix::fs::symlink(at("mine.so"), at("link.so")).unwrap();
        assert!(!is_vouched_for(&at("link.so")), "a link is what it names");
        for other in [folder.path().to_owned(), at("gone.so"), "".into()] {
            assert!(!is_vouched_for(&other), "{}", other.display());
        }
        let system = token::modules();
        assert!(system.iter().all(|known| is_vouched_for(&known.path)));
    }
}
