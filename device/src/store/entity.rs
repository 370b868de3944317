//! Entities and their registers: the server's heads, own pending writes over them, and the writing of a field.

use std::collections::BTreeMap;

use gongdan_domain::entity::Fields;
use gongdan_domain::id::WriteId;
use gongdan_domain::sync::change::{EntityRef, Op, Scope, Write};
use gongdan_domain::sync::merge::{Register, overlay};
use rusqlite::{OptionalExtension as _, params};
use serde_json::Value;
use uuid::Uuid;

use crate::error::Result;
use crate::store::scope::key;
use crate::store::{Applier, Reader, Tx, id_rows, json_rows, outbox};
use crate::view::FieldView;

/// A field in conflict, one of whose values is the own.
pub struct Conflict {
    pub entity: EntityRef,
    pub field: String,
    pub register: Register,
    /// What was shown when the own write began.
    pub base: Value,
}

impl Reader<'_> {
    /// The fields as the screen shows them: the server's state with the own writes that it does not contain yet.
    pub fn fields(&self, entity: &EntityRef) -> Result<Fields> {
        let id = entity.id.to_string();
        let sql = "SELECT field, state FROM register WHERE kind = ?1 AND entity = ?2";
        let mut statement = self.conn().prepare_cached(sql)?;
        let rows =
            statement.query_map([&entity.kind, &id], |row| Ok((row.get::<_, String>(0)?, row.get::<_, String>(1)?)))?;
        let mut fields = BTreeMap::new();
        for row in rows {
            let (field, state) = row?;
            fields.insert(field, serde_json::from_str::<Register>(&state)?);
        }
        let sql = "SELECT body FROM pending_write WHERE kind = ?1 AND entity = ?2 ORDER BY device_seq, id";
        let pending: Vec<Write> = json_rows(self.conn(), sql, [&entity.kind, &id])?;
        for write in &pending {
            let register = fields.entry(write.field.clone()).or_default();
            *register = overlay(register, [write]);
        }
        Ok(Fields(fields))
    }

    pub fn field_views(&self, entity: &EntityRef) -> Result<BTreeMap<String, FieldView>> {
        let fields = self.fields(entity)?.0.into_iter();
        Ok(fields
            .filter(|(_, r)| !r.heads.is_empty())
            .map(|(field, register)| (field, FieldView::of(&register)))
            .collect())
    }

    pub fn exists(&self, entity: &EntityRef) -> Result<bool> {
        let sql = "SELECT 1 FROM entity WHERE kind = ?1 AND id = ?2";
        Ok(self.conn().prepare_cached(sql)?.exists(params![entity.kind, entity.id.to_string()])?)
    }

    /// All entities of a kind.
    pub fn entities(&self, kind: &str) -> Result<Vec<(Uuid, Fields)>> {
        let ids = id_rows(self.conn(), "SELECT id FROM entity WHERE kind = ?1 ORDER BY id", [kind])?;
        self.with_fields(kind, ids)
    }

    /// The entities of a kind whose field shows this text.
    pub fn entities_where(&self, kind: &str, field: &str, value: &str) -> Result<Vec<(Uuid, Fields)>> {
        let sql = "SELECT entity FROM register WHERE kind = ?1 AND field = ?2 AND shown = ?3 ORDER BY entity";
        let ids = id_rows(self.conn(), sql, [kind, field, value])?;
        self.with_fields(kind, ids)
    }

    fn with_fields(&self, kind: &str, ids: Vec<Uuid>) -> Result<Vec<(Uuid, Fields)>> {
        ids.into_iter().map(|id| Ok((id, self.fields(&EntityRef::new(kind, id))?))).collect()
    }

    /// Fields in conflict in which this person has a value.
    pub fn conflicts(&self) -> Result<Vec<Conflict>> {
        let sql = "SELECT kind, entity, field FROM register WHERE conflict = 1 ORDER BY kind, entity, field";
        let mut statement = self.conn().prepare_cached(sql)?;
        let rows = statement
            .query_map([], |row| Ok((row.get::<_, String>(0)?, row.get::<_, String>(1)?, row.get::<_, String>(2)?)))?;
        let mut found = Vec::new();
        for row in rows {
            let (kind, id, field) = row?;
            let entity = EntityRef { kind, id: Uuid::parse_str(&id).unwrap_or_default() };
            let register = self.fields(&entity)?.0.remove(&field).unwrap_or_default();
            let base = self.base(&register)?;
            found.push(Conflict { entity, field, register, base });
        }
        Ok(found)
    }

    pub fn conflict_count(&self) -> Result<u32> {
        self.count("SELECT count(*) FROM register WHERE conflict = 1")
    }

    fn base(&self, register: &Register) -> Result<Value> {
        let mut statement = self.conn().prepare_cached("SELECT value FROM write_base WHERE write = ?1")?;
        for head in &register.heads {
            if let Some(text) =
                statement.query_row([head.write.to_string()], |row| row.get::<_, String>(0)).optional()?
            {
                return Ok(serde_json::from_str(&text)?);
            }
        }
        Ok(Value::Null)
    }

    /// Brings what is derived from a register up to date: the shown text and whether the person has to choose.
    fn refresh(&self, entity: &EntityRef, field: &str) -> Result<()> {
        let id = entity.id.to_string();
        let state: Option<String> = self
            .conn()
            .prepare_cached("SELECT state FROM register WHERE kind = ?1 AND entity = ?2 AND field = ?3")?
            .query_row([&entity.kind, &id, field], |row| row.get(0))
            .optional()?;
        let server: Register = state.map(|text| serde_json::from_str(&text)).transpose()?.unwrap_or_default();
        self.show(entity, field, &server, &self.pending(entity, field)?)
    }

    fn pending(&self, entity: &EntityRef, field: &str) -> Result<Vec<Write>> {
        let sql =
            "SELECT body FROM pending_write WHERE kind = ?1 AND entity = ?2 AND field = ?3 ORDER BY device_seq, id";
        json_rows(self.conn(), sql, [&entity.kind, &entity.id.to_string(), field])
    }

    /// Keeps a register with what is derived from it.
    fn show(&self, entity: &EntityRef, field: &str, server: &Register, pending: &[Write]) -> Result<()> {
        let register = overlay(server, pending);
        let shown = register.shown().and_then(|head| head.value.as_str());
        let conflict = register.in_conflict() && register.heads.iter().any(|head| head.by == self.me());
        let sql = "INSERT INTO register (kind, entity, field, state, shown, conflict) VALUES (?1, ?2, ?3, ?4, ?5, ?6)
                   ON CONFLICT (kind, entity, field)
                   DO UPDATE SET state = excluded.state, shown = excluded.shown, conflict = excluded.conflict";
        let (id, state) = (entity.id.to_string(), serde_json::to_string(server)?);
        self.conn().prepare_cached(sql)?.execute(params![entity.kind, id, field, state, shown, conflict])?;
        Ok(())
    }

    /// Whether own writes lie over an entity, or lay over it.
    fn has_own_writes(&self, entity: &EntityRef) -> Result<bool> {
        let sql = "SELECT 1 FROM pending_write WHERE kind = ?1 AND entity = ?2
                   UNION ALL SELECT 1 FROM write_base WHERE kind = ?1 AND entity = ?2";
        Ok(self.conn().prepare_cached(sql)?.exists(params![entity.kind, entity.id.to_string()])?)
    }

    /// An own write over what the server has.
    pub(super) fn keep_pending(&self, write: &Write, seq: u64) -> Result<()> {
        self.remember_entity(&write.entity, &write.scopes)?;
        let sql =
            "INSERT INTO pending_write (id, kind, entity, field, device_seq, body) VALUES (?1, ?2, ?3, ?4, ?5, ?6)
                   ON CONFLICT (id) DO UPDATE SET body = excluded.body";
        let body = serde_json::to_string(write)?;
        let (id, entity) = (write.id.to_string(), write.entity.id.to_string());
        self.conn().prepare_cached(sql)?.execute(params![id, write.entity.kind, entity, write.field, seq, body])?;
        self.refresh(&write.entity, &write.field)
    }

    fn remember_entity(&self, entity: &EntityRef, scopes: &[Scope]) -> Result<()> {
        let sql = "INSERT OR IGNORE INTO entity (kind, id) VALUES (?1, ?2)";
        self.conn().prepare_cached(sql)?.execute(params![entity.kind, entity.id.to_string()])?;
        self.join("entity", &key(entity), scopes)?;
        self.learn_visit_of(entity)
    }
}

