//! What `cargo xtask demo` prints: where to go, as whom, with which password; and a QR code for phones.

use std::fmt::Write;
use std::io::IsTerminal;

use qrcode::QrCode;
use qrcode::render::unicode::Dense1x2;

use super::house::House;
use super::machines::address_in_network;
use super::staff::{ABOVE, SCHOOL};

/// The card of a running house.
pub fn of(house: &House) -> String {
    let school = in_network(house.school.base());
    let hub = in_network(house.hub.base());
    let mut card = String::new();
    // Writing into a String cannot fail.
    let _ = writeln!(card, "\n  {SCHOOL}\n  {school}\n");
    for person in house.staff.all() {
        let _ = writeln!(
            card,
            "  {:<12} {:<12} {:<28} {}",
            person.role_name, person.username, person.password, person.name
        );
    }
    let _ = writeln!(card, "\n  Văn thư đóng dấu: mã PIN của con dấu mẫu là «{}»", super::line::SEAL_PIN);
    let _ = writeln!(card, "\n  {ABOVE}\n  {hub}\n");
    let _ = writeln!(card, "  {:<12} {:<12} {}\n", "Quản trị", "", house.operator_password);
    let _ = writeln!(card, "{}", code(&school));
    let _ = writeln!(card, "  data and logs: {}", house.folder.display());
    let _ = writeln!(card, "  The paper is in the scanner. Ctrl-C ends everything.");
    card
}

/// The address as other devices see it; the loopback address where there is no network.
fn in_network(base: &str) -> String {
    match address_in_network() {
        Some(address) => base.replace("127.0.0.1", &address.to_string()),
        None => base.to_owned(),
    }
}

fn code(address: &str) -> String {
    let Ok(code) = QrCode::new(address) else { return String::new() };
    let picture = code.render::<Dense1x2>().build();
    // Black on white whatever the terminal's colours are: some readers do not take a negative.
    let (on, off) = if std::io::stdout().is_terminal() { ("\u{1b}[30;107m", "\u{1b}[0m") } else { ("", "") };
    picture.lines().map(|line| format!("  {on}{line}{off}\n")).collect()
}
