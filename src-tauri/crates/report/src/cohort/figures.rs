//! The figures of a cohort study: discrimination as intervals, calibration, decision curves.

use super::{
    Talk,
    drawing::{Anchor, Drawing},
};
use crate::style::{
    ACCENT, ALERT, BLACK, CONTENT_WIDTH, Ink, LABEL, MUTED, NOTE, RULE, SMALL, WARNING,
};
use clinical::{
    head_to_head::{HeadToHead, MODEL},
    performance::{CalibrationState, Comparison, Figure, HorizonPerformance, PredictorPerformance},
};

/// Room for names, between panels, and of a square panel.
const NAMES: f32 = 112.0;
const GAP: f32 = 14.0;
const PANEL: f32 = 132.0;
const ROW: f32 = 14.0;

/// Inks and dashes that tell lines apart, also in print without colour.
const LINES: [(Ink, &[f32]); 6] = [
    (ALERT, &[]),
    (WARNING, &[5.0, 2.0]),
    (BLACK, &[1.5, 1.5]),
    (Ink(0x6a, 0x3d, 0x9a), &[6.0, 2.0, 1.5, 2.0]),
    (Ink(0x33, 0x69, 0x1e), &[3.0, 3.0]),
    (Ink(0x9c, 0x48, 0x7a), &[8.0, 3.0]),
];

/// A figure with the name of its file.
pub(crate) struct NamedFigure {
    pub(crate) name: String,
    pub(crate) drawing: Drawing,
}

/// All figures of a study, as far as there is something to draw.
pub(crate) fn all(talk: &Talk, result: &HeadToHead) -> Vec<NamedFigure> {
    let mut found = Vec::new();
    if let Some(comparison) = &result.same_rows {
        found.push(NamedFigure {
            name: "auc_same_rows".to_owned(),
            drawing: discrimination(talk, comparison),
        });
        found.extend(
            decision_curves(talk, comparison).map(|drawing| NamedFigure {
                name: "decision_curves_same_rows".to_owned(),
                drawing,
            }),
        );
    }
    let alone = result
        .model_alone
        .iter()
        .filter_map(|one| one.predictors.first());
    let scores = result
        .pairs
        .iter()
        .filter_map(|pair| pair.comparison.predictors.last());
    for predictor in alone.chain(scores) {
        found.extend(calibration(talk, predictor).map(|drawing| NamedFigure {
            name: format!("calibration_{}", predictor.id),
            drawing,
        }));
    }
    found
}

