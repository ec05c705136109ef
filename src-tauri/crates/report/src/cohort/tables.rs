//! The tables of a cohort study.

use super::Talk;
use crate::{
    layout::{Cell, Column, Flow},
    style::{CONTENT_WIDTH, NOTE, SMALL},
};
use clinical::{
    head_to_head::{CohortPartKind, MODEL},
    performance::{
        CalibrationState, Compared, Comparison, Figure, HorizonPerformance, NotEstimable,
        PredictorPerformance,
    },
};

/// AUC, C and differences on the same rows.
pub(crate) fn discrimination(flow: &mut Flow, talk: &Talk) {
    flow.heading(&talk.say("report.cohort.same_rows", &[]), 80.0);
    let Some(comparison) = &talk.input.study.result.same_rows else {
        flow.paragraph(SMALL, &talk.say("report.cohort.no_same_rows", &[]));
        return;
    };
    flow.paragraph(NOTE, &counts(talk, comparison));
    let (mut columns, months) = predictor_columns(talk, comparison);
    columns.push(column(talk, "difference", 112.0));
    let rows: Vec<Vec<Cell>> = comparison
        .predictors
        .iter()
        .map(|predictor| {
            let mut cells = predictor_cells(talk, predictor, &months);
            cells.push(cell(last_difference(talk, predictor)));
            cells
        })
        .collect();
    flow.table(&columns, &rows);
}

/// Each score against the model, on all rows of the two.
pub(crate) fn pairs(flow: &mut Flow, talk: &Talk) {
    let pairs = &talk.input.study.result.pairs;
    if pairs.is_empty() {
        return;
    }
    flow.heading(&talk.say("report.cohort.pairs", &[]), 80.0);
    flow.paragraph(NOTE, &talk.say("report.cohort.pairs_note", &[]));
    let columns = [
        column(talk, "predictor", 112.0),
        column(talk, "patients", 62.0),
        column(talk, "auc_score", 112.0),
        column(talk, "auc_model", 112.0),
        column(talk, "difference", CONTENT_WIDTH - 398.0),
    ];
    let rows: Vec<Vec<Cell>> = pairs
        .iter()
        .filter_map(|pair| {
            let [model, score] = pair.comparison.predictors.as_slice() else {
                return None;
            };
            let auc = |one: &PredictorPerformance| {
                one.horizons
                    .last()
                    .map(|last| figure(talk, &last.auc.figure))
                    .unwrap_or_default()
            };
            let counts = &pair.comparison.counts;
            Some(vec![
                cell(talk.name_of(&pair.score)),
                cell(format!("{} ({})", counts.patients, counts.deaths)),
                cell(auc(score)),
                cell(auc(model)),
                cell(last_difference(talk, score)),
            ])
        })
        .collect();
    flow.table(&columns, &rows);
}

/// Calibration and Brier score of the model alone and of each score that publishes probabilities.
pub(crate) fn calibration(flow: &mut Flow, talk: &Talk) {
    let result = &talk.input.study.result;
    let alone = result
        .model_alone
        .iter()
        .filter_map(|one| one.predictors.first());
    let scores = result
        .pairs
        .iter()
        .filter_map(|pair| pair.comparison.predictors.last());
    let columns = [
        column(talk, "predictor", 98.0),
        column(talk, "horizon", 46.0),
        column(talk, "observed_over_expected", 92.0),
        column(talk, "intercept", 92.0),
        column(talk, "slope", 92.0),
        column(talk, "brier", CONTENT_WIDTH - 420.0),
    ];
    let mut rows = Vec::new();
    for predictor in alone.chain(scores) {
        for horizon in predictor.horizons.iter().filter(|one| publishes(one)) {
            rows.push(calibration_row(talk, predictor, horizon));
        }
    }
    flow.heading(&talk.say("report.cohort.calibration", &[]), 80.0);
    flow.paragraph(NOTE, &talk.say("report.cohort.calibration_note", &[]));
    flow.table(&columns, &rows);
}

fn publishes(horizon: &HorizonPerformance) -> bool {
    horizon.calibration
        != CalibrationState::NotEstimable {
            reason: NotEstimable::NoProbability,
        }
}

fn calibration_row(
    talk: &Talk,
    predictor: &PredictorPerformance,
    horizon: &HorizonPerformance,
) -> Vec<Cell> {
    let mut cells = vec![
        cell(talk.name_of(&predictor.id)),
        cell(horizon.months.to_string()),
    ];
    match &horizon.calibration {
        CalibrationState::Assessed(found) => {
            let figures = [
                &found.observed_over_expected,
                &found.intercept,
                &found.slope,
            ];
            cells.extend(figures.map(|one| cell(figure(talk, one))));
        }
        CalibrationState::NotEstimable { reason } => {
            cells.push(cell(why_not(talk, reason)));
            cells.extend([cell(String::new()), cell(String::new())]);
        }
    }
    cells.push(cell(figure(talk, &horizon.brier.figure)));
    cells
}

