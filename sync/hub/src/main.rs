//! `vanthu-hub`: wiring and the command line.
#![forbid(unsafe_code)]

use std::fs::{File, TryLockError};
use std::io::Write;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::{Parser, Subcommand};
use sd_notify::NotifyState;
use tokio::net::TcpListener;
use tokio::signal::unix::{SignalKind, signal};
use tokio_util::sync::CancellationToken;
use tracing_subscriber::EnvFilter;
use vanthu_hub::{Hub, Trusted};

/// The office above: keeps and shows what boxes send.
#[derive(Parser)]
#[command(name = "vanthu-hub", version, about)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Answers boxes and the operator's browser.
    Serve {
        /// The data directory; created when missing.
        #[arg(long)]
        data: PathBuf,
        /// Address and port.
        #[arg(long, default_value = "0.0.0.0:8480")]
        listen: SocketAddr,
        /// What the hub calls itself towards its boxes; kept.
        #[arg(long)]
        name: Option<String>,
        /// Variable that holds the operator's password; kept. Without it the first start makes one and prints it.
        #[arg(long, value_name = "VAR")]
        operator_password_env: Option<String>,
    },
    /// Makes a one-time code with which a unit's box joins; also while serving.
    EnrolCode {
        /// The data directory.
        #[arg(long)]
        data: PathBuf,
        /// The unit's name. The name of a unit that has joined already replaces its box.
        #[arg(long)]
        unit: String,
        /// Prints JSON.
        #[arg(long)]
        json: bool,
    },
    /// Walks chains, blobs and lines. Exit 1: something is wrong.
    Check {
        /// The data directory.
        #[arg(long)]
        data: PathBuf,
        /// Prints JSON.
        #[arg(long)]
        json: bool,
    },
    /// Gives every box, now and later, a root certificate or revocation list to judge signatures by; also while serving.
    Trust {
        /// The data directory.
        #[arg(long)]
        data: PathBuf,
        /// Files, PEM or DER.
        #[arg(required = true, value_name = "FILE")]
        files: Vec<PathBuf>,
    },
    /// Prints every register line as one line of JSON, oldest first.
    Export {
        /// The data directory.
        #[arg(long)]
        data: PathBuf,
    },
}

type Failure = Box<dyn std::error::Error>;

#[tokio::main]
async fn main() -> ExitCode {
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new("info,sqlx=warn"));
    tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr).init();
    let done = match Arguments::parse().command {
        Command::Serve { data, listen, name, operator_password_env } => {
            serve(&data, listen, name, operator_password_env).await
        }
        Command::EnrolCode { data, unit, json } => enrol_code(&data, &unit, json).await,
        Command::Check { data, json } => check(&data, json).await,
        Command::Trust { data, files } => trust(&data, &files).await,
        Command::Export { data } => export(&data).await,
    };
    done.unwrap_or_else(|failure| {
        eprintln!("vanthu-hub: {failure}");
        ExitCode::from(3)
    })
}

async fn trust(data: &Path, files: &[PathBuf]) -> Result<ExitCode, Failure> {
    let hub = Hub::open(data).await?;
    for file in files {
        let name = file.file_name().unwrap_or_default().to_string_lossy();
        let bytes =
            std::fs::read(file).map_err(|error| format!("cannot read {}: {error}", file.display()))?;
        match hub.trust(&name, &bytes).await? {
            Trusted::Told { units } => println!("{name}: {units} units"),
            Trusted::Known => println!("{name}: known already"),
            Trusted::TooLarge { most } => {
                eprintln!("{name}: more than {most} bytes; give the list to the boxes by hand");
                return Ok(ExitCode::from(1));
            }
        }
    }
    Ok(ExitCode::SUCCESS)
}

async fn serve(
    data: &Path,
    listen: SocketAddr,
    name: Option<String>,
    var: Option<String>,
) -> Result<ExitCode, Failure> {
    std::fs::create_dir_all(data)?;
    let _only_one = lock(data)?;
    let hub = Hub::open(data).await?;
    if let Some(name) = name {
        hub.set_name(&name).await?;
    }
    if let Some(var) = var {
        let password =
            std::env::var(&var).map_err(|_| format!("the variable {var} holds no operator password"))?;
        hub.set_operator_password(&password).await?;
    } else if let Some(password) = hub.first_operator_password().await? {
        println!("Mật khẩu người vận hành (chỉ hiện một lần này): {password}");
    }
    let listener =
        TcpListener::bind(listen).await.map_err(|error| format!("cannot listen on {listen}: {error}"))?;
    println!("http://{}", listener.local_addr()?);
    std::io::stdout().flush()?;
    let stop = CancellationToken::new();
    stop_on_signal(stop.clone())?;
    sd_notify::notify(&[NotifyState::Ready])?;
    hub.serve(listener, stop).await?;
    Ok(ExitCode::SUCCESS)
}

/// One process per data directory; the lock goes with the process, however it ends.
fn lock(data: &Path) -> Result<File, Failure> {
    let file = File::create(data.join("lock"))?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => Err(format!(
            "another vanthu-hub already serves {}; stop it, or choose another directory with --data",
            data.display()
        )
        .into()),
        Err(TryLockError::Error(error)) => Err(error.into()),
    }
}

fn stop_on_signal(stop: CancellationToken) -> Result<(), Failure> {
    let mut terminate = signal(SignalKind::terminate())?;
    let mut interrupt = signal(SignalKind::interrupt())?;
    tokio::spawn(async move {
        tokio::select! {
            _ = terminate.recv() => {}
            _ = interrupt.recv() => {}
        }
        // Without systemd there is nobody to tell.
        let _ = sd_notify::notify(&[NotifyState::Stopping]);
        stop.cancel();
    });
    Ok(())
}

async fn enrol_code(data: &Path, unit: &str, json: bool) -> Result<ExitCode, Failure> {
    if unit.trim().is_empty() {
        eprintln!("vanthu-hub: --unit needs the unit's name");
        return Ok(ExitCode::from(2));
    }
    let code = Hub::open(data).await?.enrol_code(unit).await?;
    if json {
        println!("{}", serde_json::to_string(&code)?);
    } else {
        println!("{}", code.code);
        if code.replaces {
            eprintln!("Đơn vị này đã có hộp; dùng mã này sẽ thay hộp cũ.");
        }
    }
    Ok(ExitCode::SUCCESS)
}

async fn check(data: &Path, json: bool) -> Result<ExitCode, Failure> {
    let report = existing(data).await?.check().await?;
    if json {
        println!("{}", serde_json::to_string(&report)?);
    } else {
        println!("{} entries, {} blobs, {} lines", report.entries, report.blobs, report.lines);
        report.faults.iter().for_each(|fault| println!("fault: {fault}"));
    }
    Ok(if report.faults.is_empty() { ExitCode::SUCCESS } else { ExitCode::from(1) })
}

async fn export(data: &Path) -> Result<ExitCode, Failure> {
    let mut out = std::io::BufWriter::new(std::io::stdout().lock());
    existing(data).await?.export(|line| writeln!(out, "{line}")).await?;
    out.flush()?;
    Ok(ExitCode::SUCCESS)
}

/// Looking must not create: a mistyped path would be found whole and empty.
async fn existing(data: &Path) -> Result<Hub, Failure> {
    if !data.join("hub.sqlite").is_file() {
        return Err(format!("{} is not a hub's data directory", data.display()).into());
    }
    Ok(Hub::open(data).await?)
}
