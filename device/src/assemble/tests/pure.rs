//! Pure assembly as tables: completeness, offers, the way, the warranty, what is missing, what is calculated.

use std::collections::BTreeMap;
use std::sync::Arc;

use gongdan_domain::calendar::Calendar;
use gongdan_domain::catalogue::PartCatalogue;
use gongdan_domain::entity::{Fields, job as job_field};
use gongdan_domain::fact::{ContactOutcome, TickList};
use gongdan_domain::fees::{FeeSchedule, WorkScope};
use gongdan_domain::id::{FactId, JobId, PersonId};
use gongdan_domain::reference::Reference;
use gongdan_domain::visit::step::{Step, VisitStage};
use gongdan_domain::visit::{Attempt, Tick, VisitState};
use gongdan_domain::warranty::{WarrantyPlans, WarrantyStatus};
use serde_json::{Value, json};
use uuid::Uuid;

use super::fixture::{fields, local, reference};
use crate::assemble::agenda::{Planned, next, next_day, reckon};
use crate::assemble::fees::{FeeFacts, estimate, input};
use crate::assemble::machine::{judge_warranty, nameplate};
use crate::assemble::missing::{Lacking, before_seal, missing};
use crate::assemble::{archive, travel};
use crate::view::agenda::Stop;

const ME: PersonId = PersonId(Uuid::from_u128(77));

fn schedule() -> FeeSchedule {
    match reference("fee_schedule") {
        Reference::FeeSchedule(body) => *body,
        other => panic!("{:?}", other.kind()),
    }
}

fn parts() -> Arc<PartCatalogue> {
    match reference("parts") {
        Reference::Parts(body) => Arc::new(body),
        other => panic!("{:?}", other.kind()),
    }
}

fn calendar() -> Calendar {
    match reference("calendar") {
        Reference::Calendar(body) => body,
        other => panic!("{:?}", other.kind()),
    }
}

fn plans() -> WarrantyPlans {
    match reference("warranty_plans") {
        Reference::WarrantyPlans(body) => body,
        other => panic!("{:?}", other.kind()),
    }
}

fn day(text: &str) -> chrono::NaiveDate {
    text.parse().expect("a day")
}

#[test]
fn a1_the_meter_counts_eleven_fields_and_names_what_is_missing() {
    let empty = archive::completeness(&Fields::default());
    assert_eq!((empty.have, empty.total), (0, 11));
    let some = archive::completeness(&fields(json!({ "symptom": "不加载", "phone": "  ", "model": "GA37" })));
    assert_eq!((some.have, some.missing.len()), (2, 9), "blanks are nothing");
    assert!(some.missing.contains(&"phone".to_owned()) && !some.missing.contains(&"model".to_owned()));
}

#[test]
fn a2_the_archive_offers_what_the_job_lacks_and_never_what_it_has() {
    let customer = fields(json!({ "name": "样例星河", "address": "虚构路1号", "mobile": "000-1" }));
    let machine = fields(json!({ "brand": "阿特拉斯", "serial_no": "SAMPLE-1001", "purchase_date": "" }));
    let offers = archive::offers(&fields(json!({ "address": "新厂区" })), &customer, &machine);
    let offered: Vec<_> = offers.iter().map(|o| (o.field.as_str(), o.value.as_str())).collect();
    assert_eq!(
        offered,
        [
            (job_field::CUSTOMER_NAME, "样例星河"),
            (job_field::PHONE, "000-1"),
            (job_field::BRAND, "阿特拉斯"),
            (job_field::SERIAL_NO, "SAMPLE-1001"),
        ]
    );
}

#[test]
fn a4_the_way_takes_the_road_and_five_minutes() {
    for (km, minutes) in
        [("0", Some(5)), ("12", Some(20)), ("45", Some(59)), ("43.5", Some(58)), ("", None), ("远", None), ("-3", None)]
    {
        assert_eq!(travel::minutes(km), minutes, "{km} km");
    }
    assert_eq!(travel::leave_by(local("2026-11-23T13:40"), 50), local("2026-11-23T12:50"));
}

