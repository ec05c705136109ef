//! A panic leaves a report without its message, which may quote what a person typed.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use board::{Board, BoardOptions};
use std::process::Command;

const MARK: &str = "SPINEBOARD_CRASH_FOLDER";
const NAME: &str = "Ñandú-Öztürk";

/// Runs in a process of its own, since the hook and the limit hold for a whole process.
#[test]
fn crash_in_a_child() {
    let Some(folder) = std::env::var_os(MARK) else {
        return;
    };
    board::without_memory_image();
    board::report_crashes(Some(folder.into()), "spineboard-test", chrono::Utc::now);
    let limits = std::fs::read_to_string("/proc/self/limits").unwrap_or_default();
    let core = limits.lines().find(|line| line.starts_with("Max core"));
    if let Some(core) = core {
        assert!(
            core.contains(" 1 "),
            "an image of the memory could be written: {core}"
        );
    }
    let name = std::env::args().find(|argument| argument == "nobody");
    std::thread::spawn(move || name.unwrap_or_else(|| panic!("patient {NAME} cannot be read")))
        .join()
        .unwrap_err();
    let number: Result<u32, _> = NAME.parse();
    number.map_err(|_| format!("patient {NAME}")).unwrap();
}

#[test]
fn a_crash_report_holds_no_identity() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    let child = Command::new(std::env::current_exe().unwrap())
        .args([
            "--exact",
            "crash_in_a_child",
            "--nocapture",
            "--test-threads=1",
        ])
        .env(MARK, &data)
        .output()
        .unwrap();
    assert!(!child.status.success());
    let printed = [child.stdout, child.stderr].concat();
    let mut texts = vec![String::from_utf8_lossy(&printed).into_owned()];
    let mut reports = Vec::new();
    for entry in std::fs::read_dir(&data).unwrap() {
        let path = entry.unwrap().path();
        texts.push(std::fs::read_to_string(&path).unwrap());
        reports.push(path);
    }
    assert!(!reports.is_empty(), "no report was written");
    let (said, report) = (&texts[0], &texts[1]);
    assert!(said.contains("an unforeseen error at"), "{said}");
    assert!(
        report.contains("place    ") && report.contains("crash.rs:"),
        "{report}"
    );
    assert!(report.contains("crash::crash_in_a_child"), "{report}");
    for text in &texts {
        for part in [NAME, "Öztürk", "patient "] {
            assert!(!text.contains(part), "{part:?} in {text}");
        }
    }

    let status = |data: &std::path::Path| {
        Board::start(BoardOptions {
            data: data.to_owned(),
            ..BoardOptions::default()
        })
        .status()
    };
    let told = status(&data)
        .last_crash
        .expect("the next start tells of it");
    assert!(std::path::Path::new(&told.path).exists());
    assert!(status(&data).last_crash.is_none(), "it is told once");
}
