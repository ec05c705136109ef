//! A study as files: tables, figures and a report.

use crate::{
    BoardError,
    summary::local_offset,
    tables::{file_error, not_over_the_input},
};
use chrono::{DateTime, Utc};
use clinical::{catalogue::Catalogue, head_to_head::CohortStudy, language::Language, words::Words};
use exchange::{ExchangeError, cohort_study_output as tables};
use report::{CohortReportInput, cohort_figures, cohort_report};
use std::{
    io::Write,
    path::{Path, PathBuf},
};
use store::WholeFile;

type WriteTable = fn(&mut Vec<u8>, &CohortStudy) -> Result<usize, ExchangeError>;

const TABLES: [(&str, WriteTable); 5] = [
    ("performance.csv", |target, study| {
        tables::write_performance(target, study)
    }),
    ("calibration.csv", |target, study| {
        tables::write_calibration(target, study)
    }),
    ("decision_curves.csv", |target, study| {
        tables::write_decision_curves(target, study)
    }),
    ("counts.csv", |target, study| {
        tables::write_counts(target, study)
    }),
    ("origin.csv", |target, study| {
        tables::write_origin(target, study)
    }),
];

/// The files of a study: a name and the bytes.
pub(super) fn files(
    study: &CohortStudy,
    language: Language,
    now: DateTime<Utc>,
) -> Result<Vec<(String, Vec<u8>)>, BoardError> {
    let input = CohortReportInput {
        study,
        catalogue: Catalogue::in_language(language.code()),
        words: Words::shipped(language.code()),
        language: language.code(),
        generated_at: now,
        local_offset: local_offset(now),
    };
    let mut files = vec![("report.pdf".to_owned(), cohort_report(&input)?)];
    for (name, write) in TABLES {
        let mut bytes = Vec::new();
        write(&mut bytes, study)?;
        files.push((name.to_owned(), bytes));
    }
    for figure in cohort_figures(&input)? {
        files.push((format!("{}.svg", figure.name), figure.svg.into_bytes()));
    }
    Ok(files)
}

/// Writes a study into a folder: `report.pdf`, the tables, and a figure per file. The folder is made if
/// it is not there; files of these names are replaced.
pub fn write_study(
    folder: &Path,
    input: &Path,
    study: &CohortStudy,
    language: Language,
    now: DateTime<Utc>,
) -> Result<Vec<PathBuf>, BoardError> {
    std::fs::create_dir_all(folder).map_err(|error| file_error(folder, error))?;
    let files = files(study, language, now)?;
    let paths = || files.iter().map(|(name, _)| folder.join(name));
    for path in paths() {
        not_over_the_input(input, &path)?;
    }
    for (path, (_, bytes)) in paths().zip(&files) {
        let whole = WholeFile::create(&path).and_then(|mut file| {
            file.write_all(bytes)?;
            file.finish()
        });
        whole.map_err(|error| file_error(&path, error))?;
    }
    Ok(paths().collect())
}
