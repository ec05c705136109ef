//! The whole way without a window: first start, case, facts, images, assessment, paper, restart.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod support;

use board::{
    Board, BoardOptions, CaseView, EntryAdvice, ForecastState, Identity, ImageLibrary,
    KeyImageInput, ObservationInput, PackState, ReportChoices, ScoreOutcome, StoreStatus, Workers,
};
use clinical::{
    case::{AbsenceReason, Entry, Subject, Value},
    findings::FindingCode,
};
use std::path::{Path, PathBuf};
use support::{PASSPHRASE, PIN, chair, enter, image_worker, opened, packs, secret, shared, start};

fn someone() -> Identity {
    Identity {
        patient_id: "4711".to_owned(),
        family_name: "Ñandú-Öztürk".to_owned(),
        given_name: "Łukasz".to_owned(),
        alphabetic_name: None,
        birth_date: None,
    }
}

fn fact(feature: &str, value: Value, unit: Option<&str>) -> ObservationInput {
    ObservationInput {
        feature: feature.to_owned(),
        subject: Subject::Patient,
        entry: Entry::Known {
            value,
            unit: unit.map(str::to_owned),
        },
        observed_on: None,
        source: None,
        note: None,
    }
}

fn code(text: &str) -> Value {
    Value::Code(text.to_owned())
}

fn alive(state: &ForecastState) -> Vec<(f64, f64, f64, f64)> {
    let ForecastState::Available(forecast) = state else {
        panic!("no forecast: {state:?}")
    };
    forecast
        .horizons
        .iter()
        .map(|point| (point.months, point.low, point.alive, point.high))
        .collect()
}

#[test]
fn a_case_goes_from_first_start_to_paper_and_is_there_after_a_restart() {
    let folder = tempfile::tempdir().unwrap();
    let (id, revision, before) = {
        let board = start(folder.path());
        assert_eq!(board.status().store, StoreStatus::Absent);
        assert_eq!(board.list_cases("").unwrap_err().code, "store_locked");
        board.create_store(secret(PASSPHRASE)).unwrap();
        board.accept_research_use().unwrap();
        assert_eq!(board.list_cases("").unwrap_err().code, "sign_in_needed");
        board.add_person(chair()).unwrap();
        let id = board.create_case(someone(), "Surgery?").unwrap().case.id;
        for input in [
            fact("primary_tumour", code("lung"), None),
            fact("sex", code("male"), None),
            fact("age", Value::Number(64.0), Some("year")),
            fact("ecog", Value::Number(2.0), None),
            fact("haemoglobin", Value::Number(9.5), Some("g/dL")),
        ] {
            board.record_observation(&id, input).unwrap();
        }
        let view = board.open_case(&id).unwrap();
        (id, view.revision, alive(&view.assessment.forecast))
    };
    assert_eq!(revision, 6, "the new case and five facts are six revisions");

    let board = start(folder.path());
    assert_eq!(board.status().store, StoreStatus::Locked);
    assert_eq!(
        board.unlock(secret("another passphrase")).unwrap_err().code,
        "wrong_passphrase"
    );
    let status = board.unlock(secret(PASSPHRASE)).unwrap();
    assert!(status.research_use_accepted);
    board.sign_in(&status.people[0].id, secret(PIN)).unwrap();
    assert_eq!(board.list_cases("öztürk").unwrap().total, 1);
    assert!(board.list_cases("nobody").unwrap().cases.is_empty());
    let view = board.open_case(&id).unwrap();
    assert_eq!(view.revision, 6);
    assert_eq!(
        alive(&view.assessment.forecast),
        before,
        "the same facts give the same forecast"
    );

    let pdf = folder.path().join("summary.pdf");
    board
        .export_pdf(&id, Some(&pdf), ReportChoices::default())
        .unwrap();
    assert!(std::fs::read(&pdf).unwrap().starts_with(b"%PDF-"));
    let audit = board.audit_verify().unwrap();
    assert!(audit.faults.is_empty() && audit.entries >= 8, "{audit:?}");
}

