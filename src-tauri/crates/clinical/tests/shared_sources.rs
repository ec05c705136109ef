//! The catalogue covers the sources that it was made from: the review of published models and the
//! input fields of the five scores.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use clinical::catalogue::{Catalogue, Kind};
use std::{collections::BTreeSet, fs, path::PathBuf};

const SCORES: [&str; 5] = [
    "tokuhashi_2005",
    "tomita_2001",
    "katagiri_2014",
    "sins_2010",
    "escc_bilsky_2010",
];

/// A file of the shared sources, or nothing, loudly.
fn shared(file: &str) -> Option<toml::Table> {
    let beside = || PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../../../shared");
    let folder = std::env::var_os("SPINEBOARD_SHARED").map_or_else(beside, PathBuf::from);
    match fs::read_to_string(folder.join(file)) {
        Ok(text) => Some(text.parse().expect("a TOML file")),
        Err(_) => {
            eprintln!("SKIPPED: the catalogue is not compared with {file}: needs ../shared");
            None
        }
    }
}

fn entries<'file>(file: &'file toml::Table, key: &str) -> impl Iterator<Item = &'file toml::Table> {
    file[key]
        .as_array()
        .expect("a list")
        .iter()
        .map(|entry| entry.as_table().expect("a table"))
}

fn text<'entry>(entry: &'entry toml::Table, key: &str) -> &'entry str {
    entry
        .get(key)
        .and_then(toml::Value::as_str)
        .unwrap_or_default()
}

fn mapped(source: &str) -> BTreeSet<&'static str> {
    let names = Catalogue::shipped().source_names().iter();
    names
        .filter(|name| name.source == source)
        .map(|name| name.name.as_str())
        .collect()
}

#[test]
fn every_feature_of_the_review_is_mapped() {
    let Some(review) = shared("evidence/features.toml") else {
        return;
    };
    let ids: BTreeSet<&str> = entries(&review, "feature")
        .map(|entry| text(entry, "id"))
        .collect();
    assert_eq!(mapped("evidence"), ids);
}

#[test]
fn every_input_of_the_scores_is_mapped_with_its_options() {
    let names = || {
        Catalogue::shipped()
            .source_names()
            .iter()
            .filter(|name| name.source == "scores")
    };
    for score in SCORES {
        let Some(file) = shared(&format!("scores/{score}.toml")) else {
            return;
        };
        let primaries = shared("scores/primaries.toml").expect("beside the scores");
        for input in entries(&file, "input") {
            let field = text(input, "field");
            let name = names().find(|name| name.name == field);
            let name = name.unwrap_or_else(|| panic!("{score}: {field} is not mapped"));
            let feature = Catalogue::shipped()
                .feature(&name.feature)
                .expect("a feature");
            let allowed = match input.get("allowed_ref") {
                Some(_) => primaries.get("values"),
                None => input.get("allowed"),
            };
            for option in allowed
                .and_then(toml::Value::as_array)
                .into_iter()
                .flatten()
            {
                let option = option.as_str().expect("an option");
                let ours = name.options.get(option).map_or(option, String::as_str);
                assert!(
                    feature.option(ours).is_some(),
                    "{score}: {field} = {option}"
                );
            }
        }
    }
}

#[test]
fn limits_codes_and_units_are_those_of_the_review_or_wider() {
    let Some(review) = shared("evidence/features.toml") else {
        return;
    };
    let catalogue = Catalogue::shipped();
    for entry in entries(&review, "feature") {
        let id = text(entry, "id");
        let mut names = catalogue.source_names().iter();
        let name = names
            .find(|name| name.source == "evidence" && name.name == id)
            .unwrap();
        let feature = catalogue.feature(&name.feature).unwrap();
        for system in ["loinc", "snomed", "hgnc", "mcode"] {
            let code = feature.codes.iter().find(|code| code.system == system);
            assert_eq!(
                code.map_or("", |code| &code.code),
                text(entry, system),
                "{id}"
            );
            let confidence =
                code.is_none_or(|code| code.confidence == text(entry, "code_confidence"));
            assert!(confidence, "{id}");
        }
        if !matches!(feature.kind, Kind::Number | Kind::Integer) {
            continue;
        }
        let number = |key: &str| match &entry[key] {
            toml::Value::Integer(whole) => *whole as f64,
            other => other.as_float().expect("a number"),
        };
        let limits = feature.limits.expect("limits");
        assert!(limits.min <= number("plausible_min"), "{id} was narrowed");
        assert!(limits.max >= number("plausible_max"), "{id} was narrowed");
        let theirs = text(entry, "unit")
            .replace("1e9/L", "10^9/L")
            .replace("mg/day", "mg/d");
        if let Some(unit) = &feature.unit {
            assert_eq!(unit, &theirs, "{id}");
        }
    }
}
