//! What the two numbers are, when they are refused, and what they do to a pack.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
use super::{
    Outcome, RecalibrationCohort, RecalibrationFile, RecalibrationRefusal, Transform,
    fit::{Fitted, Followed, fit},
    prior::SLOPE_SD,
};
use crate::{
    Pack,
    random::SplitMix,
    synthetic::{Facts, Parts, code, expected_samples, facts},
};
use clinical::{
    assessment::{
        ExplainedEndpoint, FollowUp, ForecastState, Recalibration, RecalibrationGain,
        SurvivalForecast,
    },
    case::Value,
};
use proptest::prelude::*;

const CENTRE_SD: f64 = 0.42;

fn recalibration(intercept: f64, slope: f64) -> Recalibration {
    Recalibration {
        intercept,
        slope,
        patients: 212,
        deaths: 98,
        follow_up: FollowUp {
            median_months: Some(14),
            longest_months: 40,
        },
        gain: RecalibrationGain {
            per_patient: 0.02,
            low: 0.01,
            high: 0.03,
            interval_level: 0.95,
        },
        person: "Dr Test".to_owned(),
        date: "2026-03-02".parse().unwrap(),
    }
}

fn patient(age: f64, liver: bool, karnofsky: f64) -> Facts {
    facts(&[
        ("age", Value::Number(age)),
        ("primary_tumour", code("lung")),
        ("liver_metastasis", Value::Flag(liver)),
        ("karnofsky", Value::Number(karnofsky)),
    ])
}

/// Patients who die by ln H' = intercept + slope * ln H of the synthetic pack, each along one of its
/// paths, followed for 3 to 24 months.
fn simulated(
    count: usize,
    intercept: f64,
    slope: f64,
    random: &mut SplitMix,
) -> Vec<(Facts, Outcome)> {
    let mut one = || {
        let age = 40.0 + 50.0 * random.unit();
        let (liver, weak) = (random.unit() < 0.4, random.unit() < 0.5);
        let karnofsky = if weak { 50.0 } else { 80.0 };
        let values = [
            (age - 65.0) / 10.0,
            1.0,
            f64::from(u8::from(liver)),
            f64::from(u8::from(weak)),
            0.0,
        ];
        let hazards = expected_samples(&values, &[1.0; 5], 1.0).map(|alive| -alive.ln());
        let hazard = hazards[random.below(4)];
        let cumulative = -(1.0 - random.unit()).ln();
        let death = (cumulative / intercept.exp()).powf(slope.recip()) / hazard;
        let end = 3.0 + 21.0 * random.unit();
        let outcome = Outcome {
            months: death.min(end),
            died: death <= end,
        };
        (patient(age, liver, karnofsky), outcome)
    };
    (0..count).map(|_| one()).collect()
}

fn pack() -> &'static Pack {
    static PACK: std::sync::OnceLock<Pack> = std::sync::OnceLock::new();
    PACK.get_or_init(|| Parts::sound().load().unwrap())
}

fn cohort(patients: &[(Facts, Outcome)]) -> RecalibrationCohort {
    let mut cohort = pack().recalibration_cohort().unwrap();
    assert!(cohort.add(patients).iter().all(Option::is_none));
    cohort
}

fn fitted(cohort: &RecalibrationCohort) -> Fitted {
    let all: Vec<&Followed> = cohort.patients.iter().collect();
    fit(&all, &cohort.weights, CENTRE_SD)
}

/// Enough patients for about `deaths` deaths.
fn with_deaths(deaths: usize, numbers: (f64, f64), seed: u64) -> RecalibrationCohort {
    let mut random = SplitMix(seed);
    let mut patients = Vec::new();
    while patients
        .iter()
        .filter(|(_, outcome): &&(Facts, Outcome)| outcome.died)
        .count()
        < deaths
    {
        patients.extend(simulated(10, numbers.0, numbers.1, &mut random));
    }
    cohort(&patients)
}

#[test]
fn the_numbers_behind_simulated_patients_are_found() {
    for (intercept, slope) in [(0.5, 0.8), (-0.4, 1.2), (0.0, 1.0)] {
        let found = fitted(&with_deaths(3000, (intercept, slope), 7)).numbers;
        assert!((found.intercept - intercept).abs() < 0.07, "{found:?}");
        assert!((found.slope - slope).abs() < 0.07, "{found:?}");
    }
}

