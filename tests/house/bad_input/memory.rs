//! What a stack costs in memory: as much at its last sheet as at its first. The figures of a release build with real pages
//! are those of `cargo xtask bench`.

use std::fs;

use serde_json::Value;

use super::feeder::{Feeder, Sheet};
use super::kills::workers;
use super::support::{School, folder, is_at_work, scanner_of, wait_for, wish};

const SHEETS: u32 = 100;
/// Until then everything has been used once.
const SOON: u64 = 5;
/// What the box and its scan worker may grow by, together.
const GROWTH_KB: u64 = 50_000;

#[test]
fn a_stack_of_a_hundred_sheets_costs_no_more_memory_than_its_first() {
    let feeder = Feeder::empty(&folder("memory"));
    let school = School::open("memory", &feeder.variables());
    let clerk = school.clerk();
    let wish = wish(&scanner_of(&clerk), "feeder");
    let at_rest = resident_kb(&school);
    let stack: Vec<Sheet> = (1..=SHEETS).map(|sheet| vec![2 * sheet]).collect();
    feeder.lay(&stack);
    let path = format!("/api/scans/{}", clerk.post("/api/scans", &wish).unwrap()["id"].as_str().unwrap());
    let (mut first, mut most) = (None, 0);
    let scan = wait_for("the stack to be through", || {
        let scan = clerk.get(&format!("{path}?from={SHEETS}")).unwrap();
        let now = resident_kb(&school);
        if scan["pages_total"].as_u64().unwrap() >= SOON {
            first.get_or_insert(now);
        }
        most = most.max(now);
        (!is_at_work(&scan)).then_some(scan)
    });
    assert_eq!(
        (&scan["state"], &scan["pages_total"]),
        (&Value::from("done"), &Value::from(SHEETS)),
        "{scan}"
    );
    let first = first.expect("more than five sheets came");
    println!(
        "box and worker: {at_rest} KB before, {first} KB at sheet {SOON}, at most {most} KB of {SHEETS} sheets"
    );
    assert!(most.saturating_sub(first) < GROWTH_KB, "{first} KB at first, {most} KB later");
    school.closes_sound();
}

/// What the box and its workers hold in memory; one that has just left holds nothing.
fn resident_kb(school: &School) -> u64 {
    let of_box = school.machine.process().expect("the box runs");
    let resident = |process: u32| -> u64 {
        let facts = fs::read_to_string(format!("/proc/{process}/status")).unwrap_or_default();
        let line = facts.lines().find_map(|line| line.strip_prefix("VmRSS:")).unwrap_or("0");
        line.split_whitespace().next().and_then(|kb| kb.parse().ok()).unwrap_or(0)
    };
    resident(of_box) + workers(of_box).into_iter().map(resident).sum::<u64>()
}
