//! The order fills itself (G1): from the job, the archive, the visit's facts and registers, the fee sheet and the published data.
//! It adds nothing that nobody entered, and it refuses to guess: what is unknown stays empty.

mod part;

use super::words;
use super::{
    DocType, FORM, Letterhead, OrderConsent, OrderCustomer, OrderDocument, OrderFault, OrderFollowUp, OrderHandover,
    OrderHead, OrderMachine, OrderPayment, OrderPhoto, OrderTechnician, OrderTest, OrderTimes, PayMethod, Supersedes,
};
use crate::catalogue::{CompanyProfile, JobCategories, PartCatalogue, Words};
use crate::deadline::{DeadlineClock, DeadlineOwner, DeadlineRules};
use crate::entity::{Fields, customer as customer_field, job as job_field, machine as machine_field};
use crate::fact::{Confidence, TRAINING_TOPICS, TestRun, TickList};
use crate::fees::FeeSheet;
use crate::id::{JobId, VisitId};
use crate::knowledge::FaultKnowledge;
use crate::paper::PaperKind;
use crate::reading::ReadingSpec;
use crate::time::Instant;
use crate::visit::VisitState;
use crate::warranty::{WarrantyJudgement, WarrantyPlan, WarrantyStatus};

/// Everything the order is made of. All of it was entered, published or computed before; nothing is asked again.
pub struct DraftInput<'a> {
    pub job: JobId,
    pub visit: VisitId,
    pub order_no: &'a str,
    pub revision: u32,
    pub supersedes: Option<Supersedes>,
    pub company: &'a CompanyProfile,
    pub state: &'a VisitState,
    pub job_fields: &'a Fields,
    /// The archive's customer and machine; empty where the job has none.
    pub customer: &'a Fields,
    pub machine: &'a Fields,
    pub categories: Option<&'a JobCategories>,
    pub warranty: &'a WarrantyJudgement,
    pub plan: Option<&'a WarrantyPlan>,
    pub fees: &'a FeeSheet,
    /// The readings asked on this machine, with their ranges.
    pub readings: &'a [ReadingSpec],
    pub parts: &'a PartCatalogue,
    /// Gives the measures of the knowledge base their English words.
    pub knowledge: Option<&'a FaultKnowledge>,
    pub deadlines: Option<&'a DeadlineRules>,
    pub technicians: Vec<OrderTechnician>,
}

/// The order as the customer will see it, without rating and signature.
pub fn draft(input: &DraftInput<'_>) -> OrderDocument {
    let state = input.state;
    OrderDocument {
        form: FORM.to_owned(),
        order_id: input.visit.order(),
        job_id: input.job,
        visit_id: input.visit,
        order_no: input.order_no.to_owned(),
        revision: input.revision,
        supersedes: input.supersedes.clone(),
        zone: input.company.zone.clone(),
        company: Letterhead::of(input.company),
        head: head(input),
        customer: customer(input),
        machine: machine(input),
        fault: fault(input),
        readings: part::readings(state, input.readings),
        times: times(input),
        technicians: input.technicians.clone(),
        parts: part::parts(input),
        fees: input.fees.clone(),
        fees_shown_at: state.fees_shown_at,
        consent: state.consent.as_ref().map(|c| OrderConsent {
            by_name: c.by_name.clone(),
            at: c.at,
            how: c.how,
            total_fen: c.total_fen,
            schedule_version: c.schedule_version.clone(),
        }),
        payment: payment(input),
        test: state.test.map(|result| OrderTest {
            result,
            minutes: state.test_minutes,
            reason: state.test_reason.clone(),
        }),
        confidence: state.confidence,
        follow_ups: follow_ups(input),
        handover: handover(state),
        photos: photos(state),
        rating: None,
        signing: None,
    }
}

/// What the job says, else what the archive says.
fn known(job: &Fields, field: &str, archive: &Fields, archive_field: &str) -> String {
    let said = job.text(field);
    if said.is_empty() { archive.text(archive_field).to_owned() } else { said.to_owned() }
}

fn instant(fields: &Fields, field: &str) -> Option<Instant> {
    fields.text(field).parse().ok()
}

fn head(input: &DraftInput<'_>) -> OrderHead {
    let job = input.job_fields;
    let code = job.text(job_field::CATEGORY);
    let category = input.categories.and_then(|c| c.category(code)).map(|c| c.words.clone());
    OrderHead {
        category: category.unwrap_or_else(|| Words::new(code, code)),
        service_kind: words::service_kind(job.text(job_field::SERVICE_KIND)),
        warranty: words::warranty(input.warranty.status),
        urgency: words::urgency(job.text(job_field::URGENCY)),
        reported_at: instant(job, job_field::REPORTED_AT),
        reporter: job.text(job_field::REPORTER).to_owned(),
    }
}

