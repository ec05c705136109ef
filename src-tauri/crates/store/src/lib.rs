//! The store: one encrypted database file per data folder, behind a passphrase.
//!
//! A saved change is one transaction: the new revision of the case (never overwritten), what
//! belongs to it, and a row of the hash-chained audit log. Every file here but two is one table.
//! Times are UTC and come in as arguments. Nothing in an error names a patient: an error carries
//! codes, numbers and random ids only, never what SQLite says about values or statements.

mod assessments;
mod audit;
mod backup;
mod cases;
mod drafts;
mod files;
mod key_images;
mod migrations;
mod opening;
mod revisions;
mod settings;
#[cfg(test)]
mod trial;

pub use assessments::StoredAssessment;
pub use audit::{
    Actor, AgainstFault, AgainstReport, AuditEntry, AuditFault, AuditReport, AuditRow,
    anchor::{ANCHOR_FILE, AnchorFault, SignedHead},
};
pub use backup::{BackupInfo, backup_info};
pub use cases::{CaseSummary, Change};
pub use drafts::Draft;
pub use files::WholeFile;
pub use key_images::{KeyImagePixels, StoredKeyImage};
pub use opening::{DATABASE_FILE, LOCK_FILE, MINIMUM_PASSPHRASE_CHARACTERS, Store, StoreState};
pub use revisions::{RevisionInfo, StoredCase};

use chrono::{DateTime, SecondsFormat, Utc};
use rusqlite::ErrorCode;
use std::io;

/// Why the store refuses. [`StoreError::code`] is what the screen acts on.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum StoreError {
    #[error("there is no database in this folder yet")]
    NotCreated,
    #[error("there is a database in this folder already")]
    AlreadyCreated,
    #[error("the passphrase does not open this database")]
    WrongPassphrase,
    /// See [`MINIMUM_PASSPHRASE_CHARACTERS`].
    #[error("a passphrase needs at least {minimum} characters: it alone protects a lost laptop")]
    PassphraseTooShort { minimum: usize },
    #[error("a passphrase cannot hold control characters")]
    PassphraseNotText,
    #[error(
        "the database is of version {found} and this program knows up to version {known}; \
         open it with a newer SpineBoard"
    )]
    NewerDatabase { found: i64, known: i64 },
    #[error("another SpineBoard window or program has this data folder open")]
    LockedByAnother,
    #[error("the disk is full; nothing that was saved before is lost")]
    DiskFull,
    #[error("the data folder cannot be written to")]
    ReadOnly,
    #[error("the database file is damaged; restore it from a copy")]
    Damaged,
    /// Someone saved in between: `newest` is the revision to look at first.
    #[error("the case was changed elsewhere: revision {newest} is newer than {expected}")]
    ChangedElsewhere { expected: u32, newest: u32 },
    #[error("there is no case with this id")]
    UnknownCase,
    #[error("the case has no revision {revision}")]
    UnknownRevision { revision: u32 },
    /// The record is kept; this version of the program cannot show it.
    #[error("revision {revision} was written by a newer SpineBoard and cannot be read")]
    UnreadableRevision { revision: u32 },
    /// For example a number that is not finite, which JSON cannot carry.
    #[error("the case holds a value that could not be read back, so it was not saved")]
    NotStorable,
    #[error("the operating system gives no random numbers, so no key can be made")]
    NoRandomness,
    #[error("the file is not a backup of SpineBoard")]
    NotABackup,
    #[error("the backup was written by a newer SpineBoard; open it with that one")]
    NewerBackup,
    #[error("the backup is damaged; use another one")]
    BackupDamaged,
    /// What was read back is not what was to be kept; the file was removed again.
    #[error("the backup did not come back as it was written, so it was not kept")]
    BackupUnfaithful,
    #[error("the file cannot be read ({0:?})")]
    Unreadable(io::ErrorKind),
    #[error("the file cannot be written there ({0:?})")]
    Unwritable(io::ErrorKind),
    #[error("the file is not an exported audit log or a backup of SpineBoard")]
    NotAnExport,
    #[error("other pixels are already kept under this key image id")]
    KeyImageExists,
    #[error("the data folder cannot be reached ({0:?})")]
    Folder(io::ErrorKind),
    /// SQLite's extended result code, <https://sqlite.org/rescode.html>; zero where it has none.
    #[error("the database refused (code {0})")]
    Database(i32),
}

impl StoreError {
    /// A fault of a file that was named, which is not in the data folder.
    pub(crate) fn source(error: io::Error) -> StoreError {
        StoreError::Unreadable(error.kind())
    }

