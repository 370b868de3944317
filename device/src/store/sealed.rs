//! Sealed documents: immutable, chained, with the server's receipt once it has come.

use gongdan_domain::fact::About;
use gongdan_domain::id::{JobId, VisitId};
use gongdan_domain::problem::Code;
use gongdan_domain::seal::{Receipt, SealPayload, SealedDocument, public_key};
use gongdan_domain::sync::change::{FileRef, Op, Scope, SealOp};
use rusqlite::{Row, params};
use serde_json::Value;
use uuid::Uuid;

use crate::error::Result;
use crate::store::{Applier, Reader, Tx};

/// A sealed document as it is held here.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sealed {
    pub document: SealedDocument,
    pub job: JobId,
    pub visit: VisitId,
    pub files: Vec<FileRef>,
    pub receipt: Option<Receipt>,
}

const COLUMNS: &str = "SELECT document, job, visit, files, receipt FROM sealed";

impl Reader<'_> {
    /// The sealed documents of a job, by identity and revision.
    pub fn sealed(&self, job: JobId) -> Result<Vec<Sealed>> {
        self.sealed_rows(&format!("{COLUMNS} WHERE job = ?1 ORDER BY kind, id, revision"), &job.to_string())
    }

    /// All sealed documents of a kind.
    pub fn sealed_all(&self, kind: &str) -> Result<Vec<Sealed>> {
        self.sealed_rows(&format!("{COLUMNS} WHERE kind = ?1 ORDER BY id, revision"), kind)
    }

    pub fn sealed_by_hash(&self, hash: &str) -> Result<Option<Sealed>> {
        Ok(self.sealed_rows(&format!("{COLUMNS} WHERE hash = ?1"), hash)?.pop())
    }

    fn sealed_rows(&self, sql: &str, param: &str) -> Result<Vec<Sealed>> {
        let mut statement = self.conn().prepare_cached(sql)?;
        let rows = statement.query_map([param], texts)?.collect::<rusqlite::Result<Vec<_>>>()?;
        rows.iter().map(read).collect()
    }

    fn keep_sealed(&self, sealed: &Sealed, position: u64, seq: Option<u64>) -> Result<()> {
        let sql = "INSERT INTO sealed (hash, kind, id, revision, job, visit, document, files, receipt, position, device_seq)
                   VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)
                   ON CONFLICT (hash) DO UPDATE SET receipt = excluded.receipt, position = excluded.position, device_seq = NULL";
        let document = &sealed.document;
        self.conn().prepare_cached(sql)?.execute(params![
            document.hash,
            document.kind,
            document.id.to_string(),
            document.revision,
            sealed.job.to_string(),
            sealed.visit.to_string(),
            serde_json::to_string(document)?,
            serde_json::to_string(&sealed.files)?,
            sealed.receipt.as_ref().map(serde_json::to_string).transpose()?,
            position,
            seq,
        ])?;
        Ok(())
    }
}

fn texts(row: &Row) -> rusqlite::Result<[Option<String>; 5]> {
    Ok([row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?, row.get(4)?])
}

fn read(row: &[Option<String>; 5]) -> Result<Sealed> {
    let text = |i: usize| row[i].as_deref().unwrap_or("null");
    Ok(Sealed {
        document: serde_json::from_str(text(0))?,
        job: JobId(Uuid::parse_str(text(1)).unwrap_or_default()),
        visit: VisitId(Uuid::parse_str(text(2)).unwrap_or_default()),
        files: serde_json::from_str(text(3))?,
        receipt: row[4].as_deref().map(serde_json::from_str).transpose()?,
    })
}

impl Tx<'_> {
    /// Seals a content as the next link of this device's chain (G5, G6).
    pub fn seal(
        &mut self,
        id: Uuid,
        revision: u32,
        kind: &str,
        about: About,
        content: Value,
        files: Vec<FileRef>,
    ) -> Result<SealedDocument> {
        let head = self.chain()?;
        let identity = self.identity();
        let payload = SealPayload {
            kind: kind.to_owned(),
            device_id: identity.certificate.device_id,
            seal_no: head.seal_no + 1,
            previous: head.hash.clone(),
            sealed_at: self.now(),
            clock: Some(self.stamp.clone()),
            content,
        };
        let document = SealedDocument::seal(id, revision, &payload, &identity.signing_key)?;
        self.set_chain(&head.follow(&document)?)?;
        self.mark_sealed(&payload.content)?;
        let visit = about.visit.ok_or(Code::NotFound)?;
        let scopes = vec![Scope::Job(about.job)];
        let sealed = Sealed { document: document.clone(), job: about.job, visit, files: files.clone(), receipt: None };
        self.keep_sealed(&sealed, 0, Some(self.seq))?;
        self.join("sealed", &document.hash, &scopes)?;
        let (at, by) = (self.reader.stamp.clone(), self.reader.me());
        let op = SealOp {
            document: document.clone(),
            scopes,
            job: about.job,
            visit,
            at,
            by,
            files,
            extra: Default::default(),
        };
        self.ops.push(Op::Seal(op));
        Ok(document)
    }
}

impl Applier<'_> {
    pub fn put_sealed(&self, sealed: &Sealed, position: u64, scopes: &[Scope]) -> Result<()> {
        self.keep_sealed(sealed, position, None)?;
        self.place("sealed", &sealed.document.hash, scopes)?;
        self.want_files(&sealed.files, Some(sealed.job))
    }

    /// The server has countersigned. A receipt that its key did not sign is none.
    pub fn put_receipt(&self, receipt: &Receipt) -> Result<()> {
        let genuine =
            public_key(&self.identity().certificate.server_key).is_some_and(|key| receipt.verify(&key).is_ok());
        if !genuine {
            tracing::warn!("a receipt does not bear the server's signature");
            return Ok(());
        }
        let sql = "UPDATE sealed SET receipt = ?2, device_seq = NULL WHERE hash = ?1";
        self.conn().prepare_cached(sql)?.execute(params![receipt.hash, serde_json::to_string(receipt)?])?;
        Ok(())
    }
}
