//! What was measured, and how it is shown.

use std::fmt::Write;

use serde_json::{Value, json};

/// Measuring goes well or says why not.
pub(crate) type Outcome<T = ()> = Result<T, Box<dyn std::error::Error + Send + Sync>>;

/// How a measured number is shown. Of all but [`Unit::Similarity`] less is better: seconds for one thing, bytes, faults.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Unit {
    /// Shown as so many of these in a second.
    PerSecond(&'static str),
    /// Shown as milliseconds.
    Time,
    /// Shown as kB or MB.
    Bytes,
    /// So many bytes at once: shown as MB in a second.
    Throughput(u64),
    /// One is the same.
    Similarity,
    /// Between colours; zero is the same.
    Distance,
    /// A share of one, shown as per cent.
    PerCent,
}

/// One line of the table.
#[derive(Debug)]
pub(crate) struct Figure {
    what: String,
    unit: Unit,
    ours: Vec<f64>,
    peer: Option<Peer>,
    goal: Option<Goal>,
}

/// What a figure has to keep to.
#[derive(Debug, Clone, Copy)]
enum Goal {
    /// Seconds or bytes.
    Below(f64),
    /// The same, met by the number itself.
    AtMost(f64),
    /// Of what should be much.
    AtLeast(f64),
    /// Times the peer's.
    Within(f64),
    /// As good as the peer's.
    NoWorse,
}

#[derive(Debug)]
struct Peer {
    name: String,
    theirs: Vec<f64>,
}

impl Figure {
    /// `rounds`: seconds for one of what is measured, or bytes, one number a round.
    pub(crate) fn new(what: impl Into<String>, unit: Unit, rounds: Vec<f64>) -> Self {
        Self { what: what.into(), unit, ours: rounds, peer: None, goal: None }
    }

    /// The peer's numbers of the same rounds.
    #[must_use]
    pub(crate) fn beside(mut self, name: impl Into<String>, rounds: Vec<f64>) -> Self {
        self.peer = Some(Peer { name: name.into(), theirs: rounds });
        self
    }

    /// What it must stay below, in seconds or bytes.
    #[must_use]
    pub(crate) fn below(mut self, goal: f64) -> Self {
        self.goal = Some(Goal::Below(goal));
        self
    }

    /// What it may be at most, in seconds or bytes.
    #[must_use]
    pub(crate) fn at_most(mut self, goal: f64) -> Self {
        self.goal = Some(Goal::AtMost(goal));
        self
    }

    /// What it has to be at least.
    #[must_use]
    pub(crate) fn at_least(mut self, goal: f64) -> Self {
        self.goal = Some(Goal::AtLeast(goal));
        self
    }

    /// It may not be above the peer's.
    #[must_use]
    pub(crate) fn no_worse(mut self) -> Self {
        self.goal = Some(Goal::NoWorse);
        self
    }

    /// How many times the peer's time or bytes it may be at most.
    #[must_use]
    pub(crate) fn within(mut self, times: f64) -> Self {
        self.goal = Some(Goal::Within(times));
        self
    }

    /// How many times the peer's time or bytes; the median of the rounds' own ratios, because a busy neighbour slows
    /// both halves of a round.
    fn ratio(&self) -> Option<f64> {
        let peer = self.peer.as_ref()?;
        let ratios = self.ours.iter().zip(&peer.theirs).map(|(ours, theirs)| ours / theirs);
        Some(median(&ratios.collect::<Vec<_>>()))
    }

    fn is_met(&self) -> Option<bool> {
        match self.goal? {
            Goal::Below(goal) => Some(median(&self.ours) < goal),
            Goal::AtMost(goal) => Some(median(&self.ours) <= goal),
            Goal::AtLeast(goal) => Some(median(&self.ours) >= goal),
            Goal::NoWorse => Some(median(&self.ours) <= median(&self.peer.as_ref()?.theirs)),
            Goal::Within(times) => Some(self.ratio()? <= times),
        }
    }

    fn cells(&self) -> [String; 7] {
        let peer =
            self.peer.as_ref().map(|peer| format!("{} {}", peer.name, self.unit.shown(median(&peer.theirs))));
        let met = self.is_met().map_or("", |met| if met { "met" } else { "NOT MET" });
        [
            self.what.clone(),
            self.unit.shown(median(&self.ours)),
            self.shown_spread(),
            peer.unwrap_or_default(),
            self.ratio().map_or(String::new(), |ratio| format!("{ratio:.2} ×")),
            match self.goal {
                Some(Goal::Below(goal)) => format!("< {}", self.unit.shown(goal)),
                Some(Goal::AtMost(goal)) => format!("<= {}", self.unit.shown(goal)),
                Some(Goal::AtLeast(goal)) => format!(">= {}", self.unit.shown(goal)),
                Some(Goal::NoWorse) => "no worse".to_owned(),
                Some(Goal::Within(times)) => format!("<= {times:.2} ×"),
                None => String::new(),
            },
            met.to_owned(),
        ]
    }

    /// From the smaller number to the larger, whichever of them is the better; nothing after a single look.
    fn shown_spread(&self) -> String {
        let (least, most) = spread(&self.ours);
        let (least, most) = (self.unit.shown(least), self.unit.shown(most));
        let (from, to) = if self.unit.is_rate() { (most, least) } else { (least, most) };
        let unit = |shown: &str| shown.split_once(' ').map(|(_, unit)| unit.to_owned());
        match from.split_once(' ') {
            _ if self.ours.len() < 2 => String::new(),
            Some((number, _)) if unit(&from) == unit(&to) => format!("{number} … {to}"),
            _ => format!("{from} … {to}"),
        }
    }

