//! What a comparison of predictors gives. A figure that cannot be estimated is a reason, never a
//! number that is none.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// All predictors on the same patients.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct Comparison {
    pub counts: OutcomeCounts,
    /// Resamples that were drawn for the intervals.
    pub bootstraps: u32,
    #[ts(type = "number")]
    pub seed: u64,
    /// Share of the resamples that lies inside each bootstrap interval: 0.95.
    pub interval_level: f64,
    /// Uno's C counts pairs whose earlier death lies before this month.
    pub tau: u32,
    /// Net benefit of treating everybody, by horizon; that of treating nobody is 0.
    pub treat_all: Vec<DecisionCurve>,
    /// In the order given. Differences are against the first.
    pub predictors: Vec<PredictorPerformance>,
}

/// Who was followed, and what happened.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct OutcomeCounts {
    pub patients: u32,
    pub deaths: u32,
    pub horizons: Vec<HorizonCounts>,
}

/// The three counts sum to the number of patients.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct HorizonCounts {
    pub months: u32,
    /// Died by the horizon, the day of it included.
    pub deaths: u32,
    /// Lost from sight before the horizon.
    pub censored_before: u32,
    /// Followed to the horizon or beyond.
    pub known_alive: u32,
}

/// One predictor on all patients.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct PredictorPerformance {
    pub id: String,
    /// Probability that of two patients the one with the higher risk dies first (Harrell et al. 1982,
    /// doi:10.1001/jama.1982.03320430047030).
    pub harrell_c: Compared,
    /// The same up to `tau`, whatever the censoring (Uno et al. 2011, doi:10.1002/sim.4154).
    pub uno_c: Compared,
    pub horizons: Vec<HorizonPerformance>,
}

/// One predictor at one horizon.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct HorizonPerformance {
    pub months: u32,
    /// Cumulative/dynamic area under the curve (Uno et al. 2007, doi:10.1198/016214507000000149).
    pub auc: Compared,
    pub calibration: CalibrationState,
    /// Mean squared error of the probability (Graf et al. 1999); lower is better.
    pub brier: Compared,
    /// 1 less the Brier score over that of the Kaplan-Meier estimate for everybody; 1 is perfect, 0 no
    /// better than the mean, and below 0 worse.
    pub scaled_brier: Compared,
    pub decision_curve: DecisionCurve,
}

/// A figure, and its difference from the first predictor's over the same resamples; the first has none.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct Compared {
    pub figure: Figure,
    #[ts(optional)]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub difference: Option<Figure>,
    /// What the difference shows; absent without one.
    #[ts(optional)]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub shown: Option<Shown>,
}

/// What a difference from the first predictor shows. Which of the two is better depends on the figure.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum Shown {
    /// The whole interval lies below 0.
    Lower,
    /// The whole interval lies above 0.
    Higher,
    /// The interval holds 0: no difference is shown, which is not the same as none being there.
    NoDifference,
    /// Without an interval nothing can be said.
    Unjudged,
}

impl Compared {
    /// A figure beside that of the first predictor.
    pub fn new(figure: Figure, difference: Option<Figure>) -> Compared {
        let shown = difference.as_ref().map(|difference| {
            match difference.estimate().and_then(|found| found.interval) {
                Some(interval) if interval.high < 0.0 => Shown::Lower,
                Some(interval) if interval.low > 0.0 => Shown::Higher,
                Some(_) => Shown::NoDifference,
                None => Shown::Unjudged,
            }
        });
        Compared {
            figure,
            difference,
            shown,
        }
    }
}

impl Shown {
    /// The code of the words `shown.<code>`.
    pub fn code(self) -> &'static str {
        match self {
            Shown::Lower => "lower",
            Shown::Higher => "higher",
            Shown::NoDifference => "no_difference",
            Shown::Unjudged => "unjudged",
        }
    }
}

/// An estimate, or why there is none.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Figure {
    Estimated(Estimate),
    NotEstimable { reason: NotEstimable },
}

impl Figure {
    /// The number, where there is one.
    pub fn estimate(&self) -> Option<&Estimate> {
        match self {
            Figure::Estimated(estimate) => Some(estimate),
            Figure::NotEstimable { .. } => None,
        }
    }
}

/// A number from all patients, and how far it varies.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, TS)]
pub struct Estimate {
    pub point: f64,
    /// Absent where none was asked for, or where too few resamples gave the figure.
    #[ts(optional)]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub interval: Option<Interval>,
}

/// The ends of a 95 % interval.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, TS)]
pub struct Interval {
    pub low: f64,
    pub high: f64,
}

impl Interval {
    /// That of the probability that something does not happen.
    pub(super) fn of_the_opposite(self) -> Interval {
        Interval {
            low: 1.0 - self.high,
            high: 1.0 - self.low,
        }
    }
}

