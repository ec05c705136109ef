//! Cases with one flaw each, and what is said about it.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
use super::*;
use crate::{
    case::{AbsenceReason, Entry, Identity, LinkedStudy, Source},
    catalogue::FeatureId,
    findings::FindingCode,
    words::Words,
};
use std::collections::BTreeMap;

const INDEX: &str = "2026-03-15";

fn observed(feature: &str, value: Value, on: &str) -> Observation {
    Observation {
        id: format!("{feature} {on}"),
        feature: FeatureId::unchecked(feature),
        subject: Subject::Patient,
        entry: Entry::Known { value, unit: None },
        observed_on: on.parse().ok(),
        recorded_at: format!("{on}T12:00:00Z").parse().expect("a time"),
        source: Source::Typed,
        author: "test".into(),
        note: None,
    }
}

fn number(feature: &str, value: f64) -> Observation {
    observed(feature, Value::Number(value), "2026-03-14")
}

fn code(feature: &str, value: &str) -> Observation {
    observed(feature, Value::Code(value.to_owned()), "2026-03-14")
}

fn at_level(mut observation: Observation, level: &str) -> Observation {
    observation.subject = Subject::Level(level.parse().expect("a level"));
    observation
}

fn case(observations: Vec<Observation>) -> Case {
    Case {
        observations,
        ..Case::new("c".into(), Identity::default())
    }
}

fn of(case: &Case) -> Vec<Finding> {
    findings(case, Catalogue::shipped(), INDEX.parse().expect("a day"))
}

/// Codes and parameters of the findings about one feature.
fn about_feature(
    observations: Vec<Observation>,
    feature: &str,
) -> Vec<(FindingCode, BTreeMap<String, String>)> {
    of(&case(observations))
        .into_iter()
        .filter(|finding| {
            finding
                .feature
                .as_ref()
                .is_some_and(|id| id.as_str() == feature)
        })
        .map(|finding| (finding.code, finding.parameters))
        .collect()
}

fn codes(observations: Vec<Observation>, feature: &str) -> Vec<FindingCode> {
    about_feature(observations, feature)
        .into_iter()
        .map(|(code, _)| code)
        .collect()
}

fn rules(observations: Vec<Observation>) -> Vec<String> {
    of(&case(observations))
        .into_iter()
        .filter(|finding| finding.code == FindingCode::Contradiction)
        .map(|finding| finding.parameters["rule"].clone())
        .collect()
}

#[test]
fn a_probable_unit_mix_up_asks_did_you_mean() {
    let mut from_file = number("haemoglobin", 12.5);
    let typed = from_file.clone();
    from_file.source = Source::File {
        name: "cohort.csv".into(),
    };
    let found = about_feature(vec![from_file], "haemoglobin");
    let expected = [
        ("number", "12.5"),
        ("suggested_unit", "g/dL"),
        ("use", "not_used"),
        ("value", "12.5 g/L"),
    ];
    let expected = expected.map(|(name, text)| (name.to_owned(), text.to_owned()));
    assert_eq!(
        found,
        [(FindingCode::ImplausibleUnit, BTreeMap::from(expected))]
    );
    assert_eq!(
        about_feature(vec![typed], "haemoglobin")[0].1["use"],
        "used"
    );
}

