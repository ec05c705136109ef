//! The model and the published scores on a centre's own patients: a table with follow-up is read,
//! compared, and written as tables, figures and a report. Nothing of the table is kept.

mod files;
mod rows;
mod window;

use crate::{
    APP_VERSION, BoardError,
    tables::{BATCH, facts_of, open_followed, table_error},
};
use chrono::{DateTime, Utc};
use clinical::{
    assessment::ForecastState,
    catalogue::Catalogue,
    head_to_head::{CohortStudy, Compared, StudyWords, head_to_head},
    language::Language,
    performance::{ComparisonError, Settings},
    scores::{self, ScoreTable},
    words::Words,
};
pub use files::write_study;
use inference::PackSet;
use serde::{Deserialize, Serialize};
use std::path::Path;
use ts_rs::TS;
pub use window::{ScoreChoice, StudyOptions};

/// Months at which predictors are compared.
const HORIZONS: [u32; 3] = [3, 6, 12];

/// What a person asks about a cohort.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
pub struct StudyQuestion {
    /// Kind of cohort whose baseline the model takes; none is the pack's first.
    pub setting: Option<String>,
    /// The model without the centre's recalibration, where it has one.
    pub as_shipped: bool,
    /// Ids of the scores; none asks for every score of survival.
    pub scores: Vec<String>,
    /// Scores that were made from these patients.
    pub developed_here: Vec<String>,
    /// Probabilities of death at which the board would act; none gives a grid.
    pub thresholds: Vec<f64>,
    /// Resamples for the intervals.
    pub bootstraps: u32,
    #[ts(type = "number")]
    pub seed: u64,
}

impl Default for StudyQuestion {
    fn default() -> StudyQuestion {
        let Settings {
            bootstraps, seed, ..
        } = Settings::default();
        StudyQuestion {
            setting: None,
            as_shipped: false,
            scores: Vec::new(),
            developed_here: Vec::new(),
            thresholds: Vec::new(),
            bootstraps,
            seed,
        }
    }
}

/// The words of a study in a language, for terminals.
pub fn study_words(language: Language) -> StudyWords<'static> {
    StudyWords {
        words: Words::shipped(language.code()),
        catalogue: Catalogue::in_language(language.code()),
    }
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
    let pack = match question.as_shipped {
        true => &pack.shipped(),
        false => pack,
    };
    let tables = tables_of(&question.scores)?;
    tables_of(&question.developed_here)?;
    let mut lines_read = open_followed(input, now)?;
    let passed = lines_read.passed_columns().to_vec();
    let (mut patients, mut faults, mut lines) = (Vec::new(), Vec::new(), 0);
    // Which model answers depends on the setting.
    let (mut identity, mut setting) = (pack.identity().clone(), None);
    loop {
        let batch: Vec<_> = lines_read.by_ref().take(BATCH).collect();
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
            patients.push(rows::patient(one, facts, &forecast, &tables));
            if let ForecastState::Available(forecast) = forecast {
                (identity, setting) = (forecast.pack, forecast.setting);
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
        return Err(table_error(message.collect::<Vec<_>>().join("\n")));
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
        pack: Some(identity),
        setting,
        lines: lines as u32,
        faults,
        passed,
        chosen: compared.chosen,
        thresholds: question.thresholds.clone(),
        developed_here: question.developed_here.clone(),
        result,
    })
}

fn settings(question: &StudyQuestion) -> Settings {
    let plain = Settings::default();
    let mut thresholds = [plain.thresholds.as_slice(), &question.thresholds].concat();
    thresholds.sort_by(f64::total_cmp);
    thresholds.dedup();
    Settings {
        horizons: HORIZONS.to_vec(),
        bootstraps: question.bootstraps,
        seed: question.seed,
        thresholds,
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

fn comparison_error(error: ComparisonError) -> BoardError {
    let code = match error {
        ComparisonError::Cancelled => "study_stopped",
        _ => "comparison",
    };
    BoardError::new(code, error.to_string())
}
