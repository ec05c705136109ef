//! The outer form of a DICOM file: preamble, file meta information, and where the pixel data lie.
//!
//! A walker steps over the elements (DICOM PS3.5 section 7.1, PS3.10 section 7.1) without trusting
//! any length, copies the few elements this crate reads into a small buffer, and stops at the
//! pixel data. dicom-rs then parses only that buffer: a hostile length, nesting or private element
//! never reaches it, and a file of any size costs the same memory.
//!
//! Files without preamble or meta group are read when their first element shows the encoding;
//! a declared transfer syntax that contradicts the first element is corrected.

use crate::{problem::Reason, problem::Refusal, wanted::is_wanted};
use dicom_core::Tag;
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

/// Copied header bytes; the shared functional groups of thousands of frames stay below this.
const HEADER_LIMIT: usize = 64 << 20;
/// One value outside a sequence; the largest that is read is a palette of 65,536 entries.
const VALUE_LIMIT: u64 = 1 << 20;
/// An inflated data set.
const INFLATED_LIMIT: u64 = 512 << 20;
const DEPTH_LIMIT: usize = 16;
const ELEMENT_LIMIT: usize = 1_000_000;

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

#[derive(Debug, Clone, Copy, PartialEq)]
struct Encoding {
    explicit: bool,
    big_endian: bool,
}

impl Encoding {
    const EXPLICIT_LITTLE: Encoding = Encoding {
        explicit: true,
        big_endian: false,
    };

    fn native_syntax(self) -> &'static str {
        match (self.explicit, self.big_endian) {
            (false, _) => IMPLICIT_LITTLE,
            (true, false) => EXPLICIT_LITTLE,
            (true, true) => EXPLICIT_BIG,
        }
    }
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

/// The value representations of PS3.5 section 6.2.
fn is_known_vr(letters: [u8; 2]) -> bool {
    const KNOWN: &[u8] = b"AEASATCSDADSDTFDFLISLOLTOBODOFOLOVOWPNSHSLSQSSSTSVTMUCUIULUNURUSUTUV";
    KNOWN.chunks_exact(2).any(|known| known == letters)
}

/// Those with a 16-bit length; all others, also unknown ones, have 32 bits (PS3.5 section 7.1.2).
fn has_short_length(letters: [u8; 2]) -> bool {
    const LONG: &[u8] = b"OBODOFOLOVOWSQSVUCUNURUTUV";
    is_known_vr(letters) && !LONG.chunks_exact(2).any(|long| long == letters)
}

struct ElementHeader {
    tag: Tag,
    vr: [u8; 2],
    /// None for an undefined length.
    length: Option<u64>,
}

struct Walker<'source> {
    source: &'source mut Source,
    position: u64,
    end: u64,
    encoding: Encoding,
    copying: bool,
    copied: Vec<u8>,
    charset: Vec<u8>,
    elements: usize,
}

const ITEM: Tag = Tag(0xfffe, 0xe000);
const ITEM_END: Tag = Tag(0xfffe, 0xe00d);
const SEQUENCE_END: Tag = Tag(0xfffe, 0xe0dd);
const CHARACTER_SET: Tag = Tag(0x0008, 0x0005);

impl<'source> Walker<'source> {
    fn new(source: &'source mut Source, start: u64, encoding: Encoding) -> Result<Self, Refusal> {
        source.seek_to(start)?;
        let end = source.length();
        Ok(Walker {
            source,
            position: start,
            end,
            encoding,
            copying: false,
            copied: Vec::new(),
            charset: Vec::new(),
            elements: 0,
        })
    }

    fn left(&self) -> u64 {
        self.end - self.position
    }

    fn jump(&mut self, position: u64) -> Result<(), Refusal> {
        self.source.seek_to(position)?;
        self.position = position;
        Ok(())
    }

    fn bytes(&mut self, into: &mut [u8]) -> Result<(), Refusal> {
        self.source.read_exact(into)?;
        self.position += into.len() as u64;
        if self.copying {
            if self.copied.len() + into.len() > HEADER_LIMIT {
                return Err(Reason::TooLarge.because("header"));
            }
            self.copied.extend_from_slice(into);
        }
        Ok(())
    }

    fn short(&mut self) -> Result<u16, Refusal> {
        let mut bytes = [0; 2];
        self.bytes(&mut bytes)?;
        Ok(if self.encoding.big_endian {
            u16::from_be_bytes(bytes)
        } else {
            u16::from_le_bytes(bytes)
        })
    }

    fn long(&mut self) -> Result<u32, Refusal> {
        let mut bytes = [0; 4];
        self.bytes(&mut bytes)?;
        Ok(if self.encoding.big_endian {
            u32::from_be_bytes(bytes)
        } else {
            u32::from_le_bytes(bytes)
        })
    }

    fn element_header(&mut self) -> Result<ElementHeader, Refusal> {
        self.elements += 1;
        if self.elements > ELEMENT_LIMIT {
            return Err(Reason::TooLarge.because("number of elements"));
        }
        let tag = Tag(self.short()?, self.short()?);
        let mut vr = *b"UN";
        let length = if tag.0 == 0xfffe || !self.encoding.explicit {
            self.long()?
        } else {
            self.bytes(&mut vr)?;
            if has_short_length(vr) {
                u32::from(self.short()?)
            } else {
                match self.short()? {
                    // A damaged representation may stand before a short length: the reserved
                    // bytes of a long one are zero.
                    length if length != 0 && !is_known_vr(vr) => u32::from(length),
                    _ => self.long()?,
                }
            }
        };
        let length = (length != u32::MAX).then_some(u64::from(length));
        Ok(ElementHeader { tag, vr, length })
    }

