//! What a model pack says of itself, for whoever asks how far its numbers carry.

use crate::evidence::EvidenceSource;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// Who made a model, when, from what, and what was measured of it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct ModelLabel {
    pub licence: String,
    /// As written in the pack, like the four that follow.
    pub made_by: String,
    pub made_on: String,
    pub made_with: String,
    pub data: String,
    /// Real patients that the model learned from, and how many of them died.
    pub patients: u32,
    pub deaths: u32,
    /// The same patients by primary tumour; empty where the pack does not count them so.
    pub primaries: Vec<LearnedFrom>,
    /// Years; the model does not answer below.
    pub age_min: f64,
    /// Primary tumours that the model was not made for.
    pub excluded: Vec<String>,
    /// Primary tumours for which it rests on published figures alone.
    pub literature_only: Vec<String>,
    /// A centre's own patients moved the model after its figures were measured.
    pub adapted: bool,
    /// What was measured on real patients that the model had not seen; absent where the pack holds no figures.
    #[ts(optional)]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub measured: Option<MeasuredOnPatients>,
    /// Published survival, each foreseen without the cohorts of its centre; empty where the pack holds none.
    pub foreseen: Vec<ForeseenSurvival>,
}

/// Patients of one primary tumour in the training data.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct LearnedFrom {
    /// The option of `primary_tumour`.
    pub primary: String,
    pub patients: u32,
    pub deaths: u32,
}

/// How the learned part did on patients of the training data, each left out in turn.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct MeasuredOnPatients {
    pub patients: u32,
    pub deaths: u32,
    pub c_index: f64,
    /// Of the log cumulative hazard; 1 is the right spread.
    pub calibration_slope: f64,
    /// The earliest month first.
    pub horizons: Vec<MeasuredHorizon>,
}

/// At one month.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct MeasuredHorizon {
    pub months: f64,
    pub auc: f64,
    /// The 95 % interval of the AUC.
    pub auc_low: f64,
    pub auc_high: f64,
    pub brier: f64,
    /// By forecast, the lowest first.
    pub groups: Vec<MeasuredGroup>,
}

/// Patients with much the same forecast: what was forecast, and what came.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct MeasuredGroup {
    /// Mean share forecast to be alive.
    pub forecast: f64,
    /// Share alive by Kaplan-Meier.
    pub observed: f64,
    pub patients: u32,
}

/// One published share alive, and the forecast of the whole model for a new centre.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct ForeseenSurvival {
    /// The id of the cohort in the evidence.
    pub cohort: String,
    #[ts(optional)]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source: Option<EvidenceSource>,
    /// The kind of cohort, as the pack names it.
    pub setting: String,
    /// The option of `primary_tumour`; absent for a cohort of mixed primaries.
    #[ts(optional)]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub primary: Option<String>,
    /// A part of the cohort, as the pack names it.
    #[ts(optional)]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub group: Option<String>,
    pub months: f64,
    pub published: f64,
    pub forecast: f64,
    pub low: f64,
    pub high: f64,
    /// The published share lies in the range once its own error is added.
    pub covered: bool,
}
