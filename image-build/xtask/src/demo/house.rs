//! One school with its box, its staff and its scanner, and the hub of the office above.

use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

use super::machines::{Machine, Reach};
use super::sheets;
use super::staff::{ABOVE, SCHOOL, Staff};
use crate::place::program;
use crate::run::{Outcome, cargo, read, run};

/// Everything that is switched on. Dropping it switches it off; the files stay in `folder`.
#[derive(Debug)]
pub struct House {
    /// Data, logs and configuration of this house.
    pub folder: PathBuf,
    /// Who works here.
    pub staff: Staff,
    /// The password of the hub's page.
    pub operator_password: String,
    /// The school's box.
    pub school: Machine,
    /// The office above.
    pub hub: Machine,
}

/// Set by `cargo xtask test` for the tests it runs: the programs are built, as part of the whole workspace. Building the
/// two alone would choose other features for a hundred libraries and compile them again.
pub const BUILT: &str = "VANTHU_PROGRAMS_BUILT";

/// Builds both programs, unless whoever started us has just done so.
///
/// # Errors
/// When they do not compile.
pub fn build_programs() -> Outcome {
    if std::env::var_os(BUILT).is_some() {
        return Ok(());
    }
    run(&mut cargo(&["build", "--package", "vanthu", "--package", "vanthu-hub"]))
}

impl House {
    /// A new house in an empty folder: the box set up with its IT officer, both machines still off.
    ///
    /// # Errors
    /// When a program is missing or refuses.
    pub fn build(folder: &Path, reach: Reach) -> Outcome<Self> {
        let staff = Staff::invent()?;
        let operator_password = Staff::invent()?.it.password;
        let hub_at = reach.free_address(8480)?;
        let school_at = reach.free_address(8080)?;
        let paper = sheets::lay(folder)?;
        set_up(&folder.join("school"), &staff)?;

        let hub = Machine::new("hub", &program("vanthu-hub"), folder, hub_at)
            .with_arguments(&["serve", "--data", &text(&folder.join("hub")), "--listen", &hub_at.to_string()])
            .with_arguments(&["--operator-password-env", "VANTHU_OPERATOR_PASSWORD", "--name", ABOVE])
            .with_environment(vec![("VANTHU_OPERATOR_PASSWORD".into(), operator_password.clone())]);
        let extra: Vec<&str> = paper.arguments.iter().map(String::as_str).collect();
        let school = Machine::new("box", &program("vanthu"), folder, school_at)
            .with_arguments(&[
                "serve",
                "--data",
                &text(&folder.join("school")),
                "--listen",
                &school_at.to_string(),
            ])
            .with_arguments(&extra)
            .with_environment(paper.environment);
        Ok(Self { folder: folder.to_path_buf(), staff, operator_password, school, hub })
    }

    /// Puts a second scanner beside the first: a driver in a folder of its own, where libsane finds it by `name`, and
    /// what the driver is told. The box must still be off.
    ///
    /// # Errors
    /// When libsane's configuration cannot be written.
    pub fn plug_in(&mut self, name: &str, drivers: &Path, told: Vec<(String, String)>) -> Outcome {
        sheets::also_through(&self.folder, name)?;
        self.school.add_environment(vec![("LD_LIBRARY_PATH".to_owned(), text(drivers))]);
        self.school.add_environment(told);
        Ok(())
    }

    /// A one-time code with which the school's box may join the hub.
    ///
    /// # Errors
    /// When the hub's command refuses.
    pub fn enrolment_code(&self) -> Outcome<String> {
        let mut command = Command::new(program("vanthu-hub"));
        command.args(["enrol-code", "--json", "--unit", SCHOOL, "--data"]).arg(self.folder.join("hub"));
        let said = read(&mut command)?;
        let code = serde_json::from_str::<Value>(&said)
            .ok()
            .and_then(|said| said["code"].as_str().map(str::to_owned));
        code.ok_or_else(|| format!("vanthu-hub gave no enrolment code: {said}"))
    }
}

fn set_up(data: &Path, staff: &Staff) -> Outcome {
    let mut command = Command::new(program("vanthu"));
    command
        .args(["init", "--unit", SCHOOL, "--parent", ABOVE, "--abbreviation", "THCSHP", "--place", "Bình An"])
        .args(["--admin", staff.it.username, "--admin-name", staff.it.name])
        .args(["--password-env", "VANTHU_PASSWORD", "--data"])
        .arg(data)
        .env("VANTHU_PASSWORD", &staff.it.password);
    read(&mut command).map(drop)
}

fn text(path: &Path) -> String {
    path.display().to_string()
}
