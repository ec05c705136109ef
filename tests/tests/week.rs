//! The board's week over `board`: a meeting with its list, a decision that is signed and added to, what became of it, and what
//! the home screen and a search show of all this.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod support;

use board::{
    ActionInput, AddendumInput, AgendaState, Board, BoardError, BoardOptions, CarriedOutInput,
    CaseView, DecisionInput, DecisionStage, FollowUpInput, Identity, MeetingInput, MilestoneKind,
    NaiveDate, ObservationInput, SignInput,
};
use chrono::{DateTime, Duration, Utc};
use clinical::{
    assessment::TreatmentOption,
    case::{Entry, Subject, Value},
    decision::{CarriedOutState, Position, PositionStance, Recommendation},
    follow_up::{DueState, VitalStatus},
    meeting::Presence,
    pathway_clock::ClockState,
};
use std::{
    path::Path,
    sync::atomic::{AtomicI64, Ordering},
};
use support::{PIN, enter, image_worker, opened, packs, secret};

fn code<T>(answer: Result<T, BoardError>) -> String {
    answer.err().map_or_else(String::new, |error| error.code)
}

fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

fn patient(number: &str, name: &str) -> Identity {
    Identity {
        patient_id: number.to_owned(),
        family_name: name.to_owned(),
        ..Identity::default()
    }
}

fn position(name: &str, stance: PositionStance) -> Position {
    Position {
        person_id: None,
        name: name.to_owned(),
        specialty: "radiology".to_owned(),
        stance,
        prefers: None,
        hinges_on: String::new(),
        would_change: String::new(),
    }
}

fn decision(on: NaiveDate) -> DecisionInput {
    DecisionInput {
        decided_on: Some(on),
        recommendation: Recommendation {
            option: Some(TreatmentOption::Stereotactic),
            levels: vec!["T9".parse().unwrap()],
            dose_gray: Some(27.0),
            fractions: Some(3),
            ..Recommendation::default()
        },
        rationale: "Oligometastatic, stable, radioresistant.".to_owned(),
        evidence: None,
        positions: vec![position("Ada", PositionStance::Agrees)],
        actions: vec![ActionInput {
            id: None,
            what: "Planning CT".to_owned(),
            owner: "Radiation oncology".to_owned(),
            due_on: Some(on),
        }],
        decided_by_forecast: false,
    }
}

fn signature(view: &CaseView) -> SignInput {
    SignInput {
        secret: secret(PIN),
        acknowledged: view.week.decisions[0].open_findings.clone(),
    }
}

fn episode(view: &CaseView) -> String {
    view.case.current_episode().unwrap().id.clone()
}

/// A case with a written decision of its index date.
fn written(board: &Board, name: &str) -> CaseView {
    let view = board
        .create_case(patient(name, name), "SBRT or surgery?")
        .unwrap();
    let on = view.case.current_episode().unwrap().index_date;
    board
        .save_decision(&view.case.id, &episode(&view), view.revision, decision(on))
        .unwrap()
}

fn signed(board: &Board, name: &str) -> CaseView {
    let view = written(board, name);
    let sign = signature(&view);
    board
        .sign_decision(&view.case.id, &episode(&view), view.revision, &sign)
        .unwrap()
}

