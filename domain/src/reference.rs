//! Reference data the office publishes: kinds, bodies, versions, and what may not be published.
//!
//! A document keeps the version it was made with. Nothing invalid becomes a version: every check names what is wrong.

mod check;

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::calendar::{Calendar, CalendarError};
use crate::catalogue::{CompanyProfile, JobCategories, Maintenance, PartCatalogue};
use crate::deadline::DeadlineRules;
use crate::fees::FeeSchedule;
use crate::kit::KitTemplate;
use crate::knowledge::FaultKnowledge;
use crate::paper::templates::DocumentTemplates;
use crate::reading::FormFields;
use crate::safety::SafetyTemplate;
use crate::warranty::WarrantyPlans;
use check::{
    Checks, company_profile, deadline_rules, fault_knowledge, fee_schedule, form_fields, job_categories, kit_template,
    parts, unique, warranty_plans,
};

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
#[ts(export)]
pub enum ReferenceKind {
    FeeSchedule,
    WarrantyPlans,
    KitTemplate,
    FaultKnowledge,
    Parts,
    SafetyTemplate,
    FormFields,
    DeadlineRules,
    JobCategories,
    CompanyProfile,
    Calendar,
    Maintenance,
    DocumentTemplates,
}

impl ReferenceKind {
    pub const ALL: [ReferenceKind; 13] = [
        ReferenceKind::FeeSchedule,
        ReferenceKind::WarrantyPlans,
        ReferenceKind::KitTemplate,
        ReferenceKind::FaultKnowledge,
        ReferenceKind::Parts,
        ReferenceKind::SafetyTemplate,
        ReferenceKind::FormFields,
        ReferenceKind::DeadlineRules,
        ReferenceKind::JobCategories,
        ReferenceKind::CompanyProfile,
        ReferenceKind::Calendar,
        ReferenceKind::Maintenance,
        ReferenceKind::DocumentTemplates,
    ];
}

/// One published version: `{"kind": "fee_schedule", "body": {…}}`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[serde(tag = "kind", content = "body", rename_all = "snake_case")]
#[ts(export)]
pub enum Reference {
    FeeSchedule(Box<FeeSchedule>),
    WarrantyPlans(WarrantyPlans),
    KitTemplate(KitTemplate),
    FaultKnowledge(FaultKnowledge),
    Parts(PartCatalogue),
    SafetyTemplate(SafetyTemplate),
    FormFields(FormFields),
    DeadlineRules(DeadlineRules),
    JobCategories(JobCategories),
    CompanyProfile(CompanyProfile),
    Calendar(Calendar),
    Maintenance(Maintenance),
    DocumentTemplates(DocumentTemplates),
}

/// Why a version cannot be published.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS, thiserror::Error)]
#[serde(tag = "code", rename_all = "snake_case")]
#[ts(export)]
pub enum ReferenceError {
    #[error("{item} has a negative price")]
    NegativePrice { item: String },
    #[error("{item} appears twice")]
    DuplicateCode { item: String },
    #[error("{item} names {missing}, which does not exist")]
    UnknownCode { item: String, missing: String },
    #[error("the dates overlap those of version {version}")]
    OverlappingDates { version: String },
    #[error("version {version} exists already")]
    DuplicateVersion { version: String },
    #[error("the last day lies before the first")]
    DatesReversed,
    #[error("{item} has no version, code or text")]
    Empty { item: String },
    #[error("travel bands have a gap or overlap at {band}")]
    BandsBroken { band: String },
    #[error("{item} is out of range")]
    OutOfRange { item: String },
    #[error("the cleaning rag must be on the list exactly once, mandatory, without conditions, never releasable")]
    RagReleasable,
    #[error("the calendar cannot be used: {problem}")]
    Calendar { problem: CalendarError },
}

impl Reference {
    pub fn kind(&self) -> ReferenceKind {
        match self {
            Self::FeeSchedule(_) => ReferenceKind::FeeSchedule,
            Self::WarrantyPlans(_) => ReferenceKind::WarrantyPlans,
            Self::KitTemplate(_) => ReferenceKind::KitTemplate,
            Self::FaultKnowledge(_) => ReferenceKind::FaultKnowledge,
            Self::Parts(_) => ReferenceKind::Parts,
            Self::SafetyTemplate(_) => ReferenceKind::SafetyTemplate,
            Self::FormFields(_) => ReferenceKind::FormFields,
            Self::DeadlineRules(_) => ReferenceKind::DeadlineRules,
            Self::JobCategories(_) => ReferenceKind::JobCategories,
            Self::CompanyProfile(_) => ReferenceKind::CompanyProfile,
            Self::Calendar(_) => ReferenceKind::Calendar,
            Self::Maintenance(_) => ReferenceKind::Maintenance,
            Self::DocumentTemplates(_) => ReferenceKind::DocumentTemplates,
        }
    }

