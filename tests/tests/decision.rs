//! What a board does before and with a forecast: estimates that are locked, facts that are tried out, its own limit, and the
//! blank facts that could carry the forecast across it.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod support;

use board::{
    Board, BoardError, CaseView, DecisionSettings, EstimateFirst, EstimateInput, ForecastState,
    Identity, Person, PersonInput, Role, Specialty, Threshold, TriedFact,
};
use clinical::{
    assessment::TreatmentOption,
    case::{Entry, Subject, Value},
};
use support::{enter, opened, secret, start};

fn code<T>(answer: Result<T, BoardError>) -> String {
    answer.err().map_or_else(String::new, |error| error.code)
}

fn estimate(person_id: Option<&str>, alive_3_months: u8, alive_12_months: u8) -> EstimateInput {
    EstimateInput {
        person_id: person_id.map(str::to_owned),
        alive_3_months,
        alive_12_months,
        option: TreatmentOption::Stereotactic,
    }
}

fn known(feature: &str, value: Value) -> TriedFact {
    TriedFact {
        feature: feature.to_owned(),
        subject: Subject::Patient,
        entry: Entry::Known { value, unit: None },
    }
}

fn alive_at_3(board: &Board, view: &CaseView, tried: Vec<TriedFact>) -> f64 {
    let assessment = board.try_out(&view.case.id, tried).unwrap();
    let ForecastState::Available(forecast) = assessment.forecast else {
        panic!("no forecast");
    };
    forecast.horizons[0].alive
}

/// A member who was added to the board.
fn joined_by_kaya(board: &Board, specialty: Specialty) -> Person {
    let input = PersonInput {
        name: "Ms Kaya".to_owned(),
        specialty,
        role: Role::Member,
        secret: secret("quiet river"),
    };
    let mut people = board.add_person(input).unwrap().people.into_iter();
    people.find(|person| person.name == "Ms Kaya").unwrap()
}

#[test]
fn estimates_are_locked_with_name_and_time_and_stay_whatever_is_undone() {
    let folder = tempfile::tempdir().unwrap();
    let board = opened(folder.path());
    let kaya = joined_by_kaya(&board, Specialty::RadiationOncology);
    let view = board.create_case(Identity::default(), "").unwrap();
    let id = view.case.id.as_str();

    board.lock_estimate(id, estimate(None, 70, 30)).unwrap();
    let view = board
        .lock_estimate(id, estimate(Some(&kaya.id), 55, 55))
        .unwrap();
    let locked = &view.case.current_episode().unwrap().estimates;
    let told: Vec<_> = locked
        .iter()
        .map(|one| {
            (
                one.name.as_str(),
                one.specialty.as_str(),
                one.alive_3_months,
                one.author.as_str(),
            )
        })
        .collect();
    assert_eq!(
        told,
        [
            ("Dr Rossi", "spine_surgery", 70, "Dr Rossi"),
            ("Ms Kaya", "radiation_oncology", 55, "Dr Rossi"),
        ]
    );
    assert_eq!(
        code(board.lock_estimate(id, estimate(None, 10, 5))),
        "estimate_locked"
    );
    assert_eq!(
        code(board.lock_estimate(id, estimate(Some("nobody"), 10, 5))),
        "unknown_person"
    );
    let impossible = [(101, 5), (40, 41)];
    for (at_3, at_12) in impossible {
        assert_eq!(
            code(board.lock_estimate(id, estimate(None, at_3, at_12))),
            "estimate_impossible"
        );
    }
    // Looking at the model and then taking the estimate back is no way round.
    let undone = board.undo(id).unwrap();
    assert_eq!(undone.case.current_episode().unwrap().estimates, *locked);
    board.undo(id).unwrap();
    drop(board);
    let board = start(folder.path());
    enter(&board);
    let kept = board.open_case(id).unwrap();
    assert_eq!(kept.case.current_episode().unwrap().estimates, *locked);
}