#[test]
fn a4_d2_late_is_said_while_somebody_can_still_call() {
    let (at, now) = (local("2026-11-23T10:00"), local("2026-11-23T09:30"));
    let home = VisitState::default();
    assert_eq!(travel::late_at(&home, at, 20, now, now), None, "in time");
    assert_eq!(travel::late_at(&home, at, 50, now, now), Some(local("2026-11-23T10:20")));
    let busy = local("2026-11-23T09:50");
    assert_eq!(
        travel::late_at(&home, at, 20, busy, now),
        Some(local("2026-11-23T10:10")),
        "the visit before keeps him"
    );
    let driving = VisitState { departed_at: Some(local("2026-11-23T09:00")), ..VisitState::default() };
    assert_eq!(travel::late_at(&driving, at, 50, now, now), None, "already on the way");
    let there = VisitState { arrived_at: Some(now), ..VisitState::default() };
    assert_eq!(travel::late_at(&there, at, 50, now, now), None);
}

#[test]
fn b_the_customer_is_called_an_hour_before_unless_he_was() {
    let at = Some(local("2026-11-23T15:30"));
    assert_eq!(travel::contact_due(&VisitState::default(), at, None), Some(local("2026-11-23T14:30")));
    let called = VisitState { attempts: vec![attempt(ContactOutcome::Confirmed)], ..VisitState::default() };
    assert_eq!(travel::contact_due(&called, at, None), None);
    assert_eq!(travel::contact_due(&VisitState::default(), None, None), None);
}

fn attempt(outcome: ContactOutcome) -> Attempt {
    Attempt {
        fact: FactId(Uuid::nil()),
        at: local("2026-11-23T08:00"),
        outcome,
        number: String::new(),
        whom: String::new(),
        fees_announced: false,
        new_time: None,
        guidance: String::new(),
        note: String::new(),
    }
}

#[test]
fn b4_warranty_is_judged_on_the_day_of_the_call_by_the_corrected_dates() {
    let machine =
        fields(json!({ "warranty_plan": "WP-12", "commission_date": "2025-11-23", "manufacture_date": "2025-10-01" }));
    let status = |job: Value, visit: Value, on: &str| {
        let state = VisitState::of(JobId(Uuid::nil()).visit(1), &[], &fields(visit));
        let view = judge_warranty(Some(&plans()), &fields(job), &machine, &state, day(on));
        (view.judgement.status, view.decided)
    };
    use WarrantyStatus as W;
    assert_eq!(status(json!({}), json!({}), "2026-11-23"), (W::InWarranty, false), "the last day counts");
    assert_eq!(status(json!({}), json!({}), "2026-11-24"), (W::OutOfWarranty, false));
    let misuse = json!({ "diagnosis": { "causes": [], "cause_type": "misuse", "analysis_right": null } });
    assert_eq!(status(json!({}), misuse.clone(), "2026-11-01"), (W::Misuse, false));
    assert_eq!(status(json!({ "warranty_decision": "in_warranty" }), misuse, "2026-11-01"), (W::InWarranty, true));
    assert_eq!(status(json!({ "warranty_decision": "?" }), json!({}), "2026-11-01"), (W::InWarranty, false));
    let corrected = json!({ "manufacture_date": "2024-01-01" });
    assert_eq!(
        status(corrected, json!({}), "2026-11-01"),
        (W::OutOfWarranty, false),
        "B3: the cap by the corrected date"
    );
    let none = judge_warranty(None, &Fields::default(), &machine, &VisitState::default(), day("2026-11-01"));
    assert_eq!(none.judgement.status, W::Pending, "before the plans have come nothing is guessed");
}

#[test]
fn e2_the_nameplate_reads_codes_and_words_of_the_form() {
    let plate = nameplate(&fields(
        json!({ "machine_type": "喷油螺杆(工频)", "cooling": "water", "voltage_v": "400", "pressure_mpa": "x" }),
    ));
    assert_eq!(plate.voltage.map(|v| v.to_string()).as_deref(), Some("400"));
    assert!(plate.machine_type.is_some() && plate.cooling.is_some() && plate.rated_pressure_mpa.is_none());
}

struct Fee {
    job: Value,
    customer: Value,
    visit: Value,
    state: fn(&mut VisitState),
    grade: &'static str,
    warranty: WarrantyStatus,
}

impl Default for Fee {
    fn default() -> Self {
        Self {
            job: json!({ "service_kind": "repair", "category": "" }),
            customer: json!({ "distance_km": "45" }),
            visit: json!({}),
            state: |_| {},
            grade: "L-2",
            warranty: WarrantyStatus::OutOfWarranty,
        }
    }
}

