//! What was asked to be opened, to the list of files in it: folders with everything below them, ZIP
//! archives with their entries, the folder of a disc's directory, single files.
//!
//! Symbolic links are not followed. An archive in a folder is listed like a folder, an archive in an
//! archive is not.

use crate::{
    archive,
    library::RejectedFile,
    problem::{ImagingError, Reason, Refusal},
    scan::{Continue, ScanProgress},
};
use std::{
    collections::HashSet,
    fs::{self, File},
    io::Read,
    path::{Path, PathBuf},
};

/// Folders within folders.
const FOLDER_DEPTH: usize = 64;
/// More files than one exam, disc or patient has; each costs memory in lists.
const FILE_LIMIT: usize = 500_000;
/// Entries of a folder or archive between two reports.
const REPORT_EVERY: usize = 256;
/// A source is opened to see what it is, which takes longer.
const SOURCES_REPORT_EVERY: usize = 16;

type Report<'caller> = &'caller mut dyn FnMut(ScanProgress) -> Continue;

/// What is to be read.
#[derive(Default)]
pub(crate) struct Listing {
    /// Sorted, each once.
    pub(crate) files: Vec<PathBuf>,
    pub(crate) rejected: Vec<RejectedFile>,
    /// As in [`crate::Library::sources`].
    pub(crate) sources: Vec<PathBuf>,
}

enum Kind {
    Folder,
    Archive,
    File,
}

/// Lists all sources. One that cannot be opened is left out with its reason; the error comes when that
/// is true of all.
pub(crate) fn list(sources: &[PathBuf], report: Report<'_>) -> Result<Listing, ImagingError> {
    let mut listing = Listing::default();
    let mut first_fault = None;
    for (source, kind) in parted(sources, &mut listing, &mut first_fault, report)? {
        let opened = match kind {
            Kind::Folder => listing.folder(&source, report)?,
            Kind::Archive => {
                listing.archive(&source, report)?;
                Ok(())
            }
            Kind::File => {
                listing.files.push(source.clone());
                Ok(())
            }
        };
        match opened {
            Ok(()) => listing.sources.push(source),
            Err(fault) => {
                first_fault.get_or_insert(fault);
                listing.reject(source, std::io::Error::from(fault).into());
            }
        }
    }
    match first_fault {
        Some(fault) if listing.sources.is_empty() => Err(ImagingError::Folder(fault)),
        _ => {
            listing.files.sort();
            listing.files.dedup();
            Ok(listing)
        }
    }
}

/// The sources with what they are, without those that lie in a folder that is a source too.
fn parted(
    sources: &[PathBuf],
    listing: &mut Listing,
    first_fault: &mut Option<std::io::ErrorKind>,
    report: Report<'_>,
) -> Result<Vec<(PathBuf, Kind)>, ImagingError> {
    let mut seen: HashSet<PathBuf> = HashSet::new();
    let mut found: Vec<(PathBuf, PathBuf, Kind)> = Vec::new();
    for (number, source) in sources.iter().enumerate() {
        let outcome = kind(source).and_then(|(place, kind)| {
            let real = fs::canonicalize(&place)?;
            Ok((place, real, kind))
        });
        match outcome {
            Ok(one) => {
                if seen.insert(one.1.clone()) {
                    found.push(one);
                }
            }
            Err(error) => {
                first_fault.get_or_insert(error.kind());
                listing.reject(source.clone(), error.into());
            }
        }
        if number.is_multiple_of(SOURCES_REPORT_EVERY) {
            listing.report(report)?;
        }
    }
    let folders: HashSet<PathBuf> = found
        .iter()
        .filter(|(.., kind)| matches!(kind, Kind::Folder))
        .map(|(_, real, _)| real.clone())
        .collect();
    found.retain(|(_, real, _)| {
        !real
            .ancestors()
            .skip(1)
            .any(|folder| folders.contains(folder))
    });
    Ok(found
        .into_iter()
        .map(|(place, _, kind)| (place, kind))
        .collect())
}

