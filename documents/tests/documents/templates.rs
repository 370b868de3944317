//! A company's own templates: used where they are right, named and passed over where they are not.

use gongdan_documents::{
    Document, DocumentError, Language, Printed, TEMPLATE_NAMES, Templates, check, render, strictly,
};

use crate::reading::{pages, shows};
use crate::sample;

fn own(name: &str, text: &str) -> Templates {
    Templates::of([(name.to_owned(), text.to_owned())], None)
}

fn strict(templates: &Templates) -> Result<Vec<u8>, DocumentError> {
    strictly(&Document::WorkOrder(&sample::order()), None, &|_| None, Language::Zh, templates)
}

fn printed(templates: &Templates) -> Printed {
    render(&Document::WorkOrder(&sample::order()), None, &|_| None, Language::Zh, templates).expect("a document")
}

#[test]
fn g7_a_companys_own_words_and_templates_are_used_and_their_mistakes_are_named() {
    let words = own("strings.json", r#"{"title": {"zh": "服务报告", "en": "Service report"}}"#);
    shows(&pages(&strict(&words).expect("a document")), &["服务报告", "故障与处理"]);
    let refusal =
        strict(&own("work-order.typ", "#import \"page.typ\": *\n#nothing")).expect_err("a mistake").to_string();
    assert!(refusal.contains("work-order.typ:2") && refusal.contains("nothing"), "{refusal}");
    assert!(strict(&own("work-order.typ", "#read(\"/etc/hostname\")")).is_err(), "a template reads no file");
    assert!(strict(&own("work-order.typ", "#set text(font: \"Nowhere\")\nx")).is_err(), "a warning is an error");
}

#[test]
fn g7_a_broken_template_costs_nobody_his_document() {
    for (name, text) in [
        ("work-order.typ", "#import \"page.typ\": *\n#nothing"),
        ("page.typ", "#let data = 1"),
        ("strings.json", "{"),
        ("work-order.typ", "#while true {}"),
    ] {
        let printed = printed(&own(name, text));
        assert!(printed.warning.is_some_and(|why| !why.is_empty()), "{name}: the office is told");
        shows(&pages(&printed.pdf), &["空气压缩机检测维修工作单"]);
    }
    assert_eq!(printed(&Templates::default()).warning, None);
}

#[test]
fn g7_a_picture_takes_the_place_of_the_mark() {
    let logo = sample::photo_bytes(&sample::photo_hash(1));
    let with = printed(&Templates::of([], logo));
    assert_eq!(with.warning, None);
    assert!(with.pdf.len() > printed(&Templates::default()).pdf.len(), "the picture is in the file");
    let broken = printed(&Templates::of([], Some(vec![1, 2, 3])));
    assert_eq!(broken.warning, None, "a picture that is none leaves the mark");
    shows(&pages(&broken.pdf), &["示例压缩机服务有限公司"]);
}

#[test]
fn g7_a_company_is_told_its_mistakes_before_anybody_prints() {
    assert_eq!(check(&Templates::default()), Vec::<String>::new());
    assert_eq!(
        check(&own("strings.json", r#"{"title": {"zh": "服务报告", "en": "Service report"}}"#)),
        Vec::<String>::new()
    );
    let found = check(&own("slip.typ", "#import \"page.typ\": *\n#nothing"));
    assert_eq!(found.len(), 1, "each once: {found:?}");
    assert!(found[0].contains("slip.typ:2"), "{found:?}");
    // What it is tried on is what these tests print.
    let examples: serde_json::Value =
        serde_json::from_str(include_str!("../../templates/examples.json")).expect("examples");
    let papers: Vec<_> = sample::paper::all().into_iter().map(|(_, paper)| paper).collect();
    let now = serde_json::json!({ "order": sample::order(), "papers": papers });
    assert_eq!(examples, now, "write them again: cargo run -p gongdan-documents --example pages -- FOLDER");
}

#[test]
fn a_name_of_a_newer_version_is_left_out() {
    assert!(own("verify.typ", "x").is_own());
    assert_eq!(TEMPLATE_NAMES.len(), 8);
}
