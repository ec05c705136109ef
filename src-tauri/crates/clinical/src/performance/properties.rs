//! What must hold for any patients and any predictor.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use super::{
    calibration::{Probabilities, Start, recalibrate},
    discrimination::{auc, concordance},
    weighting::{Answer, Patients, Ranks, Sample},
    *,
};
use proptest::{collection::vec, prelude::*};
use std::collections::BTreeMap;

/// Months with many ties, some at the horizon of 3; death; a risk with ties; how often the row is drawn.
fn rows() -> impl Strategy<Value = Vec<(f64, bool, f64, u32)>> {
    let months = (0u32..16).prop_map(|halves| f64::from(halves) / 2.0);
    let risk = (-3i32..4).prop_map(f64::from);
    vec((months, any::<bool>(), risk, 0u32..4), 2..40)
        .prop_filter("somebody is drawn", |rows| rows.iter().any(|row| row.3 > 0))
}

/// Months, death and risk.
type Row = (f64, bool, f64);

struct Plain {
    auc: Answer,
    harrell: Answer,
    uno: Answer,
    brier: Answer,
    scaled: Answer,
    ratio: Answer,
    intercept: Answer,
    slope: Answer,
}

impl Plain {
    fn all(&self) -> [Answer; 8] {
        [
            self.auc,
            self.harrell,
            self.uno,
            self.brier,
            self.scaled,
            self.ratio,
            self.intercept,
            self.slope,
        ]
    }
}

/// At 3 months, of rows that are drawn so often; the probability of death rises with the risk.
fn plain(rows: &[Row], drawn: &[u32]) -> Plain {
    let months = rows.iter().map(|row| row.0).collect();
    let died = rows.iter().map(|row| row.1).collect();
    let risk: Vec<f64> = rows.iter().map(|row| row.2).collect();
    let patients = Patients::new(&Outcomes::new(months, died).unwrap());
    let ranks = Ranks::new(&patients.in_order(&risk));
    let drawn: Vec<f64> = drawn.iter().map(|times| f64::from(*times)).collect();
    let weights = patients
        .in_order(&drawn)
        .into_iter()
        .map(|times| times as u32);
    let sample = Sample::new(&patients, weights.collect());
    let death: Vec<f64> = risk
        .iter()
        .map(|risk| 1.0 / (1.0 + (-risk).exp()))
        .collect();
    let death = Probabilities::new(&patients, &death);
    let horizon = sample.at(3);
    let both = concordance(&sample, 3, &ranks);
    let error = brier::brier(&sample, &horizon, &death.values);
    let recalibration = recalibrate(&sample, &horizon, &death, Start::default());
    Plain {
        auc: auc(&sample, &horizon, &ranks),
        harrell: both.harrell,
        uno: both.uno,
        brier: error.score,
        scaled: error.scaled,
        ratio: recalibration.observed_over_expected,
        intercept: recalibration.intercept,
        slope: recalibration.slope,
    }
}

fn near(one: Answer, other: Answer) -> bool {
    match (one, other) {
        (Ok(one), Ok(other)) => (one - other).abs() < 1e-9,
        _ => one == other,
    }
}

