//! The answers that the browser tests play back come from the real board: the committed files must be
//! what this journey records today.
//!
//! Set `SPINEBOARD_WRITE_FIXTURES=1` to write them.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod support;

use board::{
    AppStatus, AuditRowView, AuditView, BackupView, Board, BoardOptions, CaseView, CohortStudy,
    ExplainedEndpoint, ExplanationState, ForecastState, Identity, ImageLibrary, Level, NoKeychain,
    ObservationInput, OwnResults, OwnResultsQuestion, PackSet, PersonChange, PersonInput,
    RecalibrationProposal, RecoveryKey, ReportChoices, Role, ScoreSheet, Specialty, StackGeometry,
    StudyOptions, StudyQuestion, TriedFact, learn_recalibration,
};
use chrono::{DateTime, Utc};
use clinical::{
    case::{AbsenceReason, Entry, Source, Subject, Value},
    marks::{Mark, MarkKind, Proposal},
    pathway::Pathway,
};
use serde::Serialize;
use serde_json::Value as Json;
use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
    sync::{
        Arc,
        atomic::{AtomicI64, Ordering},
    },
    time::Duration,
};
use support::{
    PASSPHRASE,
    centre::{answering_pack, centre},
    cohort::{cohort, table},
    enter, image_worker,
    imported::{RecordedImports, imports_of},
    marks::stack_of,
    packs, repository, secret,
    year::{RecordedYear, year_of},
};

/// Seconds since 1970; it stands still until the journey moves it.
static SECONDS: AtomicI64 = AtomicI64::new(0);

fn now() -> DateTime<Utc> {
    DateTime::from_timestamp(SECONDS.load(Ordering::Relaxed), 0).unwrap()
}

fn monotonic() -> Duration {
    Duration::from_secs(SECONDS.load(Ordering::Relaxed).unsigned_abs())
}

/// It is now this time, as UTC.
fn at(moment: &str) {
    let moment: DateTime<Utc> = format!("{moment}:00Z").parse().unwrap();
    SECONDS.store(moment.timestamp(), Ordering::Relaxed);
}

fn a_minute_later() {
    SECONDS.fetch_add(60, Ordering::Relaxed);
}

/// The secret of every person, as the demo host knows it.
const SECRET: &str = "24681357";

/// When most facts were observed.
const DAY: &str = "2026-03-11";

#[derive(Serialize)]
struct RecordedStatus {
    first_start: AppStatus,
    /// The store is open, and nobody is signed in.
    open: AppStatus,
    /// The one of the first start, and one that takes its place.
    recovery_keys: [RecoveryKey; 2],
}

#[derive(Serialize)]
struct RecordedAudit {
    verified: AuditView,
    /// Newest first.
    rows: Vec<AuditRowView>,
    backup: BackupView,
}

/// Of each recorded case.
#[derive(Serialize)]
struct RecordedReasons {
    demo_case: Reasons,
    empty_case: Reasons,
}

/// By endpoint.
type Reasons = BTreeMap<&'static str, ExplanationState>;

struct Recorded {
    status: RecordedStatus,
    demo_case: CaseView,
    reasons: RecordedReasons,
    empty_case: CaseView,
    images: ImageLibrary,
    audit: RecordedAudit,
    scores: Vec<ScoreSheet>,
    study: RecordedStudy,
    own_results: RecordedOwnResults,
    recalibrated: RecordedRecalibration,
    marks: Vec<RecordedMark>,
    /// Of the demonstration case, had it a disturbance of bladder or bowel.
    emergency: Pathway,
    imports: RecordedImports,
    year: RecordedYear,
}

/// A mark with what it proposes.
#[derive(Serialize)]
struct RecordedMark {
    mark: Mark,
    proposals: Vec<Proposal>,
}

