//! A cohort as a CSV table: one patient per line in, one result per line out.
//!
//! The columns in are ids of the feature catalogue, with `<id>_unit` where a value is not in the
//! catalogue's unit, and `patient` or `id` (carried over), `index_date` (year-month-day) and
//! `index_level`. A blank cell or `NA` is unknown; a line of blanks is passed over. Comma, semicolon
//! or tabulator separate; the decimal sign is a point. A line that cannot be read is returned as
//! such, with its number and its columns, and the next one is read.

use crate::{
    ExchangeError,
    cell::{self, is_blank, quoted},
    cohort_columns::{self, Column, FollowUp},
    outcome_columns::{self, Followed},
};
use chrono::{DateTime, Datelike, NaiveDate, Utc};
use clinical::{
    case::{BoardEpisode, Case, Entry, Identity, Observation, Source, Subject},
    catalogue::{Catalogue, FeatureId, Per},
    head_to_head::PassedColumn,
    level::Level,
};
use std::io::{self, Cursor, Read};

/// Tables beyond this size are cut off with an error.
pub const TABLE_LIMIT_BYTES: u64 = 256 * 1024 * 1024;

/// A patient's line has a few thousand bytes. Longer ones are no table of patients, and cost memory
/// for every comma.
const LINE_LIMIT_BYTES: u64 = 1024 * 1024;

/// How much is read to find the separator; a header is shorter.
const HEAD_BYTES: u64 = 64 * 1024;

/// Where level-wise facts are put when a line names no level: SINS gives this numbering variant no
/// region (Fisher et al. 2010, doi:10.1097/BRS.0b013e3181e16ae2), so nothing is derived from it.
const UNNAMED_LEVEL: &str = "L6";

/// The lesion that the lesion-wise columns of a line are about.
const ONLY_LESION: &str = "1";

/// What the lines need not say.
#[derive(Debug, Clone)]
pub struct RowDefaults {
    /// When the table is read.
    pub now: DateTime<Utc>,
    /// Who reads it.
    pub author: String,
    /// Name of the file, without folders.
    pub file_name: String,
}

/// One line of the table.
#[derive(Debug, Clone, PartialEq)]
pub struct CohortRow {
    /// Line in the file, counted from 1.
    pub line: u64,
    /// Cells of the label columns.
    pub labels: Vec<String>,
    /// The patient, or what is wrong with the line.
    pub patient: Result<CohortPatient, String>,
}

#[derive(Debug, Clone, PartialEq)]
pub struct CohortPatient {
    pub case: Case,
    /// The day on which the facts are judged, where the line gives one.
    pub index_date: Option<NaiveDate>,
    /// The calendar year of diagnosis or treatment: that of a study's column, else of the index date.
    pub year: Option<i32>,
}

/// The lines of a table, read as they are asked for.
pub struct CohortRows<'catalogue, Table> {
    records: csv::Reader<Limited<io::Chain<Cursor<Vec<u8>>, Table>>>,
    names: Vec<String>,
    columns: Vec<Column>,
    passed: Vec<PassedColumn>,
    /// Faults name line and column without what stands there: they go into a report.
    quotes: bool,
    catalogue: &'catalogue Catalogue,
    defaults: RowDefaults,
    ended: bool,
}

/// Reads the header and gives the lines.
pub fn read_rows<Table: Read>(
    source: Table,
    catalogue: &Catalogue,
    defaults: RowDefaults,
) -> Result<CohortRows<'_, Table>, ExchangeError> {
    open(source, catalogue, defaults, FollowUp::None)
}

pub(crate) fn open<Table: Read>(
    mut source: Table,
    catalogue: &Catalogue,
    defaults: RowDefaults,
    follow_up: FollowUp,
) -> Result<CohortRows<'_, Table>, ExchangeError> {
    let mut head = Vec::new();
    source
        .by_ref()
        .take(HEAD_BYTES)
        .read_to_end(&mut head)
        .map_err(ExchangeError::UnreadableTable)?;
    let start = if head.starts_with("\u{feff}".as_bytes()) {
        3
    } else {
        0
    };
    let separator = separator(&head[start..]);
    let mut head = Cursor::new(head);
    head.set_position(start as u64);
    let mut records = csv::ReaderBuilder::new()
        .delimiter(separator)
        .flexible(true)
        .from_reader(Limited {
            source: head.chain(source),
            left: TABLE_LIMIT_BYTES,
            left_of_line: LINE_LIMIT_BYTES,
        });
    let header = records
        .byte_headers()
        .map_err(|error| ExchangeError::UnreadableTable(error.into()))?;
    let names = header
        .iter()
        .map(|name| std::str::from_utf8(name).map(|name| name.trim().to_owned()));
    let names: Vec<String> = names
        .collect::<Result<_, _>>()
        .map_err(|_| ExchangeError::NotText)?;
    let (columns, passed) = cohort_columns::resolve(&names, catalogue, follow_up)?;
    Ok(CohortRows {
        records,
        names,
        columns,
        passed,
        quotes: follow_up != FollowUp::Known,
        catalogue,
        defaults,
        ended: false,
    })
}

