//! The keys file beside the database: what is read is written again byte by byte.
#![no_main]

use libfuzzer_sys::fuzz_target;
use spineboard_fuzz::{Panics, kept_store::KeptStore, noon, start};
use store::fuzzing::{keys_again, with_check_sum};

fuzz_target!(
    init: start(Panics::All, || vec![KeptStore::new(noon()).keys()]),
    |bytes: &[u8]| {
        assert!(keys_again(bytes).is_err(), "a check sum was found by trying");
        let file = with_check_sum(bytes);
        if let Ok(again) = keys_again(&file) {
            assert_eq!(again, file);
        }
    }
);
