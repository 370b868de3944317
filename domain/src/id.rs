//! Identities. Every thing has a UUIDv7 made where the thing is made; derived things have a UUIDv5 of their parent and rule,
//! so that two makers make one. This module refuses to make random ids: they come in as arguments.

use serde::{Deserialize, Serialize};
use ts_rs::TS;
use uuid::Uuid;

macro_rules! typed_id {
    ($($(#[$doc:meta])* $name:ident),* $(,)?) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, TS)]
        #[ts(export)]
        pub struct $name(#[ts(type = "string")] pub Uuid);

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result { self.0.fmt(f) }
        }
        impl std::str::FromStr for $name {
            type Err = uuid::Error;
            fn from_str(s: &str) -> Result<Self, Self::Err> { Uuid::parse_str(s).map(Self) }
        }
        impl From<Uuid> for $name {
            fn from(id: Uuid) -> Self { Self(id) }
        }
    )*};
}

typed_id! {
    /// A person of the company: technician, dispatcher, service manager …
    PersonId,
    /// A team and its area.
    TeamId,
    /// One enrolment of one device for one person.
    DeviceId,
    CustomerId,
    MachineId,
    /// The customer's wish.
    JobId,
    /// One going there.
    VisitId,
    /// The work order of one visit.
    OrderId,
    /// Any other paper of a visit: receipt, slip, notice.
    PaperId,
    FactId,
    WriteId,
    ChangeId,
    ObligationId,
    FindingId,
}

/// The namespace of all derived ids of the product.
const DERIVED: Uuid = Uuid::from_u128(0x6f1d_6f6e_6764_616e_8000_676f_6e67_6461);

/// The id of a record that follows from a parent and a rule (UUIDv5): the same on every machine that derives it.
pub fn derived(parent: Uuid, rule: &str) -> Uuid {
    Uuid::new_v5(&DERIVED, format!("{parent}/{rule}").as_bytes())
}

impl JobId {
    /// The `n`-th visit of this job, counted from 1.
    pub fn visit(self, n: u32) -> VisitId {
        VisitId(derived(self.0, &format!("visit-{n}")))
    }
}

impl VisitId {
    /// The one work order of this visit.
    pub fn order(self) -> OrderId {
        OrderId(derived(self.0, "order"))
    }
}
