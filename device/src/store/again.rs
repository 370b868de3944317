//! This database under a new identity, after its data was copied: what the office has not taken is issued again as new changes, each with
//! its original beside it; everything else is pulled from zero. Refuses to drop anything that was entered, and to seal anything anew.

use std::collections::BTreeMap;

use gongdan_domain::fact::FactBody;
use gongdan_domain::id::{ChangeId, FactId, WriteId};
use gongdan_domain::sync::SCHEMA;
use gongdan_domain::sync::again::Reissue;
use gongdan_domain::sync::change::{Change, Fact, FileRef, Op, Scope, SignedChange};
use rusqlite::params;
use uuid::Uuid;

use crate::error::Result;
use crate::store::meta::{self, Identity};
use crate::store::{Applier, Reader, outbox};

/// Why the numbers are void that no document bears yet: the other copy may show the same ones.
const COPIED: &str = "copied";
/// The verdict after which a person sees why; what it said counts for nothing here.
const REFUSED: &str = "refused";

/// A change that the office has not taken, and what became of it.
type Left = (SignedChange, Change, Option<String>);

impl Applier<'_> {
    /// Answers how many changes were issued again.
    pub fn become_again(&self, fresh: &Identity) -> Result<u64> {
        let left = self.not_taken()?;
        let void = self.void_open_numbers()?;
        self.let_go()?;
        let mut reissue = Reissue::new(&fresh.certificate);
        for (signed, change, verdict) in left.into_iter().filter(|(_, change, _)| !change.ops.is_empty()) {
            let change = reissue.again(change, &signed);
            self.put_again(&change, fresh)?;
            if verdict.as_deref() != Some(REFUSED) {
                self.show_again(&change)?;
            }
        }
        self.rename_bases(&reissue.renamed)?;
        let mut last = reissue.last_seq();
        if !void.is_empty() {
            last += 1;
            self.say_void(void, last, fresh)?;
        }
        fresh.save(self.conn())?;
        meta::write_number(self.conn(), meta::LAST_SEQ, last)?;
        self.spare_is_due();
        Ok(reissue.last_seq())
    }

    fn not_taken(&self) -> Result<Vec<Left>> {
        let sql = "SELECT device_seq, payload, signature, verdict FROM outbox
                   WHERE verdict IS NULL OR verdict <> 'accepted' ORDER BY device_seq";
        let mut statement = self.conn().prepare(sql)?;
        let rows = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?)))?;
        let rows = rows.collect::<rusqlite::Result<Vec<(u64, String, String, Option<String>)>>>()?;
        let read = |(device_seq, payload, signature, verdict): (u64, String, String, Option<String>)| {
            let change: Change = serde_json::from_str(&payload)?;
            Ok((SignedChange { device_id: change.device_id, device_seq, payload, signature }, change, verdict))
        };
        rows.into_iter().map(read).collect()
    }

    /// What tied rows to numbers of the former identity, and how far it had come with the server.
    fn let_go(&self) -> Result<()> {
        self.conn().execute_batch(
            "UPDATE fact SET device_seq = NULL WHERE device_seq IS NOT NULL;
             UPDATE retraction SET device_seq = NULL WHERE device_seq IS NOT NULL;
             UPDATE sealed SET device_seq = NULL WHERE device_seq IS NOT NULL;
             UPDATE attachment SET device_seq = NULL WHERE device_seq IS NOT NULL;
             DELETE FROM outbox;
             DELETE FROM unconfirmed;",
        )?;
        self.forget_pending()?;
        self.forget_cursors()?;
        self.offer_files_again()?;
        meta::forget(self.conn(), &meta::STANDING_WITH_SERVER)
    }

    fn put_again(&self, change: &Change, fresh: &Identity) -> Result<()> {
        let signed = SignedChange::sign(change, &fresh.signing_key)?;
        outbox::add(self.conn(), change, &signed, None)
    }

    /// Shows what a change says as own work that waits, whether it still does or was kept apart.
    fn show_again(&self, change: &Change) -> Result<()> {
        let seq = change.device_seq;
        for op in &change.ops {
            match op {
                Op::Fact(fact) => {
                    self.keep_fact(fact, 0, None, None)?;
                    self.wait_for("fact", "id", &fact.id.to_string(), seq)?;
                    self.join("fact", &fact.id.to_string(), &fact.scopes)?;
                    self.wait_for_files(&fact.files, seq)?;
                }
                Op::Write(write) => self.keep_pending(write, seq)?,
                Op::Retract(retraction) => {
                    let sql = "INSERT OR IGNORE INTO retraction (target) VALUES (?1)";
                    for target in &retraction.targets {
                        self.conn().prepare_cached(sql)?.execute([target.to_string()])?;
                        self.wait_for("retraction", "target", &target.to_string(), seq)?;
                    }
                }
                Op::Seal(seal) => {
                    self.wait_for("sealed", "hash", &seal.document.hash, seq)?;
                    self.wait_for_files(&seal.files, seq)?;
                }
                Op::Unknown(_) => {}
            }
        }
        Ok(())
    }

    fn wait_for(&self, table: &str, key: &str, id: &str, seq: u64) -> Result<()> {
        let sql = format!("UPDATE {table} SET device_seq = ?2 WHERE {key} = ?1");
        self.conn().prepare_cached(&sql)?.execute(params![id, seq])?;
        Ok(())
    }

    fn wait_for_files(&self, files: &[FileRef], seq: u64) -> Result<()> {
        files.iter().try_for_each(|file| {
            let sql = "UPDATE attachment SET device_seq = ?2 WHERE hash = ?1 AND device_seq IS NULL";
            self.conn().prepare_cached(sql)?.execute(params![file.hash, seq])?;
            Ok(())
        })
    }

    fn rename_bases(&self, renamed: &BTreeMap<WriteId, WriteId>) -> Result<()> {
        let mut statement = self.conn().prepare("UPDATE OR IGNORE write_base SET write = ?2 WHERE write = ?1")?;
        for (old, new) in renamed {
            statement.execute([old.to_string(), new.to_string()])?;
        }
        Ok(())
    }

    /// Numbers under the new prefix begin at one. Those that no document bears are void: they were shown under two hands. Of a number whose
    /// job is gone and was never noted nobody knows here what became of it.
    fn void_open_numbers(&self) -> Result<Vec<String>> {
        self.place_numbers()?;
        let sql =
            "SELECT text FROM number WHERE voided_at IS NULL AND count > 0 AND sealed_at IS NULL AND job IS NOT NULL";
        let mut statement = self.conn().prepare(sql)?;
        let open = statement.query_map([], |row| row.get(0))?.collect::<rusqlite::Result<Vec<String>>>()?;
        let mut book = self.book()?;
        book.step_back(&open, self.now());
        book.keep(self.conn())?;
        Ok(open)
    }

    fn say_void(&self, numbers: Vec<String>, seq: u64, fresh: &Identity) -> Result<()> {
        let mut ops = Vec::new();
        for number in numbers {
            let (kind, body) = FactBody::NumberVoided { number, reason: COPIED.to_owned() }.parts();
            let fact = Fact {
                id: FactId(Uuid::now_v7()),
                kind,
                job: None,
                visit: None,
                scopes: vec![Scope::Person(self.me())],
                at: self.stamp.clone(),
                by: self.me(),
                body,
                files: Vec::new(),
                extra: Default::default(),
            };
            self.keep_fact(&fact, 0, None, Some(seq))?;
            self.join("fact", &fact.id.to_string(), &fact.scopes)?;
            ops.push(Op::Fact(fact));
        }
        let change = Change {
            change_id: ChangeId(Uuid::now_v7()),
            device_id: fresh.certificate.device_id,
            device_seq: seq,
            author: self.me(),
            made_at: self.stamp.clone(),
            schema: SCHEMA,
            ops,
            extra: Default::default(),
        };
        self.put_again(&change, fresh)
    }
}

impl Reader<'_> {
    /// Whether this database still belongs to whom it was opened for.
    pub(super) fn is_mine(&self) -> Result<bool> {
        let stored: Option<gongdan_domain::sync::wire::SignedCertificate> =
            meta::read_json(self.conn(), meta::CERTIFICATE)?;
        Ok(stored.as_ref() == Some(&self.identity().signed_certificate))
    }
}
