//! Observed against expected deaths, a panel for each horizon that is assessed.

use super::{
    super::{
        Talk,
        drawing::{Anchor, Drawing},
    },
    axes::{Axes, PANELS},
};
use crate::style::{ACCENT, CONTENT_WIDTH, MUTED, NOTE};
use clinical::performance::{CalibrationState, PredictorPerformance};

pub(super) fn draw(talk: &Talk, predictor: &PredictorPerformance) -> Option<Drawing> {
    let assessed = predictor.horizons.iter();
    let assessed: Vec<_> = assessed
        .filter_map(|horizon| match &horizon.calibration {
            CalibrationState::Assessed(found) => Some((horizon.months, found)),
            CalibrationState::NotEstimable { .. } => None,
        })
        .collect();
    if assessed.is_empty() {
        return None;
    }
    let title = talk.say("figure_calibration", &[("name", &talk.name(&predictor.id))]);
    let mut drawing = Drawing::new(CONTENT_WIDTH, PANELS + 12.0, title);
    let (across, up) = (
        talk.say("axis_expected", &[]),
        talk.say("axis_observed", &[]),
    );
    for (panel, (months, found)) in assessed.iter().enumerate() {
        let axes = Axes::new(panel, 0.0, 1.0);
        axes.draw(&mut drawing, &talk.months(*months), &across, &up);
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
    let note = talk.say("note_calibration", &[]);
    drawing.text((0.0, PANELS + 9.0), Anchor::Start, NOTE, &note);
    Some(drawing)
}
