//! Steps over the elements of a data set (PS3.5 sections 7.1 and 7.5) and copies the wanted ones.
//!
//! No length is trusted: each is compared with what is left of the file before anything is read,
//! copied bytes, nesting and the number of elements are bounded. The copy is rewritten so that
//! dicom-rs must read it the same way: sequences and items get undefined lengths and delimiters, and
//! what the two could understand differently (private, unknown, oddly encoded) is left out of it.

use crate::{
    part10::{EXPLICIT_BIG, EXPLICIT_LITTLE, IMPLICIT_LITTLE, PixelLocation},
    problem::{Reason, Refusal},
    source::Source,
    wanted::is_wanted,
};
use dicom_core::{Tag, VR, dictionary::DataDictionary};
use dicom_dictionary_std::StandardDataDictionary;
use std::io::Read;

/// Copied header bytes; the shared functional groups of thousands of frames stay below this.
const HEADER_LIMIT: usize = 64 << 20;
/// One value outside a sequence; the largest that is read is a palette of 65,536 entries.
const VALUE_LIMIT: u64 = 1 << 20;
const DEPTH_LIMIT: usize = 16;
const ELEMENT_LIMIT: usize = 1_000_000;

#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Encoding {
    pub(crate) explicit: bool,
    pub(crate) big_endian: bool,
}

impl Encoding {
    pub(crate) const EXPLICIT_LITTLE: Encoding = Encoding {
        explicit: true,
        big_endian: false,
    };

    pub(crate) fn native_syntax(self) -> &'static str {
        match (self.explicit, self.big_endian) {
            (false, _) => IMPLICIT_LITTLE,
            (true, false) => EXPLICIT_LITTLE,
            (true, true) => EXPLICIT_BIG,
        }
    }
}

/// The value representations of PS3.5 section 6.2.
pub(crate) fn is_known_vr(letters: [u8; 2]) -> bool {
    const KNOWN: &[u8] = b"AEASATCSDADSDTFDFLISLOLTOBODOFOLOVOWPNSHSLSQSSSTSVTMUCUIULUNURUSUTUV";
    KNOWN.chunks_exact(2).any(|known| known == letters)
}

/// Those with a 16-bit length; all others, also unknown ones, have 32 bits (PS3.5 section 7.1.2).
pub(crate) fn has_short_length(letters: [u8; 2]) -> bool {
    const LONG: &[u8] = b"OBODOFOLOVOWSQSVUCUNURUTUV";
    is_known_vr(letters) && !LONG.chunks_exact(2).any(|long| long == letters)
}

pub(crate) struct ElementHeader {
    pub(crate) tag: Tag,
    pub(crate) vr: [u8; 2],
    /// None for an undefined length.
    pub(crate) length: Option<u64>,
}

pub(crate) struct Walker<'source> {
    source: &'source mut Source,
    pub(crate) position: u64,
    end: u64,
    pub(crate) encoding: Encoding,
    copying: bool,
    pub(crate) copied: Vec<u8>,
    pub(crate) charset: Vec<u8>,
    elements: usize,
}

const ITEM: Tag = Tag(0xfffe, 0xe000);
const ITEM_END: Tag = Tag(0xfffe, 0xe00d);
const SEQUENCE_END: Tag = Tag(0xfffe, 0xe0dd);
const CHARACTER_SET: Tag = Tag(0x0008, 0x0005);

