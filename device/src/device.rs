//! The device: its gate (not enrolled, locked, open, damaged, revoked), the two doors to its store, and who is told when something changed.
//! Cheap to clone. Refuses reads and writes unless the gate is open; sync goes on behind a locked screen, or reminders would stop.

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError, RwLock, Weak};

use chrono::NaiveDate;
use chrono_tz::Tz;
use gongdan_domain::id::PersonId;
use gongdan_domain::problem::{Code, Problem};
use gongdan_domain::time::{Instant, Stamp};
use gongdan_domain::work_order::Ink;
use serde::{Deserialize, Serialize};
use tokio::sync::Notify;
use ts_rs::TS;

use crate::attachments::Files;
use crate::clock::{Clock, SystemClock, stamp};
use crate::error::{Error, Result};
use crate::spare::{self, Spare};
use crate::store::{Applier, Reader, Store, Tx, rebuild};
use crate::sync::Progress;
use crate::sync::client::Patience;
use crate::vault::{DatabaseKey, KeyStore, PinWrap, Vault, remove, write_durably};
use crate::view::app::{Gate, KeyKeeping, Language, Theme};
use crate::view::sync::SyncSentence;

/// What a device is opened with.
pub struct Config {
    pub data_dir: PathBuf,
    pub app_version: String,
    /// Where a person finds a file that he has to hand on; the app's own folder where the system names none.
    pub shared_dir: Option<PathBuf>,
    pub key_store: Box<dyn KeyStore>,
    pub clock: Box<dyn Clock>,
    pub patience: Patience,
    /// Talks to this address instead of the one it was enrolled at: a moved server, a test's network.
    pub server_override: Option<String>,
}

impl Config {
    pub fn new(data_dir: impl Into<PathBuf>, app_version: &str, key_store: Box<dyn KeyStore>) -> Self {
        let app_version = app_version.to_owned();
        Self {
            data_dir: data_dir.into(),
            app_version,
            shared_dir: None,
            key_store,
            clock: Box::new(SystemClock),
            patience: Patience::default(),
            server_override: None,
        }
    }
}

/// How long a rebuild waits for actions that still hold the damaged file.
const LETTING_GO: std::time::Duration = std::time::Duration::from_secs(10);

/// What the interface is told. It asks again for what it shows.
#[derive(Debug, Clone, Serialize, TS)]
#[serde(tag = "what", rename_all = "snake_case")]
#[ts(export, rename_all = "snake_case")]
pub enum Changed {
    /// Records came from the office, or a verdict on own ones.
    Data,
    Sync {
        sentence: SyncSentence,
    },
    Gate {
        gate: Gate,
    },
}

/// How the app looks; no secret, known before the gate opens.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
pub struct Preferences {
    pub language: Language,
    pub theme: Theme,
    /// Minutes without a touch after which the screen locks; 0 never.
    #[serde(default = "some_minutes")]
    pub lock_after: u32,
}

/// Long enough to look at a machine, short enough for a tablet that was left on one.
fn some_minutes() -> u32 {
    5
}

impl Default for Preferences {
    fn default() -> Self {
        Self { language: Language::Zh, theme: Theme::Auto, lock_after: some_minutes() }
    }
}

/// What is known of the enrolment without opening the database.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct Enrolment {
    /// `https://host:port#PIN`: the key that the server must have stands behind its address.
    pub server: String,
    pub device_name: String,
}

enum State {
    NotEnrolled,
    /// Enrolled; the key is not in memory.
    Sealed,
    Open(Arc<Store>),
    /// The file cannot be trusted; the key and whoever may still hold the file open.
    Damaged(DatabaseKey, Weak<Store>),
    Revoked,
    /// The data cannot be used; why.
    Broken(Problem),
}

type Listener = Box<dyn Fn(Changed) + Send + Sync>;

