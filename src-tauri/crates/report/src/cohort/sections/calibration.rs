//! Calibration and Brier score of the model and of each score that publishes probabilities.

use super::{super::Talk, COARSE, FINE};
use crate::{
    layout::Flow,
    style::{CONTENT_WIDTH, NOTE},
    table::Cell,
};
use clinical::performance::{
    CalibrationState, HorizonPerformance, NotEstimable, PredictorPerformance,
};

pub(crate) fn draw(flow: &mut Flow, talk: &Talk) {
    let columns = [
        talk.column("predictor", 88.0),
        talk.column("horizon", 38.0),
        talk.column("observed_over_expected", 82.0),
        talk.column("intercept", 88.0),
        talk.column("slope", 76.0),
        talk.column("brier", 76.0),
        talk.column("scaled_brier", CONTENT_WIDTH - 448.0),
    ];
    let mut rows = Vec::new();
    for predictor in talk.study().result.with_all_their_rows() {
        for horizon in predictor.horizons.iter().filter(|one| publishes(one)) {
            rows.push(row(talk, predictor, horizon));
        }
    }
    flow.heading(&talk.say("calibration", &[]), 80.0);
    flow.paragraph(NOTE, &talk.say("calibration_note", &[]));
    flow.space(2.0);
    flow.table(&columns, &rows);
}

fn publishes(horizon: &HorizonPerformance) -> bool {
    let none = CalibrationState::NotEstimable {
        reason: NotEstimable::NoProbability,
    };
    horizon.calibration != none
}

fn row(talk: &Talk, predictor: &PredictorPerformance, horizon: &HorizonPerformance) -> Vec<Cell> {
    let mut cells = vec![
        talk.cell(&talk.name(&predictor.id)),
        talk.cell(&horizon.months.to_string()),
    ];
    match &horizon.calibration {
        CalibrationState::Assessed(found) => {
            let figures = [
                &found.observed_over_expected,
                &found.intercept,
                &found.slope,
            ];
            cells.extend(figures.map(|one| talk.cell(&talk.words.figure(one, COARSE))));
        }
        CalibrationState::NotEstimable { reason } => {
            cells.push(talk.cell(&talk.words.why_not(reason)));
            cells.extend([talk.cell(""), talk.cell("")]);
        }
    }
    for compared in [&horizon.brier, &horizon.scaled_brier] {
        cells.push(talk.cell(&talk.words.figure(&compared.figure, FINE)));
    }
    cells
}
