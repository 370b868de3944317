//! What every part of the running server shares: storage, keys, the clock as an argument, the bell. Refuses to know HTTP.

use std::collections::HashSet;
use std::net::IpAddr;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use gongdan_domain::time::Instant;
use tokio::sync::{Notify, Semaphore, broadcast};

use crate::auth::limit::Limits;
use crate::bundle;
use crate::error::{Error, Result};
use crate::front::Front;
use crate::keys::{Keys, private_folder};
use crate::reference::ReferenceSet;
use crate::storage::sqlite::SqliteStorage;
use crate::storage::{Reader, Store, Tx};
use crate::sync::revoke;

/// The seam for time: tests bring their own.
pub type Clock = Arc<dyn Fn() -> Instant + Send + Sync>;

/// The only place of the server where a clock is read.
pub fn system_clock() -> Clock {
    Arc::new(chrono::Utc::now)
}

/// A ring that means no position: post, bundles and files, which only consoles show.
pub const AT_DESKS: u64 = 0;

pub struct Core {
    pub store: Store,
    pub keys: Arc<Keys>,
    pub clock: Clock,
    pub data: PathBuf,
    pub limits: Limits,
    /// Whose turn it is to have a password hashed.
    pub hashing: Semaphore,
    /// Tells everybody who listens that something is new; carries the head.
    pub bell: broadcast::Sender<u64>,
    /// Files that are being written just now.
    pub uploading: Mutex<HashSet<String>>,
    /// Months that are being packed, or were.
    pub bundles: bundle::desk::Desk,
    /// Wakes the sender of e-mail.
    pub post: Notify,
    front: OnceLock<Front>,
    published: Mutex<Option<Arc<ReferenceSet>>>,
}

pub type Shared = Arc<Core>;

/// What the rules need while a change is taken in.
pub struct Env {
    pub now: Instant,
    /// From which address the change comes, where it comes over the line.
    pub from: Option<IpAddr>,
    pub keys: Arc<Keys>,
    pub reference: Arc<ReferenceSet>,
}

impl Core {
    pub fn open(data: &Path, clock: Clock) -> Result<Shared> {
        Self::open_with_keys(data, &data.join("keys"), clock)
    }

    /// With the keys on another disk than the data.
    pub fn open_with_keys(data: &Path, keys: &Path, clock: Clock) -> Result<Shared> {
        private_folder(data)?;
        private_folder(&data.join("attachments"))?;
        let keys = Arc::new(Keys::open(keys)?);
        let store = Store::new(SqliteStorage::open(&data.join("gongdan.db"), clock())?);
        revoke::heed_all(&store, &keys)?;
        let (bell, _) = broadcast::channel(64);
        let ring = bell.clone();
        // Nobody listening is fine.
        store.on_commit(move |head| _ = ring.send(head));
        Ok(Arc::new(Self {
            store,
            keys,
            clock,
            data: data.to_owned(),
            limits: Limits::default(),
            hashing: Semaphore::new(1),
            bell,
            uploading: Mutex::default(),
            bundles: bundle::desk::Desk::default(),
            post: Notify::new(),
            front: OnceLock::new(),
            published: Mutex::default(),
        }))
    }

    pub fn now(&self) -> Instant {
        (self.clock)()
    }

    /// Something that consoles show changed without a record of its own. No device is woken for it.
    pub fn bell_rings(&self) {
        // Nobody listening is fine.
        _ = self.bell.send(AT_DESKS);
    }

    /// How the server is reached.
    pub fn front(&self) -> Front {
        self.front.get().cloned().unwrap_or_default()
    }

    /// Said once, when the server begins to listen.
    pub fn reached_by(&self, front: Front) {
        _ = self.front.set(front);
    }

    /// The published data, read again only after something was published.
    pub fn reference(&self, r: &dyn Reader) -> Result<Arc<ReferenceSet>> {
        let count = r.count_published()?;
        let kept = self.published.lock().unwrap_or_else(PoisonError::into_inner).clone();
        if let Some(kept) = kept.filter(|kept| kept.count() == count) {
            return Ok(kept);
        }
        let set = Arc::new(ReferenceSet::read(r)?);
        *self.published.lock().unwrap_or_else(PoisonError::into_inner) = Some(Arc::clone(&set));
        Ok(set)
    }

    pub fn env(&self, r: &dyn Reader) -> Result<Env> {
        Ok(Env { now: self.now(), from: None, keys: Arc::clone(&self.keys), reference: self.reference(r)? })
    }

    /// Reads off the async threads.
    pub async fn read<T: Send + 'static>(
        self: &Shared,
        work: impl FnOnce(&Core, &dyn Reader) -> Result<T> + Send + 'static,
    ) -> Result<T> {
        let core = Arc::clone(self);
        off_thread(move || core.store.read(|r| work(&core, r))).await
    }

    /// Writes off the async threads; returns when it is durable.
    pub async fn write<T: Send + 'static>(
        self: &Shared,
        work: impl FnOnce(&Core, &mut dyn Tx) -> Result<T> + Send + 'static,
    ) -> Result<T> {
        let core = Arc::clone(self);
        off_thread(move || core.write_now(work)).await
    }

    /// The same for callers that may block.
    pub fn write_now<T: Send + 'static>(
        self: &Shared,
        work: impl FnOnce(&Core, &mut dyn Tx) -> Result<T> + Send + 'static,
    ) -> Result<T> {
        let core = Arc::clone(self);
        self.store.write(move |tx| work(&core, tx))
    }
}

pub async fn off_thread<T: Send + 'static>(work: impl FnOnce() -> Result<T> + Send + 'static) -> Result<T> {
    tokio::task::spawn_blocking(work).await.map_err(|_| Error::Unfinished)?
}