    /// Copies the wanted elements until the pixel data, which it reports, or the end.
    fn walk_data_set(&mut self) -> Result<Option<PixelLocation>, Refusal> {
        while self.left() >= 8 {
            let before = self.position;
            let element = self.element_header()?;
            match element.tag {
                Tag(0x7fe0, 0x0008..=0x0010) => {
                    return Ok(Some(PixelLocation {
                        offset: self.position,
                        length: element.length,
                        words: element.vr == *b"OW",
                    }));
                }
                // Data Set Trailing Padding and whatever follows it.
                Tag(0xfffc, _) => return Ok(None),
                CHARACTER_SET => {
                    let length = element.length.unwrap_or(0).min(self.left()).min(1024);
                    let mut charset = vec![0; length as usize];
                    self.bytes(&mut charset)?;
                    self.charset = charset;
                    let rest = element.length.unwrap_or(0).saturating_sub(length);
                    self.skip(rest, element.tag)?;
                }
                tag if is_wanted(tag) && self.is_copied(&element) => {
                    self.jump(before)?;
                    self.copying = true;
                    let element = self.element_header()?;
                    self.value(&element, 0)?;
                    self.copying = false;
                }
                _ => self.value(&element, 0)?,
            }
        }
        Ok(None)
    }

    fn is_copied(&self, element: &ElementHeader) -> bool {
        element.vr == *b"SQ" || element.length.is_none_or(|length| length <= VALUE_LIMIT)
    }

    fn skip(&mut self, length: u64, tag: Tag) -> Result<(), Refusal> {
        if length > self.left() {
            return Err(Reason::Truncated.because(format!("element {tag}")));
        }
        if !self.copying {
            return self.jump(self.position + length);
        }
        if length > HEADER_LIMIT as u64 {
            return Err(Reason::TooLarge.because(format!("element {tag}")));
        }
        let mut value = vec![0; length as usize];
        self.bytes(&mut value)?;
        if tag == CHARACTER_SET {
            // A nested character set must not make dicom-rs decode text: charset.rs does it.
            let start = self.copied.len() - value.len();
            self.copied[start..].fill(b' ');
        }
        Ok(())
    }

    /// Steps over a value, into sequences where their structure has to be known or checked.
    fn value(&mut self, element: &ElementHeader, depth: usize) -> Result<(), Refusal> {
        if depth > DEPTH_LIMIT {
            return Err(Reason::BrokenStructure.because("sequences nested too deeply"));
        }
        match element.length {
            None if element.vr == *b"UN" && self.encoding.explicit => {
                // PS3.5 section 6.2.2: such a value is a sequence in implicit little endian.
                let outer = self.encoding;
                self.encoding = Encoding {
                    explicit: false,
                    big_endian: false,
                };
                let outcome = self.items(None, depth, element);
                self.encoding = outer;
                outcome
            }
            None => self.items(None, depth, element),
            Some(length) if length > self.left() => {
                Err(Reason::Truncated.because(format!("element {}", element.tag)))
            }
            Some(length) if self.copying && self.is_sequence(element, length)? => {
                self.items(Some(self.position + length), depth, element)
            }
            Some(length) => self.skip(length, element.tag),
        }
    }

    /// Explicitly a sequence, or an implicit value that begins with an item.
    fn is_sequence(&mut self, element: &ElementHeader, length: u64) -> Result<bool, Refusal> {
        if self.encoding.explicit {
            return Ok(element.vr == *b"SQ");
        }
        if length < 8 {
            return Ok(false);
        }
        let mut start = [0; 4];
        self.source.read_exact(&mut start)?;
        self.source.seek_to(self.position)?;
        Ok(start == [0xfe, 0xff, 0x00, 0xe0])
    }

    fn items(
        &mut self,
        end: Option<u64>,
        depth: usize,
        owner: &ElementHeader,
    ) -> Result<(), Refusal> {
        let holds_bytes = self.encoding.explicit && owner.vr != *b"SQ" && owner.vr != *b"UN";
        while end.is_none_or(|end| self.position < end) {
            if self.left() < 8 {
                return Err(Reason::Truncated.because(format!("sequence {}", owner.tag)));
            }
            let item = self.element_header()?;
            match (item.tag, item.length) {
                (SEQUENCE_END, _) => return Ok(()),
                (ITEM, Some(length)) if length > self.left() => {
                    return Err(Reason::Truncated.because(format!("sequence {}", owner.tag)));
                }
                (ITEM, Some(length)) if holds_bytes || !self.copying => {
                    self.skip(length, ITEM)?;
                }
                (ITEM, length) => {
                    self.item_elements(length.map(|length| self.position + length), depth)?;
                }
                _ => {
                    return Err(Reason::BrokenStructure.because(format!("sequence {}", owner.tag)));
                }
            }
        }
        Ok(())
    }

    fn item_elements(&mut self, end: Option<u64>, depth: usize) -> Result<(), Refusal> {
        while end.is_none_or(|end| self.position < end) {
            let element = self.element_header()?;
            if element.tag == ITEM_END {
                return Ok(());
            }
            self.value(&element, depth + 1)?;
        }
        Ok(())
    }
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
