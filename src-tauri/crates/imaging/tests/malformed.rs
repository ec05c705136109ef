//! Hostile files: each one gives a result or a reason, and the test ends.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use imaging::{Continue, ImagingError, pixel_hash, scan};
use std::collections::BTreeMap;

mod shared;

#[test]
fn every_hostile_file_gives_a_reason_or_a_result() {
    let Some(root) = shared::folder("dicom/malformed") else {
        return;
    };
    let library = scan(&root, &mut |_| Continue::Yes).unwrap();
    let images: usize = library
        .stacks()
        .map(|(_, _, stack)| stack.images.len())
        .sum();
    let mut reasons: BTreeMap<String, u32> = BTreeMap::new();
    for file in &library.rejected {
        *reasons.entry(format!("{:?}", file.reason)).or_default() += 1;
    }
    eprintln!(
        "{} files: {images} images, refused {reasons:?}",
        library.files
    );
    assert_eq!(library.files, 95);
    assert!(images > 0 && !library.rejected.is_empty());

    let mut decoded = 0;
    let mut refused = 0;
    for (_, _, stack) in library.stacks() {
        for image in &stack.images {
            match imaging::decode(image) {
                Ok(pixels) => {
                    assert_eq!(pixels.rows, stack.rows);
                    decoded += 1;
                }
                Err(ImagingError::Image(_)) => refused += 1,
                Err(other) => panic!("{other}"),
            }
        }
    }
    eprintln!("{decoded} frames decoded, {refused} refused");
    for file in &library.rejected {
        if let Err(error) = pixel_hash(&file.path) {
            assert!(matches!(error, ImagingError::Image(_)), "{error}");
        }
    }
}
