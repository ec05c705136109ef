//! The commands on the encrypted database, as a person types them.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use board::{Board, BoardOptions, Secret};
use std::{
    fs,
    io::Write,
    path::Path,
    process::{Command, Output, Stdio},
};

const PASSPHRASE: &str = "correct horse battery staple";

/// Runs the program with the passphrase on standard input.
fn spineboard(data: &Path, passphrase: &str, arguments: &[&str]) -> Output {
    let mut child = Command::new(env!("CARGO_BIN_EXE_spineboard"))
        .env("LC_ALL", "C")
        .arg("--data")
        .arg(data)
        .args(["--passphrase-file", "-"])
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let line = format!("{passphrase}\n");
    // A program that refuses its arguments does not read.
    let _ = child.stdin.take().unwrap().write_all(line.as_bytes());
    child.wait_with_output().unwrap()
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

#[test]
fn verify_export_backup_and_restore_say_how_they_went() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name).display().to_string();
    let data = folder.path().join("data");
    let board = Board::start(BoardOptions {
        data: data.clone(),
        ..BoardOptions::default()
    });
    board
        .create_store(Secret::from(PASSPHRASE.to_owned()))
        .unwrap();
    let busy = spineboard(&data, PASSPHRASE, &["audit", "verify"]);
    assert_eq!(busy.status.code(), Some(1), "{}", text(&busy.stderr));
    board.lock();
    drop(board);

    let verified = spineboard(&data, PASSPHRASE, &["audit", "verify"]);
    assert_eq!(
        verified.status.code(),
        Some(0),
        "{}",
        text(&verified.stderr)
    );
    assert!(text(&verified.stdout).contains("0 faults"));
    let wrong = spineboard(&data, "some other passphrase", &["audit", "verify"]);
    assert_eq!(wrong.status.code(), Some(1));

    let (log, copy) = (path("log.jsonl"), path("all.backup"));
    let exported = spineboard(&data, PASSPHRASE, &["audit", "export", "--out", &log]);
    assert_eq!(
        exported.status.code(),
        Some(0),
        "{}",
        text(&exported.stderr)
    );
    let written = spineboard(&data, PASSPHRASE, &["backup", "--out", &copy]);
    assert_eq!(written.status.code(), Some(0), "{}", text(&written.stderr));
    for earlier in [&log, &copy] {
        let compared = spineboard(
            &data,
            PASSPHRASE,
            &["audit", "verify", "--against", earlier],
        );
        assert_eq!(
            compared.status.code(),
            Some(0),
            "{}",
            text(&compared.stderr)
        );
    }

    let edited = fs::read_to_string(&log)
        .unwrap()
        .replace("unlocked", "unlokked");
    fs::write(&log, edited).unwrap();
    let compared = spineboard(&data, PASSPHRASE, &["audit", "verify", "--against", &log]);
    assert_eq!(compared.status.code(), Some(3));
    assert!(text(&compared.stderr).contains("it proves nothing"));

    let machine = folder.path().join("machine");
    let restored = spineboard(&machine, PASSPHRASE, &["restore", &copy]);
    assert_eq!(
        restored.status.code(),
        Some(0),
        "{}",
        text(&restored.stderr)
    );
    assert!(text(&restored.stdout).contains("0 faults"));
    let again = spineboard(&machine, PASSPHRASE, &["restore", &copy]);
    assert_eq!(again.status.code(), Some(1));
    assert!(
        text(&again.stderr).contains("already"),
        "{}",
        text(&again.stderr)
    );

    // The old machine goes on; the new one does not know that, and neither is the other's past.
    fs::copy(data.join("spineboard.db"), machine.join("spineboard.db")).unwrap();
    let replaced = spineboard(&machine, PASSPHRASE, &["audit", "verify"]);
    assert_eq!(
        replaced.status.code(),
        Some(3),
        "{}",
        text(&replaced.stdout)
    );
    assert!(text(&replaced.stderr).contains("another history"));
}

#[test]
fn wrong_usage_is_told_apart() {
    let folder = tempfile::tempdir().unwrap();
    let bare = Command::new(env!("CARGO_BIN_EXE_spineboard"))
        .env("LC_ALL", "C")
        .args(["audit", "verify"])
        .output()
        .unwrap();
    assert_eq!(bare.status.code(), Some(2));
    let argument = spineboard(folder.path(), "", &["audit", "verify", "--passphrase", "x"]);
    assert_eq!(
        argument.status.code(),
        Some(2),
        "a passphrase is never an argument"
    );
    let absent = spineboard(
        &folder.path().join("data"),
        PASSPHRASE,
        &["audit", "verify"],
    );
    assert_eq!(absent.status.code(), Some(1));
    assert!(!folder.path().join("data").exists());
}
