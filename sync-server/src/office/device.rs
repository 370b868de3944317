//! Enrolled devices and the people they belong to (L3). A code is shown once; only its hash is kept.

use std::collections::BTreeMap;

use gongdan_domain::entity::{Fields, kind, person};
use gongdan_domain::id::{DeviceId, PersonId};
use gongdan_domain::permission::{Permission, Role, may};
use gongdan_domain::problem::Code;
use gongdan_domain::sync::change::EntityRef;
use qrcode::QrCode;
use qrcode::render::svg;

use crate::error::Result;
use crate::front::Front;
use crate::keys::Revocation;
use crate::office::args as a;
use crate::office::context::Context;
use crate::office::load::Names;
use crate::office::{recovery, view as v};
use crate::storage::{DeviceRecord, Reader, User};
use crate::sync::enrol;
use crate::sync::readmit::UNCONFIRMED;
use crate::sync::revoke::{COLLECTED, ERASE, ERASED};
use crate::sync::{push, recover};

pub fn list(ctx: &Context, _: a::OfficeNothing) -> Result<v::DeviceList> {
    ctx.read(|r| {
        let mut names = Names::new(r);
        let mut offered = BTreeMap::<DeviceId, u32>::new();
        for one in recover::waiting(r)? {
            *offered.entry(one.device).or_default() += 1;
        }
        let mut devices = Vec::new();
        for device in r.devices()? {
            let holes = recovery::holes(r, device.id)?;
            let offered = offered.get(&device.id).copied().unwrap_or(0);
            let mut continued_as = Vec::new();
            for id in r.continued_by(device.id)? {
                continued_as.extend(r.device(id)?.map(|device| device.number_prefix));
            }
            devices.push(row(&mut names, (holes, offered, continued_as), device)?);
        }
        Ok(v::DeviceList { devices, people: people(r)? })
    })
}

fn row(
    names: &mut Names<'_>,
    (holes, offered, continued_as): (Vec<v::HoleRange>, u32, Vec<String>),
    device: DeviceRecord,
) -> Result<v::DeviceRow> {
    Ok(v::DeviceRow {
        device: device.id,
        person: names.of(device.person)?,
        state: state(&device.state),
        name: device.name,
        number_prefix: device.number_prefix,
        app: device.app,
        enrolled_at: device.enrolled_at,
        last_seen_at: device.last_seen_at,
        acked_through: device.acked_through,
        holes,
        continued_as,
        offered,
    })
}

fn state(stored: &str) -> v::DeviceState {
    match stored {
        "active" => v::DeviceState::Active,
        UNCONFIRMED => v::DeviceState::Unconfirmed,
        push::QUARANTINED => v::DeviceState::Quarantined,
        ERASED => v::DeviceState::Erased,
        COLLECTED => v::DeviceState::Collected,
        _ => v::DeviceState::Revoked,
    }
}

/// What a person of the company is, by his account or, without one, by his record.
pub fn role(users: &[User], id: PersonId, fields: &Fields) -> Option<Role> {
    users.iter().find(|user| user.person == id).map(|user| user.role).or_else(|| fields.read(person::ROLE))
}

/// Only who may sync can be given a device.
fn people(r: &dyn Reader) -> Result<Vec<v::PersonRow>> {
    let mut people = Vec::new();
    for user in
        r.users()?.into_iter().filter(|user| user.disabled_at.is_none() && may(user.role, Permission::SyncDevice))
    {
        let fields = r.fields(&EntityRef::new(kind::PERSON, user.person.0))?;
        let person = v::PersonName { id: user.person, name: fields.text(person::NAME).to_owned() };
        people.push(v::PersonRow { person, role: user.role, login: Some(user.login) });
    }
    people.sort_by(|a, b| a.person.name.cmp(&b.person.name));
    Ok(people)
}

pub fn create_code(ctx: &Context, args: a::CreateEnrolmentCode) -> Result<v::EnrolmentCode> {
    let server = ctx.server.clone().ok_or(Code::BadRequest)?;
    let (code, valid_until) = ctx.write(move |ctx, tx| {
        let made = enrol::create_code(tx, args.person, ctx.now)?;
        let name = Names::new(tx).of(args.person)?.name;
        ctx.note(tx, "code_created", name)?;
        Ok(made)
    })?;
    let qr_text = Front::enrolment(server, &code);
    Ok(v::EnrolmentCode { qr_svg: drawn(&qr_text)?, code, qr_text, valid_until })
}

fn drawn(text: &str) -> Result<String> {
    // Only an address of kilobytes does not fit into a QR.
    let code = QrCode::new(text).map_err(|_| Code::TooLarge)?;
    Ok(code.render::<svg::Color<'_>>().min_dimensions(200, 200).build())
}

/// Only an admin can know whether the one who came back is who he says; the certificate says no more than that he was.
pub fn confirm(ctx: &Context, args: a::ConfirmDevice) -> Result<v::OfficeDone> {
    ctx.write(move |ctx, tx| {
        let mut device = tx.device(args.device)?.ok_or(Code::NotFound)?;
        if device.state == UNCONFIRMED {
            device.state = "active".to_owned();
            tx.put_device(&device)?;
            ctx.note(tx, "confirmed", format!("{} {}", device.number_prefix, device.name))?;
        }
        Ok(v::OfficeDone {})
    })
}

pub fn revoke(ctx: &Context, args: a::RevokeDevice) -> Result<v::OfficeDone> {
    ctx.write(move |ctx, tx| {
        let mut device = tx.device(args.device)?.ok_or(Code::NotFound)?;
        if device.state == ERASED {
            return Ok(v::OfficeDone {});
        }
        let how = match args.mode {
            a::RevokeMode::Collect => Revocation::Collect,
            a::RevokeMode::Erase => Revocation::Erase,
        };
        // Outside the database first: a restored backup must neither re-admit it nor erase what is to be collected.
        ctx.core.keys.remember_revoked(device.id, how)?;
        device.revoke(how);
        tx.put_device(&device)?;
        if how == Revocation::Collect {
            push::keep_all_files_apart(tx, device.id)?;
        }
        let action = if device.state == ERASE { "erasing" } else { "collecting" };
        ctx.note(tx, action, format!("{} {}", device.number_prefix, device.name))?;
        Ok(v::OfficeDone {})
    })
}

/// The code that opens a device whose PIN was forgotten. Whoever reads it out stands in the audit trail.
pub fn recover_pin(ctx: &Context, args: a::RecoverPin) -> Result<v::RecoveryCode> {
    let recovery = ctx.core.keys.recovery_secret(&args.passphrase)?;
    ctx.write(move |ctx, tx| {
        let device = tx.device(args.device)?.ok_or(Code::NotFound)?;
        let code = ctx.core.keys.read_code(device.id, args.request.as_deref(), &recovery)?;
        ctx.note(tx, "recovery_code_read", format!("{} {}", device.number_prefix, device.name))?;
        Ok(v::RecoveryCode { code })
    })
}
