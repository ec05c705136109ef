//! The outer form of a DICOM file: preamble, file meta information, and where the pixel data lie.
//!
//! A walker steps over the elements (DICOM PS3.5 section 7.1, PS3.10 section 7.1) without trusting
//! any length, copies the few elements this crate reads into a small buffer, and stops at the
//! pixel data. dicom-rs then parses only that buffer: a hostile length, nesting or private element
//! never reaches it, and a file of any size costs the same memory.
//!
//! Files without preamble or meta group are read when their first element shows the encoding;
//! a declared transfer syntax that contradicts the first element is corrected.

use crate::{
    problem::{Reason, Refusal},
    walker::{Encoding, Walker, is_known_vr},
};
use dicom_encoding::transfer_syntax::{Codec, TransferSyntaxIndex};
use dicom_object::InMemDicomObject;
use dicom_transfer_syntax_registry::TransferSyntaxRegistry;
use std::{
    fs::File,
    io::{BufReader, Cursor, Read, Seek, SeekFrom},
    panic::{AssertUnwindSafe, catch_unwind},
    path::Path,
};

pub(crate) const IMPLICIT_LITTLE: &str = "1.2.840.10008.1.2";
pub(crate) const EXPLICIT_LITTLE: &str = "1.2.840.10008.1.2.1";
pub(crate) const DEFLATED: &str = "1.2.840.10008.1.2.1.99";
pub(crate) const EXPLICIT_BIG: &str = "1.2.840.10008.1.2.2";

/// An inflated data set.
const INFLATED_LIMIT: u64 = 512 << 20;

/// A file opened up to its pixel data.
pub(crate) struct OpenedFile {
    /// UID as declared, or as recognised where none is declared.
    pub(crate) transfer_syntax: String,
    pub(crate) big_endian: bool,
    /// The wanted elements; text is kept byte by byte as Latin-1, see [`crate::charset`].
    pub(crate) header: InMemDicomObject,
    /// Specific Character Set (0008,0005) as stored.
    pub(crate) charset: Vec<u8>,
    pub(crate) media_sop_class: String,
    pub(crate) media_sop_instance: String,
    pub(crate) pixels: Option<PixelLocation>,
    pub(crate) source: Source,
    /// The copied bytes, for identifiers derived from content.
    pub(crate) header_bytes: Vec<u8>,
}

/// Where the value of Pixel Data (7FE0,0010) starts.
#[derive(Debug, Clone, Copy)]
pub(crate) struct PixelLocation {
    pub(crate) offset: u64,
    /// None for encapsulated data.
    pub(crate) length: Option<u64>,
    /// Value representation OW, which big endian files swap by pairs of bytes.
    pub(crate) words: bool,
}

/// The bytes of a data set: the file, or its inflated copy.
pub(crate) enum Source {
    File(BufReader<File>, u64),
    Memory(Cursor<Vec<u8>>),
}

impl Source {
    pub(crate) fn length(&self) -> u64 {
        match self {
            Source::File(_, length) => *length,
            Source::Memory(bytes) => bytes.get_ref().len() as u64,
        }
    }

    pub(crate) fn seek_to(&mut self, position: u64) -> std::io::Result<()> {
        match self {
            // Keeps the buffer where the target lies inside it.
            Source::File(file, _) => {
                let here = file.stream_position()?;
                file.seek_relative(position as i64 - here as i64)
            }
            Source::Memory(bytes) => {
                bytes.set_position(position);
                Ok(())
            }
        }
    }

    pub(crate) fn read_exact(&mut self, into: &mut [u8]) -> std::io::Result<()> {
        match self {
            Source::File(file, _) => file.read_exact(into),
            Source::Memory(bytes) => bytes.read_exact(into),
        }
    }
}

/// Opens a file, reads its wanted elements and finds its pixel data.
pub(crate) fn open(path: &Path) -> Result<OpenedFile, Refusal> {
    let file = File::open(path)?;
    let length = file.metadata()?.len();
    if length == 0 {
        return Err(Reason::Empty.because(""));
    }
    read_source(Source::File(BufReader::new(file), length))
}

/// The same for bytes in memory.
pub(crate) fn read_source(mut source: Source) -> Result<OpenedFile, Refusal> {
    let mut meta = Meta::default();
    let mut start = 0;
    let mut opening = [0_u8; 132];
    let opening_length = source.length().min(132) as usize;
    source.read_exact(&mut opening[..opening_length])?;
    let has_prefix = opening_length == 132 && &opening[128..] == b"DICM";
    if has_prefix {
        start = 132;
    }
    if has_prefix || opening.starts_with(&[2, 0]) {
        start = read_meta(&mut source, start, &mut meta)?;
    }
    if meta.transfer_syntax == DEFLATED {
        source = inflate(source, start)?;
        start = 0;
    }
    let Some(encoding) = recognise(&mut source, start, &meta.transfer_syntax)? else {
        return Err(if has_prefix {
            Reason::BrokenStructure.because("no data set after the file meta information")
        } else {
            Reason::NotDicom.because("")
        });
    };
    let mut walker = Walker::new(&mut source, start, encoding)?;
    let pixels = walker.walk_data_set()?;
    let (bytes, charset) = (walker.copied, walker.charset);
    let header = parse(&bytes, encoding)?;
    let transfer_syntax = if meta.transfer_syntax.is_empty() {
        encoding.native_syntax().to_owned()
    } else {
        meta.transfer_syntax
    };
    Ok(OpenedFile {
        transfer_syntax,
        big_endian: encoding.big_endian,
        header,
        charset,
        media_sop_class: meta.sop_class,
        media_sop_instance: meta.sop_instance,
        pixels,
        source,
        header_bytes: bytes,
    })
}

