//! The fragments of encapsulated pixel data (PS3.5 section A.4) and which of them make up a frame.

use crate::{
    header::FRAME_COUNT_LIMIT,
    problem::{Reason, Refusal},
    source::Source,
};
use std::io::Read;

/// Fragments of one file; each frame has at least one.
const FRAGMENT_LIMIT: usize = 1_000_000;
/// Bytes of a Basic Offset Table: four for each frame.
const TABLE_LIMIT: u64 = 4 * FRAME_COUNT_LIMIT as u64;

#[derive(Debug, Clone, Copy, PartialEq)]
struct Fragment {
    offset: u64,
    length: u64,
}

pub(crate) struct Fragments {
    fragments: Vec<Fragment>,
    /// Offsets of the frames from the first fragment's item tag; empty where there is no table.
    table: Vec<u64>,
    /// The first fragment of each frame, once it was asked for: a file may have a million fragments
    /// and as many frames.
    starts: Option<Vec<usize>>,
}

impl Fragments {
    /// Lists the fragments that start at `offset`, without reading them. `extended` is the Extended
    /// Offset Table, which goes before the basic one.
    pub(crate) fn list(
        source: &mut Source,
        offset: u64,
        extended: Vec<u64>,
    ) -> Result<Fragments, Refusal> {
        let end = source.length();
        let mut position = offset;
        let mut fragments = Vec::new();
        let mut table = None;
        while position + 8 <= end {
            let mut item = [0_u8; 8];
            source.seek_to(position)?;
            source.read_exact(&mut item)?;
            let length = u64::from(u32::from_le_bytes([item[4], item[5], item[6], item[7]]));
            position += 8;
            match &item[..4] {
                [0xfe, 0xff, 0x00, 0xe0] if position + length > end => {
                    return Err(Reason::Truncated.because("fragment of pixel data"));
                }
                [0xfe, 0xff, 0x00, 0xe0] if table.is_none() && length > TABLE_LIMIT => {
                    return Err(Reason::TooLarge.because("offset table of pixel data"));
                }
                [0xfe, 0xff, 0x00, 0xe0] if table.is_none() => {
                    let mut bytes = vec![0; length as usize];
                    source.read_exact(&mut bytes)?;
                    let basic = bytes.chunks_exact(4).map(|four| {
                        u64::from(u32::from_le_bytes([four[0], four[1], four[2], four[3]]))
                    });
                    table = Some(if extended.is_empty() {
                        basic.collect()
                    } else {
                        extended.clone()
                    });
                }
                [0xfe, 0xff, 0x00, 0xe0] => fragments.push(Fragment {
                    offset: position,
                    length,
                }),
                [0xfe, 0xff, 0xdd, 0xe0] => break,
                _ => return Err(Reason::BrokenStructure.because("fragments of pixel data")),
            }
            if fragments.len() > FRAGMENT_LIMIT {
                return Err(Reason::TooLarge.because("fragments of pixel data"));
            }
            position += length;
        }
        if fragments.is_empty() {
            return Err(Reason::Truncated.because("no fragment of pixel data"));
        }
        Ok(Fragments {
            fragments,
            table: table.unwrap_or_default(),
            starts: None,
        })
    }

    /// The encoded bytes of a frame, counted from 0, out of `frames`.
    pub(crate) fn frame(
        &mut self,
        source: &mut Source,
        frame: u32,
        frames: u32,
        limit: u64,
    ) -> Result<Vec<u8>, Refusal> {
        let members = self.members(source, frame as usize, frames as usize)?;
        let length: u64 = members.iter().map(|fragment| fragment.length).sum();
        if length > limit {
            return Err(Reason::TooLarge.because(format!("frame of {length} bytes")));
        }
        let mut bytes = vec![0; length as usize];
        let mut start = 0;
        for fragment in members {
            let end = start + fragment.length as usize;
            source.seek_to(fragment.offset)?;
            source.read_exact(&mut bytes[start..end])?;
            start = end;
        }
        Ok(bytes)
    }

    fn members(
        &mut self,
        source: &mut Source,
        frame: usize,
        frames: usize,
    ) -> Result<&[Fragment], Refusal> {
        let missing = || Reason::Truncated.because(format!("frame {} of {frames}", frame + 1));
        if frames == 1 {
            return Ok(&self.fragments);
        }
        if self.fragments.len() == frames {
            return self.fragments.get(frame..=frame).ok_or_else(missing);
        }
        let starts = match self.starts.take() {
            Some(starts) => starts,
            None if self.table.len() == frames => self.starts_by_table(),
            None => self.starts_by_marker(source)?,
        };
        let starts = self.starts.insert(starts);
        if starts.len() != frames {
            return Err(Reason::BrokenStructure.because("frames and fragments do not match"));
        }
        let from = *starts.get(frame).ok_or_else(missing)?;
        let to = starts
            .get(frame + 1)
            .copied()
            .unwrap_or(self.fragments.len());
        self.fragments
            .get(from..to)
            .filter(|found| !found.is_empty())
            .ok_or_else(missing)
    }

