//! Receipt, slips, notice, invoice data, cards and cover: what each says, and that each is an archive file.

use gongdan_documents::{Document, Language, SealInfo, Templates, strictly, unprintable};
use gongdan_domain::paper::{HazardDecision, Paper, PaperBody, PaperKind};
use gongdan_domain::work_order::{DeclineReason, Signing};

use crate::reading::{archived, pages, shows};
use crate::sample::{self, paper};

fn set(document: &Document<'_>, seal: Option<&SealInfo>, language: Language) -> Vec<u8> {
    strictly(document, seal, &sample::photo_bytes, language, &Templates::default()).expect("a document")
}

pub fn sealed(paper: &Paper, language: Language) -> Vec<u8> {
    set(&Document::Paper { paper, voided: None }, Some(&paper::seal(paper)), language)
}

const TAGS: [(Language, &str); 3] = [(Language::Zh, "zh-CN"), (Language::En, "en"), (Language::Both, "zh-CN")];

#[test]
fn g7_every_paper_is_an_archive_file_with_its_seal_in_each_language_and_the_same_twice() {
    for (name, paper) in paper::all() {
        for (language, tag) in TAGS {
            let pdf = sealed(&paper, language);
            let text = archived(&pdf, tag);
            assert!(text.contains("/AFRelationship /Source"), "{name}: the sealed text is inside");
            assert!(text.contains("/S /H1"), "{name}: its title is a heading");
            assert!(pdf == sealed(&paper, language), "{name}: byte for byte");
            assert!(pdf.len() < 300_000, "{name}: {} bytes", pdf.len());
        }
    }
}

#[test]
fn g7_cards_cover_and_invoice_data_are_archive_files_too() {
    let (invoice, card, id, cover) = (paper::invoice(), paper::service_card(), paper::work_id(), paper::cover(20));
    let documents = [
        Document::Invoice(&invoice),
        Document::ServiceCard(&card),
        Document::WorkId(&id),
        Document::ArchiveCover(&cover),
    ];
    for document in documents {
        for (language, tag) in TAGS {
            let pdf = set(&document, None, language);
            archived(&pdf, tag);
            assert!(pdf == set(&document, None, language), "{document:?}: byte for byte");
        }
    }
}

#[test]
fn every_paper_is_on_one_page_in_chinese_and_names_no_chinese_label_in_english() {
    for (name, paper) in paper::all() {
        assert_eq!(pages(&sealed(&paper, Language::Zh)).len(), 1, "{name}");
        for language in [Language::En, Language::Both] {
            assert!(pages(&sealed(&paper, language)).len() <= 2, "{name} {language:?}");
        }
        let english = pages(&sealed(&paper, Language::En)).concat();
        for label in ["客户签字", "工作单", "交接", "付款方式", "联系人", "服务热线", "客户联", "内容哈希"]
        {
            assert!(!english.contains(label), "{name}: {label} is left in\n{english}");
        }
    }
}

#[test]
fn f3_a_receipt_says_who_paid_what_and_how() {
    let page = pages(&sealed(&paper::receipt(), Language::Zh));
    shows(
        &page,
        &[
            "收据",
            "SJ-A7-2611-0019",
            "样例杏林口腔门诊部",
            "检测诊断费 200.00，上门费 150.00",
            "工作单 GD-A7-2611-0032",
            "叁佰伍拾元整",
            "¥350.00",
            "微信",
            "流水尾号 8841",
            "张晓峰，0137",
            "收款单位盖章",
            "设备 A7 第 19 张，号码连续，作废的也留存",
        ],
    );
    assert!(!page.concat().contains("作废于") && !page.concat().contains("本收据已作废"));
}

#[test]
fn f3_a_void_receipt_keeps_its_number_and_says_why_and_what_replaced_it() {
    let (paper, voided) = (paper::receipt(), paper::voided());
    let seal = paper::seal(&paper);
    let document = Document::Paper { paper: &paper, voided: Some(&voided) };
    let pdf = set(&document, Some(&seal), Language::Zh);
    archived(&pdf, "zh-CN");
    shows(
        &pages(&pdf),
        &[
            "SJ-A7-2611-0019",
            "本收据已作废",
            "2026-11-23 15:09，金额录错，改开 SJ-A7-2611-0020",
            "作废",
            "¥350.00",
            "样例杏林口腔门诊部",
        ],
    );
    shows(&pages(&set(&document, Some(&seal), Language::En)), &["This receipt is void"]);
    shows(&pages(&sealed(&paper, Language::Zh)), &[seal.verify_code.as_str(), "核验码"]);
}

