//! Doors for fuzzing and property tests: what reads bytes of unknown origin, without files around it.
//! Each ends for any bytes; nothing else uses them.

use crate::{
    Pixels, archive,
    decode::FrameReader,
    deidentify::{self, Identifying, Keys},
    dicomdir, grouping,
    header::ImageHeader,
    library::{Library, RejectedFile},
    part10::{self, OpenedFile},
    problem::{ImagingError, Reason, Refusal},
    scan,
    source::Source,
    worker,
};
use std::{
    io::Cursor,
    panic::{AssertUnwindSafe, catch_unwind},
    path::{Path, PathBuf},
};

/// A frame as it lies in a file, with what its decoder has to know.
pub struct EncodedFrame {
    pub transfer_syntax: String,
    pub rows: u16,
    pub columns: u16,
    pub samples: u16,
    pub bits_allocated: u16,
    pub bits_stored: u16,
    pub signed: bool,
    pub bytes: Vec<u8>,
}

/// A panic in the code of others is a refusal, as in the doors that read from the disk.
fn caught<T>(read: impl FnOnce() -> Result<T, Refusal>) -> Result<T, Refusal> {
    catch_unwind(AssertUnwindSafe(read))
        .unwrap_or_else(|_| Err(Reason::BrokenStructure.because("header")))
}

fn opened(bytes: &[u8]) -> Result<OpenedFile, Refusal> {
    part10::read_source(Source::Memory(Cursor::new(bytes.to_vec())))
}

/// Reads the headers of files and groups them; their paths are their numbers.
pub fn library(files: &[&[u8]]) -> Library {
    let mut read = Vec::new();
    let mut rejected = Vec::new();
    for (number, bytes) in files.iter().enumerate() {
        let path = PathBuf::from(number.to_string());
        match caught(|| ImageHeader::read(&opened(bytes)?)) {
            Ok(header) => read.push((path, header)),
            Err(refusal) => rejected.push(RejectedFile {
                path,
                reason: refusal.reason,
                detail: refusal.detail,
            }),
        }
    }
    Library {
        files: files.len() as u64,
        studies: grouping::studies(read),
        rejected,
        ..Library::default()
    }
}

/// Decodes the first frames of a file.
pub fn frames(bytes: &[u8], most: u32) -> Result<Vec<Result<Pixels, Refusal>>, Refusal> {
    let mut reader = caught(|| FrameReader::new(opened(bytes)?))?;
    let count = reader.shape.frames.min(most);
    Ok((0..count).map(|frame| reader.frame(frame)).collect())
}

/// The first compressed frame of a file.
pub fn encoded_frame(bytes: &[u8]) -> Option<EncodedFrame> {
    let mut reader = caught(|| FrameReader::new(opened(bytes)?)).ok()?;
    reader.encoded_frame()
}

/// Lists a ZIP archive: entries that may be read, and entries refused.
pub fn archive(bytes: &[u8]) -> Result<(usize, usize), Refusal> {
    let archive = archive::from_bytes(bytes)?;
    Ok((archive.entries.len(), archive.refused.len()))
}

/// Reads the first entries of an archive on the disk as images, each up to its first frame.
pub fn archive_images(path: &Path, most: usize) -> Vec<Result<Pixels, Refusal>> {
    let entries = archive::open(path).map(|archive| archive.entries.clone());
    let entries = entries.unwrap_or_default().into_iter().take(most);
    let image = |entry: archive::Entry| {
        let inside = path.join(&entry.name);
        scan::read(&inside)?;
        FrameReader::open(&inside)?.frame(0)
    };
    entries.map(image).collect()
}

/// Reads the directory of a disc: references to files, and references refused as unsafe.
pub fn dicomdir(bytes: &[u8]) -> Result<(usize, usize), Refusal> {
    let directory = dicomdir::read_source(Source::Memory(Cursor::new(bytes.to_vec())))?;
    Ok((directory.files.len(), directory.unsafe_references))
}

/// What the application makes of the bytes that an image worker sends: the headers as a library,
/// and the frames.
pub fn worker_answers(bytes: &[u8]) -> (Library, Vec<Pixels>) {
    let taken = worker::fuzzing::take(bytes);
    let library = Library {
        files: (taken.headers.len() + taken.rejected.len()) as u64,
        studies: grouping::studies(taken.headers),
        rejected: taken.rejected,
        ..Library::default()
    };
    (library, taken.frames)
}

/// What an honest image worker sends about a file on the disk: its header and its first frame.
pub fn worker_messages(path: &Path) -> Result<Vec<u8>, Refusal> {
    worker::fuzzing::messages(path)
}

/// Writes the de-identified copy of a file on the disk, under a key that is the same every time.
pub fn deidentified(from: &Path, to: &Path) -> Result<(), ImagingError> {
    let mut identifying = Identifying::default();
    let surveyed = deidentify::survey(from, &mut identifying)?;
    let keys = Keys::new([7; 32]);
    let pseudonym = keys.pseudonym(&surveyed.patient, &identifying);
    deidentify::copy(from, to, &keys, &pseudonym, &identifying)
}

/// Whether a file on the disk is an image that can be read.
pub fn header_is_readable(path: &Path) -> bool {
    scan::read(path).is_ok()
}
