//! A cohort whose patients were followed: the table of `cohort_csv` with `months` of follow-up and
//! `died`, 1 where the patient died then and 0 where the patient was alive then.
//!
//! Both are of the person and the day of the forecast: `months` counts from the line's `index_date`.
//! A second line of the same `patient` or `id` is a fault, as the same death would count twice.

use crate::{
    ExchangeError,
    cell::{self, quoted},
    cohort_columns::FollowUp,
    cohort_csv::{self, CohortPatient, CohortRows, RowDefaults, problem},
};
use clinical::{catalogue::Catalogue, head_to_head::PassedColumn};
use std::{collections::HashMap, io::Read};

pub(crate) const MONTHS: &str = "months";
pub(crate) const DIED: &str = "died";
pub(crate) const YEAR: &str = "year";

/// Years in which a patient can have been treated; others are misspelt.
const YEARS: std::ops::RangeInclusive<i32> = 1900..=2100;

/// Longer follow-up is taken for days, as `models/training` does (`rules/adapt.toml`, `most_months`).
pub const MOST_MONTHS: f64 = 600.0;

/// How a patient fared.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Followed {
    /// From the day of the forecast to death or to the last day known alive; at least 0.
    pub months: f64,
    /// Died at that time; else alive then and unknown afterwards.
    pub died: bool,
}

/// One line of the table.
#[derive(Debug, Clone, PartialEq)]
pub struct FollowedRow {
    /// Line in the file, counted from 1.
    pub line: u64,
    /// Cells of the label columns.
    pub labels: Vec<String>,
    /// The patient, or what is wrong with the line, by line and columns.
    pub patient: Result<FollowedPatient, String>,
}

#[derive(Debug, Clone, PartialEq)]
pub struct FollowedPatient {
    pub patient: CohortPatient,
    pub followed: Followed,
}

/// The lines of a table with follow-up, read as they are asked for.
pub struct FollowedRows<'catalogue, Table> {
    rows: CohortRows<'catalogue, Table>,
    labels: Vec<String>,
    /// The line of each label of the lines without a fault, per label column.
    seen: Vec<HashMap<String, u64>>,
}

/// Reads the header, which must have `months` and `died` and may have `year` of diagnosis or treatment,
/// and gives the lines. Columns that are none of the application's are not read and stand in
/// [`FollowedRows::passed_columns`]; faults quote no cell.
pub fn read_followed_rows<Table: Read>(
    source: Table,
    catalogue: &Catalogue,
    defaults: RowDefaults,
) -> Result<FollowedRows<'_, Table>, ExchangeError> {
    let rows = cohort_csv::open(source, catalogue, defaults, FollowUp::Known)?;
    let labels = rows.label_columns();
    Ok(FollowedRows {
        seen: vec![HashMap::new(); labels.len()],
        labels,
        rows,
    })
}

impl<Table: Read> Iterator for FollowedRows<'_, Table> {
    type Item = FollowedRow;

    fn next(&mut self) -> Option<FollowedRow> {
        let (row, followed) = self.rows.next_row()?;
        let patient = match (row.patient, followed) {
            (Err(reason), _) => Err(reason),
            (Ok(_), None) => Err(format!("line {}: it has no follow-up", row.line)),
            (Ok(patient), Some(followed)) => self
                .once(row.line, &row.labels)
                .map(|()| FollowedPatient { patient, followed }),
        };
        Some(FollowedRow {
            line: row.line,
            labels: row.labels,
            patient,
        })
    }
}

