//! Who is it? Passwords (Argon2id), sessions of the console, tokens of devices. What a role may do is in `gongdan_domain::permission`.

pub mod limit;

use argon2::password_hash::{PasswordHash, PasswordHasher as _, PasswordVerifier as _, SaltString};
use argon2::{Algorithm, Argon2, Params, Version};
use axum::http::HeaderMap;
use axum::http::header::{AUTHORIZATION, COOKIE};
use chrono::Duration;
use gongdan_domain::id::PersonId;
use gongdan_domain::problem::Code;

use crate::core::Core;
use crate::error::{Error, Result};
use crate::secret;
use crate::storage::{AuditEntry, DeviceRecord, Reader, Session, Tx, User};

const SESSION_COOKIE: &str = "gd_session";
const CSRF_COOKIE: &str = "gd_csrf";
const CSRF_HEADER: &str = "x-csrf";
/// A working day; signing in again is a matter of seconds.
const SESSION_HOURS: i64 = 12;

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
    const NOBODY: &str =
        "$argon2id$v=19$m=19456,t=2,p=1$c29tZXNhbHRzb21lc2FsdA$Jl6mQh4vQ3z1kq6cRk3VvQxvPbq9m5cGQe5r3bLr1yY";
    let stored = user.map_or(NOBODY, |u| u.password_hash.as_str());
    let fits = PasswordHash::new(stored).is_ok_and(|hash| argon().verify_password(password.as_bytes(), &hash).is_ok());
    fits && user.is_some()
}

/// A session as it is handed to the browser.
pub struct NewSession {
    pub user: User,
    pub cookies: Vec<String>,
}

/// Checks login and password and opens a session. Blocking: hashing takes its time on purpose.
pub fn sign_in(core: &crate::core::Shared, login: &str, password: &str, address: &str) -> Result<NewSession> {
    let now = core.now();
    let wanted = login.trim().to_lowercase();
    // By the folded name, or capitals would be new tries.
    let (by_address, by_login) = (format!("sign-in {address}"), format!("login {wanted}"));
    core.limits.check(&by_address, now)?;
    core.limits.check(&by_login, now)?;
    let user = core.store.read(|r| r.user(&wanted))?;
    if !password_fits(user.as_ref(), password) {
        core.limits.failed(&by_address, now);
        core.limits.failed(&by_login, now);
        core.write_now(move |_, tx| note(tx, now, None, "sign_in_failed", ""))?;
        return Err(Code::SignInFailed.into());
    }
    let user = user.ok_or(Error::Unfinished)?;
    core.limits.succeeded(&by_login);
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
        note(tx, now, Some(person), "signed_in", "")
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

pub fn note(
    tx: &mut dyn Tx,
    at: gongdan_domain::time::Instant,
    by: Option<PersonId>,
    action: &str,
    about: &str,
) -> Result<()> {
    tx.note_audit(&AuditEntry { at, by, action: action.to_owned(), about: about.to_owned() })
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
    r.user(&session.login)?.ok_or_else(|| Code::NotSignedIn.into())
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
