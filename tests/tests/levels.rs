//! What hangs on levels: courses, plans and lesions are entered, corrected, undone and removed, refused in words, and
//! stand in the index by vertebra; a plan counts nowhere as a treatment.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod support;

use board::{Board, CaseView, CourseInput, Identity, LesionInput, MarkInput, ObservationInput};
use clinical::{
    case::{CourseStatus, Entry, Source, Subject, TreatmentKind, Value},
    level::Level,
    marks::MarkKind,
    spine::LevelEntry,
};
use std::slice;
use support::{enter, marks::drawn, opened, start};

fn level(name: &str) -> Level {
    name.parse().unwrap()
}

/// Radiotherapy of T9 and T8, given last year.
fn radiotherapy() -> CourseInput {
    CourseInput {
        kind: TreatmentKind::ConventionalRadiotherapy,
        status: CourseStatus::Given,
        description: " posterior field ".to_owned(),
        levels: vec![level("T9"), level("T8"), level("T9")],
        dose_gray: Some(20.0),
        fractions: Some(5.0),
        cord_dose_gray: None,
        started_on: "2025-01-13".parse().ok(),
        ended_on: "2025-01-17".parse().ok(),
    }
}

fn a_case(board: &Board) -> String {
    let identity = Identity {
        patient_id: "P-1".to_owned(),
        family_name: "Rossi".to_owned(),
        ..Identity::default()
    };
    let case = board.create_case(identity, "").unwrap().case.id;
    board.set_index_level(&case, Some(level("T8"))).unwrap();
    case
}

fn line<'view>(view: &'view CaseView, name: &str) -> Option<&'view LevelEntry> {
    let mut lines = view.spine.iter();
    lines.find(|entry| entry.level == Some(level(name)))
}

fn was_radiated(view: &CaseView) -> bool {
    let mut facts = view.assessment.facts_used.iter();
    facts.any(|fact| fact.feature.as_str() == "prior_radiotherapy_at_level")
}

#[test]
fn a_course_is_entered_corrected_undone_and_removed_and_hangs_on_its_levels() {
    let folder = tempfile::tempdir().unwrap();
    let board = opened(folder.path());
    let case = a_case(&board);
    let view = board.add_course(&case, radiotherapy()).unwrap();
    let course = view.case.courses[0].clone();
    assert_eq!(course.levels, [level("T8"), level("T9")]);
    assert_eq!(course.description, "posterior field");
    assert_eq!(course.author, "Dr Rossi");
    assert!(was_radiated(&view));
    for name in ["T8", "T9"] {
        assert_eq!(
            line(&view, name).unwrap().courses,
            slice::from_ref(&course.id)
        );
    }

    let mut longer = radiotherapy();
    longer.levels = vec![level("T8"), level("T7")];
    longer.fractions = Some(10.0);
    let view = board.change_course(&case, &course.id, longer).unwrap();
    assert_eq!(view.case.courses.len(), 1);
    assert_eq!(view.case.courses[0].fractions, Some(10));
    assert_eq!(line(&view, "T9"), None);
    assert!(line(&view, "T7").is_some());
    let undone = board.undo(&case).unwrap();
    assert_eq!(undone.case.courses, slice::from_ref(&course));
    let redone = board.redo(&case).unwrap();
    assert_eq!(redone.case.courses, view.case.courses);

    let removed = board.remove_course(&case, &course.id).unwrap();
    assert!(removed.case.courses.is_empty() && !was_radiated(&removed));
    let gone = |result: Result<CaseView, board::BoardError>| result.unwrap_err().code;
    assert_eq!(
        gone(board.remove_course(&case, &course.id)),
        "unknown_course"
    );
    let change = board.change_course(&case, &course.id, radiotherapy());
    assert_eq!(gone(change), "unknown_course");

    // Nothing is closed properly: the board is gone, the course is there.
    board.undo(&case).unwrap();
    drop(board);
    let board = start(folder.path());
    enter(&board);
    assert_eq!(board.open_case(&case).unwrap().case.courses.len(), 1);
}