impl<Table> FollowedRows<'_, Table> {
    /// Names of the columns that are carried over.
    pub fn label_columns(&self) -> Vec<String> {
        self.labels.clone()
    }

    /// Columns of the table that are not read.
    pub fn passed_columns(&self) -> &[PassedColumn] {
        self.rows.passed_columns()
    }

    /// Refuses a patient who was read before. A blank label says nothing.
    fn once(&mut self, line: u64, labels: &[String]) -> Result<(), String> {
        let known = || {
            let labels = labels.iter().map(|label| label.trim());
            labels
                .enumerate()
                .filter(|(_, label)| !cell::is_blank(label))
        };
        let mut problems = Vec::new();
        for (column, label) in known() {
            if let Some(earlier) = self.seen[column].get(label) {
                problems.push(problem(
                    &self.labels[column],
                    &format!("the same as on line {earlier}, which is used"),
                ));
            }
        }
        if !problems.is_empty() {
            return Err(format!("line {line}, {}", problems.join("; ")));
        }
        for (column, label) in known() {
            self.seen[column].insert(label.to_owned(), line);
        }
        Ok(())
    }
}

/// Reads the two cells, where they are not blank, or says what is wrong with which column.
pub(crate) fn followed(months: Option<&str>, died: Option<&str>) -> Result<Followed, Vec<String>> {
    let months = cell_of(months, months_of).map_err(|reason| problem(MONTHS, &reason));
    let died = cell_of(died, died_of).map_err(|reason| problem(DIED, &reason));
    match (months, died) {
        (Ok(months), Ok(died)) => Ok(Followed { months, died }),
        (months, died) => Err(months.err().into_iter().chain(died.err()).collect()),
    }
}

pub(crate) fn year(text: &str) -> Result<i32, String> {
    match text.parse() {
        Ok(year) if YEARS.contains(&year) => Ok(year),
        _ => Err(problem(
            YEAR,
            &format!("{} is not a year such as 2019", quoted(text)),
        )),
    }
}

fn cell_of<T>(
    text: Option<&str>,
    read: impl FnOnce(&str) -> Result<T, String>,
) -> Result<T, String> {
    read(text.ok_or("it is blank; follow-up cannot be guessed")?)
}

fn months_of(text: &str) -> Result<f64, String> {
    let months = cell::number(text)?;
    if months < 0.0 {
        return Err(format!("{} is negative", quoted(text)));
    }
    if months > MOST_MONTHS {
        return Err(format!(
            "{} is beyond all follow-up in months; are these days?",
            quoted(text)
        ));
    }
    Ok(months)
}

