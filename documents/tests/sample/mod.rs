//! One whole order for tests of documents: a thermostat repair with the amounts of the fee example EX1, seal and photos included.
//! Everything is invented and always the same. It proves nothing cryptographic: the seal here only has the right shape.

pub mod paper;

use chrono::{DateTime, Utc};
use gongdan_documents::{Later, SealInfo};
use gongdan_domain::catalogue::Words;
use gongdan_domain::fact::{Confidence, ConsentHow, PhotoKind, Rating, TestRun};
use gongdan_domain::fees::{Cover, FeeLine, FeeLineKind, FeeSheet};
use gongdan_domain::id::{DeviceId, JobId, PersonId};
use gongdan_domain::money::{Fen, Qty, TaxSplit, capitals, split_tax};
use gongdan_domain::seal::code::verify_code;
use gongdan_domain::seal::sha256_hex;
use gongdan_domain::work_order::*;
use uuid::Uuid;

/// A time of the sample day, China Standard Time.
pub fn at(clock: &str) -> DateTime<Utc> {
    format!("2026-11-23T{clock}:00+08:00").parse::<DateTime<chrono::FixedOffset>>().expect("a time").to_utc()
}

fn w(zh: &str, en: &str) -> Words {
    Words::new(zh, en)
}

pub fn line(kind: FeeLineKind, code: &str, words: Words, unit: Words, unit_fen: i64, qty: &str) -> FeeLine {
    let qty: Qty = qty.parse().expect("a quantity");
    let gross = Fen(unit_fen * qty.0 / 1000);
    let TaxSplit { net, tax } = split_tax(gross, 13).expect("small numbers");
    FeeLine {
        kind,
        code: code.to_owned(),
        words,
        unit,
        unit_fen: Fen(unit_fen),
        qty,
        factor: Qty::ONE,
        factor_words: None,
        tax_code: "T13".to_owned(),
        rate_pct: 13,
        gross_fen: gross,
        discount_fen: Fen::ZERO,
        cover: None,
        covered_by_warranty: false,
        payable_fen: gross,
        net_fen: net,
        tax_fen: tax,
    }
}

pub fn sheet(lines: Vec<FeeLine>) -> FeeSheet {
    let sum = |of: fn(&FeeLine) -> Fen| Fen::sum(lines.iter().map(of)).expect("small numbers");
    let total = sum(|l| l.payable_fen);
    FeeSheet {
        schedule_version: "2024-A".to_owned(),
        parts_version: "2024-A".to_owned(),
        calendar_version: "2026".to_owned(),
        total_fen: total,
        net_fen: sum(|l| l.net_fen),
        tax_fen: sum(|l| l.tax_fen),
        total_capitals: capitals(total),
        lines,
        deviations: Vec::new(),
        warranty_pending: false,
    }
}

/// EX1: 1,830.00.
fn ex1() -> FeeSheet {
    let (visit, hour, piece, order) = (w("次", "visit"), w("小时", "h"), w("个", "pc"), w("单", "order"));
    sheet(vec![
        line(FeeLineKind::CallOut, "CO-2", w("上门费 30–80公里", "Call-out 30–80 km"), visit, 30_000, "1"),
        line(FeeLineKind::Labour, "L-2", w("中级技师", "Technician II"), hour, 18_000, "2"),
        line(FeeLineKind::Part, "P-014", w("温控阀芯维修包", "Thermostat kit"), piece.clone(), 24_000, "1"),
        line(FeeLineKind::Part, "P-002", w("油滤芯(旋装)", "Oil filter, spin-on"), piece, 12_000, "1"),
        line(
            FeeLineKind::Part,
            "P-005",
            w("螺杆压缩机油(矿物/半合成)20L", "Screw compressor oil 20 L"),
            w("桶", "can"),
            78_000,
            "1",
        ),
        line(FeeLineKind::Item, "F-06", w("辅料费", "Small materials"), order, 3_000, "1"),
    ])
}

