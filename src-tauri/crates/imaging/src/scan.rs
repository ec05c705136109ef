//! Opens folders, archives, discs and files: everything in them is read up to its pixel data and
//! grouped, or listed with the reason why not.
//!
//! Files are read by the [`Workers`]; ten times a second and more the caller hears of the progress and
//! may stop. The result depends on the files alone.

use crate::{
    copies, dicomdir, grouping,
    grouping::ReadFile,
    header::ImageHeader,
    library::{Library, MissingFile, RejectedFile},
    part10::{self, Purpose},
    problem::{ImagingError, Reason, Refusal},
    questions, sources,
    worker::{FileAnswer, FileQuestion, Workers},
};
use serde::{Deserialize, Serialize};
use std::{
    collections::HashSet,
    panic::{AssertUnwindSafe, catch_unwind},
    path::{Path, PathBuf},
};
use ts_rs::TS;

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
    workers: &Workers,
    progress: &mut dyn FnMut(ScanProgress) -> Continue,
) -> Result<Library, ImagingError> {
    scan_all(&[source.to_owned()], workers, progress)
}

/// Reads several sources as one library. Patients, and the same exam under two patients, are kept
/// apart; one image that comes twice is taken once.
pub fn scan_all(
    sources: &[PathBuf],
    workers: &Workers,
    progress: &mut dyn FnMut(ScanProgress) -> Continue,
) -> Result<Library, ImagingError> {
    let listing = sources::list(sources, progress)?;
    let mut scan = Scan {
        workers,
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

/// Reads the facts of one file; runs inside a worker.
pub(crate) fn read(path: &Path) -> Result<ImageHeader, Refusal> {
    catch_unwind(AssertUnwindSafe(|| {
        ImageHeader::read(&part10::open(path, Purpose::Header)?)
    }))
    .unwrap_or_else(|_| Err(Reason::BrokenStructure.because("header")))
}

/// Takes the answer about one of the files that were asked about, by its place.
type Take<'caller, Taker> = &'caller mut dyn FnMut(&mut Taker, usize, Result<FileAnswer, Refusal>);

struct Scan<'caller> {
    workers: &'caller Workers,
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
        let questions: Vec<_> = paths
            .iter()
            .map(|path| FileQuestion::Header(path))
            .collect();
        let mut files: Vec<ReadFile> = Vec::new();
        let mut frames = 0;
        self.ask(&questions, &mut |scan, index, answer| {
            scan.done += 1;
            match answer {
                Ok(FileAnswer::Header(header)) if frames + header.frames.len() > FRAME_LIMIT => {
                    let detail = format!("more than {FRAME_LIMIT} frames");
                    scan.reject(paths[index].clone(), Reason::TooMany.because(detail));
                }
                Ok(FileAnswer::Header(header)) => {
                    frames += header.frames.len();
                    files.push((paths[index].clone(), *header));
                    scan.images = files.len();
                }
                Ok(_) => {}
                Err(refusal) => scan.reject(paths[index].clone(), refusal),
            }
        })?;
        files.sort_by(|a, b| a.0.cmp(&b.0));
        Ok(files)
    }

    /// Asks the workers about files; reports and may stop meanwhile.
    fn ask(
        &mut self,
        questions: &[FileQuestion],
        take: Take<'_, Self>,
    ) -> Result<(), ImagingError> {
        let workers = self.workers;
        workers.ask(questions, &mut |answers| {
            for (index, answer) in answers {
                take(self, index, answer);
            }
            match self.report() {
                Ok(()) => Continue::Yes,
                Err(_) => Continue::No,
            }
        })
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
        let paths: Vec<PathBuf> = directories
            .iter()
            .map(|place| self.rejected[*place].path.clone())
            .collect();
        let questions: Vec<_> = paths
            .iter()
            .map(|path| FileQuestion::Directory(path))
            .collect();
        let mut read = Vec::new();
        self.ask(&questions, &mut |scan, index, answer| match answer {
            Ok(FileAnswer::Directory(directory)) => read.push((index, directory)),
            Ok(_) => {}
            Err(refusal) => {
                let rejected = &mut scan.rejected[directories[index]];
                rejected.reason = refusal.reason;
                rejected.detail = refusal.detail;
            }
        })?;
        read.sort_by_key(|(index, _)| *index);
        let mut missing = Vec::new();
        for (index, directory) in read {
            let path = &paths[index];
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
        // Headers that differ need no look at the pixels.
        let (alike, unlike): (Vec<_>, Vec<_>) = copies
            .into_iter()
            .partition(|copy| copy.has_header_of(files));
        for copy in unlike {
            self.reject(copy.path, Reason::DuplicateDiffers.because(""));
        }
        let questions: Vec<_> = alike
            .iter()
            .map(|copy| FileQuestion::SamePixels(copy.first_path(files), &copy.path))
            .collect();
        self.ask(&questions, &mut |scan, index, answer| {
            // A file that cannot be compared counts as different.
            let is_same = matches!(answer, Ok(FileAnswer::SamePixels(true)));
            let reason = if is_same {
                Reason::Duplicate
            } else {
                Reason::DuplicateDiffers
            };
            scan.reject(alike[index].path.clone(), reason.because(""));
        })
    }
}

fn comparable(path: &Path) -> String {
    let parts = path
        .iter()
        .map(|part| dicomdir::comparable(&part.to_string_lossy()));
    parts.collect::<Vec<_>>().join("/")
}
