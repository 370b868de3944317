//! Published reference data as it came from the office, by version; parsed once and shared.

use std::any::{Any, TypeId};
use std::collections::HashMap;
use std::sync::{Arc, Mutex};

use chrono::NaiveDate;
use chrono_tz::Tz;
use gongdan_domain::catalogue::CompanyProfile;
use gongdan_domain::reference::ReferenceKind;
use gongdan_domain::sync::change::Scope;
use gongdan_domain::time::Instant;
use rusqlite::{Connection, OptionalExtension as _, params};
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::error::Result;
use crate::store::{Applier, Reader, Store, lock};

/// Before the company's profile has come.
const ZONE: Tz = Tz::Asia__Shanghai;

type Parsed = Arc<dyn Any + Send + Sync>;

/// Parsed versions by kind, version and type.
#[derive(Default)]
pub(super) struct ReferenceCache(Mutex<HashMap<(String, String, TypeId), Parsed>>);

impl ReferenceCache {
    pub(super) fn clear(&self) {
        lock(&self.0).clear();
    }

    fn get<T: DeserializeOwned + Send + Sync + 'static>(
        &self,
        kind: &str,
        version: &str,
        body: impl FnOnce() -> Result<String>,
    ) -> Result<Arc<T>> {
        let key = (kind.to_owned(), version.to_owned(), TypeId::of::<T>());
        if let Some(parsed) = lock(&self.0).get(&key).cloned().and_then(|any| any.downcast::<T>().ok()) {
            return Ok(parsed);
        }
        let parsed = Arc::new(serde_json::from_str::<T>(&body()?)?);
        lock(&self.0).insert(key, parsed.clone());
        Ok(parsed)
    }
}

fn name(kind: ReferenceKind) -> String {
    serde_json::to_value(kind).ok().and_then(|v| v.as_str().map(str::to_owned)).unwrap_or_default()
}

impl Store {
    pub(super) fn zone(&self, connection: &Connection, now: Instant) -> Tz {
        let on = now.with_timezone(&ZONE).date_naive();
        let profile: Option<Arc<CompanyProfile>> =
            self.reference_on(connection, ReferenceKind::CompanyProfile, on).ok().flatten();
        profile.and_then(|p| p.zone.parse().ok()).unwrap_or(ZONE)
    }

    fn reference_on<T: DeserializeOwned + Send + Sync + 'static>(
        &self,
        connection: &Connection,
        kind: ReferenceKind,
        on: NaiveDate,
    ) -> Result<Option<Arc<T>>> {
        let sql = "SELECT version FROM reference WHERE kind = ?1 AND valid_from <= ?2
                   AND (valid_until IS NULL OR valid_until >= ?2) ORDER BY valid_from DESC, position DESC LIMIT 1";
        let (kind, on) = (name(kind), on.to_string());
        let version: Option<String> =
            connection.prepare_cached(sql)?.query_row([&kind, &on], |row| row.get(0)).optional()?;
        version.map(|version| self.reference_at(connection, &kind, &version)).transpose()
    }

    fn reference_at<T: DeserializeOwned + Send + Sync + 'static>(
        &self,
        connection: &Connection,
        kind: &str,
        version: &str,
    ) -> Result<Arc<T>> {
        self.references.get(kind, version, || {
            let sql = "SELECT body FROM reference WHERE kind = ?1 AND version = ?2 ORDER BY position DESC LIMIT 1";
            Ok(connection.prepare_cached(sql)?.query_row([kind, version], |row| row.get(0))?)
        })
    }
}

impl Reader<'_> {
    /// The version in force on a day.
    pub fn reference<T: DeserializeOwned + Send + Sync + 'static>(
        &self,
        kind: ReferenceKind,
        on: NaiveDate,
    ) -> Result<Option<Arc<T>>> {
        self.store.reference_on(self.connection, kind, on)
    }

    /// A version by name: what a document was made with.
    pub fn reference_version<T: DeserializeOwned + Send + Sync + 'static>(
        &self,
        kind: ReferenceKind,
        version: &str,
    ) -> Result<Option<Arc<T>>> {
        let kind = name(kind);
        let sql = "SELECT 1 FROM reference WHERE kind = ?1 AND version = ?2";
        if !self.conn().prepare_cached(sql)?.exists([kind.as_str(), version])? {
            return Ok(None);
        }
        self.store.reference_at(self.connection, &kind, version).map(Some)
    }
}

impl Applier<'_> {
    pub fn put_reference(
        &self,
        kind: &str,
        id: &str,
        version: &str,
        body: &Value,
        position: u64,
        scopes: &[Scope],
    ) -> Result<()> {
        let sql = "INSERT INTO reference (kind, id, version, valid_from, valid_until, body, position)
                   VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)
                   ON CONFLICT (kind, id, version) DO UPDATE SET valid_from = excluded.valid_from,
                   valid_until = excluded.valid_until, body = excluded.body, position = excluded.position";
        // A published version may come as it is or in its envelope `{"kind", "body"}`.
        let body = body.get("body").filter(|_| body.get("kind").is_some()).unwrap_or(body);
        let day = |field: &str| body.get(field).and_then(Value::as_str).map(str::to_owned);
        let from = day("valid_from").unwrap_or_default();
        let text = body.to_string();
        self.conn().prepare_cached(sql)?.execute(params![
            kind,
            id,
            version,
            from,
            day("valid_until"),
            text,
            position
        ])?;
        self.published.set(true);
        self.place("reference", &format!("{kind}/{id}/{version}"), scopes)
    }
}
