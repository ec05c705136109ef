//! Creating, opening and checking the encrypted database of a data folder.
//!
//! SQLCipher 4 with its published defaults, written out so that a later change of defaults cannot
//! lock anyone out (<https://www.zetetic.net/sqlcipher/sqlcipher-api/>): AES-256-CBC, a key from
//! PBKDF2-HMAC-SHA512 with 256,000 rounds, HMAC-SHA512 on every page of 4096 bytes.

use crate::{
    StoreError,
    audit::{self, AuditEntry},
    files,
    migrations::{self, MIGRATIONS},
};
use chrono::{DateTime, Utc};
use rusqlite::{Connection, ErrorCode, OpenFlags};
use std::{
    fs::{self, File, TryLockError},
    io::{self, Read},
    path::{Path, PathBuf},
};
use zeroize::Zeroizing;

/// The encrypted database inside the data folder.
pub const DATABASE_FILE: &str = "spineboard.db";

/// Held locked while a program has the folder open; its content means nothing.
pub const LOCK_FILE: &str = "spineboard.lock";

/// A database that is still being made; left over only if that was interrupted.
const UNFINISHED_FILE: &str = "spineboard.db.unfinished";

/// The shortest passphrase taken. A stolen laptop can be guessed at without limit, and nothing
/// else stands in the way: NIST SP 800-63B-4, section 3.1.1.2, asks for 15 characters of a
/// password that is the only factor.
pub const MINIMUM_PASSPHRASE_CHARACTERS: usize = 15;

/// Bytes per page, as set below; the file's length is a multiple of it.
const PAGE_BYTES: u64 = 4096;

const CIPHER: &str = "
    PRAGMA cipher_page_size = 4096;
    PRAGMA kdf_iter = 256000;
    PRAGMA cipher_hmac_algorithm = HMAC_SHA512;
    PRAGMA cipher_kdf_algorithm = PBKDF2_HMAC_SHA512;
    PRAGMA cipher_plaintext_header_size = 0;";

/// What can be told of a data folder without the passphrase.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StoreState {
    Absent,
    /// `in_use`: another window or program has it open.
    Present {
        in_use: bool,
    },
}

/// An open database. Dropping it, or better [`Store::close`], lets others open it.
#[derive(Debug)]
pub struct Store {
    // Fields drop in order: the database closes before the lock goes.
    pub(crate) connection: Connection,
    pub(crate) folder: PathBuf,
    _lock: File,
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
        Ok(StoreState::Present { in_use })
    }

    /// Makes the folder where needed and an empty database in it, then opens that. An
    /// interruption leaves no half-made database behind.
    pub fn create(
        folder: &Path,
        passphrase: &str,
        now: DateTime<Utc>,
    ) -> Result<Store, StoreError> {
        if passphrase.chars().any(char::is_control) {
            return Err(StoreError::PassphraseNotText);
        }
        if passphrase.chars().count() < MINIMUM_PASSPHRASE_CHARACTERS {
            let minimum = MINIMUM_PASSPHRASE_CHARACTERS;
            return Err(StoreError::PassphraseTooShort { minimum });
        }
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
        let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_CREATE;
        let mut connection = unlock(&unfinished, passphrase, flags)?;
        // One file without a companion until it has its name.
        connection.pragma_update(None, "journal_mode", "MEMORY")?;
        migrations::migrate(&mut connection, &MIGRATIONS)?;
        audit::sign_from_here(&mut connection, now)?;
        connection.close().map_err(|(_, error)| error)?;
        File::options().write(true).open(&unfinished)?.sync_all()?;
        fs::rename(&unfinished, &database)?;
        open_locked(folder, passphrase, lock, now)
    }

    /// Opens the database of a folder, brings it to this program's version and notes the opening
    /// in the audit log. A refusal leaves the file as it was.
    pub fn open(folder: &Path, passphrase: &str, now: DateTime<Utc>) -> Result<Store, StoreError> {
        if !folder.join(DATABASE_FILE).try_exists()? {
            return Err(StoreError::NotCreated);
        }
        let lock = lock(folder)?;
        open_locked(folder, passphrase, lock, now)
    }

    /// Closes the database and says if that failed, which dropping cannot.
    pub fn close(self) -> Result<(), StoreError> {
        self.connection.close().map_err(|(_, error)| error.into())
    }
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

