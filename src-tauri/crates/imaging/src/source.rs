//! The bytes of one file, wherever they lie: on the disk, in a part of a file on the disk, in
//! memory, or packed in an archive and inflated as far as they are asked for.

use crate::{
    part10::deflated,
    problem::{Reason, Refusal},
};
use std::{
    fs::File,
    io::{self, BufReader, Cursor, Read, Seek, SeekFrom},
    sync::Arc,
};

/// What is inflated before the pixel data begin. No header needs more; a packed file whose header
/// does is refused, so that many files read at once stay small in memory.
const INFLATED_HEADER_LIMIT: u64 = 64 << 20;
/// Inflated at a time.
const STEP: u64 = 32 << 10;

/// The bytes of a data set, addressed from 0.
pub(crate) enum Source {
    File(FileRange),
    Memory(Cursor<Vec<u8>>),
    /// One inflated copy for several readers.
    Shared(Cursor<Arc<Vec<u8>>>),
    Inflating(Inflating),
}

impl Source {
    /// For packed bytes the length that the archive declares.
    pub(crate) fn length(&self) -> u64 {
        match self {
            Source::File(range) => range.length,
            Source::Memory(bytes) => bytes.get_ref().len() as u64,
            Source::Shared(bytes) => bytes.get_ref().len() as u64,
            Source::Inflating(inflating) => inflating.length,
        }
    }

    pub(crate) fn seek_to(&mut self, position: u64) -> io::Result<()> {
        match self {
            Source::File(range) => return range.seek_to(position),
            Source::Memory(bytes) => bytes.set_position(position),
            Source::Shared(bytes) => bytes.set_position(position),
            Source::Inflating(inflating) => inflating.position = position,
        }
        Ok(())
    }
}

impl Read for Source {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        match self {
            Source::File(range) => range.read(into),
            Source::Memory(bytes) => bytes.read(into),
            Source::Shared(bytes) => {
                let all = bytes.get_ref().as_slice();
                let start = usize::try_from(bytes.position()).unwrap_or(usize::MAX);
                let there = all.get(start..).unwrap_or_default();
                let count = there.len().min(into.len());
                into[..count].copy_from_slice(&there[..count]);
                bytes.set_position(bytes.position() + count as u64);
                Ok(count)
            }
            Source::Inflating(inflating) => inflating.read(into),
        }
    }
}

/// A part of a file on the disk; nothing outside it is ever read.
pub(crate) struct FileRange {
    file: BufReader<File>,
    start: u64,
    length: u64,
    position: u64,
}

impl FileRange {
    pub(crate) fn whole(file: File) -> io::Result<FileRange> {
        let length = file.metadata()?.len();
        FileRange::part(file, 0, length)
    }

    pub(crate) fn part(mut file: File, start: u64, length: u64) -> io::Result<FileRange> {
        if start > 0 {
            file.seek(SeekFrom::Start(start))?;
        }
        Ok(FileRange {
            file: BufReader::new(file),
            start,
            length,
            position: 0,
        })
    }

    /// Keeps the buffer where the target lies inside it.
    fn seek_to(&mut self, position: u64) -> io::Result<()> {
        match i64::try_from(i128::from(position) - i128::from(self.position)) {
            Ok(distance) if self.start.checked_add(position).is_some() => {
                self.file.seek_relative(distance)?;
                self.position = position;
                Ok(())
            }
            _ => Err(io::ErrorKind::InvalidInput.into()),
        }
    }
}

impl Read for FileRange {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let left = self.length.saturating_sub(self.position);
        let count = usize::try_from(left).unwrap_or(usize::MAX).min(into.len());
        let read = self.file.read(&mut into[..count])?;
        self.position += read as u64;
        Ok(read)
    }
}

/// Packed bytes that are inflated up to where they are read, never beyond their declared length.
pub(crate) struct Inflating {
    packed: Box<dyn Read>,
    inflated: Vec<u8>,
    length: u64,
    position: u64,
}

impl Inflating {
    pub(crate) fn new(packed: FileRange, length: u64) -> Result<Inflating, Refusal> {
        Ok(Inflating {
            packed: deflated(Box::new(packed))?,
            inflated: Vec::new(),
            length,
            position: 0,
        })
    }

    /// All bytes at once. More than declared is refused as a bomb, fewer as cut off.
    pub(crate) fn whole(packed: FileRange, length: u64) -> Result<Vec<u8>, Refusal> {
        let mut inflating = Inflating::new(packed, length)?;
        inflating.inflate_to(length)?;
        inflating.check_end()?;
        Ok(inflating.inflated)
    }

    fn inflate_to(&mut self, end: u64) -> Result<(), Refusal> {
        while (self.inflated.len() as u64) < end {
            let before = self.inflated.len() as u64;
            let step = STEP.max(end - before).min(self.length - before);
            // The declared length is not trusted with memory: the copy grows as bytes arrive.
            let mut part = (&mut self.packed).take(step);
            part.read_to_end(&mut self.inflated)
                .map_err(|_| Reason::DecodingFailed.because("deflate"))?;
            if (self.inflated.len() as u64) < before + step {
                return Err(Reason::Truncated.because("packed data"));
            }
        }
        Ok(())
    }

    /// Called where reading has come to the declared end.
    fn check_end(&mut self) -> Result<(), Refusal> {
        match self.packed.read(&mut [0]) {
            Ok(0) => Ok(()),
            Ok(_) => Err(Reason::Bomb.because(format!("more than {} bytes", self.length))),
            Err(_) => Err(Reason::DecodingFailed.because("deflate")),
        }
    }
}

impl Read for Inflating {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let end = self
            .length
            .min(self.position.saturating_add(into.len() as u64));
        if end > INFLATED_HEADER_LIMIT {
            return Err(io::Error::other(Reason::TooLarge.because("header")));
        }
        self.inflate_to(end).map_err(io::Error::other)?;
        if end == self.length {
            self.check_end().map_err(io::Error::other)?;
        }
        let there = self
            .inflated
            .get(self.position as usize..end as usize)
            .unwrap_or_default();
        into[..there.len()].copy_from_slice(there);
        self.position += there.len() as u64;
        Ok(there.len())
    }
}
