//! Products that are broken in one place, to see that the checker bites. Nothing in the product knows of them: what is broken lies in
//! what the simulator owns anyway, the network, the moment of a crash, and the database files, into which a trigger is put that undoes
//! or alters one thing the product does. So the code that ships has no switch that could be left on.

use std::path::Path;

use rusqlite::Connection;

use super::template::Pocket;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mutant {
    /// The server does not keep its verdicts: a repeat is judged again.
    VerdictNotStored,
    /// The server does not look by number or id whether it has a change already.
    NoIdempotency,
    /// Of several heads only the last is kept.
    LastWriterWins,
    /// A retraction that comes before its fact is forgotten.
    EarlyRetractionDropped,
    /// Records go to everybody.
    ScopeUnchecked,
    /// Whoever once had a job keeps getting it.
    AssignmentNeverEnds,
    /// The nonce of every commit is the same: a server that was rolled back is not noticed.
    NonceConstant,
    /// A page's cursor is saved before its records.
    CursorBeforePage,
    /// The server answers before its commit is on the disk.
    ReplyBeforeCommit,
    /// Autosave replaces rows that have been in a request.
    SentRowsCoalesced,
    /// The outbox forgets a row once it was sent.
    ForgottenWhenSent,
    /// The device does not keep the head of its seal chain.
    ChainNotAdvanced,
    /// The server stores another text than was sealed.
    SealAltered,
    /// The device keeps what left its scopes.
    LeftScopeKept,
    /// A refused change is not shown to be one.
    RefusalHidden,
    /// A file counts as sent when its first piece is.
    FileCutShort,
    /// What the office decided without knowing that somebody had set out stands.
    DecisionStands,
}

impl Mutant {
    pub const ALL: [Mutant; 17] = [
        Mutant::VerdictNotStored,
        Mutant::NoIdempotency,
        Mutant::LastWriterWins,
        Mutant::EarlyRetractionDropped,
        Mutant::ScopeUnchecked,
        Mutant::AssignmentNeverEnds,
        Mutant::NonceConstant,
        Mutant::CursorBeforePage,
        Mutant::ReplyBeforeCommit,
        Mutant::SentRowsCoalesced,
        Mutant::ForgottenWhenSent,
        Mutant::ChainNotAdvanced,
        Mutant::SealAltered,
        Mutant::LeftScopeKept,
        Mutant::RefusalHidden,
        Mutant::FileCutShort,
        Mutant::DecisionStands,
    ];

