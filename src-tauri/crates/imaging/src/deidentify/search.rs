//! Looks through a written file for everything that identifies people: its text values as words, dates
//! and UIDs, the text segments of compressed pictures, and all bytes for longer values in the encodings
//! that a file may use.

use super::{
    identifying::Identifying,
    tree::{self, Content, Element},
};
use crate::{
    part10::{self, Purpose},
    problem::{ImagingError, Refusal},
    source::Source,
};
use aho_corasick::AhoCorasick;
use std::{
    fs::File,
    io::{BufReader, Read},
    path::Path,
};

/// Bytes looked through at a time.
const CHUNK: usize = 1 << 20;
/// Bytes at the start of a compressed frame in which its text segments stand.
const SEGMENTS_LIMIT: u64 = 64 << 10;
const FRAGMENT_LIMIT: usize = 1_000_000;

/// A search for the values of one export.
pub struct Search<'export> {
    identifying: &'export Identifying,
    raw: Option<AhoCorasick>,
    longest: usize,
}

impl<'export> Search<'export> {
    /// None where so much is looked for that the search does not fit into memory.
    pub fn new(identifying: &'export Identifying) -> Option<Search<'export>> {
        let patterns = identifying.raw_patterns();
        let longest = patterns.iter().map(Vec::len).max().unwrap_or(0);
        let raw = if patterns.is_empty() {
            None
        } else {
            let built = AhoCorasick::builder()
                .ascii_case_insensitive(true)
                .build(&patterns);
            Some(built.ok()?)
        };
        Some(Search {
            identifying,
            raw,
            longest,
        })
    }

    /// Whether an image file holds one of the values.
    pub fn finds_in_image(&self, path: &Path) -> Result<bool, ImagingError> {
        Ok(self.finds_in_bytes(path)? || super::guarded(|| Ok(self.finds_in_elements(path)?))?)
    }

    /// Whether the bytes of any file hold one of the longer values.
    pub fn finds_in_bytes(&self, path: &Path) -> Result<bool, ImagingError> {
        let unreadable = |error: std::io::Error| ImagingError::Image(Refusal::from(error));
        let Some(raw) = &self.raw else {
            return Ok(false);
        };
        let mut file = BufReader::new(File::open(path).map_err(unreadable)?);
        let mut window = vec![0; CHUNK + self.longest];
        let mut kept = 0;
        loop {
            let read = file.read(&mut window[kept..]).map_err(unreadable)?;
            if read == 0 {
                return Ok(false);
            }
            let filled = kept + read;
            if raw.is_match(&window[..filled]) {
                return Ok(true);
            }
            // A value may lie across two chunks.
            kept = filled.min(self.longest.saturating_sub(1));
            window.copy_within(filled - kept..filled, 0);
        }
    }

    /// The same for bytes that are in memory.
    pub fn finds_in_memory(&self, bytes: &[u8]) -> bool {
        self.raw.as_ref().is_some_and(|raw| raw.is_match(bytes))
    }

    /// Whether a text holds one of the values.
    pub fn finds_in_text(&self, text: &str) -> bool {
        self.identifying.is_in(text)
    }

    fn finds_in_elements(&self, path: &Path) -> Result<bool, Refusal> {
        let mut file = part10::open(path, Purpose::Pixels)?;
        let elements = tree::read(&mut file.source, file.start, file.encoding)?;
        if elements.iter().any(|element| self.is_in_element(element)) {
            return Ok(true);
        }
        // Whatever stands before the data set, where nothing should stand.
        let mut opening = vec![0; 128.min(file.source.length()) as usize];
        let source = &mut file.source;
        source.seek_to(0)?;
        source.read_exact(&mut opening)?;
        if self.is_in_latin(&opening) {
            return Ok(true);
        }
        match file.pixels {
            Some(location) if location.length.is_none() => {
                self.finds_in_segments(source, location.offset)
            }
            _ => Ok(false),
        }
    }

    fn is_in_element(&self, element: &Element) -> bool {
        match &element.value {
            Content::Items(items) => items
                .iter()
                .flatten()
                .any(|element| self.is_in_element(element)),
            Content::Bytes(bytes) => match &super::values::representation(element.tag, element.vr)
                .unwrap_or(element.vr)
            {
                b"UI" => self.identifying.has_uid(&String::from_utf8_lossy(bytes)),
                b"IS" => self
                    .identifying
                    .is_in_number(&String::from_utf8_lossy(bytes)),
                // Numbers and times of day are shared by many.
                b"DS" | b"TM" | b"US" | b"SS" | b"UL" | b"SL" | b"FL" | b"FD" | b"AT" | b"OW"
                | b"OB" | b"OV" => false,
                _ => self.is_in_latin(bytes),
            },
            Content::Unread => false,
        }
    }

    fn is_in_latin(&self, bytes: &[u8]) -> bool {
        let latin: String = bytes.iter().copied().map(char::from).collect();
        self.identifying.is_in(&latin) || self.identifying.is_in(&String::from_utf8_lossy(bytes))
    }

    /// The comments and application segments of JPEG (ISO/IEC 10918-1 annex B) and JPEG 2000
    /// (ISO/IEC 15444-1 annex A), which come before the first scan or tile.
    fn finds_in_segments(&self, source: &mut Source, start: u64) -> Result<bool, Refusal> {
        let end = source.length();
        let mut position = start;
        for _ in 0..FRAGMENT_LIMIT {
            if position + 8 > end {
                break;
            }
            let mut item = [0_u8; 8];
            source.seek_to(position)?;
            source.read_exact(&mut item)?;
            if item[..4] != [0xfe, 0xff, 0x00, 0xe0] {
                break;
            }
            let length = u64::from(u32::from_le_bytes([item[4], item[5], item[6], item[7]]));
            position += 8;
            let mut opening = vec![0; length.min(SEGMENTS_LIMIT).min(end - position) as usize];
            source.read_exact(&mut opening)?;
            if segments(&opening).any(|segment| self.is_in_latin(segment)) {
                return Ok(true);
            }
            position += length;
        }
        Ok(false)
    }
}

/// The contents of marker segments that hold text.
fn segments(bytes: &[u8]) -> impl Iterator<Item = &[u8]> {
    let mut position = if matches!(bytes, [0xff, 0xd8 | 0x4f, ..]) {
        2
    } else {
        bytes.len()
    };
    std::iter::from_fn(move || {
        loop {
            let [0xff, marker, high, low, ..] = bytes.get(position..)? else {
                return None;
            };
            // Start of scan, start of tile part: the picture begins.
            if matches!(marker, 0xda | 0x90) {
                return None;
            }
            let length = usize::from(u16::from_be_bytes([*high, *low])).max(2);
            let from = position + 4;
            position += 2 + length;
            if matches!(marker, 0xe0..=0xef | 0xfe | 0x64) {
                return bytes.get(from..position.min(bytes.len()));
            }
        }
    })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
    use super::*;

    #[test]
    fn comments_of_compressed_pictures_are_read() {
        let jpeg =
            b"\xff\xd8\xff\xe0\x00\x06JFIF\xff\xdb\x00\x03q\xff\xfe\x00\x06Anna\xff\xda\x00\x02";
        let found: Vec<_> = segments(jpeg).collect();
        assert_eq!(found, [b"JFIF".as_slice(), b"Anna"]);
        assert_eq!(segments(b"\x00\x01").count(), 0);
    }

    #[test]
    fn a_value_across_two_chunks_is_found() {
        let mut identifying = Identifying::default();
        identifying.add_uid("1.3.6.1.4.1.9590.100.1");
        let search = Search::new(&identifying).unwrap();
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("file");
        let window = CHUNK + search.longest;
        for start in [window - 5, window - 1, 2 * CHUNK - 3] {
            let mut bytes = vec![0_u8; 3 * CHUNK];
            bytes[start..start + 22].copy_from_slice(b"1.3.6.1.4.1.9590.100.1");
            std::fs::write(&path, &bytes).unwrap();
            assert!(search.finds_in_bytes(&path).unwrap(), "{start}");
        }
        std::fs::write(&path, vec![0_u8; 3 * CHUNK]).unwrap();
        assert!(!search.finds_in_bytes(&path).unwrap());
    }
}