#[derive(Default)]
struct Meta {
    transfer_syntax: String,
    sop_class: String,
    sop_instance: String,
}

/// Reads group 0002 (always explicit little endian) and returns where the data set starts.
fn read_meta(source: &mut Source, start: u64, meta: &mut Meta) -> Result<u64, Refusal> {
    let mut walker = Walker::new(source, start, Encoding::EXPLICIT_LITTLE)?;
    loop {
        let before = walker.position;
        if walker.left() < 8 {
            return Ok(before);
        }
        let element = walker.element_header()?;
        if element.tag.0 != 0x0002 {
            walker.jump(before)?;
            return Ok(before);
        }
        let length = element
            .length
            .ok_or_else(|| Reason::BrokenStructure.because("file meta information"))?;
        if length > walker.left() {
            return Err(Reason::Truncated.because("file meta information"));
        }
        let target = match element.tag.1 {
            0x0002 => Some(&mut meta.sop_class),
            0x0003 => Some(&mut meta.sop_instance),
            0x0010 => Some(&mut meta.transfer_syntax),
            _ => None,
        };
        match target {
            Some(field) if length <= 64 => {
                let mut value = vec![0; length as usize];
                walker.bytes(&mut value)?;
                *field = uid_text(&value);
            }
            _ => walker.jump(walker.position + length)?,
        }
    }
}

/// Digits and dots only: a UID that has anything else is none (PS3.5 section 9.1).
fn uid_text(value: &[u8]) -> String {
    let text = String::from_utf8_lossy(value);
    let text = text.trim_matches(|letter: char| letter == '\0' || letter.is_whitespace());
    if text
        .chars()
        .all(|letter| letter.is_ascii_digit() || letter == '.')
    {
        text.to_owned()
    } else {
        String::new()
    }
}

/// Undoes RFC 1951 compression of a data set or frame, refusing more than `limit` bytes.
pub(crate) fn inflate_bounded(packed: &mut dyn Read, limit: u64) -> Result<Vec<u8>, Refusal> {
    let Some(Codec::Dataset(Some(adapter))) = TransferSyntaxRegistry
        .get(DEFLATED)
        .map(|syntax| syntax.codec())
    else {
        return Err(Reason::UnsupportedCompression.because("deflate"));
    };
    let mut inflated = Vec::new();
    let outcome = adapter
        .adapt_reader(Box::new(packed))
        .take(limit + 1)
        .read_to_end(&mut inflated);
    if inflated.len() as u64 > limit {
        return Err(Reason::TooLarge.because("inflated data"));
    }
    match outcome {
        Ok(_) => Ok(inflated),
        Err(_) => Err(Reason::DecodingFailed.because("deflate")),
    }
}

fn inflate(source: Source, start: u64) -> Result<Source, Refusal> {
    let inflated = match source {
        Source::File(mut file, _) => {
            file.seek(SeekFrom::Start(start))?;
            inflate_bounded(&mut file, INFLATED_LIMIT)?
        }
        Source::Memory(mut bytes) => {
            bytes.set_position(start);
            inflate_bounded(&mut bytes, INFLATED_LIMIT)?
        }
    };
    Ok(Source::Memory(Cursor::new(inflated)))
}

/// Tells the encoding from the first element, which must be a plausible one; the declared
/// transfer syntax decides only what the bytes leave open.
fn recognise(source: &mut Source, start: u64, declared: &str) -> Result<Option<Encoding>, Refusal> {
    if source.length() < start + 8 {
        return Ok(None);
    }
    let mut first = [0_u8; 8];
    source.seek_to(start)?;
    source.read_exact(&mut first)?;
    let little = u16::from_le_bytes([first[0], first[1]]);
    let big = u16::from_be_bytes([first[0], first[1]]);
    // A data set begins in a low group: 0002 stray meta, 0004 directory, 0008 identification,
    // 0010 patient; without a declared syntax only the usual ones are believed.
    let plausible = |group: u16| {
        if declared.is_empty() {
            matches!(group, 0x0002 | 0x0004 | 0x0008 | 0x0010)
        } else {
            group != 0 && group <= 0x7fe0
        }
    };
    let big_endian = match (plausible(little), plausible(big)) {
        (true, true) => declared == EXPLICIT_BIG,
        (true, false) => false,
        (false, true) => true,
        (false, false) => return Ok(None),
    };
    let explicit = is_known_vr([first[4], first[5]]);
    if declared.is_empty() && !explicit {
        let length = u32::from_le_bytes([first[4], first[5], first[6], first[7]]);
        if u64::from(length) > source.length() || big_endian {
            return Ok(None);
        }
    }
    Ok(Some(Encoding {
        explicit,
        big_endian: big_endian && explicit,
    }))
}

fn parse(bytes: &[u8], encoding: Encoding) -> Result<InMemDicomObject, Refusal> {
    let broken = || Reason::BrokenStructure.because("header");
    let syntax = TransferSyntaxRegistry
        .get(encoding.native_syntax())
        .ok_or_else(broken)?;
    catch_unwind(AssertUnwindSafe(|| {
        InMemDicomObject::read_dataset_with_ts(bytes, syntax)
    }))
    .map_err(|_| broken())?
    .map_err(|_| broken())
}