fn part(code: &str, zh: &str, en: &str, old_part: OldPart) -> OrderPart {
    OrderPart {
        code: code.to_owned(),
        words: w(zh, en),
        quantity: "1".to_owned(),
        unit: w("个", "pc"),
        old_part,
        covered_by_warranty: false,
    }
}

fn reading(
    key: &str,
    words: Words,
    unit: &str,
    values: (&str, &str),
    typical: (&str, &str),
    flag: ReadingFlag,
) -> OrderReading {
    let some = |text: &str| (!text.is_empty()).then(|| text.to_owned());
    OrderReading {
        key: key.to_owned(),
        words,
        unit: unit.to_owned(),
        before: some(values.0),
        after: some(values.1),
        typical: (some(typical.0), some(typical.1)),
        before_flag: flag,
        after_flag: ReadingFlag::Usual,
    }
}

fn readings() -> Vec<OrderReading> {
    use ReadingFlag::{High, Low, Usual};
    vec![
        reading("ambient_c", w("环境温度", "Ambient temperature"), "℃", ("33", "33"), ("5", "40"), Usual),
        reading(
            "discharge_temp_c",
            w("排气(主机)温度", "Airend discharge temperature"),
            "℃",
            ("108", "84"),
            ("75", "95"),
            High,
        ),
        reading("oil_temp_c", w("喷油温度", "Oil injection temperature"), "℃", ("86", "68"), ("45", "75"), High),
        reading("discharge_mpa", w("排气压力", "Discharge pressure"), "MPa", ("0.62", "0.67"), ("0.50", "0.69"), Usual),
        reading("sump_mpa", w("油气桶压力", "Sump pressure"), "MPa", ("0.68", "0.72"), ("0.55", "0.95"), Usual),
        reading("sep_dp_mpa", w("油分压差", "Separator ΔP"), "MPa", ("0.040", "0.032"), ("0.015", "0.050"), Usual),
        reading("oil_filter_dp_mpa", w("油滤压差", "Oil filter ΔP"), "MPa", ("0.16", "0.04"), ("0.02", "0.10"), High),
        reading("oil_level", w("油位", "Oil level"), "", ("偏低", "正常"), ("", ""), Low),
        reading("uab", w("线电压 U-V", "Line voltage U-V"), "V", ("386", "387"), ("361", "399"), Usual),
        reading("ubc", w("线电压 V-W", "Line voltage V-W"), "V", ("384", "385"), ("361", "399"), Usual),
        reading("uca", w("线电压 W-U", "Line voltage W-U"), "V", ("385", "386"), ("361", "399"), Usual),
        reading("ia", w("电流 U相", "Current U"), "A", ("71", "66"), ("", "71"), Usual),
        reading("ib", w("电流 V相", "Current V"), "A", ("70", "66"), ("", "71"), Usual),
        reading("ic", w("电流 W相", "Current W"), "A", ("72", "67"), ("", "71"), High),
        reading("load_ratio", w("加载率", "Load ratio"), "%", ("92", "78"), ("30", "95"), Usual),
    ]
}

const STROKES: &[&[(i32, i32)]] = &[
    &[(60, 90), (130, 78), (118, 120), (88, 138), (132, 160), (120, 196), (84, 186)],
    &[(70, 84), (64, 170), (58, 290)],
    &[(150, 120), (210, 108), (280, 98)],
    &[(214, 60), (188, 130), (156, 176), (230, 166), (290, 158)],
    &[(226, 120), (232, 210), (228, 286), (204, 262)],
    &[(196, 208), (168, 250)],
    &[(262, 206), (300, 244)],
    &[(360, 96), (420, 88), (470, 80)],
    &[(414, 40), (412, 90), (410, 140)],
    &[(376, 146), (452, 138)],
    &[(378, 178), (384, 252)],
    &[(378, 180), (446, 170), (440, 240), (386, 248)],
    &[(500, 92), (560, 84), (620, 76)],
    &[(562, 34), (558, 90), (552, 140)],
    &[(516, 148), (606, 138)],
    &[(520, 180), (526, 256)],
    &[(520, 182), (604, 170), (596, 246), (528, 254), (640, 240), (720, 196)],
];