fn customer(input: &DraftInput<'_>) -> OrderCustomer {
    let known = |field, archive| known(input.job_fields, field, input.customer, archive);
    OrderCustomer {
        name: known(job_field::CUSTOMER_NAME, customer_field::NAME),
        address: known(job_field::ADDRESS, customer_field::ADDRESS),
        contact: known(job_field::CONTACT_NAME, customer_field::CONTACT_NAME),
        phone: known(job_field::PHONE, customer_field::PHONE),
        wishes: input.job_fields.text(job_field::WISHES).to_owned(),
        distance_km: input.customer.text(customer_field::DISTANCE_KM).to_owned(),
    }
}

fn machine(input: &DraftInput<'_>) -> OrderMachine {
    let machine = input.machine;
    let known = |field, archive| known(input.job_fields, field, machine, archive);
    let text = |field| machine.text(field).to_owned();
    OrderMachine {
        brand: known(job_field::BRAND, machine_field::BRAND),
        model: known(job_field::MODEL, machine_field::MODEL),
        serial_no: known(job_field::SERIAL_NO, machine_field::SERIAL_NO),
        machine_type: words::machine_type(machine.text(machine_field::MACHINE_TYPE)),
        power_kw: text(machine_field::POWER_KW),
        pressure_mpa: text(machine_field::PRESSURE_MPA),
        fad_m3min: text(machine_field::FAD_M3MIN),
        voltage_v: text(machine_field::VOLTAGE_V),
        frequency_hz: text(machine_field::FREQUENCY_HZ),
        rated_current_a: text(machine_field::RATED_CURRENT_A),
        cooling: words::cooling(machine.text(machine_field::COOLING)),
        drive: words::drive(machine.text(machine_field::DRIVE)),
        manufacture_date: known(job_field::MANUFACTURE_DATE, machine_field::MANUFACTURE_DATE),
        purchase_date: known(job_field::PURCHASE_DATE, machine_field::PURCHASE_DATE),
        commission_date: text(machine_field::COMMISSION_DATE),
        run_hours: text(machine_field::RUN_HOURS),
        load_hours: text(machine_field::LOAD_HOURS),
        warranty_term: warranty_term(input.warranty, input.plan),
        nameplate_missing: input.job_fields.value(job_field::NAMEPLATE_MISSING).as_bool() == Some(true),
    }
}

/// "12 个月，已过" / "12 months, over".
fn warranty_term(judged: &WarrantyJudgement, plan: Option<&WarrantyPlan>) -> Words {
    let Some(plan) = plan else { return words::warranty(judged.status) };
    let until = judged.until.map(|day| day.to_string());
    let (zh, en) = match (judged.status, until) {
        (WarrantyStatus::InWarranty, Some(day)) => (format!("到 {day}"), format!("until {day}")),
        (WarrantyStatus::InWarranty, None) => ("保内".to_owned(), "in warranty".to_owned()),
        (WarrantyStatus::OutOfWarranty, _) => ("已过".to_owned(), "over".to_owned()),
        (WarrantyStatus::Pending, _) => ("待判定".to_owned(), "to be decided".to_owned()),
        (WarrantyStatus::Misuse, _) => ("使用不当不保".to_owned(), "misuse is not covered".to_owned()),
    };
    Words::new(format!("{} 个月，{zh}", plan.months), format!("{} months, {en}", plan.months))
}

fn fault(input: &DraftInput<'_>) -> OrderFault {
    let state = input.state;
    let diagnosis = state.diagnosis.as_ref();
    OrderFault {
        symptom: input.job_fields.text(job_field::SYMPTOM).to_owned(),
        alarm_code: state.alarm_code.clone(),
        found_condition: state.found_condition.clone(),
        causes: diagnosis.map(|d| d.causes.iter().map(|c| Words::new(&c.zh, &c.en)).collect()).unwrap_or_default(),
        cause_type: diagnosis.and_then(|d| d.cause_type).map(words::cause_type),
        measures: state.measures.iter().map(|m| measure(m, input.knowledge)).chain(declined(state)).collect(),
        hidden_defects: state.hidden_defects.clone(),
        suggestions: state.suggestions.clone(),
    }
}

