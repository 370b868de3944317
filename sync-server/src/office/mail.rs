//! E-mail from the console: an order to its customer, what became of it, and the mail server it leaves by. Sending itself is `crate::mail`.

use gongdan_domain::problem::Code;

use crate::error::Result;
use crate::mail::settings::{self, MailSecurity, MailSettings};
use crate::mail::{self, Wish, letter};
use crate::office::args as a;
use crate::office::context::{Context, invalid};
use crate::office::load::{self, Names};
use crate::office::view as v;

use crate::storage::mail::{Mail, MailState};

/// Tests that are looked at again.
const TESTS: u32 = 50;

pub fn order(ctx: &Context, args: a::MailOrder) -> Result<v::MailView> {
    let recipient = address(&args.recipient)?;
    let language = language(&args.language)?;
    let sent = ctx.write(move |ctx, tx| {
        let listed = load::of_order(tx, args.order)?;
        let seal = listed.row.seal.as_ref().ok_or(Code::NotSealed)?;
        // Another revision than the one on the screen must be looked at first.
        if seal.revision != args.revision {
            return Err(Code::OrderChanged.into());
        }
        // G5: of two that claim one place the customer gets neither.
        if seal.contested {
            return Err(Code::OrderContested.into());
        }
        let (hash, number) = (seal.hash.clone(), seal.number.clone());
        let order = Some(mail::Sealed { order: args.order, revision: args.revision, hash, number });
        ctx.note(tx, "mailed", format!("{} {recipient}", seal.number))?;
        let mail = mail::queue(tx, ctx.now, Wish { order, recipient, language, by: ctx.who.person })?;
        view(&mut Names::new(tx), mail)
    })?;
    ctx.core.post.notify_one();
    Ok(sent)
}

pub fn list(ctx: &Context, args: a::OpenOrder) -> Result<Vec<v::MailView>> {
    ctx.read(|r| {
        let mut names = Names::new(r);
        r.mails_of(args.order)?.into_iter().map(|mail| view(&mut names, mail)).collect()
    })
}

pub fn retry(ctx: &Context, args: a::NamedMail) -> Result<v::MailView> {
    let mail = decided(
        ctx,
        args,
        "mail_retried",
        |state| matches!(state, MailState::Queued | MailState::Failed),
        MailState::Queued,
    )?;
    ctx.core.post.notify_one();
    Ok(mail)
}

/// What was handed over already cannot be called back.
pub fn cancel(ctx: &Context, args: a::NamedMail) -> Result<v::MailView> {
    decided(
        ctx,
        args,
        "mail_cancelled",
        |state| matches!(state, MailState::Queued | MailState::Failed),
        MailState::Cancelled,
    )
}

fn decided(
    ctx: &Context,
    args: a::NamedMail,
    action: &'static str,
    may: fn(MailState) -> bool,
    to: MailState,
) -> Result<v::MailView> {
    ctx.write(move |ctx, tx| {
        let mut mail = tx.mail(args.mail)?.ok_or(Code::NotFound)?;
        if !may(mail.state) {
            return Err(Code::Conflict.into());
        }
        (mail.state, mail.next_at) = (to, ctx.now);
        if to == MailState::Queued {
            mail.attempts = 0;
        }
        tx.put_mail(&mail)?;
        ctx.note(tx, action, format!("{} {}", mail.number, mail.recipient))?;
        view(&mut Names::new(tx), mail)
    })
}

pub fn settings(ctx: &Context, _: a::OfficeNothing) -> Result<v::MailServer> {
    let kept = settings::read(&ctx.core.keys)?;
    ctx.read(|r| {
        let mut names = Names::new(r);
        let tests = r.mails(TESTS)?.into_iter().filter(|mail| mail.order.is_none()).take(3);
        let tests = tests.map(|mail| view(&mut names, mail)).collect::<Result<_>>()?;
        Ok(match kept {
            Some(kept) => v::MailServer {
                set: true,
                has_password: !kept.password.is_empty(),
                host: kept.host,
                port: kept.port,
                security: kept.security,
                user: kept.user,
                from: kept.from,
                from_name: kept.from_name,
                tests,
            },
            None => v::MailServer {
                set: false,
                host: String::new(),
                port: 465,
                security: MailSecurity::Tls,
                user: String::new(),
                has_password: false,
                from: String::new(),
                from_name: String::new(),
                tests,
            },
        })
    })
}

pub fn set(ctx: &Context, args: a::SetMailServer) -> Result<v::MailServer> {
    let before = settings::read(&ctx.core.keys)?;
    let moved = before.as_ref().is_some_and(|before| before.host != args.host.trim());
    // A password never travels to another host than the one it was given for.
    let kept = before.filter(|_| !moved).map(|before| before.password).unwrap_or_default();
    let new = MailSettings {
        host: args.host.trim().to_owned(),
        port: args.port,
        security: args.security,
        user: args.user.trim().to_owned(),
        password: args.password.unwrap_or(kept),
        from: args.from.trim().to_owned(),
        from_name: args.from_name.trim().to_owned(),
    };
    if let Some(field) = new.wrong_field() {
        return Err(invalid(field));
    }
    settings::keep(&ctx.core.keys, &new)?;
    ctx.write(move |ctx, tx| ctx.note(tx, "mail_server_set", new.host))?;
    settings(ctx, a::OfficeNothing {})
}

pub fn test(ctx: &Context, args: a::TestMail) -> Result<v::MailView> {
    let recipient = address(&args.recipient)?;
    let language = language(&args.language)?;
    let sent = ctx.write(move |ctx, tx| {
        ctx.note(tx, "mail_tested", &recipient)?;
        let mail = mail::queue(tx, ctx.now, Wish { order: None, recipient, language, by: ctx.who.person })?;
        view(&mut Names::new(tx), mail)
    })?;
    ctx.core.post.notify_one();
    Ok(sent)
}

fn address(text: &str) -> Result<String> {
    letter::address(text).ok_or_else(|| invalid("recipient"))
}

fn language(text: &str) -> Result<String> {
    if matches!(text, "zh" | "en") { Ok(text.to_owned()) } else { Err(invalid("language")) }
}

fn view(names: &mut Names<'_>, mail: Mail) -> Result<v::MailView> {
    Ok(v::MailView {
        mail: mail.id,
        next_at: (mail.state == MailState::Queued).then_some(mail.next_at),
        recipient: mail.recipient,
        language: mail.language,
        revision: mail.revision,
        state: mail.state,
        attempts: mail.attempts,
        why: mail.why,
        said: mail.said,
        by: names.of(mail.by)?,
        created_at: mail.created_at,
        sent_at: mail.sent_at,
    })
}
