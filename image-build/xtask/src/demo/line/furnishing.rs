//! Stations before the first paper.

use std::fs;

use serde_json::json;

use super::{Line, wait_for};
use crate::demo::client::{Answer, Client, Trouble};
use crate::demo::facts::items;
use crate::place::at;

/// The passphrase of the sample seal key (`tests/fixtures/pki`), invented like everything there.
pub const SEAL_PIN: &str = "mật khẩu đơn vị";
/// The passphrase of the head's own sample key.
pub const SIGN_PIN: &str = "hieu-truong";

/// The IT officer gives everybody an account.
pub(super) fn staff_moves_in(line: &mut Line) -> Answer<()> {
    let it = line.it()?;
    line.house.staff.move_in(&it, line.house.school.base())
}

/// The clerk deposits the unit's seal certificate, the head her own.
pub(super) fn keys_are_deposited(line: &mut Line) -> Answer<()> {
    deposit(&line.clerk()?, "unit.p12", &[("passphrase", SEAL_PIN)], "unit")?;
    deposit(&line.head()?, "head-p256.p12", &[("passphrase", SIGN_PIN), ("mine", "1")], "mine")
}

/// Adds a key file unless one of that kind is there: the plug may have been pulled in between.
fn deposit(who: &Client, name: &str, fields: &[(&str, &str)], kind: &str) -> Answer<()> {
    if items(&who.get("/api/certificates")?).iter().any(|known| known[kind] == true) {
        return Ok(());
    }
    let file = at("tests/fixtures/pki").join(name);
    let key = fs::read(&file).map_err(|why| Trouble::Wrong(format!("{}: {why}", file.display())))?;
    who.post_file("/api/certificates", name, &key, fields).map(drop)
}

/// The IT officer types the code the office above gave on the telephone.
pub(super) fn box_joins_hub(line: &mut Line) -> Answer<()> {
    let it = line.it()?;
    if it.get("/api/link")?["state"] == "not_enrolled" {
        let code = line.house.enrolment_code().map_err(Trouble::Wrong)?;
        it.post("/api/link/enrol", &json!({"hub_url": line.house.hub.base(), "code": code}))?;
    }
    wait_for("the box to be enrolled", || {
        let link = it.get("/api/link")?;
        Ok((link["state"] != "not_enrolled").then_some(()))
    })
}

/// Clerk, head and teacher come to work.
pub(super) fn people_sign_in(line: &mut Line) -> Answer<()> {
    for client in [line.clerk()?, line.head()?, line.teacher()?] {
        client.get("/api/home")?;
    }
    Ok(())
}
