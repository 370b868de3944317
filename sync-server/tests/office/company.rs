//! G1: who the company is, from its settings: on the next paper, on every device, never on what was signed before.

use std::io::Cursor;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as B64;
use chrono::TimeDelta;
use gongdan_domain::problem::Code;
use gongdan_domain::sync::wire::RecordBody;
use image::{ImageFormat, Rgba, RgbaImage};
use serde_json::{Value, json};

use crate::bench::{Bench, Field};
use crate::bundles::text;

fn picture(width: u32, height: u32) -> String {
    let mut png = Cursor::new(Vec::new());
    let red = RgbaImage::from_pixel(width, height, Rgba([200, 30, 30, 255]));
    red.write_to(&mut png, ImageFormat::Png).expect("encoded");
    B64.encode(png.into_inner())
}

fn form(logo: Value) -> Value {
    json!({
        "name": { "zh": " 样例北辰压缩机 ", "en": "Beichen Sample" }, "hotline": "0000-5559999", "email": "service@beichen.example",
        "address": { "zh": "虚构路 9 号", "en": "" }, "mark": "辰", "public_address": "https://Beichen.example/",
        "zone": "Asia/Shanghai", "own_brands": ["甲牌", "", "甲牌", "乙牌"], "logo": logo,
    })
}

#[tokio::test]
async fn g1_the_letterhead_comes_from_the_settings_tried_first_and_published_to_every_device() {
    let bench = Bench::new();
    let mut zhang = Field::enrol(&bench, "zhang").await;
    let before = bench.call("admin", "company_settings", json!({})).await;
    assert_eq!((&before["set"], &before["by"]), (&json!(true), &Value::Null), "the starter's");

    let tried = bench.call("admin", "try_company", form(json!(picture(900, 600)))).await;
    let sample = B64.decode(tried["previews"][0]["pdf"].as_str().expect("a PDF")).expect("base64");
    let said = text(&sample);
    assert!(said.contains("样例北辰压缩机") && said.contains("0000-5559999"), "{said}");
    assert_eq!(bench.call("admin", "company_settings", json!({})).await, before, "trying publishes nothing");

    let set = bench.call("admin", "set_company", form(json!(picture(900, 600)))).await;
    let kept = &set["form"];
    assert_eq!(
        (&kept["name"]["zh"], &kept["public_address"]),
        (&json!("样例北辰压缩机"), &json!("https://beichen.example"))
    );
    assert_eq!((&kept["own_brands"], &set["by"]["name"]), (&json!(["甲牌", "乙牌"]), &json!("管理员")));
    let logo = B64.decode(kept["logo"].as_str().expect("a logo")).expect("base64");
    let logo = image::load_from_memory_with_format(&logo, ImageFormat::Png).expect("a PNG");
    assert_eq!((logo.width(), logo.height()), (306, 204), "no larger than the letterhead can show");
    assert_eq!(bench.call("lu", "me", json!({})).await["company"]["zh"], "样例北辰压缩机");

    let published = |records: &[RecordBody], wanted: &str| {
        let of = |record: &RecordBody| match record {
            RecordBody::Reference { kind, body, .. } if kind == wanted => Some(body.clone()),
            _ => None,
        };
        records.iter().rev().find_map(of).expect("devices print with it too")
    };
    let held = zhang.holds().await;
    assert_eq!(published(&held, "company_profile")["hotline"], "0000-5559999");
    assert_eq!(published(&held, "company_profile")["sample"], false);
    assert_eq!(published(&held, "document_templates")["logo"], kept["logo"]);

    // The same again publishes nothing; without the picture only the picture goes.
    bench.later(TimeDelta::minutes(1));
    let again = bench.call("admin", "set_company", kept.clone()).await;
    assert_eq!(again["since"], set["since"]);
    let bare = bench.call("admin", "set_company", form(Value::Null)).await;
    assert_eq!((&bare["form"]["logo"], &bare["since"]), (&Value::Null, &set["since"]));
    let audit = bench.call("admin", "list_audit", json!({ "action": "company_set" })).await;
    assert_eq!(audit["total"], 3, "profile and logo, and the logo's end");
}

#[tokio::test]
async fn g1_a_signed_order_keeps_the_letterhead_under_which_it_was_signed() {
    let bench = Bench::new();
    let mut zhang = Field::enrol(&bench, "zhang").await;
    let job = bench.job("样例一号").await;
    zhang.return_order(job, "GD-A1-2611-0001").await;
    let path = format!("/api/office/orders/{}/pdf", job.visit(1).order());
    let before = text(&bench.fetch("jiang", &path).await.1);
    bench.call("admin", "set_company", form(Value::Null)).await;
    let after = text(&bench.fetch("jiang", &path).await.1);
    assert!(before.contains("示例压缩机服务有限公司") && !before.contains("北辰"));
    assert_eq!(after, before);
}

#[tokio::test]
async fn g1_what_cannot_stand_on_paper_is_named_by_its_field_and_changes_nothing() {
    let bench = Bench::new();
    let before = bench.call("admin", "company_settings", json!({})).await;
    let wrong = [
        ("name", json!({ "name": { "zh": " ", "en": "x" } })),
        ("name_en", json!({ "name": { "zh": "样例", "en": "x".repeat(81) } })),
        ("hotline", json!({ "hotline": "" })),
        ("email", json!({ "email": "nobody" })),
        ("mark", json!({ "mark": "北辰压" })),
        ("public_address", json!({ "public_address": "beichen.example/v" })),
        ("zone", json!({ "zone": "Asia/Nowhere" })),
        ("own_brands", json!({ "own_brands": ["甲".repeat(41)] })),
        ("logo", json!({ "logo": "no base64" })),
        ("logo", json!({ "logo": B64.encode(b"<svg onload='alert(1)'/>") })),
        ("logo", json!({ "logo": picture(700, 100) })),
    ];
    for (field, change) in wrong {
        let mut args = form(Value::Null);
        for (key, value) in change.as_object().expect("an object") {
            args[key] = value.clone();
        }
        for command in ["try_company", "set_company"] {
            let problem = bench.refused("admin", command, args.clone()).await;
            assert_eq!((problem.code, &problem.details["field"]), (Code::FieldInvalid, &json!(field)), "{command}");
        }
    }
    let large = form(json!(B64.encode(vec![0; 256_001])));
    assert_eq!(bench.refused("admin", "set_company", large).await.code, Code::TooLarge);
    assert_eq!(bench.refused("jiang", "set_company", form(Value::Null)).await.code, Code::NotAllowed, "an admin's");
    assert_eq!(bench.call("admin", "company_settings", json!({})).await, before);
}
