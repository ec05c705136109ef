#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use super::*;
use crate::{
    Change, KEYS_FILE,
    audit::AuditFault,
    migrations::MIGRATIONS,
    trial::{self, MemoryKeychain, PASSPHRASE, minutes_later, noon},
};
use std::{cell::RefCell, path::PathBuf, sync::atomic::Ordering};
use tempfile::TempDir;

const NEW: &str = "seven other words, all new";

/// A data folder and its copies, each with the name of its step.
type Watched = (PathBuf, Vec<(String, TempDir)>);

thread_local! {
    static WATCHED: RefCell<Option<Watched>> = const { RefCell::new(None) };
}

/// Keeps the folder as a power cut at this moment would leave it.
pub(super) fn step(name: &str) {
    WATCHED.with_borrow_mut(|watched| {
        if let Some((folder, kept)) = watched {
            kept.push((name.to_owned(), copy_of(folder)));
        }
    });
}

fn copy_of(folder: &Path) -> TempDir {
    let copy = tempfile::tempdir().unwrap();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        fs::copy(&path, copy.path().join(path.file_name().unwrap())).unwrap();
    }
    copy
}

/// The folder before, at every step of, and after `work`.
fn moments(folder: &Path, work: impl FnOnce()) -> Vec<(String, TempDir)> {
    let before = ("before".to_owned(), copy_of(folder));
    WATCHED.set(Some((folder.to_owned(), vec![before])));
    work();
    step("after");
    WATCHED.take().unwrap().1
}

fn open(folder: &TempDir, passphrase: &str) -> Result<Store, StoreError> {
    Store::open(folder.path(), passphrase, minutes_later(9))
}

/// A change of passphrase as the board makes it.
fn change(mut store: Store, passphrase: &str) -> Store {
    let prepared = store
        .prepare_passphrase(passphrase, "Dr Rossi", minutes_later(5))
        .unwrap();
    store.change_keys(prepared, minutes_later(5)).unwrap()
}

fn assert_whole(store: &Store, name: &str) {
    assert_eq!(
        store.case("case-1").unwrap().case,
        trial::case("case-1"),
        "{name}"
    );
    assert_eq!(store.revisions("case-1").unwrap().len(), 1, "{name}");
    assert_eq!(
        store.audit_verify().unwrap().faults,
        [] as [AuditFault; 0],
        "{name}"
    );
}

fn names(folder: &TempDir) -> Vec<String> {
    let mut names: Vec<String> = fs::read_dir(folder.path())
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .filter(|name| {
            !name.contains("failed") && !name.ends_with("-wal") && !name.ends_with("-shm")
        })
        .collect();
    names.sort();
    names
}

/// What lies in a closed data folder when nothing was interrupted.
const FILES: [&str; 4] = [
    "spineboard.anchor",
    "spineboard.db",
    "spineboard.keys",
    "spineboard.lock",
];

#[test]
fn a_kill_at_any_moment_of_a_change_leaves_the_old_or_the_new_passphrase() {
    let (folder, mut store) = trial::store_with_case();
    let recovery = store
        .make_recovery_key("Dr Rossi", minutes_later(1))
        .unwrap();
    let keychain = MemoryKeychain::default();
    store
        .allow_keychain(&keychain, "Dr Rossi", minutes_later(2))
        .unwrap();
    let moments = moments(folder.path(), || {
        change(store, NEW).close().unwrap();
    });
    let mut openers = Vec::new();
    for (name, at) in &moments {
        let by_recovery = copy_of(at.path());
        let by_keychain = copy_of(at.path());
        let old = open(at, PASSPHRASE);
        let opener = if old.is_ok() { PASSPHRASE } else { NEW };
        let store = old
            .or_else(|_| open(at, NEW))
            .unwrap_or_else(|error| panic!("{name}: {error}"));
        assert_whole(&store, name);
        store.close().unwrap();
        assert_eq!(names(at), FILES, "{name}");
        // What was settled stays so, and the other passphrase is out.
        let other = if opener == NEW { PASSPHRASE } else { NEW };
        assert_eq!(
            open(at, other).unwrap_err(),
            StoreError::WrongPassphrase,
            "{name}"
        );
        assert_whole(&open(at, opener).unwrap(), name);
        openers.push((opener, name.as_str()));

        let text = "a third passphrase";
        let store = Store::open_with_recovery_key(by_recovery.path(), &recovery, text, noon());
        assert_whole(&store.unwrap(), name);
        let store = Store::open_with_keychain(by_keychain.path(), &keychain, noon());
        assert_whole(&store.unwrap(), name);
    }
    assert_eq!(openers.len(), 8, "{openers:?}");
    let first_new = openers
        .iter()
        .position(|(opener, _)| *opener == NEW)
        .unwrap();
    assert_eq!(openers[first_new].1, "the copy has the name");
    assert!(
        openers[first_new..]
            .iter()
            .all(|(opener, _)| *opener == NEW)
    );
}