impl Fee {
    fn with<T>(self, then: impl FnOnce(&FeeFacts<'_>) -> T) -> T {
        let mut state = VisitState::of(JobId(Uuid::nil()).visit(1), &[], &fields(self.visit));
        (self.state)(&mut state);
        let (job, customer, machine) = (fields(self.job), fields(self.customer), fields(json!({ "power_kw": "37" })));
        let people = BTreeMap::from([(ME, fields(json!({ "grade": self.grade })))]);
        then(&FeeFacts {
            state: &state,
            job: &job,
            customer: &customer,
            machine: &machine,
            warranty: self.warranty,
            plans: Some(&plans()),
            on: day("2026-11-23"),
            schedule: Some(&schedule()),
            parts: parts(),
            categories: None,
            people: &people,
            typical_minutes: Some(105),
            expected_at: Some(local("2026-11-23T10:00")),
            now: local("2026-11-23T12:00"),
        })
    }

    fn total(self) -> (i64, Option<String>) {
        self.with(|facts| {
            let view = estimate(facts, Some(&calendar()));
            (view.sheet.total_fen.0, view.problem)
        })
    }
}

fn picks() -> Value {
    json!({ "analysis": { "causes": [], "parts": [
        { "code": "P-014", "quantity": "1" }, { "code": "P-002", "quantity": "1" }, { "code": "P-005", "quantity": "1" },
    ], "triage": null } })
}

#[test]
fn f2_the_estimate_before_work_is_ex1_to_the_fen() {
    assert_eq!(Fee { visit: picks(), ..Fee::default() }.total(), (183_000, None));
}

#[test]
fn f2_after_work_the_real_time_and_the_parts_used_count() {
    let mut visit = picks();
    visit["parts_used"] = json!([{ "code": "P-014", "quantity": "1", "old_part": "returned" }]);
    let worked: fn(&mut VisitState) = |state| {
        state.work_started_at = Some(local("2026-11-23T10:05"));
        state.work_finished_at = Some(local("2026-11-23T10:50"));
    };
    // Call-out 300, one hour 180, thermostat kit 240, small materials 30.
    assert_eq!(Fee { visit: visit.clone(), state: worked, ..Fee::default() }.total(), (75_000, None));
    visit["labour"] = json!([{ "person": ME, "minutes": 150 }]);
    assert_eq!(Fee { visit, state: worked, ..Fee::default() }.total(), (102_000, None), "the register says 2.5 hours");
    let forgotten = Fee { visit: picks(), state: worked, ..Fee::default() };
    assert_eq!(forgotten.total(), (48_000, None), "what was never noted as used is not charged");
}

#[test]
fn f2_a_declined_repair_costs_the_way_and_the_diagnosis() {
    let declined = Fee { visit: picks(), state: |s| s.consent_refused = Some("太贵".into()), ..Fee::default() };
    assert_eq!(declined.total(), (50_000, None));
    let mut visit = picks();
    visit["charges"] = json!({ "repair_declined": true });
    assert_eq!(Fee { visit, ..Fee::default() }.total(), (50_000, None));
}

#[test]
fn f2_e3_the_price_of_a_no_is_what_a_no_then_costs() {
    let visits = [
        picks(),
        json!({}),
        json!({ "charges": { "other": [{ "code": "F-05", "quantity": "1" }], "waive_fen": 500, "reason": "抹零" } }),
    ];
    for warranty in
        [WarrantyStatus::OutOfWarranty, WarrantyStatus::Pending, WarrantyStatus::InWarranty, WarrantyStatus::Misuse]
    {
        for visit in &visits {
            let asked = Fee { visit: visit.clone(), warranty, ..Fee::default() };
            let no = asked.with(|facts| estimate(facts, Some(&calendar())).declined_fen);
            let refused = Fee {
                visit: visit.clone(),
                warranty,
                state: |s| s.consent_refused = Some("太贵".into()),
                ..Fee::default()
            };
            let (total, problem) = refused.total();
            assert_eq!(no.map(|fen| fen.0), problem.is_none().then_some(total), "{warranty:?} {visit}");
        }
    }
}

#[test]
fn f2_once_work_has_begun_a_no_has_no_price_any_more() {
    let begun =
        Fee { visit: picks(), state: |s| s.work_started_at = Some(local("2026-11-23T10:05")), ..Fee::default() };
    assert_eq!(begun.with(|facts| estimate(facts, Some(&calendar())).declined_fen), None);
}

#[test]
fn f2_within_warranty_only_consumables_are_charged() {
    let covered = Fee { visit: picks(), warranty: WarrantyStatus::InWarranty, ..Fee::default() };
    // Oil filter 120, oil 780, small materials 30.
    assert_eq!(covered.total(), (93_000, None));
}

#[test]
fn f2_what_cannot_be_calculated_says_why() {
    let with = |charges: Value| {
        let mut visit = picks();
        visit["charges"] = charges;
        Fee { visit, ..Fee::default() }.total().1
    };
    assert_eq!(with(json!({ "discount_pct": "5" })).as_deref(), Some("reason_missing"));
    assert_eq!(with(json!({ "other": [{ "code": "U-03", "quantity": "1" }] })).as_deref(), Some("price_missing"));
    assert_eq!(
        with(json!({ "other": [{ "code": "F-11", "quantity": "x" }] })).as_deref(),
        Some("quantity_not_positive")
    );
    assert_eq!(with(json!({ "discount_pct": "5", "reason": "老客户" })), None);
    let nowhere = Fee { customer: json!({}), ..Fee::default() }.total();
    assert_eq!(nowhere.1.as_deref(), Some("distance_unknown"), "no distance, no call-out: said, not hidden");
    let unpublished = Fee::default()
        .with(|facts| estimate(&FeeFacts { schedule: None, parts: parts(), ..copy(facts) }, Some(&calendar())).problem);
    assert_eq!(unpublished.as_deref(), Some("no_schedule"));
}

fn copy<'a>(facts: &FeeFacts<'a>) -> FeeFacts<'a> {
    FeeFacts { parts: facts.parts.clone(), ..*facts }
}

