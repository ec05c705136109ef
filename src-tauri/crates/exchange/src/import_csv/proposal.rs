//! What the columns of a table could be, and what has to be asked before it can be read.

mod columns;
mod questions;

use super::{
    mapping::{ColumnMapping, ColumnTarget, ImportMapping, TableKind},
    names::{can_come_in, names},
    table::ForeignTable,
};
use clinical::catalogue::{Catalogue, Feature, Kind};
use columns::{
    by_content, complete_column, complete_tests, decimal_of, kind_of, only_once, proposed_column,
};
pub(super) use questions::near_unit;
use questions::questions;
use serde::Serialize;
use std::collections::BTreeMap;
use ts_rs::TS;

/// Values that are shown of a column.
const SAMPLES: usize = 4;

/// Different words of a column that are listed; more are no words but free text.
const WORDS: usize = 60;

/// Different tests that are listed.
const TESTS: usize = 400;

/// The mapping as far as it is known, and what is open.
#[derive(Debug, Clone, PartialEq)]
pub struct Proposal {
    pub mapping: ImportMapping,
    pub columns: Vec<ColumnView>,
    /// Laboratory tests by name, where the table has one row per value.
    pub tests: Vec<SeenTest>,
    pub questions: Vec<OpenQuestion>,
    /// Headings that the saved mapping knows and this table lacks.
    pub missing: Vec<String>,
}

/// One column as it is shown for mapping.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
pub struct ColumnView {
    pub header: String,
    /// The first different values.
    pub samples: Vec<String>,
    /// Where the column holds words: each with what it means.
    pub words: Vec<SeenWord>,
}

/// A word of a column.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
pub struct SeenWord {
    pub word: String,
    pub rows: u32,
    /// As in [`ColumnMapping::words`]; none if nothing is known.
    pub means: Option<String>,
}

/// A laboratory test of the table.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
pub struct SeenTest {
    pub name: String,
    pub rows: u32,
}

/// What nobody may guess; the words for `import_question.<kind>` ask it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum OpenQuestion {
    /// No column has the patient number.
    PatientColumn,
    /// No column is taken.
    ValueColumn,
    TestColumn,
    /// The same target stands over two columns.
    TwiceTheSame {
        column: u32,
    },
    DecimalSign,
    DateFormat {
        column: u32,
    },
    /// The unit of the column, or one that the feature does not have.
    Unit {
        column: u32,
    },
    TestUnit {
        test: String,
    },
    /// No column has the day of laboratory values, and none was given for all of them.
    Day,
    OutcomeColumn,
}

/// Completes a mapping for a table: what `known` leaves open is proposed. `is_of_one_patient` says that the table is read for an
/// open case, so that it need not name a patient; `has_day` that a day was given for rows without one.
pub fn propose(
    table: &ForeignTable,
    known: Option<&ImportMapping>,
    catalogue: &Catalogue,
    is_of_one_patient: bool,
    has_day: bool,
) -> Proposal {
    let (kept, missing) = match known {
        Some(known) => known.fitted(table),
        None => (vec![None; table.headers.len()], Vec::new()),
    };
    let fresh = kept.iter().all(Option::is_none);
    let columns: Vec<ColumnMapping> = kept
        .into_iter()
        .enumerate()
        .map(|(position, kept)| kept.unwrap_or_else(|| proposed_column(table, position)))
        .collect();
    let mut mapping = ImportMapping {
        kind: TableKind::Cases,
        decimal: known.and_then(|known| known.decimal),
        columns,
        tests: known.map(|known| known.tests.clone()).unwrap_or_default(),
    };
    if fresh {
        by_content(table, &mut mapping);
        only_once(&mut mapping);
    }
    mapping.kind = match known {
        Some(known) => known.kind,
        None => kind_of(&mapping, catalogue, is_of_one_patient),
    };
    for position in 0..mapping.columns.len() {
        complete_column(table, &mut mapping, position);
    }
    if mapping.decimal.is_none() {
        mapping.decimal = decimal_of(table, &mapping, catalogue);
    }
    let tests = complete_tests(table, &mut mapping);
    let columns = (0..mapping.columns.len())
        .map(|position| column_view(table, &mapping, catalogue, position))
        .collect();
    let questions = questions(table, &mapping, catalogue, is_of_one_patient, has_day);
    Proposal {
        mapping,
        columns,
        tests,
        questions,
        missing,
    }
}

/// Every non-blank cell of a column.
fn cells_of(table: &ForeignTable, position: usize) -> impl Iterator<Item = &str> {
    let cells = table
        .rows
        .iter()
        .filter_map(move |row| row.cells.get(position));
    cells.map(String::as_str).filter(|cell| !cell.is_empty())
}

pub(super) fn feature_of<'catalogue>(
    column: &ColumnMapping,
    catalogue: &'catalogue Catalogue,
) -> Option<&'catalogue Feature> {
    match &column.target {
        ColumnTarget::Feature { feature } => catalogue
            .feature(feature)
            .filter(|feature| can_come_in(feature)),
        _ => None,
    }
}

/// Whether the words of a column have a meaning.
fn holds_words(target: &ColumnTarget, catalogue: &Catalogue) -> bool {
    match target {
        ColumnTarget::VitalStatus => true,
        ColumnTarget::Feature { feature } => catalogue
            .feature(feature)
            .is_some_and(|feature| matches!(feature.kind, Kind::Choice | Kind::Flag)),
        _ => false,
    }
}

/// What a word of a column means: as the mapping says, else as it is known.
pub(super) fn meaning<'mapping>(
    column: &'mapping ColumnMapping,
    catalogue: &Catalogue,
    word: &str,
) -> Option<&'mapping str> {
    if let Some(means) = column.words.get(word) {
        return Some(means.as_str());
    }
    match &column.target {
        ColumnTarget::VitalStatus => names().vital(word),
        ColumnTarget::Feature { feature } => names().option(catalogue.feature(feature)?, word),
        _ => None,
    }
}

fn column_view(
    table: &ForeignTable,
    mapping: &ImportMapping,
    catalogue: &Catalogue,
    position: usize,
) -> ColumnView {
    let column = &mapping.columns[position];
    let mut samples: Vec<String> = Vec::new();
    let mut words: BTreeMap<&str, u32> = BTreeMap::new();
    let has_words = holds_words(&column.target, catalogue);
    for cell in cells_of(table, position) {
        if samples.len() < SAMPLES && !samples.iter().any(|sample| sample == cell) {
            samples.push(cell.chars().take(60).collect());
        } else if !has_words && samples.len() >= SAMPLES {
            break;
        }
        if has_words {
            *words.entry(cell).or_default() += 1;
        }
    }
    let words = words.into_iter().take(WORDS).map(|(word, rows)| SeenWord {
        word: word.to_owned(),
        rows,
        means: meaning(column, catalogue, word).map(str::to_owned),
    });
    ColumnView {
        header: column.header.clone(),
        samples,
        words: words.collect(),
    }
}
