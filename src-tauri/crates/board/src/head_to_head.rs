//! The model and the published scores on a centre's own patients: a table with follow-up is read,
//! compared, and written as tables, figures and a report. Nothing of the table is kept.

use crate::{
    APP_VERSION, BoardError,
    summary::{LANGUAGE, local_offset},
    tables::{BATCH, facts_of, file_error, not_over_the_input, row_defaults},
};
use chrono::{DateTime, Datelike, Utc};
use clinical::{
    assessment::{FactOrigin, ForecastState},
    case::Value,
    catalogue::{Catalogue, FeatureId},
    facts::Facts,
    head_to_head::{CohortStudy, Compared, Patient, head_to_head},
    performance::{ComparisonError, Settings},
    scores::{self, ScoreTable},
    words::Words,
};
use exchange::{
    cohort_study_output,
    outcome_columns::{FollowedPatient, read_followed_rows},
};
use inference::PackSet;
use report::{CohortReportInput, cohort_figures, cohort_report};
use std::{
    collections::BTreeMap,
    fs::File,
    io::{BufReader, BufWriter, Write},
    path::{Path, PathBuf},
};
use store::WholeFile;

/// Months at which predictors are compared.
const HORIZONS: [u32; 3] = [3, 6, 12];

/// What a person asks about a cohort.
#[derive(Debug, Clone, Default)]
pub struct StudyQuestion {
    /// Kind of cohort whose baseline the model takes; none is the pack's first.
    pub setting: Option<String>,
    /// Ids of the scores; none asks for every score of survival.
    pub scores: Vec<String>,
    /// Scores that were made from these patients.
    pub developed_here: Vec<String>,
    /// Probabilities of death at which the board would act; none gives a grid.
    pub thresholds: Vec<f64>,
    /// Resamples for the intervals.
    pub bootstraps: u32,
    pub seed: u64,
}

/// Reads a table with follow-up and compares the model and the scores on it. Lines that cannot be read
/// are named and left out. `progress` is told the share that is done and ends it all by `false`.
pub fn study_cohort(
    input: &Path,
    question: &StudyQuestion,
    packs: &PackSet,
    now: DateTime<Utc>,
    progress: &mut dyn FnMut(f64) -> bool,
) -> Result<CohortStudy, BoardError> {
    let pack = packs.default_pack().ok_or_else(|| {
        BoardError::new(
            "no_pack",
            "No model pack is ready, so there is nothing to compare the scores with; name a folder with --packs.",
        )
    })?;
    crate::check_setting(packs, question.setting.as_deref())?;
    let tables = tables_of(&question.scores)?;
    tables_of(&question.developed_here)?;
    let source = File::open(input).map_err(|error| file_error(input, error))?;
    let mut rows = read_followed_rows(
        BufReader::new(source),
        Catalogue::shipped(),
        row_defaults(input, now),
    )?;
    let (mut patients, mut faults, mut lines, mut setting) = (Vec::new(), Vec::new(), 0, None);
    loop {
        let batch: Vec<_> = rows.by_ref().take(BATCH).collect();
        if batch.is_empty() {
            break;
        }
        lines += batch.len();
        let (mut known, mut facts) = (Vec::new(), Vec::new());
        for row in batch {
            match row.patient {
                Ok(one) => {
                    facts.push(facts_of(&one.patient, now.date_naive()).1);
                    known.push(one);
                }
                Err(fault) => faults.push(fault),
            }
        }
        let forecasts = pack.forecast_many(&facts, question.setting.as_deref());
        for ((one, facts), forecast) in known.iter().zip(&facts).zip(forecasts) {
            patients.push(patient(one, facts, &forecast, &tables));
            if let ForecastState::Available(forecast) = forecast {
                setting = forecast.setting;
            }
        }
        // Reading is counted as the first half.
        if !progress(0.5 * (1.0 - 1.0 / (1.0 + lines as f64 / 1000.0))) {
            return Err(comparison_error(ComparisonError::Cancelled));
        }
    }
    if patients.is_empty() {
        let nobody = "The table holds no patient with follow-up that can be read. Check its rows.";
        let message = std::iter::once(nobody.to_owned()).chain(faults);
        let message = message.collect::<Vec<_>>().join("\n");
        return Err(BoardError::new("table_file", message));
    }
    let compared = Compared {
        tables: &tables,
        chosen: !question.scores.is_empty(),
    };
    let settings = settings(question);
    let mut second_half = |share: f64| progress(0.5 + share / 2.0);
    let result = head_to_head(&patients, &compared, &settings, &mut second_half)
        .map_err(comparison_error)?;
    Ok(CohortStudy {
        made_on: now.date_naive(),
        app_version: APP_VERSION.to_owned(),
        pack: Some(pack.identity().clone()),
        setting,
        lines: lines as u32,
        faults,
        developed_here: question.developed_here.clone(),
        result,
    })
}

