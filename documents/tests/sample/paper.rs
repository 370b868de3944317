//! One of each other paper: receipt, slips, notice, cards and the cover, with the amounts of the worked examples. All invented.

use chrono::NaiveDate;
use gongdan_documents::{ArchiveCover, ArchiveLine, InvoiceSheet, SealInfo, ServiceCard, ServiceLine, WorkId};
use gongdan_domain::id::DeviceId;
use gongdan_domain::money::{Fen, capitals};
use gongdan_domain::paper::invoice::InvoiceRequest;
use gongdan_domain::paper::*;
use gongdan_domain::work_order::*;
use uuid::Uuid;

use super::*;

fn day(text: &str) -> NaiveDate {
    text.parse().expect("a day")
}

fn of(body: PaperBody, no: &str) -> Paper {
    let doc = order();
    let device = DeviceId(Uuid::from_u128(0xa7));
    Paper {
        form: gongdan_domain::paper::FORM.to_owned(),
        id: body.kind().id(doc.visit_id, device, 1),
        job_id: doc.job_id,
        visit_id: doc.visit_id,
        no: no.to_owned(),
        order_no: doc.order_no,
        zone: doc.zone,
        company: doc.company,
        customer: doc.customer,
        machine: doc.machine,
        warranty: doc.head.warranty,
        technician: doc.technicians[0].clone(),
        made_at: at("15:10"),
        photos: Vec::new(),
        body,
        signing: doc.signing,
    }
}

pub fn receipt() -> Paper {
    let body = ReceiptBody {
        payer: "样例杏林口腔门诊部".to_owned(),
        lines: vec![
            PaidFor { words: w("检测诊断费", "On-site diagnosis"), amount_fen: 20_000 },
            PaidFor { words: w("上门费", "Call-out"), amount_fen: 15_000 },
        ],
        sum_fen: 35_000,
        capitals: capitals(Fen(35_000)),
        method: PayMethod::Wechat,
        reference: "8841".to_owned(),
        paid_by: "何琳".to_owned(),
    };
    Paper { signing: None, ..of(PaperBody::Receipt(body), "SJ-A7-2611-0019") }
}

pub fn voided() -> VoidedPaper {
    VoidedPaper { at: at("15:09"), reason: "金额录错".to_owned(), successor: "SJ-A7-2611-0020".to_owned() }
}

pub fn handover() -> Paper {
    let item = |name: &str, quantity: &str| HandedItem { name: name.to_owned(), quantity: quantity.to_owned() };
    let body = HandoverBody {
        fault: "主机异响，轴承温度高，现场不能修".to_owned(),
        appearance: "左侧门有旧划痕 1 处，见照片 2".to_owned(),
        items: vec![
            item("主机、电机、机架（整机）", "1 台"),
            item("电控箱钥匙", "2 把"),
            item("进出口法兰垫片", "1 套"),
            item("润滑油", "已放净"),
        ],
        expected_back: Some(day("2026-11-28")),
        estimate: Some(SlipEstimate {
            text: "拆检、厂内 16 h、大修包、油滤、油分、合成油，往返运输 2×40 km、备用机 5 天".to_owned(),
            sum_fen: 1_630_000,
            schedule_version: "2024-A".to_owned(),
        }),
        loaner_no: "JY-A7-2611-0003".to_owned(),
    };
    of(PaperBody::HandoverSlip(body), "FC-A7-2611-0006")
}