/// What a source is, and where it begins: the directory of a disc stands for its folder.
fn kind(source: &Path) -> std::io::Result<(PathBuf, Kind)> {
    let about = fs::metadata(source)?;
    if about.is_dir() {
        return Ok((source.to_owned(), Kind::Folder));
    }
    if !about.is_file() {
        return Err(std::io::Error::other(Reason::Link.because("")));
    }
    if is_archive(source)? {
        return Ok((source.to_owned(), Kind::Archive));
    }
    // The name that the standard gives it (PS3.10 section 8.6); what is in it is not read here.
    let is_directory = source
        .file_name()
        .is_some_and(|name| name.eq_ignore_ascii_case("DICOMDIR"));
    let folder = source
        .parent()
        .map(|folder| match folder.as_os_str().is_empty() {
            true => Path::new("."),
            false => folder,
        });
    Ok(match folder {
        Some(folder) if is_directory => (folder.to_owned(), Kind::Folder),
        _ => (source.to_owned(), Kind::File),
    })
}

fn is_archive(path: &Path) -> std::io::Result<bool> {
    let mut opening = Vec::new();
    File::open(path)?.take(4).read_to_end(&mut opening)?;
    Ok(archive::starts_like_one(&opening))
}

/// Other packed formats that begin like a ZIP, such as documents, are files among others.
fn is_archive_in_folder(path: &Path) -> bool {
    path.extension()
        .is_some_and(|end| end.eq_ignore_ascii_case("zip"))
        && is_archive(path).unwrap_or(false)
}

impl Listing {
    fn reject(&mut self, path: PathBuf, refusal: Refusal) {
        self.rejected.push(RejectedFile {
            path,
            reason: refusal.reason,
            detail: refusal.detail,
        });
    }

    fn report(&self, report: Report<'_>) -> Result<(), ImagingError> {
        let progress = ScanProgress {
            done: 0,
            found: self.files.len() as u32,
            images: 0,
            rejected: self.rejected.len() as u32,
        };
        match report(progress) {
            Continue::Yes => Ok(()),
            Continue::No => Err(ImagingError::Cancelled),
        }
    }

    fn is_full(&mut self, place: &Path) -> bool {
        let is_full = self.files.len() + self.rejected.len() >= FILE_LIMIT;
        if is_full {
            let detail = format!("more than {FILE_LIMIT} files");
            self.reject(place.to_owned(), Reason::TooMany.because(detail));
        }
        is_full
    }

    /// All regular files below a folder. The inner error is that of the folder itself.
    fn folder(
        &mut self,
        root: &Path,
        report: Report<'_>,
    ) -> Result<Result<(), std::io::ErrorKind>, ImagingError> {
        let mut folders = vec![(root.to_owned(), 0)];
        let mut seen = 0;
        while let Some((folder, depth)) = folders.pop() {
            self.report(report)?;
            let entries = match fs::read_dir(&folder) {
                Ok(entries) => entries,
                Err(error) if depth == 0 => return Ok(Err(error.kind())),
                Err(error) => {
                    self.reject(folder, error.into());
                    continue;
                }
            };
            for entry in entries {
                let (path, kind) =
                    match entry.and_then(|entry| Ok((entry.path(), entry.file_type()?))) {
                        Ok(found) => found,
                        Err(error) => {
                            self.reject(folder.clone(), error.into());
                            break;
                        }
                    };
                if self.is_full(root) {
                    return Ok(Ok(()));
                }
                if kind.is_file() && is_archive_in_folder(&path) {
                    self.archive(&path, report)?;
                } else if kind.is_file() {
                    self.files.push(path);
                } else if kind.is_dir() && depth < FOLDER_DEPTH {
                    folders.push((path, depth + 1));
                } else if kind.is_dir() {
                    self.reject(path, Reason::Unreadable.because("nested too deeply"));
                } else {
                    self.reject(path, Reason::Link.because(""));
                }
                seen += 1;
                if usize::is_multiple_of(seen, REPORT_EVERY) {
                    self.report(report)?;
                }
            }
        }
        Ok(Ok(()))
    }

    /// All entries of an archive; one that cannot be used at all is left out as a whole.
    fn archive(&mut self, path: &Path, report: Report<'_>) -> Result<(), ImagingError> {
        self.report(report)?;
        let archive = match archive::open(path) {
            Ok(archive) => archive,
            Err(refusal) => {
                self.reject(path.to_owned(), refusal);
                return Ok(());
            }
        };
        for entry in &archive.entries {
            if self.is_full(path) {
                return Ok(());
            }
            self.files.push(path.join(&entry.name));
        }
        for (name, refusal) in &archive.refused {
            self.reject(path.join(name), refusal.clone());
        }
        self.report(report)
    }
}
