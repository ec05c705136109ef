//! Creating and opening the database of a data folder: by passphrase, recovery key or keychain.

use crate::{
    StoreError,
    audit::{self, AuditEntry},
    cipher::{self, Unlocking},
    failed_unlocks, files,
    hardening::Key,
    keychain::{Keychain, KeychainFault},
    keys::{KEYS_FILE, KeysFile, SlotKind, Unwrapped},
    migrations::{self, MIGRATIONS},
    recovery_key, rekey,
};
use chrono::{DateTime, Utc};
use rusqlite::Connection;
use std::{
    fs::{self, File, TryLockError},
    io,
    path::{Path, PathBuf},
};

/// The encrypted database inside the data folder.
pub const DATABASE_FILE: &str = "spineboard.db";

/// Held locked while a program has the folder open; its content means nothing.
pub const LOCK_FILE: &str = "spineboard.lock";

/// A file up to so many bytes is looked at as a whole before it is opened. A larger one would take many seconds; each page of it is
/// checked when it is read, and all of them by each backup.
const MOST_CHECKED_BYTES: u64 = 256 << 20;

/// A database that is still being made; left over only if that was interrupted.
const UNFINISHED_FILE: &str = "spineboard.db.unfinished";

/// The shortest passphrase taken. A stolen laptop can be guessed at without limit, and nothing
/// else stands in the way: NIST SP 800-63B-4, section 3.1.1.2, asks for 15 characters of a
/// password that is the only factor.
pub const MINIMUM_PASSPHRASE_CHARACTERS: usize = 15;

/// Number of a store's first data key.
pub(crate) const FIRST_GENERATION: u32 = 1;

/// What can be told of a data folder without the passphrase.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StoreState {
    Absent,
    /// `in_use`: another window or program has it open. `keychain`: it may be opened by the
    /// system's keychain.
    Present {
        in_use: bool,
        keychain: bool,
    },
}

/// An open database. Dropping it, or better [`Store::close`], lets others open it and wipes its
/// key from memory.
#[derive(Debug)]
pub struct Store {
    // Fields drop in order: the database closes before the lock goes.
    pub(crate) connection: Connection,
    pub(crate) folder: PathBuf,
    pub(crate) keys: KeysFile,
    pub(crate) generation: u32,
    pub(crate) data_key: Key,
    pub(crate) lock: File,
}

impl Store {
    /// Looks at a folder without touching it.
    pub fn state(folder: &Path) -> Result<StoreState, StoreError> {
        if !folder.join(DATABASE_FILE).try_exists()? {
            return Ok(StoreState::Absent);
        }
        let in_use = match File::open(folder.join(LOCK_FILE)) {
            Ok(file) => matches!(file.try_lock_shared(), Err(TryLockError::WouldBlock)),
            Err(error) if error.kind() == io::ErrorKind::NotFound => false,
            Err(error) => return Err(error.into()),
        };
        let keychain = KeysFile::read(folder).is_ok_and(|keys| keys.has(SlotKind::Keychain));
        Ok(StoreState::Present { in_use, keychain })
    }

    /// Makes the folder where needed, a data key behind the passphrase and an empty database
    /// under it, then opens that. An interruption leaves no half-made database behind.
    pub fn create(
        folder: &Path,
        passphrase: &str,
        now: DateTime<Utc>,
    ) -> Result<Store, StoreError> {
        check_new_passphrase(passphrase)?;
        fs::create_dir_all(folder)?;
        let lock = lock(folder)?;
        let database = folder.join(DATABASE_FILE);
        if database.try_exists()? {
            return Err(StoreError::AlreadyCreated);
        }
        let unfinished = folder.join(UNFINISHED_FILE);
        files::remove(&unfinished)?;
        // An anchor without its database speaks of another one.
        files::remove(&folder.join(audit::anchor::ANCHOR_FILE))?;
        let data_key = Key::random()?;
        let mut keys = KeysFile::new()?;
        keys.add_passphrase(passphrase, FIRST_GENERATION, &data_key)?;
        let mut connection = cipher::create(&unfinished, &data_key)?;
        migrations::migrate(&mut connection, &MIGRATIONS)?;
        audit::sign_from_here(&mut connection, now)?;
        connection.close().map_err(|(_, error)| error)?;
        set_aside_keys(folder, now)?;
        keys.write(folder)?;
        files::rename(&unfinished, &database)?;
        let connection = cipher::open(&database, Unlocking::Key(&data_key))?;
        let mut store = ready(
            folder,
            connection,
            keys,
            (FIRST_GENERATION, data_key),
            lock,
            now,
        )?;
        store.note_unlocked(now)?;
        Ok(store)
    }