/// E7: what the customer did not want replaced stands among what was done, with the number of the paper that says why.
fn declined(state: &VisitState) -> impl Iterator<Item = Words> + '_ {
    let papers = state.papers.iter().filter(|p| p.kind == PaperKind::DeclinedReplacement);
    papers.map(|p| words::declined(&p.about, &p.no))
}

/// A measure of the knowledge base has both languages; one in the technician's own words has no English yet.
fn measure(text: &str, knowledge: Option<&FaultKnowledge>) -> Words {
    let remedies = knowledge.into_iter().flat_map(|k| &k.faults).flat_map(|f| &f.remedies);
    let known = remedies.map(|r| &r.words).find(|w| w.zh == text);
    known.cloned().unwrap_or_else(|| Words::new(text, ""))
}

fn times(input: &DraftInput<'_>) -> OrderTimes {
    let state = input.state;
    OrderTimes {
        agreed: state.agreed_at(input.job_fields),
        departed: state.departed_at,
        arrived: state.arrived_at.or(state.checked_in_at),
        started: state.work_started_at,
        finished: state.work_finished_at,
        uncertainty_ms: Some(state.uncertainty_ms.clone()).filter(|known| !known.is_empty()),
    }
}

impl VisitState {
    /// When the customer expects the visit: the newest time agreed on the phone, else the one on the job, else the plan he confirmed.
    pub fn agreed_at(&self, job: &Fields) -> Option<Instant> {
        let on_phone = self.attempts.iter().rev().find_map(|a| a.new_time);
        let planned = || self.planned_at.filter(|_| self.contacted_at().is_some());
        on_phone.or_else(|| instant(job, job_field::AGREED_AT)).or_else(planned)
    }
}

/// What was chosen on the visit; else the customer's own terms from the archive, nothing received.
fn payment(input: &DraftInput<'_>) -> OrderPayment {
    if let Some(chosen) = &input.state.payment {
        return OrderPayment {
            doc_type: chosen.doc_type,
            method: chosen.method,
            paid_fen: chosen.paid_fen,
            note: chosen.note.clone(),
        };
    }
    let owing = input.fees.needs_consent();
    let terms = input.customer.text(customer_field::PAYMENT_TERMS);
    let wished = &input.customer.value(customer_field::INVOICE)["doc_type"];
    let doc_type = serde_json::from_value(wished.clone()).unwrap_or(DocType::None);
    OrderPayment {
        doc_type: if owing { doc_type } else { DocType::None },
        method: if owing && terms.starts_with("月结") { PayMethod::Monthly } else { PayMethod::Unpaid },
        paid_fen: 0,
        note: if owing { terms.to_owned() } else { String::new() },
    }
}

/// Follow-ups that begin when the technician leaves (E11, BR-02, BR-03). Length and owner are the company's rules.
fn follow_ups(input: &DraftInput<'_>) -> Vec<OrderFollowUp> {
    let state = input.state;
    let owed =
        [("BR-02", state.test == Some(TestRun::NotRun)), ("BR-03", state.confidence == Some(Confidence::NotSure))];
    let rules = owed.into_iter().filter(|(_, owed)| *owed).filter_map(|(id, _)| input.deadlines?.rule(id));
    rules
        .map(|rule| OrderFollowUp {
            rule: rule.id.clone(),
            words: rule.words.clone(),
            hours_after_leaving: match rule.due {
                DeadlineClock::AfterMinutes { minutes } | DeadlineClock::AfterWorkingMinutes { minutes } => {
                    minutes.div_ceil(60)
                }
                _ => 0,
            },
            by_company: rule.owner != DeadlineOwner::Technician,
        })
        .collect()
}

fn handover(state: &VisitState) -> OrderHandover {
    let ticked = |item| state.ticked(TickList::Handover, item).is_some();
    OrderHandover {
        reinspected: ticked("reinspected"),
        training: ticked("training"),
        equipment_count: ticked("equipment_count"),
        cleaning: ticked("cleaning"),
        service_card: ticked("service_card"),
        business_card: ticked("business_card"),
        topics: TRAINING_TOPICS.iter().filter(|topic| ticked(topic)).map(|topic| words::training(topic)).collect(),
    }
}

fn photos(state: &VisitState) -> Vec<OrderPhoto> {
    let photo = |p: &crate::visit::Photo| OrderPhoto {
        hash: p.file.hash.clone(),
        kind: p.photo,
        caption: p.caption.clone(),
        taken_at: p.at,
    };
    state.photos.iter().map(photo).collect()
}
