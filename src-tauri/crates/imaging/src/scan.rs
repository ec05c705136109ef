//! Opens a folder: every file below it is read up to its pixel data and grouped, or listed with the
//! reason why not.
//!
//! Symbolic links are not followed. Files are read in parallel in batches; between two batches the
//! caller hears of the progress and may stop. The result depends on the files alone.

use crate::{
    grouping::{self, ReadFile},
    header::ImageHeader,
    library::{Library, RejectedFile},
    part10,
    problem::{ImagingError, Reason, Refusal},
};
use rayon::prelude::*;
use serde::{Deserialize, Serialize};
use std::{
    fs,
    panic::{AssertUnwindSafe, catch_unwind},
    path::{Path, PathBuf},
};
use ts_rs::TS;

/// Files read between two reports.
const BATCH: usize = 64;
/// Folders within folders.
const FOLDER_DEPTH: usize = 64;

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct ScanProgress {
    pub done: u32,
    /// Files found so far; final once reading has begun.
    pub found: u32,
    pub images: u32,
    pub rejected: u32,
}

/// The caller's answer to a report.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Continue {
    Yes,
    No,
}

/// Reads a folder, or a single file.
pub fn scan(
    folder: &Path,
    progress: &mut dyn FnMut(ScanProgress) -> Continue,
) -> Result<Library, ImagingError> {
    let mut rejected = Vec::new();
    let paths = list(folder, &mut rejected, progress)?;
    let mut files: Vec<ReadFile> = Vec::new();
    let mut done = 0;
    for batch in paths.chunks(BATCH) {
        let outcomes: Vec<_> = batch.par_iter().map(|path| read(path)).collect();
        for (path, outcome) in batch.iter().zip(outcomes) {
            match outcome {
                Ok(header) => files.push((path.clone(), header)),
                Err(refusal) => rejected.push(rejection(path.clone(), refusal)),
            }
        }
        done += batch.len();
        let report = ScanProgress {
            done: done as u32,
            found: paths.len() as u32,
            images: files.len() as u32,
            rejected: rejected.len() as u32,
        };
        if progress(report) == Continue::No {
            return Err(ImagingError::Cancelled);
        }
    }
    Ok(grouping::library(files, rejected))
}

/// Reads the facts of one file.
pub(crate) fn read(path: &Path) -> Result<ImageHeader, Refusal> {
    catch_unwind(AssertUnwindSafe(|| ImageHeader::read(&part10::open(path)?)))
        .unwrap_or_else(|_| Err(Reason::BrokenStructure.because("header")))
}

fn rejection(path: PathBuf, refusal: Refusal) -> RejectedFile {
    RejectedFile {
        path,
        reason: refusal.reason,
        detail: refusal.detail,
    }
}

/// All regular files below a folder, sorted by path.
fn list(
    root: &Path,
    rejected: &mut Vec<RejectedFile>,
    progress: &mut dyn FnMut(ScanProgress) -> Continue,
) -> Result<Vec<PathBuf>, ImagingError> {
    let about = fs::metadata(root).map_err(|error| ImagingError::Folder(error.kind()))?;
    if about.is_file() {
        return Ok(vec![root.to_owned()]);
    }
    let mut paths = Vec::new();
    let mut folders = vec![(root.to_owned(), 0)];
    while let Some((folder, depth)) = folders.pop() {
        let entries = match fs::read_dir(&folder) {
            Ok(entries) => entries,
            Err(error) if depth == 0 => return Err(ImagingError::Folder(error.kind())),
            Err(error) => {
                rejected.push(rejection(folder, Refusal::from(error)));
                continue;
            }
        };
        for entry in entries {
            let (path, kind) = match entry.and_then(|entry| Ok((entry.path(), entry.file_type()?)))
            {
                Ok(found) => found,
                Err(error) => {
                    rejected.push(rejection(folder.clone(), Refusal::from(error)));
                    break;
                }
            };
            if kind.is_file() {
                paths.push(path);
            } else if kind.is_dir() && depth < FOLDER_DEPTH {
                folders.push((path, depth + 1));
            } else if kind.is_dir() {
                rejected.push(rejection(
                    path,
                    Reason::Unreadable.because("nested too deeply"),
                ));
            } else {
                // Links, pipes and devices: following or opening one may never end.
                rejected.push(rejection(
                    path,
                    Reason::Unreadable.because("not a regular file"),
                ));
            }
        }
        let report = ScanProgress {
            done: 0,
            found: paths.len() as u32,
            images: 0,
            rejected: rejected.len() as u32,
        };
        if progress(report) == Continue::No {
            return Err(ImagingError::Cancelled);
        }
    }
    paths.sort();
    Ok(paths)
}
