//! How well predictors of survival do on patients whose survival is known: discrimination,
//! calibration, overall error and net benefit at fixed horizons, for any number of predictors on the
//! same patients, with bootstrap intervals and paired differences.
//!
//! One convention holds throughout: at a tie in time, deaths come before censorings. Somebody
//! censored exactly at a horizon is therefore known to have been alive at it, and the probability of
//! not having been censored before a time t is G(t-), with G the Kaplan-Meier curve of censoring.
//! With it the weights of those whose state at a horizon is known (`weighting`) sum to the number of
//! patients, and their weighted share of deaths is the Kaplan-Meier estimate itself. Censoring is
//! taken to be independent of survival and of the predictors.

mod bootstrap;
mod brier;
mod calibration;
mod calibration_curve;
mod comparison;
mod decision_curve;
mod discrimination;
mod estimates;
mod figures;
mod kaplan_meier;
mod outcomes;
mod predictors;
#[cfg(test)]
mod properties;
#[cfg(test)]
mod reference;
mod weighting;

pub use comparison::{
    Calibration, CalibrationCurve, CalibrationGroup, CalibrationGrouping, CalibrationState,
    Compared, Comparison, DecisionCurve, DecisionPoint, Estimate, Figure, HorizonCounts,
    HorizonPerformance, Interval, NotEstimable, OutcomeCounts, PredictorPerformance, Shown,
};
pub use kaplan_meier::{KaplanMeier, KaplanMeierStep, censoring, kaplan_meier};
pub use outcomes::{Outcomes, OutcomesError};
pub use predictors::{ComparisonError, Predictor, Settings};
use std::{num::NonZeroUsize, thread};

/// Deaths by a horizon, and patients known to have been alive at it, below which calibration is not
/// assessed (Vergouwe et al. 2005, doi:10.1016/j.jclinepi.2004.06.017; Collins et al. 2016,
/// doi:10.1002/sim.6787).
pub const CALIBRATION_NEEDS: u32 = 100;

/// Compares predictors on the same patients. After each resample `progress` is told the share of them
/// that is done, up to 1, and ends it all by answering `false`. The result depends on the arguments
/// alone, not on the number of cores.
///
/// # Errors
/// Settings or predictors that do not fit, with the place; [`ComparisonError::Cancelled`].
pub fn compare(
    outcomes: &Outcomes,
    predictors: &[Predictor],
    settings: &Settings,
    progress: &mut dyn FnMut(f64) -> bool,
) -> Result<Comparison, ComparisonError> {
    predictors::check(outcomes, predictors, settings)?;
    let cores = thread::available_parallelism().map_or(1, NonZeroUsize::get);
    estimates::compare(outcomes, predictors, settings, cores, progress)
}
