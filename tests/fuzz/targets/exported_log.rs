//! An audit log, or a backup, that was kept elsewhere, held against a store of another installation:
//! whatever it says, it is never taken for this store's own.
#![no_main]

use libfuzzer_sys::fuzz_target;
use spineboard_fuzz::{Panics, kept_store::KeptStore, noon, start};
use std::{cell::OnceCell, fs};

thread_local! {
    /// Opening one takes longer than a thousand comparisons.
    static OTHER: OnceCell<KeptStore> = const { OnceCell::new() };
}

fuzz_target!(
    init: start(Panics::All, || {
        let mut kept = KeptStore::new(noon());
        vec![kept.log(), store::fuzzing::with_check_sum(&kept.backup())]
    }),
    |bytes: &[u8]| {
        OTHER.with(|other| {
            let other = other.get_or_init(|| KeptStore::new(noon()));
            let path = other.path("earlier");
            fs::write(&path, bytes).expect("the folder for temporary files is writable");
            if let Ok(report) = other.store.audit_against(&path) {
                assert!(report.fault.is_some(), "the log of another installation passes");
            }
        });
    }
);