#[test]
fn between_the_generations_the_other_passphrase_is_said_to_be_the_one() {
    let (folder, store) = trial::store_with_case();
    let moments = moments(folder.path(), || drop(change(store, NEW)));
    let at = |wanted: &str| &moments.iter().find(|(name, _)| name == wanted).unwrap().1;
    let unfinished = StoreError::PassphraseChangeUnfinished;
    assert_eq!(
        open(at("the copy is checked"), NEW).unwrap_err(),
        unfinished
    );
    assert_eq!(
        open(at("the copy has the name"), PASSPHRASE).unwrap_err(),
        unfinished
    );
    let neither = open(at("the copy has the name"), "something else entirely");
    assert_eq!(neither.unwrap_err(), StoreError::WrongPassphrase);
}

#[test]
fn a_change_encrypts_every_page_anew() {
    let (folder, store) = trial::store_with_case();
    store.close().unwrap();
    let path = folder.path().join(DATABASE_FILE);
    let (before, old_keys) = (
        fs::read(&path).unwrap(),
        fs::read(folder.path().join(KEYS_FILE)).unwrap(),
    );
    let store = change(open(&folder, PASSPHRASE).unwrap(), NEW);
    let actions: Vec<String> = store
        .audit_rows()
        .unwrap()
        .into_iter()
        .map(|row| row.action)
        .collect();
    assert_eq!(
        actions.last().map(String::as_str),
        Some("passphrase_changed")
    );
    store.close().unwrap();
    let after = fs::read(&path).unwrap();
    let pages = before
        .chunks(4096)
        .filter(|page| after.chunks(4096).any(|other| other[16..] == page[16..]));
    assert_eq!(pages.count(), 0);
    // An old keys file with the old passphrase does not open what was written since.
    fs::write(folder.path().join(KEYS_FILE), old_keys).unwrap();
    assert_eq!(
        open(&folder, PASSPHRASE).unwrap_err(),
        StoreError::KeysOfAnother
    );
}

#[test]
fn a_refused_change_leaves_everything_open_and_as_it_was() {
    let (folder, mut store) = trial::store_with_case();
    assert_eq!(store.check_passphrase(PASSPHRASE), Ok(()));
    assert_eq!(
        store.check_passphrase(NEW),
        Err(StoreError::WrongPassphrase)
    );
    let refused = store
        .prepare_passphrase("too short", "", noon())
        .unwrap_err();
    assert_eq!(refused, StoreError::PassphraseTooShort { minimum: 15 });
    // Stands for a disk that takes no more.
    let refuse = |store: &Store, on: &str| {
        let sql = format!("PRAGMA query_only = {on};");
        store.connection.execute_batch(&sql).unwrap();
    };
    refuse(&store, "ON");
    store.prepare_passphrase(NEW, "", noon()).unwrap_err();
    refuse(&store, "OFF");
    assert!(!folder.path().join(COPY_FILE).exists());
    assert_whole(&store, "refused");
    store.close().unwrap();
    assert_whole(&open(&folder, PASSPHRASE).unwrap(), "after");
}

