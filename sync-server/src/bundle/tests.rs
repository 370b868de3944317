//! What a bundle holds, that it is the same each time, and that the technical copy never had what it must not show.

use std::io::{Cursor, Read as _};

use gongdan_documents::table::Table;

use super::index::{Line, workbook};
use super::{BundleCopy, Entry};

/// A file of an archive, by the end of its name.
fn inside(archive: &[u8], ending: &str) -> String {
    let mut zip = zip::ZipArchive::new(Cursor::new(archive)).expect("an archive");
    let mut names = zip.file_names().filter_map(|name| Some(name.ok()?.into_owned()));
    let name = names.find(|name| name.ends_with(ending)).expect("a file");
    drop(names);
    let mut text = String::new();
    zip.by_name(&name).expect("there").read_to_string(&mut text).expect("text");
    text
}

fn line(customer: &str, total_fen: i64) -> Line {
    let order = crate::bundle::tests::sample::order();
    let mut order = order;
    order.customer.name = customer.to_owned();
    order.fees.total_fen = gongdan_domain::money::Fen(total_fen);
    let document = gongdan_domain::seal::SealedDocument {
        kind: "work_order".to_owned(),
        id: order.order_id.0,
        revision: 1,
        device_id: gongdan_domain::id::DeviceId(uuid::Uuid::nil()),
        seal_no: 1,
        previous: String::new(),
        payload: String::new(),
        hash: "cd".repeat(32),
        signature: String::new(),
    };
    let entry = Entry {
        order: order.order_id,
        hash: document.hash.clone(),
        contested: false,
        sealed_at: sample::at("12:00"),
        revision: 1,
        number: order.order_no.clone(),
        customer: customer.to_owned(),
        archive_no: None,
        missing: 2,
    };
    Line::of(&order, sample::at("12:00"), &document, &entry)
}

#[path = "../../../documents/tests/sample/mod.rs"]
#[allow(dead_code)] // the order is used, the pictures are not
mod sample;

#[test]
fn h5_the_index_keeps_chinese_money_and_days_as_what_they_are() {
    let lines = [line("=样例\"紫藤\"<制药>&有限公司", 183_012), line("样例青禾", 7)];
    let book = workbook(&lines, BundleCopy::Full, false).expect("a workbook");
    let sheet = inside(&book, "sheet1.xml");
    assert!(sheet.contains("<v>1830.12</v>") && sheet.contains("<v>0.07</v>"), "money is a number: {sheet}");
    assert!(sheet.contains("<f>SUM(O2:O3)</f><v>1830.19</v>"), "the sum stands at the foot: {sheet}");
    assert!(sheet.contains("ySplit=\"1\"") && sheet.contains("state=\"frozen\""), "the head stays");
    let strings = inside(&book, "sharedStrings.xml");
    assert!(strings.contains("=样例\"紫藤\"&lt;制药&gt;&amp;有限公司"), "text stays text: {strings}");
    assert!(
        inside(&book, "styles.xml").contains("yyyy\\-mm\\-dd") || inside(&book, "styles.xml").contains("yyyy-mm-dd")
    );
    assert_eq!(book, workbook(&lines, BundleCopy::Full, false).expect("again"), "the same bytes each time");
}

#[test]
fn h5_the_technical_index_has_no_columns_of_money() {
    let book = workbook(&[line("样例青禾", 183_012)], BundleCopy::Technical, true).expect("a workbook");
    let (sheet, strings) = (inside(&book, "sheet1.xml"), inside(&book, "sharedStrings.xml"));
    assert!(!sheet.contains("1830") && !strings.contains("CNY"), "{sheet} {strings}");
    assert!(strings.contains("Order no."));
}

#[test]
fn h5_an_empty_month_has_a_head_and_a_sum() {
    let book = workbook(&[], BundleCopy::Full, false).expect("a workbook");
    assert!(inside(&book, "sheet1.xml").contains("<f>0</f>"));
}

#[test]
fn h5_every_column_has_words_in_both_languages() {
    let table = Table::read(include_str!("../../../documents/templates/bundle.json"));
    for english in [false, true] {
        assert!(table.all(english).values().all(|words| !words.trim().is_empty()));
    }
    assert_ne!(table.say("number", false), "number");
}
