//! The published data as the rules take it: the version in force on a day of the company's calendar.

use std::collections::BTreeSet;

use chrono::NaiveDate;
use gongdan_domain::calendar::Calendar;
use gongdan_domain::catalogue::{CompanyProfile, PartCatalogue};
use gongdan_domain::deadline::DeadlineRules;
use gongdan_domain::id::PersonId;
use gongdan_domain::kit::KitTemplate;
use gongdan_domain::paper::templates::DocumentTemplates;
use gongdan_domain::reference::{Reference, ReferenceKind, in_force};
use gongdan_domain::safety::SafetyTemplate;
use gongdan_domain::sync::change::Scope;
use gongdan_domain::sync::wire::RecordBody;
use gongdan_domain::time::Instant;
use gongdan_domain::warranty::WarrantyPlans;
use serde_json::json;

use crate::core::Core;
use crate::error::Result;
use crate::storage::{Published, Reader, Tx, record_id};

/// Where no company profile is published yet.
pub const ZONE: chrono_tz::Tz = chrono_tz::Asia::Shanghai;

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

/// Publishes what was checked: stored, and on its way to every device of the company.
pub fn publish(tx: &mut dyn Tx, published: &Published, valid_from: NaiveDate) -> Result<()> {
    tx.publish(published, valid_from)?;
    let kind = serde_json::to_value(published.kind)?.as_str().unwrap_or_default().to_owned();
    let (version, body) = (published.version.clone(), published.body.clone());
    let id = record_id::reference(&kind, &version);
    tx.put(
        &id,
        &RecordBody::Reference { kind: kind.clone(), id: kind, version, body },
        &BTreeSet::from([Scope::Company]),
    )?;
    Ok(())
}

/// Publishes a changed version, to which `make` gives its first day. A day can see several: the later one counts. Answers the version.
pub fn publish_edition(
    tx: &mut dyn Tx,
    now: Instant,
    by: Option<PersonId>,
    make: impl FnOnce(String) -> Reference,
) -> Result<String> {
    let reference = make(now.format("%Y%m%d-%H%M%S%3f").to_string());
    let (kind, version) = (reference.kind(), reference.version().to_owned());
    let body = serde_json::to_value(&reference)?["body"].take();
    let published = Published { kind, version: version.clone(), body, published_at: now, published_by: by };
    publish(tx, &published, reference.valid_from())?;
    Ok(version)
}

/// The address under which the server is reached from outside, said when it was started: it becomes a version of the company's profile,
/// so that every paper printed from now on, on whatever device, leads there.
pub fn announce_address(core: &Core, tx: &mut dyn Tx, address: &str) -> Result<()> {
    let now = core.now();
    let reference = core.reference(tx)?;
    let Some(profile) = reference.company_profile(now) else { return Ok(()) };
    let address = address.trim().trim_end_matches('/');
    if profile.public_address.as_deref().map(|known| known.trim().trim_end_matches('/')) == Some(address) {
        return Ok(());
    }
    let (profile, public_address) = (profile.clone(), Some(address.to_owned()));
    let valid_from = reference.day(now).max(profile.valid_from);
    let version = publish_edition(tx, now, None, |version| {
        Reference::CompanyProfile(CompanyProfile { version, valid_from, public_address, ..profile })
    })?;
    crate::auth::note(tx, now, None, "published", &format!("company_profile {version}"))
}