impl<Table> CohortRows<'_, Table> {
    /// Names of the columns that are carried over.
    pub fn label_columns(&self) -> Vec<String> {
        let labels = self
            .names
            .iter()
            .zip(&self.columns)
            .filter(|(_, column)| **column == Column::Label);
        labels.map(|(name, _)| name.clone()).collect()
    }

    pub(crate) fn passed_columns(&self) -> &[PassedColumn] {
        &self.passed
    }
}

impl<Table: Read> Iterator for CohortRows<'_, Table> {
    type Item = CohortRow;

    fn next(&mut self) -> Option<CohortRow> {
        self.next_row().map(|(row, _)| row)
    }
}

impl<Table: Read> CohortRows<'_, Table> {
    /// The next line, with its follow-up where the table has such columns and the line no fault.
    pub(crate) fn next_row(&mut self) -> Option<(CohortRow, Option<Followed>)> {
        let mut record = csv::ByteRecord::new();
        while !self.ended {
            self.records.get_mut().left_of_line = LINE_LIMIT_BYTES;
            match self.records.read_byte_record(&mut record) {
                Ok(true) => {
                    let line = record.position().map_or(0, csv::Position::line);
                    let cells: Result<Vec<&str>, _> =
                        record.iter().map(std::str::from_utf8).collect();
                    if cells
                        .as_ref()
                        .is_ok_and(|cells| cells.iter().all(|cell| is_blank(cell)))
                    {
                        continue;
                    }
                    let row = cells.map(|cells| self.row(line, &cells));
                    let reason = format!("line {line}: it is not text in UTF-8");
                    return Some(row.unwrap_or_else(|_| (self.unreadable(line, reason), None)));
                }
                Ok(false) => self.ended = true,
                Err(error) => {
                    self.ended = true;
                    let line = self.records.position().line();
                    let reason = format!("line {line}: reading ends here: {error}");
                    return Some((self.unreadable(line, reason), None));
                }
            }
        }
        None
    }
}

