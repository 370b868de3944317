//! The invariants, asked after quiet, each by its name in `docs/sync.md`. What is compared is the account, the server's store and the
//! devices' stores; none is believed about another.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use gongdan_device::view::app::Gate;
use gongdan_domain::entity::kind;
use gongdan_domain::finding::FindingCode;
use gongdan_domain::id::{FactId, JobId};
use gongdan_domain::seal::SealedDocument;
use gongdan_domain::sync::change::EntityRef;
use gongdan_domain::sync::merge::Register;
use gongdan_domain::sync::wire::RecordBody;
use gongdan_server::storage::FindingQuery;

use super::account::{Hand, Note};
use super::template::TEMPLATE;
use super::world::{Fate, Unit, World};

/// One broken promise.
#[derive(Debug, Clone)]
pub struct Violation {
    pub invariant: &'static str,
    pub what: String,
}

impl Violation {
    pub fn new(invariant: &'static str, what: impl Into<String>) -> Self {
        Self { invariant, what: what.into() }
    }
}

impl fmt::Display for Violation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.invariant, self.what)
    }
}

/// Everything that is not as it must be.
pub fn all(world: &World) -> Vec<Violation> {
    let mut found = Found { world, broken: Vec::new() };
    found.notes();
    found.fields();
    found.seals();
    found.photos();
    for unit in &world.units {
        match unit.fate {
            Fate::Lives | Fate::Forked | Fate::Again => found.device(unit),
            Fate::Collected | Fate::Erased => found.revoked(unit),
        }
    }
    found.broken
}

struct Found<'w> {
    world: &'w World,
    broken: Vec<Violation>,
}

/// A note as a store has it: its text, and whether it was taken back.
type Held = BTreeMap<FactId, (String, bool)>;

