//! Hostile files: each one gives a result or a reason, from the workers and from the decoders alone,
//! and the test ends.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use imaging::{ImagingError, Reason, pixel_hash, scan};
use std::{
    collections::BTreeMap,
    time::{Duration, Instant},
};

mod shared;

/// Ends a worker, or makes it wait: never expected of these files, since the readers tell first.
const DEADLY: [Reason; 3] = [
    Reason::TimedOut,
    Reason::OutOfMemory,
    Reason::DecoderCrashed,
];

#[test]
fn every_hostile_file_gives_a_reason_or_a_result() {
    let Some(root) = shared::folder("dicom/malformed") else {
        return;
    };
    let workers = shared::workers();
    let mut heard = Instant::now();
    let mut longest = Duration::ZERO;
    let library = scan(&root, &workers, &mut |_| {
        longest = longest.max(heard.elapsed());
        heard = Instant::now();
        imaging::Continue::Yes
    })
    .unwrap();
    let images: usize = library
        .stacks()
        .map(|(_, _, stack)| stack.images.len())
        .sum();
    let mut reasons: BTreeMap<String, u32> = BTreeMap::new();
    for file in &library.rejected {
        *reasons.entry(format!("{:?}", file.reason)).or_default() += 1;
        assert!(!DEADLY.contains(&file.reason), "{file:?}");
    }
    eprintln!(
        "{} files: {images} images, refused {reasons:?}, never silent for more than {longest:?}",
        library.files
    );
    assert_eq!(library.files, 95);
    assert!(images > 0 && !library.rejected.is_empty());

    let mut decoded = 0;
    let mut refused = 0;
    for (_, _, stack) in library.stacks() {
        for image in &stack.images {
            match (workers.frame(image), imaging::decode(image)) {
                (Ok(pixels), Ok(direct)) => {
                    assert_eq!(pixels.rows, stack.rows);
                    assert_eq!(pixels, direct, "{}", image.path.display());
                    decoded += 1;
                }
                (Err(ImagingError::Image(refusal)), Err(ImagingError::Image(direct))) => {
                    assert_eq!(refusal, direct, "{}", image.path.display());
                    refused += 1;
                }
                (outcome, direct) => panic!("{}: {outcome:?}, {direct:?}", image.path.display()),
            }
        }
    }
    eprintln!("{decoded} frames decoded, {refused} refused");
    for file in &library.rejected {
        let asked = Instant::now();
        let outcome = workers.pixel_hash(&file.path);
        assert!(asked.elapsed() < Duration::from_secs(11), "{file:?}");
        match (outcome, pixel_hash(&file.path)) {
            (Ok(hash), Ok(direct)) => assert_eq!(hash, direct),
            (Err(ImagingError::Image(refusal)), Err(ImagingError::Image(direct))) => {
                assert_eq!(refusal, direct);
            }
            (outcome, direct) => panic!("{file:?}: {outcome:?}, {direct:?}"),
        }
    }
}
