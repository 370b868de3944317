//! The work order: everything of it is on paper, and the file is what an archive wants.

use std::fs;

use gongdan_documents::read::read;
use gongdan_documents::{Language, SEAL_FILE, SealInfo, Templates, unprintable, work_order_pdf};
use gongdan_domain::catalogue::Words;
use gongdan_domain::fact::PhotoKind;
use gongdan_domain::fees::{Cover, FeeLineKind};
use gongdan_domain::money::Fen;
use gongdan_domain::work_order::{OrderDocument, Signing};

use crate::reading::{Folder, archived, pages, shows, tool};
use crate::sample;

fn print(doc: &OrderDocument, seal: Option<&SealInfo>, language: Language) -> Vec<u8> {
    work_order_pdf(doc, seal, &sample::photo_bytes, language).expect("a document")
}

fn sealed(doc: &OrderDocument, language: Language) -> Vec<u8> {
    print(doc, Some(&sample::seal(doc)), language)
}

#[test]
fn g1_g2_g6_the_whole_order_is_on_paper() {
    let doc = sample::order();
    let seal = sample::seal(&doc);
    let pages = pages(&sealed(&doc, Language::Zh));
    assert_eq!(pages.len(), 2, "found, done, charged first; the proof second");
    let quads: Vec<&str> = seal.hash.as_bytes().chunks(4).map(|c| std::str::from_utf8(c).expect("hex")).collect();
    shows(
        &pages[..1],
        &[
            "空气压缩机检测维修工作单",
            "GD-A7-2611-0032",
            "修订 1",
            "2026-11-23",
            "08:12 陈喆",
            "张晓峰 1 人次",
            &seal.verify_code,
        ],
    );
    shows(
        &pages[..1],
        &["样例紫藤制药有限公司", "SAMPLE-1016", "28,812 h", "380 V 50 Hz", "风冷，直联", "12 个月，已过"],
    );
    shows(
        &pages[..1],
        &[
            "报警主机温度高；停机",
            "温控阀卡在旁通，油滤堵塞，散热器外部脏堵。",
            "原因类别正常磨损/易损件",
            "反向吹扫散热器；复位",
        ],
    );
    shows(&pages[..1], &["高 108", "−24", "75–95", "386/384/385", "66/66/67", "低 偏低", "≤ 71", "0.015–0.050"]);
    shows(
        &pages[..1],
        &["09:52", "1 小时 45 分", "人民币壹仟捌佰叁拾元整", "¥1,830.00", "不含税 1,619.47，税额 210.53"],
    );
    shows(
        &pages[..1],
        &["交回客户", "收回处理", "2024-A 版，10:02 出示，陈喆于 10:04 同意", "月结 30 天，未付", "增值税专票"],
    );
    shows(&pages, &["40 分钟，满载运行正常", "确认修复", "服务卡已递送，热线已说明", "8 建议", "9 照片", "清理后现场"]);
    shows(
        &pages[1..],
        &[
            "我已看过本单全部内容，确认所做的工作和费用合计 ¥1,830.00（壹仟捌佰叁拾元整）。",
            "陈喆，公用工程主管",
            "2026-11-23 12:01",
        ],
    );
    shows(&pages[1..], &[&quads[..8].join(" "), &quads[8..].join(" "), "2026-11-23 12:31:00", "第 2 页，共 2 页"]);
}

#[test]
fn g7_it_is_an_archive_file_with_its_language_its_seal_and_its_fonts() {
    let doc = sample::order();
    let seal = sample::seal(&doc);
    for (language, tag) in [(Language::Zh, "zh-CN"), (Language::En, "en"), (Language::Both, "zh-CN")] {
        let folder = Folder::new();
        let pdf = print(&doc, Some(&seal), language);
        fs::write(folder.0.join("a.pdf"), &pdf).expect("write");
        let text = archived(&pdf, tag);
        assert!(text.contains("/AFRelationship /Source"), "the seal is the source of the page");
        for heading in ["/S /H1", "/S /H2"] {
            assert!(text.contains(heading), "headings are tagged: {heading}");
        }
        assert!(
            tool("pdfinfo", &["a.pdf"], &folder.0).contains("Title:           GD-A7-2611-0032"),
            "titled by its number"
        );
        tool("pdfdetach", &["-savefile", SEAL_FILE, "-o", "seal.json", "a.pdf"], &folder.0);
        let attached = fs::read_to_string(folder.0.join("seal.json")).expect("attached");
        assert_eq!(attached, seal.payload, "the attachment is the sealed text, byte for byte");
        let held = read(pdf).expect("a PDF of ours");
        assert_eq!(held.seal.as_ref(), Some(&seal.payload), "our own reader finds it too");
        assert_eq!(held.printed_with, Some(Templates::default().mark()), "it names what it was printed with");
        assert!(
            held.pages.len() > 1 && held.pages.iter().all(Option::is_some) && held.photos.len() == doc.photos.len()
        );
        tool("qpdf", &["--object-streams=generate", "--coalesce-contents", "a.pdf", "again.pdf"], &folder.0);
        let again = fs::read(folder.0.join("again.pdf")).expect("written anew");
        assert_eq!(read(again), None, "what another program packed is not unpacked");
    }
}

