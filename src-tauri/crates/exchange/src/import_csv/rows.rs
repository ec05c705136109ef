//! The rows of a foreign table as values of the catalogue, by a mapping that a person confirmed.

mod outcomes;
mod values;

use super::{
    ImportEffect, ImportFinding, ImportFindingCode,
    cells::{self, NoDate},
    mapping::{ColumnMapping, ColumnTarget, ImportMapping, TableKind},
    proposal::{feature_of, meaning},
    table::{ForeignTable, TableRow},
};
use chrono::NaiveDate;
use clinical::{
    case::{Subject, Value},
    catalogue::{Catalogue, FeatureId, Kind},
    level::Level,
};

/// As in cohort tables: longer cells come from an unclosed quotation mark, not from a person.
const LONGEST_CELL: usize = 1000;

/// The lesion that lesion-wise columns of a row are about, as in cohort tables.
const ONLY_LESION: &str = "1";

/// One line of the table.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct ImportRow {
    pub line: u64,
    /// Empty where the table is of one patient and names none.
    pub patient_id: String,
    pub family_name: String,
    pub given_name: String,
    pub birth_date: Option<NaiveDate>,
    pub index_date: Option<NaiveDate>,
    pub question: String,
    pub level: Option<Level>,
    pub values: Vec<ImportedValue>,
    pub outcome: Option<ImportedOutcome>,
    pub findings: Vec<ImportFinding>,
}

/// A value that can be recorded.
#[derive(Debug, Clone, PartialEq)]
pub struct ImportedValue {
    pub line: u64,
    /// Heading of its column, or the name of the test.
    pub column: String,
    pub feature: FeatureId,
    pub subject: Subject,
    pub value: Value,
    /// As the catalogue spells it; none means the catalogue's unit.
    pub unit: Option<String>,
    pub observed_on: Option<NaiveDate>,
}

/// What became of a patient.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ImportedOutcome {
    pub patient_id: String,
    pub died_on: Option<NaiveDate>,
    /// The last day on which the patient was known to be alive.
    pub alive_on: Option<NaiveDate>,
}

/// Applies a mapping to a table.
pub struct ImportRows<'table> {
    pub table: &'table ForeignTable,
    pub mapping: &'table ImportMapping,
    pub catalogue: &'table Catalogue,
    /// The day that a day may not lie behind.
    pub latest: NaiveDate,
    /// For rows whose table has no column of days.
    pub day: Option<NaiveDate>,
    /// The table is read for an open case and need not name the patient.
    pub is_of_one_patient: bool,
}

use ImportEffect::{RowLeftOut, Taken, ValueLeftOut};
use ImportFindingCode as Code;

impl ImportRow {
    /// Whether nothing of the row comes in.
    pub fn is_left_out(&self) -> bool {
        self.findings
            .iter()
            .any(|finding| finding.effect == RowLeftOut)
    }

    fn say(&mut self, code: Code, effect: ImportEffect) {
        self.findings
            .push(ImportFinding::new(self.line, code, effect));
    }

    fn say_of(&mut self, column: &str, code: Code, effect: ImportEffect) {
        self.findings
            .push(ImportFinding::new(self.line, code, effect).in_column(column));
    }
}

