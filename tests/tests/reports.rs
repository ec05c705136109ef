//! Reports from the store to paper: the one page, the full report, list and minutes of a meeting, and the year.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod support;

use board::{
    ActionInput, AgendaState, Attendance, Board, BoardOptions, DecisionInput, Identity, Letterhead,
    MeetingInput, NaiveDate, ReportChoices, SignInput, WeekSettings,
};
use chrono::{DateTime, Utc};
use clinical::{
    assessment::TreatmentOption,
    decision::{Position, PositionStance, Recommendation},
    meeting::Presence,
};
use std::{path::Path, process::Command};
use support::{MASKED, PIN, enter, image_worker, packs, secret};

const NOW: &str = "2026-03-12T09:00:00Z";

fn now() -> DateTime<Utc> {
    NOW.parse().unwrap()
}

fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

fn opened(data: &Path) -> Board {
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

/// The words of a PDF file, or none (said loudly) without pdftotext.
fn words(path: &str) -> Option<String> {
    let Ok(output) = Command::new("pdftotext").args([path, "-"]).output() else {
        eprintln!("SKIPPED: a check of the reports needs pdftotext");
        return None;
    };
    assert!(output.status.success());
    let text = String::from_utf8(output.stdout).unwrap();
    Some(text.split_whitespace().collect::<Vec<_>>().join(" "))
}

/// A case with a decision, signed by the chair.
fn decided(board: &Board) -> String {
    let identity = Identity {
        patient_id: "4711-QX".to_owned(),
        family_name: "Ñandú-Öztürk".to_owned(),
        given_name: "Łukasz".to_owned(),
        alphabetic_name: None,
        birth_date: Some(day("1961-02-03")),
    };
    let view = board.create_case(identity, "").unwrap();
    let id = view.case.id.clone();
    let question = "Radiotherapy for Mr Öztürk?".to_owned();
    let view = board.set_episode(&id, day("2026-03-12"), question).unwrap();
    let episode = view.case.current_episode().unwrap().id.clone();
    let input = DecisionInput {
        decided_on: Some(day("2026-03-12")),
        recommendation: Recommendation {
            option: Some(TreatmentOption::Stereotactic),
            dose_gray: Some(24.0),
            fractions: Some(2),
            ..Recommendation::default()
        },
        rationale: "Łukasz wishes it and the tumour is radioresistant.".to_owned(),
        evidence: None,
        positions: vec![Position {
            person_id: None,
            name: "Dr Rossi".to_owned(),
            specialty: "spine_surgery".to_owned(),
            stance: PositionStance::Agrees,
            prefers: None,
            hinges_on: String::new(),
            would_change: String::new(),
        }],
        actions: vec![ActionInput {
            id: None,
            what: "Planning CT".to_owned(),
            owner: "Radiation oncology".to_owned(),
            due_on: Some(day("2026-03-20")),
        }],
        decided_by_forecast: false,
    };
    let view = board
        .save_decision(&id, &episode, view.revision, input)
        .unwrap();
    let open = view.week.decisions[0].open_findings.clone();
    let signature = SignInput {
        secret: secret(PIN),
        acknowledged: open,
    };
    board
        .sign_decision(&id, &episode, view.revision, &signature)
        .unwrap();
    id
}

#[test]
fn a_signed_decision_goes_to_paper_in_every_report_and_masked_names_nobody() {
    let folder = tempfile::tempdir().unwrap();
    let board = opened(folder.path());
    let settings = WeekSettings {
        letterhead: Letterhead {
            centre: "Made-up University Hospital".to_owned(),
            department: "Spine centre".to_owned(),
            lines: vec!["1 Example Street".to_owned()],
        },
        ..board.week_settings().unwrap().settings
    };
    board.set_week_settings(settings).unwrap();
    let id = decided(&board);
    let meeting = board
        .create_meeting(MeetingInput {
            title: "Thursday".to_owned(),
            on: day("2026-03-12"),
            starts_at: None,
            place: String::new(),
            minutes_per_case: 8,
            list_closes_on: None,
            note: "Öztürk first".to_owned(),
        })
        .unwrap();
    let meeting_id = meeting.meeting.id.clone();
    let there: Vec<Attendance> = meeting
        .meeting
        .attendance
        .into_iter()
        .map(|person| Attendance {
            presence: Presence::Present,
            ..person
        })
        .collect();
    board.set_attendance(&meeting_id, there).unwrap();
    let view = board.add_to_meeting(&meeting_id, &id).unwrap();
    let item = view.entries[0].item_id.clone();
    board.start_agenda_item(&meeting_id, &item).unwrap();
    board
        .end_agenda_item(&meeting_id, &item, AgendaState::Discussed)
        .unwrap();
    let minutes = board
        .export_minutes(&meeting_id, None, ReportChoices::default())
        .unwrap();
    if let Some(text) = words(&minutes.path) {
        assert!(text.contains("DRAFT – not signed. The meeting is not closed yet."));
    }
    board.close_meeting(&meeting_id).unwrap();

    let open = ReportChoices::default();
    let kinds: [&dyn Fn(ReportChoices) -> String; 4] = [
        &|choices| board.export_pdf(&id, None, choices).unwrap().path,
        &|choices| {
            let target = folder.path().join("one-page.pdf");
            let written = board.export_referrer_summary(&id, Some(&target), choices);
            written.unwrap().path
        },
        &|choices| {
            let written = board.export_meeting_list(&meeting_id, None, choices);
            written.unwrap().path
        },
        &|choices| {
            let written = board.export_minutes(&meeting_id, None, choices);
            written.unwrap().path
        },
    ];
    for (number, export) in kinds.iter().enumerate() {
        let Some(text) = words(&export(open)) else {
            return;
        };
        for said in ["Made-up University Hospital", "Łukasz", "Öztürk"] {
            assert!(text.contains(said), "{number} {said}:\n{text}");
        }
        if number != 2 {
            for said in ["FINAL", "24 Gy in 2 fractions", "Dr Rossi"] {
                assert!(text.contains(said), "{number} {said}:\n{text}");
            }
        }
        let masked = words(&export(MASKED)).unwrap();
        for secret in ["Łukasz", "Öztürk", "Ñandú", "4711-QX", "1961"] {
            assert!(!masked.contains(secret), "{number} {secret}:\n{masked}");
        }
    }
    let log = board.audit_rows(None, 500).unwrap();
    let exported = log.iter().filter(|row| row.action == "report_exported");
    assert_eq!(exported.count(), 9);
    for file in std::fs::read_dir(folder.path().join("reports")).unwrap() {
        let name = file.unwrap().file_name().into_string().unwrap();
        assert!(!name.contains("zt") && !name.contains("4711"), "{name}");
    }
}

#[test]
fn a_year_is_counted_from_the_store_and_printed() {
    let folder = tempfile::tempdir().unwrap();
    let board = opened(folder.path());
    decided(&board);
    let figures = board.year(day("2026-01-01"), day("2026-12-31")).unwrap();
    assert_eq!(figures.discussions.discussions, 1);
    assert_eq!(figures.discussions.signed.count, 1);
    assert_eq!(figures.options[1].discussions, 1);
    let before = board.year(day("2025-01-01"), day("2025-12-31")).unwrap();
    assert_eq!(before.discussions.discussions, 0);
    let written = board
        .export_year(day("2026-01-01"), day("2026-12-31"), None)
        .unwrap();
    if let Some(text) = words(&written.path) {
        assert!(
            text.contains("1, of 1 patients") && text.contains("PROVISIONAL"),
            "{text}"
        );
        assert!(!text.contains("Öztürk"));
    }
    let refused = board.export_year(day("2026-12-31"), day("2026-01-01"), None);
    assert_eq!(refused.unwrap_err().code, "span_reversed");
}
