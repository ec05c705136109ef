//! A made-up centre's year: meetings, what became of the recommendations, and how the patients fared.

use super::centre::{Decided, centre, milestone, noon};
use board::{AgendaState, Attendance, Board, MeetingInput, MilestoneKind, NaiveDate, YearFigures};
use chrono::Days;
use clinical::{
    assessment::{PackIdentity, TreatmentOption},
    case::Case,
    decision::{CarriedOut, CarriedOutState, Position, PositionStance},
    follow_up::{Complication, EventSince, FollowUp, VitalStatus},
    meeting::Presence,
};
use serde::Serialize;

const PATIENTS: u32 = 120;
const AUTHOR: &str = "Synthetic";

/// Who comes to most meetings beside the chair, so that there is a quorum.
const GUESTS: [&str; 3] = ["radiation_oncology", "medical_oncology", "radiology"];

/// Figures of the year before, of the year that runs, and of one in which nothing happened.
#[derive(Serialize)]
pub struct RecordedYear {
    past: YearFigures,
    running: YearFigures,
    nothing: YearFigures,
}

fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

/// Lives through a year on a board without cases; `at` sets its clock, which stands at the first day.
pub fn year_of(board: &Board, pack: &PackIdentity, at: fn(&str)) -> RecordedYear {
    let patients = centre(PATIENTS, (pack, day("2026-03-12")), (7.0, 8.0), true);
    for one in &patients {
        board.insert_case(treated(one)).unwrap();
    }
    for month in 1..=12 {
        meet(board, month, at);
    }
    at("2026-03-12T09:30");
    let figures = |from: &str, to: &str| board.year(day(from), day(to)).unwrap();
    RecordedYear {
        past: figures("2025-01-01", "2025-12-31"),
        running: figures("2026-01-01", "2026-12-31"),
        nothing: figures("2020-01-01", "2020-12-31"),
    }
}

/// A meeting with five cases, the last of them late; every third meeting postpones one, and every sixth has no quorum.
fn meet(board: &Board, month: u32, at: fn(&str)) {
    at(&format!("2025-{month:02}-05T14:00"));
    let made = board
        .create_meeting(MeetingInput {
            title: "Spine tumour board".to_owned(),
            on: day(&format!("2025-{month:02}-06")),
            starts_at: None,
            place: String::new(),
            minutes_per_case: 8,
            list_closes_on: Some(day(&format!("2025-{month:02}-05"))),
            note: String::new(),
        })
        .unwrap();
    let id = made.meeting.id.as_str();
    let mut attendance = made.meeting.attendance.clone();
    for person in &mut attendance {
        person.presence = Presence::Present;
    }
    if !month.is_multiple_of(6) {
        attendance.extend(GUESTS.map(|specialty| Attendance {
            person_id: None,
            name: format!("Synthetic of {specialty}"),
            specialty: specialty.to_owned(),
            presence: Presence::Remote,
        }));
    }
    board.set_attendance(id, attendance).unwrap();
    let case = |place: u32| format!("synthetic-{:05}", month * 5 + place);
    for place in 0..4 {
        board.add_to_meeting(id, &case(place)).unwrap();
    }
    at(&format!("2025-{month:02}-06T15:00"));
    let listed = board.add_to_meeting(id, &case(4)).unwrap();
    let mut minute = 0;
    for (place, item) in (0..).zip(&listed.meeting.agenda) {
        if place == 3 && month.is_multiple_of(3) {
            let postponed = AgendaState::Postponed;
            board.end_agenda_item(id, &item.id, postponed).unwrap();
            continue;
        }
        board.start_agenda_item(id, &item.id).unwrap();
        minute += 3 + (month * 5 + place * 3) % 7;
        at(&format!("2025-{month:02}-06T15:{minute:02}"));
        let discussed = AgendaState::Discussed;
        board.end_agenda_item(id, &item.id, discussed).unwrap();
    }
    board.close_meeting(id).unwrap();
}

/// The case with its way to the treatment, what became of the recommendation, and a contact at each time.
fn treated(one: &Decided) -> Case {
    let number = one.number;
    let mut case = one.case();
    let episode = case.episodes.last_mut().unwrap();
    let before = |days: u32| one.decided_on - Days::new(days.into());
    let milestone = |kind, on| milestone(kind, on, one.decided_on);
    let mri = 3 + number % 6;
    episode.milestones = vec![
        milestone(MilestoneKind::Referral, before(mri + number * 7 % 10)),
        milestone(MilestoneKind::Mri, before(mri)),
    ];
    if !number.is_multiple_of(6) {
        let on = one.decided_on + Days::new(u64::from(3 + number * 5 % 13));
        episode
            .milestones
            .push(milestone(MilestoneKind::Treatment, on));
    }

    let decision = episode.decision.as_mut().unwrap();
    let option = TreatmentOption::ALL[(number % 5) as usize];
    decision.recommendation.option = (number % 11 != 3).then_some(option);
    if decision.recommendation.option.is_none() {
        decision.recommendation.deferred_for = "A biopsy.".to_owned();
    }
    if number % 7 == 2 {
        decision.positions.push(Position {
            person_id: None,
            name: "Synthetic, second".to_owned(),
            specialty: "radiology".to_owned(),
            stance: PositionStance::Dissents,
            prefers: None,
            hinges_on: "Stability.".to_owned(),
            would_change: String::new(),
        });
    }
    let became = match number % 9 {
        0 => None,
        1 => Some((CarriedOutState::Changed, Some("toxicity"))),
        2 => Some((CarriedOutState::NotDone, Some("patient-wish"))),
        3 if number.is_multiple_of(2) => Some((CarriedOutState::NotDone, Some("progression"))),
        3 => Some((CarriedOutState::Changed, None)),
        _ => Some((CarriedOutState::Done, None)),
    };
    decision
        .carried_out
        .extend(became.map(|(state, reason)| CarriedOut {
            state,
            reason: reason.map(str::to_owned),
            on: None,
            note: String::new(),
            author: AUTHOR.to_owned(),
            recorded_at: noon(one.decided_on),
        }));

    if let Some(last) = case.follow_ups.pop() {
        let contacts = [3, 6, 12].map(|months| contact(one, months, &last));
        let seen = contacts
            .into_iter()
            .filter(|contact| contact.seen_on < last.seen_on);
        case.follow_ups = seen.collect();
        case.follow_ups.push(last);
    }
    case
}

/// What was learned some months after the decision.
fn contact(one: &Decided, months: u32, last: &FollowUp) -> FollowUp {
    let number = one.number;
    let wound = Complication {
        what: "Wound that heals badly".to_owned(),
        grade: Some(if number.is_multiple_of(2) { 3 } else { 1 }),
        on: None,
    };
    let complications: Vec<Complication> = (number % 6 == 1).then_some(wound).into_iter().collect();
    let walking = match (number + months) % 5 {
        0 => "not_walking",
        _ => "independent",
    };
    let compression = match number % 20 {
        4 => EventSince::Yes { on: None },
        _ => EventSince::No,
    };
    FollowUp {
        id: format!("contact-{number}-{months}"),
        seen_on: one.decided_on + Days::new(u64::from(months * 30 + 4)),
        vital: VitalStatus::Alive,
        walking: Some(walking.to_owned()),
        cord_compression: Some(compression),
        no_complication: complications.is_empty(),
        complications,
        ..last.clone()
    }
}
