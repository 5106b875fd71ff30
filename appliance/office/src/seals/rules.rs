//! Rules of seals: whose certificate, whose image, who sets how the unit signs and whom it trusts.

use journal::{Fault, Rows};

use super::model::{
    Certificate, CertificateFacts, Command, Event, Impression, ImpressionKind, Key, SigningSettings, Trusted,
};
use super::reports;
use super::trust;
use crate::catalog;
use crate::clock::Now;
use crate::error::{Error, Refusal};
use crate::kit::{PersonRef, text};
use crate::letters::Letter;
use crate::rights::{Actor, Role, Viewer};
use crate::units::{self, Unit};

/// As many time stamp servers as anybody has.
const MOST_URLS: usize = 5;
/// Seals are 30 to 40 mm; a signature is wider than a seal, and neither is as large as a hand.
const IMPRESSION_MM: std::ops::RangeInclusive<f32> = 3.0..=120.0;

/// What the rules look at.
#[derive(Debug, Default)]
pub struct Given {
    /// The certificate the command is about, or the same one known already.
    pub certificate: Option<Certificate>,
    /// The document a report is about.
    pub letter: Option<Letter>,
    /// The unit.
    pub unit: Option<Unit>,
    /// The image the command is about.
    pub impression: Option<Impression>,
    /// How the unit signs.
    pub settings: SigningSettings,
    /// Whom it trusts.
    pub trusted: Vec<Trusted>,
}

/// How the unit signs.
///
/// # Errors
/// If the store fails.
pub fn settings(rows: &Rows<'_>) -> Result<SigningSettings, Fault> {
    Ok(rows.get(SigningSettings::ID)?.unwrap_or_default())
}

/// Reads what [`decide`] needs.
///
/// # Errors
/// If the store fails.
pub fn gather(rows: &Rows<'_>, command: &Command) -> Result<Given, Fault> {
    let mut given = Given { unit: units::rules::current(rows)?, ..Given::default() };
    match command {
        Command::AddCertificate { facts, .. } => {
            let known: Vec<Certificate> = crate::kit::all_under(rows, "name", &Certificate::name_of(facts))?;
            given.certificate = known.into_iter().find(|known| !known.withdrawn);
        }
        Command::Withdraw { certificate } => given.certificate = rows.get(&certificate.to_string())?,
        Command::KeepImpression { .. } => {}
        Command::WithdrawImpression { impression } => given.impression = rows.get(&impression.to_string())?,
        Command::AmendSettings(_) => given.settings = settings(rows)?,
        Command::Trust { .. } | Command::Distrust { .. } => {
            let all: Vec<Trusted> = rows.all()?;
            given.trusted = all.into_iter().filter(|known| !known.dropped).collect();
        }
        Command::Report(report) => given.letter = reports::gather(rows, report)?,
    }
    Ok(given)
}

