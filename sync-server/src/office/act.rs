//! Office actions are changes like those of devices: facts and writes of an office person, numbered and signed by the server as the
//! pseudo device "office", so that whoever reads the history later sees one kind of evidence.

use gongdan_domain::fact::{About, FactBody};
use gongdan_domain::id::{ChangeId, DeviceId, FactId, PersonId, WriteId, derived};
use gongdan_domain::sync::SCHEMA;
use gongdan_domain::sync::change::{Change, EntityRef, Extra, Fact, Op, Retraction, Scope, SignedChange, Write};
use gongdan_domain::sync::wire::{Outcome, Verdict};
use gongdan_domain::time::{Instant, Stamp};
use serde_json::Value;
use uuid::Uuid;

use crate::core::Env;
use crate::error::Result;
use crate::office::context::Context;
use crate::storage::{StoredChange, Tx};
use crate::sync::apply::{Author, apply};

/// The device under whose name the office writes.
pub fn office_device() -> DeviceId {
    DeviceId(derived(Uuid::nil(), "office"))
}

/// The operations of one office action, in the making.
pub struct Act {
    pub by: PersonId,
    now: Instant,
    pub ops: Vec<Op>,
}

impl Act {
    pub fn new(ctx: &Context) -> Self {
        Self::by(ctx.who.person, ctx.now)
    }

    pub fn by(by: PersonId, now: Instant) -> Self {
        Self { by, now, ops: Vec::new() }
    }

    /// A decision about a job reaches those who have the job; any other stays with who made it.
    pub fn fact(&mut self, about: Option<About>, body: &FactBody) -> FactId {
        self.fact_in(about, body, about.map_or(Scope::Person(self.by), |a| Scope::Job(a.job)))
    }

    /// A decision about a job that is not for its technician.
    pub fn fact_at_desk(&mut self, about: Option<About>, body: &FactBody) -> FactId {
        self.fact_in(about, body, Scope::Person(self.by))
    }

    fn fact_in(&mut self, about: Option<About>, body: &FactBody, scope: Scope) -> FactId {
        let id = FactId(Uuid::now_v7());
        self.fact_as(id, about, body, scope);
        id
    }

    /// What follows from something else has its id from there, so that it follows once.
    pub fn fact_as(&mut self, id: FactId, about: Option<About>, body: &FactBody, scope: Scope) {
        let (kind, body) = body.parts();
        self.ops.push(Op::Fact(Fact {
            id,
            kind,
            job: about.map(|a| a.job),
            visit: about.and_then(|a| a.visit),
            scopes: vec![scope],
            at: Stamp::trusted(self.now),
            by: self.by,
            body,
            files: Vec::new(),
            extra: Extra::new(),
        }));
    }

    pub fn retract(&mut self, targets: Vec<FactId>, scope: Scope) {
        let (scopes, at, by, reason) = (vec![scope], Stamp::trusted(self.now), self.by, String::new());
        self.ops.push(Op::Retract(Retraction { targets, scopes, at, by, reason, extra: Extra::new() }));
    }

    pub fn write(&mut self, entity: &EntityRef, field: &str, value: Value, seen: Vec<WriteId>, scopes: &[Scope]) {
        self.ops.push(Op::Write(Write {
            id: WriteId(Uuid::now_v7()),
            entity: entity.clone(),
            field: field.to_owned(),
            value,
            seen,
            scopes: scopes.to_vec(),
            at: Stamp::trusted(self.now),
            by: self.by,
            extra: Extra::new(),
        }));
    }
}

/// Numbers, signs, applies and keeps one office action.
pub fn state(tx: &mut dyn Tx, env: &Env, by: PersonId, ops: Vec<Op>) -> Result<()> {
    let key = env.keys.signing.verifying_key();
    state_for(tx, env, by, ops, &Author { person: by, device: office_device(), office: true, key, genesis: None })
}

/// The same where the office states what somebody else did: it answers for it, the author is judged.
pub fn state_for(tx: &mut dyn Tx, env: &Env, by: PersonId, ops: Vec<Op>, author: &Author) -> Result<()> {
    let device = office_device();
    let change = Change {
        change_id: ChangeId(Uuid::now_v7()),
        device_id: device,
        device_seq: tx.last_seq(device)? + 1,
        author: by,
        made_at: Stamp::trusted(env.now),
        schema: SCHEMA,
        ops,
        extra: Extra::new(),
    };
    let signed = SignedChange::sign(&change, &env.keys.signing)?;
    let position = tx.head()? + 1;
    let applied = apply(tx, env, &change, author)?;
    let verdict = Verdict {
        device_seq: change.device_seq,
        change_id: Some(change.change_id),
        outcome: Outcome::Accepted,
        position,
        findings: applied.findings,
        receipts: applied.receipts,
    };
    tx.put_change(&StoredChange {
        device,
        device_seq: change.device_seq,
        change_id: Some(change.change_id),
        payload: signed.payload,
        signature: signed.signature,
        verdict,
        received_at: env.now,
    })
}
