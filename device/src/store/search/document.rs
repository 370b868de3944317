//! From records to documents of the index: what of a customer, machine, job, fault, part or fee can be found, and how the hit reads.
//! Works off what the triggers marked; an unchanged document costs no write.

use gongdan_domain::catalogue::{PartCatalogue, Words};
use gongdan_domain::entity::{customer, job, machine};
use gongdan_domain::fees::{FeePrice, FeeSchedule};
use gongdan_domain::knowledge::FaultKnowledge;
use rusqlite::{Connection, OptionalExtension as _, params};
use serde::Deserialize;
use std::collections::{BTreeMap, BTreeSet};

use super::letter;
use super::text::{Segments, tokens};
use crate::error::Result;
use crate::view::find::HitKind;

struct Document {
    key: String,
    title: Words,
    line: Words,
    price_fen: Option<i64>,
    text: String,
}

/// Indexes up to `most` marked records. Answers whether more wait.
pub fn refresh(connection: &Connection, most: u32) -> Result<bool> {
    let sql = "SELECT kind, id FROM search_dirty ORDER BY kind, id LIMIT ?1";
    let marked: Vec<(String, String)> = connection
        .prepare_cached(sql)?
        .query_map([most], |row| Ok((row.get(0)?, row.get(1)?)))?
        .collect::<rusqlite::Result<_>>()?;
    for (kind, id) in &marked {
        match kind.as_str() {
            "customer" => of_customer(connection, id)?,
            "machine" => of_machine(connection, id)?,
            "job" => of_job(connection, id)?,
            _ => of_reference(connection, id)?,
        }
        connection.prepare_cached("DELETE FROM search_dirty WHERE kind = ?1 AND id = ?2")?.execute([kind, id])?;
    }
    Ok(connection.prepare_cached("SELECT 1 FROM search_dirty LIMIT 1")?.exists([])?)
}

pub(super) fn name(kind: HitKind) -> &'static str {
    match kind {
        HitKind::Customer => "customer",
        HitKind::Machine => "machine",
        HitKind::Order => "order",
        HitKind::Fault => "fault",
        HitKind::Part => "part",
        HitKind::Fee => "fee",
    }
}

/// The texts of an entity as shown, by field.
fn shown(connection: &Connection, kind: &str, id: &str) -> Result<BTreeMap<String, String>> {
    let sql = "SELECT field, shown FROM register WHERE kind = ?1 AND entity = ?2 AND shown IS NOT NULL";
    let mut statement = connection.prepare_cached(sql)?;
    let rows = statement.query_map([kind, id], |row| Ok((row.get(0)?, row.get(1)?)))?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}

fn of<'a>(fields: &'a BTreeMap<String, String>, field: &str) -> &'a str {
    fields.get(field).map_or("", |text| text.trim())
}

/// Texts that are there, joined for a line.
fn line(texts: &[&str]) -> String {
    texts.iter().filter(|t| !t.is_empty()).copied().collect::<Vec<_>>().join(" · ")
}

fn same(text: String) -> Words {
    Words { zh: text, en: String::new() }
}

/// Writes, rewrites or removes one document.
fn put(connection: &Connection, kind: HitKind, key: &str, document: Option<Document>) -> Result<()> {
    let sql = "SELECT id, text FROM search_document WHERE kind = ?1 AND key = ?2";
    let before: Option<(i64, String)> = connection
        .prepare_cached(sql)?
        .query_row([name(kind), key], |row| Ok((row.get(0)?, row.get(1)?)))
        .optional()?;
    let reindex = match (&before, &document) {
        (Some((_, text)), Some(document)) => *text != document.text,
        _ => true,
    };
    if let Some((id, _)) = &before
        && reindex
    {
        connection.prepare_cached("DELETE FROM search_index WHERE rowid = ?1")?.execute([id])?;
    }
    let Some(document) = document else {
        connection
            .prepare_cached("DELETE FROM search_document WHERE kind = ?1 AND key = ?2")?
            .execute([name(kind), key])?;
        return Ok(());
    };
    let sql = "INSERT INTO search_document (kind, key, title, title_en, line, line_en, price_fen, text) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)
               ON CONFLICT (kind, key) DO UPDATE SET title = excluded.title, title_en = excluded.title_en, line = excluded.line,
               line_en = excluded.line_en, price_fen = excluded.price_fen, text = excluded.text RETURNING id";
    let id: i64 = connection.prepare_cached(sql)?.query_row(
        params![
            name(kind),
            document.key,
            document.title.zh,
            document.title.en,
            document.line.zh,
            document.line.en,
            document.price_fen,
            document.text
        ],
        |row| row.get(0),
    )?;
    if reindex {
        let tokens = tokens(letter(kind), &document.text);
        connection
            .prepare_cached("INSERT INTO search_index (rowid, tokens) VALUES (?1, ?2)")?
            .execute(params![id, tokens])?;
    }
    Ok(())
}

