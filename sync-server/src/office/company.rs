//! Who the company is (G1, G7): name, hotline, addresses, logo, as they stand on every paper from now on, for the admin. Tried on an
//! example before it is published; it goes the way of every reference, so that devices print with it too. Papers that were sealed keep
//! the letterhead under which they were signed.

use std::io::Cursor;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as B64;
use chrono::NaiveDate;
use gongdan_documents::{Templates, preview_letterhead};
use gongdan_domain::catalogue::{CompanyProfile, Words};
use gongdan_domain::paper::templates::DocumentTemplates;
use gongdan_domain::problem::{Code, Problem};
use gongdan_domain::reference::{Reference, ReferenceKind};
use gongdan_domain::sync::enrolment::ServerAddress;
use gongdan_domain::work_order::Letterhead;
use image::imageops::FilterType;
use image::{DynamicImage, ImageFormat};
use serde_json::json;

use crate::error::Result;
use crate::mail::letter;
use crate::office::args as a;
use crate::office::context::{Context, invalid};
use crate::office::load::Names;
use crate::office::template;
use crate::office::view as v;
use crate::picture;
use crate::reference::{ZONE, publish_edition};
use crate::storage::{Reader, Tx};

/// A picture's file, before it is made small.
const MOST: usize = 256_000;
/// Points of one side of what is brought.
const MOST_POINTS: u32 = 8_000;
/// Memory for decoding it.
const MOST_ALLOC: u64 = 128 * 1024 * 1024;
/// 8.6 mm of letterhead at 600 dots an inch; more only makes every paper larger.
const HEIGHT: u32 = 204;
/// Wider than so many heights, it would push the name off the line.
const WIDEST: u32 = 6;

pub fn settings(ctx: &Context, _: a::OfficeNothing) -> Result<v::CompanySettings> {
    ctx.read(|r| view(ctx, r))
}

fn view(ctx: &Context, r: &dyn Reader) -> Result<v::CompanySettings> {
    let reference = ctx.reference(r)?;
    let profile = reference.company_profile(ctx.now);
    let logo = reference.document_templates(ctx.now).and_then(|own| own.logo.clone());
    let published = r.published(Some(ReferenceKind::CompanyProfile))?;
    let published = published.iter().rev().find(|p| profile.is_some_and(|profile| profile.version == p.version));
    Ok(v::CompanySettings {
        form: form(profile.cloned().unwrap_or_else(nobody), logo),
        set: profile.is_some(),
        since: published.map(|p| p.published_at),
        by: Names::new(r).maybe(published.and_then(|p| p.published_by))?,
        most_bytes: MOST as u64,
    })
}

fn form(profile: CompanyProfile, logo: Option<String>) -> a::CompanyForm {
    a::CompanyForm {
        name: profile.name,
        hotline: profile.hotline,
        address: profile.address,
        email: profile.email,
        mark: profile.mark,
        public_address: profile.public_address.unwrap_or_default(),
        zone: profile.zone,
        own_brands: profile.own_brands,
        logo,
    }
}

/// Before anything was published.
fn nobody() -> CompanyProfile {
    CompanyProfile {
        version: String::new(),
        valid_from: NaiveDate::default(),
        name: Words::new("", ""),
        hotline: String::new(),
        address: Words::new("", ""),
        email: String::new(),
        mark: String::new(),
        public_address: None,
        zone: ZONE.name().to_owned(),
        own_brands: Vec::new(),
        sample: false,
    }
}

/// Shows an order under this letterhead; nothing is kept.
pub fn attempt(ctx: &Context, args: a::CompanyForm) -> Result<v::CompanyTried> {
    let args = drawn(ctx, args)?;
    let (profile, own) = ctx.read(|r| wanted(ctx, r, args))?;
    let (letterhead, templates) = (Letterhead::of(&profile), Templates::published(&own));
    // Only the company's own templates can still be wrong here.
    let previews = template::previews(|language| preview_letterhead(&templates, &letterhead, language))?;
    Ok(v::CompanyTried { previews })
}

/// Publishes what has changed, from today on.
pub fn set(ctx: &Context, args: a::CompanyForm) -> Result<v::CompanySettings> {
    let args = drawn(ctx, args)?;
    ctx.write(move |ctx, tx| {
        let (profile, own) = wanted(ctx, tx, args)?;
        let reference = ctx.reference(tx)?;
        let today = reference.day(ctx.now);
        if reference.company_profile(ctx.now) != Some(&profile) {
            publish(ctx, tx, |version| {
                let valid_from = today.max(profile.valid_from);
                Reference::CompanyProfile(CompanyProfile { version, valid_from, ..profile })
            })?;
        }
        if reference.document_templates(ctx.now).cloned().unwrap_or_default() != own {
            publish(ctx, tx, |version| {
                Reference::DocumentTemplates(DocumentTemplates {
                    version,
                    valid_from: today.max(own.valid_from),
                    ..own
                })
            })?;
        }
        view(ctx, tx)
    })
}

