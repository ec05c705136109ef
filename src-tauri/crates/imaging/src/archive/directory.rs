//! The central directory of a ZIP archive (PKWARE APPNOTE 6.3.10, sections 4.3 to 4.5), read without
//! trusting a number in it.
//!
//! Written here instead of taken from a library because a library keeps the last of two entries with one
//! name and looks for overlaps only when asked: both decide what a person sees.

use super::Entry;
use crate::problem::{Reason, Refusal};

/// Bytes of a central directory, and entries in it: beyond any study, below any harm.
const DIRECTORY_LIMIT: u64 = 128 << 20;
pub(super) const ENTRY_LIMIT: u64 = 200_000;
/// The end record with the longest comment.
const END_LIMIT: u64 = 22 + 65_535;
const HEADER: usize = 46;

pub(super) const LOCAL_SIGNATURE: [u8; 4] = *b"PK\x03\x04";
const CENTRAL_SIGNATURE: [u8; 4] = *b"PK\x01\x02";
const END_SIGNATURE: [u8; 4] = *b"PK\x05\x06";
const END64_SIGNATURE: [u8; 4] = *b"PK\x06\x06";
const LOCATOR_SIGNATURE: [u8; 4] = *b"PK\x06\x07";

/// Bytes that can be read at any place.
pub(super) trait Bytes {
    fn length(&self) -> u64;
    fn at(&mut self, position: u64, into: &mut [u8]) -> Result<(), Refusal>;
}

/// The entries in the order of the directory, and where the directory begins.
pub(super) struct Directory {
    pub(super) entries: Vec<Entry>,
    pub(super) start: u64,
}

fn broken(what: &str) -> Refusal {
    Reason::BrokenStructure.because(format!("archive: {what}"))
}

fn number<const COUNT: usize>(bytes: &[u8], at: usize) -> Option<[u8; COUNT]> {
    bytes.get(at..at + COUNT)?.try_into().ok()
}

pub(super) fn short(bytes: &[u8], at: usize) -> u16 {
    number(bytes, at).map_or(0, u16::from_le_bytes)
}

pub(super) fn long(bytes: &[u8], at: usize) -> u32 {
    number(bytes, at).map_or(0, u32::from_le_bytes)
}

fn longest(bytes: &[u8], at: usize) -> u64 {
    number(bytes, at).map_or(0, u64::from_le_bytes)
}

/// Where the directory lies, as the end of the archive says.
struct End {
    entries: u64,
    size: u64,
    offset: u64,
    /// The end record; the directory reaches up to it.
    position: u64,
    is_64: bool,
}

pub(super) fn read(bytes: &mut dyn Bytes) -> Result<Directory, Refusal> {
    let end = find_end(bytes)?;
    if end.entries > ENTRY_LIMIT {
        return Err(Reason::Bomb.because(format!("{} entries", end.entries)));
    }
    if end.size > DIRECTORY_LIMIT {
        return Err(Reason::Bomb.because("size of the directory"));
    }
    let start = end
        .position
        .checked_sub(end.size)
        .ok_or_else(|| broken("directory"))?;
    // Bytes before the archive, as in a program that unpacks itself, shift all offsets.
    let shift = start
        .checked_sub(end.offset)
        .ok_or_else(|| broken("directory"))?;
    let mut directory = vec![0; end.size as usize];
    bytes.at(start, &mut directory)?;
    let mut entries = Vec::new();
    let mut rest = directory.as_slice();
    while !rest.is_empty() {
        if entries.len() as u64 >= ENTRY_LIMIT {
            return Err(Reason::Bomb.because("number of entries"));
        }
        let (entry, length) = entry(rest, shift, start)?;
        entries.push(entry);
        rest = rest.get(length..).ok_or_else(|| broken("directory"))?;
    }
    // Without the 64-bit record the count wraps around.
    let counted = entries.len() as u64;
    if end.entries != counted && (end.is_64 || end.entries != counted % 65_536) {
        return Err(broken("number of entries"));
    }
    Ok(Directory { entries, start })
}

