//! How well forecasts did on the centre's own patients, as it was computed elsewhere.

use super::numbers::{cell, column, number_column};
use crate::{
    CalibrationFigures, CalibrationPoint,
    canvas::Frame,
    cohort::{
        drawing::Drawing,
        figures::axes::{Axes, PANELS},
    },
    context::of_hundred,
    layout::Flow,
    style::{ACCENT, CONTENT_WIDTH, MARGIN, MUTED, NOTE, SMALL},
    voice::Voice,
};

/// Panels beside each other.
const MOST_PANELS: usize = 3;

pub(super) fn draw(flow: &mut Flow, voice: &Voice, found: Option<CalibrationFigures>) {
    let has_panels = found.is_some_and(|found| !found.horizons.is_empty());
    let following = if has_panels { PANELS + 40.0 } else { 40.0 };
    flow.heading(&voice.say("report.year.calibration", &[]), following);
    let Some(found) = found else {
        flow.paragraph(SMALL, &voice.say("report.year.no_calibration", &[]));
        flow.space(8.0);
        return;
    };
    for line in found.lines {
        flow.paragraph(SMALL, &voice.free(line));
    }
    flow.space(6.0);
    let horizons: Vec<_> = found
        .horizons
        .iter()
        .filter(|(_, points)| !points.is_empty())
        .take(MOST_PANELS)
        .collect();
    if horizons.is_empty() {
        return;
    }
    let mut drawing = Drawing::new(CONTENT_WIDTH, PANELS, String::new());
    let (across, up) = (
        voice.say("report.year.expected", &[]),
        voice.say("report.year.observed", &[]),
    );
    for (panel, (months, points)) in horizons.iter().enumerate() {
        let axes = Axes::new(panel, 0.0, 1.0);
        axes.draw(&mut drawing, &at(voice, *months), &across, &up);
        let right = [axes.at(0.0, 0.0), axes.at(1.0, 1.0)];
        drawing.line(&right, MUTED, 0.7, &[2.0, 2.0]);
        for point in points.iter().filter(|point| is_drawable(point)) {
            if let Some([low, high]) = point.interval {
                let ends = [axes.at(point.expected, low), axes.at(point.expected, high)];
                drawing.line(&ends, ACCENT, 1.0, &[]);
            }
            drawing.dot(axes.at(point.expected, point.observed), 2.4, ACCENT);
        }
    }
    flow.need(PANELS + 8.0);
    let frame = Frame {
        left: MARGIN,
        top: flow.y,
        width: CONTENT_WIDTH,
        height: PANELS,
    };
    drawing.onto(&mut flow.sheet, frame);
    flow.y += PANELS + 8.0;
    table(flow, voice, &horizons);
    flow.paragraph(NOTE, &voice.say("report.year.calibration_note", &[]));
    flow.space(8.0);
}

/// The same in numbers.
fn table(flow: &mut Flow, voice: &Voice, horizons: &[&(u32, &[CalibrationPoint])]) {
    let (time, number) = (140.0, 76.0);
    let columns = [
        column(voice, "report.year.time", time),
        number_column(voice, "report.year.n", number),
        number_column(voice, "report.year.expected", number),
        column(
            voice,
            "report.year.observed_interval",
            CONTENT_WIDTH - time - 2.0 * number,
        ),
    ];
    let rows = horizons.iter().flat_map(|(months, points)| {
        points.iter().map(|point| {
            let observed = of_hundred(point.observed);
            let observed = match point.interval.map(|ends| ends.map(of_hundred)) {
                Some([low, high]) => format!("{observed} ({low}–{high})"),
                None => observed,
            };
            vec![
                cell(at(voice, *months)),
                cell(point.patients.to_string()),
                cell(of_hundred(point.expected)),
                cell(observed),
            ]
        })
    });
    flow.table(&columns, &rows.collect::<Vec<_>>());
}

fn at(voice: &Voice, months: u32) -> String {
    let months = months.to_string();
    voice.say("report.forecast.at_months", &[("months", months.as_str())])
}

fn is_drawable(point: &CalibrationPoint) -> bool {
    let ends = point.interval.into_iter().flatten();
    let mut all = ends.chain([point.expected, point.observed]);
    all.all(f64::is_finite)
}