/// Decides.
///
/// # Errors
/// A refusal.
pub fn decide(
    given: &Given,
    actor: &Actor,
    command: &Command,
    now: &Now,
) -> Result<Vec<catalog::Event>, Error> {
    let event = match command {
        Command::AddCertificate { key, chain, facts, unit, other_unit } => {
            let holder = holder(actor, *unit)?;
            added(given, key, facts, *unit && !*other_unit)?;
            let (key, chain, facts) = (key.clone(), *chain, facts.clone());
            Event::Enlisted { certificate: now.id, key, chain, holder, facts }
        }
        Command::Withdraw { .. } => {
            let certificate = given.certificate.as_ref().ok_or_else(Refusal::not_found)?;
            owner(actor, certificate.holder.as_ref())?;
            Event::Withdrawn { certificate: certificate.id }
        }
        Command::KeepImpression { kind, image, width_mm, height_mm } => {
            let holder = holder(actor, *kind == ImpressionKind::Seal)?;
            measured(*width_mm, *height_mm)?;
            Event::ImpressionKept {
                impression: now.id,
                sort: *kind,
                holder,
                image: *image,
                width_mm: *width_mm,
                height_mm: *height_mm,
            }
        }
        Command::WithdrawImpression { .. } => {
            let impression = given.impression.as_ref().ok_or_else(Refusal::not_found)?;
            owner(actor, impression.holder.as_ref())?;
            Event::ImpressionWithdrawn { impression: impression.id }
        }
        Command::AmendSettings(settings) => {
            actor.must_be(&[Role::It, Role::Clerk])?;
            if text::tidy(&settings.token_module) != given.settings.token_module {
                // A library is a program that runs on the box.
                actor.must_be(&[Role::It])?;
            }
            Event::SettingsAmended { settings: checked(given, settings)? }
        }
        Command::Trust { name, parts } => {
            // The list of the office above comes with the line, without a person.
            actor.must_be_machine().or_else(|_| actor.must_be(&[Role::It]))?;
            let events = trust::taken(&given.trusted, name.as_deref(), parts, now.id);
            return Ok(events.into_iter().map(Into::into).collect());
        }
        Command::Distrust { trusted } => {
            actor.must_be(&[Role::It])?;
            if !given.trusted.iter().any(|known| known.id == *trusted) {
                return Err(Refusal::not_found().into());
            }
            Event::Distrusted { trusted: *trusted }
        }
        Command::Report(report) => {
            actor.must_be_machine()?;
            let event = reports::decide(given.letter.as_ref(), report)?;
            return Ok(event.into_iter().map(Into::into).collect());
        }
    };
    Ok(vec![event.into()])
}

/// Whose it will be. The unit's is the clerk's to keep (article 32); one's own is one's own, IT signs nothing.
fn holder(actor: &Actor, unit: bool) -> Result<Option<PersonRef>, Refusal> {
    if unit {
        actor.must_be(&[Role::Clerk])?;
        return Ok(None);
    }
    actor.must_be(&[Role::Clerk, Role::Head, Role::Teacher])?;
    Ok(Some(me(actor.person()?)))
}

/// Passes whoever keeps it.
fn owner(actor: &Actor, holder: Option<&PersonRef>) -> Result<(), Refusal> {
    match holder {
        None => actor.must_be(&[Role::Clerk]),
        Some(holder) if actor.person()?.id == holder.id => Ok(()),
        Some(_) => Err(Refusal::forbidden("Chữ ký là của riêng từng người. Hãy nhờ chính người đó làm.")),
    }
}

fn me(viewer: &Viewer) -> PersonRef {
    PersonRef { id: viewer.id, name: viewer.name.clone() }
}

fn added(given: &Given, key: &Key, facts: &CertificateFacts, must_name_unit: bool) -> Result<(), Refusal> {
    if let Some(known) = &given.certificate {
        let sentence = if known.key == *key {
            "Tệp khóa này đã có trong máy. Hãy chọn nó khi đóng dấu."
        } else {
            "Chứng thư này đã có trong máy. Hãy chọn nó khi ký, hoặc thôi dùng dòng cũ rồi thêm lại."
        };
        return Err(Refusal::field("key.known", "file", sentence));
    }
    let Some(unit) = given.unit.as_ref().filter(|_| must_name_unit) else { return Ok(()) };
    if names_unit(facts, &unit.facts.name) {
        return Ok(());
    }
    let named = if facts.organisation.is_empty() { &facts.subject } else { &facts.organisation };
    Err(Refusal::field(
        "key.other_unit",
        "file",
        format!(
            "Chứng thư này cấp cho “{named}”, không phải “{}”. Hãy chọn đúng tệp khóa của đơn vị; nếu tên chỉ khác cách viết, hãy bấm “Vẫn thêm”.",
            unit.facts.name
        ),
    ))
}

