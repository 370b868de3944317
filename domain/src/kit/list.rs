//! The kit list of one job, and one merged list for all of a day's jobs (C2, C3).

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::context::KitContext;
use super::template::{KitCondition, KitItem, KitLevel, KitRole, KitTemplate};
use crate::catalogue::Words;

/// Where a line came from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
#[ts(export)]
pub enum KitOrigin {
    Template,
    Part,
    Loaner,
    /// Special tool of a suspected fault.
    FaultTool,
    Manual,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct KitLine {
    pub code: String,
    pub group: String,
    pub words: Words,
    pub qty: u32,
    pub level: KitLevel,
    pub mandatory: bool,
    pub releasable: bool,
    pub role: Option<KitRole>,
    pub origin: KitOrigin,
    /// Conditions that put it here; empty for what is always taken.
    pub because: Vec<KitCondition>,
    /// Jobs that need it.
    pub jobs: Vec<String>,
    pub note: Words,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct KitList {
    /// The template version the check is made against (C4).
    pub template_version: String,
    pub lines: Vec<KitLine>,
}

/// Groups of lines that do not come from the template.
pub const PARTS_GROUP: &str = "PARTS";
pub const LOANER_GROUP: &str = "LOANER";
pub const MANUALS_GROUP: &str = "MANUALS";

/// Template items whose condition holds + the job's parts, loaner, manuals and the special tools of its faults.
pub fn kit_list(template: &KitTemplate, job: &KitContext) -> KitList {
    let mut lines: Vec<KitLine> = template.items.iter().filter_map(|item| template_line(item, job)).collect();
    if !lines.iter().any(KitLine::is_rag) {
        lines.push(rag_line(template, job));
    }
    for part in &job.parts {
        lines.push(added(job, &part.code, &part.words, part.qty, PARTS_GROUP, KitOrigin::Part));
    }
    if let Some(loaner) = &job.loaner {
        lines.push(added(job, &loaner.code, &loaner.words, 1, LOANER_GROUP, KitOrigin::Loaner));
    }
    for manual in &job.manuals {
        let mut line = added(job, &manual.code, &manual.words, 1, MANUALS_GROUP, KitOrigin::Manual);
        (line.level, line.mandatory) = (KitLevel::Recommended, false);
        lines.push(line);
    }
    fold(template.version.clone(), lines)
}

/// One list for several jobs: the same tool once, parts added up, every line naming its jobs.
pub fn merge(lists: &[KitList]) -> Option<KitList> {
    let version = lists.first()?.template_version.clone();
    Some(fold(version, lists.iter().flat_map(|l| l.lines.iter().cloned()).collect()))
}

impl KitLine {
    pub fn is_rag(&self) -> bool {
        self.role == Some(KitRole::CleaningRag)
    }
}

fn template_line(item: &KitItem, job: &KitContext) -> Option<KitLine> {
    let rag = item.role == Some(KitRole::CleaningRag);
    let because: Vec<KitCondition> = item.conditions.iter().filter(|c| c.holds(job)).cloned().collect();
    let fault_tool = job.tools.contains(&item.code);
    if !rag && !fault_tool && because.is_empty() && !item.conditions.is_empty() {
        return None;
    }
    // The tool without which the suspected fault cannot be worked on is not merely recommended.
    let raised = fault_tool && item.level == KitLevel::Recommended;
    let level = match (rag, raised) {
        (true, _) => KitLevel::SourceMandatory,
        (false, true) => KitLevel::ConditionalMandatory,
        (false, false) => item.level,
    };
    Some(KitLine {
        code: item.code.clone(),
        group: item.group.clone(),
        words: item.words.clone(),
        qty: item.qty,
        level,
        mandatory: level.is_mandatory(),
        releasable: item.releasable && !rag,
        role: item.role,
        origin: if raised { KitOrigin::FaultTool } else { KitOrigin::Template },
        because,
        jobs: job_of(job),
        note: item.note.clone(),
    })
}

fn rag_line(template: &KitTemplate, job: &KitContext) -> KitLine {
    let group = template.groups.first().map(|g| g.code.clone()).unwrap_or_default();
    let mut line = added(job, "KIT-K-11", &Words::new("抹布", "Cleaning cloth"), 3, &group, KitOrigin::Template);
    line.level = KitLevel::SourceMandatory;
    line.releasable = false;
    line.role = Some(KitRole::CleaningRag);
    line
}

fn added(job: &KitContext, code: &str, words: &Words, qty: u32, group: &str, origin: KitOrigin) -> KitLine {
    KitLine {
        code: code.to_owned(),
        group: group.to_owned(),
        words: words.clone(),
        qty,
        level: KitLevel::ConditionalMandatory,
        mandatory: true,
        releasable: true,
        role: None,
        origin,
        because: Vec::new(),
        jobs: job_of(job),
        note: Words::default(),
    }
}

fn job_of(job: &KitContext) -> Vec<String> {
    if job.job.is_empty() { Vec::new() } else { vec![job.job.clone()] }
}

/// Lines of one code become one line. Tools are shared, what is used up or left behind adds up.
fn fold(template_version: String, lines: Vec<KitLine>) -> KitList {
    let mut folded: Vec<KitLine> = Vec::new();
    for line in lines {
        match folded.iter_mut().find(|l| l.code == line.code) {
            None => folded.push(line),
            Some(kept) => absorb(kept, line),
        }
    }
    KitList { template_version, lines: folded }
}

fn absorb(kept: &mut KitLine, line: KitLine) {
    let adds_up = matches!(line.origin, KitOrigin::Part | KitOrigin::Loaner);
    kept.qty = if adds_up { kept.qty.saturating_add(line.qty) } else { kept.qty.max(line.qty) };
    kept.level = kept.level.max(line.level);
    kept.mandatory |= line.mandatory;
    kept.releasable &= line.releasable;
    kept.role = kept.role.or(line.role);
    kept.because.extend(line.because.into_iter().filter(|c| !kept.because.contains(c)).collect::<Vec<_>>());
    kept.jobs.extend(line.jobs.into_iter().filter(|j| !kept.jobs.contains(j)).collect::<Vec<_>>());
}