#[test]
fn horizons_fall_and_lie_in_their_intervals_whatever_is_known() {
    let folder = tempfile::tempdir().unwrap();
    let board = opened(folder.path());
    let mut view = board.create_case(someone(), "").unwrap();
    let id = view.case.id.clone();
    let facts = [
        fact("primary_tumour", code("breast"), None),
        fact("karnofsky", Value::Number(40.0), None),
        fact("liver_metastasis", Value::Flag(true), None),
        fact("albumin", Value::Number(24.0), Some("g/L")),
    ];
    for input in facts {
        view = board.record_observation(&id, input).unwrap();
        let points = alive(&view.assessment.forecast);
        assert_eq!(
            points.iter().map(|point| point.0).collect::<Vec<_>>(),
            [3.0, 6.0, 12.0]
        );
        for (_, low, alive, high) in &points {
            assert!(
                0.0 <= *low && low <= alive && alive <= high && *high <= 1.0,
                "{points:?}"
            );
        }
        for pair in points.windows(2) {
            assert!(pair[0].1 >= pair[1].1 && pair[0].2 >= pair[1].2 && pair[0].3 >= pair[1].3);
        }
    }
}

#[test]
fn units_are_converted_and_a_likely_mix_up_is_asked_about() {
    let folder = tempfile::tempdir().unwrap();
    let board = opened(folder.path());
    let id = board.create_case(someone(), "").unwrap().case.id;
    let view = board
        .record_observation(&id, fact("haemoglobin", Value::Number(9.5), Some("g/dL")))
        .unwrap();
    let used = &view.assessment.facts_used;
    let haemoglobin = used
        .iter()
        .find(|fact| fact.feature.as_str() == "haemoglobin")
        .unwrap();
    assert_eq!(haemoglobin.value, Value::Number(95.0), "kept in g/L");
    let asked = board.check_entry("haemoglobin", 9.5, Some("g/L")).unwrap();
    assert!(matches!(asked, EntryAdvice::DidYouMean { .. }), "{asked:?}");
    assert_eq!(
        board.check_entry("haemoglobin", 95.0, Some("g/L")).unwrap(),
        EntryAdvice::Plausible
    );
}

#[test]
fn a_blank_is_never_a_zero() {
    let folder = tempfile::tempdir().unwrap();
    let board = opened(folder.path());
    let id = board.create_case(someone(), "").unwrap().case.id;
    board
        .record_observation(&id, fact("primary_tumour", code("lung"), None))
        .unwrap();
    let absent = ObservationInput {
        entry: Entry::Absent {
            absent: AbsenceReason::Pending,
        },
        ..fact("extraspinal_bone_metastases", Value::Number(0.0), None)
    };
    let view = board.record_observation(&id, absent).unwrap();
    let tokuhashi = view
        .assessment
        .scores
        .iter()
        .find(|score| score.id == "tokuhashi_2005");
    let ScoreOutcome::Missing { features, .. } = &tokuhashi.unwrap().outcome else {
        panic!("computed from a blank")
    };
    assert!(
        features
            .iter()
            .any(|id| id.as_str() == "extraspinal_bone_metastases")
    );
    let ForecastState::Available(forecast) = &view.assessment.forecast else {
        panic!()
    };
    assert!(
        forecast
            .averaged_over
            .iter()
            .any(|id| id.as_str() == "extraspinal_bone_metastases")
    );
}

#[test]
fn undo_is_a_new_revision_and_an_old_value_stays_in_the_history() {
    let folder = tempfile::tempdir().unwrap();
    let board = opened(folder.path());
    let id = board.create_case(someone(), "").unwrap().case.id;
    board
        .record_observation(&id, fact("ecog", Value::Number(1.0), None))
        .unwrap();
    let view = board
        .record_observation(&id, fact("ecog", Value::Number(3.0), None))
        .unwrap();
    assert_eq!(view.case.observations.len(), 2, "the earlier value is kept");
    let view = board.undo(&id).unwrap();
    assert_eq!((view.revision, view.case.observations.len()), (4, 1));
    let view = board.undo(&id).unwrap();
    assert_eq!((view.revision, view.case.observations.len()), (5, 0));
    assert!(!view.can_undo);
    assert_eq!(board.undo(&id).unwrap_err().code, "nothing_to_undo");
}