#[test]
fn says_what_is_wrong_with_a_value() {
    let mut per_stone = number("albumin", 35.0);
    per_stone.entry = Entry::Known {
        value: Value::Number(35.0),
        unit: Some("stone".into()),
    };
    for (observation, feature, expected) in [
        (
            number("c_reactive_protein", 900.0),
            "c_reactive_protein",
            FindingCode::Implausible,
        ),
        (per_stone, "albumin", FindingCode::UnknownUnit),
        (
            number("albumin", f64::NAN),
            "albumin",
            FindingCode::InvalidValue,
        ),
        (
            number("karnofsky", 75.0),
            "karnofsky",
            FindingCode::InvalidValue,
        ),
        (code("frankel", "F"), "frankel", FindingCode::UnknownOption),
        (
            number("hemoglobin", 120.0),
            "hemoglobin",
            FindingCode::UnknownFeature,
        ),
        (
            code("vertebral_level", "T8"),
            "vertebral_level",
            FindingCode::UnknownFeature,
        ),
        (
            code("bilsky_grade", "3"),
            "bilsky_grade",
            FindingCode::WrongSubject,
        ),
    ] {
        let found = codes(vec![observation], feature);
        assert!(found.contains(&expected), "{feature}: {found:?}");
    }
    assert_eq!(codes(vec![number("albumin", 35.0)], "albumin"), []);
}

#[test]
fn a_later_or_older_observation_is_said() {
    let later = observed("albumin", Value::Number(35.0), "2026-03-16");
    let found = codes(vec![later], "albumin");
    assert_eq!(found, [FindingCode::Missing, FindingCode::AfterIndexDate]);
    // 14 days are allowed; 28 February is 15 days before 15 March 2026.
    let old = observed("albumin", Value::Number(35.0), "2026-02-28");
    let found = about_feature(vec![old], "albumin");
    let expected = [("days", "15"), ("limit", "14")];
    let expected = expected.map(|(name, text)| (name.to_owned(), text.to_owned()));
    assert_eq!(found, [(FindingCode::Stale, BTreeMap::from(expected))]);
    let death = observed("death", Value::Code("2026-05-01".into()), "2026-05-01");
    assert_eq!(codes(vec![death], "death"), []);
}

#[test]
fn asks_only_for_what_would_settle_a_score() {
    let blank = of(&case(vec![]));
    let asked: BTreeSet<&str> = blank
        .iter()
        .filter(|finding| finding.code == FindingCode::Missing)
        .filter_map(|finding| finding.feature.as_ref().map(FeatureId::as_str))
        .collect();
    assert!(asked.contains("primary_tumour") && asked.contains("vertebral_level"));
    assert!(!asked.contains("bilsky_grade"), "no level is in question");
    assert!(
        !asked.contains("oestrogen_receptor"),
        "the primary is not known to be breast"
    );
    assert!(
        !asked.contains("tomita_growth"),
        "its input is asked instead"
    );
    assert!(!asked.contains("tumour_volume"), "nothing reads it");

    assert_eq!(
        codes(vec![code("primary_tumour", "breast")], "oestrogen_receptor"),
        [FindingCode::Missing]
    );
    // No visceral metastases covers the pleura, so that is not asked again.
    assert_eq!(
        codes(
            vec![code("visceral_metastases", "none")],
            "pleural_metastasis"
        ),
        []
    );
    assert_eq!(
        codes(
            vec![code("visceral_metastases", "resectable")],
            "pleural_metastasis"
        ),
        [FindingCode::Missing]
    );
    // No published class, so a person has to choose it.
    assert_eq!(
        codes(vec![code("primary_tumour", "thymus")], "tomita_growth"),
        [FindingCode::Missing]
    );
}

#[test]
fn a_recorded_absence_is_said_with_its_reason() {
    let mut pending = number("albumin", 0.0);
    pending.entry = Entry::Absent {
        absent: AbsenceReason::Pending,
    };
    let found = about_feature(vec![pending.clone()], "albumin");
    let reason = BTreeMap::from([("absence".to_owned(), "pending".to_owned())]);
    assert_eq!(found, [(FindingCode::RecordedAbsent, reason)]);
    pending.entry = Entry::Absent {
        absent: AbsenceReason::NotApplicable,
    };
    assert_eq!(codes(vec![pending], "albumin"), []);
}

