//! Backups written, read back, spoilt and restored.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use super::*;
use crate::{
    Change,
    trial::{self, PASSPHRASE, minutes_later, noon},
};
use sha2::{Digest, Sha256};
use tempfile::TempDir;

/// A store with one case and one picture, a folder for backups, and a backup in it.
fn backed_up() -> (TempDir, Store, TempDir, PathBuf) {
    let (folder, mut store) = trial::store_with_case();
    let image = crate::KeyImagePixels {
        id: "image-1",
        geometry: "{}",
        pixels: &[7; 5000],
    };
    let kept = store.put_key_image_pixels("case-1", &image, "Dr Rossi".into(), noon());
    kept.unwrap();
    let target = tempfile::tempdir().unwrap();
    let path = target.path().join("copy.backup");
    let info = store.write_backup(&path, minutes_later(5)).unwrap();
    assert_eq!((info.revisions, info.audit_entries), (1, 4));
    assert_eq!(info.bytes, fs::metadata(&path).unwrap().len());
    (folder, store, target, path)
}

fn names(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).unwrap();
    let mut names: Vec<_> = entries
        .map(|entry| entry.unwrap().file_name().to_string_lossy().into_owned())
        .collect();
    names.sort();
    names
}

fn restore(folder: &Path, backup: &Path, passphrase: &str) -> Result<BackupInfo, StoreError> {
    let open = |folder: &Path| Store::open(folder, passphrase, minutes_later(60));
    Store::restore(folder, backup, open, minutes_later(60))
}

#[test]
fn a_backup_comes_back_on_a_new_machine_with_everything_and_a_whole_log() {
    let (folder, store, target, path) = backed_up();
    assert_eq!(names(target.path()), ["copy.backup"]);
    assert!(!folder.path().join(CHECKING_FOLDER).exists());
    let machine = tempfile::tempdir().unwrap();
    let data = machine.path().join("new/data");
    let info = restore(&data, &path, PASSPHRASE).unwrap();
    assert_eq!(info.made_at, minutes_later(5));

    let restored = Store::open(&data, PASSPHRASE, minutes_later(61)).unwrap();
    assert_eq!(
        restored.case("case-1").unwrap(),
        store.case("case-1").unwrap()
    );
    assert_eq!(restored.key_image("image-1"), store.key_image("image-1"));
    assert_eq!(restored.audit_verify().unwrap().faults, []);
    assert_eq!(restored.audit_against(&path).unwrap().fault, None);
    let actions: Vec<String> = restored
        .audit_page(None, 3)
        .unwrap()
        .into_iter()
        .map(|row| row.action)
        .collect();
    assert_eq!(actions, ["unlocked", "backup_restored", "unlocked"]);
    drop(restored);
    assert!(!names(&data).iter().any(|name| name == RESTORING_FOLDER));
}

#[test]
fn a_backup_shows_nothing_without_the_passphrase() {
    let (_folder, _store, _target, path) = backed_up();
    let content = fs::read(&path).unwrap();
    for word in [
        "kidney",
        "MRN-0042",
        "Rossi",
        "SQLite format",
        "revisions (",
        PASSPHRASE,
    ] {
        let found = content
            .windows(word.len())
            .any(|part| part == word.as_bytes());
        assert!(!found, "{word}");
    }
}

#[test]
fn a_wrong_passphrase_restores_nothing() {
    let (_folder, _store, _target, path) = backed_up();
    let machine = tempfile::tempdir().unwrap();
    let refused = restore(machine.path(), &path, "some other passphrase");
    assert_eq!(refused, Err(StoreError::WrongPassphrase));
    assert_eq!(names(machine.path()), [opening::LOCK_FILE]);
    restore(machine.path(), &path, PASSPHRASE).unwrap();
}

#[test]
fn a_backup_is_never_restored_over_a_store() {
    let (folder, mut store, _target, path) = backed_up();
    let change = Change::new("A", "edited", 1);
    store
        .put_case(&trial::case("case-1"), &change, minutes_later(6))
        .unwrap();
    let open = restore(folder.path(), &path, PASSPHRASE);
    assert_eq!(open, Err(StoreError::LockedByAnother));
    store.close().unwrap();
    let refused = restore(folder.path(), &path, PASSPHRASE);
    assert_eq!(refused, Err(StoreError::AlreadyCreated));
    let store = Store::open(folder.path(), PASSPHRASE, noon()).unwrap();
    assert_eq!(store.case("case-1").unwrap().revision, 2);
}