    fn on_server(self) -> &'static str {
        match self {
            Mutant::VerdictNotStored => {
                "CREATE TRIGGER mutant BEFORE INSERT ON change
                 WHEN EXISTS (SELECT 1 FROM device d WHERE d.id = new.device) BEGIN SELECT RAISE(IGNORE); END"
            }
            Mutant::NoIdempotency => {
                "CREATE TRIGGER mutant AFTER INSERT ON change
                 WHEN new.device_seq > 0 AND EXISTS (SELECT 1 FROM device d WHERE d.id = new.device)
                 BEGIN UPDATE change SET device_seq = -rowid, change_id = NULL WHERE rowid = new.rowid; END"
            }
            Mutant::LastWriterWins => {
                "CREATE TRIGGER mutant AFTER UPDATE OF body ON record WHEN new.record = 'entity'
                    AND json_array_length(new.body, '$.fields.phone.heads') > 1
                 BEGIN UPDATE record SET body = json_set(new.body, '$.fields.phone.heads',
                        json_array(json_extract(new.body, '$.fields.phone.heads[#-1]'))) WHERE id = new.id; END"
            }
            Mutant::EarlyRetractionDropped => {
                "CREATE TRIGGER mutant BEFORE INSERT ON retracted
                 WHEN NOT EXISTS (SELECT 1 FROM fact f WHERE f.id = new.fact) BEGIN SELECT RAISE(IGNORE); END"
            }
            Mutant::ScopeUnchecked => {
                "CREATE TRIGGER mutant AFTER INSERT ON record_scope WHEN new.scope LIKE 'job:%'
                 BEGIN INSERT OR IGNORE INTO record_scope (scope, record_id, position)
                    VALUES ('company', new.record_id, new.position); END"
            }
            Mutant::AssignmentNeverEnds => {
                "CREATE TRIGGER mutant BEFORE UPDATE OF until ON assignment BEGIN SELECT RAISE(IGNORE); END"
            }
            Mutant::NonceConstant => {
                "CREATE TRIGGER mutant AFTER INSERT ON commit_nonce WHEN new.nonce <> 'same'
                 BEGIN UPDATE commit_nonce SET nonce = 'same' WHERE through = new.through; END"
            }
            Mutant::SealAltered => {
                "CREATE TRIGGER mutant AFTER INSERT ON record WHEN new.record = 'sealed'
                 BEGIN UPDATE record SET body = replace(new.body, ' by ', ' bY ') WHERE id = new.id; END"
            }
            Mutant::DecisionStands => {
                "CREATE TRIGGER mutant BEFORE INSERT ON retracted
                 WHEN EXISTS (SELECT 1 FROM fact f WHERE f.id = new.fact AND f.kind = 'job_assigned')
                 BEGIN SELECT RAISE(IGNORE); END"
            }
            _ => "",
        }
    }

    fn on_device(self) -> &'static str {
        match self {
            Mutant::SentRowsCoalesced => {
                "DROP TRIGGER outbox_sent_never_changes;
                 CREATE TRIGGER mutant AFTER UPDATE OF sent_at ON outbox WHEN new.sent_at IS NOT NULL
                 BEGIN UPDATE outbox SET sent_at = NULL WHERE device_seq = new.device_seq; END"
            }
            Mutant::ForgottenWhenSent => {
                "CREATE TRIGGER mutant AFTER UPDATE OF sent_at ON outbox WHEN new.sent_at IS NOT NULL
                 BEGIN DELETE FROM outbox WHERE device_seq = new.device_seq; END"
            }
            Mutant::ChainNotAdvanced => {
                "CREATE TRIGGER mutant BEFORE UPDATE ON meta WHEN new.key = 'chain' BEGIN SELECT RAISE(IGNORE); END"
            }
            Mutant::LeftScopeKept => {
                "CREATE TRIGGER mutant BEFORE DELETE ON membership WHEN old.record = 'fact' BEGIN SELECT RAISE(IGNORE); END"
            }
            Mutant::RefusalHidden => {
                "CREATE TRIGGER mutant AFTER UPDATE OF verdict ON outbox WHEN new.verdict = 'refused'
                 BEGIN DELETE FROM outbox WHERE device_seq = new.device_seq; END"
            }
            Mutant::FileCutShort => {
                "CREATE TRIGGER mutant AFTER INSERT ON attachment WHEN new.state = 'local' AND new.size > 1000
                 BEGIN UPDATE attachment SET size = 1000 WHERE hash = new.hash; END"
            }
            _ => "",
        }
    }

    pub fn spoil_server(self, dir: &Path) {
        let database = Connection::open(dir.join("gongdan.db")).expect("the server's database");
        database.execute_batch(self.on_server()).expect("spoiled");
    }

    pub fn spoil_device(self, dir: &Path, pocket: &Pocket) {
        if self.on_device().is_empty() {
            return;
        }
        let keys = pocket.keys();
        let key = keys.values().next().expect("a key in the pocket");
        let hex: String = key.iter().map(|byte| format!("{byte:02x}")).collect();
        let database = Connection::open(dir.join("gongdan.db")).expect("the device's database");
        database.pragma_update(None, "key", format!("x'{hex}'")).expect("keyed");
        database.execute_batch(self.on_device()).expect("spoiled");
    }
}