#[test]
fn a_model_that_was_looked_at_first_is_in_the_log() {
    let folder = tempfile::tempdir().unwrap();
    let board = opened(folder.path());
    let view = board.create_case(Identity::default(), "").unwrap();
    board.reveal_without_estimate(&view.case.id).unwrap();
    let rows = board.audit_rows(None, 50).unwrap();
    assert!(rows.iter().any(|row| row.action == "model_shown_first"));
    assert_eq!(code(board.reveal_without_estimate("none")), "unknown_case");
}

#[test]
fn facts_are_tried_out_beside_the_case_and_nothing_is_saved() {
    let folder = tempfile::tempdir().unwrap();
    let board = opened(folder.path());
    let view = board.open_demo_case().unwrap();
    let before = alive_at_3(&board, &view, Vec::new());
    let ForecastState::Available(shown) = &view.assessment.forecast else {
        panic!("no forecast");
    };
    assert_eq!(
        before, shown.horizons[0].alive,
        "nothing tried, nothing changed"
    );
    // The demonstration's patient walks badly: a performance status of 4 is worse, of 0 better.
    let worse = alive_at_3(
        &board,
        &view,
        vec![
            known("ecog", Value::Number(4.0)),
            known("karnofsky", Value::Number(20.0)),
        ],
    );
    let better = alive_at_3(
        &board,
        &view,
        vec![
            known("ecog", Value::Number(0.0)),
            known("karnofsky", Value::Number(100.0)),
        ],
    );
    assert!(
        worse < before && before < better,
        "{worse} {before} {better}"
    );
    let after = board.open_case(&view.case.id).unwrap();
    assert_eq!((after.revision, &after.case), (view.revision, &view.case));

    let refused = |fact| code(board.try_out(&view.case.id, vec![fact]));
    assert_eq!(
        refused(known("shoe_size", Value::Number(42.0))),
        "unknown_feature"
    );
    assert_eq!(
        refused(known("albumin", Value::Number(f64::NAN))),
        "not_a_number"
    );
    let many = vec![known("ecog", Value::Number(1.0)); 51];
    assert_eq!(code(board.try_out(&view.case.id, many)), "too_many_tried");
}

#[test]
fn the_boards_own_limit_is_set_by_those_who_manage_and_blank_facts_that_cross_it_are_named() {
    let folder = tempfile::tempdir().unwrap();
    let board = opened(folder.path());
    let view = board.open_demo_case().unwrap();
    assert_eq!(board.status().decision, DecisionSettings::default());
    let ForecastState::Available(forecast) = &view.assessment.forecast else {
        panic!("no forecast");
    };
    // Just above the point: whatever raises it a little crosses.
    let limit = Threshold {
        months: 3.0,
        probability: forecast.horizons[0].alive + 0.005,
    };
    let wanted = DecisionSettings {
        estimate_first: EstimateFirst::Always,
        surgery_threshold: Some(limit),
    };
    assert_eq!(
        board.set_decision_settings(wanted).unwrap().decision,
        wanted
    );
    let rows = board.deciding_facts(&view.case.id).unwrap();
    assert!(!rows.is_empty());
    assert!(
        rows.windows(2)
            .all(|pair| pair[0].largest_change >= pair[1].largest_change)
    );
    assert!(rows.iter().any(|row| row.crosses == [limit]), "{rows:?}");
    let is_blank = |id: &str| {
        forecast
            .averaged_over
            .iter()
            .any(|blank| blank.to_string() == id)
    };
    assert!(rows.iter().all(|row| is_blank(&row.feature.to_string())));

    for (months, probability) in [(4.0, 0.5), (3.0, 0.0), (3.0, 1.0), (3.0, f64::NAN)] {
        let surgery_threshold = Some(Threshold {
            months,
            probability,
        });
        let wanted = DecisionSettings {
            surgery_threshold,
            ..wanted
        };
        assert_eq!(
            code(board.set_decision_settings(wanted)),
            "threshold_impossible"
        );
    }
    let kaya = joined_by_kaya(&board, Specialty::Nursing);
    board.sign_in(&kaya.id, secret("quiet river")).unwrap();
    assert_eq!(
        code(board.set_decision_settings(DecisionSettings::default())),
        "not_allowed"
    );
    assert_eq!(board.status().decision, wanted);
}
