//! `benefit.json` of a model pack, and the grids of benefit that it gives to patients.
#![no_main]

use clinical::{
    assessment::{BenefitEstimate, BenefitGrid, BenefitInterval, BenefitState},
    case::Value,
    catalogue::{Catalogue, FeatureId},
};
use inference::{
    fuzzing::benefit,
    manifest::{Manifest, Output},
};
use libfuzzer_sys::fuzz_target;
use spineboard_fuzz::{Panics, repository, start};
use std::{collections::BTreeMap, sync::LazyLock};

/// As many as the made-up file has: with those of the shipped one a seed would be too long.
const DRAWS: usize = 4;

/// Golden patients, so that one input stays quick.
const PATIENTS: usize = 6;

/// What rounding may leave beyond 0 to 1.
const ROUNDING: f64 = 1e-9;

static OUTPUT: LazyLock<Output> = LazyLock::new(|| {
    let text = repository("models/packs/spine-ensemble/pack.toml");
    let text = String::from_utf8(text).expect("a manifest is text");
    let manifest = Manifest::parse(&text, Catalogue::shipped()).expect("the shipped manifest");
    Output {
        samples: DRAWS,
        worlds: None,
        ..manifest.output
    }
});

/// One of whom nothing is known, and some of the golden rows.
static KNOWN: LazyLock<Vec<BTreeMap<FeatureId, Value>>> = LazyLock::new(|| {
    let golden = json("models/packs/spine-ensemble/golden.json");
    let rows = golden["rows"].as_array().into_iter().flatten();
    let facts = rows.filter_map(|row| serde_json::from_value(row["facts"].clone()).ok());
    std::iter::once(BTreeMap::new())
        .chain(facts.take(PATIENTS))
        .collect()
});

fn json(path: &str) -> serde_json::Value {
    serde_json::from_slice(&repository(path)).expect("JSON")
}

/// The shipped file with its first draws only.
fn shipped() -> Vec<u8> {
    fn cut(value: &mut serde_json::Value, draws: usize) {
        match value {
            serde_json::Value::Array(list) => {
                if list.len() == draws && list.iter().all(serde_json::Value::is_number) {
                    list.truncate(DRAWS);
                }
                list.iter_mut().for_each(|one| cut(one, draws));
            }
            serde_json::Value::Object(entries) => {
                entries.values_mut().for_each(|one| cut(one, draws));
            }
            _ => (),
        }
    }
    let mut file = json("models/packs/spine-ensemble/benefit.json");
    let draws = file["paths"].as_u64().expect("a number of draws") as usize;
    cut(&mut file, draws);
    file["paths"] = DRAWS.into();
    file.to_string().into_bytes()
}

/// One cell, which needs nothing to be known, and one that is empty.
fn smallest() -> Vec<u8> {
    let file = serde_json::json!({
        "schema_version": 1, "paths": DRAWS, "options": ["stereotactic"],
        "outcomes": [
            { "id": "local_control", "months": 12, "better": "more", "minimal_difference": 0.1 },
            { "id": "vertebral_fracture", "months": 6, "better": "less", "minimal_difference": 0.1 },
        ],
        "criteria": {}, "sources": { "trial": "Somebody. Journal, 2000." },
        "levels": { "base": { "link": "logit", "value": [0, 1, 2, 3], "factors": [], "slopes": [] } },
        "cells": [{ "option": "stereotactic", "outcome": "local_control", "kind": "observational",
            "level": "base", "criteria": [], "required": [], "citations": ["trial"], "beside": [], "recalled": false }],
        "absent": [{ "option": "stereotactic", "outcome": "vertebral_fracture", "reason": "measured_otherwise",
            "citations": ["trial"] }],
    });
    file.to_string().into_bytes()
}

/// Asserts what holds of every grid that is shown.
fn check(grid: &BenefitGrid) {
    let mut cells = grid.cells.iter();
    for option in &grid.options {
        for outcome in &grid.outcomes {
            let cell = cells.next().expect("a cell for every option and outcome");
            assert_eq!((cell.option, cell.outcome), (*option, outcome.id));
            let citations = match &cell.state {
                BenefitState::Shown(found) => {
                    assert!(!found.citations.is_empty(), "nobody is cited");
                    check_numbers(found);
                    found.citations.iter().chain(&found.beside)
                }
                BenefitState::Absent { citations, .. } => citations.iter().chain(&[]),
            };
            for citation in citations {
                assert!(
                    grid.sources.contains_key(citation),
                    "{citation} is no source"
                );
            }
        }
    }
    assert!(cells.next().is_none());
}

fn check_numbers(found: &BenefitEstimate) {
    let within = |interval: BenefitInterval, least: f64| {
        let BenefitInterval { point, low, high } = interval;
        let ordered = least - ROUNDING <= low && low <= point && point <= high;
        assert!(ordered && high <= 1.0 + ROUNDING, "{interval:?}");
    };
    within(found.probability, 0.0);
    if let Some(both) = found.alive_and {
        within(both, 0.0);
    }
    if let Some(against) = found.against {
        within(against.difference, -1.0);
        let (benefit, harm) = (against.likelihood_of_benefit, against.likelihood_of_harm);
        assert!(benefit >= 0.0 && harm >= 0.0 && benefit + harm <= 1.0 + ROUNDING);
    }
}

fuzz_target!(
    init: start(Panics::All, || {
        let seeds = vec![
            repository("src-tauri/crates/inference/src/synthetic_benefit.json"),
            shipped(),
            smallest(),
        ];
        for seed in &seeds {
            let grids = benefit(seed, &OUTPUT, Catalogue::shipped(), &KNOWN);
            assert_eq!(grids.expect("a sound seed").len(), PATIENTS + 1);
        }
        seeds
    }),
    |bytes: &[u8]| {
        let grids = benefit(bytes, &OUTPUT, Catalogue::shipped(), &KNOWN);
        grids.iter().flatten().for_each(check);
    }
);
