//! The built binaries, found beside the running test, and the server as a process of its own.

use std::io::{BufRead as _, BufReader};
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use gongdan_domain::sync::enrolment::{Pin, ServerAddress};
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject as _;

/// The root of the checkout.
pub fn checkout() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").canonicalize().expect("the checkout")
}

/// A binary of the workspace, in the target folder that this test was built into.
pub fn binary(name: &str) -> PathBuf {
    let test = std::env::current_exe().expect("the running test");
    let folder = test.parent().and_then(Path::parent).expect("target/<profile>/deps/<test>");
    let path = folder.join(format!("{name}{}", std::env::consts::EXE_SUFFIX));
    assert!(path.exists(), "{} is not built: cargo build --workspace (make test does)", path.display());
    path
}

/// A port that was free a moment ago.
pub fn free_port() -> u16 {
    TcpListener::bind("127.0.0.1:0").and_then(|l| l.local_addr()).expect("a free port").port()
}

/// Loads the demo company into a folder and answers what `demo` printed.
pub fn sign_in_lines(data: &Path) -> String {
    first_start(data).0
}

/// The same with the passphrase of the recovery key, which a first start shows once.
pub fn first_start(data: &Path) -> (String, String) {
    let output =
        Command::new(binary("gongdan-server")).args(["demo", "--data"]).arg(data).output().expect("the server runs");
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(output.status.success(), "demo failed: {said}");
    let shown = said.lines().skip_while(|line| !line.starts_with("Recovery passphrase")).nth(1);
    let passphrase = shown.unwrap_or_else(|| panic!("no passphrase at the first start: {said}")).trim().to_owned();
    (String::from_utf8_lossy(&output.stdout).into_owned(), passphrase)
}

/// Where a server with an own key is reached on this machine, with the pin that devices get.
pub fn pinned_address(data: &Path, port: u16) -> ServerAddress {
    let certificate = CertificateDer::from_pem_file(data.join("keys/tls.crt")).expect("a certificate");
    let shown = webpki::EndEntityCert::try_from(&certificate).expect("read");
    let pin = Pin::of(shown.subject_public_key_info().as_ref());
    ServerAddress::new(&format!("https://127.0.0.1:{port}"), Some(pin)).expect("an address")
}

/// The server as a process: it can be stopped, killed and started again on the same data.
pub struct ServerProcess {
    child: Child,
    pub port: u16,
}

impl ServerProcess {
    /// Starts serving and waits until it answers.
    pub fn start(data: &Path, port: u16) -> Self {
        Self::start_with(data, port, &[])
    }

    /// The same with more arguments.
    pub fn start_with(data: &Path, port: u16, more: &[&str]) -> Self {
        let mut child = Command::new(binary("gongdan-server"))
            .args(["serve", "--listen", &format!("127.0.0.1:{port}"), "--data"])
            .arg(data)
            .args(more)
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .expect("the server starts");
        // It says when it answers: the port alone is open before the data is.
        let mut log = BufReader::new(child.stderr.take().expect("stderr")).lines().map_while(Result::ok);
        let said: Vec<String> = log.by_ref().take_while(|line| !line.contains("serving")).collect();
        assert!(child.try_wait().is_ok_and(|s| s.is_none()), "the server stopped by itself: {said:?}");
        // The rest is read away, so that a full pipe never stops it.
        std::thread::spawn(move || log.for_each(drop));
        Self { child, port }
    }

    /// SIGKILL: a power cut as far as the process is concerned.
    pub fn kill(mut self) {
        self.child.kill().expect("was running");
        self.child.wait().expect("ends");
    }
}

impl Drop for ServerProcess {
    fn drop(&mut self) {
        // Killed already is fine.
        _ = self.child.kill();
        _ = self.child.wait();
    }
}
