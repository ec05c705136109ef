//! Marks on images and labels of vertebrae: measured by Rust, saved as they are made, undone and redone,
//! proposed as facts and refused in words.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod support;

use board::{
    Board, CaseView, KeyImageInput, MarkInput, MarkPartInput, ObservationInput, SpineLabelsInput,
    StackGeometry,
};
use clinical::{
    case::{Entry, Subject, Value},
    marks::{LabelAnchor, Mark, MarkKind, Measured, Quantity, SpineLabel, Unit},
};
use std::path::Path;
use support::{enter, marks::drawn, opened, start};

/// The demonstration's case and the geometry of its axial CT.
fn prepared(board: &Board, data: &Path) -> (String, StackGeometry) {
    let view = board.open_demo_case().unwrap();
    let images = data.join("demonstration/images");
    let library = board.open_images(&[images], &mut |_| ()).unwrap();
    let (_, _, stack) = library
        .library
        .stacks()
        .find(|(_, series, _)| series.modality == "CT")
        .unwrap();
    let geometry = board.stack_geometry(&stack.id).unwrap();
    (view.case.id, geometry)
}

fn last(view: &CaseView) -> &Mark {
    view.case.marks.last().unwrap()
}

fn of(measured: &[Measured], quantity: Quantity) -> (f64, Unit) {
    let found = measured
        .iter()
        .find(|one| one.quantity == quantity)
        .unwrap_or_else(|| panic!("{quantity:?} in {measured:?}"));
    (found.value, found.unit)
}

#[test]
fn a_mark_is_measured_saved_at_once_and_there_after_a_restart_and_every_step_can_be_undone_and_redone()
 {
    let folder = tempfile::tempdir().unwrap();
    let board = opened(folder.path());
    let (case, ct) = prepared(&board, folder.path());
    // Pixels of 1 mm: 3 rows and 4 columns apart are 5 mm.
    let length = drawn(
        &ct,
        MarkKind::Length,
        &[(60, &[(100.0, 100.0), (103.0, 104.0)])],
    );
    let view = board.draw_mark(&case, length).unwrap();
    let mark = last(&view).clone();
    let (value, unit) = of(&mark.measured, Quantity::Length);
    assert!((value - 5.0).abs() < 1e-9 && unit == Unit::Millimetre);
    assert_eq!(
        (mark.author.as_str(), mark.modality.as_str()),
        ("Dr Rossi", "CT")
    );
    assert_eq!(
        mark.parts[0].sop_instance_uid,
        ct.images[60].sop_instance_uid
    );
    assert_eq!(mark.level, None, "no vertebra is labelled");

    let longer = drawn(
        &ct,
        MarkKind::Length,
        &[(60, &[(100.0, 100.0), (106.0, 108.0)])],
    );
    let view = board.redraw_mark(&case, &mark.id, longer).unwrap();
    assert!((of(&last(&view).measured, Quantity::Length).0 - 10.0).abs() < 1e-9);
    assert_eq!(view.case.marks.len(), 1);
    let level = "L1".parse().ok();
    let view = board
        .describe_mark(&case, &mark.id, level, " pedicle ")
        .unwrap();
    assert_eq!(
        (last(&view).level, last(&view).note.as_str()),
        (level, "pedicle")
    );

    // Nothing is closed properly: the board is gone, the marks are there.
    drop(board);
    let board = start(folder.path());
    enter(&board);
    let kept = board.open_case(&case).unwrap();
    assert_eq!(kept.case.marks, view.case.marks);
    assert!(!kept.can_redo);

    let lengths = |view: &CaseView| -> Vec<f64> {
        let marks = view.case.marks.iter();
        marks
            .map(|mark| of(&mark.measured, Quantity::Length).0.round())
            .collect()
    };
    board.undo(&case).unwrap();
    let undone = board.undo(&case).unwrap();
    assert_eq!(lengths(&undone), [5.0]);
    let gone = board.undo(&case).unwrap();
    assert_eq!(lengths(&gone), [] as [f64; 0]);
    assert!(gone.can_redo);
    assert_eq!(lengths(&board.redo(&case).unwrap()), [5.0]);
    assert_eq!(lengths(&board.redo(&case).unwrap()), [10.0]);
    let again = board.redo(&case).unwrap();
    assert_eq!(again.case.marks, view.case.marks);
    assert_eq!(board.redo(&case).unwrap_err().code, "nothing_to_redo");

    let removed = board.remove_mark(&case, &mark.id).unwrap();
    assert_eq!(removed.case.marks, []);
    assert!(!removed.can_redo, "a new change ends what could be redone");
    assert_eq!(
        board.remove_mark(&case, &mark.id).unwrap_err().code,
        "unknown_mark"
    );
    assert_eq!(lengths(&board.undo(&case).unwrap()), [10.0]);
}

