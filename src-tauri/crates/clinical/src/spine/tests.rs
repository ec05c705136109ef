#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use super::*;
use crate::{
    case::{CourseStatus, Entry, Identity, Observation, Source, TreatmentKind, Value},
    catalogue::FeatureId,
    marks::{LabelAnchor, Quantity, SpineLabel, SpineLabels, Unit, tests::mark},
};

const DAY: &str = "2026-03-12";

fn level(name: &str) -> Level {
    name.parse().unwrap()
}

fn observe(case: &mut Case, at: &str, feature: &str, value: Value) {
    case.observations.push(Observation {
        id: format!("{at} {feature}"),
        feature: FeatureId::unchecked(feature),
        subject: Subject::Level(level(at)),
        entry: Entry::Known { value, unit: None },
        observed_on: Some("2026-03-10".parse().unwrap()),
        recorded_at: "2026-03-10T10:00:00Z".parse().unwrap(),
        source: Source::Typed,
        author: "Dr Test".to_owned(),
        note: None,
    });
}

fn code(text: &str) -> Value {
    Value::Code(text.to_owned())
}

fn course(id: &str, kind: TreatmentKind, status: CourseStatus, levels: &[&str]) -> TreatmentCourse {
    TreatmentCourse {
        id: id.to_owned(),
        kind,
        status,
        description: String::new(),
        levels: levels.iter().map(|name| level(name)).collect(),
        dose_gray: None,
        fractions: None,
        cord_dose_gray: None,
        started_on: None,
        ended_on: None,
        author: "Dr Test".to_owned(),
    }
}

fn labels(levels: &[&str]) -> SpineLabels {
    SpineLabels {
        frame_of_reference_uid: "1.5".to_owned(),
        anchor: LabelAnchor::Sacrum,
        thoracic: None,
        lumbar: None,
        labels: levels
            .iter()
            .map(|name| SpineLabel {
                level: level(name),
                point: [0.0, 0.0, 0.0],
            })
            .collect(),
        labelled_at: "2026-03-10T10:00:00Z".parse().unwrap(),
        author: "Dr Test".to_owned(),
    }
}

fn index(case: &Case) -> Vec<LevelEntry> {
    spine_index(case, Catalogue::shipped(), DAY.parse().unwrap())
}

fn names(index: &[LevelEntry]) -> Vec<&'static str> {
    let name = |entry: &LevelEntry| entry.level.map_or("none", Level::name);
    index.iter().map(name).collect()
}

#[test]
fn an_empty_case_has_no_lines() {
    assert_eq!(index(&Case::new("c".to_owned(), Identity::default())), []);
}

#[test]
fn levels_stand_from_head_to_foot_and_what_has_none_stands_last() {
    let mut case = Case::new("c".to_owned(), Identity::default());
    case.spine_labels = vec![labels(&["T12", "L2"])];
    observe(&mut case, "L1", "bilsky_grade", code("2"));
    case.courses = vec![
        course(
            "a",
            TreatmentKind::Surgery,
            CourseStatus::Given,
            &["T9", "T10"],
        ),
        course(
            "b",
            TreatmentKind::ConventionalRadiotherapy,
            CourseStatus::Planned,
            &["T9"],
        ),
        course(
            "c",
            TreatmentKind::ConventionalRadiotherapy,
            CourseStatus::Given,
            &[],
        ),
        course(
            "d",
            TreatmentKind::SystemicTherapy,
            CourseStatus::Given,
            &[],
        ),
    ];
    let mut astray = mark(MarkKind::Length, DAY);
    astray.level = None;
    case.marks = vec![astray];
    let index = index(&case);
    assert_eq!(names(&index), ["T9", "T10", "T12", "L1", "L2", "none"]);
    let labelled: Vec<bool> = index.iter().map(|entry| entry.is_labelled).collect();
    assert_eq!(labelled, [false, false, true, false, true, false]);
    assert_eq!(
        (&index[0].courses, &index[0].plans),
        (&vec!["a".to_owned()], &vec!["b".to_owned()])
    );
    assert_eq!(
        (&index[1].courses, index[1].plans.len()),
        (&vec!["a".to_owned()], 0)
    );
    assert!(index[2].is_empty() && index[4].is_empty() && !index[3].is_empty());
    assert!(index[5].courses.is_empty(), "a femur is no vertebra");
    assert_eq!(index[5].marks.len(), 1);
}

