//! The directory of a disc: DICOMDIR (PS3.10 section 8, PS3.3 annex F).
//!
//! Only the names of the referenced files are taken, so that a missing one can be told: what the files
//! are stands in the files. Records are read in the order in which they lie; their offsets to one
//! another are not followed, so a loop among them costs nothing.

use crate::{
    part10::{self, DataSet, Purpose},
    problem::{Reason, Refusal},
    source::Source,
    walker::Walker,
};
use dicom_core::Tag;
use serde::{Deserialize, Serialize};
use std::path::Path;

const DIRECTORY_RECORDS: Tag = Tag(0x0004, 0x1220);
const RECORD_IN_USE: Tag = Tag(0x0004, 0x1410);
const REFERENCED_FILE: Tag = Tag(0x0004, 0x1500);
const ITEM: Tag = Tag(0xfffe, 0xe000);
const ITEM_END: Tag = Tag(0xfffe, 0xe00d);
const SEQUENCE_END: Tag = Tag(0xfffe, 0xe0dd);

/// Eight parts of eight characters (PS3.10 section 8.2) and then some: real discs are longer.
const FILE_ID_LIMIT: u64 = 512;
pub(crate) const REFERENCE_LIMIT: usize = 200_000;

/// The files that a directory names.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Directory {
    /// The parts of each path below the directory's own folder.
    pub(crate) files: Vec<Vec<String>>,
    /// References that could lead out of that folder.
    pub(crate) unsafe_references: usize,
}

/// Reads the directory at a path, on the disk or in an archive.
pub(crate) fn read(path: &Path) -> Result<Directory, Refusal> {
    read_source(part10::source(path, Purpose::Header)?)
}

pub(crate) fn read_source(source: Source) -> Result<Directory, Refusal> {
    let DataSet {
        mut source,
        start,
        encoding,
        ..
    } = part10::find_data_set(source)?;
    let mut walker = Walker::new(&mut source, start, encoding)?;
    while walker.left() >= 8 {
        let element = walker.element_header()?;
        if element.tag == DIRECTORY_RECORDS {
            let end = element
                .length
                .map(|length| walker.position.saturating_add(length));
            return records(&mut walker, end);
        }
        walker.value(&element, 0)?;
    }
    Ok(Directory::default())
}

fn records(walker: &mut Walker<'_>, end: Option<u64>) -> Result<Directory, Refusal> {
    let mut directory = Directory::default();
    while walker.left() >= 8 && end.is_none_or(|end| walker.position < end) {
        let item = walker.element_header()?;
        match item.tag {
            ITEM => {
                let end = item
                    .length
                    .map(|length| walker.position.saturating_add(length));
                let record = record(walker, end)?;
                if let Some(file) = record {
                    directory.add(&file);
                }
            }
            SEQUENCE_END => break,
            _ => return Err(Reason::BrokenStructure.because("directory records")),
        }
        if directory.files.len() > REFERENCE_LIMIT {
            return Err(Reason::TooLarge.because("directory records"));
        }
    }
    Ok(directory)
}

/// The file of one record; none where it names none or is no longer in use (PS3.3 section F.3.2.2).
fn record(walker: &mut Walker<'_>, end: Option<u64>) -> Result<Option<Vec<u8>>, Refusal> {
    let mut file = None;
    let mut is_in_use = true;
    while walker.left() >= 8 && end.is_none_or(|end| walker.position < end) {
        let element = walker.element_header()?;
        match (element.tag, element.length) {
            (ITEM_END, _) => break,
            (REFERENCED_FILE, Some(length)) if length > 0 && length <= FILE_ID_LIMIT => {
                file = Some(value(walker, length)?);
            }
            (RECORD_IN_USE, Some(2)) => {
                let flag = value(walker, 2)?;
                is_in_use = flag != [0, 0];
            }
            _ => walker.value(&element, 1)?,
        }
    }
    Ok(file.filter(|_| is_in_use))
}

fn value(walker: &mut Walker<'_>, length: u64) -> Result<Vec<u8>, Refusal> {
    if length > walker.left() {
        return Err(Reason::Truncated.because("directory record"));
    }
    let mut value = vec![0; length as usize];
    walker.bytes(&mut value)?;
    Ok(value)
}

impl Directory {
    fn add(&mut self, file_id: &[u8]) {
        let text = String::from_utf8_lossy(file_id);
        let parts: Vec<String> = text
            .split('\\')
            .map(|part| part.trim_matches(['\0', ' ']).to_owned())
            .collect();
        let is_safe = |part: &String| {
            !matches!(part.as_str(), "" | "." | "..")
                && !part.contains(['/', ':'])
                && !part.chars().any(char::is_control)
        };
        if parts.iter().all(is_safe) {
            self.files.push(parts);
        } else {
            self.unsafe_references += 1;
        }
    }
}

/// How names on discs are compared: capitals do not count, nor do the version number and the full
/// stop that ISO 9660 appends.
pub(crate) fn comparable(name: &str) -> String {
    let name = name.split_once(';').map_or(name, |(name, _)| name);
    name.trim_end_matches('.').to_lowercase()
}
