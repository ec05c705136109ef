//! How long the steps of the way took, against the limits of the centre.

use super::numbers::{cell, column, number_column, share, spread};
use crate::{
    layout::Flow,
    style::{CONTENT_WIDTH, NOTE, SMALL},
    table::Cell,
    voice::Voice,
};
use clinical::{
    pathway_clock::{clock_audit_citation, clock_intervals},
    year::{IntervalFigures, YearFigures},
};

pub(super) fn draw(flow: &mut Flow, voice: &Voice, figures: &YearFigures) {
    flow.heading(&voice.say("report.year.timeliness", &[]), 80.0);
    let audit = voice.citation(clock_audit_citation());
    let why = voice.say("report.clock.why", &[("source", audit.as_str())]);
    if figures.timeliness.is_empty() {
        flow.paragraph(SMALL, &voice.say("report.year.no_interval", &[]));
        flow.paragraph(NOTE, &why);
        flow.space(8.0);
        return;
    }
    let (interval, ended, running, limit, days) = (150.0, 46.0, 52.0, 48.0, 106.0);
    let columns = [
        column(voice, "report.clock.interval", interval),
        number_column(voice, "report.year.ended", ended),
        number_column(voice, "report.year.running", running),
        column(voice, "report.year.days", days),
        number_column(voice, "report.clock.limit", limit),
        column(
            voice,
            "report.year.within",
            CONTENT_WIDTH - interval - ended - running - days - limit,
        ),
    ];
    let rows = figures.timeliness.iter().map(|one| row(voice, one));
    flow.table(&columns, &rows.collect::<Vec<_>>());
    let mut notes = vec![voice.say("report.year.timeliness_note", &[]), why];
    let contradictions: u32 = figures
        .timeliness
        .iter()
        .map(|one| one.contradictions)
        .sum();
    if contradictions > 0 {
        let count = contradictions.to_string();
        let values = [("count", count.as_str())];
        notes.push(voice.say("report.year.contradictions", &values));
    }
    notes.extend(clock_intervals().iter().filter_map(|interval| {
        let shown = figures.timeliness.iter().any(|one| one.id == interval.id);
        let citation = interval.citation.as_ref().filter(|_| shown)?;
        let name = voice.say(&format!("clock.{}", interval.id), &[]);
        Some(format!("{name}: {}.", voice.citation(citation)))
    }));
    flow.paragraph(NOTE, &notes.join(" "));
    flow.space(8.0);
}

fn row(voice: &Voice, one: &IntervalFigures) -> Vec<Cell> {
    let name = voice.say(&format!("clock.{}", one.id), &[]);
    let name = match one.urgent {
        true => voice.say("report.year.urgent", &[("interval", name.as_str())]),
        false => name,
    };
    let ended = one.days.map_or(0, |days| days.n).to_string();
    vec![
        Cell::new(SMALL.bold(), name),
        cell(ended),
        cell(one.running.to_string()),
        cell(spread(voice, one.days.as_ref())),
        cell(
            one.limit_days
                .map(|days| days.to_string())
                .unwrap_or_default(),
        ),
        cell(match one.within {
            Some(within) => share(voice, within),
            None => voice.say("report.year.no_limit", &[]),
        }),
    ]
}