#[test]
fn the_same_order_is_the_same_file() {
    let doc = sample::order();
    assert!(sealed(&doc, Language::Both) == sealed(&doc, Language::Both), "byte for byte");
    let draft = OrderDocument { rating: None, signing: None, ..doc };
    assert!(print(&draft, None, Language::Zh) == print(&draft, None, Language::Zh), "drafts too");
}

#[test]
fn g7_english_is_complete_and_two_languages_say_every_value_once() {
    let doc = sample::order();
    let english = pages(&sealed(&doc, Language::En));
    shows(
        &english,
        &[
            "Air compressor inspection and repair order",
            "Oil screw",
            "air, direct",
            "Thermostatic valve stuck in bypass",
            "Call-out 30–80 km",
        ],
    );
    shows(
        &english,
        &[
            "Labour, Technician II",
            "Total incl. VAT",
            "I have seen this whole order",
            "very satisfied",
            "Page 1 of 2",
            "version 2024-A",
        ],
    );
    let labels = ["客户签字", "合计", "故障原因", "服务热线", "内容哈希"];
    assert!(labels.iter().all(|zh| !english.concat().contains(zh)), "no Chinese label is left");
    let both = pages(&sealed(&doc, Language::Both));
    shows(&both, &["地址 Site", "联系人 Contact", "温控阀卡在旁通", "Thermostatic valve stuck in bypass", "收回处理"]);
    assert_eq!(both.concat().matches("SAMPLE-1016").count(), 1, "a value stands once");
    assert_eq!(both.concat().matches("样例紫藤制药有限公司").count(), 1);
}

#[test]
fn g7_rare_characters_of_names_print_and_the_rest_is_named_beforehand() {
    let mut doc = sample::order();
    doc.customer.contact = "镕喆堃龘㛃 𠮷先生".to_owned();
    doc.fault.symptom = "甲\u{1}\u{202E}乙😀😀 #pagebreak() = x *b* $y$ \\ [z] @w".to_owned();
    assert_eq!(unprintable(&doc), vec![('😀', 2), ('𠮷', 1)]);
    let pages = pages(&sealed(&doc, Language::Zh));
    shows(&pages, &["镕喆堃龘㛃 〔U+20BB7〕先生", "甲乙〔U+1F600〕〔U+1F600〕 #pagebreak() = x *b* $y$ \\ [z] @w"]);
}

/// Fen as the page writes them.
fn written(fen: i64) -> String {
    let yuan = (fen / 100).to_string();
    let (head, tail) = yuan.split_at(yuan.len().saturating_sub(3));
    let comma = if head.is_empty() { "" } else { "," };
    format!("{head}{comma}{tail}.{:02}", fen % 100)
}

#[test]
fn f1_forty_fee_lines_repeat_the_head_and_the_sum_keeps_lines_beside_it() {
    let mut doc = sample::order();
    doc.photos.clear();
    for count in 30..60 {
        let one = sample::line(
            FeeLineKind::Part,
            "P-002",
            Words::new("油滤芯", "Oil filter"),
            Words::new("个", "pc"),
            12_000,
            "1",
        );
        doc.fees = sample::sheet(vec![one; count]);
        doc.parts.clear();
        let pages = pages(&sealed(&doc, Language::Zh));
        let with_lines: Vec<&String> = pages.iter().filter(|p| p.contains("P-002")).collect();
        assert!(
            with_lines.iter().all(|p| p.contains("编号项目") && p.contains("数量含税单价税率税额金额")),
            "{count} lines: the head stands on each page"
        );
        assert_eq!(pages.concat().matches("P-002").count(), count, "no line is lost");
        let sum = pages.iter().find(|p| p.contains("大写")).expect("the sum");
        assert!(sum.matches("P-002").count() >= 2, "{count} lines: the sum stands with at least two of them");
        let mut above = 0;
        for (n, page) in with_lines.iter().enumerate() {
            let so_far = |lines: usize| written(12_000 * lines as i64);
            if n > 0 {
                assert!(page.contains(&format!("承前页{}", so_far(above))), "{count} lines, page {n}: {page}");
            }
            above += page.matches("P-002").count();
            let over = format!("转下页至本页小计{}", so_far(above));
            assert_eq!(page.contains(&over), n + 1 < with_lines.len(), "{count} lines, page {n}: {page}");
        }
    }
}

