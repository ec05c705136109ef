//! A site's own segmentation model from pack to paper, with the tiny pack of the training kit, which has no medical
//! meaning: what its arithmetic calls an outline is known by hand on the phantom.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod support;

use board::{
    Board, BoardOptions, KeyImageInput, MarkInput, MarkPartInput, OutlineTarget, PackState, StackGeometry,
};
use clinical::marks::{MarkKind, Point, Quantity};
use std::{
    fs,
    path::{Path, PathBuf},
};
use support::{enter, image_worker, packs, repository};

fn test_pack() -> PathBuf {
    repository().join("src-tauri/crates/inference/tests/packs/test-outlines-without-meaning")
}

/// A board whose packs are those of the application and those in a folder, with the demonstration's case.
fn prepared(data: &Path, own: PathBuf) -> (Board, String, StackGeometry, StackGeometry) {
    let mut folders = vec![own];
    folders.extend(packs());
    let board = Board::start(BoardOptions {
        data: data.to_owned(),
        packs: folders,
        image_worker: image_worker(),
        ..BoardOptions::default()
    });
    enter(&board);
    let case = board.open_demo_case().unwrap().case.id;
    let images = data.join("demonstration/images");
    let library = board.open_images(&[images], &mut |_| ()).unwrap();
    let stack = |wanted: &str| {
        let mut stacks = library.library.stacks();
        let found = stacks.find(|(_, series, _)| {
            series.modality == wanted || series.description.contains(wanted)
        });
        board.stack_geometry(&found.unwrap().2.id).unwrap()
    };
    let (ct, mr) = (stack("CT"), stack("T2 TSE SAG"));
    (board, case, ct, mr)
}

/// The image nearest to a height, and its height.
fn at_height(stack: &StackGeometry, z: f64) -> (u32, f64) {
    let heights = stack.images.iter().map(|image| image.position.unwrap()[2]);
    let (index, height) = heights
        .enumerate()
        .min_by(|a, b| (a.1 - z).abs().total_cmp(&(b.1 - z).abs()))
        .unwrap();
    (index as u32, height)
}

fn area(points: &[Point]) -> f64 {
    let next = points.iter().skip(1).chain(points.first());
    let pairs = points.iter().zip(next);
    let twice: f64 = pairs.map(|(a, b)| a[0] * b[1] - b[0] * a[1]).sum();
    twice.abs() / 2.0
}

#[test]
fn explore() {
    let data = tempfile::tempdir().unwrap();
    let (board, _, ct, _) = prepared(data.path(), test_pack());
    let sha = board.status().packs.iter().find_map(|pack| pack.outlines.clone()).unwrap().sha256;
    println!("{:?} {:?} {:?}", ct.pixel_spacing, ct.rows, ct.images[0].position);
    for z in [-45.0, -42.0, -40.0, -37.0, -34.0, -31.0, -28.0, -72.0, -75.0, 33.0, 36.0, 39.0] {
        let (index, z) = at_height(&ct, z);
        let y = 10.0 * (z * std::f64::consts::PI / 260.0).sin() + 17.0 + 6.2;
        let found = board.propose_outline(&ct.id, index, [0.0, y, z], &sha, OutlineTarget::Canal);
        println!("{z} {:?}", found.map(|part| (area(&part.points), part.points.len())).map_err(|e| e.message));
    }
    for z in [60.0, 62.0, 64.0, 66.0, 68.0, 70.0] {
        let (index, z) = at_height(&ct, z);
        let y = 10.0 * (z * std::f64::consts::PI / 260.0).sin() - 3.0;
        let found = board.propose_outline(&ct.id, index, [-6.0, y, z], &sha, OutlineTarget::Lesion);
        println!("blastic {z} {:?}", found.map(|part| (area(&part.points), part.points.len())).map_err(|e| e.message));
    }
}
