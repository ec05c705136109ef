//! The figures of one group of patients at one horizon.

use super::{
    BesideEstimates, CheckState, CheckedForecast, CheckedGroup, FIGURES_NEED, ObservedDeaths,
};
use crate::performance::{
    CALIBRATION_NEEDS, Comparison, ComparisonError, Estimate, Figure, HorizonCounts,
    HorizonPerformance, Interval, NotEstimable, Outcomes, Predictor, Settings, compare,
    kaplan_meier,
};
use std::collections::BTreeMap;

const MODEL: &str = "model";
const BOARD: &str = "board";

/// Half of what a 95 % interval leaves out.
const TAIL: f64 = 0.025;

/// What is computed with, and how far it is.
pub(super) struct Work<'a> {
    settings: &'a Settings,
    /// Rows of all groups.
    all: usize,
    done: usize,
    progress: &'a mut dyn FnMut(f64) -> bool,
}

impl<'a> Work<'a> {
    pub(super) fn new(
        settings: &'a Settings,
        all: usize,
        progress: &'a mut dyn FnMut(f64) -> bool,
    ) -> Work<'a> {
        Work {
            settings,
            all,
            done: 0,
            progress,
        }
    }

    fn compare(
        &mut self,
        outcomes: &Outcomes,
        predictors: &[Predictor],
        months: u32,
    ) -> Result<Comparison, ComparisonError> {
        let settings = Settings {
            horizons: vec![months],
            ..self.settings.clone()
        };
        let rows = outcomes.len() * predictors.len();
        let all = self.all.max(1) as f64;
        let (done, progress) = (self.done, &mut self.progress);
        let mut step = |share: f64| progress(((done as f64 + share * rows as f64) / all).min(1.0));
        let compared = compare(outcomes, predictors, &settings, &mut step);
        self.done += rows;
        compared
    }
}

/// Patients whose decision is older than the horizon.
pub(super) struct Group<'a> {
    pub(super) rows: Vec<&'a CheckedForecast>,
    pub(super) months: u32,
}

impl Group<'_> {
    /// The model on them.
    pub(super) fn checked(&self, work: &mut Work<'_>) -> Result<CheckedGroup, ComparisonError> {
        let model = self.model();
        let outcomes = self.outcomes()?;
        let deaths = observed(&outcomes, &model, self.months);
        let performance = match enough_for_figures(&deaths.counts) {
            true => work
                .compare(&outcomes, &[self.predictor(MODEL, model)], self.months)
                .map(|compared| performances(compared).pop())?,
            false => None,
        };
        Ok(group(deaths, performance))
    }

    /// The model and the board's own estimates on them; every row must have an estimate.
    pub(super) fn beside_estimates(
        &self,
        work: &mut Work<'_>,
    ) -> Result<BesideEstimates, ComparisonError> {
        let model = self.model();
        let dead = |row: &&CheckedForecast| Some(1.0 - row.estimated.get(&self.months)?);
        let board: Vec<f64> = self.rows.iter().filter_map(dead).collect();
        let outcomes = self.outcomes()?;
        let deaths = [&model, &board].map(|death| observed(&outcomes, death, self.months));
        let mut of_each = Vec::new();
        if enough_for_figures(&deaths[0].counts) {
            let predictors = [self.predictor(MODEL, model), self.predictor(BOARD, board)];
            of_each = performances(work.compare(&outcomes, &predictors, self.months)?);
        }
        let mut of_each = of_each.into_iter();
        let [of_model, of_board] = deaths;
        Ok(BesideEstimates {
            model: group(of_model, of_each.next()),
            board: group(of_board, of_each.next()),
        })
    }

    /// Deaths observed and expected alone.
    pub(super) fn deaths(&self) -> Option<ObservedDeaths> {
        Some(observed(&self.outcomes().ok()?, &self.model(), self.months))
    }

    fn outcomes(&self) -> Result<Outcomes, ComparisonError> {
        let months = self.rows.iter().map(|row| row.months).collect();
        let died = self.rows.iter().map(|row| row.died).collect();
        Ok(Outcomes::new(months, died)?)
    }

    /// Probability of death by the horizon, row by row.
    fn model(&self) -> Vec<f64> {
        let dead = |row: &&CheckedForecast| Some(1.0 - row.alive.get(&self.months)?);
        self.rows.iter().filter_map(dead).collect()
    }

    fn predictor(&self, id: &str, death: Vec<f64>) -> Predictor {
        Predictor {
            id: id.to_owned(),
            // The same for everybody, as concordance over all of the follow-up is not asked for: it takes
            // as long as all the rest.
            risk: vec![0.0; death.len()],
            risk_at: BTreeMap::from([(self.months, death.clone())]),
            death: BTreeMap::from([(self.months, death)]),
        }
    }
}

