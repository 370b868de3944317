//! Signing in and out, and who is signed in.

use std::net::IpAddr;

use gongdan_domain::entity::{kind, person};
use gongdan_domain::permission::{Permission, may};
use gongdan_domain::problem::{Code, Problem};
use gongdan_domain::sync::change::EntityRef;

use serde_json::json;

use crate::auth;
use crate::core::Shared;
use crate::error::Result;
use crate::office::args as a;
use crate::office::context::Context;
use crate::office::view as v;
use crate::storage::{Reader, User};

/// The reply and the cookies that carry the session.
pub fn sign_in(core: &Shared, address: IpAddr, args: &a::SignIn) -> Result<(v::OfficeMe, Vec<String>)> {
    let session = auth::sign_in(core, &args.login, &args.password, address)?;
    let me = core.store.read(|r| of(core, r, &session.user))?;
    Ok((me, session.cookies))
}

pub fn sign_out(ctx: &Context, _: a::OfficeNothing) -> Result<v::OfficeDone> {
    ctx.write(|ctx, tx| {
        tx.drop_session(&ctx.session_hash)?;
        ctx.note(tx, "signed_out", "")
    })?;
    Ok(v::OfficeDone {})
}

/// One's own password: the old one is asked, or a console left open would be an account given away.
pub fn change_password(ctx: &Context, args: a::ChangePassword) -> Result<v::OfficeDone> {
    auth::check_again(ctx, &args.now)?;
    if args.wanted.chars().count() < auth::SHORTEST_PASSWORD {
        return Err(Problem::with(Code::PasswordTooShort, json!({ "least": auth::SHORTEST_PASSWORD })).into());
    }
    let password_hash = auth::password_hash(&args.wanted)?;
    ctx.write(move |ctx, tx| {
        tx.put_user(&User { password_hash, ..ctx.who.clone() }, ctx.now)?;
        tx.drop_sessions_of(&ctx.who.login, &ctx.session_hash)?;
        ctx.note(tx, "password_changed", "")?;
        Ok(v::OfficeDone {})
    })
}

pub fn me(ctx: &Context, _: a::OfficeNothing) -> Result<v::OfficeMe> {
    ctx.read(|r| of(&ctx.core, r, &ctx.who))
}

fn of(core: &Shared, r: &dyn Reader, user: &User) -> Result<v::OfficeMe> {
    let reference = core.reference(r)?;
    let now = core.now();
    Ok(v::OfficeMe {
        person: user.person,
        login: user.login.clone(),
        name: r.fields(&EntityRef::new(kind::PERSON, user.person.0))?.text(person::NAME).to_owned(),
        role: user.role,
        permissions: Permission::ALL.into_iter().filter(|p| may(user.role, *p)).collect(),
        company: reference.company_profile(now).map(|p| p.name.clone()),
        zone: reference.zone().to_string(),
        now,
    })
}