impl<Table> CohortRows<'_, Table> {
    fn unreadable(&self, line: u64, reason: String) -> CohortRow {
        let labels = self
            .columns
            .iter()
            .filter(|column| **column == Column::Label);
        faulty(line, labels.map(|_| String::new()).collect(), reason)
    }

    fn row(&self, line: u64, cells: &[&str]) -> (CohortRow, Option<Followed>) {
        let cell_of = |wanted: &Column| {
            let position = self.columns.iter().position(|column| column == wanted);
            position
                .and_then(|position| cells.get(position))
                .copied()
                .filter(|cell| !is_blank(cell))
                .map(str::trim)
        };
        let positions = self
            .columns
            .iter()
            .enumerate()
            .filter(|(_, column)| **column == Column::Label);
        let labels: Vec<String> = positions
            .map(|(position, _)| cells.get(position).copied().unwrap_or_default().to_owned())
            .collect();
        if cells.len() != self.columns.len() {
            let reason = format!(
                "line {line}: it has {} cells, the header has {}",
                cells.len(),
                self.columns.len()
            );
            return (faulty(line, labels, reason), None);
        }
        let mut problems = Vec::new();
        let index_date = cell_of(&Column::IndexDate).and_then(|text| {
            let date = text.parse::<NaiveDate>();
            date.map_err(|_| {
                problems.push(problem(
                    "index_date",
                    &format!("{} is not a date such as 2026-03-31", quoted(text)),
                ))
            })
            .ok()
        });
        let level = cell_of(&Column::IndexLevel).and_then(|text| {
            text.parse::<Level>()
                .map_err(|error| problems.push(problem("index_level", &error.to_string())))
                .ok()
        });
        let mut observations = Vec::new();
        for (name, column) in self.names.iter().zip(&self.columns) {
            let Column::Value(id) = column else { continue };
            let (Some(text), Some(feature)) = (cell_of(column), self.catalogue.feature(id)) else {
                continue;
            };
            let unit = cell_of(&Column::Unit(id.clone()));
            match cell::value(feature, unit, text) {
                Ok(value) => {
                    let entry = Entry::Known {
                        value,
                        unit: unit.map(str::to_owned),
                    };
                    observations.push(self.observation(
                        line,
                        id,
                        subject(feature.per, level),
                        entry,
                        index_date,
                    ));
                }
                Err(reason) => problems.push(problem(name, &reason)),
            }
        }
        let follow_up = self.columns.contains(&Column::Months).then(|| {
            outcome_columns::followed(cell_of(&Column::Months), cell_of(&Column::Died))
                .map_err(|found| problems.extend(found))
                .ok()
        });
        let year = cell_of(&Column::Year).and_then(|text| {
            outcome_columns::year(text)
                .map_err(|found| problems.push(found))
                .ok()
        });
        if !problems.is_empty() {
            let mut reason = format!("line {line}, {}", problems.join("; "));
            if !self.quotes {
                for cell in cells.iter().filter(|cell| !is_blank(cell)) {
                    reason = reason.replace(&quoted(cell), "the value");
                    reason = reason.replace(&format!("'{}'", cell.trim()), "the value");
                }
            }
            return (faulty(line, labels, reason), None);
        }
        let patient_id = labels.first().cloned().unwrap_or_default();
        let mut case = Case::new(
            format!("line-{line}"),
            Identity {
                patient_id,
                ..Identity::default()
            },
        );
        case.index_level = level;
        case.observations = observations;
        let question = String::new();
        let id = format!("line-{line}-episode");
        let episode = |index_date| BoardEpisode::new(id, index_date, question);
        case.episodes.extend(index_date.map(episode));
        let row = CohortRow {
            line,
            labels,
            patient: Ok(CohortPatient {
                case,
                index_date,
                year: year.or(index_date.map(|date| date.year())),
            }),
        };
        (row, follow_up.flatten())
    }

    fn observation(
        &self,
        line: u64,
        feature: &FeatureId,
        subject: Subject,
        entry: Entry,
        observed_on: Option<NaiveDate>,
    ) -> Observation {
        Observation {
            id: format!("line-{line}-{feature}"),
            feature: feature.clone(),
            subject,
            entry,
            observed_on,
            recorded_at: self.defaults.now,
            source: Source::File {
                name: self.defaults.file_name.clone(),
            },
            author: self.defaults.author.clone(),
            note: None,
        }
    }
}

fn faulty(line: u64, labels: Vec<String>, reason: String) -> CohortRow {
    CohortRow {
        line,
        labels,
        patient: Err(reason),
    }
}

pub(crate) fn problem(column: &str, reason: &str) -> String {
    format!("column {column}: {reason}")
}

fn subject(per: Per, level: Option<Level>) -> Subject {
    match per {
        Per::Patient => Subject::Patient,
        Per::Lesion => Subject::Lesion(ONLY_LESION.to_owned()),
        Per::Level => match level.or_else(|| UNNAMED_LEVEL.parse().ok()) {
            Some(level) => Subject::Level(level),
            None => Subject::Patient,
        },
    }
}

/// The commonest of comma, semicolon and tabulator in the first line, outside quotation marks.
fn separator(head: &[u8]) -> u8 {
    let mut counts = [(b',', 0), (b';', 0), (b'\t', 0)];
    let mut quoted = false;
    for byte in head {
        match byte {
            b'"' => quoted = !quoted,
            b'\n' | b'\r' if !quoted => break,
            _ if quoted => {}
            _ => counts
                .iter_mut()
                .filter(|(separator, _)| separator == byte)
                .for_each(|(_, count)| *count += 1),
        }
    }
    let mut best = counts[0];
    for count in counts {
        if count.1 > best.1 {
            best = count;
        }
    }
    best.0
}

/// Fails, instead of ending quietly, when more than a limit is read.
struct Limited<Table> {
    source: Table,
    left: u64,
    /// Set anew before each line; what the reader has in hand beyond it counts too.
    left_of_line: u64,
}