fn tomita_total(view: &CaseView) -> Option<i32> {
    let mut scores = view.assessment.scores.iter();
    match &scores.find(|score| score.id == "tomita_2001")?.outcome {
        ScoreOutcome::Total { total, .. } => Some(*total),
        _ => None,
    }
}

#[test]
fn a_class_typed_in_place_of_a_derived_one_says_why_until_it_is_removed() {
    let folder = tempfile::tempdir().unwrap();
    let board = opened(folder.path());
    let id = board.create_case(someone(), "").unwrap().case.id;
    for input in [
        fact("primary_tumour", code("kidney"), None),
        fact("visceral_metastases", code("none"), None),
        fact("vertebral_metastases", Value::Number(1.0), None),
        fact("extraspinal_bone_metastases", Value::Number(0.0), None),
    ] {
        board.record_observation(&id, input).unwrap();
    }
    let derived = board.open_case(&id).unwrap();
    assert_eq!(tomita_total(&derived), Some(3), "moderate 2, solitary 1");

    let typed = |note: Option<&str>| ObservationInput {
        note: note.map(str::to_owned),
        ..fact("tomita_growth", code("slow"), None)
    };
    for silent in [None, Some("  ")] {
        let refused = board.record_observation(&id, typed(silent)).unwrap_err();
        assert_eq!(refused.code, "reason_needed");
    }
    assert_eq!(board.open_case(&id).unwrap().revision, derived.revision);

    let reason = "stable for six years without treatment";
    let view = board
        .record_observation(&id, typed(Some(&format!(" {reason} "))))
        .unwrap();
    assert_eq!(tomita_total(&view), Some(2));
    let noted = |view: &CaseView| {
        let last = view.case.observations.last().unwrap();
        (last.id.clone(), last.note.clone())
    };
    let (typed_id, note) = noted(&view);
    assert_eq!(note.as_deref(), Some(reason));
    let differs = |view: &CaseView| {
        let mut findings = view.assessment.findings.iter();
        findings.any(|finding| finding.code == FindingCode::TypedDiffers)
    };
    assert!(differs(&view), "the finding names what the facts give");

    // A case file keeps it.
    let file = folder.path().join("case.json");
    std::fs::write(&file, serde_json::to_vec(&view.case).unwrap()).unwrap();
    let again = board::read_case_file(&file, chrono_now()).unwrap();
    assert_eq!(again, view.case);

    let removed = board.retract_observation(&id, &typed_id).unwrap();
    assert_eq!(tomita_total(&removed), Some(3));
    assert!(!differs(&removed));
    let undone = board.undo(&id).unwrap();
    assert_eq!(
        noted(&undone).1.as_deref(),
        Some(reason),
        "the reason is in the revisions"
    );
}

fn first_stack(library: &ImageLibrary, wanted: impl Fn(&str) -> bool) -> String {
    let mut stacks = library.library.stacks();
    let (_, _, stack) = stacks
        .find(|(_, series, _)| wanted(&series.description))
        .unwrap();
    stack.id.clone()
}