impl FieldView {
    pub fn of(register: &Register) -> Self {
        Self {
            value: register.shown().map_or(Value::Null, |head| head.value.clone()),
            heads: register.seen(),
            conflict: register.in_conflict(),
        }
    }
}

impl Tx<'_> {
    /// Writes a field as part of this action.
    pub fn write_field(
        &mut self,
        entity: &EntityRef,
        field: &str,
        value: Value,
        seen: Vec<WriteId>,
    ) -> Result<WriteId> {
        let write = self.new_write(entity, field, value, seen)?;
        self.keep_base(&write)?;
        let id = write.id;
        self.keep_pending(&write, self.seq)?;
        self.ops.push(Op::Write(write));
        Ok(id)
    }

    /// Autosave: a write of the same field by the same editing session that was never in a request is replaced, keeping what that one
    /// had seen; otherwise a change of its own. The action holds nothing else.
    pub fn autosave(&mut self, entity: &EntityRef, field: &str, value: Value, seen: Vec<WriteId>) -> Result<WriteId> {
        let name = format!("{}/{field}", key(entity));
        if let Some(row) = outbox::replaceable(self.conn(), &name)?
            && let Some(earlier) = row.write()
            && seen.contains(&earlier.id)
        {
            let mut write = self.new_write(entity, field, value, seen)?;
            write.id = earlier.id;
            write.seen.retain(|id| *id != earlier.id);
            write.seen.extend(earlier.seen.iter().copied().filter(|id| !write.seen.contains(id)).collect::<Vec<_>>());
            self.keep_pending(&write, row.device_seq)?;
            let id = write.id;
            outbox::replace(self, row, Op::Write(write))?;
            return Ok(id);
        }
        self.autosave = Some(name);
        self.write_field(entity, field, value, seen)
    }

    fn new_write(&self, entity: &EntityRef, field: &str, value: Value, seen: Vec<WriteId>) -> Result<Write> {
        Ok(Write {
            id: WriteId(Uuid::now_v7()),
            entity: entity.clone(),
            field: field.to_owned(),
            value,
            seen,
            scopes: self.scopes_of(entity)?,
            at: self.stamp.clone(),
            by: self.me(),
            extra: Default::default(),
        })
    }

    fn keep_base(&self, write: &Write) -> Result<()> {
        let value = self.fields(&write.entity)?.value(&write.field).to_string();
        let sql = "INSERT INTO write_base (write, kind, entity, field, value) VALUES (?1, ?2, ?3, ?4, ?5)";
        let (id, entity) = (write.id.to_string(), write.entity.id.to_string());
        self.conn().prepare_cached(sql)?.execute(params![id, write.entity.kind, entity, write.field, value])?;
        Ok(())
    }
}

