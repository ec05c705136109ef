//! Cells of a delimited table. Parted here and not by `csv`, because a quotation mark that is never closed, as in a
//! file that was cut off, has to be noticed, and lines have to be counted through quoted line ends.

use super::{TableEncoding, TableFault, cells, content};

/// Larger tables are not read: an export of a hospital's board has a few megabytes.
pub const TABLE_LIMIT_BYTES: u64 = 32 * 1024 * 1024;

/// As in tables of cohorts: a longer line is no line of a patient.
pub(super) const LINE_LIMIT_BYTES: usize = 1024 * 1024;

pub(super) const COLUMN_LIMIT: usize = 500;

/// More rows than a centre has values of a year.
pub(super) const ROW_LIMIT: usize = 200_000;

/// Lines that are looked at to find the separator.
const TRIED_LINES: usize = 25;

const SEPARATORS: [char; 4] = ['\t', ';', ',', '|'];

/// Where a table comes from: what is pasted may have lost its last cells and part its columns by spaces.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TableOrigin {
    File,
    Pasted,
}

/// A table as it stands in the file, before anybody says what its columns are.
#[derive(Debug, Clone, PartialEq)]
pub struct ForeignTable {
    pub encoding: TableEncoding,
    pub separator: char,
    /// One per column; empty where the table has no heading.
    pub headers: Vec<String>,
    pub rows: Vec<TableRow>,
    pub origin: TableOrigin,
}

/// The cells of a line, without surrounding spaces.
#[derive(Debug, Clone, PartialEq)]
pub struct TableRow {
    /// In the file, counted from 1.
    pub line: u64,
    pub cells: Vec<String>,
}

/// Reads a table of any headings.
pub fn read_table(bytes: &[u8], origin: TableOrigin) -> Result<ForeignTable, TableFault> {
    let (mut text, encoding) = content::text(bytes)?;
    let separator = match separator_of(&text) {
        Some(separator) => separator,
        None if origin == TableOrigin::Pasted => {
            text = spaces_as_tabulators(&text);
            separator_of(&text).ok_or(TableFault::NoSeparator)?
        }
        None => return Err(TableFault::NoSeparator),
    };
    let mut rows = Vec::new();
    records(&text, separator, usize::MAX, &mut rows)?;
    let headers = match rows.first() {
        Some(first) if !cells::has_plain_number(&first.cells) => rows.remove(0).cells,
        _ => Vec::new(),
    };
    let columns = match headers.len() {
        0 => rows.iter().map(|row| row.cells.len()).max().unwrap_or(0),
        width => width,
    };
    if rows.is_empty() {
        return Err(TableFault::NoRows);
    }
    let mut headers = headers;
    headers.resize(columns, String::new());
    for row in &mut rows {
        // Spreadsheets write separators behind the last column that is filled anywhere.
        while row.cells.len() > columns && row.cells.last().is_some_and(String::is_empty) {
            row.cells.pop();
        }
        if origin == TableOrigin::Pasted && row.cells.len() < columns {
            row.cells.resize(columns, String::new());
        }
    }
    Ok(ForeignTable {
        encoding,
        separator,
        headers,
        rows,
        origin,
    })
}

/// The sign that parts most lines into as many cells as the first one.
fn separator_of(text: &str) -> Option<char> {
    // The first of equals is meant: commas stand within cells, tabulators hardly ever.
    let judged = SEPARATORS.into_iter().rev().filter_map(|separator| {
        let mut rows = Vec::new();
        // What is wrong with the table is said once its separator is known.
        let whole = records(text, separator, TRIED_LINES, &mut rows).is_ok();
        let width = rows.first()?.cells.len();
        let alike = rows.iter().filter(|row| row.cells.len() == width).count();
        (width > 1).then_some(((whole, alike, width), separator))
    });
    judged
        .max_by_key(|(score, _)| *score)
        .map(|(_, separator)| separator)
}

/// Columns of a terminal stand two or more spaces apart.
fn spaces_as_tabulators(text: &str) -> String {
    let line = |line: &str| {
        let parts = line.trim().split("  ").map(str::trim);
        parts
            .filter(|part| !part.is_empty())
            .collect::<Vec<_>>()
            .join("\t")
    };
    text.lines().map(line).collect::<Vec<_>>().join("\n")
}

/// Up to `most` rows, as far as they can be read; lines of blank cells are passed over.
fn records(
    text: &str,
    separator: char,
    most: usize,
    rows: &mut Vec<TableRow>,
) -> Result<(), TableFault> {
    let mut reading = Reading::default();
    let mut letters = text.chars().peekable();
    while let Some(letter) = letters.next() {
        reading.bytes += letter.len_utf8();
        if reading.bytes > LINE_LIMIT_BYTES {
            return Err(match reading.quoted_since {
                Some(line) => TableFault::UnclosedQuote { line },
                None => TableFault::LineTooLong { line: reading.line },
            });
        }
        if reading.quoted_since.is_some() {
            match letter {
                '"' if letters.peek() == Some(&'"') => {
                    letters.next();
                    reading.cell.push('"');
                }
                '"' => reading.quoted_since = None,
                _ => {
                    if letter == '\n' {
                        reading.ended += 1;
                    }
                    reading.cell.push(letter);
                }
            }
            continue;
        }
        match letter {
            '"' if reading.cell.trim().is_empty() => {
                reading.cell.clear();
                reading.quoted_since = Some(reading.line + reading.ended);
            }
            '\r' if letters.peek() == Some(&'\n') => {}
            '\n' | '\r' => {
                reading.end_of_line(rows)?;
                if rows.len() >= most {
                    return Ok(());
                }
            }
            _ if letter == separator => reading.end_of_cell()?,
            _ => reading.cell.push(letter),
        }
    }
    if let Some(line) = reading.quoted_since {
        return Err(TableFault::UnclosedQuote { line });
    }
    reading.end_of_line(rows)
}

