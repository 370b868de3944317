//! The parts of the public page: head, facts to compare, what was checked, what differs, the forms.

use gongdan_domain::paper::PaperBody;
use gongdan_domain::time::Instant;
use gongdan_domain::work_order::Signing;

use super::super::content::Content;
use super::{Compared, Found, Frame, Printed, Tongue, company};

/// Drawn in the text's own colour.
#[derive(Clone, Copy)]
pub enum Icon {
    Shield,
    Changed,
    Ask,
    Yes,
    No,
    Phone,
    File,
    Search,
}

pub fn icon(which: Icon) -> String {
    let paths = match which {
        Icon::Shield => "<path d=\"M12 22s8-4 8-10V5l-8-3-8 3v7c0 6 8 10 8 10z\"/><path d=\"m9 12 2 2 4-4\"/>",
        Icon::Changed => {
            "<path d=\"M14 2H6a2 2 0 0 0-2 2v16a2 2 0 0 0 2 2h12a2 2 0 0 0 2-2V8z\"/><path d=\"M9 10h6M12 7v6M9 17h6\"/>"
        }
        Icon::Ask => "<circle cx=\"12\" cy=\"12\" r=\"10\"/><path d=\"M9.1 9a3 3 0 0 1 5.8 1c0 2-3 3-3 3M12 17h.01\"/>",
        Icon::Yes => "<path d=\"M20 6 9 17l-5-5\"/>",
        Icon::No => "<path d=\"M18 6 6 18M6 6l12 12\"/>",
        Icon::Phone => {
            "<path d=\"M13.8 16.6a1 1 0 0 0 1.2-.3l.4-.5a2 2 0 0 1 1.6-.8h3a2 2 0 0 1 2 2v3a2 2 0 0 1-2 2A18 18 0 0 1 2 4a2 2 0 0 1 2-2h3a2 2 0 0 1 2 2v3a2 2 0 0 1-.8 1.6l-.5.4a1 1 0 0 0-.3 1.2 14 14 0 0 0 6.4 6.4\"/>"
        }
        Icon::File => {
            "<path d=\"M15 2H6a2 2 0 0 0-2 2v16a2 2 0 0 0 2 2h12a2 2 0 0 0 2-2V7z\"/><path d=\"M14 2v6h6M12 12v6M15 15l-3-3-3 3\"/>"
        }
        Icon::Search => "<circle cx=\"11\" cy=\"11\" r=\"8\"/><path d=\"m21 21-4.3-4.3\"/>",
    };
    format!(
        "<svg viewBox=\"0 0 24 24\" fill=\"none\" stroke=\"currentColor\" stroke-width=\"2\" stroke-linecap=\"round\" stroke-linejoin=\"round\" aria-hidden=\"true\">{paths}</svg>"
    )
}

/// Nothing that somebody typed becomes markup.
pub fn esc(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            c => out.push(c),
        }
    }
    out
}

/// In the zone of the order's site.
pub fn at(found: &Found, at: Instant, form: &str) -> String {
    let zone = found.payload.content["zone"].as_str().and_then(|zone| zone.parse::<chrono_tz::Tz>().ok());
    at.with_timezone(&zone.unwrap_or(chrono_tz::Asia::Shanghai)).format(form).to_string()
}

fn short(hash: &str) -> String {
    match (hash.get(..4), hash.get(4..8), hash.get(hash.len().saturating_sub(4)..)) {
        (Some(a), Some(b), Some(z)) => format!("{a} {b} … {z}"),
        _ => hash.to_owned(),
    }
}

pub fn header(frame: &Frame<'_>) -> String {
    let tongue = frame.tongue;
    let name = company(frame);
    let mark = frame.company.map(|c| c.mark.clone()).filter(|m| !m.is_empty()).unwrap_or_else(|| "工".to_owned());
    let path = if frame.code.is_empty() { "/v".to_owned() } else { format!("/v/{}", esc(frame.code)) };
    let link = |to: Tongue, label: &str| {
        let here = if to == tongue { " aria-current=\"true\"" } else { "" };
        format!("<a href=\"{path}?lang={}\" lang=\"{}\"{here}>{label}</a>", to.code(), to.tag())
    };
    format!(
        "<header><span class=\"mark\" aria-hidden=\"true\">{}</span><div><b>{}</b><small>{}</small></div><nav>{}{}</nav></header>",
        esc(&mark),
        esc(tongue.of_words(&name)),
        esc(&tongue.t("title")),
        link(Tongue::Zh, "中文"),
        link(Tongue::En, "EN"),
    )
}

fn row(name: &str, value: &str) -> String {
    format!("<dt>{}</dt><dd>{value}</dd>", esc(name))
}