pub(crate) struct Inner {
    pub(crate) data_dir: PathBuf,
    pub(crate) app_version: String,
    shared_dir: Option<PathBuf>,
    pub(crate) server_override: Option<String>,
    pub(crate) patience: Patience,
    pub(crate) clock: Box<dyn Clock>,
    vault: Vault,
    state: RwLock<State>,
    screen_locked: AtomicBool,
    listeners: RwLock<Vec<Listener>>,
    pub(crate) progress: Mutex<Progress>,
    /// One round of sync at a time.
    pub(crate) round: tokio::sync::Mutex<()>,
    /// Something was committed here.
    pub(crate) committed: Arc<Notify>,
    /// Sync now: a person asked, or the server called.
    pub(crate) called: Arc<Notify>,
}

impl Drop for Inner {
    fn drop(&mut self) {
        // The worker looks up, finds its device gone and ends.
        self.called.notify_one();
    }
}

#[derive(Clone)]
pub struct Device(pub(crate) Arc<Inner>);

impl Device {
    /// Opens the data folder. Data that cannot be used does not fail here: every command then answers why.
    pub fn open(config: Config) -> Result<Self> {
        // Refused a second time only where somebody installed one already, which is as good.
        _ = rustls::crypto::ring::default_provider().install_default();
        // A folder that cannot be made is said on the screen like all else.
        let folder = std::fs::create_dir_all(&config.data_dir);
        let vault = Vault::new(&config.data_dir, config.key_store);
        let device = Self(Arc::new(Inner {
            data_dir: config.data_dir,
            app_version: config.app_version,
            shared_dir: config.shared_dir,
            server_override: config.server_override,
            patience: config.patience,
            clock: config.clock,
            vault,
            state: RwLock::new(State::NotEnrolled),
            screen_locked: AtomicBool::new(false),
            listeners: RwLock::default(),
            progress: Mutex::default(),
            round: tokio::sync::Mutex::default(),
            committed: Arc::default(),
            called: Arc::default(),
        }));
        device.enter(match folder {
            Ok(()) => device.first_state(),
            Err(error) => State::Broken(Error::from(error).into_problem()),
        });
        Ok(device)
    }

    fn first_state(&self) -> State {
        if self.path("revoked.json").exists() {
            return State::Revoked;
        }
        if !self.0.vault.exists() || !self.path("enrolment.json").exists() {
            return State::NotEnrolled;
        }
        if self.0.vault.keeping() == KeyKeeping::Pin {
            return State::Sealed;
        }
        // A key store that has lost the key leaves data that only the company's code opens.
        let Some(key) = self.0.vault.from_key_store() else { return State::Sealed };
        let state = self.open_store(key);
        if let State::Open(store) = &state {
            let locks = store.read(stamp(self.0.clock.as_ref(), None), |r| r.lock_pin::<PinWrap>());
            self.0.screen_locked.store(locks.is_ok_and(|pin| pin.is_some()), Ordering::SeqCst);
        }
        state
    }

    fn open_store(&self, key: DatabaseKey) -> State {
        match Store::open(&self.database(), key.clone()) {
            Ok(store) => {
                self.keep_spare(&store, !self.path(spare::NAME).exists());
                // A device of a version that had no codes gets one.
                if self.0.vault.escrow().is_none()
                    && let Err(error) = self.0.vault.renew_code(store.key())
                {
                    tracing::warn!(%error, "no recovery code could be made");
                }
                State::Open(Arc::new(store))
            }
            // The key is the right one: it was authenticated before. What does not open with it is damaged.
            Err(error) if error.may_be_damage() => {
                tracing::error!(%error, "the database cannot be opened");
                State::Damaged(key, Weak::new())
            }
            Err(error) => State::Broken(error.into_problem()),
        }
    }

    /// Keeps the spare copy current. One that cannot be written is no reason to refuse the work.
    fn keep_spare(&self, store: &Store, always: bool) {
        let due = if always { store.spare().map(Some) } else { store.spare_if_due() };
        let kept = due.and_then(|spare| spare.map_or(Ok(()), |spare| spare.keep(&self.0.data_dir, store.key())));
        if let Err(error) = kept {
            tracing::warn!(%error, "the spare copy was not written");
        }
    }

