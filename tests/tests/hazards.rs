//! The hazard list and the threat model of ARCHITECTURE.md name a test for each control; the test
//! must be there.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod support;

use std::{collections::BTreeSet, path::Path};
use support::repository;

/// The cells of each row of the table under a heading, without the row of titles.
fn table(document: &str, heading: &str) -> Vec<Vec<String>> {
    let section = document
        .split(&format!("\n## {heading}\n"))
        .nth(1)
        .unwrap_or_else(|| panic!("no section {heading}"));
    let section = section.split("\n## ").next().unwrap_or_default();
    section
        .lines()
        .filter(|line| line.starts_with('|') && !line.starts_with("|---"))
        .skip(1)
        .map(|line| {
            let cells = line.trim_matches('|').split('|');
            cells.map(|cell| cell.trim().to_owned()).collect()
        })
        .collect()
}

/// Names of tests in backticks in the last column.
fn named_tests(table: &[Vec<String>]) -> BTreeSet<String> {
    let last = table.iter().filter_map(|row| row.last());
    last.flat_map(|cell| cell.split('`').skip(1).step_by(2))
        .map(str::to_owned)
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

fn absent_tests(named: &BTreeSet<String>) -> Vec<&String> {
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
    named
        .iter()
        .filter(|name| {
            !text.contains(&format!("fn {name}("))
                && !text.contains(&format!("def {name}("))
                && !text.contains(&format!("'{name}'"))
        })
        .collect()
}

fn document() -> String {
    std::fs::read_to_string(repository().join("ARCHITECTURE.md")).unwrap()
}

#[test]
fn every_control_of_a_hazard_has_its_test() {
    let named = named_tests(&table(&document(), "Hazards"));
    assert!(named.len() >= 12, "the table was not read: {named:?}");
    let absent = absent_tests(&named);
    assert!(absent.is_empty(), "no such test: {absent:?}");
}

/// A control that is a setting or a sentence says so by a dash in place of the test.
#[test]
fn every_control_of_a_threat_has_its_test_or_says_that_it_has_none() {
    let threats = table(&document(), "Threat model");
    assert!(threats.len() >= 10, "the table was not read: {threats:?}");
    for row in &threats {
        assert_eq!(row.len(), 4, "asset, threat, control, test: {row:?}");
        assert!(row.iter().all(|cell| !cell.is_empty()), "{row:?}");
        let named = named_tests(std::slice::from_ref(row));
        assert!(!named.is_empty() || row[3] == "–", "{row:?}");
    }
    let named = named_tests(&threats);
    let absent = absent_tests(&named);
    assert!(absent.is_empty(), "no such test: {absent:?}");
}
