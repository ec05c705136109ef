#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
use super::*;
use crate::case::{Entry, Identity, Observation, Source, Subject, Value};

fn id(text: &str) -> FeatureId {
    Catalogue::shipped().id(text).unwrap()
}

fn code(text: &str) -> Value {
    Value::Code(text.to_owned())
}

/// The pathway of facts about T8 without dates.
fn of(values: &[(&str, Value)]) -> Pathway {
    let known = values.iter().map(|(name, value)| (id(name), value.clone()));
    let facts = Facts::from_values(Catalogue::shipped(), &known.collect(), "T8".parse().ok());
    let case = Case::new("c".to_owned(), Identity::default());
    pathway(&case, day("2026-03-12"), &facts, &facts)
}

fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

fn state<'a>(pathway: &'a Pathway, rule: &str) -> Option<&'a RuleState> {
    let mut rules = pathway.rules.iter();
    Some(&rules.find(|one| one.id == rule)?.state)
}

fn led_to<'a>(pathway: &'a Pathway, branch: &str, way: &str) -> Option<&'a str> {
    let branch = pathway.walk.iter().find(|one| one.id == branch).unwrap();
    let way = branch.ways.iter().find(|one| one.id == way).unwrap();
    Some(way.leads_to.as_ref()?.group.as_str())
}

fn resistant_and_unstable() -> Vec<(&'static str, Value)> {
    vec![
        ("noms_radiosensitivity", code("resistant")),
        ("noms_stability", code("unstable")),
        ("fit_for_surgery", Value::Flag(true)),
    ]
}

#[test]
fn the_walk_ends_where_noms_puts_the_facts_and_says_where_another_answer_would_end() {
    let mut facts = resistant_and_unstable();
    facts.push(("bilsky_grade", code("3")));
    let pathway = of(&facts);
    let taken: Vec<_> = pathway
        .walk
        .iter()
        .map(|one| one.taken.as_deref().unwrap())
        .collect();
    assert_eq!(taken, ["high", "resistant", "unstable", "fit"]);
    assert_eq!(
        pathway.destination.as_ref().unwrap().group,
        "decompress_srs"
    );
    assert_eq!(
        led_to(&pathway, "systemic", "unfit"),
        Some("stabilise_cebrt")
    );
    assert_eq!(
        led_to(&pathway, "oncologic", "sensitive"),
        Some("stabilise_cebrt")
    );
    assert_eq!(led_to(&pathway, "neurologic", "low"), Some("stabilise_srs"));
    // Whoever can be operated on is decompressed, stable or not.
    assert_eq!(
        led_to(&pathway, "mechanical", "stable"),
        Some("decompress_srs")
    );
}

#[test]
fn an_open_branch_names_what_is_missing_and_ends_nowhere() {
    let pathway = of(&resistant_and_unstable());
    assert_eq!(pathway.destination, None);
    let branch = &pathway.walk[0];
    assert_eq!(
        (branch.taken.as_deref(), &branch.missing),
        (None, &vec![id("bilsky_grade")])
    );
    assert_eq!(led_to(&pathway, "neurologic", "low"), Some("stabilise_srs"));
    assert_eq!(
        led_to(&pathway, "neurologic", "high"),
        Some("decompress_srs")
    );
    assert_eq!(
        led_to(&pathway, "systemic", "fit"),
        None,
        "the grade is still open"
    );
}

#[test]
fn rules_apply_are_open_or_stay_away() {
    let pathway = of(&[
        ("bilsky_grade", code("2")),
        ("worst_pain", Value::Number(0.0)),
    ]);
    assert_eq!(
        state(&pathway, "astro_indication"),
        Some(&RuleState::Applies)
    );
    let missing = vec![id("fit_for_surgery")];
    assert_eq!(
        state(&pathway, "astro_surgery"),
        Some(&RuleState::Open { missing })
    );
    assert_eq!(state(&pathway, "astro_dose"), None);
    let surgery = pathway
        .rules
        .iter()
        .find(|rule| rule.id == "astro_surgery")
        .unwrap();
    assert_eq!(
        (surgery.months, surgery.grade.as_str()),
        (Some(3), "conditional, low quality")
    );
    assert!(surgery.citation.text.contains("ASTRO"));
    assert!(surgery.weigh.contains(&id("frankel")));
}

#[test]
fn what_is_said_for_and_against_one_option_is_a_conflict() {
    let both = of(&[
        ("frankel", code("E")),
        ("prior_surgery_at_level", Value::Flag(false)),
        ("sins_total", Value::Number(13.0)),
    ]);
    let [conflict] = both.conflicts.as_slice() else {
        panic!("{:?}", both.conflicts);
    };
    assert_eq!(conflict.option, TreatmentOption::Stereotactic);
    assert_eq!(conflict.rules_for, ["astro_stereotactic"]);
    assert_eq!(conflict.rules_against, ["stereotactic_contraindications"]);
    let one = of(&[("frankel", code("E")), ("sins_total", Value::Number(13.0))]);
    assert_eq!(one.conflicts, [], "an open rule contradicts nothing");
}

