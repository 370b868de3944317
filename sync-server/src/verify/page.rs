//! The public page as HTML: tiny, without scripts, readable on a phone, in the language of its reader. Everything that is not our own
//! word is escaped; the one style sheet is allowed by its hash.

mod part;

use std::sync::LazyLock;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as B64;
use gongdan_domain::catalogue::{CompanyProfile, Words};
use gongdan_domain::paper::VoidedPaper;
use sha2::{Digest as _, Sha256};

use super::Compared;
use super::found::{Found, Standing};
use super::print::Printed;
use super::words::Tongue;
use part::{Icon, at, esc, icon};

const STYLE: &str = include_str!("page.css");

/// What the browser may do on this page: nothing but show it and send its one form.
pub static CSP: LazyLock<String> = LazyLock::new(|| {
    let hash = B64.encode(Sha256::digest(STYLE.as_bytes()));
    format!(
        "default-src 'none'; style-src 'sha256-{hash}'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    )
});

/// What the page says.
pub enum Says<'a> {
    Ask,
    Order(&'a Found),
    File {
        compared: &'a Compared,
        name: &'a str,
        other_order: bool,
    },
    /// No such code, or no order that a file is of.
    Unknown {
        file: bool,
    },
    NoSeal,
    TooMany,
    TooLarge,
}

/// Who shows it, to whom, and which code was asked.
pub struct Frame<'a> {
    pub tongue: Tongue,
    pub company: Option<&'a CompanyProfile>,
    pub code: &'a str,
}

#[derive(Clone, Copy)]
enum Tone {
    Good,
    Bad,
    Soon,
}

pub fn html(frame: &Frame<'_>, says: &Says<'_>) -> String {
    let tongue = frame.tongue;
    let body = match says {
        Says::Ask => verdict(Tone::Soon, Icon::Ask, &tongue.t("ask"), &tongue.t("ask.note")),
        Says::Order(found) => order(frame, found),
        Says::File { compared, name, other_order } => file(frame, compared, name, *other_order),
        Says::Unknown { file } => unknown(tongue, *file),
        Says::NoSeal => verdict(Tone::Soon, Icon::Ask, &tongue.t("no_seal"), &tongue.t("no_seal.note")),
        Says::TooMany => verdict(Tone::Soon, Icon::Ask, &tongue.t("too_many"), &tongue.t("too_many.note")),
        Says::TooLarge => verdict(Tone::Soon, Icon::Ask, &tongue.t("too_large"), &tongue.t("too_large.note")),
    };
    format!(
        "<!doctype html><html lang=\"{}\"><head><meta charset=\"utf-8\"><meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\
         <meta name=\"robots\" content=\"noindex\"><title>{}</title><style>{STYLE}</style></head><body>{}<main>{body}{}</main>{}</body></html>",
        tongue.tag(),
        esc(&tongue.t("title")),
        part::header(frame),
        part::forms(frame),
        part::footer(frame),
    )
}

fn verdict(tone: Tone, sign: Icon, title: &str, note: &str) -> String {
    let class = match tone {
        Tone::Good => "good",
        Tone::Bad => "bad",
        Tone::Soon => "soon",
    };
    format!(
        "<section class=\"verdict {class}\" role=\"status\">{}<h1>{}</h1><p>{}</p></section>",
        icon(sign),
        esc(title),
        esc(note)
    )
}

/// What a code leads to: the content is as it was sealed; which of several counts is said first.
fn order(frame: &Frame<'_>, found: &Found) -> String {
    let tongue = frame.tongue;
    let time = sealed_at(found);
    let head = doubt(tongue, found).unwrap_or_else(|| {
        let since = tongue.fill("unchanged.since", &[("time", &time)]);
        verdict(Tone::Good, Icon::Shield, &tongue.t("unchanged"), &since)
    });
    head + &part::compare(frame, found) + &part::checked(tongue, found, None)
}

/// Why it is not simply good: what the company keeps does not verify, is void, or something else counts; at last a link that is missing.
fn doubt(tongue: Tongue, found: &Found) -> Option<String> {
    if !found.checks.genuine() {
        return Some(verdict(Tone::Bad, Icon::Changed, &tongue.t("broken"), &tongue.t("broken.note")));
    }
    let said = |key: &str| verdict(Tone::Soon, Icon::Ask, &tongue.t(key), &tongue.t(&format!("{key}.note")));
    let void = || found.voids.last().map(|void| voided(tongue, found, void));
    void().or_else(|| standing(tongue, found)).or_else(|| (!found.checks.chain).then(|| said("unlinked")))
}

