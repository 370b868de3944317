//! One order whole: the content from the exact bytes that were signed, what can be said about its seal (G6), and what surrounds it.

use std::collections::BTreeMap;

use gongdan_documents::difference::between_revisions;
use gongdan_domain::fact::FactBody;
use gongdan_domain::seal::{ChainHead, SealPayload, SealedDocument, public_key};
use gongdan_domain::sync::change::FileRef;
use gongdan_domain::sync::wire::{RecordBody, SignedCertificate};
use gongdan_domain::visit::VisitState;
use gongdan_domain::work_order::{OrderDocument, Signing};

use super::{archive_no, month, row};
use crate::error::Result;
use crate::index;
use crate::office::args as a;
use crate::office::context::Context;
use crate::office::load::{self, Names};
use crate::office::view as v;
use crate::storage::{Reader, SealedRow, StoredFact};

/// A sealed revision, read. An unreadable one shows as its hash alone.
struct Revision {
    document: SealedDocument,
    files: Vec<FileRef>,
    receipt: gongdan_domain::seal::Receipt,
    payload: Option<SealPayload>,
}

impl Revision {
    fn of(sealed: SealedRow) -> Option<Self> {
        let RecordBody::Sealed { document, files, receipt, .. } = sealed.body else { return None };
        let payload = serde_json::from_str(&document.payload).ok();
        Some(Self { document, files, receipt, payload })
    }

    fn content(&self) -> Option<OrderDocument> {
        serde_json::from_value(self.payload.as_ref()?.content.clone()).ok()
    }
}

/// Files that were given up, with the reason.
pub fn declared_lost(facts: &[StoredFact]) -> BTreeMap<String, String> {
    let stated = facts.iter().filter(|stored| !stored.retracted);
    stated
        .filter_map(|stored| match FactBody::of(&stored.fact) {
            Some(FactBody::DeclaredLost { hash, reason }) => Some((hash, reason)),
            _ => None,
        })
        .collect()
}

pub fn open(ctx: &Context, args: a::OpenOrder) -> Result<v::OfficeOrder> {
    ctx.read(|r| {
        let reference = ctx.reference(r)?;
        let mut names = Names::new(r);
        let listed = load::of_order(r, args.order)?;
        let (job, visit) = (listed.at.job, listed.at.visit);
        let stored = r.facts(job)?;
        let facts: Vec<_> = stored.iter().filter(|f| !f.retracted).map(|f| f.fact.clone()).collect();
        let state = index::visit_state(r, visit, &facts)?;
        let revisions: Vec<_> = r.sealed_of(args.order.0)?.into_iter().filter_map(Revision::of).collect();
        let shown = listed.row.seal.as_ref().and_then(|s| revisions.iter().find(|rev| rev.document.hash == s.hash));
        let shown = shown.or(revisions.last());
        let document = shown.and_then(Revision::content);
        let month = month(&reference, ctx.now);
        let of_visit = |about: Option<_>| about.is_none_or(|about| about == visit);
        let findings = load::findings(&mut names, r.findings_of_job(job)?)?;
        let mut owed = index::owed(&reference, job, &facts, ctx.now);
        owed.retain(|o| of_visit(o.visit));
        let order = v::OfficeOrder {
            row: row(ctx, &mut names, &reference, &listed)?,
            seal: shown.map(|rev| seal(ctx, r, rev)).transpose()?,
            ink: document.as_ref().and_then(|d| match &d.signing {
                Some(Signing::Signed { ink, .. }) => Some(ink.clone()),
                _ => None,
            }),
            document,
            files: files(r, shown, &state, &declared_lost(&stored))?,
            revisions: revisions
                .iter()
                .map(|rev| revision(&mut names, &state, &revisions, rev))
                .collect::<Result<_>>()?,
            findings: findings.into_iter().filter(|f| of_visit(f.finding.visit)).collect(),
            questions: state.questions.clone(),
            timeline: load::timeline(&mut names, &stored, Some(visit))?,
            visit: state,
            obligations: owed,
            pdf_url: format!("/api/office/orders/{}/pdf", args.order),
            next_archive_no: archive_no(&month, r.archive_count(&month)? + 1),
        };
        Ok(if ctx.sees_money() { order } else { without_money(order) })
    })
}

