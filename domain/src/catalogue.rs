//! Words in both languages and the office's lists of machines, parts, job categories and upkeep.
//!
//! These are shapes of company data; prices, intervals and names never appear in code.
//! Nothing here decides anything: fees, kit, knowledge and warranty read these lists.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::money::Fen;

/// A name or sentence in Chinese and English. Chinese leads; an empty English text means "not yet translated".
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct Words {
    pub zh: String,
    pub en: String,
}

impl Words {
    pub fn new(zh: impl Into<String>, en: impl Into<String>) -> Self {
        Self { zh: zh.into(), en: en.into() }
    }

    /// The English, or the Chinese where there is no English (a person's own words).
    pub fn en_or_zh(&self) -> &str {
        if self.en.is_empty() { &self.zh } else { &self.en }
    }
}

/// Kind of machine (A1). `Tank` and `Filter` are auxiliary equipment that is serviced like a machine.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
#[ts(export)]
pub enum MachineType {
    Screw,
    ScrewVsd,
    ScrewOilFree,
    Piston,
    Scroll,
    Centrifugal,
    DryerRefrigerated,
    DryerDesiccant,
    Tank,
    Filter,
}

impl MachineType {
    /// Reads a stored machine type: the code, or the words of the paper form (`喷油螺杆(工频)`).
    pub fn named(text: &str) -> Option<Self> {
        Some(match text.trim() {
            "screw" | "喷油螺杆(工频)" => Self::Screw,
            "screw_vsd" | "喷油螺杆(变频/永磁)" => Self::ScrewVsd,
            "screw_oil_free" | "无油螺杆" => Self::ScrewOilFree,
            "piston" | "活塞" => Self::Piston,
            "scroll" | "涡旋" => Self::Scroll,
            "centrifugal" | "离心" => Self::Centrifugal,
            "dryer_refrigerated" | "冷干机" => Self::DryerRefrigerated,
            "dryer_desiccant" | "吸干机" => Self::DryerDesiccant,
            "tank" | "储气罐" => Self::Tank,
            "filter" | "过滤器" => Self::Filter,
            _ => return None,
        })
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
#[ts(export)]
pub enum Cooling {
    Air,
    Water,
}

impl Cooling {
    /// Reads a stored cooling: the code or the word of the form.
    pub fn named(text: &str) -> Option<Self> {
        match text.trim() {
            "air" | "风冷" => Some(Self::Air),
            "water" | "水冷" => Some(Self::Water),
            _ => None,
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
#[ts(export)]
pub enum Drive {
    Direct,
    Belt,
    Gear,
    PermanentMagnet,
}

impl Drive {
    /// Reads a stored drive: the code or the word of the form.
    pub fn named(text: &str) -> Option<Self> {
        match text.trim() {
            "direct" | "直联" => Some(Self::Direct),
            "belt" | "皮带" => Some(Self::Belt),
            "gear" | "齿轮" => Some(Self::Gear),
            "permanent_magnet" | "永磁一体" => Some(Self::PermanentMagnet),
            _ => None,
        }
    }
}

/// Kind of service 服务性质 (A7).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
#[ts(export)]
pub enum ServiceKind {
    Repair,
    Maintenance,
    Installation,
    Commissioning,
    Inspection,
    Retrofit,
    Demonstration,
    Rework,
}

/// One part of the catalogue; prices include VAT.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct PartItem {
    pub code: String,
    pub words: Words,
    pub category: String,
    /// What the part stands for in kit conditions (`oil`, `electrical`, `airend` …).
    pub tags: Vec<String>,
    pub unit: Words,
    pub first_change_hours: Option<u32>,
    pub interval_hours: Option<u32>,
    pub interval_months: Option<u32>,
    pub on_condition_only: bool,
    /// Consumables are never free, not even within warranty.
    pub consumable: bool,
    pub price_fen: Fen,
    pub van_stock: bool,
    /// Empty: fits every machine.
    pub machine_types: Vec<MachineType>,
    pub tax_code: String,
    pub note: String,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct PartCatalogue {
    pub version: String,
    pub valid_from: NaiveDate,
    pub notice: Words,
    pub parts: Vec<PartItem>,
}

impl PartCatalogue {
    pub fn part(&self, code: &str) -> Option<&PartItem> {
        self.parts.iter().find(|p| p.code == code)
    }
}

/// How a job category is charged unless someone decides otherwise (K1).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
#[ts(export)]
pub enum CategoryCharging {
    /// Contract or manager decides; warranty rules meanwhile.
    ByContract,
    Warranty,
    Chargeable,
    /// Market support on other makers' machines: the cost is tracked, nothing is charged.
    FreeCostTracked,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct JobCategory {
    pub code: String,
    pub words: Words,
    pub meaning: Words,
    pub charging: CategoryCharging,
    /// Categories that cannot be true of the same visit.
    pub excludes: Vec<String>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct JobCategories {
    pub version: String,
    pub valid_from: NaiveDate,
    pub categories: Vec<JobCategory>,
}

impl JobCategories {
    pub fn category(&self, code: &str) -> Option<&JobCategory> {
        self.categories.iter().find(|c| c.code == code)
    }
}

/// Who does an upkeep task.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
#[ts(export)]
pub enum MaintenanceBy {
    Operator,
    Technician,
    Workshop,
    Manufacturer,
    Authority,
}

/// One upkeep task; hours or months, whichever comes first (A8).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct MaintenanceTask {
    pub code: String,
    pub words: Words,
    pub level: Words,
    pub machine_types: Vec<MachineType>,
    pub first_only: bool,
    pub interval_hours: Option<u32>,
    pub interval_months: Option<u32>,
    pub interval_days: Option<u32>,
    pub action: String,
    pub by: MaintenanceBy,
    pub parts: Vec<String>,
    pub minutes: u32,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct Maintenance {
    pub version: String,
    pub valid_from: NaiveDate,
    pub notice: Words,
    pub rules: Vec<Words>,
    pub tasks: Vec<MaintenanceTask>,
}

/// Who the company is: letterhead, hotline, time zone.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct CompanyProfile {
    pub version: String,
    pub valid_from: NaiveDate,
    pub name: Words,
    /// Service and complaint number; printed on cards, the work ID and the order.
    pub hotline: String,
    pub address: Words,
    pub email: String,
    /// One character that stands for the company on the letterhead.
    pub mark: String,
    /// Address under which customers verify a document; absent while the server is not reachable from outside.
    pub public_address: Option<String>,
    /// IANA zone, e.g. `Asia/Shanghai`; every deadline of the company is told by this clock.
    pub zone: String,
    /// Brands the company makes or sells; others are third-party machines (CAT-4).
    pub own_brands: Vec<String>,
    /// Invented sample data, shown as such.
    pub sample: bool,
}
