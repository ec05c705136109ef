//! What is looked at, exported and refused stands in the log; backups come by schedule, old ones go
//! only after a good new one, and a new machine gets everything back.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod support;

use board::{Board, BoardOptions, Identity, Secret, StoreStatus};
use chrono::{DateTime, Duration, TimeZone, Utc};
use std::{
    fs,
    path::Path,
    sync::atomic::{AtomicI64, Ordering},
};
use support::{PASSPHRASE, enter};

/// A clock that a test sets. Each test has its own, because a clock is a plain function.
macro_rules! clock {
    ($minutes:ident, $now:ident) => {
        static $minutes: AtomicI64 = AtomicI64::new(0);
        fn $now() -> DateTime<Utc> {
            let noon = Utc.with_ymd_and_hms(2026, 3, 2, 12, 0, 0).unwrap();
            noon + Duration::minutes($minutes.load(Ordering::Relaxed))
        }
    };
}

fn start(data: &Path, clock: fn() -> DateTime<Utc>) -> Board {
    Board::start(BoardOptions {
        data: data.to_owned(),
        clock,
        ..BoardOptions::default()
    })
}

fn secret() -> Secret {
    support::secret(PASSPHRASE)
}

fn someone() -> Identity {
    Identity {
        patient_id: "4711".to_owned(),
        family_name: "Ñandú-Öztürk".to_owned(),
        given_name: "Łukasz".to_owned(),
        alphabetic_name: None,
        birth_date: None,
    }
}

fn actions(board: &Board) -> Vec<String> {
    let rows = board.audit_rows(None, 500).unwrap();
    rows.into_iter().rev().map(|row| row.action).collect()
}

fn names(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).unwrap();
    let mut names: Vec<_> = entries
        .map(|entry| entry.unwrap().file_name().to_string_lossy().into_owned())
        .collect();
    names.sort();
    names
}

#[test]
fn looking_exporting_and_refusing_is_logged_without_identity() {
    clock!(MINUTES, now);
    let folder = tempfile::tempdir().unwrap();
    let out = tempfile::tempdir().unwrap();
    let board = start(&folder.path().join("data"), now);
    enter(&board);
    let id = board.create_case(someone(), "?").unwrap().case.id;
    let before = actions(&board).len();

    for search in ["", "ö", "öz", "özt"] {
        board.list_cases(search).unwrap();
    }
    MINUTES.store(11, Ordering::Relaxed);
    board.list_cases("").unwrap();
    board.open_case(&id).unwrap();
    let pdf = out.path().join("summary.pdf");
    board.export_pdf(&id, Some(&pdf), support::MASKED).unwrap();
    let log = out.path().join("log.jsonl");
    board.export_audit(Some(&log)).unwrap();
    board
        .write_backup(Some(&out.path().join("a.backup")))
        .unwrap();
    board
        .write_backup(Some(&out.path().join("no/a.backup")))
        .unwrap_err();
    assert_eq!(board.audit_verify().unwrap().faults, []);
    assert_eq!(
        actions(&board)[before..],
        [
            "cases_listed",
            "cases_listed",
            "case_viewed",
            "report_exported",
            "audit_exported",
            "backup_written",
            "backup_failed",
            "audit_verified",
        ]
    );
    let viewed = &board.audit_rows(None, 6).unwrap()[5];
    assert_eq!(viewed.case_id.as_deref(), Some(id.as_str()));
    let text = fs::read_to_string(&log).unwrap();
    for name in ["Öztürk", "Łukasz", "4711"] {
        assert!(!text.contains(name), "{name}");
    }
    assert!(text.contains(&id));
    assert_eq!(names(out.path()), ["a.backup", "log.jsonl", "summary.pdf"]);
}

