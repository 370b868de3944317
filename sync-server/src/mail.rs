//! E-mail to customers through the company's own mail server (5.8): a queue in the database, tried again with growing pauses, visible to
//! whoever waits for it. It refuses to send what nobody queued, and promises no more than SMTP does: where the connection breaks after
//! the message was handed over and before the answer came, it is sent again under the same Message-ID.

pub mod letter;
mod line;
pub mod post;
pub mod settings;
#[cfg(test)]
mod tests;

use std::time::Duration;

use chrono::TimeDelta;
use gongdan_domain::id::{OrderId, PersonId};
use gongdan_domain::time::Instant;
use lettre::Message;
use tokio::sync::watch;
use uuid::Uuid;

use crate::core::{Core, Shared, off_thread};
use crate::error::Result;
use crate::storage::Tx;
use crate::storage::mail::{Mail, MailState, MailTrouble};
use post::{Failure, Patience, Road};

/// Minutes until the next try; after the last one a person decides.
const PAUSES: [i64; 7] = [1, 5, 15, 60, 4 * 60, 12 * 60, 24 * 60];
/// The longest sleep: a clock that was set must not keep a message waiting.
const LONGEST_SLEEP: Duration = Duration::from_secs(60);

/// The very document that is meant.
pub struct Sealed {
    pub order: OrderId,
    pub revision: u32,
    pub hash: String,
    pub number: String,
}

/// What is to be sent to whom.
pub struct Wish {
    /// `None`: a test of the settings.
    pub order: Option<Sealed>,
    pub recipient: String,
    pub language: String,
    pub by: PersonId,
}

/// Puts a message into the queue; it is safe there once the write is durable.
pub fn queue(tx: &mut dyn Tx, now: Instant, wish: Wish) -> Result<Mail> {
    let id = Uuid::now_v7();
    let (order, revision, hash, number) = match wish.order {
        Some(sealed) => (Some(sealed.order), Some(sealed.revision), Some(sealed.hash), sealed.number),
        None => (None, None, None, String::new()),
    };
    let mail = Mail {
        id,
        order,
        revision,
        hash,
        number,
        recipient: wish.recipient,
        language: wish.language,
        state: MailState::Queued,
        attempts: 0,
        next_at: now,
        why: None,
        said: None,
        message_id: format!("<{id}@gongdan.invalid>"),
        by: wish.by,
        created_at: now,
        sent_at: None,
    };
    tx.put_mail(&mail)?;
    Ok(mail)
}

/// What the sender does next.
#[derive(Debug, PartialEq, Eq)]
pub enum Turn {
    /// One message was tried; there may be more.
    Tried,
    /// Nothing is due before this instant; `None`: nothing waits.
    Nothing(Option<Instant>),
}

/// Tries the message whose turn it is.
pub async fn send_due(core: &Shared, patience: Patience) -> Result<Turn> {
    let taken = core.write(|core, tx| take(tx, core.now())).await?;
    let mail = match taken {
        Ok(mail) => mail,
        Err(until) => return Ok(Turn::Nothing(until)),
    };
    let outcome = attempt(core, mail.clone(), patience).await;
    core.write(move |core, tx| {
        // Cancelled while it was on its way: the outcome is still the truth.
        let mut mail = tx.mail(mail.id)?.unwrap_or(mail);
        settle(&mut mail, outcome, core.now());
        tx.put_mail(&mail)
    })
    .await?;
    core.bell_rings();
    Ok(Turn::Tried)
}

/// Takes the message whose turn it is out of the queue, or answers when there will be one.
fn take(tx: &mut dyn Tx, now: Instant) -> Result<std::result::Result<Mail, Option<Instant>>> {
    let Some(mut mail) = tx.next_mail()? else { return Ok(Err(None)) };
    if mail.next_at > now {
        return Ok(Err(Some(mail.next_at)));
    }
    (mail.state, mail.attempts) = (MailState::Sending, mail.attempts + 1);
    tx.put_mail(&mail)?;
    Ok(Ok(mail))
}

async fn attempt(core: &Shared, mail: Mail, patience: Patience) -> std::result::Result<(), Failure> {
    let worker = Shared::clone(core);
    let ready = off_thread(move || Ok(prepare(&worker, &mail))).await;
    let (road, message) = ready.map_err(|_| Failure::of(MailTrouble::NotPrinted, true))??;
    road.send(&message, patience).await
}

/// The road and what goes over it: both read the disk.
fn prepare(core: &Core, mail: &Mail) -> std::result::Result<(Road, Message), Failure> {
    let settings = settings::read(&core.keys).map_err(|_| Failure::of(MailTrouble::NotSet, true))?;
    let settings = settings.ok_or(Failure::of(MailTrouble::NotSet, true))?;
    let stands =
        core.store.read(|r| letter::stands(r, mail)).map_err(|_| Failure::of(MailTrouble::NotPrinted, true))?;
    if !stands {
        return Err(Failure::of(MailTrouble::Contested, true));
    }
    let message = core.store.read(|r| letter::message(core, r, mail, &settings));
    let message = message.map_err(|error| {
        tracing::error!(%error, mail = %mail.id, "an e-mail could not be written");
        Failure::of(MailTrouble::NotPrinted, true)
    })?;
    Ok((Road::open(&core.keys, settings)?, message))
}

/// What a try means for a message.
fn settle(mail: &mut Mail, outcome: std::result::Result<(), Failure>, now: Instant) {
    match outcome {
        Ok(()) => {
            (mail.state, mail.sent_at, mail.why, mail.said) = (MailState::Sent, Some(now), None, None);
        }
        Err(failure) => {
            tracing::warn!(mail = %mail.id, why = ?failure.why, "an e-mail could not be sent");
            let tries = usize::try_from(mail.attempts).unwrap_or(usize::MAX);
            let pause = PAUSES.get(tries.saturating_sub(1)).filter(|_| !failure.for_good);
            (mail.why, mail.said) = (Some(failure.why), failure.said);
            match pause {
                Some(minutes) => (mail.state, mail.next_at) = (MailState::Queued, now + TimeDelta::minutes(*minutes)),
                None => mail.state = MailState::Failed,
            }
        }
    }
}

/// Sends what is due until the server stops. What was being sent when it stopped last waits again.
pub async fn run(core: Shared, mut stopped: watch::Receiver<bool>) {
    let begun = core.write(|core, tx| tx.requeue_mail(core.now())).await;
    if let Err(error) = begun {
        tracing::error!(%error, "the queue of e-mail could not be opened");
    }
    loop {
        let sleep = match send_due(&core, Patience::default()).await {
            Ok(Turn::Tried) => Duration::ZERO,
            Ok(Turn::Nothing(until)) => {
                let wait = until.map(|until| (until - core.now()).to_std().unwrap_or_default());
                wait.unwrap_or(LONGEST_SLEEP).min(LONGEST_SLEEP)
            }
            Err(error) => {
                tracing::error!(%error, "the queue of e-mail could not be read");
                LONGEST_SLEEP
            }
        };
        tokio::select! {
            () = tokio::time::sleep(sleep) => {}
            () = core.post.notified() => {}
            _ = stopped.wait_for(|s| *s) => return,
        }
    }
}
