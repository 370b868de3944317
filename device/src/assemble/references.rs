//! The published data that one job is read with: the versions in force on its day, or those that its checks and its consent name (C4, F2).

use std::sync::Arc;

use chrono::NaiveDate;
use gongdan_domain::calendar::Calendar;
use gongdan_domain::catalogue::{CompanyProfile, JobCategories, PartCatalogue, Words};
use gongdan_domain::deadline::DeadlineRules;
use gongdan_domain::fees::FeeSchedule;
use gongdan_domain::kit::KitTemplate;
use gongdan_domain::knowledge::FaultKnowledge;
use gongdan_domain::reading::FormFields;
use gongdan_domain::reference::ReferenceKind;
use gongdan_domain::safety::SafetyTemplate;
use gongdan_domain::warranty::WarrantyPlans;
use serde::de::DeserializeOwned;

use crate::error::{Error, Result};
use crate::store::Reader;

#[derive(Default)]
pub struct References {
    pub fees: Option<Arc<FeeSchedule>>,
    pub warranty: Option<Arc<WarrantyPlans>>,
    pub kit: Option<Arc<KitTemplate>>,
    pub knowledge: Option<Arc<FaultKnowledge>>,
    pub parts: Option<Arc<PartCatalogue>>,
    pub safety: Option<Arc<SafetyTemplate>>,
    pub form: Option<Arc<FormFields>>,
    pub deadlines: Option<Arc<DeadlineRules>>,
    pub categories: Option<Arc<JobCategories>>,
    pub company: Option<Arc<CompanyProfile>>,
    pub calendar: Option<Arc<Calendar>>,
}

/// The versions that a visit has been checked or agreed with.
#[derive(Default)]
pub struct Pinned {
    pub fees: Option<String>,
    pub kit: Option<String>,
    pub safety: Option<String>,
}

/// A body that a newer version of the company's software wrote counts as absent here, instead of closing the job.
pub fn readable<T>(read: Result<Option<Arc<T>>>) -> Result<Option<Arc<T>>> {
    match read {
        Err(Error::Json(_)) => Ok(None),
        other => other,
    }
}

fn body<T: DeserializeOwned + Send + Sync + 'static>(
    r: &Reader,
    kind: ReferenceKind,
    on: NaiveDate,
    pinned: Option<&String>,
) -> Result<Option<Arc<T>>> {
    if let Some(version) = pinned
        && let Some(found) = readable(r.reference_version(kind, version))?
    {
        return Ok(Some(found));
    }
    readable(r.reference(kind, on))
}

impl References {
    pub fn load(r: &Reader, on: NaiveDate, pinned: &Pinned) -> Result<Self> {
        use ReferenceKind as K;
        Ok(Self {
            fees: body(r, K::FeeSchedule, on, pinned.fees.as_ref())?,
            warranty: body(r, K::WarrantyPlans, on, None)?,
            kit: body(r, K::KitTemplate, on, pinned.kit.as_ref())?,
            knowledge: body(r, K::FaultKnowledge, on, None)?,
            parts: body(r, K::Parts, on, None)?,
            safety: body(r, K::SafetyTemplate, on, pinned.safety.as_ref())?,
            form: body(r, K::FormFields, on, None)?,
            deadlines: body(r, K::DeadlineRules, on, None)?,
            categories: body(r, K::JobCategories, on, None)?,
            company: body(r, K::CompanyProfile, on, None)?,
            calendar: body(r, K::Calendar, on, None)?,
        })
    }

    /// An empty catalogue where none has come: every part then keeps its code as its name.
    pub fn catalogue(&self) -> Arc<PartCatalogue> {
        let empty = || PartCatalogue {
            version: String::new(),
            valid_from: NaiveDate::MIN,
            notice: Words::default(),
            parts: Vec::new(),
        };
        self.parts.clone().unwrap_or_else(|| Arc::new(empty()))
    }
}
