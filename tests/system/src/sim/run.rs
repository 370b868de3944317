//! One schedule: its steps drawn from the seed, carried out, then quiet, then the checker.

use std::panic::{AssertUnwindSafe, catch_unwind};

use gongdan_device::commands;
use gongdan_device::error::Error;
use gongdan_device::sync::open_handovers;
use gongdan_domain::fact::{About, FactBody, PhotoKind};
use gongdan_domain::id::{FactId, JobId, PersonId, WriteId};
use gongdan_domain::problem::Code;
use gongdan_domain::sync::change::{EntityRef, FileRef};
use serde_json::{Value, json};

use super::account::{Departure, Hand, Note, Photo, Sealing, Written};
use super::check::{self, Violation};
use super::dice::Dice;
use super::mutant::Mutant;
use super::net::Sky;
use super::template::TEMPLATE;
use super::world::{Fate, Session, World};

/// Steps of one schedule, at least and at most.
const STEPS: (usize, usize) = (6, 16);
/// A schedule that finds no quiet in so many rounds never will.
const QUIET_ROUNDS: usize = 4;

/// What a schedule is about, besides the rough network that all have.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Flavour {
    Plain,
    Reassigned,
    Cloned,
    Revoked,
    RolledBack,
}

/// What a schedule came to.
#[derive(Debug)]
pub struct Outcome {
    pub seed: u64,
    pub steps: usize,
    pub requests: u64,
    pub violations: Vec<Violation>,
    pub trace: Vec<String>,
}

impl Outcome {
    /// What a person needs to see it again.
    pub fn report(&self) -> String {
        let found: Vec<String> = self.violations.iter().map(ToString::to_string).collect();
        format!(
            "seed {}:\n  {}\n  steps:\n    {}\n  again: GONGDAN_SEED={} cargo test --workspace --test simulation -- --nocapture",
            self.seed,
            found.join("\n  "),
            self.trace.join("\n    "),
            self.seed
        )
    }
}

/// Runs one schedule to its end; with a mutant, on a product that is broken in one place.
pub fn run(seed: u64, mutant: Option<Mutant>) -> Outcome {
    let mut dice = Dice::new(seed);
    let devices = 2 + usize::from(dice.percent(30));
    let world = World::new(Dice::new(seed ^ 0xABCD), devices, mutant);
    let mut player = Player { flavour: flavour(&mut dice), dice, world, count: 0, screen: None };
    let played = catch_unwind(AssertUnwindSafe(|| player.play()));
    let (steps, mut violations) = played.unwrap_or_else(|panic| {
        let text = panic.downcast_ref::<String>().cloned();
        let text = text.or_else(|| panic.downcast_ref::<&str>().map(|s| (*s).to_owned())).unwrap_or_default();
        (0, vec![Violation::new("no_panic", text)])
    });
    let requests = player.world.sky(|sky| {
        violations.append(&mut sky.violations);
        sky.requests
    });
    let trace = player.world.trace.take();
    Outcome { seed, steps, requests, violations, trace }
}

fn flavour(dice: &mut Dice) -> Flavour {
    match dice.below(10) {
        0..4 => Flavour::Plain,
        4..6 => Flavour::Reassigned,
        6 => Flavour::Cloned,
        7 => Flavour::Revoked,
        _ => Flavour::RolledBack,
    }
}

struct Player {
    flavour: Flavour,
    dice: Dice,
    world: World,
    count: usize,
    /// What somebody in the office has on his screen.
    screen: Option<Session>,
}

impl Player {
    fn play(&mut self) -> (usize, Vec<Violation>) {
        self.world.say(format!("{:?}, {} devices", self.flavour, self.world.units.len()));
        let steps = STEPS.0 + self.dice.below(STEPS.1 - STEPS.0 + 1);
        for n in 0..steps {
            self.world.truth.pass(1000 + self.dice.below(3_600_000) as i64);
            let rough = [0, 30, 60, 90][self.dice.below(4)];
            self.world.sky(|sky| sky.rough = rough);
            self.special(n, steps);
            self.step();
        }
        self.quiet();
        (steps, check::all(&self.world))
    }

