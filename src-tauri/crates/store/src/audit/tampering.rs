//! What someone with the passphrase and a SQL tool, or with the disk alone, could do to the log, and
//! what verification says to it.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use super::{
    AgainstFault, AuditEntry, AuditFault, SIGNED_VERSION,
    anchor::{ANCHOR_FILE, AnchorFault},
    digits, hash_of, hexadecimal,
    signing::Signing,
    tests::logged,
};
use crate::{
    DATABASE_FILE, KEYS_FILE, Store,
    trial::{PASSPHRASE, minutes_later, noon},
};
use ed25519_dalek::SigningKey;
use std::{fs, path::Path};

/// Does what only someone with the passphrase and a SQL tool could do.
fn tamper(store: &Store, statements: &str) -> Vec<AuditFault> {
    let mut names = store
        .connection
        .prepare("SELECT name FROM sqlite_master WHERE type = 'trigger'")
        .unwrap();
    let names = names.query_map([], |row| row.get::<_, String>(0)).unwrap();
    for name in names.collect::<Result<Vec<_>, _>>().unwrap() {
        let statement = format!("DROP TRIGGER {name}");
        store.connection.execute_batch(&statement).unwrap();
    }
    store.connection.execute_batch(statements).unwrap();
    store.audit_verify().unwrap().faults
}

#[test]
fn an_edit_is_seen() {
    let (_folder, store) = logged();
    let faults = tamper(
        &store,
        "UPDATE audit SET actor = 'Dr Nobody' WHERE number = 4",
    );
    assert_eq!(faults, [AuditFault::Altered { number: 4 }]);
}

#[test]
fn a_time_that_is_none_is_an_edit_like_any_other() {
    let (_folder, store) = logged();
    let faults = tamper(&store, "UPDATE audit SET at = 'yesterday' WHERE number = 4");
    assert_eq!(faults, [AuditFault::Altered { number: 4 }]);
}

#[test]
fn an_edit_with_its_hash_recomputed_breaks_the_next_link_and_its_signature() {
    let (_folder, store) = logged();
    let mut row = store.audit_rows().unwrap().remove(3);
    row.actor = "Dr Nobody".to_owned();
    let signing = Signing::read(&store.connection, "main").unwrap().unwrap();
    let hash = hash_of(&row, &signing.seal(&row.actor));
    let edit = format!("UPDATE audit SET actor = 'Dr Nobody', hash = '{hash}' WHERE number = 4");
    assert_eq!(
        tamper(&store, &edit),
        [
            AuditFault::BrokenLink { number: 5 },
            AuditFault::ForgedSignature { number: 4 }
        ]
    );
}

#[test]
fn a_deletion_is_seen() {
    let (_folder, store) = logged();
    let faults = tamper(&store, "DELETE FROM audit WHERE number = 4");
    assert_eq!(faults, [AuditFault::BrokenLink { number: 5 }]);
}

#[test]
fn a_deletion_closed_up_by_renumbering_is_seen() {
    let (_folder, store) = logged();
    let faults = tamper(
        &store,
        "DELETE FROM audit WHERE number = 4; UPDATE audit SET number = 4 WHERE number = 5;",
    );
    assert!(
        faults.contains(&AuditFault::BrokenLink { number: 4 }),
        "{faults:?}"
    );
    assert!(
        faults.contains(&AuditFault::Altered { number: 4 }),
        "{faults:?}"
    );
    assert!(
        faults.contains(&AuditFault::Truncated {
            found: 4,
            expected: 5
        }),
        "{faults:?}"
    );
}

#[test]
fn an_exchange_of_rows_is_seen() {
    let (_folder, store) = logged();
    let faults = tamper(
        &store,
        "UPDATE audit SET number = 99 WHERE number = 3;
         UPDATE audit SET number = 3 WHERE number = 4;
         UPDATE audit SET number = 4 WHERE number = 99;",
    );
    assert!(
        faults.contains(&AuditFault::BrokenLink { number: 3 }),
        "{faults:?}"
    );
    assert!(
        faults.contains(&AuditFault::Altered { number: 3 }),
        "{faults:?}"
    );
}

#[test]
fn a_cut_tail_is_seen() {
    let (_folder, store) = logged();
    let faults = tamper(&store, "DELETE FROM audit WHERE number >= 4");
    assert!(
        faults.contains(&AuditFault::Truncated {
            found: 3,
            expected: 5
        }),
        "{faults:?}"
    );
    let revision = AuditFault::RevisionAltered {
        case_id: "case-1".to_owned(),
        revision: 2,
    };
    assert!(faults.contains(&revision), "{faults:?}");
    assert_eq!(
        tamper_again(&store, "DELETE FROM audit_head"),
        Some(AuditFault::OtherHead)
    );
}