fn open_locked(
    folder: &Path,
    passphrase: &str,
    lock: File,
    now: DateTime<Utc>,
) -> Result<Store, StoreError> {
    let path = folder.join(DATABASE_FILE);
    look_at_file(&path)?;
    let mut connection = unlock(&path, passphrase, OpenFlags::SQLITE_OPEN_READ_WRITE)?;
    if connection.is_readonly("main")? {
        return Err(StoreError::ReadOnly);
    }
    migrations::check_version(&connection)?;
    connection.execute_batch(
        "PRAGMA journal_mode = WAL;
         PRAGMA synchronous = FULL;
         PRAGMA wal_checkpoint(TRUNCATE);",
    )?;
    check_pages(&connection)?;
    migrations::migrate(&mut connection, &MIGRATIONS)?;
    audit::anchor::check(&mut connection, folder, now)?;
    audit::sign_from_here(&mut connection, now)?;
    audit::begin(&mut connection, &AuditEntry::new("", "unlocked"), now)?;
    let mut store = Store {
        connection,
        folder: folder.to_owned(),
        _lock: lock,
    };
    store.move_anchor();
    store.clear_away()?;
    Ok(store)
}

/// Tells a file that cannot be ours from a wrong passphrase: SQLCipher's answer is the same.
fn look_at_file(path: &Path) -> Result<(), StoreError> {
    let length = fs::metadata(path)?.len();
    if length == 0 || !length.is_multiple_of(PAGE_BYTES) {
        return Err(StoreError::Damaged);
    }
    let mut head = [0_u8; 16];
    File::open(path)?.read_exact(&mut head)?;
    // The first bytes are a random salt; these are the plain headers of a SQLite file and of zeros.
    if head == *b"SQLite format 3\0" || head == [0; 16] {
        return Err(StoreError::Damaged);
    }
    Ok(())
}

/// Opens the file and applies the key. The passphrase goes in as quoted text: the `hexkey` pragma
/// would cut it after 40 bytes without a word.
fn unlock(path: &Path, passphrase: &str, flags: OpenFlags) -> Result<Connection, StoreError> {
    if passphrase.chars().any(char::is_control) || passphrase.is_empty() {
        return Err(StoreError::WrongPassphrase);
    }
    let connection = Connection::open_with_flags(path, flags)?;
    // What goes wrong is told by the result; SQLCipher would also write it to standard error.
    connection
        .execute_batch("PRAGMA cipher_log_level = NONE; PRAGMA cipher_memory_security = ON;")?;
    let mut statement = Zeroizing::new(String::with_capacity(2 * passphrase.len() + 32));
    statement.push_str("PRAGMA key = '");
    for character in passphrase.chars() {
        if character == '\'' {
            statement.push('\'');
        }
        statement.push(character);
    }
    statement.push_str("';");
    connection.execute_batch(&statement)?;
    connection.execute_batch(CIPHER)?;
    let first_read = connection.execute_batch("SELECT count(*) FROM sqlite_master;");
    first_read.map_err(|error| match error.sqlite_error_code() {
        Some(ErrorCode::NotADatabase) => StoreError::WrongPassphrase,
        _ => error.into(),
    })?;
    connection.execute_batch(
        "PRAGMA foreign_keys = ON;
         PRAGMA secure_delete = ON;
         PRAGMA temp_store = MEMORY;",
    )?;
    Ok(connection)
}

