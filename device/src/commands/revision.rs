//! After the seal (G5, G3): the order is opened for its next revision or closed again, its revisions are read side by side, and a customer
//! who had not signed does so later. Refuses to touch what was sealed.

use gongdan_documents::difference::between_revisions;
use gongdan_domain::fact::{About, FactBody};
use gongdan_domain::id::derived;
use gongdan_domain::problem::Code;
use gongdan_domain::visit::breach::breaches;
use gongdan_domain::work_order::attestation::{ATTESTATION, Attestation};
use gongdan_domain::work_order::{OrderDocument, Signing, WORK_ORDER};

use crate::assemble::Case;
use crate::assemble::order::{document_of, payload};
use crate::commands::order::{choice, given};
use crate::commands::{args, job};
use crate::device::Device;
use crate::error::Result;
use crate::store::Reader;
use crate::store::sealed::Sealed;
use crate::view::job::JobView;
use crate::view::revision::{OrderRevision, OrderRevisions};

/// Opens the sealed order for its next revision. Opening it twice is opening it once.
pub fn open(device: &Device, args: args::OpenRevision) -> Result<JobView> {
    device.write(|tx| {
        let case = Case::load(tx, args.job, None)?;
        if case.state.revising.is_some() {
            return Ok(());
        }
        let sealed = case.state.sealed().ok_or(Code::NotSealed)?;
        let body = FactBody::RevisionOpened {
            order: case.visit.order(),
            revision: sealed.revision + 1,
            supersedes: sealed.hash.clone(),
            reason: args.reason.trim().to_owned(),
        };
        super::record::take(tx, About { job: case.job, visit: Some(case.visit) }, body)
    })?;
    job::view(device, args.job)
}

/// Gives the revision up: the sealed order is what it was. What was entered meanwhile stays recorded on the visit.
pub fn give_up(device: &Device, args: args::OfJob) -> Result<JobView> {
    device.write(|tx| {
        let case = Case::load(tx, args.job, None)?;
        let Some(open) = &case.state.revising else { return Ok(()) };
        tx.retract(About { job: case.job, visit: Some(case.visit) }, vec![open.fact], "")
    })?;
    job::view(device, args.job)
}

/// Every sealed revision, newest first.
pub fn list(device: &Device, args: args::OfJob) -> Result<OrderRevisions> {
    device.read(|r| {
        let case = Case::load(r, args.job, None)?;
        let mut sealed: Vec<Sealed> = of_visit(r, &case)?;
        sealed.sort_by_key(|s| std::cmp::Reverse((s.document.revision, s.document.seal_no)));
        let revisions = sealed.iter().map(|one| revision(r, &case, &sealed, one)).collect::<Result<_>>()?;
        Ok(OrderRevisions { revisions, contested: case.state.contested() })
    })
}

fn of_visit(r: &Reader, case: &Case) -> Result<Vec<Sealed>> {
    let orders = r.sealed(case.job)?.into_iter();
    Ok(orders.filter(|s| s.visit == case.visit && s.document.kind == WORK_ORDER).collect())
}

fn revision(r: &Reader, case: &Case, all: &[Sealed], one: &Sealed) -> Result<OrderRevision> {
    let document: Option<OrderDocument> = document_of(one);
    let supersedes = document.as_ref().and_then(|d| d.supersedes.clone());
    let before =
        supersedes.as_ref().and_then(|s| all.iter().find(|other| other.document.hash == s.hash)).and_then(payload);
    let mine = payload(one);
    let (hash, state) = (&one.document.hash, &case.state);
    Ok(OrderRevision {
        hash: hash.clone(),
        revision: one.document.revision,
        order_no: document.as_ref().map(|d| d.order_no.clone()).unwrap_or_default(),
        sealed_at: mine.as_ref().map(|p| p.sealed_at.to_rfc3339()).unwrap_or_default(),
        reason: supersedes.map(|s| s.reason).unwrap_or_default(),
        choice: state.seals.iter().find(|s| s.hash == *hash).map(|s| s.choice),
        current: state.sealed().is_some_and(|s| s.hash == *hash),
        beaten: !state.standing().iter().any(|s| s.hash == *hash),
        attested: state.attestation(hash).cloned(),
        changes: before
            .zip(mine)
            .map(|(before, mine)| between_revisions(&before.content, &mine.content))
            .unwrap_or_default(),
        sheet: document.map(|document| super::document::sheet(r, &document)).transpose()?,
    })
}

/// G3: the customer signs, or says no, after the order was sealed: an own sealed document over its hash. The order stays as it was.
pub fn attest(device: &Device, args: args::AttestOrder) -> Result<JobView> {
    device.write(|tx| {
        let case = Case::load(tx, args.job, None)?;
        let sealed = case.sealed.as_ref().filter(|s| s.document.hash == args.order_hash).ok_or(Code::OrderChanged)?;
        let order_no = case.state.sealed().map(|s| s.order_no.clone()).ok_or(Code::NotSealed)?;
        let signing = given(args.signing, tx.now())?;
        let about = About { job: case.job, visit: Some(case.visit) };
        let body = |hash: String| FactBody::OrderAttested {
            order: case.visit.order(),
            order_hash: args.order_hash.clone(),
            hash,
            choice: choice(&signing),
            name: if let Signing::Signed { name, .. } = &signing { name.clone() } else { String::new() },
            position: args.position.clone(),
        };
        if let Some(no) =
            breaches(&case.state, &body(String::new()), &case.circumstances()).into_iter().find_map(|b| b.refusal)
        {
            return Err(no.into());
        }
        let order = case.visit.order();
        let content =
            Attestation::of(order, order_no, sealed.document.revision, args.order_hash.clone(), signing.clone());
        let id = derived(order.0, &format!("attestation/{}", args.order_hash));
        let link = tx.seal(id, 1, ATTESTATION, about, serde_json::to_value(&content)?, Vec::new())?;
        tx.fact(about, body(link.hash), Vec::new())
    })?;
    job::view(device, args.job)
}
