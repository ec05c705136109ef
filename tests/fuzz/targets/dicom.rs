//! One file: its outer form, its header, its stacks and their geometry.
#![no_main]

use libfuzzer_sys::fuzz_target;
use spineboard_fuzz::{Panics, check_library, shared, start};

fuzz_target!(
    init: start(Panics::Ours, || {
        let mut seeds = shared("dicom/conformance");
        seeds.extend(shared("dicom/malformed"));
        seeds.push(spineboard_fuzz::dicom_file::small().bytes());
        seeds
    }),
    |bytes: &[u8]| {
        check_library(&imaging::fuzzing::library(&[bytes]), 1);
    }
);
