//! Hostile input made from good input: an entry of the corpus, cut, spliced and altered. Bytes from nowhere hardly get past the first
//! character of a parser; a request that was good until somebody touched it gets far. The corpus is in `tests/fuzz/corpus/<target>`.

use std::fs;
use std::path::PathBuf;
use std::time::{Duration, Instant};

use serde_json::Value;

use crate::sim::dice::Dice;

/// Cases of one target in `make test`.
const CASES: u64 = 300;
/// Changes to one input, at most.
const EDITS: usize = 6;

/// Pieces that parsers trip over.
const PIECES: [&str; 18] = [
    "",
    "null",
    "-1",
    "18446744073709551615",
    "18446744073709551616",
    "[1, 18446744073709551615]",
    "1e999",
    "\"\\u0000\"",
    "[[[[[[[[[[[[",
    "{}",
    "\u{feff}",
    "龘𠮷",
    "..%2f..%2f",
    "job:",
    "2026-13-45T99:99:99Z",
    "\"\\ud800\"",
    "9999999999999999999",
    "\r\n",
];

/// Values that a field does not expect, or barely.
const VALUES: [&str; 16] = [
    "null",
    "true",
    "0",
    "-1",
    "0.5",
    "1e308",
    "18446744073709551615",
    "\"\"",
    "\"龘𠮷\"",
    "[]",
    "{}",
    "[null]",
    "\"job:x\"",
    "\"person:00000000-0000-0000-0000-000000000000\"",
    "\"00000000-0000-0000-0000-000000000000\"",
    "\"9999-12-31T23:59:59.999999999Z\"",
];

/// Every place in a JSON value.
fn places(value: &Value, here: &str, all: &mut Vec<String>) {
    all.push(here.to_owned());
    match value {
        Value::Object(fields) => {
            for (name, value) in fields {
                places(value, &format!("{here}/{}", name.replace('~', "~0").replace('/', "~1")), all);
            }
        }
        Value::Array(values) => {
            for (n, value) in values.iter().enumerate() {
                places(value, &format!("{here}/{n}"), all);
            }
        }
        _ => {}
    }
}

/// Something else stands in one place: an odd value, what stands elsewhere, nothing, or the same twice.
fn grafted(dice: &mut Dice, value: &mut Value) {
    let mut all = Vec::new();
    places(value, "", &mut all);
    let (Some(at), Some(from)) = (dice.pick(&all).cloned(), dice.pick(&all).cloned()) else { return };
    let elsewhere = value.pointer(&from).cloned().unwrap_or_default();
    let Some(place) = value.pointer_mut(&at) else { return };
    match (dice.below(4), place) {
        (0, Value::Array(values)) => values.extend(values.clone()),
        (0, Value::Object(fields)) => {
            let name = fields.keys().next().cloned();
            drop(name.and_then(|name| fields.remove(&name)));
        }
        (1, place) => *place = elsewhere,
        (_, place) => *place = serde_json::from_str(VALUES[dice.below(VALUES.len())]).unwrap_or_default(),
    }
}

/// One input: an entry with a few changes. What is JSON stays JSON half of the time, or nothing would get past its parser.
fn altered(dice: &mut Dice, corpus: &[Vec<u8>]) -> Vec<u8> {
    let mut bytes = dice.pick(corpus).cloned().unwrap_or_default();
    if let Ok(mut value) = serde_json::from_slice::<Value>(&bytes)
        && dice.percent(50)
    {
        (0..=dice.below(3)).for_each(|_| grafted(dice, &mut value));
        return value.to_string().into_bytes();
    }
    for _ in 0..=dice.below(EDITS) {
        let at = dice.below(bytes.len() + 1);
        let end = (at + dice.below(64)).min(bytes.len());
        match dice.below(7) {
            0 => bytes.iter_mut().skip(at).take(1).for_each(|byte| *byte ^= 1 << dice.below(8)),
            1 => bytes.iter_mut().skip(at).take(1).for_each(|byte| *byte = dice.below(256) as u8),
            2 => bytes.truncate(at),
            3 => drop(bytes.drain(at..end)),
            4 => {
                let piece = bytes[at..end].to_vec();
                bytes.splice(at..at, piece);
            }
            5 => drop(bytes.splice(at..at, PIECES[dice.below(PIECES.len())].bytes())),
            _ => {
                let other = dice.pick(corpus).cloned().unwrap_or_default();
                bytes.truncate(at);
                bytes.extend_from_slice(&other[other.len() / 2..]);
            }
        }
    }
    bytes
}

/// The entries of a target's corpus, each good input.
pub fn corpus(target: &str) -> Vec<Vec<u8>> {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../fuzz/corpus").join(target);
    let entries = fs::read_dir(&folder).unwrap_or_else(|e| panic!("{}: {e}", folder.display()));
    let mut paths: Vec<PathBuf> = entries.flatten().map(|entry| entry.path()).collect();
    paths.sort();
    assert!(!paths.is_empty(), "{} holds something to begin with", folder.display());
    paths.iter().map(|path| fs::read(path).expect("read")).collect()
}

/// Feeds a target with every entry as it is, then with altered ones. `more` is good input that only a running world can make.
/// `GONGDAN_FUZZ_SECONDS` makes it last, `GONGDAN_FUZZ_SEED` gives it one altered input alone.
pub fn feed(target: &str, more: Vec<Vec<u8>>, mut eat: impl FnMut(&[u8])) {
    let mut corpus = corpus(target);
    corpus.extend(more);
    let asked = |name: &str| std::env::var(name).ok().and_then(|text| text.parse::<u64>().ok());
    if let Some(seed) = asked("GONGDAN_FUZZ_SEED") {
        let bytes = altered(&mut Dice::new(seed), &corpus);
        println!("{}", String::from_utf8_lossy(&bytes));
        return eat(&bytes);
    }
    corpus.iter().for_each(|entry| eat(entry));
    let (begun, seconds) = (Instant::now(), asked("GONGDAN_FUZZ_SECONDS"));
    let more = |seed: u64| seconds.map_or(seed < CASES, |seconds| begun.elapsed() < Duration::from_secs(seconds));
    for seed in (0..).take_while(|seed| more(*seed)) {
        // Shown only where the target panics.
        println!("{target}: GONGDAN_FUZZ_SEED={seed}");
        eat(&altered(&mut Dice::new(seed), &corpus));
    }
}
