//! G1: the order fills itself from what was entered; every amount on it is the fee sheet's.
#![allow(clippy::unwrap_used)]

mod common;

use common::{at, calendar, deadlines, demo, fees, form, knowledge, parts, reference, warranty};
use gongdan_domain::catalogue::{CompanyProfile, JobCategories, ServiceKind, Words};
use gongdan_domain::entity::Fields;
use gongdan_domain::fact::{
    Confidence, ConsentHow, ContactOutcome, FactBody, PhotoKind, ReadingPhase, TestRun, TickList,
};
use gongdan_domain::fees::{FeeInput, FeeSheet, LabourInput, OtherUse, PartUse, TravelInput, WorkScope, estimate};
use gongdan_domain::id::{FactId, JobId, PersonId, WriteId};
use gongdan_domain::money::Qty;
use gongdan_domain::reading::{Nameplate, ReadingSpec};
use gongdan_domain::reference::Reference;
use gongdan_domain::sync::change::{Fact, FileRef};
use gongdan_domain::sync::merge::{Head, Register};
use gongdan_domain::time::Stamp;
use gongdan_domain::visit::VisitState;
use gongdan_domain::warranty::{WarrantyDates, WarrantyJudgement, WarrantyStatus};
use gongdan_domain::work_order::draft::{DraftInput, draft};
use gongdan_domain::work_order::{DocType, OldPart, OrderDocument, OrderTechnician, PayMethod, ReadingFlag};
use serde_json::{Value, json};
use uuid::Uuid;

const TECHNICIAN: PersonId = PersonId(Uuid::from_u128(77));

fn job() -> JobId {
    JobId(Uuid::from_u128(0x0101))
}

fn fields(value: &Value) -> Fields {
    let mut fields = Fields::default();
    for (name, value) in value.as_object().unwrap() {
        let mut register = Register::default();
        let head = Head {
            write: WriteId(Uuid::from_u128(1)),
            value: value.clone(),
            at: at("2026-11-23T08:00"),
            by: TECHNICIAN,
        };
        register.take(head, &[]);
        fields.0.insert(name.clone(), register);
    }
    fields
}

fn of_demo(list: &str, key: &str) -> Value {
    let demo = demo();
    demo[list].as_array().unwrap().iter().find(|e| e["key"] == key).unwrap()["fields"].clone()
}

fn job_fields() -> Fields {
    let mut value = of_demo("jobs", "J01");
    let more = json!({
        "contact_name": "陈喆", "phone": "0000-5550110", "reported_at": "2026-11-23T00:12:00Z", "reporter": "陈喆",
        "agreed_at": "2026-11-23T02:00:00Z", "purchase_date": "2022-08-26", "manufacture_date": "2022-08-03",
    });
    value.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    fields(&value)
}

fn machine_fields() -> Fields {
    let mut value = of_demo("machines", "E01");
    value["commission_date"] = json!("2022-09-13");
    value["purchase_date"] = json!("2022-01-01");
    fields(&value)
}

fn visit_fields() -> Fields {
    fields(&json!({
        "diagnosis": {
            "causes": [
                { "fault": "F01", "order": 5, "zh": "温控阀卡在旁通", "en": "Thermostatic valve stuck in bypass" },
                { "fault": "F01", "order": 6, "zh": "油滤堵塞", "en": "Oil filter clogged" },
            ],
            "cause_type": "wear", "analysis_right": "right",
        },
        "found_condition": "停机报警主机温度高", "alarm_code": "E-07",
        "measures": ["更换温控阀芯、油滤、油", "和班组长一起看了油位"],
        "parts_used": [
            { "code": "P-014", "quantity": "1", "old_part": "returned" },
            { "code": "P-002", "quantity": "1", "old_part": "taken_back" },
            { "code": "P-005", "quantity": "1", "old_part": "scrapped" },
        ],
        "hidden_defects": "储气罐安全阀校验将到期", "suggestions": "每周吹扫散热器",
    }))
}

