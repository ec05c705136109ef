//! The rule of selection, and what follows from it.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
use super::*;
use crate::case::{Identity, Lesion, Source};
use chrono::{DateTime, TimeDelta, Utc};
use proptest::prelude::*;

fn id(text: &str) -> FeatureId {
    Catalogue::shipped()
        .id(text)
        .expect("an id of the catalogue")
}

fn day(text: &str) -> NaiveDate {
    text.parse().expect("a day")
}

fn number(value: f64) -> Value {
    Value::Number(value)
}

fn code(value: &str) -> Value {
    Value::Code(value.to_owned())
}

/// Recorded at noon of the day on which it was observed.
fn observed(feature: &str, value: Value, on: &str) -> Observation {
    let recorded_at: DateTime<Utc> = format!("{on}T12:00:00Z").parse().expect("a time");
    Observation {
        id: format!("{feature} {on}"),
        feature: FeatureId::unchecked(feature),
        subject: Subject::Patient,
        entry: Entry::Known { value, unit: None },
        observed_on: Some(day(on)),
        recorded_at,
        source: Source::Typed,
        author: "test".into(),
        note: None,
    }
}

fn in_unit(mut observation: Observation, with: &str) -> Observation {
    if let Entry::Known { unit, .. } = &mut observation.entry {
        *unit = Some(with.to_owned());
    }
    observation
}

fn at_level(mut observation: Observation, level: &str) -> Observation {
    observation.subject = Subject::Level(level.parse().expect("a level"));
    observation
}

fn facts(observations: Vec<Observation>) -> Facts {
    Facts::at(&case(observations), Catalogue::shipped(), day("2026-03-15"))
}

fn case(observations: Vec<Observation>) -> Case {
    Case {
        observations,
        ..Case::new("c".into(), Identity::default())
    }
}

fn value(facts: &Facts, feature: &str) -> Option<Value> {
    facts.value(&id(feature)).cloned()
}

#[test]
fn the_latest_day_up_to_the_index_date_counts() {
    let facts = facts(vec![
        observed("albumin", number(31.0), "2026-03-10"),
        observed("albumin", number(40.0), "2026-01-02"),
        observed("albumin", number(22.0), "2026-03-16"),
    ]);
    let fact = facts.fact(&id("albumin")).expect("albumin is known");
    assert_eq!(fact.value, number(31.0));
    assert_eq!(fact.observed_on, Some(day("2026-03-10")));
    assert_eq!(
        fact.origin,
        FactOrigin::Observed {
            observation_id: "albumin 2026-03-10".into()
        }
    );
}

#[test]
fn of_one_day_the_one_recorded_last_counts() {
    let mut corrected = observed("ecog", number(3.0), "2026-03-10");
    corrected.recorded_at += TimeDelta::minutes(1);
    let facts = facts(vec![corrected, observed("ecog", number(1.0), "2026-03-10")]);
    assert_eq!(value(&facts, "ecog"), Some(number(3.0)));
}

#[test]
fn an_undated_observation_counts_from_the_day_it_was_recorded() {
    let mut undated = observed("ecog", number(2.0), "2026-03-15");
    undated.observed_on = None;
    assert_eq!(
        value(&facts(vec![undated.clone()]), "ecog"),
        Some(number(2.0))
    );
    // Ten in the evening of 15 March in New York.
    undated.recorded_at = "2026-03-16T02:00:00Z".parse().unwrap();
    assert_eq!(
        value(&facts(vec![undated.clone()]), "ecog"),
        Some(number(2.0))
    );
    undated.recorded_at = "2026-03-17T02:00:00Z".parse().unwrap();
    assert_eq!(value(&facts(vec![undated]), "ecog"), None);
}

#[test]
fn an_absence_that_is_latest_hides_the_older_value() {
    let mut pending = observed("albumin", number(0.0), "2026-03-14");
    pending.entry = Entry::Absent {
        absent: AbsenceReason::Pending,
    };
    let facts = facts(vec![
        observed("albumin", number(35.0), "2026-03-10"),
        pending,
    ]);
    assert_eq!(value(&facts, "albumin"), None);
    assert_eq!(facts.absence(&id("albumin")), Some(AbsenceReason::Pending));
}