#[test]
fn scheduled_backups_come_in_time_and_old_ones_go_after_a_good_new_one() {
    clock!(MINUTES, now);
    let folder = tempfile::tempdir().unwrap();
    let copies = tempfile::tempdir().unwrap();
    let board = start(&folder.path().join("data"), now);
    enter(&board);
    assert!(!board.status().backup.due);
    assert_eq!(board.backup_if_due(), None, "no schedule, no backup");
    assert_eq!(
        board.write_backup(None).unwrap_err().code,
        "no_backup_folder"
    );

    let status = board
        .set_backup_schedule(Some(copies.path()), 6, 2)
        .unwrap();
    assert!(status.backup.due && status.backup.last.is_none());
    for foreign in [
        "notes.txt",
        "spineboard-20200101-000000.backup",
        "mine.backup",
    ] {
        fs::write(copies.path().join(foreign), "not ours").unwrap();
    }
    for (minutes, expected) in [
        (0, true),
        (5, false),
        (359, false),
        (360, true),
        (720, true),
    ] {
        MINUTES.store(minutes, Ordering::Relaxed);
        assert_eq!(board.backup_if_due().is_some(), expected, "{minutes}");
    }
    let latest = &board.audit_rows(None, 1).unwrap()[0];
    assert_eq!(
        (latest.action.as_str(), latest.actor.as_str()),
        ("backup_written", ""),
        "nobody wrote it by hand"
    );
    let there = [
        "mine.backup",
        "notes.txt",
        "spineboard-20200101-000000.backup",
        "spineboard-20260302-180000.backup",
        "spineboard-20260303-000000.backup",
    ];
    assert_eq!(
        names(copies.path()),
        there,
        "two are kept, others are left alone"
    );

    let away = copies.path().with_extension("away");
    fs::rename(copies.path(), &away).unwrap();
    MINUTES.store(1080, Ordering::Relaxed);
    assert_eq!(board.backup_if_due(), None);
    let status = board.status().backup;
    assert_eq!(status.last_fault.unwrap().code, "file_unwritable");
    assert!(status.due);
    fs::rename(&away, copies.path()).unwrap();
    assert_eq!(names(copies.path()), there, "a failure takes nothing away");
    MINUTES.store(1100, Ordering::Relaxed);
    assert_eq!(board.backup_if_due(), None, "it is not tried every minute");
    MINUTES.store(1111, Ordering::Relaxed);
    let written = board.backup_if_due().unwrap();
    let status = board.status().backup;
    assert_eq!((status.last_fault, status.last), (None, Some(written)));
    MINUTES.store(-10_000, Ordering::Relaxed);
    assert!(
        board.status().backup.due,
        "a clock set back puts off no backup"
    );
    board.lock();
    assert_eq!(board.backup_if_due(), None);
}

#[test]
fn a_schedule_that_would_not_protect_is_refused_in_words() {
    clock!(MINUTES, now);
    MINUTES.store(0, Ordering::Relaxed);
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    let board = start(&data, now);
    enter(&board);
    let inside = data.join("copies");
    fs::create_dir(&inside).unwrap();
    let refused = |folder: &Path, hours, keep| {
        board
            .set_backup_schedule(Some(folder), hours, keep)
            .unwrap_err()
            .code
    };
    assert_eq!(refused(&inside, 24, 7), "backup_in_data_folder");
    assert_eq!(
        refused(&folder.path().join("missing"), 24, 7),
        "backup_folder"
    );
    for (hours, keep) in [(0, 7), (721, 7), (24, 0), (24, 366)] {
        assert_eq!(refused(folder.path(), hours, keep), "backup_schedule");
    }
    assert_eq!(
        names(folder.path()),
        ["data"],
        "trying a folder leaves nothing"
    );
    let words = board.words("en");
    for code in [
        "backup_in_data_folder",
        "backup_folder",
        "backup_schedule",
        "no_backup_folder",
        "file_unreadable",
        "file_unwritable",
        "not_a_backup",
        "newer_backup",
        "backup_damaged",
        "backup_unfaithful",
        "not_an_export",
        "no_randomness",
    ] {
        assert!(words.contains_key(&format!("error.{code}")), "{code}");
    }
    for action in actions(&board) {
        assert!(
            words.contains_key(&format!("audit_action.{action}")),
            "{action}"
        );
    }
}