    /// Opens the database of a folder, brings it to this program's version and notes the opening
    /// in the audit log. A refusal leaves the files as they were. A database from before there
    /// were keys files is taken over.
    pub fn open(folder: &Path, passphrase: &str, now: DateTime<Utc>) -> Result<Store, StoreError> {
        noting_failure(folder, now, |lock| {
            let mut keys = match KeysFile::read(folder) {
                Err(StoreError::KeysMissing)
                    if !cipher::needs_keys_file(&folder.join(DATABASE_FILE))? =>
                {
                    rekey::begin_takeover(folder, passphrase)?
                }
                read => read?,
            };
            let found = keys.by_passphrase(passphrase)?;
            if let (true, Some((_, data_key))) = (keys.takes_over, found.first()) {
                keys = rekey::finish_takeover(folder, keys, passphrase, data_key)?;
            }
            open_by(folder, keys, found, StoreError::WrongPassphrase, lock, now)
        })
    }

    /// Opens the database by the recovery key and puts a new passphrase in place of the old.
    pub fn open_with_recovery_key(
        folder: &Path,
        recovery_key: &str,
        new_passphrase: &str,
        now: DateTime<Utc>,
    ) -> Result<Store, StoreError> {
        check_new_passphrase(new_passphrase)?;
        let wrapping = recovery_key::read(recovery_key)?;
        let mut store = noting_failure(folder, now, |lock| {
            let keys = KeysFile::read(folder)?;
            if !keys.has(SlotKind::Recovery) {
                return Err(StoreError::NoRecoveryKey);
            }
            let found = keys.by_random(SlotKind::Recovery, &wrapping);
            open_by(folder, keys, found, StoreError::WrongRecoveryKey, lock, now)
        })?;
        store.audit_append(&AuditEntry::new("", "recovery_key_used"), now)?;
        let prepared = store.prepare_passphrase(new_passphrase, "", now)?;
        store.change_keys(prepared, now)
    }

    /// Opens the database by what the system's keychain keeps.
    pub fn open_with_keychain(
        folder: &Path,
        keychain: &dyn Keychain,
        now: DateTime<Utc>,
    ) -> Result<Store, StoreError> {
        noting_failure(folder, now, |lock| {
            let keys = KeysFile::read(folder)?;
            if !keys.has(SlotKind::Keychain) {
                return Err(StoreError::KeychainEmpty);
            }
            let secret = keychain.get(&keys.name())?;
            let wrapping = Key::from_slice(&secret).ok_or(StoreError::KeychainEmpty)?;
            let found = keys.by_random(SlotKind::Keychain, &wrapping);
            open_by(folder, keys, found, StoreError::KeychainEmpty, lock, now)
        })
    }

    /// Closes the database and says if that failed, which dropping cannot.
    pub fn close(self) -> Result<(), StoreError> {
        self.connection.close().map_err(|(_, error)| error.into())
    }

    fn note_unlocked(&mut self, now: DateTime<Utc>) -> Result<(), StoreError> {
        failed_unlocks::fold_in(&mut self.connection, &self.folder)?;
        self.audit_append(&AuditEntry::new("", "unlocked"), now)?;
        self.clear_away()
    }
}

impl From<KeychainFault> for StoreError {
    fn from(fault: KeychainFault) -> StoreError {
        match fault {
            KeychainFault::Unavailable => StoreError::KeychainUnavailable,
            KeychainFault::Empty => StoreError::KeychainEmpty,
        }
    }
}

/// Refuses a passphrase that is too short or cannot be typed again.
pub(crate) fn check_new_passphrase(passphrase: &str) -> Result<(), StoreError> {
    if passphrase.chars().any(char::is_control) {
        return Err(StoreError::PassphraseNotText);
    }
    if passphrase.chars().count() < MINIMUM_PASSPHRASE_CHARACTERS {
        let minimum = MINIMUM_PASSPHRASE_CHARACTERS;
        return Err(StoreError::PassphraseTooShort { minimum });
    }
    Ok(())
}