fn tamper_again(store: &Store, statements: &str) -> Option<AuditFault> {
    store.connection.execute_batch(statements).unwrap();
    store.audit_verify().unwrap().faults.into_iter().next()
}

#[test]
fn an_altered_or_lost_revision_is_seen() {
    let (_folder, store) = logged();
    let faults = tamper(
        &store,
        "UPDATE revisions SET record = '{}' WHERE number = 1",
    );
    let case_id = "case-1".to_owned();
    let altered = AuditFault::RevisionAltered {
        case_id: case_id.clone(),
        revision: 1,
    };
    assert_eq!(faults, std::slice::from_ref(&altered));
    let lost = "DELETE FROM revisions WHERE number = 2";
    store.connection.execute_batch(lost).unwrap();
    let missing = AuditFault::RevisionMissing {
        case_id,
        revision: 2,
    };
    assert_eq!(store.audit_verify().unwrap().faults, [altered, missing]);
}

#[test]
fn an_author_or_a_time_of_a_revision_is_held_against_the_log() {
    for change in [
        "author = 'Dr Nobody'",
        "saved_at = '2020-01-01T00:00:00.000000Z'",
    ] {
        let (_folder, store) = logged();
        let edit = format!("UPDATE revisions SET {change} WHERE number = 2");
        let altered = AuditFault::RevisionAltered {
            case_id: "case-1".to_owned(),
            revision: 2,
        };
        assert_eq!(tamper(&store, &edit), [altered], "{change}");
    }
}

#[test]
fn an_altered_lost_or_added_picture_is_seen() {
    let (_folder, mut store) = logged();
    let image = crate::KeyImagePixels {
        id: "image-1",
        geometry: "{}",
        pixels: &[1, 2, 3],
    };
    let stored = store.put_key_image_pixels("case-1", &image, "Dr Rossi".into(), noon());
    stored.unwrap();
    let unlogged = AuditFault::KeyImageUnlogged {
        case_id: "case-1".to_owned(),
    };
    let lost = AuditFault::KeyImageAltered { number: 6 };
    assert_eq!(
        tamper(&store, "UPDATE key_images SET pixels = x'010204'"),
        [unlogged, lost.clone()]
    );
    assert_eq!(tamper(&store, "DELETE FROM key_images"), [lost]);
}

#[test]
fn a_forged_an_exchanged_and_a_lacking_signature_are_seen() {
    let (_folder, store) = logged();
    let faults = tamper(
        &store,
        "UPDATE audit SET signature = (SELECT signature FROM audit WHERE number = 3)
         WHERE number = 4",
    );
    let forged = AuditFault::ForgedSignature { number: 4 };
    assert_eq!(faults, std::slice::from_ref(&forged));
    let lacking = tamper(&store, "UPDATE audit SET signature = NULL WHERE number = 5");
    assert_eq!(lacking, [forged, AuditFault::Unsigned { number: 5 }]);
}

#[test]
fn a_row_turned_back_into_the_unsigned_form_is_seen() {
    let (_folder, store) = logged();
    let mut row = store.audit_rows().unwrap().remove(4);
    row.hash_version = 1;
    row.actor = "Dr Nobody".to_owned();
    let hash = hash_of(&row, "");
    let faults = tamper(
        &store,
        &format!(
            "UPDATE audit SET hash_version = 1, actor = 'Dr Nobody', signature = NULL,
                hash = '{hash}' WHERE number = 5;
             UPDATE audit_head SET hash = '{hash}';
             UPDATE revisions SET author = 'Dr Nobody' WHERE number = 2"
        ),
    );
    assert_eq!(faults, [AuditFault::Unsigned { number: 5 }]);
}

/// Puts another key in place of the installation's.
fn exchange_key(store: &Store, secret: [u8; 32]) -> Vec<AuditFault> {
    let public = SigningKey::from_bytes(&secret).verifying_key();
    let statement = format!(
        "UPDATE audit_signing SET secret_key = x'{}', public_key = x'{}'",
        digits(&secret),
        digits(public.as_bytes())
    );
    tamper(store, &statement)
}