    fn starts_by_table(&self) -> Vec<usize> {
        let first = self.fragments[0].offset - 8;
        self.table
            .iter()
            .filter_map(|offset| {
                self.fragments
                    .binary_search_by_key(&(first + offset), |fragment| fragment.offset - 8)
                    .ok()
            })
            .collect()
    }

    /// Without a table a frame begins where a fragment begins with a start marker: SOI of the JPEG
    /// family (ISO/IEC 10918-1) or SOC of JPEG 2000 (ISO/IEC 15444-1).
    fn starts_by_marker(&self, source: &mut Source) -> Result<Vec<usize>, Refusal> {
        let mut starts = Vec::new();
        for (index, fragment) in self.fragments.iter().enumerate() {
            if fragment.length < 2 {
                continue;
            }
            let mut marker = [0; 2];
            source.seek_to(fragment.offset)?;
            source.read_exact(&mut marker)?;
            if matches!(marker, [0xff, 0xd8 | 0x4f]) {
                starts.push(index);
            }
        }
        Ok(starts)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
    use super::*;
    use std::io::Cursor;

    fn encapsulated(table: &[u32], fragments: &[&[u8]]) -> Source {
        let mut bytes = Vec::new();
        let mut item = |value: &[u8]| {
            bytes.extend_from_slice(&[0xfe, 0xff, 0x00, 0xe0]);
            bytes.extend_from_slice(&(value.len() as u32).to_le_bytes());
            bytes.extend_from_slice(value);
        };
        let table: Vec<u8> = table
            .iter()
            .flat_map(|offset| offset.to_le_bytes())
            .collect();
        item(&table);
        for fragment in fragments {
            item(fragment);
        }
        bytes.extend_from_slice(&[0xfe, 0xff, 0xdd, 0xe0, 0, 0, 0, 0]);
        Source::Memory(Cursor::new(bytes))
    }

    #[test]
    fn the_offset_table_tells_which_fragments_make_a_frame() {
        let mut source = encapsulated(&[0, 24], &[b"AAAA", b"BB", b"CCCC"]);
        // first frame: items of 8+4 and 8+2 bytes, padded table points to the third fragment at 22
        let mut listed = Fragments::list(&mut source, 0, Vec::new()).unwrap();
        assert!(
            listed.frame(&mut source, 0, 2, 100).is_err(),
            "offset 24 hits no fragment"
        );
        let mut source = encapsulated(&[0, 22], &[b"AAAA", b"BB", b"CCCC"]);
        let mut listed = Fragments::list(&mut source, 0, Vec::new()).unwrap();
        assert_eq!(listed.frame(&mut source, 0, 2, 100).unwrap(), b"AAAABB");
        assert_eq!(listed.frame(&mut source, 1, 2, 100).unwrap(), b"CCCC");
    }

    #[test]
    fn start_markers_part_frames_where_the_table_is_empty() {
        let mut source = encapsulated(&[], &[b"\xff\xd8ab", b"cd", b"\xff\xd8ef"]);
        let mut listed = Fragments::list(&mut source, 0, Vec::new()).unwrap();
        assert_eq!(
            listed.frame(&mut source, 0, 2, 100).unwrap(),
            b"\xff\xd8abcd"
        );
        assert_eq!(listed.frame(&mut source, 1, 2, 100).unwrap(), b"\xff\xd8ef");
        assert_eq!(
            listed.frame(&mut source, 0, 2, 5).unwrap_err().reason,
            Reason::TooLarge
        );
    }

    #[test]
    fn a_fragment_longer_than_the_file_is_refused() {
        let mut bytes = vec![0xfe, 0xff, 0x00, 0xe0, 0, 0, 0, 0];
        bytes.extend_from_slice(&[0xfe, 0xff, 0x00, 0xe0, 0xff, 0xff, 0xff, 0x7f, 1, 2]);
        let mut source = Source::Memory(Cursor::new(bytes));
        let refusal = Fragments::list(&mut source, 0, Vec::new()).err().unwrap();
        assert_eq!(refusal.reason, Reason::Truncated);
    }
}
