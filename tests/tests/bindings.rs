//! The interface's types come from Rust: the committed files must be what the types give today.
//!
//! Set `SPINEBOARD_WRITE_BINDINGS=1` to write them.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod support;

use std::{collections::BTreeMap, path::Path};
use support::repository;

fn files(folder: &Path) -> BTreeMap<String, String> {
    std::fs::read_dir(folder)
        .map(|entries| {
            entries
                .map(|entry| entry.unwrap().path())
                .map(|path| {
                    let name = path.file_name().unwrap().to_string_lossy().into_owned();
                    (name, std::fs::read_to_string(&path).unwrap())
                })
                .collect()
        })
        .unwrap_or_default()
}

#[test]
fn the_committed_types_are_those_of_rust() {
    let committed = repository().join("ui/src/host/generated");
    let fresh = tempfile::tempdir().unwrap();
    board::bindings::write(fresh.path()).unwrap();
    let fresh = files(fresh.path());
    assert!(fresh.len() > 30, "only {} types were written", fresh.len());
    if std::env::var_os("SPINEBOARD_WRITE_BINDINGS").is_some() {
        let _ = std::fs::remove_dir_all(&committed);
        std::fs::create_dir_all(&committed).unwrap();
        for (name, text) in &fresh {
            std::fs::write(committed.join(name), text).unwrap();
        }
    }
    let committed = files(&committed);
    let stale: Vec<&String> = fresh
        .keys()
        .chain(committed.keys())
        .filter(|name| fresh.get(*name) != committed.get(*name))
        .collect();
    assert!(
        stale.is_empty(),
        "run with SPINEBOARD_WRITE_BINDINGS=1; these differ: {stale:?}"
    );
}
