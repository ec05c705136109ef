//! Doors for fuzzing and property tests: what reads bytes of unknown origin, without files around it.
//! Each ends for any bytes; nothing else uses them.

use crate::{archive, dicomdir, problem::Refusal, source::Source};
use std::io::Cursor;

/// Lists a ZIP archive: entries that may be read, and entries refused.
pub fn archive(bytes: &[u8]) -> Result<(usize, usize), Refusal> {
    let archive = archive::from_bytes(bytes)?;
    Ok((archive.entries.len(), archive.refused.len()))
}

/// Reads the directory of a disc: references to files, and references refused as unsafe.
pub fn dicomdir(bytes: &[u8]) -> Result<(usize, usize), Refusal> {
    let directory = dicomdir::read_source(Source::Memory(Cursor::new(bytes.to_vec())))?;
    Ok((directory.files.len(), directory.unsafe_references))
}
