//! `benefit.json` as written; `check` says what must hold before a number of it is used.

use clinical::{
    assessment::{BenefitAbsence, BenefitOutcome, EvidenceKind, OutcomeId, TreatmentOption},
    catalogue::FeatureId,
    conditions::Condition,
};
use serde::Deserialize;
use std::collections::BTreeMap;

#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct BenefitDraws {
    pub(super) schema_version: u32,
    /// Draws of every number; draw s goes with sample path s of the forecast.
    pub(super) paths: usize,
    pub(super) options: Vec<TreatmentOption>,
    pub(super) outcomes: Vec<BenefitOutcome>,
    pub(super) criteria: BTreeMap<String, Criterion>,
    pub(super) levels: BTreeMap<String, Level>,
    pub(super) cells: Vec<Cell>,
    pub(super) absent: Vec<AbsentCell>,
    pub(super) sources: BTreeMap<String, String>,
}

/// An entry criterion; one without a question cannot be checked with the catalogue.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Criterion {
    #[serde(default)]
    pub(super) when: Option<Condition>,
    #[serde(default)]
    pub(super) not_when: Option<Condition>,
    #[serde(default)]
    pub(super) alive: Option<ExpectedSurvival>,
    pub(super) citations: Vec<String>,
}

/// The forecast gives at least this probability of being alive at that month.
#[derive(Debug, Clone, Copy, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ExpectedSurvival {
    pub(super) months: f64,
    pub(super) at_least: f64,
}

/// The probability of an outcome under the reference treatment, by type of patient.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Level {
    pub(super) link: Link,
    pub(super) value: Vec<f64>,
    pub(super) factors: Vec<Factor>,
    pub(super) slopes: Vec<Slope>,
}

/// The scale on which coefficients add up.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Link {
    Logit,
    ComplementaryLogLog,
}

/// A patient is of one of the kinds; where the facts leave it open, `uniform` places the patient.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Factor {
    pub(super) id: String,
    pub(super) uniform: Vec<f64>,
    pub(super) levels: Vec<PatientKind>,
}

#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct PatientKind {
    pub(super) when: Condition,
    pub(super) coefficient: Vec<f64>,
    /// Share of this kind among all patients.
    pub(super) share: Vec<f64>,
}

/// A coefficient per unit of a number, which is held within `least` and `most`; a blank is at the centre.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Slope {
    pub(super) id: String,
    pub(super) feature: FeatureId,
    pub(super) centre: f64,
    pub(super) least: f64,
    pub(super) most: f64,
    pub(super) coefficient: Vec<f64>,
}

#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Cell {
    pub(super) option: TreatmentOption,
    pub(super) outcome: OutcomeId,
    pub(super) kind: EvidenceKind,
    /// A key of `levels`.
    pub(super) level: String,
    /// What the option changes against the comparator, on the scale of the level.
    #[serde(default)]
    pub(super) effect: Option<Vec<f64>>,
    #[serde(default)]
    pub(super) comparator: Option<TreatmentOption>,
    /// What changes the effect.
    #[serde(default)]
    pub(super) option_factors: Vec<Factor>,
    pub(super) criteria: Vec<String>,
    pub(super) required: Vec<String>,
    pub(super) citations: Vec<String>,
    pub(super) beside: Vec<String>,
    pub(super) recalled: bool,
}

#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct AbsentCell {
    pub(super) option: TreatmentOption,
    pub(super) outcome: OutcomeId,
    pub(super) reason: BenefitAbsence,
    pub(super) citations: Vec<String>,
}