fn died_of(text: &str) -> Result<bool, String> {
    match cell::number(text) {
        Ok(0.0) => Ok(false),
        Ok(1.0) => Ok(true),
        _ => Err(format!(
            "{} is neither 0 (alive then) nor 1 (died then)",
            quoted(text)
        )),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
    use super::*;

    fn defaults() -> RowDefaults {
        RowDefaults {
            now: "2026-03-02T10:00:00Z".parse().unwrap(),
            author: "Dr Test".to_owned(),
            file_name: "cohort.csv".to_owned(),
        }
    }

    fn open(table: &str) -> Result<FollowedRows<'static, &[u8]>, ExchangeError> {
        read_followed_rows(table.as_bytes(), Catalogue::shipped(), defaults())
    }

    fn read(table: &str) -> Result<Vec<FollowedRow>, String> {
        let rows = open(table).map_err(|error| error.to_string())?;
        Ok(rows.collect())
    }

    fn reasons(table: &str) -> Vec<String> {
        let rows = read(table).unwrap().into_iter();
        rows.filter_map(|row| row.patient.err()).collect()
    }

    #[test]
    fn follow_up_comes_with_the_facts_of_its_line() {
        let rows = read("id,months,age,died\nA,3.5,60,1\nB,0,61,0\nC,12.0,62,1.0\n").unwrap();
        let found: Vec<(u64, Followed, usize)> = rows
            .iter()
            .map(|row| {
                let patient = row.patient.as_ref().unwrap();
                let facts = patient.patient.case.observations.len();
                (row.line, patient.followed, facts)
            })
            .collect();
        let followed = |months, died| Followed { months, died };
        assert_eq!(
            found,
            [
                (2, followed(3.5, true), 1),
                (3, followed(0.0, false), 1),
                (4, followed(12.0, true), 1)
            ]
        );
    }

    #[test]
    fn every_fault_is_named_by_line_and_column_and_the_others_come_out() {
        let table = "months,died,age\n-1,0,60\nNaN,2,60\n,1,60\n3,,sixty\n1200,yes,60\n3\n4,0,60\n";
        let found = reasons(table);
        let expected = [
            "line 2, column months: the value is negative",
            "line 3, column months: the value is not a number; column died: the value is neither 0 (alive then) nor 1 (died then)",
            "line 4, column months: it is blank; follow-up cannot be guessed",
            "line 5, column age: the value is not a number; column died: it is blank; follow-up cannot be guessed",
            "line 6, column months: the value is beyond all follow-up in months; are these days?; column died: the value is neither 0 (alive then) nor 1 (died then)",
            "line 7: it has 1 cells, the header has 3",
        ];
        assert_eq!(found, expected);
        assert_eq!(read(table).unwrap().len(), 7, "the last line is read");
    }

    #[test]
    fn a_patient_counts_once_and_is_not_quoted() {
        let table =
            "patient,id,months,died\nA,1,3,1\n A,2,4,0\nB,1,5,0\n,,6,1\n,,7,1\nC,x,8,7\nC,x,9,1\n";
        assert_eq!(
            reasons(table),
            [
                "line 3, column patient: the same as on line 2, which is used",
                "line 4, column id: the same as on line 2, which is used",
                "line 7, column died: the value is neither 0 (alive then) nor 1 (died then)",
            ],
            "a faulty line does not stand in the way of a later one"
        );
    }

    #[test]
    fn the_year_is_read_and_other_columns_are_passed_over() {
        let table = "months,died,year,index_date,survival_days\n3,1,2019,2020-03-01,90\n4,0,,2020-03-01,x\n5,0,,,\n6,0,19,,\n";
        let rows = open(table).unwrap();
        assert_eq!(rows.passed_columns()[0].name, "survival_days");
        let years: Vec<Result<Option<i32>, String>> = rows
            .map(|row| row.patient.map(|one| one.patient.year))
            .collect();
        let fault = "line 5, column year: the value is not a year such as 2019".to_owned();
        assert_eq!(
            years,
            [Ok(Some(2019)), Ok(Some(2020)), Ok(None), Err(fault)]
        );
    }

    #[test]
    fn faults_quote_no_cell() {
        let table = "patient,months,died,year,age,sex,albumin,albumin_unit,index_level,index_date\n\
                     Doe,-7,Jane,1e3,Smith,Jones,35,Brown,Baker,Green\n";
        let mut rows = open(table).unwrap();
        let fault = rows.next().unwrap().patient.unwrap_err();
        for cell in table.lines().last().unwrap().split(',') {
            assert!(!fault.contains(cell) || cell == "35", "{cell} in {fault}");
        }
        for column in "months,died,year,age,sex,albumin,index_level,index_date".split(',') {
            assert!(
                fault.contains(&format!("column {column}: the value")) || column == "albumin",
                "{fault}"
            );
        }
        assert!(
            fault.contains("column albumin: albumin cannot be read in the value"),
            "{fault}"
        );
    }

    #[test]
    fn both_columns_are_needed_and_stay_unknown_elsewhere() {
        assert_eq!(
            read("age,died\n60,1\n").unwrap_err(),
            "line 1: there is no column 'months'; a cohort needs 'months' of follow-up and 'died' (0 or 1)"
        );
        assert!(read("months,died,died\n").unwrap_err().contains("twice"));
        let plain = |table: &str| {
            let rows = cohort_csv::read_rows(table.as_bytes(), Catalogue::shipped(), defaults());
            rows.err().unwrap().to_string()
        };
        assert!(plain("age,months,died\n").contains("'months'"));
        assert!(plain("age,death\n").contains("outcome"));
    }
}
