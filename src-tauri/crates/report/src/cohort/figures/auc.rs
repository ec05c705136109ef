//! AUC of each predictor with its interval, a panel for each horizon.

use super::super::{
    Talk,
    drawing::{Anchor, Drawing},
};
use crate::style::{ACCENT, BLACK, CONTENT_WIDTH, LABEL, MUTED, NOTE, RULE, SMALL};
use clinical::{
    head_to_head::MODEL,
    performance::{Comparison, Estimate},
};

/// Room for the names, between panels, from the top to the first row, and of a row.
const NAMES: f32 = 112.0;
const GAP: f32 = 16.0;
const TOP: f32 = 30.0;
const ROW: f32 = 14.0;

/// The left end of the panels; an AUC below it is drawn there.
const LOWEST: f64 = 0.4;

pub(super) fn draw(talk: &Talk, comparison: &Comparison) -> Drawing {
    let predictors = &comparison.predictors;
    let bottom = TOP + (predictors.len() as f32 - 0.5) * ROW;
    let title = talk.say("figure_auc", &[]);
    let mut drawing = Drawing::new(CONTENT_WIDTH, bottom + 14.0, title);
    for (place, predictor) in predictors.iter().enumerate() {
        let style = if predictor.id == MODEL {
            SMALL.bold()
        } else {
            SMALL
        };
        let at = (0.0, row(place) + 2.5);
        drawing.text(at, Anchor::Start, style, &talk.name(&predictor.id));
    }
    let horizons = &comparison.counts.horizons;
    let width = (CONTENT_WIDTH - NAMES) / horizons.len().max(1) as f32 - GAP;
    for (panel, horizon) in horizons.iter().enumerate() {
        let left = NAMES + panel as f32 * (width + GAP);
        let x = |value: f64| {
            let share = (value.clamp(LOWEST, 1.0) - LOWEST) / (1.0 - LOWEST);
            left + width * share as f32
        };
        let months = horizon.months.to_string();
        let title = talk.say("auc_at", &[("months", &months)]);
        let middle = left + width / 2.0;
        drawing.text((middle, 10.0), Anchor::Middle, LABEL, &title);
        for tick in [0.5, 0.6, 0.7, 0.8, 0.9, 1.0] {
            // Half is no better than chance.
            let (ink, dashes): (_, &[f32]) = match tick {
                0.5 => (MUTED, &[2.0, 2.0]),
                _ => (RULE, &[]),
            };
            drawing.line(&[(x(tick), 16.0), (x(tick), bottom)], ink, 0.5, dashes);
            let at = (x(tick), bottom + 10.0);
            drawing.text(at, Anchor::Middle, NOTE, &talk.words.decimal(tick, 1));
        }
        for (place, predictor) in predictors.iter().enumerate() {
            let ink = if predictor.id == MODEL { ACCENT } else { BLACK };
            let found = predictor.horizons.get(panel);
            let Some(Estimate { point, interval }) =
                found.and_then(|one| one.auc.figure.estimate())
            else {
                let at = (middle, row(place) + 2.5);
                drawing.text(at, Anchor::Middle, NOTE, "–");
                continue;
            };
            if let Some(interval) = interval {
                let ends = [
                    (x(interval.low), row(place)),
                    (x(interval.high), row(place)),
                ];
                drawing.line(&ends, ink, 1.2, &[]);
            }
            drawing.dot((x(*point), row(place)), 2.6, ink);
        }
    }
    drawing
}

fn row(place: usize) -> f32 {
    TOP + place as f32 * ROW
}
