//! What the screen of an import is shown and sends back.

use crate::Person;
use chrono::{DateTime, NaiveDate, Utc};
use clinical::{
    case::{Subject, Value},
    catalogue::FeatureId,
};
use exchange::import_csv::{
    ColumnView, ImportFinding, ImportMapping, OpenQuestion, SeenTest, TableEncoding, TableKind,
};
use serde::{Deserialize, Serialize};
use store::StoredImport;
use ts_rs::TS;

/// Where a table is.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, TS)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum ImportSource {
    File { path: String },
    Pasted { text: String },
}

/// A table as it was read, with the mapping as far as it is known.
#[derive(Debug, Clone, PartialEq, Serialize, TS)]
pub struct ImportTable {
    pub file_name: String,
    pub encoding: TableEncoding,
    pub separator: String,
    pub rows: u32,
    pub mapping: ImportMapping,
    pub columns: Vec<ColumnView>,
    pub tests: Vec<SeenTest>,
    /// What has to be answered before there is a preview.
    pub questions: Vec<OpenQuestion>,
    /// Headings that the mapping knows and this table lacks.
    pub missing: Vec<String>,
    /// The import of the same content that was not taken back.
    pub earlier: Option<ImportRecord>,
}

/// What a person decided about a table.
#[derive(Debug, Clone, PartialEq, Deserialize, TS)]
pub struct ImportChoices {
    pub source: ImportSource,
    pub mapping: ImportMapping,
    /// The day of values whose table gives none.
    #[serde(default)]
    pub day: Option<NaiveDate>,
    /// The open case that the table is of.
    #[serde(default)]
    pub case_id: Option<String>,
    /// Patient numbers that somebody confirmed although something differs.
    #[serde(default)]
    pub confirmed: Vec<String>,
}

/// What an import would do.
#[derive(Debug, Clone, PartialEq, Serialize, TS)]
pub struct ImportPreview {
    pub counts: ImportCounts,
    pub patients: Vec<PatientInTable>,
    /// Patients that are counted and not listed.
    pub patients_left: u32,
    pub findings: Vec<ImportFinding>,
    pub findings_left: u32,
    pub earlier: Option<ImportRecord>,
    /// To be sent back with the order to write exactly this.
    pub seen: String,
}

#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(default)]
pub struct ImportCounts {
    pub rows: u32,
    /// Rows of which nothing comes in.
    pub rows_left_out: u32,
    pub new_cases: u32,
    pub changed_cases: u32,
    /// Patients who wait for somebody to confirm them.
    pub held_back: u32,
    pub values: u32,
    /// Values that the case has already.
    pub duplicates: u32,
    pub outcomes: u32,
}

/// One patient of the table.
#[derive(Debug, Clone, PartialEq, Serialize, TS)]
pub struct PatientInTable {
    pub patient_id: String,
    /// As in the case, else as in the table.
    pub family_name: String,
    pub given_name: String,
    pub state: PatientState,
    /// Of a known case.
    pub case_id: Option<String>,
    #[ts(type = "Array<number>")]
    pub lines: Vec<u64>,
    pub values: Vec<ValueInTable>,
    pub duplicates: u32,
    pub died_on: Option<NaiveDate>,
    pub alive_on: Option<NaiveDate>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum PatientState {
    New,
    Known,
    /// Nothing comes in until somebody confirms the patient.
    HeldBack,
    /// Nothing comes in.
    LeftOut,
    /// Known, and everything that the table says is known too.
    Unchanged,
}

/// A value that comes in.
#[derive(Debug, Clone, PartialEq, Serialize, TS)]
pub struct ValueInTable {
    #[ts(type = "number")]
    pub line: u64,
    pub feature: FeatureId,
    pub subject: Subject,
    pub value: Value,
    pub unit: Option<String>,
    pub observed_on: Option<NaiveDate>,
}

/// An import in the list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
pub struct ImportRecord {
    pub id: String,
    pub file_name: String,
    pub kind: String,
    pub person: String,
    pub imported_at: DateTime<Utc>,
    pub counts: ImportCounts,
    pub taken_back_at: Option<DateTime<Utc>>,
    pub taken_back_by: Option<String>,
    /// Whether whoever is signed in may take it back.
    pub can_take_back: bool,
}

/// What became of an import that was taken back.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
pub struct TakenBack {
    pub import: ImportRecord,
    /// Cases that are as they were before.
    pub restored: u32,
    /// Cases that only the import made; they left the list.
    pub withdrawn: u32,
    /// Cases that somebody changed since: only what the import brought was taken out.
    pub partly: u32,
    /// Cases that somebody changed since and that hold nothing of the import any more.
    pub untouched: u32,
    /// Values and outcomes that were taken out of changed cases.
    pub taken_out: u32,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
pub struct SavedMapping {
    pub name: String,
    pub mapping: ImportMapping,
}

pub(super) fn record(import: StoredImport, person: &Person) -> ImportRecord {
    let is_open = import.taken_back_at.is_none();
    let is_own = import.person_id == person.id;
    ImportRecord {
        can_take_back: is_open && (is_own || person.role.manages()),
        // Counts that a later version wrote are shown as far as they are known.
        counts: serde_json::from_str(&import.counts).unwrap_or_default(),
        id: import.id,
        file_name: import.file_name,
        kind: import.kind,
        person: import.person,
        imported_at: import.imported_at,
        taken_back_at: import.taken_back_at,
        taken_back_by: import.taken_back_by,
    }
}

/// The code of the words `import_kind.<code>`.
pub(super) fn kind_code(kind: TableKind) -> &'static str {
    match kind {
        TableKind::Cases => "cases",
        TableKind::LaboratoryLong => "laboratory_long",
        TableKind::LaboratoryWide => "laboratory_wide",
        TableKind::Outcomes => "outcomes",
    }
}
