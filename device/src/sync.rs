//! Sync as the rest of the app sees it: a worker that keeps this device and the office alike, and its state as one sentence.
//! It wakes on own commits, on the server's call and on a timer, and never holds up a command.

pub mod apply;
pub mod client;
pub mod enrol;
pub mod listen;
pub mod pin;
pub mod road;
pub mod round;
pub mod transfer;

use std::collections::BTreeSet;
use std::future::Future;
use std::sync::{MutexGuard, PoisonError, Weak};
use std::time::Duration;

use gongdan_domain::entity::Fields;
use gongdan_domain::fact::FactBody;
use gongdan_domain::id::{JobId, VisitId};
use gongdan_domain::problem::{Code, Problem};
use gongdan_domain::visit::VisitState;
use gongdan_domain::visit::handover::Handover;
use rand::Rng as _;

use crate::device::{Changed, Device, Inner};
use crate::error::{Error, Result};
use crate::store::Reader;
use crate::sync::road::Road;
use crate::view::sync::{SyncMood, SyncSentence};

/// Autosaves that follow each other quickly become one change.
const SETTLE: Duration = Duration::from_millis(250);
/// Without a live wake-up the server is asked this often.
const POLL: Duration = Duration::from_secs(30);
const FIRST_RETRY: Duration = Duration::from_secs(1);
const LAST_RETRY: Duration = Duration::from_secs(60);

/// What the last rounds came to.
#[derive(Default)]
pub struct Progress {
    pub running: bool,
    pub offline_since: Option<String>,
    pub trouble: Option<Problem>,
}

impl Device {
    /// Starts the worker thread. It ends when the device is dropped.
    pub fn start_sync(&self) {
        let device = std::sync::Arc::downgrade(&self.0);
        let spawned = std::thread::Builder::new().name("sync".to_owned()).spawn(move || match runtime() {
            Ok(runtime) => runtime.block_on(work(device)),
            Err(error) => tracing::error!(%error, "sync could not start"),
        });
        if let Err(error) = spawned {
            tracing::error!(%error, "sync could not start");
        }
    }

    /// Asks the worker for a round now.
    pub fn call_sync(&self) {
        self.0.called.notify_one();
    }

    /// One whole sync on this thread: everything is sent, everything is fetched, or why not.
    pub fn sync_once(&self) -> Result<()> {
        let device = self.clone();
        on_own_runtime(move || async move { sync_round(&device, round::run(&device)).await })
    }

    /// The same over a road of the caller's choosing, on the caller's thread.
    pub async fn sync_over(&self, road: &impl Road) -> Result<()> {
        sync_round(self, round::over(self, road)).await
    }

    /// The state of sync in one sentence.
    pub fn sentence(&self) -> Result<SyncSentence> {
        let store = self.store()?;
        store.read(self.stamp(&store), |r| sentence(r, &self.progress()))
    }

    fn progress(&self) -> MutexGuard<'_, Progress> {
        self.0.progress.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn tell(&self) {
        if let Ok(sentence) = self.sentence() {
            self.publish(Changed::Sync { sentence });
        }
    }
}

/// The one sentence. What needs a person comes before everything else.
pub fn sentence(r: &Reader, progress: &Progress) -> Result<SyncSentence> {
    let waiting = r.waiting_count()? + r.files_waiting()?;
    let needs_you = needs_you(r)?;
    let delivered_at = r.delivered_at()?;
    let copied = r.copied()?;
    let mood = if copied {
        SyncMood::Copied
    } else if needs_you > 0 {
        SyncMood::NeedsYou
    } else if progress.offline_since.is_some() {
        SyncMood::Offline
    } else if progress.trouble.is_some() {
        SyncMood::Trouble
    } else if progress.running && waiting > 0 {
        SyncMood::Sending
    } else if delivered_at.is_none() {
        SyncMood::New
    } else if waiting > 0 {
        SyncMood::Sending
    } else {
        SyncMood::Delivered
    };
    let problem = if copied { Some(Code::Fork.into()) } else { progress.trouble.clone() };
    let offline_since = progress.offline_since.clone();
    Ok(SyncSentence { mood, waiting, needs_you, delivered_at, offline_since, problem })
}

/// Conflicts, refused changes and open questions of the office.
pub fn needs_you(r: &Reader) -> Result<u32> {
    let lost = u32::try_from(r.lost_files()?.len()).unwrap_or(u32::MAX);
    let asked = open_questions(r)?.len() + open_handovers(r)?.len();
    Ok(r.conflict_count()? + r.refused_count()? + lost + u32::try_from(asked).unwrap_or(u32::MAX))
}

/// A question of the office about an order, not answered yet.
pub struct OpenQuestion {
    pub fact: gongdan_domain::sync::change::Fact,
    pub question: String,
}

