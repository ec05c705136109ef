//! Studies that change after their folder was opened, as on a disc that is taken out or a folder that
//! is still being copied: nothing is shown under another image's name, each frame that is not shown
//! says why, and the others stay.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod support;

use board::{Board, BoardOptions, ImageLibrary, Workers};
use std::{
    fs,
    path::{Path, PathBuf},
};
use support::image_worker;

fn board() -> Board {
    Board::start(BoardOptions {
        image_worker: image_worker(),
        ..BoardOptions::default()
    })
}

fn written(folder: &Path) -> PathBuf {
    let now = (BoardOptions::default().clock)();
    let workers = Workers::new(image_worker());
    board::write_demo(folder, &workers, now).unwrap().images
}

fn open(board: &Board, folder: &Path) -> ImageLibrary {
    board
        .open_images(&[folder.to_owned()], &mut |_| ())
        .unwrap()
}

/// The stack of a modality, and the files of its images.
fn stack(opened: &ImageLibrary, modality: &str) -> (String, Vec<PathBuf>) {
    let mut stacks = opened.library.stacks();
    let (_, _, stack) = stacks
        .find(|(_, series, _)| series.modality == modality)
        .unwrap();
    let files = stack.images.iter().map(|image| image.path.clone());
    (stack.id.clone(), files.collect())
}

/// Empty where a frame is shown.
fn reason(board: &Board, stack: &str, frame: u32) -> String {
    match board.read_frames(stack, frame, 1) {
        Ok(_) => String::new(),
        Err(error) => {
            assert_eq!(error.code, "image_unreadable", "{error}");
            error.parameters["reason"].clone()
        }
    }
}

#[test]
fn a_study_that_changes_while_it_loads_shows_what_is_left_and_says_why() {
    let place = tempfile::tempdir().unwrap();
    let folder = written(place.path());
    let board = board();
    let opened = open(&board, &folder);
    let (slices, files) = stack(&opened, "CT");
    let (_, other) = stack(&opened, "MR");
    let before = board.read_frames(&slices, 0, 1).unwrap();

    fs::remove_file(&files[1]).unwrap();
    let bytes = fs::read(&files[2]).unwrap();
    fs::write(&files[2], &bytes[..bytes.len() / 2]).unwrap();
    fs::copy(&files[4], &files[3]).unwrap();
    fs::copy(&other[0], &files[5]).unwrap();
    fs::write(&files[6], "a note").unwrap();
    let reasons = (0..8).map(|frame| reason(&board, &slices, frame));
    assert_eq!(
        reasons.collect::<Vec<_>>(),
        [
            "",
            "missing",
            "truncated",
            "changed",
            "",
            "changed",
            "not_dicom",
            ""
        ]
    );
    let together = board.read_frames(&slices, 0, 8).unwrap_err();
    assert_eq!(together.code, "image_unreadable");
    assert_eq!(board.read_frames(&slices, 0, 1).unwrap(), before);

    let again = open(&board, &folder);
    let (slices, left) = stack(&again, "CT");
    assert_eq!(left.len(), files.len() - 5);
    let count = left.len() as u32;
    assert!((0..count).all(|frame| reason(&board, &slices, frame).is_empty()));
}

#[test]
fn a_disc_that_is_taken_out_is_said_and_read_on_when_it_is_back() {
    let place = tempfile::tempdir().unwrap();
    let (disc, away) = (written(place.path()), place.path().join("away"));
    let board = board();
    let (slices, _) = stack(&open(&board, &disc), "CT");
    fs::rename(&disc, &away).unwrap();
    assert_eq!(reason(&board, &slices, 0), "missing");
    let error = board.open_images(std::slice::from_ref(&disc), &mut |_| ());
    assert_eq!(error.unwrap_err().code, "image_folder");
    assert!(
        board.stack_geometry(&slices).is_ok(),
        "what was open stays open"
    );
    fs::rename(&away, &disc).unwrap();
    assert_eq!(reason(&board, &slices, 0), "");
}

#[test]
fn a_file_that_goes_between_listing_and_reading_is_left_out_with_its_reason() {
    let place = tempfile::tempdir().unwrap();
    let board = board();
    let (_, files) = stack(&open(&board, &written(place.path())), "CT");
    let folder = place.path().join("copied");
    // A report comes when this folder is listed, after the files beside it and before they are read.
    fs::create_dir_all(folder.join("empty")).unwrap();
    for (number, file) in files[..3].iter().enumerate() {
        fs::copy(file, folder.join(number.to_string())).unwrap();
    }
    let mut listed = 0;
    let opened = board.open_images(std::slice::from_ref(&folder), &mut |progress| {
        listed += u32::from(progress.found == 3);
        if listed == 1 {
            let _ = fs::remove_file(folder.join("1"));
        }
    });
    let opened = opened.unwrap();
    assert_eq!(stack(&opened, "CT").1.len(), 2);
    let [left_out] = &opened.library.rejected[..] else {
        panic!("{:?}", opened.library.rejected)
    };
    assert_eq!(left_out.path, folder.join("1"));
    assert!(left_out.reason.sentence().contains("no longer there"));
}