    /// The steps that a flavour is made of, once each at its place.
    fn special(&mut self, n: usize, steps: usize) {
        let (early, late) = (steps / 3, steps * 2 / 3);
        match self.flavour {
            Flavour::Cloned if n == early => {
                self.world.say("somebody copies device a");
                self.world.clone_device(0);
            }
            Flavour::Revoked if n == late => {
                let collect = self.dice.percent(50);
                let (mode, fate) = if collect { ("collect", Fate::Collected) } else { ("erase", Fate::Erased) };
                self.revoke(mode, fate);
            }
            Flavour::RolledBack if n == early => {
                self.world.say("a snapshot of the server");
                self.world.take_snapshot();
            }
            Flavour::RolledBack if n == late => {
                let said = self.dice.percent(50);
                let apart = self.dice.percent(50) && self.taken_back_elsewhere();
                // The data forgets that it was revoked, the keys do not.
                if self.dice.percent(25) {
                    self.revoke("collect", Fate::Collected);
                }
                self.world.say(format!("the server goes back to the snapshot, said: {said}"));
                self.world.roll_back(said);
                if apart {
                    // Who took it back comes before who said it.
                    _ = self.world.sync(1);
                }
            }
            _ => {}
        }
    }

    /// Between snapshot and roll-back the office rests: what it alone has decided is lost with its disk.
    fn office_rests(&self) -> bool {
        self.world.snapshot.is_some()
    }

    fn step(&mut self) {
        let who = self.dice.below(self.world.units.len());
        match self.dice.below(100) {
            0..16 => self.note(who),
            16..34 => self.edit(who),
            34..40 => self.take_back(who),
            40..44 => self.seal(who),
            44..47 => self.photo(who),
            47..49 => self.poison(who),
            49..53 => self.jump(who),
            53..57 => {
                let late = self.world.sky(|sky| sky.late.len());
                if late > 0 {
                    let which = self.dice.below(late);
                    self.world.deliver_late(which);
                }
            }
            57..61 => {
                self.world.say(format!("crash of {}", self.world.units[who].name));
                self.world.crash_device(who);
            }
            61..64 => {
                let hard = self.dice.percent(70);
                self.world.say(if hard { "crash of the server" } else { "restart of the server" });
                if hard { self.world.crash_server() } else { self.world.restart_server() }
            }
            64..72 if !self.office_rests() => self.office_writes(),
            72..76 if !self.office_rests() && self.flavour != Flavour::Reassigned => self.office_looks(),
            72..76 if self.flavour == Flavour::Reassigned => self.depart(who),
            76..80 if self.flavour == Flavour::Reassigned => self.assign(),
            80..84 if self.flavour == Flavour::Reassigned => self.answer(who),
            // What one took back of another may come before it, when both have to be told again.
            76..84 if self.flavour == Flavour::RolledBack => self.take_back(who),
            _ => {
                let done = self.world.sync(who);
                if done.is_err_and(|error| is_fork(&error)) && self.dice.percent(50) {
                    self.enrol_again(who);
                }
            }
        }
    }

    fn enrol_again(&mut self, who: usize) {
        self.world.remember_before_commit();
        if let Err(error) = self.world.enrol_again(who) {
            panic!("a copied device is enrolled anew: {error:?}");
        }
    }

    fn text(&mut self, what: &str, who: &str) -> String {
        self.count += 1;
        format!("{what} {} by {who}", self.count)
    }

    /// A job that this device has, if anybody can enter something there.
    fn job(&mut self, who: usize) -> Option<JobId> {
        let unit = &self.world.units[who];
        if !unit.open() {
            return None;
        }
        self.dice.pick(&unit.jobs()).copied()
    }

    /// One device says something, the other takes it back, and the server is about to forget both.
    fn taken_back_elsewhere(&mut self) -> bool {
        let job = TEMPLATE.jobs[0];
        if !self.world.units.iter().take(2).all(|unit| unit.open() && unit.jobs().contains(&job)) {
            return false;
        }
        self.world.sky(|sky| sky.rough = 0);
        self.note_in(0, job);
        let said = self.world.account.notes.last().map(|note| note.fact);
        _ = (self.world.sync(0), self.world.sync(1));
        let known = self.world.units[1].device().read(|r| r.facts(job)).expect("read");
        let Some(target) = said.filter(|said| known.iter().any(|fact| fact.id == *said)) else { return false };
        self.retract(1, job, target);
        true
    }

    fn note(&mut self, who: usize) {
        let Some(job) = self.job(who) else { return };
        self.note_in(who, job);
    }

    fn note_in(&mut self, who: usize, job: JobId) {
        let text = self.text("note", &self.world.units[who].name.clone());
        let body = FactBody::NoteAdded { text: text.clone() };
        let about = About { job, visit: None };
        let fact = self.world.units[who].device().write(|tx| tx.fact(about, body, Vec::new()));
        let fact = fact.expect("a note is always taken");
        self.world.say(text.clone());
        self.world.account.notes.push(Note { text, job, fact, by: Hand::Device(who), taken_back: Vec::new() });
    }

