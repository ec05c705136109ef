//! Tables of other programs: cases, laboratory values and outcomes come in after a preview, nothing is guessed, and what
//! came in can be taken back.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod support;

use board::{
    Board, BoardError, ColumnTarget, DateFormat, Identity, ImportChoices, ImportEffect,
    ImportFindingCode, ImportPreview, ImportSource, MeetingInput, ObservationInput, PatientState,
    PersonInput, Role, Specialty, TableKind,
};
use chrono::{NaiveDate, Utc};
use clinical::{
    case::{Case, Entry, Source, Subject, Value},
    words::Words,
};
use std::{fs, path::Path};
use support::{PIN, opened, secret};
use tempfile::TempDir;

const CASES: &str = "Pat.-Nr.;Nachname;Vorname;Geb.-Datum;Geschlecht;Primärtumor;Datum;Hb [g/dl]\n\
    4711;Kowalska;Zoë;01.02.1950;w;Mamma;20.03.2025;11,4\n\
    4712;Öztürk;Can;03.04.1961;m;Lunge;21.03.2025;9,8\n";

fn file(folder: &Path, name: &str, content: impl AsRef<[u8]>) -> ImportSource {
    let path = folder.join(name);
    fs::write(&path, content).unwrap();
    ImportSource::File {
        path: path.display().to_string(),
    }
}

fn date(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

fn code<T>(answer: Result<T, BoardError>) -> String {
    answer.err().map_or_else(String::new, |error| error.code)
}

/// The table as it is proposed, which has to leave nothing open.
fn proposed(board: &Board, source: ImportSource) -> ImportChoices {
    let table = board.read_import_table(&source, None, None, None).unwrap();
    assert_eq!(table.questions, []);
    ImportChoices {
        source,
        mapping: table.mapping,
        day: None,
        case_id: None,
        confirmed: Vec::new(),
    }
}

/// Imports what the preview shows, and gives the id.
fn imported(board: &Board, choices: &ImportChoices) -> String {
    let preview = board.preview_import(choices).unwrap();
    board.run_import(choices, &preview.seen).unwrap().id
}

fn codes(preview: &ImportPreview) -> Vec<(u64, ImportFindingCode)> {
    let findings = preview.findings.iter();
    findings
        .map(|finding| (finding.line, finding.code))
        .collect()
}

fn case_of(board: &Board, number: &str) -> Case {
    let found = board.list_cases(number).unwrap().cases;
    assert_eq!(found.len(), 1, "{number}");
    board.open_case(&found[0].id).unwrap().case
}

fn numbers(case: &Case, feature: &str) -> Vec<f64> {
    let recorded = case
        .observations
        .iter()
        .filter(|one| one.feature.as_str() == feature);
    recorded
        .filter_map(|one| match &one.entry {
            Entry::Known { value, .. } => value.as_number(),
            Entry::Absent { .. } => None,
        })
        .collect()
}

fn ecog(value: f64) -> ObservationInput {
    ObservationInput {
        feature: "ecog".to_owned(),
        subject: Subject::Patient,
        entry: Entry::Known {
            value: Value::Number(value),
            unit: None,
        },
        observed_on: Some(date("2025-03-22")),
        source: None,
        note: None,
    }
}

/// A board with two imported cases, and the id of that import.
fn with_cases() -> (TempDir, Board, String) {
    let folder = tempfile::tempdir().unwrap();
    let board = opened(&folder.path().join("data"));
    let choices = proposed(&board, file(folder.path(), "faelle.csv", CASES));
    let id = imported(&board, &choices);
    (folder, board, id)
}

#[test]
fn a_table_of_cases_comes_in_after_a_preview_that_writes_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let board = opened(&folder.path().join("data"));
    let choices = proposed(&board, file(folder.path(), "faelle.csv", CASES));
    let preview = board.preview_import(&choices).unwrap();
    assert_eq!((preview.counts.new_cases, preview.counts.values), (2, 6));
    assert_eq!(codes(&preview), []);
    assert!(
        preview
            .patients
            .iter()
            .all(|patient| patient.state == PatientState::New)
    );
    assert_eq!(board.list_cases("").unwrap().cases, []);
    assert_eq!(board.imports().unwrap(), []);

    let import = board.run_import(&choices, &preview.seen).unwrap();
    assert_eq!(
        (import.file_name.as_str(), import.kind.as_str()),
        ("faelle.csv", "cases")
    );
    assert_eq!(import.counts, preview.counts);
    let case = case_of(&board, "4711");
    assert_eq!(
        case.identity,
        Identity {
            patient_id: "4711".to_owned(),
            family_name: "Kowalska".to_owned(),
            given_name: "Zoë".to_owned(),
            alphabetic_name: None,
            birth_date: Some(date("1950-02-01")),
        }
    );
    let haemoglobin = case
        .observations
        .iter()
        .find(|one| one.feature.as_str() == "haemoglobin")
        .unwrap();
    assert_eq!(haemoglobin.observed_on, Some(date("2025-03-20")));
    assert_eq!(
        haemoglobin.source,
        Source::File {
            name: "faelle.csv".to_owned()
        }
    );
    assert_eq!(haemoglobin.author, "Dr Rossi");
    let log: Vec<_> = board
        .audit_rows(None, 50)
        .unwrap()
        .into_iter()
        .map(|row| row.action)
        .collect();
    assert!(log.contains(&"table_imported".to_owned()), "{log:?}");
    assert_eq!(board.audit_verify().unwrap().faults, []);
}