/// The demonstration's axial CT makes a volume: a sagittal plane is laid through it along the spine.
#[test]
fn a_length_on_a_plane_through_the_volume_is_saved_with_the_plane_and_the_nearest_image() {
    let folder = tempfile::tempdir().unwrap();
    let board = opened(folder.path());
    let (case, ct) = prepared(&board, folder.path());
    let [x, y, z] = ct.images[60].position.unwrap();
    // 60 mm to the left and 50 mm to the back of the first pixel, 3 mm to the back and 4 mm to the head.
    let points = vec![[x + 60.0, y + 50.0, z], [x + 60.0, y + 53.0, z + 4.0]];
    let on_plane = |kind, parts: Vec<MarkPartInput>| MarkInput {
        reformatted_normal: Some([1.0, 0.0, 0.0]),
        parts,
        ..drawn(&ct, kind, &[])
    };
    let part = MarkPartInput {
        image_index: 0,
        points,
    };
    let length = on_plane(MarkKind::Length, vec![part.clone()]);
    let view = board.draw_mark(&case, length).unwrap();
    let mark = last(&view);
    assert!((of(&mark.measured, Quantity::Length).0 - 5.0).abs() < 1e-9);
    assert_eq!(mark.reformatted_normal, Some([1.0, 0.0, 0.0]));
    let named = &mark.parts[0].sop_instance_uid;
    let nearest = ct
        .images
        .iter()
        .find(|image| image.sop_instance_uid == *named)
        .unwrap();
    let beside = nearest.position.unwrap()[2] - (z + 2.0);
    assert!(beside.abs() <= 1.0 + 1e-9, "{beside} mm");

    let refused = |kind, parts| {
        let error = board.draw_mark(&case, on_plane(kind, parts)).unwrap_err();
        assert_eq!(error.code, "not_measurable");
        error.parameters["reason"].clone()
    };
    assert_eq!(
        refused(MarkKind::Freehand, vec![part.clone()]),
        "measure_only_on_images"
    );
    assert_eq!(
        refused(MarkKind::Length, vec![part.clone(), part]),
        "measure_wrong_parts"
    );
    assert_eq!(refused(MarkKind::Length, Vec::new()), "measure_wrong_parts");
}