fn facts() -> Vec<Fact> {
    let reading = |key: &str, phase, value: &str| FactBody::ReadingTaken {
        key: key.into(),
        phase,
        value: value.into(),
        unit: String::new(),
        confirmed: false,
    };
    let (before, after) = (ReadingPhase::Before, ReadingPhase::After);
    let mut story = vec![
        (
            at("2026-11-23T08:20"),
            FactBody::ContactAttempt {
                number: "0000-5550110".into(),
                whom: "陈喆".into(),
                outcome: ContactOutcome::Confirmed,
                fees_announced: true,
                new_time: None,
                guidance: String::new(),
                note: String::new(),
            },
        ),
        (at("2026-11-23T08:50"), FactBody::Departed { kit_version: "1".into(), released: vec![] }),
        (at("2026-11-23T09:52"), FactBody::Arrived { position: None }),
        (at("2026-11-23T09:58"), reading("discharge_temp_c", before, "108")),
        (at("2026-11-23T09:58"), reading("ambient_c", before, "33")),
        (at("2026-11-23T09:59"), reading("oil_level", before, "偏低")),
        (
            at("2026-11-23T10:00"),
            FactBody::PhotoTaken {
                photo: PhotoKind::Before,
                caption: "散热片积尘".into(),
                width: 1600,
                taken_at: None,
                height: 1200,
            },
        ),
        (at("2026-11-23T10:02"), FactBody::FeesShown { schedule_version: "2024-A".into() }),
        (
            at("2026-11-23T10:04"),
            FactBody::ConsentGiven {
                total_fen: 183_000,
                schedule_version: "2024-A".into(),
                estimate_hash: "ab".repeat(32),
                by_name: "陈喆".into(),
                how: ConsentHow::OnScreen,
            },
        ),
        (at("2026-11-23T10:05"), FactBody::WorkStarted {}),
        (at("2026-11-23T11:40"), reading("discharge_temp_c", after, "84")),
        (at("2026-11-23T11:41"), reading("oil_level", after, "正常")),
        (
            at("2026-11-23T11:42"),
            FactBody::TestRunRecorded { result: TestRun::NotRun, minutes: 0, reason: "用气高峰".into() },
        ),
        (at("2026-11-23T11:45"), FactBody::ConfidenceStated { confidence: Confidence::NotSure }),
        (at("2026-11-23T11:50"), FactBody::WorkFinished {}),
    ];
    let ticks = ["reinspected", "training", "oil_level", "cleaning", "service_card"];
    story.extend(ticks.map(|item| {
        (
            at("2026-11-23T11:51"),
            FactBody::Ticked { list: TickList::Handover, item: item.into(), template_version: "1".into() },
        )
    }));
    let fact = |(n, (when, body)): (usize, (_, FactBody))| {
        let photo = matches!(body, FactBody::PhotoTaken { .. });
        let (kind, value) = body.parts();
        Fact {
            id: FactId(Uuid::from_u128(n as u128 + 1)),
            kind,
            job: Some(job()),
            visit: Some(job().visit(1)),
            scopes: vec![],
            at: Stamp::trusted(when),
            by: TECHNICIAN,
            body: value,
            files: if photo {
                vec![FileRef { hash: "cd".repeat(32), size: 9, mime: "image/jpeg".into() }]
            } else {
                vec![]
            },
            extra: Default::default(),
        }
    };
    story.into_iter().enumerate().map(fact).collect()
}

/// EX1 of the schedule: 45 km, one technician II for 1 h 45, thermostat kit, oil filter, oil.
fn ex1() -> FeeSheet {
    let q = |text: &str| text.parse::<Qty>().unwrap();
    let mut input = FeeInput::new(WarrantyStatus::OutOfWarranty, ServiceKind::Repair, WorkScope::OnSiteRepair);
    input.repair_accepted = Some(true);
    input.travel = Some(TravelInput { km: q("45"), at: Some(at("2026-11-23T09:52")), covered: None });
    input.labour = vec![LabourInput {
        grade: "L-2".into(),
        people: 1,
        minutes: 105,
        start_at: Some(at("2026-11-23T10:05")),
        additional: false,
        covered: None,
    }];
    let part = |code: &str| PartUse { code: code.into(), qty: Qty::ONE, own_warranty: false, covered: None };
    input.parts = ["P-014", "P-002", "P-005"].map(part).into();
    input.others = vec![OtherUse {
        code: "F-01".into(),
        qty: Qty::ONE,
        unit_fen: None,
        grade: None,
        minutes: None,
        repair_hours: None,
        covered: None,
    }];
    estimate(&fees(), &parts(), &calendar(), &input).unwrap()
}

fn company() -> CompanyProfile {
    match reference("company_profile") {
        Reference::CompanyProfile(body) => body,
        other => panic!("{:?}", other.kind()),
    }
}

fn categories() -> JobCategories {
    match reference("job_categories") {
        Reference::JobCategories(body) => body,
        other => panic!("{:?}", other.kind()),
    }
}

