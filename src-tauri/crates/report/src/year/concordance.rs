//! Whether what was recommended was done, and why not.

use super::{
    activity::subheading,
    numbers::{cell, column, entries, number_column, share},
};
use crate::{
    layout::Flow,
    style::{CONTENT_WIDTH, NOTE, SMALL},
    voice::Voice,
};
use clinical::{decision::deviation_reasons, year::YearFigures};

pub(super) fn draw(flow: &mut Flow, voice: &Voice, figures: &YearFigures) {
    let found = &figures.concordance;
    flow.heading(&voice.say("report.year.concordance", &[]), 70.0);
    let of = |key: &str, value| (voice.say(key, &[]), share(voice, value));
    let rows = [
        of("report.year.known", found.known),
        of("carried_out.done", found.done),
        of("carried_out.changed", found.changed),
        of("carried_out.not_done", found.not_done),
    ];
    entries(flow, &rows);
    let deviations = found.changed.count + found.not_done.count;
    if deviations == 0 {
        return;
    }
    subheading(flow, voice, "report.year.reasons");
    let (code, number) = (150.0, 74.0);
    let columns = [
        column(
            voice,
            "report.decision.reason",
            CONTENT_WIDTH - code - 2.0 * number,
        ),
        column(voice, "report.year.code", code),
        number_column(voice, "report.year.changed", number),
        number_column(voice, "report.year.not_done", number),
    ];
    let mut rows: Vec<Vec<_>> = found
        .reasons
        .iter()
        .map(|reason| {
            let words = voice.say_if_known(&format!("deviation.{}", reason.code), &[]);
            vec![
                cell(words.unwrap_or_else(|| voice.free(&reason.code))),
                cell(voice.free(&reason.code)),
                cell(reason.changed.to_string()),
                cell(reason.not_done.to_string()),
            ]
        })
        .collect();
    if rows.is_empty() {
        rows.push(vec![cell(voice.say("report.year.no_reason", &[]))]);
    }
    flow.table(&columns, &rows);
    if found.without_reason > 0 {
        let (count, of) = (found.without_reason.to_string(), deviations.to_string());
        let values = [("count", count.as_str()), ("of", of.as_str())];
        flow.paragraph(SMALL, &voice.say("report.year.without_reason", &values));
    }
    let source = voice.free(&deviation_reasons().citation);
    let system = voice.free(&deviation_reasons().system);
    let values = [("source", source.as_str()), ("system", system.as_str())];
    flow.paragraph(NOTE, &voice.say("report.decision.reasons_from", &values));
    flow.space(8.0);
}