fn of_customer(connection: &Connection, id: &str) -> Result<()> {
    let fields = shown(connection, "customer", id)?;
    let name = of(&fields, customer::NAME);
    // A name that changed is also the name on the customer's machines and jobs.
    let before: Option<String> = connection
        .prepare_cached("SELECT title FROM search_document WHERE kind = 'customer' AND key = ?1")?
        .query_row([id], |row| row.get(0))
        .optional()?;
    if before.as_deref().unwrap_or_default() != name {
        let sql = "INSERT OR IGNORE INTO search_dirty (kind, id)
                   SELECT kind, entity FROM register WHERE kind IN ('machine', 'job') AND field = 'customer' AND shown = ?1";
        connection.prepare_cached(sql)?.execute([id])?;
    }
    let document = (!fields.is_empty()).then(|| {
        let mut text = Segments::default();
        text.named(name);
        text.plain(of(&fields, customer::NAME_EN));
        text.named(of(&fields, customer::CONTACT_NAME));
        for field in [customer::ADDRESS, customer::PHONE, customer::MOBILE, customer::INDUSTRY, customer::NOTE] {
            text.plain(of(&fields, field));
        }
        Document {
            key: id.to_owned(),
            title: Words::new(name, of(&fields, customer::NAME_EN)),
            line: same(line(&[
                of(&fields, customer::CONTACT_NAME),
                of(&fields, customer::PHONE),
                of(&fields, customer::ADDRESS),
            ])),
            price_fen: None,
            text: text.text(),
        }
    });
    put(connection, HitKind::Customer, id, document)
}

fn of_machine(connection: &Connection, id: &str) -> Result<()> {
    let fields = shown(connection, "machine", id)?;
    let owner = shown(connection, "customer", of(&fields, machine::CUSTOMER))?;
    let document = (!fields.is_empty()).then(|| {
        let mut text = Segments::default();
        text.plain(of(&fields, machine::BRAND));
        text.plain(of(&fields, machine::MODEL));
        text.plain(of(&fields, machine::SERIAL_NO));
        text.named(of(&owner, customer::NAME));
        text.plain(of(&owner, customer::PHONE));
        Document {
            key: id.to_owned(),
            title: same(format!("{} {}", of(&fields, machine::BRAND), of(&fields, machine::MODEL)).trim().to_owned()),
            line: same(line(&[of(&fields, machine::SERIAL_NO), of(&owner, customer::NAME)])),
            price_fen: None,
            text: text.text(),
        }
    });
    put(connection, HitKind::Machine, id, document)
}

/// Of a sealed order only what can be searched; the signature is not even read.
#[derive(Deserialize)]
struct SealedOrder {
    content: SealedContent,
}

#[derive(Deserialize)]
struct SealedContent {
    order_no: String,
    fault: SealedFault,
}

#[derive(Deserialize)]
struct SealedFault {
    #[serde(default)]
    causes: Vec<Words>,
    #[serde(default)]
    measures: Vec<Words>,
}

fn sealed_orders(connection: &Connection, job: &str) -> Result<Vec<SealedContent>> {
    // `+kind`: the job is what narrows, whatever order the other index would give for nothing.
    let sql = "SELECT json_extract(document, '$.payload') FROM sealed WHERE job = ?1 AND +kind = 'work_order' ORDER BY id, revision";
    let mut statement = connection.prepare_cached(sql)?;
    let payloads = statement.query_map([job], |row| row.get::<_, String>(0))?.collect::<rusqlite::Result<Vec<_>>>()?;
    // An order of a newer form is found by its job's fields.
    Ok(payloads.iter().filter_map(|p| serde_json::from_str::<SealedOrder>(p).ok()).map(|o| o.content).collect())
}

fn of_job(connection: &Connection, id: &str) -> Result<()> {
    let fields = shown(connection, "job", id)?;
    let owner = shown(connection, "customer", of(&fields, job::CUSTOMER))?;
    let unit = shown(connection, "machine", of(&fields, job::MACHINE))?;
    let orders = sealed_orders(connection, id)?;
    let or = |own: &'static str, archive: &BTreeMap<String, String>, other: &str| {
        let own = of(&fields, own);
        if own.is_empty() { of(archive, other).to_owned() } else { own.to_owned() }
    };
    let customer_name = or(job::CUSTOMER_NAME, &owner, customer::NAME);
    let model = or(job::MODEL, &unit, machine::MODEL);
    let serial_no = or(job::SERIAL_NO, &unit, machine::SERIAL_NO);
    let document = (!fields.is_empty()).then(|| {
        let mut text = Segments::default();
        text.named(&customer_name);
        for part in [&model, &serial_no] {
            text.plain(part);
        }
        for field in [job::SYMPTOM, job::WISHES, job::CONTACT_NAME, job::PHONE] {
            text.plain(of(&fields, field));
        }
        for order in &orders {
            text.plain(&order.order_no);
            for words in order.fault.causes.iter().chain(&order.fault.measures) {
                text.plain(&words.zh);
            }
        }
        let order_no = orders.last().map_or("", |o| o.order_no.as_str());
        Document {
            key: id.to_owned(),
            title: same(customer_name.clone()),
            line: same(line(&[order_no, &model, of(&fields, job::SYMPTOM)])),
            price_fen: None,
            text: text.text(),
        }
    });
    put(connection, HitKind::Order, id, document)
}

