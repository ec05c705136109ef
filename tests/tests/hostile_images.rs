//! Damaged and hostile image files through the board, as the window opens them: it stays usable, says
//! why each file was left out, and its image workers stay small.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
#![cfg(target_os = "linux")]

mod support;

use board::{Board, BoardOptions};
use std::{
    collections::BTreeMap,
    fs,
    path::Path,
    process::Command,
    sync::atomic::{AtomicBool, AtomicU64, Ordering},
    thread,
    time::{Duration, Instant},
};
use support::{image_worker, shared};

/// What one header or frame may take, with what a busy machine adds.
const PATIENCE: Duration = Duration::from_secs(11);

fn board() -> Board {
    Board::start(BoardOptions {
        image_worker: image_worker(),
        ..BoardOptions::default()
    })
}

/// The most memory that any child of this process has had, in bytes.
fn peak_of_children() -> u64 {
    let mut peak = 0;
    for task in fs::read_dir("/proc/self/task").unwrap().flatten() {
        let list = fs::read_to_string(task.path().join("children")).unwrap_or_default();
        for child in list.split_whitespace() {
            let status = fs::read_to_string(format!("/proc/{child}/status")).unwrap_or_default();
            let line = status.lines().find(|line| line.starts_with("VmHWM:"));
            let kilobytes = line.and_then(|line| line.split_whitespace().nth(1)?.parse().ok());
            peak = peak.max(kilobytes.unwrap_or(0_u64) << 10);
        }
    }
    peak
}

#[test]
fn all_hostile_files_pass_through_the_board_within_their_limits() {
    let Some(folder) = shared("dicom/malformed") else {
        return;
    };
    let (over, peak) = (AtomicBool::new(false), AtomicU64::new(0));
    thread::scope(|scope| {
        scope.spawn(|| {
            while !over.load(Ordering::Relaxed) {
                peak.fetch_max(peak_of_children(), Ordering::Relaxed);
                thread::sleep(Duration::from_millis(1));
            }
        });
        let board = board();
        let mut heard = Instant::now();
        let mut longest = Duration::ZERO;
        let opened = board
            .open_images(&[folder], &mut |_| {
                longest = longest.max(heard.elapsed());
                heard = Instant::now();
            })
            .unwrap();
        assert!(longest < PATIENCE, "{longest:?}");
        let library = &opened.library;
        assert_eq!(library.files, 95);
        let mut reasons: BTreeMap<String, u32> = BTreeMap::new();
        for file in &library.rejected {
            *reasons.entry(format!("{:?}", file.reason)).or_default() += 1;
        }
        let (mut shown, mut refused) = (0, 0);
        for (_, _, stack) in library.stacks() {
            for index in 0..stack.images.len() as u32 {
                let asked = Instant::now();
                match board.read_frames(&stack.id, index, 1) {
                    Ok(_) => shown += 1,
                    Err(error) => {
                        assert_eq!(error.code, "image_unreadable", "{error}");
                        refused += 1;
                    }
                }
                assert!(
                    asked.elapsed() < PATIENCE,
                    "{:?}",
                    stack.images[index as usize].path
                );
            }
            let _ = board.stack_geometry(&stack.id);
        }
        over.store(true, Ordering::Relaxed);
        eprintln!("left out {reasons:?}; {shown} frames shown, {refused} refused");
        assert!(shown > 0 && refused > 0 && reasons.len() > 3);
    });
    let peak = peak.load(Ordering::Relaxed);
    eprintln!("peak of a worker: {} MB", peak >> 20);
    assert!(peak > 0 && peak < 1 << 30, "{peak} bytes");
}

#[test]
fn opening_is_cancelled_within_a_second_while_one_file_hangs() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("file");
    fs::write(&file, "x").unwrap();
    // A report comes when this folder is listed, after the file beside it and before it is read.
    fs::create_dir(folder.path().join("empty")).unwrap();
    let board = board();
    let mut reports = 0;
    let mut asked = None;
    let outcome = board.open_images(&[folder.path().to_owned()], &mut |progress| {
        reports += u32::from(progress.found == 1);
        if reports == 1 {
            // A pipe that nobody writes into.
            fs::remove_file(&file).unwrap();
            assert!(
                Command::new("mkfifo")
                    .arg(&file)
                    .status()
                    .unwrap()
                    .success()
            );
        }
        if reports == 5 {
            asked = Some(Instant::now());
            board.cancel_images();
        }
    });
    assert_eq!(outcome.unwrap_err().code, "cancelled");
    assert!(asked.unwrap().elapsed() < Duration::from_secs(1));
}

#[test]
fn without_an_image_worker_the_board_says_what_to_do_and_never_reads_by_itself() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("file"), "x").unwrap();
    let board = Board::start(BoardOptions {
        image_worker: board::WorkerCommand::of("/nowhere/at/all"),
        ..BoardOptions::default()
    });
    let error = board
        .open_images(&[folder.path().to_owned()], &mut |_| ())
        .unwrap_err();
    assert_eq!(error.code, "image_worker");

    // Only the worker's own room knows how to decode in its process.
    let sources = Path::new(env!("CARGO_MANIFEST_DIR")).join("../src-tauri");
    let mut read = 0;
    for room in ["src", "crates/board/src", "crates/cli/src"] {
        for entry in fs::read_dir(sources.join(room)).unwrap() {
            let path = entry.unwrap().path();
            if path.extension().is_some_and(|end| end == "rs") {
                let text = fs::read_to_string(&path).unwrap();
                for name in ["imaging::decode", "imaging::pixel_hash"] {
                    assert!(!text.contains(name), "{} uses {name}", path.display());
                }
                read += 1;
            }
        }
    }
    assert!(read > 10, "the sources were not found");
}
