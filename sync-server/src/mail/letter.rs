//! What a message says (RFC 5322, MIME): an order's paper with a few words, or a test of the settings. Words come from the documents' own
//! table. No header takes a line break from anybody: whatever is not plain is encoded.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as B64;
use gongdan_documents::letter::{Letter, letter};

use crate::core::Core;
use crate::error::Result;
use crate::mail::settings::MailSettings;
use crate::office::download::{PdfWish, disposition};
use crate::office::paper;
use crate::storage::Reader;
use crate::storage::mail::Mail;

/// Ready to be handed over.
#[derive(Debug, Clone)]
pub struct Message {
    pub from: String,
    pub to: String,
    /// Lines end with CR LF, none is longer than mail servers take.
    pub bytes: Vec<u8>,
}

/// An address as mail servers take it: plain characters, one `@`, a domain. No comment, no quotes, no line break.
pub fn address(text: &str) -> Option<String> {
    let text = text.trim();
    let (name, domain) = text.split_once('@')?;
    let plain = |c: char| c.is_ascii_alphanumeric() || "!#$%&'*+-/=?^_`{|}~.".contains(c);
    let label = |label: &str| {
        !label.is_empty()
            && !label.starts_with('-')
            && !label.ends_with('-')
            && label.chars().all(|c| c.is_ascii_alphanumeric() || c == '-')
    };
    let named = !name.is_empty()
        && name.len() <= 64
        && name.chars().all(plain)
        && !name.starts_with('.')
        && !name.ends_with('.');
    let there = domain.contains('.') && domain.split('.').all(label);
    (named && there && text.len() <= 254 && !name.contains("..")).then(|| text.to_owned())
}

/// The message of a queued mail, the same for every try but for its date.
pub fn message(core: &Core, r: &dyn Reader, mail: &Mail, settings: &MailSettings) -> Result<Message> {
    let english = mail.language == "en";
    let company = core.reference(r)?.company_profile(core.now()).cloned();
    let name =
        company.as_ref().map(|c| if english { c.name.en.clone() } else { c.name.zh.clone() }).unwrap_or_default();
    let hotline = company.map(|c| c.hotline).unwrap_or_default();
    let words = Letter { english, number: &mail.number, company: &name, hotline: &hotline };
    let text = letter(&words, mail.order.is_none());
    let printed = match mail.order {
        Some(order) => {
            let wish = PdfWish { lang: Some(mail.language.clone()), revision: mail.revision, hash: None };
            Some(paper::order(core, r, order, &wish)?)
        }
        None => None,
    };
    let boundary = format!("gongdan-{}", mail.id.simple());
    let mut out = Vec::new();
    let mut line = |words: &str| {
        out.extend_from_slice(words.as_bytes());
        out.extend_from_slice(b"\r\n");
    };
    let from_name = settings.from_name.trim();
    line(&format!(
        "From: {}<{}>",
        if from_name.is_empty() { String::new() } else { format!("{} ", encoded(from_name)) },
        settings.from
    ));
    line(&format!("To: <{}>", mail.recipient));
    line(&format!("Subject: {}", encoded(&text.subject)));
    line(&format!("Message-ID: {}", mail.message_id));
    line(&format!("Date: {}", core.now().to_rfc2822()));
    line("MIME-Version: 1.0");
    line(&format!("Content-Type: multipart/mixed; boundary=\"{boundary}\""));
    line("");
    line(&format!("--{boundary}"));
    line("Content-Type: text/plain; charset=utf-8");
    line("Content-Transfer-Encoding: base64");
    line("");
    folded(text.body.replace('\n', "\r\n").as_bytes()).for_each(|one| line(&one));
    if let Some((name, pdf)) = printed {
        line(&format!("--{boundary}"));
        line("Content-Type: application/pdf");
        line("Content-Transfer-Encoding: base64");
        line(&format!(
            "Content-Disposition: {}",
            disposition("attachment", &name).replace("; filename", ";\r\n filename")
        ));
        line("");
        folded(&pdf).for_each(|one| line(&one));
    }
    line(&format!("--{boundary}--"));
    Ok(Message { from: settings.from.clone(), to: mail.recipient.clone(), bytes: out })
}

/// Base64 in lines of 76.
fn folded(bytes: &[u8]) -> impl Iterator<Item = String> {
    bytes.chunks(57).map(|piece| B64.encode(piece))
}

/// RFC 2047: words of any language in a header, in pieces that no character is cut by.
fn encoded(text: &str) -> String {
    let mut pieces = vec![String::new()];
    for c in text.chars() {
        if pieces.last().is_some_and(|piece| piece.len() + c.len_utf8() > 42) {
            pieces.push(String::new());
        }
        if let Some(piece) = pieces.last_mut() {
            piece.push(c);
        }
    }
    pieces.iter().map(|piece| format!("=?UTF-8?B?{}?=", B64.encode(piece))).collect::<Vec<_>>().join("\r\n ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_carries_nothing_but_an_address() {
        for good in ["chen@example.com", " a.b+c@mail.example.com "] {
            assert_eq!(address(good).as_deref(), Some(good.trim()));
        }
        for bad in [
            "",
            "chen",
            "@example.com",
            "chen@",
            "chen@localhost",
            "a@b.c\r\nRCPT TO:<x@y.z>",
            "a b@c.de",
            "a@b..c",
            "<a@b.c>",
            "a@b.c,d@e.f",
            "陈@example.com",
        ] {
            assert_eq!(address(bad), None, "{bad:?}");
        }
    }

    #[test]
    fn a_header_in_any_language_is_plain_lines_that_cut_no_character() {
        let text = "维修工作单 GD-A7-2611-0032\r\nBcc: somebody@example.com 很长很长很长很长很长很长很长";
        let header = encoded(text);
        assert!(header.is_ascii() && header.lines().all(|line| line.len() <= 76));
        assert!(!header.contains("Bcc"), "a line break cannot make a header");
        let plain: Vec<u8> = header
            .split("\r\n ")
            .flat_map(|word| B64.decode(word.trim_start_matches("=?UTF-8?B?").trim_end_matches("?=")).expect("base64"))
            .collect();
        assert_eq!(String::from_utf8(plain).expect("UTF-8"), text);
    }
}
