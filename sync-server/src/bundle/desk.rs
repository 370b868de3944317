//! Bundles under way and ready: kept in a folder of the data, forgotten at the next start, because each can be made again.

use std::collections::BTreeMap;
use std::fs;
use std::io::{BufWriter, Write as _};
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use gongdan_domain::id::PersonId;
use gongdan_domain::time::Instant;
use serde::{Deserialize, Serialize};
use ts_rs::TS;
use uuid::Uuid;

use crate::bundle::cover::Maker;
use crate::bundle::{BundleCopy, Plan, pack};
use crate::core::{Core, Shared};
use crate::error::Result;
use crate::office::view::PersonName;

/// So many are kept; the oldest goes first.
const KEPT: usize = 8;

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
#[ts(export, rename_all = "snake_case")]
pub enum BundleState {
    Making,
    Ready,
    Failed,
    Cancelled,
}

#[derive(Debug, Clone)]
pub struct Bundle {
    pub id: Uuid,
    pub month: String,
    pub copy: BundleCopy,
    pub by: PersonId,
    pub asked_at: Instant,
    pub orders: u32,
    pub done: u32,
    pub missing: u32,
    pub state: BundleState,
    /// Of the finished file.
    pub bytes: u64,
}

/// Each with the sign that ends it.
type Bundles = BTreeMap<Uuid, (Bundle, Arc<AtomicBool>)>;

/// All bundles of this server.
#[derive(Default)]
pub struct Desk {
    bundles: Mutex<Bundles>,
}

impl Desk {
    fn with<T>(&self, work: impl FnOnce(&mut Bundles) -> T) -> T {
        work(&mut self.bundles.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Newest first.
    pub fn list(&self) -> Vec<Bundle> {
        self.with(|all| all.values().rev().map(|(bundle, _)| bundle.clone()).collect())
    }

    pub fn get(&self, id: Uuid) -> Option<Bundle> {
        self.with(|all| all.get(&id).map(|(bundle, _)| bundle.clone()))
    }

    /// Whether one is being made: a second would only make both slower.
    pub fn busy(&self) -> bool {
        self.with(|all| all.values().any(|(bundle, _)| bundle.state == BundleState::Making))
    }

    pub fn cancel(&self, id: Uuid) {
        self.with(|all| all.get(&id).map(|(_, stop)| stop.store(true, Ordering::SeqCst)));
    }

    fn change(&self, id: Uuid, change: impl FnOnce(&mut Bundle)) {
        self.with(|all| all.get_mut(&id).map(|(bundle, _)| change(bundle)));
    }
}

/// Where a bundle lies.
pub fn path(core: &Core, id: Uuid) -> PathBuf {
    core.data.join("bundles").join(format!("{id}.zip"))
}

/// Empties the folder of the last run.
pub fn sweep(core: &Core) -> Result<()> {
    let folder = core.data.join("bundles");
    if folder.exists() {
        fs::remove_dir_all(&folder)?;
    }
    crate::keys::private_folder(&folder)
}

/// Begins a bundle in a thread of its own.
pub fn begin(core: &Shared, plan: Plan, by: PersonName) -> Result<Bundle> {
    let count = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
    let bundle = Bundle {
        id: Uuid::now_v7(),
        month: plan.month.clone(),
        copy: plan.copy,
        by: by.id,
        asked_at: core.now(),
        orders: count(plan.entries.len()),
        done: 0,
        missing: plan.entries.iter().map(|entry| entry.missing).sum(),
        state: BundleState::Making,
        bytes: 0,
    };
    let stop = Arc::new(AtomicBool::new(false));
    let (id, told) = (bundle.id, bundle.clone());
    let maker = Maker { name: by.name, at: bundle.asked_at };
    forget_oldest(core);
    core.bundles.with(|all| all.insert(id, (bundle, Arc::clone(&stop))));
    let worker = Shared::clone(core);
    std::thread::Builder::new().name("bundle".into()).spawn(move || {
        let made = make(&worker, id, &plan, &maker, &stop);
        let state = match &made {
            Ok(true) => BundleState::Ready,
            Ok(false) => BundleState::Cancelled,
            Err(error) => {
                tracing::error!(%error, "a bundle could not be made");
                BundleState::Failed
            }
        };
        let bytes = fs::metadata(path(&worker, id)).map_or(0, |meta| meta.len());
        worker.bundles.change(id, |bundle| (bundle.state, bundle.bytes) = (state, bytes));
        worker.bell_rings();
    })?;
    Ok(told)
}

/// The finished file appears under its name at once, whole.
fn make(core: &Shared, id: Uuid, plan: &Plan, maker: &Maker, stop: &AtomicBool) -> Result<bool> {
    let path = path(core, id);
    let (part, rest) = (path.with_extension("part"), path.with_extension("rest"));
    crate::keys::private_folder(path.parent().unwrap_or(&core.data))?;
    let mut out = BufWriter::new(fs::File::create(&part)?);
    let mut scratch = fs::File::options().read(true).write(true).create(true).truncate(true).open(&rest)?;
    let mut told = |done| {
        core.bundles.change(id, |bundle| bundle.done = done);
        if done % 20 == 0 {
            core.bell_rings();
        }
        !stop.load(Ordering::SeqCst)
    };
    let whole = pack(core, plan, maker, &mut scratch, &mut out, &mut told);
    // A cover stands before it now, or it is not wanted any more.
    _ = fs::remove_file(rest);
    let whole = whole.and_then(|whole| Ok(out.flush().map(|()| whole)?));
    match whole {
        Ok(true) => fs::rename(part, path).map(|()| true).map_err(Into::into),
        other => {
            // What is not whole is nothing.
            _ = fs::remove_file(part);
            other
        }
    }
}

fn forget_oldest(core: &Core) {
    let gone: Vec<Uuid> = core.bundles.with(|all| {
        let mut gone = Vec::new();
        while all.len() >= KEPT {
            let oldest = all.iter().find(|(_, (bundle, _))| bundle.state != BundleState::Making).map(|(id, _)| *id);
            let Some(oldest) = oldest else { break };
            all.remove(&oldest);
            gone.push(oldest);
        }
        gone
    });
    for id in gone {
        // It may never have been finished.
        _ = fs::remove_file(path(core, id));
    }
}
