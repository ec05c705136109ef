//! Opens folders, archives, discs and files: everything in them is read up to its pixel data and
//! grouped, or listed with the reason why not.
//!
//! Files are read in parallel in batches that take about a tenth of a second; between two batches the
//! caller hears of the progress and may stop. The result depends on the files alone.

use crate::{
    copies, dicomdir, grouping,
    grouping::ReadFile,
    header::ImageHeader,
    library::{Library, MissingFile, RejectedFile},
    part10::{self, Purpose},
    problem::{ImagingError, Reason, Refusal},
    questions, sources,
};
use rayon::prelude::*;
use serde::{Deserialize, Serialize};
use std::{
    collections::HashSet,
    panic::{AssertUnwindSafe, catch_unwind},
    path::{Path, PathBuf},
    time::{Duration, Instant},
};
use ts_rs::TS;

/// A batch grows or shrinks towards this time: a person who cancels waits no longer on a slow disc.
const BATCH_TIME: Duration = Duration::from_millis(100);
const BATCH_LIMIT: usize = 1024;
/// Frames of all files together; each costs some hundred bytes.
const FRAME_LIMIT: usize = 500_000;
const MISSING_LIMIT: usize = 10_000;

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

/// Reads one folder, archive, disc or file.
pub fn scan(
    source: &Path,
    progress: &mut dyn FnMut(ScanProgress) -> Continue,
) -> Result<Library, ImagingError> {
    scan_all(&[source.to_owned()], progress)
}

/// Reads several sources as one library. Patients, and the same exam under two patients, are kept
/// apart; one image that comes twice is taken once.
pub fn scan_all(
    sources: &[PathBuf],
    progress: &mut dyn FnMut(ScanProgress) -> Continue,
) -> Result<Library, ImagingError> {
    let listing = sources::list(sources, progress)?;
    let mut scan = Scan {
        found: listing.files.len(),
        done: 0,
        images: 0,
        rejected: listing.rejected,
        progress,
    };
    let files = scan.read(&listing.files)?;
    let missing = scan.check_directories(&listing.files)?;
    let (files, copies) = copies::take_copies(files);
    scan.compare(&files, copies)?;
    let questions = questions::questions(&files);
    scan.report()?;
    let count = files.len() + scan.rejected.len();
    let studies = grouping::studies(files);
    scan.report()?;
    let mut rejected = scan.rejected;
    rejected.sort_by(|a, b| a.path.cmp(&b.path));
    Ok(Library {
        sources: listing.sources,
        studies,
        rejected,
        files: count as u64,
        questions,
        missing,
    })
}

/// Reads the facts of one file.
pub(crate) fn read(path: &Path) -> Result<ImageHeader, Refusal> {
    catch_unwind(AssertUnwindSafe(|| {
        ImageHeader::read(&part10::open(path, Purpose::Header)?)
    }))
    .unwrap_or_else(|_| Err(Reason::BrokenStructure.because("header")))
}

struct Scan<'caller> {
    found: usize,
    done: usize,
    images: usize,
    rejected: Vec<RejectedFile>,
    progress: &'caller mut dyn FnMut(ScanProgress) -> Continue,
}