    fn take_back(&mut self, who: usize) {
        let Some(job) = self.job(who) else { return };
        let facts = self.world.units[who].device().read(|r| r.facts(job)).expect("read");
        let notes: Vec<_> = facts.iter().filter(|fact| fact.kind == "note_added").map(|fact| fact.id).collect();
        let Some(target) = self.dice.pick(&notes).copied() else { return };
        self.retract(who, job, target);
    }

    fn retract(&mut self, who: usize, job: JobId, target: FactId) {
        let about = About { job, visit: None };
        self.world.units[who].device().write(|tx| tx.retract(about, vec![target], "")).expect("taken back");
        let name = self.world.units[who].name.clone();
        let note = self.world.account.notes.iter_mut().find(|note| note.fact == target).expect("somebody entered it");
        note.taken_back.push(Hand::Device(who));
        let said = format!("{name} takes back: {}", note.text);
        self.world.say(said);
    }

    /// Autosave of a field, going on with an edit or beginning one with what the screen shows now.
    fn edit(&mut self, who: usize) {
        let field = self.dice.below(TEMPLATE.fields.len());
        let (entity, name) = &TEMPLATE.fields[field];
        if !self.world.units[who].open() || !self.world.units[who].has(entity) {
            return;
        }
        let goes_on = self.dice.percent(60);
        let session = self.world.units[who].session.clone().filter(|session| goes_on && session.field == field);
        let mut session = session.unwrap_or_else(|| shown(&self.world, who, field));
        let value = self.text("value", &self.world.units[who].name.clone());
        let mut args = json!({ "entity": entity, "field": name, "value": value, "seen": session.seen });
        let mut written = commands::call(self.world.units[who].device(), "write_field", args);
        let chosen = written.is_err();
        if let Err(problem) = &written {
            assert_eq!(problem.code, Code::Conflict, "only a chooser stands between a person and a field");
            session = shown(&self.world, who, field);
            args = json!({ "entity": entity, "field": name, "value": value, "seen": session.seen });
            written = commands::call(self.world.units[who].device(), "settle", args);
        }
        let written = written.unwrap_or_else(|problem| panic!("{problem:?}"));
        self.world.say(format!("{name} = {value}, saw {:?}", session.saw));
        let saw = session.saw.clone();
        self.world.account.writes.push(Written { field, value: value.clone(), saw, by: Hand::Device(who) });
        // After the chooser the screen is told anew: no edit goes on with what it knew before.
        self.world.units[who].session = if chosen {
            None
        } else {
            session.saw.insert(value);
            session.seen.extend(serde_json::from_value::<WriteId>(written["write"].clone()).ok());
            Some(session)
        };
    }

    fn seal(&mut self, who: usize) {
        let Some(job) = self.job(who) else { return };
        let text = self.text("order", &self.world.units[who].name.clone());
        let visit = job.visit(1);
        let about = About { job, visit: Some(visit) };
        let revision = u32::try_from(self.world.account.seals.len()).unwrap_or(0) + 1;
        let content = json!({ "form": text });
        let sealed = self.world.units[who]
            .device()
            .write(|tx| tx.seal(visit.order().0, revision, "work_order", about, content, Vec::new()));
        self.world.say(format!("sealed: {text}"));
        self.world.account.seals.push(Sealing { job, by: who, document: sealed.expect("sealed") });
    }

    fn photo(&mut self, who: usize) {
        let Some(job) = self.job(who) else { return };
        let size = if self.dice.percent(10) { 300_000 } else { 200 + self.dice.below(2000) };
        let mark = self.dice.below(usize::MAX);
        let bytes: Vec<u8> = (0..size).map(|n| (n.wrapping_mul(31) ^ mark) as u8).collect();
        let device = self.world.units[who].device();
        let hash = device.files().and_then(|files| files.keep(&bytes)).expect("kept");
        let file = FileRef { hash: hash.clone(), size: bytes.len() as u64, mime: "image/jpeg".to_owned() };
        let body = FactBody::PhotoTaken {
            photo: PhotoKind::Other,
            caption: String::new(),
            width: 1,
            height: 1,
            taken_at: None,
        };
        let written = device.write(|tx| {
            tx.add_file(&file, Some(job))?;
            tx.fact(About { job, visit: None }, body, vec![file.clone()])
        });
        written.expect("a photo is always taken");
        self.world.say(format!("{} photographs {size} bytes", self.world.units[who].name));
        self.world.account.photos.push(Photo { job, by: who, hash, bytes });
    }

