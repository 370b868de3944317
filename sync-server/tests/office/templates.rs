//! G7: the company's own templates of documents: tried, looked at, published, given up; each step on record, and never one that cannot be set.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as B64;
use chrono::TimeDelta;
use gongdan_domain::problem::Code;
use gongdan_domain::sync::wire::RecordBody;
use serde_json::{Value, json};

use crate::bench::{Bench, Field};
use crate::bundles::text;

const NAME: &str = "work-order.typ";

/// The product's own order with one line of the company.
async fn own(bench: &Bench) -> String {
    let built_in = bench.call("admin", "read_template", json!({ "name": NAME, "own": false })).await;
    let text = built_in["text"].as_str().expect("a text").to_owned();
    text + "\n#place(top, [本公司专用版式])\n"
}

fn row(list: &Value) -> Value {
    list["templates"].as_array().and_then(|all| all.iter().find(|row| row["name"] == NAME)).cloned().expect("a row")
}

async fn actions(bench: &Bench) -> Vec<String> {
    let audit = bench.call("admin", "list_audit", json!({})).await;
    let rows = audit["rows"].as_array().expect("rows").iter();
    let mut said: Vec<String> = rows
        .filter_map(|row| row["action"].as_str().filter(|action| action.starts_with("template_")).map(str::to_owned))
        .collect();
    said.reverse();
    said
}

#[tokio::test]
async fn g7_a_template_is_tried_looked_at_published_and_given_up() {
    let bench = Bench::new();
    let mut zhang = Field::enrol(&bench, "zhang").await;
    let job = bench.job("样例一号").await;
    zhang.return_order(job, "GD-A1-2611-0001").await;
    let path = format!("/api/office/orders/{}/pdf", job.visit(1).order());
    let before = bench.fetch("jiang", &path).await.1;
    let list = bench.call("admin", "list_templates", json!({})).await;
    assert_eq!(list["templates"].as_array().map(Vec::len), Some(8));
    assert_eq!((&row(&list)["own"], &row(&list)["since"]), (&json!(false), &Value::Null));

    let file = json!({ "name": NAME, "text": own(&bench).await });
    let tried = bench.call("admin", "try_template", file.clone()).await;
    let previews = tried["previews"].as_array().expect("previews");
    let languages: Vec<&str> = previews.iter().filter_map(|one| one["language"].as_str()).collect();
    assert_eq!(languages, ["zh", "en", "both"]);
    let sample = B64.decode(previews[0]["pdf"].as_str().expect("a PDF")).expect("base64");
    let sample = text(&sample);
    assert!(sample.contains("本公司专用版式") && sample.contains("样例紫藤制药"), "{sample}");
    assert_eq!(bench.fetch("jiang", &path).await.1, before, "trying publishes nothing");

    let list = bench.call("admin", "publish_template", file.clone()).await;
    assert_eq!((&row(&list)["own"], &row(&list)["by"]["name"]), (&json!(true), &json!("管理员")));
    assert!(text(&bench.fetch("jiang", &path).await.1).contains("本公司专用版式"), "the next paper has it");
    let taken = bench.call("admin", "read_template", json!({ "name": NAME, "own": true })).await;
    assert_eq!(taken["text"], file["text"], "it comes back as it was brought");
    let published = |records: Vec<RecordBody>| {
        let of = |record: &RecordBody| match record {
            RecordBody::Reference { kind, body, .. } if kind == "document_templates" => Some(body["files"].clone()),
            _ => None,
        };
        records.iter().rev().find_map(of)
    };
    let held = published(zhang.holds().await).expect("devices print with it too");
    assert_eq!(held[NAME], file["text"]);

    bench.later(TimeDelta::minutes(1));
    let list = bench.call("admin", "reset_template", json!({ "name": NAME })).await;
    assert_eq!(row(&list)["own"], false, "on the same day too");
    assert_eq!(bench.fetch("jiang", &path).await.1, before);
    assert_eq!(bench.refused("admin", "reset_template", json!({ "name": NAME })).await.code, Code::Conflict);
    let steps = ["taken", "tried", "published", "taken", "reset"].map(|step| format!("template_{step}"));
    assert_eq!(actions(&bench).await, steps);
}

#[tokio::test]
async fn g7_a_template_that_cannot_be_set_is_refused_with_its_line_and_leaves_nothing() {
    let bench = Bench::new();
    let good = own(&bench).await;
    let line = good.lines().count() + 1;
    let broken = json!({ "name": NAME, "text": format!("{good}#nobody-knows\n") });
    for command in ["try_template", "publish_template"] {
        let problem = bench.refused("admin", command, broken.clone()).await;
        assert_eq!(problem.code, Code::TemplateBroken, "{command}");
        let said = problem.details["mistakes"][0].as_str().expect("what is wrong");
        assert!(said.starts_with(&format!("{NAME}:{line}: ")) && said.contains("nobody-knows"), "{said}");
    }
    // What is wrong only on a card is found too, and words that are no words.
    let card = json!({ "name": "card.typ", "text": "#import \"page.typ\": *\n#nobody-knows" });
    assert_eq!(bench.refused("admin", "try_template", card).await.code, Code::TemplateBroken);
    let words = json!({ "name": "strings.json", "text": "{ \"title\": 7 }" });
    assert_eq!(bench.refused("admin", "try_template", words).await.code, Code::TemplateBroken);
    let large = json!({ "name": NAME, "text": "x".repeat(256_001) });
    assert_eq!(bench.refused("admin", "try_template", large).await.code, Code::TooLarge);
    let foreign = json!({ "name": "../keys/server.key", "text": "x" });
    assert_eq!(bench.refused("admin", "publish_template", foreign).await.code, Code::NotFound);
    assert_eq!(row(&bench.call("admin", "list_templates", json!({})).await)["own"], false);
    assert!(actions(&bench).await.contains(&"template_refused".to_owned()));
}

#[tokio::test]
async fn g7_the_other_way_to_publish_templates_is_no_way_around() {
    let bench = Bench::new();
    let body = |text: &str| {
        let body = json!({ "version": "2026-A", "valid_from": "2026-11-01", "files": { "receipt.typ": text } });
        json!({ "kind": "document_templates", "body": body })
    };
    assert_eq!(bench.refused("admin", "publish_reference", body("#nobody-knows")).await.code, Code::TemplateBroken);
    let good = bench.call("admin", "read_template", json!({ "name": "receipt.typ", "own": false })).await;
    let good = body(good["text"].as_str().expect("a text"));
    assert_eq!(bench.refused("jiang", "publish_reference", good.clone()).await.code, Code::NotAllowed, "an admin's");
    bench.call("admin", "publish_reference", good).await;
}