proptest! {
    #[test]
    fn a_resample_by_weights_is_one_by_copies(rows in rows()) {
        let once: Vec<Row> = rows.iter().map(|row| (row.0, row.1, row.2)).collect();
        let drawn: Vec<u32> = rows.iter().map(|row| row.3).collect();
        let copies = once.iter().zip(&drawn);
        let copies: Vec<Row> = copies
            .flat_map(|(row, times)| std::iter::repeat_n(*row, *times as usize))
            .collect();
        let (weighted, copied) = (plain(&once, &drawn), plain(&copies, &vec![1; copies.len()]));
        for (one, other) in weighted.all().into_iter().zip(copied.all()) {
            prop_assert!(near(one, other), "{one:?} {other:?}");
        }
        prop_assert_eq!(weighted.harrell, copied.harrell);
    }

    #[test]
    fn only_the_order_of_the_risk_counts_and_turning_it_round_turns_the_figures(rows in rows()) {
        let once: Vec<Row> = rows.iter().map(|row| (row.0, row.1, row.2)).collect();
        let ones = vec![1; once.len()];
        let with = |change: fn(f64) -> f64| {
            let changed: Vec<Row> = once.iter().map(|row| (row.0, row.1, change(row.2))).collect();
            plain(&changed, &ones)
        };
        let (given, stretched, turned) = (with(|it| it), with(|it| it.powi(3) / 9.0 - 4.0), with(|it| -it));
        for (one, other) in [
            (given.auc, stretched.auc),
            (given.harrell, stretched.harrell),
            (given.uno, stretched.uno),
            (given.auc, turned.auc.map(|it| 1.0 - it)),
            (given.harrell, turned.harrell.map(|it| 1.0 - it)),
            (given.uno, turned.uno.map(|it| 1.0 - it)),
        ] {
            prop_assert!(near(one, other), "{one:?} {other:?}");
            prop_assert!(one.is_err() || (0.0..=1.0).contains(&one.unwrap()));
        }
    }

    #[test]
    fn every_figure_is_a_number_or_a_reason(rows in rows()) {
        let once: Vec<Row> = rows.iter().map(|row| (row.0, row.1, row.2)).collect();
        let drawn: Vec<u32> = rows.iter().map(|row| row.3).collect();
        for figure in plain(&once, &drawn).all() {
            prop_assert!(figure.is_err() || figure.unwrap().is_finite(), "{figure:?}");
        }
    }
}

/// Random numbers of a test, from 0 to 1.
fn random(seed: u64) -> impl FnMut() -> f64 {
    let mut state = seed;
    move || {
        state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        ((state >> 11) as f64 + 0.5) / (1u64 << 53) as f64
    }
}

/// Exponential survival with the probabilities behind it, and the same ones made too extreme.
fn simulated(patients: usize) -> (Outcomes, Vec<Predictor>) {
    let mut random = random(5);
    let (mut months, mut died, mut risk) = (vec![], vec![], vec![]);
    for _ in 0..patients {
        let hazard = 0.02 * (3.0 * random()).exp();
        let (death, censored) = (-random().ln() / hazard, -random().ln() * 25.0);
        months.push(death.min(censored));
        died.push(death <= censored);
        risk.push(hazard);
    }
    let by = |months: u32, extreme: f64| -> Vec<f64> {
        let death = risk
            .iter()
            .map(|hazard| 1.0 - (-hazard * f64::from(months)).exp());
        death
            .map(|death| 1.0 / (1.0 + ((1.0 - death) / death).powf(extreme)))
            .collect()
    };
    let predictor = |id: &str, extreme: f64| Predictor {
        id: id.to_owned(),
        risk: risk.clone(),
        risk_at: BTreeMap::new(),
        death: BTreeMap::from([3, 6, 12].map(|months| (months, by(months, extreme)))),
    };
    let predictors = vec![predictor("true", 1.0), predictor("extreme", 2.0)];
    (Outcomes::new(months, died).unwrap(), predictors)
}

#[test]
fn the_order_of_a_horizon_counts_for_its_auc_alone() {
    let (outcomes, predictors) = simulated(400);
    let mut turned = predictors[0].clone();
    turned.id = "turned".to_owned();
    let backwards = turned.risk.iter().map(|risk| -risk).collect();
    turned.risk_at.insert(6, backwards);
    let settings = Settings {
        bootstraps: 0,
        ..Settings::default()
    };
    let both = [predictors[0].clone(), turned];
    let found = compare(&outcomes, &both, &settings, &mut |_| true).unwrap();
    let auc = |at: usize, horizon: usize| {
        let figure = &found.predictors[at].horizons[horizon].auc.figure;
        figure.estimate().unwrap().point
    };
    assert_eq!((auc(0, 0), auc(0, 2)), (auc(1, 0), auc(1, 2)));
    assert!((auc(0, 1) + auc(1, 1) - 1.0).abs() < 1e-12);
    assert_eq!(
        found.predictors[0].harrell_c.figure,
        found.predictors[1].harrell_c.figure
    );
}