    /// An error that may mean a damaged file is looked into at once: whoever goes on writing into one makes it worse.
    fn watched<T>(&self, store: &Arc<Store>, outcome: Result<T>) -> Result<T> {
        match outcome {
            Err(error) if error.may_be_damage() && store.is_damaged() => {
                tracing::error!(%error, "the database is damaged");
                self.enter(State::Damaged(store.key().clone(), Arc::downgrade(store)));
                self.publish(Changed::Gate { gate: Gate::Damaged });
                Err(Code::DatabaseDamaged.into())
            }
            outcome => outcome,
        }
    }

    /// Puts a new database in the place of the damaged one; see [`rebuild`].
    pub fn rebuild(&self) -> Result<()> {
        let (key, held) = match &*self.state() {
            State::Damaged(key, held) => (key.clone(), held.clone()),
            _ => return Err(Code::NotFound.into()),
        };
        // Whoever still holds the old file would write into it, and remove the log of the new one, when he lets go.
        let busy = || held.strong_count() > 0;
        let until = std::time::Instant::now() + LETTING_GO;
        while busy() && std::time::Instant::now() < until {
            std::thread::yield_now();
        }
        if busy() {
            return Err(Code::Busy.into());
        }
        let files = Files::open(&self.0.data_dir, &key)?;
        let spare = Spare::load(&self.0.data_dir, &key);
        rebuild::rebuild(&self.database(), &key, spare, self.now(), |hash| files.has(hash))?;
        self.enter(self.open_store(key));
        self.publish(Changed::Gate { gate: self.gate()? });
        self.0.called.notify_one();
        Ok(())
    }

    /// Calls the listener at every change, on whatever thread made it.
    pub fn subscribe(&self, listener: Listener) {
        self.0.listeners.write().unwrap_or_else(PoisonError::into_inner).push(listener);
    }

    pub fn publish(&self, changed: Changed) {
        for listener in self.0.listeners.read().unwrap_or_else(PoisonError::into_inner).iter() {
            listener(changed.clone());
        }
    }

    pub fn gate(&self) -> Result<Gate> {
        match &*self.state() {
            State::NotEnrolled => Ok(Gate::NotEnrolled),
            State::Sealed => Ok(Gate::Locked),
            State::Open(_) if self.0.screen_locked.load(Ordering::SeqCst) => Ok(Gate::Locked),
            State::Open(_) => Ok(Gate::Open),
            State::Damaged(..) => Ok(Gate::Damaged),
            State::Revoked => Ok(Gate::Revoked),
            State::Broken(problem) => Err(problem.clone().into()),
        }
    }

    /// One snapshot of everything.
    pub fn read<T>(&self, read: impl FnOnce(&Reader) -> Result<T>) -> Result<T> {
        let store = self.opened()?;
        self.watched(&store, store.read(self.stamp(&store), read))
    }

    /// One user action: all of it and the change that carries it to the office, or nothing.
    pub fn write<T>(&self, act: impl FnOnce(&mut Tx) -> Result<T>) -> Result<T> {
        let store = self.opened()?;
        let reply = self.watched(&store, store.write(self.stamp(&store), act))?;
        self.keep_spare(&store, false);
        self.0.committed.notify_one();
        Ok(reply)
    }

    /// A text that is no record yet: on the disk before this answers, on this device alone. No change for the office comes of it.
    pub fn set_own_ink(&self, ink: Option<&Ink>) -> Result<()> {
        let store = self.opened()?;
        self.watched(&store, store.apply(self.stamp(&store), |a| a.set_own_ink(ink)))
    }

    pub fn keep_draft(&self, key: &str, text: &str) -> Result<()> {
        let store = self.opened()?;
        self.watched(&store, store.apply(self.stamp(&store), |a| a.keep_draft(key, text)))
    }

    /// The person has read what became of the damaged database.
    pub fn rebuild_was_read(&self) -> Result<()> {
        let store = self.opened()?;
        self.watched(&store, store.apply(self.stamp(&store), |a| a.rebuild_was_read()))
    }