/// Takes the folder's lock, which the operating system lets go of when the program ends.
pub(crate) fn lock(folder: &Path) -> Result<File, StoreError> {
    let path = folder.join(LOCK_FILE);
    let file = File::options()
        .create(true)
        .truncate(false)
        .write(true)
        .open(path)?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => Err(StoreError::LockedByAnother),
        Err(TryLockError::Error(error)) => Err(error.into()),
    }
}

/// Keys without a database may be the only ones of a database that was moved away: they are kept
/// under another name.
pub(crate) fn set_aside_keys(folder: &Path, now: DateTime<Utc>) -> Result<(), StoreError> {
    let path = folder.join(KEYS_FILE);
    if path.try_exists()? {
        let kept = format!("{KEYS_FILE}.kept-{}", now.format("%Y%m%d-%H%M%S%6f"));
        files::rename(&path, &folder.join(kept))?;
    }
    Ok(())
}

/// Opens under the folder's lock and writes down an attempt with a wrong secret.
fn noting_failure(
    folder: &Path,
    now: DateTime<Utc>,
    open: impl FnOnce(File) -> Result<Store, StoreError>,
) -> Result<Store, StoreError> {
    let database = folder.join(DATABASE_FILE);
    if !database.try_exists()? {
        return Err(StoreError::NotCreated);
    }
    let lock = lock(folder)?;
    cipher::look_at_file(&database)?;
    let mut store = open(lock).inspect_err(|error| {
        if matches!(
            error,
            StoreError::WrongPassphrase | StoreError::WrongRecoveryKey
        ) {
            failed_unlocks::note(folder, now);
        }
    })?;
    store.note_unlocked(now)?;
    Ok(store)
}

/// Opens the database by the first of the found data keys that fits. During a change of keys there
/// may be two; then the one that fits is the one to stay.
fn open_by(
    folder: &Path,
    mut keys: KeysFile,
    found: Vec<Unwrapped>,
    wrong: StoreError,
    lock: File,
    now: DateTime<Utc>,
) -> Result<Store, StoreError> {
    if found.is_empty() {
        return Err(wrong);
    }
    let path = folder.join(DATABASE_FILE);
    for (generation, data_key) in found {
        let connection = match cipher::open(&path, Unlocking::Key(&data_key)) {
            Err(StoreError::WrongPassphrase) => continue,
            opened => opened?,
        };
        migrations::check_version(&connection)?;
        if keys.is_between() {
            keys.slots.retain(|slot| slot.generation == generation);
            keys.write(folder)?;
        }
        rekey::remove_copy(folder)?;
        return ready(folder, connection, keys, (generation, data_key), lock, now);
    }
    Err(match keys.is_between() {
        true => StoreError::PassphraseChangeUnfinished,
        false => StoreError::KeysOfAnother,
    })
}

/// Makes an unlocked database ready for work: checked, in its journal mode, of this version.
pub(crate) fn ready(
    folder: &Path,
    mut connection: Connection,
    keys: KeysFile,
    (generation, data_key): Unwrapped,
    lock: File,
    now: DateTime<Utc>,
) -> Result<Store, StoreError> {
    if connection.is_readonly("main")? {
        return Err(StoreError::ReadOnly);
    }
    migrations::check_version(&connection)?;
    connection.execute_batch(
        "PRAGMA journal_mode = WAL;
         PRAGMA synchronous = FULL;
         PRAGMA wal_checkpoint(TRUNCATE);",
    )?;
    if fs::metadata(folder.join(DATABASE_FILE))?.len() <= MOST_CHECKED_BYTES {
        cipher::check_pages(&connection)?;
    }
    migrations::migrate(&mut connection, &MIGRATIONS)?;
    Store::bring_register_up_to_date(&mut connection)?;
    audit::anchor::check(&mut connection, folder, now)?;
    audit::sign_from_here(&mut connection, now)?;
    let store = Store {
        connection,
        folder: folder.to_owned(),
        keys,
        generation,
        data_key,
        lock,
    };
    store.move_anchor();
    Ok(store)
}

#[cfg(test)]
mod tests;
