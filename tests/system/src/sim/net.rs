//! The simulated network: every request goes through the dice. What arrives goes to the real server as bytes and comes back as bytes,
//! read by the same code that reads them from a socket. It also listens: what the server handed out, and what it acknowledged.

use std::collections::BTreeSet;
use std::sync::{Mutex, PoisonError};

use bytes::Bytes;
use gongdan_device::error::{Error, Result};
use gongdan_device::sync::client::read_reply;
use gongdan_device::sync::road::Road;
use gongdan_domain::id::{FactId, JobId, PersonId};
use gongdan_domain::problem::{Code, Problem};
use gongdan_domain::sync::change::{Change, Op, SignedChange};
use gongdan_domain::sync::wire::{EnrolReply, EnrolRequest, ExchangeReply, ExchangeRequest, Outcome, RecordBody};
use gongdan_server::core::Shared;
use gongdan_server::storage::{DeviceRecord, Reader};
use gongdan_server::sync::{attachment, enrol, exchange};
use gongdan_server::{body, secret};

use super::account::Account;
use super::check::Violation;
use super::dice::Dice;
use super::mutant::Mutant;

/// More exchanges than any sync of a schedule needs: past it the device is going round in circles.
const RESTLESS: u32 = 60;

/// What the network does to one request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Fate {
    Fine,
    /// It never arrives.
    Lost,
    /// Only its beginning arrives.
    Torn,
    /// It arrives after later ones; its sender has given up.
    Late,
    /// It arrives twice.
    Twice,
    /// It arrives, its answer does not.
    ReplyLost,
    /// Only the beginning of the answer comes back.
    ReplyTorn,
    Trouble,
    /// The device dies while it takes the pages in.
    DiesWithinPages,
}

const FATES: [Fate; 8] = [
    Fate::Lost,
    Fate::Torn,
    Fate::Late,
    Fate::Twice,
    Fate::ReplyLost,
    Fate::ReplyTorn,
    Fate::Trouble,
    Fate::DiesWithinPages,
];

/// What the network remembers.
pub struct Sky {
    dice: Dice,
    /// Percent of requests that something happens to.
    pub rough: usize,
    pub mutant: Option<Mutant>,
    /// Requests under way whose senders have given up.
    pub late: Vec<(String, Vec<u8>)>,
    /// The next request finds no network: its device is dead.
    dead: bool,
    exchanges: u32,
    pub requests: u64,
    /// Facts of changes that the server accepted.
    pub acknowledged: BTreeSet<FactId>,
    pub violations: Vec<Violation>,
    pub told: Vec<String>,
}

impl Sky {
    pub fn new(dice: Dice, mutant: Option<Mutant>) -> Self {
        Self {
            dice,
            rough: 0,
            mutant,
            late: Vec::new(),
            dead: false,
            exchanges: 0,
            requests: 0,
            acknowledged: BTreeSet::new(),
            violations: Vec::new(),
            told: Vec::new(),
        }
    }

    /// A new sync begins.
    pub fn begin(&mut self) {
        (self.exchanges, self.dead) = (0, false);
    }

    fn fate(&mut self) -> Fate {
        if std::mem::take(&mut self.dead) {
            return Fate::Lost;
        }
        let fate = if self.dice.percent(self.rough) { self.dice.pick(&FATES).copied() } else { None };
        let fate = fate.unwrap_or(Fate::Fine);
        if fate != Fate::Fine {
            self.told.push(format!("{fate:?}"));
        }
        fate
    }
}

fn offline() -> Error {
    Code::Offline.into()
}

/// The road of one device, as the server and the account stand just now.
pub struct Net<'w> {
    pub core: &'w Shared,
    pub token: &'w str,
    pub person: PersonId,
    pub account: &'w Account,
    pub sky: &'w Mutex<Sky>,
}