    /// The person knows why a change was refused. Of this device alone, like a draft.
    pub fn mark_refusal_read(&self, device_seq: u64) -> Result<()> {
        let store = self.opened()?;
        store.apply(self.stamp(&store), |a| a.mark_refusal_read(device_seq))
    }

    /// What leaves this device by another road than sync; it counts as sent.
    pub(crate) fn hand_over<T>(&self, take: impl FnOnce(&Applier) -> Result<T>) -> Result<T> {
        let store = self.opened()?;
        store.apply(self.stamp(&store), take)
    }

    /// The corrected time.
    pub fn now(&self) -> Instant {
        let measured = self.store().ok().and_then(|store| store.measured());
        stamp(self.0.clock.as_ref(), measured.as_ref()).corrected()
    }

    /// The company's zone; before it is known, China's.
    pub fn zone(&self) -> Tz {
        let store = self.store();
        store.and_then(|store| store.read(self.stamp(&store), |r| Ok(r.zone()))).unwrap_or(Tz::Asia__Shanghai)
    }

    pub fn today(&self) -> NaiveDate {
        self.now().with_timezone(&self.zone()).date_naive()
    }

    pub fn me(&self) -> Result<PersonId> {
        Ok(self.opened()?.identity().certificate.person)
    }

    pub fn files(&self) -> Result<Files> {
        Files::open(&self.0.data_dir, self.opened()?.key())
    }

    pub fn data_dir(&self) -> &Path {
        &self.0.data_dir
    }

    /// The folder for files that a person hands on.
    pub fn shared_dir(&self) -> PathBuf {
        self.0.shared_dir.clone().unwrap_or_else(|| self.path("documents"))
    }

    pub fn app_version(&self) -> &str {
        &self.0.app_version
    }

    pub fn problem(&self, error: Error) -> Problem {
        error.into_problem()
    }

    pub fn key_keeping(&self) -> KeyKeeping {
        self.0.vault.keeping()
    }

    /// What the office takes where it has no code of this device.
    pub fn recovery_request(&self) -> Option<String> {
        let locked = self.gate().is_ok_and(|gate| gate == Gate::Locked);
        if locked { self.0.vault.escrow().map(|escrow| escrow.request) } else { None }
    }

    pub fn enrolment(&self) -> Enrolment {
        self.load("enrolment.json").unwrap_or_default()
    }

    pub fn preferences(&self) -> Preferences {
        self.load("preferences.json").unwrap_or_default()
    }

    pub fn set_preferences(&self, preferences: Preferences) -> Result<()> {
        write_durably(&self.path("preferences.json"), &serde_json::to_vec(&preferences)?)
    }

    /// Opens the gate by the PIN.
    pub fn unlock(&self, pin: &str) -> Result<()> {
        let wall = self.0.clock.wall();
        match self.store() {
            Ok(store) if self.key_keeping() == KeyKeeping::OsKeyStore => {
                if let Some(wrap) = store.read(self.stamp(&store), |r| r.lock_pin::<PinWrap>())? {
                    self.0.vault.tried(wall, || wrap.open(pin))?;
                }
            }
            Ok(_) => drop(self.0.vault.by_pin(pin, wall)?),
            Err(_) => {
                self.gate()?;
                if self.key_keeping() == KeyKeeping::OsKeyStore {
                    return Err(Code::KeyLost.into());
                }
                let key = self.0.vault.by_pin(pin, wall)?;
                self.enter(self.open_store(key));
            }
        }
        self.entered()
    }

    /// The PIN was forgotten: opens by the code that the company read out, and sets a new PIN. The code is used up by it.
    pub fn recover(&self, code: &str, pin: &str) -> Result<()> {
        if !matches!(self.gate()?, Gate::Locked) {
            return Err(Code::NotFound.into());
        }
        // First, or a PIN that is refused would have cost the code.
        let proof = PinWrap::seal(pin, &[0; 32])?;
        let key = self.0.vault.by_code(code, self.0.clock.wall())?;
        self.0.vault.set_pin(pin, &key)?;
        self.0.vault.renew_code(&key)?;
        if self.store().is_err() {
            self.enter(self.open_store(key));
        }
        if let (Ok(store), KeyKeeping::OsKeyStore) = (self.store(), self.key_keeping()) {
            store.apply(self.stamp(&store), |a| a.set_lock_pin(&proof))?;
            self.keep_spare(&store, false);
        }
        self.entered()
    }

