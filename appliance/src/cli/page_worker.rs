//! `vanthu page-worker`: the child that reads and draws pages of files that came from elsewhere. A file made to crash its
//! reader, or to keep it busy for ever, takes this process with it and not the office. Started by the box only: the PDF,
//! or the scan, comes on standard input, the answer goes to standard output.

use std::io::{Read, Write};
use std::process::ExitCode;

use clap::Subcommand;
use paper::impression::ImpressionKind;
use paper::place;

use crate::derived::laid;
use crate::seal::pages;

#[derive(clap::Args)]
pub(super) struct PageWorker {
    #[command(subcommand)]
    order: Order,
}

#[derive(Subcommand)]
enum Order {
    /// Where the document is signed, and whether it shows a seal.
    Look(pages::Sizes),
    /// A page as PNG.
    Draw {
        /// From 1.
        page: u32,
        /// Dots per inch.
        dpi: u32,
    },
    /// The image of a seal or a signature, out of a scan.
    Cut {
        /// Which.
        kind: CutKind,
        /// Dots per inch.
        dpi: u32,
    },
    /// Lays a mark over a page.
    Lay {
        /// Which, as JSON.
        order: String,
    },
}

#[derive(Clone, Copy, clap::ValueEnum)]
enum CutKind {
    Seal,
    Signature,
}

impl PageWorker {
    pub(super) fn run(self) -> ExitCode {
        let mut pdf = Vec::new();
        if std::io::stdin().read_to_end(&mut pdf).is_err() {
            return ExitCode::from(3);
        }
        let answer = match self.order {
            Order::Look(sizes) => serde_json::to_vec(&pages::looked_at(&pdf, &sizes)).ok(),
            Order::Cut { kind: CutKind::Seal, dpi } => pages::cut_out(&pdf, dpi, ImpressionKind::Seal),
            Order::Cut { kind: CutKind::Signature, dpi } => {
                pages::cut_out(&pdf, dpi, ImpressionKind::Signature)
            }
            Order::Lay { order } => laid::in_child(&pdf, &order),
            Order::Draw { page, dpi } => place::picture(&pdf, page, dpi).map(|drawn| drawn.png()).ok(),
        };
        match answer {
            Some(answer) if std::io::stdout().write_all(&answer).is_ok() => ExitCode::SUCCESS,
            Some(_) => ExitCode::from(3),
            None => ExitCode::from(1),
        }
    }
}
