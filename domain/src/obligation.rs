//! What is owed, by whom, until when (I1). An obligation is derived from the fact that triggers it and the rule, so two makers make
//! one and a second advice makes a second; it is done only by a result that qualifies (未接通 never does).

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::calendar::Clock;
use crate::deadline::{DeadlineOwner, DeadlineRules, DueState, due};
use crate::fact::{Confidence, ContactOutcome, FactBody, Rating, SigningChoice, TestRun};
use crate::id::{FactId, JobId, ObligationId, PersonId, VisitId, derived};
use crate::sync::change::Fact;
use crate::time::Instant;

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
#[ts(export, rename_all = "snake_case")]
pub enum ObligationState {
    /// The clock has not started: it starts on leaving.
    Waiting,
    Open,
    Due,
    Overdue,
    Done,
    Waived,
}

/// One thing owed.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct Obligation {
    pub id: ObligationId,
    /// BR-01, BR-02, BR-03, BR-06, BR-11, or `question` for a question of the office.
    pub rule: String,
    pub job: JobId,
    pub visit: Option<VisitId>,
    pub trigger: FactId,
    /// The technician who owes it; `None`: the office does.
    pub owner: Option<PersonId>,
    /// When the clock started.
    #[ts(type = "string | null")]
    pub since: Option<Instant>,
    #[ts(type = "string | null")]
    pub opens_at: Option<Instant>,
    /// As the source says.
    #[ts(type = "string | null")]
    pub source_due: Option<Instant>,
    /// Moved into the contact window.
    #[ts(type = "string | null")]
    pub due_at: Option<Instant>,
    #[ts(type = "string | null")]
    pub overdue_at: Option<Instant>,
    pub state: ObligationState,
    /// Calls that did not reach the customer.
    pub unreached: u32,
}

struct Trigger<'a> {
    fact: &'a Fact,
    rule: &'static str,
    /// Counts from leaving instead of from the fact.
    from_leaving: bool,
}

/// All obligations that the unretracted facts of one job carry, at `now`.
pub fn obligations(
    job: JobId,
    facts: &[Fact],
    rules: &DeadlineRules,
    clock: &Clock<'_>,
    now: Instant,
) -> Vec<Obligation> {
    let mut facts: Vec<(&Fact, FactBody)> = facts.iter().filter_map(|f| Some((f, FactBody::of(f)?))).collect();
    facts.sort_by_key(|(f, _)| (f.at.corrected(), f.id));
    let mut owed: Vec<Obligation> = triggers(&facts).iter().map(|t| owe(job, t, &facts, rules, clock, now)).collect();
    owed.sort_by_key(|o| (o.due_at, o.id));
    owed
}

fn triggers<'a>(facts: &[(&'a Fact, FactBody)]) -> Vec<Trigger<'a>> {
    let mut found = Vec::new();
    // Where a later statement replaces an earlier one of the same visit, only the last triggers.
    let last = |same: fn(&FactBody) -> bool, visit: Option<VisitId>| {
        facts.iter().rev().find(|(f, b)| f.visit == visit && same(b)).map(|(f, _)| f.id)
    };
    for (fact, body) in facts {
        let mut owe = |rule, from_leaving| found.push(Trigger { fact, rule, from_leaving });
        match body {
            FactBody::ContactAttempt { outcome: ContactOutcome::Advised, .. } => owe("BR-01", false),
            FactBody::TestRunRecorded { result: TestRun::NotRun, .. }
                if last(|b| matches!(b, FactBody::TestRunRecorded { .. }), fact.visit) == Some(fact.id) =>
            {
                owe("BR-02", true);
            }
            FactBody::ConfidenceStated { confidence: Confidence::NotSure }
                if last(|b| matches!(b, FactBody::ConfidenceStated { .. }), fact.visit) == Some(fact.id) =>
            {
                owe("BR-03", true);
            }
            FactBody::OrderSealed { choice, quality, attitude, .. } => {
                let dissatisfied = *quality == Rating::Dissatisfied || *attitude == Rating::Dissatisfied;
                if dissatisfied || *choice != SigningChoice::Signed {
                    owe("BR-11", false);
                }
            }
            FactBody::CallbackMade { reached: true, satisfied: Some(false), .. } => owe("BR-11", false),
            FactBody::OrderQuestioned { .. } => owe("question", false),
            FactBody::RemedialCallback { .. } => owe("BR-06", false),
            _ => {}
        }
    }
    found
}

fn owe(
    job: JobId,
    trigger: &Trigger<'_>,
    facts: &[(&Fact, FactBody)],
    rules: &DeadlineRules,
    clock: &Clock<'_>,
    now: Instant,
) -> Obligation {
    let id = ObligationId(derived(trigger.fact.id.0, trigger.rule));
    let triggered_at = trigger.fact.at.corrected();
    let left_at = facts
        .iter()
        .filter(|(f, b)| f.visit == trigger.fact.visit && matches!(b, FactBody::CheckedOut { .. }))
        .map(|(f, _)| f.at.corrected())
        .max();
    let since = if trigger.from_leaving { left_at } else { Some(triggered_at) };
    let rule = rules.rule(trigger.rule);
    let when = since.zip(rule).map(|(since, rule)| due(rule, since, clock, false));
    let office = rule.is_some_and(|r| r.owner != DeadlineOwner::Technician);

    // A question of the office is owed by whoever sealed the order.
    let sealer = || facts.iter().rev().find(|(_, b)| matches!(b, FactBody::OrderSealed { .. })).map(|(f, _)| f.by);
    let owner = if trigger.rule == "question" { sealer() } else { Some(trigger.fact.by) };

    let results = facts.iter().filter_map(|(f, b)| match b {
        FactBody::CallbackMade { obligation, reached, .. } if *obligation == id => Some(*reached),
        FactBody::QuestionAnswered { .. } if trigger.rule == "question" && f.at.corrected() >= triggered_at => {
            Some(true)
        }
        _ => None,
    });
    let (reached, unreached): (Vec<bool>, Vec<bool>) = results.partition(|reached| *reached);
    let waived =
        facts.iter().any(|(_, b)| matches!(b, FactBody::ObligationWaived { obligation, .. } if *obligation == id));
    let state = if !reached.is_empty() {
        ObligationState::Done
    } else if waived {
        ObligationState::Waived
    } else {
        match when.as_ref().map(|d| d.state(now)) {
            None if trigger.rule == "question" => ObligationState::Open,
            None => ObligationState::Waiting,
            Some(DueState::NotOpen | DueState::Open) => ObligationState::Open,
            Some(DueState::Due) => ObligationState::Due,
            Some(DueState::Overdue) => ObligationState::Overdue,
        }
    };
    Obligation {
        id,
        rule: trigger.rule.to_owned(),
        job,
        visit: trigger.fact.visit,
        trigger: trigger.fact.id,
        owner: if office { None } else { owner },
        since,
        opens_at: when.as_ref().and_then(|d| d.opens_at),
        source_due: when.as_ref().map(|d| d.source_due),
        due_at: when.as_ref().map(|d| d.adjusted_due),
        overdue_at: when.as_ref().map(|d| d.overdue_at),
        state,
        unreached: unreached.len() as u32,
    }
}
