//! A copy without identity: of a file that can be read there is a copy that can be read, or a reason.
#![no_main]

use libfuzzer_sys::fuzz_target;
use spineboard_fuzz::{Panics, fresh_path, image_files, start};
use std::fs;

fuzz_target!(
    init: start(Panics::Ours, image_files),
    |bytes: &[u8]| {
        let (from, to) = (fresh_path(".dcm"), fresh_path(".copy"));
        fs::write(&from, bytes).expect("the folder for temporary files is writable");
        if imaging::fuzzing::deidentified(&from, &to).is_ok() {
            assert!(imaging::fuzzing::header_is_readable(&from), "a copy of nothing");
            assert!(imaging::fuzzing::header_is_readable(&to), "a copy that cannot be read");
        }
        fs::remove_file(&from).expect("the file was written");
        // What was begun before a reason came up stays for the caller to remove.
        let _ = fs::remove_file(&to);
    }
);
