//! What can go wrong on the device, and the one place where it becomes a [`Problem`]. No SQL, path or secret passes.

use gongdan_domain::problem::{Code, Problem};
use gongdan_domain::seal::SealError;

/// The error of everything in this crate. A refusal by a rule is [`Error::Refused`], not a failure.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error("{0}")]
    Refused(Box<Problem>),
    #[error("the database: {0}")]
    Sql(#[from] rusqlite::Error),
    #[error("the migrations: {0}")]
    Migration(#[from] refinery::Error),
    #[error("a stored value cannot be read: {0}")]
    Json(#[from] serde_json::Error),
    #[error("the file system: {0}")]
    Io(#[from] std::io::Error),
    #[error("the seal: {0}")]
    Seal(#[from] SealError),
    #[error("the network: {0}")]
    Network(#[from] reqwest::Error),
    /// A file of ours that does not decrypt or does not have its hash.
    #[error("a stored file is damaged")]
    FileDamaged,
    #[error("a key cannot be used: {0}")]
    Key(&'static str),
}

pub type Result<T> = std::result::Result<T, Error>;

impl From<Problem> for Error {
    fn from(problem: Problem) -> Self {
        Error::Refused(Box::new(problem))
    }
}

impl From<Code> for Error {
    fn from(code: Code) -> Self {
        Problem::new(code).into()
    }
}

impl Error {
    /// The refusal as it crosses the door; failures are logged here, once, under a short id.
    pub fn into_problem(self) -> Problem {
        let code = match &self {
            Error::Refused(problem) => return problem.as_ref().clone(),
            Error::Sql(error) => sql_code(error),
            Error::Io(error) => io_code(error),
            Error::Network(error) => network_code(error),
            Error::Migration(_) | Error::Json(_) | Error::Seal(_) | Error::FileDamaged | Error::Key(_) => {
                Code::Internal
            }
        };
        let mut problem = Problem::new(code);
        problem.incident = short_id();
        tracing::error!(incident = problem.incident, error = %self, "a command failed");
        problem
    }
}

/// A full disk is a problem of its own: it is said plainly, and everything goes on when space returns.
fn sql_code(error: &rusqlite::Error) -> Code {
    match error.sqlite_error_code() {
        Some(rusqlite::ErrorCode::DiskFull) => Code::DiskFull,
        Some(rusqlite::ErrorCode::NotADatabase | rusqlite::ErrorCode::DatabaseCorrupt) => Code::DatabaseDamaged,
        _ => Code::Internal,
    }
}

fn io_code(error: &std::io::Error) -> Code {
    match error.kind() {
        std::io::ErrorKind::StorageFull | std::io::ErrorKind::QuotaExceeded => Code::DiskFull,
        _ => Code::Internal,
    }
}

fn network_code(error: &reqwest::Error) -> Code {
    if crate::sync::pin::is_another_key(error) {
        Code::ServerKeyWrong
    } else if error.is_connect() || error.is_timeout() || error.is_request() || error.is_body() {
        Code::Offline
    } else {
        Code::ServerTrouble
    }
}

/// Six hex digits: enough to find a line in a log, short enough to read out on the phone.
fn short_id() -> String {
    hex::encode(&uuid::Uuid::now_v7().as_bytes()[13..])
}