#[test]
fn true_probabilities_are_calibrated_and_extreme_ones_have_half_the_slope() {
    let (outcomes, predictors) = simulated(4000);
    let settings = Settings {
        bootstraps: 60,
        ..Settings::default()
    };
    let all = compare(&outcomes, &predictors, &settings, &mut |_| true).unwrap();
    let (truth, extreme) = (&all.predictors[0], &all.predictors[1]);
    for (truth, extreme) in truth.horizons.iter().zip(&extreme.horizons) {
        let (CalibrationState::Assessed(good), CalibrationState::Assessed(bad)) =
            (&truth.calibration, &extreme.calibration)
        else {
            panic!("{truth:?} {extreme:?}");
        };
        for (figure, expected) in [
            (&good.observed_over_expected, 1.0),
            (&good.intercept, 0.0),
            (&good.slope, 1.0),
            (&bad.slope, 0.5),
        ] {
            let estimate = figure.estimate().unwrap();
            let interval = estimate.interval.unwrap();
            // Twice as wide as an interval of 95 %.
            let wide = interval.high - interval.low;
            assert!((estimate.point - expected).abs() < wide, "{estimate:?}");
            assert!((0.01..0.4).contains(&wide), "{estimate:?}");
        }
        let worse = extreme
            .brier
            .difference
            .as_ref()
            .unwrap()
            .estimate()
            .unwrap();
        assert!(worse.interval.unwrap().low > 0.0);
        // The same order, resample by resample.
        let same = extreme.auc.difference.as_ref().unwrap().estimate().unwrap();
        assert_eq!(
            same.interval.unwrap(),
            Interval {
                low: 0.0,
                high: 0.0
            }
        );
    }
}

#[test]
fn the_result_is_the_same_for_any_number_of_threads() {
    let (outcomes, predictors) = simulated(400);
    let settings = Settings {
        bootstraps: 50,
        ..Settings::default()
    };
    let with = |threads| {
        estimates::compare(&outcomes, &predictors, &settings, threads, &mut |_| true).unwrap()
    };
    let one = with(1);
    assert_eq!(one, with(4));
    assert_eq!(
        one,
        compare(&outcomes, &predictors, &settings, &mut |_| true).unwrap()
    );
    assert_eq!(
        compare(&outcomes, &predictors, &settings, &mut |_| false),
        Err(ComparisonError::Cancelled)
    );
}

#[test]
fn what_a_predictor_lacks_is_a_reason_and_the_others_stand() {
    let (outcomes, mut predictors) = simulated(1000);
    predictors[1].risk = vec![2.0; 1000];
    predictors[1].death.remove(&6);
    predictors[1].death.insert(12, vec![0.4; 1000]);
    let settings = Settings {
        horizons: vec![6, 12, 900],
        tau: Some(12),
        bootstraps: 0,
        ..Settings::default()
    };
    let all = compare(&outcomes, &predictors, &settings, &mut |_| true).unwrap();
    for counts in &all.counts.horizons {
        let sum = counts.deaths + counts.censored_before + counts.known_alive;
        assert_eq!(sum, 1000);
    }
    let refused = |reason| Figure::NotEstimable { reason };
    let lacking = &all.predictors[1];
    assert_eq!(
        lacking.harrell_c.figure,
        refused(NotEstimable::ConstantRisk)
    );
    assert_eq!(
        lacking.horizons[0].auc.difference,
        Some(refused(NotEstimable::ConstantRisk))
    );
    assert_eq!(
        lacking.horizons[0].brier.figure,
        refused(NotEstimable::NoProbability)
    );
    assert_eq!(
        lacking.horizons[0].calibration,
        CalibrationState::NotEstimable {
            reason: NotEstimable::NoProbability
        }
    );
    let CalibrationState::Assessed(constant) = &lacking.horizons[1].calibration else {
        panic!("{:?}", lacking.horizons[1]);
    };
    assert_eq!(constant.slope, refused(NotEstimable::ConstantProbability));
    assert!(constant.intercept.estimate().is_some());
    assert_eq!(constant.curve.groups.len(), 1);
    let whole = &all.predictors[0];
    assert!(whole.harrell_c.figure.estimate().is_some());
    assert_eq!(
        whole.horizons[2].auc.figure,
        refused(NotEstimable::AllCensoredBeforeHorizon)
    );
}