/// By primary tumour and era: the model and the first scores of the same rows.
pub(crate) fn parts(flow: &mut Flow, talk: &Talk) {
    let parts = &talk.input.study.result.parts;
    let Some(first) = parts.first() else {
        return;
    };
    let shown: Vec<String> = first
        .comparison
        .predictors
        .iter()
        .take(4)
        .map(|one| one.id.clone())
        .collect();
    let width = (CONTENT_WIDTH - 176.0) / shown.len().max(1) as f32;
    let mut columns = vec![column(talk, "part", 114.0), column(talk, "patients", 62.0)];
    columns.extend(shown.iter().map(|id| Column {
        heading: talk.name_of(id),
        width,
        ends_right: false,
    }));
    let rows: Vec<Vec<Cell>> = parts
        .iter()
        .map(|part| {
            let counts = &part.comparison.counts;
            let value = match part.kind {
                CohortPartKind::Primary => talk.primary(&part.value),
                CohortPartKind::Era => part.value.clone(),
            };
            let mut cells = vec![
                cell(value),
                cell(format!("{} ({})", counts.patients, counts.deaths)),
            ];
            for id in &shown {
                let predictor = part.comparison.predictors.iter().find(|one| one.id == *id);
                let auc = predictor
                    .and_then(|one| one.horizons.last())
                    .map(|last| &last.auc.figure);
                cells.push(cell(auc.map(|one| figure(talk, one)).unwrap_or_default()));
            }
            cells
        })
        .collect();
    flow.heading(&talk.say("report.cohort.parts", &[]), 80.0);
    flow.paragraph(NOTE, &talk.say("report.cohort.parts_note", &[]));
    flow.table(&columns, &rows);
}

pub(crate) fn missing(flow: &mut Flow, talk: &Talk) {
    let result = &talk.input.study.result;
    flow.heading(&talk.say("report.cohort.missing", &[]), 60.0);
    let all = f64::from(result.patients.max(1));
    let named: Vec<String> = result
        .missing
        .iter()
        .map(|one| {
            let share = f64::from(one.missing) / all * 100.0;
            format!("{} {share:.0} %", talk.feature(&one.feature))
        })
        .collect();
    flow.paragraph(SMALL, &named.join("; "));
    flow.space(8.0);
}

fn predictor_columns(talk: &Talk, comparison: &Comparison) -> (Vec<Column>, Vec<u32>) {
    let months: Vec<u32> = comparison
        .counts
        .horizons
        .iter()
        .map(|one| one.months)
        .collect();
    let mut columns = vec![column(talk, "predictor", 92.0)];
    columns.extend(months.iter().map(|months| Column {
        heading: talk.say("report.cohort.auc_at", &[("months", &months.to_string())]),
        width: 77.0,
        ends_right: false,
    }));
    columns.push(column(
        talk,
        "harrell_c",
        CONTENT_WIDTH - 92.0 - 77.0 * months.len() as f32 - 112.0,
    ));
    (columns, months)
}

fn predictor_cells(talk: &Talk, predictor: &PredictorPerformance, months: &[u32]) -> Vec<Cell> {
    let name = talk.name_of(&predictor.id);
    let style = if predictor.id == MODEL {
        SMALL.bold()
    } else {
        SMALL
    };
    let mut cells = vec![Cell { text: name, style }];
    for months in months {
        let horizon = predictor.horizons.iter().find(|one| one.months == *months);
        cells.push(cell(
            horizon
                .map(|one| figure(talk, &one.auc.figure))
                .unwrap_or_default(),
        ));
    }
    cells.push(cell(figure(talk, &predictor.harrell_c.figure)));
    cells
}

/// The difference of the last AUC from that of the model, and what it shows.
fn last_difference(talk: &Talk, predictor: &PredictorPerformance) -> String {
    let Some(Compared {
        difference: Some(difference),
        ..
    }) = predictor.horizons.last().map(|last| &last.auc)
    else {
        return String::new();
    };
    let shown = match difference.estimate().and_then(|found| found.interval) {
        Some(interval) if interval.high < 0.0 => "lower",
        Some(interval) if interval.low > 0.0 => "higher",
        _ => "none",
    };
    let verdict = talk.say(&format!("report.cohort.difference_{shown}"), &[]);
    format!("{}; {verdict}", figure(talk, difference))
}

fn counts(talk: &Talk, comparison: &Comparison) -> String {
    let counts = &comparison.counts;
    let (patients, deaths) = (counts.patients.to_string(), counts.deaths.to_string());
    let values = [("patients", patients.as_str()), ("deaths", deaths.as_str())];
    let mut text = talk.say("report.cohort.patients_and_deaths", &values);
    for horizon in &counts.horizons {
        let numbers = [
            horizon.months,
            horizon.deaths,
            horizon.known_alive,
            horizon.censored_before,
        ];
        let [months, deaths, alive, censored] = numbers.map(|number| number.to_string());
        let values = [
            ("months", months.as_str()),
            ("deaths", deaths.as_str()),
            ("alive", alive.as_str()),
            ("censored", censored.as_str()),
        ];
        text.push(' ');
        text.push_str(&talk.say("report.cohort.at_horizon", &values));
    }
    text
}

/// "0.74 (0.71 to 0.78)", or why there is none.
fn figure(talk: &Talk, figure: &Figure) -> String {
    match figure {
        Figure::Estimated(found) => {
            let point = format!("{:.2}", found.point);
            match found.interval {
                Some(interval) => {
                    let (low, high) = (
                        format!("{:.2}", interval.low),
                        format!("{:.2}", interval.high),
                    );
                    let values = [
                        ("point", point.as_str()),
                        ("low", low.as_str()),
                        ("high", high.as_str()),
                    ];
                    talk.say("report.cohort.with_interval", &values)
                }
                None => point,
            }
        }
        Figure::NotEstimable { reason } => why_not(talk, reason),
    }
}

fn why_not(talk: &Talk, reason: &NotEstimable) -> String {
    let parameters = reason.parameters();
    let values: Vec<(&str, &str)> = parameters
        .iter()
        .map(|(name, value)| (*name, value.as_str()))
        .collect();
    talk.say(&format!("report.cohort.reason_{}", reason.code()), &values)
}

fn column(talk: &Talk, name: &str, width: f32) -> Column {
    Column {
        heading: talk.say(&format!("report.cohort.column_{name}"), &[]),
        width,
        ends_right: false,
    }
}

fn cell(text: String) -> Cell {
    Cell { text, style: SMALL }
}
