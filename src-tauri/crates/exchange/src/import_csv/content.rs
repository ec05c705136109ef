//! What a file is, by its first bytes, and its text.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::table::{COLUMN_LIMIT, LINE_LIMIT_BYTES, ROW_LIMIT, TABLE_LIMIT_BYTES};

/// How the text of a table is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum TableEncoding {
    Utf8,
    Utf16,
    /// Nothing in the file says so: it is no UTF-8, and every byte is a letter of this code page.
    #[serde(rename = "windows_1252")]
    Windows1252,
}

/// Why a file or a pasted text is no table that can be read. Nothing of its content stands in it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum TableFault {
    #[error("there is nothing in it")]
    Empty,
    #[error("this is a PDF, not a table")]
    Pdf,
    #[error("this is an image, not a table")]
    Image,
    #[error("this is a spreadsheet or an archive: save the sheet as CSV first")]
    Spreadsheet,
    #[error("this is a case file of SpineBoard, not a table")]
    CaseFile,
    #[error("this is JSON, not a table")]
    Json,
    #[error("this is a web page or a document, not a table")]
    Markup,
    #[error("this is not text, so it is no table")]
    Binary,
    #[error("the text is damaged: part of it is UTF-8 and part of it is not")]
    DamagedText,
    #[error("the table is larger than {limit} MB", limit = TABLE_LIMIT_BYTES / (1024 * 1024))]
    TooLarge,
    #[error(
        "line {line}: a quotation mark is opened and never closed; the file may have been cut off"
    )]
    UnclosedQuote { line: u64 },
    #[error("line {line} is longer than {limit} kB", limit = LINE_LIMIT_BYTES / 1024)]
    LineTooLong { line: u64 },
    #[error("the table has more than {COLUMN_LIMIT} columns")]
    TooManyColumns,
    #[error("the table has more than {ROW_LIMIT} rows")]
    TooManyRows,
    #[error("no comma, semicolon or tabulator parts its columns")]
    NoSeparator,
    #[error("it has a heading and no row")]
    NoRows,
}

impl TableFault {
    /// The code of the words `error.<code>`.
    pub fn code(self) -> &'static str {
        match self {
            TableFault::Empty => "table_empty",
            TableFault::Pdf => "table_is_pdf",
            TableFault::Image => "table_is_image",
            TableFault::Spreadsheet => "table_is_spreadsheet",
            TableFault::CaseFile => "table_is_case_file",
            TableFault::Json => "table_is_json",
            TableFault::Markup => "table_is_markup",
            TableFault::Binary => "table_is_binary",
            TableFault::DamagedText => "table_damaged_text",
            TableFault::TooLarge => "table_too_large",
            TableFault::UnclosedQuote { .. } => "table_unclosed_quote",
            TableFault::LineTooLong { .. } => "table_line_too_long",
            TableFault::TooManyColumns => "table_too_many_columns",
            TableFault::TooManyRows => "table_too_many_rows",
            TableFault::NoSeparator => "table_no_separator",
            TableFault::NoRows => "table_no_rows",
        }
    }

    /// The line, or the limit in megabytes, kilobytes, columns or rows, for the placeholders of the sentence.
    pub fn parameters(self) -> Vec<(&'static str, u64)> {
        match self {
            TableFault::TooLarge => vec![("limit", TABLE_LIMIT_BYTES / (1024 * 1024))],
            TableFault::UnclosedQuote { line } => vec![("line", line)],
            TableFault::LineTooLong { line } => {
                vec![("line", line), ("limit", LINE_LIMIT_BYTES as u64 / 1024)]
            }
            TableFault::TooManyColumns => vec![("limit", COLUMN_LIMIT as u64)],
            TableFault::TooManyRows => vec![("limit", ROW_LIMIT as u64)],
            _ => Vec::new(),
        }
    }
}

