//! `pack.toml` of a model pack, of either kind.
#![no_main]

use clinical::catalogue::Catalogue;
use inference::{manifest::Manifest, segmentation::manifest::SegmentationManifest};
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
            repository("src-tauri/crates/inference/tests/packs/test-outlines-without-meaning/pack.toml"),
        ]
    }),
    |bytes: &[u8]| {
        let Ok(text) = std::str::from_utf8(bytes) else {
            return;
        };
        let plain = |name: &str| !name.contains(['/', '\\']) && name != "..";
        if let Ok(manifest) = SegmentationManifest::parse(text) {
            assert!(!manifest.target.is_empty() && manifest.pixels() <= 512 * 512);
            assert!(manifest.spacing.iter().all(|spacing| (0.1..=5.0).contains(spacing)));
            assert!(manifest.file.iter().all(|file| plain(&file.path)), "a file outside the pack");
            assert!(Manifest::parse(text, Catalogue::shipped()).is_err(), "a manifest of both kinds");
        }
        if let Ok(manifest) = Manifest::parse(text, Catalogue::shipped()) {
            assert!(!manifest.input.is_empty() && !manifest.member.is_empty());
            assert!(manifest.file.iter().all(|file| plain(&file.path)), "a file outside the pack");
        }
    }
);
