//! The worked examples of every table, and what a score says beside its total.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use super::{outcome::group_of_total, *};
use crate::{
    assessment::FigureProvenance,
    case::{Case, Entry, Identity, Observation, Source, Value},
    level::Level,
};
use chrono::{DateTime, NaiveDate, Utc};
use std::collections::BTreeMap;
use table::Example;

pub(super) type Known = BTreeMap<FeatureId, Value>;

pub(super) fn day() -> NaiveDate {
    NaiveDate::from_ymd_opt(2026, 1, 15).unwrap()
}

/// A case that holds the inputs of an example as typed observations of one day.
pub(super) fn case(level: Option<Level>, inputs: &Known) -> Case {
    let mut case = Case::new("example".into(), Identity::default());
    case.index_level = level;
    for (position, (feature, value)) in inputs.iter().enumerate() {
        let per = Catalogue::shipped().feature(feature).unwrap().per;
        case.observations.push(Observation {
            id: position.to_string(),
            feature: feature.clone(),
            subject: if per == Per::Level {
                Subject::Level(level.unwrap())
            } else {
                Subject::Patient
            },
            entry: Entry::Known {
                value: value.clone(),
                unit: None,
            },
            observed_on: Some(day()),
            recorded_at: DateTime::<Utc>::default(),
            source: Source::Typed,
            author: "example".into(),
            note: None,
        });
    }
    case
}

/// The result of an example, computed on its own.
fn result_of(table: &ScoreTable, inputs: &Known) -> ScoreResult {
    let facts = Facts::at(&case(None, inputs), Catalogue::shipped(), day());
    compute(table, &facts)
}

fn score(table: &ScoreTable, level: Option<Level>, inputs: &Known) -> ScoreOutcome {
    let facts = Facts::at(&case(level, inputs), Catalogue::shipped(), day());
    let all = compute_all(&facts).into_iter();
    all.filter(|result| result.id == table.id)
        .map(|result| result.outcome)
        .next()
        .unwrap()
}

/// The outcome of plain values at L1, without deriving anything.
pub(super) fn outcome(table: &ScoreTable, values: &Known) -> ScoreOutcome {
    compute(table, &plain(values)).outcome
}

pub(super) fn plain(values: &Known) -> Facts {
    Facts::from_values(Catalogue::shipped(), values, "L1".parse().ok())
}

pub(super) fn named(id: &str) -> &'static ScoreTable {
    shipped().iter().find(|table| table.id == id).unwrap()
}

pub(super) fn id(text: &str) -> FeatureId {
    Catalogue::shipped().id(text).unwrap()
}

#[test]
fn every_worked_example_comes_out_as_by_hand() {
    for table in shipped() {
        for Example {
            name,
            level,
            inputs,
            total,
            grade,
            group,
            missing,
            possible,
        } in &table.example
        {
            let place = format!("{}: {name}", table.id);
            match score(table, *level, inputs) {
                ScoreOutcome::Total {
                    total: found,
                    group: band,
                    items,
                    typed,
                    ..
                } => {
                    let rows: Vec<_> = items.iter().map(|item| (&item.id, item.points)).collect();
                    assert_eq!(
                        (Some(found), Some(&band.id)),
                        (*total, group.as_ref()),
                        "{place} {rows:?}"
                    );
                    assert_eq!(typed, None, "{place}");
                }
                ScoreOutcome::Grade {
                    grade: found,
                    group: band,
                    ..
                } => {
                    assert_eq!(
                        (Some(found), Some(band.id)),
                        (grade.clone(), group.clone()),
                        "{place}"
                    );
                }
                ScoreOutcome::Missing {
                    features,
                    outside,
                    level_needed,
                    possible: open,
                    ..
                } => {
                    assert!(
                        !missing.is_empty(),
                        "{place} lacks {features:?} {outside:?}"
                    );
                    assert_eq!(
                        (&features, outside.len(), level_needed),
                        (missing, 0, false),
                        "{place}"
                    );
                    assert_eq!(
                        open.map(|open| [open.minimum, open.maximum]),
                        *possible,
                        "{place}"
                    );
                }
                other => panic!("{place}: {other:?}"),
            }
        }
    }
}

#[test]
fn every_file_of_the_folder_is_shipped_under_its_own_name() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../../../assets/scores");
    let files = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path());
    let mut names: Vec<_> = files
        .map(|path| path.file_stem().unwrap().to_owned())
        .collect();
    let mut ids: Vec<&str> = shipped().iter().map(|table| table.id.as_str()).collect();
    names.sort();
    ids.sort_unstable();
    assert_eq!(names, ids);
}