/// What the reader lays beside his paper.
pub fn compare(frame: &Frame<'_>, found: &Found) -> String {
    let tongue = frame.tongue;
    let (revision, newest) = (found.document.revision.to_string(), found.newest.to_string());
    let version = if found.newest > found.document.revision {
        tongue.fill("revision.old", &[("revision", &revision), ("newest", &newest)])
    } else {
        tongue.fill("revision.latest", &[("revision", &revision)])
    };
    let code = |text: &str| format!("<code>{}</code>", esc(text));
    let mut rows = row(&tongue.t("number"), &code(&found.number()));
    // Papers have no revisions.
    if !matches!(found.content, Some(Content::Paper(_))) {
        rows += &row(&tongue.t("revision"), &esc(&version));
    }
    if let Some(content) = &found.content {
        let machine = content.machine();
        let name = format!("{} {}", machine.brand, machine.model);
        rows += &row(&tongue.t("customer"), &esc(&content.customer().name));
        if !name.trim().is_empty() || !machine.serial_no.is_empty() {
            rows += &row(&tongue.t("machine"), &format!("{} {}", esc(name.trim()), code(&machine.serial_no)));
        }
        rows += &money(tongue, content);
        if let Some(signing) = content.signing() {
            let mut said = esc(&signed(tongue, found, signing));
            if let Some(later) = &found.attested {
                let time = at(found, later.at, "%Y-%m-%d %H:%M");
                said += &format!(
                    "<br>{}",
                    esc(&tongue.fill("signing.attested", &[("name", &later.name), ("time", &time)]))
                );
            }
            rows += &row(&tongue.t("signing"), &said);
        }
    }
    format!("<section><h2>{}</h2><dl>{rows}</dl></section>", esc(&tongue.t("compare")))
}

/// What was charged or paid, by whom and for which order.
fn money(tongue: Tongue, content: &Content) -> String {
    let sum = |key: &str, fen: i64| {
        let yuan = gongdan_documents::yuan(fen);
        format!("<dt>{}</dt><dd class=\"sum\">{}</dd>", esc(&tongue.t(key)), esc(&yuan))
    };
    let paper = match content {
        Content::Order(order) => return sum("total", order.fees.total_fen.0),
        Content::Paper(paper) => paper,
    };
    let mut rows = match paper.order_no.as_str() {
        "" => String::new(),
        no => row(&tongue.t("order"), &format!("<code>{}</code>", esc(no))),
    };
    if let PaperBody::Receipt(receipt) = &paper.body {
        rows += &(row(&tongue.t("payer"), &esc(&receipt.payer)) + &sum("paid", receipt.sum_fen));
    }
    rows
}

fn signed(tongue: Tongue, found: &Found, signing: &Signing) -> String {
    match signing {
        Signing::Signed { name, at: when, .. } => {
            tongue.fill("signing.signed", &[("name", name), ("time", &at(found, *when, "%H:%M"))])
        }
        Signing::Declined { .. } => tongue.t("signing.declined"),
        Signing::Absent { .. } => tongue.t("signing.absent"),
        Signing::Later { .. } => tongue.t("signing.later"),
    }
}

pub fn checked(tongue: Tongue, found: &Found, printed: Option<&Printed>) -> String {
    let line = |good: bool, what: String, beside: String| {
        let (class, sign) = if good { ("", Icon::Yes) } else { (" class=\"no\"", Icon::No) };
        format!("<li{class}>{}<span>{}</span><code>{}</code></li>", icon(sign), esc(&what), esc(&beside))
    };
    let checks = found.checks;
    let mut rows = line(checks.hash, tongue.t("check.hash"), short(&found.document.hash));
    let signature = tongue.fill("check.signature", &[("prefix", &found.prefix)]);
    rows += &line(checks.signature, signature, at(found, found.payload.sealed_at, "%H:%M"));
    rows += &line(checks.chain, tongue.t("check.chain"), found.document.seal_no.to_string());
    rows += &line(checks.receipt, tongue.t("check.receipt"), at(found, found.receipt.received_at, "%m-%d %H:%M"));
    if let Some(printed) = printed {
        rows += &line(true, tongue.t("check.fields"), String::new());
        rows += &match printed {
            Printed::NotCompared => {
                format!("<li class=\"open\">{}<span>{}</span></li>", icon(Icon::Ask), esc(&tongue.t("check.print.not")))
            }
            _ => line(*printed == Printed::Same, tongue.t("check.print"), String::new()),
        };
    }
    format!("<section><h2>{}</h2><ul class=\"yes\">{rows}</ul></section>", esc(&tongue.t("checked")))
}

