//! `gongdan-server`: serve · demo · migrate · create-user · enrolment-code · backup · restore · import · rescue. Says what went wrong in one sentence.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::{Args, Parser, Subcommand};
use gongdan_domain::permission::Role;
use gongdan_domain::sync::enrolment::ServerAddress;
use gongdan_server::config::{Config, Transport, default_data, keys_folder};
use gongdan_server::core::{Core, Shared, system_clock};
use gongdan_server::error::{Error, Result};
use gongdan_server::keys::recovery;
use gongdan_server::office::view::ImportedWork;
use gongdan_server::verify::offline::{self, Outcome};
use gongdan_server::{Server, auth, backup, demo, import, rescue, secret};
use zeroize::Zeroizing;

#[derive(Parser)]
#[command(name = "gongdan-server", version, about = "The sync server and office console of Gongdan 工单.")]
struct Cli {
    #[command(subcommand)]
    command: Command,
    /// The data folder; made at the first start.
    #[arg(long, global = true, env = "GONGDAN_DATA")]
    data: Option<PathBuf>,
    /// The folder of the keys, if they are kept apart from the data.
    #[arg(long, global = true, env = "GONGDAN_KEYS")]
    keys: Option<PathBuf>,
}

/// Without any of these: plain HTTP on loopback, elsewhere TLS with a key made at the first start and told to devices at enrolment.
#[derive(Args)]
struct Reached {
    /// The company's certificate with its chain, PEM.
    #[arg(long, requires = "key", conflicts_with = "plain_http", env = "GONGDAN_CERT")]
    cert: Option<PathBuf>,
    /// The key of the certificate, PEM.
    #[arg(long, requires = "cert", env = "GONGDAN_KEY")]
    key: Option<PathBuf>,
    /// Tell devices to insist on the key of --cert; it must then stay the same when the certificate is renewed.
    #[arg(long, requires = "cert")]
    pin: bool,
    /// TLS with an own key also on loopback.
    #[arg(long, conflicts_with_all = ["cert", "plain_http"])]
    tls: bool,
    /// Plain HTTP wherever the server listens, because a proxy in front of it does TLS.
    #[arg(long)]
    plain_http: bool,
    /// Where devices and browsers reach the proxy in front of the server: https://host[:port].
    #[arg(long, env = "GONGDAN_ADDRESS")]
    address: Option<ServerAddress>,
}

impl Reached {
    fn transport(&self) -> Transport {
        match (&self.cert, &self.key) {
            (Some(certificate), Some(key)) => {
                Transport::Files { certificate: certificate.clone(), key: key.clone(), pinned: self.pin }
            }
            _ if self.plain_http => Transport::Plain,
            _ if self.tls => Transport::OwnKey,
            _ => Transport::Fitting,
        }
    }
}