pub fn ink() -> Ink {
    drawn(STROKES)
}

/// The technician's, in three strokes.
pub fn own_ink() -> Ink {
    drawn(&[
        &[(80, 90), (190, 84), (150, 160), (96, 214), (210, 196), (196, 270), (140, 300)],
        &[(260, 70), (252, 190), (300, 150), (270, 280), (360, 240), (330, 120), (420, 100)],
        &[(470, 180), (560, 120), (520, 240), (640, 160), (600, 290), (760, 210)],
    ])
}

fn drawn(strokes: &[&[(i32, i32)]]) -> Ink {
    let mut t = 0;
    let mut point = |n: usize, &(x, y): &(i32, i32)| {
        t += 16;
        InkPoint { x, y, t, p: 380 + (n as i32 * 90) % 400 }
    };
    let strokes = strokes.iter().map(|s| s.iter().enumerate().map(|(n, p)| point(n, p)).collect()).collect();
    Ink { height: 360, strokes }
}

/// The hash of the `n`-th sample photo.
pub fn photo_hash(n: usize) -> String {
    sha256_hex(format!("sample photo {n}").as_bytes())
}

pub fn photo(n: usize, kind: PhotoKind, caption: &str, clock: &str) -> OrderPhoto {
    OrderPhoto { hash: photo_hash(n), kind, caption: caption.to_owned(), taken_at: at(clock) }
}

/// A drawn picture for each sample photo: 4:3 JPEG.
pub fn photo_bytes(hash: &str) -> Option<Vec<u8>> {
    let n = (0..64).find(|n| photo_hash(*n) == hash)?;
    let (wide, high) = (160usize, 120usize);
    let mut pixels = Vec::with_capacity(wide * high * 3);
    for y in 0..high {
        for x in 0..wide {
            let ground = 70 + (y * 60 / high) as u8;
            let plate = (30..130).contains(&x) && (26..94).contains(&y);
            let row = y / 6;
            let text = plate && row % 2 == 1 && (40..60 + (row * 13 + n * 11) % 60).contains(&x);
            let shade = if text {
                40
            } else if plate {
                190 - (x / 4) as u8
            } else {
                ground
            };
            pixels.extend([shade, shade, shade]);
        }
    }
    let mut out = Vec::new();
    let encoder = jpeg_encoder::Encoder::new(&mut out, 80);
    encoder.encode(&pixels, wide as u16, high as u16, jpeg_encoder::ColorType::Rgb).expect("a small picture");
    Some(out)
}

fn photos() -> Vec<OrderPhoto> {
    use PhotoKind::{After, Before, Fault, Nameplate, Other};
    vec![
        photo(0, Nameplate, "", "09:56"),
        photo(1, Before, "修前，主机温度高停机", "09:58"),
        photo(2, Fault, "散热器吹扫前", "10:12"),
        photo(3, After, "散热器吹扫后", "10:26"),
        photo(4, Fault, "旧温控阀芯，卡在旁通", "10:31"),
        photo(5, Other, "油滤，旧与新", "10:44"),
        photo(6, Other, "换下的旧油", "11:02"),
        photo(7, After, "修后，加载 30 分钟", "11:46"),
        photo(8, After, "清理后现场", "11:52"),
    ]
}

fn machine() -> OrderMachine {
    let text = str::to_owned;
    OrderMachine {
        brand: text("日立 Hitachi"),
        model: text("OSP-37M5AI"),
        serial_no: text("SAMPLE-1016"),
        machine_type: text("喷油螺杆(工频)"),
        power_kw: text("37"),
        pressure_mpa: text("0.69"),
        fad_m3min: text("6.6"),
        voltage_v: text("380"),
        frequency_hz: text("50"),
        rated_current_a: text("71"),
        cooling: text("风冷"),
        drive: text("直联"),
        manufacture_date: text("2021-07-26"),
        purchase_date: text("2021-09-23"),
        commission_date: text("2021-10-12"),
        run_hours: text("28812"),
        load_hours: text("22910"),
        warranty_term: w("12 个月，已过", "12 months, over"),
        nameplate_missing: false,
    }
}