impl<Table: Read> Read for Limited<Table> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.source.read(buffer)?;
        let too_large = |reason: String| io::Error::new(io::ErrorKind::FileTooLarge, reason);
        let taken = |left: u64| left.checked_sub(count as u64);
        self.left = taken(self.left).ok_or_else(|| {
            let limit = TABLE_LIMIT_BYTES / 1024 / 1024;
            too_large(format!("the table is larger than {limit} MB; split it"))
        })?;
        self.left_of_line = taken(self.left_of_line).ok_or_else(|| {
            let limit = LINE_LIMIT_BYTES / 1024 / 1024;
            too_large(format!(
                "a line is longer than {limit} MB, as in a file that is no table or after a quotation mark that is not closed"
            ))
        })?;
        Ok(count)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
    use super::*;
    use clinical::{case::Value, facts::Facts};

    fn rows_of(table: &[u8]) -> Vec<CohortRow> {
        read(table).unwrap().collect()
    }

    fn read(table: &[u8]) -> Result<CohortRows<'static, &[u8]>, ExchangeError> {
        let defaults = RowDefaults {
            now: "2026-03-02T10:00:00Z".parse().unwrap(),
            author: "Dr Test".to_owned(),
            file_name: "cohort.csv".to_owned(),
        };
        read_rows(table, Catalogue::shipped(), defaults)
    }

    fn case(row: &CohortRow) -> &Case {
        &row.patient.as_ref().unwrap().case
    }

    fn values(row: &CohortRow) -> Vec<(String, Value)> {
        let observations = case(row).observations.iter();
        let known = observations.filter_map(|observation| match &observation.entry {
            Entry::Known { value, .. } => Some((observation.feature.to_string(), value.clone())),
            Entry::Absent { .. } => None,
        });
        known.collect()
    }

    fn reason(row: &CohortRow) -> &str {
        row.patient.as_ref().unwrap_err()
    }

    #[test]
    fn a_table_becomes_cases() {
        let table = "patient,id,age,primary_tumour,albumin,albumin_unit,index_date,index_level,bilsky_grade\n\
                     A,1,67,breast,3.4,g/dL,2025-06-01,th12,2\n\
                     B,2,,,NA,,,,\n";
        let rows = rows_of(table.as_bytes());
        assert_eq!(
            read(table.as_bytes()).unwrap().label_columns(),
            ["patient", "id"]
        );
        assert_eq!(
            (rows[0].line, rows[0].labels.as_slice()),
            (2, ["A".to_owned(), "1".to_owned()].as_slice())
        );
        let first = case(&rows[0]);
        assert_eq!(first.identity.patient_id, "A");
        assert_eq!(first.index_level.map(Level::name), Some("T12"));
        assert_eq!(
            first.current_episode().unwrap().index_date,
            "2025-06-01".parse().unwrap()
        );
        let albumin = &first.observations[2];
        assert_eq!(
            albumin.entry,
            Entry::Known {
                value: Value::Number(3.4),
                unit: Some("g/dL".to_owned())
            }
        );
        assert_eq!(albumin.observed_on, Some("2025-06-01".parse().unwrap()));
        assert_eq!(
            albumin.source,
            Source::File {
                name: "cohort.csv".to_owned()
            }
        );
        assert_eq!(
            first.observations[3].subject,
            Subject::Level("T12".parse().unwrap())
        );
        assert!(values(&rows[1]).is_empty(), "blank is unknown");
        assert_eq!(rows.len(), 2);
    }

    #[test]
    fn byte_order_mark_semicolons_tabulators_and_line_ends() {
        let expected = vec![
            ("age".to_owned(), Value::Number(60.0)),
            ("sex".to_owned(), Value::Code("male".into())),
        ];
        for table in [
            "\u{feff}patient;age;sex\r\nA;60;male\r\n",
            "patient\tage\tsex\nA\t60\tmale",
            "\"patient\";\"age\";\"sex\"\n\"A;B,C,D,E\";60;male",
            " patient , age , sex \nA, 60 , male ",
        ] {
            let rows = rows_of(table.as_bytes());
            assert_eq!(values(&rows[0]), expected, "{table}");
        }
    }

    #[test]
    fn a_bad_line_names_line_and_columns_and_the_others_come_out() {
        let table = b"patient,age,sex,index_date\nA,sixty,m,2025-01-01\n\nB,61,male,\nC,62\nD,63,female,1.2.2025\n\
                      E\xff,64,male,\nF,65,male,\n,,,\nG,66,male,\n";
        let rows = rows_of(table);
        assert_eq!(
            reason(&rows[0]),
            "line 2, column age: 'sixty' is not a number; column sex: 'm' is not an option; write one of: female, male"
        );
        assert_eq!(rows[0].labels, ["A"]);
        assert_eq!(values(&rows[1])[0].1, Value::Number(61.0));
        assert_eq!(
            (rows[2].labels[0].as_str(), reason(&rows[2])),
            ("C", "line 5: it has 2 cells, the header has 4")
        );
        assert!(
            reason(&rows[3]).starts_with("line 6, column index_date: '1.2.2025' is not a date")
        );
        assert_eq!(reason(&rows[4]), "line 7: it is not text in UTF-8");
        let last: Vec<u64> = rows[5..].iter().map(|row| row.line).collect();
        assert_eq!(last, [8, 10], "the line of blanks is passed over");
    }

    #[test]
    fn a_wrong_header_is_refused_as_a_whole() {
        let refusal = |table: &[u8]| match read(table) {
            Ok(_) => panic!("was read"),
            Err(error) => error.to_string(),
        };
        assert_eq!(
            refusal(b"hemoglobin\n1\n"),
            "line 1: column 'hemoglobin' is not known; did you mean 'haemoglobin'?"
        );
        assert_eq!(refusal(b""), "line 1: the table has no header line");
        assert!(refusal(b"ag\xe9\n1\n").contains("UTF-8"));
    }

    #[test]
    fn an_unclosed_quotation_mark_is_found() {
        let mut table = b"patient,albumin\nA,\"35\n".to_vec();
        table.extend("B,36\n".repeat(1000).bytes());
        let rows = rows_of(&table);
        assert_eq!(rows.len(), 1);
        assert!(
            reason(&rows[0]).contains("quotation mark is not closed"),
            "{}",
            reason(&rows[0])
        );
    }

    #[test]
    fn a_table_without_end_is_cut_off() {
        let head = Cursor::new(b"patient,age\n".to_vec());
        let endless = head.chain(io::repeat(b'7'));
        let mut limited = Limited {
            source: endless,
            left: 100,
            left_of_line: 1000,
        };
        let error = io::copy(&mut limited, &mut io::sink()).unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::FileTooLarge);
    }

    /// A name of a hundred million letters was compared with every name of the catalogue for minutes.
    #[test]
    fn lines_without_end_are_refused_before_they_cost_anything() {
        let refusal = |table: &[u8]| match read(table) {
            Err(error) => error.to_string(),
            Ok(mut rows) => rows.next().unwrap().patient.unwrap_err(),
        };
        let megabytes = 3 * LINE_LIMIT_BYTES as usize;
        for endless in [
            vec![0; megabytes],
            b",".repeat(megabytes),
            b"\"\n\",".repeat(megabytes / 4),
            [b"patient,age\na,".as_slice(), &b"7".repeat(megabytes)].concat(),
        ] {
            let reason = refusal(&endless);
            assert!(reason.contains("a line is longer than 1 MB"), "{reason}");
        }
        let long = refusal(&[b"x".repeat(500_000).as_slice(), b"\n1\n"].concat());
        assert!(long.contains("is not known") && long.len() < 200, "{long}");
        let many = [b"patient,age\n".to_vec(), b"a,7\n".repeat(megabytes / 4)].concat();
        let rows = read(&many).unwrap();
        assert!(rows.filter(|row| row.patient.is_ok()).count() == megabytes / 4);
    }

    #[test]
    fn level_wise_facts_count_without_a_named_level_and_no_region_is_made_up() {
        let table = "bilsky_grade,sins_pain,tumour_volume,spinal_region\n2,mechanical,12,\n2,mechanical,12,rigid\n";
        let rows = rows_of(table.as_bytes());
        let value = |row: &CohortRow, id: &str| {
            let facts = Facts::at(
                case(row),
                Catalogue::shipped(),
                "2026-03-02".parse().unwrap(),
            );
            facts.value(&FeatureId::unchecked(id)).cloned()
        };
        assert_eq!(
            value(&rows[0], "bilsky_grade"),
            Some(Value::Code("2".into()))
        );
        assert_eq!(value(&rows[0], "tumour_volume"), Some(Value::Number(12.0)));
        assert_eq!(value(&rows[0], "spinal_region"), None);
        assert_eq!(
            value(&rows[1], "spinal_region"),
            Some(Value::Code("rigid".into()))
        );
    }
}
