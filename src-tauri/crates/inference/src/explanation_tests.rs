//! Reasons of the second made-up pack: they are those of the number that is shown.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use crate::{
    PackError,
    golden::GoldenExplanation,
    second_tests::pack,
    synthetic::{Facts, Parts, code, expected_cord, expected_point, facts},
};
use clinical::{
    assessment::{ExplainedEndpoint, Explanation, ForecastState, ReasonSentenceKind},
    case::Value,
    catalogue::FeatureId,
};
use proptest::prelude::*;

fn explained(facts: &Facts, endpoint: ExplainedEndpoint) -> Explanation {
    pack().explain(facts, None, endpoint).unwrap()
}

fn amount(explanation: &Explanation, group: &str) -> f64 {
    let reason = explanation
        .reasons
        .iter()
        .find(|reason| reason.group == group);
    reason.unwrap().amount
}

fn hazard(alive: f64) -> f64 {
    (-alive.ln()).ln()
}

#[test]
fn what_is_blank_in_a_group_stands_beside_what_is_known() {
    let patient = facts(&[
        ("age", Value::Number(75.0)),
        ("primary_tumour", code("lung")),
    ]);
    let death = explained(&patient, ExplainedEndpoint::CordCompression);
    let [reason] = death.reasons.as_slice() else {
        panic!("{:?}", death.reasons);
    };
    let ids = |features: &[FeatureId]| {
        let ids = features.iter().map(ToString::to_string);
        ids.collect::<Vec<_>>()
    };
    assert_eq!(ids(&reason.features), ["age", "primary_tumour"]);
    let blank = ids(&reason.blank);
    assert!(blank.contains(&"karnofsky".to_owned()), "{blank:?}");
    assert!(
        !blank.contains(&"her2_status".to_owned()),
        "it does not apply to the lung: {blank:?}"
    );
}

/// Values and known columns of a 75-year-old with lung cancer, and what each group hides.
#[test]
fn amounts_are_those_of_the_forecasts_with_facts_hidden() {
    let patient = facts(&[
        ("age", Value::Number(75.0)),
        ("liver_metastasis", Value::Flag(true)),
    ]);
    let f = |values: [f64; 5], known: [f64; 5]| hazard(expected_point(&values, &known, 12.0).alive);
    let nothing = f([0.0; 5], [0.0; 5]);
    let age = f([1.0, 0.0, 0.0, 0.0, 0.0], [1.0, 0.0, 0.0, 0.0, 0.0]);
    let liver = f([0.0, 0.0, 1.0, 0.0, 0.0], [0.0, 0.0, 1.0, 0.0, 0.0]);
    let both = f([1.0, 0.0, 1.0, 0.0, 0.0], [1.0, 0.0, 1.0, 0.0, 0.0]);
    let found = explained(&patient, ExplainedEndpoint::Survival);
    let expected_age = (age - nothing + both - liver) / 2.0;
    let expected_liver = (liver - nothing + both - age) / 2.0;
    assert!((amount(&found, "age") - expected_age).abs() < 1e-5);
    assert!((amount(&found, "organs") - expected_liver).abs() < 1e-5);
    assert!((found.baseline - nothing).abs() < 1e-5 && (found.total - both).abs() < 1e-5);
    assert_eq!((found.months, found.standard_error), (12.0, 0.0));
    let groups: Vec<_> = found
        .reasons
        .iter()
        .map(|reason| reason.group.as_str())
        .collect();
    assert_eq!(
        groups,
        ["organs", "age"],
        "the largest first, and only what is known"
    );
    assert_eq!(found.reasons[0].citations, ["liver_meta"]);
    assert_eq!(
        found.sources,
        [],
        "no row of the shipped evidence has that id"
    );
    let surgery = pack()
        .explain(&patient, Some("surgery"), ExplainedEndpoint::Survival)
        .unwrap();
    let twice = hazard(expected_point(&[0.0; 5], &[0.0; 5], 24.0).alive);
    assert!(
        (surgery.baseline - twice).abs() < 1e-5,
        "the baseline is of the same setting"
    );
}