/// A database as the program made it before there were keys files: the passphrase in SQLCipher.
fn older(folder: &Path) {
    let path = folder.join(DATABASE_FILE);
    fs::File::create(&path).unwrap();
    let mut connection = cipher::open(&path, Unlocking::Passphrase(PASSPHRASE)).unwrap();
    connection
        .execute_batch("PRAGMA journal_mode = WAL")
        .unwrap();
    MIGRATIONS.to_latest(&mut connection).unwrap();
    audit::sign_from_here(&mut connection, noon()).unwrap();
    let mut store = Store {
        connection,
        folder: folder.to_owned(),
        keys: KeysFile::new().unwrap(),
        generation: 0,
        data_key: Key::random().unwrap(),
        lock: fs::File::create(folder.join("spineboard.lock")).unwrap(),
    };
    let made = Change::new("Dr Rossi", "case_created", 0);
    store
        .put_case(&trial::case("case-1"), &made, noon())
        .unwrap();
    store.close().unwrap();
}

#[test]
fn a_database_of_the_first_structure_is_taken_over() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join(DATABASE_FILE);
    fs::File::create(&path).unwrap();
    let mut connection = cipher::open(&path, Unlocking::Passphrase(PASSPHRASE)).unwrap();
    MIGRATIONS.to_version(&mut connection, 1).unwrap();
    connection
        .execute("INSERT INTO settings VALUES ('kept', 'yes')", [])
        .unwrap();
    connection.close().unwrap();
    let store = open(&folder, PASSPHRASE).unwrap();
    assert_eq!(store.setting("kept"), Ok(Some("yes".to_owned())));
    assert_eq!(store.people(), Ok(vec![]));
    store.close().unwrap();
    assert_eq!(open(&folder, NEW).unwrap_err(), StoreError::WrongPassphrase);
}

#[test]
fn an_older_database_is_taken_over_and_a_kill_at_any_moment_loses_nothing() {
    let folder = tempfile::tempdir().unwrap();
    older(folder.path());
    assert_eq!(open(&folder, NEW).unwrap_err(), StoreError::WrongPassphrase);
    assert!(!folder.path().join(KEYS_FILE).exists());
    let moments = moments(folder.path(), || {
        open(&folder, PASSPHRASE).unwrap().close().unwrap()
    });
    assert_eq!(
        moments.len(),
        8,
        "{:?}",
        moments.iter().map(|(name, _)| name).collect::<Vec<_>>()
    );
    for (name, at) in &moments {
        assert_eq!(
            open(at, NEW).unwrap_err(),
            StoreError::WrongPassphrase,
            "{name}"
        );
        let store = open(at, PASSPHRASE).unwrap_or_else(|error| panic!("{name}: {error}"));
        assert_whole(&store, name);
        store.close().unwrap();
        let path = at.path().join(DATABASE_FILE);
        let by_itself = cipher::open(&path, Unlocking::Passphrase(PASSPHRASE));
        assert_eq!(
            by_itself.map(drop),
            Err(StoreError::WrongPassphrase),
            "{name}"
        );
        assert!(cipher::needs_keys_file(&path).unwrap(), "{name}");
        assert_eq!(names(at), FILES, "{name}");
    }
}

#[test]
fn the_recovery_key_opens_and_asks_for_a_new_passphrase() {
    let (folder, mut store) = trial::store_with_case();
    assert_eq!(store.recovery_key_made_at(), Ok(None));
    let first = store
        .make_recovery_key("Dr Rossi", minutes_later(1))
        .unwrap();
    let second = store
        .make_recovery_key("Dr Rossi", minutes_later(2))
        .unwrap();
    assert_eq!(store.recovery_key_made_at(), Ok(Some(minutes_later(2))));
    store.close().unwrap();
    let by = |key: &str, passphrase: &str| {
        Store::open_with_recovery_key(folder.path(), key, passphrase, minutes_later(3))
    };
    assert_eq!(by(&first, NEW).unwrap_err(), StoreError::WrongRecoveryKey);
    let misread = second.replacen(|_: char| true, "?", 1);
    assert_eq!(
        by(&misread, NEW).unwrap_err(),
        StoreError::RecoveryKeyMisread { group: 1 }
    );
    let short = by(&second, "short").unwrap_err();
    assert_eq!(short, StoreError::PassphraseTooShort { minimum: 15 });
    let store = by(&second, NEW).unwrap();
    assert_whole(&store, "recovered");
    assert_eq!(store.recovery_key_made_at(), Ok(Some(minutes_later(2))));
    let actions: Vec<String> = store
        .audit_rows()
        .unwrap()
        .into_iter()
        .map(|row| row.action)
        .collect();
    let told = [
        "recovery_key_made",
        "recovery_key_made",
        "unlock_failed",
        "unlocked",
        "recovery_key_used",
        "passphrase_changed",
    ];
    assert_eq!(actions[3..], told);
    store.close().unwrap();
    assert_eq!(
        open(&folder, PASSPHRASE).unwrap_err(),
        StoreError::WrongPassphrase
    );
    open(&folder, NEW).unwrap().close().unwrap();
    by(&second, PASSPHRASE).unwrap().close().unwrap();
    open(&folder, PASSPHRASE).unwrap();
}

