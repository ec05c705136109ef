//! Each score with the model, on all rows that the two can use.

use super::{super::Talk, FINE};
use crate::{
    layout::Flow,
    style::{CONTENT_WIDTH, NOTE},
    table::Cell,
};
use clinical::performance::HorizonPerformance;

pub(crate) fn draw(flow: &mut Flow, talk: &Talk) {
    let pairs = &talk.study().result.pairs;
    if pairs.is_empty() {
        return;
    }
    flow.heading(&talk.say("pairs", &[]), 80.0);
    flow.paragraph(NOTE, &talk.say("pairs_note", &[]));
    flow.space(2.0);
    let columns = [
        talk.column("predictor", 92.0),
        talk.column("patients", 68.0),
        talk.column("horizon", 38.0),
        talk.column("auc_score", 94.0),
        talk.column("auc_model", 94.0),
        talk.column("difference", CONTENT_WIDTH - 386.0),
    ];
    let mut rows: Vec<Vec<Cell>> = Vec::new();
    for pair in pairs {
        let [model, score] = pair.comparison.predictors.as_slice() else {
            continue;
        };
        let counts = &pair.comparison.counts;
        let patients = format!("{} ({})", counts.patients, counts.deaths);
        for (model, score) in model.horizons.iter().zip(&score.horizons) {
            let mut cells = vec![talk.cell(&talk.name(&pair.score)), talk.cell(&patients)];
            cells.extend(at_horizon(talk, model, score));
            rows.push(cells);
        }
    }
    flow.table(&columns, &rows);
}

fn at_horizon(talk: &Talk, model: &HorizonPerformance, score: &HorizonPerformance) -> [Cell; 4] {
    let difference = talk.words.difference(&score.auc, FINE);
    [
        talk.cell(&score.months.to_string()),
        talk.cell(&talk.words.figure(&score.auc.figure, FINE)),
        talk.cell(&talk.words.figure(&model.auc.figure, FINE)),
        talk.cell(&difference.unwrap_or_default()),
    ]
}