fn publish(ctx: &Context, tx: &mut dyn Tx, make: impl FnOnce(String) -> Reference) -> Result<()> {
    let version = publish_edition(tx, ctx.now, Some(ctx.who.person), make)?;
    ctx.note(tx, "company_set", version)
}

/// A picture that is new is made as papers carry it, before anybody's turn to write: that takes its time.
fn drawn(ctx: &Context, args: a::CompanyForm) -> Result<a::CompanyForm> {
    let known = ctx.read(|r| Ok(ctx.reference(r)?.document_templates(ctx.now).and_then(|own| own.logo.clone())))?;
    let logo = match &args.logo {
        Some(brought) if args.logo != known => Some(small(brought)?),
        _ => args.logo,
    };
    Ok(a::CompanyForm { logo, ..args })
}

/// What would be in force, looked at; versions and days are given when it is published.
fn wanted(ctx: &Context, r: &dyn Reader, args: a::CompanyForm) -> Result<(CompanyProfile, DocumentTemplates)> {
    let reference = ctx.reference(r)?;
    let own = reference.document_templates(ctx.now).cloned().unwrap_or_default();
    let before = reference.company_profile(ctx.now).cloned().unwrap_or_else(nobody);
    let profile = read(before, &args)?;
    Ok((profile, DocumentTemplates { logo: args.logo, ..own }))
}

fn read(before: CompanyProfile, args: &a::CompanyForm) -> Result<CompanyProfile> {
    let text = |field: &str, text: &str, most: usize, needed: bool| {
        let text = text.trim();
        let fits = text.chars().count() <= most && !text.chars().any(char::is_control) && !(needed && text.is_empty());
        if fits { Ok(text.to_owned()) } else { Err(invalid(field)) }
    };
    let name = Words { zh: text("name", &args.name.zh, 60, true)?, en: text("name_en", &args.name.en, 80, false)? };
    let address = Words {
        zh: text("address", &args.address.zh, 120, false)?,
        en: text("address_en", &args.address.en, 160, false)?,
    };
    let email = args.email.trim();
    if !email.is_empty() && letter::address(email).is_none() {
        return Err(invalid("email"));
    }
    let public_address = match args.public_address.trim() {
        "" => None,
        address => Some(ServerAddress::new(address, None).map_err(|_| invalid("public_address"))?.url().to_owned()),
    };
    if args.zone.trim().parse::<chrono_tz::Tz>().is_err() {
        return Err(invalid("zone"));
    }
    let mut own_brands: Vec<String> = Vec::new();
    for brand in &args.own_brands {
        let brand = text("own_brands", brand, 40, false)?;
        if !brand.is_empty() && !own_brands.contains(&brand) {
            own_brands.push(brand);
        }
    }
    Ok(CompanyProfile {
        // Under its own name nothing is invented any more.
        sample: before.sample && before.name == name,
        name,
        hotline: text("hotline", &args.hotline, 40, true)?,
        address,
        email: email.to_owned(),
        mark: text("mark", &args.mark, 2, true)?,
        public_address,
        zone: args.zone.trim().to_owned(),
        own_brands,
        ..before
    })
}

/// The picture as papers carry it: PNG, no higher than the letterhead can show, without whatever else the file said.
fn small(brought: &str) -> Result<String> {
    let wrong = || invalid("logo");
    let bytes = B64.decode(brought).map_err(|_| wrong())?;
    if bytes.len() > MOST {
        return Err(Problem::with(Code::TooLarge, json!({ "limit": MOST })).into());
    }
    let picture = picture::decode(&bytes, MOST_POINTS, MOST_ALLOC).ok_or_else(wrong)?;
    if picture.width() > picture.height().saturating_mul(WIDEST) {
        return Err(wrong());
    }
    let picture =
        if picture.height() > HEIGHT { picture.resize(HEIGHT * WIDEST, HEIGHT, FilterType::Lanczos3) } else { picture };
    let mut png = Cursor::new(Vec::new());
    DynamicImage::ImageRgba8(picture.into_rgba8()).write_to(&mut png, ImageFormat::Png).map_err(|_| wrong())?;
    Ok(B64.encode(png.into_inner()))
}