fn fault() -> OrderFault {
    OrderFault {
        symptom: "下午满载开到 100 多度报“主机温度高”停机，停半小时能再开。".to_owned(),
        alarm_code: "主机温度高".to_owned(),
        found_condition: "停机 5 分钟后油位偏低，冷却器进油管不烫，散热片积尘。".to_owned(),
        causes: vec![
            w("温控阀卡在旁通", "Thermostatic valve stuck in bypass"),
            w("油滤堵塞", "oil filter clogged"),
            w("散热器外部脏堵", "oil cooler fins fouled outside"),
        ],
        cause_type: Some(w("正常磨损/易损件", "Normal wear")),
        measures: vec![
            w("更换温控阀芯、油滤和油", "Replaced thermostat element, oil filter and oil"),
            w("反向吹扫散热器", "blew the cooler from the clean side"),
            w("复位后加载试机", "test run on load"),
        ],
        hidden_defects: "储气罐安全阀校验将于 2026-12-31 到期，已口头告知。".to_owned(),
        suggestions: "机房进风口加装滤棉，每月吹扫散热器一次，粉尘大时每周一次。\n下次换油和油滤：30,800 h 或 2027-11-23，先到为准；建议改用全合成油。\n储气罐安全阀 2026-12-31 前送检。".to_owned(),
    }
}

/// The order with rating and signature, as it is sealed.
pub fn order() -> OrderDocument {
    let job = JobId(Uuid::from_u128(0x0193_0000_0000_7000_8000_0000_0000_0001));
    let visit = job.visit(1);
    OrderDocument {
        form: FORM.to_owned(),
        order_id: visit.order(),
        job_id: job,
        visit_id: visit,
        order_no: "GD-A7-2611-0032".to_owned(),
        revision: 1,
        supersedes: None,
        zone: "Asia/Shanghai".to_owned(),
        company: Letterhead {
            name: w("示例压缩机服务有限公司", "Example Compressor Service Co., Ltd."),
            mark: "示".to_owned(),
            hotline: "0000-5550000".to_owned(),
            address: w("示例省样例市虚构路 1 号", "1 Invented Road, Sample City"),
            public_address: Some("https://verify.example".to_owned()),
        },
        head: OrderHead {
            category: w("有偿服务", "Paid service"),
            service_kind: w("报修", "Repair"),
            warranty: w("保外", "Out of warranty"),
            urgency: w("停产", "Production down"),
            reported_at: Some(at("08:12")),
            reporter: "陈喆".to_owned(),
        },
        customer: OrderCustomer {
            name: "样例紫藤制药有限公司".to_owned(),
            address: "示例省样例市生物园虚构路10号".to_owned(),
            contact: "陈喆 公用工程".to_owned(),
            phone: "0000-5550110".to_owned(),
            wishes: "夜班前恢复供气；进洁净区须穿防护服".to_owned(),
            distance_km: "41".to_owned(),
        },
        machine: machine(),
        fault: fault(),
        readings: readings(),
        times: OrderTimes {
            agreed: Some(at("10:00")),
            departed: Some(at("08:50")),
            arrived: Some(at("09:52")),
            started: Some(at("10:05")),
            finished: Some(at("11:50")),
            uncertainty_ms: None,
        },
        technicians: vec![OrderTechnician {
            person: PersonId(Uuid::from_u128(0x0193_0000_0000_7000_8000_0000_0000_0137)),
            name: "张晓峰".to_owned(),
            number: "0137".to_owned(),
            grade: w("中级技师", "Technician II"),
            leader: true,
            ink: Some(own_ink()),
        }],
        parts: vec![
            part("P-014", "温控阀芯维修包", "Thermostat kit", OldPart::Returned),
            part("P-002", "油滤芯(旋装)", "Oil filter, spin-on", OldPart::TakenBack),
            part("P-005", "螺杆压缩机油(矿物/半合成)20L", "Screw compressor oil 20 L", OldPart::TakenBack),
        ],
        fees: ex1(),
        fees_shown_at: Some(at("10:02")),
        consent: Some(OrderConsent {
            by_name: "陈喆".to_owned(),
            at: at("10:04"),
            how: ConsentHow::OnScreen,
            total_fen: 183_000,
            schedule_version: "2024-A".to_owned(),
        }),
        payment: OrderPayment {
            doc_type: DocType::SpecialInvoice,
            method: PayMethod::Monthly,
            paid_fen: 0,
            note: "月结 30 天".to_owned(),
        },
        test: Some(OrderTest { result: TestRun::FullLoad, minutes: 40, reason: String::new() }),
        confidence: Some(Confidence::Certain),
        follow_ups: Vec::new(),
        handover: OrderHandover {
            reinspected: true,
            training: true,
            equipment_count: true,
            cleaning: true,
            service_card: true,
            business_card: true,
            topics: vec![w("启停与急停", "start, stop, emergency stop"), w("每日看油位", "oil level every day")],
        },
        photos: photos(),
        rating: Some(OrderRating {
            quality: Rating::VerySatisfied,
            attitude: Rating::Satisfied,
            opinion: "来得准时，讲得清楚。希望换油前提醒。".to_owned(),
        }),
        signing: Some(Signing::Signed {
            name: "陈喆".to_owned(),
            role: "公用工程主管".to_owned(),
            is_contact: true,
            ink: ink(),
            at: at("12:01"),
        }),
    }
}