#[test]
fn what_cannot_be_measured_is_refused_in_words_and_nothing_is_saved() {
    let folder = tempfile::tempdir().unwrap();
    let board = opened(folder.path());
    let (case, ct) = prepared(&board, folder.path());
    let before = board.open_case(&case).unwrap().revision;
    let refusal = |input: MarkInput| board.draw_mark(&case, input).unwrap_err();
    let one_point = drawn(&ct, MarkKind::Length, &[(60, &[(100.0, 100.0)])]);
    assert_eq!(refusal(one_point).code, "not_measurable");
    let flat = drawn(
        &ct,
        MarkKind::Freehand,
        &[(60, &[(100.0, 100.0), (110.0, 110.0), (120.0, 120.0)])],
    );
    assert_eq!(refusal(flat).code, "not_measurable");
    let square: &[(f64, f64)] = &[(100.0, 100.0), (100.0, 110.0), (110.0, 110.0)];
    let mut astray = drawn(&ct, MarkKind::Freehand, &[(60, square)]);
    astray.parts[0].points[1][2] += 50.0;
    let refused = refusal(astray);
    assert_eq!(refused.code, "not_measurable");
    assert_eq!(refused.parameters["reason"], "measure_out_of_plane");
    let mut nowhere = drawn(
        &ct,
        MarkKind::Length,
        &[(60, &[(100.0, 100.0), (103.0, 104.0)])],
    );
    nowhere.parts[0].image_index = 5000;
    assert_eq!(refusal(nowhere).code, "images");
    let mut strange = drawn(
        &ct,
        MarkKind::Length,
        &[(60, &[(100.0, 100.0), (103.0, 104.0)])],
    );
    strange.stack_id = "nothing".to_owned();
    assert_eq!(refusal(strange).code, "unknown_stack");
    assert_eq!(board.open_case(&case).unwrap().revision, before);
}

#[test]
fn labelled_vertebrae_give_marks_their_level_and_the_mark_proposes_a_fact_that_leads_back_to_it() {
    let folder = tempfile::tempdir().unwrap();
    let board = opened(folder.path());
    let (case, ct) = prepared(&board, folder.path());
    let label = |level: &str, z: f64| SpineLabel {
        level: level.parse().unwrap(),
        point: [0.0, 0.0, z],
    };
    let spine = |labels: Vec<SpineLabel>| SpineLabelsInput {
        frame_of_reference_uid: ct.frame_of_reference_uid.clone(),
        anchor: LabelAnchor::Stated,
        thoracic: None,
        lumbar: None,
        labels,
    };
    // L1 of the phantom lies at the origin.
    let three_levels = || vec![label("L2", -37.0), label("L1", 0.0), label("T12", 33.0)];
    let view = board.label_spine(&case, spine(three_levels())).unwrap();
    let levels: Vec<&str> = view.case.spine_labels[0]
        .labels
        .iter()
        .map(|label| label.level.name())
        .collect();
    assert_eq!(levels, ["T12", "L1", "L2"]);
    for (labels, why) in [
        (vec![label("L1", 0.0), label("L2", 5.0)], "below L1"),
        (vec![label("L1", 0.0), label("L1", -5.0)], "below L1"),
        (vec![label("L6", 0.0)], "no L6"),
    ] {
        let refused = board.label_spine(&case, spine(labels)).unwrap_err();
        assert_eq!(refused.code, "labels_refused");
        assert!(refused.message.contains(why), "{}", refused.message);
    }
    let mut six = spine(vec![label("L6", 0.0)]);
    six.lumbar = Some(6);
    assert!(board.label_spine(&case, six).is_ok());
    board.label_spine(&case, spine(three_levels())).unwrap();

    // A square of 20 by 20 mm and one of 10 by 20 mm within it, 2 mm from the middle of L1.
    let middle = ct
        .images
        .iter()
        .position(|image| image.position.unwrap()[2].abs() < 1.5)
        .unwrap() as u32;
    let canal: &[(f64, f64)] = &[
        (120.0, 118.0),
        (120.0, 138.0),
        (140.0, 138.0),
        (140.0, 118.0),
    ];
    let mass: &[(f64, f64)] = &[
        (120.0, 118.0),
        (120.0, 138.0),
        (130.0, 138.0),
        (130.0, 118.0),
    ];
    let view = board
        .draw_mark(
            &case,
            drawn(
                &ct,
                MarkKind::CanalCompromise,
                &[(middle, canal), (middle, mass)],
            ),
        )
        .unwrap();
    let mark = last(&view).clone();
    assert_eq!(mark.level, "L1".parse().ok());
    assert!((of(&mark.measured, Quantity::CanalArea).0 - 400.0).abs() < 1e-6);
    assert!((of(&mark.measured, Quantity::CanalCompromise).0 - 50.0).abs() < 1e-6);

    let proposal = view
        .proposals
        .iter()
        .find(|one| one.mark == mark.id)
        .unwrap()
        .clone();
    assert_eq!(proposal.feature.as_str(), "canal_compromise");
    assert_eq!(proposal.value, Value::Number(50.0));
    assert!(!proposal.is_recorded);
    let before = view.case.observations.len();
    let view = board
        .record_observation(
            &case,
            ObservationInput {
                feature: proposal.feature.to_string(),
                subject: proposal.subject.clone(),
                entry: Entry::Known {
                    value: proposal.value.clone(),
                    unit: None,
                },
                observed_on: proposal.observed_on,
                source: Some(proposal.source.clone()),
                note: None,
            },
        )
        .unwrap();
    assert_eq!(view.case.observations.len(), before + 1);
    let fact = view.case.observations.last().unwrap();
    assert_eq!(fact.subject, Subject::Level("L1".parse().unwrap()));
    assert_eq!(fact.source, proposal.source);
    assert!(
        view.proposals
            .iter()
            .find(|one| one.mark == mark.id)
            .unwrap()
            .is_recorded
    );

    let none = board.label_spine(&case, spine(Vec::new())).unwrap();
    assert_eq!(none.case.spine_labels, []);
}

