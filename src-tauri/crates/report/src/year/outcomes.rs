//! What became of the patients, and how complete that knowledge is.

use super::{
    activity::subheading,
    numbers::{cell, column, entries, number_column, share},
    survival_curve,
};
use crate::{
    context::of_hundred,
    layout::Flow,
    style::{CONTENT_WIDTH, NOTE, SMALL},
    table::Cell,
    voice::Voice,
};
use clinical::year::{SurvivalAt, YearFigures};

pub(super) fn draw(flow: &mut Flow, voice: &Voice, figures: &YearFigures) {
    let found = &figures.outcomes;
    flow.heading(&voice.say("report.year.outcomes", &[]), 110.0);
    let numbers = [found.patients, found.deaths, found.never_followed].map(|one| one.to_string());
    let [patients, deaths, never] = numbers.each_ref().map(String::as_str);
    let values = [("patients", patients), ("deaths", deaths), ("never", never)];
    flow.paragraph(SMALL, &voice.say("report.year.outcomes_lead", &values));
    flow.space(4.0);
    if found.patients > 0 {
        survival(flow, voice, figures);
        survival_curve::draw(flow, voice, found);
        states(flow, voice, figures);
    }
    follow_up(flow, voice, figures);
}

fn survival(flow: &mut Flow, voice: &Voice, figures: &YearFigures) {
    let (at, risk) = (130.0, 90.0);
    let columns = [
        column(voice, "report.year.time", at),
        number_column(voice, "report.year.at_risk", risk),
        column(voice, "report.year.alive", CONTENT_WIDTH - at - risk),
    ];
    let rows = figures.outcomes.survival.iter().map(|one| {
        let months = one.months.to_string();
        let values = [("months", months.as_str())];
        vec![
            Cell::new(
                SMALL.bold(),
                voice.say("report.forecast.at_months", &values),
            ),
            cell(one.at_risk.to_string()),
            cell(alive(voice, one)),
        ]
    });
    flow.table(&columns, &rows.collect::<Vec<_>>());
    flow.paragraph(NOTE, &voice.say("report.year.survival_note", &[]));
    flow.space(6.0);
}

/// "72 of 100 (61–81)", or that they are too few.
fn alive(voice: &Voice, one: &SurvivalAt) -> String {
    let Some(alive) = one.alive.map(of_hundred) else {
        return voice.say("report.year.too_few", &[]);
    };
    let ends = one.interval.map(|ends| ends.map(of_hundred));
    let rest = match &ends {
        Some([low, high]) => {
            let values = [("low", low.as_str()), ("high", high.as_str())];
            voice.say("report.forecast.of_hundred", &values)
        }
        None => voice.say("report.year.of_hundred", &[]),
    };
    format!("{alive} {rest}")
}

fn states(flow: &mut Flow, voice: &Voice, figures: &YearFigures) {
    let found = &figures.outcomes;
    let walking = found.walking.iter().map(|one| {
        let months = one.months.to_string();
        let values = [("months", months.as_str())];
        let label = voice.say("report.year.walking", &values);
        (label, share(voice, one.walking))
    });
    let mut rows: Vec<(String, String)> = walking.collect();
    let of = |key: &str, value| (voice.say(key, &[]), share(voice, value));
    rows.push(of("report.year.complications", found.complications));
    rows.push(of("report.year.serious", found.serious_complications));
    rows.push(of("report.year.compression", found.compression));
    subheading(flow, voice, "report.year.states");
    entries(flow, &rows);
    flow.paragraph(NOTE, &voice.say("report.year.states_note", &[]));
    flow.space(8.0);
}

fn follow_up(flow: &mut Flow, voice: &Voice, figures: &YearFigures) {
    flow.heading(&voice.say("report.year.follow_up", &[]), 40.0);
    if figures.follow_up.is_empty() {
        flow.paragraph(SMALL, &voice.say("report.year.nothing_due", &[]));
        flow.space(8.0);
        return;
    }
    let rows = figures.follow_up.iter().map(|one| {
        let months = one.months.to_string();
        let values = [("months", months.as_str())];
        let label = voice.say("report.year.follow_up_at", &values);
        (label, share(voice, one.answered))
    });
    entries(flow, &rows.collect::<Vec<_>>());
    flow.paragraph(NOTE, &voice.say("report.year.follow_up_note", &[]));
    flow.space(8.0);
}