/// A mark of each kind on the phantom, at L1: on an axial image of the CT, and heights and displacement on a
/// sagittal one of the MR.
fn marks_of(board: &Board, root: &Path, case: &str) -> Vec<RecordedMark> {
    let images = root.join("spineboard/demonstration/images");
    let library = board.open_images(&[images], &mut |_| ()).unwrap();
    let stack = |wanted| stack_of(board, &library, wanted);
    let (axial, sagittal) = (stack("CT"), stack("T2 TSE SAG"));
    let square = |side: f64| {
        [
            (120.0, 118.0),
            (120.0, 138.0),
            (120.0 + side, 138.0),
            (120.0 + side, 118.0),
        ]
    };
    let (outer, inner) = (square(20.0), square(8.0));
    let heights = [
        (140.0, 150.0),
        (170.0, 150.0),
        (100.0, 150.0),
        (132.0, 150.0),
        (180.0, 150.0),
        (214.0, 150.0),
    ];
    let slide = [(180.0, 170.0), (210.0, 170.0), (172.0, 166.0)];
    let right = [(100.0, 80.0), (100.0, 95.0), (115.0, 95.0), (115.0, 80.0)];
    let left = [
        (100.0, 160.0),
        (100.0, 175.0),
        (115.0, 175.0),
        (115.0, 160.0),
    ];
    let cross = [
        (110.0, 100.0),
        (110.0, 140.0),
        (100.0, 120.0),
        (120.0, 120.0),
    ];
    type Parts<'a> = Vec<(u32, &'a [(f64, f64)])>;
    let drawn: [(MarkKind, &StackGeometry, Parts); 11] = [
        (MarkKind::Length, &axial, vec![(60, &outer[..2])]),
        (MarkKind::Angle, &axial, vec![(60, &outer)]),
        (MarkKind::CobbAngle, &sagittal, vec![(8, &heights[..4])]),
        (MarkKind::Ellipse, &axial, vec![(60, &cross)]),
        (MarkKind::Freehand, &axial, vec![(60, &outer)]),
        (MarkKind::Bidirectional, &axial, vec![(60, &cross)]),
        (MarkKind::HeightLoss, &sagittal, vec![(8, &heights)]),
        (MarkKind::Translation, &sagittal, vec![(8, &slide)]),
        (
            MarkKind::CanalCompromise,
            &axial,
            vec![(60, &outer), (60, &inner)],
        ),
        (MarkKind::Volume, &axial, vec![(60, &outer), (61, &outer)]),
        (MarkKind::PsoasArea, &axial, vec![(60, &right), (60, &left)]),
    ];
    let recorded = drawn.into_iter().map(|(kind, geometry, parts)| {
        let mut input = support::marks::drawn(geometry, kind, &parts);
        input.level = "L1".parse().ok();
        let view = board.draw_mark(case, input).unwrap();
        let mark = view.case.marks.last().unwrap().clone();
        let proposals = view.proposals.into_iter();
        RecordedMark {
            proposals: proposals.filter(|one| one.mark == mark.id).collect(),
            mark,
        }
    });
    recorded.collect()
}

/// What the recalibrated model says of the demonstration case, and what may be asked about it.
#[derive(Serialize)]
struct RecordedRecalibration {
    forecast: ForecastState,
    options: StudyOptions,
}

/// Patients who live a third as long as those of the comparison move the model.
fn recalibrated(board: &Board, root: &Path, demo_case: &CaseView) -> RecordedRecalibration {
    let mut patients = cohort(420, 12);
    for one in &mut patients {
        let shorter = format!(",{:.2},", one.months / 3.0);
        let months = format!(",{},", one.months);
        one.line = one.line.replacen(&months, &shorter, 1);
    }
    let path = root.join("recalibration.csv");
    fs::write(&path, table(&patients)).unwrap();
    let learned = learn_recalibration(&path, &PackSet::open(&packs()), None, now());
    board.keep_recalibration(&learned.unwrap()).unwrap();
    let view = board.open_case(&demo_case.case.id).unwrap();
    RecordedRecalibration {
        forecast: view.assessment.forecast,
        options: board.study_options(),
    }
}

/// A comparison on a made-up cohort, with some faults.
#[derive(Serialize)]
struct RecordedStudy {
    options: StudyOptions,
    study: CohortStudy,
}

fn study_of(board: &Board, root: &Path) -> RecordedStudy {
    let path = root.join("cohort.csv");
    let faults = "Zebedee-1,3,1\nx,-1,0,2015,60,lung,true,1,false,false,false,true,80,38,\n";
    fs::write(&path, table(&cohort(420, 12)) + faults).unwrap();
    let question = StudyQuestion {
        scores: ["mizumoto_2008", "osri_2013", "nesms"]
            .map(str::to_owned)
            .to_vec(),
        thresholds: vec![0.3],
        bootstraps: 40,
        ..StudyQuestion::default()
    };
    RecordedStudy {
        options: board.study_options(),
        study: board.study_table(&path, &question, &mut |_| ()).unwrap(),
    }
}

