//! What a handler of the console gets: who asks, when, and the doors to read and write. Blocking: commands run off the async threads.

use std::net::IpAddr;
use std::sync::Arc;

use gongdan_domain::permission::{Permission, may};
use gongdan_domain::problem::{Code, Problem};
use gongdan_domain::sync::change::Op;
use gongdan_domain::sync::enrolment::ServerAddress;
use gongdan_domain::time::Instant;
use serde_json::json;

use crate::auth;
use crate::core::{Env, Shared};
use crate::error::{Error, Result};
use crate::office::act;
use crate::reference::ReferenceSet;
use crate::storage::{Reader, Tx, User};

#[derive(Clone)]
pub struct Context {
    pub core: Shared,
    pub who: User,
    /// When the command was asked; one instant for all of it.
    pub now: Instant,
    /// Under which address the console reached the server: devices will use it too.
    pub server: Option<ServerAddress>,
    pub session_hash: String,
    /// From where he asks.
    pub from: IpAddr,
}

/// A value of the request that a form can mark.
pub fn invalid(field: &str) -> Error {
    Problem::with(Code::FieldInvalid, json!({ "field": field })).into()
}

/// What a person wrote, trimmed; nothing written is the given refusal.
pub fn said(text: &str, missing: impl FnOnce() -> Error) -> Result<String> {
    let text = text.trim();
    if text.is_empty() { Err(missing()) } else { Ok(text.to_owned()) }
}

/// The words of a search field, as the indexed texts are written.
pub fn words(text: &str) -> Vec<String> {
    text.split_whitespace().map(str::to_lowercase).collect()
}

impl Context {
    pub fn sees_money(&self) -> bool {
        self.may(Permission::ReadMoney)
    }

    pub fn may(&self, permission: Permission) -> bool {
        may(self.who.role, permission)
    }

    pub fn read<T>(&self, work: impl FnOnce(&dyn Reader) -> Result<T>) -> Result<T> {
        self.core.store.read(work)
    }

    pub fn write<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Context, &mut dyn Tx) -> Result<T> + Send + 'static,
    ) -> Result<T> {
        let ctx = self.clone();
        self.core.store.write(move |tx| work(&ctx, tx))
    }

    pub fn reference(&self, r: &dyn Reader) -> Result<Arc<ReferenceSet>> {
        self.core.reference(r)
    }

    /// Carries out an office action in the name of who is signed in.
    pub fn state(&self, tx: &mut dyn Tx, ops: Vec<Op>) -> Result<()> {
        let env = Env { now: self.now, from: Some(self.from), ..self.core.env(tx)? };
        act::state(tx, &env, self.who.person, ops)
    }

    /// One line of the audit trail.
    pub fn note(&self, tx: &mut dyn Tx, action: &str, about: impl AsRef<str>) -> Result<()> {
        auth::note_from(tx, self.now, Some(self.who.person), Some(self.from), action, about.as_ref())
    }
}
