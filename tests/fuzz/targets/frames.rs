//! A whole file up to its pixels: native and compressed frames.
#![no_main]

use libfuzzer_sys::fuzz_target;
use spineboard_fuzz::{Panics, check_pixels, shared, start};

fuzz_target!(
    init: start(Panics::Ours, || {
        let mut seeds = shared("dicom/conformance");
        seeds.extend(shared("dicom/malformed"));
        seeds.push(spineboard_fuzz::dicom_file::small().bytes());
        seeds
    }),
    |bytes: &[u8]| {
        if let Ok(frames) = imaging::fuzzing::frames(bytes, 2) {
            frames.into_iter().flatten().for_each(|pixels| check_pixels(&pixels));
        }
    }
);
