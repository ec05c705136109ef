//! Meetings, discussions and patients, by primary tumour and by recommendation.

use super::numbers::{Bar, bars, entries, share, spread};
use crate::{
    layout::Flow,
    style::{NOTE, SUBHEADING},
    voice::Voice,
};
use clinical::{case::Value, year::YearFigures};

pub(super) fn draw(flow: &mut Flow, voice: &Voice, figures: &YearFigures) {
    meetings(flow, voice, figures);
    discussions(flow, voice, figures);
    by_primary(flow, voice, figures);
    by_option(flow, voice, figures);
}

fn meetings(flow: &mut Flow, voice: &Voice, figures: &YearFigures) {
    let meetings = &figures.meetings;
    flow.heading(&voice.say("report.year.meetings", &[]), 60.0);
    let label = |key: &str| voice.say(key, &[]);
    let numbers = [
        meetings.discussed,
        meetings.postponed,
        meetings.withdrawn,
        meetings.listed,
    ]
    .map(|number| number.to_string());
    let [discussed, postponed, withdrawn, listed] = numbers.each_ref().map(String::as_str);
    let values = [
        ("discussed", discussed),
        ("postponed", postponed),
        ("withdrawn", withdrawn),
        ("listed", listed),
    ];
    let mut rows = vec![
        (label("report.year.held"), meetings.held.to_string()),
        (
            label("report.year.with_quorum"),
            share(voice, meetings.with_quorum),
        ),
        (
            label("report.year.cases"),
            voice.say("report.year.cases_text", &values),
        ),
        (label("report.year.late"), share(voice, meetings.late)),
    ];
    if let Some(minutes) = &meetings.minutes {
        let n = minutes.n.to_string();
        let middle = spread(voice, Some(minutes));
        let values = [("spread", middle.as_str()), ("n", n.as_str())];
        let text = match minutes.is_shown() {
            true => voice.say("report.year.minutes_text", &values),
            false => middle,
        };
        rows.push((label("report.year.minutes"), text));
    }
    entries(flow, &rows);
}

fn discussions(flow: &mut Flow, voice: &Voice, figures: &YearFigures) {
    let counts = &figures.discussions;
    flow.heading(&voice.say("report.year.discussions", &[]), 60.0);
    let (discussions, patients) = (counts.discussions.to_string(), counts.patients.to_string());
    let values = [
        ("discussions", discussions.as_str()),
        ("patients", patients.as_str()),
    ];
    let of = |key: &str, value| (voice.say(key, &[]), share(voice, value));
    let rows = [
        (
            voice.say("report.year.decided", &[]),
            voice.say("report.year.decided_text", &values),
        ),
        of("report.year.signed", counts.signed),
        of("report.year.deferred", counts.deferred),
        of("report.year.with_dissent", counts.with_dissent),
        of("report.year.with_addenda", counts.with_addenda),
        of("report.year.by_forecast", counts.decided_by_forecast),
    ];
    entries(flow, &rows);
}

fn by_primary(flow: &mut Flow, voice: &Voice, figures: &YearFigures) {
    if figures.primaries.is_empty() {
        return;
    }
    subheading(flow, voice, "report.year.by_primary");
    let rows = figures.primaries.iter().map(|one| {
        let label = match &one.primary {
            Some(code) => primary(voice, code),
            None => voice.say("report.value.not_recorded", &[]),
        };
        let patients = one.patients.to_string();
        let values = [("patients", patients.as_str())];
        Bar {
            label,
            count: one.discussions,
            note: voice.say("report.year.patients", &values),
        }
    });
    bars(flow, &rows.collect::<Vec<_>>());
}

fn primary(voice: &Voice, code: &str) -> String {
    match voice.paper.catalogue.id("primary_tumour") {
        Ok(id) => voice.value(&id, &Value::Code(code.to_owned())),
        Err(_) => voice.free(code),
    }
}

fn by_option(flow: &mut Flow, voice: &Voice, figures: &YearFigures) {
    subheading(flow, voice, "report.year.by_option");
    let rows = figures.options.iter().map(|one| Bar {
        label: match one.option {
            Some(option) => voice.say(&format!("benefit_option.{}", option.code()), &[]),
            None => voice.say("report.year.no_option", &[]),
        },
        count: one.discussions,
        note: String::new(),
    });
    bars(flow, &rows.collect::<Vec<_>>());
    flow.paragraph(NOTE, &voice.say("report.year.option_note", &[]));
    flow.space(8.0);
}

pub(super) fn subheading(flow: &mut Flow, voice: &Voice, key: &str) {
    flow.need(SUBHEADING.line_height() + 44.0);
    flow.paragraph(SUBHEADING, &voice.say(key, &[]));
    flow.space(3.0);
}
