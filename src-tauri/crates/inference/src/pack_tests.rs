//! What a sound pack answers.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
use crate::{
    Pack,
    synthetic::{Facts, Parts, code, expected_point, expected_samples, facts},
};
use clinical::{
    assessment::{ForecastState, SurvivalForecast},
    case::Value,
};
use proptest::prelude::*;

fn available(state: ForecastState) -> SurvivalForecast {
    match state {
        ForecastState::Available(forecast) => forecast,
        ForecastState::Refused { code, .. } => panic!("refused: {code}"),
    }
}

fn lung(age: f64) -> Facts {
    facts(&[
        ("age", Value::Number(age)),
        ("primary_tumour", code("lung")),
        ("liver_metastasis", Value::Flag(false)),
        ("karnofsky", Value::Number(80.0)),
    ])
}

#[test]
fn a_forecast_is_mean_and_quantiles_of_the_paths() {
    let pack = Parts::sound().load().unwrap();
    let forecast = available(pack.forecast(&lung(75.0), None));
    assert_eq!(
        forecast
            .horizons
            .iter()
            .map(|point| point.months)
            .collect::<Vec<_>>(),
        [3.0, 6.0, 12.0]
    );
    assert_eq!(forecast.curve.len(), 5);
    let expected = expected_point(&[1.0, 1.0, 0.0, 0.0, 0.0], &[1.0; 5], 6.0);
    let point = forecast.horizons[1];
    let pairs = [
        (point.alive, expected.alive),
        (point.low, expected.low),
        (point.high, expected.high),
    ];
    assert!(
        pairs
            .iter()
            .all(|(found, expected)| (found - expected).abs() < 1e-6),
        "{point:?} {expected:?}"
    );
    assert!(forecast.population.inside);
    assert_eq!(forecast.population.similar_patients, Some(1000));
    assert_eq!(forecast.pack.sha256.len(), 64);
}

#[test]
fn many_at_once_are_the_same_as_one_by_one() {
    let pack = Parts::sound().load().unwrap();
    let patients: Vec<Facts> = (10..90)
        .cycle()
        .take(700)
        .map(|age| lung(f64::from(age)))
        .collect();
    let many = pack.forecast_many(&patients, None);
    assert_eq!(many.len(), patients.len());
    for (facts, state) in patients.iter().zip(many) {
        assert_eq!(pack.forecast(facts, None), state);
    }
}

#[test]
fn children_are_refused() {
    let pack = Parts::sound().load().unwrap();
    let state = pack.forecast(&lung(17.9), None);
    let ForecastState::Refused { code, parameters } = state else {
        panic!("{state:?}")
    };
    assert_eq!(
        (code.as_str(), parameters["age_min"].as_str()),
        ("children", "18")
    );
    assert!(matches!(
        pack.forecast(&lung(18.0), None),
        ForecastState::Available(_)
    ));
}

#[test]
fn strangers_are_told_apart() {
    let pack = Parts::sound().load().unwrap();
    let population =
        |pairs: &[(&str, Value)]| available(pack.forecast(&facts(pairs), None)).population;
    let age = ("age", Value::Number(60.0));
    let of = |primary: &str| population(&[age.clone(), ("primary_tumour", code(primary))]);
    assert_eq!(of("myeloma").reasons, ["primary_excluded"]);
    assert_eq!(of("other").reasons, ["primary_not_represented"]);
    assert_eq!(of("breast").similar_patients, Some(2000));
    assert!(of("breast").inside);
    assert_eq!(population(&[]).reasons, ["age_unknown", "primary_unknown"]);
    let old = population(&[
        ("age", Value::Number(110.0)),
        ("primary_tumour", code("lung")),
    ]);
    assert!(!old.inside);
    assert_eq!(old.reasons, ["outside_limits:age"]);
}

#[test]
fn a_cohort_is_averaged_within_each_path_first() {
    let pack = Parts::sound().load().unwrap();
    let cohort = pack
        .cohort_forecast(&[lung(55.0), lung(12.0), lung(85.0)], None)
        .unwrap();
    assert_eq!((cohort.patients, cohort.refused), (2, 1));
    let young = expected_samples(&[-1.0, 1.0, 0.0, 0.0, 0.0], &[1.0; 5], 12.0);
    let old = expected_samples(&[2.0, 1.0, 0.0, 0.0, 0.0], &[1.0; 5], 12.0);
    let mut means: Vec<f64> = young
        .iter()
        .zip(old)
        .map(|(young, old)| (young + old) / 2.0)
        .collect();
    means.sort_by(f64::total_cmp);
    let point = cohort.horizons[2];
    assert_eq!(point.months, 12.0);
    assert!((point.alive - means.iter().sum::<f64>() / 4.0).abs() < 1e-6);
    assert!((point.low - (means[0] + 0.15 * (means[1] - means[0]))).abs() < 1e-6);
    assert!((point.high - (means[2] + 0.85 * (means[3] - means[2]))).abs() < 1e-6);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// Whatever is known of a patient: falling lines, within 0 to 1, the point inside.
    #[test]
    fn every_forecast_is_a_falling_probability(
        age in prop::option::of(18.0f64..150.0), liver in prop::option::of(any::<bool>()),
        karnofsky in prop::option::of(0.0f64..120.0), primary in prop::option::of("lung|breast|myeloma|other|x"),
    ) {
        let pack = PACK.get_or_init(|| Parts::sound().load().unwrap());
        let pairs = [
            age.map(|age| ("age", Value::Number(age))),
            liver.map(|liver| ("liver_metastasis", Value::Flag(liver))),
            karnofsky.map(|karnofsky| ("karnofsky", Value::Number(karnofsky))),
            primary.map(|primary| ("primary_tumour", Value::Code(primary))),
        ];
        let forecast = available(pack.forecast(&facts(&pairs.into_iter().flatten().collect::<Vec<_>>()), None));
        for point in &forecast.curve {
            prop_assert!(0.0 <= point.low && point.low <= point.alive);
            prop_assert!(point.alive <= point.high && point.high <= 1.0);
        }
        for pair in forecast.curve.windows(2) {
            prop_assert!(pair[1].alive <= pair[0].alive && pair[1].low <= pair[0].low && pair[1].high <= pair[0].high);
        }
    }
}

static PACK: std::sync::OnceLock<Pack> = std::sync::OnceLock::new();