/// The forecasts of made-up centres on their patients, and what the patients of one would teach.
#[derive(Serialize)]
struct RecordedOwnResults {
    many: OwnResults,
    few: OwnResults,
    proposal: RecalibrationProposal,
}

fn own_results_of(root: &Path) -> RecordedOwnResults {
    let of = |name: &str, patients: u32, mean: f64, synthetic: bool| {
        let board = board_beside(root, name);
        let pack = answering_pack(&board);
        let today = now().date_naive();
        for one in centre(patients, (&pack, today), (mean, 8.0), synthetic) {
            board.insert_case(one.case()).unwrap();
        }
        board
    };
    let question = OwnResultsQuestion {
        bootstraps: 40,
        ..OwnResultsQuestion::default()
    };
    let results = |board: &Board| board.own_results(&question, &mut |_| ()).unwrap();
    let taught = of("centre_that_teaches", 170, 1.5, false);
    RecordedOwnResults {
        many: results(&of("large_centre", 330, 7.0, true)),
        few: results(&of("small_centre", 40, 7.0, true)),
        proposal: taught.propose_recalibration(&mut |_| ()).unwrap(),
    }
}

/// Another board, whose store was just made.
fn board_beside(root: &Path, name: &str) -> Board {
    let board = Board::start(BoardOptions {
        data: root.join(name),
        packs: packs(),
        clock: now,
        monotonic,
        image_worker: image_worker(),
        keychain: Arc::new(NoKeychain),
        ..BoardOptions::default()
    });
    enter(&board);
    board
}

fn person(name: &str, specialty: Specialty, role: Role) -> PersonInput {
    PersonInput {
        name: name.to_owned(),
        specialty,
        role,
        secret: secret(SECRET),
    }
}

fn id_of(board: &Board, family_name: &str) -> String {
    let people = board.status().people;
    let named = people.iter().find(|one| one.name.ends_with(family_name));
    named.unwrap().id.clone()
}

/// Signs somebody in, in place of whoever is there.
fn sign_in(board: &Board, family_name: &str) {
    board.sign_out().unwrap();
    board
        .sign_in(&id_of(board, family_name), secret(SECRET))
        .unwrap();
    a_minute_later();
}

/// A fact of a level, or of the patient where none is named.
fn observed(feature: &str, level: Option<Level>, entry: Entry, day: &str) -> ObservationInput {
    ObservationInput {
        feature: feature.to_owned(),
        subject: level.map_or(Subject::Patient, Subject::Level),
        entry,
        observed_on: Some(day.parse().unwrap()),
        source: None,
        note: None,
    }
}

fn known(value: Value, unit: Option<&str>) -> Entry {
    Entry::Known {
        value,
        unit: unit.map(str::to_owned),
    }
}

fn record(board: &Board, case: &str, input: ObservationInput) -> CaseView {
    a_minute_later();
    board.record_observation(case, input).unwrap()
}

/// The first start, on two days in January: keys, then the people.
fn people_move_in(board: &Board) -> RecoveryKey {
    at("2026-01-12T08:00");
    board.create_store(secret(PASSPHRASE)).unwrap();
    board.accept_research_use().unwrap();
    a_minute_later();
    let key = board.make_recovery_key().unwrap();
    for (moment, name, specialty, role) in [
        (
            "2026-01-12T08:04",
            "Prof. Dr. Amélie Ferrand",
            Specialty::SpineSurgery,
            Role::Chair,
        ),
        (
            "2026-01-12T08:10",
            "Jonas Brandt",
            Specialty::Coordination,
            Role::Coordinator,
        ),
        (
            "2026-01-12T08:14",
            "Dr. Siobhán O’Neill-Papadopoulos",
            Specialty::RadiationOncology,
            Role::Member,
        ),
        (
            "2026-01-13T10:30",
            "Dr. Kaan Yıldız",
            Specialty::Radiology,
            Role::Member,
        ),
        (
            "2026-01-13T10:35",
            "Dr. Marta Nowak",
            Specialty::MedicalOncology,
            Role::Member,
        ),
    ] {
        at(moment);
        board.add_person(person(name, specialty, role)).unwrap();
    }
    at("2026-03-02T17:00");
    let change = PersonChange {
        name: "Dr. Marta Nowak".to_owned(),
        specialty: Specialty::MedicalOncology,
        role: Role::Member,
        active: false,
    };
    board.change_person(&id_of(board, "Nowak"), change).unwrap();
    board.lock();
    key
}

