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
    archive,
    problem::{Reason, Refusal},
    source::{FileRange, Source},
    walker::{Encoding, Walker, is_known_vr},
};
use dicom_core::Tag;
use dicom_encoding::transfer_syntax::{Codec, TransferSyntaxIndex};
use dicom_object::InMemDicomObject;
use dicom_transfer_syntax_registry::TransferSyntaxRegistry;
use std::{
    fs::File,
    io::{Cursor, Read},
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
    /// Where the data set starts in `source`, and how it is encoded.
    pub(crate) start: u64,
    pub(crate) encoding: Encoding,
    pub(crate) source: Source,
    /// The copied bytes, for identifiers derived from content.
    pub(crate) header_bytes: Vec<u8>,
}

/// Where the value of Pixel Data (7FE0,0010) starts.
#[derive(Debug, Clone, Copy)]
pub(crate) struct PixelLocation {
    /// Pixel Data, or one of its floating-point forms (7FE0,0008 and 7FE0,0009).
    pub(crate) tag: Tag,
    pub(crate) offset: u64,
    /// None for encapsulated data.
    pub(crate) length: Option<u64>,
    /// Value representation OW, which big endian files swap by pairs of bytes.
    pub(crate) words: bool,
}

/// What a file is opened for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Purpose {
    /// Only what stands before the pixel data; a packed file is inflated no further.
    Header,
    Pixels,
}

/// Opens a file on the disk or in an archive, reads its wanted elements and finds its pixel data.
pub(crate) fn open(path: &Path, purpose: Purpose) -> Result<OpenedFile, Refusal> {
    let source = source(path, purpose)?;
    if source.length() == 0 {
        return Err(Reason::Empty.because(""));
    }
    read_source(source)
}

/// The bytes behind a path; one that leads through an archive names an entry of it.
pub(crate) fn source(path: &Path, purpose: Purpose) -> Result<Source, Refusal> {
    match File::open(path) {
        Ok(file) => Ok(Source::File(FileRange::whole(file)?)),
        Err(error) => match archive::split(path) {
            Some((archive, entry)) => archive::open_entry(&archive, &entry, purpose),
            None => Err(error.into()),
        },
    }
}

/// The same for bytes that are there already.
pub(crate) fn read_source(source: Source) -> Result<OpenedFile, Refusal> {
    let DataSet {
        mut source,
        start,
        encoding,
        meta,
    } = find_data_set(source)?;
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
        start,
        encoding,
        source,
        header_bytes: bytes,
    })
}

/// Where the data set starts and how it is encoded.
pub(crate) struct DataSet {
    pub(crate) source: Source,
    pub(crate) start: u64,
    pub(crate) encoding: Encoding,
    pub(crate) meta: Meta,
}

#[derive(Default)]
pub(crate) struct Meta {
    pub(crate) transfer_syntax: String,
    pub(crate) sop_class: String,
    sop_instance: String,
}

/// Steps over preamble and meta information.
pub(crate) fn find_data_set(mut source: Source) -> Result<DataSet, Refusal> {
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
    match recognise(&mut source, start, &meta.transfer_syntax)? {
        Some(encoding) => Ok(DataSet {
            source,
            start,
            encoding,
            meta,
        }),
        None if has_prefix => {
            Err(Reason::BrokenStructure.because("no data set after the file meta information"))
        }
        None => Err(Reason::NotDicom.because("")),
    }
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

/// A reader that undoes RFC 1951 compression.
pub(crate) fn deflated<'reader>(
    packed: Box<dyn Read + 'reader>,
) -> Result<Box<dyn Read + 'reader>, Refusal> {
    match TransferSyntaxRegistry
        .get(DEFLATED)
        .map(|syntax| syntax.codec())
    {
        Some(Codec::Dataset(Some(adapter))) => Ok(adapter.adapt_reader(packed)),
        _ => Err(Reason::UnsupportedCompression.because("deflate")),
    }
}

/// Undoes the compression of a data set or frame, refusing more than `limit` bytes.
pub(crate) fn inflate_bounded(packed: &mut dyn Read, limit: u64) -> Result<Vec<u8>, Refusal> {
    let mut inflated = Vec::new();
    let outcome = deflated(Box::new(packed))?
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

fn inflate(mut source: Source, start: u64) -> Result<Source, Refusal> {
    source.seek_to(start)?;
    let inflated = inflate_bounded(&mut source, INFLATED_LIMIT)?;
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