    /// A fault of a place outside the data folder.
    pub(crate) fn target(error: io::Error) -> StoreError {
        StoreError::Unwritable(error.kind())
    }

    /// A stable code for the words on screen.
    pub fn code(&self) -> &'static str {
        match self {
            StoreError::NotCreated => "not_created",
            StoreError::AlreadyCreated => "already_created",
            StoreError::WrongPassphrase => "wrong_passphrase",
            StoreError::PassphraseTooShort { .. } => "passphrase_too_short",
            StoreError::PassphraseNotText => "passphrase_not_text",
            StoreError::NewerDatabase { .. } => "newer_database",
            StoreError::LockedByAnother => "locked_by_another",
            StoreError::DiskFull => "disk_full",
            StoreError::ReadOnly => "read_only",
            StoreError::Damaged => "damaged",
            StoreError::ChangedElsewhere { .. } => "changed_elsewhere",
            StoreError::UnknownCase => "unknown_case",
            StoreError::UnknownRevision { .. } => "unknown_revision",
            StoreError::UnreadableRevision { .. } => "unreadable_revision",
            StoreError::NotStorable => "not_storable",
            StoreError::NoRandomness => "no_randomness",
            StoreError::NotABackup => "not_a_backup",
            StoreError::NewerBackup => "newer_backup",
            StoreError::BackupDamaged => "backup_damaged",
            StoreError::BackupUnfaithful => "backup_unfaithful",
            StoreError::Unreadable(_) => "file_unreadable",
            StoreError::Unwritable(_) => "file_unwritable",
            StoreError::NotAnExport => "not_an_export",
            StoreError::KeyImageExists => "key_image_exists",
            StoreError::Folder(_) => "folder",
            StoreError::Database(_) => "database",
        }
    }
}

impl From<rusqlite::Error> for StoreError {
    /// Keeps the result code and drops the text, which may quote values or statements.
    fn from(error: rusqlite::Error) -> StoreError {
        let failure = match error {
            rusqlite::Error::SqliteFailure(failure, _) => failure,
            rusqlite::Error::SqlInputError { error, .. } => error,
            rusqlite::Error::Utf8Error(..)
            | rusqlite::Error::InvalidColumnType(..)
            | rusqlite::Error::IntegralValueOutOfRange(..)
            | rusqlite::Error::FromSqlConversionFailure(..) => return StoreError::Damaged,
            _ => return StoreError::Database(0),
        };
        match failure.code {
            ErrorCode::DiskFull => StoreError::DiskFull,
            ErrorCode::ReadOnly | ErrorCode::PermissionDenied => StoreError::ReadOnly,
            ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase => StoreError::Damaged,
            ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked => StoreError::LockedByAnother,
            _ => StoreError::Database(failure.extended_code),
        }
    }
}

impl From<io::Error> for StoreError {
    fn from(error: io::Error) -> StoreError {
        match error.kind() {
            io::ErrorKind::PermissionDenied | io::ErrorKind::ReadOnlyFilesystem => {
                StoreError::ReadOnly
            }
            io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => StoreError::DiskFull,
            kind => StoreError::Folder(kind),
        }
    }
}

/// A time as kept in the tables: fixed width, so that text order is time order.
fn time_text(time: DateTime<Utc>) -> String {
    time.to_rfc3339_opts(SecondsFormat::Micros, true)
}

/// Reads what [`time_text`] wrote.
fn time_of(text: &str) -> Result<DateTime<Utc>, StoreError> {
    DateTime::parse_from_rfc3339(text)
        .map(|time| time.with_timezone(&Utc))
        .map_err(|_| StoreError::Damaged)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_error_never_repeats_what_the_database_says() {
        let said = Some("UNIQUE constraint failed: cases.family_name Kowalska".to_owned());
        let constraint = rusqlite::ffi::Error::new(2067);
        let error = StoreError::from(rusqlite::Error::SqliteFailure(constraint, said));
        assert_eq!(error, StoreError::Database(2067));
        assert!(!format!("{error} {error:?}").contains("Kowalska"));
    }

    #[test]
    fn times_keep_their_order_as_text() {
        let whole = DateTime::from_timestamp(1_800_000_000, 0).unwrap_or_default();
        let later = DateTime::from_timestamp(1_800_000_000, 1_000).unwrap_or_default();
        assert_eq!(time_text(whole), "2027-01-15T08:00:00.000000Z");
        assert!(time_text(whole) < time_text(later));
        assert_eq!(time_of(&time_text(later)), Ok(later));
        assert_eq!(time_of("yesterday"), Err(StoreError::Damaged));
    }
}
