//! Who may do what: the one table role × permission that every endpoint of the server and every command names.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// The roles of the service standard.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
#[ts(export, rename_all = "snake_case")]
pub enum Role {
    Technician,
    Dispatcher,
    ServiceManager,
    GeneralManager,
    Sales,
    PartsWorkshop,
    TechnicalDepartment,
    QualityDepartment,
    ProductionDepartment,
    Admin,
}

impl Role {
    pub const ALL: [Role; 10] = [
        Role::Technician,
        Role::Dispatcher,
        Role::ServiceManager,
        Role::GeneralManager,
        Role::Sales,
        Role::PartsWorkshop,
        Role::TechnicalDepartment,
        Role::QualityDepartment,
        Role::ProductionDepartment,
        Role::Admin,
    ];
}

/// What can be permitted. An endpoint names exactly one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
#[ts(export, rename_all = "snake_case")]
pub enum Permission {
    /// Sync an enrolled device.
    SyncDevice,
    /// See jobs, customers, machines and orders in the console.
    ReadOffice,
    /// See money on orders.
    ReadMoney,
    /// See telephone numbers of customers and colleagues.
    ReadPhones,
    /// Register calls and assign technicians (A6).
    AssignJob,
    /// Review orders: archive or send back (H2).
    ReviewOrder,
    /// Record callbacks of the company (I2).
    RecordCallback,
    /// Settle conflicts.
    SettleConflict,
    /// Answer findings.
    AnswerFinding,
    /// Correct the customer archive.
    EditArchive,
    /// Publish fee schedules, templates and knowledge.
    PublishReference,
    /// Enrol and revoke devices, keep users.
    AdministerUsers,
    /// Read the audit trail.
    ReadAudit,
    /// Take a month's orders without prices, personal phones and signatures (H5).
    TakeTechnicalCopy,
}

impl Permission {
    pub const ALL: [Permission; 14] = [
        Permission::SyncDevice,
        Permission::ReadOffice,
        Permission::ReadMoney,
        Permission::ReadPhones,
        Permission::AssignJob,
        Permission::ReviewOrder,
        Permission::RecordCallback,
        Permission::SettleConflict,
        Permission::AnswerFinding,
        Permission::EditArchive,
        Permission::PublishReference,
        Permission::AdministerUsers,
        Permission::ReadAudit,
        Permission::TakeTechnicalCopy,
    ];
}

/// The permission table.
pub fn may(role: Role, permission: Permission) -> bool {
    use Permission as P;
    match role {
        Role::Technician => matches!(permission, P::SyncDevice),
        Role::Dispatcher => matches!(
            permission,
            P::ReadOffice
                | P::ReadMoney
                | P::ReadPhones
                | P::AssignJob
                | P::RecordCallback
                | P::SettleConflict
                | P::AnswerFinding
                | P::EditArchive
        ),
        Role::ServiceManager => !matches!(permission, P::SyncDevice | P::AdministerUsers | P::ReadAudit),
        Role::GeneralManager => {
            matches!(permission, P::ReadOffice | P::ReadMoney | P::ReadPhones | P::PublishReference)
        }
        Role::Sales | Role::PartsWorkshop => matches!(permission, P::ReadOffice | P::ReadPhones),
        // They read and answer: no money, no telephone numbers.
        Role::TechnicalDepartment | Role::QualityDepartment => {
            matches!(permission, P::ReadOffice | P::AnswerFinding | P::TakeTechnicalCopy)
        }
        Role::ProductionDepartment => matches!(permission, P::ReadOffice | P::AnswerFinding),
        Role::Admin => !matches!(permission, P::SyncDevice | P::ReviewOrder | P::TakeTechnicalCopy),
    }
}
