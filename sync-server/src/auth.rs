//! Who is it? Passwords (Argon2id), sessions of the console, tokens of devices. What a role may do is in `gongdan_domain::permission`.

pub mod limit;

use std::net::IpAddr;

use argon2::password_hash::{PasswordHash, PasswordHasher as _, PasswordVerifier as _, SaltString};
use argon2::{Algorithm, Argon2, Params, Version};
use axum::http::HeaderMap;
use axum::http::header::{AUTHORIZATION, COOKIE};
use chrono::Duration;
use gongdan_domain::id::PersonId;
use gongdan_domain::permission::{Permission, may};
use gongdan_domain::problem::Code;
use gongdan_domain::time::Instant;
use tokio::sync::SemaphorePermit;

use crate::core::{Core, Shared};
use crate::error::{Error, Result};
use crate::office::context::Context;
use crate::secret;
use crate::storage::{AuditEntry, DeviceRecord, Reader, Session, Tx, User};

const SESSION_COOKIE: &str = "gd_session";
const CSRF_COOKIE: &str = "gd_csrf";
const CSRF_HEADER: &str = "x-csrf";
/// A working day; signing in again is a matter of seconds.
const SESSION_HOURS: i64 = 12;
/// What people choose themselves; the server's own are random.
pub const SHORTEST_PASSWORD: usize = 10;
/// Nobody's password, hashed at the same cost as everybody's.
const NOBODY: &str =
    "$argon2id$v=19$m=19456,t=2,p=1$c29tZXNhbHRzb21lc2FsdA$Jl6mQh4vQ3z1kq6cRk3VvQxvPbq9m5cGQe5r3bLr1yY";

/// OWASP's second choice: 19 MiB, two passes.
fn argon() -> Argon2<'static> {
    Argon2::new(Algorithm::Argon2id, Version::V0x13, Params::new(19_456, 2, 1, None).unwrap_or_default())
}

pub fn password_hash(password: &str) -> Result<String> {
    let salt = SaltString::generate(&mut rand::rngs::OsRng);
    let hash = argon().hash_password(password.as_bytes(), &salt).map_err(|_| Error::Unfinished)?;
    Ok(hash.to_string())
}

/// Takes the same time whether the user exists or not.
fn password_fits(user: Option<&User>, password: &str) -> bool {
    let stored = user.map_or(NOBODY, |u| u.password_hash.as_str());
    let fits = PasswordHash::new(stored).is_ok_and(|hash| argon().verify_password(password.as_bytes(), &hash).is_ok());
    fits && user.is_some()
}

/// A session as it is handed to the browser.
pub struct NewSession {
    pub user: User,
    pub cookies: Vec<String>,
}

/// Hashing takes 19 MiB and its time on purpose, and strangers may ask for it: one at a time, in the order of asking. Whoever waits holds
/// no thread, and a right password is refused only for tries that have failed.
pub async fn turn(core: &Core) -> Result<SemaphorePermit<'_>> {
    core.hashing.acquire().await.map_err(|_| Error::Unfinished)
}

/// What a try is counted by: from where, and whom. By the folded name, or capitals would be new tries.
fn tries(login: &str, address: IpAddr) -> [String; 2] {
    [limit::key("sign-in", address), format!("login {}", login.trim().to_lowercase())]
}

/// Checks login and password and opens a session. Blocking, in its [`turn`].
pub fn sign_in(core: &Shared, login: &str, password: &str, address: IpAddr) -> Result<NewSession> {
    let now = core.now();
    let wanted = login.trim().to_lowercase();
    let [by_address, by_login] = tries(login, address);
    core.limits.begin(&[&by_address, &by_login], now)?;
    let user = core.store.read(|r| r.user(&wanted))?;
    if !password_fits(user.as_ref(), password) || user.as_ref().is_some_and(|u| u.disabled_at.is_some()) {
        // Only a login that exists is written down: what else is typed there may be a password.
        let tried = user.map(|u| u.login).unwrap_or_default();
        core.write_now(move |_, tx| note_from(tx, now, None, Some(address), "sign_in_failed", &tried))?;
        return Err(Code::SignInFailed.into());
    }
    let user = user.ok_or(Error::Unfinished)?;
    core.limits.forget(&by_login);
    core.limits.take_back(&by_address);
    let (token, csrf) = (secret::token(), secret::token());
    let session = Session {
        token_hash: secret::hash(&token),
        login: user.login.clone(),
        csrf: csrf.clone(),
        expires_at: now + Duration::hours(SESSION_HOURS),
    };
    let person = user.person;
    core.write_now(move |_, tx| {
        tx.put_session(&session, now)?;
        note_from(tx, now, Some(person), Some(address), "signed_in", "")
    })?;
    let age = SESSION_HOURS * 3600;
    let secure = if core.front().secure() { "; Secure" } else { "" };
    let cookies = vec![
        format!("{SESSION_COOKIE}={token}; Path=/; Max-Age={age}; HttpOnly; SameSite=Strict{secure}"),
        format!("{CSRF_COOKIE}={csrf}; Path=/; Max-Age={age}; SameSite=Strict{secure}"),
    ];
    Ok(NewSession { user, cookies })
}

