//! Stations before the first paper.

use std::fs;

use serde_json::json;

use super::{Line, wait_for};
use crate::demo::client::{Answer, Trouble};
use crate::demo::facts::items;
use crate::place::at;

/// The passphrase of the sample seal key (`tests/fixtures/pki`), invented like everything there.
pub const SEAL_PIN: &str = "mật khẩu đơn vị";

/// The IT officer gives everybody an account.
pub(super) fn staff_moves_in(line: &mut Line) -> Answer<()> {
    let it = line.it()?;
    line.house.staff.move_in(&it, line.house.school.base())
}

/// The clerk deposits the unit's seal certificate.
pub(super) fn seal_is_deposited(line: &mut Line) -> Answer<()> {
    let clerk = line.clerk()?;
    if !items(&clerk.get("/api/certificates")?).is_empty() {
        return Ok(());
    }
    let file = at("tests/fixtures/pki/unit.p12");
    let key = fs::read(&file).map_err(|why| Trouble::Wrong(format!("{}: {why}", file.display())))?;
    clerk.post_file("/api/certificates", "unit.p12", &key, &[("passphrase", SEAL_PIN)]).map(drop)
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
