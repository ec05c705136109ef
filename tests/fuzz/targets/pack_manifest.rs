//! `pack.toml` of a model pack.
#![no_main]

use clinical::catalogue::Catalogue;
use inference::manifest::Manifest;
use libfuzzer_sys::fuzz_target;
use spineboard_fuzz::{Panics, repository, start};

/// The made-up manifest with everything that the second structure adds.
fn second() -> Vec<u8> {
    let text = |path: &str| String::from_utf8_lossy(&repository(path)).into_owned();
    let first = text("src-tauri/crates/inference/src/synthetic_pack.toml");
    let additions = text("src-tauri/crates/inference/src/synthetic_additions.toml");
    let (output, rest) = additions.split_once("# --\n").unwrap_or_default();
    first
        .replace("schema_version = 1", "schema_version = 2")
        .replace("[[member]]", &format!("{output}\n[[member]]"))
        .replace("[training]", &format!("{rest}\n[training]"))
        .into_bytes()
}

fuzz_target!(
    init: start(Panics::All, || {
        vec![
            repository("src-tauri/crates/inference/src/synthetic_pack.toml"),
            second(),
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