    fn json(&self) -> Value {
        let (least, most) = spread(&self.ours);
        let peer = self
            .peer
            .as_ref()
            .map(|peer| json!({"name": peer.name, "median": median(&peer.theirs), "ratio": self.ratio()}));
        let of = match self.unit {
            Unit::Bytes => "bytes",
            Unit::Similarity => "similarity",
            Unit::Distance => "distance",
            Unit::PerCent => "share",
            Unit::PerSecond(_) | Unit::Time | Unit::Throughput(_) => "seconds",
        };
        let (goal, times) = match self.goal {
            Some(Goal::Below(goal) | Goal::AtMost(goal) | Goal::AtLeast(goal)) => (Some(goal), None),
            Some(Goal::Within(times)) => (None, Some(times)),
            Some(Goal::NoWorse) => (None, Some(1.0)),
            None => (None, None),
        };
        json!({
            "what": self.what, "of": of, "shown": self.unit.shown(median(&self.ours)),
            "median": median(&self.ours), "least": least, "most": most, "rounds": self.ours.len(),
            "peer": peer, "goal": goal, "goal_ratio": times, "met": self.is_met(),
        })
    }
}

impl Unit {
    fn is_rate(self) -> bool {
        matches!(self, Self::PerSecond(_) | Self::Throughput(_))
    }

    fn shown(self, raw: f64) -> String {
        match self {
            Self::PerSecond(what) => format!("{} {what}/s", number(1.0 / raw)),
            Self::Throughput(bytes) => format!("{} MB/s", number(bytes as f64 / raw / 1e6)),
            Self::Time => format!("{} ms", number(raw * 1e3)),
            Self::Similarity => format!("{raw:.4}"),
            Self::Distance => format!("{raw:.1}"),
            Self::PerCent => format!("{:.2} %", raw * 100.0),
            Self::Bytes if raw.abs() >= 1e6 => format!("{} MB", number(raw / 1e6)),
            Self::Bytes => format!("{} kB", number(raw / 1e3)),
        }
    }
}

/// Three digits that say something.
fn number(value: f64) -> String {
    match value.abs() {
        size if size >= 100.0 => format!("{value:.0}"),
        size if size >= 10.0 => format!("{value:.1}"),
        _ => format!("{value:.2}"),
    }
}

/// The middle one; of an even number, the mean of the two.
pub(crate) fn median(rounds: &[f64]) -> f64 {
    let mut sorted = rounds.to_vec();
    sorted.sort_by(f64::total_cmp);
    let (low, high) = (sorted.len().saturating_sub(1) / 2, sorted.len() / 2);
    match (sorted.get(low), sorted.get(high)) {
        (Some(low), Some(high)) => (low + high) / 2.0,
        _ => f64::NAN,
    }
}

fn spread(rounds: &[f64]) -> (f64, f64) {
    rounds.iter().fold((f64::INFINITY, f64::NEG_INFINITY), |(least, most), round| {
        (least.min(*round), most.max(*round))
    })
}

/// Ours and theirs in turn, `rounds` times; each gives its own number for the round.
///
/// # Errors
/// At the first that fails.
pub(crate) fn in_turn(
    rounds: usize,
    mut ours: impl FnMut() -> Outcome<f64>,
    mut theirs: impl FnMut() -> Outcome<f64>,
) -> Outcome<(Vec<f64>, Vec<f64>)> {
    let (mut our_rounds, mut their_rounds) = (Vec::new(), Vec::new());
    // The first round fills caches and is nobody's.
    for round in 0..=rounds {
        let (our_round, their_round) = (ours()?, theirs()?);
        if round > 0 {
            our_rounds.push(our_round);
            their_rounds.push(their_round);
        }
    }
    Ok((our_rounds, their_rounds))
}

type Group = (&'static str, Vec<Figure>);

/// For a person.
pub(crate) fn table(groups: &[Group]) -> String {
    const HEAD: [&str; 7] = ["", "median", "spread", "peer in the same run", "ratio", "goal", ""];
    let mut rows = vec![HEAD.map(str::to_owned)];
    for (group, figures) in groups {
        rows.push(Default::default());
        rows.extend(figures.iter().map(|figure| {
            let mut cells = figure.cells();
            cells[0] = format!("{group}: {}", cells[0]);
            cells
        }));
    }
    let widths: Vec<usize> = (0..HEAD.len())
        .map(|column| rows.iter().map(|row| row[column].chars().count()).max().unwrap_or(0))
        .collect();
    let mut out = String::new();
    for row in rows {
        let line = row.iter().zip(&widths).map(|(cell, width)| format!("{cell:<width$}"));
        let line = line.collect::<Vec<_>>().join("  ");
        // Writing into a string cannot fail.
        let _ = writeln!(out, "{}", line.trim_end());
    }
    out
}

/// For a program: seconds, bytes and shares, unrounded.
pub(crate) fn json(machine: Value, groups: &[Group]) -> Value {
    let benches = groups.iter().map(|(group, figures)| {
        let figures: Vec<Value> = figures.iter().map(Figure::json).collect();
        ((*group).to_owned(), Value::from(figures))
    });
    json!({"machine": machine, "benches": benches.collect::<serde_json::Map<_, _>>()})
}
