//! The analysis before a visit: which causes fit the customer's words, this machine's hours and its history (A3).

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::fault::{Cause, Fault, FaultKnowledge, Step};
use super::matching::{Span, find, longest_common, normalised, phrases};
use crate::catalogue::{MachineType, PartCatalogue, Words};

/// When a part was last changed, by the machine's hour meter.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct PartChanged {
    pub part: String,
    pub at_hours: u32,
}

/// What of the machine and its archive helps the ranking; everything may be missing.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, TS)]
#[serde(default)]
#[ts(export)]
pub struct AnalysisMachine {
    pub machine_type: Option<MachineType>,
    pub run_hours: Option<u32>,
    pub changed: Vec<PartChanged>,
    /// Notes of customer, machine and former visits.
    pub notes: Vec<String>,
}

/// Why a cause stands where it stands. Positions are characters of the text they refer to.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[serde(tag = "reason", rename_all = "snake_case")]
#[ts(export)]
pub enum RankReason {
    /// Customer's words: characters `start..end` mean `phrase`.
    SaidByCustomer { phrase: String, start: u32, end: u32 },
    /// The controller's own text was quoted.
    AlarmShown { phrase: String, start: u32, end: u32 },
    /// Place in the knowledge base: 1 is the most frequent cause.
    KnowledgeOrder { order: u32 },
    /// The part ran longer than its interval; `hours` since its change, or since new when no change is recorded.
    PartOverdue { part: String, hours: u32, interval_hours: u32, change_recorded: bool },
    /// The archive's note number `note` speaks of it.
    NotedInArchive { note: u32, start: u32, end: u32 },
}

/// A part to take along and the causes it serves.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct RankedPart {
    pub code: String,
    pub words: Words,
    /// Cause codes; empty: kept for the fault in general.
    pub serves: Vec<String>,
    pub van_stock: bool,
}

/// One probable cause with everything needed to prepare for it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct RankedCause {
    pub fault: String,
    pub fault_words: Words,
    pub cause: String,
    pub words: Words,
    pub score: i64,
    pub reasons: Vec<RankReason>,
    pub checks: Vec<Step>,
    pub remedies: Vec<Step>,
    pub parts: Vec<RankedPart>,
    pub phone_advice: bool,
    pub must_stop: bool,
}

const WHOLE_PHRASE: i64 = 100;
const PART_OF_PHRASE: i64 = 60;
const ALARM_BONUS: i64 = 80;
const FIRST_CAUSE: i64 = 60;
const ORDER_STEP: i64 = 6;
const NOTED: i64 = 40;
const OVERDUE_RECORDED: i64 = 30;
const OVERDUE_UNRECORDED: i64 = 4;
const CAUSE_SAID: i64 = 25;

/// Causes that fit, best first. Nothing recognised gives an empty list, never a guess.
pub fn analyse(
    knowledge: &FaultKnowledge,
    catalogue: &PartCatalogue,
    symptom: &str,
    machine: &AnalysisMachine,
) -> Vec<RankedCause> {
    let text = normalised(symptom);
    let notes: Vec<Vec<char>> = machine.notes.iter().map(|n| normalised(n)).collect();
    let evidence = Evidence { text: &text, notes: &notes, machine, catalogue };
    let mut ranked: Vec<(RankedCause, u32)> = Vec::new();
    for fault in knowledge.faults.iter().filter(|f| f.fits(machine.machine_type)) {
        let (score, reasons) = recognise(fault, symptom, &text);
        if score == 0 {
            continue;
        }
        for cause in &fault.causes {
            let judged = rank_cause(fault, cause, (score, &reasons), &evidence);
            ranked.push((judged, cause.order));
        }
    }
    ranked.sort_by(|(a, a_order), (b, b_order)| {
        b.score.cmp(&a.score).then_with(|| a.fault.cmp(&b.fault)).then_with(|| a_order.cmp(b_order))
    });
    ranked.into_iter().map(|(cause, _)| cause).collect()
}

