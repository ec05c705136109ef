//! One case from a file, or a table of cases: read, assessed, written.

use crate::{APP_VERSION, BoardError, index_date_of, new_id};
use chrono::{DateTime, NaiveDate, Utc};
use clinical::{
    assessment::{Assessment, ForecastState},
    case::Case,
    catalogue::Catalogue,
    checks,
    facts::Facts,
    scores,
};
use exchange::{
    Defaults, case_file,
    cohort_csv::{self, CohortRow, RowDefaults},
    cohort_output::{self, CohortResult},
};
use inference::PackSet;
use std::{
    collections::BTreeMap,
    fs::File,
    io::{BufReader, BufWriter},
    path::Path,
};
use store::WholeFile;

/// Author of what is read from a file.
const FROM_FILE: &str = "file";

/// Rows that are forecast together.
const BATCH: usize = 256;

/// What became of a table.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct TableOutcome {
    /// Lines written, with and without a fault.
    pub rows: usize,
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
/// in the column `error`; the others still come out.
pub fn assess_table(
    input: &Path,
    output: &Path,
    packs: &PackSet,
    now: DateTime<Utc>,
) -> Result<TableOutcome, BoardError> {
    let file_error = |path: &Path, error: std::io::Error| {
        BoardError::new("table_file", format!("{}: {error}", path.display()))
    };
    not_over_the_input(input, output)?;
    let source = File::open(input).map_err(|error| file_error(input, error))?;
    let defaults = RowDefaults {
        now,
        author: FROM_FILE.to_owned(),
        file_name: input
            .file_name()
            .unwrap_or_default()
            .to_string_lossy()
            .into_owned(),
    };
    let mut rows = cohort_csv::read_rows(BufReader::new(source), Catalogue::shipped(), defaults)?;
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
            assess_batch(batch, packs, now.date_naive())
        })
    });
    let rows = {
        let buffered = BufWriter::new(&mut target);
        cohort_output::write_rows(buffered, &labels, &ids, results.flatten())?
    };
    target.finish().map_err(|error| file_error(output, error))?;
    Ok(TableOutcome { rows, faults })
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
fn assess_batch(batch: Vec<CohortRow>, packs: &PackSet, today: NaiveDate) -> Vec<CohortResult> {
    let catalogue = Catalogue::shipped();
    let mut facts = Vec::new();
    let mut results = Vec::with_capacity(batch.len());
    let mut waiting = Vec::new();
    for (position, row) in batch.into_iter().enumerate() {
        let assessment = row.patient.map(|patient| {
            let index_date = patient
                .index_date
                .or(index_date_of(&patient.case))
                .unwrap_or(today);
            let known = Facts::at(&patient.case, catalogue, index_date);
            let assessment = Assessment {
                index_date,
                app_version: APP_VERSION.to_owned(),
                facts_used: Vec::new(),
                scores: scores::compute_all(&known),
                forecast: no_pack(),
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
        for (position, forecast) in waiting.into_iter().zip(pack.forecast_many(&facts)) {
            if let Ok(assessment) = &mut results[position].assessment {
                assessment.forecast = forecast;
            }
        }
    }
    results
}

/// The forecast where no model pack is ready.
pub(crate) fn no_pack() -> ForecastState {
    ForecastState::Refused {
        code: "no_pack".to_owned(),
        parameters: BTreeMap::new(),
    }
}
