//! How long an order takes beside an empty page: `cargo bench -p gongdan-documents` (or `--profile dev` for the build at hand).
//! The difference is what the order costs; the empty page is what Typst and PDF/A cost anyway.

#[path = "../tests/sample/mod.rs"]
#[allow(dead_code, reason = "the tests use more of it")]
mod sample;

use std::hint::black_box;
use std::time::{Duration, Instant};

use gongdan_documents::{Document, Language, Templates, strictly, work_order_pdf};
use gongdan_domain::work_order::OrderDocument;

const ROUNDS: usize = 15;

/// The median of some rounds. Each round prints another order number, so that nothing is remembered from the round before.
fn median(name: &str, mut print: impl FnMut(&OrderDocument) -> usize) {
    let mut times: Vec<Duration> = Vec::new();
    let mut bytes = 0;
    for round in 0..ROUNDS {
        let doc = OrderDocument { order_no: format!("GD-A7-2611-{round:04}"), ..sample::order() };
        let start = Instant::now();
        bytes = black_box(print(&doc));
        times.push(start.elapsed());
    }
    times.sort();
    let ms = |d: Duration| d.as_secs_f64() * 1000.0;
    println!(
        "{name:<34} median {:>7.1} ms   best {:>7.1} ms   {:>8} bytes",
        ms(times[ROUNDS / 2]),
        ms(times[0]),
        bytes
    );
}

fn main() {
    let first = Instant::now();
    let page = "#set page(paper: \"a4\")\n#set text(lang: \"zh\")\n";
    let empty = Templates::of([("work-order.typ".to_owned(), page.to_owned())], None);
    let print = |templates: &Templates, doc: &OrderDocument, language| {
        let seal = sample::seal(doc);
        let pdf = strictly(&Document::WorkOrder(doc), Some(&seal), &|_| None, language, templates);
        pdf.expect("a document").len()
    };
    print(&empty, &sample::order(), Language::Zh);
    println!("{:<34} {:>14.1} ms", "first page, fonts included", first.elapsed().as_secs_f64() * 1000.0);
    median("empty page", |doc| print(&empty, doc, Language::Zh));
    median("order, Chinese, no photos", |doc| {
        print(&Templates::default(), &OrderDocument { photos: Vec::new(), ..doc.clone() }, Language::Zh)
    });
    median("order, both, no photos", |doc| {
        print(&Templates::default(), &OrderDocument { photos: Vec::new(), ..doc.clone() }, Language::Both)
    });
    let pictures: Vec<(String, Vec<u8>)> =
        sample::order().photos.iter().filter_map(|p| Some((p.hash.clone(), sample::photo_bytes(&p.hash)?))).collect();
    let photo = |hash: &str| pictures.iter().find(|(h, _)| h == hash).map(|(_, bytes)| bytes.clone());
    median("order, Chinese, nine photos", |doc| {
        let seal = sample::seal(doc);
        work_order_pdf(doc, Some(&seal), &photo, Language::Zh).expect("a document").len()
    });
    let long = sample::long();
    median("order, Chinese, 40 fee lines, 12 photos", |doc| {
        let doc = OrderDocument { order_no: doc.order_no.clone(), ..long.clone() };
        let seal = sample::seal(&doc);
        work_order_pdf(&doc, Some(&seal), &photo, Language::Zh).expect("a document").len()
    });
    for (name, paper) in sample::paper::all() {
        median(name, |doc| {
            let paper = gongdan_domain::paper::Paper { no: doc.order_no.clone(), ..paper.clone() };
            let seal = sample::paper::seal(&paper);
            let document = Document::Paper { paper: &paper, voided: None };
            let pdf = strictly(&document, Some(&seal), &photo, Language::Zh, &Templates::default());
            pdf.expect("a document").len()
        });
    }
}
