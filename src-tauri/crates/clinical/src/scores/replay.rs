//! The worked examples of every table, and what must hold for any facts.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use super::*;
use crate::{
    assessment::{Direction, FigureProvenance},
    case::{Case, Entry, Identity, Observation, Source, Value},
    catalogue::Kind,
    level::Level,
};
use chrono::{DateTime, NaiveDate, Utc};
use proptest::{prelude::*, sample::select};
use std::collections::BTreeMap;
use table::Example;

type Known = BTreeMap<FeatureId, Value>;

fn day() -> NaiveDate {
    NaiveDate::from_ymd_opt(2026, 1, 15).unwrap()
}

/// A case that holds the inputs of an example as typed observations of one day.
fn case(level: Option<Level>, inputs: &Known) -> Case {
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
        });
    }
    case
}

fn score(table: &ScoreTable, level: Option<Level>, inputs: &Known) -> ScoreOutcome {
    let case = case(level, inputs);
    compute(table, &Facts::at(&case, Catalogue::shipped(), day())).outcome
}

/// The outcome of plain values at L1, without deriving anything.
fn outcome(table: &ScoreTable, values: &Known) -> ScoreOutcome {
    compute(table, &plain(values)).outcome
}

fn plain(values: &Known) -> Facts {
    Facts::from_values(Catalogue::shipped(), values, "L1".parse().ok())
}

fn named(id: &str) -> &'static ScoreTable {
    shipped().iter().find(|table| table.id == id).unwrap()
}

fn id(text: &str) -> FeatureId {
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
                typed => panic!("{place}: {typed:?}"),
            }
        }
    }
}