/// Recomputes the HMAC of every page.
fn check_pages(connection: &Connection) -> Result<(), StoreError> {
    let mut faults = 0;
    connection.pragma_query(None, "cipher_integrity_check", |_| {
        faults += 1;
        Ok(())
    })?;
    if faults == 0 {
        Ok(())
    } else {
        Err(StoreError::Damaged)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
    use super::*;
    use crate::{
        Change,
        migrations::KNOWN_VERSION,
        trial::{self, PASSPHRASE, minutes_later, noon},
    };
    use tempfile::TempDir;

    /// A folder whose store holds `case-1` at revision 1 and is closed.
    fn closed() -> TempDir {
        let (folder, store) = trial::store_with_case();
        store.close().unwrap();
        folder
    }

    fn refusal(folder: &TempDir, passphrase: &str) -> StoreError {
        Store::open(folder.path(), passphrase, noon()).unwrap_err()
    }

    /// What was saved before is all there and the log is whole.
    fn assert_nothing_lost(folder: &TempDir) {
        let store = Store::open(folder.path(), PASSPHRASE, noon()).unwrap();
        assert_eq!(store.case("case-1").unwrap().case, trial::case("case-1"));
        assert_eq!(store.revisions("case-1").unwrap().len(), 1);
        assert_eq!(store.audit_verify().unwrap().faults, []);
    }

    fn bytes(folder: &TempDir) -> Vec<u8> {
        fs::read(folder.path().join(DATABASE_FILE)).unwrap()
    }

    #[test]
    fn the_state_is_told_without_the_passphrase() {
        let folder = tempfile::tempdir().unwrap();
        let nested = folder.path().join("a/b");
        assert_eq!(Store::state(&nested), Ok(StoreState::Absent));
        assert_eq!(
            Store::open(&nested, PASSPHRASE, noon()).unwrap_err(),
            StoreError::NotCreated
        );
        assert!(!nested.exists());
        let store = Store::create(&nested, PASSPHRASE, noon()).unwrap();
        assert_eq!(
            Store::state(&nested),
            Ok(StoreState::Present { in_use: true })
        );
        drop(store);
        assert_eq!(
            Store::state(&nested),
            Ok(StoreState::Present { in_use: false })
        );
    }

    #[test]
    fn a_database_is_not_made_over_another() {
        let folder = closed();
        let again = Store::create(folder.path(), PASSPHRASE, noon()).unwrap_err();
        assert_eq!(again, StoreError::AlreadyCreated);
        assert_nothing_lost(&folder);
    }

    #[test]
    fn creation_starts_afresh_after_an_interruption() {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join(UNFINISHED_FILE), b"half").unwrap();
        assert_eq!(Store::state(folder.path()), Ok(StoreState::Absent));
        Store::create(folder.path(), PASSPHRASE, noon())
            .unwrap()
            .close()
            .unwrap();
        let mut names: Vec<_> = fs::read_dir(folder.path())
            .unwrap()
            .map(|entry| entry.unwrap().file_name())
            .collect();
        names.sort();
        assert_eq!(
            names,
            [audit::anchor::ANCHOR_FILE, DATABASE_FILE, LOCK_FILE]
        );
    }

    #[test]
    fn nothing_readable_lies_on_the_disk_even_while_open() {
        let (folder, store) = trial::store_with_case();
        for entry in fs::read_dir(folder.path()).unwrap() {
            let path = entry.unwrap().path();
            if path.to_string_lossy().ends_with("-shm") {
                continue; // page numbers only, and mapped memory
            }
            let content = fs::read(&path).unwrap();
            for word in [
                "kidney",
                "MRN-0042",
                "SQLite format",
                "revisions",
                PASSPHRASE,
            ] {
                let found = content
                    .windows(word.len())
                    .any(|part| part == word.as_bytes());
                assert!(!found, "{word} in {}", path.display());
            }
        }
        drop(store);
    }

    #[test]
    fn the_cipher_is_what_the_page_above_says() {
        let (_folder, store) = trial::store();
        let setting = |name: &str| -> String {
            let value = |row: &rusqlite::Row<'_>| row.get::<_, rusqlite::types::Value>(0);
            match store
                .connection
                .pragma_query_value(None, name, value)
                .unwrap()
            {
                rusqlite::types::Value::Text(text) => text,
                rusqlite::types::Value::Integer(number) => number.to_string(),
                other => format!("{other:?}"),
            }
        };
        assert_eq!(setting("cipher_page_size"), "4096");
        assert_eq!(setting("kdf_iter"), "256000");
        assert_eq!(setting("cipher_hmac_algorithm"), "HMAC_SHA512");
        assert_eq!(setting("cipher_kdf_algorithm"), "PBKDF2_HMAC_SHA512");
        assert_eq!(setting("cipher_memory_security"), "1");
        assert_eq!(setting("foreign_keys"), "1");
        assert_eq!(setting("secure_delete"), "1");
        assert_eq!(setting("synchronous"), "2"); // FULL
        assert_eq!(setting("temp_store"), "2"); // MEMORY
        assert_eq!(setting("journal_mode"), "wal");
    }

    #[test]
    fn a_short_passphrase_is_refused_and_makes_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let refused = |text: &str| Store::create(folder.path(), text, noon()).unwrap_err();
        assert_eq!(
            refused("fourteen chars"),
            StoreError::PassphraseTooShort { minimum: 15 }
        );
        assert_eq!(
            refused("fourteen chàrs"),
            StoreError::PassphraseTooShort { minimum: 15 }
        );
        assert_eq!(
            refused("with a\0hole in the middle"),
            StoreError::PassphraseNotText
        );
        assert_eq!(Store::state(folder.path()), Ok(StoreState::Absent));
        Store::create(folder.path(), "fifteen letters", noon()).unwrap();
    }

    #[test]
    fn every_character_of_a_long_passphrase_counts() {
        let folder = tempfile::tempdir().unwrap();
        let long = "'; DROP \"TABLE\" -- 50 % Łódź ".repeat(4);
        Store::create(folder.path(), &long, noon()).unwrap();
        let cut = long.chars().count() - 1;
        let shorter: String = long.chars().take(cut).collect();
        assert_eq!(refusal(&folder, &shorter), StoreError::WrongPassphrase);
        Store::open(folder.path(), &long, noon()).unwrap();
    }

    #[test]
    fn a_wrong_passphrase_is_said_and_changes_nothing() {
        let folder = closed();
        let before = bytes(&folder);
        for wrong in ["four quiet words's Rest", "", "short", "a\0b", "x''"] {
            assert_eq!(
                refusal(&folder, wrong),
                StoreError::WrongPassphrase,
                "{wrong}"
            );
        }
        assert_eq!(bytes(&folder), before);
        assert_nothing_lost(&folder);
    }

    #[test]
    fn a_wrong_passphrase_after_a_crash_loses_nothing() {
        let (folder, store) = trial::store_with_case();
        let after_crash = tempfile::tempdir().unwrap();
        let log = format!("{DATABASE_FILE}-wal");
        for name in [DATABASE_FILE, &log, audit::anchor::ANCHOR_FILE] {
            fs::copy(folder.path().join(name), after_crash.path().join(name)).unwrap();
        }
        drop(store);
        assert_eq!(
            refusal(&after_crash, "some other passphrase"),
            StoreError::WrongPassphrase
        );
        assert_nothing_lost(&after_crash);
    }

    #[test]
    fn a_second_opener_is_told_and_the_first_goes_on() {
        let (folder, mut store) = trial::store_with_case();
        assert_eq!(refusal(&folder, PASSPHRASE), StoreError::LockedByAnother);
        let created = Store::create(folder.path(), PASSPHRASE, noon()).unwrap_err();
        assert_eq!(created, StoreError::LockedByAnother);
        let change = Change::new("A", "edited", 1);
        assert_eq!(
            store.put_case(&trial::case("case-1"), &change, noon()),
            Ok(2)
        );
    }

    #[test]
    fn a_newer_database_is_left_alone() {
        let folder = closed();
        let connection = unlock(
            &folder.path().join(DATABASE_FILE),
            PASSPHRASE,
            OpenFlags::SQLITE_OPEN_READ_WRITE,
        )
        .unwrap();
        connection.pragma_update(None, "user_version", 7).unwrap();
        connection.close().unwrap();
        let before = bytes(&folder);
        let newer = StoreError::NewerDatabase {
            found: 7,
            known: KNOWN_VERSION,
        };
        assert_eq!(refusal(&folder, PASSPHRASE), newer);
        assert_eq!(bytes(&folder), before);

        let path = folder.path().join(DATABASE_FILE);
        let connection = unlock(&path, PASSPHRASE, OpenFlags::SQLITE_OPEN_READ_WRITE).unwrap();
        connection
            .pragma_update(None, "user_version", KNOWN_VERSION)
            .unwrap();
        connection.close().unwrap();
        assert_nothing_lost(&folder);
    }

    #[test]
    fn damage_anywhere_is_said() {
        let folder = closed();
        let path = folder.path().join(DATABASE_FILE);
        let whole = bytes(&folder);
        let pages = whole.len() / 4096;
        assert!(pages > 10);
        let flipped = |at: usize| {
            let mut copy = whole.clone();
            copy[at] ^= 1;
            copy
        };
        let damaged = [
            ("cut inside a page", whole[..whole.len() - 100].to_vec()),
            ("cut between pages", whole[..(pages - 2) * 4096].to_vec()),
            ("empty", Vec::new()),
            ("one bit in the middle", flipped(whole.len() / 2)),
            ("one bit in the last page", flipped(whole.len() - 2000)),
            (
                "one page twice",
                [&whole[..4096 * 5], &whole[4096 * 4..]].concat(),
            ),
            (
                "a plain database",
                [b"SQLite format 3\0".as_slice(), &whole[16..]].concat(),
            ),
            ("zeros", vec![0; 8192]),
            ("text", b"this is not a database".to_vec()),
        ];
        for (name, content) in damaged {
            fs::write(&path, &content).unwrap();
            assert_eq!(refusal(&folder, PASSPHRASE), StoreError::Damaged, "{name}");
            assert_eq!(bytes(&folder), content, "{name}");
        }
        fs::write(&path, &whole).unwrap();
        assert_nothing_lost(&folder);
    }

    #[test]
    fn damage_that_comes_while_open_is_said_at_the_next_reading() {
        let (folder, mut store) = trial::store_with_case();
        let mut large = trial::case("case-1");
        large.episodes[0].question = "?".repeat(200_000);
        store
            .put_case(&large, &Change::new("A", "edited", 1), noon())
            .unwrap();
        store.close().unwrap();
        let store = Store::open(folder.path(), PASSPHRASE, noon()).unwrap();
        let mut content = bytes(&folder);
        let middle = content.len() / 2;
        content[middle] ^= 1;
        fs::write(folder.path().join(DATABASE_FILE), content).unwrap();
        assert_eq!(store.case("case-1").unwrap_err(), StoreError::Damaged);
    }

    #[test]
    fn random_bytes_look_like_a_wrong_passphrase() {
        // Ciphertext is random; without the key nothing tells these apart.
        let folder = tempfile::tempdir().unwrap();
        let noise: Vec<u8> = (0..8192_u32)
            .map(|at| (at.wrapping_mul(2_654_435_761) >> 24) as u8)
            .collect();
        fs::write(folder.path().join(DATABASE_FILE), &noise).unwrap();
        assert_eq!(refusal(&folder, PASSPHRASE), StoreError::WrongPassphrase);
        assert_eq!(bytes(&folder), noise);
    }

    #[test]
    fn a_full_disk_refuses_the_change_and_keeps_the_rest() {
        let (folder, mut store) = trial::store_with_case();
        let pages: i64 = store
            .connection
            .pragma_query_value(None, "page_count", |row| row.get(0))
            .unwrap();
        let limit = |store: &Store, pages: i64| {
            let sql = format!("PRAGMA max_page_count = {pages};");
            store.connection.execute_batch(&sql).unwrap();
        };
        limit(&store, pages);
        let mut large = trial::case("case-1");
        large.episodes[0].question = "?".repeat(100_000);
        let change = Change::new("A", "edited", 1);
        let refused = store.put_case(&large, &change, minutes_later(1));
        assert_eq!(refused, Err(StoreError::DiskFull));
        assert_eq!(store.case("case-1").unwrap().case, trial::case("case-1"));
        assert_eq!(store.audit_verify().unwrap().faults, []);

        limit(&store, pages + 1000);
        assert_eq!(store.put_case(&large, &change, minutes_later(2)), Ok(2));
        store.close().unwrap();
        let store = Store::open(folder.path(), PASSPHRASE, noon()).unwrap();
        assert_eq!(store.case("case-1").unwrap().case, large);
    }

    #[test]
    fn a_database_turned_read_only_refuses_the_change_and_keeps_the_rest() {
        let (folder, mut store) = trial::store_with_case();
        store
            .connection
            .execute_batch("PRAGMA query_only = ON;")
            .unwrap();
        let change = Change::new("A", "edited", 1);
        let refused = store.put_case(&trial::case("case-1"), &change, noon());
        assert_eq!(refused, Err(StoreError::ReadOnly));
        store.close().unwrap();
        assert_nothing_lost(&folder);
    }

    #[test]
    fn a_folder_that_cannot_be_made_is_said() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("file");
        fs::write(&file, b"").unwrap();
        let below_file = Store::create(&file.join("data"), PASSPHRASE, noon()).unwrap_err();
        assert_eq!(below_file, StoreError::Folder(io::ErrorKind::NotADirectory));
    }

    #[cfg(unix)]
    #[test]
    fn a_read_only_folder_is_said_and_nothing_is_lost() {
        use std::os::unix::fs::PermissionsExt;
        let folder = closed();
        let permit = |folder_mode: u32, file_mode: u32| {
            for name in [DATABASE_FILE, LOCK_FILE] {
                let mode = fs::Permissions::from_mode(file_mode);
                fs::set_permissions(folder.path().join(name), mode).unwrap();
            }
            fs::set_permissions(folder.path(), fs::Permissions::from_mode(folder_mode)).unwrap();
        };
        permit(0o555, 0o444);
        if fs::write(folder.path().join("probe"), b"").is_ok() {
            eprintln!("SKIPPED: a read-only folder: permission bits do not bind this user");
            permit(0o755, 0o644);
            return;
        }
        assert_eq!(refusal(&folder, PASSPHRASE), StoreError::ReadOnly);
        let made = Store::create(&folder.path().join("new"), PASSPHRASE, noon()).unwrap_err();
        assert_eq!(made, StoreError::ReadOnly);
        permit(0o755, 0o644);
        assert_nothing_lost(&folder);
    }
}
