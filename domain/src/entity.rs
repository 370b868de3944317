//! The kinds of things whose fields are registers, and the names of those fields. Names are never changed or split:
//! an older app must go on understanding them.

use std::collections::BTreeMap;

use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::sync::merge::Register;

/// Entity kinds.
pub mod kind {
    pub const CUSTOMER: &str = "customer";
    pub const MACHINE: &str = "machine";
    pub const JOB: &str = "job";
    pub const VISIT: &str = "visit";
    pub const PERSON: &str = "person";
    pub const TEAM: &str = "team";
    pub const LOANER: &str = "loaner";
}

/// Fields of a customer (A2). All text unless said otherwise.
pub mod customer {
    pub const NAME: &str = "name";
    pub const NAME_EN: &str = "name_en";
    pub const ADDRESS: &str = "address";
    /// One-way road kilometres from the branch, decimal text.
    pub const DISTANCE_KM: &str = "distance_km";
    pub const CONTACT_NAME: &str = "contact_name";
    pub const PHONE: &str = "phone";
    pub const MOBILE: &str = "mobile";
    pub const LEVEL: &str = "level";
    pub const INDUSTRY: &str = "industry";
    /// Object: doc_type, title, tax_no, addr_phone, bank_account, email.
    pub const INVOICE: &str = "invoice";
    pub const PAYMENT_TERMS: &str = "payment_terms";
    pub const NOTE: &str = "note";
    pub const TEAM: &str = "team";
}

/// Fields of a machine. Dates are `YYYY-MM-DD`, figures decimal text.
pub mod machine {
    pub const CUSTOMER: &str = "customer";
    pub const BRAND: &str = "brand";
    pub const MODEL: &str = "model";
    /// As in the form: `喷油螺杆(工频)` …; see the machine types of the kit and knowledge rules.
    pub const MACHINE_TYPE: &str = "machine_type";
    pub const SERIAL_NO: &str = "serial_no";
    pub const POWER_KW: &str = "power_kw";
    pub const PRESSURE_MPA: &str = "pressure_mpa";
    pub const FAD_M3MIN: &str = "fad_m3min";
    pub const VOLTAGE_V: &str = "voltage_v";
    pub const FREQUENCY_HZ: &str = "frequency_hz";
    pub const RATED_CURRENT_A: &str = "rated_current_a";
    pub const COOLING: &str = "cooling";
    pub const DRIVE: &str = "drive";
    pub const MANUFACTURE_DATE: &str = "manufacture_date";
    pub const PURCHASE_DATE: &str = "purchase_date";
    pub const COMMISSION_DATE: &str = "commission_date";
    pub const RUN_HOURS: &str = "run_hours";
    pub const LOAD_HOURS: &str = "load_hours";
    pub const WARRANTY_PLAN: &str = "warranty_plan";
    pub const NOTE: &str = "note";
}

/// Fields of a job (A1).
pub mod job {
    pub const CUSTOMER: &str = "customer";
    pub const MACHINE: &str = "machine";
    pub const CUSTOMER_NAME: &str = "customer_name";
    pub const ADDRESS: &str = "address";
    pub const CONTACT_NAME: &str = "contact_name";
    pub const PHONE: &str = "phone";
    pub const BRAND: &str = "brand";
    pub const MODEL: &str = "model";
    pub const SERIAL_NO: &str = "serial_no";
    /// `true`: the machine has no plate, or one that nobody can read; then it has no number to ask for.
    pub const NAMEPLATE_MISSING: &str = "nameplate_missing";
    pub const PURCHASE_DATE: &str = "purchase_date";
    pub const MANUFACTURE_DATE: &str = "manufacture_date";
    pub const SYMPTOM: &str = "symptom";
    pub const WISHES: &str = "wishes";
    /// A7: repair, maintenance, installation, commissioning, inspection, retrofit, demonstration, rework.
    pub const SERVICE_KIND: &str = "service_kind";
    /// K1: CAT-1 … CAT-6.
    pub const CATEGORY: &str = "category";
    /// `down`, `reduced`, `normal`, `flexible`.
    pub const URGENCY: &str = "urgency";
    /// Instant.
    pub const REPORTED_AT: &str = "reported_at";
    pub const REPORTER: &str = "reporter";
    /// Instant: what the customer asked for.
    pub const REQUESTED_AT: &str = "requested_at";
    /// Instant: what was agreed.
    pub const AGREED_AT: &str = "agreed_at";
    /// Overrides the computed warranty: `in_warranty`, `out_of_warranty`, `misuse`.
    pub const WARRANTY_DECISION: &str = "warranty_decision";
    pub const TEAM: &str = "team";