/// Section by section: sealed, and in the file.
pub fn changes(tongue: Tongue, compared: &Compared) -> String {
    let mut out = String::new();
    let mut section = None;
    let close = "</tbody></table></section>";
    for changed in &compared.fields {
        let title = tongue.of_words(&changed.section);
        if section != Some(title) {
            if section.is_some() {
                out += close;
            }
            out += &format!(
                "<section><h2>{}</h2><table><thead><tr><th></th><th>{}</th><th>{}</th></tr></thead><tbody>",
                esc(title),
                esc(&tongue.t("changed.sealed")),
                esc(&tongue.t("changed.file"))
            );
            section = Some(title);
        }
        let label = tongue.of_words(&changed.label);
        let name = match &changed.row {
            Some(row) => format!("{}<small>{}</small>", esc(tongue.of_words(row)), esc(label)),
            None => esc(label),
        };
        out += &format!(
            "<tr><td>{name}</td><td>{}</td><td><ins>{}</ins></td></tr>",
            esc(tongue.of_words(&changed.before)),
            esc(tongue.of_words(&changed.after))
        );
    }
    if section.is_some() {
        out += close;
    }
    let mut also = Vec::new();
    if let Some(why) = compared.proof {
        let why = serde_json::to_value(why).ok().and_then(|v| v.as_str().map(str::to_owned)).unwrap_or_default();
        also.push(tongue.t(&format!("changed.proof.{why}")));
    }
    match &compared.printed {
        Printed::Pages(pages) => {
            also.extend(pages.iter().map(|page| tongue.fill("changed.page", &[("page", &page.to_string())])));
        }
        Printed::Rest => also.push(tongue.t("changed.rest")),
        Printed::Same | Printed::NotCompared => {}
    }
    let also: String =
        also.iter().map(|text| format!("<li class=\"no\">{}<span>{}</span></li>", icon(Icon::No), esc(text))).collect();
    let others = format!("<li>{}<span>{}</span></li>", icon(Icon::Yes), esc(&tongue.t("changed.others")));
    out + &format!("<section><ul class=\"yes\">{also}{others}</ul></section>")
}

pub fn about_file(tongue: Tongue, found: &Found, name: &str, changed: bool) -> String {
    let mut number = format!("<code>{}</code>", esc(&found.number()));
    if !matches!(found.content, Some(Content::Paper(_))) {
        number += &format!(" {} {}", esc(&tongue.t("revision")), found.document.revision);
    }
    let file = format!("{}<br><span class=\"soft\">{}</span>", esc(name), esc(&tongue.t("file.note")));
    let rows = row(&tongue.t("number"), &number) + &row(&tongue.t("file"), &file);
    let advice =
        if changed { format!("<p class=\"soft\">{}</p>", esc(&tongue.t("changed.advice"))) } else { String::new() };
    format!("<section><dl>{rows}</dl>{advice}</section>")
}

pub fn forms(frame: &Frame<'_>) -> String {
    let tongue = frame.tongue;
    let action = if frame.code.is_empty() { "/v".to_owned() } else { format!("/v/{}", esc(frame.code)) };
    format!(
        "<section><form method=\"post\" action=\"{action}?lang={lang}\" enctype=\"multipart/form-data\"><label>{choose}\
         <input type=\"file\" name=\"file\" accept=\"application/pdf,application/json,.pdf,.json\" required></label>\
         <button{class}>{file_icon}{check_file}</button></form></section>\
         <section><form method=\"get\" action=\"/v\"><input type=\"hidden\" name=\"lang\" value=\"{lang}\"><label>{code_label}\
         <input name=\"code\" value=\"{code}\" autocomplete=\"off\" autocapitalize=\"characters\" spellcheck=\"false\" maxlength=\"40\" required></label>\
         <button>{search}{check_code}</button></form></section>",
        lang = tongue.code(),
        choose = esc(&tongue.t("choose_file")),
        class = if frame.code.is_empty() { "" } else { " class=\"next\"" },
        file_icon = icon(Icon::File),
        check_file = esc(&tongue.t("check_file")),
        code_label = esc(&tongue.t("code")),
        code = esc(frame.code),
        search = icon(Icon::Search),
        check_code = esc(&tongue.t("check_code")),
    )
}

/// The hotline, where it is a number that a phone can dial.
pub fn footer(frame: &Frame<'_>) -> String {
    let Some(hotline) = frame.company.map(|c| c.hotline.as_str()).filter(|h| !h.is_empty()) else {
        return String::new();
    };
    let digits: String = hotline.chars().filter(|c| c.is_ascii_digit() || *c == '+').collect();
    if digits.is_empty() {
        return String::new();
    }
    format!(
        "<footer><a class=\"button\" href=\"tel:{digits}\">{}{} {}</a></footer>",
        icon(Icon::Phone),
        esc(&frame.tongue.t("call")),
        esc(hotline)
    )
}
