//! One case from a file, or a table of cases: read, assessed, written.

use crate::{APP_VERSION, BoardError, index_date_of, new_id, reasons::no_pack};
use chrono::{DateTime, NaiveDate, Utc};
use clinical::{
    assessment::Assessment, case::Case, catalogue::Catalogue, checks, facts::Facts, scores,
};
use exchange::{
    Defaults, case_file,
    cohort_csv::{self, CohortPatient, CohortRow, CohortRows, RowDefaults},
    cohort_output::{self, CohortResult},
    outcome_columns::{self, FollowedRows},
};
use inference::{CohortForecast, PackError, PackSet};
use std::{
    fs::File,
    io::{BufReader, BufWriter},
    path::Path,
};
use store::WholeFile;

/// Author of what is read from a file.
const FROM_FILE: &str = "file";

/// Rows that are forecast together.
pub(crate) const BATCH: usize = 256;

/// What became of a table.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct TableOutcome {
    /// Lines written, with and without a fault.
    pub rows: usize,
    /// What is wrong with which line of the input.
    pub faults: Vec<String>,
}

/// The mean survival of a table's patients.
#[derive(Debug, Clone, PartialEq)]
pub struct CohortOutcome {
    pub forecast: CohortForecast,
    /// What is wrong with which line of the input.
    pub faults: Vec<String>,
}

/// Reads a case file; what it leaves out (ids, times, author) is filled in.
pub fn read_case_file(path: &Path, now: DateTime<Utc>) -> Result<Case, BoardError> {
    let mut defaults = Defaults {
        now,
        author: FROM_FILE,
        new_id: &mut new_id,
    };
    Ok(case_file::read(path, Catalogue::shipped(), &mut defaults)?)
}

/// Assesses every row of a CSV table and writes one line for each. A row with a fault has its reason
/// in the column `error`; the others still come out. `setting` as in [`crate::assess`].
pub fn assess_table(
    input: &Path,
    output: &Path,
    packs: &PackSet,
    setting: Option<&str>,
    now: DateTime<Utc>,
) -> Result<TableOutcome, BoardError> {
    not_over_the_input(input, output)?;
    let mut rows = open_table(input, now)?;
    let labels = rows.label_columns();
    let ids: Vec<String> = scores::shipped()
        .iter()
        .map(|table| table.id.clone())
        .collect();
    let mut target = WholeFile::create(output).map_err(|error| file_error(output, error))?;
    let mut faults = Vec::new();
    let results = std::iter::from_fn(|| {
        let batch: Vec<CohortRow> = rows.by_ref().take(BATCH).collect();
        (!batch.is_empty()).then(|| {
            faults.extend(
                batch
                    .iter()
                    .filter_map(|row| row.patient.as_ref().err().cloned()),
            );
            assess_batch(batch, packs, setting, now.date_naive())
        })
    });
    let rows = {
        let buffered = BufWriter::new(&mut target);
        cohort_output::write_rows(buffered, &labels, &ids, results.flatten())?
    };
    target.finish().map_err(|error| file_error(output, error))?;
    Ok(TableOutcome { rows, faults })
}

/// Forecasts a table of patients as one cohort, and writes its mean survival as a table where
/// `output` is named. Lines that cannot be read are left out and named.
pub fn assess_cohort(
    input: &Path,
    output: Option<&Path>,
    packs: &PackSet,
    setting: Option<&str>,
    now: DateTime<Utc>,
) -> Result<CohortOutcome, BoardError> {
    if let Some(output) = output {
        not_over_the_input(input, output)?;
    }
    let pack = packs.default_pack().ok_or_else(|| {
        BoardError::new(
            "no_pack",
            "No model pack is ready, so a cohort has no forecast; name a folder with --packs.",
        )
    })?;
    let no_forecast = |error: PackError| BoardError::new("no_forecast", error.to_string());
    let mut cohort = pack.cohort(setting).map_err(no_forecast)?;
    let mut faults = Vec::new();
    let mut rows = open_table(input, now)?;
    loop {
        let batch: Vec<CohortRow> = rows.by_ref().take(BATCH).collect();
        if batch.is_empty() {
            break;
        }
        let mut patients = Vec::with_capacity(batch.len());
        for row in batch {
            match row.patient {
                Ok(patient) => patients.push(facts_of(&patient, now.date_naive()).1),
                Err(fault) => faults.push(fault),
            }
        }
        cohort.add(&patients).map_err(no_forecast)?;
    }
    if cohort.patients() == 0 {
        let nobody = format!(
            "{} holds no patient whom the model can forecast, so there is no mean. Check its rows; nothing was written.",
            input.display()
        );
        let message = std::iter::once(nobody).chain(faults).collect::<Vec<_>>();
        return Err(BoardError::new("no_forecast", message.join("\n")));
    }
    let forecast = cohort.forecast().map_err(no_forecast)?;
    if let Some(output) = output {
        let mut target = WholeFile::create(output).map_err(|error| file_error(output, error))?;
        let recalibration = forecast.pack.recalibration.as_deref();
        cohort_output::write_mean(
            BufWriter::new(&mut target),
            &forecast.horizons,
            recalibration,
        )?;
        target.finish().map_err(|error| file_error(output, error))?;
    }
    Ok(CohortOutcome { forecast, faults })
}

