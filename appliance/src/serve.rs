//! `vanthu serve`: opens the box, listens, announces it, and ends in order.
//!
//! ```text
//! open the data directory -> listen -> READY=1 -> announce      ... SIGTERM or SIGINT ...
//! STOPPING=1 -> goodbye on the network -> no new connections, open requests finish -> followers end -> store closed
//! ```

use std::io::Write;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use clap::Args;
use scanner::Via;
use sd_notify::NotifyState;
use serde_json::json;
use tokio::net::TcpListener;
use tokio::runtime::Runtime;
use tokio::signal::unix::{SignalKind, signal};

use crate::cli::{Data, Failure, not_opened};
use crate::mdns::Network;
use crate::reading::Reader;
use crate::{Box, Settings, connections, edge};

/// Requests that are still running get this long after the box was told to stop: callers who never finish theirs must
/// not make systemd, or whoever waits for the box to go, lose patience.
const FINISH_WITHIN: Duration = Duration::from_secs(5);
/// Handlers keep little on the stack; the default of 2 MB per blocking thread is memory a small box needs.
const STACK_BYTES: usize = 1 << 20;
/// Threads for store, files and passwords; idle ones end.
const BLOCKING_THREADS: usize = 16;

#[derive(Args)]
pub(crate) struct Serve {
    #[command(flatten)]
    data: Data,
    /// Địa chỉ và cổng của trang web; cổng 0: máy tự chọn.
    #[arg(long, value_name = "ADDR", default_value = "0.0.0.0:8080")]
    listen: SocketAddr,
    /// Lấy ảnh trong thư mục này thay cho máy quét.
    #[arg(long, value_name = "DIR")]
    scan_folder: Option<PathBuf>,
    /// Thư mục mà máy photo quét vào; mặc định là inbox trong thư mục dữ liệu.
    #[arg(long, value_name = "DIR")]
    inbox: Option<PathBuf>,
    /// Thư mục chứa các USB đã cắm, mỗi USB một thư mục.
    #[arg(long, value_name = "DIR")]
    sticks: Option<PathBuf>,
    /// In địa chỉ đang nghe dưới dạng một giá trị JSON.
    #[arg(long)]
    pub(crate) json: bool,
}

/// Runs until told to stop.
pub(crate) fn run(serve: Serve) -> Result<(), Failure> {
    tracing_subscriber::fmt()
        .with_writer(std::io::stderr)
        .with_env_filter(
            tracing_subscriber::EnvFilter::try_from_env("VANTHU_LOG")
                .unwrap_or_else(|_| "info,mdns_sd=warn".into()),
        )
        .with_ansi(false)
        .init();
    let runtime = runtime()?;
    let done = runtime.block_on(serving(serve));
    // A worker or a password check that hangs must not keep the process.
    runtime.shutdown_timeout(Duration::from_secs(2));
    done
}

/// Two workers: the box has few cores and its work waits for disk, scanner and line.
pub(crate) fn runtime() -> Result<Runtime, Failure> {
    tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .max_blocking_threads(BLOCKING_THREADS)
        .thread_stack_size(STACK_BYTES)
        .enable_all()
        .build()
        .map_err(|error| Failure::fault("runtime", "Máy không đủ tài nguyên để chạy.", error))
}

