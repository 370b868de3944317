//! The company's own templates of documents (G7), for the admin: what stands in place of the product's own, trying one on examples,
//! publishing it, going back. A template that cannot be set is refused before anybody prints with it. Publishing goes the way of every
//! reference, so that devices print with it too.

use std::collections::BTreeMap;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as B64;
use gongdan_documents::{DocumentError, Language, TEMPLATE_NAMES, Templates, built_in, check_one, preview};
use gongdan_domain::paper::templates::DocumentTemplates;
use gongdan_domain::permission::Permission;
use gongdan_domain::problem::{Code, Problem};
use gongdan_domain::reference::{Reference, ReferenceKind};
use gongdan_domain::seal::sha256_hex;
use serde_json::json;

use crate::error::Result;
use crate::office::args as a;
use crate::office::context::{Context, invalid};
use crate::office::load::Names;
use crate::office::view as v;
use crate::reference::{publish_edition, typed};
use crate::storage::{Published, Reader};

/// The product's longest has a tenth of it.
const MOST: usize = 256_000;

/// What is in force today; nothing was ever published: empty.
fn in_force(ctx: &Context, r: &dyn Reader) -> Result<DocumentTemplates> {
    Ok(ctx.reference(r)?.document_templates(ctx.now).cloned().unwrap_or_default())
}

fn known(name: &str) -> Result<&'static str> {
    TEMPLATE_NAMES.into_iter().find(|known| *known == name).ok_or_else(|| Code::NotFound.into())
}

pub fn list(ctx: &Context, _: a::OfficeNothing) -> Result<v::TemplateList> {
    ctx.read(|r| rows(ctx, r))
}

fn rows(ctx: &Context, r: &dyn Reader) -> Result<v::TemplateList> {
    let own = in_force(ctx, r)?;
    let mut names = Names::new(r);
    let published = r.published(Some(ReferenceKind::DocumentTemplates))?;
    let mut templates = Vec::new();
    for name in TEMPLATE_NAMES {
        let text = own.files.get(name);
        // Since when this very text stands: the first of the unbroken line of versions that hold it.
        let holds = |p: &&Published| p.body["files"][name].as_str() == text.map(String::as_str);
        let since = published.iter().rev().take_while(holds).last().filter(|_| text.is_some());
        templates.push(v::TemplateRow {
            name: name.to_owned(),
            own: text.is_some(),
            bytes: text.map_or_else(|| built_in(name).unwrap_or_default().len(), String::len) as u64,
            since: since.map(|p| p.published_at),
            by: names.maybe(since.and_then(|p| p.published_by))?,
        });
    }
    Ok(v::TemplateList { templates, most_bytes: MOST as u64 })
}

/// The text that is in use, or the product's own to begin from.
pub fn read(ctx: &Context, args: a::ReadTemplate) -> Result<v::TemplateText> {
    let name = known(&args.name)?;
    let own = ctx.read(|r| in_force(ctx, r))?;
    let text = own.files.get(name).filter(|_| args.own);
    let text = text.cloned().or_else(|| built_in(name).map(str::to_owned)).ok_or(Code::NotFound)?;
    ctx.write(move |ctx, tx| ctx.note(tx, "template_taken", name))?;
    Ok(v::TemplateText { name: name.to_owned(), text })
}

/// A template is tried on examples and shown; nothing is kept.
pub fn attempt(ctx: &Context, args: a::TemplateFile) -> Result<v::TemplateTried> {
    let (name, wanted) = wanted(ctx, &args)?;
    let mistakes = mistakes(name, &wanted);
    let about = format!("{name} {}", &sha256_hex(args.text.as_bytes())[..8]);
    let action = if mistakes.is_empty() { "template_tried" } else { "template_refused" };
    ctx.write(move |ctx, tx| ctx.note(tx, action, about))?;
    refuse(mistakes)?;
    let own = Templates::published(&wanted);
    let previews = previews(|language| preview(&own, name, language))?;
    Ok(v::TemplateTried { name: name.to_owned(), bytes: args.text.len() as u64, previews })
}