/// The posterior once more, straight from its definition: curves by mean over the paths, hazard
/// constant between the months of the grid.
fn plain_posterior(patients: &[(Facts, Outcome)], intercept: f64, slope: f64) -> f64 {
    let grid = [0.0, 3.0, 6.0, 12.0, 24.0];
    let score = |(facts, outcome): &(Facts, Outcome)| {
        let row = pack().encode(facts);
        let (values, known) = (
            std::array::from_fn(|column| f64::from(row.values[column])),
            std::array::from_fn(|column| f64::from(row.known[column])),
        );
        let cumulative = |months: f64| {
            let moved = expected_samples(&values, &known, months)
                .map(|alive| (-intercept.exp() * (-alive.ln()).powf(slope)).exp());
            -(moved.iter().sum::<f64>() / 4.0).ln()
        };
        let place = (0..3).rev().find(|&place| grid[place] <= outcome.months);
        let place = match outcome.months >= 12.0 {
            true => 3,
            false => place.unwrap(),
        };
        let (from, to) = (grid[place], grid[place + 1]);
        let hazard = (cumulative(to) - cumulative(from)) / (to - from);
        let lived = -cumulative(from) - hazard * (outcome.months - from);
        lived + if outcome.died { hazard.ln() } else { 0.0 }
    };
    let prior = (intercept / CENTRE_SD).powi(2) + ((slope - 1.0) / SLOPE_SD).powi(2);
    patients.iter().map(score).sum::<f64>() - 0.5 * prior
}

#[test]
fn the_fit_is_where_trying_every_pair_of_numbers_ends() {
    let patients = simulated(120, 0.6, 0.7, &mut SplitMix(11));
    let found = fitted(&cohort(&patients)).numbers;
    let mut best = (f64::NEG_INFINITY, 0.0, 0.0);
    for left in -50..=100 {
        for right in 20..=75 {
            let (intercept, slope) = (f64::from(left) / 100.0, f64::from(right) / 50.0);
            let value = plain_posterior(&patients, intercept, slope);
            if value > best.0 {
                best = (value, intercept, slope);
            }
        }
    }
    assert!(
        (found.intercept - best.1).abs() <= 0.011,
        "{found:?} {best:?}"
    );
    assert!((found.slope - best.2).abs() <= 0.021, "{found:?} {best:?}");
    let top = plain_posterior(&patients, found.intercept, found.slope);
    assert!(top >= best.0 - 1e-3, "{top} {best:?}");
}

#[test]
fn the_stated_sd_is_that_of_the_posterior() {
    let patients = simulated(150, 0.3, 0.9, &mut SplitMix(5));
    let found = fitted(&cohort(&patients));
    let at = |one: f64, two: f64| {
        let numbers = found.numbers;
        plain_posterior(&patients, numbers.intercept + one, numbers.slope + two)
    };
    let step = 0.01_f64;
    let bend =
        |one: f64, two: f64| (at(one, two) + at(-one, -two) - 2.0 * at(0.0, 0.0)) / step.powi(2);
    let (both, slope) = (bend(step, 0.0), bend(0.0, step));
    let mixed = (bend(step, step) - both - slope) / 2.0;
    let determinant = both * slope - mixed * mixed;
    assert!((found.intercept_sd / (-slope / determinant).sqrt() - 1.0).abs() < 0.02);
    assert!((found.slope_sd / (-both / determinant).sqrt() - 1.0).abs() < 0.02);
}