async fn serving(serve: Serve) -> Result<(), Failure> {
    // Whoever comes second (a library asking for its own default) finds ring already in place.
    let _ = rustls::crypto::ring::default_provider().install_default();
    // Before anything slow: a signal during start must end the box in order, too.
    let stopped = stop_signal()?;
    let mut settings = Settings::new(&serve.data.data, own_program()?);
    if let Some(folder) = serve.scan_folder {
        settings.via = Via::Folder(folder);
    }
    if let Some(folder) = serve.inbox {
        settings.places.inbox = folder;
    }
    if let Some(folder) = serve.sticks {
        settings.places.sticks = folder;
    }
    settings.reader = Some(Reader::new("tesseract"));
    // Before the port: two boxes on one directory is the mistake to name, not two on one port.
    let open = Box::open(settings).await.map_err(|error| not_opened(&serve.data.data, error))?;
    let app = open.app();
    let (listener, address) = match listening(serve.listen).await {
        Ok(listening) => listening,
        Err(error) => {
            open.close().await;
            return Err(not_listening(serve.listen, error));
        }
    };
    let network = joined(&app, address.port()).await;
    said(address, serve.json);
    notify(&[NotifyState::Ready]);

    let server = connections::serve(listener, edge::router(app.clone()), app.stop.clone());
    let server = tokio::spawn(server);
    stopped.await;
    notify(&[NotifyState::Stopping]);
    tracing::info!("stopping");
    if let Some(network) = network {
        network.leave().await;
    }
    app.stop.cancel();
    if tokio::time::timeout(FINISH_WITHIN, server).await.is_err() {
        tracing::warn!("some requests did not finish in time and were cut");
    }
    open.close().await;
    Ok(())
}

async fn listening(address: SocketAddr) -> std::io::Result<(TcpListener, SocketAddr)> {
    let listener = TcpListener::bind(address).await?;
    let address = listener.local_addr()?;
    Ok((listener, address))
}

fn own_program() -> Result<PathBuf, Failure> {
    std::env::current_exe()
        .map_err(|error| Failure::fault("program", "Không tìm thấy chính chương trình vanthu.", error))
}

/// Resolves at SIGTERM or SIGINT, from now on.
fn stop_signal() -> Result<impl Future<Output = ()>, Failure> {
    let caught = |kind| {
        signal(kind).map_err(|error| Failure::fault("signal", "Không nhận được tín hiệu dừng.", error))
    };
    let (mut terminate, mut interrupt) = (caught(SignalKind::terminate())?, caught(SignalKind::interrupt())?);
    Ok(async move {
        tokio::select! {
            _ = terminate.recv() => {}
            _ = interrupt.recv() => {}
        }
    })
}

fn not_listening(address: SocketAddr, error: std::io::Error) -> Failure {
    Failure::fault(
        "listen",
        format!(
            "Không mở được địa chỉ {address} cho trang web. Có thể chương trình khác đang dùng cổng {}; hãy dừng nó \
             hoặc chọn cổng khác bằng --listen.",
            address.port()
        ),
        error,
    )
}

/// Listens for scanners, and tells the network where the box is once the unit has a name. Without one, or without
/// multicast, the box works all the same.
async fn joined(app: &crate::App, port: u16) -> Option<Network> {
    let mut network = match Network::join() {
        Ok(network) => network,
        Err(error) => {
            tracing::warn!(%error, "not on the network");
            return None;
        }
    };
    let scans = app.scans.clone();
    if let Err(error) = network.hear_scanners(move |heard| scans.heard(heard), &app.stop) {
        tracing::warn!(%error, "scanners on the network are not heard");
    }
    match app.desk.read(|rows| Ok(office::units::rules::current(rows)?)).await {
        Ok(Some(unit)) => match network.announce(&unit.facts.name, &unit.facts.abbreviation, port) {
            Ok(host) => tracing::info!(host, port, "announced"),
            Err(error) => tracing::warn!(%error, "not announced on the network"),
        },
        Ok(None) => eprintln!(
            "Hộp chưa được thiết lập nên chưa ai đăng nhập được. Hãy dừng hộp, chạy “vanthu init” rồi chạy lại."
        ),
        Err(error) => tracing::error!(%error, "not announced on the network"),
    }
    Some(network)
}

/// One line on standard output, at once: scripts wait for it.
fn said(address: SocketAddr, as_json: bool) {
    let line = if as_json {
        json!({"ok": true, "listening": address}).to_string()
    } else {
        format!("vanthu đang chạy tại http://{address}/")
    };
    // Nobody reading standard output is no reason to stop.
    let _ = writeln!(std::io::stdout().lock(), "{line}");
}

fn notify(state: &[NotifyState<'_>]) {
    if let Err(error) = sd_notify::notify(state) {
        tracing::warn!(%error, "systemd was not notified");
    }
}
