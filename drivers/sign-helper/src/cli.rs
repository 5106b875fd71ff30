//! The helper's command line, the same in `vanthu sign-helper` and `vanthu-sign-helper`.

use std::io::{self, IsTerminal};
use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;

use clap::Args;
use token::Launch;
use tokio::net::TcpListener;

use crate::config::{Config, PORT, folder};
use crate::desk::Desk;
use crate::pairing::Code;
use crate::server;

/// How the helper is started.
#[derive(Args)]
pub struct SignHelper {
    /// Hiện mã để ghép với trang của hộp; lần chạy đầu tiên luôn hiện.
    #[arg(long)]
    pair: bool,
    /// Thư viện PKCS#11 của thẻ ký số, nếu trình ký không tự thấy; được nhớ cho lần sau.
    #[arg(long, value_name = "PATH")]
    module: Vec<PathBuf>,
    /// Tệp khóa PKCS#12 trên máy này; được nhớ cho lần sau.
    #[arg(long, value_name = "FILE.p12")]
    key_file: Vec<PathBuf>,
    /// Cổng trên máy này mà trang của hộp tìm đến.
    #[arg(long, default_value_t = PORT)]
    port: u16,
    /// Thư mục cấu hình thay cho thư mục của người dùng.
    #[arg(long, value_name = "DIR")]
    config: Option<PathBuf>,
}

/// Why the helper cannot run. `Display` is English, for the log.
#[derive(Debug, thiserror::Error)]
pub enum Fault {
    /// The user has no folder of settings, or it cannot be read or written.
    #[error("settings: {0}")]
    Config(io::Error),
    /// Another program listens there, most likely the helper itself.
    #[error("port {0}: {1}")]
    Port(u16, io::Error),
    /// The machine has no random numbers or no threads.
    #[error("machine: {0}")]
    Machine(String),
}

impl Fault {
    /// What to do, in Vietnamese.
    pub fn sentence(&self) -> String {
        match self {
            Fault::Config(_) => {
                "Không đọc hoặc ghi được cấu hình của trình ký. Hãy kiểm tra quyền trong thư mục người \
                                 dùng; nếu tệp sign-helper.json hỏng, hãy xóa tệp đó rồi ghép lại."
                    .into()
            }
            Fault::Port(port, _) => format!(
                "Cổng {port} trên máy này đang có chương trình khác dùng, có lẽ trình ký đã chạy rồi. Hãy đóng chương \
                 trình kia rồi mở lại."
            ),
            Fault::Machine(_) => {
                "Máy này không chạy được trình ký. Hãy khởi động lại máy rồi thử lại.".into()
            }
        }
    }
}

/// Runs the child that owns a vendor's module; see `token::worker_main`.
pub fn token_worker(module: &Path) -> ExitCode {
    token::worker_main(module)
}

impl SignHelper {
    /// Runs until the process is told to end.
    ///
    /// The program must know `token-worker --module PATH`: it starts itself with that for every use of a token.
    pub fn run(self) -> Result<(), Fault> {
        let _ = tracing_subscriber::fmt()
            .with_writer(io::stderr)
            .with_ansi(io::stderr().is_terminal())
            .try_init();
        let no_folder = || Fault::Config(io::ErrorKind::NotFound.into());
        let folder = self.config.clone().or_else(folder).ok_or_else(no_folder)?;
        let config = self.remembered(&folder).map_err(Fault::Config)?;
        let machine = |e: io::Error| Fault::Machine(e.to_string());
        let program = std::env::current_exe().map_err(machine)?;
        let launch = Launch { program, args: vec!["token-worker".into()], env: Vec::new() };
        let code = (self.pair || config.pairings.is_empty())
            .then(|| Code::new().ok_or_else(|| Fault::Machine("no random numbers".into())))
            .transpose()?;
        let shown = code.as_ref().map(Code::shown);
        let desk = Arc::new(Desk::new(folder, config, launch, code));
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build();
        runtime.map_err(machine)?.block_on(async move {
            let (listeners, port) = listen(self.port).await.map_err(|e| Fault::Port(self.port, e))?;
            println!("Trình ký đang chờ ở http://127.0.0.1:{port} (chỉ máy này thấy). Đừng đóng cửa sổ này khi đang ký.");
            if let Some(shown) = shown {
                println!("Mã ghép: {shown} - hãy gõ vào trang Chứng thư số của hộp trong vòng 10 phút.");
            }
            tokio::select! {
                () = server::serve(desk, listeners, port) => {}
                _ = tokio::signal::ctrl_c() => {}
            }
            Ok(())
        })
    }

    /// What was remembered, and what this command line adds to it.
    fn remembered(&self, folder: &Path) -> io::Result<Config> {
        let mut config = Config::load(folder)?;
        let before = config.clone();
        for (known, told) in [(&mut config.modules, &self.module), (&mut config.key_files, &self.key_file)] {
            for path in told {
                let path = std::path::absolute(path)?;
                if !known.contains(&path) {
                    known.push(path);
                }
            }
        }
        if config != before {
            config.save(folder)?;
        }
        Ok(config)
    }
}

/// Loopback only. A PC without IPv6 does without it.
async fn listen(port: u16) -> io::Result<(Vec<TcpListener>, u16)> {
    let first = TcpListener::bind(SocketAddr::from((Ipv4Addr::LOCALHOST, port))).await?;
    let port = first.local_addr()?.port();
    let mut listeners = vec![first];
    match TcpListener::bind(SocketAddr::from((Ipv6Addr::LOCALHOST, port))).await {
        Ok(second) => listeners.push(second),
        Err(fault) => tracing::debug!(%fault, "no IPv6 here"),
    }
    Ok((listeners, port))
}
