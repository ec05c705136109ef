#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use super::*;
use crate::performance::{CalibrationState, NotEstimable};

fn settings() -> Settings {
    Settings {
        bootstraps: 40,
        ..Settings::default()
    }
}

fn tables(ids: &[&str]) -> Vec<&'static ScoreTable> {
    let named = |id: &&str| scores::prognostic().find(|table| table.id == *id).unwrap();
    ids.iter().map(named).collect()
}

/// 400 patients who die at months 0.1, 0.2 ... in the order of their number, every tenth lost a moment
/// before. `model` and `score` say what each knows of the number.
fn cohort(
    model: impl Fn(usize) -> Option<f64>,
    score: impl Fn(usize) -> Option<(f64, &'static str)>,
) -> Vec<Patient> {
    (0..400)
        .map(|number| Patient {
            months: number as f64 / 10.0,
            died: number % 10 != 0,
            primary: Some(if number % 2 == 0 { "lung" } else { "breast" }.to_owned()),
            year: Some(if number % 3 == 0 { 2019 } else { 2020 }),
            model: model(number).map(|death| [3, 6, 12].map(|months| (months, death)).into()),
            scores: vec![match score(number) {
                Some((risk, group)) => Ok(Prognosis {
                    risk,
                    group: group.to_owned(),
                }),
                None => Err([FeatureId::unchecked("primary_tumour")].into()),
            }],
            facts: BTreeMap::from([("age".to_owned(), 60.0)]),
        })
        .collect()
}

fn run(patients: &[Patient], chosen: bool) -> HeadToHead {
    let tables = tables(&["mizumoto_2008"]);
    let compared = Compared {
        tables: &tables,
        chosen,
    };
    head_to_head(patients, &compared, &settings(), &mut |_| true).unwrap()
}

fn falling(number: usize) -> Option<f64> {
    Some(1.0 - number as f64 / 400.0)
}

#[test]
fn the_model_and_the_score_stand_on_the_same_rows() {
    // The score knows nothing of the last hundred, and ranks the others backwards.
    let patients = cohort(falling, |number| {
        (number < 300).then_some((number as f64, "B"))
    });
    let found = run(&patients, false);
    let both = found.same_rows.as_ref().unwrap();
    assert_eq!(both.counts.patients, 300);
    let c = |at: usize| {
        both.predictors[at]
            .harrell_c
            .figure
            .estimate()
            .unwrap()
            .point
    };
    assert_eq!((c(0), c(1)), (1.0, 0.0));
    let difference = both.predictors[1].harrell_c.difference.as_ref().unwrap();
    assert_eq!(difference.estimate().unwrap().point, -1.0);
    assert_eq!(found.model_alone.unwrap().counts.patients, 400);
    assert_eq!(found.pairs[0].comparison.counts.patients, 300);
    let rows: Vec<u32> = found.predictors.iter().map(|one| one.rows).collect();
    assert_eq!(rows, [400, 300]);
}

#[test]
fn forecasts_that_cross_are_ranked_at_each_horizon() {
    let mut patients = cohort(falling, |_| None);
    for (number, one) in patients.iter_mut().enumerate() {
        // At 3 months everything is the wrong way round.
        let death = number as f64 / 400.0;
        one.model.as_mut().unwrap().insert(3, death);
    }
    let alone = run(&patients, false).model_alone.unwrap();
    let auc = |at: usize| alone.predictors[0].horizons[at].auc.figure.estimate();
    assert!(auc(0).unwrap().point < 1e-9);
    assert!(auc(2).unwrap().point > 1.0 - 1e-9);
}

#[test]
fn a_score_that_few_rows_have_does_not_empty_the_comparison_unless_it_was_named() {
    let patients = cohort(falling, |number| (number < 150).then_some((1.0, "B")));
    let found = run(&patients, false);
    assert_eq!(found.predictors[1].left_out, Some(LeftOut::FewRows));
    let lacking = &found.predictors[1].lacking;
    assert_eq!(
        (lacking[0].feature.as_str(), lacking[0].missing),
        ("primary_tumour", 250)
    );
    assert_eq!(found.same_rows.unwrap().predictors.len(), 1);
    assert_eq!(found.pairs[0].comparison.counts.patients, 150);
    let named = run(&patients, true);
    assert_eq!(named.same_rows.unwrap().counts.patients, 150);
    let never = run(&cohort(falling, |_| None), true);
    assert_eq!(never.predictors[1].left_out, Some(LeftOut::NoRow));
    assert_eq!(never.pairs, []);
}

#[test]
fn calibration_is_of_published_probabilities_only() {
    let patients = cohort(falling, |number| {
        Some(if number < 100 {
            (10.0, "C")
        } else {
            (2.0, "A")
        })
    });
    let found = run(&patients, false);
    let months: Vec<u32> = found.predictors[1]
        .probabilities
        .iter()
        .map(|one| one.months)
        .collect();
    assert_eq!(months, [6, 12], "Mizumoto publishes none at 3 months");
    let both = found.same_rows.unwrap();
    let [three, _, twelve] = both.predictors[1].horizons.as_slice() else {
        panic!("three horizons");
    };
    assert_eq!(
        three.calibration,
        CalibrationState::NotEstimable {
            reason: NotEstimable::NoProbability
        }
    );
    let CalibrationState::Assessed(calibration) = &twelve.calibration else {
        panic!("108 died by 12 months: {:?}", twelve.calibration);
    };
    // 100 patients of group C (4 of 100 alive) and 300 of A (77): (96 + 69) / 400.
    assert!((calibration.expected - 0.4125).abs() < 1e-9);
}

#[test]
fn parts_are_counted_and_refuse_what_they_are_too_small_for() {
    let found = run(&cohort(falling, |_| Some((1.0, "B"))), false);
    let parts: Vec<(CohortPartKind, &str, u32)> = found
        .parts
        .iter()
        .map(|part| {
            (
                part.kind,
                part.value.as_str(),
                part.comparison.counts.patients,
            )
        })
        .collect();
    use CohortPartKind::{Era, Primary};
    assert_eq!(
        parts,
        [
            (Primary, "breast", 200),
            (Primary, "lung", 200),
            (Era, "2015-2019", 134),
            (Era, "2020-2024", 266)
        ]
    );
    let by_month_3 = &found.parts[2].comparison.predictors[0].horizons[0].calibration;
    assert!(matches!(
        by_month_3,
        CalibrationState::NotEstimable {
            reason: NotEstimable::TooFew { needed: 100, .. }
        }
    ));
}

#[test]
fn a_column_that_knows_the_outcome_is_suspected() {
    let mut patients = cohort(falling, |_| None);
    for (number, one) in patients.iter_mut().enumerate() {
        one.facts.insert("creatinine".to_owned(), number as f64);
    }
    let found = run(&patients, false);
    let named: Vec<&str> = found
        .suspicious
        .iter()
        .map(|one| one.feature.as_str())
        .collect();
    assert_eq!(named, ["creatinine"]);
    assert_eq!(found.missing[0].missing, 0);
}

#[test]
fn the_person_can_end_it() {
    let tables = tables(&["mizumoto_2008"]);
    let compared = Compared {
        tables: &tables,
        chosen: false,
    };
    let patients = cohort(falling, |_| Some((1.0, "B")));
    let ended = head_to_head(&patients, &compared, &settings(), &mut |_| false);
    assert_eq!(ended, Err(ComparisonError::Cancelled));
    let mut told = Vec::new();
    let mut listen = |share: f64| {
        told.push(share);
        true
    };
    head_to_head(&patients, &compared, &settings(), &mut listen).unwrap();
    assert!(told.is_sorted() && (told.last().unwrap() - 1.0).abs() < 1e-9);
}
