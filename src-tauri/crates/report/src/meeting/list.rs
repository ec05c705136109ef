//! The list before a meeting, which is also the list of what is to be fetched: a box to tick for each thing.

use super::{
    MeetingCase, MeetingReportInput,
    parts::{CASE_LINE, case_line, is_on, question, title},
};
use crate::{
    canvas::Frame,
    layout::{Flow, ascent, height_of, lines},
    standing::Standing,
    style::{ALERT, BODY, CONTENT_WIDTH, GUTTER, LABEL, MARGIN, MUTED, NOTE, SMALL},
    voice::Voice,
    wrapping::wrap,
};
use chrono::{NaiveTime, TimeDelta};
use clinical::{
    completeness::{ItemReading, ItemState},
    meeting::{AgendaItem, Meeting},
};

/// Text of a case begins here, below its name.
const INDENT: f32 = 28.0;
const BOX: f32 = 6.4;
const COLUMN: f32 = (CONTENT_WIDTH - INDENT - GUTTER) / 2.0;

pub(super) fn standing(voice: &Voice, input: &MeetingReportInput) -> Standing {
    let time = voice.local_time(input.paper.generated_at);
    let key = match input.meeting.closed {
        Some(_) => "report.meeting.list_closed",
        None => "report.meeting.list_as_of",
    };
    Standing::AsOf(voice.say(key, &[("time", time.as_str())]))
}

pub(super) fn draw(flow: &mut Flow, voice: &Voice, input: &MeetingReportInput) {
    let meeting = input.meeting;
    title(flow, voice, input);
    flow.paragraph(SMALL, &plan(voice, meeting));
    flow.paragraph(SMALL, &needed(voice, meeting));
    let note = voice.free(meeting.note.trim());
    if !note.is_empty() {
        flow.paragraph(SMALL, &note);
    }
    flow.space(4.0);
    flow.paragraph(NOTE, &voice.say("report.meeting.list_legend", &[]));
    flow.space(6.0);
    let all: Vec<(&AgendaItem, &MeetingCase)> = meeting.agenda.iter().zip(input.cases).collect();
    let mut starts = meeting.starts_at;
    for (number, (item, one)) in all.iter().filter(|(item, _)| is_on(item)).enumerate() {
        let minutes = item.minutes.unwrap_or(meeting.minutes_per_case);
        let right = when(voice, starts, minutes);
        case(flow, voice, Some(number + 1), one, item, &right);
        starts = starts.map(|time| time + TimeDelta::minutes(minutes.into()));
    }
    let off: Vec<_> = all.iter().filter(|(item, _)| !is_on(item)).collect();
    if !off.is_empty() {
        flow.heading(&voice.say("report.meeting.taken_off", &[]), CASE_LINE);
        for (item, one) in off {
            let state = voice.say(&format!("agenda.{}", item.state.code()), &[]);
            flow.need(CASE_LINE + 4.0);
            case_line(flow, voice, None, one, item, &state);
            let asked = question(voice, one);
            flow.paragraph_within(SMALL, &asked, MARGIN + INDENT, CONTENT_WIDTH - INDENT);
            noted(flow, voice, item);
            flow.space(3.0);
        }
    }
    if meeting.agenda.is_empty() {
        flow.paragraph(BODY, &voice.say("report.meeting.no_cases", &[]));
    }
}

/// "5 cases, 40 minutes planned. The list closes on 2026-03-03."
fn plan(voice: &Voice, meeting: &Meeting) -> String {
    let cases = meeting.agenda.iter().filter(|item| is_on(item)).count();
    let (cases, minutes) = (cases.to_string(), meeting.planned_minutes().to_string());
    let values = [("cases", cases.as_str()), ("minutes", minutes.as_str())];
    let plan = voice.say("report.meeting.plan", &values);
    let closes = meeting.list_closes_on.map(|day| {
        let day = voice.date(day);
        voice.say("report.meeting.closes", &[("day", day.as_str())])
    });
    [Some(plan), closes]
        .into_iter()
        .flatten()
        .collect::<Vec<_>>()
        .join(" ")
}

/// Who has to be there.
fn needed(voice: &Voice, meeting: &Meeting) -> String {
    let specialties = meeting.quorum.specialties.iter();
    let specialties: Vec<String> = specialties.map(|id| voice.specialty(id)).collect();
    let specialties = specialties.join(", ");
    let people = meeting.quorum.people.to_string();
    let values = [
        ("specialties", specialties.as_str()),
        ("people", people.as_str()),
    ];
    match specialties.is_empty() {
        true => voice.say("report.meeting.quorum_of_people", &values),
        false => voice.say("report.meeting.quorum_needs", &values),
    }
}

