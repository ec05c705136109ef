//! Files far larger than memory: one frame at a time, at the cost of one frame.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
// Files with holes, and the memory of other processes.
#![cfg(target_os = "linux")]

use imaging::{Continue, FrameCache, ImagingError, Reason, Stack, scan};
use std::{
    fs::File,
    io::{Seek, SeekFrom, Write},
    path::{Path, PathBuf},
    sync::Arc,
    time::{Duration, Instant},
};

mod dicom;
mod processes;
mod shared;

use dicom::Dataset;

/// As many frames of half a megabyte as the 32 bits of the length hold (PS3.5 section 7.1.1).
const FRAMES: u32 = 8191;
const FRAME: u64 = 512 * 512 * 2;

/// A file of 4 GB that is a hole but for the first four bytes of three frames.
fn four_gigabytes(folder: &Path, marked: &[u32]) -> PathBuf {
    let path = folder.join("large");
    let length = FRAME * u64::from(FRAMES);
    let header = Dataset::ct(512, 512, FRAMES).opening(u32::try_from(length).unwrap());
    let mut file = File::create(&path).unwrap();
    file.write_all(&header).unwrap();
    file.set_len(header.len() as u64 + length).unwrap();
    for frame in marked {
        let start = header.len() as u64 + u64::from(frame - 1) * FRAME;
        file.seek(SeekFrom::Start(start)).unwrap();
        file.write_all(&frame.to_le_bytes()).unwrap();
    }
    path
}

fn mark(pixels: &[u8]) -> u32 {
    u32::from_le_bytes(pixels[..4].try_into().unwrap())
}

fn only_stack(library: &imaging::Library) -> &Stack {
    let mut stacks = library.stacks();
    let (_, _, stack) = stacks.next().expect("one stack");
    assert!(stacks.next().is_none());
    stack
}

#[test]
fn a_file_of_four_gigabytes_is_read_frame_by_frame() {
    let _alone = processes::alone();
    let folder = tempfile::tempdir().unwrap();
    let marked = [1, 4096, FRAMES];
    let path = four_gigabytes(folder.path(), &marked);
    let workers = shared::workers();
    let watched = processes::Watched::start();
    let mut reports = Vec::new();
    let library = scan(&path, &workers, &mut |progress| {
        reports.push(progress.done);
        Continue::Yes
    })
    .unwrap();
    assert_eq!(reports.last(), Some(&1));
    let stack = only_stack(&library);
    assert_eq!(stack.images.len(), FRAMES as usize);
    let limit = 8 * FRAME as usize;
    let cache = FrameCache::new(Arc::clone(&workers), limit);
    for frame in marked {
        let pixels = cache.frame(&stack.images[frame as usize - 1]).unwrap();
        assert_eq!(pixels.bytes.len() as u64, FRAME);
        assert_eq!(mark(&pixels.bytes), frame);
    }
    // As a viewer scrolls: chunk after chunk, and the cache stays small.
    for first in (0..200).step_by(16) {
        let bytes = cache.frames_for_display(stack, first, 16).unwrap();
        assert_eq!(bytes.len() as u64, 16 * FRAME);
        assert!(cache.bytes() <= limit);
    }
    let peak = watched.peak();
    eprintln!("peak of a worker: {} MB", peak >> 20);
    assert!(peak < 200 << 20, "{peak} bytes for a frame of {FRAME}");
}

#[test]
fn reading_a_large_file_can_be_cancelled() {
    let _alone = processes::alone();
    let folder = tempfile::tempdir().unwrap();
    let path = four_gigabytes(folder.path(), &[]);
    let outcome = scan(&path, &shared::workers(), &mut |_| Continue::No);
    assert!(matches!(outcome, Err(ImagingError::Cancelled)));
}

fn item(bytes: &mut Vec<u8>, value: &[u8]) {
    bytes.extend_from_slice(&[0xfe, 0xff, 0x00, 0xe0]);
    bytes.extend_from_slice(&(value.len() as u32).to_le_bytes());
    bytes.extend_from_slice(value);
}

/// Encapsulated, uncompressed (PS3.5 section A.4.11), two fragments to a frame.
fn fragmented(folder: &Path, frames: u32, with_table: bool) -> PathBuf {
    let mut dataset = Dataset::ct(2, 2, frames);
    dataset.syntax("1.2.840.10008.1.2.1.98");
    let mut bytes = dataset.opening(u32::MAX);
    let table: Vec<u8> = (0..frames)
        .flat_map(|frame| (frame * 24).to_le_bytes())
        .collect();
    item(&mut bytes, if with_table { &table } else { &[] });
    for frame in 0..frames {
        item(&mut bytes, &frame.to_le_bytes());
        item(&mut bytes, &[9, 9, 9, 9]);
    }
    bytes.extend_from_slice(&[0xfe, 0xff, 0xdd, 0xe0, 0, 0, 0, 0]);
    let path = folder.join("fragments");
    std::fs::write(&path, bytes).unwrap();
    path
}

#[test]
fn very_many_fragments_are_found_by_their_table() {
    let _alone = processes::alone();
    let folder = tempfile::tempdir().unwrap();
    let path = fragmented(folder.path(), 200_000, true);
    let workers = shared::workers();
    let library = scan(&path, &workers, &mut |_| Continue::Yes).unwrap();
    let stack = only_stack(&library);
    assert_eq!(stack.images.len(), 200_000);
    let cache = FrameCache::new(workers, 1 << 20);
    let asked = Instant::now();
    for index in [0, 199_999, 7, 123_456] {
        let pixels = cache.frame(&stack.images[index]).unwrap();
        assert_eq!(mark(&pixels.bytes), index as u32);
        assert_eq!(pixels.bytes[4..], [9, 9, 9, 9]);
    }
    assert!(
        asked.elapsed() < Duration::from_secs(40),
        "four answers, each within its limit"
    );
}

#[test]
fn frames_without_a_table_or_with_one_of_gigabytes_are_refused() {
    let _alone = processes::alone();
    let folder = tempfile::tempdir().unwrap();
    let refusal = |path: &Path| {
        let image = dicom::image_of(path, 1);
        match shared::workers().frame(&image) {
            Err(ImagingError::Image(refusal)) => refusal.reason,
            other => panic!("{other:?}"),
        }
    };
    let path = fragmented(folder.path(), 1000, false);
    assert_eq!(refusal(&path), Reason::BrokenStructure);
    // A table of 3 GB, which is a hole in the file.
    let mut dataset = Dataset::ct(2, 2, 2);
    dataset.syntax("1.2.840.10008.1.2.1.98");
    let mut bytes = dataset.opening(u32::MAX);
    bytes.extend_from_slice(&[0xfe, 0xff, 0x00, 0xe0]);
    bytes.extend_from_slice(&3_000_000_000_u32.to_le_bytes());
    let path = folder.path().join("table");
    let mut file = File::create(&path).unwrap();
    file.write_all(&bytes).unwrap();
    file.set_len(bytes.len() as u64 + 3_000_000_000).unwrap();
    assert_eq!(refusal(&path), Reason::TooLarge);
}