/// How strongly the customer's words name this fault; overlapping phrases count once, the strongest of them.
fn recognise(fault: &Fault, symptom: &str, text: &[char]) -> (i64, Vec<RankReason>) {
    let said = std::iter::once(&fault.words.zh).chain(std::iter::once(&fault.words.en)).chain(&fault.aliases);
    let mut found: Vec<(i64, Span, bool)> = Vec::new();
    for (phrase, alarm) in said.map(|p| (p, false)).chain(fault.alarms.iter().map(|p| (p, true))) {
        for piece in phrases(phrase) {
            if let Some(span) = find(text, &piece) {
                let each = if span.whole_phrase { WHOLE_PHRASE } else { PART_OF_PHRASE };
                let bonus = if alarm && span.whole_phrase { ALARM_BONUS } else { 0 };
                found.push((each * span.len().min(8) as i64 + bonus, span, alarm));
            }
        }
    }
    found.sort_by(|(a, x, _), (b, y, _)| b.cmp(a).then_with(|| x.start.cmp(&y.start)));
    let mut kept: Vec<(i64, Span, bool)> = Vec::new();
    for hit in found {
        if kept.iter().all(|k| !k.1.overlaps(&hit.1)) {
            kept.push(hit);
        }
    }
    let reasons = kept.iter().map(|(_, span, alarm)| said_reason(symptom, span, *alarm)).collect();
    (kept.iter().map(|k| k.0).sum(), reasons)
}

fn said_reason(symptom: &str, span: &Span, alarm: bool) -> RankReason {
    let phrase = symptom.chars().skip(span.start).take(span.len()).collect();
    let (start, end) = (span.start as u32, span.end as u32);
    if alarm {
        RankReason::AlarmShown { phrase, start, end }
    } else {
        RankReason::SaidByCustomer { phrase, start, end }
    }
}

/// What speaks for or against a cause beside the fault itself.
struct Evidence<'a> {
    text: &'a [char],
    notes: &'a [Vec<char>],
    machine: &'a AnalysisMachine,
    catalogue: &'a PartCatalogue,
}

fn rank_cause(
    fault: &Fault,
    cause: &Cause,
    (fault_score, fault_reasons): (i64, &[RankReason]),
    evidence: &Evidence<'_>,
) -> RankedCause {
    let Evidence { text, notes, machine, catalogue } = *evidence;
    let mut reasons = fault_reasons.to_vec();
    reasons.push(RankReason::KnowledgeOrder { order: cause.order });
    let mut score = fault_score + (FIRST_CAUSE - ORDER_STEP * (i64::from(cause.order) - 1)).max(0);
    let words = normalised(&cause.words.zh);
    if longest_common(text, &words).1 >= 3 {
        score += CAUSE_SAID;
    }
    for (index, note) in notes.iter().enumerate() {
        let (start, len) = longest_common(note, &words);
        if len >= 3 {
            score += NOTED;
            reasons.push(RankReason::NotedInArchive {
                note: index as u32,
                start: start as u32,
                end: (start + len) as u32,
            });
        }
    }
    let overdue: Vec<RankReason> = cause.parts.iter().filter_map(|p| overdue(p, machine, catalogue)).collect();
    score += overdue.iter().map(overdue_weight).max().unwrap_or(0);
    reasons.extend(overdue);
    RankedCause {
        fault: fault.code.clone(),
        fault_words: fault.words.clone(),
        cause: cause.code.clone(),
        words: cause.words.clone(),
        score,
        reasons,
        checks: fault.checks.clone(),
        remedies: fault.remedies.clone(),
        parts: parts_of(fault, cause, catalogue),
        phone_advice: fault.phone_advice,
        must_stop: fault.must_stop,
    }
}

fn overdue_weight(reason: &RankReason) -> i64 {
    match reason {
        RankReason::PartOverdue { change_recorded: true, .. } => OVERDUE_RECORDED,
        RankReason::PartOverdue { change_recorded: false, .. } => OVERDUE_UNRECORDED,
        _ => 0,
    }
}

/// A part beyond its interval makes its cause more likely; without a recorded change only a little.
fn overdue(part: &str, machine: &AnalysisMachine, catalogue: &PartCatalogue) -> Option<RankReason> {
    let interval_hours = catalogue.part(part)?.interval_hours?;
    let run_hours = machine.run_hours?;
    let changed_at = machine.changed.iter().filter(|c| c.part == part).map(|c| c.at_hours).max();
    let hours = run_hours.checked_sub(changed_at.unwrap_or(0))?;
    (hours >= interval_hours).then(|| RankReason::PartOverdue {
        part: part.to_owned(),
        hours,
        interval_hours,
        change_recorded: changed_at.is_some(),
    })
}

/// The cause's own parts; a cause without any offers none rather than everything the fault ever needs.
fn parts_of(fault: &Fault, cause: &Cause, catalogue: &PartCatalogue) -> Vec<RankedPart> {
    cause
        .parts
        .iter()
        .map(|code| RankedPart {
            code: code.clone(),
            words: catalogue.part(code).map_or_else(|| Words::new(code, code), |p| p.words.clone()),
            serves: fault.causes.iter().filter(|c| c.parts.contains(code)).map(|c| c.code.clone()).collect(),
            van_stock: catalogue.part(code).is_some_and(|p| p.van_stock),
        })
        .collect()
}
