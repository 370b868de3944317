//! Writes the sample orders as PDF into a folder, with the templates as they lie in `templates/`:
//! `cargo run -p gongdan-documents --example pages -- /tmp/pages`. For whoever changes a template and wants to see it.

#[path = "../tests/sample/mod.rs"]
#[allow(dead_code, reason = "the tests use more of it")]
mod sample;

use std::path::Path;
use std::{env, error, fs};

use gongdan_documents::{Language, Templates, work_order_pdf_with};
use gongdan_domain::fact::{Confidence, TestRun};
use gongdan_domain::work_order::{OrderDocument, OrderFollowUp, Supersedes};

fn main() -> Result<(), Box<dyn error::Error>> {
    let folder = env::args().nth(1).ok_or("where to: name a folder")?;
    let folder = Path::new(&folder);
    fs::create_dir_all(folder)?;
    let own = Path::new(env!("CARGO_MANIFEST_DIR")).join("templates");
    let read = |name: &str| fs::read_to_string(own.join(name)).map(|text| Some(text.into()));
    let templates =
        Templates { page: read("page.typ")?, work_order: read("work-order.typ")?, strings: read("strings.json")? };
    let write = |name: &str, doc: &OrderDocument, sealed: bool, language| -> Result<(), Box<dyn error::Error>> {
        let seal = sealed.then(|| sample::seal(doc));
        let pdf = work_order_pdf_with(&templates, doc, seal.as_ref(), &|hash| sample::photo_bytes(hash), language)?;
        fs::write(folder.join(name), pdf)?;
        Ok(())
    };
    let doc = sample::order();
    write("order-zh.pdf", &doc, true, Language::Zh)?;
    write("order-en.pdf", &doc, true, Language::En)?;
    write("order-both.pdf", &doc, true, Language::Both)?;
    write("declined-zh.pdf", &sample::declined(), true, Language::Zh)?;
    write("declined-both.pdf", &sample::declined(), true, Language::Both)?;
    let draft = OrderDocument { rating: None, signing: None, ..sample::order() };
    write("draft-zh.pdf", &draft, false, Language::Zh)?;

    let mut long = sample::order();
    long.revision = 3;
    long.supersedes =
        Some(Supersedes { revision: 2, hash: sample::photo_hash(9), reason: "油滤数量更正".to_owned() });
    let line = long.fees.lines[3].clone();
    long.fees = sample::sheet(long.fees.lines.into_iter().chain((0..34).map(|_| line.clone())).collect());
    long.photos.extend((9..12).map(|n| sample::photo(n, gongdan_domain::fact::PhotoKind::Other, "", "11:55")));
    long.confidence = Some(Confidence::NotSure);
    if let Some(test) = &mut long.test {
        test.result = TestRun::NotRun;
        test.reason = "客户用气不能停".to_owned();
    }
    long.follow_ups = vec![OrderFollowUp {
        rule: "BR-02".to_owned(),
        words: gongdan_domain::catalogue::Words::new("电话确认试机结果", "Ask for the test run by phone"),
        hours_after_leaving: 2,
        by_company: false,
    }];
    write("long-zh.pdf", &long, true, Language::Zh)
}
