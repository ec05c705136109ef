#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use super::*;
use crate::{
    assessment::TreatmentOption,
    performance::{CalibrationState, Estimate, Figure, Outcomes, Predictor, compare},
};
use std::collections::BTreeMap;

pub(super) fn model(version: &str) -> CheckedModel {
    CheckedModel {
        name: "survival".into(),
        version: version.into(),
        sha256: format!("of {version}"),
        recalibration: None,
    }
}

fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

pub(super) fn question(bootstraps: u32) -> VerificationQuestion {
    VerificationQuestion {
        model: model("1"),
        today: day("2025-06-15"),
        bootstraps,
        seed: 7,
    }
}

/// Decided seventeen months ago, seen alive 15 months after, with 80, 60 and 40 % alive.
pub(super) fn row(number: usize) -> CheckedForecast {
    CheckedForecast {
        case_id: format!("case {number:04}"),
        decided_on: day("2024-01-15"),
        place: 0,
        primary: Some("lung".into()),
        model: model("1"),
        alive: [(3, 0.8), (6, 0.6), (12, 0.4)].into(),
        estimated: BTreeMap::new(),
        months: 15.0,
        died: false,
        option: None,
        forecast_decided: false,
    }
}

fn ended(number: usize, months: f64, died: bool) -> CheckedForecast {
    CheckedForecast {
        months,
        died,
        ..row(number)
    }
}

fn run(rows: &[CheckedForecast]) -> Verification {
    verify(rows, &question(0), &mut |_| true).unwrap()
}

fn point(figure: &Figure) -> f64 {
    figure.estimate().unwrap().point
}

fn near(one: f64, other: f64) -> bool {
    (one - other).abs() < 1e-12
}

#[test]
fn a_decision_that_is_younger_than_a_horizon_is_left_out_of_it() {
    let decided = ["2025-04-15", "2025-03-15", "2024-12-15", "2024-06-15"];
    let rows = decided
        .iter()
        .enumerate()
        .map(|(number, decided)| CheckedForecast {
            decided_on: day(decided),
            months: 0.0,
            ..row(number)
        });
    let found = run(&rows.collect::<Vec<CheckedForecast>>());
    let counts =
        |of: fn(&HorizonCheck) -> u32| -> Vec<u32> { found.horizons.iter().map(of).collect() };
    // Three months ago to the day is old enough for three months.
    assert_eq!(counts(|one| one.everybody.deaths.patients), [3, 2, 1]);
    assert_eq!(counts(|one| one.not_old_enough), [1, 2, 3]);
    assert_eq!(found.patients, 4);
}

#[test]
fn those_lost_from_sight_count_for_as_long_as_they_were_seen() {
    let rows = [
        ended(0, 1.0, true),
        ended(1, 2.0, false),
        ended(2, 2.5, true),
        // Seen alive on the day of the horizon itself.
        ended(3, 3.0, false),
        ended(4, 15.0, false),
    ];
    let deaths = run(&rows).horizons[0].everybody.deaths.clone();
    let counts = deaths.counts;
    assert_eq!(
        (counts.deaths, counts.censored_before, counts.known_alive),
        (2, 1, 2)
    );
    // One of five dies, then one of the three that are left.
    let observed = 1.0 - 4.0 / 5.0 * 2.0 / 3.0;
    assert!(near(point(&deaths.observed), observed));
    assert!(near(deaths.expected, 0.2));
    assert!(near(point(&deaths.observed_over_expected), observed / 0.2));
    assert_eq!((deaths.at_least, deaths.at_most), (0.4, 0.6));
    let interval = deaths.observed.estimate().unwrap().interval.unwrap();
    assert!(interval.low < observed && observed < interval.high);
}

#[test]
fn a_patient_counts_once_by_the_first_decision_with_the_model() {
    let again = CheckedForecast {
        decided_on: day("2024-03-15"),
        alive: [(3, 0.1), (6, 0.1), (12, 0.1)].into(),
        place: 1,
        ..row(0)
    };
    let found = run(&[again.clone(), row(0), row(1)]);
    assert_eq!((found.patients, found.later_decisions), (2, 1));
    assert!(near(found.horizons[0].everybody.deaths.expected, 0.2));
    // Two on one day: the place tells them apart.
    let same_day = CheckedForecast {
        decided_on: row(0).decided_on,
        ..again
    };
    let found = run(&[same_day, row(0)]);
    assert!(near(found.horizons[0].everybody.deaths.expected, 0.2));
}