/// Refuses a setting that the pack which would answer does not know; without a pack all are the same.
pub fn check_setting(packs: &PackSet, setting: Option<&str>) -> Result<(), BoardError> {
    let checked = packs.default_pack().map(|pack| pack.check_setting(setting));
    checked
        .unwrap_or(Ok(()))
        .map_err(|error| BoardError::new("setting_unknown", error.to_string()))
}

pub(crate) fn file_error(path: &Path, error: std::io::Error) -> BoardError {
    table_error(format!("{}: {error}", path.display()))
}

/// What is wrong with a table, by line and column, or with its file.
pub(crate) fn table_error(detail: String) -> BoardError {
    BoardError::new("table_file", &detail).with("detail", &detail)
}

fn open_table(
    input: &Path,
    now: DateTime<Utc>,
) -> Result<CohortRows<'static, BufReader<File>>, BoardError> {
    let source = File::open(input).map_err(|error| file_error(input, error))?;
    Ok(cohort_csv::read_rows(
        BufReader::new(source),
        Catalogue::shipped(),
        row_defaults(input, now),
    )?)
}

/// What the lines of a table need not say.
pub(crate) fn row_defaults(input: &Path, now: DateTime<Utc>) -> RowDefaults {
    RowDefaults {
        now,
        author: FROM_FILE.to_owned(),
        file_name: input
            .file_name()
            .unwrap_or_default()
            .to_string_lossy()
            .into_owned(),
    }
}

/// The same for a table whose patients were followed.
pub(crate) fn open_followed(
    input: &Path,
    now: DateTime<Utc>,
) -> Result<FollowedRows<'static, BufReader<File>>, BoardError> {
    let source = File::open(input).map_err(|error| file_error(input, error))?;
    Ok(outcome_columns::read_followed_rows(
        BufReader::new(source),
        Catalogue::shipped(),
        row_defaults(input, now),
    )?)
}

/// The day on which a line is judged, and what is known on it.
pub(crate) fn facts_of(patient: &CohortPatient, today: NaiveDate) -> (NaiveDate, Facts) {
    let index_date = patient
        .index_date
        .or(index_date_of(&patient.case))
        .unwrap_or(today);
    let facts = Facts::at(&patient.case, Catalogue::shipped(), index_date);
    (index_date, facts)
}

/// Refuses to write a result over what it was made from.
pub fn not_over_the_input(input: &Path, output: &Path) -> Result<(), BoardError> {
    let same = match (input.canonicalize(), output.canonicalize()) {
        (Ok(input), Ok(output)) => input == output,
        _ => false,
    };
    if same {
        return Err(BoardError::new(
            "table_file",
            format!(
                "{} would be replaced by its own results. Nothing was written; name another file for them.",
                output.display()
            ),
        ));
    }
    Ok(())
}

/// The forecasts of a batch are computed together; everything else row by row.
fn assess_batch(
    batch: Vec<CohortRow>,
    packs: &PackSet,
    setting: Option<&str>,
    today: NaiveDate,
) -> Vec<CohortResult> {
    let catalogue = Catalogue::shipped();
    let mut facts = Vec::new();
    let mut results = Vec::with_capacity(batch.len());
    let mut waiting = Vec::new();
    for (position, row) in batch.into_iter().enumerate() {
        let assessment = row.patient.map(|patient| {
            let (index_date, known) = facts_of(&patient, today);
            let assessment = Assessment {
                index_date,
                app_version: APP_VERSION.to_owned(),
                facts_used: Vec::new(),
                scores: scores::compute_all(&known),
                forecast: no_pack().into(),
                benefit: None,
                pathway: clinical::pathway::Pathway::default(),
                cord_dose: None,
                findings: checks::findings(&patient.case, catalogue, index_date),
            };
            facts.push(known);
            waiting.push(position);
            assessment
        });
        results.push(CohortResult {
            labels: row.labels,
            assessment,
        });
    }
    if let Some(pack) = packs.default_pack() {
        for (position, forecast) in waiting.into_iter().zip(pack.forecast_many(&facts, setting)) {
            if let Ok(assessment) = &mut results[position].assessment {
                assessment.forecast = forecast;
            }
        }
    }
    results
}