fn enough_for_figures(counts: &HorizonCounts) -> bool {
    counts.deaths.min(counts.known_alive) >= FIGURES_NEED
}

fn performances(compared: Comparison) -> Vec<HorizonPerformance> {
    let predictors = compared.predictors.into_iter();
    let mut all: Vec<HorizonPerformance> = predictors.flat_map(|one| one.horizons).collect();
    all.iter_mut().for_each(without_sham_interval);
    all
}

/// Where the model happens to part the dead from the living, every resample does too: an interval without
/// width would claim that nothing is left open.
fn without_sham_interval(performance: &mut HorizonPerformance) {
    if let Figure::Estimated(estimate) = &mut performance.auc.figure
        && estimate
            .interval
            .is_some_and(|interval| interval.low >= interval.high)
    {
        estimate.interval = None;
    }
}

fn group(deaths: ObservedDeaths, performance: Option<HorizonPerformance>) -> CheckedGroup {
    let HorizonCounts {
        deaths: events,
        known_alive: non_events,
        ..
    } = deaths.counts;
    CheckedGroup {
        state: match events.min(non_events) < CALIBRATION_NEEDS {
            true => CheckState::NotYetChecked {
                events,
                non_events,
                needed: CALIBRATION_NEEDS,
            },
            false => CheckState::Checked,
        },
        deaths,
        performance,
    }
}

fn observed(outcomes: &Outcomes, death: &[f64], months: u32) -> ObservedDeaths {
    let counts = counts(outcomes, months);
    let patients = outcomes.len() as u32;
    let share = |of: u32| f64::from(of) / f64::from(patients.max(1));
    let expected = death.iter().sum::<f64>() / f64::from(patients.max(1));
    let curve = kaplan_meier(outcomes);
    let at = f64::from(months);
    let observed = match curve.at(at) {
        Some(alive) if patients > 0 => Ok(Estimate {
            point: 1.0 - alive,
            interval: match curve.interval(at) {
                Some(alive) => Some(Interval {
                    low: 1.0 - alive.high,
                    high: 1.0 - alive.low,
                }),
                None => at_an_end(alive, &counts),
            },
        }),
        _ => Err(NotEstimable::AllCensoredBeforeHorizon),
    };
    let over = |estimate: Estimate| match expected > 0.0 {
        true => Ok(Estimate {
            point: estimate.point / expected,
            interval: estimate.interval.map(|interval| Interval {
                low: interval.low / expected,
                high: interval.high / expected,
            }),
        }),
        false => Err(NotEstimable::NoDeathExpected),
    };
    ObservedDeaths {
        patients,
        observed: figure(observed),
        expected,
        observed_over_expected: figure(observed.and_then(over)),
        at_least: share(counts.deaths),
        at_most: share(counts.deaths + counts.censored_before),
        counts,
    }
}

/// Where nobody or everybody died, Greenwood's interval has no width. Then the exact one of a binomial
/// share (Clopper and Pearson 1934, doi:10.1093/biomet/26.4.404) of those whose state at the horizon is
/// known, so that no death where many were expected is seen as the difference that it is.
fn at_an_end(alive: f64, counts: &HorizonCounts) -> Option<Interval> {
    let (known, all_died) = match (counts.deaths, counts.known_alive) {
        (0, alive) => (alive, false),
        (deaths, _) => (deaths, true),
    };
    let furthest = TAIL.powf(1.0 / f64::from(known));
    match (known, all_died) {
        (0, _) => None,
        (_, false) if alive == 1.0 => Some(Interval {
            low: 0.0,
            high: 1.0 - furthest,
        }),
        (_, true) if alive == 0.0 => Some(Interval {
            low: furthest,
            high: 1.0,
        }),
        _ => None,
    }
}

fn counts(outcomes: &Outcomes, horizon: u32) -> HorizonCounts {
    let months = f64::from(horizon);
    let count = |matching: fn(f64, bool, f64) -> bool| {
        let all = outcomes.months().iter().zip(outcomes.died());
        all.filter(|(time, died)| matching(**time, **died, months))
            .count() as u32
    };
    HorizonCounts {
        months: horizon,
        deaths: count(|time, died, months| died && time <= months),
        censored_before: count(|time, died, months| !died && time < months),
        known_alive: count(|time, died, months| time > months || !died && time == months),
    }
}

fn figure(answer: Result<Estimate, NotEstimable>) -> Figure {
    match answer {
        Ok(estimate) => Figure::Estimated(estimate),
        Err(reason) => Figure::NotEstimable { reason },
    }
}