#[test]
fn finds_facts_that_exclude_each_other() {
    for (one, other, rule) in [
        (
            number("ecog", 0.0),
            code("frankel", "A"),
            "ecog_0_with_severe_deficit",
        ),
        (
            number("karnofsky", 90.0),
            code("frankel", "A"),
            "karnofsky_90_with_severe_deficit",
        ),
        (
            code("walking", "independent"),
            code("frankel", "B"),
            "walking_without_motor_function",
        ),
        (
            code("walking", "not_walking"),
            number("ecog", 0.0),
            "not_walking_with_ecog_0",
        ),
        (
            number("ecog", 1.0),
            number("karnofsky", 50.0),
            "ecog_and_karnofsky_disagree",
        ),
        (
            number("ecog", 4.0),
            number("karnofsky", 60.0),
            "ecog_and_karnofsky_disagree",
        ),
        (
            code("primary_tumour", "prostate"),
            code("sex", "female"),
            "primary_tumour_with_sex",
        ),
        (
            number("neutrophils", 9.0),
            number("leucocytes", 6.0),
            "neutrophils_above_leucocytes",
        ),
        (
            code("visceral_metastases", "none"),
            observed("liver_metastasis", Value::Flag(true), "2026-03-14"),
            "no_visceral_metastases_with_involved_organ",
        ),
    ] {
        assert_eq!(rules(vec![one, other]), [rule]);
    }
}

#[test]
fn facts_that_go_together_are_left_alone() {
    for (one, other) in [
        (number("ecog", 1.0), number("karnofsky", 90.0)),
        (number("ecog", 3.0), number("karnofsky", 60.0)),
        (number("ecog", 0.0), code("frankel", "D")),
        (code("walking", "with_aid"), code("frankel", "C")),
        (code("primary_tumour", "breast"), code("sex", "male")),
        (
            number("neutrophils", 9.0),
            observed("leucocytes", Value::Number(6.0), "2026-03-13"),
        ),
    ] {
        assert_eq!(rules(vec![one, other]), Vec::<String>::new());
    }
}

#[test]
fn a_contradiction_at_any_level_is_found_and_names_it() {
    let mut case = case(vec![
        at_level(code("bilsky_grade", "3"), "T8"),
        at_level(number("canal_compromise", 0.0), "T8"),
        at_level(number("canal_compromise", 0.0), "L2"),
    ]);
    case.index_level = "L2".parse().ok();
    let found: Vec<Finding> = of(&case)
        .into_iter()
        .filter(|finding| finding.code == FindingCode::Contradiction)
        .collect();
    assert_eq!(found.len(), 1);
    assert_eq!(found[0].subject, "T8".parse().ok().map(Subject::Level));
}

#[test]
fn several_levels_need_one_to_be_chosen() {
    let two = vec![
        at_level(code("bilsky_grade", "3"), "T8"),
        at_level(code("bilsky_grade", "0"), "L2"),
    ];
    let unclear = |case: &Case| {
        of(case)
            .iter()
            .any(|f| f.code == FindingCode::IndexLevelUnclear)
    };
    let mut case = case(two);
    assert!(unclear(&case));
    case.index_level = "T8".parse().ok();
    assert!(!unclear(&case));
}

#[test]
fn a_typed_class_is_said_and_compared_with_the_rule() {
    let typed = || code("tomita_growth", "rapid");
    assert_eq!(
        codes(vec![typed()], "tomita_growth"),
        [FindingCode::TypedTotal]
    );
    let differing = vec![typed(), code("primary_tumour", "breast")];
    assert_eq!(
        codes(differing, "tomita_growth"),
        [FindingCode::TypedDiffers]
    );
    assert_eq!(
        codes(
            vec![typed(), code("primary_tumour", "lung")],
            "tomita_growth"
        ),
        []
    );
}