#[test]
fn a_value_that_cannot_be_used_hides_the_older_one_too() {
    let good = || observed("albumin", number(35.0), "2026-03-10");
    for hostile in [
        number(f64::NAN),
        number(f64::INFINITY),
        number(-2.0),
        code("low"),
        Value::Flag(true),
    ] {
        let facts = facts(vec![
            good(),
            observed("albumin", hostile.clone(), "2026-03-14"),
        ]);
        assert_eq!(value(&facts, "albumin"), None, "{hostile:?}");
    }
    let unit = in_unit(observed("albumin", number(35.0), "2026-03-14"), "stone");
    assert_eq!(value(&facts(vec![good(), unit]), "albumin"), None);
    let mut probably_per_decilitre = observed("albumin", number(3.5), "2026-03-14");
    probably_per_decilitre.source = Source::File {
        name: "cohort.csv".into(),
    };
    assert_eq!(
        value(&facts(vec![good(), probably_per_decilitre]), "albumin"),
        None
    );
}

#[test]
fn an_unlikely_value_is_used() {
    let facts = facts(vec![
        observed("c_reactive_protein", number(640.0), "2026-03-14"),
        observed("albumin", number(3.5), "2026-03-14"),
    ]);
    assert_eq!(value(&facts, "c_reactive_protein"), Some(number(640.0)));
    assert_eq!(
        value(&facts, "albumin"),
        Some(number(3.5)),
        "typed, so the form asked"
    );
}

#[test]
fn values_are_kept_in_the_unit_of_the_catalogue() {
    let facts = facts(vec![in_unit(
        observed("haemoglobin", number(11.2), "2026-03-14"),
        "g/dL",
    )]);
    assert_eq!(value(&facts, "haemoglobin"), Some(number(112.0)));
}

#[test]
fn a_fact_is_stale_the_day_after_its_limit() {
    // Albumin ages after 14 days; the index date is 15 March.
    let stale = |on| {
        let facts = facts(vec![observed("albumin", number(35.0), on)]);
        facts.fact(&id("albumin")).map(|fact| fact.stale)
    };
    assert_eq!(stale("2026-03-01"), Some(false));
    assert_eq!(stale("2026-02-28"), Some(true));
}

#[test]
fn level_facts_are_those_of_the_level_in_question() {
    let observations = vec![
        at_level(observed("bilsky_grade", code("3"), "2026-03-10"), "T8"),
        at_level(observed("bilsky_grade", code("1a"), "2026-03-11"), "L2"),
    ];
    let unclear = facts(observations.clone());
    assert_eq!(
        (unclear.level(), value(&unclear, "bilsky_grade")),
        (None, None)
    );
    let mut case = case(observations);
    case.index_level = Some("T8".parse().unwrap());
    let about = Facts::at(&case, Catalogue::shipped(), day("2026-03-15"));
    assert_eq!(value(&about, "bilsky_grade"), Some(code("3")));
    assert_eq!(value(&about, "spinal_region"), Some(code("semirigid")));
    let other = Facts::about_level(
        &case,
        Catalogue::shipped(),
        day("2026-03-15"),
        "L2".parse().ok(),
    );
    assert_eq!(value(&other, "bilsky_grade"), Some(code("1a")));
    assert_eq!(value(&other, "spinal_region"), Some(code("mobile")));
}

#[test]
fn an_observation_about_the_wrong_thing_is_not_used() {
    let facts = facts(vec![
        at_level(observed("albumin", number(35.0), "2026-03-10"), "T8"),
        observed("bilsky_grade", code("3"), "2026-03-10"),
    ]);
    assert_eq!(value(&facts, "albumin"), None);
    assert_eq!(value(&facts, "bilsky_grade"), None);
}

#[test]
fn derives_a_class_and_says_what_it_rests_on() {
    let facts = facts(vec![
        observed("primary_tumour", code("breast"), "2024-01-01"),
        observed("oestrogen_receptor", code("positive"), "2024-01-10"),
    ]);
    let fact = facts.fact(&id("katagiri_growth")).expect("derived");
    assert_eq!(fact.value, code("slow"));
    assert_eq!(fact.observed_on, Some(day("2024-01-01")));
    let reads = vec![id("oestrogen_receptor"), id("primary_tumour")];
    assert_eq!(fact.origin, FactOrigin::Derived { reads });
}

#[test]
fn a_typed_class_goes_before_the_rule() {
    let facts = facts(vec![
        observed("primary_tumour", code("breast"), "2026-03-01"),
        observed("tomita_growth", code("rapid"), "2026-03-01"),
    ]);
    assert_eq!(value(&facts, "tomita_growth"), Some(code("rapid")));
}

