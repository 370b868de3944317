//! Writes sample documents as PDF into a folder, with the templates as they lie in `templates/`:
//! `cargo run -p gongdan-documents --example pages -- /tmp/pages`. For whoever changes a template and wants to see it.

#[path = "../tests/sample/mod.rs"]
#[allow(dead_code, reason = "the tests use more of it")]
mod sample;

use std::path::Path;
use std::{env, error, fs};

use gongdan_documents::{Document, Language, SealInfo, TEMPLATE_NAMES, Templates, strictly};
use gongdan_domain::work_order::OrderDocument;
use sample::paper;

fn main() -> Result<(), Box<dyn error::Error>> {
    let folder = env::args().nth(1).ok_or("where to: name a folder")?;
    let folder = Path::new(&folder);
    fs::create_dir_all(folder)?;
    let own = Path::new(env!("CARGO_MANIFEST_DIR")).join("templates");
    let read = |name: &&str| Ok((name.to_string(), fs::read_to_string(own.join(name))?));
    let files: Vec<(String, String)> = TEMPLATE_NAMES.iter().map(read).collect::<Result<_, std::io::Error>>()?;
    let templates = Templates::of(files, None);
    let languages = [("zh", Language::Zh), ("en", Language::En), ("both", Language::Both)];
    let write = |name: &str, document: Document<'_>, seal: Option<&SealInfo>| -> Result<(), Box<dyn error::Error>> {
        for (tag, language) in languages {
            let pdf = strictly(&document, seal, &|hash| sample::photo_bytes(hash), language, &templates)?;
            fs::write(folder.join(format!("{name}-{tag}.pdf")), pdf)?;
        }
        Ok(())
    };
    let orders = [("order", sample::order()), ("declined", sample::declined()), ("long", sample::long())];
    for (name, doc) in &orders {
        write(name, Document::WorkOrder(doc), Some(&sample::seal(doc)))?;
    }
    let later = sample::later();
    write("later", Document::WorkOrder(&later.0), Some(&later.1))?;
    let draft = OrderDocument { rating: None, signing: None, ..sample::order() };
    write("draft", Document::WorkOrder(&draft), None)?;
    for (name, paper) in paper::all() {
        write(name, Document::Paper { paper: &paper, voided: None }, Some(&paper::seal(&paper)))?;
    }
    let (receipt, voided) = (paper::receipt(), paper::voided());
    write("receipt-void", Document::Paper { paper: &receipt, voided: Some(&voided) }, Some(&paper::seal(&receipt)))?;
    write("invoice", Document::Invoice(&paper::invoice()), None)?;
    write("service-card", Document::ServiceCard(&paper::service_card()), None)?;
    write("work-id", Document::WorkId(&paper::work_id()), None)?;
    let papers: Vec<_> = paper::all().into_iter().map(|(_, paper)| paper).collect();
    let examples = serde_json::json!({ "order": sample::order(), "papers": papers });
    fs::write(own.join("examples.json"), format!("{examples}\n"))?;
    write("cover", Document::ArchiveCover(&paper::cover(20)), None)
}
