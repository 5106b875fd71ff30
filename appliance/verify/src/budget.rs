//! What one verification may cost: a file of a few KB must not take the box's memory or its afternoon.

use crate::Fault;
use std::cell::Cell;

/// Objects read over the whole verification. A tagged document of 500 pages has about half a million.
const MOST_NODES: usize = 40_000_000;
/// Objects inside one object.
const MOST_NODES_AT_ONCE: usize = 2_000_000;
/// Bytes that come out of packed streams, all together.
const MOST_UNPACKED_BYTES: usize = 64 << 20;

pub(crate) struct Budget {
    nodes: Cell<usize>,
    unpacked: Cell<usize>,
    /// Once more was wanted than there is, the answer is no, whatever was found on the way.
    exhausted: Cell<bool>,
}

impl Budget {
    pub(crate) fn new() -> Self {
        Budget {
            nodes: Cell::new(MOST_NODES),
            unpacked: Cell::new(MOST_UNPACKED_BYTES),
            exhausted: Cell::new(false),
        }
    }

    /// How many objects the next read may have.
    pub(crate) fn nodes(&self) -> usize {
        self.nodes.get().min(MOST_NODES_AT_ONCE)
    }

    pub(crate) fn charge_nodes(&self, nodes: usize) {
        self.nodes.set(self.nodes.get().saturating_sub(nodes));
        if self.nodes.get() == 0 {
            self.exhausted.set(true);
        }
    }

    pub(crate) fn unpacked(&self) -> usize {
        self.unpacked.get()
    }

    pub(crate) fn charge_unpacked(&self, bytes: usize) {
        self.unpacked.set(self.unpacked.get().saturating_sub(bytes));
    }

    pub(crate) fn overdrawn(&self) -> Fault {
        self.exhausted.set(true);
        Fault::TooComplex
    }

    pub(crate) fn is_exhausted(&self) -> bool {
        self.exhausted.get()
    }
}