/// "14:16 · 8 min"
fn when(voice: &Voice, starts: Option<NaiveTime>, minutes: u32) -> String {
    let minutes = minutes.to_string();
    let length = voice.say("report.meeting.minutes", &[("minutes", minutes.as_str())]);
    match starts {
        Some(time) => format!("{} · {length}", time.format("%H:%M")),
        None => length,
    }
}

fn case(
    flow: &mut Flow,
    voice: &Voice,
    number: Option<usize>,
    one: &MeetingCase,
    item: &AgendaItem,
    right: &str,
) {
    let wanting: Vec<&ItemReading> = one
        .completeness
        .iter()
        .filter(|reading| reading.state != ItemState::Current)
        .collect();
    let text = question(voice, one);
    let width = CONTENT_WIDTH - INDENT;
    let asked = wrap(voice.typeface, SMALL, &text, width).len();
    // A name, the beginning of its question and of what is to be fetched stay together.
    flow.need(CASE_LINE + height_of(SMALL, asked.min(5)) + 2.0 * LABEL.line_height() + 12.0);
    case_line(flow, voice, number, one, item, right);
    flow.paragraph_within(SMALL, &text, MARGIN + INDENT, width);
    noted(flow, voice, item);
    flow.space(2.0);
    to_fetch(flow, voice, one, &wanting);
    flow.space(7.0);
}

fn noted(flow: &mut Flow, voice: &Voice, item: &AgendaItem) {
    let note = voice.free(item.note.trim());
    if !note.is_empty() {
        let note = voice.say("report.meeting.note", &[("note", note.as_str())]);
        let style = SMALL.in_ink(MUTED);
        flow.paragraph_within(style, &note, MARGIN + INDENT, CONTENT_WIDTH - INDENT);
    }
}

/// Boxes to tick in two columns, or that all is there.
fn to_fetch(flow: &mut Flow, voice: &Voice, one: &MeetingCase, wanting: &[&ItemReading]) {
    let left = MARGIN + INDENT;
    if wanting.is_empty() {
        let key = match one.case {
            Some(_) => "report.meeting.complete",
            None => "report.meeting.case_gone_note",
        };
        flow.paragraph_within(NOTE, &voice.say(key, &[]), left, CONTENT_WIDTH - INDENT);
        return;
    }
    flow.need(LABEL.line_height() + SMALL.line_height() * 2.0);
    let label = voice.say("report.meeting.to_fetch", &[]);
    flow.sheet.text(left, flow.y + ascent(LABEL), LABEL, &label);
    flow.y += LABEL.line_height() + 1.0;
    for pair in wanting.chunks(2) {
        let texts: Vec<Vec<String>> = pair
            .iter()
            .map(|reading| {
                wrap(
                    voice.typeface,
                    SMALL,
                    &lacking(voice, reading),
                    COLUMN - 14.0,
                )
            })
            .collect();
        let most = texts.iter().map(Vec::len).max().unwrap_or(0);
        flow.need(height_of(SMALL, most) + 1.0);
        let mut at = left;
        for (reading, text) in pair.iter().zip(&texts) {
            let frame = Frame {
                left: at,
                top: flow.y + 1.8,
                width: BOX,
                height: BOX,
            };
            let ink = match reading.state {
                ItemState::Missing => ALERT,
                _ => MUTED,
            };
            flow.sheet.outlined(frame, ink, 0.8);
            lines(&mut flow.sheet, SMALL, at + 12.0, flow.y, text);
            at += COLUMN + GUTTER;
        }
        flow.y += height_of(SMALL, most) + 1.0;
    }
}

/// "Blood values: missing, result pending (Albumin; Platelets)"
fn lacking(voice: &Voice, reading: &ItemReading) -> String {
    let item = voice.say(&format!("completeness.{}", reading.id), &[]);
    let state = voice.say(&format!("completeness_state.{}", reading.state.code()), &[]);
    let (days, limit) = (
        reading
            .days
            .map(|days| days.to_string())
            .unwrap_or_default(),
        reading
            .limit_days
            .map(|days| days.to_string())
            .unwrap_or_default(),
    );
    let values = [
        ("item", item.as_str()),
        ("state", state.as_str()),
        ("days", days.as_str()),
        ("limit", limit.as_str()),
    ];
    let key = match reading.state {
        ItemState::Stale => "report.meeting.lacking_stale",
        _ => "report.meeting.lacking",
    };
    let mut text = voice.say(key, &values);
    if let Some(absent) = reading.absent {
        let why = voice.say(&format!("absence.{}", absent.id()), &[]);
        text = format!("{text}, {why}");
    }
    // A single one is what the item is named after.
    match reading.features.len() {
        0 | 1 => text,
        _ => format!("{text} ({})", voice.feature_labels(&reading.features)),
    }
}