#[test]
fn of_nothing_known_nothing_is_concluded() {
    let pathway = of(&[]);
    assert_eq!(pathway.emergency, None);
    assert_eq!(pathway.destination, None);
    let applies = pathway
        .rules
        .iter()
        .filter(|rule| rule.state == RuleState::Applies);
    let applies: Vec<_> = applies.map(|rule| rule.id.as_str()).collect();
    assert_eq!(
        applies,
        ["survival_for_surgery"],
        "the only one without a condition"
    );
}

fn signs(pathway: &Pathway) -> Vec<&str> {
    let signs = pathway.emergency.iter().flat_map(|found| &found.signs);
    signs.map(|sign| sign.id.as_str()).collect()
}

#[test]
fn bladder_and_lost_walking_are_an_emergency_with_its_steps_in_order() {
    let bladder = of(&[("bladder_or_bowel_dysfunction", Value::Flag(true))]);
    assert_eq!(signs(&bladder), ["bladder"]);
    let steps: Vec<_> = bladder
        .emergency
        .unwrap()
        .steps
        .into_iter()
        .map(|step| step.id)
        .collect();
    assert_eq!(steps, ["coordinator", "mri", "dexamethasone", "treat"]);
    let lost = |days| {
        of(&[
            ("walking", code("not_walking")),
            ("motor_deficit_days", Value::Number(days)),
        ])
    };
    assert_eq!(signs(&lost(14.0)), ["walking_lost"]);
    assert_eq!(signs(&lost(15.0)), [] as [&str; 0]);
    assert_eq!(
        signs(&of(&[("walking", code("not_walking"))])),
        [] as [&str; 0]
    );
}

/// Frankel grades on days of March 2026.
fn graded(grades: &[(u32, &str)], on: u32) -> Pathway {
    let mut case = Case::new("c".to_owned(), Identity::default());
    for (number, (of_march, grade)) in grades.iter().enumerate() {
        case.observations.push(Observation {
            id: number.to_string(),
            feature: id("frankel"),
            subject: Subject::Patient,
            entry: Entry::Known {
                value: code(grade),
                unit: None,
            },
            observed_on: NaiveDate::from_ymd_opt(2026, 3, *of_march),
            recorded_at: format!("2026-03-{of_march:02}T10:0{number}:00Z")
                .parse()
                .unwrap(),
            source: Source::Typed,
            author: "Dr Test".to_owned(),
            note: None,
        });
    }
    let index_date = NaiveDate::from_ymd_opt(2026, 3, on).unwrap();
    let facts = Facts::at(&case, Catalogue::shipped(), index_date);
    pathway(&case, index_date, &facts, &facts)
}

#[test]
fn a_deficit_that_progresses_is_an_emergency_from_the_day_on_which_it_was_seen() {
    let grades = [(2, "E"), (5, "D"), (9, "C")];
    let pathway = graded(&grades, 12);
    assert_eq!(signs(&pathway), ["progressing"]);
    let sign = &pathway.emergency.unwrap().signs[0];
    let worsening = sign.worsening.as_ref().unwrap();
    assert_eq!((worsening.from.as_str(), worsening.to.as_str()), ("D", "C"));
    assert_eq!(
        (worsening.from_day, worsening.to_day),
        (day("2026-03-05"), day("2026-03-09"))
    );
    assert_eq!(
        signs(&graded(&grades, 3)),
        [] as [&str; 0],
        "nothing had happened yet"
    );
    // Better again, unchanged, or corrected on the same day.
    assert_eq!(signs(&graded(&[(5, "C"), (9, "D")], 12)), [] as [&str; 0]);
    assert_eq!(signs(&graded(&[(5, "D"), (9, "D")], 12)), [] as [&str; 0]);
    assert_eq!(signs(&graded(&[(9, "D"), (9, "C")], 12)), [] as [&str; 0]);
}

#[test]
fn every_rule_and_every_end_of_the_walk_has_words() {
    let (table, words) = (PathwayTable::shipped(), Words::shipped("en"));
    for rule in &table.rule {
        for section in ["rule", "rule_grade"] {
            let key = format!("pathway.{section}.{}", rule.id);
            assert!(words.contains(&key), "{key}");
        }
    }
    let mut sheets = crate::scores::sheets().into_iter();
    let frame = sheets.find(|sheet| sheet.id == table.walk.frame).unwrap();
    assert!(!frame.groups.is_empty());
    for group in frame.groups {
        let key = format!("pathway.end.{}", group.group.id);
        assert!(words.contains(&key), "{key}");
    }
}