#[test]
fn f1_discount_cover_factor_and_part_payment_are_said() {
    let mut doc = sample::order();
    let lines = &mut doc.fees.lines;
    lines[1].factor = "1.5".parse().expect("a factor");
    lines[1].factor_words = Some(Words::new("周末", "Weekend"));
    lines[1].discount_fen = Fen(3_600);
    lines[2].cover = Some(Cover::Warranty);
    lines[2].payable_fen = Fen::ZERO;
    doc.payment.paid_fen = 100_000;
    doc.fees.warranty_pending = true;
    let pages = pages(&sealed(&doc, Language::Zh));
    shows(&pages, &["周末 × 1.5", "优惠 ¥36.00", "保修 0.00", "已付 ¥1,000.00，未付 ¥830.00", "保修待判定"]);
}

#[test]
fn e11_twelve_photos_none_and_one_that_is_not_here() {
    let mut doc = sample::order();
    doc.photos = (0..12).map(|n| sample::photo(n, PhotoKind::Other, "", "11:55")).collect();
    let twelve = sealed(&doc, Language::Zh);
    let folder = Folder::new();
    fs::write(folder.0.join("a.pdf"), &twelve).expect("write");
    let images = tool("pdfimages", &["-list", "a.pdf"], &folder.0);
    assert_eq!(images.lines().filter(|l| l.contains("jpeg")).count(), 12, "each photo as it was taken:\n{images}");

    let broken = |hash: &str| {
        sample::photo_bytes(hash).map(|mut b| {
            b.truncate(3);
            b
        })
    };
    for photos in [&(|_: &str| None) as &dyn Fn(&str) -> Option<Vec<u8>>, &broken] {
        let seal = sample::seal(&doc);
        let pages = pages(&work_order_pdf(&doc, Some(&seal), photos, Language::Zh).expect("a document"));
        assert_eq!(pages.concat().matches("照片尚未传到此处").count(), 12, "their place stays");
    }
    doc.photos.clear();
    assert!(!pages(&sealed(&doc, Language::Zh)).concat().contains("照片尚未"), "no photos, no section");
}

#[test]
fn g3_declined_absent_and_later_take_the_place_of_the_signature() {
    let doc = sample::declined();
    let page = pages(&sealed(&doc, Language::Zh));
    assert_eq!(page.len(), 1, "an inspection fits on one page");
    shows(
        &page,
        &[
            "客户选择不签字",
            "不接受电子签",
            "“我单位只认加盖公章的纸质单。”",
            "2026-11-23 15:22",
            "不影响保修和服务",
            "未评价",
            "微信，已付",
        ],
    );
    assert!(!page.concat().contains("我已看过"), "nobody confirmed anything");
    let at = sample::at("15:22");
    for (signing, said) in [
        (Signing::Absent { words: "厂长出差".to_owned(), at }, "负责人不在场"),
        (Signing::Later { words: "明天补签".to_owned(), at }, "稍后签字"),
    ] {
        let doc = OrderDocument { signing: Some(signing), ..sample::declined() };
        shows(&pages(&sealed(&doc, Language::Zh)), &[said, "不影响保修和服务"]);
    }
}

