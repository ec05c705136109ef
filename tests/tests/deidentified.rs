//! A case leaves the hospital without identity: images, case file and report together, searched and
//! readable again.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod support;

use board::{
    Board, BoardOptions, Case, CaseView, CourseInput, DeidentifiedInput, DeidentifiedWarningCode,
    Identity, KeyImageInput, LesionInput, ObservationInput, Workers,
};
use chrono::{DateTime, NaiveDate, Utc};
use clinical::case::{CourseStatus, Entry, Subject, TreatmentKind, Value};
use std::{
    collections::BTreeSet,
    path::{Path, PathBuf},
    sync::Arc,
};
use support::{enter, image_worker, packs};

const QUESTION: &str = "Frau Nandu-Oeztuerk: operation at L3?";
const REASON: &str = "Dr Rossi knows the tumour of Łukasz";
const NOTE: &str = "Łukasz says: here";
const LESION: &str = "where Łukasz points";
const PLAN: &str = "Prof Quercia operates";

fn now() -> DateTime<Utc> {
    "2026-03-02T10:00:00Z".parse().unwrap()
}

fn identity() -> Identity {
    Identity {
        patient_id: "SPINEBOARD-DEMO".to_owned(),
        family_name: "Ñandú-Öztürk".to_owned(),
        given_name: "Łukasz".to_owned(),
        alphabetic_name: None,
        birth_date: NaiveDate::from_ymd_opt(1957, 4, 3),
    }
}

fn board(data: &Path) -> Board {
    let board = Board::start(BoardOptions {
        data: data.to_owned(),
        packs: packs(),
        image_worker: image_worker(),
        clock: now,
        ..BoardOptions::default()
    });
    enter(&board);
    board
}

/// A case of somebody with both studies of the phantom linked, words in every free text, and a mark.
fn case_with_images(board: &Board, images: &Path) -> CaseView {
    let library = board
        .open_images(&[images.to_owned()], &mut |_| ())
        .unwrap();
    let id = board.create_case(identity(), QUESTION).unwrap().case.id;
    for study in &library.library.studies {
        board.link_study(&id, &study.uid, false).unwrap();
    }
    let typed = ObservationInput {
        feature: "tomita_growth".to_owned(),
        subject: Subject::Patient,
        entry: Entry::Known {
            value: Value::Code("slow".to_owned()),
            unit: None,
        },
        observed_on: None,
        source: None,
        note: Some(REASON.to_owned()),
    };
    board.record_observation(&id, typed).unwrap();
    let lesion = LesionInput {
        name: LESION.to_owned(),
        level: "L3".parse().ok(),
        part: "left".to_owned(),
    };
    board.add_lesion(&id, lesion).unwrap();
    let plan = CourseInput {
        kind: TreatmentKind::Surgery,
        status: CourseStatus::Planned,
        description: PLAN.to_owned(),
        levels: "L3".parse().into_iter().collect(),
        dose_gray: None,
        fractions: None,
        cord_dose_gray: None,
        started_on: "2026-04-07".parse().ok(),
        ended_on: None,
    };
    board.add_course(&id, plan).unwrap();
    let (_, _, stack) = library.library.stacks().next().unwrap();
    let mark = KeyImageInput {
        stack_id: stack.id.clone(),
        image_index: 3,
        window_center: 400.0,
        window_width: 800.0,
        level: None,
        note: NOTE.to_owned(),
    };
    board.mark_key_image(&id, mark).unwrap()
}

fn everything(folder: &Path) -> DeidentifiedInput {
    DeidentifiedInput {
        folder: folder.display().to_string(),
        images: true,
        case_file: true,
        pdf: true,
        confirm_burned_in: true,
    }
}

fn workers() -> Arc<Workers> {
    Arc::new(Workers::new(image_worker()))
}

fn hashes(folder: &Path) -> BTreeSet<String> {
    let report = board::images_report(&[folder.to_owned()], true, &workers()).unwrap();
    report
        .hashes
        .into_iter()
        .map(|file| file.sha256.unwrap())
        .collect()
}

fn dates(case: &Case) -> Vec<Option<NaiveDate>> {
    case.studies.iter().map(|study| study.study_date).collect()
}