/// Writes a study into a folder: `performance.csv`, `calibration.csv`, `decision_curves.csv` and
/// `counts.csv`, its figures as SVG, and `report.pdf`. The folder is made if it is not there; files of these names are replaced.
pub fn write_study(
    folder: &Path,
    input: &Path,
    study: &CohortStudy,
    now: DateTime<Utc>,
) -> Result<Vec<PathBuf>, BoardError> {
    std::fs::create_dir_all(folder).map_err(|error| file_error(folder, error))?;
    type Write =
        fn(BufWriter<&mut WholeFile>, &CohortStudy) -> Result<usize, exchange::ExchangeError>;
    let tables: [(&str, Write); 4] = [
        ("performance.csv", |target, study| {
            cohort_study_output::write_performance(target, study)
        }),
        ("calibration.csv", |target, study| {
            cohort_study_output::write_calibration(target, study)
        }),
        ("decision_curves.csv", |target, study| {
            cohort_study_output::write_decision_curves(target, study)
        }),
        ("counts.csv", |target, study| {
            cohort_study_output::write_counts(target, study)
        }),
    ];
    let mut written = Vec::new();
    for (name, write) in tables {
        let path = folder.join(name);
        not_over_the_input(input, &path)?;
        let mut target = WholeFile::create(&path).map_err(|error| file_error(&path, error))?;
        write(BufWriter::new(&mut target), study)?;
        target.finish().map_err(|error| file_error(&path, error))?;
        written.push(path);
    }
    let input_of_report = CohortReportInput {
        study,
        catalogue: Catalogue::shipped(),
        words: Words::shipped(LANGUAGE),
        language: LANGUAGE,
        generated_at: now,
        local_offset: local_offset(now),
    };
    let mut files: Vec<(String, Vec<u8>)> = cohort_figures(&input_of_report)?
        .into_iter()
        .map(|figure| (format!("{}.svg", figure.name), figure.svg.into_bytes()))
        .collect();
    files.push(("report.pdf".to_owned(), cohort_report(&input_of_report)?));
    for (name, bytes) in files {
        let path = folder.join(name);
        not_over_the_input(input, &path)?;
        let mut target = WholeFile::create(&path).map_err(|error| file_error(&path, error))?;
        target
            .write_all(&bytes)
            .map_err(|error| file_error(&path, error))?;
        target.finish().map_err(|error| file_error(&path, error))?;
        written.push(path);
    }
    Ok(written)
}

fn settings(question: &StudyQuestion) -> Settings {
    let plain = Settings::default();
    Settings {
        horizons: HORIZONS.to_vec(),
        bootstraps: question.bootstraps,
        seed: question.seed,
        thresholds: if question.thresholds.is_empty() {
            plain.thresholds.clone()
        } else {
            question.thresholds.clone()
        },
        ..plain
    }
}

/// The scores of these ids, or all that rank survival.
fn tables_of(ids: &[String]) -> Result<Vec<&'static ScoreTable>, BoardError> {
    let all: Vec<&'static ScoreTable> = scores::prognostic().collect();
    if ids.is_empty() {
        return Ok(all);
    }
    let named = |id: &String| {
        all.iter()
            .copied()
            .find(|table| table.id == *id)
            .ok_or_else(|| {
                let known: Vec<&str> = all.iter().map(|table| table.id.as_str()).collect();
                let message = format!(
                    "'{id}' is no score of survival that is computed here; write one of {}.",
                    known.join(", ")
                );
                BoardError::new("score_unknown", message)
            })
    };
    ids.iter().map(named).collect()
}

fn patient(
    one: &FollowedPatient,
    facts: &Facts,
    forecast: &ForecastState,
    tables: &[&'static ScoreTable],
) -> Patient {
    let results = scores::compute_all(facts);
    let prognosis = |table: &&'static ScoreTable| {
        let result = results.iter().find(|result| result.id == table.id)?;
        scores::prognosis(table, result)
    };
    Patient {
        months: one.followed.months,
        died: one.followed.died,
        primary: facts
            .value(&FeatureId::unchecked("primary_tumour"))
            .and_then(Value::as_code)
            .map(str::to_owned),
        year: one.patient.index_date.map(|date| date.year()),
        model: deaths(forecast),
        scores: tables.iter().map(prognosis).collect(),
        facts: numbers(facts),
    }
}

/// Probability of death by each horizon, where the model gives all of them.
fn deaths(forecast: &ForecastState) -> Option<BTreeMap<u32, f64>> {
    let ForecastState::Available(forecast) = forecast else {
        return None;
    };
    let at = |months: u32| {
        let points = forecast.horizons.iter();
        let mut points = points.filter(|point| point.months == f64::from(months));
        Some((months, 1.0 - points.next()?.alive))
    };
    HORIZONS.into_iter().map(at).collect()
}

/// What was recorded, as numbers: an option by its place, a yes as 1.
fn numbers(facts: &Facts) -> BTreeMap<String, f64> {
    let catalogue = Catalogue::shipped();
    let recorded = facts
        .used()
        .into_iter()
        .filter(|fact| matches!(fact.origin, FactOrigin::Observed { .. }));
    let number = |feature: &FeatureId, value: &Value| match value {
        Value::Number(number) => Some(*number),
        Value::Flag(flag) => Some(f64::from(u8::from(*flag))),
        Value::Code(code) => {
            let options = &catalogue.feature(feature)?.options;
            let place = options.iter().position(|option| option.id == *code)?;
            Some(place as f64)
        }
    };
    recorded
        .filter_map(|fact| {
            Some((
                fact.feature.to_string(),
                number(&fact.feature, &fact.value)?,
            ))
        })
        .collect()
}

fn comparison_error(error: ComparisonError) -> BoardError {
    let code = match error {
        ComparisonError::Cancelled => "cancelled",
        _ => "comparison",
    };
    BoardError::new(code, error.to_string())
}