#[test]
fn a_signed_decision_stays_as_it_is_whatever_is_tried() {
    let folder = tempfile::tempdir().unwrap();
    let board = opened(folder.path());
    let view = written(&board, "Weber");
    let (case, discussion) = (view.case.id.as_str(), episode(&view));
    let wrong = SignInput {
        secret: secret("000999"),
        acknowledged: vec![],
    };
    let refused = board.sign_decision(case, &discussion, view.revision, &wrong);
    assert_eq!(code(refused), "wrong_secret");
    let view = signed_now(&board, &view);
    let decision_then = view
        .case
        .current_episode()
        .unwrap()
        .decision
        .clone()
        .unwrap();
    let seal = decision_then.seal.clone().unwrap();
    assert_eq!((seal.name.as_str(), seal.sha256.len()), ("Dr Rossi", 64));
    assert_eq!(view.week.decisions[0].intact, Some(true));
    // The forecast of that day is kept with it.
    assert_eq!(seal.forecast.unwrap().horizons.len(), 3);

    let on = day("2026-01-01");
    let again = board.save_decision(case, &discussion, view.revision, decision(on));
    assert_eq!(code(again), "decision_signed");
    let again = board.sign_decision(case, &discussion, view.revision, &signature(&view));
    assert_eq!(code(again), "decision_signed");
    let other_day = board.set_episode(case, on, "Another question".to_owned());
    assert_eq!(code(other_day), "decision_signed");
    // Undo goes back to facts of before, and the signature stays.
    for _ in 0..2 {
        let undone = board.undo(case).unwrap();
        let kept = undone.case.current_episode().unwrap().decision.as_ref();
        assert_eq!(kept, Some(&decision_then));
    }
    assert!(board.audit_verify().unwrap().faults.is_empty());
}

fn signed_now(board: &Board, view: &CaseView) -> CaseView {
    let (case, discussion) = (&view.case.id, episode(view));
    board
        .sign_decision(case, &discussion, view.revision, &signature(view))
        .unwrap()
}

#[test]
fn what_is_missing_is_said_before_a_signature() {
    let folder = tempfile::tempdir().unwrap();
    let board = opened(folder.path());
    let view = board.create_case(patient("1", "Weber"), "Why?").unwrap();
    let (case, discussion) = (view.case.id.as_str(), episode(&view));
    let sign = |view: &CaseView| {
        let input = SignInput {
            secret: secret(PIN),
            acknowledged: vec![],
        };
        code(board.sign_decision(case, &discussion, view.revision, &input))
    };
    assert_eq!(sign(&view), "decision_nothing_recommended");
    let mut input = decision(board.open_case(case).unwrap().assessment.index_date);
    input.rationale = String::new();
    let view = board
        .save_decision(case, &discussion, view.revision, input.clone())
        .unwrap();
    assert_eq!(
        view.week.decisions[0].unsignable.as_deref(),
        Some("decision_no_rationale")
    );
    assert_eq!(sign(&view), "decision_no_rationale");
    input
        .positions
        .push(position("Bob", PositionStance::Dissents));
    input.rationale = "Because.".to_owned();
    let view = board
        .save_decision(case, &discussion, view.revision, input.clone())
        .unwrap();
    assert_eq!(sign(&view), "decision_dissent_without_reason");
    input.actions[0].owner = " ".to_owned();
    let refused = board.save_decision(case, &discussion, view.revision, input);
    assert_eq!(code(refused), "decision_action_without_owner");
}

#[test]
fn open_findings_are_acknowledged_by_name_and_stand_in_the_signature() {
    let folder = tempfile::tempdir().unwrap();
    let board = opened(folder.path());
    let view = written(&board, "Weber");
    let case = view.case.id.as_str();
    let implausible = ObservationInput {
        feature: "albumin".to_owned(),
        subject: Subject::Patient,
        entry: Entry::Known {
            value: Value::Number(900.0),
            unit: None,
        },
        observed_on: Some(view.assessment.index_date),
        source: None,
        note: None,
    };
    let view = board.record_observation(case, implausible).unwrap();
    let open = view.week.decisions[0].open_findings.clone();
    assert!(
        open.iter().any(|code| code.ends_with(":albumin")),
        "{open:?}"
    );
    let mut sign = SignInput {
        secret: secret(PIN),
        acknowledged: vec![],
    };
    let refused = board.sign_decision(case, &episode(&view), view.revision, &sign);
    assert_eq!(code(refused), "findings_open");
    sign.acknowledged = open.clone();
    let view = board
        .sign_decision(case, &episode(&view), view.revision, &sign)
        .unwrap();
    let decision = view.case.current_episode().unwrap().decision.as_ref();
    assert_eq!(decision.unwrap().seal.as_ref().unwrap().open_findings, open);
}