#[test]
fn few_deaths_stay_near_no_change_and_many_do_not() {
    let away = |found: Fitted| {
        let numbers = found.numbers;
        (numbers.intercept / CENTRE_SD).hypot((numbers.slope - 1.0) / SLOPE_SD)
    };
    let mean = |deaths: usize| {
        let found = (1..=8).map(|seed| fitted(&with_deaths(deaths, (0.8, 0.6), seed)).numbers);
        found.fold([0.0, 0.0], |[shift, spread], found| {
            [
                shift + found.intercept / 8.0,
                spread + (1.0 - found.slope) / 8.0,
            ]
        })
    };
    let ([few_shift, few_spread], [many_shift, many_spread]) = (mean(60), mean(1000));
    assert!(
        0.0 < few_shift && few_shift < many_shift,
        "{few_shift} {many_shift}"
    );
    assert!(
        0.0 < few_spread && few_spread < 0.9 * many_spread,
        "{few_spread} {many_spread}"
    );

    // The same patients over and over say the same, louder.
    let patients = simulated(100, 0.8, 0.6, &mut SplitMix(3));
    let mut before = 0.0;
    for times in [1, 4, 16] {
        let now = away(fitted(&cohort(&vec![patients.clone(); times].concat())));
        assert!(now > before, "{times}: {now} {before}");
        before = now;
    }
}

#[test]
fn a_centre_like_the_model_is_mostly_refused() {
    let refused = (1..=20).filter(|&seed| {
        let learned = with_deaths(100, (0.0, 1.0), seed).learn();
        matches!(learned, Err(RecalibrationRefusal::NoGain(_)))
    });
    let refused = refused.count();
    assert!(refused >= 18, "{refused} of 20");
}

#[test]
fn a_centre_unlike_the_model_gains_and_twice_the_same() {
    let cohort = with_deaths(150, (0.8, 0.8), 2);
    let found = cohort.learn().unwrap();
    assert!(found.gain.low > 0.0 && found.gain.low <= found.gain.per_patient);
    assert!(found.gain.per_patient <= found.gain.high);
    assert!(found.intercept > 0.3 && found.slope < 1.0, "{found:?}");
    assert_eq!(
        found.deaths,
        cohort.patients.iter().filter(|one| one.died).count()
    );
    assert_eq!(cohort.learn().unwrap(), found);
}

#[test]
fn too_few_and_nobody_are_refused() {
    let refusal = |patients: &[(Facts, Outcome)]| cohort(patients).learn().unwrap_err();
    let mut patients = simulated(300, 0.8, 0.8, &mut SplitMix(9));
    let deaths: Vec<_> = patients
        .iter()
        .filter(|(_, one)| one.died)
        .cloned()
        .collect();
    assert_eq!(
        refusal(&deaths[..49]),
        RecalibrationRefusal::TooFewDeaths {
            deaths: 49,
            months: 24.0
        }
    );
    // A death after the end of the curve is nobody's the model could have foreseen.
    let mut late = deaths[..50].to_vec();
    late[0].1.months = 24.5;
    assert!(matches!(
        refusal(&late),
        RecalibrationRefusal::TooFewDeaths { deaths: 49, .. }
    ));
    for (_, outcome) in &mut patients {
        outcome.died = false;
    }
    assert_eq!(refusal(&patients), RecalibrationRefusal::NobodyDied);
    let at_once = deaths.iter().map(|(facts, _)| {
        let outcome = Outcome {
            months: 3.0,
            died: true,
        };
        (facts.clone(), outcome)
    });
    assert_eq!(
        refusal(&at_once.collect::<Vec<_>>()),
        RecalibrationRefusal::TooFewTimes
    );
}

#[test]
fn children_and_excluded_tumours_do_not_count() {
    let outcome = Outcome {
        months: 2.0,
        died: true,
    };
    let mut myeloma = patient(60.0, false, 80.0);
    myeloma.extend(facts(&[("primary_tumour", code("myeloma"))]));
    let mut cohort = pack().recalibration_cohort().unwrap();
    let reasons = cohort.add(&[
        (patient(12.0, false, 80.0), outcome),
        (patient(60.0, false, 80.0), outcome),
        (myeloma, outcome),
    ]);
    assert!(reasons[0].as_ref().unwrap().contains("child"));
    assert_eq!(reasons[1], None);
    assert!(reasons[2].as_ref().unwrap().contains("primary tumours"));
    assert_eq!(cohort.patients.len(), 1);
}

fn available(state: ForecastState) -> SurvivalForecast {
    match state {
        ForecastState::Available(forecast) => forecast,
        ForecastState::Refused { code, .. } => panic!("refused: {code}"),
    }
}

