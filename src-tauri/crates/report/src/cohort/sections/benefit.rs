//! Net benefit at the thresholds that were stated.

use super::super::Talk;
use crate::{
    layout::Flow,
    style::{CONTENT_WIDTH, NOTE},
    table::Cell,
};
use clinical::performance::DecisionCurve;

pub(crate) fn draw(flow: &mut Flow, talk: &Talk) {
    let study = talk.study();
    let Some(comparison) = study.result.same_rows.as_ref() else {
        return;
    };
    for threshold in &study.thresholds {
        let share = talk.words.percent(*threshold);
        flow.heading(&talk.say("benefit_at", &[("threshold", &share)]), 60.0);
        flow.paragraph(NOTE, &talk.say("note_decision", &[]));
        flow.space(2.0);
        let months = comparison.counts.horizons.iter().map(|one| one.months);
        let width = (CONTENT_WIDTH - 130.0) / comparison.counts.horizons.len() as f32;
        let mut columns = vec![talk.column("predictor", 130.0)];
        columns.extend(months.map(|months| talk.headed(talk.months(months), width)));
        let row = |name: String, curves: Vec<&DecisionCurve>| -> Vec<Cell> {
            let cells = curves.into_iter().map(|curve| at(talk, curve, *threshold));
            std::iter::once(talk.cell(&name)).chain(cells).collect()
        };
        let mut rows: Vec<Vec<Cell>> = comparison
            .predictors
            .iter()
            .filter(|one| {
                let mut curves = one.horizons.iter().map(|horizon| &horizon.decision_curve);
                curves.any(|curve| !curve.points.is_empty())
            })
            .map(|one| {
                let curves = one.horizons.iter().map(|horizon| &horizon.decision_curve);
                row(talk.name(&one.id), curves.collect())
            })
            .collect();
        let everybody = talk.say("treat_all", &[]);
        rows.push(row(everybody, comparison.treat_all.iter().collect()));
        flow.table(&columns, &rows);
    }
}

fn at(talk: &Talk, curve: &DecisionCurve, threshold: f64) -> Cell {
    let point = curve.points.iter().find(|one| one.threshold == threshold);
    talk.cell(&match point {
        Some(point) => talk.words.benefit(&point.net_benefit),
        None => talk.words.say("reason_no_probability", &[]),
    })
}
