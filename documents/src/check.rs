//! Tries a company's templates on examples before anybody needs them. Refuses to judge beauty: only whether each document can be set.

use gongdan_domain::paper::Paper;
use gongdan_domain::work_order::OrderDocument;
use serde::Deserialize;

use crate::{Document, DocumentError, Language, Templates, strictly};

/// An order and one of each paper, as the tests print them.
#[derive(Deserialize)]
struct Examples {
    order: OrderDocument,
    papers: Vec<Paper>,
}

const EXAMPLES: &str = include_str!("../templates/examples.json");

/// What is wrong with these templates; each mistake once. Documents that are set from them meanwhile use the product's own.
pub fn check(templates: &Templates) -> Vec<String> {
    let mut found: Vec<String> = Vec::new();
    if templates.is_own() {
        return found;
    }
    let Ok(examples) = serde_json::from_str::<Examples>(EXAMPLES) else { return found };
    let papers = examples.papers.iter().map(|paper| Document::Paper { paper, voided: None });
    for document in std::iter::once(Document::WorkOrder(&examples.order)).chain(papers) {
        for language in [Language::Zh, Language::Both] {
            if let Err(DocumentError::Template(why)) = strictly(&document, None, &|_| None, language, templates)
                && !found.contains(&why)
            {
                found.push(why);
            }
        }
    }
    found
}
