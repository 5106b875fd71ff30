//! The hub's words down: receipts and notices, in order, each once.

use wire::calls::DownlinkItem;

use crate::AgentError;
use crate::client::Client;
use crate::run::Link;

/// Waits for what follows `after`; empty when nothing came. Nothing has been kept yet, so this may be dropped.
pub(crate) async fn fetch(client: &Client, after: u64) -> Result<Vec<DownlinkItem>, AgentError> {
    let items = client.downlink(after).await?.items;
    for (expected, item) in (after + 1..).zip(&items) {
        if item.seq != expected {
            return Err(AgentError::Nonsense(format!(
                "downlink item {} where {expected} comes next",
                item.seq
            )));
        }
    }
    Ok(items)
}

/// Hands items to the box; they are at rest when this returns.
pub(crate) async fn keep(link: &mut Link, items: Vec<DownlinkItem>) -> Result<(), AgentError> {
    let count = items.len() as u64;
    link.on_box(move |side| side.receive(&items)).await?;
    link.round.received += count;
    Ok(())
}

/// Takes everything up to the hub's seq `last`.
pub(crate) async fn pull(link: &mut Link, last: u64) -> Result<(), AgentError> {
    loop {
        let seen = link.on_box(|side| side.downlink_seen()).await?;
        if seen >= last {
            return Ok(());
        }
        let items = fetch(&link.client, seen).await?;
        if items.is_empty() {
            return Err(AgentError::Nonsense(format!("downlink ends at {seen}, the hub spoke of {last}")));
        }
        keep(link, items).await?;
    }
}
