//! The list before a meeting and the minutes after it.

use crate::{
    hostile::assert_tidy,
    sample::{Sample, day, id, sample},
    tools::written,
    week::{at, decision, meeting, patients, signed},
};
use clinical::{
    case::{AbsenceReason, BoardEpisode, Case},
    completeness::{ItemReading, ItemState},
    meeting::{AgendaState, Meeting},
};
use report::{MeetingCase, MeetingReportInput};

fn lacking(item: &str, state: ItemState) -> ItemReading {
    ItemReading {
        id: item.to_owned(),
        state,
        on: None,
        days: (state == ItemState::Stale).then_some(78),
        limit_days: Some(14),
        features: vec![],
        absent: None,
    }
}

/// What is to be fetched of every second case.
fn readings() -> Vec<ItemReading> {
    let mut readings = vec![
        lacking("question", ItemState::Current),
        lacking("performance_status", ItemState::Stale),
        lacking("ct", ItemState::Missing),
        lacking("mri", ItemState::Undated),
        lacking("bloods", ItemState::Missing),
    ];
    readings[4].features = vec![id("albumin"), id("platelets")];
    readings[4].absent = Some(AbsenceReason::Pending);
    readings
}

/// Cases that were discussed have a signed decision, unless they are of `unsigned`.
fn discussed(cases: &mut [Case], meeting: &Meeting, unsigned: &[usize]) {
    let seal = signed().case.episodes[0].decision.clone().unwrap().seal;
    for (number, (case, item)) in cases.iter_mut().zip(&meeting.agenda).enumerate() {
        let question = format!("Question {number}: stereotactic radiotherapy or operation?");
        let mut episode = BoardEpisode::new(format!("e{number}"), day(2026, 3, 14), question);
        if item.state == AgendaState::Discussed {
            let mut decision = decision();
            decision.seal = seal.clone().filter(|_| !unsigned.contains(&number));
            episode.decision = Some(decision);
        }
        case.episodes.push(episode);
    }
}

fn printed(
    sample: &Sample,
    language: &str,
    meeting: &Meeting,
    cases: &[Case],
    gone: Option<usize>,
    print: fn(&MeetingReportInput) -> Result<Vec<u8>, report::ReportError>,
) -> Vec<u8> {
    let readings = readings();
    let cases: Vec<MeetingCase> = cases
        .iter()
        .enumerate()
        .map(|(number, case)| MeetingCase {
            case: (Some(number) != gone).then_some(case),
            episode: case.current_episode().filter(|_| Some(number) != gone),
            urgent: number == 1,
            completeness: match number % 2 {
                0 => &readings,
                _ => &readings[..1],
            },
            alerts: u32::from(number == 1),
        })
        .collect();
    let input = MeetingReportInput {
        meeting,
        cases: &cases,
        paper: sample.paper(language),
    };
    print(&input).unwrap()
}

/// List and minutes of a meeting of seven cases, all of which are signed.
pub(crate) fn of_seven_cases(language: &str) -> [Vec<u8>; 2] {
    let sample = sample();
    let mut cases = patients(7);
    let meeting = meeting(&cases);
    discussed(&mut cases, &meeting, &[]);
    [report::meeting_list, report::minutes]
        .map(|print| printed(&sample, language, &meeting, &cases, None, print))
}

#[test]
fn the_list_says_in_which_order_and_what_is_to_be_fetched() {
    let sample = sample();
    let mut cases = patients(7);
    let meeting = meeting(&cases);
    discussed(&mut cases, &meeting, &[]);
    for (name, language) in [("list-en.pdf", "en"), ("list-de.pdf", "de")] {
        let pdf = printed(
            &sample,
            language,
            &meeting,
            &cases,
            Some(4),
            report::meeting_list,
        );
        assert_tidy(&written(name, &pdf));
    }
    let pdf = printed(
        &sample,
        "en",
        &meeting,
        &cases,
        Some(4),
        report::meeting_list,
    );
    let Some(text) = written("list-en.pdf", &pdf).text(&["-layout"]) else {
        return;
    };
    for said in [
        "Spine tumour board",
        "2026-03-14 · 14:00 · Room 4.12",
        "at least 3 people, among them Spine surgery, Radiology",
        "SYNTHETIC PATIENTS",
        "The list closes on 2026-03-13",
        "Łukasz Ñandú-Öztürk · SYN-000417",
        "14:00 · 8 min",
        "14:08 · 15 min",
        "14:23 · 8 min",
        "EMERGENCY",
        "listed late",
        "Performance status: 78 days old, at most 14",
        "CT: missing",
        "Blood values: missing, result pending (Albumin; Platelets)",
        "MRI: without a day",
        "Everything is there and new enough.",
        "Patient SYN-000418",
        "Case no longer in the store",
        "Question 0: stereotactic",
        "Taken off the list",
        "Family asks to wait",
    ] {
        assert!(text.contains(said), "{said}:\n{text}");
    }
    assert!(!text.contains("DRAFT") && !text.contains("Question to the board: missing"));
}