impl Scan<'_> {
    fn report(&mut self) -> Result<(), ImagingError> {
        let report = ScanProgress {
            done: self.done as u32,
            found: self.found as u32,
            images: self.images as u32,
            rejected: self.rejected.len() as u32,
        };
        match (self.progress)(report) {
            Continue::Yes => Ok(()),
            Continue::No => Err(ImagingError::Cancelled),
        }
    }

    fn reject(&mut self, path: PathBuf, refusal: Refusal) {
        self.rejected.push(RejectedFile {
            path,
            reason: refusal.reason,
            detail: refusal.detail,
        });
    }

    /// The headers of all images, in the order of their paths.
    fn read(&mut self, paths: &[PathBuf]) -> Result<Vec<ReadFile>, ImagingError> {
        let mut files: Vec<ReadFile> = Vec::new();
        let mut frames = 0;
        let mut batches = Batches::over(paths);
        while let Some(batch) = batches.next_batch() {
            let outcomes: Vec<_> = batch.par_iter().map(|path| read(path)).collect();
            for (path, outcome) in batch.iter().zip(outcomes) {
                match outcome {
                    Ok(header) if frames + header.frames.len() > FRAME_LIMIT => {
                        let detail = format!("more than {FRAME_LIMIT} frames");
                        self.reject(path.clone(), Reason::TooMany.because(detail));
                    }
                    Ok(header) => {
                        frames += header.frames.len();
                        files.push((path.clone(), header));
                    }
                    Err(refusal) => self.reject(path.clone(), refusal),
                }
            }
            self.done += batch.len();
            self.images = files.len();
            self.report()?;
        }
        Ok(files)
    }

    /// Which of the files that the directories of discs name are not there.
    fn check_directories(&mut self, listed: &[PathBuf]) -> Result<Vec<MissingFile>, ImagingError> {
        let directories: Vec<usize> = (0..self.rejected.len())
            .filter(|place| self.rejected[*place].reason == Reason::Dicomdir)
            .collect();
        if directories.is_empty() {
            return Ok(Vec::new());
        }
        let there: HashSet<String> = listed.iter().map(|path| comparable(path)).collect();
        let mut missing = Vec::new();
        for place in directories {
            self.report()?;
            let path = self.rejected[place].path.clone();
            let outcome = catch_unwind(|| dicomdir::read(&path))
                .unwrap_or_else(|_| Err(Reason::BrokenStructure.because("directory records")));
            let directory = match outcome {
                Ok(directory) => directory,
                Err(refusal) => {
                    self.rejected[place].reason = refusal.reason;
                    self.rejected[place].detail = refusal.detail;
                    continue;
                }
            };
            if directory.unsafe_references > 0 {
                let detail = format!("{} references", directory.unsafe_references);
                self.reject(path.clone(), Reason::UnsafePath.because(detail));
            }
            let folder = path.parent().unwrap_or(Path::new("")).to_owned();
            missing.extend(
                directory
                    .files
                    .into_iter()
                    .map(|parts| parts.join("/"))
                    .filter(|file| !there.contains(&comparable(&folder.join(file))))
                    .map(|file| MissingFile {
                        directory: path.clone(),
                        file,
                    }),
            );
            missing.truncate(MISSING_LIMIT);
        }
        missing.sort();
        missing.dedup();
        Ok(missing)
    }

    /// Says of each copy whether it is the same image.
    fn compare(
        &mut self,
        files: &[ReadFile],
        copies: Vec<copies::Copy>,
    ) -> Result<(), ImagingError> {
        self.images = files.len();
        let mut batches = Batches::over(&copies);
        while let Some(batch) = batches.next_batch() {
            let reasons: Vec<_> = batch
                .par_iter()
                .map(|copy| copies::reason(files, copy))
                .collect();
            for (copy, reason) in batch.iter().zip(reasons) {
                self.reject(copy.path.clone(), reason.because(""));
            }
            self.report()?;
        }
        Ok(())
    }
}

fn comparable(path: &Path) -> String {
    let parts = path
        .iter()
        .map(|part| dicomdir::comparable(&part.to_string_lossy()));
    parts.collect::<Vec<_>>().join("/")
}

/// Parts a list so that each part takes about [`BATCH_TIME`].
struct Batches<'items, T> {
    left: &'items [T],
    size: usize,
    started: Option<Instant>,
}

impl<'items, T> Batches<'items, T> {
    fn over(items: &'items [T]) -> Self {
        Batches {
            left: items,
            size: rayon::current_num_threads(),
            started: None,
        }
    }

    fn next_batch(&mut self) -> Option<&'items [T]> {
        if let Some(started) = self.started {
            self.size = next_size(self.size, started.elapsed());
        }
        if self.left.is_empty() {
            return None;
        }
        let (batch, left) = self.left.split_at(self.size.min(self.left.len()));
        self.left = left;
        self.started = Some(Instant::now());
        Some(batch)
    }
}

fn next_size(size: usize, took: Duration) -> usize {
    let fitting = size as f64 * BATCH_TIME.as_secs_f64() / took.as_secs_f64().max(1e-6);
    (fitting as usize).clamp(
        rayon::current_num_threads(),
        (size * 2)
            .min(BATCH_LIMIT)
            .max(rayon::current_num_threads()),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn batches_follow_the_speed_of_the_disk() {
        let least = rayon::current_num_threads();
        assert_eq!(next_size(64, Duration::from_millis(1)), 128);
        assert_eq!(next_size(64, Duration::from_millis(200)), 32.max(least));
        assert_eq!(next_size(64, Duration::from_secs(60)), least);
        assert_eq!(next_size(BATCH_LIMIT, Duration::ZERO), BATCH_LIMIT);
    }
}