/// The cookies that end a session in the browser.
pub fn cleared_cookies() -> Vec<String> {
    [SESSION_COOKIE, CSRF_COOKIE].map(|name| format!("{name}=; Path=/; Max-Age=0; SameSite=Strict")).to_vec()
}

/// A line of the audit trail for what is done on the server itself. Handlers of the console use [`Context::note`].
pub fn note(tx: &mut dyn Tx, at: Instant, by: Option<PersonId>, action: &str, about: &str) -> Result<()> {
    note_from(tx, at, by, None, action, about)
}

/// A line of the audit trail: who did what, when, from where. It goes into the transaction of what was done.
pub fn note_from(
    tx: &mut dyn Tx,
    at: Instant,
    by: Option<PersonId>,
    from: Option<IpAddr>,
    action: &str,
    about: &str,
) -> Result<()> {
    let address = from.map(|from| from.to_string()).unwrap_or_default();
    tx.note_audit(&AuditEntry { at, by, address, action: action.to_owned(), about: about.to_owned() })
}

/// The password of who is signed in already, asked once more. In its [`turn`].
pub fn check_again(ctx: &Context, password: &str) -> Result<()> {
    let [_, by_login] = tries(&ctx.who.login, ctx.from);
    ctx.core.limits.begin(&[&by_login], ctx.now)?;
    if !password_fits(Some(&ctx.who), password) {
        return Err(Code::SignInFailed.into());
    }
    ctx.core.limits.take_back(&by_login);
    Ok(())
}

fn cookie<'h>(headers: &'h HeaderMap, name: &str) -> Option<&'h str> {
    let all = headers.get_all(COOKIE).into_iter().filter_map(|v| v.to_str().ok());
    all.flat_map(|line| line.split(';')).find_map(|pair| pair.trim().strip_prefix(name)?.strip_prefix('='))
}

/// The hash under which a request's session is stored.
pub fn session_hash(headers: &HeaderMap) -> Option<String> {
    cookie(headers, SESSION_COOKIE).map(secret::hash)
}

/// Who is signed in. Requests that change something must also carry the token that only the console can read.
pub fn signed_in(core: &Core, r: &dyn Reader, headers: &HeaderMap, changes: bool) -> Result<User> {
    let hash = session_hash(headers).ok_or(Code::NotSignedIn)?;
    let session = r.session(&hash)?.filter(|s| s.expires_at > core.now()).ok_or(Code::NotSignedIn)?;
    let csrf = headers.get(CSRF_HEADER).and_then(|v| v.to_str().ok()).unwrap_or_default();
    // Compared by hash, so that the time taken tells nothing about the token.
    if changes && secret::hash(csrf) != secret::hash(&session.csrf) {
        return Err(Code::CsrfMissing.into());
    }
    r.user(&session.login)?.filter(|user| user.disabled_at.is_none()).ok_or_else(|| Code::NotSignedIn.into())
}

/// Who is signed in and may read what the office has: for what is fetched instead of called.
pub fn reader(core: &Core, r: &dyn Reader, headers: &HeaderMap) -> Result<User> {
    let user = signed_in(core, r, headers, false)?;
    if may(user.role, Permission::ReadOffice) { Ok(user) } else { Err(Code::NotAllowed.into()) }
}

/// The hash of a device's bearer token.
pub fn token_hash(headers: &HeaderMap) -> Option<String> {
    let value = headers.get(AUTHORIZATION)?.to_str().ok()?;
    Some(secret::hash(value.strip_prefix("Bearer ")?))
}

/// The device that a request comes from, revoked ones included.
pub fn device(r: &dyn Reader, headers: &HeaderMap) -> Result<DeviceRecord> {
    let hash = token_hash(headers).ok_or(Code::TokenInvalid)?;
    r.device_by_token(&hash)?.ok_or_else(|| Code::TokenInvalid.into())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A login that does not exist must cost the same work as one that does, or the clock tells them apart.
    #[test]
    fn l3_nobodys_password_costs_what_everybodys_costs() {
        let nobody = PasswordHash::new(NOBODY).expect("a hash that is really computed against");
        let somebody = password_hash("anything").expect("hashed");
        let somebody = PasswordHash::new(&somebody).expect("read");
        assert_eq!((nobody.algorithm, nobody.version), (somebody.algorithm, somebody.version));
        assert_eq!(nobody.params.to_string(), somebody.params.to_string());
        assert_eq!(nobody.hash.map(|h| h.len()), somebody.hash.map(|h| h.len()));
        assert!(!password_fits(None, "anything"));
    }
}
