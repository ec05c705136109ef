//! How the forecasts did that the board decided with, on its own patients until the day of counting.

use super::numbers::{cell, column, number_column};
use crate::{
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
use clinical::{
    head_to_head::decimal,
    performance::{Calibration, CalibrationState, Figure},
    verification::{CheckState, CheckedGroup, HorizonCheck, Verification},
    year::LEAST_OF_A_SHARE,
};

pub(super) fn draw(flow: &mut Flow, voice: &Voice, found: Option<&Verification>) {
    let assessed = found.map(assessed).unwrap_or_default();
    let following = match assessed.is_empty() {
        true => 60.0,
        false => PANELS + 90.0,
    };
    flow.heading(&voice.say("report.year.calibration", &[]), following);
    let Some(found) = found.filter(|found| found.patients > 0) else {
        flow.paragraph(SMALL, &voice.say("own_results.never", &[]));
        flow.space(8.0);
        return;
    };
    let model = voice.free(&format!("{} {}", found.model.name, found.model.version));
    let values = [("model", model.as_str())];
    flow.paragraph(SMALL, &voice.say("report.year.calibration_lead", &values));
    flow.space(4.0);
    for horizon in &found.horizons {
        flow.entry(&after(voice, horizon.months), SMALL, &told(voice, horizon));
    }
    flow.space(4.0);
    if assessed.is_empty() {
        flow.paragraph(NOTE, &voice.say("own_results.no_calibration", &[]));
    } else {
        panels(flow, voice, &assessed);
        figures(flow, voice, found);
    }
    flow.paragraph(NOTE, &voice.say("own_results.note_who", &[]));
    flow.space(8.0);
}

/// Horizons with enough patients for calibration.
fn assessed(found: &Verification) -> Vec<(u32, &Calibration)> {
    let horizons = found.horizons.iter();
    let assessed =
        horizons.filter_map(
            |horizon| match &horizon.everybody.performance.as_ref()?.calibration {
                CalibrationState::Assessed(calibration) => Some((horizon.months, calibration)),
                CalibrationState::NotEstimable { .. } => None,
            },
        );
    assessed.collect()
}

/// How many of how many, whether that is enough, and deaths beside those expected.
fn told(voice: &Voice, horizon: &HorizonCheck) -> String {
    let group = &horizon.everybody;
    let counts = &group.deaths.counts;
    let numbers = [
        group.deaths.patients,
        counts.deaths,
        counts.known_alive,
        counts.censored_before,
    ]
    .map(|number| number.to_string());
    let [patients, deaths, alive, lost] = numbers.each_ref().map(String::as_str);
    let values = [
        ("patients", patients),
        ("deaths", deaths),
        ("alive", alive),
        ("lost", lost),
    ];
    let mut sentences = vec![
        voice.say("own_results.counts", &values),
        state(voice, group),
    ];
    let enough = group.deaths.patients >= LEAST_OF_A_SHARE;
    if let Some(observed) = group.deaths.observed.estimate().filter(|_| enough) {
        let (observed, expected) = (
            of_hundred(observed.point),
            of_hundred(group.deaths.expected),
        );
        let values = [
            ("observed", observed.as_str()),
            ("expected", expected.as_str()),
        ];
        sentences.push(voice.say("own_results.observed", &values));
        let ratio = figure(voice, &group.deaths.observed_over_expected);
        let values = [("ratio", ratio.as_str())];
        sentences.push(voice.say("own_results.ratio", &values));
    }
    sentences.join(" ")
}

fn state(voice: &Voice, group: &CheckedGroup) -> String {
    match group.state {
        CheckState::Checked => {
            let patients = group.deaths.patients.to_string();
            voice.say("own_results.checked", &[("patients", patients.as_str())])
        }
        CheckState::NotYetChecked {
            events,
            non_events,
            needed,
        } => {
            let numbers = [events, non_events, needed].map(|number| number.to_string());
            let [events, non_events, needed] = numbers.each_ref().map(String::as_str);
            let values = [
                ("events", events),
                ("non_events", non_events),
                ("needed", needed),
            ];
            voice.say("own_results.not_yet", &values)
        }
    }
}

/// Expected against observed deaths, a panel for each horizon.
fn panels(flow: &mut Flow, voice: &Voice, assessed: &[(u32, &Calibration)]) {
    let mut drawing = Drawing::new(CONTENT_WIDTH, PANELS, String::new());
    let (across, up) = (
        voice.say("study.axis_expected", &[]),
        voice.say("study.axis_observed", &[]),
    );
    for (panel, (months, found)) in assessed.iter().enumerate() {
        let axes = Axes::new(panel, 0.0, 1.0);
        axes.draw(&mut drawing, &after(voice, *months), &across, &up);
        let right = [axes.at(0.0, 0.0), axes.at(1.0, 1.0)];
        drawing.line(&right, MUTED, 0.7, &[2.0, 2.0]);
        for group in &found.curve.groups {
            let Some(observed) = group.observed.estimate() else {
                continue;
            };
            if let Some(interval) = observed.interval {
                let ends = [
                    axes.at(group.expected, interval.low),
                    axes.at(group.expected, interval.high),
                ];
                drawing.line(&ends, ACCENT, 1.0, &[]);
            }
            drawing.dot(axes.at(group.expected, observed.point), 2.4, ACCENT);
        }
    }
    flow.need(PANELS + 22.0);
    let frame = Frame {
        left: MARGIN,
        top: flow.y,
        width: CONTENT_WIDTH,
        height: PANELS,
    };
    drawing.onto(&mut flow.sheet, frame);
    flow.y += PANELS + 4.0;
    flow.paragraph(NOTE, &voice.say("study.note_calibration", &[]));
    flow.space(4.0);
}

/// Intercept, slope, AUC and Brier score at each horizon.
fn figures(flow: &mut Flow, voice: &Voice, found: &Verification) {
    let (time, number) = (150.0, 70.0);
    let columns = [
        column(voice, "own_results.horizon", time),
        number_column(voice, "own_results.column_group", number),
        column(voice, "study.column_intercept", number),
        column(voice, "study.column_slope", number),
        column(voice, "own_results.column_auc", number),
        column(
            voice,
            "study.column_brier",
            CONTENT_WIDTH - time - 4.0 * number,
        ),
    ];
    let rows = found.horizons.iter().filter_map(|horizon| {
        let performance = horizon.everybody.performance.as_ref()?;
        let none = voice.say("own_results.not_assessed", &[]);
        let (intercept, slope) = match &performance.calibration {
            CalibrationState::Assessed(one) => {
                (figure(voice, &one.intercept), figure(voice, &one.slope))
            }
            CalibrationState::NotEstimable { .. } => (none.clone(), none),
        };
        Some(vec![
            cell(after(voice, horizon.months)),
            cell(horizon.everybody.deaths.patients.to_string()),
            cell(intercept),
            cell(slope),
            cell(figure(voice, &performance.auc.figure)),
            cell(figure(voice, &performance.brier.figure)),
        ])
    });
    flow.table(&columns, &rows.collect::<Vec<_>>());
}

/// "0.94 (0.81 to 1.07)", or that it is not given.
fn figure(voice: &Voice, figure: &Figure) -> String {
    let Some(estimate) = figure.estimate() else {
        return voice.say("own_results.not_assessed", &[]);
    };
    let written = |number: f64| voice.decimal(&decimal(number, 2));
    let point = written(estimate.point);
    let Some(interval) = estimate.interval else {
        return point;
    };
    let (low, high) = (written(interval.low), written(interval.high));
    let values = [
        ("median", point.as_str()),
        ("low", low.as_str()),
        ("high", high.as_str()),
    ];
    voice.say("report.year.spread", &values)
}

fn after(voice: &Voice, months: u32) -> String {
    let months = months.to_string();
    voice.say("report.year.after", &[("months", months.as_str())])
}