#[test]
fn every_path_is_moved_before_anybody_reads_it() {
    let (intercept, slope) = (0.4, 0.85);
    let moved = pack().recalibrated(recalibration(intercept, slope));
    let facts = patient(75.0, false, 80.0);
    let forecast = available(moved.forecast(&facts, None));
    let shipped = available(pack().forecast(&facts, None));
    for (place, point) in forecast.horizons.iter().enumerate() {
        let mut samples = expected_samples(&[1.0, 1.0, 0.0, 0.0, 0.0], &[1.0; 5], point.months)
            .map(|alive| (-intercept.exp() * (-alive.ln()).powf(slope)).exp());
        samples.sort_by(f64::total_cmp);
        let mean = samples.iter().sum::<f64>() / 4.0;
        assert!((point.alive - mean).abs() < 1e-6);
        let low = samples[0] + 0.15 * (samples[1] - samples[0]);
        assert!((point.low - low).abs() < 1e-6);
        let beside = forecast.shipped_horizons.as_ref().unwrap()[place];
        assert_eq!(beside.months, point.months);
        assert!((beside.alive - shipped.horizons[place].alive).abs() < 1e-9);
    }
    assert_eq!(
        forecast.pack.recalibration,
        Some(Box::new(recalibration(intercept, slope)))
    );
    assert_eq!(
        (shipped.pack.recalibration, shipped.shipped_horizons),
        (None, None)
    );
    assert_ne!(forecast.median, shipped.median);
    let many = moved
        .forecast_many(std::slice::from_ref(&facts), None)
        .remove(0);
    assert_eq!(available(many), forecast);
    let cohort = moved
        .cohort_forecast(std::slice::from_ref(&facts), None)
        .unwrap();
    for (mean, point) in cohort.horizons.iter().zip(&forecast.points[1..]) {
        assert!(
            (mean.alive - forecast_at(&forecast, mean.months)).abs() < 1e-6,
            "{point:?}"
        );
    }
    assert!(cohort.pack.recalibration.is_some());
}

fn forecast_at(forecast: &SurvivalForecast, months: f64) -> f64 {
    let mut curve = forecast.curve.iter();
    curve.find(|point| point.months == months).unwrap().alive
}

#[test]
fn golden_rows_are_those_of_the_shipped_model() {
    let moved = pack().recalibrated(recalibration(0.4, 0.85));
    assert_eq!(moved.check().unwrap(), pack().check().unwrap());
    assert!(moved.check_reasons().is_ok());
    assert_eq!(moved.shipped().identity(), pack().identity());
}

#[test]
fn reasons_add_up_to_the_recalibrated_number_and_cord_compression_stays() {
    let shipped = Parts::second().load().unwrap();
    let moved = shipped.recalibrated(recalibration(0.4, 0.85));
    let facts = patient(75.0, true, 50.0);
    let explained = moved
        .explain(&facts, None, ExplainedEndpoint::Survival)
        .unwrap();
    let amounts: f64 = explained.reasons.iter().map(|reason| reason.amount).sum();
    assert!((amounts - (explained.total - explained.baseline)).abs() < 1e-9);
    let forecast = available(moved.forecast(&facts, None));
    let shown = forecast_at(&forecast, explained.months);
    assert!((explained.total_probability - shown).abs() < 1e-6);
    assert!(explained.pack.recalibration.is_some());
    let rows = moved.sweep(&facts, None, &[]).unwrap();
    assert!(rows.iter().all(|row| row.recalibration.is_some()));

    let plain = available(shipped.forecast(&facts, None));
    assert_eq!(forecast.cord_compression, plain.cord_compression);
    let cord = ExplainedEndpoint::CordCompression;
    assert_eq!(
        moved.explain(&facts, None, cord),
        shipped.explain(&facts, None, cord)
    );
    // The other setting has another baseline, from which nothing was learned.
    let other = shipped.manifest().setting[1].name.as_str();
    assert_eq!(
        moved.forecast(&facts, Some(other)),
        shipped.forecast(&facts, Some(other))
    );
}