#[test]
fn f2_deductions_and_waiting_become_what_the_schedule_calls_them() {
    let visit = json!({ "charges": {
        "other": [{ "code": "F-05", "quantity": "1.5" }], "discount_pct": "2.5", "waive_fen": 500, "reason": "抹零",
    } });
    Fee { visit, ..Fee::default() }.with(|facts| {
        let input = input(facts, &schedule()).expect("calculable");
        assert_eq!(input.discounts[0].bp, 250);
        assert_eq!(input.round_off.as_ref().map(|r| r.fen.0), Some(500));
        assert_eq!((input.others[0].minutes, input.others[0].grade.as_deref()), (Some(90), Some("L-2")));
    });
}

#[test]
fn b5_advice_by_phone_has_no_way_and_no_work() {
    let advised = Fee { state: |s| s.attempts = vec![attempt(ContactOutcome::Advised)], ..Fee::default() };
    let (work, total) = advised.with(|facts| {
        let input = input(facts, &schedule()).expect("calculable");
        (input.work, estimate(facts, Some(&calendar())).sheet.total_fen.0)
    });
    assert_eq!((work, total), (WorkScope::PhoneAdvice, 0));
}

fn lacking() -> Lacking {
    Lacking { kit: vec!["KIT-K-11".into()], unsafe_to_work: true, unsafe_to_power_on: true, total_fen: 100 }
}

#[test]
fn c1_d1_e11_each_step_names_what_it_still_needs() {
    let empty = VisitState::default();
    let of = |step| missing(step, &empty, &lacking());
    assert!(of(Step::Contact).contains(&"contact.purchase_date".to_owned()));
    assert_eq!(of(Step::Prepare), ["kit.KIT-K-11"]);
    assert_eq!(of(Step::Arrive)[..2], ["arrived", "door.appearance"]);
    assert_eq!(of(Step::Diagnose), ["cause", "analysis_right", "photo_before", "fees_shown"]);
    assert_eq!(of(Step::Charge), ["consent"]);
    assert_eq!(of(Step::Repair), ["measures", "test_run", "confidence", "photo_after", "safety_power_on"]);
    assert!(
        of(Step::Order).contains(&"handover.cleaning".to_owned()) && of(Step::Order).contains(&"signature".to_owned())
    );
    assert_eq!(of(Step::FollowUp), ["check_out"]);
    assert_eq!(
        missing(Step::Charge, &empty, &Lacking { total_fen: 0, ..lacking() }),
        Vec::<String>::new(),
        "free work needs none"
    );
    let ticked = Tick { fact: FactId(Uuid::nil()), at: local("2026-11-23T09:00"), by: ME };
    let door = BTreeMap::from([("appearance".to_owned(), ticked)]);
    let state = VisitState { ticks: BTreeMap::from([(TickList::Door, door)]), ..VisitState::default() };
    assert!(!missing(Step::Arrive, &state, &lacking()).contains(&"door.appearance".to_owned()));
    let declined = VisitState { consent_refused: Some("不修".into()), ..VisitState::default() };
    assert!(before_seal(&declined).is_empty(), "E8: a declined repair has no hand-over");
}

