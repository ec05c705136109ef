//! A backup: what it says about itself is bounded, and one that does not open leaves no store.
#![no_main]

use chrono::DateTime;
use libfuzzer_sys::fuzz_target;
use spineboard_fuzz::{Panics, fresh_path, kept_store::KeptStore, noon, start};
use std::fs;
use store::{DATABASE_FILE, Store, StoreError, fuzzing::with_check_sum};

fuzz_target!(
    init: start(Panics::All, || vec![KeptStore::new(noon()).backup()]),
    |bytes: &[u8]| {
        let (backup, folder) = (fresh_path(".backup"), fresh_path(""));
        fs::write(&backup, with_check_sum(bytes)).expect("the folder for temporary files is writable");
        let info = store::backup_info(&backup);
        let mut asked = false;
        let open = |extracted: &std::path::Path| {
            asked = true;
            let database = fs::metadata(extracted.join(DATABASE_FILE));
            assert!(database.is_ok_and(|about| about.len() > 0 && about.len() < bytes.len() as u64));
            Err(StoreError::WrongPassphrase)
        };
        let restored = Store::restore(&folder, &backup, open, DateTime::UNIX_EPOCH);
        assert!(restored.is_err());
        assert!(!asked || info.is_ok(), "extracted what cannot be described");
        assert!(!folder.join(DATABASE_FILE).exists(), "half a store");
        fs::remove_file(&backup).expect("the file was written");
        // It is made only where the heading was in order.
        let _ = fs::remove_dir_all(&folder);
    }
);