#[derive(Subcommand)]
enum Command {
    /// Serve devices and the console.
    Serve {
        #[arg(long, default_value = "127.0.0.1:8610", env = "GONGDAN_LISTEN")]
        listen: SocketAddr,
        #[command(flatten)]
        reached: Reached,
        /// Where customers reach this server from outside, e.g. https://service.example.com: papers lead there to be verified.
        #[arg(long, env = "GONGDAN_PUBLIC_URL")]
        public_url: Option<String>,
    },
    /// Load the demo company into an empty data folder and print how to sign in.
    Demo,
    /// Bring the database to this version and stop.
    Migrate,
    /// Make a person with a login, or give an existing login a new password.
    CreateUser {
        #[arg(long)]
        login: String,
        #[arg(long)]
        name: String,
        /// technician, dispatcher, service_manager, general_manager, sales, parts_workshop, …, admin
        #[arg(long)]
        role: String,
    },
    /// Make a one-time code by which a device is enrolled for a person.
    EnrolmentCode {
        /// The person's login.
        #[arg(long)]
        person: String,
    },
    /// Verify an order's PDF or exported data. Exit code 0: unchanged. 1: changed. 3: nothing that could be verified. Needs no data
    /// folder; with --data (and --keys, where they are kept apart) the content is compared field by field with what that server holds.
    Verify {
        file: PathBuf,
        /// The sealed text, where it lies in a file of its own, as in a bundle.
        #[arg(long)]
        payload: Option<PathBuf>,
        /// A certificate or proof of the company (a file), or a file with its public key in base64.
        #[arg(long)]
        certificate: Option<PathBuf>,
        /// The company's public key, base64.
        #[arg(long, conflicts_with = "certificate")]
        server_key: Option<String>,
    },
    /// A forgotten PIN: print the code that opens a device once, to be read out to its owner.
    RecoverPin {
        /// The prefix of the device's order numbers, as the console shows it: A7.
        #[arg(long)]
        device: String,
        /// The text on the device's screen, where the server holds no code of it.
        #[arg(long)]
        request: Option<String>,
    },
    /// Copy database and files into a new folder while the server serves. The keys go only where --keys-to says.
    Backup {
        folder: PathBuf,
        /// Also copy the keys, into a folder of their own: keep it apart from the data.
        #[arg(long)]
        keys_to: Option<PathBuf>,
    },
    /// Put a backup into an empty data folder; every device reconciles at its next contact.
    Restore {
        folder: PathBuf,
        /// Where the copy of the keys lies, if they are not in place.
        #[arg(long)]
        keys_from: Option<PathBuf>,
    },
    /// Take in a file of work that a device exported.
    Import { file: PathBuf },
    /// Read what a broken tablet had not handed over out of its database. Asks for the passphrase of the recovery key.
    Rescue {
        /// The tablet's gongdan.db, with recovery.json and the folder files beside it.
        #[arg(long)]
        database: PathBuf,
    },
    /// Give the recovery key another passphrase and print it once.
    RecoveryPassphrase,
}

fn main() -> ExitCode {
    let filter =
        tracing_subscriber::EnvFilter::try_from_env("GONGDAN_LOG").unwrap_or_else(|_| "info,refinery_core=warn".into());
    tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr).init();
    let cli = Cli::parse();
    if let Command::Verify { file, payload, certificate, server_key } = &cli.command {
        let held = cli.data.as_deref().map(|data| (data, keys_folder(data, cli.keys.as_deref())));
        return verify_file(held, file, payload.as_deref(), certificate.as_deref(), server_key.clone());
    }
    let data = cli.data.unwrap_or_else(default_data);
    let at = if let Command::Serve { listen, .. } = &cli.command { Some(*listen) } else { None };
    match run(cli.command, &data, cli.keys) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("gongdan-server: {}", sentence(&error, &data, at));
            ExitCode::from(2)
        }
    }
}

/// One sentence that says what happened and what to do.
fn sentence(error: &Error, data: &Path, listen: Option<SocketAddr>) -> String {
    use std::io::ErrorKind as Kind;
    let folder = data.display();
    match (error, listen) {
        (Error::File(e), Some(at)) if e.kind() == Kind::AddrInUse => {
            format!("the address {at} is taken by another program; stop it or choose another one with --listen.")
        }
        (Error::File(e), Some(at)) if e.kind() == Kind::AddrNotAvailable => {
            format!("the address {at} is none of this machine's; choose another one with --listen.")
        }
        (Error::File(e), _) if matches!(e.kind(), Kind::PermissionDenied | Kind::ReadOnlyFilesystem) => {
            format!("the folder {folder} cannot be written; give it to this user or choose another one with --data.")
        }
        (Error::Database(rusqlite::Error::SqliteFailure(e, _)), _)
            if matches!(e.code, rusqlite::ErrorCode::CannotOpen | rusqlite::ErrorCode::ReadOnly) =>
        {
            format!(
                "the database in {folder} cannot be written; give the folder to this user or choose another one with --data."
            )
        }
        (Error::DatabaseNewer { found, known }, _) => format!(
            "the database in {folder} was written by a newer version (schema {found}, this one knows {known}); it was left untouched."
        ),
        (Error::Refused(problem), _) => match problem.details["why"].as_str() {
            Some(why) => format!("{why}."),
            None => problem.message.clone(),
        },
        _ => format!("{error} (data folder {folder})."),
    }
}