#[test]
fn an_open_class_names_the_inputs_that_would_settle_it() {
    let names = |facts: &Facts, feature: &str| {
        let missing = facts.missing(&id(feature));
        missing.iter().map(|id| id.to_string()).collect::<Vec<_>>()
    };
    let breast = facts(vec![observed(
        "primary_tumour",
        code("breast"),
        "2026-03-01",
    )]);
    assert_eq!(
        names(&breast, "katagiri_growth"),
        ["oestrogen_receptor", "progesterone_receptor"]
    );
    let blank = facts(vec![]);
    assert_eq!(names(&blank, "tomita_growth"), ["primary_tumour"]);
    // The paper does not class it, so a person has to.
    let thymus = facts(vec![observed(
        "primary_tumour",
        code("thymus"),
        "2026-03-01",
    )]);
    assert_eq!(names(&thymus, "tomita_growth"), ["tomita_growth"]);
}

#[test]
fn the_worst_laboratory_tier_needs_every_value_that_could_be_worse() {
    let abnormal = observed("albumin", number(36.9), "2026-03-10");
    let open = facts(vec![abnormal.clone()]);
    assert_eq!(value(&open, "katagiri_laboratory"), None);
    let bloods = vec![
        abnormal,
        observed("platelets", number(100.0), "2026-03-10"),
        in_unit(observed("bilirubin", number(1.3), "2026-03-10"), "mg/dL"),
        in_unit(
            observed("calcium_corrected", number(10.2), "2026-03-10"),
            "mg/dL",
        ),
    ];
    assert_eq!(
        value(&facts(bloods.clone()), "katagiri_laboratory"),
        Some(code("abnormal"))
    );
    let mut critical = bloods;
    critical[3] = in_unit(
        observed("calcium_corrected", number(10.3), "2026-03-10"),
        "mg/dL",
    );
    assert_eq!(
        value(&facts(critical), "katagiri_laboratory"),
        Some(code("critical"))
    );
}

#[test]
fn no_visceral_metastases_is_derived_only_from_a_complete_search() {
    let organs = [
        "liver",
        "lung",
        "brain",
        "adrenal",
        "pleural",
        "peritoneal",
        "leptomeningeal",
    ];
    let free: Vec<Observation> = organs
        .iter()
        .map(|organ| {
            observed(
                &format!("{organ}_metastasis"),
                Value::Flag(false),
                "2026-03-10",
            )
        })
        .collect();
    let complete = facts(free.clone());
    assert_eq!(value(&complete, "visceral_metastases"), Some(code("none")));
    assert_eq!(value(&complete, "tomita_visceral"), Some(code("none")));
    assert_eq!(
        value(&facts(free[1..].to_vec()), "visceral_metastases"),
        None
    );
    let mut liver = free;
    liver[0] = observed("liver_metastasis", Value::Flag(true), "2026-03-10");
    let liver = facts(liver);
    assert_eq!(value(&liver, "visceral_metastases"), None);
    assert_eq!(value(&liver, "katagiri_visceral"), Some(code("nodular")));
    assert_eq!(value(&liver, "tomita_visceral"), None);
}

#[test]
fn a_contradiction_leaves_the_class_open() {
    let facts = facts(vec![
        observed("visceral_metastases", code("none"), "2026-03-10"),
        observed("liver_metastasis", Value::Flag(true), "2026-03-10"),
    ]);
    assert_eq!(value(&facts, "katagiri_visceral"), None);
    assert_eq!(
        facts.missing(&id("tomita_visceral")),
        BTreeSet::from([id("tomita_visceral")])
    );
}

#[test]
fn the_age_follows_the_birth_date_unless_it_was_typed() {
    let mut case = case(vec![]);
    case.identity.birth_date = Some(day("1950-03-16"));
    let at = |case: &Case, on| value(&Facts::at(case, Catalogue::shipped(), day(on)), "age");
    assert_eq!(at(&case, "2026-03-15"), Some(number(75.0)));
    assert_eq!(at(&case, "2026-03-16"), Some(number(76.0)));
    case.observations
        .push(observed("age", number(70.0), "2026-03-01"));
    assert_eq!(at(&case, "2026-03-15"), Some(number(70.0)));
}

#[test]
fn outcomes_never_become_facts() {
    let facts = facts(vec![observed("death", code("2026-03-01"), "2026-03-01")]);
    assert_eq!(value(&facts, "death"), None);
    assert!(facts.used().is_empty());
}

#[test]
fn used_facts_stand_in_the_order_of_the_catalogue() {
    let facts = facts(vec![
        observed("albumin", number(35.0), "2026-03-10"),
        observed("ecog", number(1.0), "2026-03-10"),
        observed("primary_tumour", code("lung"), "2026-03-10"),
    ]);
    let used: Vec<String> = facts
        .used()
        .iter()
        .map(|fact| fact.feature.to_string())
        .collect();
    let expected = [
        "ecog",
        "primary_tumour",
        "albumin",
        "tomita_growth",
        "ecog_band",
        "katagiri_2005_growth",
        "osri_pathology",
    ];
    assert_eq!(used, expected);
}

