//! AUC and C on the same rows, and how far each score lies from the model.

use super::{super::Talk, FINE};
use crate::{
    layout::Flow,
    style::{CONTENT_WIDTH, NOTE, SMALL},
    table::{Cell, Column},
};
use clinical::{
    head_to_head::MODEL,
    performance::{Compared, Comparison, PredictorPerformance},
};

const NAMES: f32 = 96.0;

pub(crate) fn draw(flow: &mut Flow, talk: &Talk) {
    flow.heading(&talk.say("same_rows", &[]), 80.0);
    let study = talk.study();
    let Some(comparison) = &study.result.same_rows else {
        flow.paragraph(SMALL, &talk.say("no_same_rows", &[]));
        return;
    };
    let note = if study.chosen {
        "same_rows_chosen"
    } else {
        "same_rows_note"
    };
    flow.paragraph(NOTE, &talk.say(note, &[]));
    for sentence in talk.words.left_out(study) {
        flow.paragraph(NOTE, &talk.printable(&sentence));
    }
    flow.paragraph(SMALL, &talk.printable(&talk.words.counts(comparison)));
    flow.space(2.0);
    let columns = columns(talk, comparison);
    let rows: Vec<Vec<Cell>> = comparison
        .predictors
        .iter()
        .map(|predictor| {
            row(talk, predictor, |compared| {
                talk.words.figure(&compared.figure, FINE)
            })
        })
        .collect();
    flow.table(&columns, &rows);
    if comparison.predictors.len() < 2 {
        return;
    }
    flow.heading(&talk.say("differences", &[]), 60.0);
    let rows: Vec<Vec<Cell>> = comparison
        .predictors
        .iter()
        .skip(1)
        .map(|predictor| {
            row(talk, predictor, |compared| {
                talk.words.difference(compared, FINE).unwrap_or_default()
            })
        })
        .collect();
    flow.table(&columns, &rows);
}

fn columns(talk: &Talk, comparison: &Comparison) -> Vec<Column> {
    let horizons = &comparison.counts.horizons;
    let width = (CONTENT_WIDTH - NAMES) / (horizons.len() + 2) as f32;
    let mut columns = vec![talk.column("predictor", NAMES)];
    columns.extend(horizons.iter().map(|horizon| {
        let months = horizon.months.to_string();
        talk.headed(talk.say("auc_at", &[("months", &months)]), width)
    }));
    columns.push(talk.column("harrell_c", width));
    columns.push(talk.column("uno_c", width));
    columns
}

fn row(
    talk: &Talk,
    predictor: &PredictorPerformance,
    text: impl Fn(&Compared) -> String,
) -> Vec<Cell> {
    let mut name = talk.cell(&talk.name(&predictor.id));
    if predictor.id == MODEL {
        name.style = name.style.bold();
    }
    let aucs = predictor.horizons.iter().map(|horizon| &horizon.auc);
    let figures = aucs.chain([&predictor.harrell_c, &predictor.uno_c]);
    std::iter::once(name)
        .chain(figures.map(|compared| talk.cell(&text(compared))))
        .collect()
}
