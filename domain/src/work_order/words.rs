//! The words that the order prints for coded values, in both languages: service kind, urgency, warranty, cause type, nameplate.
//! Names that the company itself publishes (categories, parts, grades) come from its reference data and never stand here.

use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::catalogue::{Cooling, Drive, MachineType, ServiceKind, Words};
use crate::visit::CauseType;
use crate::warranty::WarrantyStatus;

/// Reads a stored code of one of the domain's enums.
fn coded<T: DeserializeOwned>(code: &str) -> Option<T> {
    serde_json::from_value(Value::String(code.to_owned())).ok()
}

/// A text that is no known code prints as it was written.
fn as_written(text: &str) -> Words {
    Words::new(text, text)
}

/// A7: the kind of service as stored on the job.
pub fn service_kind_of(code: &str) -> Option<ServiceKind> {
    coded(code)
}

pub fn service_kind(code: &str) -> Words {
    let Some(kind) = service_kind_of(code) else { return as_written(code) };
    match kind {
        ServiceKind::Repair => Words::new("报修", "Repair"),
        ServiceKind::Maintenance => Words::new("保养", "Maintenance"),
        ServiceKind::Installation => Words::new("安装", "Installation"),
        ServiceKind::Commissioning => Words::new("调试", "Commissioning"),
        ServiceKind::Inspection => Words::new("巡检", "Inspection"),
        ServiceKind::Retrofit => Words::new("改造", "Retrofit"),
        ServiceKind::Demonstration => Words::new("演示", "Demonstration"),
        ServiceKind::Rework => Words::new("返修", "Rework"),
    }
}

pub fn urgency(code: &str) -> Words {
    match code {
        "down" => Words::new("停产", "Production down"),
        "reduced" => Words::new("降产", "Production reduced"),
        "normal" => Words::new("一般", "Normal"),
        "flexible" => Words::new("可预约", "By appointment"),
        other => as_written(other),
    }
}

pub fn warranty(status: WarrantyStatus) -> Words {
    match status {
        WarrantyStatus::InWarranty => Words::new("保内", "In warranty"),
        WarrantyStatus::OutOfWarranty => Words::new("保外", "Out of warranty"),
        WarrantyStatus::Pending => Words::new("待判定", "To be decided"),
        WarrantyStatus::Misuse => Words::new("人为/使用不当", "Misuse"),
    }
}

pub fn cause_type(kind: CauseType) -> Words {
    match kind {
        CauseType::Product => Words::new("产品质量", "Product quality"),
        CauseType::Wear => Words::new("正常磨损/易损件", "Normal wear"),
        CauseType::Upkeep => Words::new("保养不当", "Poor upkeep"),
        CauseType::Misuse => Words::new("用户使用不当", "Misuse by the user"),
        CauseType::Installation => Words::new("安装问题", "Installation"),
        CauseType::Environment => Words::new("环境/供电", "Environment or supply"),
        CauseType::NoFault => Words::new("无故障", "No fault found"),
        CauseType::NotFound => Words::new("未查明", "Not found yet"),
    }
}

/// What the customer's people were shown (E11).
pub fn training(topic: &str) -> Words {
    match topic {
        "start_stop" => Words::new("启停与急停", "start, stop, emergency stop"),
        "oil_level" => Words::new("每日看油位", "oil level every day"),
        "cooler" => Words::new("定期吹扫散热器", "cleaning the cooler"),
        "drain" => Words::new("排水", "draining"),
        other => as_written(other),
    }
}

/// The form's word for a machine type; whatever else was typed stays.
pub fn machine_type(text: &str) -> String {
    let word = match MachineType::named(text) {
        Some(MachineType::Screw) => "喷油螺杆(工频)",
        Some(MachineType::ScrewVsd) => "喷油螺杆(变频/永磁)",
        Some(MachineType::ScrewOilFree) => "无油螺杆",
        Some(MachineType::Piston) => "活塞",
        Some(MachineType::Scroll) => "涡旋",
        Some(MachineType::Centrifugal) => "离心",
        Some(MachineType::DryerRefrigerated) => "冷干机",
        Some(MachineType::DryerDesiccant) => "吸干机",
        Some(MachineType::Tank) => "储气罐",
        Some(MachineType::Filter) => "过滤器",
        None => text,
    };
    word.to_owned()
}

pub fn cooling(text: &str) -> String {
    let word = match Cooling::named(text) {
        Some(Cooling::Air) => "风冷",
        Some(Cooling::Water) => "水冷",
        None => text,
    };
    word.to_owned()
}

pub fn drive(text: &str) -> String {
    let word = match Drive::named(text) {
        Some(Drive::Direct) => "直联",
        Some(Drive::Belt) => "皮带",
        Some(Drive::Gear) => "齿轮",
        Some(Drive::PermanentMagnet) => "永磁一体",
        None => text,
    };
    word.to_owned()
}

/// E7: a replacement that the customer declined.
pub fn declined(part: &str, no: &str) -> Words {
    Words::new(
        format!("客户暂不更换{part}，好处和风险已说明（{no}）"),
        format!("customer declined to replace {part}, benefit and risk explained ({no})"),
    )
}
