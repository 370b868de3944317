//! Records what an app of a release sends besides the exchange that hands over its outbox: a later exchange with something refused in it,
//! a file, an enrolment, a return after a restore, and an exchange that says all that can be said. Run once per release, on what
//! `release_fixture` wrote; what was committed is never written again.

use std::fs;
use std::path::{Path, PathBuf};

use ed25519_dalek::SigningKey;
use gongdan_device::vault::{NoKeyStore, Vault};
use gongdan_domain::id::{ChangeId, FactId, WriteId};
use gongdan_domain::seal::{SealPayload, SealedDocument, public_key_text, sha256_hex};
use gongdan_domain::sync::change::{Change, Extra, Op, SignedChange};
use gongdan_domain::sync::readmit::ReadmitRequest;
use gongdan_domain::sync::wire::SignedCertificate;
use rusqlite::Connection;
use serde_json::{Value, json};
use uuid::Uuid;

const BYTES: &str = "a file of this release";

/// Who sends: the release's device, by its own key.
struct Sender {
    key: SigningKey,
    certificate: SignedCertificate,
    token: String,
    /// Its outbox: the changes that it has made already.
    made: Vec<Change>,
    seal: SealedDocument,
}

fn main() {
    let release = PathBuf::from(std::env::args().nth(1).expect("the folder of the release"));
    let sender = Sender::of(&release);
    let (mixed, verdicts) = sender.mixed();
    let asked = |changes: Value, more: Value| {
        let mut request = json!({
            "epoch": null, "cursors": {}, "first_seq": 8, "oldest_held": 1, "changes": changes, "app": "0.1.0", "schema": 1,
            "max_bytes": 1 << 20,
        });
        request.as_object_mut().expect("an object").extend(more.as_object().expect("an object").clone());
        request
    };
    let next = mixed.len() as u64 + 8;
    let names = ("平板".to_owned(), "0.1.0".to_owned());
    let token_hash = sha256_hex(sender.token.as_bytes());
    let readmit = ReadmitRequest::sign(sender.certificate.clone(), token_hash, names, &sender.key).expect("signed");
    let new_key = public_key_text(&SigningKey::from_bytes(&[77; 32]).verifying_key());
    let said = json!({
        "first_seq": next, "covered": "bm9uc2Vuc2U", "missing": [[2, 3]], "last_file": sha256_hex(b"never seen"),
        "offered": [sender.offered()], "recovery_code": "AAAA", "collected": true, "unheard_of": { "x": 1 },
    });
    let requests = json!({
        "mixed": asked(json!(mixed), json!({})),
        "verdicts": verdicts,
        "upload": { "hash": sha256_hex(BYTES.as_bytes()), "mime": "image/jpeg", "bytes": BYTES },
        "enrol": { "code": "{code}", "public_key": new_key, "device_name": "平板", "app": "0.1.0" },
        "readmit": readmit,
        "everything": asked(json!([]), said),
    });
    fs::write(release.join("requests.json"), serde_json::to_vec_pretty(&requests).expect("JSON")).expect("written");
}

impl Sender {
    fn of(release: &Path) -> Self {
        let read = |name: &str| -> Value {
            serde_json::from_slice(&fs::read(release.join(name)).expect("a file")).expect("JSON")
        };
        let (about, exchange) = (read("about.json"), read("exchange.json"));
        let pin = about["pin"].as_str().expect("a PIN");
        let folder = release.join("device");
        let key = Vault::new(&folder, Box::new(NoKeyStore)).by_pin(pin, chrono::Utc::now()).expect("the PIN");
        let hex: String = key.iter().map(|byte| format!("{byte:02x}")).collect();
        let copy = tempfile::tempdir().expect("a folder");
        fs::copy(folder.join("gongdan.db"), copy.path().join("gongdan.db")).expect("copied");
        let connection = Connection::open(copy.path().join("gongdan.db")).expect("opens");
        connection.pragma_update(None, "key", format!("x'{hex}'")).expect("the key");
        let meta = |key: &str| -> String {
            let sql = "SELECT value FROM meta WHERE key = ?1";
            connection.query_row(sql, [key], |row| row.get(0)).expect("it is there")
        };
        use base64::Engine as _;
        let raw = base64::engine::general_purpose::STANDARD.decode(meta("signing_key")).expect("base64");
        let signed: Vec<SignedChange> = serde_json::from_value(exchange["changes"].clone()).expect("changes");
        let made: Vec<Change> = signed.iter().map(|s| serde_json::from_str(&s.payload).expect("a change")).collect();
        let mut seals = made.iter().flat_map(|change| &change.ops).filter_map(|op| match op {
            Op::Seal(seal) => Some(seal.document.clone()),
            _ => None,
        });
        Self {
            key: SigningKey::from_bytes(&raw.try_into().expect("32 bytes")),
            certificate: serde_json::from_str(&meta("certificate")).expect("a certificate"),
            token: meta("token"),
            seal: seals.next().expect("it has sealed"),
            made,
        }
    }

