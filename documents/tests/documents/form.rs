//! G1: every field of the company's form stands on the paper, or is named here with the reason why not. The form is what is published with
//! the product (`form_fields.json`); what "stands" means is the same as for who signs: another value makes another paper.

use std::collections::{BTreeMap, BTreeSet};

use gongdan_domain::visit::CauseType;
use gongdan_domain::work_order::OrderReading;
use gongdan_domain::work_order::words::cause_type;
use serde_json::{Value, json};

use super::leaves::{seen, shown};
use crate::sample;

const FORM: &str = include_str!("../../../sync-server/starter/form_fields.json");

enum Place {
    /// The order's leaves that carry it.
    On(&'static [&'static str]),
    /// Not on the order, and why.
    Not(&'static str),
}
use Place::{Not, On};

const PLACES: [(&str, Place); 69] = [
    ("order_no", On(&["order_no"])),
    ("job_category", On(&["head.category.zh"])),
    ("service_type", On(&["head.service_kind.zh"])),
    ("warranty_status", On(&["head.warranty.zh"])),
    ("urgency", On(&["head.urgency.zh"])),
    ("reported_at", On(&["head.reported_at"])),
    ("reporter", On(&["head.reporter"])),
    ("customer_name", On(&["customer.name"])),
    ("address", On(&["customer.address"])),
    ("contact", On(&["customer.contact"])),
    ("phone", On(&["customer.phone"])),
    ("customer_request", On(&["customer.wishes"])),
    ("brand", On(&["machine.brand"])),
    ("model", On(&["machine.model"])),
    ("serial_no", On(&["machine.serial_no", "machine.nameplate_missing"])),
    ("machine_type", On(&["machine.machine_type"])),
    ("power_kw", On(&["machine.power_kw"])),
    ("rated_pressure_mpa", On(&["machine.pressure_mpa"])),
    ("fad_m3min", On(&["machine.fad_m3min"])),
    ("voltage", On(&["machine.voltage_v"])),
    ("frequency", On(&["machine.frequency_hz"])),
    ("rated_current", On(&["machine.rated_current_a"])),
    ("cooling", On(&["machine.cooling"])),
    ("drive", On(&["machine.drive"])),
    ("mfg_date", On(&["machine.manufacture_date"])),
    ("purchase_date", On(&["machine.purchase_date"])),
    ("commission_date", On(&["machine.commission_date"])),
    ("run_hours", On(&["machine.run_hours"])),
    ("load_hours", On(&["machine.load_hours"])),
    ("nameplate_photo", On(&["photos.hash", "photos.kind"])),
    ("symptom", On(&["fault.symptom"])),
    ("alarm_code", On(&["fault.alarm_code"])),
    ("found_condition", On(&["fault.found_condition"])),
    ("cause", On(&["fault.causes.zh"])),
    ("cause_type", On(&["fault.cause_type.zh"])),
    ("measure", On(&["fault.measures.zh"])),
    ("photos_before_after", On(&["photos.hash", "photos.caption", "photos.taken_at"])),
    ("hidden_defects", On(&["fault.hidden_defects"])),
    ("depart_at", On(&["times.departed"])),
    ("promised_at", On(&["times.agreed"])),
    ("arrive_at", On(&["times.arrived"])),
    ("start_at", On(&["times.started"])),
    ("finish_at", On(&["times.finished"])),
    ("leave_at", Not("comes after the seal and stays outside of it")),
    ("back_at", Not("comes after the seal, like leaving; no obligation hangs on it")),
    ("technicians", On(&["technicians.name", "technicians.number"])),
    ("tech_signature", On(&["technicians.ink.strokes.x"])),
    ("distance_km", On(&["customer.distance_km"])),
    ("parts_used", On(&["parts.code", "parts.quantity", "parts.old_part"])),
    ("fees", On(&["fees.lines.code", "fees.lines.qty", "fees.lines.unit_fen", "fees.lines.payable_fen"])),
    ("fee_shown_ack", On(&["fees_shown_at", "consent.at", "consent.by_name"])),
    ("total_fen", On(&["fees.total_fen", "fees.total_capitals"])),
    ("doc_type", On(&["payment.doc_type"])),
    ("invoice_info", Not("a paper of its own: invoice data")),
    ("pay_method", On(&["payment.method", "payment.paid_fen"])),
    ("test_run", On(&["test.result"])),
    ("test_minutes", On(&["test.minutes"])),
    ("no_test_reason", On(&["test.reason"])),
    ("repair_confidence", On(&["confidence"])),
    ("training_done", On(&["handover.training", "handover.topics.zh"])),
    ("site_cleaned", On(&["handover.cleaning"])),
    ("suggestions", On(&["fault.suggestions"])),
    ("card_left", On(&["handover.service_card", "handover.business_card"])),
    ("quality_rating", On(&["rating.quality"])),
    ("attitude_rating", On(&["rating.attitude"])),
    ("customer_opinion", On(&["rating.opinion"])),
    ("signer", On(&["signing.name", "signing.role"])),
    ("signature", Not("drawn, not written: the strokes are asked about where the page is set")),
    ("unsigned_reason", On(&["signing.reason"])),
];
/// What stands on another paper, or in another form.
const ELSEWHERE: [(&str, &str); 1] =
    [("manager_review", "comes after the seal: signed on the cover of the month's book")];

