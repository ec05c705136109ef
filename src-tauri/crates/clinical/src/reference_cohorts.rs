//! Survival of published cohorts with spinal metastases, to be drawn beside a forecast (`assets/reference_cohorts.toml`). The cohort
//! that a model was trained on is none of them: its patients were sequenced, and chosen by that.

use crate::assessment::{Citation, FigureProvenance};
use serde::{Deserialize, Serialize};
use std::sync::OnceLock;
use ts_rs::TS;

/// The version of the file that is read here.
const SCHEMA: u32 = 1;

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct ReferenceCohort {
    /// As in `assets/evidence/cohorts.toml`.
    pub id: String,
    /// Author and year.
    pub name: String,
    pub patients: u32,
    /// How they were treated; the words are `reference_cohort.<setting>`.
    pub setting: String,
    /// When they were treated, as reported; empty where that is not known.
    pub years: String,
    /// Months and share alive, as reported.
    pub points: Vec<[f64; 2]>,
    pub citation: Citation,
    pub provenance: FigureProvenance,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Table {
    schema_version: u32,
    cohort: Vec<ReferenceCohort>,
}

/// The cohorts that this version was built with; the first is shown where nobody chose.
#[expect(clippy::expect_used, reason = "compiled in, and a test parses it")]
pub fn reference_cohorts() -> &'static [ReferenceCohort] {
    static COHORTS: OnceLock<Vec<ReferenceCohort>> = OnceLock::new();
    COHORTS.get_or_init(|| {
        let text = include_str!("../../../../assets/reference_cohorts.toml");
        let table: Table = toml::from_str(text).expect("the shipped cohorts are sound");
        assert_eq!(
            table.schema_version, SCHEMA,
            "the shipped cohorts are of this version"
        );
        table.cohort
    })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
    use super::*;
    use crate::words::Words;
    use std::collections::BTreeSet;

    #[test]
    fn every_cohort_is_one_of_the_evidence_with_the_same_number_of_patients() {
        let evidence: toml::Table =
            toml::from_str(include_str!("../../../../assets/evidence/cohorts.toml")).unwrap();
        let known = evidence["cohort"].as_array().unwrap();
        for cohort in reference_cohorts() {
            let same = known
                .iter()
                .find(|one| one["id"].as_str() == Some(&cohort.id))
                .unwrap_or_else(|| panic!("{} is not in the evidence", cohort.id));
            assert_eq!(same["n"].as_integer(), Some(cohort.patients.into()));
            assert_eq!(same["provenance"].as_str(), Some("read"), "{}", cohort.id);
        }
    }

    #[test]
    fn survival_falls_with_time_and_settings_have_words() {
        let ids: BTreeSet<&str> = reference_cohorts()
            .iter()
            .map(|one| one.id.as_str())
            .collect();
        assert_eq!(ids.len(), reference_cohorts().len());
        for cohort in reference_cohorts() {
            let falls = |pair: &[[f64; 2]]| pair[0][0] < pair[1][0] && pair[0][1] > pair[1][1];
            assert!(cohort.points.windows(2).all(falls), "{}", cohort.id);
            assert!(
                cohort
                    .points
                    .iter()
                    .all(|[months, alive]| { *months > 0.0 && (0.0..=1.0).contains(alive) })
            );
            let key = format!("reference_cohort.{}", cohort.setting);
            assert!(Words::shipped("en").contains(&key), "{key}");
        }
    }
}