#[test]
fn two_people_who_write_one_decision_do_not_overwrite_each_other() {
    let folder = tempfile::tempdir().unwrap();
    let board = opened(folder.path());
    let view = board.create_case(patient("1", "Weber"), "Why?").unwrap();
    let (case, discussion) = (view.case.id.as_str(), episode(&view));
    let on = view.assessment.index_date;
    let both_began_at = view.revision;
    // A fact that somebody enters meanwhile is no conflict.
    board.set_index_level(case, "T9".parse().ok()).unwrap();
    board
        .save_decision(case, &discussion, both_began_at, decision(on))
        .unwrap();
    let mut other = decision(on);
    other.rationale = "Another reason.".to_owned();
    let refused = board.save_decision(case, &discussion, both_began_at, other.clone());
    let error = refused.unwrap_err();
    assert_eq!(error.code, "decision_changed_elsewhere");
    assert_eq!(error.parameters["author"], "Dr Rossi");
    let kept = board.open_case(case).unwrap();
    let rationale = |view: &CaseView| {
        let decision = view.case.current_episode().unwrap().decision.clone();
        decision.unwrap().rationale
    };
    assert_eq!(rationale(&kept), decision(on).rationale);
    let seen = board
        .save_decision(case, &discussion, kept.revision, other)
        .unwrap();
    assert_eq!(rationale(&seen), "Another reason.");
}

#[test]
fn addenda_carry_on_the_chain_of_a_signature() {
    let folder = tempfile::tempdir().unwrap();
    let board = opened(folder.path());
    let view = written(&board, "Weber");
    let (case, discussion) = (view.case.id.clone(), episode(&view));
    let addendum = |text: &str, option: Option<TreatmentOption>| AddendumInput {
        text: text.to_owned(),
        recommendation: option.map(|option| Recommendation {
            option: Some(option),
            ..Recommendation::default()
        }),
        actions: vec![],
    };
    let early = board.add_addendum(&case, &discussion, addendum("Too early", None));
    assert_eq!(code(early), "decision_not_signed");
    signed_now(&board, &view);
    let empty = board.add_addendum(&case, &discussion, addendum(" ", None));
    assert_eq!(code(empty), "addendum_empty");
    let first = addendum(
        "Progress on MRI",
        Some(TreatmentOption::SurgeryWithRadiotherapy),
    );
    board.add_addendum(&case, &discussion, first).unwrap();
    let view = board
        .add_addendum(&case, &discussion, addendum("Consent given", None))
        .unwrap();
    let decision = view
        .case
        .current_episode()
        .unwrap()
        .decision
        .clone()
        .unwrap();
    let versions: Vec<u32> = decision.addenda.iter().map(|one| one.version).collect();
    assert_eq!(versions, [2, 3]);
    assert_eq!(
        decision.standing_recommendation().option,
        Some(TreatmentOption::SurgeryWithRadiotherapy)
    );
    assert_eq!(view.week.decisions[0].intact, Some(true));
    // A record that was changed past the application says so.
    let mut forged = view.case.clone();
    let episode = forged.episodes.last_mut().unwrap();
    episode.decision.as_mut().unwrap().addenda[0].text = "No progress".to_owned();
    forged.id = "forged".to_owned();
    let forged = board.insert_case(forged).unwrap();
    assert_eq!(forged.week.decisions[0].intact, Some(false));
}