#[test]
fn a_level_that_the_paper_does_not_name_asks_for_its_region() {
    let mut inputs = named("sins_2010").example[0].inputs.clone();
    inputs.remove(&id("sins_pain"));
    let t13 = score(named("sins_2010"), "T13".parse().ok(), &inputs);
    let ScoreOutcome::Missing {
        features,
        possible: Some(open),
        ..
    } = t13
    else {
        panic!("{t13:?}");
    };
    assert_eq!(
        BTreeSet::from_iter(features),
        BTreeSet::from([id("sins_pain"), id("spinal_region")])
    );
    // 0 to 3 for the region and 0 to 3 for pain; the rest of the example is 0.
    assert_eq!(
        (open.minimum, open.maximum, open.groups),
        (0, 6, vec!["Stable".to_owned()])
    );
}

#[test]
fn survival_of_a_group_names_its_cohort_and_its_provenance() {
    let group = group_of_total(named("tokuhashi_2005"), 4).unwrap();
    let quraishi = group
        .published
        .iter()
        .find(|entry| entry.cohort.starts_with("Quraishi"))
        .unwrap();
    let expected =
        "Quraishi 2013, Nottingham, United Kingdom, surgery for cord compression, 2003-2011";
    assert_eq!(quraishi.cohort, expected);
    // 93 days are 3.06 months; the number of patients was read, the survival recalled.
    assert_eq!(quraishi.median_months, Some(3.1));
    assert_eq!(quraishi.provenance, FigureProvenance::RecalledMedium);
}

#[test]
fn tomita_never_shows_survival_by_treatment_as_that_of_a_group() {
    let table = named("tomita_2001");
    let medians: Vec<_> = (2..=10)
        .flat_map(|total| group_of_total(table, total).unwrap().published)
        .filter_map(|entry| entry.median_months)
        .collect();
    assert!(
        !medians.is_empty()
            && [38.2, 21.5, 10.1, 5.3]
                .iter()
                .all(|mean| !medians.contains(mean))
    );
}

#[test]
fn a_value_between_the_rows_is_named_and_not_rounded() {
    let mut inputs = named("tokuhashi_2005").example[0].inputs.clone();
    inputs.insert(id("vertebral_metastases"), Value::Number(0.0));
    let ScoreOutcome::Missing {
        features,
        outside,
        possible,
        items,
        ..
    } = score(named("tokuhashi_2005"), None, &inputs)
    else {
        panic!("scored no vertebra with metastasis");
    };
    let settled: i32 = items.iter().map(|item| item.points).sum();
    assert_eq!(
        (features, outside),
        (vec![], vec![id("vertebral_metastases")])
    );
    assert_eq!((items.len(), settled), (5, 13));
    assert_eq!(
        possible.map(|open| [open.minimum, open.maximum]),
        Some([13, 15])
    );
}

#[test]
fn a_typed_sins_fills_gaps_as_its_own_kind_and_never_overrules_items() {
    let table = named("sins_2010");
    let l1 = Some("L1".parse().unwrap());
    let typed = |total: f64| (id("sins_total"), Value::Number(total));
    let alone = score(table, l1, &Known::from([typed(13.0)]));
    assert!(
        matches!(&alone, ScoreOutcome::TypedTotal { total: 13, group, .. } if group.id == "unstable")
    );

    let mut items = table.example[1].inputs.clone();
    items.extend([typed(13.0)]);
    let with_items = score(table, l1, &items);
    assert!(
        matches!(
            with_items,
            ScoreOutcome::Total {
                total: 11,
                typed: Some(13),
                ..
            }
        ),
        "{with_items:?}"
    );

    let off_the_scale = outcome(table, &Known::from([typed(19.0)]));
    assert!(matches!(off_the_scale, ScoreOutcome::Missing { .. }));
}

#[test]
fn a_score_of_a_level_asks_for_the_level() {
    let facts = Facts::at(&case(None, &Known::new()), Catalogue::shipped(), day());
    let result = compute(named("sins_2010"), &facts);
    assert_eq!(result.subject, Subject::Patient);
    let ScoreOutcome::Missing {
        level_needed: true,
        features,
        ..
    } = result.outcome
    else {
        panic!("{:?}", result.outcome);
    };
    assert!(features.contains(&id("sins_pain")) && !features.contains(&id("spinal_region")));
}

