//! People and their accounts (L3): who may sign in, as what. Nothing here deletes anybody: what a person did stays his.
//! A new role, a new password and a closed account end his sessions at once, the first and the last his enrolment codes too; devices are
//! revoked apart, so that work can be collected.

use std::collections::BTreeMap;

use gongdan_domain::entity::{kind, person};
use gongdan_domain::id::PersonId;
use gongdan_domain::permission::Role;
use gongdan_domain::problem::{Code, Problem};
use gongdan_domain::sync::change::{EntityRef, Scope};
use serde_json::json;

use crate::auth;
use crate::error::Result;
use crate::office::act::Act;
use crate::office::args as a;
use crate::office::context::{Context, invalid, said};
use crate::office::view as v;
use crate::secret;
use crate::storage::{Reader, Tx, User};

/// What fits on a line of a list.
const LONGEST: usize = 40;

pub fn list(ctx: &Context, _: a::OfficeNothing) -> Result<Vec<v::AccountRow>> {
    ctx.read(|r| {
        let mut devices = BTreeMap::<PersonId, u32>::new();
        for device in r.devices()?.into_iter().filter(|d| d.state == "active") {
            *devices.entry(device.person).or_default() += 1;
        }
        r.users()?.into_iter().map(|user| row(r, &user, devices.get(&user.person).copied().unwrap_or(0))).collect()
    })
}

fn row(r: &dyn Reader, user: &User, devices: u32) -> Result<v::AccountRow> {
    let fields = r.fields(&EntityRef::new(kind::PERSON, user.person.0))?;
    Ok(v::AccountRow {
        person: v::PersonName { id: user.person, name: fields.text(person::NAME).to_owned() },
        login: user.login.clone(),
        role: user.role,
        devices,
        disabled_at: user.disabled_at,
    })
}

/// A person with an account and a password that is shown this once. The same form twice is refused, not a second person.
pub fn create(ctx: &Context, args: a::CreateAccount) -> Result<v::NewPassword> {
    let login = login(&args.login)?;
    let name = said(&args.name, || invalid("name"))?;
    if name.chars().count() > LONGEST {
        return Err(invalid("name"));
    }
    let (password, password_hash) = fresh()?;
    ctx.write(move |ctx, tx| {
        if tx.user(&login)?.is_some() {
            return Err(Problem::with(Code::LoginTaken, json!({ "login": login })).into());
        }
        let id = PersonId(uuid::Uuid::now_v7());
        let mut act = Act::new(ctx);
        let entity = EntityRef::new(kind::PERSON, id.0);
        let mut fields = vec![(person::NAME, json!(name)), (person::ROLE, json!(args.role))];
        // Where there is one team he is of it, or his device would show no customer but those of his jobs.
        if let [team] = tx.entities(kind::TEAM)?[..] {
            fields.push((person::TEAM, json!(team)));
        }
        for (field, value) in fields {
            act.write(&entity, field, value, Vec::new(), &[Scope::Company]);
        }
        ctx.state(tx, act.ops)?;
        let user = User { login: login.clone(), person: id, role: args.role, password_hash, disabled_at: None };
        tx.put_user(&user, ctx.now)?;
        ctx.note(tx, "account_created", format!("{login} {}", told(args.role)))?;
        Ok(v::NewPassword { login, password })
    })
}

/// Letters, digits and a little punctuation: a login is read out on the phone.
fn login(typed: &str) -> Result<String> {
    let login = typed.trim().to_lowercase();
    let fits = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || ".-_".contains(c);
    if login.is_empty() || login.len() > LONGEST || !login.chars().all(fits) {
        Err(invalid("login"))
    } else {
        Ok(login)
    }
}

fn fresh() -> Result<(String, String)> {
    let password = secret::readable_password();
    let hash = auth::password_hash(&password)?;
    Ok((password, hash))
}

fn told(role: Role) -> String {
    json!(role).as_str().unwrap_or_default().to_owned()
}

fn known(r: &dyn Reader, login: &str) -> Result<User> {
    r.user(login)?.ok_or_else(|| Code::NotFound.into())
}

/// The company must keep somebody who can let people in.
fn an_admin_stays(r: &dyn Reader, without: &User) -> Result<()> {
    let stays = |user: &User| user.role == Role::Admin && user.disabled_at.is_none() && user.login != without.login;
    if without.role != Role::Admin || r.users()?.iter().any(stays) { Ok(()) } else { Err(Code::LastAdmin.into()) }
}

/// Writes the account, ends its sessions and answers its row.
fn changed(ctx: &Context, tx: &mut dyn Tx, user: &User, action: &str, about: String) -> Result<v::AccountRow> {
    tx.put_user(user, ctx.now)?;
    tx.drop_sessions_of(&user.login, "")?;
    ctx.note(tx, action, about)?;
    let devices = tx.devices()?.iter().filter(|d| d.person == user.person && d.state == "active").count();
    row(tx, user, u32::try_from(devices).unwrap_or(u32::MAX))
}

pub fn change_role(ctx: &Context, args: a::ChangeRole) -> Result<v::AccountRow> {
    ctx.write(move |ctx, tx| {
        let mut user = known(tx, &args.login)?;
        let before = user.role;
        if args.role != Role::Admin {
            an_admin_stays(tx, &user)?;
        }
        let entity = EntityRef::new(kind::PERSON, user.person.0);
        let seen = tx.fields(&entity)?.register(person::ROLE).map(|r| r.heads.iter().map(|h| h.write).collect());
        let mut act = Act::new(ctx);
        act.write(&entity, person::ROLE, json!(args.role), seen.unwrap_or_default(), &[Scope::Company]);
        ctx.state(tx, act.ops)?;
        user.role = args.role;
        tx.drop_enrolment_codes(user.person)?;
        let about = format!("{} {} → {}", user.login, told(before), told(args.role));
        changed(ctx, tx, &user, "role_changed", about)
    })
}

pub fn reset_password(ctx: &Context, args: a::OfAccount) -> Result<v::NewPassword> {
    let (password, password_hash) = fresh()?;
    ctx.write(move |ctx, tx| {
        let user = User { password_hash, ..known(tx, &args.login)? };
        changed(ctx, tx, &user, "password_reset", user.login.clone())?;
        Ok(v::NewPassword { login: user.login, password })
    })
}

pub fn disable(ctx: &Context, args: a::DisableAccount) -> Result<v::AccountRow> {
    ctx.write(move |ctx, tx| {
        let mut user = known(tx, &args.login)?;
        if args.disabled {
            an_admin_stays(tx, &user)?;
            tx.drop_enrolment_codes(user.person)?;
        }
        user.disabled_at = args.disabled.then_some(user.disabled_at.unwrap_or(ctx.now));
        let action = if args.disabled { "account_disabled" } else { "account_enabled" };
        changed(ctx, tx, &user, action, user.login.clone())
    })
}

#[cfg(test)]
mod tests;