#[test]
fn what_became_of_it_has_a_reason_of_the_value_set() {
    let folder = tempfile::tempdir().unwrap();
    let board = opened(folder.path());
    let view = signed(&board, "Weber");
    let (case, discussion) = (view.case.id.as_str(), episode(&view));
    let said = |state, reason: Option<&str>| CarriedOutInput {
        state,
        reason: reason.map(str::to_owned),
        on: None,
        note: String::new(),
    };
    for (state, reason) in [
        (CarriedOutState::NotDone, None),
        (CarriedOutState::Changed, Some("bad weather")),
    ] {
        let refused = board.record_carried_out(case, &discussion, said(state, reason));
        assert_eq!(code(refused), "reason_of_deviation");
    }
    let not_done = said(CarriedOutState::NotDone, Some("patient-wish"));
    let view = board
        .record_carried_out(case, &discussion, not_done)
        .unwrap();
    let decision = view
        .case
        .current_episode()
        .unwrap()
        .decision
        .clone()
        .unwrap();
    assert_eq!(
        decision.outcome().unwrap().reason.as_deref(),
        Some("patient-wish")
    );

    let action = decision.actions[0].id.clone();
    let today = view.assessment.index_date;
    assert_eq!(board.home().unwrap().actions.open, 1);
    let done = board
        .set_action_done(case, &discussion, &action, Some(today))
        .unwrap();
    let decision = done
        .case
        .current_episode()
        .unwrap()
        .decision
        .clone()
        .unwrap();
    assert_eq!(decision.done_on(&action), Some(today));
    assert_eq!(board.home().unwrap().actions.open, 0);
    let back = board
        .set_action_done(case, &discussion, &action, None)
        .unwrap();
    let decision = back
        .case
        .current_episode()
        .unwrap()
        .decision
        .clone()
        .unwrap();
    assert_eq!(decision.done_on(&action), None);
}

/// Seconds since 1970 that the board of a test takes for now.
static CLOCK: AtomicI64 = AtomicI64::new(0);

fn clock() -> DateTime<Utc> {
    DateTime::from_timestamp(CLOCK.load(Ordering::Relaxed), 0).unwrap()
}

fn set_clock(text: &str) {
    let time: DateTime<Utc> = text.parse().unwrap();
    CLOCK.store(time.timestamp(), Ordering::Relaxed);
}

/// One second later each time that it is read.
fn ticking() -> DateTime<Utc> {
    static SECONDS: AtomicI64 = AtomicI64::new(0);
    let begun: DateTime<Utc> = "2026-03-05T10:00:00Z".parse().unwrap();
    begun + Duration::seconds(SECONDS.fetch_add(1, Ordering::Relaxed))
}

fn at_the_clock(data: &Path, clock: fn() -> DateTime<Utc>) -> Board {
    let board = Board::start(BoardOptions {
        data: data.to_owned(),
        packs: packs(),
        image_worker: image_worker(),
        clock,
        ..BoardOptions::default()
    });
    enter(&board);
    board
}

/// One test, as all of it shares one clock.
#[test]
fn a_clock_that_goes_on_while_something_is_written_is_not_set_back() {
    let folder = tempfile::tempdir().unwrap();
    let board = at_the_clock(folder.path(), ticking);
    assert_eq!(board.home().unwrap().clock_set_back, None);
    signed(&board, "Weber");
    assert_eq!(board.home().unwrap().clock_set_back, None);
}