fn judged() -> WarrantyJudgement {
    let dates = WarrantyDates {
        plan: Some("WP-12".into()),
        manufactured_on: "2022-08-03".parse().ok(),
        purchased_on: "2022-08-26".parse().ok(),
        commissioned_on: "2022-09-13".parse().ok(),
    };
    warranty().judge(&dates, "2026-11-23".parse().unwrap(), false)
}

fn specs() -> Vec<ReadingSpec> {
    let plate = Nameplate {
        machine_type: Some(gongdan_domain::catalogue::MachineType::Screw),
        cooling: Some(gongdan_domain::catalogue::Cooling::Air),
        voltage: "380".parse().ok(),
        rated_pressure_mpa: "0.75".parse().ok(),
        rated_current: None,
    };
    form().readings_for(&plate, false)
}

fn drafted(facts: &[Fact], visit_fields: &Fields, job_fields: &Fields) -> OrderDocument {
    let state = VisitState::of(job().visit(1), facts, visit_fields);
    let (plans, sheet, judged) = (warranty(), ex1(), judged());
    draft(&DraftInput {
        job: job(),
        visit: job().visit(1),
        order_no: "GD-A7-2611-0032",
        revision: 1,
        supersedes: None,
        company: &company(),
        state: &state,
        job_fields,
        customer: &fields(&of_demo("customers", "C01")),
        machine: &machine_fields(),
        categories: Some(&categories()),
        warranty: &judged,
        plan: plans.plan("WP-12"),
        fees: &sheet,
        readings: &specs(),
        parts: &parts(),
        knowledge: Some(&knowledge()),
        deadlines: Some(&deadlines()),
        technicians: vec![OrderTechnician {
            person: TECHNICIAN,
            name: "张晓峰".into(),
            number: "0137".into(),
            grade: Words::new("中级技师", "Technician II"),
            leader: true,
            ink: None,
        }],
    })
}

fn order() -> OrderDocument {
    drafted(&facts(), &visit_fields(), &job_fields())
}

#[test]
fn g1_head_customer_and_machine_come_from_job_and_archive() {
    let order = order();
    assert_eq!(order.order_id, job().visit(1).order());
    assert_eq!(order.head.category, Words::new("有偿服务", "Paid (chargeable) service"));
    assert_eq!(order.head.service_kind.zh, "报修");
    assert_eq!(order.head.urgency.zh, "停产");
    assert_eq!(order.head.warranty.zh, "保外");
    assert_eq!(order.head.reported_at, Some(at("2026-11-23T08:12")));
    assert_eq!(order.customer.name, "样例星河纺织有限公司（虚构）", "the job had no name of its own: the archive's");
    assert_eq!(order.customer.contact, "陈喆", "the job's contact before the archive's");
    assert_eq!(order.customer.distance_km, "12");
    assert_eq!(order.machine.machine_type, "喷油螺杆(工频)", "the form's word, not the code");
    assert_eq!((order.machine.cooling.as_str(), order.machine.drive.as_str()), ("风冷", "齿轮"));
    assert_eq!(
        order.machine.purchase_date, "2022-08-26",
        "what the customer said on the phone (B3) before the archive"
    );
    assert_eq!(order.machine.warranty_term, Words::new("12 个月，已过", "12 months, over"));
    assert_eq!(order.zone, "Asia/Shanghai");
}

#[test]
fn g1_findings_causes_and_measures_are_bilingual_where_the_knowledge_base_is() {
    let fault = order().fault;
    assert_eq!(fault.causes[0], Words::new("温控阀卡在旁通", "Thermostatic valve stuck in bypass"));
    assert_eq!(fault.cause_type.unwrap().zh, "正常磨损/易损件");
    assert_eq!(fault.measures[0].en, "Replace thermostat element, oil filter, oil");
    assert_eq!(fault.measures[1], Words::new("和班组长一起看了油位", ""), "own words are not translated by a machine");
    assert_eq!(fault.alarm_code, "E-07");
}

