//! The store: one encrypted database file per data folder, behind a passphrase.
//!
//! A random data key encrypts the database; the keys file beside it holds that key under the
//! passphrase, the recovery key and the system's keychain. A saved change is one transaction: the
//! new revision of the case (never overwritten), what belongs to it, and a row of the hash-chained
//! audit log. Most files here are one table each.
//! Times are UTC and come in as arguments. Nothing in an error names a patient: an error carries
//! codes, numbers and random ids only, never what SQLite says about values or statements.

mod assessments;
mod audit;
mod backup;
mod cases;
mod cipher;
mod drafts;
mod failed_unlocks;
mod files;
pub mod fuzzing;
mod hardening;
mod imports;
mod key_images;
mod keychain;
mod keys;
mod meetings;
mod migrations;
mod opening;
mod people;
mod recalibration_signature;
mod recovery_key;
mod register;
mod rekey;
mod revisions;
mod search;
mod secret_rules;
mod settings;
#[cfg(test)]
mod trial;
mod wrapping_keys;

pub use assessments::StoredAssessment;
pub use audit::{
    Actor, AgainstFault, AgainstReport, AuditEntry, AuditFault, AuditReport, AuditRow,
    anchor::{ANCHOR_FILE, AnchorFault, SignedHead},
    fingerprint,
};
pub use backup::{BackupInfo, backup_info};
pub use cases::{CaseList, CaseSummary, Change};
pub use drafts::Draft;
pub use failed_unlocks::FAILED_UNLOCKS_FILE;
pub use files::WholeFile;
pub use hardening::Secret;
pub use imports::{ChangedCase, ImportRevision, NewImport, StoredImport, content_hash};
pub use key_images::{KeyImagePixels, StoredKeyImage};
pub use keychain::{Kept, Keychain, KeychainFault, NoKeychain, system_keychain};
pub use keys::KEYS_FILE;
pub use meetings::{Listed, StoredMeeting};
pub use opening::{DATABASE_FILE, LOCK_FILE, MINIMUM_PASSPHRASE_CHARACTERS, Store, StoreState};
pub use people::{MOST_WRONG_SECRETS, Person, PersonChange, PersonInput, Role, Specialty};
pub use recalibration_signature::{anchored_key, verifies_recalibration};
pub use register::{ActionRow, ClockRow, DueRow, EpisodeRow, RunningSince};
pub use rekey::PreparedKeys;
pub use revisions::{RevisionInfo, StoredCase};
pub use search::{FoundText, TextKind};
pub use secret_rules::MINIMUM_SECRET_CHARACTERS;

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
    /// There is a database that only a keys file can open.
    #[error("the keys file of this database is missing; restore it from a backup copy")]
    KeysMissing,
    #[error("the keys file of this database is damaged; restore it from a backup copy")]
    KeysDamaged,
    /// The keys file is whole, but the database does not open with what it holds.
    #[error(
        "the keys file and the database do not belong together, or the start of the database is \
         damaged; restore both from the same backup copy"
    )]
    KeysOfAnother,
    #[error(
        "the keys file is of version {found} and this program knows up to version {known}; \
         open it with a newer SpineBoard"
    )]
    NewerKeys { found: i64, known: i64 },
    /// The passphrase that was entered is the right one on the other side of the change.
    #[error("a change of the passphrase was interrupted; enter the other of the two passphrases")]
    PassphraseChangeUnfinished,
    #[error("the recovery key does not open this database")]
    WrongRecoveryKey,
    /// Groups are counted from 1.
    #[error("group {group} of the recovery key does not read as it was shown")]
    RecoveryKeyMisread { group: usize },
    #[error("no recovery key was made for this database")]
    NoRecoveryKey,
    #[error("the keychain of this computer does not answer")]
    KeychainUnavailable,
    #[error("the keychain of this computer does not hold the key of this database")]
    KeychainEmpty,
    #[error("there is not enough free memory to check the passphrase")]
    NotEnoughMemory,
    #[error("this is not the secret of this person")]
    WrongSecret,
    #[error("the secret was wrong {MOST_WRONG_SECRETS} times in a row")]
    TooManyAttempts,
    /// See [`MINIMUM_SECRET_CHARACTERS`].
    #[error("a personal secret needs at least {minimum} characters")]
    SecretTooShort { minimum: usize },
    #[error("this secret is among the first that others would guess")]
    SecretTooSimple,
    #[error("there is no such active person")]
    UnknownPerson,
    #[error("a person needs a name")]
    NameNeeded,
    #[error("there is a person of this name already")]
    PersonExists,
    #[error("at least one active chair or coordinator is needed")]
    LastManager,
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
    #[error("there is no meeting with this id")]
    UnknownMeeting,
    #[error("there is no import with this id, or it was taken back already")]
    UnknownImport,
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
    #[error("this is the name of a file of the store itself; choose another name or folder")]
    OwnFolder,
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
            StoreError::KeysMissing => "keys_missing",
            StoreError::KeysDamaged => "keys_damaged",
            StoreError::KeysOfAnother => "keys_of_another",
            StoreError::NewerKeys { .. } => "newer_keys",
            StoreError::PassphraseChangeUnfinished => "passphrase_change_unfinished",
            StoreError::WrongRecoveryKey => "wrong_recovery_key",
            StoreError::RecoveryKeyMisread { .. } => "recovery_key_misread",
            StoreError::NoRecoveryKey => "no_recovery_key",
            StoreError::KeychainUnavailable => "keychain_unavailable",
            StoreError::KeychainEmpty => "keychain_empty",
            StoreError::NotEnoughMemory => "not_enough_memory",
            StoreError::WrongSecret => "wrong_secret",
            StoreError::TooManyAttempts => "too_many_attempts",
            StoreError::SecretTooShort { .. } => "secret_too_short",
            StoreError::SecretTooSimple => "secret_too_simple",
            StoreError::UnknownPerson => "unknown_person",
            StoreError::NameNeeded => "name_needed",
            StoreError::PersonExists => "person_exists",
            StoreError::LastManager => "last_manager",
            StoreError::NewerDatabase { .. } => "newer_database",
            StoreError::LockedByAnother => "locked_by_another",
            StoreError::DiskFull => "disk_full",
            StoreError::ReadOnly => "read_only",
            StoreError::Damaged => "damaged",
            StoreError::ChangedElsewhere { .. } => "changed_elsewhere",
            StoreError::UnknownCase => "unknown_case",
            StoreError::UnknownMeeting => "unknown_meeting",
            StoreError::UnknownImport => "unknown_import",
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
            StoreError::OwnFolder => "own_folder",
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
