//! The permission table, walked whole: every role × every permission, so that a change to it is seen in review.

use gongdan_domain::permission::{Permission, Role, may};

#[test]
fn l3_the_table_is_what_was_decided() {
    let expected = [
        "Technician: SyncDevice",
        "Dispatcher: ReadOffice ReadMoney ReadPhones AssignJob RecordCallback SettleConflict AnswerFinding EditArchive",
        "ServiceManager: ReadOffice ReadMoney ReadPhones AssignJob ReviewOrder RecordCallback SettleConflict AnswerFinding EditArchive PublishReference TakeTechnicalCopy",
        "GeneralManager: ReadOffice ReadMoney ReadPhones PublishReference",
        "Sales: ReadOffice ReadPhones",
        "PartsWorkshop: ReadOffice ReadPhones",
        "TechnicalDepartment: ReadOffice AnswerFinding TakeTechnicalCopy",
        "QualityDepartment: ReadOffice AnswerFinding TakeTechnicalCopy",
        "ProductionDepartment: ReadOffice AnswerFinding",
        "Admin: ReadOffice ReadMoney ReadPhones AssignJob RecordCallback SettleConflict AnswerFinding EditArchive PublishReference AdministerUsers ReadAudit",
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