/// Writes the whole log anew from row `first` on, so that it is whole by itself: what the holder
/// of passphrase and key can do.
fn rewrite(store: &Store, first: u64) {
    let signing = Signing::read(&store.connection, "main").unwrap().unwrap();
    let mut previous = None;
    for mut row in store.audit_rows().unwrap() {
        if row.number == signing.first_number {
            row.details_hash = hexadecimal(signing.public_key.as_bytes());
        }
        if row.number >= first {
            row.previous_hash = previous.unwrap_or(row.previous_hash);
            assert_eq!(row.hash_version, SIGNED_VERSION);
            row.hash = hash_of(&row, &signing.seal(&row.actor));
            let changed = store.connection.execute(
                "UPDATE audit SET details_hash = ?2, previous_hash = ?3, hash = ?4, signature = ?5
                 WHERE number = ?1",
                rusqlite::params![
                    row.number as i64,
                    row.details_hash,
                    row.previous_hash,
                    row.hash,
                    signing.sign(row.number, &row.hash)
                ],
            );
            assert_eq!(changed, Ok(1));
        }
        previous = Some(row.hash);
    }
    let last = previous.unwrap();
    store
        .connection
        .execute("UPDATE audit_head SET hash = ?1", [last])
        .unwrap();
}

#[test]
fn an_exchanged_or_lost_key_is_seen() {
    let (_folder, store) = logged();
    assert_eq!(
        exchange_key(&store, [7; 32]),
        [AuditFault::OtherKey { number: 1 }]
    );
    assert_eq!(
        tamper(&store, "DELETE FROM audit_signing"),
        [AuditFault::KeyMissing]
    );
}

#[test]
fn a_lost_key_is_not_replaced_without_a_trace() {
    let (folder, store) = logged();
    tamper(&store, "DELETE FROM audit_signing");
    store.close().unwrap();
    let store = Store::open(folder.path(), PASSPHRASE, minutes_later(9)).unwrap();
    assert_eq!(
        store.audit_verify().unwrap().faults,
        [AuditFault::OtherKey { number: 6 }]
    );
}

fn export(store: &Store, folder: &Path) -> std::path::PathBuf {
    let path = folder.join("log.jsonl");
    let mut file = fs::File::create(&path).unwrap();
    store
        .write_audit_export(&mut file, minutes_later(5))
        .unwrap();
    path
}

#[test]
fn a_log_rewritten_with_the_key_is_whole_by_itself_and_found_by_an_earlier_export() {
    let (folder, store) = logged();
    let earlier = export(&store, folder.path());
    assert_eq!(store.audit_against(&earlier).unwrap().fault, None);
    let edit = "UPDATE audit SET actor = 'Dr Nobody' WHERE number = 4";
    tamper(&store, edit);
    rewrite(&store, 4);
    assert_eq!(store.audit_verify().unwrap().faults, []);
    assert_eq!(
        store.audit_against(&earlier).unwrap().fault,
        Some(AgainstFault::Rewritten { number: 4 })
    );
}

#[test]
fn a_log_rewritten_under_another_key_is_found_by_an_earlier_export() {
    let (folder, store) = logged();
    let earlier = export(&store, folder.path());
    exchange_key(&store, [9; 32]);
    rewrite(&store, 1);
    assert_eq!(store.audit_verify().unwrap().faults, []);
    assert_eq!(
        store.audit_against(&earlier).unwrap().fault,
        Some(AgainstFault::OtherKey)
    );
}

#[test]
fn an_export_that_was_edited_proves_nothing_and_says_so() {
    let (folder, store) = logged();
    let earlier = export(&store, folder.path());
    let whole = fs::read_to_string(&earlier).unwrap();
    let lines: Vec<&str> = whole.lines().collect();
    let row = |number: usize| lines[number].to_owned();
    let edits = [
        (
            4,
            whole.replace("\"action\":\"exported\"", "\"action\":\"nothing\""),
        ),
        (4, [&lines[..4], &lines[5..]].concat().join("\n")),
        (3, whole.replacen(&row(3), &row(4), 1)),
        (6, lines[..6].join("\n")),
        (5, whole.replace("\"entries\":5", "\"entries\":6")),
        (
            5,
            whole.replacen("\"person_id\":null", "\"person_id\":\"x\"", 5),
        ),
    ];
    for (number, edited) in edits {
        assert_ne!(edited, whole);
        fs::write(&earlier, &edited).unwrap();
        let fault = store.audit_against(&earlier).unwrap().fault;
        match fault {
            Some(AgainstFault::ExportAltered { number: found }) if number != 5 => {
                assert_eq!(found, number, "{edited}");
            }
            Some(AgainstFault::ExportAltered { .. }) => {}
            other => panic!("{other:?} for {edited}"),
        }
    }
    for nothing in ["", "{}", "\0\0\0", &"9".repeat(100_000)] {
        fs::write(&earlier, nothing).unwrap();
        assert_eq!(
            store.audit_against(&earlier).unwrap_err().code(),
            "not_an_export"
        );
    }
}

#[test]
fn an_export_names_nobody() {
    let (folder, store) = logged();
    let text = fs::read_to_string(export(&store, folder.path())).unwrap();
    for name in ["Rossi", "Weiß", "Öztürk", "MRN-0042"] {
        assert!(!text.contains(name), "{name}");
    }
    assert!(text.contains("case-1") && text.lines().count() == 7);
}