impl Found<'_> {
    fn say(&mut self, invariant: &'static str, what: impl Into<String>) {
        self.broken.push(Violation::new(invariant, what));
    }

    fn on_server(&self, job: JobId) -> Held {
        let facts = self.world.core().store.read(|r| r.facts(job)).expect("read");
        let notes = facts.into_iter().filter(|stored| stored.fact.kind == "note_added");
        notes.map(|stored| (stored.fact.id, (text(&stored.fact.body), stored.retracted))).collect()
    }

    /// Facts: each once, whole, taken back if somebody did, none that nobody entered.
    fn notes(&mut self) {
        let world = self.world;
        let acknowledged = world.sky(|sky| sky.acknowledged.clone());
        for job in TEMPLATE.jobs {
            let mut held = self.on_server(job);
            for note in world.account.notes.iter().filter(|note| note.job == job) {
                match held.remove(&note.fact) {
                    Some((text, _)) if text != note.text => {
                        self.say("exactly_once", format!("{} arrived as {text}", note.text));
                    }
                    Some((_, taken_back)) => self.taken_back(note, taken_back),
                    None if acknowledged.contains(&note.fact) => {
                        self.say("acknowledged_is_durable", format!("acknowledged and gone: {}", note.text));
                    }
                    None if world.sure(note.by) => {
                        self.say("entered_is_durable", format!("never arrived: {}", note.text))
                    }
                    // Its device was erased: that was said aloud.
                    None => {}
                }
            }
            for (text, _) in held.into_values() {
                self.say("exactly_once", format!("nobody entered this, or not here, or not twice: {text}"));
            }
        }
        let known: BTreeSet<FactId> = world.account.notes.iter().map(|note| note.fact).collect();
        let photos = |id: &FactId| !known.contains(id);
        for id in acknowledged.iter().filter(|id| photos(id)) {
            if world.core().store.read(|r| r.fact(*id)).expect("read").is_none() {
                self.say("acknowledged_is_durable", format!("a fact was acknowledged and is gone: {id}"));
            }
        }
    }

    fn taken_back(&mut self, note: &Note, is: bool) {
        let surely = note.taken_back.iter().any(|hand| self.world.sure(*hand));
        if is && note.taken_back.is_empty() || !is && surely {
            self.say("exactly_once", format!("{} is taken back: {is}, by {:?}", note.text, note.taken_back));
        }
    }

    /// Registers: every value that nobody had seen when he wrote over it is a head.
    fn fields(&mut self) {
        let world = self.world;
        for (n, (entity, name)) in TEMPLATE.fields.iter().enumerate() {
            let (must, may) = world.account.heads(n, |hand| world.sure(hand));
            let heads = self.register(entity, name).heads;
            let values: BTreeSet<&str> = heads.iter().filter_map(|head| head.value.as_str()).collect();
            if let Some(lost) = must.difference(&values).next() {
                self.say(
                    "no_silent_loser",
                    format!("{name}: nobody had seen {lost}, and it is gone; there is {values:?}"),
                );
            }
            // Of one edit that two copies went on with both states stand: neither had seen the other's.
            let entered =
                |value: &&&str| world.account.writes.iter().any(|w| w.value == ***value && !world.forked(w.by));
            if let Some(back) = values.difference(&may).find(entered) {
                self.say(
                    "no_silent_loser",
                    format!("{name}: {back} was written over by somebody who saw it, and stands again"),
                );
            }
        }
    }

    fn register(&self, entity: &EntityRef, field: &str) -> Register {
        let fields = self.world.core().store.read(|r| r.fields(entity)).expect("read");
        fields.register(field).cloned().unwrap_or_default()
    }

    /// Seals: the bytes that were signed, in a chain without a gap.
    fn seals(&mut self) {
        let world = self.world;
        for sealing in world.account.seals.iter().filter(|sealing| world.sure(Hand::Device(sealing.by))) {
            let stored = world.core().store.read(|r| r.sealed(&sealing.document.hash)).expect("read");
            match stored.map(|row| row.body) {
                Some(RecordBody::Sealed { document, .. }) if document == sealing.document => {}
                Some(_) => self
                    .say("sealed_never_changes", format!("another text than was sealed: {}", sealing.document.payload)),
                None => self.say("entered_is_durable", format!("a seal never arrived: {}", sealing.document.payload)),
            }
        }
        for (who, unit) in world.units.iter().enumerate().filter(|(_, unit)| unit.fate == Fate::Lives) {
            let own: Vec<&SealedDocument> =
                world.account.seals.iter().filter(|s| s.by == who).map(|s| &s.document).collect();
            let gapless = own.iter().enumerate().all(|(n, document)| document.seal_no == n as u64 + 1);
            let linked = own.windows(2).all(|pair| pair[1].previous == pair[0].hash);
            if !gapless || !linked {
                self.say("chain_detects", format!("the chain of {} has a broken link", unit.name));
            }
        }
        let findings = world.core().store.read(|r| r.findings(FindingQuery::ALL, 1000, 0)).expect("read");
        let forked = world.units.iter().any(|unit| matches!(unit.fate, Fate::Forked | Fate::Again));
        for finding in findings {
            let RecordBody::Finding { finding } = finding.body else { continue };
            if matches!(finding.code, FindingCode::ChainBroken | FindingCode::SealInvalid) && !forked {
                self.say("chain_detects", format!("the server found {:?}: {}", finding.code, finding.details));
            }
        }
    }

    /// Files: whole and as they were taken.
    fn photos(&mut self) {
        let world = self.world;
        for photo in world.account.photos.iter().filter(|photo| world.sure(Hand::Device(photo.by))) {
            let state = world.core().store.read(|r| r.file(&photo.hash)).expect("read");
            let whole = state.is_some_and(|state| {
                state.complete_at.is_some()
                    && gongdan_server::sync::attachment::read(world.core(), &state)
                        .is_ok_and(|bytes| bytes == photo.bytes)
            });
            if !whole {
                self.say("blob_whole", format!("a photo of {} bytes is not whole at the office", photo.bytes.len()));
            }
        }
    }

    /// A device that lives agrees with the server on all it may hold, holds nothing else, and nothing waits.
    fn device(&mut self, unit: &Unit) {
        let device = unit.device();
        if device.gate().ok() != Some(Gate::Open) {
            self.say("converges", format!("{} cannot be used: {:?}", unit.name, device.gate().err()));
            return;
        }
        for job in TEMPLATE.jobs {
            self.job(unit, job);
        }
        for (entity, name) in &TEMPLATE.fields {
            if unit.has(entity) {
                let here = device.read(|r| r.fields(entity)).expect("read").register(name).cloned().unwrap_or_default();
                let there = self.register(entity, name);
                if here.heads != there.heads {
                    let what = format!("{name}: {} shows {:?}, the office {:?}", unit.name, here.heads, there.heads);
                    self.say("converges", what);
                }
            }
        }
        let (waiting, files, refused) =
            device.read(|r| Ok((r.waiting_count()?, r.files_waiting()?, r.refused_count()?))).expect("read");
        if waiting + files > 0 {
            self.say("converges", format!("on {} still wait {waiting} changes and {files} files", unit.name));
        }
        let who = self.world.units.iter().position(|u| std::ptr::eq(u, unit)).unwrap_or(0);
        let expected = self.world.account.poison.get(&who).copied().unwrap_or(0);
        if refused != expected {
            self.say("poison_passes", format!("on {} {refused} changes are refused, {expected} deserve it", unit.name));
        }
        let error = (device.now() - self.world.truth.instant()).num_seconds().abs();
        if error > 60 {
            self.say("clock_is_harmless", format!("{} is {error} s off after a sync", unit.name));
        }
    }

    fn job(&mut self, unit: &Unit, job: JobId) {
        let device = unit.device();
        let facts = device.read(|r| r.facts(job)).expect("read");
        let notes = facts.iter().filter(|fact| fact.kind == "note_added");
        let here: BTreeMap<FactId, String> = notes.map(|fact| (fact.id, text(&fact.body))).collect();
        let sealed: BTreeSet<String> =
            device.read(|r| r.sealed(job)).expect("read").into_iter().map(|s| s.document.hash).collect();
        let mine = self.world.account.holds(job, unit.person);
        if !mine {
            if !here.is_empty() {
                self.say("scope_is_tight", format!("{} still holds {here:?} of a job that it lost", unit.name));
            }
            return;
        }
        let held = self.on_server(job).into_iter().filter(|(_, (_, taken_back))| !taken_back);
        let there: BTreeMap<FactId, String> = held.map(|(id, (text, _))| (id, text)).collect();
        if here != there {
            self.say("converges", format!("{} has {here:?}, the office {there:?}", unit.name));
        }
        let rows = self.world.core().store.read(|r| r.sealed_of_job(job)).expect("read");
        let there: BTreeSet<String> = rows.into_iter().map(|row| row.hash).collect();
        if !there.is_subset(&sealed) {
            self.say("converges", format!("{} lacks a sealed document", unit.name));
        }
        if !unit.has(&EntityRef::new(kind::JOB, job.0)) {
            self.say("converges", format!("{} lacks a job that was given to it", unit.name));
        }
    }

    /// Revoked: the key is gone, then the rest.
    fn revoked(&mut self, unit: &Unit) {
        let gone = unit.device().gate().ok() == Some(Gate::Revoked)
            && unit.pocket.keys().is_empty()
            && !unit.dir.join("gongdan.db").exists();
        if !gone {
            self.say("scope_is_tight", format!("{} was revoked and still holds its data", unit.name));
        }
    }
}

fn text(body: &serde_json::Value) -> String {
    body["text"].as_str().unwrap_or_default().to_owned()
}
