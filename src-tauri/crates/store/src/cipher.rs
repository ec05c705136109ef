//! The encrypted database file: opening it with a key, checking it, copying it under another key.
//!
//! SQLCipher 4 with its published defaults, written out so that a later change of defaults cannot
//! lock anyone out (<https://www.zetetic.net/sqlcipher/sqlcipher-api/>): AES-256-CBC, HMAC-SHA512
//! on every page of 4096 bytes. The key is the random data key of the keys file, given raw.
//! Databases from before there were keys files take the passphrase itself through
//! PBKDF2-HMAC-SHA512 with 256,000 rounds.

use crate::{
    StoreError,
    hardening::{self, Key},
};
use rusqlite::{Connection, ErrorCode, OpenFlags, params};
use std::{
    fmt::Write,
    fs::{self, File},
    io::{self, Read},
    path::Path,
};
use zeroize::Zeroizing;

/// Bytes per page, as set below; the file's length is a multiple of it.
const PAGE_BYTES: u64 = 4096;

/// Set for `main` and for an attached copy alike.
const CIPHER: [&str; 5] = [
    "cipher_page_size = 4096",
    "kdf_iter = 256000",
    "cipher_hmac_algorithm = HMAC_SHA512",
    "cipher_kdf_algorithm = PBKDF2_HMAC_SHA512",
    "cipher_plaintext_header_size = 0",
];

/// A database file starts with its salt, which a random key does not need to be secret or random.
/// So ours says that the file needs a keys file: without one, an older database and a lost keys
/// file could not be told apart.
const KEYS_MARK: &[u8; 8] = b"SPINEKEY";

/// A page that has left this memory is read and deciphered anew: with SQLite's 2 MB, each list of a centre of 20,000 cases was.
const CACHE_KIBIBYTES: i64 = 64 * 1024;

/// What opens a database file.
#[derive(Clone, Copy)]
pub(crate) enum Unlocking<'a> {
    Key(&'a Key),
    /// As before there were keys files.
    Passphrase(&'a str),
}

/// Makes an empty database under `key`, marked as one that needs a keys file.
pub(crate) fn create(path: &Path, key: &Key) -> Result<Connection, StoreError> {
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_CREATE;
    let connection = keyed(path, &key_with_salt(key)?, flags)?;
    // One file without a companion until it has its name.
    connection.pragma_update(None, "journal_mode", "MEMORY")?;
    Ok(connection)
}

/// Opens a file that is there; [`StoreError::WrongPassphrase`] if this does not open it.
pub(crate) fn open(path: &Path, unlocking: Unlocking<'_>) -> Result<Connection, StoreError> {
    let text = match unlocking {
        Unlocking::Key(key) => raw_key(key),
        Unlocking::Passphrase(text) => {
            if text.chars().any(char::is_control) || text.is_empty() {
                return Err(StoreError::WrongPassphrase);
            }
            Zeroizing::new(text.to_owned())
        }
    };
    keyed(path, &text, OpenFlags::SQLITE_OPEN_READ_WRITE)
}

/// Applies the key as quoted text: the `hexkey` pragma would cut it after 40 bytes without a word.
fn keyed(path: &Path, key: &str, flags: OpenFlags) -> Result<Connection, StoreError> {
    let connection = Connection::open_with_flags(path, flags)?;
    // What goes wrong is told by the result; SQLCipher would also write it to standard error.
    connection
        .execute_batch("PRAGMA cipher_log_level = NONE; PRAGMA cipher_memory_security = ON;")?;
    let mut statement = Zeroizing::new(String::with_capacity(2 * key.len() + 32));
    statement.push_str("PRAGMA key = '");
    for character in key.chars() {
        if character == '\'' {
            statement.push('\'');
        }
        statement.push(character);
    }
    statement.push_str("';");
    connection.execute_batch(&statement)?;
    for setting in CIPHER {
        connection.execute_batch(&format!("PRAGMA {setting};"))?;
    }
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
    connection.pragma_update(None, "cache_size", -CACHE_KIBIBYTES)?;
    Ok(connection)
}

/// Copies everything into a new file at `path` under `key`. The copy is not yet on the disk.
pub(crate) fn copy_under(
    connection: &Connection,
    path: &Path,
    key: &Key,
) -> Result<(), StoreError> {
    let name = path
        .to_str()
        .ok_or(StoreError::Folder(io::ErrorKind::InvalidFilename))?;
    let version: i64 = connection.pragma_query_value(None, "user_version", |row| row.get(0))?;
    // A connection that may not make its own file may not make an attached one either.
    File::create(path)?;
    connection.execute(
        "ATTACH DATABASE ?1 AS copy KEY ?2",
        params![name, key_with_salt(key)?.as_str()],
    )?;
    let copied = (|| {
        for setting in CIPHER {
            connection.execute_batch(&format!("PRAGMA copy.{setting};"))?;
        }
        connection.execute_batch(&format!(
            "PRAGMA copy.journal_mode = MEMORY;
             SELECT sqlcipher_export('copy');
             PRAGMA copy.user_version = {version};"
        ))
    })();
    let detached = connection.execute_batch("DETACH DATABASE copy;");
    copied.and(detached).map_err(StoreError::from)
}

/// Recomputes the HMAC of every page.
pub(crate) fn check_pages(connection: &Connection) -> Result<(), StoreError> {
    let mut faults = 0;
    connection.pragma_query(None, "cipher_integrity_check", |_| {
        faults += 1;
        Ok(())
    })?;
    match faults {
        0 => Ok(()),
        _ => Err(StoreError::Damaged),
    }
}

/// Tells a file that cannot be ours from a wrong passphrase: SQLCipher's answer is the same.
pub(crate) fn look_at_file(path: &Path) -> Result<(), StoreError> {
    let length = fs::metadata(path)?.len();
    if length == 0 || !length.is_multiple_of(PAGE_BYTES) {
        return Err(StoreError::Damaged);
    }
    let head = head_of(path)?;
    // The first bytes are a salt; these are the plain headers of a SQLite file and of zeros.
    if head == *b"SQLite format 3\0" || head == [0; 16] {
        return Err(StoreError::Damaged);
    }
    Ok(())
}

/// True for a database that only a keys file can open.
pub(crate) fn needs_keys_file(path: &Path) -> Result<bool, StoreError> {
    Ok(head_of(path)?.starts_with(KEYS_MARK))
}

fn head_of(path: &Path) -> Result<[u8; 16], StoreError> {
    let mut head = [0_u8; 16];
    File::open(path)?.read_exact(&mut head)?;
    Ok(head)
}

/// SQLCipher's form of a key that is used as it is: `x'…'` with 64 hexadecimal digits.
fn raw_key(key: &Key) -> Zeroizing<String> {
    let mut text = Zeroizing::new(String::with_capacity(3 + 2 * (32 + 16)));
    text.push_str("x'");
    put_hexadecimal(&mut text, key.bytes());
    text.push('\'');
    text
}

/// The same with the salt of a new file behind it.
fn key_with_salt(key: &Key) -> Result<Zeroizing<String>, StoreError> {
    let mut text = raw_key(key);
    text.pop();
    put_hexadecimal(&mut text, KEYS_MARK);
    put_hexadecimal(&mut text, &hardening::random::<8>()?);
    text.push('\'');
    Ok(text)
}

fn put_hexadecimal(text: &mut String, bytes: &[u8]) {
    for byte in bytes {
        // Writing to a string cannot fail.
        let _ = write!(text, "{byte:02x}");
    }
}
