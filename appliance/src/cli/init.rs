//! `vanthu init`: first set-up without the page, for installers, demonstrations and tests.

use clap::Args;
use serde_json::json;

use super::{Data, Failure, not_opened};

#[derive(Args)]
pub(super) struct Init {
    #[command(flatten)]
    data: Data,
    /// Tên đơn vị, như trên con dấu.
    #[arg(long, value_name = "NAME")]
    unit: String,
    /// Tên cơ quan chủ quản.
    #[arg(long, value_name = "NAME", default_value = "")]
    parent: String,
    /// Chữ viết tắt của đơn vị trong ký hiệu văn bản; mặc định ghép từ chữ đầu của tên.
    #[arg(long, value_name = "ABC")]
    abbreviation: Option<String>,
    /// Địa danh ghi trên văn bản.
    #[arg(long, value_name = "PLACE", default_value = "")]
    place: String,
    /// Dòng địa chỉ.
    #[arg(long, value_name = "TEXT", default_value = "")]
    address: String,
    /// Tên đăng nhập của phụ trách CNTT.
    #[arg(long, value_name = "USER")]
    admin: String,
    /// Họ và tên của người ấy.
    #[arg(long, value_name = "NAME")]
    admin_name: Option<String>,
    /// Biến môi trường chứa mật khẩu: dòng lệnh ai trên máy cũng đọc được.
    #[arg(long, value_name = "VAR")]
    password_env: String,
    /// Trả lời bằng một giá trị JSON.
    #[arg(long)]
    pub(super) json: bool,
}

impl Init {
    pub(super) fn run(self) -> Result<(), Failure> {
        let password = std::env::var(&self.password_env).map_err(|_| {
            Failure::no(
                "init.no_password",
                format!(
                    "Biến môi trường {} chưa có mật khẩu. Hãy đặt mật khẩu vào đó rồi chạy lại.",
                    self.password_env
                ),
            )
        })?;
        let desk = office::Desk::open(&self.data.data, std::sync::Arc::new(office::SystemClock))
            .map_err(|error| not_opened(&self.data.data, error))?;
        let unit = office::units::Facts {
            name: self.unit.clone(),
            parent_name: self.parent,
            address_line: self.address,
            abbreviation: self.abbreviation.unwrap_or_else(|| initials(&self.unit)),
            place: self.place,
        };
        let name = self.admin_name.unwrap_or_else(|| "Phụ trách CNTT".into());
        desk.set_up(&office::SetUp { unit, username: self.admin.clone(), name, password })
            .map_err(super::refused)?;
        if self.json {
            println!("{}", json!({"ok": true, "unit": self.unit, "admin": self.admin}));
        } else {
            println!(
                "Đã thiết lập {}. Đăng nhập bằng “{}” để lập tài khoản cho mọi người.",
                self.unit, self.admin
            );
        }
        Ok(())
    }
}

/// `Trường THCS Hoa Mai` -> `THCSHM`: a first proposal, which the unit's page can change.
fn initials(name: &str) -> String {
    name.split_whitespace()
        .filter(|word| !word.eq_ignore_ascii_case("trường") && *word != "Trường")
        .map(|word| {
            let all_capitals = word.chars().count() > 1 && word.chars().all(char::is_uppercase);
            if all_capitals {
                word.to_owned()
            } else {
                word.chars().take(1).flat_map(char::to_uppercase).collect()
            }
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_units_initials_are_proposed_from_its_name() {
        for (name, expected) in [
            ("Trường THCS Hoa Mai", "THCSHM"),
            ("Trường Tiểu học Đồi Thông", "THĐT"),
            ("Phòng Giáo dục Suối Nắng", "PGDSN"),
        ] {
            assert_eq!(initials(name), expected);
        }
    }
}
