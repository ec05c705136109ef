//! One file: its outer form, its header, its stacks and their geometry.
#![no_main]

use libfuzzer_sys::fuzz_target;
use spineboard_fuzz::{Panics, check_library, image_files, start};

fuzz_target!(
    init: start(Panics::Ours, image_files),
    |bytes: &[u8]| {
        check_library(&imaging::fuzzing::library(&[bytes]), 1);
    }
);
