//! The minutes: who was there, whether that was enough, and what was decided on each case.

use super::{
    MeetingCase, MeetingReportInput,
    parts::{CASE_LINE, case_line, is_on, question, title},
};
use crate::{
    layout::Flow,
    sections::{
        actions,
        decision::one_dissent,
        recommendation::{evidence, in_a_line},
    },
    standing::Standing,
    style::{ALERT, BODY, CONTENT_WIDTH, SMALL},
    table::{Cell, Column},
    voice::Voice,
};
use clinical::{
    decision::{BoardDecision, PositionStance},
    meeting::{AgendaItem, AgendaState, Attendance, Meeting, Presence},
};
use std::collections::BTreeMap;

/// A draft until the meeting is closed and everything that was discussed is signed.
pub(super) fn standing(voice: &Voice, input: &MeetingReportInput) -> Standing {
    let discussed = input.meeting.agenda.iter().zip(input.cases);
    let discussed = discussed.filter(|(item, _)| item.state == AgendaState::Discussed);
    let unsigned = discussed.filter(|(_, one)| !one.episode.is_some_and(|one| one.is_signed()));
    let unsigned = unsigned.count();
    let Some(closing) = &input.meeting.closed else {
        return Standing::Draft(voice.say("report.meeting.draft_open", &[]));
    };
    if unsigned > 0 {
        let count = unsigned.to_string();
        let values = [("count", count.as_str())];
        return Standing::Draft(voice.say("report.meeting.draft_unsigned", &values));
    }
    let (name, time) = (voice.free(&closing.name), voice.local_time(closing.at));
    let values = [("name", name.as_str()), ("time", time.as_str())];
    Standing::Final(voice.say("report.meeting.final", &values))
}

pub(super) fn draw(flow: &mut Flow, voice: &Voice, input: &MeetingReportInput) {
    let meeting = input.meeting;
    title(flow, voice, input);
    if let Some(text) = lasted(voice, meeting) {
        flow.paragraph(SMALL, &text);
    }
    let note = voice.free(meeting.note.trim());
    if !note.is_empty() {
        flow.paragraph(SMALL, &note);
    }
    flow.space(6.0);
    attendance(flow, voice, meeting);
    quorum(flow, voice, meeting);
    flow.heading(&voice.say("report.meeting.cases", &[]), 80.0);
    if meeting.agenda.is_empty() {
        flow.paragraph(BODY, &voice.say("report.meeting.no_cases", &[]));
    }
    let all = meeting.agenda.iter().zip(input.cases);
    for (number, (item, one)) in all.enumerate() {
        case(flow, voice, number + 1, one, item);
    }
}

/// "Discussed from 14:02 to 15:10; 6 discussed, 1 postponed, 0 withdrawn, 1 left."
fn lasted(voice: &Voice, meeting: &Meeting) -> Option<String> {
    let of = |state: AgendaState| {
        let items = meeting.agenda.iter();
        items.filter(|item| item.state == state).count().to_string()
    };
    let spans = || meeting.agenda.iter().flat_map(|item| &item.discussed);
    let first = spans().map(|span| span.from).min()?;
    let last = spans().filter_map(|span| span.until).max().unwrap_or(first);
    let time = |moment: chrono::DateTime<chrono::Utc>| {
        let local = moment.with_timezone(&voice.paper.local_offset);
        local.format("%H:%M").to_string()
    };
    let (from, until) = (time(first), time(last));
    let (discussed, postponed) = (of(AgendaState::Discussed), of(AgendaState::Postponed));
    let withdrawn = of(AgendaState::Withdrawn);
    let values = [
        ("from", from.as_str()),
        ("until", until.as_str()),
        ("discussed", discussed.as_str()),
        ("postponed", postponed.as_str()),
        ("withdrawn", withdrawn.as_str()),
    ];
    Some(voice.say("report.meeting.lasted", &values))
}

/// Who was there and who was not, one row for each specialty.
fn attendance(flow: &mut Flow, voice: &Voice, meeting: &Meeting) {
    flow.heading(&voice.say("report.meeting.attendance", &[]), 60.0);
    if meeting.attendance.is_empty() {
        flow.paragraph(SMALL, &voice.say("report.meeting.nobody", &[]));
        return;
    }
    let mut by_specialty: BTreeMap<String, Vec<&Attendance>> = BTreeMap::new();
    for person in &meeting.attendance {
        let specialty = voice.specialty(&person.specialty);
        by_specialty.entry(specialty).or_default().push(person);
    }
    let (specialty, there) = (128.0, 206.0);
    let column = |key: &str, width| Column::new(voice.say(key, &[]), width);
    let columns = [
        column("report.estimates.specialty", specialty),
        column("report.meeting.there", there),
        column(
            "report.meeting.not_there",
            CONTENT_WIDTH - specialty - there,
        ),
    ];
    let names = |people: &[&Attendance], is_there: bool| {
        let people = people
            .iter()
            .filter(|person| person.presence.is_there() == is_there);
        let names = people.map(|person| {
            let name = voice.free(person.name.trim());
            match person.presence {
                Presence::Present => name,
                other => {
                    let presence = voice.say(&format!("presence.{}", other.code()), &[]);
                    format!("{name} ({presence})")
                }
            }
        });
        names.collect::<Vec<_>>().join("; ")
    };
    let rows = by_specialty.iter().map(|(specialty, people)| {
        vec![
            Cell::new(SMALL.bold(), specialty.clone()),
            Cell::new(SMALL, names(people, true)),
            Cell::new(SMALL, names(people, false)),
        ]
    });
    flow.table_in_full(&columns, &rows.collect::<Vec<_>>());
}