    /// A change that is not his to make: refused, and in nobody's way.
    fn poison(&mut self, who: usize) {
        if !self.world.units[who].open() {
            return;
        }
        let stranger = EntityRef::new(gongdan_domain::entity::kind::LOANER, uuid::Uuid::now_v7());
        let device = self.world.units[who].device();
        device.write(|tx| tx.write_field(&stranger, "name", json!("?"), Vec::new())).expect("kept on the device");
        self.world.say(format!("{} writes what is not his", self.world.units[who].name));
        *self.world.account.poison.entry(who).or_default() += 1;
    }

    fn jump(&mut self, who: usize) {
        let tenths = self.dice.below(400) as i64 - 260;
        self.world.say(format!("the clock of {} jumps by {tenths} tenths of a year", self.world.units[who].name));
        self.world.units[who].clock.jump(tenths);
    }

    fn office_looks(&mut self) {
        let field = self.dice.below(TEMPLATE.fields.len());
        self.screen = Some(in_office(&self.world, field));
    }

    fn office_writes(&mut self) {
        self.world.remember_before_commit();
        let field = self.dice.below(TEMPLATE.fields.len());
        let stale = self.screen.take().filter(|screen| screen.field == field);
        let screen = stale.unwrap_or_else(|| in_office(&self.world, field));
        let (entity, name) = &TEMPLATE.fields[field];
        let value = self.text("value", "office");
        let args = json!({ "entity": entity, "field": name, "value": value, "seen": screen.seen });
        let command = if screen.seen.len() > 1 { "settle_conflict" } else { "correct_archive" };
        let (login, office) = ("lu", self.world.office());
        let done = office.call(login, command, args);
        if let Err(problem) = done {
            panic!("{command}: {problem:?}");
        }
        self.world.say(format!("office: {name} = {value}, saw {:?}", screen.saw));
        self.world.account.writes.push(Written { field, value, saw: screen.saw, by: Hand::Office });
    }

    /// Somebody sets out: from here on nobody takes the job out of his hands unasked.
    fn depart(&mut self, who: usize) {
        let Some(job) = self.job(who) else { return };
        let about = About { job, visit: Some(job.visit(1)) };
        let departed = FactBody::Departed { kit_version: String::new(), released: Vec::new() };
        let fact = self.world.units[who].device().write(|tx| tx.fact(about, departed, Vec::new()));
        self.world.say(format!("{} sets out to {job}", self.world.units[who].name));
        let by = self.world.units[who].person;
        self.world.account.departed.push(Departure { job, fact: fact.expect("kept"), by });
    }

    fn assign(&mut self) {
        self.world.remember_before_commit();
        let Some(job) = self.dice.pick(&TEMPLATE.jobs).copied() else { return };
        let [a, b] = TEMPLATE.people;
        let who: Vec<PersonId> = [vec![a], vec![b], vec![a, b]][self.dice.below(3)].clone();
        let at_once = self.dice.percent(20);
        let args = json!({ "job": job, "technicians": who, "leader": who[0], "at_once": at_once });
        self.world.office().call("lu", "assign_job", args).unwrap_or_else(|problem| panic!("{problem:?}"));
        let account = &mut self.world.account;
        let under_way = account.under_way.contains(&job);
        let taken_away = account.holders(job).iter().any(|person| !who.contains(person));
        let asks = under_way && taken_away && !at_once;
        self.world.say(format!("office gives job {job} to {} people, asks first: {asks}", who.len()));
        let open = self.world.handover(job);
        if open.is_some() != asks {
            let what = format!("{job} is under way: {under_way}, taken away: {taken_away}, asked: {}", open.is_some());
            self.world.sky(|sky| sky.violations.push(Violation::new("under_way_is_asked", what)));
        }
        let (account, who) = (&mut self.world.account, who.into_iter().collect());
        match open {
            Some(asked) => _ = account.asked.insert(job, (asked.request, who)),
            None => {
                account.asked.remove(&job);
                account.given.entry(job).or_default().push(who);
            }
        }
    }

    /// Whoever has the job on his screen says yes or no, once.
    fn answer(&mut self, who: usize) {
        if !self.world.units[who].open() {
            return;
        }
        let open = self.world.units[who].device().read(open_handovers).expect("read");
        let open = open.into_iter().find(|(_, asked)| !self.world.account.answered.contains(&asked.request));
        let Some((job, asked)) = open else { return };
        let accepted = self.dice.percent(60);
        let about = About { job, visit: Some(job.visit(1)) };
        let reason = if accepted { String::new() } else { "快修好了".to_owned() };
        let said = FactBody::ReassignAnswered { request: asked.request, accepted, reason };
        let fact = self.world.units[who].device().write(|tx| tx.fact(about, said, Vec::new())).expect("kept");
        self.world.say(format!("{} answers whether to hand {job} over: {accepted}", self.world.units[who].name));
        self.world.account.answered.insert(asked.request);
        if accepted {
            self.world.account.agreed.push((fact, job, asked.request));
        }
    }