fn run(command: Command, data: &Path, keys: Option<PathBuf>) -> Result<()> {
    let folder = keys_folder(data, keys.as_deref());
    let open = |data: &Path| open(data, &folder);
    match command {
        Command::Serve { listen, reached, public_url } => {
            let config = Config::new(data).listen(listen).transport(reached.transport());
            serve(Config { public: reached.address, public_url, keys, ..config })
        }
        Command::Demo => demo::load(&open(data)?).map(|text| println!("{text}")),
        Command::Migrate => open(data).map(|_| println!("The database is up to date.")),
        Command::CreateUser { login, name, role } => create_user(&open(data)?, &login, &name, &role),
        Command::EnrolmentCode { person } => enrolment_code(&open(data)?, &person),
        Command::RecoverPin { device, request } => recover_pin(&open(data)?, &device, request.as_deref()),
        Command::Backup { folder, keys_to } => back_up(&open(data)?, &folder, keys_to.as_deref()),
        Command::Restore { folder: from, keys_from } => {
            backup::restore(&from, data, (&folder, keys_from.as_deref()), system_clock()())
        }
        Command::Import { file } => import::work(&open(data)?, &std::fs::read(file)?, None).map(|done| report(&done)),
        Command::Rescue { database } => {
            let core = open(data)?;
            let (done, unreadable) = rescue::rescue(&core, &database, &asked_passphrase()?)?;
            report(&done);
            if unreadable > 0 {
                println!("{unreadable} rows or files could not be read.");
            }
            Ok(())
        }
        Command::RecoveryPassphrase => {
            let core = open(data)?;
            let plain = !recovery::is_wrapped(core.keys.folder());
            let old = if plain { Zeroizing::default() } else { asked_passphrase()? };
            let new = recovery::renew(core.keys.folder(), &old)?;
            println!("{}", passphrase_text(&new));
            Ok(())
        }
        // Answered before: it needs no data folder.
        Command::Verify { .. } => Ok(()),
    }
}

/// Lines for a person, the outcome for a program. 2: the file cannot be read.
fn verify_file(
    held: Option<(&Path, PathBuf)>,
    file: &Path,
    payload: Option<&Path>,
    certificate: Option<&Path>,
    key: Option<String>,
) -> ExitCode {
    let judged = || -> Result<(Vec<String>, Outcome)> {
        let bytes = offline::read(file, payload)?;
        if let Some((data, keys)) = &held {
            return offline::with_data(&*open(data, keys)?, bytes);
        }
        let given = certificate.map(std::fs::read_to_string).transpose()?.or(key);
        let key = given.as_deref().map(|text| offline::key_of(text).ok_or_else(unusable_key)).transpose()?;
        Ok(offline::alone(bytes, key.as_deref()))
    };
    match judged() {
        Ok((lines, outcome)) => {
            println!("{}", lines.join("\n"));
            ExitCode::from(outcome as u8)
        }
        Err(error) => {
            eprintln!("gongdan-server: {error}");
            ExitCode::from(2)
        }
    }
}

fn unusable_key() -> Error {
    Error::File(std::io::Error::new(std::io::ErrorKind::InvalidData, "the company's key or certificate cannot be read"))
}

fn open(data: &Path, keys: &Path) -> Result<Shared> {
    let core = Core::open_with_keys(data, keys, system_clock())?;
    show_passphrase(&core);
    Ok(core)
}

/// Once, at the very first start; never into the log.
fn show_passphrase(core: &Shared) {
    if let Some(passphrase) = &core.keys.passphrase {
        eprintln!("{}", passphrase_text(passphrase));
    }
}

fn passphrase_text(passphrase: &str) -> String {
    format!(
        "Recovery passphrase (write it down, it is not shown again; it opens the data of broken tablets):\n  {passphrase}"
    )
}

