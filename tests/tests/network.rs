//! No network: the command line under watch, call by call. The window is watched in its own
//! journeys (`window.rs`).

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod support;

use std::{net::TcpListener, path::Path, process::Command};
use support::{programs, repository, trace::Trace};

/// A socket that nobody should open, opened: the watch sees it.
#[test]
fn sockets_opened_for_the_watch() {
    if std::env::var_os("SPINEBOARD_OPEN_A_SOCKET").is_some() {
        TcpListener::bind("127.0.0.1:0").unwrap();
    }
}

#[test]
fn the_watch_sees_a_socket() {
    let folder = tempfile::tempdir().unwrap();
    let Some(trace) = Trace::into(folder.path()) else {
        return;
    };
    let run = |open: bool| {
        let mut command = trace.command(&std::env::current_exe().unwrap());
        command.args(["--exact", "sockets_opened_for_the_watch"]);
        if open {
            command.env("SPINEBOARD_OPEN_A_SOCKET", "1");
        }
        assert!(command.output().unwrap().status.success());
        trace.foreign(|_| false)
    };
    assert_eq!(run(false), Vec::<String>::new());
    let seen = run(true);
    assert!(
        seen.iter().any(|line| line.contains("socket(AF_INET")),
        "{seen:?}"
    );
    assert!(seen.iter().any(|line| line.contains("bind(")), "{seen:?}");
}

/// Runs one command under watch and gives what it printed.
fn runs(trace: &Trace, program: &Path, folder: &Path, arguments: &[&str]) -> String {
    let packs = repository().join("models/packs");
    let mut command: Command = trace.command(program);
    command
        .current_dir(folder)
        .env("SPINEBOARD_PACKS", packs)
        .env("HOME", folder);
    let output = command.args(arguments).output().unwrap();
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(output.status.success(), "{arguments:?}: {said}");
    String::from_utf8(output.stdout).unwrap()
}

#[test]
fn the_command_line_opens_no_socket() {
    let folder = tempfile::tempdir().unwrap();
    let (Some(program), Some(trace)) = (programs::command_line(), Trace::into(folder.path()))
    else {
        return;
    };
    let table = folder.path().join("patients.csv");
    std::fs::write(&table, "id,primary_tumour,age\na,lung,60\n").unwrap();
    support::opened(&folder.path().join("store")).lock();
    std::fs::write(folder.path().join("passphrase"), support::PASSPHRASE).unwrap();
    let opened = |command: &[&'static str]| {
        let store = ["--data", "store", "--passphrase-file", "passphrase"];
        [store.as_slice(), command].concat()
    };
    let journey: [&[&str]; 13] = [
        &["demo", "demo"],
        &["images", "demo/images"],
        &["images", "demo/images", "--json", "--hash"],
        &["assess", "--json", "demo/case.json"],
        &["assess", "--csv", "patients.csv", "--out", "results.csv"],
        &[
            "report",
            "--json",
            "demo/case.json",
            "--images",
            "demo/images",
            "--out",
            "board.pdf",
        ],
        &[
            "deidentify",
            "demo/images",
            "--case",
            "demo/case.json",
            "--out",
            "clean",
            "--confirm-burned-in",
        ],
        &["pack", "check"],
        &opened(&["audit", "verify"]),
        &opened(&["audit", "export", "--out", "log.jsonl"]),
        &opened(&["backup", "--out", "store.backup"]),
        &opened(&["audit", "verify", "--against", "store.backup"]),
        &[
            "--data",
            "restored",
            "--passphrase-file",
            "passphrase",
            "restore",
            "store.backup",
        ],
    ];
    for arguments in journey {
        runs(&trace, &program, folder.path(), arguments);
    }
    for written in ["board.pdf", "results.csv", "clean/case.json", "log.jsonl"] {
        assert!(folder.path().join(written).exists(), "{written}");
    }
    assert_eq!(trace.foreign(|_| false), Vec::<String>::new());
}