#[test]
fn a_plan_counts_nowhere_as_a_treatment_until_it_was_given() {
    let folder = tempfile::tempdir().unwrap();
    let board = opened(folder.path());
    let case = a_case(&board);
    let mut plan = radiotherapy();
    plan.status = CourseStatus::Planned;
    let view = board.add_course(&case, plan.clone()).unwrap();
    assert!(!was_radiated(&view), "also where its day has passed");
    let id = view.case.courses[0].id.clone();
    let at = line(&view, "T8").unwrap();
    assert_eq!((&at.courses, &at.plans), (&Vec::new(), &vec![id.clone()]));
    plan.started_on = "2099-01-01".parse().ok();
    plan.ended_on = None;
    let view = board.change_course(&case, &id, plan).unwrap();
    assert_eq!(view.case.courses[0].started_on, "2099-01-01".parse().ok());
    let given = board.change_course(&case, &id, radiotherapy()).unwrap();
    assert!(was_radiated(&given));
    assert_eq!(line(&given, "T8").unwrap().courses, [id]);
}

#[test]
fn what_no_course_can_be_is_refused_in_words_and_nothing_is_saved() {
    let folder = tempfile::tempdir().unwrap();
    let board = opened(folder.path());
    let case = a_case(&board);
    let before = board.open_case(&case).unwrap().revision;
    let refusal = |change: &dyn Fn(&mut CourseInput)| {
        let mut input = radiotherapy();
        change(&mut input);
        board.add_course(&case, input).unwrap_err().code
    };
    let end = |input: &mut CourseInput| input.ended_on = "2025-01-12".parse().ok();
    assert_eq!(refusal(&end), "course_ends_before_it_starts");
    for dose in [0.0, -20.0, f64::INFINITY, f64::NAN] {
        let dosed = |input: &mut CourseInput| input.dose_gray = Some(dose);
        assert_eq!(refusal(&dosed), "course_dose_not_positive");
    }
    for fractions in [0.0, -5.0, 2.5, 1e9, f64::NAN] {
        let counted = |input: &mut CourseInput| input.fractions = Some(fractions);
        assert_eq!(refusal(&counted), "course_no_fractions");
    }
    let surgery = |input: &mut CourseInput| input.kind = TreatmentKind::Surgery;
    assert_eq!(refusal(&surgery), "course_dose_without_radiotherapy");
    let later = |input: &mut CourseInput| input.ended_on = "2099-01-01".parse().ok();
    assert_eq!(refusal(&later), "course_in_the_future");
    assert_eq!(board.open_case(&case).unwrap().revision, before);
}

