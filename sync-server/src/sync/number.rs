//! The book of numbers (G1): every number of an order or a receipt stands in the database once. A number that two documents bear and a
//! place in a device's sequence that was left out are findings; both documents are kept, nothing is refused.

use gongdan_domain::fact::FactBody;
use gongdan_domain::finding::FindingCode;
use gongdan_domain::number::{Claim, NumberState, Numbered};
use gongdan_domain::sync::change::Fact;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::core::Env;
use crate::error::Result;
use crate::storage::{NumberRow, Tx};
use crate::sync::apply::Author;

/// More missing numbers than these are not named one by one.
const NAMED: u32 = 20;

/// Enters what a fact says into the book; answers what does not fit.
pub fn enter(
    tx: &mut dyn Tx,
    env: &Env,
    author: &Author,
    fact: &Fact,
    body: &FactBody,
) -> Result<Vec<(FindingCode, Value)>> {
    let Some(Claim { number, owner, state, reason }) = Claim::of(body) else { return Ok(Vec::new()) };
    let mut found = Vec::new();
    let known = tx.number(number)?;
    if let Some(known) = &known {
        if let Some(twice) = contradiction(known, owner, state) {
            found.push((
                FindingCode::NumberTwice,
                json!({ "number": number, "was": known.state, "now": state, "owners": twice }),
            ));
            return Ok(found);
        }
        // A document that was sealed is not drawn again by a fact that came late.
        let voided = known.state == NumberState::Sealed && state == NumberState::Void;
        if state == NumberState::Drawn || (known.state != NumberState::Drawn && !voided) {
            return Ok(found);
        }
    } else {
        found.extend(gap(tx, author, number)?);
    }
    let read = Numbered::read(number);
    let prefix = read.as_ref().map(|n| n.prefix.as_str());
    let device = tx.device(author.device)?.filter(|device| Some(device.number_prefix.as_str()) == prefix);
    tx.put_number(&NumberRow {
        number: number.to_owned(),
        device: device.map(|device| device.id),
        mark: read.as_ref().map(|n| n.mark.clone()).unwrap_or_default(),
        count: read.map_or(0, |n| n.count),
        owner: owner.or(known.as_ref().and_then(|k| k.owner)),
        state,
        reason: reason.to_owned(),
        by: author.person,
        job: fact.job,
        claimed_at: known.map_or(env.now, |k| k.claimed_at),
        changed_at: env.now,
    })?;
    Ok(found)
}

/// Two owners, or a document under a number that was void, or the other way round.
fn contradiction(known: &NumberRow, owner: Option<Uuid>, state: NumberState) -> Option<[Option<Uuid>; 2]> {
    let other = matches!((known.owner, owner), (Some(was), Some(is)) if was != is);
    let revived = match (known.state, state) {
        (NumberState::Void, NumberState::Sealed) => true,
        // A receipt is voided by its own name; an order that was sealed is corrected, never voided.
        (NumberState::Sealed, NumberState::Void) => owner.is_none(),
        _ => false,
    };
    (other || revived).then_some([known.owner, owner])
}

/// Places between the last known number of this device and this one.
fn gap(tx: &dyn Tx, author: &Author, number: &str) -> Result<Option<(FindingCode, Value)>> {
    let Some(read) = Numbered::read(number) else { return Ok(None) };
    let own = tx.device(author.device)?.is_some_and(|device| device.number_prefix == read.prefix);
    let last = if own { tx.last_number(author.device, &read.mark)? } else { return Ok(None) };
    if read.count <= last + 1 {
        return Ok(None);
    }
    let missing: Vec<u32> = (last + 1..read.count).take(NAMED as usize).collect();
    Ok(Some((FindingCode::NumberGap, json!({ "number": number, "last": last, "missing": missing }))))
}