#[test]
fn minutes_say_who_was_there_and_what_was_decided() {
    let sample = sample();
    let mut cases = patients(7);
    let meeting = meeting(&cases);
    discussed(&mut cases, &meeting, &[]);
    for (name, language) in [("minutes-en.pdf", "en"), ("minutes-de.pdf", "de")] {
        let pdf = printed(&sample, language, &meeting, &cases, None, report::minutes);
        assert_tidy(&written(name, &pdf));
    }
    let pdf = printed(&sample, "en", &meeting, &cases, None, report::minutes);
    let Some(text) = written("minutes-en.pdf", &pdf).text(&[]) else {
        return;
    };
    for said in [
        "FINAL · Meeting closed by Dr Ndiaye, 2026-03-14 16:00 (UTC+01:00). Every decision is signed.",
        "Dr Lindqvist (present remotely)",
        "Dr Sato (excused)",
        "There was a quorum: 3 people, 3 needed",
        "Discussed from 14:00 to",
        "postponed: 1, withdrawn: 1",
        "discussed 14:00–14:07, 7 min",
        "Surgery with radiotherapy · T9, T10 · 24 Gy in 2 fractions",
        "Dr Moreau (Radiation oncology) dissents",
        "Admit for operation",
        "Signed by Dr Ndiaye (Spine surgery)",
        "postponed",
        "withdrawn",
    ] {
        assert!(text.contains(said), "{said}:\n{text}");
    }
}

#[test]
fn minutes_are_a_draft_until_all_is_signed_and_closed() {
    let sample = sample();
    let mut cases = patients(3);
    let mut meeting = meeting(&cases);
    discussed(&mut cases, &meeting, &[1]);
    let text = |meeting: &Meeting, cases: &[Case]| {
        let pdf = printed(&sample, "en", meeting, cases, None, report::minutes);
        report::texts_of(&pdf).unwrap().join(" ")
    };
    let unsigned = text(&meeting, &cases);
    assert!(unsigned.contains("DRAFT – not signed. Decisions that nobody signed yet: 1."));
    assert!(unsigned.contains("DRAFT – not signed: Minutes of the meeting: 2026-03-14"));
    meeting.closed = None;
    meeting.attendance.remove(1);
    let open = text(&meeting, &cases);
    assert!(open.contains("DRAFT – not signed. The meeting is not closed yet."));
    assert!(open.contains("No quorum: 2 people, 3 needed. Nobody spoke for: Radiology."));
}

#[test]
fn thirty_cases_flow_over_pages_and_none_is_lost() {
    let sample = sample();
    let mut cases = patients(30);
    let mut meeting = meeting(&cases);
    meeting.title = "A board with a rather long name ".repeat(8);
    meeting.attendance = (0..60)
        .map(|number| clinical::meeting::Attendance {
            name: format!("Dr Person{number}"),
            ..meeting.attendance[number % 4].clone()
        })
        .collect();
    discussed(&mut cases, &meeting, &[]);
    cases[2].episodes[0].question = "why ".repeat(600);
    for print in [report::meeting_list, report::minutes] {
        let pdf = printed(&sample, "en", &meeting, &cases, None, print);
        let file = written("thirty.pdf", &pdf);
        assert_tidy(&file);
        let Some(text) = file.text(&[]) else { return };
        for number in (0..30).filter(|number| *number != 2) {
            assert!(text.contains(&format!("Question {number}:")), "{number}");
        }
        assert_eq!(text.matches("why").count(), 600);
    }
}

#[test]
fn masked_lists_and_minutes_name_no_patient_of_any_case() {
    let mut sample = sample();
    sample.identity_masked = true;
    sample.generated_at = at(14, 16, 0);
    let mut cases = patients(6);
    let mut meeting = meeting(&cases);
    discussed(&mut cases, &meeting, &[]);
    // One case speaks of another's patient.
    cases[0].episodes[0].question = "Like Okafor (SYN-000422)?".to_owned();
    meeting.agenda[1].note = "After Łukasz".to_owned();
    meeting.note = "Παπαδοπούλου first".to_owned();
    meeting.title = "Board for Ñandú-Öztürk".to_owned();
    for print in [report::meeting_list, report::minutes] {
        let pdf = printed(&sample, "en", &meeting, &cases, None, print);
        let text = report::texts_of(&pdf).unwrap().join(" ");
        for case in &cases {
            let identity = &case.identity;
            for secret in [
                &identity.family_name,
                &identity.given_name,
                &identity.patient_id,
            ] {
                assert!(!text.contains(secret.as_str()), "{secret}:\n{text}");
            }
        }
        assert!(
            !text.contains("1961") && text.contains("case 00000000"),
            "{text}"
        );
        assert!(text.contains("Dr Ndiaye") || text.contains("Spine surgery"));
    }
}

#[test]
fn an_empty_meeting_still_gives_both() {
    let sample = sample();
    let mut empty = meeting(&[]);
    empty.attendance.clear();
    empty.starts_at = None;
    empty.place = String::new();
    for print in [report::meeting_list, report::minutes] {
        let pdf = printed(&sample, "en", &empty, &[], None, print);
        assert_tidy(&written("empty-meeting.pdf", &pdf));
        let text = report::texts_of(&pdf).unwrap().join(" ");
        assert!(text.contains("No case is on the list."));
    }
}