/// A day on which little goes right: a wrong passphrase, a wrong secret, a computer that went to sleep.
fn the_day_before(board: &Board, backups: &Path) {
    at("2026-03-11T17:00");
    board.unlock(secret("not the passphrase")).unwrap_err();
    a_minute_later();
    board.unlock(secret(PASSPHRASE)).unwrap();
    let coordinator = id_of(board, "Brandt");
    board.sign_in(&coordinator, secret("97531864")).unwrap_err();
    a_minute_later();
    sign_in(board, "Brandt");
    board.set_backup_schedule(Some(backups), 24, 14).unwrap();
    at("2026-03-11T17:40");
    board.tick().expect("nobody was there for long");
    at("2026-03-11T18:00");
    board.unlock(secret(PASSPHRASE)).unwrap();
    board.backup_if_due().expect("a backup is due");
    board.lock();
}

/// A case typed by two people, so that the log has more rows than a page shows. Returns it as it was
/// while it was empty.
fn a_case_is_typed(board: &Board) -> (CaseView, Reasons) {
    at("2026-03-12T07:00");
    board.unlock(secret(PASSPHRASE)).unwrap();
    sign_in(board, "Brandt");
    board.list_cases("").unwrap();
    let identity = Identity {
        patient_id: "P-4711".to_owned(),
        family_name: "Ñandú-Öztürk".to_owned(),
        given_name: "Łukasja".to_owned(),
        alphabetic_name: None,
        birth_date: None,
    };
    let empty = board.create_case(identity, "").unwrap();
    let reasons = reasons_of(board, &empty);
    let id = &empty.case.id;
    let numbers = [
        ("age", 67.0, Some("year")),
        ("karnofsky", 70.0, None),
        ("ecog", 2.0, None),
        ("worst_pain", 6.0, None),
        ("vertebral_metastases", 2.0, None),
        ("extraspinal_bone_metastases", 1.0, None),
        ("haemoglobin", 11.2, Some("g/dL")),
        ("albumin", 36.0, Some("g/L")),
        ("platelets", 188.0, Some("10^9/L")),
        ("leucocytes", 7.1, Some("10^9/L")),
        ("c_reactive_protein", 28.0, Some("mg/L")),
        ("calcium_corrected", 2.38, Some("mmol/L")),
    ];
    for (feature, number, unit) in numbers {
        let entry = known(Value::Number(number), unit);
        record(board, id, observed(feature, None, entry, DAY));
    }
    sign_in(board, "Yıldız");
    board.list_cases("").unwrap();
    board.open_case(id).unwrap();
    let level: Option<Level> = "L3".parse().ok();
    let codes = [
        ("primary_tumour", None, "prostate"),
        ("sex", None, "male"),
        ("frankel", None, "E"),
        ("walking", None, "unaided"),
        ("visceral_metastases", None, "none"),
        ("sins_pain", level, "occasional_non_mechanical"),
        ("lesion_type", level, "blastic"),
        ("spinal_alignment", level, "normal"),
        ("bilsky_grade", level, "1a"),
    ];
    for (feature, level, code) in codes {
        let entry = known(Value::Code(code.to_owned()), None);
        record(board, id, observed(feature, level, entry, DAY));
    }
    board.undo(id).unwrap();
    a_minute_later();
    board.export_pdf(id, None, support::MASKED).unwrap();
    (empty, reasons)
}

fn reasons_of(board: &Board, view: &CaseView) -> Reasons {
    let endpoints = ExplainedEndpoint::ALL.into_iter();
    let explained = endpoints.map(|endpoint| {
        let state = board.explain(&view.case.id, endpoint).unwrap();
        (endpoint.code(), state)
    });
    explained.collect()
}