    fn revoke(&mut self, mode: &str, fate: Fate) {
        self.world.remember_before_commit();
        self.world.say(format!("office revokes device b: {mode}"));
        let args = json!({ "device": self.world.units[1].id, "mode": mode });
        self.world.office().call("admin", "revoke_device", args).unwrap_or_else(|problem| panic!("{problem:?}"));
        self.world.units[1].fate = fate;
    }

    /// The sun shines: what is under way arrives, and everybody syncs until nothing moves.
    fn quiet(&mut self) {
        self.world.say("quiet");
        if self.world.snapshot.is_some() {
            self.world.snapshot = None;
        }
        self.world.sky(|sky| sky.rough = 0);
        while self.world.sky(|sky| !sky.late.is_empty()) {
            self.world.deliver_late(0);
        }
        let rounds = if self.flavour == Flavour::Cloned { 2 * QUIET_ROUNDS } else { QUIET_ROUNDS };
        for round in 0..rounds {
            let (head, mut all_well) = (self.head(), true);
            for who in self.order() {
                if self.world.units[who].device().gate().is_ok_and(|g| g == gongdan_device::view::app::Gate::Revoked) {
                    continue;
                }
                let mut done = self.world.sync(who);
                if done.as_ref().is_err_and(is_fork) {
                    self.enrol_again(who);
                    done = self.world.sync(who);
                }
                all_well &= done.is_ok();
                let last = round + 1 == rounds;
                if let Some(violation) = done.err().filter(|_| last).and_then(|error| self.unquiet(who, &error)) {
                    self.world.sky(|sky: &mut Sky| sky.violations.push(violation));
                }
            }
            self.office_takes_offers();
            // A whole round of which the server learned nothing: whoever asked after it has got everything.
            if all_well && head == self.head() {
                break;
            }
        }
    }

    /// What was sealed under a copied key is looked at by a person, and taken.
    fn office_takes_offers(&mut self) {
        if self.flavour != Flavour::Cloned {
            return;
        }
        let office = self.world.office();
        let offered = office.call("admin", "list_offered", json!({})).unwrap_or_else(|problem| panic!("{problem:?}"));
        let ids: Vec<&Value> = offered.as_array().into_iter().flatten().map(|row| &row["id"]).collect();
        if !ids.is_empty() {
            let args = json!({ "ids": ids, "take": true });
            office.call("admin", "settle_offered", args).unwrap_or_else(|problem| panic!("{problem:?}"));
            self.world.say(format!("office takes {} offered records", ids.len()));
        }
    }

    /// Who syncs first is chance.
    fn order(&mut self) -> Vec<usize> {
        let mut order: Vec<usize> = (0..self.world.units.len()).collect();
        let first = self.dice.below(order.len());
        order.rotate_left(first);
        order
    }

    fn head(&self) -> u64 {
        self.world.core().store.read(|r| r.head()).expect("read")
    }

    fn unquiet(&self, who: usize, error: &Error) -> Option<Violation> {
        let what = format!("in fair weather a sync of {} fails: {error:?}", self.world.units[who].name);
        Some(Violation::new("converges", what))
    }
}

fn is_fork(error: &Error) -> bool {
    matches!(error, Error::Refused(problem) if problem.code == Code::Fork)
}

/// What a device's screen shows of a field.
fn shown(world: &World, who: usize, field: usize) -> Session {
    let (entity, name) = &TEMPLATE.fields[field];
    let fields = world.units[who].device().read(|r| r.fields(entity)).expect("read");
    session(field, fields.register(name))
}

fn in_office(world: &World, field: usize) -> Session {
    let (entity, name) = &TEMPLATE.fields[field];
    let fields = world.core().store.read(|r| r.fields(entity)).expect("read");
    session(field, fields.register(name))
}

fn session(field: usize, register: Option<&gongdan_domain::sync::merge::Register>) -> Session {
    let heads = register.map(|register| register.heads.as_slice()).unwrap_or_default();
    let saw = heads.iter().filter_map(|head| head.value.as_str().map(str::to_owned)).collect();
    Session { field, seen: heads.iter().map(|head| head.write).collect(), saw }
}
