//! Handing one message to the company's mail server, over `lettre`. It knows what step failed and whether trying again can help, and
//! refuses to give a password to a line that is not encrypted: STARTTLS that is not offered ends the talk before anybody signs in.

use std::error::Error as StdError;
use std::io;
use std::time::Duration;

use lettre::transport::smtp::Error as SmtpError;
use lettre::transport::smtp::authentication::{Credentials, DEFAULT_MECHANISMS};
use lettre::transport::smtp::client::{AsyncSmtpConnection, Certificate, TlsParameters};
use lettre::transport::smtp::commands::{Data, Mail, Rcpt};
use lettre::transport::smtp::extension::ClientId;
use lettre::{Address, Message};
use tokio::net::TcpStream;

use crate::keys::Keys;
use crate::mail::line::LineByLine;
use crate::mail::settings::{self, MailSecurity, MailSettings};
use crate::storage::mail::MailTrouble;

/// How long a mail server may say nothing.
#[derive(Debug, Clone, Copy)]
pub struct Patience {
    /// Until a connection stands, and for each answer.
    pub answer: Duration,
    /// For the message itself: photos over a slow line, and servers that read all of it before they answer (RFC 5321, 4.5.3.2.6).
    pub message: Duration,
}

impl Default for Patience {
    fn default() -> Self {
        Self { answer: Duration::from_secs(30), message: Duration::from_secs(600) }
    }
}

/// Why it did not go.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failure {
    pub why: MailTrouble,
    /// Trying again by itself would not help.
    pub for_good: bool,
    /// The answer of the mail server, or what became of the line; shortened.
    pub said: Option<String>,
}

impl Failure {
    pub fn of(why: MailTrouble, for_good: bool) -> Self {
        Self { why, for_good, said: None }
    }

    /// What lettre answered at a step whose refusal means `refused`.
    fn at(error: &SmtpError, refused: MailTrouble) -> Self {
        let why = if distrusted(error) {
            MailTrouble::Untrusted
        } else if error.status().is_some() || error.is_client() {
            refused
        } else {
            MailTrouble::NoConnection
        };
        Self { why, for_good: error.is_permanent(), said: Some(said(error)) }
    }
}

/// The words that are worth showing: the mail server's own, else the innermost reason.
fn said(error: &SmtpError) -> String {
    let mut inmost: &dyn StdError = error;
    while let Some(source) = inmost.source() {
        inmost = source;
    }
    let words = match error.status() {
        Some(code) => format!("{code} {inmost}"),
        None => inmost.to_string(),
    };
    words.chars().filter(|c| !c.is_control()).take(300).collect()
}

/// Whether TLS was broken off because of the certificate that the server showed.
fn distrusted(error: &SmtpError) -> bool {
    let mut at: Option<&(dyn StdError + 'static)> = Some(error);
    while let Some(error) = at {
        // An `io::Error` answers with the source of what it carries, not with what it carries.
        let carried = error.downcast_ref::<io::Error>().and_then(io::Error::get_ref);
        if carried.and_then(|inner| inner.downcast_ref()).is_some_and(about_the_certificate) {
            return true;
        }
        at = error.source();
    }
    false
}

fn about_the_certificate(error: &rustls::Error) -> bool {
    matches!(error, rustls::Error::InvalidCertificate(_) | rustls::Error::NoCertificatesPresented)
}

/// All that a try needs: read from disk before, because reading blocks.
pub struct Road {
    settings: MailSettings,
    /// `None`: plain, on this machine.
    tls: Option<TlsParameters>,
}

impl Road {
    /// Trusts what this machine trusts, and what lies beside the settings for the mail server alone. Blocking.
    pub fn open(keys: &Keys, settings: MailSettings) -> Result<Self, Failure> {
        if settings.security == MailSecurity::None {
            return Ok(Self { settings, tls: None });
        }
        let unusable = |error: String| Failure { why: MailTrouble::Untrusted, for_good: false, said: Some(error) };
        let mut tls = TlsParameters::builder(settings.host.clone());
        if let Some(own) = settings::own_authority(keys).map_err(|error| unusable(error.to_string()))? {
            tls = tls.add_root_certificate(Certificate::from_pem(&own).map_err(|error| unusable(said(&error)))?);
        }
        Ok(Self { settings, tls: Some(tls.build().map_err(|error| unusable(said(&error)))?) })
    }

    pub async fn send(self, message: &Message, patience: Patience) -> Result<(), Failure> {
        let mut line = within(patience.answer, self.connect(), MailTrouble::Refused).await?;
        if !self.settings.user.is_empty() {
            let who = Credentials::new(self.settings.user, self.settings.password);
            within(patience.answer, line.auth(DEFAULT_MECHANISMS, &who), MailTrouble::SignIn).await?;
        }
        let envelope = message.envelope();
        let from = Mail::new(envelope.from().cloned(), Vec::new());
        within(patience.answer, line.command(from), MailTrouble::Refused).await?;
        for to in envelope.to() {
            let to = Rcpt::new(Address::clone(to), Vec::new());
            within(patience.answer, line.command(to), MailTrouble::Recipient).await?;
        }
        within(patience.answer, line.command(Data), MailTrouble::Refused).await?;
        within(patience.message, line.message(&message.formatted()), MailTrouble::Refused).await?;
        // It was taken; how the server says good-bye changes nothing.
        _ = tokio::time::timeout(patience.answer, line.quit()).await;
        Ok(())
    }

    async fn connect(&self) -> Result<AsyncSmtpConnection, Step> {
        let MailSettings { host, port, security, from, .. } = &self.settings;
        // The sender's domain: always a full name, where this machine may have none.
        let name = ClientId::Domain(from.split('@').next_back().unwrap_or_default().to_owned());
        let place = (host.as_str(), *port);
        if *security != MailSecurity::Starttls {
            let tls = self.tls.clone();
            return Ok(AsyncSmtpConnection::connect_tokio1(place, None, &name, tls, None).await?);
        }
        let plain = LineByLine(TcpStream::connect(place).await.map_err(Step::Broken)?);
        let mut line = AsyncSmtpConnection::connect_with_transport(Box::new(plain), &name).await?;
        let Some(tls) = self.tls.clone().filter(|_| line.can_starttls()) else {
            line.abort().await;
            return Err(Step::Unencrypted);
        };
        line.starttls(tls, &name).await?;
        Ok(line)
    }
}

/// What a step can end with, but for running out of time.
enum Step {
    Said(SmtpError),
    /// No line to the mail server.
    Broken(io::Error),
    /// TLS was demanded and is not offered.
    Unencrypted,
}

impl From<SmtpError> for Step {
    fn from(error: SmtpError) -> Self {
        Self::Said(error)
    }
}

async fn within<T, E: Into<Step>>(
    patience: Duration,
    step: impl Future<Output = Result<T, E>>,
    refused: MailTrouble,
) -> Result<T, Failure> {
    match tokio::time::timeout(patience, step).await {
        Ok(done) => done.map_err(|error| match error.into() {
            Step::Said(error) => Failure::at(&error, refused),
            Step::Broken(error) => {
                Failure { said: Some(error.to_string()), ..Failure::of(MailTrouble::NoConnection, false) }
            }
            Step::Unencrypted => Failure::of(MailTrouble::NotEncrypted, false),
        }),
        Err(_) => Err(Failure::of(MailTrouble::NoAnswer, false)),
    }
}