/// Closes the store, keeps its file, writes one more row, and puts the old file back.
fn roll_back(folder: &Path, store: Store) {
    let database = folder.join(DATABASE_FILE);
    store.close().unwrap();
    let old = fs::read(&database).unwrap();
    let mut store = Store::open(folder, PASSPHRASE, minutes_later(10)).unwrap();
    let entry = AuditEntry::new("Dr Rossi", "report_exported");
    store.audit_append(&entry, minutes_later(11)).unwrap();
    store.close().unwrap();
    fs::write(&database, old).unwrap();
}

fn opened_faults(folder: &Path) -> Vec<AuditFault> {
    let store = Store::open(folder, PASSPHRASE, minutes_later(20)).unwrap();
    store.audit_verify().unwrap().faults
}

fn anchor(fault: AnchorFault, number: u64) -> AuditFault {
    AuditFault::Anchor { fault, number }
}

#[test]
fn an_older_copy_of_the_database_is_seen_and_stays_in_the_log() {
    let (folder, store) = logged();
    let earlier = export(&store, folder.path());
    roll_back(folder.path(), store);
    let found = [anchor(AnchorFault::OlderCopy, 6)];
    assert_eq!(opened_faults(folder.path()), found);
    assert_eq!(opened_faults(folder.path()), found, "it is not forgotten");
    let store = Store::open(folder.path(), PASSPHRASE, minutes_later(30)).unwrap();
    assert_eq!(store.audit_against(&earlier).unwrap().fault, None);
}

#[test]
fn an_older_copy_that_went_on_elsewhere_is_seen() {
    let (folder, store) = logged();
    store.close().unwrap();
    let elsewhere = tempfile::tempdir().unwrap();
    for name in [DATABASE_FILE, KEYS_FILE, ANCHOR_FILE] {
        fs::copy(folder.path().join(name), elsewhere.path().join(name)).unwrap();
    }
    for (folder, minute) in [
        (elsewhere.path(), 10),
        (folder.path(), 11),
        (folder.path(), 12),
    ] {
        Store::open(folder, PASSPHRASE, minutes_later(minute))
            .unwrap()
            .close()
            .unwrap();
    }
    for _ in 0..3 {
        Store::open(elsewhere.path(), PASSPHRASE, minutes_later(13))
            .unwrap()
            .close()
            .unwrap();
    }
    fs::copy(
        elsewhere.path().join(DATABASE_FILE),
        folder.path().join(DATABASE_FILE),
    )
    .unwrap();
    assert_eq!(
        opened_faults(folder.path()),
        [anchor(AnchorFault::OtherHistory, 10)]
    );
}

#[test]
fn a_missing_or_forged_anchor_is_seen() {
    let (folder, store) = logged();
    store.close().unwrap();
    let path = folder.path().join(ANCHOR_FILE);
    let whole = fs::read_to_string(&path).unwrap();
    fs::remove_file(&path).unwrap();
    let mut expected = vec![anchor(AnchorFault::Missing, 6)];
    assert_eq!(opened_faults(folder.path()), expected);
    let edited = whole.replace("\"number\":5", "\"number\":1");
    assert_ne!(edited, whole);
    for (content, number) in [(edited.as_str(), 8), ("", 10), (&"9".repeat(9000), 12)] {
        fs::write(&path, content).unwrap();
        expected.push(anchor(AnchorFault::Forged, number));
        assert_eq!(opened_faults(folder.path()), expected);
    }
}

#[test]
fn a_rolled_back_database_with_its_anchor_is_found_by_an_earlier_export() {
    let (folder, store) = logged();
    store.close().unwrap();
    let read = |name: &str| fs::read(folder.path().join(name)).unwrap();
    let old = [read(DATABASE_FILE), read(ANCHOR_FILE)];
    let earlier = {
        let mut store = Store::open(folder.path(), PASSPHRASE, minutes_later(10)).unwrap();
        for minute in 11..15 {
            let entry = AuditEntry::new("Dr Rossi", "report_exported");
            store.audit_append(&entry, minutes_later(minute)).unwrap();
        }
        export(&store, folder.path())
    };
    for (name, content) in [DATABASE_FILE, ANCHOR_FILE].into_iter().zip(old) {
        fs::write(folder.path().join(name), content).unwrap();
    }
    let store = Store::open(folder.path(), PASSPHRASE, minutes_later(20)).unwrap();
    assert_eq!(store.audit_verify().unwrap().faults, []);
    assert_eq!(
        store.audit_against(&earlier).unwrap().fault,
        Some(AgainstFault::Rewritten { number: 6 })
    );
}