impl Applier<'_> {
    /// The server's state of one entity. Own writes that it contains leave the overlay: those with a verdict at or before its position.
    pub fn put_entity(
        &self,
        entity: &EntityRef,
        fields: &BTreeMap<String, Register>,
        position: u64,
        scopes: &[Scope],
    ) -> Result<()> {
        let id = entity.id.to_string();
        let sql = "INSERT INTO entity (kind, id, position) VALUES (?1, ?2, ?3)
                   ON CONFLICT (kind, id) DO UPDATE SET position = excluded.position";
        self.conn().prepare_cached(sql)?.execute(params![entity.kind, id, position])?;
        self.place("entity", &key(entity), scopes)?;
        self.learn_visit_of(entity)?;
        let sql = "DELETE FROM pending_write WHERE kind = ?1 AND entity = ?2 AND accepted_position <= ?3";
        self.conn().prepare_cached(sql)?.execute(params![entity.kind, id, position])?;
        // Where nothing of the own lies over it, the server's state is what shows: nearly all that a first sync brings.
        let own = self.has_own_writes(entity)?;
        for (field, register) in fields {
            let pending = if own { self.pending(entity, field)? } else { Vec::new() };
            self.show(entity, field, register, &pending)?;
            if own {
                self.forget_bases(entity, field, register)?;
            }
        }
        Ok(())
    }

    /// Bases are of use only while their write stands.
    fn forget_bases(&self, entity: &EntityRef, field: &str, register: &Register) -> Result<()> {
        let heads = serde_json::to_string(&register.seen())?;
        let sql = "DELETE FROM write_base WHERE kind = ?1 AND entity = ?2 AND field = ?3
                   AND write NOT IN (SELECT value FROM json_each(?4)) AND write NOT IN (SELECT id FROM pending_write)";
        self.conn().prepare_cached(sql)?.execute(params![entity.kind, entity.id.to_string(), field, heads])?;
        Ok(())
    }

    /// The server has them; they stay in the overlay until a record shows them.
    pub(super) fn accept_writes(&self, seq: u64, position: u64) -> Result<()> {
        let sql = "UPDATE pending_write SET accepted_position = ?2 WHERE device_seq = ?1";
        self.conn().prepare_cached(sql)?.execute(params![seq, position])?;
        // A page of an earlier exchange may have brought them already.
        let sql = "SELECT body FROM pending_write p WHERE device_seq = ?1 AND EXISTS
                   (SELECT 1 FROM entity e WHERE e.kind = p.kind AND e.id = p.entity AND e.position >= ?2)";
        let contained: Vec<Write> = json_rows(self.conn(), sql, params![seq, position])?;
        for write in contained {
            self.drop_pending(&write)?;
        }
        Ok(())
    }

    /// The server has refused them: the screen shows what stands without them, the outbox keeps them for the list.
    pub(super) fn refuse_writes(&self, seq: u64) -> Result<()> {
        let writes: Vec<Write> = json_rows(self.conn(), "SELECT body FROM pending_write WHERE device_seq = ?1", [seq])?;
        writes.iter().try_for_each(|write| self.drop_pending(write))
    }

    /// All own writes, whatever the server has of them.
    pub(super) fn forget_pending(&self) -> Result<()> {
        let writes: Vec<Write> = json_rows(self.conn(), "SELECT body FROM pending_write", [])?;
        writes.iter().try_for_each(|write| self.drop_pending(write))
    }

    fn drop_pending(&self, write: &Write) -> Result<()> {
        self.conn().prepare_cached("DELETE FROM pending_write WHERE id = ?1")?.execute([write.id.to_string()])?;
        self.refresh(&write.entity, &write.field)
    }
}