#[test]
fn what_was_asked_for_last_is_open_and_a_stopped_opening_changes_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let demo = board::write_demo(
        &folder.path().join("demo"),
        &Workers::new(image_worker()),
        chrono_now(),
    )
    .unwrap();
    let board = start(&folder.path().join("data"));
    assert_eq!(
        board.open_images(&[], &mut |_| ()).unwrap_err().code,
        "nothing_to_open"
    );
    let whole = board
        .open_images(std::slice::from_ref(&demo.images), &mut |_| ())
        .unwrap();
    // The folders of the two studies, by where their first images lie.
    let places: Vec<(PathBuf, String)> = (whole.library.studies.iter())
        .map(|study| {
            let stack = &study.series[0].stacks[0];
            let folder = stack.images[0].path.parent().unwrap().to_owned();
            (folder, stack.id.clone())
        })
        .collect();
    let [(first, first_stack), (second, second_stack)] = &places[..] else {
        panic!("the phantom has two studies: {places:?}")
    };
    let is_open = |stack: &str| board.stack_geometry(stack).is_ok();

    board
        .open_images(std::slice::from_ref(first), &mut |_| ())
        .unwrap();
    let stopped = board.open_images(std::slice::from_ref(second), &mut |_| board.cancel_images());
    assert_eq!(stopped.unwrap_err().code, "cancelled");
    assert!(is_open(first_stack) && !is_open(second_stack));
    // The second begins while the first is being read.
    let mut begun = false;
    let overtaken = board.open_images(std::slice::from_ref(first), &mut |_| {
        if !std::mem::replace(&mut begun, true) {
            board
                .open_images(std::slice::from_ref(second), &mut |_| ())
                .unwrap();
        }
    });
    assert_eq!(overtaken.unwrap_err().code, "cancelled");
    assert!(is_open(second_stack) && !is_open(first_stack));
}

#[test]
fn no_result_is_written_over_what_it_was_made_from() {
    let folder = tempfile::tempdir().unwrap();
    let table = folder.path().join("patients.csv");
    std::fs::write(&table, "id,primary_tumour,age\na,lung,60\n").unwrap();
    let itself = folder
        .path()
        .join("../")
        .join(folder.path().file_name().unwrap());
    let over = board::assess_table(
        &table,
        &itself.join("patients.csv"),
        &board::PackSet::open(&packs()),
        None,
        chrono_now(),
    );
    assert_eq!(over.unwrap_err().code, "table_file");
    let kept = std::fs::read_to_string(&table).unwrap();
    assert!(kept.starts_with("id,primary_tumour"), "{kept}");
    let demo = board::write_demo(folder.path(), &Workers::new(image_worker()), chrono_now());
    assert_eq!(demo.unwrap_err().code, "folder_not_empty");
}

#[test]
fn images_of_another_patient_are_a_loud_finding_and_a_key_image_reaches_the_paper() {
    let folder = tempfile::tempdir().unwrap();
    let images = folder.path().join("demo");
    let demo = board::write_demo(&images, &Workers::new(image_worker()), chrono_now()).unwrap();
    let board = opened(&folder.path().join("data"));
    let library = board
        .open_images(std::slice::from_ref(&demo.images), &mut |_| ())
        .unwrap();
    assert!(
        library.library.rejected.is_empty(),
        "{:?}",
        library.library.rejected
    );
    let id = board.create_case(someone(), "").unwrap().case.id;
    let study = library.library.studies[0].uid.clone();
    let view = board.link_study(&id, &study, false).unwrap();
    let mismatch = |view: &board::CaseView| {
        view.assessment.findings.iter().any(|finding| {
            finding.code == FindingCode::PatientMismatch
                && finding.severity == clinical::findings::Severity::Alert
        })
    };
    assert!(mismatch(&view), "{:?}", view.assessment.findings);

    let stack_id = first_stack(&library, |description| description.contains("T2 TSE SAG"));
    let geometry = board.stack_geometry(&stack_id).unwrap();
    let bytes = board.read_frames(&stack_id, 3, 2).unwrap();
    assert_eq!(bytes.len() as u64, 2 * geometry.bytes_per_frame);
    let mark = KeyImageInput {
        stack_id,
        image_index: 8,
        window_center: 400.0,
        window_width: 800.0,
        level: None,
        note: String::new(),
    };
    let view = board.mark_key_image(&id, mark).unwrap();
    std::fs::remove_dir_all(&images).unwrap();
    let png = board
        .key_image_png(&id, &view.case.key_images[0].id)
        .unwrap();
    assert!(png.starts_with(b"\x89PNG"), "the picture outlives the disc");
    let with = board.export_pdf(&id, None, support::MASKED).unwrap();
    let with = std::fs::metadata(with.path).unwrap().len();
    board
        .remove_key_image(&id, &view.case.key_images[0].id)
        .unwrap();
    let without = folder.path().join("without.pdf");
    board
        .export_pdf(&id, Some(&without), support::MASKED)
        .unwrap();
    assert!(
        with > std::fs::metadata(without).unwrap().len() + 5_000,
        "the picture is in the file"
    );
}

