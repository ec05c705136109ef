//! How the shipped scores did in cohorts: `assets/validation.toml`.
//!
//! A `[[cohort]]` with its `[[cohort.result]]`s: a figure (`value`), a `range` or words (`finding`)
//! about one score, or about several that share a range. Figures that no source shows are absent.

use super::shipped;
use crate::assessment::{
    Citation, FigureProvenance, ValidationEntry, ValidationMetric, ValidationMetricKind,
};
use serde::Deserialize;
use std::{collections::BTreeMap, sync::OnceLock};

/// The version of the format that is read here.
const SCHEMA: u32 = 1;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    schema_version: u32,
    cohort: Vec<Cohort>,
}

/// Patients on whom scores were tried.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Cohort {
    id: String,
    citation: String,
    patients: u32,
    #[serde(default)]
    years: Option<String>,
    treatment: String,
    #[serde(default)]
    calibration: Option<String>,
    /// Where the figures were read.
    source: String,
    #[serde(default)]
    notes: Vec<String>,
    #[serde(default)]
    weak: Option<String>,
    /// Scores that had an easy test here, with the reason.
    #[serde(default)]
    own_development: BTreeMap<String, String>,
    result: Vec<Outcome>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Outcome {
    scores: Vec<String>,
    kind: ValidationMetricKind,
    #[serde(default)]
    value: Option<f64>,
    #[serde(default)]
    range: Option<[f64; 2]>,
    #[serde(default)]
    confidence_interval: Option<[f64; 2]>,
    #[serde(default)]
    horizon_months: Option<u32>,
    #[serde(default)]
    finding: Option<String>,
    #[serde(default)]
    note: Option<String>,
}

/// What cohorts report about a score, in the order of the file.
#[expect(clippy::expect_used, reason = "compiled in, and a test parses it")]
pub fn entries(score: &str) -> Vec<ValidationEntry> {
    static COHORTS: OnceLock<Vec<Cohort>> = OnceLock::new();
    let cohorts = COHORTS.get_or_init(|| {
        let text = include_str!("../../../../../assets/validation.toml");
        parse(text).expect("the shipped validation table is sound")
    });
    let about = cohorts.iter().map(|cohort| entry(cohort, score));
    about.filter(|entry| !entry.metrics.is_empty()).collect()
}

/// Reads the table and holds it against the shipped scores.
fn parse(text: &str) -> Result<Vec<Cohort>, String> {
    let file: File = toml::from_str(text).map_err(|error| error.to_string())?;
    if file.schema_version != SCHEMA {
        return Err(format!("schema_version must be {SCHEMA}"));
    }
    for cohort in &file.cohort {
        let names = cohort.result.iter().flat_map(|result| &result.scores);
        for name in names.chain(cohort.own_development.keys()) {
            if shipped().iter().all(|table| table.id != *name) {
                return Err(format!("{}: {name} is not a shipped score", cohort.id));
            }
        }
        if let Some(bad) = cohort.result.iter().find(|result| !sound(result)) {
            let scores = bad.scores.join(", ");
            return Err(format!(
                "{}: a result of {scores} does not hold together",
                cohort.id
            ));
        }
    }
    Ok(file.cohort)
}

/// One figure, one range or one finding; shares from 0 to 1 in their order.
fn sound(result: &Outcome) -> bool {
    let given = [
        result.value.is_some(),
        result.range.is_some(),
        result.finding.is_some(),
    ];
    let share = |number: f64| (0.0..=1.0).contains(&number);
    let ordered = |[low, high]: [f64; 2]| share(low) && share(high) && low <= high;
    let around = |[low, high]: [f64; 2]| {
        result
            .value
            .is_some_and(|value| low <= value && value <= high)
    };
    given.into_iter().filter(|given| *given).count() == 1
        && result.value.is_none_or(share)
        && result.range.is_none_or(ordered)
        && result
            .confidence_interval
            .is_none_or(|interval| ordered(interval) && around(interval))
}