pub fn open_questions(r: &Reader) -> Result<Vec<OpenQuestion>> {
    let asked = r.facts_of_kind("order_questioned")?;
    if asked.is_empty() {
        return Ok(Vec::new());
    }
    let answered: Vec<_> = r
        .facts_of_kind("question_answered")?
        .iter()
        .filter_map(|fact| match FactBody::of(fact) {
            Some(FactBody::QuestionAnswered { order, .. }) => Some((order, fact.at.corrected())),
            _ => None,
        })
        .collect();
    let open = asked.into_iter().filter_map(|fact| match FactBody::of(&fact) {
        Some(FactBody::OrderQuestioned { order, question, .. }) => {
            let asked_at = fact.at.corrected();
            let answered = answered.iter().any(|(of, at)| *of == order && *at >= asked_at);
            (!answered).then_some(OpenQuestion { fact, question })
        }
        _ => None,
    });
    Ok(open.collect())
}

/// Visits under way that the office asks to have handed over, with no answer yet.
pub fn open_handovers(r: &Reader) -> Result<Vec<(JobId, Handover)>> {
    let visits: BTreeSet<(JobId, VisitId)> =
        r.facts_of_kind("reassign_requested")?.iter().filter_map(|fact| Some((fact.job?, fact.visit?))).collect();
    let mut open = Vec::new();
    for (job, visit) in visits {
        let state = VisitState::of(visit, &r.facts(job)?, &Fields::default());
        open.extend(state.handover.filter(|asked| asked.answer.is_none()).map(|asked| (job, asked)));
    }
    Ok(open)
}

/// One round, with what it came to written down for the sentence.
async fn sync_round(device: &Device, round: impl Future<Output = Result<()>>) -> Result<()> {
    let outcome = {
        let _one_at_a_time = device.0.round.lock().await;
        device.progress().running = true;
        device.tell();
        round.await
    };
    let mut progress = device.progress();
    progress.running = false;
    match &outcome {
        Ok(()) => *progress = Progress::default(),
        Err(error) if is_offline(error) => {
            progress.trouble = None;
            progress.offline_since.get_or_insert_with(|| device.now().to_rfc3339());
        }
        Err(Error::Network(network)) if pin::is_another_key(network) => {
            progress.offline_since = None;
            progress.trouble = Some(Problem::new(Code::ServerKeyWrong));
        }
        Err(Error::Refused(problem)) => {
            progress.offline_since = None;
            progress.trouble = Some(problem.as_ref().clone());
        }
        Err(error) => {
            tracing::warn!(%error, "a round of sync failed");
            progress.offline_since = None;
            progress.trouble = Some(Problem::new(Code::ServerTrouble));
        }
    }
    drop(progress);
    device.tell();
    outcome
}

fn is_offline(error: &Error) -> bool {
    match error {
        Error::Network(network) => {
            !pin::is_another_key(network)
                && (network.is_connect() || network.is_timeout() || network.is_request() || network.is_body())
        }
        Error::Refused(problem) => problem.code == Code::Offline,
        _ => false,
    }
}

/// Rounds for ever: at once when called, a moment after own commits, by the clock otherwise; slower and slower while there is no way.
async fn work(device: Weak<Inner>) {
    let Some((called, committed)) = device.upgrade().map(|inner| (inner.called.clone(), inner.committed.clone()))
    else {
        return;
    };
    tokio::spawn(listen::listen(device.clone(), called.clone()));
    let mut retry = FIRST_RETRY;
    loop {
        let Some(inner) = device.upgrade() else { return };
        let ready = Device(inner);
        let wait = match ready.store() {
            // Opening the gate calls.
            Err(_) => None,
            Ok(_) => Some(match sync_round(&ready, round::run(&ready)).await {
                Ok(()) => {
                    retry = FIRST_RETRY;
                    jittered(POLL)
                }
                Err(_) => {
                    let wait = jittered(retry);
                    retry = (retry * 2).min(LAST_RETRY);
                    wait
                }
            }),
        };
        drop(ready);
        let waiting_to_retry = retry > FIRST_RETRY;
        let timer = async {
            match wait {
                Some(wait) => tokio::time::sleep(wait).await,
                None => std::future::pending().await,
            }
        };
        tokio::select! {
            () = called.notified() => {}
            () = timer => {}
            // While there is no way out, a commit changes nothing about that.
            () = committed.notified(), if !waiting_to_retry => tokio::time::sleep(SETTLE).await,
        }
    }
}

/// Between three and five quarters, so that devices do not knock all at once.
fn jittered(wait: Duration) -> Duration {
    wait.mul_f64(rand::thread_rng().gen_range(0.75..1.25))
}

fn runtime() -> std::io::Result<tokio::runtime::Runtime> {
    tokio::runtime::Builder::new_current_thread().enable_all().build()
}

/// Runs network work to its end from blocking code, wherever that was called from.
pub(crate) fn on_own_runtime<T, F>(work: impl FnOnce() -> F + Send) -> Result<T>
where
    T: Send,
    F: Future<Output = Result<T>>,
{
    std::thread::scope(|scope| {
        scope.spawn(|| runtime()?.block_on(work())).join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))
    })
}
