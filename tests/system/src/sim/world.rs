//! One schedule's world: a copy of the template that lives, dies and is started again.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use futures_util::FutureExt as _;
use gongdan_device::device::Device;
use gongdan_device::error::{Error, Result};
use gongdan_device::store::Reader;
use gongdan_domain::entity::kind;
use gongdan_domain::id::{DeviceId, JobId, PersonId, WriteId};
use gongdan_domain::problem::Code;
use gongdan_domain::sync::change::EntityRef;
use gongdan_domain::visit::handover::Handover;
use gongdan_server::core::Shared;
use serde_json::json;
use tempfile::TempDir;

use super::account::{Account, Hand};
use super::check::Violation;
use super::clock::{DeviceClock, Truth};
use super::dice::Dice;
use super::mutant::Mutant;
use super::net::{Net, Sky};
use super::office::Office;
use super::template::{Pocket, TEMPLATE, copy, folder, opened, serving};

/// What became of a device.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fate {
    Lives,
    /// Its folder was copied, or it is the copy: two devices under one identity. Nobody may ever notice.
    Forked,
    /// It was noticed, and the device was enrolled anew in place.
    Again,
    /// Revoked; it hands over what it holds first.
    Collected,
    /// Revoked; what it had not sent is lost.
    Erased,
}

/// An edit that goes on: the field, what its author has seen, and the values behind that.
#[derive(Debug, Clone, Default)]
pub struct Session {
    pub field: usize,
    pub seen: Vec<WriteId>,
    pub saw: std::collections::BTreeSet<String>,
}

pub struct Unit {
    pub name: String,
    pub person: PersonId,
    pub id: DeviceId,
    pub token: String,
    pub pocket: Pocket,
    pub clock: DeviceClock,
    pub dir: PathBuf,
    pub device: Option<Device>,
    pub fate: Fate,
    pub session: Option<Session>,
}

impl Unit {
    pub fn device(&self) -> &Device {
        self.device.as_ref().expect("a device between two lives is nobody's to ask")
    }

    /// Whether somebody can still enter something.
    pub fn open(&self) -> bool {
        matches!(self.device().gate(), Ok(gongdan_device::view::app::Gate::Open))
    }

    pub fn has(&self, entity: &EntityRef) -> bool {
        self.device().read(|r| r.exists(entity)).unwrap_or(false)
    }

    pub fn jobs(&self) -> Vec<JobId> {
        TEMPLATE.jobs.into_iter().filter(|job| self.has(&EntityRef::new(kind::JOB, job.0))).collect()
    }
}

pub struct World {
    folder: TempDir,
    pub truth: Truth,
    server_dir: PathBuf,
    server: Option<Shared>,
    lives: u32,
    pub units: Vec<Unit>,
    /// Whose requests bear a token, also one that was replaced since.
    senders: BTreeMap<String, PersonId>,
    pub account: Account,
    pub sky: Mutex<Sky>,
    pub mutant: Option<Mutant>,
    pub trace: RefCell<Vec<String>>,
    /// A copy of the server's folder to go back to, and whether the office has acted since.
    pub snapshot: Option<PathBuf>,
    /// The server's folder as it was before its last commit, for the variant that answers before it commits.
    before_commit: Option<PathBuf>,
}

impl World {
    pub fn new(dice: Dice, devices: usize, mutant: Option<Mutant>) -> Self {
        let folder = folder();
        let truth = Truth::starting_at(TEMPLATE.time_ms);
        let server_dir = folder.path().join("server");
        TEMPLATE.lay(folder.path(), devices);
        if let Some(mutant) = mutant {
            mutant.spoil_server(&server_dir);
        }
        let units = TEMPLATE.devices.iter().take(devices).map(|enrolled| {
            let (dir, pocket) = (folder.path().join(enrolled.name), enrolled.pocket.copied());
            if let Some(mutant) = mutant {
                mutant.spoil_device(&dir, &pocket);
            }
            let clock = DeviceClock::new(&truth);
            let device = Some(opened(&dir, &pocket, &clock));
            Unit {
                name: enrolled.name.to_owned(),
                person: enrolled.person,
                id: enrolled.id,
                token: enrolled.token.clone(),
                pocket,
                clock,
                dir,
                device,
                fate: Fate::Lives,
                session: None,
            }
        });
        let units: Vec<Unit> = units.collect();
        let senders = units.iter().map(|unit| (unit.token.clone(), unit.person)).collect();
        let server = Some(serving(&server_dir, &truth));
        let account = Account { given: TEMPLATE.given.clone(), ..Account::default() };
        Self {
            folder,
            truth,
            server_dir,
            server,
            lives: 0,
            units,
            senders,
            account,
            sky: Mutex::new(Sky::new(dice, mutant)),
            mutant,
            trace: RefCell::default(),
            snapshot: None,
            before_commit: None,
        }
    }

