//! Who may import whom, held over `cargo metadata` (the table of ARCHITECTURE.md).

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use cargo_metadata::{DependencyKind, Metadata, MetadataCommand, Package};
use std::{collections::BTreeSet, path::Path};

/// Crates that stand for a value, not for a technology: allowed in every room but the core.
const PLAIN: [&str; 9] = [
    "serde",
    "serde_json",
    "thiserror",
    "chrono",
    "uuid",
    "sha2",
    "toml",
    "ts-rs",
    "rayon",
];

/// Room, our crates it may use, and the outside technology it fences in.
const ROOMS: [(&str, &[&str], &[&str]); 9] = [
    ("clinical", &[], &[]),
    (
        "imaging",
        &["clinical"],
        &[
            "dicom-object",
            "dicom-core",
            "dicom-dictionary-std",
            "dicom-encoding",
            "dicom-pixeldata",
            "dicom-transfer-syntax-registry",
            "image",
            // what a worker says, and what it takes from itself
            "postcard",
            "rlimit",
            "landlock",
            "libc",
            "seccompiler",
            // names taken out, and looked for afterwards
            "hmac",
            "zeroize",
            "aho-corasick",
            "unicode-normalization",
            // outlines drawn on images
            "i_overlay",
        ],
    ),
    ("inference", &["clinical"], &["tract-onnx"]),
    (
        "store",
        &["clinical"],
        &[
            "rusqlite",
            "rusqlite_migration",
            "ed25519-dalek",
            "getrandom",
            "zeroize",
            "argon2",
            "chacha20poly1305",
            "keyring",
            // results, of which there are many and long ones
            "flate2",
            // passphrases alike on every keyboard
            "unicode-normalization",
        ],
    ),
    (
        "report",
        &["clinical"],
        &["printpdf", "lopdf", "image", "unicode-normalization"],
    ),
    ("exchange", &["clinical"], &["csv"]),
    (
        "board",
        &[
            "clinical",
            "imaging",
            "inference",
            "store",
            "report",
            "exchange",
        ],
        &["rustix"],
    ),
    ("cli", &["board"], &["clap", "rpassword"]),
    (
        "spineboard-desktop",
        &["board"],
        &["tauri", "tauri-plugin-dialog", "webkit2gtk", "clap"],
    ),
];

/// The core is pure: no files, clock or randomness can come in through these.
const CORE: [&str; 5] = ["serde", "thiserror", "toml", "chrono", "ts-rs"];

fn metadata() -> Metadata {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
    MetadataCommand::new()
        .manifest_path(root.join("Cargo.toml"))
        .other_options(vec!["--offline".to_owned()])
        .no_deps()
        .exec()
        .unwrap()
}

fn package<'metadata>(metadata: &'metadata Metadata, name: &str) -> &'metadata Package {
    metadata
        .packages
        .iter()
        .find(|package| package.name.as_str() == name)
        .unwrap_or_else(|| panic!("the workspace has no member {name}"))
}

fn imports(package: &Package) -> BTreeSet<String> {
    package
        .dependencies
        .iter()
        .filter(|dependency| dependency.kind == DependencyKind::Normal)
        .map(|dependency| dependency.name.clone())
        .collect()
}

#[test]
fn each_room_imports_only_what_it_may() {
    let metadata = metadata();
    let mut broken = Vec::new();
    for (room, ours, technology) in ROOMS {
        let plain: &[&str] = if room == "clinical" { &CORE } else { &PLAIN };
        for import in imports(package(&metadata, room)) {
            let name = import.as_str();
            if !ours.contains(&name) && !technology.contains(&name) && !plain.contains(&name) {
                broken.push(format!("{room} must not import {name}"));
            }
        }
    }
    assert!(broken.is_empty(), "{}", broken.join("\n"));
}

#[test]
fn every_member_has_a_room() {
    let metadata = metadata();
    let known: BTreeSet<&str> = ROOMS.iter().map(|(room, ..)| *room).collect();
    let strangers: Vec<&str> = metadata
        .workspace_packages()
        .iter()
        .map(|package| package.name.as_str())
        .filter(|name| !known.contains(name) && *name != "spineboard-tests")
        .collect();
    assert!(
        strangers.is_empty(),
        "give these a room in the table: {strangers:?}"
    );
}

#[test]
fn the_journeys_use_board_and_the_core_only() {
    let metadata = metadata();
    let ours = imports(package(&metadata, "spineboard-tests"));
    assert_eq!(
        ours,
        BTreeSet::from(["board".to_owned(), "clinical".to_owned()])
    );
}

#[test]
fn unsafe_code_is_forbidden_in_every_crate() {
    let metadata = metadata();
    for package in metadata.workspace_packages() {
        let manifest = std::fs::read_to_string(&package.manifest_path).unwrap();
        let manifest: toml::Table = manifest.parse().unwrap();
        let inherits = manifest
            .get("lints")
            .and_then(|lints| lints.get("workspace"));
        assert_eq!(
            inherits.and_then(toml::Value::as_bool),
            Some(true),
            "{} must inherit the workspace's lints, which forbid unsafe code",
            package.name
        );
    }
}

#[test]
fn the_core_reads_no_file_clock_or_chance() {
    let sources = Path::new(env!("CARGO_MANIFEST_DIR")).join("../src-tauri/crates/clinical/src");
    let mut read = 0;
    let mut tests_only = BTreeSet::new();
    let mut texts = Vec::new();
    let mut folders = vec![sources];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(&folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
                continue;
            }
            let text = std::fs::read_to_string(&path).unwrap();
            for module in text.split("#[cfg(test)]\nmod ").skip(1) {
                tests_only.extend(module.split_once(';').map(|(name, _)| name.to_owned()));
            }
            texts.push((path, text));
        }
    }
    for (path, text) in &texts {
        let name = path.file_stem().unwrap().to_string_lossy();
        if tests_only.contains(name.as_ref()) {
            continue;
        }
        let code = text.split("#[cfg(test)]").next().unwrap_or_default();
        for forbidden in [
            "std::fs",
            "std::net",
            "Utc::now",
            "Local::now",
            "SystemTime::now",
        ] {
            assert!(
                !code.contains(forbidden),
                "{} uses {forbidden}",
                path.display()
            );
        }
        read += 1;
    }
    assert!(read >= 6, "the core was not found");
}