#[test]
fn laboratory_values_in_rows_go_to_known_patients_and_everything_else_is_said() {
    let (folder, board, _) = with_cases();
    let labs = "Patient,Test,Result,Unit,Collected\n\
        4711,Hb,11.4,g/dL,2025-03-20\n\
        4711,Hb,11.9,g/dL,2025-03-20\n\
        4711,CRP i.S.,12,mg/l,2025-03-21\n\
        4712,Albumin,3.4,g/dL,2025-03-21\n\
        4799,Hb,11,g/dL,2025-03-21\n\
        4712,LDH,lots,U/L,2025-03-21\n\
        4712,Kreatinin,90,stone,2025-03-21\n\
        4712,Platelets,2500,/nl,2025-03-21\n";
    let choices = proposed(&board, file(folder.path(), "labs.csv", labs));
    assert_eq!(choices.mapping.kind, TableKind::LaboratoryLong);
    let preview = board.preview_import(&choices).unwrap();
    assert_eq!(
        codes(&preview),
        [
            (2, ImportFindingCode::Duplicate),
            (3, ImportFindingCode::OtherValueSameDay),
            (6, ImportFindingCode::UnknownPatient),
            (7, ImportFindingCode::UnreadableNumber),
            (8, ImportFindingCode::UnknownUnit),
            (9, ImportFindingCode::Implausible),
        ]
    );
    let counts = &preview.counts;
    assert_eq!(
        (
            counts.new_cases,
            counts.changed_cases,
            counts.values,
            counts.duplicates
        ),
        (0, 2, 4, 1)
    );
    imported(&board, &choices);
    assert_eq!(
        numbers(&case_of(&board, "4711"), "haemoglobin"),
        [11.4, 11.9]
    );
    let view = board
        .open_case(&board.list_cases("4712").unwrap().cases[0].id)
        .unwrap();
    let albumin = view
        .assessment
        .facts_used
        .iter()
        .find(|fact| fact.feature.as_str() == "albumin")
        .unwrap();
    assert_eq!(
        albumin.value,
        Value::Number(34.0),
        "in the unit of the catalogue"
    );
    assert_eq!(board.list_cases("4799").unwrap().cases, []);
}

#[test]
fn laboratory_values_in_columns_come_in_with_their_day() {
    let (folder, board, _) = with_cases();
    let labs = "MRN\tDate\tLDH (U/L)\tINR\n4711\t22/03/2025\t310\t1.1\n4712\t23/03/2025\tNA\t1.2\n";
    let choices = proposed(&board, file(folder.path(), "wide.txt", labs));
    assert_eq!(choices.mapping.kind, TableKind::LaboratoryWide);
    imported(&board, &choices);
    let case = case_of(&board, "4711");
    assert_eq!(
        (
            numbers(&case, "lactate_dehydrogenase"),
            numbers(&case, "inr")
        ),
        (vec![310.0], vec![1.1])
    );
    assert!(
        case.observations
            .iter()
            .any(|one| one.observed_on == Some(date("2025-03-22")))
    );
    assert_eq!(
        numbers(&case_of(&board, "4712"), "lactate_dehydrogenase"),
        [] as [f64; 0]
    );
}