/// The demonstration case, to which the chair adds what it does not have by itself: a result that is
/// not there yet, an old one, and a newer one that was read from a file.
fn demonstration(board: &Board) -> CaseView {
    let id = board.open_demo_case().unwrap().case.id;
    let pending = Entry::Absent {
        absent: AbsenceReason::Pending,
    };
    record(
        board,
        &id,
        observed("lactate_dehydrogenase", None, pending, DAY),
    );
    let old = known(Value::Number(71.0), Some("umol/L"));
    record(board, &id, observed("creatinine", None, old, "2026-01-14"));
    let mut read = observed(
        "haemoglobin",
        None,
        known(Value::Number(10.4), Some("g/dL")),
        DAY,
    );
    read.source = Some(Source::File {
        name: format!("laboratory-{DAY}.pdf"),
    });
    record(board, &id, read)
}

/// A folder as a disc may bring it, small enough for a browser: a part of the demonstration's images, the
/// same CT under another patient, a series of one image, a text, and a file that was cut off.
fn images_of_a_disc(demonstration: &ImageLibrary, folder: &Path) {
    let put = |path: &Path, bytes: &[u8]| {
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, bytes).unwrap();
    };
    for (study, series, stack) in demonstration.library.stacks() {
        let chosen = match (series.modality.as_str(), series.description.as_str()) {
            ("CT", _) => 48..72,
            (_, "T2 TSE SAG") => 0..stack.images.len(),
            (_, "T2 TSE AX") => 9..10,
            _ => continue,
        };
        for (number, image) in stack.images[chosen].iter().enumerate() {
            let bytes = fs::read(&image.path).unwrap();
            let name = format!("IM{:04}", number + 1);
            let path = folder.join(&series.modality).join(&series.description);
            put(&path.join(&name), &bytes);
            if series.modality == "CT" {
                let mut bytes = bytes;
                for (from, to) in [
                    ("SPINEBOARD-DEMO", "SYN-0002"),
                    ("DEMO^Synthetic", "Example^Other"),
                    ("19610514", "19490102"),
                    ("20260302", "20260201"),
                    (&study.description, "CT OF ANOTHER"),
                ] {
                    overwrite(&mut bytes, from, to);
                }
                for uid in [&study.uid, &series.uid, &image.sop_instance_uid] {
                    overwrite(&mut bytes, uid, &neighbour(uid));
                }
                put(&folder.join("OTHER").join(&name), &bytes);
            } else if number == 5 {
                put(&folder.join("CUT/IM0001"), &bytes[..bytes.len() / 2]);
            }
        }
    }
    put(&folder.join("notes.txt"), b"Not an image.\n");
}

/// Writes over each place of a text in a file; DICOM pads texts with spaces at their end.
fn overwrite(bytes: &mut [u8], from: &str, to: &str) {
    let mut found = false;
    for start in 0..bytes.len() - from.len() {
        if bytes[start..].starts_with(from.as_bytes()) {
            let padded = format!("{to:width$}", width = from.len());
            bytes[start..start + from.len()].copy_from_slice(padded.as_bytes());
            found = true;
        }
    }
    assert!(found, "{from} is not in the file");
}

/// Another UID of the same length.
fn neighbour(uid: &str) -> String {
    let (head, last) = uid.split_at(uid.len() - 1);
    format!("{head}{}", if last == "9" { "1" } else { "9" })
}

/// The packs of the repository beside a spoilt copy of one and the tiny pack that outlines.
fn packs_with_a_spoilt_one(folder: &Path) -> Vec<PathBuf> {
    let spoilt = folder.join("survival-broken");
    fs::create_dir_all(&spoilt).unwrap();
    for entry in fs::read_dir(packs()[0].join("survival-linear")).unwrap() {
        let path = entry.unwrap().path();
        fs::copy(&path, spoilt.join(path.file_name().unwrap())).unwrap();
    }
    let outlines = folder.join("test-outlines-without-meaning");
    fs::create_dir_all(&outlines).unwrap();
    let kept = "src-tauri/crates/inference/tests/packs/test-outlines-without-meaning";
    for entry in fs::read_dir(support::repository().join(kept)).unwrap() {
        let path = entry.unwrap().path();
        fs::copy(&path, outlines.join(path.file_name().unwrap())).unwrap();
    }
    let network = spoilt.join("survival.onnx");
    let mut bytes = fs::read(&network).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    fs::write(&network, bytes).unwrap();
    let mut folders = packs();
    folders.push(folder.to_owned());
    folders
}

