//! `pack.toml` of a model pack.
#![no_main]

use clinical::catalogue::Catalogue;
use inference::manifest::Manifest;
use libfuzzer_sys::fuzz_target;
use spineboard_fuzz::{Panics, repository, start};

fuzz_target!(
    init: start(Panics::All, || {
        vec![
            repository("src-tauri/crates/inference/src/synthetic_pack.toml"),
            repository("models/packs/survival-linear/pack.toml"),
        ]
    }),
    |bytes: &[u8]| {
        let Ok(text) = std::str::from_utf8(bytes) else {
            return;
        };
        if let Ok(manifest) = Manifest::parse(text, Catalogue::shipped()) {
            assert!(!manifest.input.is_empty() && !manifest.member.is_empty());
            let plain = |name: &str| !name.contains(['/', '\\']) && name != "..";
            assert!(manifest.file.iter().all(|file| plain(&file.path)), "a file outside the pack");
        }
    }
);