fn entry(cohort: &Cohort, score: &str) -> ValidationEntry {
    let about = |result: &&Outcome| result.scores.iter().any(|name| name == score);
    ValidationEntry {
        cohort: cohort.id.clone(),
        patients: cohort.patients,
        years: cohort.years.clone(),
        treatment: cohort.treatment.clone(),
        metrics: cohort
            .result
            .iter()
            .filter(about)
            .map(|result| metric(result, score))
            .collect(),
        calibration: cohort.calibration.clone(),
        citation: Citation {
            text: format!("{}. Read at {}", cohort.citation, cohort.source),
            doi: None,
        },
        provenance: FigureProvenance::Read,
        notes: cohort.notes.clone(),
        weak: cohort.weak.clone(),
        own_development: cohort.own_development.get(score).cloned(),
    }
}

fn metric(result: &Outcome, score: &str) -> ValidationMetric {
    let others = result.scores.iter().filter(|name| *name != score);
    ValidationMetric {
        kind: result.kind,
        value: result.value,
        range: result.range,
        confidence_interval: result.confidence_interval,
        horizon_months: result.horizon_months,
        finding: result.finding.clone(),
        shared_with: others.cloned().collect(),
        note: result.note.clone(),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
    use super::*;

    #[test]
    fn a_score_has_its_own_figures_and_says_which_it_shares() {
        let katagiri = entries("katagiri_2014");
        let utrecht = &katagiri[0];
        assert_eq!(
            (utrecht.cohort.as_str(), utrecht.patients),
            ("bindels_2025", 953)
        );
        assert_eq!(utrecht.metrics[0].range, Some([0.79, 0.81]));
        assert!(utrecht.metrics[0].shared_with.is_empty());
        let tomita = &entries("tomita_2001")[0].metrics[0];
        assert_eq!(
            (tomita.range, tomita.shared_with.len()),
            (Some([0.59, 0.76]), 8)
        );
        let nesms = entries("nesms");
        assert!(nesms.iter().any(|entry| entry.own_development.is_some()));
        assert!(nesms.iter().any(|entry| entry.weak.is_some()));
        assert_eq!(entries("frankel_1969"), []);
    }

    #[test]
    fn authors_who_test_their_own_score_are_named() {
        let own = |score: &str, cohort: &str| {
            let found = entries(score).into_iter().find(|one| one.cohort == cohort);
            found.unwrap().own_development.is_some()
        };
        for (score, cohort) in [
            ("bollen_2014", "bollen_thesis_1379"),
            ("nesms", "schoenfeld_2022"),
            ("sorg_nomogram_2016", "pereira_2017"),
            ("sorg_mla_2019", "fenn_2024"),
            ("prism_2015", "florez_2024_mda"),
            ("westhoff_2014", "westhoff_external"),
        ] {
            assert!(own(score, cohort), "{score} in {cohort}");
        }
        assert!(!own("tomita_2001", "schoenfeld_2022"));
    }

    #[test]
    fn a_score_that_did_worse_without_a_figure_is_not_left_out() {
        let classic = entries("sorg_classic_2016");
        let findings: Vec<_> = classic[0]
            .metrics
            .iter()
            .map(|metric| {
                (
                    metric.horizon_months,
                    metric.value,
                    metric.finding.is_some(),
                )
            })
            .collect();
        assert_eq!(findings, [(Some(3), None, true), (Some(12), None, true)]);
    }

    #[test]
    fn a_table_that_does_not_hold_together_is_refused() {
        let table = |score: &str, figure: &str| {
            format!(
                "schema_version = 1\n[[cohort]]\nid = \"c\"\ncitation = \"c\"\npatients = 1\n\
                 treatment = \"t\"\nsource = \"s\"\n[[cohort.result]]\nscores = [\"{score}\"]\n\
                 kind = \"auc\"\n{figure}\n"
            )
        };
        let refused = |score, figure| parse(&table(score, figure)).err().unwrap_or_default();
        assert_eq!(refused("nesms", "value = 0.7"), "");
        for figure in [
            "",
            "value = 1.7",
            "value = 0.7\nrange = [0.6, 0.8]",
            "range = [0.8, 0.6]",
            "value = 0.7\nconfidence_interval = [0.71, 0.8]",
        ] {
            assert!(
                refused("nesms", figure).contains("does not hold together"),
                "{figure}"
            );
        }
        assert!(refused("nesm", "value = 0.7").contains("nesm is not a shipped score"));
        assert!(refused("nesms", "valeu = 0.7").contains("unknown field"));
    }
}
