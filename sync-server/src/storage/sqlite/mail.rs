//! The queue of e-mail, as SQL. No rule is decided here.

use gongdan_domain::id::OrderId;
use gongdan_domain::time::Instant;
use rusqlite::Row;
use uuid::Uuid;

use super::read::{Sql, at, id, maybe_at, maybe_id, maybe_named, named};
use super::write::name;
use super::{Session, ms};
use crate::error::Result;
use crate::storage::mail::{Mail, MailReader, MailState, MailTrouble, MailTx};

const MAIL: &str =
    "SELECT id, order_id, revision, number, recipient, language, state, attempts, next_at, why, said, message_id,
    by_person, created_at, sent_at, hash FROM mail";

fn mail(row: &Row<'_>) -> Sql<Mail> {
    Ok(Mail {
        id: id(row, 0)?,
        order: maybe_id(row, 1)?,
        revision: row.get(2)?,
        number: row.get(3)?,
        recipient: row.get(4)?,
        language: row.get(5)?,
        state: named(row, 6)?,
        attempts: row.get(7)?,
        next_at: at(row, 8)?,
        why: maybe_named(row, 9)?,
        said: row.get(10)?,
        message_id: row.get(11)?,
        by: id(row, 12)?,
        created_at: at(row, 13)?,
        sent_at: maybe_at(row, 14)?,
        hash: row.get(15)?,
    })
}

impl MailReader for Session<'_> {
    fn mail(&self, id: Uuid) -> Result<Option<Mail>> {
        self.one(&format!("{MAIL} WHERE id = ?1"), [id.to_string()], mail)
    }

    fn mails_of(&self, order: OrderId) -> Result<Vec<Mail>> {
        self.many(&format!("{MAIL} WHERE order_id = ?1 ORDER BY created_at DESC, id DESC"), [order.to_string()], mail)
    }

    fn mails(&self, limit: u32) -> Result<Vec<Mail>> {
        self.many(&format!("{MAIL} ORDER BY created_at DESC, id DESC LIMIT ?1"), [limit], mail)
    }

    fn next_mail(&self) -> Result<Option<Mail>> {
        self.one(&format!("{MAIL} WHERE state = 'queued' ORDER BY next_at, id LIMIT 1"), [], mail)
    }
}

impl MailTx for Session<'_> {
    fn put_mail(&mut self, mail: &Mail) -> Result<()> {
        let sql = "INSERT INTO mail (id, order_id, revision, number, recipient, language, state, attempts, next_at, why, said, message_id,
                by_person, created_at, sent_at, hash)
            VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16)
            ON CONFLICT (id) DO UPDATE SET state = excluded.state, attempts = excluded.attempts, next_at = excluded.next_at,
                why = excluded.why, said = excluded.said, sent_at = excluded.sent_at";
        self.run(
            sql,
            rusqlite::params![
                mail.id.to_string(),
                mail.order.map(|order| order.to_string()),
                mail.revision,
                mail.number,
                mail.recipient,
                mail.language,
                name(mail.state)?,
                mail.attempts,
                ms(mail.next_at),
                mail.why.map(name).transpose()?,
                mail.said,
                mail.message_id,
                mail.by.to_string(),
                ms(mail.created_at),
                mail.sent_at.map(ms),
                mail.hash,
            ],
        )?;
        Ok(())
    }

    fn requeue_mail(&mut self, now: Instant) -> Result<()> {
        let sql = "UPDATE mail SET state = ?1, next_at = ?2 WHERE state = ?3";
        self.run(sql, (name(MailState::Queued)?, ms(now), name(MailState::Sending)?))?;
        Ok(())
    }

    fn hold_mail(&mut self) -> Result<()> {
        let sql = "UPDATE mail SET state = ?1, why = ?2, said = NULL WHERE state IN (?3, ?4)";
        let (queued, sending) = (name(MailState::Queued)?, name(MailState::Sending)?);
        self.run(sql, (name(MailState::Failed)?, name(MailTrouble::Restored)?, queued, sending))?;
        Ok(())
    }
}