fn find_end(bytes: &mut dyn Bytes) -> Result<End, Refusal> {
    let length = bytes.length();
    let span = length.min(END_LIMIT);
    let mut tail = vec![0; span as usize];
    bytes.at(length - span, &mut tail)?;
    let found = (0..tail.len().saturating_sub(21)).rev().find(|at| {
        tail[*at..].starts_with(&END_SIGNATURE)
            && at + 22 + usize::from(short(&tail, at + 20)) == tail.len()
    });
    let Some(at) = found else {
        return Err(Reason::Truncated.because("archive: end record"));
    };
    let record = &tail[at..];
    let position = length - span + at as u64;
    let plain = End {
        entries: u64::from(short(record, 10)),
        size: u64::from(long(record, 12)),
        offset: u64::from(long(record, 16)),
        position,
        is_64: false,
    };
    let is_saturated = short(record, 4) == u16::MAX
        || plain.entries == 65_535
        || plain.size == u64::from(u32::MAX)
        || plain.offset == u64::from(u32::MAX);
    if is_saturated && let Some(end) = find_end_64(bytes, position)? {
        return Ok(end);
    }
    if short(record, 4) != 0 || short(record, 6) != 0 {
        return Err(broken("parts on several discs"));
    }
    Ok(plain)
}

/// The 64-bit end record (4.3.14) that a locator (4.3.15) before the end record points to.
fn find_end_64(bytes: &mut dyn Bytes, end: u64) -> Result<Option<End>, Refusal> {
    let Some(place) = end.checked_sub(20) else {
        return Ok(None);
    };
    let mut locator = [0; 20];
    bytes.at(place, &mut locator)?;
    if !locator.starts_with(&LOCATOR_SIGNATURE) {
        return Ok(None);
    }
    let position = longest(&locator, 8);
    if position.checked_add(56).is_none_or(|end| end > place) {
        return Err(broken("64-bit end record"));
    }
    let mut record = [0; 56];
    bytes.at(position, &mut record)?;
    if !record.starts_with(&END64_SIGNATURE) {
        return Err(broken("64-bit end record"));
    }
    if long(&record, 16) != 0 || long(&record, 20) != 0 {
        return Err(broken("parts on several discs"));
    }
    Ok(Some(End {
        entries: longest(&record, 32),
        size: longest(&record, 40),
        offset: longest(&record, 48),
        position,
        is_64: true,
    }))
}

/// One entry and its length in the directory.
fn entry(bytes: &[u8], shift: u64, end: u64) -> Result<(Entry, usize), Refusal> {
    if bytes.len() < HEADER || !bytes.starts_with(&CENTRAL_SIGNATURE) {
        return Err(broken("directory"));
    }
    let name_length = usize::from(short(bytes, 28));
    let extra_length = usize::from(short(bytes, 30));
    let length = HEADER + name_length + extra_length + usize::from(short(bytes, 32));
    let extra_start = HEADER + name_length;
    let (Some(name), Some(extra)) = (
        bytes.get(HEADER..extra_start),
        bytes.get(extra_start..extra_start + extra_length),
    ) else {
        return Err(broken("directory"));
    };
    let mut wide = extra_64(extra);
    let mut field = |narrow: u32| match narrow {
        u32::MAX => match wide.split_at_checked(8) {
            Some((first, rest)) => {
                wide = rest;
                longest(first, 0)
            }
            None => u64::from(narrow),
        },
        _ => u64::from(narrow),
    };
    // The order of 4.5.3.
    let size = field(long(bytes, 24));
    let packed = field(long(bytes, 20));
    let header = field(long(bytes, 42))
        .checked_add(shift)
        .filter(|header| *header < end)
        .ok_or_else(|| broken("entry outside the archive"))?;
    let entry = Entry {
        name: super::names::text(name),
        raw_name: name.into(),
        flags: short(bytes, 8),
        method: short(bytes, 10),
        mode: long(bytes, 38) >> 16,
        check: long(bytes, 16),
        packed,
        size,
        header,
        end,
    };
    Ok((entry, length))
}

/// The values of the 64-bit extra field (4.5.3), empty where there is none.
fn extra_64(mut extra: &[u8]) -> &[u8] {
    while let Some((head, rest)) = extra.split_at_checked(4) {
        let Some((value, rest)) = rest.split_at_checked(usize::from(short(head, 2))) else {
            return &[];
        };
        if short(head, 0) == 1 {
            return value;
        }
        extra = rest;
    }
    &[]
}