/// The newest published version of a kind; documents of codes that it no longer has go.
fn of_reference(connection: &Connection, kind: &str) -> Result<()> {
    let sql = "SELECT body FROM reference WHERE kind = ?1 ORDER BY valid_from DESC, position DESC LIMIT 1";
    let body: Option<String> = connection.prepare_cached(sql)?.query_row([kind], |row| row.get(0)).optional()?;
    let body = body.as_deref().unwrap_or("null");
    // A body of a newer shape is not searchable yet; it is kept all the same.
    let (hit, documents) = match kind {
        "fault_knowledge" => {
            (HitKind::Fault, serde_json::from_str::<FaultKnowledge>(body).map(|k| faults(&k)).unwrap_or_default())
        }
        "parts" => (HitKind::Part, serde_json::from_str::<PartCatalogue>(body).map(|c| parts(&c)).unwrap_or_default()),
        _ => (HitKind::Fee, serde_json::from_str::<FeeSchedule>(body).map(|s| fees(&s)).unwrap_or_default()),
    };
    let keep: BTreeSet<&str> = documents.iter().map(|d| d.key.as_str()).collect();
    let known: Vec<String> = connection
        .prepare_cached("SELECT key FROM search_document WHERE kind = ?1")?
        .query_map([name(hit)], |row| row.get(0))?
        .collect::<rusqlite::Result<_>>()?;
    for key in known.iter().filter(|key| !keep.contains(key.as_str())) {
        put(connection, hit, key, None)?;
    }
    for document in documents {
        let key = document.key.clone();
        put(connection, hit, &key, Some(document))?;
    }
    Ok(())
}

fn faults(knowledge: &FaultKnowledge) -> Vec<Document> {
    let document = |fault: &gongdan_domain::knowledge::Fault| {
        let mut text = Segments::default();
        text.plain(&fault.code);
        text.named(&fault.words.zh);
        text.plain(&fault.words.en);
        for alias in &fault.aliases {
            text.named(alias);
        }
        for alarm in &fault.alarms {
            text.plain(alarm);
        }
        for cause in &fault.causes {
            text.plain(&cause.words.zh);
            text.plain(&cause.words.en);
        }
        let aliases = fault.aliases.join("、");
        Document {
            key: fault.code.clone(),
            title: fault.words.clone(),
            line: Words::new(line(&[&fault.code, &aliases]), fault.code.clone()),
            price_fen: None,
            text: text.text(),
        }
    };
    knowledge.faults.iter().map(document).collect()
}

fn parts(catalogue: &PartCatalogue) -> Vec<Document> {
    catalogue.parts.iter().map(|part| priced(&part.code, &part.words, &part.unit, Some(part.price_fen.0))).collect()
}

fn fees(schedule: &FeeSchedule) -> Vec<Document> {
    let visit = Words::new("次", "visit");
    let hour = Words::new("小时", "h");
    let travel = schedule.travel.iter().map(|b| priced(&b.code, &b.words, &visit, Some(b.fee_fen.0)));
    let labour = schedule.labour.iter().map(|l| priced(&l.code, &l.words, &hour, Some(l.fen_per_hour.0)));
    let items = schedule.items.iter().map(|item| {
        let price = match item.price {
            FeePrice::Fixed { fen } => Some(fen.0),
            FeePrice::AtCost { cap_fen } => Some(cap_fen.0),
            FeePrice::Quoted | FeePrice::CallOutPercent { .. } | FeePrice::LabourRate { .. } => None,
        };
        priced(&item.code, &item.words, &item.unit, price)
    });
    travel.chain(labour).chain(items).collect()
}

fn priced(code: &str, words: &Words, unit: &Words, price_fen: Option<i64>) -> Document {
    let mut text = Segments::default();
    text.plain(code);
    text.named(&words.zh);
    text.plain(&words.en);
    Document {
        key: code.to_owned(),
        title: words.clone(),
        line: Words::new(line(&[code, &unit.zh]), line(&[code, &unit.en])),
        price_fen,
        text: text.text(),
    }
}
