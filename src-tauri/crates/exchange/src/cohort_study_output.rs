//! A comparison of the model and the scores as CSV tables, long rather than wide: one figure a line.

use crate::{ExchangeError, cohort_output::harmless};
use clinical::{
    head_to_head::{CohortPartKind, CohortStudy, HeadToHead, LeftOut},
    performance::{
        CalibrationState, Compared, Comparison, Estimate, Figure, HorizonPerformance,
        PredictorPerformance, Shown,
    },
};
use std::io::Write;

/// A comparison with the name of its rows: `same_rows`, `model_alone`, `pair`, `primary:lung`,
/// `era:2015-2019`.
fn comparisons(result: &HeadToHead) -> Vec<(String, &Comparison)> {
    let same = result
        .same_rows
        .iter()
        .map(|one| ("same_rows".to_owned(), one));
    let alone = result
        .model_alone
        .iter()
        .map(|one| ("model_alone".to_owned(), one));
    let pairs = result
        .pairs
        .iter()
        .map(|pair| (format!("pair:{}", pair.score), &pair.comparison));
    let parts = result.parts.iter().map(|part| {
        let kind = match part.kind {
            CohortPartKind::Primary => "primary",
            CohortPartKind::Era => "era",
        };
        (format!("{kind}:{}", part.value), &part.comparison)
    });
    same.chain(alone).chain(pairs).chain(parts).collect()
}

/// Discrimination, calibration in figures and the Brier score: `rows`, `predictor`, `measure`,
/// `months` (blank for a measure over all time), `patients`, `deaths`, `value`, `low`, `high`,
/// `difference`, `difference_low`, `difference_high` (against the model on the same resamples), `shown`
/// (`lower`, `higher`, `no_difference` where the interval holds 0, `unjudged` without one) and
/// `not_estimable`, the code of the reason where there is no value. Returns the number of lines.
pub fn write_performance(target: impl Write, study: &CohortStudy) -> Result<usize, ExchangeError> {
    let mut table = Table::new(
        target,
        &[
            "rows",
            "predictor",
            "measure",
            "months",
            "patients",
            "deaths",
            "value",
            "low",
            "high",
            "difference",
            "difference_low",
            "difference_high",
            "shown",
            "not_estimable",
        ],
    )?;
    for (rows, comparison) in comparisons(&study.result) {
        let counts = &comparison.counts;
        for predictor in &comparison.predictors {
            for (measure, months, compared) in figures(predictor) {
                let deaths = match months {
                    None => counts.deaths,
                    Some(months) => counts
                        .horizons
                        .iter()
                        .find(|one| one.months == months)
                        .map_or(0, |one| one.deaths),
                };
                let mut cells = vec![
                    rows.clone(),
                    predictor.id.clone(),
                    measure.to_owned(),
                    months.map(|months| months.to_string()).unwrap_or_default(),
                    counts.patients.to_string(),
                    deaths.to_string(),
                ];
                cells.extend(three(&compared.figure));
                cells.extend(compared.difference.as_ref().map(three).unwrap_or_default());
                cells.push(compared.shown.map_or("", Shown::code).to_owned());
                cells.push(reason(&compared.figure));
                table.line(&cells)?;
            }
        }
    }
    table.finish()
}

/// Every figure of a predictor, those of a horizon with its months.
fn figures(predictor: &PredictorPerformance) -> Vec<(&'static str, Option<u32>, Compared)> {
    let mut found = vec![
        ("harrell_c", None, predictor.harrell_c.clone()),
        ("uno_c", None, predictor.uno_c.clone()),
    ];
    for horizon in &predictor.horizons {
        let months = Some(horizon.months);
        found.extend([
            ("auc", months, horizon.auc.clone()),
            ("brier", months, horizon.brier.clone()),
            ("scaled_brier", months, horizon.scaled_brier.clone()),
        ]);
        let calibration = calibration_figures(horizon);
        found.extend(
            calibration.map(|(measure, figure)| (measure, months, Compared::new(figure, None))),
        );
    }
    found
}

