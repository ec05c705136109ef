#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
use super::*;
use crate::{
    Change, FAILED_UNLOCKS_FILE,
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
        Ok(StoreState::Present {
            in_use: true,
            keychain: false
        })
    );
    drop(store);
    assert_eq!(
        Store::state(&nested),
        Ok(StoreState::Present {
            in_use: false,
            keychain: false
        })
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
        [
            audit::anchor::ANCHOR_FILE,
            DATABASE_FILE,
            KEYS_FILE,
            LOCK_FILE
        ]
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
    for name in [DATABASE_FILE, KEYS_FILE, &log, audit::anchor::ANCHOR_FILE] {
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
    let keys = KeysFile::read(folder.path()).unwrap();
    let (_, data_key) = &keys.by_passphrase(PASSPHRASE).unwrap()[0];
    let path = folder.path().join(DATABASE_FILE);
    let connection = cipher::open(&path, Unlocking::Key(data_key)).unwrap();
    connection.pragma_update(None, "user_version", 99).unwrap();
    connection.close().unwrap();
    let before = bytes(&folder);
    let newer = StoreError::NewerDatabase {
        found: 99,
        known: migrations::KNOWN_VERSION,
    };
    assert_eq!(refusal(&folder, PASSPHRASE), newer);
    assert_eq!(bytes(&folder), before);

    let connection = cipher::open(&path, Unlocking::Key(data_key)).unwrap();
    let known = migrations::KNOWN_VERSION;
    connection
        .pragma_update(None, "user_version", known)
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
    // In the record alone, not in what lists and searches read.
    large.observations[0].id = "?".repeat(2_000_000);
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
        for name in [DATABASE_FILE, KEYS_FILE, LOCK_FILE] {
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

#[test]
fn a_lost_keys_file_is_not_taken_for_a_wrong_passphrase() {
    let folder = closed();
    let path = folder.path().join(KEYS_FILE);
    let whole = fs::read(&path).unwrap();
    fs::remove_file(&path).unwrap();
    assert_eq!(refusal(&folder, PASSPHRASE), StoreError::KeysMissing);
    assert!(!path.exists() && !folder.path().join(FAILED_UNLOCKS_FILE).exists());
    fs::write(&path, &whole[1..]).unwrap();
    assert_eq!(refusal(&folder, PASSPHRASE), StoreError::KeysDamaged);
    fs::write(&path, &whole).unwrap();
    assert_nothing_lost(&folder);
}

#[test]
fn keys_of_a_database_that_was_moved_away_are_kept() {
    let folder = closed();
    let (database, keys) = (
        folder.path().join(DATABASE_FILE),
        folder.path().join(KEYS_FILE),
    );
    let away = (fs::read(&database).unwrap(), fs::read(&keys).unwrap());
    fs::remove_file(&database).unwrap();
    Store::create(folder.path(), "another passphrase", minutes_later(1)).unwrap();
    let kept = folder
        .path()
        .join(format!("{KEYS_FILE}.kept-20260302-120100000000"));
    assert_eq!(fs::read(&kept).unwrap(), away.1);
    fs::write(&database, away.0).unwrap();
    fs::rename(kept, keys).unwrap();
    let store = Store::open(folder.path(), PASSPHRASE, noon()).unwrap();
    assert_eq!(store.case("case-1").unwrap().case, trial::case("case-1"));
}

#[cfg(unix)]
#[test]
fn only_the_owner_may_read_the_keys_file() {
    use std::os::unix::fs::PermissionsExt;
    let folder = closed();
    let mode = fs::metadata(folder.path().join(KEYS_FILE))
        .unwrap()
        .permissions()
        .mode();
    assert_eq!(mode & 0o777, 0o600);
}