/// Beginnings of files that people choose by mistake.
const BEGINNINGS: [(&[u8], TableFault); 10] = [
    (b"%PDF", TableFault::Pdf),
    (b"\x89PNG", TableFault::Image),
    (b"\xff\xd8\xff", TableFault::Image),
    (b"GIF8", TableFault::Image),
    (b"II*\0", TableFault::Image),
    (b"MM\0*", TableFault::Image),
    (b"PK\x03\x04", TableFault::Spreadsheet),
    (b"\xd0\xcf\x11\xe0", TableFault::Spreadsheet),
    (b"{\\rtf", TableFault::Markup),
    (b"SQLite format 3", TableFault::Binary),
];

/// Where `DICM` stands in a DICOM file (PS3.10 section 7.1).
const DICOM_PREAMBLE: usize = 128;

/// The text of a table, without a byte order mark.
pub(super) fn text(bytes: &[u8]) -> Result<(String, TableEncoding), TableFault> {
    if bytes.len() as u64 > TABLE_LIMIT_BYTES {
        return Err(TableFault::TooLarge);
    }
    let known = BEGINNINGS
        .iter()
        .find(|(start, _)| bytes.starts_with(start));
    if let Some((_, fault)) = known {
        return Err(*fault);
    }
    if bytes.get(DICOM_PREAMBLE..DICOM_PREAMBLE + 4) == Some(b"DICM") {
        return Err(TableFault::Image);
    }
    let (text, encoding) = decoded(bytes)?;
    let text = text.trim_end_matches('\u{1a}').to_owned();
    if text.trim().is_empty() {
        return Err(TableFault::Empty);
    }
    let is_control =
        |letter: char| letter.is_control() && !"\t\r\n\u{b}\u{c}\u{85}".contains(letter);
    if text.contains(is_control) {
        return Err(TableFault::Binary);
    }
    match foreign(text.trim_start()) {
        Some(fault) => Err(fault),
        None => Ok((text, encoding)),
    }
}

fn decoded(bytes: &[u8]) -> Result<(String, TableEncoding), TableFault> {
    let wide = |read: fn([u8; 2]) -> u16| {
        let (pairs, rest) = bytes[2..].as_chunks::<2>();
        let text: Result<String, _> =
            char::decode_utf16(pairs.iter().map(|pair| read(*pair))).collect();
        match (text, rest) {
            (Ok(text), []) => Ok((text, TableEncoding::Utf16)),
            _ => Err(TableFault::DamagedText),
        }
    };
    if bytes.starts_with(b"\xff\xfe") {
        return wide(u16::from_le_bytes);
    }
    if bytes.starts_with(b"\xfe\xff") {
        return wide(u16::from_be_bytes);
    }
    let bytes = bytes.strip_prefix("\u{feff}".as_bytes()).unwrap_or(bytes);
    if let Ok(text) = std::str::from_utf8(bytes) {
        return Ok((text.to_owned(), TableEncoding::Utf8));
    }
    // Letters of UTF-8 beside bytes that are none: a damaged file, which would become other letters.
    let several_bytes = bytes.utf8_chunks().any(|chunk| !chunk.valid().is_ascii());
    if several_bytes {
        return Err(TableFault::DamagedText);
    }
    let text: Option<String> = bytes.iter().map(|byte| windows_1252(*byte)).collect();
    Ok((text.ok_or(TableFault::Binary)?, TableEncoding::Windows1252))
}

/// A byte of the code page that programs write in western Europe; five bytes are no letters.
fn windows_1252(byte: u8) -> Option<char> {
    const HIGH: [char; 32] = [
        '€', '\0', '‚', 'ƒ', '„', '…', '†', '‡', 'ˆ', '‰', 'Š', '‹', 'Œ', '\0', 'Ž', '\0', '\0',
        '‘', '’', '“', '”', '•', '–', '—', '˜', '™', 'š', '›', 'œ', '\0', 'ž', 'Ÿ',
    ];
    match byte {
        0x80..=0x9f => Some(HIGH[usize::from(byte - 0x80)]).filter(|letter| *letter != '\0'),
        _ => Some(char::from(byte)),
    }
}

