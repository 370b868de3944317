//! What every refusal looks like on the wire: a code, plain words for the log, details for the sentence on the screen.
//! The words a person reads live in the interface's catalogue, exhaustive over [`Code`].

use serde::{Deserialize, Serialize};
use serde_json::Value;
use ts_rs::TS;

macro_rules! codes {
    ($($(#[$doc:meta])* $name:ident => $text:literal),* $(,)?) => {
        /// Every reason for which a door of the product can say no.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, TS)]
        #[serde(rename_all = "snake_case")]
        #[ts(export, rename_all = "snake_case")]
        pub enum Code { $($(#[$doc])* $name),* }

        impl Code {
            /// All codes, for exhaustive tests.
            pub const ALL: &'static [Code] = &[$(Code::$name),*];
            /// A plain English sentence for logs and for clients without a catalogue.
            pub fn sentence(self) -> &'static str { match self { $(Code::$name => $text),* } }
        }
    };
}

codes! {
    // Who
    SignInFailed => "The login name or the password is wrong.",
    NotSignedIn => "Sign in first.",
    PasswordTooShort => "The password needs at least ten characters.",
    LoginTaken => "This login name is taken.",
    LastAdmin => "The company needs at least one administrator.",
    NotAllowed => "Your role may not do this.",
    TooManyTries => "Too many tries; wait a little.",
    CsrfMissing => "The request did not come from the console.",
    // Enrolment and devices
    EnrolmentTextDamaged => "The enrolment text was mistyped or is not whole.",
    EnrolmentCodeInvalid => "This enrolment code is unknown, used or too old.",
    EnrolmentForAnother => "This enrolment code was made for somebody else.",
    NotCopied => "This device's data was not copied: there is nothing to enrol anew.",
    NotEnrolled => "This device is not enrolled yet.",
    AlreadyEnrolled => "This device is already enrolled.",
    DeviceRevoked => "This device has been revoked.",
    CollectUnfinished => "This device has been revoked and still holds files that the office has not got; nothing was erased.",
    ServerKeyWrong => "The other side cannot prove that it is the company's server.",
    TokenInvalid => "The device's token is not known here.",
    Locked => "The app is locked; enter the PIN.",
    PinWrong => "The PIN is wrong.",
    PinTooShort => "The PIN needs at least four digits.",
    RecoveryCodeInvalid => "This recovery code does not open this device.",
    KeyLost => "The system's key store has lost the key of the data.",
    // Requests
    BadRequest => "The request could not be read.",
    ContentTypeWrong => "This address takes no body of that type.",
    WrongType => "A field of the request has the wrong type.",
    TooSlow => "The request came too slowly.",
    TooLarge => "The request is larger than allowed.",
    UnknownCommand => "This version does not know that command.",
    ProtocolUnknown => "The other side speaks a protocol that this version does not know.",
    NotFound => "There is no such record here.",
    MethodNotAllowed => "This address does not accept that method.",
    // Sync
    SignatureInvalid => "The signature does not fit the content.",
    ChangeMalformed => "The change could not be read.",
    Fork => "Another change with the same number was received before; this device's data was copied.",
    Gap => "Changes before this one are missing.",
    AuthorMismatch => "The change was not made by the person this device belongs to.",
    ScopeViolation => "The change speaks about something outside the device's reach.",
    ParcelForeign => "This is no file of exported work.",
    ParcelNewer => "The file of exported work was written by a newer version.",
    ParcelOtherCompany => "The file of exported work is for another company's server.",
    ParcelAltered => "The file of exported work was altered or is not whole; nothing of it was taken in.",
    PassphraseWrong => "The passphrase of the recovery key is wrong.",
    // Attachments and photos
    NotAPicture => "The file is no picture that can be read.",
    PictureTooLarge => "The picture has more points than can be handled.",
    HashMismatch => "The file does not match its fingerprint.",
    OffsetMismatch => "The upload continues at another place.",
    AttachmentUnknown => "No record that you may see names this file.",
    // Field work
    ReadingImpossible => "The value lies outside what is physically possible.",
    ReadingUnusual => "The value is unusual; confirm it.",
    KitIncomplete => "Mandatory items are missing in the kit.",
    RagNotReleasable => "The cleaning rag is always mandatory.",
    ReasonMissing => "A reason is needed.",
    NotContacted => "The customer has not been contacted yet.",
    NotArrived => "The arrival has not been recorded yet.",
    DoorIncomplete => "The check at the door is not complete.",
    NotSafe => "The safety checklist is not complete, or an answer stops the work.",
    NotDiagnosed => "The diagnosis is not complete.",
    FeesNotShown => "The fee schedule has not been shown yet.",
    NoConsent => "The customer has not agreed to the estimate.",
    RepairIncomplete => "The repair is not completely recorded.",
    HandoverIncomplete => "The hand-over is not complete.",
    PhotosMissing => "Photos before and after are needed.",
    RatingMissing => "Choose one of the four ways to end the order.",
    SignatureEmpty => "There is no signature on the pad.",
    RatingConfirmed => "The customer has confirmed this rating; only the customer begins it anew.",
    AlreadySealed => "The order is sealed and does not change any more.",
    NotSealed => "The order is not sealed yet.",
    FilesMissing => "Photos of the order have not arrived yet.",
    OrderContested => "Two documents claim this revision; name the valid one first.",
    OrderChanged => "The order changed after it was shown; show it again.",
    JobCancelled => "The job was cancelled.",
    // Reference data
    NegativePrice => "A price is negative.",
    DatesOverlap => "Two fee schedules would be valid on the same day.",
    ReferenceInvalid => "The published data is not consistent.",
    TemplateBroken => "The template cannot be set.",
    // Values
    FieldInvalid => "A value does not have the form this field needs.",
    Conflict => "Somebody else changed this meanwhile; choose.",
    // Machine
    DiskFull => "The disk is full.",
    ServerDiskFull => "The server's disk is full.",
    FolderReadOnly => "The data folder cannot be written.",
    Busy => "Another action still runs; try again.",
    DatabaseNewer => "The data was written by a newer version of the app.",
    DatabaseDamaged => "The database file is damaged.",
    Offline => "There is no connection.",
    ServerTrouble => "The server could not answer.",
    Internal => "Something unexpected happened.",
}

/// A refusal as it crosses a door: typed, without SQL, paths or secrets.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS, thiserror::Error)]
#[ts(export)]
#[error("{message}")]
pub struct Problem {
    pub code: Code,
    /// Plain words for logs; screens use their catalogue.
    pub message: String,
    /// What the sentence on the screen needs: names of missing items, ranges, field names.
    #[serde(default)]
    #[ts(type = "unknown")]
    pub details: Value,
    /// A short id under which the log tells more.
    #[serde(default)]
    pub incident: String,
}

impl Problem {
    pub fn new(code: Code) -> Self {
        Self { code, message: code.sentence().to_owned(), details: Value::Null, incident: String::new() }
    }

    pub fn with(code: Code, details: impl Serialize) -> Self {
        Self { details: serde_json::to_value(details).unwrap_or(Value::Null), ..Self::new(code) }
    }
}

impl From<Code> for Problem {
    fn from(code: Code) -> Self {
        Self::new(code)
    }
}

impl From<crate::parcel::NotOpened> for Code {
    fn from(why: crate::parcel::NotOpened) -> Self {
        use crate::parcel::NotOpened;
        match why {
            NotOpened::Foreign => Code::ParcelForeign,
            NotOpened::Newer => Code::ParcelNewer,
            NotOpened::OtherRecipient => Code::ParcelOtherCompany,
            NotOpened::Altered => Code::ParcelAltered,
        }
    }
}
