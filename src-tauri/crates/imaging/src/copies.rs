//! Files with one SOP Instance UID: the same image twice, or two images that claim to be one.

use crate::{
    grouping::ReadFile,
    header::ImageHeader,
    library::PatientFacts,
    part10::{self, DataSet, Purpose},
    problem::{Reason, Refusal},
    source::Source,
    walker::{Encoding, Walker},
};
use std::{
    collections::HashMap,
    io::Read,
    path::{Path, PathBuf},
};

const STEP: usize = 64 << 10;

/// A file whose image another file, first in the order of paths, gave already.
pub(crate) struct Copy {
    pub(crate) path: PathBuf,
    header: ImageHeader,
    /// Place of the other one in the list of first files.
    first: usize,
}

/// Takes the copies out of a list that is sorted by path. The same UID under another patient is not a
/// copy but a question; it stays visible.
pub(crate) fn take_copies(files: Vec<ReadFile>) -> (Vec<ReadFile>, Vec<Copy>) {
    let mut places: HashMap<(PatientFacts, String), usize> = HashMap::new();
    let mut first: Vec<ReadFile> = Vec::with_capacity(files.len());
    let mut copies = Vec::new();
    for (path, header) in files {
        let identity = (header.patient.clone(), header.sop_instance_uid.clone());
        match places.get(&identity) {
            Some(place) => copies.push(Copy {
                path,
                header,
                first: *place,
            }),
            None => {
                places.insert(identity, first.len());
                first.push((path, header));
            }
        }
    }
    (first, copies)
}

impl Copy {
    /// The file that gave the image.
    pub(crate) fn first_path<'files>(&self, files: &'files [ReadFile]) -> &'files Path {
        files
            .get(self.first)
            .map_or(Path::new(""), |(path, _)| path)
    }

    /// All that is read of the header agrees with that of the first file.
    pub(crate) fn has_header_of(&self, files: &[ReadFile]) -> bool {
        files
            .get(self.first)
            .is_some_and(|(_, header)| *header == self.header)
    }
}

/// Whether two files hold the same stored pixel data; runs inside a worker.
pub(crate) fn same_pixels(a: &Path, b: &Path) -> Result<bool, Refusal> {
    let (mut a, mut b) = (Stored::open(a)?, Stored::open(b)?);
    if a.length != b.length || a.form != b.form {
        return Ok(false);
    }
    let mut left = a.length;
    let (mut here, mut there) = (vec![0; STEP], vec![0; STEP]);
    while left > 0 {
        let count = left.min(STEP as u64) as usize;
        a.source.read_exact(&mut here[..count])?;
        b.source.read_exact(&mut there[..count])?;
        if here[..count] != there[..count] {
            return Ok(false);
        }
        left -= count as u64;
    }
    Ok(true)
}

/// The pixel data as they are stored.
struct Stored {
    /// Stands at the first byte.
    source: Source,
    length: u64,
    /// What the bytes mean.
    form: (Encoding, String),
}

impl Stored {
    fn open(path: &Path) -> Result<Stored, Refusal> {
        let DataSet {
            mut source,
            start,
            encoding,
            meta,
        } = part10::find_data_set(part10::source(path, Purpose::Pixels)?)?;
        let pixels = Walker::new(&mut source, start, encoding)?.walk_data_set()?;
        let location = pixels.ok_or_else(|| Reason::NoImage.because(""))?;
        source.seek_to(location.offset)?;
        let there = source.length().saturating_sub(location.offset);
        Ok(Stored {
            source,
            length: location.length.unwrap_or(there).min(there),
            form: (encoding, meta.transfer_syntax),
        })
    }
}