fn fields() -> Vec<Value> {
    let form: Value = serde_json::from_str(FORM).expect("the form");
    form["body"]["fields"].as_array().cloned().expect("fields")
}

#[test]
fn g1_every_field_of_the_form_is_on_paper_or_has_a_reason() {
    let mut on: BTreeMap<String, bool> = shown(&sample::whole());
    on.extend(shown(&sample::declined()).into_iter().filter(|(_, seen)| *seen));
    let mut unplaced = BTreeSet::new();
    for field in fields() {
        let key = field["key"].as_str().expect("a key").to_owned();
        if field["group"] == "E" {
            assert!(reading_stands(&key), "{key} was measured and is not on paper");
        } else if let Some((_, place)) = PLACES.iter().find(|(one, _)| *one == key) {
            match place {
                On(leaves) => {
                    for leaf in *leaves {
                        assert_eq!(on.get(*leaf), Some(&true), "{key} should stand on paper as {leaf}");
                    }
                }
                Not(why) => assert!(!why.is_empty()),
            }
        } else if !ELSEWHERE.iter().any(|(one, _)| *one == key) {
            unplaced.insert(key);
        }
    }
    assert!(unplaced.is_empty(), "on no paper: {unplaced:?}");
}

/// Any key that was measured stands: what is asked on which machine is the form's own matter.
fn reading_stands(key: &str) -> bool {
    let mut order = sample::whole();
    let like = order.readings[0].clone();
    order.readings = vec![OrderReading { key: key.to_owned(), ..like }];
    let document = serde_json::to_value(order).expect("a document");
    let way = |leaf: &str| ["readings", "0", leaf].map(str::to_owned);
    seen(&document, &way("before")) && seen(&document, &way("after"))
}

#[test]
fn e5_every_kind_of_cause_of_the_form_can_be_chosen() {
    let kinds = ["product", "wear", "upkeep", "misuse", "installation", "environment", "no_fault", "not_found"];
    let words: BTreeSet<String> = kinds
        .iter()
        .map(|kind| cause_type(serde_json::from_value::<CauseType>(json!(kind)).expect("a kind of cause")).zh)
        .collect();
    let field = fields().into_iter().find(|field| field["key"] == "cause_type").expect("the field");
    let options = field["options"].as_array().expect("options");
    let asked: BTreeSet<String> = options.iter().filter_map(|one| one["zh"].as_str().map(str::to_owned)).collect();
    assert_eq!(words, asked);
}
