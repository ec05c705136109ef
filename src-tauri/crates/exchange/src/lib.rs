//! Fences file formats: case files (JSON) and cohort tables (CSV). Reads and checks, never decides.
//!
//! What a file says is mapped to the core's types; what it cannot say is an error that names the
//! place and what to write instead.

mod case_draft;
pub mod case_file;
mod cell;
mod cohort_columns;
pub mod cohort_csv;
mod cohort_output;

use chrono::{DateTime, Utc};

/// What a file need not say about each entry.
pub struct Defaults<'a> {
    /// When the file is read.
    pub now: DateTime<Utc>,
    /// Who reads it.
    pub author: &'a str,
    /// Makes the ids that are not given.
    pub new_id: &'a mut dyn FnMut() -> String,
}
