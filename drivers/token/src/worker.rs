//! The child's side: one thread that makes every call into the module, and one that reads orders.
//!
//! ```text
//! stdin -> [reader] -> orders -> [main thread: Module, Key] -> reports -> stdout
//! ```
//!
//! The main thread may be stuck in a call for ever; the reader is not, and ends the process when the box has gone, so
//! that no orphan keeps a token unlocked.

use std::path::Path;
use std::process::ExitCode;
use std::sync::mpsc::{self, Sender};
use std::thread;
use std::time::Duration;

use crate::pkcs11::{Key, Module};
use crate::protocol::{self, Order, Report};
use crate::{TokenError, process};

/// How long a module may take to come back once the box has gone.
const ORPHAN: Duration = Duration::from_secs(5);

/// Runs the worker for one module until its standard input ends. Exit code 0 means it left by itself and in order.
pub fn worker_main(module: &Path) -> ExitCode {
    match serve(module) {
        Ok(()) => ExitCode::SUCCESS,
        Err(fault) => {
            eprintln!("the token worker cannot go on: {fault}");
            ExitCode::from(3)
        }
    }
}

fn serve(path: &Path) -> std::io::Result<()> {
    let mut out = process::standard_output_for_ourselves()?;
    let (sender, orders) = mpsc::channel();
    thread::Builder::new().name("orders".into()).spawn(move || read_orders(sender))?;
    let mut desk = Desk { path, module: None, key: None };
    while let Ok(order) = orders.recv() {
        let report = desk.carry_out(order).unwrap_or_else(|error| Report::Failed { error });
        protocol::write(&mut out, &report)?;
    }
    desk.close();
    Ok(())
}

/// The reader's whole life.
fn read_orders(orders: Sender<Order>) {
    let mut stdin = std::io::stdin().lock();
    while let Ok(Some(order)) = protocol::read::<Order>(&mut stdin) {
        if orders.send(order).is_err() {
            return;
        }
    }
    drop(orders); // the main thread logs out and leaves, if it can
    thread::sleep(ORPHAN);
    std::process::exit(1);
}

struct Desk<'a> {
    path: &'a Path,
    module: Option<Module>,
    key: Option<Key>,
}

impl Desk<'_> {
    fn carry_out(&mut self, order: Order) -> Result<Report, TokenError> {
        match order {
            Order::List => Ok(Report::Tokens { tokens: self.module()?.tokens()? }),
            Order::Open { certificate, pin, now_unix_ms } => {
                let key = self.module()?.unlock(&certificate, &pin, now_unix_ms)?;
                let chain = key.chain().to_vec();
                self.key = Some(key);
                Ok(Report::Opened { chain })
            }
            Order::Sign { message } => {
                let key = self.key.as_mut().ok_or(TokenError::TokenGone)?;
                Ok(Report::Signed { signature: key.sign(&message)? })
            }
            Order::Close => {
                self.close();
                Ok(Report::Closed)
            }
        }
    }

    fn module(&mut self) -> Result<&Module, TokenError> {
        if self.module.is_none() {
            self.module = Some(Module::load(self.path)?);
        }
        self.module.as_ref().ok_or_else(|| TokenError::NoModule("not loaded".into()))
    }

    fn close(&mut self) {
        if let Some(key) = self.key.take() {
            key.log_out();
        }
    }
}