pub fn loaner() -> Paper {
    let body = LoanerBody {
        asset: "LOAN-45-02".to_owned(),
        model: "示例 SL-45".to_owned(),
        power_kw: "45".to_owned(),
        pressure_mpa: "0.75".to_owned(),
        hours_out: "6118".to_owned(),
        condition: "试机 15 分钟，加卸载正常，无漏油".to_owned(),
        place: "空压站 2 号位，不得转借或移出本厂".to_owned(),
        items: ["进出口软管 2 根", "电缆 15 m", "钥匙 1 把", "操作卡 1 张"].map(str::to_owned).into(),
        due: Some(day("2026-11-28")),
        days: 5,
        fees: vec![
            SlipFee {
                code: "R-3".to_owned(),
                words: w("租金 45–75 kW，预计 5 天", "Rent 45–75 kW, 5 days"),
                unit_fen: 48_000,
                amount_fen: 240_000,
            },
            SlipFee {
                code: "R-9".to_owned(),
                words: w("押金，归还时退，不开票", "Deposit, paid back, no invoice"),
                unit_fen: 500_000,
                amount_fen: 500_000,
            },
        ],
        receipt_no: "SJ-A7-2611-0021".to_owned(),
    };
    of(PaperBody::LoanerSlip(body), "JY-A7-2611-0003")
}

pub fn hazard() -> Paper {
    let hazard = |level, due: Option<&str>, what: &str, measured: &str, consequence: &str, remedy: &str| Hazard {
        level,
        due: due.map(day),
        what: what.to_owned(),
        measured: measured.to_owned(),
        consequence: consequence.to_owned(),
        remedy: remedy.to_owned(),
    };
    let body = HazardBody {
        wish: "机组靠北墙安装，不接导风管，以免占用通道。".to_owned(),
        hazards: vec![
            hazard(
                HazardLevel::Now,
                None,
                "储气罐安全阀校验过期",
                "有效期至 2026-08-01，过期 114 天",
                "超压不能泄放",
                "停用此罐，换已校验的安全阀后投用",
            ),
            hazard(
                HazardLevel::Now,
                None,
                "木料纸箱堆放过近",
                "距机组 1.2 m，电控箱旁有木屑",
                "着火",
                "清到 3 m 外，每班扫木屑",
            ),
            hazard(
                HazardLevel::Dated,
                Some("2026-12-05"),
                "机组靠墙",
                "右侧距墙 0.35 m，应有 1.0 m",
                "高温停机；检修门打不开",
                "机组外移 0.65 m",
            ),
            hazard(
                HazardLevel::Dated,
                Some("2026-12-05"),
                "排风未引出室外",
                "热风回流，实测 41 ℃，上限 40 ℃",
                "频繁高温停机",
                "加装导风管，加大进风口",
            ),
        ],
        decision: Some(HazardDecision::Removes),
        words: String::new(),
    };
    let photos = vec![
        photo(0, PhotoKind::Other, "安全阀铭牌，已过期", "15:52"),
        photo(1, PhotoKind::Other, "纸箱距机组 1.2 m", "15:55"),
        photo(2, PhotoKind::Other, "右侧距墙 0.35 m", "15:57"),
    ];
    Paper { photos, ..of(PaperBody::HazardNotice(body), "YH-A7-2611-0004") }
}

pub fn declined_replacement() -> Paper {
    let body = DeclinedBody {
        part: "油分芯 P-008".to_owned(),
        condition: "压差 0.09 MPa，已用 8,200 h，超过 8,000 h 更换周期".to_owned(),
        benefits: "油耗恢复正常，加载电流降 3–5%，避免主机带油".to_owned(),
        risk: "压差继续升高会压溃油分芯，润滑油进入管网，可能停产".to_owned(),
        price_fen: Some(186_000),
        instead: "本次只换油滤和油，油分下次保养再换".to_owned(),
        reason: "预算年底用完了，明年一月再换。".to_owned(),
    };
    of(PaperBody::DeclinedReplacement(body), "JH-A7-2611-0001")
}

/// Every sealed paper under its name.
pub fn all() -> Vec<(&'static str, Paper)> {
    vec![
        ("receipt", receipt()),
        ("handover", handover()),
        ("loaner", loaner()),
        ("hazard", hazard()),
        ("declined-replacement", declined_replacement()),
    ]
}

/// A seal of the right shape around a paper.
pub fn seal(paper: &Paper) -> SealInfo {
    let payload = serde_json::json!({ "kind": paper.kind().name(), "content": paper }).to_string();
    let hash = sha256_hex(payload.as_bytes());
    let verify_url = Some(format!("https://verify.example/v/{}#{}", paper.no, &hash[..16]));
    SealInfo { verify_code: super::seal(&order()).verify_code, verify_url, payload, hash, ..super::seal(&order()) }
}