#[test]
fn f3_invoice_data_say_what_the_office_must_ask_back() {
    let mut invoice = paper::invoice();
    let page = pages(&set(&Document::Invoice(&invoice), None, Language::Zh));
    shows(&page, &["开票信息", "增值税专票", "¥1,830.00", "9135 0100 M000 100Y 43", "样例银行生物园支行", "不是发票"]);
    assert!(!page.concat().contains("请核对"), "nothing stands out");
    invoice.request.tax_no = "91350100M000100Y44".to_owned();
    invoice.request.bank.clear();
    let page = pages(&set(&Document::Invoice(&invoice), None, Language::Zh));
    shows(&page, &["请核对", "税号校验位不符", "专票缺地址、电话、开户行或账号"]);
}

#[test]
fn e4_slips_say_what_left_what_it_may_cost_and_when_it_is_back() {
    shows(
        &pages(&sealed(&paper::handover(), Language::Zh)),
        &[
            "返厂交接单",
            "FC-A7-2611-0006",
            "2026-11-28",
            "主机异响",
            "电控箱钥匙",
            "2 把",
            "¥16,300.00",
            "2024-A 版",
            "已借出 JY-A7-2611-0003",
            "交出（客户）",
            "陈喆",
            "归还收讫",
        ],
    );
    shows(
        &pages(&sealed(&paper::loaner(), Language::Zh)),
        &[
            "备用机借用单",
            "LOAN-45-02",
            "6,118 h",
            "归还小时",
            "2026-11-28",
            "5 天",
            "电缆 15 m",
            "2,400.00",
            "5,000.00",
            "SJ-A7-2611-0021",
            "先停机，再打热线",
        ],
    );
}

#[test]
fn e6_a_hazard_notice_gives_three_equal_answers_and_takes_none_for_granted() {
    let mut paper = paper::hazard();
    let answers = ["按上面的期限处理", "仍按原要求", "不同意本告知"];
    let page = pages(&sealed(&paper, Language::Zh));
    shows(
        &page,
        &[
            "安全隐患告知书",
            "2 项",
            "现场有 4 项隐患",
            "我们不开机，请您也不要开机",
            "储气罐安全阀校验过期",
            "12-05 前",
            "右侧距墙 0.35 m",
            "签字表示收到，不表示放弃任何权利",
        ],
    );
    shows(&page, &answers);
    let PaperBody::HazardNotice(body) = &mut paper.body else { panic!("a hazard notice") };
    (body.decision, body.words) = (Some(HazardDecision::Disagrees), "安全阀下周送检".to_owned());
    shows(&pages(&sealed(&paper, Language::Zh)), &["“安全阀下周送检”"]);
    let PaperBody::HazardNotice(body) = &mut paper.body else { panic!("a hazard notice") };
    body.decision = None;
    shows(&pages(&sealed(&paper, Language::Zh)), &answers);
}

#[test]
fn e7_a_declined_replacement_says_what_was_explained_and_keeps_the_choice_free() {
    shows(
        &pages(&sealed(&paper::declined_replacement(), Language::Zh)),
        &[
            "客户拒换说明",
            "油分芯 P-008",
            "压差 0.09 MPa",
            "更换的好处",
            "¥1,860.00",
            "“预算年底用完了，明年一月再换。”",
            "换不换由您决定",
        ],
    );
}

#[test]
fn g3_papers_take_the_other_three_ways_to_sign_as_equals() {
    let at = sample::at("16:10");
    for (signing, said) in [
        (Signing::Declined { reason: DeclineReason::NoElectronic, words: "只认公章".to_owned(), at }, "客户选择不签字"),
        (Signing::Absent { words: String::new(), at }, "负责人不在场"),
        (Signing::Later { words: String::new(), at }, "稍后签字"),
    ] {
        for (name, mut paper) in paper::all() {
            if paper.kind() == PaperKind::Receipt {
                continue;
            }
            paper.signing = Some(signing.clone());
            let page = pages(&sealed(&paper, Language::Zh));
            assert_eq!(page.len(), 1, "{name}");
            shows(&page, &[said]);
        }
    }
}

