//! A small mail server on loopback for tests: it speaks SMTP as those of companies do, encrypts, asks for a password, and keeps what it
//! heard. It refuses the recipients `nobody@` for good and `full@` for now.

use std::io::{self, BufRead as _, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as B64;
use rcgen::{BasicConstraints, CertificateParams, IsCa, Issuer, KeyPair};
use rustls::pki_types::PrivateKeyDer;
use rustls::{ServerConfig, ServerConnection, StreamOwned};

/// How it behaves; as it stands it is plain and takes anybody.
#[derive(Clone, Default)]
pub struct Manner {
    /// What it encrypts with, if it can.
    pub tls: Option<Arc<ServerConfig>>,
    /// From the first byte; else by STARTTLS.
    pub at_once: bool,
    /// What it lets in, `user:password`; `None`: anybody.
    pub wants: Option<&'static str>,
    /// It says nothing any more once it heard this.
    pub silent_at: Option<&'static str>,
    /// What somebody on the way puts after "go ahead", before the encryption.
    pub slipped_in: &'static str,
}

pub struct Post {
    pub port: u16,
    kept: Arc<Mutex<Kept>>,
}

#[derive(Default)]
struct Kept {
    taken: Vec<String>,
    heard: Vec<String>,
}

impl Post {
    /// Takes everything.
    pub fn open(listener: TcpListener) -> Self {
        Self::with(listener, Manner::default())
    }

    pub fn on_any_port(manner: Manner) -> Self {
        Self::with(TcpListener::bind("127.0.0.1:0").expect("binds"), manner)
    }

    fn with(listener: TcpListener, manner: Manner) -> Self {
        let port = listener.local_addr().expect("an address").port();
        let kept = Arc::new(Mutex::new(Kept::default()));
        let keep = Arc::clone(&kept);
        std::thread::spawn(move || {
            while let Ok((stream, _)) = listener.accept() {
                // A client that hangs up is no matter.
                _ = serve(stream, &manner, &keep);
            }
        });
        Self { port, kept }
    }

    /// Messages, as they came.
    pub fn taken(&self) -> Vec<String> {
        self.kept.lock().expect("kept").taken.clone()
    }

    /// Every line that was said to it, but for messages.
    pub fn heard(&self) -> Vec<String> {
        self.kept.lock().expect("kept").heard.clone()
    }
}

/// An authority of one's own, as PEM, and a server at 127.0.0.1 that shows what it signed.
pub fn authority() -> (String, Arc<ServerConfig>) {
    let mut root = CertificateParams::new(Vec::new()).expect("no names");
    root.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let root_key = KeyPair::generate().expect("a key");
    let pem = root.self_signed(&root_key).expect("signs itself").pem();
    let key = KeyPair::generate().expect("a key");
    let names = CertificateParams::new(vec!["127.0.0.1".to_owned()]).expect("a name");
    let shown = names.signed_by(&key, &Issuer::new(root, root_key)).expect("signed");
    let config = ServerConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
        .with_safe_default_protocol_versions()
        .expect("versions")
        .with_no_client_auth()
        .with_single_cert(vec![shown.der().clone()], PrivateKeyDer::Pkcs8(key.serialize_der().into()))
        .expect("its own key");
    (pem, Arc::new(config))
}

/// The line, plain or encrypted.
trait Line: Read + Write {}
impl<T: Read + Write> Line for T {}

fn encrypted(tcp: TcpStream, with: &Arc<ServerConfig>) -> io::Result<Box<dyn Line>> {
    let tls = ServerConnection::new(Arc::clone(with)).map_err(io::Error::other)?;
    Ok(Box::new(StreamOwned::new(tls, tcp)))
}

fn serve(tcp: TcpStream, manner: &Manner, kept: &Mutex<Kept>) -> io::Result<()> {
    let again = tcp.try_clone()?;
    let line: Box<dyn Line> = match &manner.tls {
        Some(with) if manner.at_once => encrypted(tcp, with)?,
        _ => Box::new(tcp),
    };
    let mut talk = Talk { line: BufReader::new(line), manner, kept, safe: manner.at_once };
    talk.say("220 test")?;
    if talk.until_starttls()? {
        let with = manner.tls.as_ref().expect("it was offered");
        talk = Talk { line: BufReader::new(encrypted(again, with)?), manner, kept, safe: true };
        talk.until_starttls()?;
    }
    Ok(())
}

struct Talk<'a> {
    line: BufReader<Box<dyn Line>>,
    manner: &'a Manner,
    kept: &'a Mutex<Kept>,
    safe: bool,
}

impl Talk<'_> {
    fn say(&mut self, words: &str) -> io::Result<()> {
        let line = self.line.get_mut();
        line.write_all(format!("{words}\r\n").as_bytes())?;
        line.flush()
    }

    fn hear(&mut self) -> io::Result<String> {
        let mut line = String::new();
        match self.line.read_line(&mut line)? {
            0 => Err(io::ErrorKind::UnexpectedEof.into()),
            _ => Ok(line.trim_end_matches(['\r', '\n']).to_owned()),
        }
    }

    /// Answers until the client leaves; true: it asked to encrypt now.
    fn until_starttls(&mut self) -> io::Result<bool> {
        loop {
            let line = self.hear()?;
            self.kept.lock().expect("kept").heard.push(line.clone());
            let upper = line.to_uppercase();
            let word = upper.split_whitespace().next().unwrap_or_default().to_owned();
            if self.manner.silent_at == Some(word.as_str()) {
                // Until the client hangs up.
                _ = self.hear();
                return Ok(false);
            }
            match word.as_str() {
                "EHLO" => self.offer()?,
                "STARTTLS" => {
                    self.say(&format!("220 go ahead{}", self.manner.slipped_in))?;
                    return Ok(true);
                }
                "AUTH" if self.lets_in(&line) => self.say("235 welcome")?,
                "AUTH" => self.say("535 5.7.8 wrong user or password")?,
                "RCPT" if upper.contains("NOBODY@") => self.say("550 no such user here")?,
                "RCPT" if upper.contains("FULL@") => self.say("452 too much for now")?,
                "DATA" => self.take()?,
                "QUIT" => {
                    self.say("221 bye")?;
                    return Ok(false);
                }
                _ => self.say("250 fine")?,
            }
        }
    }

    fn offer(&mut self) -> io::Result<()> {
        self.say("250-test")?;
        if self.manner.tls.is_some() && !self.safe {
            self.say("250-STARTTLS")?;
        }
        self.say("250 AUTH PLAIN LOGIN")
    }

    fn lets_in(&self, line: &str) -> bool {
        let Some(wants) = self.manner.wants else { return true };
        let given = line.split_whitespace().nth(2).and_then(|given| B64.decode(given).ok());
        given.is_some_and(|given| given == format!("\0{}", wants.replace(':', "\0")).into_bytes())
    }

    fn take(&mut self) -> io::Result<()> {
        self.say("354 go on")?;
        let mut text = String::new();
        loop {
            let line = self.hear()?;
            if line == "." {
                break;
            }
            text.push_str(&line);
            text.push('\n');
        }
        self.kept.lock().expect("kept").taken.push(text);
        self.say("250 kept")
    }
}