#[test]
fn g5_a_later_revision_says_what_it_replaces_also_on_the_longest_order() {
    let doc = sample::long();
    for language in [Language::Zh, Language::En, Language::Both] {
        let pages = pages(&sealed(&doc, language));
        assert!(pages.len() <= 4, "{language:?}: {} pages", pages.len());
        // Long names stand in columns beside each other: line by line they interleave.
        shows(&pages, &["样例新疆维吾尔自治区", "第二分", "阿卜杜热合曼", "油滤数量更正"]);
    }
    shows(&pages(&sealed(&doc, Language::Zh)), &["修订 3，替代修订 2", "原因：油滤数量更正"]);
    let without = OrderDocument { photos: Vec::new(), ..doc };
    for doc in [&without, &OrderDocument { photos: Vec::new(), ..sample::order() }] {
        for language in [Language::Zh, Language::En, Language::Both] {
            let bytes = sealed(doc, language).len();
            assert!(bytes < 300_000, "{language:?}: under 300 KB without photos: {bytes}");
        }
    }
}

#[test]
fn g5_a_replaced_revision_says_so_on_its_paper_and_stays_what_was_sealed() {
    let doc = sample::order();
    let replaced = SealInfo { superseded: true, ..sample::seal(&doc) };
    for (language, said) in [
        (Language::Zh, "已被后来的修订替代"),
        (Language::En, "Replaced by a later revision"),
        (Language::Both, "已被后来的修订替代"),
    ] {
        let pdf = print(&doc, Some(&replaced), language);
        let pages_of = pages(&pdf);
        shows(&pages_of[..1], &[said]);
        assert_eq!(pages_of.len(), pages(&sealed(&doc, language)).len(), "the word takes no page");
        assert_eq!(read(pdf).and_then(|held| held.seal), Some(replaced.payload.clone()));
        assert!(!pages(&sealed(&doc, language)).concat().contains(&said.replace(' ', "")));
    }
}

#[test]
fn a_draft_says_so_on_every_page_and_proves_nothing() {
    let draft = OrderDocument { rating: None, signing: None, ..sample::order() };
    let pdf = print(&draft, None, Language::Zh);
    let pages = pages(&pdf);
    assert!(pages.iter().all(|p| p.contains("草稿，未封存")), "{pages:?}");
    assert!(!pages.concat().contains("内容哈希") && !pages.concat().contains("核验码"));
    let folder = Folder::new();
    fs::write(folder.0.join("a.pdf"), pdf).expect("write");
    assert!(tool("pdfdetach", &["-list", "a.pdf"], &folder.0).starts_with("0 embedded"), "no seal inside");
}

#[test]
fn g3_a_signature_of_later_stands_below_the_signatures_in_each_language() {
    let (doc, seal) = sample::later();
    let own = &seal.later.as_ref().expect("signed later").hash[..4];
    for (language, title) in
        [(Language::Zh, "封存以后，客户补签"), (Language::En, "Signed later, after this order was sealed")]
    {
        let pages = pages(&print(&doc, Some(&seal), language));
        shows(&pages, &[title, "陈喆", own]);
        let without = SealInfo { later: None, ..seal.clone() };
        assert!(!self::pages(&print(&doc, Some(&without), language)).concat().contains(own), "only where there is one");
    }
}

#[test]
fn pages_of_a_persons_words_lose_nothing() {
    let mut doc = sample::order();
    let long = "很长的话。".repeat(1200);
    doc.fault.found_condition = format!("{long}完一");
    doc.fault.suggestions = format!("{long}完二");
    if let Some(rating) = &mut doc.rating {
        rating.opinion = format!("{long}完三");
    }
    doc.customer.wishes = "x".repeat(400);
    let pages = pages(&sealed(&doc, Language::Zh));
    assert_eq!(pages.concat().matches('很').count(), 3600, "no sentence is lost, also not where a page ends");
    shows(&pages, &["完一", "完二", "完三", &"x".repeat(400), "如何核验"]);
}

#[test]
fn an_empty_order_still_prints() {
    let mut doc = sample::order();
    doc.readings.clear();
    doc.fees = sample::sheet(Vec::new());
    doc.times = Default::default();
    doc.technicians.clear();
    doc.parts.clear();
    doc.handover = gongdan_domain::work_order::OrderHandover {
        reinspected: false,
        training: false,
        equipment_count: false,
        cleaning: false,
        service_card: false,
        business_card: false,
        topics: Vec::new(),
    };
    for language in [Language::Zh, Language::En, Language::Both] {
        let draft = OrderDocument { rating: None, signing: None, test: None, confidence: None, ..doc.clone() };
        assert!(!pages(&print(&draft, None, language)).is_empty());
        assert!(!pages(&sealed(&doc, language)).is_empty());
    }
}
