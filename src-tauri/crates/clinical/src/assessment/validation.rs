//! How well a published score did in cohorts other than the paper's, or in its own.

use super::{Citation, FigureProvenance};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// A score in one cohort.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct ValidationEntry {
    /// Id of the cohort.
    pub cohort: String,
    pub patients: u32,
    #[ts(optional)]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub years: Option<String>,
    /// How the patients were treated, and where.
    pub treatment: String,
    pub metrics: Vec<ValidationMetric>,
    #[ts(optional)]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub calibration: Option<String>,
    pub citation: Citation,
    pub provenance: FigureProvenance,
    /// What a reader of the metrics has to know about the cohort.
    pub notes: Vec<String>,
    /// Why the cohort should not be averaged with others.
    #[ts(optional)]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub weak: Option<String>,
    /// Why the score had an easy test here: its own patients, or its own authors.
    #[ts(optional)]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub own_development: Option<String>,
}

/// One figure about a score; a single value, or a range, or words.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct ValidationMetric {
    pub kind: ValidationMetricKind,
    #[ts(optional)]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub value: Option<f64>,
    /// Lowest and highest value; over which horizons or scores is said by `shared_with` and `note`.
    #[ts(optional)]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub range: Option<[f64; 2]>,
    /// 95 % confidence interval of the value.
    #[ts(optional)]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub confidence_interval: Option<[f64; 2]>,
    /// Absent where the metric has none, or the source did not tell it.
    #[ts(optional)]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub horizon_months: Option<u32>,
    /// What was found, where it is not a number.
    #[ts(optional)]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub finding: Option<String>,
    /// Other scores that the same range covers: it is not this score's own.
    pub shared_with: Vec<String>,
    #[ts(optional)]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum ValidationMetricKind {
    /// Area under the curve at a horizon.
    Auc,
    CStatistic,
    CIndex,
    HarrellC,
    /// Whether the survival of the groups differed.
    GroupsSeparated,
}