#[test]
fn models_are_not_pooled_and_what_another_one_said_first_hides_nothing() {
    let other = CheckedForecast {
        model: model("2"),
        decided_on: day("2023-01-15"),
        ..row(0)
    };
    let mut moved = row(1);
    moved.model.recalibration = Some(CheckedRecalibration {
        date: day("2024-01-01"),
        numbers: "0.1 1.0".into(),
    });
    let second = CheckedForecast { place: 1, ..row(0) };
    let found = run(&[other, moved, second, row(2)]);
    assert_eq!((found.patients, found.later_decisions), (2, 0));
    let versions: Vec<_> = found
        .models
        .iter()
        .map(|one| (one.model.version.as_str(), one.decisions))
        .collect();
    assert_eq!(versions, [("1", 2), ("1", 1), ("2", 1)]);
    assert!(
        found
            .warnings
            .contains(&VerificationWarning::OtherModels { decisions: 2 })
    );
    let none = verify(
        &[row(0)],
        &VerificationQuestion {
            model: model("9"),
            ..question(0)
        },
        &mut |_| true,
    );
    assert_eq!(none.unwrap().horizons[0].everybody.deaths.patients, 0);
}

/// So many who died at two months, and so many who live.
fn cohort(dead: usize, alive: usize) -> Vec<CheckedForecast> {
    let of = |number: usize| {
        let died = number < dead;
        let said = 0.55 + 0.4 * ((number * 7 % 10) as f64 / 10.0);
        CheckedForecast {
            alive: [(3, said), (6, said - 0.1), (12, said - 0.2)].into(),
            ..ended(number, if died { 2.0 } else { 15.0 }, died)
        }
    };
    (0..dead + alive).map(of).collect()
}

#[test]
fn a_model_is_not_checked_before_a_hundred_died_and_a_hundred_lived() {
    let at_3 = |dead, alive| run(&cohort(dead, alive)).horizons[0].everybody.clone();
    for (dead, alive) in [(99, 300), (300, 99), (9, 300), (300, 9), (10, 10)] {
        let group = at_3(dead, alive);
        let (events, non_events) = (dead as u32, alive as u32);
        let state = CheckState::NotYetChecked {
            events,
            non_events,
            needed: 100,
        };
        assert_eq!(group.state, state);
        assert_eq!(group.performance.is_some(), dead >= 10 && alive >= 10);
        if let Some(performance) = group.performance {
            assert!(matches!(
                performance.calibration,
                CalibrationState::NotEstimable { .. }
            ));
            assert!(performance.auc.figure.estimate().is_some());
        }
    }
    let checked = at_3(100, 100);
    assert_eq!(checked.state, CheckState::Checked);
    assert!(matches!(
        checked.performance.unwrap().calibration,
        CalibrationState::Assessed(_)
    ));
}

#[test]
fn without_censoring_the_figures_are_those_of_a_comparison() {
    let rows: Vec<CheckedForecast> = (0..800)
        .map(|number| {
            let months = (number * 13 % 800) as f64 / 50.0;
            let said = 0.1 + 0.8 * ((number * 31 % 97) as f64 / 97.0);
            CheckedForecast {
                alive: [(3, said), (6, said * 0.9), (12, said * 0.8)].into(),
                ..ended(number, months, true)
            }
        })
        .collect();
    let found = verify(&rows, &question(60), &mut |_| true).unwrap();
    let outcomes = Outcomes::new(rows.iter().map(|row| row.months).collect(), vec![true; 800]);
    let death: BTreeMap<u32, Vec<f64>> = HORIZONS
        .map(|months| {
            (
                months,
                rows.iter().map(|row| 1.0 - row.alive[&months]).collect(),
            )
        })
        .into();
    let predictor = Predictor {
        id: "model".into(),
        risk: death[&12].clone(),
        risk_at: death.clone(),
        death,
    };
    let settings = Settings {
        bootstraps: 60,
        seed: 7,
        thresholds: vec![],
        ..Settings::default()
    };
    let compared = compare(&outcomes.unwrap(), &[predictor], &settings, &mut |_| true).unwrap();
    for (horizon, expected) in found.horizons.iter().zip(&compared.predictors[0].horizons) {
        let CalibrationState::Assessed(calibration) = &expected.calibration else {
            panic!("{expected:?}")
        };
        let deaths = &horizon.everybody.deaths;
        assert!(near(deaths.expected, calibration.expected));
        assert!(near(point(&deaths.observed), calibration.observed));
        assert!(near(
            point(&deaths.observed_over_expected),
            point(&calibration.observed_over_expected)
        ));
        assert_eq!(horizon.everybody.performance.as_ref(), Some(expected));
        assert!(expected.auc.figure.estimate().unwrap().interval.is_some());
    }
}