/// Why a figure is absent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum NotEstimable {
    /// Everybody who had not died was lost from sight before the horizon.
    AllCensoredBeforeHorizon,
    /// No death by the horizon.
    NobodyDied,
    /// The Kaplan-Meier curve reaches zero by the horizon.
    NobodyAlive,
    /// Fewer than `needed` deaths by the horizon, or fewer than `needed` known to have been alive at it.
    TooFew {
        events: u32,
        non_events: u32,
        needed: u32,
    },
    /// The predictor gives no probability for this horizon.
    NoProbability,
    /// The predictor gives everybody the same risk.
    ConstantRisk,
    /// The predictor gives everybody the same probability, so there is no slope.
    ConstantProbability,
    /// Probabilities of exactly 0 or 1, for so many patients: their logit is infinite.
    CertainProbability { patients: u32 },
    /// Every probability is 0, so there is nothing to divide by.
    NoDeathExpected,
    /// The probabilities separate the dead from the living, so the logistic model has no finite answer.
    Separated,
    /// Of no two patients is it known who died first.
    NoComparablePairs,
}

impl NotEstimable {
    /// The code of the words `not_estimable.<code>`.
    pub fn code(&self) -> &'static str {
        match self {
            NotEstimable::AllCensoredBeforeHorizon => "all_censored_before_horizon",
            NotEstimable::NobodyDied => "nobody_died",
            NotEstimable::NobodyAlive => "nobody_alive",
            NotEstimable::TooFew { .. } => "too_few",
            NotEstimable::NoProbability => "no_probability",
            NotEstimable::ConstantRisk => "constant_risk",
            NotEstimable::ConstantProbability => "constant_probability",
            NotEstimable::CertainProbability { .. } => "certain_probability",
            NotEstimable::NoDeathExpected => "no_death_expected",
            NotEstimable::Separated => "separated",
            NotEstimable::NoComparablePairs => "no_comparable_pairs",
        }
    }

    /// The numbers of the sentence.
    pub fn parameters(&self) -> Vec<(&'static str, String)> {
        match self {
            NotEstimable::TooFew {
                events,
                non_events,
                needed,
            } => vec![
                ("events", events.to_string()),
                ("non_events", non_events.to_string()),
                ("needed", needed.to_string()),
            ],
            NotEstimable::CertainProbability { patients } => {
                vec![("patients", patients.to_string())]
            }
            _ => Vec::new(),
        }
    }
}

/// Calibration at one horizon, or why it is not assessed.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum CalibrationState {
    Assessed(Calibration),
    NotEstimable { reason: NotEstimable },
}

/// How the probabilities of death compare with what happened.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct Calibration {
    /// Died by the horizon, by Kaplan-Meier, 0 to 1.
    pub observed: f64,
    /// Mean of the probabilities.
    pub expected: f64,
    pub observed_over_expected: Figure,
    /// Calibration in the large: of the logit of death, with the logit of the probability as offset; 0
    /// is perfect, above 0 more died than expected.
    pub intercept: Figure,
    /// Of the logit of death on the logit of the probability; 1 is perfect, below 1 the probabilities are
    /// too extreme.
    pub slope: Figure,
    pub curve: CalibrationCurve,
}

/// Observed against expected, group by group in rising order of the probability.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct CalibrationCurve {
    pub grouping: CalibrationGrouping,
    pub groups: Vec<CalibrationGroup>,
}

/// What makes a group.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum CalibrationGrouping {
    /// One group for each probability that the predictor gives.
    Values,
    /// Quantiles; equal probabilities are never parted.
    Quantiles,
}

/// Patients with similar probabilities.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct CalibrationGroup {
    pub patients: u32,
    /// Died by the horizon.
    pub deaths: u32,
    /// Mean of the probabilities.
    pub expected: f64,
    /// Died by the horizon, by Kaplan-Meier, with Greenwood's interval on the log-log scale; none where
    /// nobody or everybody died.
    pub observed: Figure,
}

/// Net benefit over the thresholds at one horizon.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct DecisionCurve {
    pub months: u32,
    /// Empty where the predictor gives no probability for this horizon.
    pub points: Vec<DecisionPoint>,
}

/// Net benefit of treating those whose probability of death reaches a threshold.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct DecisionPoint {
    pub threshold: f64,
    /// Share of the patients whose probability reaches the threshold.
    pub treated: f64,
    /// Net true positives per patient (Vickers et al. 2008, doi:10.1186/1472-6947-8-53); no interval.
    pub net_benefit: Figure,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_difference_is_shown_only_where_its_interval_leaves_out_zero() {
        let shown = |interval: Option<(f64, f64)>| {
            let figure = Figure::Estimated(Estimate {
                point: 0.1,
                interval: interval.map(|(low, high)| Interval { low, high }),
            });
            Compared::new(figure.clone(), Some(figure)).shown
        };
        assert_eq!(shown(Some((0.01, 0.2))), Some(Shown::Higher));
        assert_eq!(shown(Some((-0.2, -0.01))), Some(Shown::Lower));
        for holds_zero in [(-0.1, 0.2), (0.0, 0.2), (-0.1, 0.0)] {
            assert_eq!(shown(Some(holds_zero)), Some(Shown::NoDifference));
        }
        assert_eq!(shown(None), Some(Shown::Unjudged));
        let first = Figure::NotEstimable {
            reason: NotEstimable::NobodyDied,
        };
        assert_eq!(Compared::new(first, None).shown, None);
    }
}
