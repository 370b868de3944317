//! How the server proves itself: its own key, made at the first start, or the company's certificate files. Says by which pin devices
//! know the key. Refuses plain HTTP at a TLS door, in a sentence.

use std::fs;
use std::io::{Error as IoError, ErrorKind};
use std::net::IpAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use axum_server::accept::Accept;
use gongdan_domain::problem::{Code, Problem};
use gongdan_domain::sync::enrolment::Pin;
use rcgen::{CertificateParams, DistinguishedName, DnType, KeyPair};
use rustls::ServerConfig;
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use serde_json::json;
use tokio::io::AsyncWriteExt as _;
use tokio::net::TcpStream;

use crate::error::{Error, Result};
use crate::keys::private_file;

const KEY: &str = "tls.key";
const CERTIFICATE: &str = "tls.crt";
/// A handshake says something at once, or nobody is there.
const FIRST_BYTE: Duration = Duration::from_secs(10);

/// What serves TLS, and the pin of its key.
pub struct Tls {
    pub config: Arc<ServerConfig>,
    pub pin: Pin,
}

/// The server's own key and a certificate signed by it; both are made where they are missing and stay, so that devices and browsers
/// that know them go on knowing them.
pub fn self_made(folder: &Path, listen: IpAddr) -> Result<Tls> {
    let (key, certificate) = (folder.join(KEY), folder.join(CERTIFICATE));
    if !key.exists() {
        private_file(&key, KeyPair::generate().map_err(made)?.serialize_pem().as_bytes())?;
    }
    if !certificate.exists() {
        let pair = KeyPair::from_pem(&fs::read_to_string(&key)?).map_err(made)?;
        private_file(&certificate, signed_by_itself(&pair, listen)?.as_bytes())?;
    }
    files(&certificate, &key)
}

fn signed_by_itself(pair: &KeyPair, listen: IpAddr) -> Result<String> {
    let mut names = vec!["localhost".to_owned(), "127.0.0.1".to_owned()];
    if !listen.is_unspecified() && !listen.is_loopback() {
        names.push(listen.to_string());
    }
    let mut wanted = CertificateParams::new(names).map_err(made)?;
    wanted.distinguished_name = DistinguishedName::new();
    wanted.distinguished_name.push(DnType::CommonName, "Gongdan");
    Ok(wanted.self_signed(pair).map_err(made)?.pem())
}

fn made(error: rcgen::Error) -> Error {
    IoError::new(ErrorKind::InvalidData, error).into()
}

/// A certificate (with its chain) and its key, from PEM files.
pub fn files(certificate: &Path, key: &Path) -> Result<Tls> {
    let chain: Vec<_> = CertificateDer::pem_file_iter(certificate)
        .and_then(Iterator::collect)
        .map_err(|e| unusable(certificate, &e.to_string()))?;
    let Some(first) = chain.first() else { return Err(unusable(certificate, "it holds no certificate")) };
    let shown = webpki::EndEntityCert::try_from(first).map_err(|e| unusable(certificate, &e.to_string()))?;
    let pin = Pin::of(shown.subject_public_key_info().as_ref());
    let private = PrivateKeyDer::from_pem_file(key).map_err(|e| unusable(key, &e.to_string()))?;
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let mut config = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(|e| unusable(certificate, &e.to_string()))?
        .with_no_client_auth()
        .with_single_cert(chain, private)
        .map_err(|e| unusable(key, &e.to_string()))?;
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    Ok(Tls { config: Arc::new(config), pin })
}

/// Said to whoever starts the server; it never crosses a door.
fn unusable(path: &Path, why: &str) -> Error {
    let path: PathBuf = path.to_owned();
    Problem::with(Code::FieldInvalid, json!({ "why": format!("{} cannot be used for TLS: {why}", path.display()) }))
        .into()
}

/// Lets TLS through and answers plain HTTP, instead of breaking off without a word.
#[derive(Debug, Clone, Copy)]
pub struct TlsOnly;

type Accepted<S> = std::pin::Pin<Box<dyn Future<Output = std::io::Result<(TcpStream, S)>> + Send>>;

impl<S: Send + 'static> Accept<TcpStream, S> for TlsOnly {
    type Stream = TcpStream;
    type Service = S;
    type Future = Accepted<S>;

    fn accept(&self, stream: TcpStream, service: S) -> Self::Future {
        Box::pin(async move {
            // The first byte of every TLS connection.
            const HANDSHAKE: u8 = 0x16;
            let mut first = [0];
            let read = tokio::time::timeout(FIRST_BYTE, stream.peek(&mut first)).await;
            if read.map_err(|_| IoError::from(ErrorKind::TimedOut))?? == 1 && first[0] != HANDSHAKE {
                return Err(refuse_plain(stream).await);
            }
            Ok((stream, service))
        })
    }
}

async fn refuse_plain(mut stream: TcpStream) -> IoError {
    let problem = Problem::with(
        Code::BadRequest,
        json!({ "why": "This server speaks HTTPS: the address begins with https://." }),
    );
    let body = serde_json::to_string(&problem).unwrap_or_default();
    let length = body.len();
    let answer = format!(
        "HTTP/1.1 400 Bad Request\r\ncontent-type: application/json\r\ncontent-length: {length}\r\nconnection: close\r\n\r\n{body}"
    );
    // Whoever is gone already needs no answer.
    _ = stream.write_all(answer.as_bytes()).await;
    _ = stream.shutdown().await;
    // What it still sends is read away for a moment: closing on unread bytes would tear the answer from it.
    let drained = async {
        let mut rest = [0; 1024];
        while matches!(tokio::io::AsyncReadExt::read(&mut stream, &mut rest).await, Ok(1..)) {}
    };
    _ = tokio::time::timeout(Duration::from_secs(1), drained).await;
    IoError::new(ErrorKind::InvalidData, "plain HTTP at a TLS door")
}
