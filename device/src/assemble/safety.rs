//! The two safety checklists with the answers given so far (E1). Without a checklist there is no proof, and without the proof no work.

use gongdan_domain::safety::{NotSafe, SafeToWork, SafetyAnswer, SafetyTemplate};
use gongdan_domain::visit::VisitState;

use crate::view::job::SafetyView;

pub struct SafetyCheck {
    pub before_work: Result<SafeToWork, NotSafe>,
    pub before_power_on: Result<SafeToWork, NotSafe>,
}

pub fn check(template: Option<&SafetyTemplate>, state: &VisitState) -> SafetyCheck {
    let answer = |(code, given): (&String, &gongdan_domain::visit::Answer)| SafetyAnswer {
        code: code.clone(),
        choice: given.answer,
    };
    let answers: Vec<SafetyAnswer> = state.safety.iter().map(answer).collect();
    let nothing = || NotSafe { unanswered: Vec::new(), stopped_by: Vec::new() };
    match template {
        Some(template) => {
            SafetyCheck { before_work: template.safe(&answers), before_power_on: template.safe_to_power_on(&answers) }
        }
        None => SafetyCheck { before_work: Err(nothing()), before_power_on: Err(nothing()) },
    }
}

pub fn view(template: Option<&SafetyTemplate>, check: SafetyCheck) -> SafetyView {
    SafetyView {
        version: template.map(|t| t.version.clone()).unwrap_or_default(),
        items: template.map(|t| t.items.clone()).unwrap_or_default(),
        not_safe: check.before_work.err(),
        not_safe_to_power_on: check.before_power_on.err(),
    }
}
