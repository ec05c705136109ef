//! The hazard list of ARCHITECTURE.md names a test for each control; the test must be there.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod support;

use std::{collections::BTreeSet, path::Path};
use support::repository;

/// Names of tests in backticks in the last column of the hazard table.
fn named_tests(document: &str) -> BTreeSet<String> {
    let table = document
        .split("## Hazards")
        .nth(1)
        .expect("the hazard list");
    table
        .lines()
        .filter(|line| line.starts_with('|') && !line.starts_with("|---"))
        .skip(1)
        .flat_map(|line| {
            line.trim_end_matches('|')
                .rsplit('|')
                .next()
                .unwrap_or("")
                .split('`')
        })
        .enumerate()
        .filter(|(index, _)| index % 2 == 1)
        .map(|(_, name)| name.to_owned())
        .collect()
}

fn sources(folder: &Path, text: &mut String) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        if path.is_dir() && !["node_modules", "dist", "target", "gen"].contains(&name.as_str()) {
            sources(&path, text);
        } else if [".rs", ".ts", ".py"].iter().any(|end| name.ends_with(end)) {
            text.push_str(&std::fs::read_to_string(&path).unwrap());
        }
    }
}

#[test]
fn every_control_of_a_hazard_has_its_test() {
    let document = std::fs::read_to_string(repository().join("ARCHITECTURE.md")).unwrap();
    let named = named_tests(&document);
    assert!(named.len() >= 12, "the table was not read: {named:?}");
    let mut text = String::new();
    for folder in [
        "src-tauri",
        "tests",
        "ui/tests",
        "ui/e2e",
        "models/training/tests",
    ] {
        let folder = repository().join(folder);
        if folder.is_dir() {
            sources(&folder, &mut text);
        }
    }
    let absent: Vec<&String> = named
        .iter()
        .filter(|name| {
            !text.contains(&format!("fn {name}("))
                && !text.contains(&format!("def {name}("))
                && !text.contains(&format!("'{name}'"))
        })
        .collect();
    assert!(absent.is_empty(), "no such test: {absent:?}");
}
