//! How often a secret may be guessed. A try is counted before anything is looked at, and taken back when it was right: whoever asks a
//! hundred times at once has no more tries than who asks one by one. Kept in memory, by a hash of what is counted, so that nobody makes
//! it larger by what he sends: a restart forgives.

use std::collections::HashMap;
use std::net::{IpAddr, Ipv6Addr};
use std::sync::{Mutex, MutexGuard, PoisonError};

use chrono::Duration;
use gongdan_domain::problem::{Code, Problem};
use gongdan_domain::time::Instant;
use serde_json::json;
use sha2::{Digest as _, Sha256};

use crate::error::Result;

const TRIES: u32 = 10;
const WINDOW_MINUTES: i64 = 5;

/// What tries are counted by: a digest, whatever a stranger calls himself.
type Counted = [u8; 32];

/// What a caller is counted by. Who has one IPv6 address has the 2⁶⁴ of his network.
pub fn key(what: &str, from: IpAddr) -> String {
    match from.to_canonical() {
        IpAddr::V4(address) => format!("{what} {address}"),
        IpAddr::V6(address) => {
            let network = Ipv6Addr::from_bits(address.to_bits() & (u128::MAX << 64));
            format!("{what} {network}/64")
        }
    }
}

#[derive(Default)]
struct Windows {
    failed: HashMap<Counted, (u32, Instant)>,
    /// When windows that ended are dropped next.
    swept_until: Option<Instant>,
}

#[derive(Default)]
pub struct Limits(Mutex<Windows>);

fn window() -> Duration {
    Duration::minutes(WINDOW_MINUTES)
}

fn counted(key: &str) -> Counted {
    Sha256::digest(key.as_bytes()).into()
}

impl Windows {
    fn check(&self, key: &Counted, now: Instant) -> Result<()> {
        match self.failed.get(key) {
            Some((count, since)) if *count >= TRIES && now < *since + window() => {
                let wait = (*since + window() - now).num_seconds();
                Err(Problem::with(Code::TooManyTries, json!({ "wait_seconds": wait })).into())
            }
            _ => Ok(()),
        }
    }

    fn count(&mut self, key: Counted, now: Instant) {
        if self.swept_until.is_none_or(|until| now >= until) {
            self.failed.retain(|_, (_, since)| now < *since + window());
            self.swept_until = Some(now + window());
        }
        let entry = self.failed.entry(key).or_insert((0, now));
        if now >= entry.1 + window() {
            *entry = (0, now);
        }
        entry.0 += 1;
    }

    fn take_back(&mut self, key: &Counted) {
        if let Some((count, _)) = self.failed.get_mut(key) {
            *count -= 1;
            if *count == 0 {
                self.failed.remove(key);
            }
        }
    }
}

impl Limits {
    fn windows(&self) -> MutexGuard<'_, Windows> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Counts a try under each key; refuses it and counts nothing where one of them failed too often lately.
    pub fn begin(&self, keys: &[&str], now: Instant) -> Result<()> {
        let keys: Vec<Counted> = keys.iter().map(|key| counted(key)).collect();
        let mut windows = self.windows();
        keys.iter().try_for_each(|key| windows.check(key, now))?;
        keys.into_iter().for_each(|key| windows.count(key, now));
        Ok(())
    }

    /// The try was right, or was none.
    pub fn take_back(&self, key: &str) {
        self.windows().take_back(&counted(key));
    }

    /// Who knows the secret has not been guessing.
    pub fn forget(&self, key: &str) {
        self.windows().failed.remove(&counted(key));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(minute: i64) -> Instant {
        Instant::from_timestamp_millis(minute * 60_000).expect("a time")
    }

    fn kept(limits: &Limits) -> usize {
        limits.windows().failed.len()
    }

    #[test]
    fn l3_a_neighbour_in_ones_own_network_is_nobody_else() {
        let key = |text: &str| key("sign-in", text.parse().expect("an address"));
        assert_eq!(key("2001:db8:0:1::1"), key("2001:db8:0:1:ffff:ffff:ffff:ffff"));
        assert_ne!(key("2001:db8:0:1::1"), key("2001:db8:0:2::1"));
        assert_ne!(key("192.0.2.1"), key("192.0.2.2"));
        assert_eq!(key("192.0.2.1"), key("::ffff:192.0.2.1"), "the same caller at a socket of both kinds");
    }

    #[test]
    fn l3_tries_that_were_right_are_no_tries_and_windows_that_ended_are_not_kept() {
        let limits = Limits::default();
        for n in 0..20 {
            limits.begin(&["a", "b"], at(0)).expect("a right one is no failure");
            limits.take_back("a");
            limits.forget("b");
            limits.begin(&[&format!("stranger {n}")], at(0)).expect("the first of his");
        }
        assert_eq!(kept(&limits), 20, "of what was right nothing is kept");
        for _ in 0..TRIES {
            limits.begin(&["a", "b"], at(4)).expect("one of ten");
        }
        assert!(limits.begin(&["a", "c"], at(8)).is_err(), "ten failed");
        limits.begin(&["c"], at(8)).expect("a refused try counts under no key");
        limits.take_back("c");
        assert_eq!(kept(&limits), 2, "the strangers' windows ended");
        limits.begin(&["a", "b"], at(9)).expect("five minutes after the first");
    }
}