/// The whole journey, below a folder that stands for `/demo`.
fn journey(root: &Path) -> Recorded {
    let backups = root.join("backups");
    fs::create_dir(&backups).unwrap();
    let board = Board::start(BoardOptions {
        data: root.join("spineboard"),
        packs: packs_with_a_spoilt_one(&root.join("packs")),
        clock: now,
        monotonic,
        image_worker: image_worker(),
        keychain: Arc::new(NoKeychain),
        ..BoardOptions::default()
    });
    let first_start = board.status();
    let first_key = people_move_in(&board);
    the_day_before(&board, &backups);
    let (empty_case, reasons_of_empty_case) = a_case_is_typed(&board);

    at("2026-03-12T08:30");
    sign_in(&board, "Ferrand");
    let backup = board.write_backup(None).unwrap();
    board.list_cases("").unwrap();
    let demo_case = demonstration(&board);
    let reasons = RecordedReasons {
        demo_case: reasons_of(&board, &demo_case),
        empty_case: reasons_of_empty_case,
    };
    let emergency = with_bladder_disturbance(&board, &demo_case);
    let folder = root.join("images");
    let whole = root.join("spineboard/demonstration/images");
    let whole = board.open_images(&[whole], &mut |_| ()).unwrap();
    images_of_a_disc(&whole, &folder);
    let images = board.open_images(&[folder], &mut |_| ()).unwrap();
    a_minute_later();
    board
        .export_pdf(&demo_case.case.id, None, ReportChoices::default())
        .unwrap();
    board.sign_out().unwrap();
    at("2026-03-12T09:20");
    let open = board.status();
    sign_in(&board, "O’Neill-Papadopoulos");
    board.open_case(&demo_case.case.id).unwrap();
    at("2026-03-12T09:30");
    let study = study_of(&board, root);
    let verified = board.audit_verify().unwrap();
    assert_eq!(verified.faults, []);
    let rows = board.audit_rows(None, 500).unwrap();
    sign_in(&board, "Ferrand");
    at("2026-03-12T09:30");
    let next_key = board.make_recovery_key().unwrap();
    let recalibrated = recalibrated(&board, root, &demo_case);
    let marks = marks_of(&board, root, &demo_case.case.id);
    let known = &empty_case.case.identity.patient_id;
    let imports = imports_of(&board, root, known, &demo_case.case.id);
    let own_results = own_results_of(root);
    let scores = board.score_sheets();
    // The clock goes back to the beginning of a year; nothing else is recorded afterwards.
    at("2025-01-02T09:00");
    let centre = board_beside(root, "centre_of_a_year");
    let year = year_of(&centre, &answering_pack(&centre), at);
    Recorded {
        status: RecordedStatus {
            first_start,
            open,
            recovery_keys: [first_key, next_key],
        },
        demo_case,
        reasons,
        empty_case,
        images,
        audit: RecordedAudit {
            verified,
            rows,
            backup,
        },
        scores,
        study,
        own_results,
        recalibrated,
        marks,
        emergency,
        imports,
        year,
    }
}

fn with_bladder_disturbance(board: &Board, view: &CaseView) -> Pathway {
    let value = Value::Flag(true);
    let tried = TriedFact {
        feature: "bladder_or_bowel_dysfunction".to_owned(),
        subject: Subject::Patient,
        entry: Entry::Known { value, unit: None },
    };
    board.try_out(&view.case.id, vec![tried]).unwrap().pathway
}

/// Puts what differs from one run to the next into the same words each time. Random identifiers become
/// `id-1`, `id-2` and so on, the same one in all files; random keys and fingerprints keep their length and
/// become the letters of their alphabet in a row; the folder of the journey becomes `/demo`; the size of a
/// backup, which depends on the length of that folder's name, is rounded to a megabyte.
struct Steady {
    root: String,
    ids: BTreeMap<String, String>,
    keys: usize,
}

impl Steady {
    fn make(&mut self, name: &str, value: &mut Json) {
        match value {
            Json::Array(items) => items.iter_mut().for_each(|item| self.make(name, item)),
            Json::Object(fields) => {
                for (name, field) in fields {
                    self.make(name, field);
                }
            }
            Json::Number(number) if name == "bytes" => {
                *number = ((number.as_u64().unwrap() + 500_000) / 1_000_000 * 1_000_000).into();
            }
            Json::String(text) if name == "signing_key" => {
                *text = in_a_row(text, "0123456789abcdef", 0);
            }
            Json::String(text) if name == "key" => {
                *text = in_a_row(text, "0123456789ABCDEFGHJKMNPQRSTVWXYZ", self.keys);
                self.keys += 1;
            }
            Json::String(text) if is_random_id(text) => {
                let next = format!("id-{}", self.ids.len() + 1);
                text.clone_from(self.ids.entry(text.clone()).or_insert(next));
            }
            Json::String(text) => *text = text.replace(&self.root, "/demo"),
            Json::Null | Json::Bool(_) | Json::Number(_) => (),
        }
    }
}