    /// The screen is unlocked; what lies behind it decides the gate.
    fn entered(&self) -> Result<()> {
        self.0.screen_locked.store(false, Ordering::SeqCst);
        let gate = self.gate()?;
        self.publish(Changed::Gate { gate });
        self.0.called.notify_one();
        Ok(())
    }

    /// Hides the screen; the key stays in memory and sync goes on. Without a PIN there is nothing to lock with.
    pub fn lock(&self) -> Result<()> {
        let store = self.opened()?;
        let pin = store.read(self.stamp(&store), |r| r.lock_pin::<PinWrap>())?;
        if self.key_keeping() == KeyKeeping::Pin || pin.is_some() {
            self.0.screen_locked.store(true, Ordering::SeqCst);
            self.publish(Changed::Gate { gate: Gate::Locked });
        }
        Ok(())
    }

    pub(crate) fn vault(&self) -> &Vault {
        &self.0.vault
    }

    /// The store behind the gate, whether or not the screen is locked.
    pub(crate) fn store(&self) -> Result<Arc<Store>> {
        match &*self.state() {
            State::Open(store) => Ok(store.clone()),
            State::NotEnrolled => Err(Code::NotEnrolled.into()),
            State::Sealed => Err(Code::Locked.into()),
            State::Damaged(..) => Err(Code::DatabaseDamaged.into()),
            State::Revoked => Err(Code::DeviceRevoked.into()),
            State::Broken(problem) => Err(problem.clone().into()),
        }
    }

    fn opened(&self) -> Result<Arc<Store>> {
        if self.0.screen_locked.load(Ordering::SeqCst) { Err(Code::Locked.into()) } else { self.store() }
    }

    pub(crate) fn stamp(&self, store: &Store) -> Stamp {
        stamp(self.0.clock.as_ref(), store.measured().as_ref())
    }

    /// The enrolment is whole: its database is open from here on.
    pub(crate) fn enrolled(&self, store: Store, enrolment: &Enrolment) -> Result<()> {
        write_durably(&self.path("enrolment.json"), &serde_json::to_vec(enrolment)?)?;
        remove(&self.path("revoked.json"))?;
        self.keep_spare(&store, true);
        self.enter(State::Open(Arc::new(store)));
        self.entered()
    }

    /// The office has revoked this device: the key first, then everything that it opened (L3).
    pub(crate) fn erase(&self) -> Result<()> {
        write_durably(&self.path("revoked.json"), b"{}")?;
        self.0.vault.destroy()?;
        self.enter(State::Revoked);
        self.publish(Changed::Gate { gate: Gate::Revoked });
        for name in ["enrolment.json", spare::NAME, "gongdan.db", "gongdan.db-wal", "gongdan.db-shm", "gongdan.db-mark"]
        {
            remove(&self.path(name))?;
        }
        for entry in std::fs::read_dir(&self.0.data_dir)?.flatten() {
            let name = entry.file_name();
            let ours = name == "files" || name.to_string_lossy().starts_with("damaged-");
            if ours && entry.path().is_dir() {
                std::fs::remove_dir_all(entry.path())?;
            }
        }
        Ok(())
    }

    pub(crate) fn database(&self) -> PathBuf {
        self.path("gongdan.db")
    }

    fn state(&self) -> std::sync::RwLockReadGuard<'_, State> {
        self.0.state.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn enter(&self, state: State) {
        *self.0.state.write().unwrap_or_else(PoisonError::into_inner) = state;
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.data_dir.join(name)
    }

    fn load<T: serde::de::DeserializeOwned>(&self, name: &str) -> Option<T> {
        serde_json::from_slice(&std::fs::read(self.path(name)).ok()?).ok()
    }
}