fn quorum(flow: &mut Flow, voice: &Voice, meeting: &Meeting) {
    let state = meeting.quorum_state();
    let (present, needed) = (state.present.to_string(), meeting.quorum.people.to_string());
    let specialties = state.missing_specialties.iter();
    let missing: Vec<String> = specialties.map(|id| voice.specialty(id)).collect();
    let missing = missing.join(", ");
    let values = [
        ("present", present.as_str()),
        ("needed", needed.as_str()),
        ("missing", missing.as_str()),
    ];
    let (key, style) = match (state.met, missing.is_empty()) {
        (true, _) => ("report.meeting.quorum_met", SMALL.bold()),
        (false, true) => ("report.meeting.quorum_few", SMALL.bold().in_ink(ALERT)),
        (false, false) => ("report.meeting.quorum_lacks", SMALL.bold().in_ink(ALERT)),
    };
    flow.paragraph(style, &voice.say(key, &values));
    flow.space(8.0);
}

fn case(flow: &mut Flow, voice: &Voice, number: usize, one: &MeetingCase, item: &AgendaItem) {
    flow.need(CASE_LINE + 4.0 * SMALL.line_height());
    case_line(flow, voice, Some(number), one, item, &when(voice, item));
    flow.entry(
        &voice.say("report.question.title", &[]),
        SMALL,
        &question(voice, one),
    );
    let note = voice.free(item.note.trim());
    if !note.is_empty() {
        flow.entry(&voice.say("report.decision.note", &[]), SMALL, &note);
    }
    if is_on(item) {
        let decision = one.episode.and_then(|episode| episode.decision.as_ref());
        match decision {
            Some(decision) => decided(flow, voice, decision),
            None => {
                let label = voice.say("report.decision.recommendation", &[]);
                flow.entry(&label, SMALL, &voice.say("report.decision.none", &[]));
            }
        }
    }
    flow.space(8.0);
}

/// "discussed 14:02–14:11, 9 min", or what became of it.
fn when(voice: &Voice, item: &AgendaItem) -> String {
    let state = voice.say(&format!("agenda.{}", item.state.code()), &[]);
    let times: Vec<String> = item
        .discussed
        .iter()
        .map(|span| {
            let time = |moment: chrono::DateTime<chrono::Utc>| {
                let local = moment.with_timezone(&voice.paper.local_offset);
                local.format("%H:%M").to_string()
            };
            match span.until {
                Some(until) => format!("{}–{}", time(span.from), time(until)),
                None => format!("{}–", time(span.from)),
            }
        })
        .collect();
    if times.is_empty() {
        return state;
    }
    // Half a minute and more is one.
    let minutes = (item.seconds(voice.paper.generated_at) + 30) / 60;
    let minutes = minutes.to_string();
    let length = voice.say("report.meeting.minutes", &[("minutes", minutes.as_str())]);
    format!("{state} {}, {length}", times.join(", "))
}

fn decided(flow: &mut Flow, voice: &Voice, decision: &BoardDecision) {
    let say = |key: &str| voice.say(key, &[]);
    let recommended = in_a_line(voice, decision.standing_recommendation());
    flow.entry(
        &say("report.decision.recommendation"),
        SMALL.bold(),
        &recommended,
    );
    let rationale = voice.free(decision.rationale.trim());
    if !rationale.is_empty() {
        flow.entry(&say("report.decision.rationale"), SMALL, &rationale);
    }
    if let Some(evidence) = evidence(voice, decision) {
        flow.entry(&say("report.decision.evidence"), SMALL, &evidence);
    }
    let dissents = decision
        .positions
        .iter()
        .filter(|position| position.stance == PositionStance::Dissents);
    let dissents: Vec<String> = dissents.map(|one| one_dissent(voice, one)).collect();
    let dissents = match dissents.is_empty() {
        true => say("report.referrer.no_dissent"),
        false => dissents.join("\n"),
    };
    flow.entry(&say("report.referrer.dissent"), SMALL, &dissents);
    flow.entry(
        &say("report.decision.signature"),
        SMALL,
        &signed(voice, decision),
    );
    let rows: Vec<Vec<Cell>> = decision
        .all_actions()
        .map(|action| actions::row(voice, decision, action))
        .collect();
    match rows.is_empty() {
        true => flow.entry(
            &say("report.decision.actions"),
            SMALL,
            &say("report.decision.no_actions"),
        ),
        false => {
            flow.space(3.0);
            flow.table_in_full(&actions::columns(voice), &rows);
        }
    }
}

fn signed(voice: &Voice, decision: &BoardDecision) -> String {
    let Some(seal) = &decision.seal else {
        return voice.say("report.referrer.not_signed", &[]);
    };
    let (name, specialty) = (voice.free(&seal.name), voice.specialty(&seal.specialty));
    let time = voice.local_time(seal.signed_at);
    let values = [
        ("name", name.as_str()),
        ("specialty", specialty.as_str()),
        ("time", time.as_str()),
    ];
    let signed = voice.say("report.decision.signed_by", &values);
    match decision.addenda.last() {
        Some(last) => {
            let version = last.version.to_string();
            let added = voice.say("report.meeting.version", &[("version", version.as_str())]);
            format!("{signed} {added}")
        }
        None => signed,
    }
}