/// From the environment, else from the standard input.
fn asked_passphrase() -> Result<Zeroizing<String>> {
    if let Ok(given) = std::env::var("GONGDAN_RECOVERY_PASSPHRASE") {
        return Ok(Zeroizing::new(given));
    }
    eprintln!("Passphrase of the recovery key:");
    let mut line = Zeroizing::new(String::new());
    std::io::stdin().read_line(&mut line)?;
    Ok(line)
}

fn back_up(core: &Shared, folder: &Path, keys_to: Option<&Path>) -> Result<()> {
    backup::backup(core, folder, keys_to)?;
    println!("{}", folder.display());
    if keys_to.is_none() {
        println!(
            "The keys were not copied. Without them no device is known after a restore: --keys-to FOLDER, kept apart from the data."
        );
    }
    Ok(())
}

fn report(done: &ImportedWork) {
    println!(
        "{} {}: {} changes, {} of them known before, {} refused; {} files.",
        done.number_prefix, done.person, done.changes, done.repeated, done.refused, done.files
    );
    if done.files_unknown > 0 {
        println!("{} files belong to no record here.", done.files_unknown);
    }
    if done.unconfirmed {
        println!("The server did not know this device; confirm it in the console.");
    }
}

fn serve(config: Config) -> Result<()> {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    runtime.block_on(async {
        let running = Server::start(config).await?;
        show_passphrase(&running.core);
        let front = running.core.front();
        let scheme = if front.tls { "https" } else { "http" };
        let key = front.pin.map_or_else(|| "none".to_owned(), |pin| pin.to_string());
        tracing::info!(address = %format!("{scheme}://{}", running.addr), pinned_key = %key, "serving");
        if !front.secure() && !running.addr.ip().is_loopback() {
            tracing::warn!("plain HTTP beyond this machine: whoever is on the network reads everything, unless a TLS proxy is in front");
        }
        stop_signal().await;
        tracing::info!("stopping");
        running.shutdown().await
    })
}

async fn stop_signal() {
    let interrupted = tokio::signal::ctrl_c();
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};
        if let Ok(mut terminated) = signal(SignalKind::terminate()) {
            tokio::select! {
                _ = interrupted => {}
                _ = terminated.recv() => {}
            }
            return;
        }
    }
    _ = interrupted.await;
}

fn create_user(core: &Shared, login: &str, name: &str, role: &str) -> Result<()> {
    let role: Role = serde_json::from_value(serde_json::Value::String(role.to_owned()))?;
    let password = secret::readable_password();
    let hash = auth::password_hash(&password)?;
    demo::person_with_login(core, login, name, role, hash)?;
    println!("{login}  {password}");
    Ok(())
}

fn enrolment_code(core: &Shared, login: &str) -> Result<()> {
    let login = login.to_lowercase();
    let (code, until) = core.write_now(move |core, tx| {
        let user = tx.user(&login)?.ok_or(gongdan_domain::problem::Code::NotFound)?;
        gongdan_server::sync::enrol::create_code(tx, user.person, core.now())
    })?;
    println!("{code}  (until {})", until.format("%Y-%m-%d %H:%M UTC"));
    Ok(())
}

fn recover_pin(core: &Shared, prefix: &str, request: Option<&str>) -> Result<()> {
    let wanted = prefix.trim().to_uppercase();
    let wrapped = recovery::is_wrapped(core.keys.folder());
    let passphrase = if wrapped { asked_passphrase()? } else { Zeroizing::default() };
    let devices = core.store.read(|r| r.devices())?;
    let device =
        devices.into_iter().find(|d| d.number_prefix == wanted).ok_or(gongdan_domain::problem::Code::NotFound)?;
    let code = core.keys.read_code(device.id, request, &core.keys.recovery_secret(&passphrase)?)?;
    let about = format!("{} {}", device.number_prefix, device.name);
    core.write_now(move |core, tx| auth::note(tx, core.now(), None, "recovery_code_read", &about))?;
    println!("{code}");
    Ok(())
}