#[test]
fn ids_are_those_of_the_files_and_distinct() {
    let ids: Vec<&str> = shipped().iter().map(|table| table.id.as_str()).collect();
    let expected = [
        "tokuhashi_2005",
        "tomita_2001",
        "katagiri_2014",
        "sins_2010",
        "bilsky_escc_2010",
    ];
    assert_eq!(ids, expected);
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
    inputs.insert(id("karnofsky"), Value::Number(45.0));
    let ScoreOutcome::Missing {
        features,
        outside,
        possible,
        ..
    } = outcome(named("tokuhashi_2005"), &inputs)
    else {
        panic!("scored a Karnofsky of 45");
    };
    assert_eq!((features, outside), (vec![], vec![id("karnofsky")]));
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

/// Every option of a feature, or every step between its plausible limits. No vertebra with
/// metastasis is left out: it stands in no row of Tokuhashi's table.
fn values(feature: &FeatureId) -> Vec<Value> {
    let feature = Catalogue::shipped().feature(feature).unwrap();
    match feature.kind {
        Kind::Choice => feature
            .options
            .iter()
            .map(|option| Value::Code(option.id.clone()))
            .collect(),
        Kind::Flag => vec![Value::Flag(false), Value::Flag(true)],
        _ => {
            let limits = feature.limits.unwrap();
            let step = feature.step.unwrap_or(1.0);
            let low = if feature.id.as_str() == "vertebral_metastases" {
                1.0
            } else {
                limits.min
            };
            let count = ((limits.max - low) / step) as u32;
            (0..=count)
                .map(|index| Value::Number(low + step * f64::from(index)))
                .collect()
        }
    }
}

/// A score and a value for everything that it reads.
fn scored() -> impl Strategy<Value = (&'static ScoreTable, Known)> {
    select(shipped()).prop_flat_map(|table: ScoreTable| {
        let table = named(&table.id);
        let reads: Vec<FeatureId> = table.reads().into_iter().collect();
        let each: Vec<_> = reads
            .iter()
            .map(|feature| select(values(feature)))
            .collect();
        each.prop_map(move |chosen| (table, reads.iter().cloned().zip(chosen).collect()))
    })
}

proptest! {
    #[test]
    fn complete_facts_give_a_total_on_the_scale_or_a_grade((table, facts) in scored()) {
        match outcome(table, &facts) {
            ScoreOutcome::Total { total, minimum, maximum, items, group, .. } => {
                prop_assert!(minimum <= total && total <= maximum);
                prop_assert_eq!(items.iter().map(|item| item.points).sum::<i32>(), total);
                let band = table.group.iter().find(|band| band.id == group.id).unwrap();
                prop_assert!(band.min.unwrap() <= total && total <= band.max.unwrap());
            }
            ScoreOutcome::Grade { .. } => prop_assert_eq!(table.method, Method::Grade),
            other => prop_assert!(false, "{:?}", other),
        }
    }

    #[test]
    fn gaps_are_listed_and_what_stays_possible_holds_the_truth(
        (table, facts) in scored(),
        blank in proptest::collection::vec(any::<bool>(), 12),
    ) {
        let keep = |(position, _): &(usize, _)| !blank[position % blank.len()];
        let rest: Known = facts.clone().into_iter().enumerate().filter(keep).map(|(_, fact)| fact).collect();
        let gone: Vec<_> = facts.keys().filter(|feature| !rest.contains_key(*feature)).collect();
        match outcome(table, &rest) {
            ScoreOutcome::Missing { features, possible, .. } => {
                for feature in &gone {
                    let entered = !Catalogue::shipped().feature(feature).unwrap().derived;
                    prop_assert!(!entered || features.contains(feature), "{feature} in {features:?}");
                }
                prop_assert!(gone.is_empty() || !features.is_empty());
                if let (ScoreOutcome::Total { total, group, .. }, Some(open)) = (outcome(table, &facts), possible) {
                    prop_assert!(open.minimum <= total && total <= open.maximum);
                    prop_assert!(open.groups.contains(&group.label));
                }
            }
            _ => prop_assert!(gone.is_empty()),
        }
    }

    #[test]
    fn a_worse_finding_never_improves_a_total(
        (table, facts) in scored(),
        pick in any::<prop::sample::Index>(),
    ) {
        let ordered: Vec<_> = WORSENING.iter().filter(|(score, ..)| *score == table.id).collect();
        prop_assume!(!ordered.is_empty());
        let (_, feature, order) = ordered[pick.index(ordered.len())];
        let totals = order.iter().map(|value| {
            let mut changed = facts.clone();
            changed.insert(id(feature), read(value));
            match outcome(table, &changed) {
                ScoreOutcome::Total { total, .. } => total,
                other => panic!("{feature} {value}: {other:?}"),
            }
        });
        let worse = if table.direction == Direction::HigherIsBetter { -1 } else { 1 };
        let totals: Vec<i32> = totals.map(|total| worse * total).collect();
        prop_assert!(totals.is_sorted() && totals.first() < totals.last(), "{feature} {totals:?}");
    }
}

fn read(text: &str) -> Value {
    match text.parse::<f64>() {
        Ok(number) => Value::Number(number),
        Err(_) => text
            .parse()
            .map(Value::Flag)
            .unwrap_or_else(|_| Value::Code(text.into())),
    }
}

/// Score, feature, and its values from the best prognosis or stability to the worst.
const WORSENING: &[(&str, &str, &[&str])] = &[
    (
        "tokuhashi_2005",
        "karnofsky",
        &["100", "90", "80", "70", "60", "50", "40", "30", "20", "10"],
    ),
    (
        "tokuhashi_2005",
        "extraspinal_bone_metastases",
        &["0", "1", "2", "3", "4", "20"],
    ),
    (
        "tokuhashi_2005",
        "vertebral_metastases",
        &["1", "2", "3", "4", "20"],
    ),
    (
        "tokuhashi_2005",
        "visceral_metastases",
        &["none", "resectable", "unresectable"],
    ),
    (
        "tokuhashi_2005",
        "primary_tumour",
        &["prostate", "rectum", "kidney", "colon", "liver", "lung"],
    ),
    ("tokuhashi_2005", "frankel", &["E", "D", "C", "B", "A"]),
    (
        "tomita_2001",
        "tomita_growth",
        &["slow", "moderate", "rapid"],
    ),
    (
        "tomita_2001",
        "tomita_visceral",
        &["none", "treatable", "untreatable"],
    ),
    ("tomita_2001", "tomita_bone", &["solitary", "multiple"]),
    (
        "katagiri_2014",
        "katagiri_growth",
        &["slow", "moderate", "rapid"],
    ),
    (
        "katagiri_2014",
        "katagiri_visceral",
        &["none", "nodular", "disseminated"],
    ),
    (
        "katagiri_2014",
        "katagiri_laboratory",
        &["normal", "abnormal", "critical"],
    ),
    ("katagiri_2014", "ecog", &["0", "1", "2", "3", "4"]),
    ("katagiri_2014", "prior_chemotherapy", &["false", "true"]),
    (
        "katagiri_2014",
        "multiple_skeletal_metastases",
        &["false", "true"],
    ),
    (
        "sins_2010",
        "spinal_region",
        &["rigid", "semirigid", "mobile", "junctional"],
    ),
    (
        "sins_2010",
        "sins_pain",
        &["none", "non_mechanical", "mechanical"],
    ),
    ("sins_2010", "lesion_type", &["blastic", "mixed", "lytic"]),
    (
        "sins_2010",
        "spinal_alignment",
        &["normal", "deformity", "subluxation"],
    ),
    (
        "sins_2010",
        "vertebral_collapse",
        &["none", "none_over_50_involved", "under_50", "over_50"],
    ),
    (
        "sins_2010",
        "posterolateral_involvement",
        &["none", "unilateral", "bilateral"],
    ),
];