#[test]
fn outcomes_become_follow_ups_and_what_the_case_knows_otherwise_is_not_overwritten() {
    let (folder, board, _) = with_cases();
    let outcomes = "Patientennummer;Vitalstatus;Sterbedatum;zuletzt gesehen\n\
        4711;verstorben;25.03.2025;\n4712;lebt;;26.03.2025\n";
    let choices = proposed(&board, file(folder.path(), "verlauf.csv", outcomes));
    assert_eq!(choices.mapping.kind, TableKind::Outcomes);
    imported(&board, &choices);
    let died = case_of(&board, "4711").follow_ups;
    assert_eq!(
        (died.len(), died[0].died_on()),
        (1, Some(date("2025-03-25")))
    );
    assert_eq!(
        died[0].source,
        Source::File {
            name: "verlauf.csv".to_owned()
        }
    );
    assert_eq!(
        case_of(&board, "4712").follow_ups[0].alive_on(),
        Some(date("2025-03-26"))
    );

    let later = "Patientennummer;Vitalstatus;Sterbedatum;zuletzt gesehen\n\
        4711;lebt;;28.03.2025\n4712;lebt;;26.03.2025\n";
    let preview = board
        .preview_import(&proposed(&board, file(folder.path(), "spaeter.csv", later)))
        .unwrap();
    assert_eq!(
        codes(&preview),
        [
            (2, ImportFindingCode::OtherOutcome),
            (3, ImportFindingCode::DuplicateOutcome)
        ]
    );
    assert_eq!(preview.counts.changed_cases, 0);
}

#[test]
fn a_known_number_with_another_name_or_birth_date_is_held_back_until_somebody_confirms_it() {
    let (folder, board, _) = with_cases();
    let table = "MRN;Nachname;Geburtsdatum;Datum;ECOG\n\
        4711;Nowak;01.02.1950;22.03.2025;2\n4712;ÖZTÜRK;04.03.1961;22.03.2025;1\n04711;Neu;05.05.1955;22.03.2025;1\n";
    let mut choices = proposed(&board, file(folder.path(), "next.csv", table));
    let preview = board.preview_import(&choices).unwrap();
    assert_eq!(
        codes(&preview),
        [
            (2, ImportFindingCode::IdentityDiffers),
            (3, ImportFindingCode::IdentityDiffers),
            (4, ImportFindingCode::SimilarPatient),
        ]
    );
    assert!(
        preview
            .findings
            .iter()
            .all(|finding| finding.effect == ImportEffect::HeldBack)
    );
    assert_eq!(preview.counts.held_back, 3);
    assert_eq!(
        code(board.run_import(&choices, &preview.seen)),
        "import_nothing"
    );

    choices.confirmed = vec!["4712".to_owned()];
    imported(&board, &choices);
    let confirmed = case_of(&board, "Can");
    assert_eq!(numbers(&confirmed, "ecog"), [1.0]);
    assert_eq!(
        confirmed.identity.birth_date,
        Some(date("1961-04-03")),
        "the case keeps what it says"
    );
    assert_eq!(
        numbers(&case_of(&board, "Kowalska"), "ecog"),
        [] as [f64; 0]
    );
    assert_eq!(board.list_cases("").unwrap().total, 2);
}

#[test]
fn days_and_units_that_could_be_two_things_are_asked_before_there_is_a_preview() {
    let (folder, board, _) = with_cases();
    let source = file(
        folder.path(),
        "labs.csv",
        "MRN;Datum;CRP\n4711;03/04/2025;5\n",
    );
    let table = board.read_import_table(&source, None, None, None).unwrap();
    assert_eq!(table.questions.len(), 2);
    let mut choices = ImportChoices {
        source: source.clone(),
        mapping: table.mapping,
        day: None,
        case_id: None,
        confirmed: Vec::new(),
    };
    assert_eq!(
        code(board.preview_import(&choices)),
        "import_questions_open"
    );
    choices.mapping.columns[1].date_format = Some(DateFormat::MonthDayYear);
    choices.mapping.columns[2].unit = Some("mg/dL".to_owned());
    imported(&board, &choices);
    let case = case_of(&board, "4711");
    let crp = case
        .observations
        .iter()
        .find(|one| one.feature.as_str() == "c_reactive_protein")
        .unwrap();
    assert_eq!(crp.observed_on, Some(date("2025-03-04")));
    assert_eq!(
        crp.entry,
        Entry::Known {
            value: Value::Number(5.0),
            unit: Some("mg/dL".to_owned())
        }
    );

    // The next export of the same program needs no answers.
    board
        .save_import_mapping(" Labor Nord ", Some(&choices.mapping))
        .unwrap();
    let saved = board.import_mappings().unwrap();
    assert_eq!(saved[0].name, "Labor Nord");
    let next = file(
        folder.path(),
        "next.csv",
        "Datum;MRN;CRP\n03/05/2025;4711;7\n",
    );
    let table = board
        .read_import_table(&next, Some(&saved[0].mapping), None, None)
        .unwrap();
    assert_eq!(table.questions, []);
    assert_eq!(table.mapping.columns[2].unit.as_deref(), Some("mg/dL"));
    assert_eq!(
        code(board.save_import_mapping("", Some(&saved[0].mapping))),
        "mapping_name"
    );
    assert_eq!(board.save_import_mapping("Labor Nord", None).unwrap(), []);
}

