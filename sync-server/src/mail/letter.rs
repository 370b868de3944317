//! What a message says: an order's paper with a few words, or a test of the settings. Words come from the documents' own table, the form
//! (RFC 5322, MIME) is `lettre`'s. It refuses addresses that not every mail server takes.

use gongdan_documents::letter::{Letter, letter};
use gongdan_domain::problem::{Code, Problem};
use lettre::Address;
use lettre::message::header::ContentType;
use lettre::message::{Attachment, Mailbox, Message, MultiPart, SinglePart};

use crate::core::Core;
use crate::error::Result;
use crate::index;
use crate::mail::settings::MailSettings;
use crate::office::download::PdfWish;
use crate::office::paper;
use crate::storage::Reader;
use crate::storage::mail::Mail;

/// An address as every mail server takes it: plain characters and a domain of more than one part. `lettre` would also take quotes, and
/// letters that need SMTPUTF8.
pub fn address(text: &str) -> Option<String> {
    let text = text.trim();
    let address: Address = text.parse().ok().filter(|_| text.is_ascii() && !text.contains('"'))?;
    let there = address.domain().contains('.') && !address.domain().starts_with('[');
    there.then(|| text.to_owned())
}

/// Whether the document still stands alone: between queueing and sending another may have claimed its revision, or been named.
pub fn stands(r: &dyn Reader, mail: &Mail) -> Result<bool> {
    let Some(order) = mail.order else { return Ok(true) };
    let kept = r.sealed_of(order.0)?;
    let Some(last) = kept.last() else { return Ok(false) };
    let state = index::visit_state(r, last.visit, &index::facts(r, last.job)?)?;
    let beaten = mail.hash.as_ref().is_some_and(|hash| state.beaten(hash));
    Ok(!state.contested() && !beaten)
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
    let mut parts =
        MultiPart::mixed().boundary(format!("gongdan-{}", mail.id.simple())).singlepart(SinglePart::plain(text.body));
    if let Some(order) = mail.order {
        let wish = PdfWish { lang: Some(mail.language.clone()), revision: mail.revision, hash: mail.hash.clone() };
        let (name, pdf) = paper::order(core, r, order, &wish)?;
        let kind = ContentType::parse("application/pdf").map_err(|_| Problem::new(Code::Internal))?;
        parts = parts.singlepart(Attachment::new(name).body(pdf, kind));
    }
    let from_name = Some(settings.from_name.trim().to_owned()).filter(|name| !name.is_empty());
    let message = Message::builder()
        .from(Mailbox::new(from_name, mailbox(&settings.from)?))
        .to(Mailbox::new(None, mailbox(&mail.recipient)?))
        .subject(text.subject)
        .message_id(Some(mail.message_id.clone()))
        .date(core.now().into())
        .multipart(parts);
    Ok(message.map_err(|_| Problem::new(Code::Internal))?)
}

/// Addresses were looked at when they were entered.
fn mailbox(text: &str) -> Result<Address> {
    Ok(text.parse().map_err(|_| Problem::new(Code::Internal))?)
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
}
