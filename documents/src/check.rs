//! Tries a company's templates on examples before anybody needs them. Refuses to judge beauty: only whether each document can be set.

use crate::example::Examples;
use crate::templates::PAGE;
use crate::{DocumentError, Language, Templates, strictly};

/// What is wrong with these templates; each mistake once. Documents that are set from them meanwhile use the product's own.
pub fn check(templates: &Templates) -> Vec<String> {
    if templates.is_own() { Vec::new() } else { check_one(templates, PAGE) }
}

/// What is wrong with the documents that one template takes part in.
pub fn check_one(templates: &Templates, name: &str) -> Vec<String> {
    let mut found: Vec<String> = Vec::new();
    let examples = match Examples::read() {
        Ok(examples) => examples,
        Err(why) => return vec![why.to_string()],
    };
    for document in examples.of(name) {
        let seal = examples.seal(&document);
        // As a draft, and sealed: each has parts that the other has not.
        for (language, seal) in [(Language::Zh, None), (Language::Zh, seal.as_ref()), (Language::Both, seal.as_ref())] {
            if let Err(DocumentError::Template(why)) = strictly(&document, seal, &|_| None, language, templates)
                && !found.contains(&why)
            {
                found.push(why);
            }
        }
    }
    found
}