/// The line that is being read.
struct Reading {
    /// Where it begins.
    line: u64,
    /// Line ends within its quoted cells.
    ended: u64,
    bytes: usize,
    cell: String,
    cells: Vec<String>,
    /// The line of the quotation mark that is open.
    quoted_since: Option<u64>,
}

impl Default for Reading {
    fn default() -> Reading {
        Reading {
            line: 1,
            ended: 0,
            bytes: 0,
            cell: String::new(),
            cells: Vec::new(),
            quoted_since: None,
        }
    }
}

impl Reading {
    fn end_of_cell(&mut self) -> Result<(), TableFault> {
        if self.cells.len() >= COLUMN_LIMIT {
            return Err(TableFault::TooManyColumns);
        }
        self.cells.push(self.cell.trim().to_owned());
        self.cell.clear();
        Ok(())
    }

    fn end_of_line(&mut self, rows: &mut Vec<TableRow>) -> Result<(), TableFault> {
        self.end_of_cell()?;
        let cells = std::mem::take(&mut self.cells);
        if cells.iter().any(|cell| !cell.is_empty()) {
            // The heading is no row.
            if rows.len() > ROW_LIMIT {
                return Err(TableFault::TooManyRows);
            }
            rows.push(TableRow {
                line: self.line,
                cells,
            });
        }
        self.line += 1 + self.ended;
        (self.ended, self.bytes) = (0, 0);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
    use super::*;

    fn file(text: &str) -> ForeignTable {
        read_table(text.as_bytes(), TableOrigin::File).unwrap()
    }

    fn fault(text: &str) -> TableFault {
        read_table(text.as_bytes(), TableOrigin::File).expect_err("no table")
    }

    fn lines(table: &ForeignTable) -> Vec<(u64, Vec<&str>)> {
        let row = |row: &'_ TableRow| row.line;
        table
            .rows
            .iter()
            .map(|one| (row(one), one.cells.iter().map(String::as_str).collect()))
            .collect()
    }

    #[test]
    fn every_separator_is_found_and_lines_are_counted_through_quoted_ends() {
        let table = file("\u{feff}Nr;Hb\r\n1;12,5\r\n\r\n2;\"a\nb;c\"\r\n3;9\r\n");
        assert_eq!(
            (table.separator, table.headers),
            (';', vec!["Nr".into(), "Hb".into()])
        );
        let table = file("Nr;Hb\n1;12,5\n\n2;\"a\nb;\"\"c\"\"\"\n3;9");
        assert_eq!(
            lines(&table),
            [
                (2, vec!["1", "12,5"]),
                (4, vec!["2", "a\nb;\"c\""]),
                (6, vec!["3", "9"])
            ]
        );
        assert_eq!(file("a\tb, c\n1\t2,3\n").separator, '\t');
        assert_eq!(file("a,b\n1,2\n").separator, ',');
        assert_eq!(file("a|b\n1|2\n").separator, '|');
    }

    #[test]
    fn a_first_line_with_a_number_is_no_heading() {
        let table = read_table(b"Hb\t12.5\tg/dL\nINR\t1.1\n", TableOrigin::Pasted).unwrap();
        assert_eq!(table.headers, ["", "", ""]);
        assert_eq!(
            lines(&table),
            [(1, vec!["Hb", "12.5", "g/dL"]), (2, vec!["INR", "1.1", ""])]
        );
        let days = file("Test;01.03.2026;08.03.2026\nHb;12;11\n");
        assert_eq!(days.headers[1], "01.03.2026");
    }

    #[test]
    fn spaces_part_only_what_is_pasted() {
        let text = b"Test      Value   Unit\nHb        12.5    g/dL\n";
        assert_eq!(
            read_table(text, TableOrigin::File),
            Err(TableFault::NoSeparator)
        );
        let table = read_table(text, TableOrigin::Pasted).unwrap();
        assert_eq!(lines(&table), [(2, vec!["Hb", "12.5", "g/dL"])]);
    }

    #[test]
    fn a_short_row_of_a_file_stays_short_and_blanks_behind_the_last_column_go() {
        let table = file("a;b;c\n1;2;3;;\n4;5\n");
        assert_eq!(
            lines(&table),
            [(2, vec!["1", "2", "3"]), (3, vec!["4", "5"])]
        );
    }

    #[test]
    fn cut_off_giant_and_empty_tables_are_refused_by_line() {
        assert_eq!(fault("a;b\n1;\"cut"), TableFault::UnclosedQuote { line: 2 });
        assert_eq!(fault("a;b\n"), TableFault::NoRows);
        assert_eq!(fault("one column\nonly\n"), TableFault::NoSeparator);
        let long = format!("a;b\n1;{}\n", "x".repeat(LINE_LIMIT_BYTES));
        assert_eq!(fault(&long), TableFault::LineTooLong { line: 2 });
        let wide = format!("a;b\n{}\n", ";".repeat(COLUMN_LIMIT));
        assert_eq!(fault(&wide), TableFault::TooManyColumns);
        let many = format!("a;b\n{}", "1;2\n".repeat(ROW_LIMIT + 1));
        assert_eq!(fault(&many), TableFault::TooManyRows);
        assert!(
            read_table(
                format!("a;b\n{}", "1;2\n".repeat(ROW_LIMIT)).as_bytes(),
                TableOrigin::File
            )
            .is_ok()
        );
        let large = vec![b'a'; TABLE_LIMIT_BYTES as usize + 1];
        assert_eq!(
            read_table(&large, TableOrigin::File),
            Err(TableFault::TooLarge)
        );
    }
}
