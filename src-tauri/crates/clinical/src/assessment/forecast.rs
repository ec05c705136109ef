//! What a model pack answers for one patient.

use super::{Recalibration, ShippedPoint};
use crate::catalogue::FeatureId;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use ts_rs::TS;

/// A forecast, or why there is none.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[serde(tag = "kind", rename_all = "snake_case")]
#[expect(
    clippy::large_enum_variant,
    reason = "one per assessment, and mostly available"
)]
pub enum ForecastState {
    Available(SurvivalForecast),
    /// The words for `refusal.<code>` say why and what to do.
    Refused {
        code: String,
        parameters: BTreeMap<String, String>,
    },
}

/// Why a model pack gives no answer; the words for `refusal.<code>` say what to do.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Refusal {
    pub code: String,
    pub parameters: BTreeMap<String, String>,
}

impl From<Refusal> for ForecastState {
    fn from(Refusal { code, parameters }: Refusal) -> ForecastState {
        ForecastState::Refused { code, parameters }
    }
}

/// The probability of being alive, with an interval, from one model pack.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct SurvivalForecast {
    pub pack: PackIdentity,
    /// The kind of cohort whose baseline the forecast rests on; absent where the model knows one only.
    #[ts(optional)]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub setting: Option<String>,
    /// At 3, 6 and 12 months.
    pub horizons: Vec<SurvivalPoint>,
    /// What the shipped model says at 3, 6 and 12 months, where a recalibrated one answers.
    #[ts(optional)]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub shipped_horizons: Option<Vec<ShippedPoint>>,
    /// At 1, 3, 6, 12 and 24 months, as far as the curve has them.
    #[serde(default)]
    pub points: Vec<SurvivalPoint>,
    /// Absent only in assessments that were stored before the median was given.
    #[ts(optional)]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub median: Option<MedianSurvival>,
    /// The whole curve from month 0.
    pub curve: Vec<SurvivalPoint>,
    /// Share of the draws that lie inside the interval, for example 0.9.
    pub interval_level: f64,
    pub population: PopulationMatch,
    /// Absent where the model says nothing about it.
    #[ts(optional)]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cord_compression: Option<CordCompressionState>,
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

/// The time at which half of such patients have died, read off the point and both ends of the curve.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, TS)]
pub struct MedianSurvival {
    pub time: MedianTime,
    pub low: MedianTime,
    pub high: MedianTime,
}

/// A time, or that the line stays above one half for as long as the curve goes.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, TS)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum MedianTime {
    Reached { months: f64 },
    NotReached { within_months: f64 },
}

/// Symptomatic compression of the spinal cord, or why it is not shown.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum CordCompressionState {
    Available(CordCompression),
    /// `deficit_present`: what would be forecast is already there.
    NotShown {
        code: String,
    },
}

/// Probability of symptomatic cord compression within a time without new local treatment of that
/// level, where death may come first (cumulative incidence); all within 0 to 1.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, TS)]
pub struct CordCompression {
    pub months: f64,
    pub probability: f64,
    pub low: f64,
    pub high: f64,
    pub certainty: Certainty,
}

/// How far the evidence behind a number can be trusted, in the four grades of GRADE
/// (Balshem et al. 2011, doi:10.1016/j.jclinepi.2010.07.015).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum Certainty {
    VeryLow,
    Low,
    Moderate,
    High,
}

impl Certainty {
    /// The end of the key of its words, `certainty.<code>`.
    pub fn code(self) -> &'static str {
        match self {
            Certainty::VeryLow => "very_low",
            Certainty::Low => "low",
            Certainty::Moderate => "moderate",
            Certainty::High => "high",
        }
    }
}

/// Which model answered.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct PackIdentity {
    pub name: String,
    pub version: String,
    /// SHA-256 over the pack's manifest, hexadecimal.
    pub sha256: String,
    /// What the numbers rest on, as codes: `real_patients`, `published_evidence`, `simulation`.
    pub rests_on: Vec<String>,
    /// Where a centre's own patients moved the survival of the shipped model.
    #[ts(optional)]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub recalibration: Option<Box<Recalibration>>,
}

/// Whether the model was made for such a patient.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct PopulationMatch {
    pub inside: bool,
    /// Why not, as codes for the words `population.<code>`.
    pub reasons: Vec<String>,
    /// Patients like this one in the real training data: of this primary tumour and, where the model
    /// counted them so, of the known subtype and the band of age.
    #[ts(optional)]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub similar_patients: Option<u32>,
    /// How far that number carries; absent where the model did not count by subtype and age.
    #[ts(optional)]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub similarity: Option<Similarity>,
}

/// How many real patients like this one stood behind the model, in grades whose limits are working
/// limits of this program; the words for `population.<code>` say them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum Similarity {
    /// At least 200.
    SimilarMany,
    /// 50 to 199.
    SimilarSome,
    /// 10 to 49.
    SimilarFew,
    /// Fewer than 10.
    SimilarHardlyAny,
    /// The model has seen no such patient and rests on published figures for this primary tumour.
    LiteratureOnly,
}

impl Similarity {
    /// The key of its words.
    pub fn words(self) -> &'static str {
        match self {
            Similarity::SimilarMany => "population.similar_many",
            Similarity::SimilarSome => "population.similar_some",
            Similarity::SimilarFew => "population.similar_few",
            Similarity::SimilarHardlyAny => "population.similar_hardly_any",
            Similarity::LiteratureOnly => "population.literature_only",
        }
    }
}