    pub fn version(&self) -> &str {
        self.head().0
    }

    pub fn valid_from(&self) -> NaiveDate {
        self.head().1
    }

    fn head(&self) -> (&str, NaiveDate) {
        match self {
            Self::FeeSchedule(b) => (&b.version, b.valid_from),
            Self::WarrantyPlans(b) => (&b.version, b.valid_from),
            Self::KitTemplate(b) => (&b.version, b.valid_from),
            Self::FaultKnowledge(b) => (&b.version, b.valid_from),
            Self::Parts(b) => (&b.version, b.valid_from),
            Self::SafetyTemplate(b) => (&b.version, b.valid_from),
            Self::FormFields(b) => (&b.version, b.valid_from),
            Self::DeadlineRules(b) => (&b.version, b.valid_from),
            Self::JobCategories(b) => (&b.version, b.valid_from),
            Self::CompanyProfile(b) => (&b.version, b.valid_from),
            Self::Calendar(b) => (&b.version, b.valid_from),
            Self::Maintenance(b) => (&b.version, b.valid_from),
            Self::DocumentTemplates(b) => (&b.version, b.valid_from),
        }
    }

    /// Last day of a version that names one.
    pub fn valid_until(&self) -> Option<NaiveDate> {
        match self {
            Self::FeeSchedule(b) => b.valid_until,
            _ => None,
        }
    }

    /// Checks the body by itself; every finding, not only the first.
    pub fn validate(&self) -> Result<(), Vec<ReferenceError>> {
        let mut found = Checks::new();
        if self.version().trim().is_empty() {
            found.push(ReferenceError::Empty { item: "version".into() });
        }
        match self {
            Self::FeeSchedule(b) => fee_schedule(b, &mut found),
            Self::WarrantyPlans(b) => warranty_plans(b, &mut found),
            Self::KitTemplate(b) => kit_template(b, &mut found),
            Self::FaultKnowledge(b) => fault_knowledge(b, &mut found),
            Self::Parts(b) => parts(b, &mut found),
            Self::SafetyTemplate(b) => unique(b.items.iter().map(|i| &i.code), &mut found),
            Self::FormFields(b) => form_fields(b, &mut found),
            Self::DeadlineRules(b) => deadline_rules(b, &mut found),
            Self::JobCategories(b) => job_categories(b, &mut found),
            Self::CompanyProfile(b) => company_profile(b, &mut found),
            Self::Calendar(b) => found.extend(b.validate().err().map(|problem| ReferenceError::Calendar { problem })),
            Self::Maintenance(b) => unique(b.tasks.iter().map(|t| &t.code), &mut found),
            // Whoever prints judges them: a mistake costs nobody his document.
            Self::DocumentTemplates(_) => {}
        }
        if found.is_empty() { Ok(()) } else { Err(found) }
    }

    /// May this version join those published before it (of the same kind)? An open end gives way to the next start.
    pub fn validate_among<'a>(
        &self,
        published: impl IntoIterator<Item = &'a Reference>,
    ) -> Result<(), Vec<ReferenceError>> {
        let mut found = self.validate().err().unwrap_or_default();
        for other in published.into_iter().filter(|o| o.kind() == self.kind()) {
            let version = other.version().to_owned();
            if other.version() == self.version() {
                found.push(ReferenceError::DuplicateVersion { version });
            } else if overlap(self, other) {
                found.push(ReferenceError::OverlappingDates { version });
            }
        }
        if found.is_empty() { Ok(()) } else { Err(found) }
    }
}

fn overlap(a: &Reference, b: &Reference) -> bool {
    let (first, second) = if a.valid_from() <= b.valid_from() { (a, b) } else { (b, a) };
    first.valid_from() == second.valid_from() || first.valid_until().is_some_and(|end| end >= second.valid_from())
}

/// The version in force on a day: the latest that has started and not ended.
pub fn in_force<'a>(
    published: impl IntoIterator<Item = &'a Reference>,
    kind: ReferenceKind,
    on: NaiveDate,
) -> Option<&'a Reference> {
    published
        .into_iter()
        .filter(|r| r.kind() == kind && r.valid_from() <= on && r.valid_until().is_none_or(|end| on <= end))
        .max_by_key(|r| r.valid_from())
}