#[test]
fn a_pasted_laboratory_table_goes_into_the_open_case_and_never_into_another() {
    let (_folder, board, _) = with_cases();
    let id = board.list_cases("4711").unwrap().cases[0].id.clone();
    let pasted = |text: &str, day: Option<&str>| {
        let source = ImportSource::Pasted {
            text: text.to_owned(),
        };
        let day = day.map(date);
        let table = board
            .read_import_table(&source, None, day, Some(&id))
            .unwrap();
        ImportChoices {
            source,
            mapping: table.mapping,
            day,
            case_id: Some(id.clone()),
            confirmed: Vec::new(),
        }
    };
    let choices = pasted("LDH   310   U/L\nKrea  1.2   mg/dL\n", Some("2025-03-23"));
    assert_eq!(choices.mapping.columns[0].target, ColumnTarget::Test);
    imported(&board, &choices);
    let case = case_of(&board, "4711");
    assert_eq!(
        (
            numbers(&case, "lactate_dehydrogenase"),
            numbers(&case, "creatinine")
        ),
        (vec![310.0], vec![1.2])
    );
    let ldh = case
        .observations
        .iter()
        .find(|one| one.feature.as_str() == "lactate_dehydrogenase")
        .unwrap();
    assert_eq!(ldh.observed_on, Some(date("2025-03-23")));
    assert_eq!(
        ldh.source,
        Source::File {
            name: "pasted table".to_owned()
        }
    );
    assert_eq!(
        code(board.preview_import(&pasted("LDH\t310\tU/L\n", None))),
        "import_questions_open"
    );

    let foreign = pasted(
        "MRN\tTest\tWert\tEinheit\tDatum\n4712\tHb\t9\tg/dL\t2025-03-23\n",
        None,
    );
    let preview = board.preview_import(&foreign).unwrap();
    assert_eq!(codes(&preview), [(2, ImportFindingCode::OtherPatient)]);
    assert_eq!(preview.counts.changed_cases, 0);
}

#[test]
fn an_import_that_nobody_touched_goes_back_whole() {
    let (folder, board, cases) = with_cases();
    let before = case_of(&board, "4711");
    let labs = "MRN;Datum;INR\n4711;2025-03-22;1,1\n4712;2025-03-22;1,2\n";
    let labs = imported(
        &board,
        &proposed(&board, file(folder.path(), "labs.csv", labs)),
    );
    assert_ne!(case_of(&board, "4711"), before);

    let back = board.take_back_import(&labs).unwrap();
    assert_eq!(
        (back.restored, back.withdrawn, back.partly, back.untouched),
        (2, 0, 0, 0)
    );
    assert_eq!(case_of(&board, "4711"), before);
    assert_eq!(code(board.take_back_import(&labs)), "unknown_import");

    let back = board.take_back_import(&cases).unwrap();
    assert_eq!(
        (back.restored, back.withdrawn, back.partly, back.untouched),
        (0, 2, 0, 0)
    );
    assert_eq!(board.list_cases("").unwrap().cases, []);
    assert_eq!(
        board.open_case(&before.id).unwrap().case,
        before,
        "the record stays"
    );
    assert_eq!(board.audit_verify().unwrap().faults, []);
    assert!(
        board
            .imports()
            .unwrap()
            .iter()
            .all(|import| import.taken_back_at.is_some())
    );
}