#[test]
fn a_file_comes_back_and_belongs_to_one_pack() {
    let written = recalibration(0.31, 0.9);
    let unsigned = RecalibrationFile::unsigned(pack().identity(), &written, "ab").unwrap();
    let text = RecalibrationFile::signed(&unsigned, "cd");
    let read = RecalibrationFile::parse(text.as_bytes()).unwrap();
    assert_eq!(read.recalibration, written);
    assert_eq!(read.signed_bytes(), unsigned.as_bytes());
    assert_eq!(
        (read.public_key.as_str(), read.signature.as_str()),
        ("ab", "cd")
    );
    assert!(read.fits(pack().identity()).is_ok());
    let mut other = pack().identity().clone();
    other.sha256 = "0".repeat(64);
    assert_eq!(read.fits(&other).unwrap_err().code(), "other_pack");
}

#[test]
fn what_this_program_never_wrote_is_refused() {
    let unsigned =
        RecalibrationFile::unsigned(pack().identity(), &recalibration(0.31, 0.9), "ab").unwrap();
    let text = RecalibrationFile::signed(&unsigned, "cd");
    let code = |text: &str| match RecalibrationFile::parse(text.as_bytes()) {
        Ok(read) => panic!("{read:?}"),
        Err(error) => error.code(),
    };
    for (from, to, expected) in [
        ("format = 1", "format = 2", "newer_format"),
        ("slope = 0.9", "slope = nan", "implausible"),
        ("slope = 0.9", "slope = -0.9", "implausible"),
        ("intercept = 0.31", "intercept = inf", "implausible"),
        ("deaths = 98", "deaths = 49", "implausible"),
        ("deaths = 98", "deaths = 298", "implausible"),
        ("low = 0.01", "low = 0.0", "implausible"),
        ("\"Dr Test\"", "\"  \"", "implausible"),
        ("slope = 0.9", "", "unreadable"),
        ("slope = 0.9", "slope = 0.9\nextra = 1", "unreadable"),
        ("[signature]", "[else]", "unreadable"),
    ] {
        assert!(text.contains(from), "{from}");
        assert_eq!(code(&text.replacen(from, to, 1)), expected, "{to}");
    }
    assert_eq!(code(&unsigned), "unreadable");
    assert_eq!(code(""), "unreadable");
    assert_eq!(code(&format!("{text}{}", "#".repeat(20_000))), "unreadable");
    // A name cannot end the part that is signed.
    let mut sly = recalibration(0.31, 0.9);
    sly.person = "x\n[signature]\ned25519 = \"00\"\n".to_owned();
    let unsigned = RecalibrationFile::unsigned(pack().identity(), &sly, "ab").unwrap();
    let text = RecalibrationFile::signed(&unsigned, "cd");
    let read = RecalibrationFile::parse(text.as_bytes()).unwrap();
    assert_eq!(read.signed_bytes(), unsigned.as_bytes());
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// Whatever the numbers: 0 and 1 stay, curves fall, and who is better off stays better off.
    #[test]
    fn a_moved_path_keeps_order(
        intercept in -3.0f64..3.0, slope in 0.05f64..3.0,
        mut path in prop::collection::vec(0.0f32..=1.0, 6),
    ) {
        path.sort_by(|first, second| second.total_cmp(first));
        path.insert(0, 1.0);
        path.push(0.0);
        Transform::from(&recalibration(intercept, slope)).apply(&mut path);
        prop_assert_eq!((path[0], path[7]), (1.0, 0.0));
        for pair in path.windows(2) {
            prop_assert!(pair[1] <= pair[0] && (0.0..=1.0).contains(&pair[1]));
        }
    }

    #[test]
    fn horizons_and_ends_of_the_interval_stay_in_order(
        intercept in -1.5f64..1.5, slope in 0.3f64..2.0, age in 18.0f64..95.0, liver in any::<bool>(),
    ) {
        let moved = pack().recalibrated(recalibration(intercept, slope));
        let forecast = available(moved.forecast(&patient(age, liver, 80.0), None));
        for point in &forecast.curve {
            prop_assert!(0.0 <= point.low && point.low <= point.alive && point.alive <= point.high && point.high <= 1.0);
        }
        for pair in forecast.curve.windows(2) {
            prop_assert!(pair[1].alive <= pair[0].alive && pair[1].low <= pair[0].low && pair[1].high <= pair[0].high);
        }
    }

    #[test]
    fn no_change_changes_nothing(alive in 0.0f64..=1.0) {
        let none = Transform::from(&recalibration(0.0, 1.0));
        prop_assert!((none.alive(alive) - alive).abs() < 1e-12);
    }
}