#[test]
fn a_log_that_was_rolled_back_is_found_by_an_earlier_backup() {
    let (folder, mut store, target, early) = backed_up();
    let change = Change::new("A", "edited", 1);
    store
        .put_case(&trial::case("case-1"), &change, minutes_later(6))
        .unwrap();
    let late = target.path().join("late.backup");
    store.write_backup(&late, minutes_later(7)).unwrap();
    store.close().unwrap();
    for name in [DATABASE_FILE, ANCHOR_FILE] {
        fs::remove_file(folder.path().join(name)).unwrap();
    }
    restore(folder.path(), &early, PASSPHRASE).unwrap();
    let store = Store::open(folder.path(), PASSPHRASE, minutes_later(70)).unwrap();
    assert_eq!(store.audit_against(&early).unwrap().fault, None);
    assert_eq!(
        store.audit_against(&late).unwrap().fault,
        Some(crate::AgainstFault::Rewritten { number: 5 })
    );
}

/// The file with its closing hash made to fit.
fn rehashed(mut content: Vec<u8>) -> Vec<u8> {
    let end = content.len() - 32;
    let hash = Sha256::digest(&content[..end]);
    content[end..].copy_from_slice(&hash);
    content
}

#[test]
fn every_spoilt_backup_is_refused_and_leaves_no_store() {
    let (_folder, _store, target, path) = backed_up();
    let whole = fs::read(&path).unwrap();
    let spoilt = target.path().join("spoilt.backup");
    let machine = tempfile::tempdir().unwrap();
    let with = |at: usize, bytes: &[u8]| {
        let mut copy = whole.clone();
        copy[at..at + bytes.len()].copy_from_slice(bytes);
        copy
    };
    let number = |at: usize, number: u64, width: usize| with(at, &number.to_le_bytes()[..width]);
    let json = 36 + usize::from(whole[20]) + 256 * usize::from(whole[21]);
    let mut cases = vec![
        ("nothing", Vec::new(), StoreError::NotABackup),
        (
            "text",
            b"this is not a backup".to_vec(),
            StoreError::NotABackup,
        ),
        ("a newer version", number(16, 2, 4), StoreError::NewerBackup),
        (
            "an endless heading",
            number(20, u64::from(u32::MAX), 4),
            StoreError::BackupDamaged,
        ),
        (
            "endless keys",
            number(24, u64::from(u32::MAX), 4),
            StoreError::BackupDamaged,
        ),
        (
            "an endless database",
            number(28, u64::MAX, 8),
            StoreError::BackupDamaged,
        ),
        ("no database", number(28, 0, 8), StoreError::BackupDamaged),
        (
            "no heading",
            rehashed(with(36, &vec![b' '; json - 36])),
            StoreError::BackupDamaged,
        ),
        (
            "one byte more",
            [whole.as_slice(), &[0]].concat(),
            StoreError::BackupDamaged,
        ),
        (
            "a bit of the database",
            with(whole.len() - 9000, &[!whole[whole.len() - 9000]]),
            StoreError::BackupDamaged,
        ),
        (
            "a bit of the database under a hash that fits",
            rehashed(with(whole.len() - 9000, &[!whole[whole.len() - 9000]])),
            StoreError::Damaged,
        ),
    ];
    for length in (0..whole.len()).step_by(997) {
        let error = match length {
            ..16 => StoreError::NotABackup,
            _ => StoreError::BackupDamaged,
        };
        cases.push(("cut", whole[..length].to_vec(), error));
    }
    let text = String::from_utf8(whole[36..json].to_vec()).unwrap();
    let other = text.replacen("\"hash\":\"", "\"hash\":\"0", 1);
    let other = other.replacen("\",\"signature\"", " \"signature\"", 1);
    assert_eq!(text.len(), other.len());
    cases.push((
        "a heading that is no JSON",
        rehashed(with(36, other.as_bytes())),
        StoreError::BackupDamaged,
    ));
    let zero = if text.contains("\"hash\":\"0") {
        "1"
    } else {
        "0"
    };
    let at = 36 + text.find("\"hash\":\"").unwrap() + 8;
    cases.push((
        "the head of another log",
        rehashed(with(at, zero.as_bytes())),
        StoreError::BackupDamaged,
    ));
    for (name, content, expected) in cases {
        fs::write(&spoilt, &content).unwrap();
        assert_eq!(
            restore(machine.path(), &spoilt, PASSPHRASE),
            Err(expected),
            "{name} {}",
            content.len()
        );
        assert!(!machine.path().join(DATABASE_FILE).exists(), "{name}");
        assert!(!machine.path().join(RESTORING_FOLDER).exists(), "{name}");
    }
    restore(machine.path(), &path, PASSPHRASE).unwrap();
}

