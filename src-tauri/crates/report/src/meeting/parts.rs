//! What the list and the minutes of a meeting share.

use super::{MeetingCase, MeetingReportInput};
use crate::{
    canvas::Frame,
    layout::{Flow, ascent, notice_box},
    letterhead,
    style::{
        ACCENT, ACCENT_FAINT, ALERT, BODY, CONTENT_WIDTH, MARGIN, NAME, NOTE, PAGE_WIDTH, WARNING,
        WARNING_FAINT,
    },
    voice::Voice,
    wrapping::fit,
};
use clinical::meeting::{AgendaItem, AgendaState, Meeting};

/// Height of the line with number and name of a case.
pub(super) const CASE_LINE: f32 = 17.0;

/// "Thursday board, 2026-03-05"
pub(super) fn occasion(voice: &Voice, meeting: &Meeting) -> String {
    let (title, day) = (voice.free(meeting.title.trim()), voice.date(meeting.on));
    format!("{title}, {day}")
}

pub(super) fn are_synthetic(input: &MeetingReportInput) -> bool {
    let mut cases = input.cases.iter().filter_map(|one| one.case);
    cases.any(|case| case.synthetic)
}

/// Letterhead, name of the meeting, and when and where it is.
pub(super) fn title(flow: &mut Flow, voice: &Voice, input: &MeetingReportInput) {
    flow.y = letterhead::draw(&mut flow.sheet, voice, flow.y);
    let meeting = input.meeting;
    flow.paragraph(NAME, &voice.free(meeting.title.trim()));
    let place = voice.free(meeting.place.trim());
    let starts = meeting
        .starts_at
        .map(|time| time.format("%H:%M").to_string());
    let starts = starts.map(|time| voice.say("report.meeting.at", &[("time", time.as_str())]));
    let parts = [Some(voice.date(meeting.on)), starts, Some(place)];
    let parts: Vec<String> = parts
        .into_iter()
        .flatten()
        .filter(|part| !part.is_empty())
        .collect();
    flow.paragraph(BODY, &parts.join(" · "));
    if are_synthetic(input) {
        flow.space(3.0);
        let style = BODY.bold().in_ink(WARNING);
        let top = flow.y;
        let frame = Frame {
            left: MARGIN,
            top,
            width: CONTENT_WIDTH,
            height: 18.0,
        };
        notice_box(&mut flow.sheet, frame, WARNING, WARNING_FAINT);
        let text = voice.say("report.synthetic.some", &[]);
        let text = fit(voice.typeface, style, &text, CONTENT_WIDTH - 20.0);
        flow.sheet.text(MARGIN + 9.0, top + 12.2, style, &text);
        flow.y += 20.0;
    }
    flow.space(5.0);
}

/// Number, name and marks of a case on a tinted line; `right` stands at its end.
pub(super) fn case_line(
    flow: &mut Flow,
    voice: &Voice,
    number: Option<usize>,
    one: &MeetingCase,
    item: &AgendaItem,
    right: &str,
) {
    let frame = Frame {
        left: MARGIN,
        top: flow.y,
        width: CONTENT_WIDTH,
        height: CASE_LINE,
    };
    let (bar, tint) = match one.urgent {
        true => (ALERT, crate::style::ALERT_FAINT),
        false => (ACCENT, ACCENT_FAINT),
    };
    notice_box(&mut flow.sheet, frame, bar, tint);
    let baseline = flow.y + 2.6 + ascent(BODY);
    let mut at = MARGIN + 8.0;
    let end = PAGE_WIDTH - MARGIN - 6.0;
    if !right.is_empty() {
        flow.sheet.text_ending_at(end, baseline, NOTE, right);
    }
    let end = end - flow.sheet.width(NOTE, right) - 10.0;
    if let Some(number) = number {
        let style = BODY.bold().in_ink(bar);
        flow.sheet.text(at, baseline, style, &number.to_string());
        at += 20.0;
    }
    let marks = marks(voice, one, item);
    let marks_width = flow.sheet.width(NOTE.bold(), &marks);
    let name = named(voice, one);
    let name = fit(
        voice.typeface,
        BODY.bold(),
        &name,
        end - at - marks_width - 8.0,
    );
    let at = flow.sheet.text(at, baseline, BODY.bold(), &name);
    let style = NOTE.bold().in_ink(bar);
    flow.sheet.text(at + 8.0, baseline, style, &marks);
    flow.y += CASE_LINE + 3.0;
}

fn named(voice: &Voice, one: &MeetingCase) -> String {
    one.case.map_or_else(
        || voice.say("report.meeting.case_gone", &[]),
        |case| voice.patient(case).running,
    )
}

/// "EMERGENCY · late"
fn marks(voice: &Voice, one: &MeetingCase, item: &AgendaItem) -> String {
    let alerts = one.alerts.to_string();
    let marks = [
        one.urgent.then(|| voice.say("report.meeting.urgent", &[])),
        item.late.then(|| voice.say("report.meeting.late", &[])),
        (one.alerts > 0).then(|| voice.say("report.meeting.alerts", &[("count", alerts.as_str())])),
    ];
    marks.into_iter().flatten().collect::<Vec<_>>().join(" · ")
}

/// What was asked of the board.
pub(super) fn question(voice: &Voice, one: &MeetingCase) -> String {
    let asked = one.episode.map(|episode| episode.question.trim());
    match asked.filter(|question| !question.is_empty()) {
        Some(question) => voice.free(question),
        None => voice.say("report.question.none", &[]),
    }
}

/// Whether a case stays on the list.
pub(super) fn is_on(item: &AgendaItem) -> bool {
    !matches!(item.state, AgendaState::Withdrawn | AgendaState::Postponed)
}
