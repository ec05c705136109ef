//! The directory of a disc.
#![no_main]

use libfuzzer_sys::fuzz_target;
use spineboard_fuzz::{Panics, shared, start};

fuzz_target!(
    init: start(Panics::Ours, || {
        let mut seeds = shared("dicom/conformance/pydicom/test_files/dicomdirtests");
        seeds.push(spineboard_fuzz::dicom_file::small().bytes());
        seeds
    }),
    |bytes: &[u8]| {
        let _ = imaging::fuzzing::dicomdir(bytes);
    }
);
