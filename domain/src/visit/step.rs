//! Where a visit stands on its rail of ten steps: furthest unretracted milestone, gaps visible, the next step named.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::fact::{ContactOutcome, TestRun};
use crate::time::Instant;
use crate::visit::VisitState;

/// The ten steps: 接单 联系 准备 出发 到达 诊断 收费 维修 工作单 回访.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
#[ts(export, rename_all = "snake_case")]
pub enum Step {
    Accept,
    Contact,
    Prepare,
    Depart,
    Arrive,
    Diagnose,
    Charge,
    Repair,
    Order,
    FollowUp,
}

impl Step {
    pub const ALL: [Step; 10] = [
        Step::Accept,
        Step::Contact,
        Step::Prepare,
        Step::Depart,
        Step::Arrive,
        Step::Diagnose,
        Step::Charge,
        Step::Repair,
        Step::Order,
        Step::FollowUp,
    ];
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
#[ts(export, rename_all = "snake_case")]
pub enum StepMark {
    Done,
    Current,
    Coming,
}

/// One step of the rail with when it was done.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct StepState {
    pub step: Step,
    pub mark: StepMark,
    #[ts(type = "string | null")]
    pub at: Option<Instant>,
}

/// How far a visit is, in one word (for lists and the office's board).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
#[ts(export, rename_all = "snake_case")]
pub enum VisitStage {
    Unassigned,
    Assigned,
    Accepted,
    /// Solved by phone (B5); the callback is owed.
    Advised,
    /// The customer does not want the visit (B6): the office takes over.
    Refused,
    Contacted,
    Ready,
    Travelling,
    /// At the door, not admitted or nobody there (D4).
    Blocked,
    OnSite,
    Repairing,
    Sealed,
    Left,
    Questioned,
    Archived,
    Cancelled,
}

impl VisitState {
    /// When each step was done; `kit_ready_at` is when the last mandatory kit item was ticked, if the kit is complete.
    fn done_at(&self, step: Step, kit_ready_at: Option<Instant>) -> Option<Instant> {
        match step {
            Step::Accept => self.accepted_at,
            Step::Contact => self.contacted_at(),
            Step::Prepare => self.departed_at.map(|at| kit_ready_at.unwrap_or(at)).or(kit_ready_at),
            Step::Depart => self.departed_at,
            Step::Arrive => {
                let door = self.unticked(crate::fact::TickList::Door).is_empty();
                self.safety_signed_at.filter(|_| door && self.checked_in_at.is_some())
            }
            Step::Diagnose => {
                let diagnosed =
                    self.diagnosis.as_ref().is_some_and(|d| !d.causes.is_empty() && d.analysis_right.is_some());
                let photos = self.has_photo(crate::fact::PhotoKind::Before);
                self.fees_shown_at.or(self.work_started_at).filter(|_| diagnosed && photos)
            }
            Step::Charge => self.work_started_at,
            Step::Repair => self.work_finished_at,
            Step::Order => self.closed(),
            Step::FollowUp => self.checked_out_at.filter(|_| self.closed().is_some()),
        }
    }

    /// The rail: every step before the first undone one is done, that one is current.
    pub fn steps(&self, kit_ready_at: Option<Instant>) -> Vec<StepState> {
        let current =
            Step::ALL.iter().position(|s| self.done_at(*s, kit_ready_at).is_none()).unwrap_or(Step::ALL.len());
        // A later milestone overtakes gaps: what was sealed is past all steps before it; the gaps are findings.
        let furthest = Step::ALL.iter().rposition(|s| self.milestone(*s).is_some()).map_or(0, |i| i + 1);
        // Open for its next revision, the order itself is on, whatever was skipped before it.
        let order = Step::ALL.iter().position(|s| *s == Step::Order).unwrap_or_default();
        let furthest = if self.revising.is_some() { order } else { furthest };
        let current = current.max(furthest);
        Step::ALL
            .iter()
            .enumerate()
            .map(|(i, step)| StepState {
                step: *step,
                mark: match i.cmp(&current) {
                    std::cmp::Ordering::Less => StepMark::Done,
                    std::cmp::Ordering::Equal => StepMark::Current,
                    std::cmp::Ordering::Greater => StepMark::Coming,
                },
                at: self.done_at(*step, kit_ready_at),
            })
            .collect()
    }

    /// When the order was sealed, unless it is open for its next revision.
    fn closed(&self) -> Option<Instant> {
        self.sealed().filter(|_| self.revising.is_none()).map(|s| s.at)
    }

    fn milestone(&self, step: Step) -> Option<Instant> {
        match step {
            Step::Depart => self.departed_at,
            Step::Charge => self.work_started_at,
            Step::Repair => self.work_finished_at,
            Step::Order => self.closed(),
            _ => None,
        }
    }

    /// The stage by the furthest unretracted milestone.
    pub fn stage(&self) -> VisitStage {
        let last = self.attempts.last().map(|a| a.outcome);
        // A revision that came after the archiving waits for its own review.
        let reviewed = self.sealed().is_none_or(|s| s.revision <= self.archived_revision);
        if self.archived.is_some() && reviewed {
            VisitStage::Archived
        } else if self.questions.iter().any(|q| q.answer.is_none()) {
            VisitStage::Questioned
        } else if self.sealed().is_some() {
            if self.checked_out_at.is_some() { VisitStage::Left } else { VisitStage::Sealed }
        } else if self.cancelled.is_some() {
            VisitStage::Cancelled
        } else if self.work_started_at.is_some() {
            VisitStage::Repairing
        } else if self.not_admitted.is_some() {
            VisitStage::Blocked
        } else if self.checked_in_at.or(self.arrived_at).is_some() {
            VisitStage::OnSite
        } else if self.departed_at.is_some() {
            VisitStage::Travelling
        } else if last == Some(ContactOutcome::Advised) {
            VisitStage::Advised
        } else if last == Some(ContactOutcome::Refused) {
            VisitStage::Refused
        } else if self.contacted_at().is_some() {
            if self.ticks.contains_key(&crate::fact::TickList::Kit) { VisitStage::Ready } else { VisitStage::Contacted }
        } else if self.accepted_at.is_some() {
            VisitStage::Accepted
        } else if self.technicians.is_empty() {
            VisitStage::Unassigned
        } else {
            VisitStage::Assigned
        }
    }

    /// Whether the repair is recorded so far that it can be finished; the names of what is missing (E11).
    pub fn repair_missing(&self) -> Vec<&'static str> {
        let mut missing = Vec::new();
        if self.measures.is_empty() {
            missing.push("measures");
        }
        if self.test.is_none() {
            missing.push("test_run");
        }
        if self.test == Some(TestRun::NotRun) && self.test_reason.trim().is_empty() {
            missing.push("test_reason");
        }
        if self.confidence.is_none() {
            missing.push("confidence");
        }
        if !self.has_photo(crate::fact::PhotoKind::After) {
            missing.push("photo_after");
        }
        missing
    }

    /// The names of what the diagnosis still needs (E2).
    pub fn diagnosis_missing(&self) -> Vec<&'static str> {
        let mut missing = Vec::new();
        let diagnosis = self.diagnosis.as_ref();
        if diagnosis.is_none_or(|d| d.causes.is_empty()) {
            missing.push("cause");
        }
        if diagnosis.is_none_or(|d| d.analysis_right.is_none()) {
            missing.push("analysis_right");
        }
        if !self.has_photo(crate::fact::PhotoKind::Before) {
            missing.push("photo_before");
        }
        missing
    }
}