impl ImportRows<'_> {
    /// Every row, in the order of the table.
    pub fn read(&self) -> Vec<ImportRow> {
        self.table.rows.iter().map(|row| self.row(row)).collect()
    }

    fn row(&self, row: &TableRow) -> ImportRow {
        let mut read = ImportRow {
            line: row.line,
            ..ImportRow::default()
        };
        if row.cells.len() != self.mapping.columns.len() {
            let counts = ImportFinding::new(row.line, Code::CellCount, RowLeftOut)
                .with("found", row.cells.len())
                .with("expected", self.mapping.columns.len());
            read.findings.push(counts);
            return read;
        }
        if row.cells.iter().any(|cell| cell.len() > LONGEST_CELL) {
            read.say(Code::CellTooLong, RowLeftOut);
            return read;
        }
        read.patient_id = self.text(row, &ColumnTarget::PatientId);
        read.family_name = self.text(row, &ColumnTarget::FamilyName);
        read.given_name = self.text(row, &ColumnTarget::GivenName);
        read.question = self.text(row, &ColumnTarget::Question);
        if read.patient_id.is_empty() && !self.is_of_one_patient {
            read.say(Code::NoPatientNumber, RowLeftOut);
            return read;
        }
        read.birth_date = self.day(row, &ColumnTarget::BirthDate, ValueLeftOut, &mut read);
        read.index_date = self.day(row, &ColumnTarget::IndexDate, ValueLeftOut, &mut read);
        self.level(row, &mut read);
        let day = self
            .day(row, &ColumnTarget::Day, RowLeftOut, &mut read)
            .or(self.day);
        if let (Some(day), Some(birth)) = (day, read.birth_date)
            && day < birth
        {
            read.say(Code::BeforeBirth, RowLeftOut);
        }
        match self.mapping.kind {
            TableKind::LaboratoryLong => self.test(row, day, &mut read),
            TableKind::Outcomes => {}
            TableKind::Cases | TableKind::LaboratoryWide => {
                let day = day.or(read.index_date.filter(|date| *date <= self.latest));
                self.features(row, day, &mut read);
            }
        }
        if matches!(self.mapping.kind, TableKind::Cases | TableKind::Outcomes) {
            self.outcome(row, day, &mut read);
        }
        let has_nothing =
            read.values.is_empty() && read.outcome.is_none() && read.findings.is_empty();
        if has_nothing && self.mapping.kind != TableKind::Cases {
            read.say(Code::NothingInRow, RowLeftOut);
        }
        read
    }

    fn column(&self, target: &ColumnTarget) -> Option<(usize, &ColumnMapping)> {
        let columns = self.mapping.columns.iter().enumerate();
        columns
            .into_iter()
            .find(|(_, column)| column.target == *target)
    }

    fn text(&self, row: &TableRow, target: &ColumnTarget) -> String {
        let found = self
            .column(target)
            .and_then(|(position, _)| row.cells.get(position));
        found
            .map(|cell| cell.split_whitespace().collect::<Vec<_>>().join(" "))
            .unwrap_or_default()
    }

    /// The day in a column; one that cannot be read has `effect`.
    fn day(
        &self,
        row: &TableRow,
        target: &ColumnTarget,
        effect: ImportEffect,
        read: &mut ImportRow,
    ) -> Option<NaiveDate> {
        let (position, column) = self.column(target)?;
        let text = row.cells.get(position).filter(|cell| !is_blank(cell))?;
        let format = column.date_format?;
        let is_birth = *target == ColumnTarget::BirthDate;
        match cells::date(text, format, is_birth) {
            // A board can be planned, nothing else can be known beforehand.
            Ok(day) if day > self.latest && *target != ColumnTarget::IndexDate => {
                let finding = ImportFinding::new(read.line, Code::FutureDate, effect);
                read.findings
                    .push(finding.in_column(&column.header).with("date", day));
                None
            }
            Ok(day) => Some(day),
            Err(NoDate::TwoDigitYear) => {
                read.say_of(&column.header, Code::TwoDigitBirthYear, effect);
                None
            }
            Err(NoDate::Unreadable) => {
                let finding = ImportFinding::new(read.line, Code::UnreadableDate, effect);
                read.findings.push(
                    finding
                        .in_column(&column.header)
                        .with("text", shortened(text)),
                );
                None
            }
        }
    }

    fn level(&self, row: &TableRow, read: &mut ImportRow) {
        let Some((position, column)) = self.column(&ColumnTarget::Level) else {
            return;
        };
        let Some(text) = row.cells.get(position).filter(|cell| !is_blank(cell)) else {
            return;
        };
        read.level = level(text);
        if read.level.is_none() {
            let finding = ImportFinding::new(read.line, Code::UnreadableLevel, ValueLeftOut);
            read.findings.push(
                finding
                    .in_column(&column.header)
                    .with("text", shortened(text)),
            );
        }
    }

    /// One column per feature.
    fn features(&self, row: &TableRow, day: Option<NaiveDate>, read: &mut ImportRow) {
        let mut without_day = false;
        for (column, cell) in self.mapping.columns.iter().zip(&row.cells) {
            let Some(feature) = feature_of(column, self.catalogue) else {
                continue;
            };
            if is_blank(cell)
                && !(feature.kind == Kind::Flag && meaning(column, self.catalogue, cell).is_some())
            {
                continue;
            }
            if day.is_none() && self.mapping.kind == TableKind::LaboratoryWide {
                read.say(Code::DayMissing, RowLeftOut);
                return;
            }
            without_day |= day.is_none() && feature.stale_after_days.is_some();
            let unit = column.unit.as_deref();
            self.value(feature, column, &column.header, cell, unit, day, read);
        }
        if without_day {
            read.say(Code::DayMissing, Taken);
        }
    }

    /// One test, whose value or values stand in other columns.
    fn test(&self, row: &TableRow, day: Option<NaiveDate>, read: &mut ImportRow) {
        let name = self.text(row, &ColumnTarget::Test);
        let Some(test) = self.mapping.tests.get(&name) else {
            let finding = ImportFinding::new(read.line, Code::UnknownTest, RowLeftOut);
            read.findings.push(finding.with("test", shortened(&name)));
            return;
        };
        let feature = test
            .feature
            .as_ref()
            .and_then(|id| self.catalogue.feature(id));
        // A test that somebody left out is no finding.
        let Some(feature) = feature else { return };
        let of_row = self.text(row, &ColumnTarget::Unit);
        let unit = Some(of_row.as_str())
            .filter(|unit| !unit.is_empty())
            .or(test.unit.as_deref());
        for (column, cell) in self.mapping.columns.iter().zip(&row.cells) {
            let day = match column.target {
                ColumnTarget::Value => day,
                ColumnTarget::ValueOnDay => column
                    .date_format
                    .and_then(|format| cells::date(&column.header, format, false).ok()),
                _ => continue,
            };
            if is_blank(cell) {
                continue;
            }
            match day {
                None => read.say_of(&name, Code::DayMissing, ValueLeftOut),
                Some(day) if day > self.latest => {
                    let finding = ImportFinding::new(read.line, Code::FutureDate, ValueLeftOut);
                    read.findings
                        .push(finding.in_column(&name).with("date", day));
                }
                Some(day) => self.value(feature, column, &name, cell, unit, Some(day), read),
            }
        }
    }
}

/// A vertebra as in the catalogue, `Th12` or `BWK 12`.
fn level(text: &str) -> Option<Level> {
    let plain: String = text
        .to_uppercase()
        .chars()
        .filter(|letter| letter.is_alphanumeric())
        .collect();
    let mut name = plain.clone();
    for (written, meant) in [("BWK", "T"), ("LWK", "L"), ("HWK", "C"), ("TH", "T")] {
        if let Some(number) = plain.strip_prefix(written) {
            name = format!("{meant}{number}");
            break;
        }
    }
    name.parse().ok()
}

/// What programs write where nothing is known.
fn is_blank(cell: &str) -> bool {
    matches!(
        cell.trim(),
        "" | "NA" | "N/A" | "n/a" | "n.a." | "k.A." | "k. A." | "-" | "--" | "---" | "–" | "."
    )
}

fn shortened(text: &str) -> String {
    crate::cell::shortened(text)
}

#[cfg(test)]
mod tests;