#[test]
fn a_keys_file_goes_with_the_backup_byte_for_byte() {
    let (folder, mut store, target, _path) = backed_up();
    let keys = folder.path().join(KEYS_FILE);
    let content = fs::read(&keys).unwrap();
    let path = target.path().join("with-keys.backup");
    store.write_backup(&path, minutes_later(9)).unwrap();
    let machine = tempfile::tempdir().unwrap();
    restore(machine.path(), &path, PASSPHRASE).unwrap();
    assert_eq!(fs::read(machine.path().join(KEYS_FILE)).unwrap(), content);
}

#[test]
fn a_copy_that_is_not_the_store_is_not_kept() {
    let (folder, mut store, target, _path) = backed_up();
    let (_other_folder, other, _other_target, _) = backed_up();
    let copy = folder.path().join("copy.db");
    other
        .connection
        .execute("VACUUM INTO ?1", [files::path_text(&copy).unwrap()])
        .unwrap();
    assert!(store.check_copy(&copy).is_err(), "another store");
    fs::remove_file(&copy).unwrap();
    store
        .connection
        .execute("VACUUM INTO ?1", [files::path_text(&copy).unwrap()])
        .unwrap();
    assert_eq!(store.check_copy(&copy), Ok(()));
    let entry = AuditEntry::new("A", "exported");
    store.audit_append(&entry, noon()).unwrap();
    assert_eq!(
        store.check_copy(&copy),
        Err(StoreError::BackupUnfaithful),
        "an older state"
    );
    assert_eq!(names(target.path()), ["copy.backup"]);
}

#[test]
fn a_place_that_cannot_be_written_to_is_said_and_leaves_nothing() {
    let (folder, mut store, target, path) = backed_up();
    let before = fs::read(&path).unwrap();
    let missing = target.path().join("no/such/folder/copy.backup");
    assert_eq!(
        store.write_backup(&missing, noon()),
        Err(StoreError::Unwritable(std::io::ErrorKind::NotFound))
    );
    let taken = target.path().join("taken");
    fs::create_dir(&taken).unwrap();
    assert!(matches!(
        store.write_backup(&taken, noon()),
        Err(StoreError::Unwritable(_))
    ));
    assert_eq!(names(target.path()), ["copy.backup", "taken"]);
    assert_eq!(fs::read(&path).unwrap(), before);
    assert!(!folder.path().join(CHECKING_FOLDER).exists());
    let listed: i64 = store
        .connection
        .query_row("SELECT count(*) FROM unfinished_files", [], |row| {
            row.get(0)
        })
        .unwrap();
    assert_eq!(listed, 0);
}

#[test]
fn what_an_interruption_left_is_removed_at_the_next_opening() {
    let (folder, mut store, target, path) = backed_up();
    let part = store.begin_file(&path).unwrap();
    fs::write(&part, b"half").unwrap();
    let innocent = target.path().join("mine.part");
    fs::write(&innocent, b"of another program").unwrap();
    for name in [CHECKING_FOLDER, RESTORING_FOLDER] {
        fs::create_dir(folder.path().join(name)).unwrap();
        fs::write(folder.path().join(name).join(DATABASE_FILE), b"half").unwrap();
    }
    drop(store);
    let store = Store::open(folder.path(), PASSPHRASE, noon()).unwrap();
    assert_eq!(names(target.path()), ["copy.backup", "mine.part"]);
    assert!(!folder.path().join(CHECKING_FOLDER).exists());
    assert!(!folder.path().join(RESTORING_FOLDER).exists());
    assert_eq!(store.audit_verify().unwrap().faults, []);
}

mod any_bytes {
    use super::*;
    use proptest::prelude::*;

    fn refused(content: &[u8]) -> StoreError {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("any.backup");
        fs::write(&path, content).unwrap();
        let out = folder.path().join("out");
        fs::create_dir(&out).unwrap();
        let read = container::open(&path).and_then(|container| container.extract(&out));
        read.expect_err("only a whole backup is taken")
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(256))]

        #[test]
        fn no_bytes_are_taken_for_a_backup(
            lengths in prop::collection::vec(any::<u8>(), 0..20),
            rest in prop::collection::vec(any::<u8>(), 0..9000),
        ) {
            let start = b"SpineBoard copy\n\x01\0\0\0".as_slice();
            refused(&[start, &lengths, &rest].concat());
            refused(&rest);
        }

        #[test]
        fn small_lengths_that_fit_are_no_backup_either(
            heading in prop::collection::vec(any::<u8>(), 0..200),
            keys in prop::collection::vec(any::<u8>(), 0..200),
        ) {
            let mut content = b"SpineBoard copy\n\x01\0\0\0".to_vec();
            for length in [heading.len() as u32, keys.len() as u32] {
                content.extend(length.to_le_bytes());
            }
            content.extend(4096_u64.to_le_bytes());
            content.extend([heading, keys, vec![7; 4096 + 32]].concat());
            prop_assert_eq!(refused(&rehashed(content)), StoreError::BackupDamaged);
        }
    }
}