fn stop(n: u128, time: &str, km: &str) -> Planned {
    let at = (!time.is_empty()).then(|| local(&format!("2026-11-23T{time}")));
    Planned {
        stop: Stop {
            job: JobId(Uuid::from_u128(n)),
            visit: JobId(Uuid::from_u128(n)).visit(1),
            at: at.map(|at| at.to_rfc3339()),
            agreed: true,
            customer: format!("客户{n}"),
            machine: String::new(),
            symptom: String::new(),
            wishes: String::new(),
            urgency: String::new(),
            stage: VisitStage::Contacted,
            step: Step::Prepare,
            arrived_at: None,
            left_at: None,
            kit_ready_at: None,
            signing: None,
            distance_km: km.to_owned(),
            travel_minutes: travel::minutes(km),
            leave_by: None,
            late_at: None,
            contact_due: None,
            received: false,
        },
        state: VisitState::default(),
        at,
        day: Some(day("2026-11-23")),
        contact_due: None,
        visit_minutes: 90,
    }
}

fn at_local(time: &str) -> Option<String> {
    Some(local(&format!("2026-11-23T{time}")).to_rfc3339())
}

#[test]
fn a4_the_day_says_when_to_leave_and_where_it_will_be_late() {
    let mut stops = [stop(3, "15:30", "35"), stop(1, "10:00", "45"), stop(2, "13:40", "43")];
    // He is still at the first customer at 12:40, where the work took longer.
    stops[1].state.arrived_at = Some(local("2026-11-23T09:52"));
    stops[1].visit_minutes = 240;
    reckon(&mut stops, local("2026-11-23T12:40"));
    let times: Vec<_> = stops.iter().map(|p| (p.stop.leave_by.clone(), p.stop.late_at.clone())).collect();
    assert_eq!(stops[0].stop.job, JobId(Uuid::from_u128(1)), "by time");
    assert_eq!(times[0], (None, None));
    // Done at 13:52, 57 minutes on the road.
    assert_eq!(times[1], (at_local("12:43"), at_local("14:49")));
    // 14:49 + 90 minutes + 47 minutes on the road.
    assert_eq!(times[2], (at_local("14:43"), at_local("17:06")));
}

#[test]
fn a4_the_one_next_thing_is_where_one_stands_then_the_overdue_call_then_the_next_visit() {
    let now = local("2026-11-23T12:40");
    let mut stops = [stop(1, "13:40", "43"), stop(2, "15:30", "35")];
    let of = |stops: &[Planned]| next(stops, &[], now).map(|n| (n.job.0.as_u128(), n.step, n.overdue));
    assert_eq!(of(&stops), Some((1, Step::Prepare, false)));
    stops[1].contact_due = Some(local("2026-11-23T11:30"));
    assert_eq!(of(&stops), Some((2, Step::Contact, true)), "the overdue call comes first");
    stops[0].state.checked_in_at = Some(now);
    stops[0].stop.step = Step::Diagnose;
    assert_eq!(of(&stops), Some((1, Step::Diagnose, false)), "who stands at a machine finishes there");
    assert_eq!(of(&[]), None);
}

#[test]
fn a4_the_next_day_with_any_visit_is_announced() {
    let mut others = [stop(1, "08:30", "82"), stop(2, "10:00", "5"), stop(3, "", "")];
    others[0].day = Some(day("2026-11-25"));
    others[1].day = Some(day("2026-11-25"));
    others[2].day = None;
    let next = next_day(&others, day("2026-11-23")).expect("a day");
    assert_eq!((next.day.as_str(), next.count, next.first_km.as_str()), ("2026-11-25", 2, "82"));
    assert_eq!(next_day(&others, day("2026-11-25")), None);
}

#[test]
fn g1_a_phase_current_is_judged_by_the_machines_rated_current() {
    let machine = fields(json!({ "machine_type": "喷油螺杆(工频)", "rated_current_a": "71" }));
    assert_eq!(nameplate(&machine).rated_current, "71".parse().ok(), "the archive knows it");
    assert_eq!(nameplate(&fields(json!({}))).rated_current, None);
}

#[test]
fn a1_a_machine_without_a_plate_is_asked_for_no_number() {
    let missing = |job: Value| archive::completeness(&fields(job)).missing.contains(&"serial_no".to_owned());
    assert!(missing(json!({})) && missing(json!({ "nameplate_missing": false })));
    assert!(!missing(json!({ "nameplate_missing": true })));
}
