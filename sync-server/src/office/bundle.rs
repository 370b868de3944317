//! H5 at the console: what a month would give, making it, how far it is, and who took it. Making itself is `crate::bundle`.

use axum::body::Body;
use axum::extract::{Path, State};
use axum::http::HeaderMap;
use axum::response::{IntoResponse as _, Response};
use gongdan_domain::permission::{Permission, may};
use gongdan_domain::problem::Code;
use tokio::io::AsyncReadExt as _;

use crate::auth;
use crate::bundle::desk::BundleState;
use crate::core::Shared;
use crate::office::download::disposition;
use crate::router::Address;

use crate::bundle::{self, BundleCopy, Plan, desk};
use crate::error::Result;
use crate::office::args as a;
use crate::office::context::{Context, invalid};
use crate::office::load::Names;
use crate::office::view as v;

/// Orders whose missing files are named; the rest is counted.
const NAMED: usize = 100;

/// Bytes that are read from a bundle at a time.
const PIECE: usize = 64 * 1024;

fn needed(copy: BundleCopy) -> Permission {
    match copy {
        BundleCopy::Full => Permission::ReadMoney,
        BundleCopy::Technical => Permission::TakeTechnicalCopy,
    }
}

/// Whether somebody may take such a copy.
pub fn may_take(ctx: &Context, copy: BundleCopy) -> bool {
    ctx.may(needed(copy))
}

/// What a month holds, before anything is made.
pub fn month(ctx: &Context, args: a::BundleMonth) -> Result<v::BundleMonth> {
    ctx.read(|r| {
        let plan = bundle::plan(&ctx.core, r, &args.month, BundleCopy::Full, false)?.ok_or_else(|| invalid("month"))?;
        let lacking = plan.entries.iter().filter(|entry| entry.missing > 0);
        let missing = lacking.clone().take(NAMED).map(|entry| v::BundleMissing {
            order: entry.order,
            number: entry.number.clone(),
            customer: entry.customer.clone(),
            files: entry.missing,
        });
        let mut names = Names::new(r);
        let made = ctx.core.bundles.list().into_iter().filter(|made| may_take(ctx, made.copy));
        Ok(v::BundleMonth {
            month: args.month,
            orders: u32::try_from(plan.entries.len()).unwrap_or(u32::MAX),
            photo_bytes: plan.photo_bytes,
            incomplete: u32::try_from(lacking.count()).unwrap_or(u32::MAX),
            missing: missing.collect(),
            full: may_take(ctx, BundleCopy::Full),
            technical: may_take(ctx, BundleCopy::Technical),
            bundles: made.map(|made| view(&mut names, made)).collect::<Result<_>>()?,
        })
    })
}

pub fn full(ctx: &Context, args: a::MakeBundle) -> Result<v::BundleView> {
    make(ctx, &args, BundleCopy::Full)
}

pub fn technical(ctx: &Context, args: a::MakeBundle) -> Result<v::BundleView> {
    make(ctx, &args, BundleCopy::Technical)
}

fn make(ctx: &Context, args: &a::MakeBundle, copy: BundleCopy) -> Result<v::BundleView> {
    if ctx.core.bundles.busy() {
        return Err(Code::Conflict.into());
    }
    let english = args.language == "en";
    let plan: Plan =
        ctx.read(|r| bundle::plan(&ctx.core, r, &args.month, copy, english))?.ok_or_else(|| invalid("month"))?;
    if plan.entries.is_empty() {
        return Err(Code::NotFound.into());
    }
    let about = about(copy, &args.month);
    ctx.write(move |ctx, tx| ctx.note(tx, "bundle_made", about))?;
    let by = ctx.read(|r| Names::new(r).of(ctx.who.person))?;
    let begun = desk::begin(&ctx.core, plan, by)?;
    ctx.read(|r| view(&mut Names::new(r), begun))
}

/// The line of the trail.
pub fn about(copy: BundleCopy, month: &str) -> String {
    let copy = match copy {
        BundleCopy::Full => "full",
        BundleCopy::Technical => "technical",
    };
    format!("{month} {copy}")
}

pub fn cancel(ctx: &Context, args: a::NamedBundle) -> Result<v::OfficeDone> {
    let bundle = ctx.core.bundles.get(args.bundle).ok_or(Code::NotFound)?;
    if bundle.by != ctx.who.person && !may_take(ctx, bundle.copy) {
        return Err(Code::NotAllowed.into());
    }
    ctx.core.bundles.cancel(args.bundle);
    Ok(v::OfficeDone {})
}

fn view(names: &mut Names<'_>, made: desk::Bundle) -> Result<v::BundleView> {
    Ok(v::BundleView {
        bundle: made.id,
        by: names.of(made.by)?,
        month: made.month,
        copy: made.copy,
        asked_at: made.asked_at,
        orders: made.orders,
        done: made.done,
        missing: made.missing,
        state: made.state,
        bytes: made.bytes,
        url: format!("/api/office/bundles/{}", made.id),
    })
}

/// A finished bundle, piece by piece; who took it and when is in the trail before the first byte.
pub async fn download(
    State(core): State<Shared>,
    Path(id): Path<String>,
    from: Address,
    headers: HeaderMap,
) -> Result<Response> {
    let made = core
        .write(move |core, tx| {
            let user = auth::reader(core, tx, &headers)?;
            // Who may take none learns nothing about which there are.
            if ![BundleCopy::Full, BundleCopy::Technical].into_iter().any(|copy| may(user.role, needed(copy))) {
                return Err(Code::NotAllowed.into());
            }
            let id: uuid::Uuid = id.parse().map_err(|_| Code::NotFound)?;
            let made = core.bundles.get(id).filter(|made| made.state == BundleState::Ready).ok_or(Code::NotFound)?;
            if !may(user.role, needed(made.copy)) {
                return Err(Code::NotAllowed.into());
            }
            let about = about(made.copy, &made.month);
            auth::note_from(tx, core.now(), Some(user.person), Some(from.0), "bundle_taken", &about)?;
            Ok(made)
        })
        .await?;
    let file = tokio::fs::File::open(desk::path(&core, made.id)).await?;
    let pieces = futures_util::stream::try_unfold(file, |mut file: tokio::fs::File| async move {
        let mut piece = vec![0; PIECE];
        let read = file.read(&mut piece).await?;
        piece.truncate(read);
        Ok::<_, std::io::Error>((read > 0).then_some((piece, file)))
    });
    let copy = if made.copy == BundleCopy::Technical { "_technical" } else { "" };
    let headers = [
        ("content-type", "application/zip".to_owned()),
        ("content-length", made.bytes.to_string()),
        ("content-disposition", disposition("attachment", &format!("gongdan_{}{copy}.zip", made.month))),
    ];
    Ok((headers, Body::from_stream(pieces)).into_response())
}