#[test]
fn without_a_recovery_key_that_is_said() {
    let (folder, store) = trial::store();
    store.close().unwrap();
    let (some, _) = recovery_key::make().unwrap();
    let refused = Store::open_with_recovery_key(folder.path(), &some, NEW, noon()).unwrap_err();
    assert_eq!(refused, StoreError::NoRecoveryKey);
}

#[test]
fn a_crash_between_keys_file_and_database_shows_no_recovery_key_that_does_not_work() {
    let (folder, mut store) = trial::store_with_case();
    store.make_recovery_key("", minutes_later(1)).unwrap();
    let moments = moments(folder.path(), || {
        store.make_recovery_key("", minutes_later(2)).unwrap();
        store.close().unwrap();
    });
    let (name, at) = &moments[1];
    assert_eq!(name, "the slot is in the keys file, not in the database");
    let store = open(at, PASSPHRASE).unwrap();
    assert_eq!(store.recovery_key_made_at(), Ok(None));
    assert_whole(&change(store, NEW), name);
}

#[test]
fn the_keychain_opens_the_store_until_it_is_forgotten() {
    let (folder, mut store) = trial::store_with_case();
    let keychain = MemoryKeychain::default();
    let by = |keychain: &MemoryKeychain| Store::open_with_keychain(folder.path(), keychain, noon());
    store.allow_keychain(&keychain, "Dr Rossi", noon()).unwrap();
    assert!(store.keychain_allowed());
    store.close().unwrap();
    assert_eq!(
        Store::state(folder.path()),
        Ok(crate::StoreState::Present {
            in_use: false,
            keychain: true
        })
    );
    let mut store = by(&keychain).unwrap();
    assert_whole(&store, "by keychain");
    keychain.silent.store(true, Ordering::Relaxed);
    store
        .forget_keychain(&keychain, "Dr Rossi", noon())
        .unwrap();
    assert_eq!(
        store.allow_keychain(&keychain, "", noon()).unwrap_err(),
        StoreError::KeychainUnavailable
    );
    assert!(!store.keychain_allowed());
    store.close().unwrap();
    keychain.silent.store(false, Ordering::Relaxed);
    assert_eq!(by(&keychain).unwrap_err(), StoreError::KeychainEmpty);
}

#[test]
fn a_keychain_that_lost_its_entry_or_is_silent_is_said_and_the_passphrase_still_opens() {
    let (folder, mut store) = trial::store_with_case();
    let keychain = MemoryKeychain::default();
    store.allow_keychain(&keychain, "", noon()).unwrap();
    store.close().unwrap();
    let refused = |keychain: &MemoryKeychain| {
        Store::open_with_keychain(folder.path(), keychain, noon()).unwrap_err()
    };
    assert_eq!(
        refused(&MemoryKeychain::default()),
        StoreError::KeychainEmpty
    );
    for spoilt in [vec![0; 32], vec![1; 5], Vec::new()] {
        keychain
            .kept
            .lock()
            .unwrap()
            .values_mut()
            .for_each(|kept| *kept = spoilt.clone());
        assert_eq!(refused(&keychain), StoreError::KeychainEmpty);
    }
    keychain.silent.store(true, Ordering::Relaxed);
    assert_eq!(refused(&keychain), StoreError::KeychainUnavailable);
    assert_whole(&open(&folder, PASSPHRASE).unwrap(), "by passphrase");
}
