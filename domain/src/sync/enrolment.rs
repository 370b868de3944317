//! Where a server is and by which key it proves itself, as one text: kept by a device, and carried to it with the one-time code.
//! Shapes only; nothing here connects or verifies.

use std::fmt;
use std::str::FromStr;

use sha2::{Digest as _, Sha256};

/// How the enrolment texts of this version begin. A later form takes another number; an old app then says that it does not know it.
const PREFIX: &str = "GD1";
/// The form before servers had keys: address and code.
const OLD_PREFIX: &str = "gongdan:";
const PART: char = '*';
/// Characters that catch a slip of the finger before the code is used up at a stranger's.
const CHECK: usize = 4;

/// SHA-256 of a server key's SubjectPublicKeyInfo. Dates and names of its certificate do not matter to who pins the key.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Pin(pub [u8; 32]);

impl Pin {
    /// The pin of a key, given as its DER.
    pub fn of(subject_public_key_info: &[u8]) -> Self {
        Self(Sha256::digest(subject_public_key_info).into())
    }
}

impl fmt::Display for Pin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&base32(&self.0))
    }
}

impl fmt::Debug for Pin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Pin({self})")
    }
}

/// A text that is no address, pin or enrolment text, or no longer one after it was typed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Unreadable {
    #[error("a server address is http:// or https:// with a name and perhaps a port")]
    Address,
    #[error("the key of the server is not whole")]
    Pin,
    #[error("the enrolment text is not whole")]
    Text,
}

impl FromStr for Pin {
    type Err = Unreadable;

    fn from_str(text: &str) -> Result<Self, Unreadable> {
        let bytes = from_base32(text).ok_or(Unreadable::Pin)?;
        bytes.try_into().map(Self).map_err(|_| Unreadable::Pin)
    }
}

/// Scheme, host and port of a server and, where it proves itself by its own key, that key's pin.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct ServerAddress {
    url: String,
    pub pin: Option<Pin>,
}

impl ServerAddress {
    /// Reads `http(s)://host[:port]`; anything behind the port is no address of a server.
    pub fn new(url: &str, pin: Option<Pin>) -> Result<Self, Unreadable> {
        let url = url.trim().trim_end_matches('/').to_lowercase();
        let authority = url.strip_prefix("https://").or_else(|| url.strip_prefix("http://").filter(|_| pin.is_none()));
        let fits = |a: &str| !a.is_empty() && a.chars().all(|c| c.is_ascii_alphanumeric() || ".-_:[]".contains(c));
        if authority.is_some_and(fits) { Ok(Self { url, pin }) } else { Err(Unreadable::Address) }
    }

    /// Without the pin, as a person reads it.
    pub fn url(&self) -> &str {
        &self.url
    }
}

/// As a device keeps it: `https://host:port#PIN`.
impl fmt::Display for ServerAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.pin {
            Some(pin) => write!(f, "{}#{pin}", self.url),
            None => f.write_str(&self.url),
        }
    }
}

impl FromStr for ServerAddress {
    type Err = Unreadable;

    fn from_str(text: &str) -> Result<Self, Unreadable> {
        match text.split_once('#') {
            Some((url, pin)) => Self::new(url, Some(pin.parse()?)),
            None => Self::new(text, None),
        }
    }
}

/// Everything that a device needs to be enrolled. In capitals without look-alikes, so that it can be typed and makes a small QR.
#[derive(Clone, PartialEq, Eq)]
pub struct EnrolmentText {
    pub server: ServerAddress,
    pub code: String,
}

impl fmt::Debug for EnrolmentText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("EnrolmentText").field("server", &self.server).finish_non_exhaustive()
    }
}

impl EnrolmentText {
    /// Whether somebody meant to give such a text (and not only a code), readable or not.
    pub fn is_meant(text: &str) -> bool {
        let text = text.trim_start();
        text.starts_with(OLD_PREFIX)
            || text.get(..3).is_some_and(|p| p.eq_ignore_ascii_case(PREFIX)) && text.contains(PART)
    }
}

/// `GD1*HTTPS://HOST:PORT*PIN*CODE*CHECK`; the pin is empty where the server has none.
impl fmt::Display for EnrolmentText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let pin = self.server.pin.map(|pin| pin.to_string()).unwrap_or_default();
        let body = format!("{PREFIX}*{}*{pin}*{}", self.server.url.to_uppercase(), self.code.to_uppercase());
        write!(f, "{body}*{}", check(&body))
    }
}

impl FromStr for EnrolmentText {
    type Err = Unreadable;

    fn from_str(text: &str) -> Result<Self, Unreadable> {
        if let Some(old) = text.trim().strip_prefix(OLD_PREFIX) {
            let (url, code) = old.split_once('|').ok_or(Unreadable::Text)?;
            let code = code.split_whitespace().collect::<String>().to_uppercase();
            let whole = !code.is_empty() && !code.contains(PART);
            return if whole { Ok(Self { server: url.parse()?, code }) } else { Err(Unreadable::Text) };
        }
        let text: String = text.split_whitespace().collect::<String>().to_uppercase();
        let (body, told) = text.rsplit_once(PART).ok_or(Unreadable::Text)?;
        let parts: Vec<&str> = body.split(PART).collect();
        let [PREFIX, url, pin, code] = parts[..] else { return Err(Unreadable::Text) };
        if told != check(body) || code.is_empty() {
            return Err(Unreadable::Text);
        }
        let pin = if pin.is_empty() { None } else { Some(pin.parse()?) };
        Ok(Self { server: ServerAddress::new(url, pin)?, code: code.to_owned() })
    }
}

fn check(body: &str) -> String {
    base32(&Sha256::digest(body.as_bytes()))[..CHECK].to_owned()
}

const BASE32: &[u8; 32] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

/// RFC 4648 without padding: capitals and digits alone, which a QR packs tightest.
fn base32(bytes: &[u8]) -> String {
    let bit = |n: usize| bytes.get(n / 8).map_or(0, |byte| byte >> (7 - n % 8) & 1);
    let group = |n: usize| (0..5).fold(0, |sum, i| sum << 1 | bit(n * 5 + i));
    (0..(bytes.len() * 8).div_ceil(5)).map(|n| char::from(BASE32[usize::from(group(n))])).collect()
}

fn from_base32(text: &str) -> Option<Vec<u8>> {
    let (mut bytes, mut held, mut bits) = (Vec::new(), 0u32, 0);
    for letter in text.bytes() {
        let five = BASE32.iter().position(|b| *b == letter.to_ascii_uppercase())?;
        held = held << 5 | u32::try_from(five).ok()?;
        bits += 5;
        if bits >= 8 {
            bits -= 8;
            bytes.push(u8::try_from(held >> bits & 0xff).ok()?);
            held &= (1 << bits) - 1;
        }
    }
    // What is left over must be padding, or two texts would be one pin.
    (held == 0).then_some(bytes)
}
