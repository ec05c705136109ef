//! What an image worker sends that a file has taken over: whatever it says, the application groups
//! its headers and has frames of the described length.
#![no_main]

use libfuzzer_sys::fuzz_target;
use spineboard_fuzz::{
    Panics, check_library, check_pixels, dicom_file::small, fresh_path, shared, start,
};
use std::fs;

fuzz_target!(
    init: start(Panics::All, || {
        let files = shared("dicom/conformance").into_iter().chain([small().bytes(), Vec::new()]);
        files
            .filter_map(|file| {
                let path = fresh_path("");
                fs::write(&path, file).expect("the folder for temporary files is writable");
                let messages = imaging::fuzzing::worker_messages(&path);
                fs::remove_file(&path).expect("the file was written");
                messages.ok()
            })
            .collect()
    }),
    |bytes: &[u8]| {
        let (library, frames) = imaging::fuzzing::worker_answers(bytes);
        check_library(&library, library.files as usize);
        frames.iter().for_each(check_pixels);
    }
);