#[test]
fn what_somebody_did_since_an_import_stays_when_it_is_taken_back() {
    let (_folder, board, cases) = with_cases();
    let touched = case_of(&board, "4711");
    board.record_observation(&touched.id, ecog(2.0)).unwrap();
    let haemoglobin = touched
        .observations
        .iter()
        .find(|one| one.feature.as_str() == "haemoglobin")
        .unwrap();
    board
        .retract_observation(&touched.id, &haemoglobin.id)
        .unwrap();

    let back = board.take_back_import(&cases).unwrap();
    assert_eq!(
        (back.restored, back.withdrawn, back.partly, back.taken_out),
        (0, 1, 1, 2)
    );
    let left = case_of(&board, "4711");
    let features: Vec<_> = left
        .observations
        .iter()
        .map(|one| one.feature.as_str())
        .collect();
    assert_eq!(features, ["ecog"]);
    assert_eq!(left.identity, touched.identity);
    assert_eq!(board.list_cases("").unwrap().total, 1);
}

#[test]
fn a_case_on_the_list_of_a_meeting_stays_when_its_import_is_taken_back() {
    let (_folder, board, cases) = with_cases();
    let listed = case_of(&board, "4711");
    let meeting = MeetingInput {
        title: "Spine board".to_owned(),
        on: Utc::now().date_naive(),
        starts_at: None,
        place: String::new(),
        minutes_per_case: 8,
        list_closes_on: None,
        note: String::new(),
    };
    let meeting = board.create_meeting(meeting).unwrap().meeting.id;
    board.add_to_meeting(&meeting, &listed.id).unwrap();
    let back = board.take_back_import(&cases).unwrap();
    assert_eq!((back.withdrawn, back.partly, back.taken_out), (1, 1, 3));
    let entry = &board.meeting(&meeting).unwrap().entries[0];
    assert_eq!(
        entry.case.as_ref().map(|case| case.id.clone()),
        Some(listed.id)
    );
    assert_eq!(case_of(&board, "4711").observations, []);
}

#[test]
fn only_the_importer_or_a_manager_takes_an_import_back() {
    let (_folder, board, cases) = with_cases();
    let member = PersonInput {
        name: "Ms Kaya".to_owned(),
        specialty: Specialty::Nursing,
        role: Role::Member,
        secret: secret("quiet river"),
    };
    let people = board.add_person(member).unwrap().people;
    let id = |name: &str| {
        people
            .iter()
            .find(|person| person.name == name)
            .unwrap()
            .id
            .clone()
    };
    board.sign_out().unwrap();
    assert_eq!(code(board.imports()), "sign_in_needed");
    board
        .sign_in(&id("Ms Kaya"), secret("quiet river"))
        .unwrap();
    assert!(!board.imports().unwrap()[0].can_take_back);
    assert_eq!(code(board.take_back_import(&cases)), "not_your_import");
    board.sign_out().unwrap();
    board.sign_in(&id("Dr Rossi"), secret(PIN)).unwrap();
    assert_eq!(board.take_back_import(&cases).unwrap().withdrawn, 2);
}

#[test]
fn the_same_file_twice_is_said_and_brings_nothing_twice() {
    let (folder, board, cases) = with_cases();
    let again = file(folder.path(), "renamed.csv", CASES);
    let table = board.read_import_table(&again, None, None, None).unwrap();
    assert_eq!(table.earlier.map(|import| import.id), Some(cases.clone()));
    let choices = proposed(&board, again);
    let preview = board.preview_import(&choices).unwrap();
    assert_eq!(
        preview.earlier.map(|import| import.file_name),
        Some("faelle.csv".to_owned())
    );
    assert_eq!(
        (preview.counts.duplicates, preview.counts.changed_cases),
        (6, 0)
    );
    assert!(
        preview
            .patients
            .iter()
            .all(|patient| patient.state == PatientState::Unchanged)
    );
    assert_eq!(
        code(board.run_import(&choices, &preview.seen)),
        "import_nothing"
    );

    board.take_back_import(&cases).unwrap();
    let preview = board.preview_import(&choices).unwrap();
    assert_eq!((preview.earlier, preview.counts.new_cases), (None, 2));
}