#[test]
fn the_boards_estimates_stand_beside_the_model_on_the_same_patients() {
    let mut rows = cohort(20, 20);
    for (number, row) in rows.iter_mut().enumerate() {
        row.alive.insert(3, 0.5);
        // Nobody estimated for the last ten, who live.
        if number < 30 {
            let alive = if number < 20 { 0.1 } else { 0.9 };
            row.estimated = [(3, alive), (12, 0.5)].into();
        }
    }
    let found = verify(&rows, &question(40), &mut |_| true).unwrap();
    let beside = found.horizons[0].estimates.as_ref().unwrap();
    assert_eq!(beside.model.deaths.patients, 30);
    assert!(near(beside.model.deaths.expected, 0.5));
    assert!(near(
        beside.board.deaths.expected,
        (20.0 * 0.9 + 10.0 * 0.1) / 30.0
    ));
    let [model, board] =
        [&beside.model, &beside.board].map(|one| one.performance.as_ref().unwrap());
    assert!(near(point(&model.brier.figure), 0.25));
    assert!(near(point(&board.brier.figure), 0.01));
    assert!(near(
        point(board.brier.difference.as_ref().unwrap()),
        0.01 - 0.25
    ));
    assert_eq!(point(&board.auc.figure), 1.0);
    // Perfect in every resample, which an interval would make sure.
    assert_eq!(board.auc.figure.estimate().unwrap().interval, None);
    // Nobody is asked for six months.
    assert_eq!(found.horizons[1].estimates, None);
}

#[test]
fn where_the_forecast_decided_the_figures_stand_without_these_too() {
    let with = |number, died: bool, option, forecast_decided| CheckedForecast {
        option,
        forecast_decided,
        ..ended(number, 2.0 + f64::from(u8::from(!died)), died)
    };
    use TreatmentOption::{Stereotactic, Supportive, SystemicAlone};
    let rows = [
        with(0, true, Some(Supportive), true),
        with(1, true, Some(SystemicAlone), true),
        with(2, false, Some(Supportive), false),
        with(3, false, Some(Stereotactic), true),
        with(4, true, None, true),
    ];
    let found = run(&rows);
    let horizon = &found.horizons[0];
    assert_eq!(horizon.fulfilled, 2);
    assert!(near(point(&horizon.everybody.deaths.observed), 0.6));
    let without = horizon.without_fulfilled.as_ref().unwrap();
    assert!(near(point(&without.deaths.observed), 1.0 / 3.0));
    let warning = VerificationWarning::ForecastDecided {
        months: 3,
        patients: 2,
        of: 5,
    };
    assert!(found.warnings.contains(&warning));
    let none = run(&rows[2..]);
    assert_eq!(none.horizons[0].without_fulfilled, None);
}

#[test]
fn patients_whose_follow_up_was_never_entered_are_counted_and_said() {
    let mut rows = vec![
        ended(0, 0.0, false),
        ended(1, 1.0, false),
        ended(2, 0.0, true),
    ];
    rows.extend((3..6).map(row));
    let found = run(&rows);
    let expected = VerificationWarning::FollowUpMissing {
        months: 3,
        patients: 2,
        never_seen: 1,
        of: 6,
    };
    assert!(found.warnings.contains(&expected), "{:?}", found.warnings);
    assert_eq!(run(&rows[3..]).warnings, []);
}

#[test]
fn what_cannot_be_true_is_counted_and_left_out() {
    let mut rows: Vec<CheckedForecast> = (0..6).map(row).collect();
    // Seventeen months have passed since the decision.
    rows[0].months = 17.1;
    rows[1].months = f64::NAN;
    rows[2].alive.insert(6, 1.2);
    rows[3].alive.remove(&12);
    rows[4].decided_on = day("2025-06-16");
    rows[4].months = 0.0;
    let found = run(&rows);
    assert_eq!((found.patients, found.unusable), (1, 5));
    assert!(
        found
            .warnings
            .contains(&VerificationWarning::Unusable { decisions: 5 })
    );
    rows[5].months = 17.0;
    assert_eq!(run(&rows[5..]).unusable, 0);
}