fn voided(tongue: Tongue, found: &Found, void: &VoidedPaper) -> String {
    let time = at(found, void.at, "%Y-%m-%d %H:%M");
    let mut note = tongue.fill("void.note", &[("time", &time), ("reason", &void.reason)]);
    if !void.successor.is_empty() {
        note += &tongue.fill("void.successor", &[("number", &void.successor)]);
    }
    verdict(Tone::Soon, Icon::Ask, &tongue.t("void"), &note)
}

/// Amber where the paper is genuine but something else counts.
fn standing(tongue: Tongue, found: &Found) -> Option<String> {
    let said = |key: &str, note: String| Some(verdict(Tone::Soon, Icon::Ask, &tongue.t(key), &note));
    match found.standing {
        Standing::Contested => said("contested", tongue.t("contested.note")),
        Standing::Outvoted => said("outvoted", tongue.t("outvoted.note")),
        Standing::Counts if found.newest > found.document.revision => {
            let (revision, newest) = (found.document.revision.to_string(), found.newest.to_string());
            said("newer", tongue.fill("newer.note", &[("revision", &revision), ("newest", &newest)]))
        }
        Standing::Counts => None,
    }
}

fn file(frame: &Frame<'_>, compared: &Compared, name: &str, other_order: bool) -> String {
    let tongue = frame.tongue;
    let (found, count) = (&compared.found, compared.count());
    let time = sealed_at(found);
    let mut out = if count == 0 {
        let untouched = doubt(tongue, found).unwrap_or_else(|| match compared.printed {
            Printed::NotCompared => verdict(
                Tone::Soon,
                Icon::Ask,
                &tongue.t("check.print.not"),
                &tongue.fill("unchanged.file", &[("time", &time)]),
            ),
            _ => {
                let since = tongue.fill("unchanged.file", &[("time", &time)]);
                verdict(Tone::Good, Icon::Shield, &tongue.t("unchanged"), &since)
            }
        });
        untouched + &part::compare(frame, found) + &part::checked(tongue, found, Some(&compared.printed))
    } else {
        let title = if count == 1 {
            tongue.t("changed.one")
        } else {
            tongue.fill("changed.many", &[("count", &count.to_string())])
        };
        let note = tongue.fill("changed.note", &[("time", &time)]);
        verdict(Tone::Bad, Icon::Changed, &title, &note) + &part::changes(tongue, compared)
    };
    if other_order {
        let note = tongue.fill("other_order.note", &[("number", &found.number())]);
        out += &format!(
            "<section><h2>{}</h2><p class=\"soft\">{}</p></section>",
            esc(&tongue.t("other_order")),
            esc(&note)
        );
    }
    out + &part::about_file(tongue, found, name, count > 0)
}

fn unknown(tongue: Tongue, file: bool) -> String {
    let note = tongue.t(if file { "unknown.file" } else { "unknown.note" });
    let rows = ["late", "typo", "foreign"].map(|case| {
        let (what, note) = (tongue.t(&format!("unknown.{case}")), tongue.t(&format!("unknown.{case}.note")));
        format!("<span>{}</span><p class=\"soft\">{}</p>", esc(&what), esc(&note))
    });
    let rows: String = rows
        .iter()
        .enumerate()
        .map(|(n, row)| format!("<li><span class=\"soft\">{}</span>{row}</li>", n + 1))
        .collect();
    verdict(Tone::Soon, Icon::Ask, &tongue.t("unknown"), &note)
        + &format!("<section><h2>{}</h2><ol>{rows}</ol></section>", esc(&tongue.t("unknown.why")))
}

fn sealed_at(found: &Found) -> String {
    at(found, found.payload.sealed_at, "%Y-%m-%d %H:%M")
}

/// The company's name in the reader's language.
fn company(frame: &Frame<'_>) -> Words {
    frame.company.map(|c| c.name.clone()).unwrap_or_else(|| Words::new("工单", "Gongdan"))
}