#[test]
fn sentences_name_the_facts_with_their_values() {
    let patient = facts(&[
        ("age", Value::Number(75.0)),
        ("liver_metastasis", Value::Flag(true)),
    ]);
    let found = explained(&patient, ExplainedEndpoint::Survival);
    assert!(amount(&found, "organs") > 0.1 && found.total_probability < found.baseline_probability);
    let first = &found.sentences[0];
    assert_eq!(first.kind, ReasonSentenceKind::Lower);
    let organs = &first.reasons[0];
    assert_eq!(organs.group, "organs");
    assert!((organs.factor.ln() - amount(&found, "organs")).abs() < 1e-12);
    let [liver] = organs.facts.as_slice() else {
        panic!("{organs:?}");
    };
    assert_eq!(liver.feature.as_str(), "liver_metastasis");
    assert_eq!(liver.value, Value::Flag(true));
    let cord = explained(&patient, ExplainedEndpoint::CordCompression);
    assert!(expected_cord(1.0).point > expected_cord(0.0).point + 0.01);
    assert_eq!(cord.sentences[0].kind, ReasonSentenceKind::Higher);
    assert_eq!(cord.sentences[0].reasons[0].group, "organs");
}

#[test]
fn what_acts_through_death_only_adds_nothing_to_cord_compression() {
    let patient = facts(&[
        ("age", Value::Number(75.0)),
        ("liver_metastasis", Value::Flag(true)),
        ("primary_tumour", code("lung")),
    ]);
    let found = explained(&patient, ExplainedEndpoint::CordCompression);
    assert_eq!(found.months, 6.0);
    assert!(amount(&found, "death").abs() < 1e-6);
    let [without, with] = [0.0, 1.0].map(|liver| hazard(1.0 - expected_cord(liver).point));
    assert!((amount(&found, "organs") - (with - without)).abs() < 1e-5);
    assert!((found.total_probability - expected_cord(1.0).point).abs() < 1e-6);
}

#[test]
fn a_hidden_fact_hides_what_depends_on_it() {
    let her2 = ("her2_status", code("positive"));
    let alone = facts(&[("age", Value::Number(60.0)), her2.clone()]);
    let lung = facts(&[
        ("age", Value::Number(60.0)),
        ("primary_tumour", code("lung")),
        her2.clone(),
    ]);
    let breast = facts(&[
        ("age", Value::Number(60.0)),
        ("primary_tumour", code("breast")),
        her2,
    ]);
    let features = |facts: &Facts| {
        let found = explained(facts, ExplainedEndpoint::Survival);
        let tumour = found
            .reasons
            .into_iter()
            .find(|reason| reason.group == "tumour");
        tumour.map(|reason| {
            reason
                .features
                .iter()
                .map(ToString::to_string)
                .collect::<Vec<_>>()
        })
    };
    assert_eq!(
        features(&alone),
        None,
        "without the primary tumour it is not read"
    );
    assert_eq!(
        features(&lung).unwrap(),
        ["primary_tumour"],
        "and not in another one"
    );
    assert_eq!(
        features(&breast).unwrap(),
        ["primary_tumour", "her2_status"]
    );
}

#[test]
fn there_are_no_reasons_without_a_forecast() {
    let child = facts(&[("age", Value::Number(12.0))]);
    let refused = |facts: &Facts, setting, endpoint| {
        pack().explain(facts, setting, endpoint).unwrap_err().code
    };
    let (survival, cord) = (
        ExplainedEndpoint::Survival,
        ExplainedEndpoint::CordCompression,
    );
    assert_eq!(refused(&child, None, survival), "children");
    let adult = facts(&[("age", Value::Number(60.0))]);
    assert_eq!(
        refused(&adult, Some("elsewhere"), survival),
        "setting_unknown"
    );
    let paralysed = facts(&[("karnofsky", Value::Number(20.0))]);
    assert_eq!(refused(&paralysed, None, cord), "deficit_present");
    assert!(pack().explain(&paralysed, None, survival).is_ok());
    let first = Parts::sound().load().unwrap();
    assert_eq!(
        first.explain(&adult, None, survival).unwrap_err().code,
        "no_explanation"
    );
}

