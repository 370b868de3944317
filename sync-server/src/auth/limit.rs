//! How often a secret may be guessed. Kept in memory: a restart forgives.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use chrono::Duration;
use gongdan_domain::problem::{Code, Problem};
use gongdan_domain::time::Instant;
use serde_json::json;

use crate::error::Result;

const TRIES: u32 = 10;
const WINDOW_MINUTES: i64 = 5;
/// Beyond this many keys the oldest windows are dropped.
const KEYS: usize = 10_000;

#[derive(Default)]
pub struct Limits(Mutex<HashMap<String, (u32, Instant)>>);

impl Limits {
    /// Refuses when a key failed too often lately.
    pub fn check(&self, key: &str, now: Instant) -> Result<()> {
        let failed = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        match failed.get(key) {
            Some((count, since)) if *count >= TRIES && now < *since + Duration::minutes(WINDOW_MINUTES) => {
                let wait = (*since + Duration::minutes(WINDOW_MINUTES) - now).num_seconds();
                Err(Problem::with(Code::TooManyTries, json!({ "wait_seconds": wait })).into())
            }
            _ => Ok(()),
        }
    }

    pub fn failed(&self, key: &str, now: Instant) {
        let mut failed = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if failed.len() >= KEYS {
            failed.retain(|_, (_, since)| now < *since + Duration::minutes(WINDOW_MINUTES));
        }
        let entry = failed.entry(key.to_owned()).or_insert((0, now));
        if now >= entry.1 + Duration::minutes(WINDOW_MINUTES) {
            *entry = (0, now);
        }
        entry.0 += 1;
    }

    pub fn succeeded(&self, key: &str) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).remove(key);
    }
}