fn calibration_figures(horizon: &HorizonPerformance) -> [(&'static str, Figure); 3] {
    let measures = ["observed_over_expected", "intercept", "slope"];
    let figures = match &horizon.calibration {
        CalibrationState::Assessed(found) => [
            found.observed_over_expected.clone(),
            found.intercept.clone(),
            found.slope.clone(),
        ],
        CalibrationState::NotEstimable { reason } => {
            [*reason; 3].map(|reason| Figure::NotEstimable { reason })
        }
    };
    let mut figures = figures.into_iter();
    measures.map(|measure| {
        let figure = figures.next().unwrap_or(Figure::NotEstimable {
            reason: clinical::performance::NotEstimable::NoProbability,
        });
        (measure, figure)
    })
}

/// The groups of the calibration curves: `rows`, `predictor`, `months`, `patients`, `deaths`,
/// `expected`, `observed` with `low` and `high` (probabilities of death) and `not_estimable`.
pub fn write_calibration(target: impl Write, study: &CohortStudy) -> Result<usize, ExchangeError> {
    let mut table = Table::new(
        target,
        &[
            "rows",
            "predictor",
            "months",
            "patients",
            "deaths",
            "expected",
            "observed",
            "low",
            "high",
            "not_estimable",
        ],
    )?;
    each_horizon(study, |rows, predictor, horizon| {
        if let CalibrationState::Assessed(found) = &horizon.calibration {
            for group in &found.curve.groups {
                let mut cells = vec![
                    rows.to_owned(),
                    predictor.to_owned(),
                    horizon.months.to_string(),
                    group.patients.to_string(),
                    group.deaths.to_string(),
                    number(group.expected),
                ];
                cells.extend(three(&group.observed));
                cells.push(reason(&group.observed));
                table.line(&cells)?;
            }
        }
        Ok(())
    })?;
    table.finish()
}

/// The decision curves: `rows`, `predictor`, `months`, `threshold` (probability of death), `treated`
/// (share of the patients at or above it), `net_benefit` and `not_estimable`. `treat_all` stands among
/// the predictors; treating nobody is 0.
pub fn write_decision_curves(
    target: impl Write,
    study: &CohortStudy,
) -> Result<usize, ExchangeError> {
    let mut table = Table::new(
        target,
        &[
            "rows",
            "predictor",
            "months",
            "threshold",
            "treated",
            "net_benefit",
            "not_estimable",
        ],
    )?;
    for (rows, comparison) in comparisons(&study.result) {
        let all = comparison
            .treat_all
            .iter()
            .map(|curve| ("treat_all", curve));
        let others = comparison.predictors.iter().flat_map(|predictor| {
            let curves = predictor.horizons.iter();
            curves.map(|horizon| (predictor.id.as_str(), &horizon.decision_curve))
        });
        for (predictor, curve) in all.chain(others) {
            for point in &curve.points {
                let [value, ..] = three(&point.net_benefit);
                table.line(&[
                    rows.clone(),
                    predictor.to_owned(),
                    curve.months.to_string(),
                    number(point.threshold),
                    number(point.treated),
                    value,
                    reason(&point.net_benefit),
                ])?;
            }
        }
    }
    table.finish()
}

/// What was there: `kind`, `name`, `rows` and `remark`. A `predictor` has the rows that it can use and
/// why it is left out; `lacking:SCORE` is a fact and the rows without that score for want of it;
/// `missing` a fact and the rows without it; `suspicious` a fact and its C; `column` one that was not read;
/// `lines`, `faulty` and `patients` are counts.
pub fn write_counts(target: impl Write, study: &CohortStudy) -> Result<usize, ExchangeError> {
    let mut table = Table::new(target, &["kind", "name", "rows", "remark"])?;
    let result = &study.result;
    let mut line = |kind: &str, name: &str, rows: String, remark: &str| {
        table.line(&[kind.to_owned(), harmless(name), rows, remark.to_owned()])
    };
    line("lines", "", study.lines.to_string(), "")?;
    line("faulty", "", study.faults.len().to_string(), "")?;
    line("patients", "", result.patients.to_string(), "")?;
    for column in &study.passed {
        line("column", &column.name, String::new(), column.reason.code())?;
    }
    for source in &result.predictors {
        let remark = source.left_out.map_or("", LeftOut::code);
        line("predictor", &source.id, source.rows.to_string(), remark)?;
        for fact in &source.lacking {
            let kind = format!("lacking:{}", source.id);
            line(&kind, &fact.feature, fact.missing.to_string(), "")?;
        }
    }
    for fact in &result.missing {
        line("missing", &fact.feature, fact.missing.to_string(), "")?;
    }
    for fact in &result.suspicious {
        let c = number(fact.harrell_c);
        line("suspicious", &fact.feature, String::new(), &c)?;
    }
    table.finish()
}

/// What is needed to repeat it: `key` and `value`.
pub fn write_origin(target: impl Write, study: &CohortStudy) -> Result<usize, ExchangeError> {
    let mut table = Table::new(target, &["key", "value"])?;
    let mut line = |key: &str, value: String| table.line(&[key.to_owned(), harmless(&value)]);
    line("made_on", study.made_on.to_string())?;
    line("app_version", study.app_version.clone())?;
    if let Some(pack) = &study.pack {
        line("model", pack.name.clone())?;
        line("model_version", pack.version.clone())?;
        line("model_sha256", pack.sha256.clone())?;
        if let Some(recalibration) = &pack.recalibration {
            line(
                "recalibrated_on_patients",
                recalibration.patients.to_string(),
            )?;
            line("recalibrated_on", recalibration.date.to_string())?;
            line("recalibration_intercept", number(recalibration.intercept))?;
            line("recalibration_slope", number(recalibration.slope))?;
        }
    }
    line("setting", study.setting.clone().unwrap_or_default())?;
    if let Some((_, comparison)) = comparisons(&study.result).first() {
        line("bootstraps", comparison.bootstraps.to_string())?;
        line("seed", comparison.seed.to_string())?;
        line("interval_level", comparison.interval_level.to_string())?;
        line("tau_months", comparison.tau.to_string())?;
    }
    for threshold in &study.thresholds {
        line("stated_threshold", threshold.to_string())?;
    }
    for id in &study.developed_here {
        line("made_from_these_patients", id.clone())?;
    }
    for source in &study.result.predictors {
        for probability in &source.probabilities {
            let key = format!("probabilities:{}:{}", source.id, probability.months);
            line(&key, probability.cohort.clone())?;
        }
    }
    line("use", "research use only, not a medical device".to_owned())?;
    table.finish()
}

fn each_horizon(
    study: &CohortStudy,
    mut visit: impl FnMut(&str, &str, &HorizonPerformance) -> Result<(), ExchangeError>,
) -> Result<(), ExchangeError> {
    for (rows, comparison) in comparisons(&study.result) {
        for predictor in &comparison.predictors {
            for horizon in &predictor.horizons {
                visit(&rows, &predictor.id, horizon)?;
            }
        }
    }
    Ok(())
}

/// Point, lower and upper end; blank where there is none.
fn three(figure: &Figure) -> [String; 3] {
    match figure {
        Figure::Estimated(Estimate { point, interval }) => {
            let end = |value: Option<f64>| value.map(number).unwrap_or_default();
            [
                number(*point),
                end(interval.map(|interval| interval.low)),
                end(interval.map(|interval| interval.high)),
            ]
        }
        Figure::NotEstimable { .. } => Default::default(),
    }
}

fn reason(figure: &Figure) -> String {
    match figure {
        Figure::Estimated(_) => String::new(),
        Figure::NotEstimable { reason } => reason.code().to_owned(),
    }
}

fn number(value: f64) -> String {
    format!("{value:.6}")
}

struct Table<Target: Write> {
    writer: csv::Writer<Target>,
    lines: usize,
}

impl<Target: Write> Table<Target> {
    fn new(target: Target, header: &[&str]) -> Result<Self, ExchangeError> {
        let mut writer = csv::Writer::from_writer(target);
        writer.write_record(header).map_err(unwritable)?;
        Ok(Table { writer, lines: 0 })
    }

    fn line(&mut self, cells: &[String]) -> Result<(), ExchangeError> {
        self.lines += 1;
        self.writer.write_record(cells).map_err(unwritable)
    }

    fn finish(mut self) -> Result<usize, ExchangeError> {
        self.writer
            .flush()
            .map_err(ExchangeError::UnwritableTable)?;
        Ok(self.lines)
    }
}

fn unwritable(error: csv::Error) -> ExchangeError {
    ExchangeError::UnwritableTable(error.into())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
    use super::*;
    use clinical::{
        head_to_head::{Compared as Asked, PassedColumn, PassedReason, Patient, head_to_head},
        performance::Settings,
        scores::{Prognosis, prognostic},
    };
    use std::collections::BTreeMap;

    /// 260 patients, of whom the first 130 die within the year; the score knows them all.
    fn study() -> CohortStudy {
        let patients: Vec<Patient> = (0..260)
            .map(|number| Patient {
                months: if number < 130 {
                    number as f64 / 11.0
                } else {
                    20.0
                },
                died: number < 130,
                primary: Some("lung".to_owned()),
                year: None,
                model: Some(BTreeMap::from([(3, 0.2), (6, 0.4), (12, 0.5)])),
                scores: vec![Ok(Prognosis {
                    risk: -f64::from(number),
                    group: if number < 130 { "C" } else { "A" }.to_owned(),
                })],
                facts: BTreeMap::new(),
            })
            .collect();
        let tables: Vec<_> = prognostic()
            .filter(|table| table.id == "mizumoto_2008")
            .collect();
        let asked = Asked {
            tables: &tables,
            chosen: false,
        };
        let settings = Settings {
            bootstraps: 40,
            ..Settings::default()
        };
        CohortStudy {
            made_on: "2026-03-02".parse().unwrap(),
            app_version: "1".to_owned(),
            pack: None,
            setting: None,
            lines: 260,
            faults: Vec::new(),
            passed: vec![PassedColumn {
                name: "=1+1".to_owned(),
                reason: PassedReason::OutcomeLike,
                nearest: None,
            }],
            chosen: false,
            thresholds: vec![0.5],
            developed_here: Vec::new(),
            result: head_to_head(&patients, &asked, &settings, &mut |_| true).unwrap(),
        }
    }

    fn lines(
        write: impl Fn(&mut Vec<u8>, &CohortStudy) -> Result<usize, ExchangeError>,
    ) -> Vec<BTreeMap<String, String>> {
        let mut bytes = Vec::new();
        let count = write(&mut bytes, &study()).unwrap();
        let mut reader = csv::Reader::from_reader(bytes.as_slice());
        let found: Vec<_> = reader.deserialize().map(Result::unwrap).collect();
        assert_eq!(found.len(), count);
        found
    }

    #[test]
    fn every_figure_is_a_line_with_its_rows_and_its_interval_or_reason() {
        let found = lines(|target, study| write_performance(target, study));
        let one = |rows: &str, predictor: &str, measure: &str, months: &str| {
            let wanted = [
                ("rows", rows),
                ("predictor", predictor),
                ("measure", measure),
                ("months", months),
            ];
            let fits = |line: &&BTreeMap<String, String>| {
                wanted.iter().all(|(key, value)| line[*key] == *value)
            };
            found
                .iter()
                .find(fits)
                .unwrap_or_else(|| panic!("{wanted:?}"))
        };
        // The score ranks perfectly, the model gives everybody the same.
        let auc = one("same_rows", "mizumoto_2008", "auc", "12");
        assert_eq!(
            (
                auc["value"].as_str(),
                auc["low"].as_str(),
                auc["deaths"].as_str()
            ),
            ("1.000000", "1.000000", "130")
        );
        let constant = one("same_rows", "model", "auc", "12");
        assert_eq!(
            (
                constant["value"].as_str(),
                constant["not_estimable"].as_str()
            ),
            ("", "constant_risk")
        );
        let slope = one("primary:lung", "model", "slope", "12");
        assert_eq!(slope["not_estimable"], "constant_probability");
        let none = one("pair:mizumoto_2008", "mizumoto_2008", "slope", "3");
        assert_eq!(none["not_estimable"], "no_probability");
    }

    #[test]
    fn curves_and_counts_come_as_tables_of_their_own() {
        let calibration = lines(|target, study| write_calibration(target, study));
        let groups: Vec<(&str, &str)> = calibration
            .iter()
            .filter(|line| {
                line["rows"] == "same_rows"
                    && line["predictor"] == "mizumoto_2008"
                    && line["months"] == "12"
            })
            .map(|line| (line["patients"].as_str(), line["expected"].as_str()))
            .collect();
        // Group A: 77 of 100 alive at 12 months, group C: 4.
        assert_eq!(groups, [("130", "0.230000"), ("130", "0.960000")]);
        let curves = lines(|target, study| write_decision_curves(target, study));
        assert!(
            curves
                .iter()
                .any(|line| line["predictor"] == "treat_all" && line["threshold"] == "0.500000")
        );
        let counts = lines(|target, study| write_counts(target, study));
        let named = |kind: &str, name: &str| {
            let fits =
                |line: &&BTreeMap<String, String>| line["kind"] == kind && line["name"] == name;
            let line = counts.iter().find(fits).unwrap();
            (line["rows"].clone(), line["remark"].clone())
        };
        let pair = |rows: &str, remark: &str| (rows.to_owned(), remark.to_owned());
        assert_eq!(named("predictor", "mizumoto_2008"), pair("260", ""));
        assert_eq!(named("column", "'=1+1"), pair("", "outcome_like"));
        let origin = lines(|target, study| write_origin(target, study));
        let value = |key: &str| {
            origin
                .iter()
                .find(|line| line["key"] == key)
                .map(|line| line["value"].as_str())
        };
        assert_eq!(
            (value("bootstraps"), value("seed")),
            (Some("40"), Some("1"))
        );
        assert!(value("probabilities:mizumoto_2008:12").is_some_and(|cohort| !cohort.is_empty()));
    }
}