    /// What the completeness meter counts (A1).
    pub const REQUIRED: [&str; 11] = [
        CUSTOMER_NAME,
        ADDRESS,
        CONTACT_NAME,
        PHONE,
        BRAND,
        MODEL,
        SERIAL_NO,
        PURCHASE_DATE,
        MANUFACTURE_DATE,
        SYMPTOM,
        WISHES,
    ];
}

/// Fields of a visit: what a person writes and may correct until the order is sealed.
pub mod visit {
    /// Object: causes, parts, triage (A3, A5); see [`crate::visit::Analysis`].
    pub const ANALYSIS: &str = "analysis";
    /// Object: causes, cause_type, analysis_right (E2); see [`crate::visit::Diagnosis`].
    pub const DIAGNOSIS: &str = "diagnosis";
    pub const FOUND_CONDITION: &str = "found_condition";
    pub const ALARM_CODE: &str = "alarm_code";
    /// List of texts.
    pub const MEASURES: &str = "measures";
    /// List of [`crate::visit::UsedPart`].
    pub const PARTS_USED: &str = "parts_used";
    /// List of [`crate::visit::Labour`].
    pub const LABOUR: &str = "labour";
    /// Object: see [`crate::visit::Charges`].
    pub const CHARGES: &str = "charges";
    /// Object: see [`crate::visit::Payment`].
    pub const PAYMENT: &str = "payment";
    pub const HIDDEN_DEFECTS: &str = "hidden_defects";
    pub const SUGGESTIONS: &str = "suggestions";
    /// The signature in progress: strokes and choice, so that it survives a restart (G2).
    pub const SIGNING_DRAFT: &str = "signing_draft";
    /// Object: quality, attitude, opinion.
    pub const RATING_DRAFT: &str = "rating_draft";
}

/// Fields of a person of the company (D1: what the work ID shows).
pub mod person {
    pub const NAME: &str = "name";
    pub const NUMBER: &str = "number";
    /// Labour code of the fee schedule: L-1 …
    pub const GRADE: &str = "grade";
    pub const ROLE: &str = "role";
    pub const TEAM: &str = "team";
    pub const PHONE: &str = "phone";
    /// List of texts.
    pub const QUALIFICATIONS: &str = "qualifications";
    /// Hash of an attached photo.
    pub const PHOTO: &str = "photo";
}

/// All fields of one entity.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Fields(pub BTreeMap<String, Register>);

impl Fields {
    pub fn register(&self, field: &str) -> Option<&Register> {
        self.0.get(field)
    }

    /// The value to show, `Null` where nothing was written.
    pub fn value(&self, field: &str) -> &Value {
        self.0.get(field).and_then(Register::shown).map_or(&Value::Null, |head| &head.value)
    }

    /// The text of a field, trimmed; empty where there is none.
    pub fn text(&self, field: &str) -> &str {
        self.value(field).as_str().unwrap_or_default().trim()
    }

    /// A structured field; `None` where it is missing or of a shape this version does not know.
    pub fn read<T: DeserializeOwned>(&self, field: &str) -> Option<T> {
        let value = self.value(field);
        if value.is_null() { None } else { serde_json::from_value(value.clone()).ok() }
    }
}
