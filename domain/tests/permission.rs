//! The permission table, walked whole: every role × every permission, so that a change to it is seen in review.

use gongdan_domain::permission::{Permission, Role, may};

#[test]
fn l3_the_table_is_what_was_decided() {
    let expected = [
        "Technician: SyncDevice",
        "Dispatcher: ReadOffice ReadMoney AssignJob RecordCallback SettleConflict EditArchive",
        "ServiceManager: ReadOffice ReadMoney AssignJob ReviewOrder RecordCallback SettleConflict EditArchive PublishReference",
        "GeneralManager: ReadOffice ReadMoney PublishReference",
        "Sales: ReadOffice",
        "PartsWorkshop: ReadOffice",
        "TechnicalDepartment: ReadOffice",
        "QualityDepartment: ReadOffice",
        "ProductionDepartment: ReadOffice",
        "Admin: ReadOffice ReadMoney AssignJob RecordCallback SettleConflict EditArchive PublishReference AdministerUsers ReadAudit",
    ];
    let table: Vec<String> = Role::ALL
        .iter()
        .map(|role| {
            let allowed: Vec<String> =
                Permission::ALL.iter().filter(|p| may(*role, **p)).map(|p| format!("{p:?}")).collect();
            format!("{role:?}: {}", allowed.join(" "))
        })
        .collect();
    assert_eq!(table, expected);
}