#[test]
fn a_key_image_shows_its_marks_and_other_systems_get_them_as_dicom_while_the_images_are_open() {
    let folder = tempfile::tempdir().unwrap();
    let board = opened(folder.path());
    let (case, ct) = prepared(&board, folder.path());
    let key = || KeyImageInput {
        stack_id: ct.id.clone(),
        image_index: 60,
        window_center: 400.0,
        window_width: 1800.0,
        level: None,
        note: String::new(),
    };
    let view = board.mark_key_image(&case, key()).unwrap();
    let id = view.case.key_images.last().unwrap().id.clone();
    let picture = || board.key_image_png(&case, &id).unwrap();
    let bare = picture();
    let outline: &[(f64, f64)] = &[
        (100.0, 100.0),
        (100.0, 140.0),
        (140.0, 140.0),
        (140.0, 100.0),
    ];
    let narrow: &[(f64, f64)] = &[
        (100.0, 100.0),
        (100.0, 140.0),
        (110.0, 140.0),
        (110.0, 100.0),
    ];
    let drawn = drawn(
        &ct,
        MarkKind::CanalCompromise,
        &[(60, outline), (60, narrow)],
    );
    let mark = last(&board.draw_mark(&case, drawn).unwrap()).clone();
    let with_outlines = picture();
    assert_ne!(with_outlines, bare);
    board.remove_mark(&case, &mark.id).unwrap();
    assert_eq!(picture(), bare);
    board.undo(&case).unwrap();
    assert_eq!(picture(), with_outlines);

    let written = board.export_objects(&case, Some(folder.path())).unwrap();
    let mut names = Vec::new();
    for entry in std::fs::read_dir(&written.path).unwrap() {
        let path = entry.unwrap().path();
        let bytes = std::fs::read(&path).unwrap();
        assert_eq!(&bytes[128..132], b"DICM");
        names.push(path.file_name().unwrap().to_string_lossy().into_owned());
    }
    names.sort();
    assert_eq!(
        names.iter().filter(|name| name.starts_with("SR")).count(),
        1
    );
    assert_eq!(
        names.iter().filter(|name| name.starts_with("SEG")).count(),
        1
    );
    assert!(names.iter().any(|name| name.starts_with("KO")), "{names:?}");
    let rows = board.audit_rows(None, 20).unwrap();
    assert_eq!(rows[0].action, "dicom_objects_exported");

    drop(board);
    let board = start(folder.path());
    enter(&board);
    let refused = board.export_objects(&case, None).unwrap_err();
    assert_eq!(refused.code, "dicom_objects");
    assert!(
        refused.message.contains("open the folder"),
        "{}",
        refused.message
    );
}
