//! The figures against those of other programs, on synthetic patients; `reference.toml` says which.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use super::*;
use serde::Deserialize;

#[derive(Deserialize)]
struct Reference {
    cohort: Vec<Cohort>,
}

#[derive(Deserialize)]
struct Cohort {
    id: String,
    months: Vec<f64>,
    died: Vec<u8>,
    survival: Vec<f64>,
    survival_low: Vec<f64>,
    survival_high: Vec<f64>,
    sight: Vec<f64>,
    treat_all: Vec<Vec<f64>>,
    predictor: Vec<Expected>,
}

#[derive(Deserialize)]
struct Expected {
    id: String,
    risk: Vec<f64>,
    harrell: f64,
    uno: f64,
    auc: Vec<f64>,
    #[serde(default)]
    horizon: Vec<ExpectedHorizon>,
}

#[derive(Deserialize)]
struct ExpectedHorizon {
    months: u32,
    death: Vec<f64>,
    brier: f64,
    scaled_brier: f64,
    observed_over_expected: f64,
    intercept: f64,
    slope: f64,
    treated: Vec<f64>,
    net_benefit: Vec<f64>,
    groups: Vec<[f64; 6]>,
}

impl Cohort {
    fn compared(&self) -> Comparison {
        let (outcomes, predictors) = (self.outcomes(), self.predictors());
        compare(&outcomes, &predictors, &settings(), &mut |_| true).unwrap()
    }

    fn outcomes(&self) -> Outcomes {
        let died = self.died.iter().map(|died| *died == 1).collect();
        Outcomes::new(self.months.clone(), died).unwrap()
    }

    fn predictors(&self) -> Vec<Predictor> {
        let predictor = |expected: &Expected| Predictor {
            id: expected.id.clone(),
            risk: expected.risk.clone(),
            risk_at: Default::default(),
            death: expected
                .horizon
                .iter()
                .map(|horizon| (horizon.months, horizon.death.clone()))
                .collect(),
        };
        self.predictor.iter().map(predictor).collect()
    }
}

fn cohorts() -> Vec<Cohort> {
    let reference: Reference = toml::from_str(include_str!("reference.toml")).unwrap();
    reference.cohort
}

fn settings() -> Settings {
    Settings {
        bootstraps: 0,
        thresholds: vec![0.1, 0.25, 0.5, 0.75],
        ..Settings::default()
    }
}

#[track_caller]
fn same(given: f64, expected: f64) {
    assert!((given - expected).abs() < 1e-11, "{given}, not {expected}");
}

#[track_caller]
fn given(figure: &Figure, expected: f64) {
    let estimate = figure.estimate().expect("an estimate");
    assert_eq!(estimate.interval, None);
    same(estimate.point, expected);
}

#[test]
fn kaplan_meier_is_that_of_lifelines() {
    for cohort in cohorts() {
        let outcomes = cohort.outcomes();
        let (survival, sight) = (kaplan_meier(&outcomes), censoring(&outcomes));
        for (place, months) in [3.0, 6.0, 12.0].into_iter().enumerate() {
            same(survival.at(months).unwrap(), cohort.survival[place]);
            let interval = survival.interval(months).unwrap();
            same(interval.low, cohort.survival_low[place]);
            same(interval.high, cohort.survival_high[place]);
            same(sight.before(months), cohort.sight[place]);
        }
    }
}

#[test]
fn discrimination_is_that_of_other_programs() {
    for cohort in cohorts() {
        let all = cohort.compared();
        for (performance, expected) in all.predictors.iter().zip(&cohort.predictor) {
            given(&performance.harrell_c.figure, expected.harrell);
            given(&performance.uno_c.figure, expected.uno);
            for (horizon, auc) in performance.horizons.iter().zip(&expected.auc) {
                given(&horizon.auc.figure, *auc);
            }
            let first = &cohort.predictor[0];
            if let Some(difference) = &performance.harrell_c.difference {
                given(difference, expected.harrell - first.harrell);
            }
        }
    }
}

#[test]
fn error_and_net_benefit_are_those_of_other_programs() {
    for cohort in cohorts() {
        let all = cohort.compared();
        for (curve, expected) in all.treat_all.iter().zip(&cohort.treat_all) {
            for (point, benefit) in curve.points.iter().zip(expected) {
                given(&point.net_benefit, *benefit);
            }
        }
        for (performance, expected) in all.predictors.iter().zip(&cohort.predictor) {
            for (horizon, expected) in performance.horizons.iter().zip(&expected.horizon) {
                given(&horizon.brier.figure, expected.brier);
                given(&horizon.scaled_brier.figure, expected.scaled_brier);
                let points = &horizon.decision_curve.points;
                assert_eq!(points.len(), 4);
                for (place, point) in points.iter().enumerate() {
                    same(point.treated, expected.treated[place]);
                    given(&point.net_benefit, expected.net_benefit[place]);
                }
            }
        }
    }
}

#[test]
fn calibration_is_that_of_other_programs() {
    for cohort in cohorts() {
        let all = cohort.compared();
        for (performance, expected) in all.predictors.iter().zip(&cohort.predictor) {
            for (horizon, expected) in performance.horizons.iter().zip(&expected.horizon) {
                match &horizon.calibration {
                    CalibrationState::Assessed(calibration) => calibrated(calibration, expected),
                    CalibrationState::NotEstimable { reason } => {
                        assert_eq!((&cohort.id[..], horizon.months), ("heavy", 12));
                        let few = NotEstimable::TooFew {
                            events: 174,
                            non_events: 32,
                            needed: 100,
                        };
                        assert_eq!(*reason, few);
                    }
                }
            }
        }
    }
}

fn calibrated(calibration: &Calibration, expected: &ExpectedHorizon) {
    given(
        &calibration.observed_over_expected,
        expected.observed_over_expected,
    );
    given(&calibration.intercept, expected.intercept);
    given(&calibration.slope, expected.slope);
    let curve = &calibration.curve;
    assert_eq!(curve.groups.len(), expected.groups.len());
    let few = curve.groups.len() == 4;
    assert_eq!(few, curve.grouping == CalibrationGrouping::Values);
    for (group, [patients, deaths, mean, observed, low, high]) in
        curve.groups.iter().zip(&expected.groups)
    {
        assert_eq!(f64::from(group.patients), *patients);
        assert_eq!(f64::from(group.deaths), *deaths);
        same(group.expected, *mean);
        let estimate = group.observed.estimate().unwrap();
        same(estimate.point, *observed);
        let interval = estimate.interval.unwrap();
        same(interval.low, *low);
        same(interval.high, *high);
    }
}
