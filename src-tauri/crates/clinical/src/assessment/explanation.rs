//! Why a forecast is what it is, and which blank fact could change it.

use super::{PackIdentity, ReasonSentence, Recalibration, Refusal, SurvivalPoint};
use crate::{case::Value, catalogue::FeatureId, evidence::EvidenceSource};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use ts_rs::TS;

/// Which forecast is explained.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum ExplainedEndpoint {
    Survival,
    CordCompression,
}

impl ExplainedEndpoint {
    pub const ALL: [ExplainedEndpoint; 2] = [
        ExplainedEndpoint::Survival,
        ExplainedEndpoint::CordCompression,
    ];

    /// As it stands in the words file, under `reasons`.
    pub fn code(self) -> &'static str {
        match self {
            ExplainedEndpoint::Survival => "survival",
            ExplainedEndpoint::CordCompression => "cord_compression",
        }
    }
}

/// Reasons, or why there are none.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum ExplanationState {
    Available(Explanation),
    /// The words for `refusal.<code>` say why.
    Refused {
        code: String,
        parameters: BTreeMap<String, String>,
    },
}

impl From<Result<Explanation, Refusal>> for ExplanationState {
    fn from(answer: Result<Explanation, Refusal>) -> ExplanationState {
        match answer {
            Ok(explanation) => ExplanationState::Available(explanation),
            Err(Refusal { code, parameters }) => ExplanationState::Refused { code, parameters },
        }
    }
}

/// The forecast taken apart by the groups of facts that are known: Shapley values of the very number
/// that is shown, on the scale of the log cumulative hazard. The amounts of the reasons add up to
/// `total - baseline`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct Explanation {
    pub pack: PackIdentity,
    pub endpoint: ExplainedEndpoint,
    pub months: f64,
    /// Log cumulative hazard of a patient of whom nothing is known, in the same setting.
    pub baseline: f64,
    /// Log cumulative hazard of this patient.
    pub total: f64,
    /// The probabilities behind the two: of being alive, or of cord compression.
    pub baseline_probability: f64,
    pub total_probability: f64,
    /// Largest standard error of an amount; 0 where every order of the groups was counted.
    pub standard_error: f64,
    /// The largest amount first, whatever its sign.
    pub reasons: Vec<ForecastReason>,
    /// What is said of them, in this order.
    pub sentences: Vec<ReasonSentence>,
    /// The papers behind the ids that reasons cite, as far as this program knows them.
    pub sources: Vec<EvidenceSource>,
}

/// What one group of facts adds to the log cumulative hazard; above 0 the risk is higher.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct ForecastReason {
    /// The group's id in the model pack.
    pub group: String,
    pub amount: f64,
    /// The same as a factor on the cumulative hazard.
    pub factor: f64,
    /// The facts of the group that are known.
    pub features: Vec<FeatureId>,
    /// Those that are blank and were averaged over.
    pub blank: Vec<FeatureId>,
    /// Ids of the evidence behind the group's effect.
    pub citations: Vec<String>,
}

/// A probability of being alive at a time that would change what is advised.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, TS)]
pub struct Threshold {
    pub months: f64,
    pub probability: f64,
}

/// How the forecast would change if one blank fact were known.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct SweepRow {
    pub feature: FeatureId,
    /// Largest difference of any answer from the forecast, at the months that were asked about.
    pub largest_change: f64,
    /// The thresholds that at least one of the values carries the point across.
    pub crosses: Vec<Threshold>,
    pub answers: Vec<SweepAnswer>,
    /// As in [`PackIdentity`].
    #[ts(optional)]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub recalibration: Option<Box<Recalibration>>,
}

/// The forecast if the blank fact had this value, at the months that were asked about.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct SweepAnswer {
    pub value: Value,
    pub points: Vec<SurvivalPoint>,
}
