//! The figures of a cohort study: discrimination as intervals, calibration, decision curves.

mod auc;
pub(crate) mod axes;
mod calibration;
mod decision;

use super::{Talk, drawing::Drawing};
use crate::style::{ACCENT, ALERT, BLACK, Ink, WARNING};
use clinical::head_to_head::{HeadToHead, MODEL};

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
pub(super) struct NamedFigure {
    pub(super) name: String,
    pub(super) drawing: Drawing,
}

/// All figures of a study, as far as there is something to draw.
pub(super) fn all(talk: &Talk, result: &HeadToHead) -> Vec<NamedFigure> {
    let named = |name: &str, drawing| NamedFigure {
        name: name.to_owned(),
        drawing,
    };
    let mut found = Vec::new();
    if let Some(comparison) = &result.same_rows {
        found.push(named("auc_same_rows", auc::draw(talk, comparison)));
        let curves = decision::draw(talk, comparison);
        found.extend(curves.map(|drawing| named("decision_curves_same_rows", drawing)));
    }
    for predictor in result.with_all_their_rows() {
        let name = format!("calibration_{}", predictor.id);
        let drawing = calibration::draw(talk, predictor);
        found.extend(drawing.map(|drawing| named(&name, drawing)));
    }
    found
}

/// Ink, dashes and thickness of a predictor's line; `place` is its place in the legend.
fn look(id: &str, place: usize) -> (Ink, &'static [f32], f32) {
    if id == MODEL {
        return (ACCENT, &[], 1.8);
    }
    let (ink, dashes) = LINES[place % LINES.len()];
    (ink, dashes, 0.9)
}
