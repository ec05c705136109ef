//! Holds the words file and the keys in this crate's sources together.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use clinical::words::Words;
use std::{collections::BTreeSet, fs, path::Path};

/// The source text of the crate without its tests.
fn sources(folder: &Path) -> String {
    let mut text = String::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            text.push_str(&sources(&path));
        } else if !path.ends_with("words_in_use.rs") {
            let source = fs::read_to_string(&path).unwrap();
            text.push_str(source.split("#[cfg(test)]").next().unwrap());
        }
    }
    text
}

/// Every text literal that begins with `report.`; one with a placeholder ends before it.
fn keys() -> (BTreeSet<String>, BTreeSet<String>) {
    let (mut whole, mut begun) = (BTreeSet::new(), BTreeSet::new());
    let text = sources(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src"));
    for rest in text.split("\"report.").skip(1) {
        let literal = rest.split('"').next().unwrap();
        match literal.split_once('{') {
            Some((start, _)) => begun.insert(format!("report.{start}")),
            None => whole.insert(format!("report.{literal}")),
        };
    }
    (whole, begun)
}

#[test]
fn every_key_has_words_and_every_word_has_a_key() {
    let words = Words::shipped("en");
    let (whole, begun) = keys();
    assert!(whole.len() > 60 && begun.len() > 3, "{whole:?} {begun:?}");
    let lacking: Vec<&String> = whole.iter().filter(|key| !words.contains(key)).collect();
    assert_eq!(lacking, Vec::<&String>::new());
    let unused: Vec<String> = words
        .entries()
        .into_keys()
        .filter(|key| key.starts_with("report."))
        .filter(|key| !whole.contains(key) && !begun.iter().any(|start| key.starts_with(start)))
        .collect();
    assert_eq!(unused, Vec::<String>::new());
}

#[test]
fn every_code_that_a_key_ends_with_has_words() {
    let words = Words::shipped("en");
    let sets: [(&str, &[&str]); 12] = [
        (
            "report.open_finding",
            &[
                "patient_mismatch",
                "patient_mismatch_confirmed",
                "patient_unverified",
                "contradiction",
                "implausible",
                "implausible_unit",
                "unknown_unit",
                "unknown_feature",
                "unknown_option",
                "invalid_value",
                "wrong_subject",
                "after_index_date",
                "stale",
                "missing",
                "recorded_absent",
                "index_level_unclear",
                "typed_total",
                "typed_differs",
                "clock_set_back",
            ],
        ),
        (
            "report.rests_on",
            &["real_patients", "published_evidence", "simulation"],
        ),
        (
            "report.treatment",
            &[
                "surgery",
                "stereotactic_radiotherapy",
                "conventional_radiotherapy",
                "systemic_therapy",
                "bone_modifying_agent",
                "supportive",
            ],
        ),
        (
            "report.scores",
            &[
                "score",
                "result",
                "group",
                "published",
                "higher_is_better",
                "lower_is_better",
                "higher_is_less_stable",
                "higher_is_worse",
            ],
        ),
        (
            "report.score_status",
            &["with_caveats", "partial", "reference_only", "not_public"],
        ),
        ("report.agreement", &["score", "result", "cohort"]),
        ("report.facts", &["fact", "value", "observed", "source"]),
        (
            "report.source",
            &["typed", "file", "image", "computed", "unknown"],
        ),
        (
            "report.treatments",
            &["kind", "dates", "levels", "description"],
        ),
        (
            "report.levels",
            &["level", "scores", "recorded", "seen", "treatments"],
        ),
        ("unit_name", &["year", "month", "day", "hour"]),
        ("severity", &["alert", "warning", "note"]),
    ];
    for (table, codes) in sets {
        for code in codes {
            assert!(words.contains(&format!("{table}.{code}")), "{table}.{code}");
        }
    }
}
