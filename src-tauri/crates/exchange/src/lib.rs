//! Fences file formats: case files (JSON) and cohort tables (CSV). Reads and checks, never decides.
//!
//! What a file says is mapped to the core's types; what it cannot say is an error that names the
//! place and what to write instead.

mod case_draft;
pub mod case_file;
mod cell;
pub mod clock_output;
mod cohort_columns;
pub mod cohort_csv;
pub mod cohort_output;
pub mod cohort_study_output;
pub mod deidentified;
pub mod import_csv;
pub mod outcome_columns;

use chrono::{DateTime, Utc};
use clinical::{
    case::{CASE_SCHEMA, CourseFault},
    decision::DecisionFault,
    follow_up::FollowUpFault,
};
use std::{io, path::PathBuf};

/// What a file need not say about each entry.
pub struct Defaults<'a> {
    /// When the file is read.
    pub now: DateTime<Utc>,
    /// Who reads it.
    pub author: &'a str,
    /// Makes the ids that are not given.
    pub new_id: &'a mut dyn FnMut() -> String,
}

/// Why a file cannot be read or written. Each sentence names the place and what to do.
#[derive(Debug, thiserror::Error)]
pub enum ExchangeError {
    #[error("{path} cannot be read: {reason}", path = path.display())]
    Unreadable { path: PathBuf, reason: io::Error },
    #[error("{path} cannot be written: {reason}", path = path.display())]
    Unwritable { path: PathBuf, reason: io::Error },
    #[error(
        "the file is larger than {limit} MB: a case without images is far smaller, so this is probably another file"
    )]
    TooLarge { limit: u64 },
    #[error("the file is not text in UTF-8: save it as UTF-8 without a password and try again")]
    NotText,
    #[error("the file is empty: choose another, or fetch it again from where it came")]
    Empty,
    #[error("the file is no case file, which begins with a curly bracket: choose another")]
    NotACase,
    #[error(
        "the file ends in the middle of line {line}: it was cut off, fetch it again from where it came"
    )]
    CutOff { line: usize },
    #[error("line {line}, column {column}: {reason}")]
    Syntax {
        line: usize,
        column: usize,
        reason: String,
    },
    #[error(
        "the case file has schema {found}, this version reads {CASE_SCHEMA}: open it with a newer version of SpineBoard"
    )]
    NewerSchema { found: u64 },
    #[error("schema {found} is not known: write {CASE_SCHEMA} or leave it out")]
    UnknownSchema { found: u64 },
    #[error("observation {number} ({feature}): {reason}")]
    Observation {
        number: usize,
        feature: String,
        reason: String,
    },
    #[error(
        "lesion {number} has no name, or that of a lesion before it: give each lesion a name of its own"
    )]
    Lesion { number: usize },
    #[error(
        "an estimate is impossible: of 100 patients at most as many are alive after 12 months as after 3, and the specialty is one that the application knows"
    )]
    Estimate,
    #[error("course {number}: {fault}")]
    Course { number: usize, fault: CourseFault },
    #[error("follow-up {number}: {fault}")]
    FollowUp { number: usize, fault: FollowUpFault },
    #[error("a decision of the board is impossible: {fault}")]
    Decision { fault: DecisionFault },
    #[error(
        "a decision names a specialty or a reason that this version does not know: write ids as in assets/words/en.toml and assets/deviation_reasons.toml"
    )]
    DecisionCodes,
    #[error("give either index_date or episodes, not both")]
    TwoIndexDates,
    #[error("a text of the case is longer than {limit} characters: shorten it")]
    TextTooLong { limit: usize },
    #[error("the table cannot be read: {0}")]
    UnreadableTable(io::Error),
    #[error("line 1: {0}")]
    Header(String),
    #[error("the results cannot be written: {0}")]
    UnwritableTable(io::Error),
}

impl ExchangeError {
    /// The code of the words `error.<code>`.
    pub fn code(&self) -> &'static str {
        match self {
            ExchangeError::UnreadableTable(_)
            | ExchangeError::Header(_)
            | ExchangeError::UnwritableTable(_) => "table_file",
            ExchangeError::TextTooLong { .. } => "text_too_long",
            _ => "case_file",
        }
    }
}
