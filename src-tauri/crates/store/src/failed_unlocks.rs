//! Failed attempts to open the store. The audit log is inside the locked database, so they are
//! written down beside it, time and manner only, and folded into the log at the next opening.
//! Whoever holds the computer can change or delete this file; the log is for the team's own eyes,
//! not a proof against a thief.

use crate::{
    StoreError,
    audit::{self, AuditEntry},
    files, settings, time_of, time_text,
};
use chrono::{DateTime, Utc};
use rusqlite::{Connection, TransactionBehavior};
use std::{
    fs::{self, File, OpenOptions},
    io::{Read, Write},
    path::Path,
};

/// One line for each failed attempt: its time.
pub const FAILED_UNLOCKS_FILE: &str = "spineboard.failed-unlocks";

/// About 9,000 attempts; what comes after is not written down.
const MOST_BYTES: u64 = 256 * 1024;

/// How far the file was folded in already, if a crash came before it could be removed.
const FOLDED: &str = "failed_unlocks_folded";

/// Notes a failed attempt. A folder that cannot be written to is no reason to say anything else
/// than that the attempt failed.
pub(crate) fn note(folder: &Path, now: DateTime<Utc>) {
    let path = folder.join(FAILED_UNLOCKS_FILE);
    let length = fs::metadata(&path).map_or(0, |data| data.len());
    if length < MOST_BYTES {
        let file = OpenOptions::new().create(true).append(true).open(path);
        let _ = file.and_then(|mut file| writeln!(file, "{}", time_text(now)));
    }
}

/// Moves what was noted into the audit log; each attempt once, whenever the power goes.
pub(crate) fn fold_in(connection: &mut Connection, folder: &Path) -> Result<(), StoreError> {
    let path = folder.join(FAILED_UNLOCKS_FILE);
    let mut bytes = Vec::new();
    match File::open(&path) {
        Ok(file) => file.take(2 * MOST_BYTES).read_to_end(&mut bytes)?,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(()),
        Err(error) => return Err(error.into()),
    };
    let folded = settings::get(connection, FOLDED)?;
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    for line in lines_after(&bytes, folded.as_deref()) {
        let Ok(at) = time_of(line) else { continue };
        audit::append(&transaction, &AuditEntry::new("", "unlock_failed"), at)?;
    }
    settings::put(&transaction, FOLDED, &mark(&bytes, bytes.len()))?;
    transaction.commit()?;
    Ok(files::remove(&path)?)
}

/// The lines that were not folded in yet.
fn lines_after<'bytes>(
    bytes: &'bytes [u8],
    folded: Option<&str>,
) -> impl Iterator<Item = &'bytes str> {
    let length = folded
        .and_then(|mark| mark.split_once(':')?.0.parse::<usize>().ok())
        .filter(|length| *length <= bytes.len())
        .filter(|length| folded == Some(mark(bytes, *length).as_str()))
        .unwrap_or(0);
    bytes[length..]
        .split(|byte| *byte == b'\n')
        .filter_map(|line| std::str::from_utf8(line).ok())
}

/// Names the first `length` bytes by their number and hash.
fn mark(bytes: &[u8], length: usize) -> String {
    format!("{length}:{}", audit::hexadecimal(&bytes[..length]))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
    use super::*;
    use crate::{
        Store,
        trial::{self, PASSPHRASE, minutes_later, noon},
    };

    fn failed(store: &Store) -> Vec<DateTime<Utc>> {
        let rows = store.audit_rows().unwrap();
        let failed = rows.iter().filter(|row| row.action == "unlock_failed");
        failed.map(|row| row.at).collect()
    }

    #[test]
    fn failed_unlocks_are_in_the_log_with_their_times_after_the_next_opening() {
        let (folder, store) = trial::store();
        store.close().unwrap();
        for minute in [1, 2] {
            Store::open(folder.path(), "another passphrase", minutes_later(minute)).unwrap_err();
        }
        let noted = fs::read_to_string(folder.path().join(FAILED_UNLOCKS_FILE)).unwrap();
        assert_eq!(noted.lines().count(), 2);
        assert!(!noted.contains("passphrase"));
        let store = Store::open(folder.path(), PASSPHRASE, minutes_later(3)).unwrap();
        assert_eq!(failed(&store), [minutes_later(1), minutes_later(2)]);
        assert!(!folder.path().join(FAILED_UNLOCKS_FILE).exists());
        assert_eq!(store.audit_verify().unwrap().faults, []);
    }

    #[test]
    fn an_attempt_is_folded_in_once_even_if_the_file_could_not_be_removed() {
        let (folder, store) = trial::store();
        store.close().unwrap();
        let path = folder.path().join(FAILED_UNLOCKS_FILE);
        note(folder.path(), minutes_later(1));
        let before = fs::read(&path).unwrap();
        Store::open(folder.path(), PASSPHRASE, noon())
            .unwrap()
            .close()
            .unwrap();
        fs::write(&path, &before).unwrap();
        note(folder.path(), minutes_later(2));
        let store = Store::open(folder.path(), PASSPHRASE, noon()).unwrap();
        assert_eq!(failed(&store), [minutes_later(1), minutes_later(2)]);
    }

    #[test]
    fn a_hostile_file_is_skipped_and_bounded() {
        let (folder, store) = trial::store();
        store.close().unwrap();
        let path = folder.path().join(FAILED_UNLOCKS_FILE);
        let mut noise = b"yesterday\n\xff\xfe\n2026-03-02T12:01:00.000000Z\n".to_vec();
        noise.resize(MOST_BYTES as usize, b'x');
        fs::write(&path, &noise).unwrap();
        note(folder.path(), noon());
        assert_eq!(fs::metadata(&path).unwrap().len(), MOST_BYTES);
        let store = Store::open(folder.path(), PASSPHRASE, noon()).unwrap();
        assert_eq!(failed(&store), [minutes_later(1)]);
    }
}