#[test]
fn a_case_leaves_with_its_images_and_report_and_names_nobody() {
    let folder = tempfile::tempdir().unwrap();
    let demo = board::write_demo(&folder.path().join("demo"), &workers(), now()).unwrap();
    let board = board(&folder.path().join("data"));
    let view = case_with_images(&board, &demo.images);
    let out = folder.path().join("out");

    let mut input = everything(&out);
    input.confirm_burned_in = false;
    let refused = board
        .export_deidentified(&view.case.id, &input)
        .unwrap_err();
    assert_eq!(refused.code, "burned_in_not_confirmed");
    assert!(refused.parameters["count"].parse::<u32>().unwrap() > 0);
    assert!(
        !out.exists(),
        "nothing is written before a person has looked"
    );

    let exported = board
        .export_deidentified(&view.case.id, &everything(&out))
        .unwrap();
    assert_eq!(exported.files.len() as u32, exported.images + 2);
    assert_eq!(exported.searched_files as usize, exported.files.len());
    assert!(exported.searched_values > 20);
    assert!(
        exported
            .warnings
            .iter()
            .all(|warning| warning.code == DeidentifiedWarningCode::BurnedInPossible)
    );
    let case_text = std::fs::read_to_string(out.join("case.json")).unwrap();
    let stored = serde_json::to_value(&view.case).unwrap();
    for words in [QUESTION, NOTE, REASON, LESION, PLAN] {
        assert!(stored.to_string().contains(words), "the words were there");
    }
    for forbidden in [
        "Öztürk",
        "Łukasz",
        "Nandu",
        "1957-04",
        "SPINEBOARD-DEMO",
        "Rossi",
        "knows the tumour",
        "points",
        "Quercia",
        "2026-",
    ] {
        assert!(!case_text.contains(forbidden), "{forbidden}");
    }

    // Images, case file and marks still fit each other.
    let again = board::read_case_file(&out.join("case.json"), now()).unwrap();
    let opened = board
        .open_images(&[out.join("images")], &mut |_| ())
        .unwrap();
    let studies: BTreeSet<&str> = opened
        .library
        .studies
        .iter()
        .map(|study| study.uid.as_str())
        .collect();
    let linked: BTreeSet<&str> = again
        .studies
        .iter()
        .map(|study| study.study_instance_uid.as_str())
        .collect();
    assert_eq!(studies, linked);
    let mark = &again.key_images[0];
    assert!(
        opened
            .library
            .find_images(&mark.sop_instance_uid, mark.frame)
            .count()
            == 1
    );
    for study in &opened.library.studies {
        assert_eq!(study.patient.patient_id, again.identity.patient_id);
        assert_eq!(study.patient.birth_date, None);
        let link = again
            .studies
            .iter()
            .find(|link| link.study_instance_uid == study.uid)
            .unwrap();
        assert_eq!(study.date, link.study_date);
    }
    let lesion = &again.lesions[0];
    assert_eq!(
        (lesion.name.as_str(), lesion.level),
        ("1", "L3".parse().ok())
    );
    let plan = &again.courses[0];
    assert!(plan.is_planned() && plan.levels == lesion.level.into_iter().collect::<Vec<_>>());
    let index = |case: &Case| case.episodes[0].index_date;
    let moved = index(&view.case) - index(&again);
    assert!(moved.num_days() >= 400);
    for (before, after) in dates(&view.case).into_iter().zip(dates(&again)) {
        assert_eq!(before.unwrap() - after.unwrap(), moved, "one shift for all");
    }
    assert_eq!(
        hashes(&out.join("images")),
        hashes(&demo.images),
        "the same pictures"
    );

    // What is there is never mixed with an export.
    board
        .open_images(std::slice::from_ref(&demo.images), &mut |_| ())
        .unwrap();
    let listed = |folder: &Path| std::fs::read_dir(folder).unwrap().count();
    let before = listed(&out);
    let refused = board
        .export_deidentified(&view.case.id, &everything(&out))
        .unwrap_err();
    assert_eq!(refused.code, "folder_not_empty");
    assert_eq!(listed(&out), before);
}

fn first_file(folder: &Path) -> PathBuf {
    let entry = std::fs::read_dir(folder)
        .unwrap()
        .next()
        .unwrap()
        .unwrap()
        .path();
    if entry.is_dir() {
        first_file(&entry)
    } else {
        entry
    }
}

#[test]
fn an_export_in_which_identity_is_found_leaves_nothing_behind() {
    let folder = tempfile::tempdir().unwrap();
    let demo = board::write_demo(&folder.path().join("demo"), &workers(), now()).unwrap();
    let board = board(&folder.path().join("data"));
    // A name among the bytes of the pixels, which are carried over as they are.
    let image = first_file(&demo.images);
    let mut bytes = std::fs::read(&image).unwrap();
    let end = bytes.len() - 64;
    bytes[end..end + 15].copy_from_slice(b"demo^synthetic ");
    std::fs::write(&image, bytes).unwrap();
    let view = case_with_images(&board, &demo.images);
    for is_new in [true, false] {
        let out = folder.path().join("out");
        if !is_new {
            std::fs::create_dir(&out).unwrap();
        }
        let refused = board
            .export_deidentified(&view.case.id, &everything(&out))
            .unwrap_err();
        assert_eq!(refused.code, "identity_found");
        assert_eq!(refused.parameters["count"], "1");
        let left = std::fs::read_dir(&out).map_or(0, Iterator::count);
        assert_eq!(left, 0);
        assert_eq!(out.exists(), !is_new);
    }
}

#[test]
fn images_that_are_not_linked_to_the_case_are_not_exported() {
    let folder = tempfile::tempdir().unwrap();
    let board = board(&folder.path().join("data"));
    let id = board.create_case(identity(), QUESTION).unwrap().case.id;
    let out = folder.path().join("out");
    let refused = board
        .export_deidentified(&id, &everything(&out))
        .unwrap_err();
    assert_eq!(refused.code, "no_open_images");
    assert!(!out.exists());
}
