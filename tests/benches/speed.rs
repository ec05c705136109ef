//! How long the main steps take: `cargo bench -p spineboard-tests`. Aims: first image under 0.5 s,
//! an assessment under 50 ms, a report under 300 ms. Medians are printed, nothing is asserted.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use board::{
    Board, BoardOptions, PackSet, WorkerCommand, Workers, assess, index_date_of, write_demo,
    write_report,
};
use criterion::{Criterion, criterion_group, criterion_main};
use std::{hint::black_box, path::Path, sync::Arc};

fn now() -> chrono::DateTime<chrono::Utc> {
    (BoardOptions::default().clock)()
}

fn image_worker() -> WorkerCommand {
    WorkerCommand::of(env!("CARGO_BIN_EXE_journey-worker"))
}

fn steps(criterion: &mut Criterion) {
    let folder = tempfile::tempdir().unwrap();
    let packs = PackSet::open(&[Path::new(env!("CARGO_MANIFEST_DIR")).join("../models/packs")]);
    let workers = Arc::new(Workers::new(image_worker()));
    let demo = write_demo(folder.path(), &workers, now()).unwrap();
    let case = board::read_case_file(&demo.case, now()).unwrap();
    let date = index_date_of(&case).unwrap();
    criterion.bench_function("one assessment", |bencher| {
        bencher.iter(|| black_box(assess(&case, date, &packs, None)));
    });
    let pdf = folder.path().join("summary.pdf");
    criterion.bench_function("one report without images", |bencher| {
        bencher.iter(|| write_report(&case, None, &workers, &pdf, false, &packs, now()).unwrap());
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

criterion_group!(speed, steps, images);
criterion_main!(speed);
