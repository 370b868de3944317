//! After a restore, and where a network is missing: what never came, what devices offer, and exported work that somebody brings as a
//! file. Refuses to decide for a person what is taken back.

use std::collections::{BTreeMap, BTreeSet};

use axum::body::Body;
use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::Response;
use gongdan_domain::entity::Fields;
use gongdan_domain::id::DeviceId;
use gongdan_domain::permission::Permission;
use gongdan_domain::sync::merge::Head;
use gongdan_domain::sync::wire::RecordBody;

use crate::core::{Shared, off_thread};
use crate::error::Result;
use crate::office::context::Context;
use crate::office::door::enter;
use crate::office::load::Names;
use crate::office::{Door, args as a, view as v};
use crate::router::Address;
use crate::storage::{Offered, Reader};
use crate::sync::{attachment, recover};
use crate::{body, import};

/// Who may bring a file of exported work.
pub const IMPORTS: Door = Door::Needs(Permission::AdministerUsers);

/// `POST /api/office/upload/work`: the file as it is.
pub async fn import(State(core): State<Shared>, address: Address, headers: HeaderMap, body: Body) -> Result<Response> {
    let ctx = enter(&core, IMPORTS, &headers, address).await?;
    let file = body::bytes(&headers, body::FILE, body, attachment::MAX_WORK).await?;
    let imported = off_thread(move || import::work(&ctx.core, &file, Some(ctx.who.person))).await?;
    body::answer(&headers, &imported)
}

/// What is still missing of the numbers that were given up: some may have come by another road since.
pub fn holes(r: &dyn Reader, device: DeviceId) -> Result<Vec<v::HoleRange>> {
    let mut open = Vec::<v::HoleRange>::new();
    for (_, from, to) in r.holes()?.into_iter().filter(|(of, _, _)| *of == device) {
        let came: BTreeSet<u64> = r
            .changes_after(device, from.saturating_sub(1))?
            .iter()
            .map(|change| change.device_seq)
            .take_while(|seq| *seq <= to)
            .collect();
        let mut next = from;
        for seq in came {
            if seq > next {
                open.push(v::HoleRange { from: next, to: seq - 1 });
            }
            next = seq + 1;
        }
        if next <= to {
            open.push(v::HoleRange { from: next, to });
        }
    }
    Ok(open)
}

pub fn list(ctx: &Context, _: a::OfficeNothing) -> Result<Vec<v::OfferedRow>> {
    ctx.read(|r| {
        let mut names = Names::new(r);
        let mut rows = BTreeMap::<String, v::OfferedRow>::new();
        let mut order = Vec::new();
        for offered in recover::waiting(r)? {
            let device =
                r.device(offered.device)?.map(|d| format!("{} {}", d.number_prefix, d.name)).unwrap_or_default();
            if let Some(row) = rows.get_mut(&offered.id) {
                row.devices.push(device);
                continue;
            }
            order.push(offered.id.clone());
            rows.insert(offered.id.clone(), row(ctx, &mut names, offered, device)?);
        }
        Ok(order.iter().filter_map(|id| rows.remove(id)).collect())
    })
}

fn row(ctx: &Context, names: &mut Names<'_>, offered: Offered, device: String) -> Result<v::OfferedRow> {
    let (record, kind, title, by, at) = match &offered.record.body {
        RecordBody::Entity { entity, fields } => {
            let newest: Option<&Head> = fields.values().flat_map(|f| &f.heads).max_by_key(|head| head.at);
            let shown = Fields(fields.clone());
            let title = ["name", "serial_no", "symptom", "model"].map(|field| shown.text(field).to_owned());
            let title = title.into_iter().find(|text| !text.is_empty()).unwrap_or_default();
            ("entity", entity.kind.clone(), title, newest.map(|h| h.by), newest.map(|h| h.at))
        }
        RecordBody::Fact { fact, .. } => {
            let number = fact.body["order_no"].as_str().or(fact.body["text"].as_str()).unwrap_or_default().to_owned();
            ("fact", fact.kind.clone(), number, Some(fact.by), Some(fact.at.corrected()))
        }
        RecordBody::Sealed { document, receipt, .. } => {
            let payload: serde_json::Value = serde_json::from_str(&document.payload)?;
            let number = payload["content"]["order_no"].as_str().unwrap_or_default().to_owned();
            let by = names.r.device(document.device_id)?.map(|d| d.person);
            ("sealed", document.kind.clone(), number, by, Some(receipt.received_at))
        }
        RecordBody::Reference { kind, version, .. } => ("reference", kind.clone(), version.clone(), None, None),
        _ => ("retraction", String::new(), String::new(), None, None),
    };
    let proved = matches!(&offered.record.body, RecordBody::Sealed { receipt, document, .. }
        if receipt.hash == document.hash && receipt.verify(&ctx.core.keys.signing.verifying_key()).is_ok());
    Ok(v::OfferedRow {
        id: offered.id,
        record: record.to_owned(),
        kind,
        title,
        by: names.maybe(by)?,
        at,
        devices: vec![device],
        proved,
    })
}

pub fn settle(ctx: &Context, args: a::SettleOffered) -> Result<v::OfficeDone> {
    ctx.write(move |ctx, tx| {
        let ids: BTreeSet<String> = args.ids.into_iter().collect();
        let env = ctx.core.env(tx)?;
        let devices: BTreeSet<DeviceId> =
            tx.offered()?.into_iter().filter(|one| ids.contains(&one.id)).map(|one| one.device).collect();
        if args.take {
            let taken = recover::take_back(tx, &env, ctx.who.person, &ids)?;
            ctx.note(tx, "offered_taken", taken.to_string())?;
        } else {
            for id in &ids {
                tx.settle_offer(id, ctx.who.person, ctx.now)?;
            }
            ctx.note(tx, "offered_left", ids.len().to_string())?;
        }
        let waits: BTreeSet<DeviceId> = recover::waiting(tx)?.into_iter().map(|one| one.device).collect();
        devices.difference(&waits).try_for_each(|device| recover::close(tx, &env, ctx.who.person, *device))?;
        Ok(v::OfficeDone {})
    })
}
