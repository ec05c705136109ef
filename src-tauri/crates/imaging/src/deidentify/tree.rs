//! A data set as a tree of raw values, up to its pixel data.
//!
//! The reader of [`crate::part10`] copies only what it wants; a de-identifier has to see everything,
//! to know what it takes away. Limits are those of the reader: no length is trusted, and nesting,
//! elements and bytes held are bounded. A value that is too long is noted and stepped over.

use crate::{
    problem::{Reason, Refusal},
    source::Source,
    walker::{ElementHeader, Encoding, Walker},
};
use dicom_core::{Tag, VR, dictionary::DataDictionary};
use dicom_dictionary_std::StandardDataDictionary;

/// Bytes held of one file; the functional groups of thousands of frames stay below this.
const HELD_LIMIT: usize = 64 << 20;
/// One value; the largest that is kept is a palette or look-up table of 65,536 entries.
const VALUE_LIMIT: u64 = 1 << 20;
const DEPTH_LIMIT: usize = 16;

const ITEM: Tag = Tag(0xfffe, 0xe000);
const ITEM_END: Tag = Tag(0xfffe, 0xe00d);
const SEQUENCE_END: Tag = Tag(0xfffe, 0xe0dd);

#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Element {
    pub(crate) tag: Tag,
    /// As declared; `UN` where the encoding declares none.
    pub(crate) vr: [u8; 2],
    pub(crate) value: Content,
}

#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Content {
    /// As stored, in the byte order of the data set.
    Bytes(Vec<u8>),
    Items(Vec<Vec<Element>>),
    /// Too long to be held, or damaged inside a declared length.
    Unread,
}

/// Reads the elements from `start` up to the pixel data.
pub(crate) fn read(
    source: &mut Source,
    start: u64,
    encoding: Encoding,
) -> Result<Vec<Element>, Refusal> {
    let mut reader = Reader {
        walker: Walker::new(source, start, encoding)?,
        held: 0,
    };
    reader.data_set()
}

struct Reader<'source> {
    walker: Walker<'source>,
    held: usize,
}

impl Reader<'_> {
    fn data_set(&mut self) -> Result<Vec<Element>, Refusal> {
        let mut elements = Vec::new();
        while self.walker.left() >= 8 {
            let header = self.walker.element_header()?;
            match header.tag {
                // Pixel data end the data set, padding and what follows it hold nothing.
                Tag(0x7fe0, 0x0008..=0x0010) | Tag(0xfffc, _) => break,
                _ => elements.push(self.element(header, 0)?),
            }
        }
        Ok(elements)
    }

    fn element(&mut self, header: ElementHeader, depth: usize) -> Result<Element, Refusal> {
        let value = self.value(&header, depth)?;
        Ok(Element {
            tag: header.tag,
            vr: header.vr,
            value,
        })
    }

    fn value(&mut self, header: &ElementHeader, depth: usize) -> Result<Content, Refusal> {
        if depth > DEPTH_LIMIT {
            return Err(Reason::BrokenStructure.because("sequences nested too deeply"));
        }
        let Some(length) = header.length else {
            return self.undefined(header, depth);
        };
        if length > self.walker.left() {
            return Err(Reason::Truncated.because(format!("element {}", header.tag)));
        }
        let end = self.walker.position + length;
        if self.is_sequence(header) {
            // Damage inside a known length costs this element only.
            return Ok(match self.items(Some(end), depth) {
                Ok(items) if self.walker.position == end => Content::Items(items),
                Ok(_) => self.unread(end)?,
                Err(refusal) if refusal.reason == Reason::TooLarge => return Err(refusal),
                Err(_) => self.unread(end)?,
            });
        }
        if length > VALUE_LIMIT {
            return self.unread(end);
        }
        self.hold(length as usize)?;
        let mut bytes = vec![0; length as usize];
        self.walker.bytes(&mut bytes)?;
        Ok(Content::Bytes(bytes))
    }

    /// A sequence, or for an unknown representation one in implicit little endian (PS3.5 section
    /// 6.2.2), whose elements this crate does not carry over.
    fn undefined(&mut self, header: &ElementHeader, depth: usize) -> Result<Content, Refusal> {
        let outer = self.walker.encoding;
        if outer.explicit && header.vr != *b"SQ" && header.vr != *b"UN" {
            return self.fragments();
        }
        if header.vr == *b"UN" && outer.explicit {
            self.walker.encoding = Encoding {
                explicit: false,
                big_endian: false,
            };
        }
        let items = self.items(None, depth);
        self.walker.encoding = outer;
        Ok(Content::Items(items?))
    }

    /// Items that hold bytes, such as the encapsulated pixels of an icon.
    fn fragments(&mut self) -> Result<Content, Refusal> {
        loop {
            if self.walker.left() < 8 {
                return Err(Reason::Truncated.because("fragments"));
            }
            let item = self.walker.element_header()?;
            match (item.tag, item.length) {
                (SEQUENCE_END, _) => return Ok(Content::Unread),
                (ITEM, Some(length)) if length <= self.walker.left() => {
                    self.walker.jump(self.walker.position + length)?;
                }
                _ => return Err(Reason::BrokenStructure.because("fragments")),
            }
        }
    }

    fn unread(&mut self, end: u64) -> Result<Content, Refusal> {
        self.walker.jump(end)?;
        Ok(Content::Unread)
    }

    fn is_sequence(&self, header: &ElementHeader) -> bool {
        if self.walker.encoding.explicit {
            return header.vr == *b"SQ";
        }
        StandardDataDictionary
            .by_tag(header.tag)
            .is_some_and(|entry| entry.vr.relaxed() == VR::SQ)
    }

    fn items(&mut self, end: Option<u64>, depth: usize) -> Result<Vec<Vec<Element>>, Refusal> {
        let broken = || Reason::BrokenStructure.because("items of a sequence");
        let mut items = Vec::new();
        while end.is_none_or(|end| self.walker.position < end) {
            if self.walker.left() < 8 {
                return Err(Reason::Truncated.because("items of a sequence"));
            }
            let item = self.walker.element_header()?;
            match (item.tag, item.length) {
                (SEQUENCE_END, _) => return Ok(items),
                (ITEM, Some(length)) if length > self.walker.left() => {
                    return Err(Reason::Truncated.because("items of a sequence"));
                }
                (ITEM, length) => {
                    let end = length.map(|length| self.walker.position + length);
                    match (self.item(end, depth), end) {
                        (Ok(item), _) => items.push(item),
                        (Err(refusal), Some(end)) if refusal.reason != Reason::TooLarge => {
                            self.walker.jump(end)?;
                        }
                        (Err(refusal), _) => return Err(refusal),
                    }
                }
                _ => return Err(broken()),
            }
        }
        Ok(items)
    }

    fn item(&mut self, end: Option<u64>, depth: usize) -> Result<Vec<Element>, Refusal> {
        let mut elements = Vec::new();
        while end.is_none_or(|end| self.walker.position < end) {
            if self.walker.left() < 8 {
                return Err(Reason::Truncated.because("item"));
            }
            let header = self.walker.element_header()?;
            if header.tag == ITEM_END {
                return Ok(elements);
            }
            elements.push(self.element(header, depth + 1)?);
        }
        if end.is_some_and(|end| self.walker.position > end) {
            return Err(Reason::BrokenStructure.because("sequence longer than its length"));
        }
        Ok(elements)
    }

    fn hold(&mut self, bytes: usize) -> Result<(), Refusal> {
        self.held += bytes;
        if self.held > HELD_LIMIT {
            return Err(Reason::TooLarge.because("header"));
        }
        Ok(())
    }
}
