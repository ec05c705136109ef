//! A whole file up to its pixels: native and compressed frames.
#![no_main]

use libfuzzer_sys::fuzz_target;
use spineboard_fuzz::{Panics, check_pixels, image_files, start};

fuzz_target!(
    init: start(Panics::Ours, image_files),
    |bytes: &[u8]| {
        if let Ok(frames) = imaging::fuzzing::frames(bytes, 2) {
            frames.into_iter().flatten().for_each(|pixels| check_pixels(&pixels));
        }
    }
);
