//! The one error of the server. A refusal carries its problem to the caller; a failure is told as an incident and logged once.

use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use gongdan_domain::problem::{Code, Problem};
use gongdan_domain::seal::SealError;

pub type Result<T> = std::result::Result<T, Error>;

#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// A rule or a permission said no.
    #[error("refused: {0}")]
    Refused(Box<Problem>),
    #[error("the database is newer than this version (schema {found}, known {known})")]
    DatabaseNewer { found: i64, known: i64 },
    #[error("database: {0}")]
    Database(#[from] rusqlite::Error),
    #[error("migration: {0}")]
    Migration(Box<refinery::Error>),
    #[error("file: {0}")]
    File(#[from] std::io::Error),
    #[error("json: {0}")]
    Json(#[from] serde_json::Error),
    #[error("seal: {0}")]
    Seal(#[from] SealError),
    /// The server is stopping, or a task died.
    #[error("the work was not finished")]
    Unfinished,
}

impl From<Code> for Error {
    fn from(code: Code) -> Self {
        Self::Refused(Box::new(code.into()))
    }
}

impl From<Problem> for Error {
    fn from(problem: Problem) -> Self {
        Self::Refused(Box::new(problem))
    }
}

impl From<refinery::Error> for Error {
    fn from(error: refinery::Error) -> Self {
        Self::Migration(Box::new(error))
    }
}

impl Error {
    /// The disk takes no more. A quota and a limit on the size of a file are full disks too; SQLite calls both a failed write.
    pub fn disk_full(&self) -> bool {
        use std::io::ErrorKind as Kind;
        match self {
            Error::Database(rusqlite::Error::SqliteFailure(e, _)) => {
                e.code == rusqlite::ErrorCode::DiskFull || e.extended_code == rusqlite::ffi::SQLITE_IOERR_WRITE
            }
            Error::File(e) => matches!(e.kind(), Kind::StorageFull | Kind::QuotaExceeded | Kind::FileTooLarge),
            Error::Refused(problem) => problem.code == Code::ServerDiskFull,
            _ => false,
        }
    }

    /// What crosses the door: refusals as they are, failures as an incident whose number stands in the log.
    pub fn problem(self) -> Problem {
        let code = match &self {
            Error::Refused(problem) => return (**problem).clone(),
            error if error.disk_full() => Code::ServerDiskFull,
            Error::DatabaseNewer { .. } => Code::DatabaseNewer,
            Error::Database(_)
            | Error::Migration(_)
            | Error::File(_)
            | Error::Json(_)
            | Error::Seal(_)
            | Error::Unfinished => Code::Internal,
        };
        let incident = crate::secret::random_hex(4);
        tracing::error!(%incident, error = %self, "a request failed");
        Problem { incident, ..Problem::new(code) }
    }
}

impl IntoResponse for Error {
    fn into_response(self) -> Response {
        respond(self.problem())
    }
}

/// A problem as an HTTP answer.
pub fn respond(problem: Problem) -> Response {
    (status(problem.code), axum::Json(problem)).into_response()
}

/// The status with which a code is answered.
pub fn status(code: Code) -> StatusCode {
    use Code as C;
    match code {
        C::SignInFailed | C::NotSignedIn | C::TokenInvalid | C::EnrolmentCodeInvalid => StatusCode::UNAUTHORIZED,
        C::NotAllowed | C::CsrfMissing | C::DeviceRevoked => StatusCode::FORBIDDEN,
        C::TooManyTries => StatusCode::TOO_MANY_REQUESTS,
        C::BadRequest | C::ProtocolUnknown => StatusCode::BAD_REQUEST,
        C::TooSlow => StatusCode::REQUEST_TIMEOUT,
        C::TooLarge => StatusCode::PAYLOAD_TOO_LARGE,
        C::ContentTypeWrong => StatusCode::UNSUPPORTED_MEDIA_TYPE,
        C::UnknownCommand | C::NotFound | C::AttachmentUnknown => StatusCode::NOT_FOUND,
        C::MethodNotAllowed => StatusCode::METHOD_NOT_ALLOWED,
        C::Fork | C::Gap | C::OffsetMismatch | C::OrderChanged | C::AlreadySealed | C::Conflict => StatusCode::CONFLICT,
        C::ServerDiskFull | C::DiskFull => StatusCode::INSUFFICIENT_STORAGE,
        C::ServerTrouble | C::Offline | C::Busy => StatusCode::SERVICE_UNAVAILABLE,
        C::Internal | C::DatabaseNewer | C::DatabaseDamaged | C::FolderReadOnly => StatusCode::INTERNAL_SERVER_ERROR,
        // Everything else is a request that was read and cannot be followed.
        _ => StatusCode::UNPROCESSABLE_ENTITY,
    }
}