#[test]
fn g1_readings_stand_before_and_after_with_their_flags() {
    let readings = order().readings;
    let of = |key: &str| readings.iter().find(|r| r.key == key).unwrap();
    let hot = of("discharge_temp_c");
    assert_eq!((hot.before.as_deref(), hot.after.as_deref()), (Some("108"), Some("84")));
    assert_eq!((hot.before_flag, hot.after_flag), (ReadingFlag::High, ReadingFlag::Usual));
    let room = of("ambient_c");
    assert_eq!((room.after.as_deref(), room.after_flag), (None, ReadingFlag::Usual));
    assert_eq!((of("oil_level").before_flag, of("oil_level").after_flag), (ReadingFlag::Low, ReadingFlag::Usual));
    assert_eq!(readings.len(), 3, "what was not read has no row");
    let at = |key: &str| readings.iter().position(|r| r.key == key).unwrap();
    assert!(at("ambient_c") < at("discharge_temp_c"), "rows follow the form, not the clock");
}

#[test]
fn f2_every_amount_on_the_order_is_the_fee_sheets() {
    let order = order();
    assert_eq!(order.fees, ex1());
    assert_eq!(order.fees.total_fen.0, 183_000);
    assert_eq!(order.fees.total_capitals, "人民币壹仟捌佰叁拾元整");
    let consent = order.consent.unwrap();
    assert_eq!((consent.total_fen, consent.by_name.as_str()), (183_000, "陈喆"));
    let parts: Vec<_> = order.parts.iter().map(|p| (p.code.as_str(), p.old_part, p.covered_by_warranty)).collect();
    assert_eq!(
        parts,
        [
            ("P-014", OldPart::Returned, false),
            ("P-002", OldPart::TakenBack, false),
            ("P-005", OldPart::Scrapped, false)
        ]
    );
    assert_eq!(order.parts[0].words.zh, "温控阀芯维修包");
    assert_eq!(order.parts[0].unit.zh, "套");
}

#[test]
fn f3_payment_falls_back_to_the_customers_own_terms() {
    let payment = order().payment;
    assert_eq!((payment.doc_type, payment.method, payment.paid_fen), (DocType::SpecialInvoice, PayMethod::Monthly, 0));
    assert_eq!(payment.note, "月结30天");
    let mut chosen = visit_fields();
    let paid = json!({ "payment": { "doc_type": "receipt", "method": "wechat", "paid_fen": 183000 } });
    chosen.0.extend(fields(&paid).0);
    let payment = drafted(&facts(), &chosen, &job_fields()).payment;
    assert_eq!((payment.doc_type, payment.method, payment.paid_fen), (DocType::Receipt, PayMethod::Wechat, 183_000));
}

#[test]
fn e11_i1_follow_ups_to_come_stand_on_the_order_with_who_calls() {
    let owed: Vec<_> = order().follow_ups.into_iter().map(|f| (f.rule, f.hours_after_leaving, f.by_company)).collect();
    assert_eq!(owed, [("BR-02".to_owned(), 2, false), ("BR-03".to_owned(), 3, true)]);
    let test = order().test.unwrap();
    assert_eq!((test.result, test.reason.as_str()), (TestRun::NotRun, "用气高峰"));
}

#[test]
fn e12_g8_handover_and_times_are_the_facts() {
    let order = order();
    assert!(order.handover.training && order.handover.cleaning && order.handover.service_card);
    assert!(!order.handover.equipment_count && !order.handover.business_card, "what was not ticked is not claimed");
    let topics: Vec<&str> = order.handover.topics.iter().map(|topic| topic.zh.as_str()).collect();
    assert_eq!(topics, ["每日看油位"], "and what the training was about");
    assert_eq!(order.times.agreed, Some(at("2026-11-23T10:00")));
    assert_eq!(order.times.arrived, Some(at("2026-11-23T09:52")));
    assert_eq!(order.times.finished, Some(at("2026-11-23T11:50")));
    assert_eq!(order.photos[0].caption, "散热片积尘");
    assert_eq!(order.photos[0].hash, "cd".repeat(32));
}

#[test]
fn g1_nothing_entered_means_nothing_claimed() {
    let order = drafted(&[], &Fields::default(), &Fields::default());
    assert!(
        order.readings.is_empty() && order.parts.is_empty() && order.photos.is_empty() && order.follow_ups.is_empty()
    );
    assert!(order.consent.is_none() && order.test.is_none() && order.confidence.is_none());
    assert_eq!(order.fault.symptom, "");
    assert_eq!(order.times.agreed, None);
    assert!(order.rating.is_none() && order.signing.is_none());
}

#[test]
fn g5_the_order_can_be_sealed_it_has_a_canonical_form_and_reads_back_the_same() {
    let order = order();
    let text = gongdan_domain::seal::canonical(&order).unwrap();
    let back: OrderDocument = serde_json::from_str(&text).unwrap();
    assert_eq!(back, order);
}
