//! Issue of trust: thousands of schedules in which everything breaks that can break, and every invariant asked after each.
//! `GONGDAN_SEED=n` runs one schedule and tells its steps; `GONGDAN_MINUTES=n` (as `make torture` sets it) runs for so long from a
//! seed taken from the clock, which it prints.

use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use gongdan_system_tests::sim::{Mutant, run};

/// Schedules in `make test`.
const SCHEDULES: u64 = 2000;
/// So many broken schedules tell enough.
const ENOUGH: usize = 20;
/// A broken product is caught within so many.
const MUTANT_SCHEDULES: u64 = 300;

fn asked(name: &str) -> Option<u64> {
    std::env::var(name).ok()?.parse().ok()
}

/// Two tests with every other seed each, so that two cores share them.
#[test]
fn every_odd_schedule_keeps_every_invariant() {
    campaign(1);
}

#[test]
fn every_even_schedule_keeps_every_invariant() {
    campaign(2);
}

fn campaign(offset: u64) {
    if let Some(seed) = asked("GONGDAN_SEED") {
        if seed % 2 != offset % 2 {
            return;
        }
        let outcome = run(seed, None);
        println!("{}", outcome.report());
        assert!(outcome.violations.is_empty(), "seed {seed} breaks a promise");
        return;
    }
    let begun = Instant::now();
    let minutes = asked("GONGDAN_MINUTES");
    let first = match minutes {
        Some(_) => SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs() << 20),
        None => 0,
    } + offset;
    let more = |done: u64| match minutes {
        Some(minutes) => begun.elapsed() < Duration::from_secs(minutes * 60),
        None => done * 2 < asked("GONGDAN_SCHEDULES").unwrap_or(SCHEDULES),
    };
    println!("first seed: {first}");
    let (mut done, mut steps, mut requests, mut broken) = (0, 0, 0, Vec::new());
    while more(done) && broken.len() < ENOUGH {
        let outcome = run(first + 2 * done, None);
        (done, steps, requests) = (done + 1, steps + outcome.steps, requests + outcome.requests);
        if let Some(violation) = outcome.violations.first() {
            println!("seed {}: {violation}", outcome.seed);
            broken.push(outcome);
        }
    }
    println!("schedules: {done}, steps: {steps}, requests: {requests}, in {:.1} s", begun.elapsed().as_secs_f64());
    assert!(broken.is_empty(), "{}", broken[0].report());
}

#[test]
fn every_mutant_is_caught() {
    let mut missed = Vec::new();
    for mutant in Mutant::ALL {
        let caught =
            (1..=MUTANT_SCHEDULES).map(|seed| run(seed, Some(mutant))).find(|outcome| !outcome.violations.is_empty());
        match caught {
            Some(outcome) => println!("{mutant:?}: caught by schedule {}: {}", outcome.seed, outcome.violations[0]),
            None => missed.push(mutant),
        }
    }
    println!("mutants caught: {} of {}", Mutant::ALL.len() - missed.len(), Mutant::ALL.len());
    assert!(missed.is_empty(), "the checker does not see: {missed:?}");
}
