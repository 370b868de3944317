//! After the server was restored: which records it has sent again, and what is left to be offered to the office (invariant
//! `restore_refills`). Nothing is dropped for not having come again.

use std::collections::BTreeMap;

use gongdan_domain::id::FactId;
use gongdan_domain::sync::change::{EntityRef, Scope};
use gongdan_domain::sync::merge::Register;
use gongdan_domain::sync::wire::{Record, RecordBody};
use gongdan_domain::time::Instant;
use rusqlite::{OptionalExtension as _, params};
use uuid::Uuid;

use crate::error::Result;
use crate::store::scope::parse;
use crate::store::{Applier, Reader};

/// A record as the table names it.
pub type Named = (String, String);

impl Reader<'_> {
    /// The next records to offer, with their names in the table.
    pub fn to_offer(&self, limit: u32) -> Result<Vec<(Named, Option<Record>)>> {
        let sql = "SELECT record, id FROM unconfirmed ORDER BY record, id LIMIT ?1";
        let mut statement = self.conn().prepare_cached(sql)?;
        let named = statement.query_map([limit], |row| Ok((row.get(0)?, row.get(1)?)))?;
        let named = named.collect::<rusqlite::Result<Vec<Named>>>()?;
        named.into_iter().map(|name| Ok((name.clone(), self.as_held(&name.0, &name.1)?))).collect()
    }

    fn as_held(&self, record: &str, id: &str) -> Result<Option<Record>> {
        let body = match record {
            "entity" => self.held_entity(id)?,
            "fact" => self.held_fact(id)?,
            "sealed" => self.held_sealed(id)?,
            "reference" => self.held_reference(id)?,
            "retraction" => id.parse::<FactId>().ok().map(|target| RecordBody::Retraction { targets: vec![target] }),
            _ => None,
        };
        let scopes = match &body {
            // A retraction reaches whom its fact reaches.
            Some(RecordBody::Retraction { .. }) => self.memberships("fact", id)?,
            _ => self.memberships(record, id)?,
        };
        Ok(body.filter(|_| !scopes.is_empty()).map(|body| Record { position: 0, scopes, body }))
    }

    fn memberships(&self, record: &str, id: &str) -> Result<Vec<Scope>> {
        let sql = "SELECT scope FROM membership WHERE record = ?1 AND id = ?2 ORDER BY scope";
        let mut statement = self.conn().prepare_cached(sql)?;
        let scopes = statement.query_map([record, id], |row| row.get::<_, String>(0))?;
        Ok(scopes.collect::<rusqlite::Result<Vec<_>>>()?.iter().map(|text| parse(text)).collect())
    }

    fn held_entity(&self, id: &str) -> Result<Option<RecordBody>> {
        let Some((kind, entity)) = id.split_once('/').and_then(|(k, e)| Some((k, Uuid::parse_str(e).ok()?))) else {
            return Ok(None);
        };
        let sql = "SELECT field, state FROM register WHERE kind = ?1 AND entity = ?2";
        let mut statement = self.conn().prepare_cached(sql)?;
        let rows = statement.query_map(params![kind, entity.to_string()], |row| {
            Ok((row.get::<_, String>(0)?, row.get::<_, String>(1)?))
        })?;
        let mut fields = BTreeMap::new();
        for row in rows {
            let (field, state) = row?;
            let register: Register = serde_json::from_str(&state)?;
            // Own writes that wait travel in the outbox.
            if !register.heads.is_empty() {
                fields.insert(field, register);
            }
        }
        Ok((!fields.is_empty()).then(|| RecordBody::Entity { entity: EntityRef::new(kind, entity), fields }))
    }

    fn held_fact(&self, id: &str) -> Result<Option<RecordBody>> {
        let sql = "SELECT body, received_at FROM fact WHERE id = ?1 AND device_seq IS NULL";
        let row = self
            .conn()
            .prepare_cached(sql)?
            .query_row([id], |row| Ok((row.get::<_, String>(0)?, row.get::<_, Option<String>>(1)?)));
        let Some((body, received_at)) = row.optional()? else { return Ok(None) };
        let received_at = received_at.and_then(|at| at.parse::<Instant>().ok()).unwrap_or_else(|| self.now());
        Ok(Some(RecordBody::Fact { fact: serde_json::from_str(&body)?, received_at }))
    }

    fn held_sealed(&self, hash: &str) -> Result<Option<RecordBody>> {
        let Some(sealed) = self.sealed_by_hash(hash)? else { return Ok(None) };
        // Without a receipt it was never at the server: its change waits in the outbox.
        Ok(sealed.receipt.map(|receipt| RecordBody::Sealed {
            document: sealed.document,
            files: sealed.files,
            job: sealed.job.0,
            visit: sealed.visit.0,
            receipt,
        }))
    }

    fn held_reference(&self, name: &str) -> Result<Option<RecordBody>> {
        let sql = "SELECT kind, id, version, body FROM reference WHERE kind || '/' || id || '/' || version = ?1";
        let row = self
            .conn()
            .prepare_cached(sql)?
            .query_row([name], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get::<_, String>(3)?)));
        let Some((kind, id, version, body)) = row.optional()? else { return Ok(None) };
        Ok(Some(RecordBody::Reference { kind, id, version, body: serde_json::from_str(&body)? }))
    }
}

impl Applier<'_> {
    /// The server went back: whatever is held waits until it comes again.
    pub fn doubt_everything(&self) -> Result<()> {
        self.conn().execute_batch(
            "DELETE FROM unconfirmed;
             INSERT INTO unconfirmed (record, id)
                 SELECT DISTINCT record, id FROM membership WHERE record IN ('entity', 'fact', 'sealed', 'reference');
             INSERT INTO unconfirmed (record, id) SELECT 'retraction', target FROM retraction WHERE device_seq IS NULL;",
        )?;
        Ok(())
    }

    /// It came again, or the office has it now.
    pub fn confirm(&self, record: &str, id: &str) -> Result<()> {
        self.conn().prepare_cached("DELETE FROM unconfirmed WHERE record = ?1 AND id = ?2")?.execute([record, id])?;
        Ok(())
    }
}