fn seal(ctx: &Context, r: &dyn Reader, revision: &Revision) -> Result<v::SealView> {
    let document = &revision.document;
    let device = r.device(document.device_id)?;
    let key = device.as_ref().and_then(|d| public_key(&d.public_key));
    let genesis = device.as_ref().and_then(|d| serde_json::from_str::<SignedCertificate>(&d.certificate).ok());
    let before = match document.seal_no {
        0 | 1 => Vec::new(),
        no => r.sealed_by_device(document.device_id, no - 1)?,
    };
    let before = before.into_iter().find(|sealed| sealed.hash == document.previous);
    // Two seals with one number: neither is the link of an unbroken chain.
    let alone = r.sealed_by_device(document.device_id, document.seal_no)?.len() == 1;
    let first = genesis.is_some_and(|certificate| ChainHead::genesis(&certificate).follow(document).is_ok());
    let sealed_at = revision.payload.as_ref().map_or(revision.receipt.received_at, |payload| payload.sealed_at);
    Ok(v::SealView {
        hash: document.hash.clone(),
        seal_no: u32::try_from(document.seal_no).unwrap_or(u32::MAX),
        device: document.device_id,
        device_name: device.map(|d| d.name).unwrap_or_default(),
        content_ok: key.is_some_and(|key| document.open(&key).is_ok()),
        chain_ok: alone && (first || before.is_some()),
        follows: before.and_then(Revision::of).and_then(|rev| rev.content()).map(|content| content.order_no),
        sealed_at,
        countersigned_at: revision.receipt.received_at,
        countersignature_ok: revision.receipt.verify(&ctx.core.keys.signing.verifying_key()).is_ok(),
    })
}

/// What the seal names and what else was photographed, each once.
fn files(
    r: &dyn Reader,
    revision: Option<&Revision>,
    state: &VisitState,
    lost: &BTreeMap<String, String>,
) -> Result<Vec<v::OrderFile>> {
    let sealed = revision.map(|rev| rev.files.as_slice()).unwrap_or_default();
    let mut files = Vec::<v::OrderFile>::new();
    for file in sealed.iter().chain(state.photos.iter().map(|photo| &photo.file)) {
        if files.iter().any(|known| known.file.hash == file.hash) {
            continue;
        }
        files.push(v::OrderFile {
            here: r.file(&file.hash)?.is_some_and(|known| known.complete_at.is_some()),
            declared_lost: lost.get(&file.hash).cloned(),
            url: format!("/api/office/file/{}", file.hash),
            file: file.clone(),
        });
    }
    Ok(files)
}

fn revision(
    names: &mut Names<'_>,
    state: &VisitState,
    all: &[Revision],
    revision: &Revision,
) -> Result<v::RevisionView> {
    let document = &revision.document;
    let by = match names.r.device(document.device_id)? {
        Some(device) => names.of(device.person)?,
        None => v::PersonName { id: uuid::Uuid::nil().into(), name: String::new() },
    };
    let content = revision.content();
    let supersedes = content.as_ref().and_then(|content| content.supersedes.clone());
    let rivals = || {
        all.iter().filter(|other| other.document.revision == document.revision && other.document.hash != document.hash)
    };
    let before = match &supersedes {
        Some(before) => all.iter().find(|other| other.document.hash == before.hash),
        None => rivals().next(),
    };
    let contents = before.and_then(|before| before.payload.as_ref()).zip(revision.payload.as_ref());
    Ok(v::RevisionView {
        revision: document.revision,
        hash: document.hash.clone(),
        sealed_at: revision.payload.as_ref().map_or(revision.receipt.received_at, |payload| payload.sealed_at),
        reason: supersedes.map(|s| s.reason).unwrap_or_default(),
        by,
        number: content.map(|content| content.order_no).unwrap_or_default(),
        rival: rivals().next().is_some(),
        beaten: !state.standing().iter().any(|seal| seal.hash == document.hash),
        changes: contents.map(|(a, b)| between_revisions(&a.content, &b.content)).unwrap_or_default(),
    })
}

/// For roles that may not see money: no document, and no amount beside it.
fn without_money(mut order: v::OfficeOrder) -> v::OfficeOrder {
    order.document = None;
    for revision in &mut order.revisions {
        revision
            .changes
            .retain(|changed| !["fees", "consent", "payment"].iter().any(|top| changed.field.starts_with(top)));
    }
    order.timeline.iter_mut().for_each(|moment| load::without_money(&mut moment.body));
    order.findings.iter_mut().for_each(|row| load::without_money(&mut row.finding.details));
    load::visit_without_money(&mut order.visit);
    order
}
