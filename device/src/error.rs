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
    /// Transactions that were committed are not in the database any more.
    #[error("the database is older than what was committed to it")]
    CommitsMissing,
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
    /// An error that a damaged database shows as; SQLCipher has no code of its own for a page that does not decrypt.
    pub fn may_be_damage(&self) -> bool {
        use rusqlite::ErrorCode as E;
        match self {
            Error::Sql(error) => matches!(
                from_sqlite(error).map(|e| e.code),
                Some(E::NotADatabase | E::DatabaseCorrupt | E::OutOfMemory | E::Unknown | E::SystemIoFailure)
            ),
            // A value that was written by this version and cannot be read.
            Error::Json(_) | Error::Migration(_) | Error::CommitsMissing => true,
            _ => false,
        }
    }

    /// The refusal as it crosses the door; failures are logged here, once, under a short id.
    pub fn into_problem(self) -> Problem {
        let code = match &self {
            Error::Refused(problem) => return problem.as_ref().clone(),
            Error::Sql(error) => sql_code(error),
            Error::Io(error) => io_code(error),
            Error::Network(error) => network_code(error),
            Error::CommitsMissing => Code::DatabaseDamaged,
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
    use rusqlite::ErrorCode as E;
    let Some(error) = from_sqlite(error) else { return Code::Internal };
    match error.code {
        E::DiskFull => Code::DiskFull,
        E::SystemIoFailure if error.extended_code == rusqlite::ffi::SQLITE_IOERR_WRITE => Code::DiskFull,
        E::NotADatabase | E::DatabaseCorrupt => Code::DatabaseDamaged,
        E::ReadOnly | E::CannotOpen | E::PermissionDenied => Code::FolderReadOnly,
        _ => Code::Internal,
    }
}

/// What SQLite itself answered, while preparing a statement too.
fn from_sqlite(error: &rusqlite::Error) -> Option<&rusqlite::ffi::Error> {
    match error {
        rusqlite::Error::SqliteFailure(error, _) | rusqlite::Error::SqlInputError { error, .. } => Some(error),
        _ => None,
    }
}

/// A quota and a limit on the size of a file are disks that are full for us. SQLite calls both a failed write.
fn io_code(error: &std::io::Error) -> Code {
    use std::io::ErrorKind as E;
    match error.kind() {
        E::StorageFull | E::QuotaExceeded | E::FileTooLarge => Code::DiskFull,
        E::PermissionDenied | E::ReadOnlyFilesystem | E::NotADirectory => Code::FolderReadOnly,
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