#[test]
fn a_lesion_has_a_level_and_its_facts_follow_its_name() {
    let folder = tempfile::tempdir().unwrap();
    let board = opened(folder.path());
    let case = a_case(&board);
    let named = |name: &str, at: Option<&str>| LesionInput {
        name: name.to_owned(),
        level: at.map(level),
        part: " left ".to_owned(),
    };
    let volume = |name: &str| ObservationInput {
        feature: "tumour_volume".to_owned(),
        subject: Subject::Lesion(name.to_owned()),
        entry: Entry::Known {
            value: Value::Number(12.0),
            unit: None,
        },
        observed_on: None,
        source: None,
        note: None,
    };
    let view = board.record_observation(&case, volume("T1")).unwrap();
    assert_eq!(view.case.lesions[0].name, "T1", "a fact names a lesion");
    assert_eq!(view.case.lesions[0].level, None, "a name is no level");
    assert_eq!(view.spine.last().unwrap().level, None);

    let view = board
        .add_lesion(&case, named(" mass ", Some("T8")))
        .unwrap();
    assert_eq!(view.lesions.len(), 2);
    assert_eq!(line(&view, "T8").unwrap().lesions[0].part, "left");
    let code = |result: Result<CaseView, board::BoardError>| result.unwrap_err().code;
    assert_eq!(
        code(board.add_lesion(&case, named("T1", None))),
        "lesion_exists"
    );
    assert_eq!(
        code(board.add_lesion(&case, named("  ", None))),
        "lesion_name_needed"
    );
    let twin = board.change_lesion(&case, "mass", named("T1", None));
    assert_eq!(code(twin), "lesion_exists");
    assert_eq!(
        code(board.change_lesion(&case, "x", named("y", None))),
        "unknown_lesion"
    );
    assert_eq!(code(board.remove_lesion(&case, "T1")), "lesion_has_facts");

    let view = board
        .change_lesion(&case, "T1", named("target 1", Some("L2")))
        .unwrap();
    let subjects: Vec<&Subject> = view
        .case
        .observations
        .iter()
        .map(|one| &one.subject)
        .collect();
    assert_eq!(subjects, [&Subject::Lesion("target 1".to_owned())]);
    assert_eq!(line(&view, "L2").unwrap().lesions[0].name, "target 1");
    let names: Vec<&str> = view.lesions.iter().map(|one| one.name.as_str()).collect();
    assert_eq!(names, ["target 1", "mass"]);
    let undone = board.undo(&case).unwrap();
    assert_eq!(
        undone.case.observations[0].subject,
        Subject::Lesion("T1".to_owned())
    );

    let view = board.remove_lesion(&case, "mass").unwrap();
    assert_eq!(view.lesions.len(), 1);
    assert_eq!(code(board.remove_lesion(&case, "mass")), "unknown_lesion");
}

#[test]
fn a_volume_that_is_recorded_names_a_lesion_at_the_level_of_its_mark() {
    let folder = tempfile::tempdir().unwrap();
    let board = opened(folder.path());
    let case = board.open_demo_case().unwrap().case.id;
    let images = folder.path().join("demonstration/images");
    let library = board.open_images(&[images], &mut |_| ()).unwrap();
    let mut stacks = library.library.stacks();
    let (_, _, stack) = stacks
        .find(|(_, series, _)| series.modality == "CT")
        .unwrap();
    let ct = board.stack_geometry(&stack.id).unwrap();
    let square: &[(f64, f64)] = &[
        (100.0, 100.0),
        (100.0, 120.0),
        (120.0, 120.0),
        (120.0, 100.0),
    ];
    let volume = |at: &str| MarkInput {
        level: Some(level(at)),
        ..drawn(&ct, MarkKind::Volume, &[(60, square), (61, square)])
    };
    let proposed = |view: &CaseView| {
        let mut proposals = view.proposals.iter();
        let volume = proposals.rfind(|one| one.feature.as_str() == "tumour_volume");
        volume.unwrap().clone()
    };
    let record = |view: &CaseView| {
        let proposal = proposed(view);
        let input = ObservationInput {
            feature: proposal.feature.to_string(),
            subject: proposal.subject,
            entry: Entry::Known {
                value: proposal.value,
                unit: None,
            },
            observed_on: proposal.observed_on,
            source: Some(proposal.source),
            note: None,
        };
        board.record_observation(&case, input).unwrap()
    };
    let view = board.draw_mark(&case, volume("T12")).unwrap();
    let view = record(&view);
    let lesion = &line(&view, "T12").unwrap().lesions[0];
    assert_eq!(lesion.name, "T12");
    assert!(proposed(&view).is_recorded);
    let input = LesionInput {
        name: "the large one".to_owned(),
        level: lesion.level,
        part: String::new(),
    };
    let view = board.change_lesion(&case, "T12", input).unwrap();
    let proposal = proposed(&view);
    assert_eq!(
        proposal.subject,
        Subject::Lesion("the large one".to_owned())
    );
    assert!(proposal.is_recorded);
    let is_image = |source: &Source| matches!(source, Source::Image { mark: Some(_), .. });
    assert!(is_image(&view.case.observations.last().unwrap().source));
}