#[test]
fn a_draft_of_a_paper_says_so_and_proves_nothing() {
    for (_, mut paper) in paper::all() {
        paper.signing = None;
        let pdf = set(&Document::Paper { paper: &paper, voided: None }, None, Language::Zh);
        let page = pages(&pdf).concat();
        assert!(page.contains("草稿，未封存") && !page.contains("内容哈希"), "{page}");
    }
}

#[test]
fn long_words_and_many_lines_lose_nothing() {
    let long = "很长的话".repeat(150);
    for (name, mut paper) in paper::all() {
        paper.customer.name =
            "样例新疆维吾尔自治区综合能源装备制造与压缩空气系统集成服务有限责任公司第二分公司".to_owned();
        paper.customer.contact = format!("镕喆堃龘㛃𠮷{}", "x".repeat(60));
        match &mut paper.body {
            PaperBody::Receipt(b) => b.payer = long.clone(),
            PaperBody::HandoverSlip(b) => {
                b.fault = long.clone();
                b.items = vec![b.items[1].clone(); 40];
            }
            PaperBody::LoanerSlip(b) => b.condition = long.clone(),
            PaperBody::HazardNotice(b) => {
                b.wish = long.clone();
                b.hazards = vec![b.hazards[0].clone(); 20];
            }
            PaperBody::DeclinedReplacement(b) => b.benefits = long.clone(),
        }
        assert_eq!(unprintable(&paper), vec![('𠮷', 1)]);
        for (language, _) in TAGS {
            let pages = pages(&sealed(&paper, language)).concat();
            assert_eq!(pages.matches('很').count(), 150, "{name} {language:?}: no sentence is lost");
        }
        let chinese = pages(&sealed(&paper, Language::Zh)).concat();
        match paper.kind() {
            PaperKind::HandoverSlip => assert_eq!(chinese.matches("电控箱钥匙").count(), 40),
            PaperKind::HazardNotice => assert_eq!(chinese.matches("过期114天").count(), 20),
            _ => {}
        }
    }
}

#[test]
fn g8_the_service_card_carries_the_number_and_this_machine_and_no_customer() {
    let pages = pages(&set(&Document::ServiceCard(&paper::service_card()), None, Language::Zh));
    assert_eq!(pages.len(), 2, "front and back");
    shows(&pages[..1], &["0000-5550000", "扫码报修本机", "机型、编号、现象"]);
    shows(&pages[1..], &["日立 OSP-37M5AI", "SAMPLE-1016", "换温控阀芯、油滤、油", "30,800 h", "张晓峰"]);
}

#[test]
fn d1_the_work_id_names_who_came_and_how_to_check() {
    let pages = pages(&set(&Document::WorkId(&paper::work_id()), None, Language::Zh));
    assert_eq!(pages.len(), 2, "front and back");
    shows(&pages[..1], &["工作证", "张晓峰", "中级技师", "0137", "2027-06-30"]);
    shows(&pages[1..], &["请您核对来人", "电工作业证", "0000-5550000"]);
}

#[test]
fn h5_the_cover_lists_every_order_over_pages_and_hides_prices_where_it_must() {
    let mut cover = paper::cover(20);
    let page = pages(&set(&Document::ArchiveCover(&cover), None, Language::Zh));
    assert_eq!(page.len(), 1);
    shows(&page, &["2026 年 11 月", "B-2611-A7", "¥36,600.00", "GD-A7-2611-0020", "林知夏", "程望"]);
    cover = paper::cover(70);
    let page = pages(&set(&Document::ArchiveCover(&cover), None, Language::Zh));
    assert!(
        page.len() > 1 && page.iter().filter(|p| p.contains("GD-A7")).all(|p| p.contains("设备与内容")),
        "the head repeats"
    );
    assert_eq!(page.concat().matches("样例青禾包装制品厂").count(), 70, "no order is lost");
    cover.total_fen = None;
    cover.lines.iter_mut().for_each(|l| l.amount_fen = None);
    assert!(!pages(&set(&Document::ArchiveCover(&cover), None, Language::Zh)).concat().contains("1,830.00"));
}
