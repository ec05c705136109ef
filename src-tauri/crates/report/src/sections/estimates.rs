//! What people expected before they saw the model, beside what it says.

use crate::{
    context::{Context, of_hundred},
    layout::Flow,
    style::{CONTENT_WIDTH, NOTE, SMALL},
    table::{Cell, Column},
};
use clinical::assessment::ForecastState;

/// The horizons in months that people are asked about.
const ASKED: [f64; 2] = [3.0, 12.0];

pub(crate) fn in_full(flow: &mut Flow, context: &Context) {
    let episode = context.input.case.current_episode();
    let estimates = episode.map_or(&[][..], |episode| episode.estimates.as_slice());
    if estimates.is_empty() {
        return;
    }
    // The model stands below the people, on the same page where it can be had.
    let rows = u16::try_from(estimates.len() + 1).unwrap_or(u16::MAX);
    let together = (30.0 + 26.0 * f32::from(rows)).min(CONTENT_WIDTH);
    flow.heading(&context.say("report.estimates.title", &[]), together);
    let cell = |text: String| Cell { text, style: SMALL };
    let mut rows: Vec<Vec<Cell>> = estimates
        .iter()
        .map(|estimate| {
            let specialty = format!("specialty.{}", estimate.specialty);
            let specialty = context.say_if_known(&specialty, &[]);
            let option = format!("benefit_option.{}", estimate.option.code());
            vec![
                cell(context.free(&estimate.name)),
                cell(specialty.unwrap_or_else(|| context.free(&estimate.specialty))),
                cell(estimate.alive_3_months.to_string()),
                cell(estimate.alive_12_months.to_string()),
                cell(context.say(&option, &[])),
                cell(context.local_time(estimate.locked_at)),
            ]
        })
        .collect();
    if let Some([three, twelve]) = modelled(context) {
        rows.push(vec![
            cell(context.say("report.estimates.model", &[])),
            cell(String::new()),
            cell(three),
            cell(twelve),
            cell(String::new()),
            cell(String::new()),
        ]);
    }
    let column = |key: &str, width: f32| Column {
        heading: context.say(key, &[]),
        width,
        ends_right: false,
    };
    let (name, specialty, months, locked) = (104.0, 92.0, 62.0, 92.0);
    let columns = [
        column("estimate.who", name),
        column("report.estimates.specialty", specialty),
        column("report.estimates.alive_3", months),
        column("report.estimates.alive_12", months),
        column(
            "estimate.option",
            CONTENT_WIDTH - name - specialty - 2.0 * months - locked,
        ),
        column("estimate.locked_at", locked),
    ];
    flow.table(&columns, &rows);
    flow.paragraph(NOTE, &context.say("report.estimates.note", &[]));
    flow.space(8.0);
}

/// Best estimate and interval of the model at the same horizons, where it has both.
fn modelled(context: &Context) -> Option<[String; 2]> {
    let ForecastState::Available(forecast) = &context.input.assessment.forecast else {
        return None;
    };
    let at = |months: f64| {
        let mut points = forecast.horizons.iter();
        let point = points.find(|point| point.months == months)?;
        let (alive, low, high) = (
            of_hundred(point.alive),
            of_hundred(point.low),
            of_hundred(point.high),
        );
        let values = [("low", low.as_str()), ("high", high.as_str())];
        Some(format!(
            "{alive} {}",
            context.say("report.estimates.interval", &values)
        ))
    };
    Some([at(ASKED[0])?, at(ASKED[1])?])
}