/// Text that is something else than a table.
fn foreign(text: &str) -> Option<TableFault> {
    if text.starts_with('<') {
        return Some(TableFault::Markup);
    }
    let read = || serde_json::from_str::<serde_json::Value>(text);
    if text.starts_with('[') {
        return read().is_ok().then_some(TableFault::Json);
    }
    if !text.starts_with('{') {
        return None;
    }
    // A case file that was cut off is no JSON any more and is known by its keys.
    let has = |key: &str| text.contains(&format!("\"{key}\""));
    match has("observations") && (has("identity") || has("schema") || has("episodes")) {
        true => Some(TableFault::CaseFile),
        false => Some(TableFault::Json),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
    use super::*;

    fn fault(bytes: &[u8]) -> TableFault {
        text(bytes).expect_err("no table")
    }

    #[test]
    fn other_files_are_called_by_their_name() {
        assert_eq!(fault(b"%PDF-1.7 ..."), TableFault::Pdf);
        assert_eq!(fault(b"\x89PNG\r\n\x1a\n"), TableFault::Image);
        let mut dicom = vec![0; 128];
        dicom.extend(b"DICM");
        assert_eq!(fault(&dicom), TableFault::Image);
        assert_eq!(fault(b"PK\x03\x04xl/workbook.xml"), TableFault::Spreadsheet);
        assert_eq!(fault(b"\xd0\xcf\x11\xe0\xa1"), TableFault::Spreadsheet);
        assert_eq!(fault(b"<html><table>"), TableFault::Markup);
        assert_eq!(fault(br"{\rtf1"), TableFault::Markup);
        assert_eq!(fault(br#"{ "a": 1 }"#), TableFault::Json);
        assert_eq!(fault(b"[1, 2]"), TableFault::Json);
        assert_eq!(fault(b"a,b\n\0\0,2"), TableFault::Binary);
        assert_eq!(fault(b" \r\n"), TableFault::Empty);
        assert_eq!(fault(b""), TableFault::Empty);
    }

    #[test]
    fn a_case_file_is_told_from_other_json_also_when_older_or_cut_off() {
        let whole = br#"{"schema":1,"id":"x","identity":{},"observations":[]}"#;
        assert_eq!(fault(whole), TableFault::CaseFile);
        assert_eq!(fault(&whole[..whole.len() - 4]), TableFault::CaseFile);
        assert_eq!(
            fault(br#"{"schema":0,"observations":[{"feature":"age"}]}"#),
            TableFault::CaseFile
        );
    }

    #[test]
    fn letters_of_every_encoding_are_read_and_damaged_ones_refused() {
        let read = |bytes: &[u8]| text(bytes).unwrap();
        assert_eq!(
            read("Hämo;µ".as_bytes()),
            ("Hämo;µ".into(), TableEncoding::Utf8)
        );
        assert_eq!(
            read("\u{feff}ä".as_bytes()),
            ("ä".into(), TableEncoding::Utf8)
        );
        assert_eq!(
            read(b"H\xe4mo;\xb5;\x80"),
            ("Hämo;µ;€".into(), TableEncoding::Windows1252)
        );
        assert_eq!(
            read(b"\xff\xfea\0;\0\xe4\0"),
            ("a;ä".into(), TableEncoding::Utf16)
        );
        assert_eq!(read(b"\xfe\xff\0a\0;"), ("a;".into(), TableEncoding::Utf16));
        let mut cut = "Nuñez;ä".as_bytes().to_vec();
        cut.pop();
        assert_eq!(fault(&cut), TableFault::DamagedText);
        assert_eq!(fault(b"a;\x81\x8d"), TableFault::Binary);
        assert_eq!(fault(b"\xff\xfea"), TableFault::DamagedText);
    }
}
