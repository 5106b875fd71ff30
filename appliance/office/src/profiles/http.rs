//! Routes of profiles.

use axum::Json;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use serde::{Deserialize, Serialize};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;
use uuid::Uuid;

use super::model::{Command, Profile};
use crate::catalog;
use crate::desk::Desk;
use crate::error::{Error, Refusal};
use crate::http::{Office, Paged, Payload, Problem};
use crate::rights::{Actor, Role, Viewer};
use crate::scans::Settings;

/// The routes.
pub fn routes() -> OpenApiRouter<Office> {
    OpenApiRouter::new().routes(routes!(index, save)).routes(routes!(amend)).routes(routes!(remove))
}

/// A profile as the page shows it.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct ProfileView {
    id: Uuid,
    name: String,
    settings: ProfileSettings,
    /// The button of the device that starts it.
    button: Option<String>,
    version: u64,
}

/// How it scans.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct ProfileSettings {
    device: String,
    device_label: String,
    source: String,
    colour: String,
    dpi: u32,
    paper: String,
    both_sides_by_hand: bool,
    turn_backs: bool,
}

impl From<Profile> for ProfileView {
    fn from(profile: Profile) -> Self {
        let settings = profile.settings;
        Self {
            id: profile.id,
            name: profile.name,
            settings: ProfileSettings {
                device: settings.device,
                device_label: settings.device_label,
                source: settings.source,
                colour: settings.colour,
                dpi: settings.dpi,
                paper: settings.paper,
                both_sides_by_hand: settings.both_sides_by_hand,
                turn_backs: settings.turn_backs,
            },
            button: profile.button,
            version: profile.version,
        }
    }
}

/// A profile as the page sends it.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
struct SaveProfile {
    /// The version seen; of a profile that is there.
    #[serde(default)]
    version: u64,
    name: String,
    device: String,
    device_label: String,
    /// `flatbed`, `feeder`, `feeder_duplex`.
    source: String,
    /// `colour`, `grey`, `black_white`.
    colour: String,
    dpi: u32,
    paper: String,
    #[serde(default)]
    both_sides_by_hand: bool,
    #[serde(default)]
    turn_backs: bool,
    /// A button of the device.
    #[serde(default)]
    button: Option<String>,
}

impl SaveProfile {
    fn command(self, profile: Option<Uuid>) -> Command {
        Command::Save {
            profile: profile.map(|id| (id, self.version)),
            name: self.name,
            settings: Settings {
                device: self.device,
                device_label: self.device_label,
                source: self.source,
                colour: self.colour,
                dpi: self.dpi,
                paper: self.paper,
                both_sides_by_hand: self.both_sides_by_hand,
                turn_backs: self.turn_backs,
                ..Settings::default()
            },
            button: self.button,
        }
    }
}

#[derive(Debug, Deserialize, utoipa::ToSchema)]
struct RemoveProfile {
    /// The version seen.
    version: u64,
}

#[utoipa::path(get, path = "/api/profiles", operation_id = "list_profiles", tag = "profiles",
    responses((status = 200, body = Paged<ProfileView>), (status = 401, body = Problem), (status = 403, body = Problem)))]
async fn index(State(desk): State<Desk>, viewer: Viewer) -> Result<Json<Paged<ProfileView>>, Error> {
    Actor::Person(viewer).must_be(&[Role::Clerk])?;
    let profiles: Vec<Profile> = desk.read(|rows| Ok(rows.all()?)).await?;
    Ok(Json(Paged { items: profiles.into_iter().map(ProfileView::from).collect(), next: None }))
}

#[utoipa::path(post, path = "/api/profiles", operation_id = "post_profiles", tag = "profiles", request_body = SaveProfile,
    responses((status = 201, body = ProfileView), (status = 401, body = Problem), (status = 403, body = Problem),
        (status = 422, body = Problem)))]
async fn save(
    State(desk): State<Desk>,
    viewer: Viewer,
    Payload(form): Payload<SaveProfile>,
) -> Result<(StatusCode, Json<ProfileView>), Error> {
    let done = desk.execute(Actor::Person(viewer), catalog::Command::Profiles(form.command(None))).await?;
    let id = done.id.ok_or_else(|| Error::Broken("a profile began without an id".into()))?;
    Ok((StatusCode::CREATED, Json(shown(&desk, id).await?)))
}

#[utoipa::path(post, path = "/api/profiles/{id}/amend", operation_id = "profiles_amend", tag = "profiles",
    params(("id" = Uuid, Path)), request_body = SaveProfile,
    responses((status = 200, body = ProfileView), (status = 401, body = Problem), (status = 403, body = Problem),
        (status = 409, body = Problem), (status = 422, body = Problem)))]
async fn amend(
    State(desk): State<Desk>,
    viewer: Viewer,
    Path(id): Path<Uuid>,
    Payload(form): Payload<SaveProfile>,
) -> Result<Json<ProfileView>, Error> {
    desk.execute(Actor::Person(viewer), catalog::Command::Profiles(form.command(Some(id)))).await?;
    Ok(Json(shown(&desk, id).await?))
}

#[utoipa::path(post, path = "/api/profiles/{id}/remove", operation_id = "profiles_remove", tag = "profiles",
    params(("id" = Uuid, Path)), request_body = RemoveProfile,
    responses((status = 204), (status = 401, body = Problem), (status = 403, body = Problem),
        (status = 404, body = Problem), (status = 409, body = Problem)))]
async fn remove(
    State(desk): State<Desk>,
    viewer: Viewer,
    Path(profile): Path<Uuid>,
    Payload(form): Payload<RemoveProfile>,
) -> Result<StatusCode, Error> {
    let command = Command::Remove { profile, version: form.version };
    desk.execute(Actor::Person(viewer), catalog::Command::Profiles(command)).await?;
    Ok(StatusCode::NO_CONTENT)
}

async fn shown(desk: &Desk, id: Uuid) -> Result<ProfileView, Error> {
    let profile: Option<Profile> = desk.read(move |rows| Ok(rows.get(&id.to_string())?)).await?;
    Ok(profile.ok_or_else(Refusal::not_found)?.into())
}
