//! What must hold for any facts, in every shipped score.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use super::examples::{Known, id, named, outcome};
use super::*;
use crate::{assessment::Direction, case::Value, catalogue::Kind};
use proptest::{prelude::*, sample::select};

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
    let computed = |table: &&ScoreTable| matches!(table.method, Method::Sum | Method::Grade);
    let tables: Vec<ScoreTable> = shipped().iter().filter(computed).cloned().collect();
    select(tables).prop_flat_map(|table: ScoreTable| {
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
                prop_assert_eq!(table.capped(items.iter().map(|item| item.points).sum::<i32>()), total);
                let band = table.group.iter().find(|band| band.id == group.id).unwrap();
                prop_assert!(band.min.unwrap() <= total && total <= band.max.unwrap());
            }
            ScoreOutcome::Grade { .. } => prop_assert_eq!(table.method, Method::Grade),
            ScoreOutcome::Missing { features, outside, .. } if table.gap.is_some() => {
                prop_assert!(features.is_empty() && !outside.is_empty());
            }
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
            // A tree reads on one branch what it does not read on another.
            found if table.method == Method::Grade => {
                let whole = outcome(table, &facts);
                let missing = matches!(found, ScoreOutcome::Missing { .. });
                prop_assert!(missing || found == whole);
            }
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
        let worse = if table.direction == Direction::HigherIsBetter { -1 } else { 1 };
        let mut totals = Vec::new();
        for value in *order {
            let mut changed = facts.clone();
            changed.insert(id(feature), read(value));
            match outcome(table, &changed) {
                ScoreOutcome::Total { items, .. } => {
                    totals.push(worse * items.iter().map(|item| item.points).sum::<i32>());
                }
                ScoreOutcome::Missing { outside, .. } => {
                    prop_assume!(table.gap.is_none() || outside.is_empty());
                    panic!("{feature} {value}");
                }
                other => panic!("{feature} {value}: {other:?}"),
            }
        }
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
        "karnofsky_band",
        &["80_to_100", "50_to_70", "10_to_40"],
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
    ("katagiri_2014", "ecog_band", &["0_to_2", "3_to_4"]),
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
    (
        "tokuhashi_1990",
        "karnofsky_band",
        &["80_to_100", "50_to_70", "10_to_40"],
    ),
    (
        "van_der_linden_2005",
        "karnofsky_band",
        &["80_to_100", "50_to_70", "10_to_40"],
    ),
    (
        "osri_2013",
        "karnofsky_band",
        &["80_to_100", "50_to_70", "10_to_40"],
    ),
    (
        "tokuhashi_1990",
        "extraspinal_bone_metastases",
        &["0", "1", "2", "3"],
    ),
    (
        "tokuhashi_1990",
        "vertebral_metastases",
        &["1", "2", "3", "8"],
    ),
    (
        "tokuhashi_1990",
        "visceral_metastases",
        &["none", "resectable", "unresectable"],
    ),
    (
        "tokuhashi_1990",
        "primary_tumour",
        &["breast", "kidney", "lung"],
    ),
    ("tokuhashi_1990", "frankel", &["E", "D", "C", "B", "A"]),
    (
        "bauer_1995",
        "visceral_or_brain_metastasis",
        &["false", "true"],
    ),
    (
        "bauer_1995",
        "primary_tumour",
        &["breast", "prostate", "lung"],
    ),
    (
        "bauer_1995",
        "multiple_skeletal_metastases",
        &["false", "true"],
    ),
    (
        "bauer_modified_2008",
        "visceral_or_brain_metastasis",
        &["false", "true"],
    ),
    (
        "bauer_modified_2008",
        "primary_tumour",
        &["breast", "prostate", "lung"],
    ),
    (
        "bauer_modified_2008",
        "multiple_skeletal_metastases",
        &["false", "true"],
    ),
    ("bauer_1995", "pathological_fracture", &["false", "true"]),
    (
        "van_der_linden_2005",
        "primary_tumour",
        &["breast", "prostate", "lung", "colon"],
    ),
    (
        "van_der_linden_2005",
        "visceral_metastasis_outside_brain",
        &["false", "true"],
    ),
    (
        "katagiri_2005",
        "katagiri_2005_growth",
        &["slow", "moderate", "rapid"],
    ),
    (
        "katagiri_2005",
        "visceral_or_brain_metastasis",
        &["false", "true"],
    ),
    ("katagiri_2005", "ecog_band", &["0_to_2", "3_to_4"]),
    ("katagiri_2005", "prior_chemotherapy", &["false", "true"]),
    (
        "katagiri_2005",
        "multiple_skeletal_metastases",
        &["false", "true"],
    ),
    (
        "osri_2013",
        "osri_pathology",
        &["slow", "moderate", "rapid", "lung"],
    ),
    (
        "rades_survival_2008",
        "other_bone_metastases",
        &["false", "true"],
    ),
    (
        "rades_survival_2008",
        "walking",
        &["with_aid", "not_walking"],
    ),
    (
        "rades_bsc_2013",
        "other_bone_metastases",
        &["false", "true"],
    ),
    ("rades_bsc_2013", "walking", &["with_aid", "not_walking"]),
    (
        "rades_survival_2008",
        "visceral_metastasis_outside_brain",
        &["false", "true"],
    ),
    (
        "rades_survival_2008",
        "months_from_primary_to_cord_compression",
        &["16", "15", "0"],
    ),
    (
        "rades_survival_2008",
        "motor_deficit_development_days",
        &["15", "8", "7", "1"],
    ),
    (
        "rades_bsc_2013",
        "visceral_metastasis_outside_brain",
        &["false", "true"],
    ),
    (
        "rades_bsc_2013",
        "months_from_primary_to_cord_compression",
        &["16", "15", "0"],
    ),
    (
        "rades_bsc_2013",
        "motor_deficit_development_days",
        &["15", "8", "7", "1"],
    ),
    (
        "rades_ambulatory_2008",
        "visceral_metastasis_outside_brain",
        &["false", "true"],
    ),
    (
        "rades_ambulatory_2008",
        "months_from_primary_to_cord_compression",
        &["16", "15", "0"],
    ),
    (
        "rades_ambulatory_2008",
        "motor_deficit_development_days",
        &["15", "8", "7", "1"],
    ),
    (
        "rades_survival_2008",
        "primary_tumour",
        &["myeloma", "breast", "prostate", "colon", "lung"],
    ),
    (
        "rades_bsc_2013",
        "primary_tumour",
        &["breast", "prostate", "lung"],
    ),
    (
        "rades_ambulatory_2008",
        "primary_tumour",
        &["myeloma", "breast", "prostate", "lung"],
    ),
    ("rades_bsc_2013", "ecog_band", &["0_to_2", "3_to_4"]),
    (
        "rades_ambulatory_2008",
        "rades_motor_function",
        &["without_aid", "with_aid", "not_walking", "paraplegic"],
    ),
    (
        "mizumoto_2008",
        "mizumoto_unfavourable_primary",
        &["false", "true"],
    ),
    ("mizumoto_2008", "ecog_band", &["0_to_2", "3_to_4"]),
    ("mizumoto_2008", "hypercalcaemia", &["false", "true"]),
    (
        "mizumoto_2008",
        "visceral_metastasis_outside_brain",
        &["false", "true"],
    ),
    ("mizumoto_2008", "prior_chemotherapy", &["false", "true"]),
    (
        "mizumoto_2008",
        "multiple_skeletal_metastases",
        &["false", "true"],
    ),
    ("mizumoto_2008", "age", &["40", "70", "71", "90"]),
    ("nesms", "modified_bauer_total", &["4", "3", "2", "0"]),
    ("nesms", "walks_independently", &["true", "false"]),
    ("nesms", "albumin", &["45", "35", "34", "20"]),
    ("mfi5", "diabetes", &["false", "true"]),
    ("mfi5", "hypertension_on_treatment", &["false", "true"]),
    ("mfi5", "copd_or_pneumonia", &["false", "true"]),
    ("mfi5", "congestive_heart_failure", &["false", "true"]),
    ("mfi5", "dependent_functional_status", &["false", "true"]),
    ("mstfi_2016", "anaemia", &["false", "true"]),
    ("mstfi_2016", "chronic_lung_disease", &["false", "true"]),
    ("mstfi_2016", "coagulopathy", &["false", "true"]),
    ("mstfi_2016", "electrolyte_abnormality", &["false", "true"]),
    (
        "mstfi_2016",
        "pulmonary_circulation_disorder",
        &["false", "true"],
    ),
    ("mstfi_2016", "renal_failure", &["false", "true"]),
    ("mstfi_2016", "malnutrition", &["false", "true"]),
    (
        "mstfi_2016",
        "emergent_or_urgent_admission",
        &["false", "true"],
    ),
    (
        "mstfi_2016",
        "anterior_or_combined_approach",
        &["false", "true"],
    ),
];