#[test]
fn a_new_machine_gets_everything_back_from_a_backup() {
    clock!(MINUTES, now);
    MINUTES.store(0, Ordering::Relaxed);
    let folder = tempfile::tempdir().unwrap();
    let (old, new) = (folder.path().join("old"), folder.path().join("new"));
    let backup = folder.path().join("all.backup");
    let (id, view) = {
        let board = start(&old, now);
        enter(&board);
        let view = board.create_case(someone(), "?").unwrap();
        board.write_backup(Some(&backup)).unwrap();
        let again = board.restore_backup(&backup, secret()).unwrap_err();
        assert!(["already_created", "locked_by_another"].contains(&again.code.as_str()));
        (view.case.id.clone(), view)
    };
    let board = start(&new, now);
    let missing = board.restore_backup(&folder.path().join("no.backup"), secret());
    assert_eq!(missing.unwrap_err().code, "file_unreadable");
    let wrong = board.restore_backup(&backup, "another passphrase".to_owned().into());
    assert_eq!(wrong.unwrap_err().code, "wrong_passphrase");
    assert_eq!(board.status().store, StoreStatus::Absent);
    let status = board.restore_backup(&backup, secret()).unwrap();
    assert_eq!(status.store, StoreStatus::Open);
    assert_eq!(board.open_case(&id).unwrap_err().code, "sign_in_needed");
    enter(&board);
    let restored = board.open_case(&id).unwrap();
    assert_eq!(
        (restored.case, restored.revision),
        (view.case, view.revision)
    );
    assert_eq!(board.audit_verify().unwrap().faults, []);
    assert!(actions(&board).contains(&"backup_restored".to_owned()));
}

#[test]
fn a_new_machine_gets_everything_back_without_the_passphrase_by_the_recovery_key() {
    clock!(MINUTES, now);
    MINUTES.store(0, Ordering::Relaxed);
    let folder = tempfile::tempdir().unwrap();
    let (old, new) = (folder.path().join("old"), folder.path().join("new"));
    let backup = folder.path().join("all.backup");
    let board = start(&old, now);
    enter(&board);
    let sheet = board.make_recovery_key().unwrap().key;
    let view = board.create_case(someone(), "?").unwrap();
    board.write_backup(Some(&backup)).unwrap();
    let other_sheet = board.make_recovery_key().unwrap().key;
    drop(board);

    let board = start(&new, now);
    let by = |key: &str, passphrase: &str| {
        board.restore_backup_with_recovery_key(
            &backup,
            support::secret(key),
            support::secret(passphrase),
        )
    };
    let chosen = "nine quiet herons at dawn";
    let later = by(&other_sheet, chosen).unwrap_err();
    assert_eq!(later.code, "wrong_recovery_key", "made after the backup");
    assert_eq!(
        by(&sheet, "short").unwrap_err().code,
        "passphrase_too_short"
    );
    assert_eq!(by("ABC", chosen).unwrap_err().code, "recovery_key_misread");
    assert_eq!(board.status().store, StoreStatus::Absent);
    assert_eq!(names(&new), ["spineboard.lock"], "nothing is left behind");

    let status = by(&sheet, chosen).unwrap();
    assert_eq!(status.store, StoreStatus::Open);
    assert!(status.recovered, "a forgotten PIN may be set anew");
    assert_eq!(board.audit_verify().unwrap().faults, []);
    board.lock();
    let former = board.unlock(secret()).unwrap_err();
    assert_eq!(former.code, "wrong_passphrase");
    board.unlock(support::secret(chosen)).unwrap();
    let person = board.status().people[0].id.clone();
    board
        .sign_in(&person, support::secret(support::PIN))
        .unwrap();
    assert_eq!(board.open_case(&view.case.id).unwrap().case, view.case);
    let said = actions(&board);
    for action in ["recovery_key_used", "passphrase_changed", "backup_restored"] {
        assert!(said.contains(&action.to_owned()), "{action} in {said:?}");
    }
}