impl Net<'_> {
    fn sky<T>(&self, look: impl FnOnce(&mut Sky) -> T) -> T {
        look(&mut self.sky.lock().unwrap_or_else(PoisonError::into_inner))
    }

    fn refused(error: gongdan_server::error::Error) -> Error {
        error.problem().into()
    }

    /// Hands bytes to the server's own reader and rules.
    pub fn deliver(&self, body: &[u8]) -> Result<Vec<u8>> {
        let hash = secret::hash(self.token);
        let device = self.core.store.read(|r| r.device_by_token(&hash)).map_err(Self::refused)?;
        let device = device.ok_or(Code::TokenInvalid)?;
        let request: ExchangeRequest = body::parse(body).map_err(Self::refused)?;
        let changes = request.changes.clone();
        let reply = exchange::answer(self.core, device, request, None).map_err(Self::refused)?;
        self.sky(|sky| {
            sky.requests += 1;
            self.watch(sky, &changes, &reply);
        });
        Ok(serde_json::to_vec(&reply)?)
    }

    /// What is handed out must be the receiver's to see; what is accepted must be there for ever.
    fn watch(&self, sky: &mut Sky, changes: &[SignedChange], reply: &ExchangeReply) {
        for verdict in reply.verdicts.iter().filter(|v| v.outcome == Outcome::Accepted) {
            let Some(change) = changes.iter().find(|c| c.device_seq == verdict.device_seq) else { continue };
            let Ok(change) = serde_json::from_str::<Change>(&change.payload) else { continue };
            let facts = change.ops.iter().filter_map(|op| if let Op::Fact(fact) = op { Some(fact.id) } else { None });
            sky.acknowledged.extend(facts);
        }
        for record in reply.pages.iter().flat_map(|page| &page.records) {
            let RecordBody::Fact { fact, .. } = &record.body else { continue };
            let regained = |job| {
                let mut arrived = self.account.departed.iter().filter(|one| sky.acknowledged.contains(&one.fact));
                arrived.any(|one| one.job == job && one.by == self.person && self.account.undoes(*one) > 0)
            };
            let his = |job| self.account.holds(job, self.person) || regained(job);
            let foreign = |job: JobId| fact.kind == "note_added" && !his(job);
            if fact.job.is_some_and(foreign) {
                let what = format!("a note of a job that {} has not got was handed out: {}", self.person, fact.body);
                sky.violations.push(Violation::new("scope_is_tight", what));
            }
        }
    }

    fn carried(&self, request: &ExchangeRequest) -> Result<ExchangeReply> {
        let restless = self.sky(|sky| {
            sky.exchanges += 1;
            sky.exchanges > RESTLESS
        });
        if restless {
            let what = format!("a sync of {} does not come to rest", self.person);
            self.sky(|sky| sky.violations.push(Violation::new("comes_to_rest", what)));
            return Err(Code::ServerTrouble.into());
        }
        let body = serde_json::to_vec(request)?;
        match self.sky(Sky::fate) {
            Fate::Fine => read_reply(&self.deliver(&body)?),
            Fate::Lost => Err(offline()),
            Fate::Torn => {
                let most = self.sky(|sky| sky.dice.below(body.len()));
                if self.deliver(&body[..most]).is_ok() {
                    let what = "a request without its end was taken for a whole one".to_owned();
                    self.sky(|sky| sky.violations.push(Violation::new("exactly_once", what)));
                }
                Err(offline())
            }
            Fate::Late => {
                self.sky(|sky| sky.late.push((self.token.to_owned(), body)));
                Err(offline())
            }
            Fate::Twice => {
                self.deliver(&body)?;
                read_reply(&self.deliver(&body)?)
            }
            Fate::ReplyLost => self.deliver(&body).and(Err(offline())),
            Fate::ReplyTorn => {
                let bytes = self.deliver(&body)?;
                let most = self.sky(|sky| sky.dice.below(bytes.len()));
                read_reply(&bytes[..most]).and(Err(Code::Internal.into())).or(Err(offline()))
            }
            Fate::Trouble => Err(Problem::new(Code::ServerTrouble).into()),
            Fate::DiesWithinPages => Ok(self.cut(read_reply(&self.deliver(&body)?)?)),
        }
    }

    /// Some of the pages are taken in, then the device is dead: the next request finds no network.
    fn cut(&self, mut reply: ExchangeReply) -> ExchangeReply {
        self.sky(|sky| {
            sky.dead = true;
            let most = sky.dice.below(reply.pages.len() + 1);
            if sky.mutant == Some(Mutant::CursorBeforePage) {
                for page in reply.pages.iter_mut().skip(most) {
                    page.records.clear();
                }
            } else {
                reply.pages.truncate(most);
                reply.covered = None;
            }
            reply.more = true;
        });
        reply
    }

    /// Nothing, or something after which the line is dead.
    fn cut_off(&self) -> bool {
        self.sky(|sky| sky.dice.percent(sky.rough / 2))
    }

    fn with_file<T>(
        &self,
        hash: &str,
        work: impl FnOnce(attachment::Delivery) -> gongdan_server::error::Result<T>,
    ) -> Result<T> {
        let delivery = self.core.store.read(|r| attachment::delivered_by(r, &self.device(r)?, hash));
        delivery.and_then(work).map_err(Self::refused)
    }

    fn device(&self, r: &dyn Reader) -> gongdan_server::error::Result<DeviceRecord> {
        Ok(r.device_by_token(&secret::hash(self.token))?.ok_or(Code::TokenInvalid)?)
    }
}

impl Road for Net<'_> {
    async fn enrol(&self, request: &EnrolRequest) -> Result<EnrolReply> {
        let request = request.clone();
        self.core.write_now(move |core, tx| enrol::enrol_with(core, tx, &request)).map_err(Self::refused)
    }

    async fn exchange(&self, request: &ExchangeRequest) -> Result<ExchangeReply> {
        self.carried(request)
    }

    async fn uploaded(&self, hash: &str) -> Result<u64> {
        if self.cut_off() {
            return Err(offline());
        }
        match self.with_file(hash, |delivery| Ok(attachment::progress(self.core, &delivery))) {
            Err(Error::Refused(problem)) if problem.code == Code::AttachmentUnknown => Ok(0),
            other => other,
        }
    }

    async fn upload(&self, hash: &str, _: u64, _: &str, offset: u64, piece: Bytes) -> Result<u64> {
        let most = if self.cut_off() { self.sky(|sky| sky.dice.below(piece.len())) } else { piece.len() };
        let now = self.with_file(hash, |delivery| attachment::append(self.core, &delivery, offset, &piece[..most]))?;
        if most < piece.len() { Err(offline()) } else { Ok(now) }
    }

    async fn download(&self, hash: &str) -> Result<Bytes> {
        if self.cut_off() {
            return Err(offline());
        }
        let state = self.core.store.read(|r| attachment::opened(r, &self.device(r)?, hash));
        state.and_then(|state| attachment::read(self.core, &state)).map(Bytes::from).map_err(Self::refused)
    }
}
