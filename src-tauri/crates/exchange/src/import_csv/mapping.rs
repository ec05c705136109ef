//! What each column of a foreign table is, as a person confirmed it. Saved by name and used again for the next
//! export of the same program, by the texts of its headings.

use super::table::ForeignTable;
use clinical::catalogue::FeatureId;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use ts_rs::TS;

/// What a table holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum TableKind {
    /// Patients with their facts; unknown ones become new cases.
    Cases,
    /// One row per laboratory value.
    LaboratoryLong,
    /// One row per patient and day, one column per test.
    LaboratoryWide,
    /// Vital status of known patients.
    Outcomes,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum DecimalSign {
    Point,
    Comma,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum DateFormat {
    /// `2026-03-31`
    Iso,
    /// `31.3.2026`, `31/03/2026`
    DayMonthYear,
    /// `03/31/2026`
    MonthDayYear,
}

/// What stands in a column.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, TS)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum ColumnTarget {
    Ignored,
    PatientId,
    FamilyName,
    GivenName,
    BirthDate,
    /// The day on which the values of the row held.
    Day,
    /// Index date of a new case.
    IndexDate,
    /// Question to the board of a new case.
    Question,
    /// The level that level-wise values are about.
    Level,
    Feature {
        feature: FeatureId,
    },
    /// Name of a laboratory test; the value stands in another column.
    Test,
    Value,
    /// The value of the test on the day that is the column's heading.
    ValueOnDay,
    /// Unit of the value.
    Unit,
    /// Alive or died.
    VitalStatus,
    DiedOn,
    /// Last day on which the patient was known to be alive.
    AliveOn,
}

/// One column of the table.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct ColumnMapping {
    /// As it stands in the table.
    pub header: String,
    pub target: ColumnTarget,
    /// Of the values in the column, as the catalogue spells it.
    pub unit: Option<String>,
    pub date_format: Option<DateFormat>,
    /// What a word of the column means: the id of an option, `yes`, `no`, `alive`, `died`; empty leaves it out. Words that the
    /// catalogue or `assets/import_names.toml` knows need not stand here.
    pub words: BTreeMap<String, String>,
}

/// What a laboratory test is here.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct TestMapping {
    /// None leaves the test out.
    pub feature: Option<FeatureId>,
    /// Where the row has no unit.
    pub unit: Option<String>,
}

/// What a table means.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct ImportMapping {
    pub kind: TableKind,
    /// None while it has to be asked.
    pub decimal: Option<DecimalSign>,
    /// In the order of the table.
    pub columns: Vec<ColumnMapping>,
    /// By the name of the test in the table.
    pub tests: BTreeMap<String, TestMapping>,
}

impl ColumnMapping {
    pub(super) fn ignored(header: &str) -> ColumnMapping {
        ColumnMapping {
            header: header.to_owned(),
            target: ColumnTarget::Ignored,
            unit: None,
            date_format: None,
            words: BTreeMap::new(),
        }
    }
}

impl ImportMapping {
    /// Position of the first column with a target.
    pub(super) fn column(&self, target: &ColumnTarget) -> Option<usize> {
        self.columns
            .iter()
            .position(|column| column.target == *target)
    }

    /// The mapping with its columns in the order of this table, by their headings; headings that stand twice are taken
    /// in turn. Columns that the mapping does not know are none in the answer. With it the headings that the table lacks.
    pub(super) fn fitted(&self, table: &ForeignTable) -> (Vec<Option<ColumnMapping>>, Vec<String>) {
        let mut left: Vec<Option<&ColumnMapping>> = self.columns.iter().map(Some).collect();
        let columns = table.headers.iter().map(|header| {
            let is_same = |column: &Option<&ColumnMapping>| {
                column.is_some_and(|column| column.header.trim() == header.trim())
            };
            let found = left.iter().position(is_same)?;
            left[found].take().cloned()
        });
        let columns = columns.collect();
        let missing = left.into_iter().flatten();
        let missing = missing.filter(|column| column.target != ColumnTarget::Ignored);
        (
            columns,
            missing.map(|column| column.header.clone()).collect(),
        )
    }
}