/// AUC of each predictor with its interval, a panel for each horizon.
fn discrimination(talk: &Talk, comparison: &Comparison) -> Drawing {
    let months: Vec<u32> = comparison
        .counts
        .horizons
        .iter()
        .map(|one| one.months)
        .collect();
    let rows = comparison.predictors.len() as f32;
    let height = 34.0 + rows * ROW + 18.0;
    let mut drawing = Drawing::new(
        CONTENT_WIDTH,
        height,
        talk.say("report.cohort.figure_auc", &[]),
    );
    let width = (CONTENT_WIDTH - NAMES) / months.len().max(1) as f32 - GAP;
    for (place, predictor) in comparison.predictors.iter().enumerate() {
        let y = 34.0 + place as f32 * ROW;
        let style = if predictor.id == MODEL {
            SMALL.bold()
        } else {
            SMALL
        };
        drawing.text(
            (0.0, y + 2.5),
            Anchor::Start,
            style,
            &talk.name_of(&predictor.id),
        );
    }
    for (panel, months) in months.iter().enumerate() {
        let left = NAMES + panel as f32 * (width + GAP);
        // Half is no discrimination; what lies below is drawn at the left edge.
        let x = |value: f64| left + width * ((value.clamp(0.4, 1.0) - 0.4) / 0.6) as f32;
        let title = talk.say("report.cohort.auc_at", &[("months", &months.to_string())]);
        drawing.text((left + width / 2.0, 10.0), Anchor::Middle, LABEL, &title);
        for tick in [0.5, 0.6, 0.7, 0.8, 0.9, 1.0] {
            let dashes: &[f32] = if tick == 0.5 { &[2.0, 2.0] } else { &[] };
            let ink = if tick == 0.5 { MUTED } else { RULE };
            let bottom = height - 16.0;
            drawing.line(&[(x(tick), 18.0), (x(tick), bottom)], ink, 0.5, dashes);
            let at = (x(tick), bottom + 9.0);
            drawing.text(at, Anchor::Middle, NOTE, &format!("{tick:.1}"));
        }
        for (place, predictor) in comparison.predictors.iter().enumerate() {
            let y = 34.0 + place as f32 * ROW;
            let horizon = predictor.horizons.iter().find(|one| one.months == *months);
            match horizon.map(|one| &one.auc.figure) {
                Some(Figure::Estimated(found)) => {
                    let ink = if predictor.id == MODEL { ACCENT } else { BLACK };
                    if let Some(interval) = found.interval {
                        drawing.line(
                            &[(x(interval.low), y), (x(interval.high), y)],
                            ink,
                            1.2,
                            &[],
                        );
                    }
                    drawing.dot((x(found.point), y), 2.6, ink);
                }
                _ => drawing.text((left, y + 2.5), Anchor::Start, NOTE, "–"),
            }
        }
    }
    drawing
}

