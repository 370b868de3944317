//! The published data as the rules take it: the version in force on a day of the company's calendar.

use chrono::NaiveDate;
use gongdan_domain::calendar::Calendar;
use gongdan_domain::catalogue::{CompanyProfile, PartCatalogue};
use gongdan_domain::deadline::DeadlineRules;
use gongdan_domain::kit::KitTemplate;
use gongdan_domain::paper::templates::DocumentTemplates;
use gongdan_domain::reference::{Reference, ReferenceKind, in_force};
use gongdan_domain::safety::SafetyTemplate;
use gongdan_domain::time::Instant;
use gongdan_domain::warranty::WarrantyPlans;
use serde_json::json;

use crate::error::Result;
use crate::storage::{Published, Reader};

/// Where no company profile is published yet.
const ZONE: chrono_tz::Tz = chrono_tz::Asia::Shanghai;

#[derive(Debug, Default)]
pub struct ReferenceSet {
    count: u32,
    all: Vec<Reference>,
}

macro_rules! in_force_on {
    ($($(#[$doc:meta])* $name:ident -> $type:ty = $kind:ident;)*) => {$(
        $(#[$doc])*
        pub fn $name(&self, at: Instant) -> Option<&$type> {
            match in_force(&self.all, ReferenceKind::$kind, self.day(at))? {
                Reference::$kind(body) => Some(body),
                _ => None,
            }
        }
    )*};
}

/// One published version in its typed form; `None` for a body of a newer version.
pub fn typed(published: &Published) -> Option<Reference> {
    serde_json::from_value(json!({ "kind": published.kind, "body": published.body })).ok()
}

impl ReferenceSet {
    pub fn read(r: &dyn Reader) -> Result<Self> {
        let published = r.published(None)?;
        Ok(Self {
            count: u32::try_from(published.len()).unwrap_or(u32::MAX),
            all: published.iter().filter_map(typed).collect(),
        })
    }

    pub fn count(&self) -> u32 {
        self.count
    }

    pub fn all(&self) -> &[Reference] {
        &self.all
    }

    /// The company's time zone.
    pub fn zone(&self) -> chrono_tz::Tz {
        self.all
            .iter()
            .filter_map(|r| match r {
                Reference::CompanyProfile(profile) => Some(profile),
                _ => None,
            })
            .max_by_key(|profile| profile.valid_from)
            .and_then(|profile| profile.zone.parse().ok())
            .unwrap_or(ZONE)
    }

    /// The date in the company's zone.
    pub fn day(&self, at: Instant) -> NaiveDate {
        at.with_timezone(&self.zone()).date_naive()
    }

    /// Midnight at the beginning of a day in the company's zone.
    pub fn start_of(&self, day: NaiveDate) -> Instant {
        let midnight = day.and_time(chrono::NaiveTime::MIN);
        let local = midnight.and_local_timezone(self.zone());
        local.earliest().map_or_else(|| midnight.and_utc(), |t| t.to_utc())
    }

    in_force_on! {
        company_profile -> CompanyProfile = CompanyProfile;
        document_templates -> DocumentTemplates = DocumentTemplates;
        calendar -> Calendar = Calendar;
        deadline_rules -> DeadlineRules = DeadlineRules;
        warranty_plans -> WarrantyPlans = WarrantyPlans;
        safety_template -> SafetyTemplate = SafetyTemplate;
        kit_template -> KitTemplate = KitTemplate;
        parts -> PartCatalogue = Parts;
    }

    /// C4: the version that the check was made against, else the one in force.
    pub fn kit_template_named(&self, version: &str, at: Instant) -> Option<&KitTemplate> {
        let named = self.all.iter().find_map(|r| match r {
            Reference::KitTemplate(template) if template.version == version => Some(template),
            _ => None,
        });
        named.or_else(|| self.kit_template(at))
    }
}