/// An example in each language; what cannot be set is refused with what is wrong.
pub fn previews(
    set: impl Fn(Language) -> std::result::Result<Vec<u8>, DocumentError>,
) -> Result<Vec<v::TemplatePreview>> {
    let shown = [(Language::Zh, "zh"), (Language::En, "en"), (Language::Both, "both")].map(|(language, code)| {
        let pdf = set(language)?;
        Ok(v::TemplatePreview { language: code.to_owned(), pdf: B64.encode(pdf) })
    });
    let previews: std::result::Result<Vec<_>, DocumentError> = shown.into_iter().collect();
    previews.or_else(|error| refuse(vec![error.to_string()]).map(|()| Vec::new()))
}

pub fn publish_one(ctx: &Context, args: a::TemplateFile) -> Result<v::TemplateList> {
    let (name, wanted) = wanted(ctx, &args)?;
    refuse(mistakes(name, &wanted))?;
    let about = format!("{name} {}", &sha256_hex(args.text.as_bytes())[..8]);
    state(ctx, "template_published", about, move |files| files.insert(name.to_owned(), args.text))
}

/// Back to the product's own. Papers that were printed stay as they are.
pub fn reset(ctx: &Context, args: a::NamedTemplate) -> Result<v::TemplateList> {
    let name = known(&args.name)?;
    if !ctx.read(|r| in_force(ctx, r))?.files.contains_key(name) {
        return Err(Code::Conflict.into());
    }
    state(ctx, "template_reset", name.to_owned(), move |files| files.remove(name))
}

/// What would be in force with this file in its place.
fn wanted(ctx: &Context, args: &a::TemplateFile) -> Result<(&'static str, DocumentTemplates)> {
    let name = known(&args.name)?;
    if args.text.len() > MOST {
        return Err(Problem::with(Code::TooLarge, json!({ "limit": MOST })).into());
    }
    if args.text.trim().is_empty() {
        return Err(invalid("text"));
    }
    let mut own = ctx.read(|r| in_force(ctx, r))?;
    own.files.insert(name.to_owned(), args.text.clone());
    Ok((name, own))
}

fn mistakes(name: &str, wanted: &DocumentTemplates) -> Vec<String> {
    check_one(&Templates::published(wanted), name)
}

fn refuse(mistakes: Vec<String>) -> Result<()> {
    if mistakes.is_empty() {
        return Ok(());
    }
    // One template is often wrong in every document that it takes part in, at the same place.
    let mut said: Vec<&str> = mistakes.iter().flat_map(|all| all.split("; ")).collect();
    said.dedup();
    Err(Problem::with(Code::TemplateBroken, json!({ "mistakes": said })).into())
}

/// Publishes the whole set as it is with one change. A day can see several: the later version counts.
fn state(
    ctx: &Context,
    action: &'static str,
    about: String,
    change: impl FnOnce(&mut BTreeMap<String, String>) -> Option<String> + Send + 'static,
) -> Result<v::TemplateList> {
    ctx.write(move |ctx, tx| {
        let mut own = in_force(ctx, tx)?;
        change(&mut own.files);
        let today = ctx.reference(tx)?.day(ctx.now);
        publish_edition(tx, ctx.now, Some(ctx.who.person), |version| {
            Reference::DocumentTemplates(DocumentTemplates { version, valid_from: today.max(own.valid_from), ..own })
        })?;
        ctx.note(tx, action, about)?;
        rows(ctx, tx)
    })
}

/// Published as a whole, from outside the form: the same person, the same trial.
pub fn whole(ctx: &Context, published: &Published) -> Result<()> {
    let Some(Reference::DocumentTemplates(own)) = typed(published) else { return Ok(()) };
    if !ctx.may(Permission::AdministerUsers) {
        return Err(Code::NotAllowed.into());
    }
    refuse(gongdan_documents::check(&Templates::published(&own)))
}