/// Observed against expected deaths, a panel for each horizon that is assessed.
fn calibration(talk: &Talk, predictor: &PredictorPerformance) -> Option<Drawing> {
    let assessed = predictor
        .horizons
        .iter()
        .filter_map(|horizon| match &horizon.calibration {
            CalibrationState::Assessed(found) => Some((horizon.months, found)),
            CalibrationState::NotEstimable { .. } => None,
        });
    let assessed: Vec<_> = assessed.collect();
    if assessed.is_empty() {
        return None;
    }
    let name = talk.name_of(&predictor.id);
    let title = talk.say("report.cohort.figure_calibration", &[("name", &name)]);
    let mut drawing = Drawing::new(CONTENT_WIDTH, PANEL + 44.0, title);
    for (panel, (months, found)) in assessed.iter().enumerate() {
        let axes = Axes::square(panel);
        let title = talk.say(
            "report.cohort.at_months",
            &[("months", &months.to_string())],
        );
        axes.draw(&mut drawing, &title);
        drawing.line(
            &[axes.at(0.0, 0.0), axes.at(1.0, 1.0)],
            MUTED,
            0.7,
            &[2.0, 2.0],
        );
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
    drawing.text(
        (0.0, PANEL + 40.0),
        Anchor::Start,
        NOTE,
        &talk.say("report.cohort.axes_calibration", &[]),
    );
    Some(drawing)
}

/// Net benefit over the thresholds, a panel for each horizon.
fn decision_curves(talk: &Talk, comparison: &Comparison) -> Option<Drawing> {
    let drawn = |predictor: &&PredictorPerformance| {
        predictor
            .horizons
            .iter()
            .any(|one| !one.decision_curve.points.is_empty())
    };
    let predictors: Vec<&PredictorPerformance> =
        comparison.predictors.iter().filter(drawn).collect();
    if predictors.is_empty() {
        return None;
    }
    let entries = predictors.len() + 1;
    let legend = 12.0 * entries.div_ceil(3) as f32;
    let title = talk.say("report.cohort.figure_decision", &[]);
    let mut drawing = Drawing::new(CONTENT_WIDTH, PANEL + 46.0 + legend, title);
    for (panel, all) in comparison.treat_all.iter().enumerate() {
        let axes = Axes::square(panel);
        let title = talk.say(
            "report.cohort.at_months",
            &[("months", &all.months.to_string())],
        );
        axes.draw(&mut drawing, &title);
        curve(&mut drawing, &axes, &all.points, MUTED, 0.8, &[2.0, 2.0]);
        for (place, predictor) in predictors.iter().enumerate() {
            let of_month = |one: &&HorizonPerformance| one.months == all.months;
            if let Some(horizon) = predictor.horizons.iter().find(of_month) {
                let (ink, dashes, thickness) = look(&predictor.id, place);
                curve(
                    &mut drawing,
                    &axes,
                    &horizon.decision_curve.points,
                    ink,
                    thickness,
                    dashes,
                );
            }
        }
    }
    let top = PANEL + 44.0;
    drawing.text(
        (0.0, top - 4.0),
        Anchor::Start,
        NOTE,
        &talk.say("report.cohort.axes_decision", &[]),
    );
    let mut entry = |place: usize, ink, dashes: &[f32], thickness, text: &str| {
        let left = (place % 3) as f32 * (CONTENT_WIDTH / 3.0);
        let y = top + 8.0 + (place / 3) as f32 * 12.0;
        drawing.line(&[(left, y), (left + 22.0, y)], ink, thickness, dashes);
        drawing.text((left + 26.0, y + 2.5), Anchor::Start, SMALL, text);
    };
    for (place, predictor) in predictors.iter().enumerate() {
        let (ink, dashes, thickness) = look(&predictor.id, place);
        entry(place, ink, dashes, thickness, &talk.name_of(&predictor.id));
    }
    entry(
        predictors.len(),
        MUTED,
        &[2.0, 2.0],
        0.8,
        &talk.say("report.cohort.treat_all", &[]),
    );
    Some(drawing)
}

fn look(id: &str, place: usize) -> (Ink, &'static [f32], f32) {
    if id == MODEL {
        return (ACCENT, &[], 1.8);
    }
    let (ink, dashes) = LINES[place % LINES.len()];
    (ink, dashes, 0.9)
}

fn curve(
    drawing: &mut Drawing,
    axes: &Axes,
    points: &[clinical::performance::DecisionPoint],
    ink: Ink,
    thickness: f32,
    dashes: &[f32],
) {
    let through: Vec<(f32, f32)> = points
        .iter()
        .filter_map(|point| Some(axes.at(point.threshold, point.net_benefit.estimate()?.point)))
        .collect();
    if through.len() > 1 {
        drawing.line(&through, ink, thickness, dashes);
    } else if let Some(only) = through.first() {
        drawing.dot(*only, 2.0, ink);
    }
}

/// A square of shares from 0 to 1.
struct Axes {
    left: f32,
    top: f32,
}

impl Axes {
    fn square(panel: usize) -> Axes {
        Axes {
            left: 22.0 + panel as f32 * (PANEL + 40.0),
            top: 16.0,
        }
    }

    /// Net benefit below zero is drawn on the axis.
    fn at(&self, x: f64, y: f64) -> (f32, f32) {
        (
            self.left + PANEL * x.clamp(0.0, 1.0) as f32,
            self.top + PANEL * (1.0 - y.clamp(0.0, 1.0) as f32),
        )
    }

    fn draw(&self, drawing: &mut Drawing, title: &str) {
        drawing.text(
            (self.left + PANEL / 2.0, 10.0),
            Anchor::Middle,
            LABEL,
            title,
        );
        for tick in [0.0, 0.25, 0.5, 0.75, 1.0] {
            let hundred = format!("{:.0}", tick * 100.0);
            drawing.line(&[self.at(0.0, tick), self.at(1.0, tick)], RULE, 0.5, &[]);
            let (x, y) = self.at(0.0, tick);
            drawing.text((x - 3.0, y + 2.5), Anchor::End, NOTE, &hundred);
            let (x, y) = self.at(tick, 0.0);
            drawing.text((x, y + 9.0), Anchor::Middle, NOTE, &hundred);
        }
    }
}
