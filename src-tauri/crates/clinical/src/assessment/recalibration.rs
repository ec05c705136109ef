//! How a centre's own patients moved a model's survival.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// Two numbers that move the log cumulative hazard of every survival path,
/// `ln H'(t) = intercept + slope * ln H(t)`, what they were learned from, and who answers for them.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct Recalibration {
    /// 0 is no change; above 0 more patients die than the shipped model says.
    pub intercept: f64,
    /// 1 is no change; above 1 patients differ more than the shipped model says.
    pub slope: f64,
    pub patients: u32,
    /// Within the time that the model answers for.
    pub deaths: u32,
    /// In whole months, as an exact time would be one patient's.
    pub follow_up: FollowUp,
    pub gain: RecalibrationGain,
    /// The chair or coordinator who had it computed.
    pub person: String,
    pub date: NaiveDate,
}

/// How long the patients of a cohort were followed, in whole months.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
#[ts(rename = "LengthOfFollowUp")]
pub struct FollowUp {
    /// By Kaplan and Meier with deaths and ends of follow-up exchanged (Schemper and Smith 1996,
    /// doi:10.1016/0197-2456(96)00075-X); absent where less than half were followed up alive.
    #[ts(optional)]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub median_months: Option<u32>,
    pub longest_months: u32,
}

/// What the recalibrated model gains over the shipped one on patients whom neither has seen: the mean
/// difference of the log likelihood of one patient's follow-up.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct RecalibrationGain {
    pub per_patient: f64,
    pub low: f64,
    pub high: f64,
    /// Share of the repeats between `low` and `high`, for example 0.95.
    pub interval_level: f64,
}

/// What the shipped model says where a recalibrated one answers.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, TS)]
pub struct ShippedPoint {
    pub months: f64,
    pub alive: f64,
}
