//! The app as a whole: status, enrolment, PIN, how it looks.

use std::sync::Arc;

use gongdan_domain::catalogue::{CompanyProfile, Words};
use gongdan_domain::entity::{kind, person};
use gongdan_domain::fees::FeeSchedule;
use gongdan_domain::problem::{Code, Problem};
use gongdan_domain::reference::ReferenceKind;
use gongdan_domain::sync::change::EntityRef;
use gongdan_domain::sync::version;
use serde_json::json;

use crate::commands::args;
use crate::device::Device;
use crate::error::Result;
use crate::store::Reader;
use crate::view::app::{AppStatus, CompanyCard, Gate, PersonCard, RebuiltView};

/// Of a signature; a hand draws some hundreds.
const MOST_POINTS: usize = 20_000;

pub fn status(device: &Device, _: args::Nothing) -> Result<AppStatus> {
    let gate = device.gate()?;
    let (preferences, enrolment) = (device.preferences(), device.enrolment());
    let open = gate == Gate::Open;
    let sync = if open { Some(device.sentence()?) } else { None };
    Ok(AppStatus {
        gate,
        version: device.app_version().to_owned(),
        language: preferences.language,
        theme: preferences.theme,
        key_keeping: device.key_keeping(),
        person: if open { Some(device.read(person_card)?) } else { None },
        company: if open { device.read(company_card)? } else { None },
        needs_you: sync.as_ref().map_or(0, |sentence| sentence.needs_you),
        sync,
        zone: device.zone().name().to_owned(),
        now: device.now().to_rfc3339(),
        // The key behind the address is for machines.
        server: enrolment.server.split('#').next().unwrap_or_default().to_owned(),
        device_name: enrolment.device_name,
        lock_after: preferences.lock_after,
        recovery_request: device.recovery_request(),
        rebuilt: if open { device.read(rebuilt)? } else { None },
        update_to: if open { device.read(|r| update_to(r, device.app_version()))? } else { None },
    })
}

fn rebuilt(r: &Reader) -> Result<Option<RebuiltView>> {
    let unread = r.rebuilt()?.filter(|rebuilt| !rebuilt.seen);
    Ok(unread.map(|rebuilt| RebuiltView {
        at: rebuilt.at.to_rfc3339(),
        kept: rebuilt.kept,
        lost: rebuilt.asked.then_some(rebuilt.lost),
    }))
}

fn update_to(r: &Reader, own: &str) -> Result<Option<String>> {
    Ok(r.min_app()?.filter(|wanted| version::older(own, wanted)))
}

pub fn enrol(device: &Device, args: args::Enrol) -> Result<AppStatus> {
    device.enrol(&args)?;
    status(device, args::Nothing {})
}

/// Only behind the open gate: who holds the tablet in his hand.
pub fn enrol_again(device: &Device, args: args::EnrolAgain) -> Result<AppStatus> {
    device.me()?;
    device.enrol_again(&args.code)?;
    status(device, args::Nothing {})
}

pub fn unlock(device: &Device, args: args::Unlock) -> Result<AppStatus> {
    match device.gate()? {
        Gate::NotEnrolled => return Err(Code::NotEnrolled.into()),
        Gate::Revoked => return Err(Code::DeviceRevoked.into()),
        Gate::Damaged => return Err(Code::DatabaseDamaged.into()),
        Gate::Locked | Gate::Open => device.unlock(&args.pin)?,
    }
    status(device, args::Nothing {})
}

pub fn recover(device: &Device, args: args::Recover) -> Result<AppStatus> {
    device.recover(&args.code, &args.pin)?;
    status(device, args::Nothing {})
}

pub fn rebuild(device: &Device, _: args::Nothing) -> Result<AppStatus> {
    device.rebuild()?;
    status(device, args::Nothing {})
}

pub fn read_rebuilt(device: &Device, _: args::Nothing) -> Result<AppStatus> {
    device.rebuild_was_read()?;
    status(device, args::Nothing {})
}

pub fn lock(device: &Device, _: args::Nothing) -> Result<AppStatus> {
    device.lock()?;
    status(device, args::Nothing {})
}

pub fn set_preference(device: &Device, args: args::Preference) -> Result<AppStatus> {
    let mut preferences = device.preferences();
    preferences.language = args.language.unwrap_or(preferences.language);
    preferences.theme = args.theme.unwrap_or(preferences.theme);
    preferences.lock_after = args.lock_after.unwrap_or(preferences.lock_after);
    device.set_preferences(preferences)?;
    status(device, args::Nothing {})
}

pub fn drafts(device: &Device, _: args::Nothing) -> Result<args::Drafts> {
    Ok(args::Drafts { drafts: device.read(|r| r.drafts())? })
}

pub fn keep_draft(device: &Device, args: args::KeepDraft) -> Result<args::Nothing> {
    device.keep_draft(&args.key, &args.text)?;
    Ok(args::Nothing {})
}

pub fn own_signature(device: &Device, _: args::Nothing) -> Result<args::OwnSignature> {
    Ok(args::OwnSignature { ink: device.read(|r| r.own_ink())? })
}

/// What is no signature yet is kept all the same: he may be in the middle of it. Refused: more points than any hand draws.
pub fn keep_own_signature(device: &Device, args: args::OwnSignature) -> Result<args::OwnSignature> {
    let points = args.ink.iter().flat_map(|ink| &ink.strokes).map(Vec::len).sum::<usize>();
    if points > MOST_POINTS {
        return Err(Problem::with(Code::FieldInvalid, json!({ "field": "ink" })).into());
    }
    let ink = args.ink.filter(|ink| !ink.strokes.is_empty());
    device.set_own_ink(ink.as_ref())?;
    Ok(args::OwnSignature { ink })
}

/// D1: what the work ID shows. The certificate knows the name before the first page has come.
fn person_card(r: &Reader) -> Result<PersonCard> {
    let me = r.me();
    let fields = r.fields(&EntityRef::new(kind::PERSON, me.0))?;
    let text = |field: &str| fields.text(field).to_owned();
    let schedule: Option<Arc<FeeSchedule>> = r.reference(ReferenceKind::FeeSchedule, r.today())?;
    let code = fields.text(person::GRADE);
    let grade = schedule.and_then(|s| s.labour.iter().find(|l| l.code == code).map(|l| l.words.clone()));
    Ok(PersonCard {
        id: me,
        name: r.person_name(me)?,
        number: text(person::NUMBER),
        grade: grade.unwrap_or_else(|| Words { zh: code.to_owned(), en: code.to_owned() }),
        role: text(person::ROLE),
        phone: text(person::PHONE),
        qualifications: fields.read(person::QUALIFICATIONS).unwrap_or_default(),
        photo: Some(text(person::PHOTO)).filter(|hash| !hash.is_empty()),
    })
}

fn company_card(r: &Reader) -> Result<Option<CompanyCard>> {
    let profile: Option<Arc<CompanyProfile>> = r.reference(ReferenceKind::CompanyProfile, r.today())?;
    Ok(profile.map(|p| CompanyCard {
        name: p.name.clone(),
        mark: p.mark.clone(),
        hotline: p.hotline.clone(),
        address: p.address.clone(),
        public_address: p.public_address.clone(),
        sample: p.sample,
    }))
}