    pub fn say(&self, what: impl Into<String>) {
        self.trace.borrow_mut().push(what.into());
    }

    pub fn sky<T>(&self, look: impl FnOnce(&mut Sky) -> T) -> T {
        look(&mut self.sky.lock().unwrap_or_else(PoisonError::into_inner))
    }

    pub fn core(&self) -> &Shared {
        self.server.as_ref().expect("a server between two lives is nobody's to ask")
    }

    pub fn office(&self) -> Office<'_> {
        Office { core: self.core() }
    }

    fn net<'w>(&'w self, token: &'w str, person: PersonId) -> Net<'w> {
        Net { core: self.core(), token, person, account: &self.account, sky: &self.sky }
    }

    fn new_folder(&mut self, name: &str) -> PathBuf {
        self.lives += 1;
        self.folder.path().join(format!("{name}.{}", self.lives))
    }

    /// The variant that answers before it commits loses the last commit with the process.
    pub fn remember_before_commit(&mut self) {
        if self.mutant == Some(Mutant::ReplyBeforeCommit) {
            let dir = self.new_folder("uncommitted");
            copy(&self.server_dir, &dir);
            self.before_commit = Some(dir);
        }
    }

    /// One sync of one device in whatever weather there is.
    pub fn sync(&mut self, who: usize) -> Result<()> {
        self.remember_before_commit();
        self.sky(Sky::begin);
        let unit = &self.units[who];
        let net = self.net(&unit.token, unit.person);
        let done = unit.device().sync_over(&net).now_or_never().expect("nothing waits in a simulated world");
        self.answers_arrived();
        let fates = self.sky(|sky| std::mem::take(&mut sky.told));
        self.say(format!("sync {} {fates:?} -> {}", self.units[who].name, told(&done)));
        done
    }

    /// Hands bytes to the server in the name of a device.
    pub fn deliver(&self, who: usize, body: &[u8]) -> Result<Vec<u8>> {
        let unit = &self.units[who];
        self.net(&unit.token, unit.person).deliver(body)
    }

    /// A request whose sender has given up arrives after all.
    pub fn deliver_late(&mut self, which: usize) {
        self.remember_before_commit();
        let (token, body) = self.sky(|sky| sky.late.remove(which));
        let person = *self.senders.get(&token).expect("somebody sent it");
        let done = self.net(&token, person).deliver(&body);
        self.answers_arrived();
        self.say(format!("late request arrives -> {}", told(&done)));
    }

    fn answers_arrived(&mut self) {
        let acknowledged = self.sky(|sky| sky.acknowledged.clone());
        for (job, who) in self.account.arrived(&acknowledged) {
            match self.handover(job) {
                Some(open) => _ = self.account.asked.insert(job, (open.request, who)),
                None => {
                    let what = format!("{job} was given to others, somebody had set out to it, and nobody asks him");
                    self.sky(|sky| sky.violations.push(Violation::new("under_way_is_asked", what)));
                }
            }
        }
    }

    /// What the office asks about a job, as its own page shows it.
    pub fn handover(&self, job: JobId) -> Option<Handover> {
        let opened = self.office().call("lu", "open_job", json!({ "job": job }));
        let opened = opened.unwrap_or_else(|problem| panic!("{problem:?}"));
        serde_json::from_value(opened["visit"]["handover"].clone()).expect("a request or none")
    }

    /// The process dies and is started again on what lies on the disk.
    pub fn crash_server(&mut self) {
        let dir = self.new_folder("server");
        let source = self.before_commit.take().unwrap_or_else(|| self.server_dir.clone());
        copy(&source, &dir);
        self.server = None;
        self.start_server(dir);
    }

    fn start_server(&mut self, dir: PathBuf) {
        self.server = None;
        self.server_dir = dir;
        self.server = Some(serving(&self.server_dir, &self.truth));
    }

    pub fn restart_server(&mut self) {
        self.start_server(self.server_dir.clone());
    }

    /// Remembers the server's folder as a snapshot of its disk would.
    pub fn take_snapshot(&mut self) {
        let dir = self.new_folder("snapshot");
        copy(&self.server_dir, &dir);
        self.snapshot = Some(dir);
    }

    /// The disk goes back to the snapshot, the list of revocations, which lies with the keys, does not. `said`: by the `restore` command,
    /// which begins a new epoch.
    pub fn roll_back(&mut self, said: bool) {
        let Some(snapshot) = self.snapshot.take() else { return };
        let dir = self.new_folder("server");
        copy(&snapshot, &dir);
        let revoked = Path::new("keys/revoked.txt");
        if self.server_dir.join(revoked).exists() {
            std::fs::copy(self.server_dir.join(revoked), dir.join(revoked)).expect("the list is kept");
        }
        self.start_server(dir);
        if said {
            self.core().store.write(|tx| tx.renew_epoch("restored")).expect("a new epoch");
        }
    }

    pub fn crash_device(&mut self, who: usize) {
        let dir = self.new_folder(&self.units[who].name.clone());
        let unit = &mut self.units[who];
        copy(&unit.dir, &dir);
        unit.device = None;
        unit.dir = dir;
        unit.clock.reboot();
        unit.session = None;
        unit.device = Some(opened(&unit.dir, &unit.pocket, &unit.clock));
    }

    /// Somebody copies the data folder, key store and all, and uses both.
    pub fn clone_device(&mut self, who: usize) {
        let dir = self.new_folder("clone");
        let unit = &mut self.units[who];
        copy(&unit.dir, &dir);
        unit.fate = Fate::Forked;
        let (pocket, clock) = (unit.pocket.copied(), DeviceClock::new(&self.truth));
        let device = Some(opened(&dir, &pocket, &clock));
        let (name, token) = (format!("{}'", unit.name), unit.token.clone());
        let (person, id) = (unit.person, unit.id);
        // What the server must refuse of the one it must refuse of the other.
        let poison = self.account.poison.get(&who).copied().unwrap_or(0);
        self.account.poison.insert(self.units.len(), poison);
        self.units.push(Unit {
            name,
            person,
            id,
            token,
            pocket,
            clock,
            dir,
            device,
            fate: Fate::Forked,
            session: None,
        });
    }

    /// The office makes a new code for a device that says it was copied; whoever holds it types it in.
    pub fn enrol_again(&mut self, who: usize) -> Result<()> {
        let unit = &self.units[who];
        let code = self.office().call("admin", "create_enrolment_code", json!({ "person": unit.person }));
        let code = code?["code"].as_str().unwrap_or_default().to_owned();
        let net = self.net("", unit.person);
        let done = unit.device().enrol_again_over(&code, &net).now_or_never().expect("nothing waits here");
        self.say(format!("{} is enrolled anew -> {}", unit.name, told(&done)));
        done?;
        let identity = |r: &Reader| {
            let identity = r.identity();
            Ok((identity.certificate.device_id, identity.token.to_string()))
        };
        let (id, token) = self.units[who].device().read(identity)?;
        self.senders.insert(token.clone(), self.units[who].person);
        let unit = &mut self.units[who];
        (unit.id, unit.token, unit.fate, unit.session) = (id, token, Fate::Again, None);
        Ok(())
    }

    /// Whether a device is one of two under one identity, or was.
    pub fn forked(&self, hand: Hand) -> bool {
        matches!(hand, Hand::Device(who) if matches!(self.units[who].fate, Fate::Forked | Fate::Again))
    }

    /// Whose entries surely arrive.
    pub fn sure(&self, hand: Hand) -> bool {
        match hand {
            Hand::Office => true,
            Hand::Device(who) => self.units[who].fate != Fate::Erased,
        }
    }
}

fn told<T>(done: &Result<T>) -> String {
    match done {
        Ok(_) => "ok".to_owned(),
        Err(Error::Refused(problem)) if problem.code == Code::Offline => "offline".to_owned(),
        Err(Error::Refused(problem)) => format!("{:?}", problem.code),
        Err(error) => format!("{error:?}"),
    }
}