impl<'source> Walker<'source> {
    pub(crate) fn new(
        source: &'source mut Source,
        start: u64,
        encoding: Encoding,
    ) -> Result<Self, Refusal> {
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

    pub(crate) fn left(&self) -> u64 {
        self.end - self.position
    }

    pub(crate) fn jump(&mut self, position: u64) -> Result<(), Refusal> {
        self.source.seek_to(position)?;
        self.position = position;
        Ok(())
    }

    pub(crate) fn bytes(&mut self, into: &mut [u8]) -> Result<(), Refusal> {
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

    pub(crate) fn element_header(&mut self) -> Result<ElementHeader, Refusal> {
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
    pub(crate) fn walk_data_set(&mut self) -> Result<Option<PixelLocation>, Refusal> {
        while self.left() >= 8 {
            let before = self.position;
            let element = self.element_header()?;
            match element.tag {
                Tag(0x7fe0, 0x0008..=0x0010) => {
                    return Ok(Some(PixelLocation {
                        tag: element.tag,
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
                tag if is_wanted(tag) && self.is_copied(&element)? => {
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

    fn is_copied(&mut self, element: &ElementHeader) -> Result<bool, Refusal> {
        let is_small = element.length.is_none_or(|length| length <= VALUE_LIMIT);
        Ok((is_small || self.is_sequence_tag(element)) && !self.is_foreign(element)?)
    }

    /// True for what dicom-rs could read as something else than the walker does.
    fn is_foreign(&mut self, element: &ElementHeader) -> Result<bool, Refusal> {
        let is_sequence = self.is_sequence_tag(element);
        if element.tag.0 % 2 == 1 || (self.encoding.explicit && !is_known_vr(element.vr)) {
            return Ok(true);
        }
        Ok(match element.length {
            None => !is_sequence,
            Some(0) => false,
            Some(_) if is_sequence => !self.encoding.explicit && !self.starts_with_item()?,
            // Of a broken last number dicom-rs takes nothing and reads on in the middle of the value,
            // where any four bytes are a length that it sets memory aside for.
            Some(length) => length % self.number_bytes(element) != 0,
        })
    }

    /// The size of one number of a value (PS3.5 section 6.2), 1 for text and bytes.
    fn number_bytes(&self, element: &ElementHeader) -> u64 {
        let vr = if self.encoding.explicit {
            VR::from_binary(element.vr)
        } else {
            StandardDataDictionary
                .by_tag(element.tag)
                .map(|entry| entry.vr.relaxed())
        };
        match vr {
            Some(VR::US | VR::SS | VR::OW) => 2,
            Some(VR::AT | VR::UL | VR::SL | VR::FL | VR::OF | VR::OL) => 4,
            Some(VR::FD | VR::OD | VR::SV | VR::UV | VR::OV) => 8,
            _ => 1,
        }
    }

    /// As declared, or for implicit elements as the dictionary says.
    fn is_sequence_tag(&self, element: &ElementHeader) -> bool {
        if self.encoding.explicit {
            return element.vr == *b"SQ";
        }
        StandardDataDictionary
            .by_tag(element.tag)
            .is_some_and(|entry| entry.vr.relaxed() == VR::SQ)
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
    pub(crate) fn value(&mut self, element: &ElementHeader, depth: usize) -> Result<(), Refusal> {
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
            Some(length) if self.copying && length > 0 && self.is_sequence_tag(element) => {
                self.items(Some(self.position + length), depth, element)
            }
            Some(length) => self.skip(length, element.tag),
        }
    }

    fn starts_with_item(&mut self) -> Result<bool, Refusal> {
        if self.left() < 8 {
            return Ok(false);
        }
        let mut start = [0; 4];
        self.source.read_exact(&mut start)?;
        self.source.seek_to(self.position)?;
        Ok(start == [0xfe, 0xff, 0x00, 0xe0])
    }

    /// Makes the length that was copied last an undefined one.
    fn undefine_length(&mut self) {
        if self.copying {
            let start = self.copied.len() - 4;
            self.copied[start..].fill(0xff);
        }
    }

    fn delimit(&mut self, tag: Tag) {
        if self.copying {
            for half in [tag.0, tag.1, 0, 0] {
                let bytes = if self.encoding.big_endian {
                    half.to_be_bytes()
                } else {
                    half.to_le_bytes()
                };
                self.copied.extend_from_slice(&bytes);
            }
        }
    }

    fn items(
        &mut self,
        end: Option<u64>,
        depth: usize,
        owner: &ElementHeader,
    ) -> Result<(), Refusal> {
        let holds_bytes = self.encoding.explicit && owner.vr != *b"SQ" && owner.vr != *b"UN";
        if end.is_some() {
            self.undefine_length();
        }
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
                    if length.is_some() {
                        self.undefine_length();
                    }
                    self.item_elements(length.map(|length| self.position + length), depth)?;
                }
                _ => {
                    return Err(Reason::BrokenStructure.because(format!("sequence {}", owner.tag)));
                }
            }
        }
        self.delimit(SEQUENCE_END);
        self.check_end(end)
    }

    fn item_elements(&mut self, end: Option<u64>, depth: usize) -> Result<(), Refusal> {
        while end.is_none_or(|end| self.position < end) {
            let before = self.copied.len();
            let element = self.element_header()?;
            if element.tag == ITEM_END {
                return Ok(());
            }
            if self.copying && self.is_foreign(&element)? {
                self.copied.truncate(before);
                self.copying = false;
                self.value(&element, depth + 1)?;
                self.copying = true;
            } else {
                self.value(&element, depth + 1)?;
            }
        }
        self.delimit(ITEM_END);
        self.check_end(end)
    }

    /// Contents that reach beyond what holds them contradict it.
    fn check_end(&self, end: Option<u64>) -> Result<(), Refusal> {
        if end.is_some_and(|end| self.position > end) {
            return Err(Reason::BrokenStructure.because("sequence longer than its length"));
        }
        Ok(())
    }
}