#[test]
fn each_level_has_its_own_scores_facts_and_counts() {
    let mut case = Case::new("c".to_owned(), Identity::default());
    for (feature, value) in [
        ("sins_pain", "mechanical"),
        ("lesion_type", "lytic"),
        ("spinal_alignment", "normal"),
        ("vertebral_collapse", "none"),
        ("posterolateral_involvement", "none"),
    ] {
        observe(&mut case, "L3", feature, code(value));
    }
    observe(&mut case, "T8", "bilsky_grade", code("1c"));
    observe(&mut case, "T8", "lesion_type", code("blastic"));
    observe(&mut case, "T4", "sins_total", Value::Number(11.0));
    observe(&mut case, "T2", "paraspinal_extension", Value::Flag(false));
    let index = index(&case);
    assert_eq!(names(&index), ["T2", "T4", "T8", "L3"]);
    let recorded: Vec<u32> = index.iter().map(|entry| entry.recorded).collect();
    assert_eq!(recorded, [1, 1, 2, 5]);
    let told = |entry: &LevelEntry| -> Vec<(String, Option<String>, bool)> {
        let scores = entry.scores.iter().cloned();
        scores
            .map(|one| (one.score, one.result, one.is_typed))
            .collect()
    };
    let of = |score: &str, result: Option<&str>, is_typed: bool| {
        (score.to_owned(), result.map(str::to_owned), is_typed)
    };
    assert_eq!(told(&index[0]), []);
    assert_eq!(told(&index[1]), [of("sins_2010", Some("11"), true)]);
    let both = [
        of("sins_2010", None, false),
        of("bilsky_escc_2010", Some("1c"), false),
    ];
    assert_eq!(told(&index[2]), both);
    // Of the six items the region follows from the level and one is recorded.
    assert_eq!(index[2].scores[0].missing, 4);
    // Mobile 2, mechanical pain 3, lytic 2 (Fisher 2010).
    assert_eq!(told(&index[3]), [of("sins_2010", Some("7"), false)]);
    assert!(index[3].scores[0].group.is_some());
    let region = |fact: &UsedFact| fact.feature.as_str() == "spinal_region";
    assert!(index[3].facts.iter().any(region), "derived facts are there");
    let own = index.iter().all(|entry| {
        let subject = Subject::Level(entry.level.unwrap());
        entry.facts.iter().all(|fact| fact.subject == subject)
    });
    assert!(own, "facts of the patient hang on no level");
}

#[test]
fn a_mark_shows_what_it_is_made_for_and_a_lesion_lies_at_its_level() {
    let mut case = Case::new("c".to_owned(), Identity::default());
    let measured = |quantity, value| Measured {
        quantity,
        value,
        unit: Unit::SquareMillimetre,
    };
    let mut canal = mark(MarkKind::CanalCompromise, DAY);
    canal.measured = vec![
        measured(Quantity::CanalArea, 400.0),
        measured(Quantity::CanalCompromise, 40.0),
    ];
    let mut muscle = mark(MarkKind::PsoasArea, DAY);
    muscle.measured = vec![
        measured(Quantity::PsoasAreaRight, 900.0),
        measured(Quantity::PsoasAreaLeft, 870.0),
    ];
    case.marks = vec![canal, muscle];
    let lesion = |name: &str, at: Option<&str>| Lesion {
        name: name.to_owned(),
        level: at.map(level),
        part: String::new(),
        author: "Dr Test".to_owned(),
    };
    case.lesions = vec![lesion("a", Some("L1")), lesion("b", None)];
    let index = index(&case);
    assert_eq!(names(&index), ["L1", "none"]);
    let values: Vec<Vec<f64>> = index[0]
        .marks
        .iter()
        .map(|mark| mark.values.iter().map(|one| one.value).collect())
        .collect();
    assert_eq!(values, [vec![40.0], vec![900.0, 870.0]]);
    assert_eq!(index[0].lesions[0].name, "a");
    assert_eq!(index[1].lesions[0].name, "b");
}
