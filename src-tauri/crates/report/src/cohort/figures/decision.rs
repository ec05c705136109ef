//! Net benefit over the thresholds, a panel for each horizon.

use super::{
    super::{
        Talk,
        drawing::{Anchor, Drawing},
    },
    axes::{Axes, PANELS},
    look,
};
use crate::style::{CONTENT_WIDTH, Ink, MUTED, SMALL};
use clinical::performance::{Comparison, DecisionCurve, PredictorPerformance};

/// Net benefit below this is not drawn: acting so would do worse than acting for nobody.
const LOWEST: f64 = -0.05;

/// Entries of the legend beside each other.
const BESIDE: usize = 3;

pub(super) fn draw(talk: &Talk, comparison: &Comparison) -> Option<Drawing> {
    let drawn = |predictor: &&PredictorPerformance| {
        let mut horizons = predictor.horizons.iter();
        horizons.any(|one| !one.decision_curve.points.is_empty())
    };
    let predictors: Vec<&PredictorPerformance> =
        comparison.predictors.iter().filter(drawn).collect();
    if predictors.is_empty() {
        return None;
    }
    let legend = 12.0 * (predictors.len() + 1).div_ceil(BESIDE) as f32;
    let title = talk.say("figure_decision", &[]);
    let mut drawing = Drawing::new(CONTENT_WIDTH, PANELS + 4.0 + legend, title);
    let (across, up) = (
        talk.say("axis_threshold", &[]),
        talk.say("axis_benefit", &[]),
    );
    let high = highest(comparison);
    for (panel, everybody) in comparison.treat_all.iter().enumerate() {
        let axes = Axes::new(panel, LOWEST, high);
        axes.draw(&mut drawing, &talk.months(everybody.months), &across, &up);
        curve(&mut drawing, &axes, everybody, (MUTED, &[2.0, 2.0], 0.8));
        for (place, predictor) in predictors.iter().enumerate() {
            let mut horizons = predictor.horizons.iter();
            if let Some(horizon) = horizons.find(|one| one.months == everybody.months) {
                let look = look(&predictor.id, place);
                curve(&mut drawing, &axes, &horizon.decision_curve, look);
            }
        }
    }
    let entries = predictors.iter().enumerate();
    let entries = entries.map(|(place, one)| (look(&one.id, place), talk.name(&one.id)));
    let everybody: (Ink, &[f32], f32) = (MUTED, &[2.0, 2.0], 0.8);
    let last = (everybody, talk.say("treat_all", &[]));
    for (place, ((ink, dashes, thickness), text)) in entries.chain([last]).enumerate() {
        let left = (place % BESIDE) as f32 * (CONTENT_WIDTH / BESIDE as f32);
        let y = PANELS + 9.0 + (place / BESIDE) as f32 * 12.0;
        drawing.line(&[(left, y), (left + 22.0, y)], ink, thickness, dashes);
        drawing.text((left + 26.0, y + 2.5), Anchor::Start, SMALL, &text);
    }
    Some(drawing)
}

/// The next quarter, or tenth below a half, above every curve.
fn highest(comparison: &Comparison) -> f64 {
    let horizons = comparison.predictors.iter().flat_map(|one| &one.horizons);
    let curves = horizons.map(|horizon| &horizon.decision_curve);
    let points = curves
        .chain(&comparison.treat_all)
        .flat_map(|one| &one.points);
    let benefits = points.filter_map(|point| point.net_benefit.estimate());
    let most = benefits.map(|found| found.point).fold(0.1, f64::max);
    match most {
        small if small < 0.5 => (small * 10.0).ceil() / 10.0,
        large => (large * 4.0).ceil() / 4.0,
    }
}

/// A line through the points, broken where it leaves the panel downwards; a dot for a single point.
fn curve(
    drawing: &mut Drawing,
    axes: &Axes,
    curve: &DecisionCurve,
    (ink, dashes, thickness): (Ink, &[f32], f32),
) {
    let benefit = |point: &clinical::performance::DecisionPoint| {
        let found = point.net_benefit.estimate()?.point;
        (found >= LOWEST).then(|| axes.at(point.threshold, found))
    };
    let points: Vec<Option<(f32, f32)>> = curve.points.iter().map(benefit).collect();
    for run in points.split(Option::is_none) {
        let through: Vec<(f32, f32)> = run.iter().flatten().copied().collect();
        match through.as_slice() {
            [] => {}
            [only] => drawing.dot(*only, 1.6, ink),
            through => drawing.line(through, ink, thickness, dashes),
        }
    }
}
