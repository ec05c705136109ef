//! What is computed from a case on an index date. Derived, never edited; every part names the
//! version of the data or model that it came from.

use crate::{
    case::{Subject, Value},
    catalogue::FeatureId,
    findings::Finding,
};
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use ts_rs::TS;

/// Scores, forecast and findings of one case on one day.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct Assessment {
    pub index_date: NaiveDate,
    /// Version of the application that computed it.
    pub app_version: String,
    /// What the scores and the forecast read, after selection by date and unit conversion.
    pub facts_used: Vec<UsedFact>,
    pub scores: Vec<ScoreResult>,
    pub forecast: ForecastState,
    pub findings: Vec<Finding>,
}

/// A fact as it entered the assessment, in the catalogue's unit.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct UsedFact {
    pub feature: FeatureId,
    pub subject: Subject,
    pub value: Value,
    pub origin: FactOrigin,
    #[ts(optional)]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub observed_on: Option<NaiveDate>,
    pub stale: bool,
}

/// Where a fact comes from.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum FactOrigin {
    Observed { observation_id: String },
    /// Computed by the catalogue's rule for this feature from `reads`.
    Derived { reads: Vec<FeatureId> },
}

/// A published score applied to the case.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct ScoreResult {
    pub id: String,
    pub name: String,
    pub family: ScoreFamily,
    pub direction: Direction,
    /// The patient, or the level that was scored.
    pub subject: Subject,
    pub outcome: ScoreOutcome,
    pub citation: Citation,
    /// Doubts and traps that the score's data file states.
    pub caveats: Vec<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum ScoreFamily {
    Survival,
    Stability,
    Compression,
}

/// How to read the total.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum Direction {
    HigherIsBetter,
    LowerIsBetter,
    HigherIsLessStable,
    HigherIsWorse,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum ScoreOutcome {
    /// A total of points; `minimum` and `maximum` are the ends of the scale.
    Total { total: i32, minimum: i32, maximum: i32, items: Vec<ScoreItem>, group: ScoreGroup },
    /// A grade that is chosen, not summed.
    Grade { grade: String, definition: String, group: ScoreGroup },
    /// Cannot be computed: these facts are missing.
    Missing { features: Vec<FeatureId> },
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct ScoreItem {
    pub id: String,
    pub label: String,
    /// The row of the published table that applied.
    pub row: String,
    pub points: i32,
    pub reads: Vec<FeatureId>,
}

/// The group of a score, with what its paper and later cohorts report for it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct ScoreGroup {
    pub id: String,
    pub label: String,
    /// What the authors predict for the group, in their terms.
    #[ts(optional)]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub predicted: Option<String>,
    /// What the authors advise for the group.
    #[ts(optional)]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub advised: Option<String>,
    pub published: Vec<PublishedSurvival>,
}

/// Survival reported for a score group in one cohort.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct PublishedSurvival {
    /// Cohort, country, treatment and years, as far as known.
    pub cohort: String,
    #[ts(optional)]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub patients: Option<u32>,
    #[ts(optional)]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub median_months: Option<f64>,
    /// 95 % confidence interval of the median, months.
    #[ts(optional)]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub median_confidence_interval: Option<[f64; 2]>,
    /// Months to the share alive, 0 to 1.
    pub alive: BTreeMap<u32, f64>,
    /// `read`, or `recalled` with a confidence: a recalled figure is shown as such.
    pub provenance: String,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct Citation {
    pub text: String,
    #[ts(optional)]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub doi: Option<String>,
}

/// A forecast, or why there is none.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum ForecastState {
    Available(SurvivalForecast),
    /// The words for `refusal.<code>` say why and what to do.
    Refused { code: String, parameters: BTreeMap<String, String> },
}

/// The probability of being alive, with an interval, from one model pack.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct SurvivalForecast {
    pub pack: PackIdentity,
    /// At 3, 6 and 12 months.
    pub horizons: Vec<SurvivalPoint>,
    /// The whole curve from month 0.
    pub curve: Vec<SurvivalPoint>,
    /// Share of the draws that lie inside the interval, for example 0.9.
    pub interval_level: f64,
    pub population: PopulationMatch,
    /// Inputs of the model that are not known and were averaged over.
    pub averaged_over: Vec<FeatureId>,
    /// Inputs of the model that are known and were used.
    pub used: Vec<FeatureId>,
}

/// Probability of being alive at a time, with the interval's ends; all within 0 to 1.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, TS)]
pub struct SurvivalPoint {
    pub months: f64,
    pub alive: f64,
    pub low: f64,
    pub high: f64,
}

/// Which model answered.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct PackIdentity {
    pub name: String,
    pub version: String,
    /// SHA-256 over the pack's manifest, hexadecimal.
    pub sha256: String,
    /// What the numbers rest on, as codes: `real_patients`, `published_evidence`, `simulation`.
    pub rests_on: Vec<String>,
}

/// Whether the model was made for such a patient.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct PopulationMatch {
    pub inside: bool,
    /// Why not, as codes for the words `population.<code>`.
    pub reasons: Vec<String>,
    /// Patients of this primary tumour in the real training data, where there were any.
    #[ts(optional)]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub similar_patients: Option<u32>,
}
