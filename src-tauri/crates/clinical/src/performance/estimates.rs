//! All predictors on all patients, with the intervals that the resamples give.

use super::{
    Calibration, CalibrationState, Compared, Comparison, ComparisonError, Estimate, Figure,
    HorizonCounts, HorizonPerformance, NotEstimable, OutcomeCounts, Outcomes, Predictor,
    PredictorPerformance, Settings,
    bootstrap::{INTERVAL_LEVEL, interval, resamples},
    calibration_curve::calibration_curve,
    decision_curve::{decision_curve, treat_all},
    figures::{Figures, HorizonFigures, Prepared, PreparedHorizon, figures},
    weighting::{Answer, Patients, Sample},
};

pub(super) fn compare(
    outcomes: &Outcomes,
    predictors: &[Predictor],
    settings: &Settings,
    threads: usize,
    progress: &mut dyn FnMut(f64) -> bool,
) -> Result<Comparison, ComparisonError> {
    let patients = Patients::new(outcomes);
    let whole = Sample::new(&patients, vec![1; patients.len()]);
    let counts = counts(outcomes, &settings.horizons);
    let tau = settings.tau.or(settings.horizons.last().copied());
    let tau = tau.ok_or(ComparisonError::Horizons)?;
    let predictors: Vec<Prepared> = predictors
        .iter()
        .map(|predictor| Prepared::new(&whole, &counts.horizons, predictor))
        .collect();
    let plain: Vec<Figures> = predictors
        .iter()
        .map(|predictor| figures(&whole, predictor, tau, None))
        .collect();
    let draws = (patients.len(), settings.bootstraps, settings.seed);
    let resample = |weights: Vec<u32>| -> Vec<Figures> {
        let sample = Sample::new(&patients, weights);
        let each = predictors.iter().zip(&plain);
        each.map(|(predictor, plain)| figures(&sample, predictor, tau, Some(plain)))
            .collect()
    };
    let resampled = resamples(draws, threads, resample, progress)?;
    let gathered = |position: usize| Gathered {
        plain: &plain,
        resampled: &resampled,
        position,
    };
    let everybody = settings.horizons.iter();
    Ok(Comparison {
        counts,
        bootstraps: settings.bootstraps,
        seed: settings.seed,
        interval_level: INTERVAL_LEVEL,
        tau,
        treat_all: everybody
            .map(|months| treat_all(&patients, *months, &settings.thresholds))
            .collect(),
        predictors: predictors
            .iter()
            .enumerate()
            .map(|(position, predictor)| {
                gathered(position).performance(&whole, predictor, settings)
            })
            .collect(),
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

/// The figures of the predictor at `position`, beside those of all others.
struct Gathered<'a> {
    plain: &'a [Figures],
    resampled: &'a [Vec<Figures>],
    position: usize,
}

impl Gathered<'_> {
    fn performance(
        &self,
        whole: &Sample<'_>,
        predictor: &Prepared,
        settings: &Settings,
    ) -> PredictorPerformance {
        let horizons = predictor.horizons.iter().enumerate();
        PredictorPerformance {
            id: predictor.id.clone(),
            harrell_c: self.compared(&|figures| figures.harrell),
            uno_c: self.compared(&|figures| figures.uno),
            horizons: horizons
                .map(|(place, horizon)| self.at_horizon(whole, (place, horizon), settings))
                .collect(),
        }
    }

    fn at_horizon(
        &self,
        whole: &Sample<'_>,
        (place, horizon): (usize, &PreparedHorizon),
        settings: &Settings,
    ) -> HorizonPerformance {
        let compared = |of: &dyn Fn(&HorizonFigures) -> Answer| {
            self.compared(&|figures| of(&figures.horizons[place]))
        };
        let death = horizon.death.as_ref();
        HorizonPerformance {
            months: horizon.months,
            auc: compared(&|figures| figures.auc),
            calibration: self.calibration(whole, (place, horizon), settings),
            brier: compared(&|figures| figures.brier.score),
            scaled_brier: compared(&|figures| figures.brier.scaled),
            decision_curve: decision_curve(
                whole.patients,
                horizon.months,
                death.map(|death| &death.values[..]),
                &settings.thresholds,
            ),
        }
    }

    fn calibration(
        &self,
        whole: &Sample<'_>,
        (place, horizon): (usize, &PreparedHorizon),
        settings: &Settings,
    ) -> CalibrationState {
        let at = whole.at(horizon.months);
        let assessed = match (horizon.refused, &horizon.death) {
            (Some(reason), _) => Err(reason),
            (None, None) => Err(NotEstimable::NoProbability),
            (None, Some(death)) => at.died.map(|observed| (death, observed)),
        };
        let (death, observed) = match assessed {
            Ok(assessed) => assessed,
            Err(reason) => return CalibrationState::NotEstimable { reason },
        };
        let figure = |of: &dyn Fn(&HorizonFigures) -> Answer| {
            self.figure(&|all| of(&all[self.position].horizons[place]))
        };
        CalibrationState::Assessed(Calibration {
            observed,
            expected: death.expected(whole),
            observed_over_expected: figure(&|figures| figures.recalibration.observed_over_expected),
            intercept: figure(&|figures| figures.recalibration.intercept),
            slope: figure(&|figures| figures.recalibration.slope),
            curve: calibration_curve(
                whole,
                (horizon.months, &at),
                death,
                settings.calibration_groups,
            ),
        })
    }

    /// A figure of this predictor, and its difference from that of the first.
    fn compared(&self, of: &dyn Fn(&Figures) -> Answer) -> Compared {
        let own = |all: &[Figures]| of(&all[self.position]);
        let difference = |all: &[Figures]| Ok(own(all)? - of(&all[0])?);
        Compared::new(
            self.figure(&own),
            (self.position > 0).then(|| self.figure(&difference)),
        )
    }

    /// `of` is told the figures of all predictors on the same sample.
    fn figure(&self, of: &dyn Fn(&[Figures]) -> Answer) -> Figure {
        match of(self.plain) {
            Err(reason) => Figure::NotEstimable { reason },
            Ok(point) => Figure::Estimated(Estimate {
                point,
                interval: interval(self.resampled.iter().map(|all| of(all).ok())),
            }),
        }
    }
}