/// Only inspected: the customer did not want the repair and did not sign.
pub fn declined() -> OrderDocument {
    let mut doc = order();
    doc.order_no = "GD-A7-2611-0033".to_owned();
    doc.customer.wishes.clear();
    let unknown = [
        &mut doc.machine.fad_m3min,
        &mut doc.machine.voltage_v,
        &mut doc.machine.frequency_hz,
        &mut doc.machine.rated_current_a,
        &mut doc.machine.load_hours,
    ];
    unknown.into_iter().for_each(String::clear);
    doc.readings.truncate(5);
    for reading in &mut doc.readings {
        reading.after = None;
    }
    let visit = w("次", "visit");
    doc.fees = sheet(vec![
        line(FeeLineKind::CallOut, "CO-1", w("上门费 30公里以内", "Call-out up to 30 km"), visit.clone(), 15_000, "1"),
        line(FeeLineKind::Item, "F-01", w("现场检测诊断费", "On-site diagnosis"), visit, 20_000, "1"),
    ]);
    doc.customer.distance_km = "9".to_owned();
    doc.parts.clear();
    doc.consent = None;
    doc.fault.measures = vec![w(
        "仅检测，客户决定暂不维修，已说明继续运行的风险",
        "Inspection only; the customer decided against the repair",
    )];
    doc.fault.suggestions.clear();
    doc.payment =
        OrderPayment { doc_type: DocType::Receipt, method: PayMethod::Wechat, paid_fen: 35_000, note: String::new() };
    doc.fault.hidden_defects.clear();
    doc.handover = OrderHandover {
        reinspected: false,
        equipment_count: false,
        training: false,
        topics: Vec::new(),
        ..doc.handover
    };
    doc.test = None;
    doc.confidence = None;
    doc.photos.clear();
    doc.rating = Some(OrderRating { quality: Rating::NotRated, attitude: Rating::Satisfied, opinion: String::new() });
    doc.signing = Some(Signing::Declined {
        reason: DeclineReason::NoElectronic,
        words: "我单位只认加盖公章的纸质单。".to_owned(),
        at: at("15:22"),
    });
    doc
}

