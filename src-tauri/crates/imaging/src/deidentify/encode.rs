//! Writes elements (PS3.5 sections 7.1 and 7.5), sequences and items with delimiters.

use crate::walker::{Encoding, has_short_length};
use dicom_core::Tag;
use std::collections::BTreeMap;

/// Encoded elements by tag, as a data set orders them; of elements that are there twice the last
/// one stays, as readers take it.
pub(crate) type Encoded = BTreeMap<Tag, Vec<u8>>;

const ITEM: Tag = Tag(0xfffe, 0xe000);
const ITEM_END: Tag = Tag(0xfffe, 0xe00d);
const SEQUENCE_END: Tag = Tag(0xfffe, 0xe0dd);
pub(crate) const UNDEFINED: u32 = u32::MAX;

fn short(value: u16, encoding: Encoding) -> [u8; 2] {
    if encoding.big_endian {
        value.to_be_bytes()
    } else {
        value.to_le_bytes()
    }
}

fn long(value: u32, encoding: Encoding) -> [u8; 4] {
    if encoding.big_endian {
        value.to_be_bytes()
    } else {
        value.to_le_bytes()
    }
}

/// Tag, representation and length.
pub(crate) fn header(tag: Tag, vr: [u8; 2], length: u32, encoding: Encoding) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(12);
    bytes.extend(short(tag.0, encoding));
    bytes.extend(short(tag.1, encoding));
    if !encoding.explicit || tag.0 == 0xfffe {
        bytes.extend(long(length, encoding));
        return bytes;
    }
    bytes.extend(vr);
    match u16::try_from(length) {
        Ok(length) if has_short_length(vr) => bytes.extend(short(length, encoding)),
        _ => {
            bytes.extend([0, 0]);
            bytes.extend(long(length, encoding));
        }
    }
    bytes
}

/// A whole element, its value padded to an even length; none where a short length cannot hold it.
pub(crate) fn element(tag: Tag, vr: [u8; 2], value: &[u8], encoding: Encoding) -> Option<Vec<u8>> {
    let length = u32::try_from(value.len().next_multiple_of(2)).ok()?;
    if encoding.explicit && has_short_length(vr) && length > u32::from(u16::MAX) {
        return None;
    }
    let mut bytes = header(tag, vr, length, encoding);
    bytes.extend_from_slice(value);
    if value.len() % 2 == 1 {
        let is_binary = matches!(&vr, b"UI" | b"OB" | b"OW" | b"UN");
        bytes.push(if is_binary { 0 } else { b' ' });
    }
    Some(bytes)
}

/// A sequence of items.
pub(crate) fn sequence(tag: Tag, items: &[Encoded], encoding: Encoding) -> Vec<u8> {
    let mut bytes = header(tag, *b"SQ", UNDEFINED, encoding);
    for item in items {
        bytes.extend(header(ITEM, *b"UN", UNDEFINED, encoding));
        for element in item.values() {
            bytes.extend_from_slice(element);
        }
        bytes.extend(header(ITEM_END, *b"UN", 0, encoding));
    }
    bytes.extend(header(SEQUENCE_END, *b"UN", 0, encoding));
    bytes
}