#[test]
fn golden_reasons_are_replayed() {
    let mut parts = Parts::second();
    let row = &mut parts.golden.rows[3];
    let found = explained(&row.facts, ExplainedEndpoint::Survival);
    let amounts = found
        .reasons
        .iter()
        .map(|reason| (reason.group.clone(), reason.amount));
    let golden = GoldenExplanation {
        baseline: found.baseline,
        total: found.total,
        groups: amounts.collect(),
    };
    row.shapley.insert(ExplainedEndpoint::Survival, golden);
    assert_eq!(parts.load().unwrap().check_reasons(), Ok(1));
    let golden = parts.golden.rows[3].shapley.values_mut().next().unwrap();
    *golden.groups.get_mut("age").unwrap() += 2e-4;
    let error = parts.load().err().unwrap();
    assert!(
        matches!(&error, PackError::GoldenMismatch { row: 3, what, .. } if what == "reason age"),
        "{error}"
    );
}

/// A pack cannot keep a fact out of the reasons that its survival follows.
#[test]
fn what_survival_is_said_not_to_read_must_leave_it_alone() {
    let unread = |group: &str, feature: &str| {
        let mut parts = Parts::second_with(group, "");
        let from = "standard_error = 0.01";
        assert!(parts.manifest.contains(from));
        let to = format!("{from}\nsurvival_unread = [\"{feature}\"]");
        parts.manifest = parts.manifest.replacen(from, &to, 1);
        parts.load().err().unwrap()
    };
    let organs = "[[explanation.survival]]\nid = \"organs\"\nfeatures = [\"liver_metastasis\"]\ncitations = [\"liver_meta\"]\n";
    let error = unread(organs, "liver_metastasis");
    assert!(
        matches!(&error, PackError::GoldenMismatch { row: 1, what, .. } if what.contains("survival")),
        "{error}"
    );
    let error = unread(", \"her2_status\"", "her2_status");
    assert!(
        error.to_string().contains("no row knows her2_status"),
        "{error}"
    );
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(32))]

    /// Whatever is known: the amounts add up from the baseline to the number that is shown.
    #[test]
    fn amounts_add_up_to_what_is_shown(
        age in prop::option::of(18.0f64..95.0), liver in prop::option::of(any::<bool>()),
        karnofsky in prop::option::of(3u8..10), primary in prop::option::of("lung|breast|other"),
        her2 in prop::option::of("negative|positive"),
    ) {
        let pairs = [
            age.map(|age| ("age", Value::Number(age))),
            liver.map(|liver| ("liver_metastasis", Value::Flag(liver))),
            karnofsky.map(|tens| ("karnofsky", Value::Number(f64::from(tens) * 10.0))),
            primary.map(|primary| ("primary_tumour", Value::Code(primary))),
            her2.map(|status| ("her2_status", Value::Code(status))),
        ];
        let facts = facts(&pairs.into_iter().flatten().collect::<Vec<_>>());
        let ForecastState::Available(forecast) = pack().forecast(&facts, None) else {
            return Err(TestCaseError::fail("no forecast"));
        };
        let found = explained(&facts, ExplainedEndpoint::Survival);
        let sum: f64 = found.reasons.iter().map(|reason| reason.amount).sum();
        prop_assert!((sum - (found.total - found.baseline)).abs() < 1e-9);
        prop_assert!((found.total_probability - forecast.horizons[2].alive).abs() < 1e-6);
        let known: usize = found.reasons.iter().map(|reason| reason.features.len()).sum();
        prop_assert_eq!(known, forecast.used.len());
    }

    /// A little older, a little different: no jump.
    #[test]
    fn small_changes_of_a_fact_change_little(age in 20.0f64..90.0, liver: bool) {
        let at = |age: f64| {
            let facts = facts(&[("age", Value::Number(age)), ("liver_metastasis", Value::Flag(liver))]);
            explained(&facts, ExplainedEndpoint::Survival)
        };
        let (before, after) = (at(age), at(age + 0.1));
        for group in ["age", "organs"] {
            prop_assert!((amount(&before, group) - amount(&after, group)).abs() < 0.01);
        }
    }
}