/// A seal of the right shape around an order.
pub fn seal(doc: &OrderDocument) -> SealInfo {
    let device = DeviceId(Uuid::from_u128(0x0193_0000_0000_7000_8000_0000_0000_00a7));
    let payload = serde_json::json!({
        "kind": "work_order",
        "device_id": device,
        "seal_no": 32,
        "previous": sha256_hex(b"the seal before"),
        "sealed_at": at("12:04"),
        "content": doc,
    });
    let payload = payload.to_string();
    let hash = sha256_hex(payload.as_bytes());
    SealInfo {
        verify_code: verify_code(&hash),
        verify_url: Some(format!("https://verify.example/v/{}/{}#{}", doc.order_no, doc.revision, &hash[..16])),
        payload,
        hash,
        sealed_at: at("12:04"),
        seal_no: 32,
        device_id: device,
        signature: "wR6Qt4mB0m8eZx0vJtqE1l1i2mVtq1Y4h5b9m2J6vXQ1zJm5vXlQ9f2q0c1M5w7G8d3xQ2a1s9k0l4p6n8r2Bw=="
            .to_owned(),
        receipt_at: Some(at("12:31")),
        proof: None,
        later: None,
        superseded: false,
        outvoted: false,
    }
}

/// The customer signed in the afternoon, after the order was sealed.
pub fn later() -> (OrderDocument, SealInfo) {
    let signed = order();
    let words = "负责人下午来签".to_owned();
    let doc = OrderDocument { signing: Some(Signing::Later { words, at: at("12:01") }), ..order() };
    let mut seal = seal(&doc);
    seal.later = signed.signing.map(|signing| Later { signing, hash: sha256_hex(b"an attestation") });
    (doc, seal)
}

/// The worst that one visit makes: 40 lines of fees, 12 photos, the third revision, long names, no test run.
pub fn long() -> OrderDocument {
    let mut doc = order();
    doc.revision = 3;
    doc.supersedes = Some(Supersedes { revision: 2, hash: photo_hash(9), reason: "油滤数量更正".to_owned() });
    let line = doc.fees.lines[3].clone();
    doc.fees = sheet(doc.fees.lines.into_iter().chain((0..34).map(|_| line.clone())).collect());
    doc.photos.extend((9..12).map(|n| photo(n, PhotoKind::Other, "", "11:55")));
    doc.customer.name =
        "样例新疆维吾尔自治区克孜勒苏柯尔克孜自治州综合能源装备制造与压缩空气系统集成服务有限责任公司第二分公司"
            .to_owned();
    doc.customer.contact = "阿卜杜热合曼·买买提依明 设备动力部主任工程师".to_owned();
    doc.confidence = Some(Confidence::NotSure);
    if let Some(test) = &mut doc.test {
        test.result = TestRun::NotRun;
        test.reason = "客户用气不能停".to_owned();
    }
    doc.follow_ups = vec![OrderFollowUp {
        rule: "BR-02".to_owned(),
        words: w("电话确认试机结果", "Ask for the test run by phone"),
        hours_after_leaving: 2,
        by_company: false,
    }];
    doc
}

/// An order on which nothing is left open: every field says something.
pub fn whole() -> OrderDocument {
    let mut doc = long();
    doc.fees = ex1();
    doc.customer.name = order().customer.name;
    doc.photos.truncate(3);
    if let Some(line) = doc.fees.lines.get_mut(1) {
        line.factor = "1.5".parse().expect("a factor");
        line.factor_words = Some(w("夜间", "night"));
        line.discount_fen = Fen(5_000);
    }
    if let Some(line) = doc.fees.lines.get_mut(2) {
        (line.cover, line.payable_fen) = (Some(Cover::Goodwill), Fen::ZERO);
    }
    doc.fees.warranty_pending = true;
    doc.payment.paid_fen = 10_000;
    let ring = part("P-077", "密封圈", "Seal ring", OldPart::Scrapped);
    doc.parts.push(OrderPart { quantity: "2".to_owned(), ..ring });
    let mut second = doc.technicians[0].clone();
    (second.name, second.number, second.leader) = ("李建国".to_owned(), "0142".to_owned(), false);
    doc.technicians.push(second);
    doc.machine.nameplate_missing = true;
    doc.times.uncertainty_ms = Some([("finished".to_owned(), 1200)].into());
    doc
}
