//! Handing one message to the company's mail server (RFC 5321): greet, encrypt, sign in, hand over, leave. Blocking, one connection for
//! each message. It refuses a server that talks before its turn, and gives no password to a line that is not encrypted.

use std::io::{BufRead as _, BufReader, Read, Write};
use std::net::{IpAddr, TcpStream, ToSocketAddrs as _};
use std::sync::Arc;
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as B64;
use rustls::pki_types::ServerName;
use rustls::{ClientConfig, ClientConnection, RootCertStore, StreamOwned};

use crate::mail::letter::Message;
use crate::mail::settings::{MailSecurity, MailSettings};
use crate::storage::mail::MailTrouble;

/// A mail server that says nothing for so long is not there.
const PATIENCE: Duration = Duration::from_secs(30);
/// Longer than any line of an answer.
const LONGEST_LINE: u64 = 4096;
/// More lines than any greeting has.
const MOST_LINES: usize = 100;

/// Why it did not go.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failure {
    pub why: MailTrouble,
    /// Trying again by itself would not help.
    pub for_good: bool,
    /// The answer of the mail server, shortened.
    pub said: Option<String>,
}

impl Failure {
    pub fn of(why: MailTrouble, for_good: bool) -> Self {
        Self { why, for_good, said: None }
    }

    fn line(error: impl std::fmt::Display) -> Self {
        Self { why: MailTrouble::NoConnection, for_good: false, said: Some(short(&error.to_string())) }
    }
}

fn short(text: &str) -> String {
    text.chars().take(300).collect()
}

/// The line to the mail server, as it is just now.
enum Line {
    Plain(TcpStream),
    Tls(Box<StreamOwned<ClientConnection, TcpStream>>),
}

impl Read for Line {
    fn read(&mut self, into: &mut [u8]) -> std::io::Result<usize> {
        match self {
            Line::Plain(tcp) => tcp.read(into),
            Line::Tls(tls) => tls.read(into),
        }
    }
}

impl Write for Line {
    fn write(&mut self, from: &[u8]) -> std::io::Result<usize> {
        match self {
            Line::Plain(tcp) => tcp.write(from),
            Line::Tls(tls) => tls.write(from),
        }
    }

    fn flush(&mut self) -> std::io::Result<()> {
        match self {
            Line::Plain(tcp) => tcp.flush(),
            Line::Tls(tls) => tls.flush(),
        }
    }
}

/// What was answered: a code of three digits and the words of all its lines.
struct Answer {
    code: u16,
    words: Vec<String>,
}

struct Talk {
    line: BufReader<Line>,
    /// How this machine calls itself.
    own_name: String,
}

pub fn send(settings: &MailSettings, message: &Message) -> Result<(), Failure> {
    let mut talk = Talk::begin(settings)?;
    talk.sign_in(settings)?;
    talk.ask(&format!("MAIL FROM:<{}>", message.from), MailTrouble::Refused)?;
    talk.ask(&format!("RCPT TO:<{}>", message.to), MailTrouble::Recipient)?;
    talk.ask("DATA", MailTrouble::Refused)?;
    talk.hand_over(&message.bytes)?;
    // It was taken; how the server says good-bye changes nothing.
    _ = talk.say("QUIT");
    Ok(())
}

impl Talk {
    fn begin(settings: &MailSettings) -> Result<Self, Failure> {
        let addresses = (settings.host.as_str(), settings.port).to_socket_addrs().map_err(Failure::line)?;
        let mut last = Failure::of(MailTrouble::NoConnection, false);
        let mut tcp = None;
        for address in addresses {
            match TcpStream::connect_timeout(&address, PATIENCE) {
                Ok(open) => {
                    tcp = Some(open);
                    break;
                }
                Err(error) => last = Failure::line(error),
            }
        }
        let Some(tcp) = tcp else { return Err(last) };
        tcp.set_read_timeout(Some(PATIENCE)).map_err(Failure::line)?;
        tcp.set_write_timeout(Some(PATIENCE)).map_err(Failure::line)?;
        let own_name = match tcp.local_addr().map_err(Failure::line)?.ip() {
            IpAddr::V4(ip) => format!("[{ip}]"),
            IpAddr::V6(ip) => format!("[IPv6:{ip}]"),
        };
        let line =
            if settings.security == MailSecurity::Tls { encrypted(tcp, &settings.host)? } else { Line::Plain(tcp) };
        let mut talk = Self { line: BufReader::new(line), own_name };
        talk.hear(MailTrouble::Refused)?;
        if settings.security == MailSecurity::Starttls {
            talk.greet()?;
            talk.ask("STARTTLS", MailTrouble::Refused)?;
            talk = talk.encrypt(&settings.host)?;
        }
        Ok(talk)
    }