#[test]
fn follow_ups_become_due_and_a_clock_that_was_set_back_is_said() {
    let folder = tempfile::tempdir().unwrap();
    set_clock("2026-03-05T10:00:00Z");
    let board = at_the_clock(folder.path(), clock);
    let view = signed(&board, "Weber");
    let case = view.case.id.as_str();
    let due = |board: &Board| {
        let home = board.home().unwrap();
        (home.follow_ups.open, home.follow_ups.overdue)
    };
    assert_eq!(due(&board), (0, 0));
    set_clock("2026-06-05T10:00:00Z");
    assert_eq!(due(&board), (1, 0));
    set_clock("2026-07-06T10:00:00Z");
    assert_eq!(due(&board), (1, 1));
    assert_eq!(
        board.home().unwrap().follow_ups.lines[0].state,
        DueState::Overdue
    );
    let alive = |on: &str| FollowUpInput {
        seen_on: day(on),
        vital: VitalStatus::Alive,
        walking: Some("with_aid".to_owned()),
        worst_pain: Some(3),
        continent: Some(true),
        cord_compression: None,
        complications: vec![],
        no_complication: true,
        retreatments: vec![],
        note: "By telephone".to_owned(),
    };
    let view = board.record_follow_up(case, alive("2026-07-01")).unwrap();
    assert_eq!(due(&board), (0, 0));
    let followed = &view.week.follow_ups[0];
    assert_eq!(followed.due[0].state, DueState::Answered);
    assert!((followed.followed.months - 3.88).abs() < 0.01);
    let mut died = alive("2026-07-05");
    died.vital = VitalStatus::Died {
        on: day("2026-06-20"),
    };
    let refused = board.record_follow_up(case, died.clone());
    assert_eq!(code(refused), "follow_up_alive_after_death");
    let mistaken = view.case.follow_ups[0].id.clone();
    board.remove_follow_up(case, &mistaken).unwrap();
    board.record_follow_up(case, died).unwrap();
    set_clock("2027-06-01T10:00:00Z");
    assert_eq!(due(&board), (0, 0), "nobody asks after the dead");

    // Days on which steps were reached.
    let board_day = |view: &CaseView| {
        let clock = view.week.clock.iter().find(|one| one.id == "mri_to_board");
        clock.map(|reading| (reading.state, reading.days))
    };
    let view = board
        .set_milestone(case, MilestoneKind::Mri, Some(day("2026-03-01")))
        .unwrap();
    assert_eq!(board_day(&view), Some((ClockState::NotJudged, Some(4))));

    set_clock("2026-03-06T10:00:00Z");
    assert!(board.home().unwrap().clock_set_back.is_some());
    let other = written(&board, "Meier");
    let sign = |acknowledged: Vec<String>| SignInput {
        secret: secret(PIN),
        acknowledged,
    };
    let open = other.week.decisions[0].open_findings.clone();
    let id = other.case.id.as_str();
    let refused = board.sign_decision(id, &episode(&other), other.revision, &sign(open.clone()));
    assert_eq!(code(refused), "clock_set_back");
    let seen = [open, vec!["clock_set_back".to_owned()]].concat();
    let view = board
        .sign_decision(id, &episode(&other), other.revision, &sign(seen))
        .unwrap();
    let seal = view
        .case
        .current_episode()
        .unwrap()
        .decision
        .clone()
        .unwrap()
        .seal;
    assert!(
        seal.unwrap()
            .open_findings
            .contains(&"clock_set_back".to_owned())
    );
}

fn meeting(on: NaiveDate, closes: Option<NaiveDate>) -> MeetingInput {
    MeetingInput {
        title: "Spine board".to_owned(),
        on,
        starts_at: "16:30:00".parse().ok(),
        place: "Room 3".to_owned(),
        minutes_per_case: 8,
        list_closes_on: closes,
        note: String::new(),
    }
}