    fn signed(&self, seq: u64, ops: Vec<Op>) -> SignedChange {
        let (change_id, extra) = (ChangeId(Uuid::now_v7()), Extra::new());
        let change = Change { change_id, device_seq: seq, ops, extra, ..self.made[0].clone() };
        SignedChange::sign(&change, &self.key).expect("signed")
    }

    /// One of each kind after the outbox, one of which nobody signed and one that is not his to say.
    fn mixed(&self) -> (Vec<SignedChange>, [&'static str; 6]) {
        let op = |n: usize| self.made[n].ops[0].clone();
        let note = |text: &str| {
            let Op::Fact(mut fact) = op(0) else { panic!("the first is a note") };
            fact.id = FactId(Uuid::now_v7());
            fact.body = json!({ "text": text });
            fact
        };
        let Op::Write(mut write) = op(3) else { panic!("the fourth is a write") };
        (write.seen, write.value, write.id) = (vec![write.id], json!("0000-7713"), WriteId(Uuid::now_v7()));
        let mut forged = self.signed(9, vec![Op::Fact(note("没人签过"))]);
        forged.signature = self.signed(1, Vec::new()).signature;
        let mut photo = note("");
        (photo.kind, photo.body) =
            ("photo_taken".to_owned(), json!({ "photo": "after", "caption": "", "width": 1, "height": 1 }));
        photo.files = vec![
            serde_json::from_value(json!({
                "hash": sha256_hex(BYTES.as_bytes()), "size": BYTES.len(), "mime": "image/jpeg",
            }))
            .expect("a file"),
        ];
        let mut decided = note("");
        (decided.kind, decided.body) = ("job_cancelled".to_owned(), json!({ "reason": "x" }));
        let Op::Seal(mut seal) = op(6) else { panic!("the seventh is a seal") };
        let payload = SealPayload {
            kind: "work_order".to_owned(),
            device_id: self.made[0].device_id,
            seal_no: 2,
            previous: self.seal.hash.clone(),
            sealed_at: chrono::Utc::now(),
            clock: None,
            content: json!({ "order_no": "GD-A1-2611-0001" }),
        };
        seal.document = SealedDocument::seal(self.seal.id, 2, &payload, &self.key).expect("sealed");
        let changes = vec![
            self.signed(8, vec![Op::Write(write)]),
            forged,
            self.signed(10, vec![Op::Fact(photo)]),
            self.signed(11, vec![Op::Fact(decided)]),
            self.signed(12, vec![op(5)]),
            self.signed(13, vec![Op::Seal(seal)]),
        ];
        (changes, ["accepted", "refused", "accepted", "refused", "accepted", "accepted"])
    }

    /// A record that the server does not know.
    fn offered(&self) -> Value {
        let Op::Fact(mut fact) = self.made[0].ops[0].clone() else { panic!("the first is a note") };
        fact.id = FactId(Uuid::now_v7());
        let scopes = fact.scopes.clone();
        json!({ "position": 3, "scopes": scopes, "record": "fact", "fact": fact, "received_at": chrono::Utc::now() })
    }
}