/// The letters of an alphabet in place of the letters of a text, from one of them on.
fn in_a_row(text: &str, alphabet: &str, first: usize) -> String {
    let mut letters = alphabet.chars().cycle().skip(first);
    text.chars()
        .map(|letter| match letter.is_ascii_alphanumeric() {
            true => letters.next().unwrap(),
            false => letter,
        })
        .collect()
}

/// A UUID as `board` makes them.
fn is_random_id(text: &str) -> bool {
    text.len() == 36
        && text.char_indices().all(|(at, letter)| match at {
            8 | 13 | 18 | 23 => letter == '-',
            _ => letter.is_ascii_hexdigit(),
        })
}

/// By how much a number may differ on another processor: as much as the golden rows of a pack allow.
const TOLERANCE: f64 = 1e-5;

/// Where two recordings differ, if they do.
fn difference(place: &str, one: &Json, other: &Json) -> Option<String> {
    let differs = match (one, other) {
        (Json::Number(one), Json::Number(other)) if one.is_f64() && other.is_f64() => {
            (one.as_f64()? - other.as_f64()?).abs() > TOLERANCE
        }
        (Json::Array(one), Json::Array(other)) if one.len() == other.len() => {
            let mut pairs = one.iter().zip(other).enumerate();
            return pairs
                .find_map(|(at, (one, other))| difference(&format!("{place}/{at}"), one, other));
        }
        (Json::Object(one), Json::Object(other)) if one.keys().eq(other.keys()) => {
            return one
                .iter()
                .find_map(|(name, one)| difference(&format!("{place}/{name}"), one, &other[name]));
        }
        _ => one != other,
    };
    differs.then(|| place.to_owned())
}

#[test]
fn the_committed_recordings_are_those_of_the_board() {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path().canonicalize().unwrap();
    let recorded = journey(&root);
    let mut steady = Steady {
        root: root.display().to_string(),
        ids: BTreeMap::new(),
        keys: 0,
    };
    let fresh = [
        ("status.json", serde_json::to_value(recorded.status)),
        ("demo_case.json", serde_json::to_value(recorded.demo_case)),
        ("reasons.json", serde_json::to_value(recorded.reasons)),
        ("empty_case.json", serde_json::to_value(recorded.empty_case)),
        ("images.json", serde_json::to_value(recorded.images)),
        ("audit.json", serde_json::to_value(recorded.audit)),
        ("scores.json", serde_json::to_value(recorded.scores)),
        ("study.json", serde_json::to_value(recorded.study)),
        ("imports.json", serde_json::to_value(recorded.imports)),
        (
            "own_results.json",
            serde_json::to_value(recorded.own_results),
        ),
        ("marks.json", serde_json::to_value(recorded.marks)),
        ("year.json", serde_json::to_value(recorded.year)),
        ("emergency.json", serde_json::to_value(recorded.emergency)),
        (
            "recalibrated.json",
            serde_json::to_value(recorded.recalibrated),
        ),
    ];
    let written = fresh.len();
    let committed = repository().join("ui/tests/fixtures");
    let mut stale = Vec::new();
    for (name, value) in fresh {
        let mut value = value.unwrap();
        steady.make("", &mut value);
        let path = committed.join(name);
        let before = fs::read_to_string(&path).unwrap_or_default();
        let before: Json = serde_json::from_str(&before).unwrap_or_default();
        let Some(place) = difference(name, &before, &value) else {
            continue;
        };
        if std::env::var_os("SPINEBOARD_WRITE_FIXTURES").is_some() {
            fs::write(path, serde_json::to_string_pretty(&value).unwrap() + "\n").unwrap();
        } else {
            stale.push(place);
        }
    }
    assert!(
        stale.is_empty(),
        "run with SPINEBOARD_WRITE_FIXTURES=1; the first differences: {stale:?}"
    );
    let there = fs::read_dir(&committed).unwrap().count();
    assert_eq!(there, written, "every file is written by this journey");
}
