//! Invariants `converges`, `exactly_once` and `no_silent_loser` over random interleavings: the technician types, the office writes,
//! answers are lost on the way or come twice, the app is killed. In the end both have the same field, and no value that its
//! overwriter had not seen is gone.

use std::collections::{BTreeMap, BTreeSet};

use gongdan_domain::entity::{job, kind};
use gongdan_domain::id::{JobId, PersonId, WriteId};
use gongdan_domain::sync::change::{Change, EntityRef, Op, Scope};
use gongdan_domain::sync::merge::{Head, Register};
use gongdan_domain::sync::wire::{ExchangeReply, Outcome, RecordBody};
use proptest::prelude::*;
use serde_json::json;
use uuid::Uuid;

use crate::testing::{Bench, at, page, verdict};

#[derive(Debug, Clone)]
enum Step {
    /// The technician types; `fresh`: a new look at the screen, otherwise the same editing session goes on.
    Type {
        fresh: bool,
    },
    /// The office writes; `aware`: with the present value on its screen.
    Office {
        aware: bool,
    },
    /// An exchange. `lost`: the answer never comes; `twice`: it comes twice.
    Exchange {
        lost: bool,
        twice: bool,
    },
    Kill,
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        4 => any::<bool>().prop_map(|fresh| Step::Type { fresh }),
        2 => any::<bool>().prop_map(|aware| Step::Office { aware }),
        3 => (any::<bool>(), any::<bool>()).prop_map(|(lost, twice)| Step::Exchange { lost, twice }),
        1 => Just(Step::Kill),
    ]
}

/// The server, as far as one field goes.
#[derive(Default)]
struct Office {
    register: Register,
    acked: u64,
    position: u64,
    verdicts: BTreeMap<u64, u64>,
    /// Every write and what it had seen.
    written: BTreeMap<WriteId, Vec<WriteId>>,
}

impl Office {
    fn write(&mut self, value: u32, aware: bool) {
        let seen = if aware { self.register.seen() } else { Vec::new() };
        let head = Head {
            write: WriteId(Uuid::now_v7()),
            value: json!(format!("office {value}")),
            at: at("2026-11-23T01:00:00Z"),
            by: PersonId(Uuid::now_v7()),
        };
        self.written.insert(head.write, seen.clone());
        self.register.take(head, &seen);
        self.position += 1;
    }

    fn exchange(&mut self, bench: &Bench, job: JobId) -> ExchangeReply {
        let rows = bench.device.read(|r| Ok(r.waiting(1000)?.into_iter().map(|row| row.signed).collect::<Vec<_>>()));
        bench.send_all();
        let mut reply = bench.reply();
        for signed in rows.expect("read") {
            if signed.device_seq == self.acked + 1 {
                self.acked += 1;
                self.position += 1;
                self.verdicts.insert(signed.device_seq, self.position);
                let change: Change = serde_json::from_str(&signed.payload).expect("a change");
                for op in change.ops {
                    let Op::Write(write) = op else { panic!("only writes here") };
                    self.written.insert(write.id, write.seen.clone());
                    self.register.take(Head::of(&write, write.at.corrected()), &write.seen);
                }
            }
            let position = self.verdicts[&signed.device_seq];
            reply.verdicts.push(verdict(signed.device_seq, Outcome::Accepted, position));
        }
        reply.acked_through = self.acked;
        reply.scopes.get_or_insert_default().push(Scope::Job(job));
        let fields = BTreeMap::from([(job::PHONE.to_owned(), self.register.clone())]);
        let body = RecordBody::Entity { entity: EntityRef::new(kind::JOB, job.0), fields };
        reply.pages = vec![page(Scope::Job(job), self.position, body)];
        reply
    }

    /// Writes that no other write had seen: none of them may be gone.
    fn unseen(&self) -> BTreeSet<WriteId> {
        let seen: BTreeSet<WriteId> = self.written.values().flatten().copied().collect();
        self.written.keys().copied().filter(|write| !seen.contains(write)).collect()
    }
}

fn shown(bench: &Bench, job: JobId) -> Register {
    let fields = bench.device.read(|r| r.fields(&EntityRef::new(kind::JOB, job.0))).expect("read");
    fields.register(job::PHONE).cloned().unwrap_or_default()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 8, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn converges_whatever_the_interleaving(steps in prop::collection::vec(step(), 1..25)) {
        let mut bench = Bench::new();
        let job = bench.job();
        let entity = EntityRef::new(kind::JOB, job.0);
        let mut office = Office { position: 10, ..Office::default() };
        let mut session: Vec<WriteId> = Vec::new();
        for (count, step) in (0u32..).zip(&steps) {
            match step {
                Step::Type { fresh } => {
                    if *fresh {
                        session = shown(&bench, job).seen();
                    }
                    let value = json!(format!("field {count}"));
                    let written = bench.device.write(|tx| tx.autosave(&entity, job::PHONE, value.clone(), session.clone()));
                    let id = written.expect("written");
                    session.push(id);
                    prop_assert!(shown(&bench, job).heads.iter().any(|h| h.write == id && h.value == value), "it shows at once");
                }
                Step::Office { aware } => office.write(count, *aware),
                Step::Exchange { lost, twice } => {
                    let reply = office.exchange(&bench, job);
                    for _ in 0..(if *lost { 0 } else { 1 + u32::from(*twice) }) {
                        bench.take(&reply);
                    }
                }
                Step::Kill => bench.restart(),
            }
        }
        let reply = office.exchange(&bench, job);
        bench.take(&reply);
        let end = shown(&bench, job);
        prop_assert_eq!(&end, &office.register);
        prop_assert_eq!(bench.waiting(), 0);
        let heads: BTreeSet<WriteId> = end.heads.iter().map(|head| head.write).collect();
        prop_assert_eq!(heads, office.unseen(), "no_silent_loser");
    }
}