#[test]
fn a_table_or_a_case_that_changed_since_the_preview_refuses_the_import_whole() {
    let (folder, board, _) = with_cases();
    let choices = proposed(
        &board,
        file(
            folder.path(),
            "labs.csv",
            "MRN;Datum;INR\n4711;2025-03-22;1,1\n4712;2025-03-22;1,2\n",
        ),
    );
    let preview = board.preview_import(&choices).unwrap();
    file(
        folder.path(),
        "labs.csv",
        "MRN;Datum;INR\n4711;2025-03-22;1,1\n4712;2025-03-22;9,9\n",
    );
    assert_eq!(
        code(board.run_import(&choices, &preview.seen)),
        "import_changed"
    );

    let preview = board.preview_import(&choices).unwrap();
    let mut known = ecog(1.0);
    known.feature = "inr".to_owned();
    known.entry = Entry::Known {
        value: Value::Number(1.1),
        unit: None,
    };
    board
        .record_observation(&case_of(&board, "4711").id, known)
        .unwrap();
    assert_eq!(
        code(board.run_import(&choices, &preview.seen)),
        "import_changed"
    );
    assert_eq!(numbers(&case_of(&board, "4712"), "inr"), [] as [f64; 0]);
}

#[test]
fn wrong_damaged_and_foreign_files_say_what_they_are_and_what_to_do() {
    let folder = tempfile::tempdir().unwrap();
    let board = opened(&folder.path().join("data"));
    // Within the letter ë.
    let cut = &CASES.as_bytes()[..CASES.find('ë').unwrap() + 1];
    let old = r#"{"schema":0,"observations":[{"feature":"age","value":60}]}"#;
    let giant = format!("MRN;Hb\n1;{}\n", "9".repeat(2 * 1024 * 1024));
    let wrong: [(&str, &[u8], &str); 11] = [
        ("a.pdf", b"%PDF-1.7", "table_is_pdf"),
        ("a.png", b"\x89PNG\r\n", "table_is_image"),
        ("a.xlsx", b"PK\x03\x04", "table_is_spreadsheet"),
        (
            "case.json",
            br#"{"schema":1,"identity":{},"observations":[]}"#,
            "table_is_case_file",
        ),
        ("old.json", old.as_bytes(), "table_is_case_file"),
        ("page.html", b"<html>", "table_is_markup"),
        ("cut.csv", cut, "table_damaged_text"),
        ("quote.csv", b"MRN;Note\n1;\"cut", "table_unclosed_quote"),
        ("giant.csv", giant.as_bytes(), "table_line_too_long"),
        ("list.txt", b"one\ntwo\n", "table_no_separator"),
        ("empty.csv", b"", "table_empty"),
    ];
    for (name, content, expected) in wrong {
        let refused =
            board.read_import_table(&file(folder.path(), name, content), None, None, None);
        let fault = refused.expect_err(name);
        assert_eq!(fault.code, expected, "{name}");
        assert!(!fault.message.contains("Kowalska"));
        for language in ["en", "de"] {
            let words = Words::shipped(language);
            let key = format!("error.{expected}");
            let values: Vec<_> = fault
                .parameters
                .iter()
                .map(|(name, value)| (name.as_str(), value.as_str()))
                .collect();
            let said = words.text(&key, &values);
            assert!(
                words.contains(&key) && !said.contains('{') && said.len() > 60,
                "{said}"
            );
        }
    }
    let gone = ImportSource::File {
        path: folder.path().join("gone.csv").display().to_string(),
    };
    assert_eq!(
        code(board.read_import_table(&gone, None, None, None)),
        "file_unreadable"
    );

    // A row that was cut off is left out by its line; the others come in.
    let short = &CASES[..CASES.rfind(";21.").unwrap()];
    let preview = board
        .preview_import(&proposed(&board, file(folder.path(), "short.csv", short)))
        .unwrap();
    assert_eq!(codes(&preview), [(3, ImportFindingCode::CellCount)]);
    assert_eq!(
        (preview.counts.new_cases, preview.counts.rows_left_out),
        (1, 1)
    );

    // Letters of an older program are recognised.
    let latin: Vec<u8> = CASES
        .chars()
        .map(|letter| u8::try_from(u32::from(letter)).unwrap())
        .collect();
    let choices = proposed(&board, file(folder.path(), "latin.csv", latin));
    assert_eq!(
        board.preview_import(&choices).unwrap().patients[1].family_name,
        "Öztürk"
    );
}

#[test]
fn every_code_of_an_import_has_words_in_every_language() {
    for language in ["en", "de"] {
        let words = Words::shipped(language);
        for code in ImportFindingCode::ALL {
            let code = serde_json::to_value(code).unwrap();
            let key = format!("import_finding.{}", code.as_str().unwrap());
            assert!(words.contains(&key), "{language}: {key}");
        }
    }
}