fn chrono_now() -> chrono::DateTime<chrono::Utc> {
    (BoardOptions::default().clock)()
}

#[test]
fn the_demonstration_case_is_synthetic_whole_and_made_once() {
    let folder = tempfile::tempdir().unwrap();
    let board = opened(folder.path());
    let view = board.open_demo_case().unwrap();
    assert!(view.case.synthetic);
    assert_eq!(view.case.key_images.len(), 2);
    for id in [
        "tokuhashi_2005",
        "tomita_2001",
        "katagiri_2014",
        "sins_2010",
        "bilsky_escc_2010",
    ] {
        let mut scores = view.assessment.scores.iter();
        let score = scores.find(|score| score.id == id).unwrap();
        assert!(score.outcome.group().is_some(), "{id} is not computed");
    }
    assert!(!view.assessment.findings.iter().any(|finding| {
        matches!(
            finding.code,
            FindingCode::PatientMismatch | FindingCode::Contradiction
        )
    }));
    assert_eq!(board.open_demo_case().unwrap().case.id, view.case.id);
    assert_eq!(board.list_cases("").unwrap().total, 1);
}

#[test]
fn the_traps_of_the_real_study_never_become_one_volume() {
    let Some(study) = shared("dicom/spine_study") else {
        return;
    };
    let folder = tempfile::tempdir().unwrap();
    let board = opened(folder.path());
    let library = board
        .open_images(std::slice::from_ref(&study), &mut |_| ())
        .unwrap();
    let sizes = |series: &str| -> Vec<(usize, bool)> {
        library
            .library
            .stacks()
            .filter(|(_, _, stack)| {
                stack
                    .images
                    .iter()
                    .any(|image| image.path.to_string_lossy().contains(series))
            })
            .map(|(_, _, stack)| (stack.images.len(), stack.is_volume))
            .collect()
    };
    let mut sagittal = sizes("CT_SAG");
    sagittal.sort_unstable();
    assert_eq!(
        sagittal,
        [(1, false), (24, true)],
        "the coronal reference image stays apart"
    );
    let axial = sizes("MR_AX_MULTIANGLE");
    assert_eq!(axial.len(), 5, "{axial:?}");
    assert_eq!(axial.iter().map(|(images, _)| images).sum::<usize>(), 19);
}

#[test]
fn a_spoilt_pack_is_refused_by_name_and_the_application_runs_on() {
    let folder = tempfile::tempdir().unwrap();
    let spoilt = folder.path().join("packs/survival-linear");
    std::fs::create_dir_all(&spoilt).unwrap();
    for entry in std::fs::read_dir(packs()[0].join("survival-linear")).unwrap() {
        let path = entry.unwrap().path();
        std::fs::copy(&path, spoilt.join(path.file_name().unwrap())).unwrap();
    }
    let card = spoilt.join("CARD.md");
    let text = std::fs::read_to_string(&card).unwrap();
    std::fs::write(&card, text + "x").unwrap();
    let board = Board::start(BoardOptions {
        data: folder.path().join("data"),
        packs: vec![folder.path().join("packs")],
        ..BoardOptions::default()
    });
    let status = board.status();
    assert_eq!(status.packs.len(), 1);
    assert_eq!(status.packs[0].name, "survival-linear");
    assert!(
        matches!(&status.packs[0].state, PackState::Refused { code, .. } if code == "wrong_hash"),
        "{:?}",
        status.packs[0].state
    );
    enter(&board);
    let view = board.create_case(someone(), "").unwrap();
    assert!(matches!(
        view.assessment.forecast,
        ForecastState::Refused { .. }
    ));
    assert_eq!(
        view.assessment.scores.len(),
        clinical::scores::shipped().len(),
        "scores need no pack"
    );
}