#[test]
fn a_meeting_goes_from_its_list_to_its_end() {
    let folder = tempfile::tempdir().unwrap();
    let board = opened(folder.path());
    let (first, second) = (written(&board, "Weber"), written(&board, "Meier"));
    let today = first.assessment.index_date;
    let yesterday = today.pred_opt().unwrap();
    let made = board
        .create_meeting(meeting(today, Some(yesterday)))
        .unwrap();
    let id = made.meeting.id.as_str();
    assert_eq!(made.meeting.attendance[0].name, "Dr Rossi");
    board.add_to_meeting(id, &first.case.id).unwrap();
    let view = board.add_to_meeting(id, &second.case.id).unwrap();
    assert_eq!(
        code(board.add_to_meeting(id, &second.case.id)),
        "meeting_case_twice"
    );
    assert_eq!(code(board.add_to_meeting(id, "nobody")), "unknown_case");
    assert!(view.meeting.agenda.iter().all(|item| item.late));
    assert_eq!(view.planned_minutes, 16);
    assert_eq!(view.entries[0].decision, DecisionStage::Draft);
    let missing = view.entries[0]
        .completeness
        .iter()
        .find(|item| item.id == "mri");
    assert_eq!(missing.unwrap().state.code(), "missing");

    let item = |at: usize| view.meeting.agenda[at].id.clone();
    let moved = board.move_agenda_item(id, &item(1), 0).unwrap();
    assert_eq!(moved.entries[0].case.as_ref().unwrap().family_name, "Meier");
    board.start_agenda_item(id, &item(1)).unwrap();
    let ended = board
        .end_agenda_item(id, &item(0), AgendaState::Postponed)
        .unwrap();
    assert_eq!(ended.planned_minutes, 8);
    let mut attendance = ended.meeting.attendance.clone();
    attendance[0].presence = Presence::Present;
    let view = board.set_attendance(id, attendance).unwrap();
    assert!(!view.quorum.met);
    assert_eq!(
        view.quorum.missing_specialties,
        ["radiation_oncology", "medical_oncology", "radiology"]
    );
    // The case says on which list it stands, and home says what is next.
    let listed = board
        .open_case(&first.case.id)
        .unwrap()
        .week
        .meeting
        .unwrap();
    assert_eq!(listed.meeting_id, id);
    let home = board.home().unwrap();
    assert_eq!(
        (
            home.meetings.len(),
            home.unsigned.open,
            home.unsigned.cases.len()
        ),
        (1, 2, 2)
    );
    assert_eq!(home.meetings[0].meeting.late, 2);

    let old = board.change_meeting(id, made.revision, meeting(today, None));
    assert_eq!(code(old), "meeting_changed_elsewhere");
    let closed = board.close_meeting(id).unwrap();
    assert_eq!(closed.meeting.agenda[0].state, AgendaState::Discussed);
    assert_eq!(
        code(board.move_agenda_item(id, &item(0), 0)),
        "meeting_closed"
    );
    assert_eq!(board.meetings(today, today).unwrap()[0].discussed, 1);
    assert!(board.audit_verify().unwrap().faults.is_empty());
}

#[test]
fn a_search_finds_names_and_what_people_wrote() {
    let folder = tempfile::tempdir().unwrap();
    let board = opened(folder.path());
    let view = written(&board, "Weber");
    board
        .create_meeting(meeting(view.assessment.index_date, None))
        .unwrap();
    let found = |text: &str| {
        let found = board.search(text).unwrap();
        (found.cases.len(), found.meetings.len())
    };
    assert_eq!(found("web"), (1, 0));
    assert_eq!(found("OLIGOMET stable"), (1, 0));
    assert_eq!(found("spine board"), (0, 1));
    assert_eq!(found("nothing like it"), (0, 0));
    let by_word = &board.search("radioresistant").unwrap().cases[0];
    assert!(by_word.excerpt.contains("radioresistant"));
    drop(board);
    // It is found after the next opening too, and after the passphrase changed, which copies the whole database.
    let board = opened(folder.path());
    let new = secret("another quiet passphrase");
    board
        .change_passphrase(secret(support::PASSPHRASE), new)
        .unwrap();
    assert_eq!(board.search("oligomet").unwrap().cases.len(), 1);
    written(&board, "Meier");
    assert_eq!(board.search("oligomet").unwrap().cases.len(), 2);
}

#[test]
fn another_discussion_opens_once_the_one_before_is_signed() {
    let folder = tempfile::tempdir().unwrap();
    let board = opened(folder.path());
    let view = written(&board, "Weber");
    let case = view.case.id.as_str();
    let on = view.assessment.index_date;
    assert_eq!(
        code(board.open_discussion(case, on, "Again?")),
        "discussion_open"
    );
    signed_now(&board, &view);
    let view = board.open_discussion(case, on, "Again?").unwrap();
    assert_eq!(view.case.episodes.len(), 2);
    assert!(view.case.episodes[0].is_signed() && !view.case.episodes[1].is_signed());
    // Undone, the new discussion is gone and the signed one is not.
    let undone = board.undo(case).unwrap();
    assert_eq!(undone.case.episodes.len(), 1);
    assert!(undone.case.episodes[0].is_signed());
}