#[test]
fn each_primary_tumour_has_its_counts_and_unknown_ones_are_last() {
    let of = |number, primary: Option<&str>| CheckedForecast {
        primary: primary.map(str::to_owned),
        ..row(number)
    };
    let found = run(&[
        of(0, None),
        of(1, None),
        of(2, None),
        of(3, Some("lung")),
        of(4, Some("breast")),
        of(5, Some("breast")),
    ]);
    let primaries: Vec<_> = found.horizons[2]
        .by_primary
        .iter()
        .map(|one| (one.primary.as_deref(), one.checked.deaths.patients))
        .collect();
    assert_eq!(
        primaries,
        [(Some("breast"), 2), (Some("lung"), 1), (None, 3)]
    );
}

/// Decided in a month, of whom so many of a hundred died by three months; 20 % were expected to.
fn hundred(decided: &str, from: usize, dead: usize) -> Vec<CheckedForecast> {
    let of = |number: usize| CheckedForecast {
        decided_on: day(decided),
        ..ended(
            from + number,
            if number < dead { 1.0 } else { 3.0 },
            number < dead,
        )
    };
    (0..100).map(of).collect()
}

#[test]
fn drift_is_judged_by_the_latest_period_that_has_deaths_enough() {
    let years = |dead: [usize; 2], last: usize| {
        let mut rows = hundred("2023-02-15", 0, dead[0]);
        rows.extend(hundred("2024-09-15", 100, dead[1]));
        // Too few to judge by.
        rows.extend((0..last).map(|number| CheckedForecast {
            decided_on: day("2025-01-15"),
            ..ended(200 + number, 1.0, true)
        }));
        run(&rows).horizons[0].drift.clone()
    };
    let steady = years([20, 22], 3);
    assert_eq!(steady.shown, DriftShown::NoDrift);
    let named: Vec<_> = steady
        .periods
        .iter()
        .map(|one| (one.year, one.half, one.judged))
        .collect();
    assert_eq!(
        named,
        [
            (2023, Some(1), true),
            (2024, Some(2), true),
            (2025, Some(1), false)
        ]
    );
    assert!(near(
        point(&steady.periods[1].deaths.observed_over_expected),
        1.1
    ));
    assert_eq!(years([20, 40], 0).shown, DriftShown::MoreDeaths);
    assert_eq!(years([40, 20], 0).shown, DriftShown::NoDrift);
    assert_eq!(years([20, 8], 0).shown, DriftShown::FewerDeaths);
    // Nobody died where twenty were expected to: at most 3.6 of 100 by the binomial, so below 20.
    let nobody = years([40, 0], 0);
    assert_eq!(nobody.shown, DriftShown::FewerDeaths);
    let Some(Estimate {
        point,
        interval: Some(interval),
    }) = nobody.periods[1].deaths.observed.estimate()
    else {
        panic!("{nobody:?}")
    };
    // 1 - 0.025^(1/100) of tables of the binomial distribution.
    assert!(
        *point == 0.0 && (interval.high - 0.0362).abs() < 5e-5,
        "{interval:?}"
    );
    let few = run(&hundred("2024-01-15", 0, 0)[..20]);
    assert_eq!(few.horizons[0].drift.shown, DriftShown::Unjudged);
}

#[test]
fn few_deaths_are_put_together_by_whole_years() {
    let mut rows = hundred("2023-02-15", 0, 6);
    rows.extend(hundred("2023-08-15", 100, 6));
    rows.extend(hundred("2024-02-15", 200, 6));
    let drift = run(&rows).horizons[0].drift.clone();
    let named: Vec<_> = drift
        .periods
        .iter()
        .map(|one| (one.year, one.half, one.deaths.patients))
        .collect();
    assert_eq!(named, [(2023, None, 200), (2024, None, 100)]);
}

#[test]
fn progress_rises_and_can_end_it() {
    let rows = cohort(60, 60);
    let mut told = Vec::new();
    verify(&rows, &question(50), &mut |share| {
        told.push(share);
        true
    })
    .unwrap();
    assert!(told.is_sorted() && told.last().is_some_and(|last| *last <= 1.0));
    let ended = verify(&rows, &question(50), &mut |_| false);
    assert_eq!(ended, Err(ComparisonError::Cancelled));
}