#[test]
fn limits_are_said_in_the_unit_that_was_used() {
    let mut crp = number("c_reactive_protein", 90.0);
    crp.entry = Entry::Known {
        value: Value::Number(90.0),
        unit: Some("mg/dL".into()),
    };
    crp.source = Source::Typed;
    let mut calcium = number("calcium_corrected", 4.0);
    calcium.entry = Entry::Known {
        value: Value::Number(40.0),
        unit: Some("mg/dL".into()),
    };
    let found = about_feature(vec![calcium], "calcium_corrected");
    // 1.5 and 4.5 mmol/L divided by 0.2495.
    assert_eq!(found[0].0, FindingCode::Implausible);
    assert_eq!(found[0].1["min"], "6.012 mg/dL");
    assert_eq!(found[0].1["max"], "18.036 mg/dL");
    assert_eq!(
        about_feature(vec![crp], "c_reactive_protein")[0].1["suggested_unit"],
        "mg/L"
    );
}

#[test]
fn a_typed_ratio_may_be_rounded() {
    let counts = |ratio| {
        vec![
            number("neutrophils", 6.5),
            number("lymphocytes", 1.5),
            number("neutrophil_lymphocyte_ratio", ratio),
        ]
    };
    assert_eq!(codes(counts(4.3), "neutrophil_lymphocyte_ratio"), []);
    let found = about_feature(counts(5.0), "neutrophil_lymphocyte_ratio");
    assert_eq!(found[0].0, FindingCode::TypedDiffers);
    assert_eq!(found[0].1["computed"], "4.3333");
}

#[test]
fn a_typed_age_is_compared_with_the_birth_date() {
    let mut case = case(vec![number("age", 70.0)]);
    case.identity.birth_date = "1950-03-16".parse().ok();
    let differs = |case: &Case| of(case).iter().any(|f| f.code == FindingCode::TypedDiffers);
    assert!(differs(&case));
    case.identity.birth_date = "1955-06-01".parse().ok();
    assert!(!differs(&case));
}

#[test]
fn the_loudest_come_first_and_then_the_order_of_the_catalogue() {
    let mut case = case(vec![number("haemoglobin", 12.5), code("frankel", "F")]);
    case.identity.patient_id = "1".into();
    case.studies.push(LinkedStudy {
        study_instance_uid: "2.25.1".into(),
        folder: String::new(),
        description: String::new(),
        study_date: None,
        patient_id: "2".into(),
        patient_name: String::new(),
        patient_birth_date: None,
        modalities: Vec::new(),
        mismatch_confirmed_by: None,
    });
    let found = of(&case);
    assert_eq!(found[0].code, FindingCode::PatientMismatch);
    assert!(
        found
            .windows(2)
            .all(|pair| pair[0].severity <= pair[1].severity)
    );
    let place = |wanted: FindingCode| found.iter().position(|finding| finding.code == wanted);
    assert!(place(FindingCode::UnknownOption) < place(FindingCode::ImplausibleUnit));
}

#[test]
fn every_finding_reads_as_a_whole_sentence() {
    let mut studied = case(vec![
        number("haemoglobin", 12.5),
        number("c_reactive_protein", 900.0),
        number("albumin", -1.0),
        number("hemoglobin", 120.0),
        code("frankel", "F"),
        code("bilsky_grade", "3"),
        at_level(code("bilsky_grade", "3"), "T8"),
        at_level(number("albumin", 30.0), "L2"),
        number("ecog", 0.0),
        code("walking", "not_walking"),
        code("primary_tumour", "breast"),
        code("tomita_growth", "rapid"),
        observed("platelets", Value::Number(200.0), "2026-01-01"),
        observed("bilirubin", Value::Number(20.0), "2026-05-01"),
    ]);
    studied.observations[2].entry = Entry::Known {
        value: Value::Number(1.0),
        unit: Some("x".into()),
    };
    for finding in of(&studied) {
        let sentence = Words::shipped("en").finding(&finding, Catalogue::shipped());
        assert!(sentence.ends_with(['.', '?']), "{sentence}");
        assert!(!sentence.contains(['{', '}', '_']), "{sentence}");
    }
}
