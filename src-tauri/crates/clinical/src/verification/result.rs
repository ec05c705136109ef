//! What checking the forecasts of one model gives.

use crate::{
    assessment::PackIdentity,
    performance::{Figure, HorizonCounts, HorizonPerformance},
};
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// Which model gave a forecast. Two that differ in anything are two models.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, TS)]
pub struct CheckedModel {
    pub name: String,
    pub version: String,
    /// SHA-256 over the pack's manifest, hexadecimal.
    pub sha256: String,
    /// Where a centre's own patients had moved it.
    #[ts(optional)]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub recalibration: Option<CheckedRecalibration>,
}

/// Tells one recalibration from another.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, TS)]
pub struct CheckedRecalibration {
    pub date: NaiveDate,
    /// Intercept and slope to nine decimals; digits that a file can change in passing do not count.
    pub numbers: String,
}

impl From<&PackIdentity> for CheckedModel {
    fn from(pack: &PackIdentity) -> CheckedModel {
        let recalibration = pack.recalibration.as_deref();
        CheckedModel {
            name: pack.name.clone(),
            version: pack.version.clone(),
            sha256: pack.sha256.clone(),
            recalibration: recalibration.map(|moved| CheckedRecalibration {
                date: moved.date,
                numbers: format!("{:.9} {:.9}", moved.intercept, moved.slope),
            }),
        }
    }
}

/// How the forecasts of one model did on the patients they were made for.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct Verification {
    pub today: NaiveDate,
    pub model: CheckedModel,
    /// Every model that forecasts were sealed of, the latest used first.
    pub models: Vec<ModelInUse>,
    /// With a decision by a forecast of the model, each once.
    pub patients: u32,
    /// Later decisions of the same patients, which do not count.
    pub later_decisions: u32,
    /// Decisions whose follow-up or forecast cannot be true, such as a death after today.
    pub unusable: u32,
    /// Resamples that were drawn for the intervals.
    pub bootstraps: u32,
    #[ts(type = "number")]
    pub seed: u64,
    /// Deaths, and patients known to be alive, below which AUC and Brier score are not given.
    pub figures_need: u32,
    pub horizons: Vec<HorizonCheck>,
    pub warnings: Vec<VerificationWarning>,
}

/// A model that forecasts were sealed of.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct ModelInUse {
    pub model: CheckedModel,
    pub decisions: u32,
    pub patients: u32,
    /// Days of the first and the last decision.
    pub first: NaiveDate,
    pub last: NaiveDate,
}

/// The forecasts at one horizon, on those whose decision is old enough.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct HorizonCheck {
    pub months: u32,
    /// Left out of everything below, as their decision is not so old.
    pub not_old_enough: u32,
    /// Of whom nothing was heard since the decision.
    pub never_seen: u32,
    pub everybody: CheckedGroup,
    /// For whom the forecast itself decided for supportive care or systemic treatment alone.
    pub fulfilled: u32,
    /// Without them; absent where there are none.
    #[ts(optional)]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub without_fulfilled: Option<CheckedGroup>,
    /// The board's own estimates; absent where none was locked for this horizon.
    #[ts(optional)]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub estimates: Option<BesideEstimates>,
    /// Most patients first.
    pub by_primary: Vec<PrimaryCheck>,
    pub drift: Drift,
}

/// A group of patients at one horizon.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct CheckedGroup {
    pub deaths: ObservedDeaths,
    pub state: CheckState,
    /// Absent where too few died or are known to be alive even for AUC and Brier score. Its calibration
    /// is assessed only where `state` says `checked`.
    #[ts(optional)]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub performance: Option<HorizonPerformance>,
}

/// Whether there are patients enough to call a model checked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum CheckState {
    /// Deaths, patients known to be alive, and how many of each it takes.
    NotYetChecked {
        events: u32,
        non_events: u32,
        needed: u32,
    },
    Checked,
}

/// Deaths by a horizon beside those that were expected.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct ObservedDeaths {
    pub patients: u32,
    pub counts: HorizonCounts,
    /// Share that died, by Kaplan-Meier.
    pub observed: Figure,
    /// Mean of the probabilities; 0 without patients.
    pub expected: f64,
    /// Its interval is that of `observed`.
    pub observed_over_expected: Figure,
    /// The share that died if all who were lost from sight before the horizon lived to it, and if none
    /// of them did: the truth lies between the two, whoever came back.
    pub at_least: f64,
    pub at_most: f64,
}

/// The model and the board's locked estimates on the patients that have both.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct BesideEstimates {
    pub model: CheckedGroup,
    /// Each figure with its difference from the model's.
    pub board: CheckedGroup,
}

/// The patients with one primary tumour.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct PrimaryCheck {
    /// Option of the primary tumour; absent where it was not known.
    #[ts(optional)]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub primary: Option<String>,
    pub checked: CheckedGroup,
}

/// Observed over expected deaths by the day of the decision.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct Drift {
    /// The earliest first, without gaps being filled.
    pub periods: Vec<DriftPeriod>,
    pub shown: DriftShown,
}

/// A calendar year or half of it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct DriftPeriod {
    pub year: i32,
    /// 1 or 2; absent for a whole year.
    #[ts(optional)]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub half: Option<u32>,
    pub deaths: ObservedDeaths,
    /// Enough deaths were observed or expected to judge it by.
    pub judged: bool,
}

/// What the latest period that can be judged shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum DriftShown {
    /// The whole interval lies above 1: more die than expected.
    MoreDeaths,
    /// The whole interval lies below 1.
    FewerDeaths,
    /// The interval holds 1: no drift is shown, which is not the same as none being there.
    NoDrift,
    /// There is no such period.
    Unjudged,
}

/// What has to be known before the figures are believed; the words are `own_results.warning_<code>`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(tag = "code", rename_all = "snake_case")]
pub enum VerificationWarning {
    Unusable {
        decisions: u32,
    },
    /// Forecasts of other models are there and not counted.
    OtherModels {
        decisions: u32,
    },
    /// The figures rest on those who came back.
    FollowUpMissing {
        months: u32,
        /// Lost from sight before the horizon, though their decision is older.
        patients: u32,
        /// Of these, nothing was heard since the decision.
        never_seen: u32,
        of: u32,
    },
    /// The forecast may have helped to come true.
    ForecastDecided {
        months: u32,
        patients: u32,
        of: u32,
    },
    Drift {
        months: u32,
        shown: DriftShown,
    },
}
