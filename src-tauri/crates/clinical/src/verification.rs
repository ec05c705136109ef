//! How forecasts did that a centre's own boards decided with: the probabilities sealed on the day of
//! each decision beside what became of the patients, with censoring. The statistics are those of
//! [`crate::performance`].
//!
//! Who counts at a horizon: every patient whose decision is at least so many calendar months old,
//! whatever is known of them since; those who were not followed up are censored when they were last seen
//! alive. To wait for closed cases instead would leave the dead in and the living out.
//!
//! A patient counts once for a model, by the first decision with its forecast. A later one of the same
//! patient is made because they lived, so the latest would be chosen by the outcome, and both together
//! would count one death twice.
//!
//! Models are never pooled: another version, or the same one moved by a recalibration, said something
//! else and is checked by itself.

mod drift;
mod group;
#[cfg(test)]
mod properties;
mod result;
mod rows;
#[cfg(test)]
mod tests;

pub use result::{
    BesideEstimates, CheckState, CheckedGroup, CheckedModel, CheckedRecalibration, Drift,
    DriftPeriod, DriftShown, HorizonCheck, ModelInUse, ObservedDeaths, PrimaryCheck, Verification,
    VerificationWarning,
};
pub use rows::{CheckedForecast, models_in_use, months_between};

use crate::performance::{ComparisonError, Settings};
use chrono::NaiveDate;
use group::{Group, Work};
use rows::Rows;

/// Months at which forecasts are checked.
pub const HORIZONS: [u32; 3] = [3, 6, 12];

/// Deaths and patients known to be alive below which neither AUC nor Brier score is given, and deaths
/// observed or expected below which a period is not judged. A working limit of this program: of fewer
/// patients every resample is made of the same few, so that its interval looks surer than it is. From
/// here to [`crate::performance::CALIBRATION_NEEDS`] they are given with their intervals, and the model
/// is said to be not yet checked: the studies cited there ask for that number for each of the figures.
pub const FIGURES_NEED: u32 = 10;

/// What is asked.
#[derive(Debug, Clone, PartialEq)]
pub struct VerificationQuestion {
    /// Whose forecasts are checked; see [`models_in_use`].
    pub model: CheckedModel,
    pub today: NaiveDate,
    /// Resamples for the intervals.
    pub bootstraps: u32,
    pub seed: u64,
}

/// Checks the forecasts of one model. The order of the forecasts does not matter. `progress` is told the
/// share that is done and ends it all by answering `false`.
///
/// # Errors
/// [`ComparisonError::Cancelled`]; rows that cannot be used are counted and left out.
pub fn verify(
    forecasts: &[CheckedForecast],
    question: &VerificationQuestion,
    progress: &mut dyn FnMut(f64) -> bool,
) -> Result<Verification, ComparisonError> {
    let rows = Rows::of(forecasts, question);
    let at = HORIZONS.map(|months| (months, rows.old_enough(months)));
    let settings = Settings {
        bootstraps: question.bootstraps,
        seed: question.seed,
        thresholds: Vec::new(),
        ..Settings::default()
    };
    let all: usize = at.iter().map(|(_, rows)| effort(rows)).sum();
    let mut work = Work::new(&settings, all, progress);
    let mut horizons = Vec::new();
    for (months, old_enough) in &at {
        let left = rows.patients() - old_enough.len();
        horizons.push(check(old_enough, (*months, left as u32), &mut work)?);
    }
    let mut verification = Verification {
        today: question.today,
        model: question.model.clone(),
        models: models_in_use(forecasts),
        patients: rows.patients() as u32,
        later_decisions: rows.later_decisions,
        unusable: rows.unusable,
        bootstraps: question.bootstraps,
        seed: question.seed,
        figures_need: FIGURES_NEED,
        horizons,
        warnings: Vec::new(),
    };
    verification.warnings = warnings(&verification);
    Ok(verification)
}

fn check(
    rows: &[&CheckedForecast],
    (months, not_old_enough): (u32, u32),
    work: &mut Work<'_>,
) -> Result<HorizonCheck, ComparisonError> {
    let on = |rows: Vec<_>| Group { rows, months };
    let decided: Vec<_> = kept(rows, |row| !row.fulfils_itself());
    let fulfilled = (rows.len() - decided.len()) as u32;
    let without = match fulfilled {
        0 => None,
        _ => Some(on(decided).checked(work)?),
    };
    let mut primaries: Vec<Option<&str>> = rows.iter().map(|row| row.primary.as_deref()).collect();
    primaries.sort_unstable();
    primaries.dedup();
    let mut by_primary = Vec::new();
    for primary in primaries {
        let of_it = kept(rows, |row| row.primary.as_deref() == primary);
        by_primary.push(PrimaryCheck {
            primary: primary.map(str::to_owned),
            checked: on(of_it).checked(work)?,
        });
    }
    // The most patients first; those without a primary at the end.
    by_primary.sort_by_key(|one| {
        let patients = std::cmp::Reverse(one.checked.deaths.patients);
        (one.primary.is_none(), patients)
    });
    let estimated = kept(rows, |row| row.estimated.contains_key(&months));
    Ok(HorizonCheck {
        months,
        not_old_enough,
        never_seen: kept(rows, |row| row.months == 0.0 && !row.died).len() as u32,
        everybody: on(rows.to_vec()).checked(work)?,
        fulfilled,
        without_fulfilled: without,
        estimates: match estimated.is_empty() {
            true => None,
            false => Some(on(estimated).beside_estimates(work)?),
        },
        by_primary,
        drift: drift::drift(rows, months),
    })
}

/// Rows that the groups of a horizon hold together: time goes with them.
fn effort(rows: &[&CheckedForecast]) -> usize {
    let decided = kept(rows, |row| !row.fulfils_itself()).len();
    let without = if decided == rows.len() { 0 } else { decided };
    let estimated = kept(rows, |row| !row.estimated.is_empty()).len();
    2 * rows.len() + without + 2 * estimated
}

fn kept<'a>(
    rows: &[&'a CheckedForecast],
    keep: impl Fn(&CheckedForecast) -> bool,
) -> Vec<&'a CheckedForecast> {
    rows.iter().copied().filter(|row| keep(row)).collect()
}

fn warnings(found: &Verification) -> Vec<VerificationWarning> {
    let mut warnings = Vec::new();
    if found.unusable > 0 {
        let decisions = found.unusable;
        warnings.push(VerificationWarning::Unusable { decisions });
    }
    let others = found.models.iter().filter(|one| one.model != found.model);
    let others: u32 = others.map(|one| one.decisions).sum();
    if others > 0 {
        warnings.push(VerificationWarning::OtherModels { decisions: others });
    }
    for horizon in &found.horizons {
        let months = horizon.months;
        let deaths = &horizon.everybody.deaths;
        if deaths.counts.censored_before > 0 {
            warnings.push(VerificationWarning::FollowUpMissing {
                months,
                patients: deaths.counts.censored_before,
                never_seen: horizon.never_seen,
                of: deaths.patients,
            });
        }
        if horizon.fulfilled > 0 {
            warnings.push(VerificationWarning::ForecastDecided {
                months,
                patients: horizon.fulfilled,
                of: deaths.patients,
            });
        }
        if let DriftShown::MoreDeaths | DriftShown::FewerDeaths = horizon.drift.shown {
            let shown = horizon.drift.shown;
            warnings.push(VerificationWarning::Drift { months, shown });
        }
    }
    warnings
}
