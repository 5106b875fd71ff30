//! Rules of profiles.

use journal::{Fault, Rows};
use uuid::Uuid;

use super::model::{Command, Event, Profile};
use crate::clock::Now;
use crate::error::{Error, Refusal};
use crate::kit::{PersonRef, Told, text};
use crate::rights::{Actor, Role};
use crate::scans::{PROFILE_CHARS, Settings, sensible};

/// Decides, knowing every profile there is.
///
/// # Errors
/// A refusal.
pub fn decide(known: &[Profile], actor: &Actor, command: &Command, now: &Now) -> Result<Vec<Event>, Error> {
    actor.must_be(&[Role::Clerk])?;
    let seen = |id: Uuid, version: u64| {
        let profile = known.iter().find(|profile| profile.id == id).ok_or_else(Refusal::not_found)?;
        if profile.version == version { Ok(profile) } else { Err(Refusal::stale()) }
    };
    let event = match command {
        Command::Save { profile, name, settings, button } => {
            let id = profile.map(|(id, version)| seen(id, version).map(|known| known.id)).transpose()?;
            let name = text::tidy(name);
            let button = button.clone().filter(|button| !button.is_empty());
            let others: Vec<_> = known
                .iter()
                .filter(|other| Some(other.id) != id && other.settings.device == settings.device)
                .collect();
            named(&others, &name)?;
            pressed(&others, button.as_deref())?;
            sensible(settings)?;
            let settings = Settings { sheets_expected: None, profile: None, ..settings.clone() };
            Event::Saved { profile: id.unwrap_or(now.id), name, settings, button }
        }
        Command::Remove { profile, version } => Event::Removed { profile: seen(*profile, *version)?.id },
    };
    Ok(vec![event])
}

fn named(others: &[&Profile], name: &str) -> Result<(), Refusal> {
    let refuse = |sentence: String| Err(Refusal::field("profile.name", "name", sentence));
    if name.is_empty() {
        return refuse("Hãy đặt tên cho cách quét này, ví dụ “Công văn hai mặt”.".into());
    }
    if name.chars().count() > PROFILE_CHARS {
        return refuse(format!("Tên dài quá {PROFILE_CHARS} chữ. Hãy rút ngắn."));
    }
    if others.iter().any(|other| text::fold(&other.name) == text::fold(name)) {
        return refuse(format!("Máy quét này đã có cách quét tên “{name}”. Hãy đặt tên khác."));
    }
    Ok(())
}

fn pressed(others: &[&Profile], button: Option<&str>) -> Result<(), Refusal> {
    if button.is_some_and(|button| button.chars().count() > PROFILE_CHARS) {
        let sentence = "Máy quét không có nút này. Hãy chọn một nút trong danh sách.";
        return Err(Refusal::field("profile.button", "button", sentence));
    }
    let Some(other) = others.iter().find(|other| button.is_some() && other.button.as_deref() == button)
    else {
        return Ok(());
    };
    let sentence = format!(
        "Nút này đang dùng cho cách quét “{}”. Hãy chọn nút khác, hoặc gỡ nút khỏi cách quét đó trước.",
        other.name
    );
    Err(Refusal::field("profile.button", "button", sentence))
}

/// Applies an event to the rows.
///
/// # Errors
/// If the store fails.
pub fn project(rows: &mut Rows<'_>, told: &Told<'_>, event: &Event) -> Result<(), Fault> {
    match event {
        Event::Saved { profile, name, settings, button } => {
            let before: Option<Profile> = rows.get(&profile.to_string())?;
            let saved_by =
                PersonRef { id: told.by.person.unwrap_or(Uuid::nil()), name: told.by.name.clone() };
            rows.put(&Profile {
                id: *profile,
                name: name.clone(),
                settings: settings.clone(),
                button: button.clone(),
                saved_by,
                version: before.map_or(0, |before| before.version) + 1,
            })
        }
        Event::Removed { profile } => rows.remove::<Profile>(&profile.to_string()).map(|_| ()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::ClockReading;
    use crate::rights::Viewer;

    fn settings(device: &str) -> Settings {
        Settings { device: device.into(), source: "feeder".into(), dpi: 300, ..Settings::default() }
    }

    fn profile(n: u128, device: &str, name: &str, button: Option<&str>) -> Profile {
        Profile {
            id: Uuid::from_u128(n),
            name: name.into(),
            settings: settings(device),
            button: button.map(Into::into),
            saved_by: PersonRef { id: Uuid::nil(), name: "Lê Thị Thư".into() },
            version: 3,
        }
    }

    #[test]
    fn names_and_buttons_are_given_once_per_device() {
        let known = [profile(1, "a", "Công văn", Some("scan")), profile(2, "b", "Hồ sơ", Some("email"))];
        let new = None;
        let first = Some((Uuid::from_u128(1), 3));
        type Case<'c> = (Option<(Uuid, u64)>, &'c str, &'c str, Option<&'c str>, Result<(), &'c str>);
        let cases: [Case<'_>; 11] = [
            (new, "a", "Quyết định", None, Ok(())),
            (new, "a", "Quyết định", Some(""), Ok(())),
            (new, "a", "Quyết định", Some("email"), Ok(())),
            (new, "a", "Quyết định", Some("scan"), Err("profile.button")),
            (new, "a", "  công  VĂN ", None, Err("profile.name")),
            (new, "b", "Công văn", Some("scan"), Ok(())),
            (new, "a", "", None, Err("profile.name")),
            (first, "a", "Công văn", Some("scan"), Ok(())),
            (first, "b", "Hồ sơ", None, Err("profile.name")),
            (Some((Uuid::from_u128(1), 2)), "a", "Công văn", None, Err("version.stale")),
            (Some((Uuid::from_u128(9), 1)), "a", "Công văn", None, Err("not_found")),
        ];
        let now = Now { clock: ClockReading::of(wire::Stamp::from_unix_ms(0), None), id: Uuid::from_u128(7) };
        let viewer = |role| Viewer {
            id: Uuid::from_u128(5),
            username: "thu".into(),
            name: "Lê Thị Thư".into(),
            role,
            session: wire::Sha256::ZERO,
        };
        for (which, device, name, button, expected) in cases {
            let command = Command::Save {
                profile: which,
                name: name.into(),
                settings: settings(device),
                button: button.map(Into::into),
            };
            let got = decide(&known, &Actor::Person(viewer(Role::Clerk)), &command, &now);
            let got = match got {
                Ok(_) => Ok(()),
                Err(Error::Refusal(refusal)) => Err(refusal.code),
                Err(other) => panic!("{other}"),
            };
            assert_eq!(got, expected, "{which:?} {device} {name} {button:?}");
            for role in [Role::Head, Role::Teacher, Role::It] {
                assert!(decide(&known, &Actor::Person(viewer(role)), &command, &now).is_err(), "{role:?}");
            }
        }
    }
}
