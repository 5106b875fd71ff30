//! The invented people of an invented school.

use std::fs::File;
use std::io::Read;

use serde_json::json;

use super::client::{Answer, Client, Trouble, door};
use crate::run::Outcome;

/// The school.
pub const SCHOOL: &str = "Trường THCS Hoa Phượng";
/// The body above it, which runs the hub.
pub const ABOVE: &str = "Ủy ban nhân dân xã Bình An";

/// Somebody who can sign in.
#[derive(Debug, Clone)]
pub struct Person {
    /// What is typed at the door.
    pub username: &'static str,
    /// Full name.
    pub name: &'static str,
    /// Role as the box calls it.
    pub role: &'static str,
    /// What the role is called in the school.
    pub role_name: &'static str,
    /// Section of the school, empty for the administration.
    pub section: &'static str,
    /// Made anew for every house.
    pub password: String,
}

/// Everybody, each with a password of their own.
#[derive(Debug, Clone)]
pub struct Staff {
    /// Runs the box, reads no document.
    pub it: Person,
    /// Văn thư.
    pub clerk: Person,
    /// Hiệu trưởng.
    pub head: Person,
    /// A teacher who gets work to do.
    pub teacher: Person,
    /// A teacher who does not, and so must not see it.
    pub other_teacher: Person,
}

impl Staff {
    /// Invents them.
    ///
    /// # Errors
    /// When the system gives no random numbers.
    pub fn invent() -> Outcome<Self> {
        let person = |username, name, role, role_name, section| {
            Ok::<_, String>(Person { username, name, role, role_name, section, password: invent_password()? })
        };
        Ok(Self {
            it: person("quantri", "Đinh Quang Khải", "it", "Quản trị", "")?,
            clerk: person("vanthu", "Lê Thị Mai Hương", "clerk", "Văn thư", "")?,
            head: person("hieutruong", "Nguyễn Hữu Phước", "head", "Hiệu trưởng", "")?,
            teacher: person("giaovien", "Trần Thu Ngân", "teacher", "Giáo viên", "Tổ Tự nhiên")?,
            other_teacher: person("giaovien2", "Phạm Đức Lâm", "teacher", "Giáo viên", "Tổ Xã hội")?,
        })
    }

    /// All, in the order in which they are shown.
    pub fn all(&self) -> [&Person; 5] {
        [&self.clerk, &self.head, &self.teacher, &self.other_teacher, &self.it]
    }

    /// Gives everybody but IT an account, as the IT officer does it. Who has one already is left alone, so that
    /// it can be called again after an interruption.
    ///
    /// # Errors
    /// When the box refuses.
    pub fn move_in(&self, it: &Client, base: &str) -> Answer<()> {
        let accounts = it.get("/api/accounts?limit=100")?;
        let known: Vec<&str> =
            super::facts::items(&accounts).iter().filter_map(|a| a["username"].as_str()).collect();
        for person in self.all() {
            if person.username == self.it.username {
                continue;
            }
            if !known.contains(&person.username) {
                it.post(
                    "/api/accounts",
                    &json!({
                        "username": person.username, "name": person.name, "role": person.role,
                        "section": person.section, "password": handed_out(person),
                    }),
                )?;
            }
            settle(person, base)?;
        }
        Ok(())
    }
}

/// Signs a person in.
///
/// # Errors
/// When the door refuses.
pub fn sign_in(base: &str, person: &Person) -> Answer<Client> {
    Client::sign_in(base, &door(person.username, &person.password))
}

/// A password given by IT is to be changed at the first sign-in; this does it, once.
fn settle(person: &Person, base: &str) -> Answer<()> {
    let first = match Client::sign_in(base, &door(person.username, &handed_out(person))) {
        Ok(client) => client,
        // Already changed, before an interruption.
        Err(Trouble::Refused { .. }) => return sign_in(base, person).map(drop),
        Err(trouble) => return Err(trouble),
    };
    let change = json!({"current": handed_out(person), "new": person.password});
    first.post("/api/me/password", &change).map(drop)
}

fn handed_out(person: &Person) -> String {
    format!("lan-dau-{}", person.password)
}

/// Two pairs of words and four figures: strong enough for a demonstration in a local network, easy on a phone.
fn invent_password() -> Outcome<String> {
    const WORDS: [&str; 16] = [
        "bang-lang",
        "cau-vong",
        "dong-lua",
        "gio-mua",
        "hoa-sua",
        "la-bang",
        "mua-rao",
        "nang-som",
        "ong-mat",
        "phu-sa",
        "qua-khe",
        "ruong-bac",
        "song-xanh",
        "tre-nga",
        "vuon-che",
        "xuong-sao",
    ];
    let mut dice = [0_u8; 6];
    let rolled = File::open("/dev/urandom").and_then(|mut source| source.read_exact(&mut dice));
    rolled.map_err(|why| format!("/dev/urandom: {why}"))?;
    let word = |roll: u8| WORDS[usize::from(roll) % WORDS.len()];
    let figures = u32::from_le_bytes([dice[2], dice[3], dice[4], dice[5]]) % 10_000;
    Ok(format!("{}-{}-{figures:04}", word(dice[0]), word(dice[1])))
}