#[test]
fn after_a_model_was_replaced_its_result_stays_readable_with_its_versions() {
    let folder = tempfile::tempdir().unwrap();
    let with_packs = |names: &[&str]| {
        let board = Board::start(BoardOptions {
            data: folder.path().join("data"),
            packs: names.iter().map(|name| packs()[0].join(name)).collect(),
            ..BoardOptions::default()
        });
        enter(&board);
        board
    };
    let (id, before) = {
        let board = with_packs(&["survival-linear"]);
        let view = board.create_case(someone(), "").unwrap();
        let typed = fact("primary_tumour", code("breast"), None);
        let view = board.record_observation(&view.case.id, typed).unwrap();
        let same_model = board.earlier_results(&view.case.id).unwrap();
        assert_eq!(same_model, [], "the model that answers now is no other");
        (view.case.id, view.assessment)
    };

    let board = with_packs(&["spine-ensemble"]);
    let now = board.open_case(&id).unwrap().assessment;
    assert_ne!(alive(&now.forecast), alive(&before.forecast));
    let typed = fact("age", Value::Number(61.0), Some("year"));
    board.record_observation(&id, typed).unwrap();
    for _ in 0..2 {
        let [earlier] = board.earlier_results(&id).unwrap().try_into().unwrap();
        assert_eq!(
            (earlier.pack_name.as_str(), earlier.revision),
            ("survival-linear", 2),
            "the last result of that model"
        );
        assert_eq!(earlier.app_version, before.app_version);
        let ForecastState::Available(said) = &before.forecast else {
            panic!("no forecast");
        };
        assert_eq!(earlier.pack_sha256, said.pack.sha256);
        assert_eq!(earlier.pack_version, said.pack.version);
        let shown = earlier.forecast.unwrap();
        assert_eq!(shown.index_date, before.index_date);
        for (kept, said) in shown.horizons.iter().zip(&said.horizons) {
            assert_eq!(kept.months, said.months);
            assert!((kept.alive - said.alive).abs() < 1e-12);
        }
        assert_eq!(shown.horizons.len(), said.horizons.len());
        board.lock();
        enter(&board);
    }
    board.lock();
    assert_eq!(board.earlier_results(&id).unwrap_err().code, "store_locked");

    drop(board);
    let board = with_packs(&[]);
    let view = board.open_case(&id).unwrap();
    assert!(matches!(
        view.assessment.forecast,
        ForecastState::Refused { .. }
    ));
    let names = board.earlier_results(&id).unwrap();
    let names: Vec<_> = names.iter().map(|one| one.pack_name.as_str()).collect();
    assert_eq!(
        names,
        ["spine-ensemble", "survival-linear"],
        "the latest first"
    );
}

#[test]
fn a_bad_row_of_a_table_names_its_place_and_the_others_come_out() {
    let folder = tempfile::tempdir().unwrap();
    let (input, output) = (folder.path().join("in.csv"), folder.path().join("out.csv"));
    std::fs::write(
        &input,
        "id,primary_tumour,age,haemoglobin,haemoglobin_unit\n\
         a,lung,60,9.5,g/dL\n\
         b,lung,sixty,95,g/L\n\
         c,breast,55,,\n",
    )
    .unwrap();
    let packs = board::PackSet::open(&packs());
    let outcome = board::assess_table(&input, &output, &packs, None, chrono_now()).unwrap();
    assert_eq!((outcome.rows, outcome.faults.len()), (3, 1));
    assert!(
        outcome.faults[0].contains("line 3") && outcome.faults[0].contains("age"),
        "{:?}",
        outcome.faults
    );
    let text = std::fs::read_to_string(&output).unwrap();
    let header: Vec<&str> = text.lines().next().unwrap().split(',').collect();
    for column in [
        "survival_12_months_low",
        "median_survival_months",
        "cord_compression",
        "tokuhashi_2005.total",
        "in_population",
        "findings",
    ] {
        assert!(header.contains(&column), "{header:?}");
    }
    for name in [
        "survival_12_months",
        "median_survival_months",
        "cord_compression",
    ] {
        let column = header.iter().position(|column| *column == name).unwrap();
        let filled = |line: usize| {
            let line = text.lines().nth(line).unwrap();
            !line.split(',').nth(column).unwrap().is_empty()
        };
        assert!(filled(1) && !filled(2) && filled(3), "{name}: {text}");
    }
}