pub fn invoice() -> InvoiceSheet {
    let doc = order();
    InvoiceSheet {
        company: doc.company,
        zone: doc.zone,
        order_no: doc.order_no,
        customer: doc.customer.name.clone(),
        sum_fen: 183_000,
        requested_at: at("12:05"),
        technician: doc.technicians[0].clone(),
        request: InvoiceRequest {
            doc_type: DocType::SpecialInvoice,
            title: doc.customer.name,
            tax_no: "91350100M000100Y43".to_owned(),
            address: "示例省样例市生物园虚构路10号".to_owned(),
            phone: "0000-5550110".to_owned(),
            bank: "样例银行生物园支行".to_owned(),
            account: "6222000011112222".to_owned(),
            email: "invoice@ziteng.example".to_owned(),
            note: "备注栏写设备编号".to_owned(),
        },
    }
}

pub fn service_card() -> ServiceCard {
    let doc = order();
    ServiceCard {
        company: doc.company,
        zone: doc.zone,
        made_at: at("12:05"),
        qr: "https://verify.example/m/SAMPLE-1016".to_owned(),
        machine: "日立 OSP-37M5AI".to_owned(),
        serial_no: "SAMPLE-1016".to_owned(),
        lines: vec![ServiceLine {
            day: day("2026-11-23"),
            what: "换温控阀芯、油滤、油".to_owned(),
            next: "30,800 h".to_owned(),
        }],
        technician: doc.technicians.first().cloned(),
        supervision: "0000-5550001".to_owned(),
    }
}

pub fn work_id() -> WorkId {
    let doc = order();
    WorkId {
        company: doc.company,
        zone: doc.zone,
        technician: doc.technicians[0].clone(),
        portrait: None,
        qualifications: vec![
            w("电工作业证", "Electrician"),
            w("压力容器作业证", "Pressure vessels"),
            w("制冷作业证", "Refrigeration"),
        ],
        valid_until: Some(day("2027-06-30")),
        qr: Some("https://verify.example/p/0137".to_owned()),
        updated_at: at("09:30"),
    }
}

pub fn cover(orders: u32) -> ArchiveCover {
    let doc = order();
    let line = |n: u32| ArchiveLine {
        day: day(&format!("2026-11-{:02}", 1 + n % 28)),
        order_no: format!("GD-A7-2611-{:04}", n + 1),
        customer: "样例青禾包装制品厂".to_owned(),
        about: "GA75 VSD+，压力传感器".to_owned(),
        ending: w("签字 满意", "signed, satisfied"),
        amount_fen: Some(183_000),
        page: Some(2 + 2 * n),
    };
    let total = 183_000 * i64::from(orders);
    ArchiveCover {
        company: doc.company,
        zone: doc.zone,
        year: 2026,
        month: 11,
        book_no: "B-2611-A7".to_owned(),
        scope: w(
            "设备 A7，张晓峰；修订后的单以最新一版编入，旧版随附",
            "Device A7; the newest revision counts, older ones go with it",
        ),
        lines: (0..orders).map(line).collect(),
        person_visits: orders + 3,
        signed: orders.saturating_sub(2),
        unsigned: 2.min(orders),
        total_fen: Some(total),
        total_capitals: capitals(Fen(total)),
        pages: Some(2 * orders + 1),
        files: w(
            "工作单 PDF，索引 index.xlsx、封存 JSON、校验和 SHA256SUMS",
            "orders as PDF, index.xlsx, sealed JSON, SHA256SUMS",
        ),
        hash: sha256_hex(b"a book"),
        copy_note: w("", ""),
        made_by: "林知夏".to_owned(),
        made_at: at("17:30"),
        checked_by: "程望".to_owned(),
        checked_at: Some(at("18:00")),
    }
}