    /// From plain to encrypted. Words that came before their turn could be anybody's.
    fn encrypt(self, host: &str) -> Result<Self, Failure> {
        if !self.line.buffer().is_empty() {
            return Err(Failure::of(MailTrouble::Refused, true));
        }
        let Line::Plain(tcp) = self.line.into_inner() else { return Err(Failure::of(MailTrouble::Refused, true)) };
        Ok(Self { line: BufReader::new(encrypted(tcp, host)?), own_name: self.own_name })
    }

    fn greet(&mut self) -> Result<Answer, Failure> {
        let hello = format!("EHLO {}", self.own_name);
        self.ask(&hello, MailTrouble::Refused)
    }

    fn sign_in(&mut self, settings: &MailSettings) -> Result<(), Failure> {
        let offers = self.greet()?;
        if settings.user.is_empty() {
            return Ok(());
        }
        let ways = offers.words.iter().find_map(|words| words.to_uppercase().strip_prefix("AUTH ").map(str::to_owned));
        let ways = ways.unwrap_or_default();
        let offered = |way: &str| ways.split_whitespace().any(|offer| offer == way);
        if offered("LOGIN") && !offered("PLAIN") {
            self.ask("AUTH LOGIN", MailTrouble::SignIn)?;
            self.ask(&B64.encode(&settings.user), MailTrouble::SignIn)?;
            self.ask(&B64.encode(&settings.password), MailTrouble::SignIn)?;
        } else {
            let both = B64.encode(format!("\0{}\0{}", settings.user, settings.password));
            self.ask(&format!("AUTH PLAIN {both}"), MailTrouble::SignIn)?;
        }
        Ok(())
    }

    /// The message with its dots doubled, and the dot that ends it.
    fn hand_over(&mut self, bytes: &[u8]) -> Result<(), Failure> {
        let mut out = Vec::with_capacity(bytes.len() + 64);
        for line in bytes.split_inclusive(|byte| *byte == b'\n') {
            if line.starts_with(b".") {
                out.push(b'.');
            }
            out.extend_from_slice(line);
        }
        out.extend_from_slice(b".\r\n");
        let line = self.line.get_mut();
        line.write_all(&out).and_then(|()| line.flush()).map_err(Failure::line)?;
        self.hear(MailTrouble::Refused).map(drop)
    }

    fn say(&mut self, words: &str) -> Result<(), Failure> {
        let line = self.line.get_mut();
        line.write_all(format!("{words}\r\n").as_bytes()).and_then(|()| line.flush()).map_err(Failure::line)
    }

    fn ask(&mut self, words: &str, trouble: MailTrouble) -> Result<Answer, Failure> {
        self.say(words)?;
        self.hear(trouble)
    }

    /// An answer of the second or third hundred; 4yz means later, 5yz never.
    fn hear(&mut self, trouble: MailTrouble) -> Result<Answer, Failure> {
        let mut answer = Answer { code: 0, words: Vec::new() };
        loop {
            let mut line = String::new();
            (&mut self.line).take(LONGEST_LINE).read_line(&mut line).map_err(Failure::line)?;
            let code = line.get(..3).and_then(|code| code.parse::<u16>().ok());
            let Some(code) = code.filter(|_| answer.words.len() < MOST_LINES) else {
                return Err(Failure::line("the mail server hung up"));
            };
            answer.code = code;
            answer.words.push(line.get(4..).unwrap_or_default().trim_end().to_owned());
            if line.as_bytes().get(3) != Some(&b'-') {
                break;
            }
        }
        if (200..400).contains(&answer.code) {
            return Ok(answer);
        }
        let said = Some(short(&format!("{} {}", answer.code, answer.words.join(" "))));
        Err(Failure { why: trouble, for_good: answer.code >= 500, said })
    }
}

/// TLS by the certificates that this machine trusts.
fn encrypted(tcp: TcpStream, host: &str) -> Result<Line, Failure> {
    let mut roots = RootCertStore::empty();
    roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config =
        ClientConfig::builder_with_provider(provider).with_safe_default_protocol_versions().map_err(Failure::line)?;
    let config = config.with_root_certificates(roots).with_no_client_auth();
    let name = ServerName::try_from(host.to_owned()).map_err(Failure::line)?;
    let tls = ClientConnection::new(Arc::new(config), name).map_err(Failure::line)?;
    Ok(Line::Tls(Box::new(StreamOwned::new(tls, tcp))))
}