#[test]
fn a_caveat_about_some_patients_is_shown_to_them_only() {
    let caveats = |primary: &str| {
        let facts = Known::from([(id("primary_tumour"), Value::Code(primary.into()))]);
        compute(named("tokuhashi_2005"), &plain(&facts)).caveats
    };
    let about_colon = |texts: Vec<String>| {
        texts
            .iter()
            .any(|text| text.starts_with("Colon is not named"))
    };
    assert!(about_colon(caveats("colon")) && !about_colon(caveats("breast")));
}

#[test]
fn a_source_that_disagrees_about_points_gives_a_second_reading() {
    let table = named("tokuhashi_1990");
    let mut inputs = table.example[0].inputs.clone();
    inputs.insert(id("primary_tumour"), Value::Code("unknown_primary".into()));
    let result = result_of(table, &inputs);
    assert!(matches!(
        result.outcome,
        ScoreOutcome::Total { total: 11, .. }
    ));
    let totals: Vec<i32> = result
        .other_readings
        .iter()
        .map(|other| other.total)
        .collect();
    assert_eq!(totals, [12]);

    inputs.insert(id("primary_tumour"), Value::Code("breast".into()));
    assert_eq!(result_of(table, &inputs).other_readings, []);
}

#[test]
fn what_could_not_be_read_is_said_where_a_fact_stands_in_no_row() {
    let table = named("rades_ambulatory_2008");
    let mut inputs = table.example[0].inputs.clone();
    inputs.insert(id("primary_tumour"), Value::Code("kidney".into()));
    let result = result_of(table, &inputs);
    let ScoreOutcome::Missing {
        features, outside, ..
    } = &result.outcome
    else {
        panic!("scored a kidney tumour: {:?}", result.outcome);
    };
    assert_eq!(
        (features.as_slice(), outside.as_slice()),
        (&[][..], &[id("primary_tumour")][..])
    );
    assert_eq!(result.caveats.first(), table.gap.as_ref());
}

#[test]
fn a_grade_in_no_readable_branch_says_what_could_not_be_read() {
    let table = named("bollen_2014");
    let mut inputs = table.example[0].inputs.clone();
    inputs.insert(id("bollen_profile"), Value::Code("moderate".into()));
    let result = result_of(table, &inputs);
    assert!(
        matches!(&result.outcome, ScoreOutcome::Missing { features, outside, possible: None, .. }
            if features.is_empty() && !outside.is_empty()),
        "{:?}",
        result.outcome
    );
    assert_eq!(result.caveats.first(), table.gap.as_ref());
}

#[test]
fn points_above_the_ceiling_of_a_score_are_reported_as_its_ceiling() {
    let table = named("nesms");
    let ScoreOutcome::Total {
        total,
        maximum,
        items,
        group,
        ..
    } = score(table, None, &table.example[0].inputs)
    else {
        panic!("the first example is complete");
    };
    let points: Vec<i32> = items.iter().map(|item| item.points).collect();
    assert_eq!(points, [2, 1, 1]);
    assert_eq!((total, maximum, group.id.as_str()), (3, 3, "3"));
}

#[test]
fn a_total_feeds_the_score_that_reads_it_or_asks_for_what_it_lacks() {
    let outcomes = |inputs: &Known| {
        let facts = Facts::at(&case(None, inputs), Catalogue::shipped(), day());
        let all = compute_all(&facts);
        ["bauer_modified_2008", "nesms"].map(|id| {
            let found = all.iter().find(|result| result.id == id).unwrap();
            found.outcome.clone()
        })
    };
    // Breast with three vertebrae and free organs: 1+1+1+0.
    let mut inputs = named("nesms").example[3].inputs.clone();
    let [bauer, nesms] = outcomes(&inputs);
    assert!(matches!(bauer, ScoreOutcome::Total { total: 3, .. }));
    assert!(matches!(nesms, ScoreOutcome::Total { total: 2, .. }));

    // Nothing of Bauer's is known: the two others are settled at 0.
    inputs.retain(|feature, _| ["walking", "albumin"].contains(&feature.as_str()));
    let [bauer, nesms] = outcomes(&inputs);
    let (
        ScoreOutcome::Missing { features, .. },
        ScoreOutcome::Missing {
            features: asked,
            possible: Some(open),
            ..
        },
    ) = (bauer, nesms)
    else {
        panic!("scored without a primary tumour");
    };
    assert!(features.contains(&id("primary_tumour")));
    assert_eq!(asked, features);
    assert_eq!((open.minimum, open.maximum), (0, 2));
}
