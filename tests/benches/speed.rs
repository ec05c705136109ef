//! How long the main steps take: `cargo bench -p spineboard-tests`. Aims: first image under 0.5 s,
//! an assessment under 50 ms, its reasons 300 ms after it, a report under 300 ms, a table of 10,000
//! patients under 60 s and 300 MB. Medians are printed, nothing is asserted.
//!
//! `SPINEBOARD_PACKS` names other packs than those of the repository. Beside the forecasts, the same
//! graph is run by onnxruntime where `SPINEBOARD_PYTHON` (default: the environment of `./check`) has it.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use board::{
    Board, BoardOptions, CaseReport, ExplainedEndpoint, Language, PackSet, WorkerCommand, Workers,
    assess, assess_cohort, assess_table, explain, index_date_of, sweep, write_demo, write_report,
};
use criterion::{Criterion, criterion_group, criterion_main};
use std::{
    hint::black_box,
    path::{Path, PathBuf},
    sync::Arc,
    time::Instant,
};

fn now() -> chrono::DateTime<chrono::Utc> {
    (BoardOptions::default().clock)()
}

fn image_worker() -> WorkerCommand {
    WorkerCommand::of(env!("CARGO_BIN_EXE_journey-worker"))
}

fn pack_folder() -> PathBuf {
    let given = std::env::var_os("SPINEBOARD_PACKS").map(PathBuf::from);
    given.unwrap_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("../models/packs"))
}

/// Patients of whom different things are known.
fn write_table(path: &Path, patients: u32) {
    let primaries = ["breast", "prostate", "lung", "kidney", "colon", "thyroid"];
    let mut text =
        "patient,age,sex,primary_tumour,karnofsky,albumin,liver_metastasis,gene_tp53,bilsky_grade\n"
            .to_owned();
    for number in 0..patients {
        let primary = primaries[number as usize % primaries.len()];
        let sex = if primary == "prostate" || number % 3 == 0 {
            "male"
        } else {
            "female"
        };
        let age = 40 + number % 45;
        let karnofsky = if number % 4 == 0 {
            String::new()
        } else {
            (40 + number % 6 * 10).to_string()
        };
        let albumin = if number % 2 == 0 {
            String::new()
        } else {
            (28 + number % 17).to_string()
        };
        let liver = ["", "true", "false"][number as usize % 3];
        let gene = ["", "variant", "wild_type"][number as usize / 3 % 3];
        let bilsky = ["", "0", "1b", "2"][number as usize % 4];
        text += &format!(
            "{number},{age},{sex},{primary},{karnofsky},{albumin},{liver},{gene},{bilsky}\n"
        );
    }
    std::fs::write(path, text).unwrap();
}

/// The most memory that this process ever had, MB; only Linux tells.
fn most_memory() -> Option<f64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find(|line| line.starts_with("VmHWM:"))?;
    let kilobytes: f64 = line.split_whitespace().nth(1)?.parse().ok()?;
    Some(kilobytes / 1024.0)
}

/// Runs first, so that the memory is that of forecasts and nothing else.
fn forecasts(criterion: &mut Criterion) {
    let folder = tempfile::tempdir().unwrap();
    let started = Instant::now();
    let packs = PackSet::open(&[pack_folder()]);
    println!(
        "packs read and checked in {:.2} s",
        started.elapsed().as_secs_f64()
    );
    let case = write_demo(
        folder.path(),
        &Arc::new(Workers::new(image_worker())),
        now(),
    )
    .unwrap();
    let case = board::read_case_file(&case.case, now()).unwrap();
    let date = index_date_of(&case).unwrap();
    criterion.bench_function("one assessment", |bencher| {
        bencher.iter(|| black_box(assess(&case, date, &packs, None)));
    });
    let mut reasons = criterion.benchmark_group("reasons");
    reasons.sample_size(10);
    for endpoint in [
        ExplainedEndpoint::Survival,
        ExplainedEndpoint::CordCompression,
    ] {
        reasons.bench_function(format!("{endpoint:?}"), |bencher| {
            bencher.iter(|| black_box(explain(&case, date, &packs, None, endpoint)));
        });
    }
    reasons.bench_function("sweep over the blank facts", |bencher| {
        bencher.iter(|| black_box(sweep(&case, date, &packs, None, &[])));
    });
    reasons.finish();

    let [table, results] = ["patients.csv", "results.csv"].map(|name| folder.path().join(name));
    write_table(&table, 10_000);
    let started = Instant::now();
    let outcome = assess_table(&table, &results, &packs, None, now()).unwrap();
    let seconds = started.elapsed().as_secs_f64();
    assert_eq!((outcome.rows, outcome.faults), (10_000, Vec::new()));
    println!("a table of 10,000 patients with scores and intervals: {seconds:.1} s");
    let started = Instant::now();
    let cohort = assess_cohort(&table, None, &packs, None, now()).unwrap();
    assert_eq!(cohort.forecast.patients, 10_000);
    println!(
        "the same as one cohort: {:.1} s",
        started.elapsed().as_secs_f64()
    );
    if let Some(memory) = most_memory() {
        println!("most memory so far: {memory:.0} MB");
    }
    beside_onnxruntime();
}

fn beside_onnxruntime() {
    let home = std::env::var_os("HOME")
        .map(PathBuf::from)
        .unwrap_or_default();
    let python = std::env::var_os("SPINEBOARD_PYTHON").map(PathBuf::from);
    let python = python.unwrap_or_else(|| home.join(".cache/spineboard/venv/bin/python"));
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("benches/onnxruntime_speed.py");
    let ran = std::process::Command::new(python)
        .arg(script)
        .arg(pack_folder())
        .status();
    if !ran.is_ok_and(|status| status.success()) {
        println!("SKIPPED: onnxruntime is not there; SPINEBOARD_PYTHON names a Python that has it");
    }
}

fn steps(criterion: &mut Criterion) {
    let folder = tempfile::tempdir().unwrap();
    let packs = PackSet::open(&[pack_folder()]);
    let workers = Arc::new(Workers::new(image_worker()));
    let demo = write_demo(folder.path(), &workers, now()).unwrap();
    let case = board::read_case_file(&demo.case, now()).unwrap();
    let pdf = folder.path().join("summary.pdf");
    criterion.bench_function("one report without images", |bencher| {
        bencher.iter(|| {
            write_report(
                &case,
                None,
                &workers,
                &pdf,
                false,
                Language::English,
                &packs,
                now(),
                CaseReport::Full,
            )
            .unwrap()
        });
    });
}

/// 300 slices of 512 × 512, from the folder to the bytes that the viewer draws.
fn images(criterion: &mut Criterion) {
    let folder = tempfile::tempdir().unwrap();
    board::write_large_phantom(folder.path()).unwrap();
    let mut group = criterion.benchmark_group("300 slices");
    group.sample_size(10);
    for (name, everything) in [("to the first image", false), ("to the full volume", true)] {
        group.bench_function(name, |bencher| {
            bencher.iter(|| {
                let board = Board::start(BoardOptions {
                    image_worker: image_worker(),
                    ..BoardOptions::default()
                });
                let library = board
                    .open_images(&[folder.path().to_owned()], &mut |_| ())
                    .unwrap();
                let (_, _, stack) = library.library.stacks().next().unwrap();
                let count = if everything {
                    stack.images.len() as u32
                } else {
                    1
                };
                let first = if everything {
                    0
                } else {
                    stack.images.len() as u32 / 2
                };
                black_box(board.read_frames(&stack.id, first, count).unwrap());
            });
        });
    }
    group.finish();
}

criterion_group!(speed, forecasts, steps, images);
criterion_main!(speed);