/// Names are written in many ways: capitals, with or without the office above behind a comma.
fn names_unit(facts: &CertificateFacts, unit: &str) -> bool {
    let unit = text::fold(unit);
    [&facts.subject, &facts.organisation].into_iter().any(|name| {
        let name = text::fold(name);
        !name.is_empty() && (name.contains(&unit) || unit.contains(&name))
    })
}

fn measured(width_mm: f32, height_mm: f32) -> Result<(), Refusal> {
    if IMPRESSION_MM.contains(&width_mm) && IMPRESSION_MM.contains(&height_mm) {
        return Ok(());
    }
    Err(Refusal::field(
        "impression.size",
        "file",
        format!(
            "Ảnh đo được {width_mm:.0} x {height_mm:.0} mm, không phải cỡ của dấu hay chữ ký. Hãy quét lại tờ giấy có dấu ở đúng tỷ lệ 100 %."
        ),
    ))
}

fn checked(given: &Given, settings: &SigningSettings) -> Result<SigningSettings, Refusal> {
    if given.settings.version != settings.version {
        return Err(Refusal::stale());
    }
    let urls: Vec<String> =
        settings.time_stamp_urls.iter().map(|url| text::tidy(url)).filter(|url| !url.is_empty()).collect();
    let address = |url: &String| {
        let rest = url.strip_prefix("http://").or_else(|| url.strip_prefix("https://"));
        rest.is_some_and(|rest| !rest.is_empty() && !rest.contains(char::is_whitespace))
    };
    if urls.len() > MOST_URLS || !urls.iter().all(address) {
        return Err(Refusal::field(
            "signing.urls",
            "time_stamp_urls",
            format!(
                "Mỗi dòng một địa chỉ bắt đầu bằng http:// hoặc https://, nhiều nhất {MOST_URLS} dòng. Hãy sửa lại."
            ),
        ));
    }
    let token_module = text::tidy(&settings.token_module);
    if !token_module.is_empty() && !token_module.starts_with('/') {
        return Err(Refusal::field(
            "signing.module",
            "token_module",
            "Hãy ghi đường dẫn đầy đủ của thư viện thẻ, bắt đầu bằng dấu /.",
        ));
    }
    Ok(SigningSettings {
        time_stamp_urls: urls,
        token_module,
        version: settings.version + 1,
        ..settings.clone()
    })
}

/// Applies an event to the rows.
///
/// # Errors
/// If the store fails.
pub fn project(rows: &mut Rows<'_>, event: &Event) -> Result<(), Fault> {
    match event.clone() {
        Event::Added { certificate, key_file, facts } => rows.put(&Certificate {
            id: certificate,
            key: Key::File { file: key_file },
            chain: None,
            holder: None,
            facts,
            withdrawn: false,
        }),
        Event::Enlisted { certificate, key, chain, holder, facts } => {
            rows.put(&Certificate { id: certificate, key, chain, holder, facts, withdrawn: false })
        }
        Event::Withdrawn { certificate } => match rows.get::<Certificate>(&certificate.to_string())? {
            Some(known) => rows.put(&Certificate { withdrawn: true, ..known }),
            None => Ok(()),
        },
        Event::ImpressionKept { impression, sort, holder, image, width_mm, height_mm } => {
            rows.put(&Impression {
                id: impression,
                kind: sort,
                holder,
                image,
                width_mm,
                height_mm,
                withdrawn: false,
            })
        }
        Event::ImpressionWithdrawn { impression } => {
            match rows.get::<Impression>(&impression.to_string())? {
                Some(known) => rows.put(&Impression { withdrawn: true, ..known }),
                None => Ok(()),
            }
        }
        Event::SettingsAmended { settings } => rows.put(&settings),
        Event::Trusted { trusted, file, sort, subject, until, name, list } => {
            rows.put(&Trusted { id: trusted, file, sort, subject, until, name, list, dropped: false })
        }
        Event::Distrusted { trusted } => match rows.get::<Trusted>(&trusted.to_string())? {
            Some(known) => rows.put(&Trusted { dropped: true, ..known }),
            None => Ok(()),
        },
    }
}