#[test]
fn a_patient_of_the_open_collection_goes_the_whole_way_with_its_blanks_kept() {
    let Some(folder) = shared("data/spine_mets_ct_seg") else {
        return;
    };
    let Some(row) = sheet_row(&folder.join("Spine-Mets-CT-SEG_Clinical.xlsx")) else {
        return;
    };
    let folder = tempfile::tempdir().unwrap();
    let board = opened(folder.path());
    let id = board.create_case(Identity::default(), "").unwrap().case.id;
    let [age, sex, body_mass_index, level] = row;
    let sex = if sex == "M" { "male" } else { "female" };
    let mut lesion = fact("lesion_type", code("mixed"), None);
    lesion.subject = Subject::Level(level.parse().unwrap());
    for input in [
        fact("sex", code(sex), None),
        fact("primary_tumour", code("prostate"), None),
        fact("age", Value::Number(age.parse().unwrap()), Some("year")),
        fact(
            "body_mass_index",
            Value::Number(body_mass_index.parse().unwrap()),
            Some("kg/m2"),
        ),
        lesion,
    ] {
        board.record_observation(&id, input).unwrap();
    }
    let view = board.open_case(&id).unwrap();
    let ForecastState::Available(forecast) = &view.assessment.forecast else {
        panic!()
    };
    let blank: Vec<&str> = forecast
        .averaged_over
        .iter()
        .map(|id| id.as_str())
        .collect();
    for feature in ["karnofsky", "albumin", "liver_metastasis"] {
        assert!(
            blank.contains(&feature),
            "{feature} is not said to be averaged over: {blank:?}"
        );
    }
    let pdf = folder.path().join("summary.pdf");
    board
        .export_pdf(&id, Some(&pdf), ReportChoices::default())
        .unwrap();
    assert!(pdf.exists());
}

/// Age, sex, body mass index and first level of the first patient with prostate cancer and mixed
/// lesions. The sheet is read where it lies and never copied.
fn sheet_row(sheet: &Path) -> Option<[String; 4]> {
    const READ: &str = r#"
import re, sys, zipfile
from xml.etree import ElementTree
space = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
book = zipfile.ZipFile(sys.argv[1])
tree = lambda name: ElementTree.fromstring(book.read(name))
texts = ["".join(part.text or "" for part in item.iter(space + "t")) for item in tree("xl/sharedStrings.xml")]
for row in tree("xl/worksheets/sheet2.xml").iter(space + "row"):
    cells = {}
    for cell in row.iter(space + "c"):
        value = cell.find(space + "v")
        if value is not None:
            cells[re.match("[A-Z]+", cell.get("r")).group()] = texts[int(value.text)] if cell.get("t") == "s" else value.text
    if cells.get("G", "").strip() == "Prostate" and cells.get("K"):
        print(cells["B"], cells["C"].strip(), cells["F"], re.search("[CTLS][0-9]+", cells["K"]).group())
        break
"#;
    let Ok(read) = std::process::Command::new("python3")
        .arg("-c")
        .arg(READ)
        .arg(sheet)
        .output()
    else {
        eprintln!("SKIPPED: this test needs python3 to read a spreadsheet");
        return None;
    };
    assert!(
        read.status.success(),
        "the sheet has another form: {:?}",
        read.status
    );
    let words: Vec<String> = String::from_utf8(read.stdout)
        .unwrap()
        .split_whitespace()
        .map(str::to_owned)
        .collect();
    words.try_into().ok()
}