fn any_value() -> impl Strategy<Value = Value> {
    prop_oneof![
        any::<f64>().prop_map(Value::Number),
        (-5.0f64..500.0).prop_map(|number| Value::Number(number.round())),
        any::<bool>().prop_map(Value::Flag),
        prop::sample::select(vec![
            "none",
            "breast",
            "A",
            "positive",
            "3",
            "1999-01-01",
            ""
        ])
        .prop_map(code),
    ]
}

fn any_observation() -> impl Strategy<Value = Observation> {
    let features = Catalogue::shipped().features().len();
    let unit = prop::option::of(prop::sample::select(vec![
        "g/dL", "g/L", "/uL", "mg/dL", "x",
    ]));
    let level = prop::option::of(prop::sample::select(vec!["T8", "L2"]));
    (
        0..features,
        any_value(),
        unit,
        level,
        1u32..30,
        any::<bool>(),
    )
        .prop_map(|(feature, value, unit, level, day, dated)| {
            let feature = &Catalogue::shipped().features()[feature];
            let mut made = observed(feature.id.as_str(), value, &format!("2026-03-{day:02}"));
            if let Some(unit) = unit {
                made = in_unit(made, unit);
            }
            if let Some(level) = level {
                made = at_level(made, level);
            }
            if !dated {
                made.observed_on = None;
            }
            made
        })
}

proptest! {
    #[test]
    fn whatever_is_recorded_only_sound_values_of_the_past_become_facts(
        observations in prop::collection::vec(any_observation(), 0..60),
    ) {
        let case = case(observations);
        let facts = Facts::at(&case, Catalogue::shipped(), day("2026-03-15"));
        for used in facts.used() {
            let feature = Catalogue::shipped().feature(&used.feature).unwrap();
            prop_assert_eq!(feature.accepts(&used.value), Ok(()));
            prop_assert!(used.observed_on.is_none_or(|on| on <= day("2026-03-15")));
            prop_assert!(facts.missing(&used.feature).is_empty());
        }
        let found = crate::checks::findings(&case, Catalogue::shipped(), day("2026-03-15"));
        prop_assert!(found.windows(2).all(|pair| pair[0].severity <= pair[1].severity));
    }

    #[test]
    fn the_order_of_the_observations_does_not_count(
        observations in prop::collection::vec(any_observation(), 0..30),
    ) {
        // Recorded at one time each, so that no two of a day tie.
        let mut numbered = observations;
        for (position, observation) in numbered.iter_mut().enumerate() {
            observation.recorded_at += TimeDelta::seconds(position as i64);
        }
        let forwards = facts(numbered.clone());
        numbered.reverse();
        prop_assert_eq!(forwards, facts(numbered));
    }
}

#[test]
fn a_lesion_at_the_level_in_question_goes_first_and_one_elsewhere_is_never_meant() {
    let volume = |lesion: &str, amount: f64| {
        let mut observation = observed("tumour_volume", number(amount), "2026-03-10");
        observation.subject = Subject::Lesion(lesion.to_owned());
        observation
    };
    let lies = |name: &str, level: &str| Lesion {
        name: name.to_owned(),
        level: level.parse().ok(),
        part: String::new(),
        author: "test".to_owned(),
    };
    let volume_at = |case: &Case, level: &str| {
        let level = level.parse().ok();
        let facts = Facts::about_level(case, Catalogue::shipped(), day("2026-03-15"), level);
        value(&facts, "tumour_volume")
    };
    let mut case = case(vec![volume("a", 12.0)]);
    assert_eq!(
        volume_at(&case, "L1"),
        Some(number(12.0)),
        "it may lie here"
    );
    case.lesions = vec![lies("a", "T8"), lies("seen and not measured", "L1")];
    assert_eq!(volume_at(&case, "T8"), Some(number(12.0)));
    assert_eq!(volume_at(&case, "L1"), None, "it lies elsewhere");
    assert_eq!(volume_at(&case, "no level"), Some(number(12.0)));
    case.observations.push(volume("b", 3.0));
    assert_eq!(volume_at(&case, "T8"), Some(number(12.0)));
    assert_eq!(volume_at(&case, "L1"), Some(number(3.0)), "it may lie here");
    assert_eq!(volume_at(&case, "no level"), None, "there are two");
}
