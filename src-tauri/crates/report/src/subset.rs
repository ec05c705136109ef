//! Keeps only the glyphs of a TrueType font that a document uses.
//!
//! Glyph numbers stay what they were, so text that was encoded against the whole font still
//! fits; unused glyphs become empty. Tables and their fields: OpenType 1.9, chapters `glyf`,
//! `loca`, `head`, `hmtx`. Tables that a PDF reader does not use (ISO 32000-1, 9.9) are dropped.

use std::collections::{BTreeMap, BTreeSet};

/// Tables that a PDF reader uses of an embedded TrueType font.
const KEPT_TABLES: [&[u8; 4]; 9] = [
    b"cvt ", b"fpgm", b"glyf", b"head", b"hhea", b"hmtx", b"loca", b"maxp", b"prep",
];

/// The font with only `glyphs`, the parts they are composed of and glyph 0.
/// None when the bytes are not a TrueType font with outlines.
pub(crate) fn keep_glyphs(font: &[u8], glyphs: &BTreeSet<u16>) -> Option<Vec<u8>> {
    let tables = tables(font)?;
    let table = |tag: &[u8; 4]| tables.get(tag).copied();
    let (glyf, loca) = (table(b"glyf")?, table(b"loca")?);
    let long_offsets = read_u16(table(b"head")?, 50)? == 1;
    let glyph_count = read_u16(table(b"maxp")?, 4)?;
    let outline = |glyph: u16| outline(glyf, loca, long_offsets, glyph);

    let mut kept = BTreeSet::new();
    let mut waiting: Vec<u16> = glyphs.iter().copied().chain([0]).collect();
    while let Some(glyph) = waiting.pop() {
        if glyph < glyph_count && kept.insert(glyph) {
            waiting.extend(components(outline(glyph)?)?);
        }
    }

    let mut new_glyf = Vec::new();
    let mut new_loca = Vec::new();
    for glyph in 0..glyph_count {
        new_loca.extend_from_slice(&u32::try_from(new_glyf.len()).ok()?.to_be_bytes());
        if kept.contains(&glyph) {
            new_glyf.extend_from_slice(outline(glyph)?);
            new_glyf.resize(new_glyf.len().next_multiple_of(4), 0);
        }
    }
    new_loca.extend_from_slice(&u32::try_from(new_glyf.len()).ok()?.to_be_bytes());

    let mut head = table(b"head")?.to_vec();
    head.get_mut(8..12)?.fill(0);
    head.get_mut(50..52)?.copy_from_slice(&1u16.to_be_bytes());
    let mut hmtx = table(b"hmtx")?.to_vec();
    let measured = read_u16(table(b"hhea")?, 34)?;
    for glyph in (0..measured).filter(|glyph| !kept.contains(glyph)) {
        let start = usize::from(glyph) * 4;
        hmtx.get_mut(start..start + 4)?.fill(0);
    }

    let mut parts: BTreeMap<[u8; 4], Vec<u8>> = KEPT_TABLES
        .iter()
        .filter_map(|tag| table(tag).map(|bytes| (**tag, bytes.to_vec())))
        .collect();
    parts.insert(*b"glyf", new_glyf);
    parts.insert(*b"loca", new_loca);
    parts.insert(*b"head", head);
    parts.insert(*b"hmtx", hmtx);
    assemble(&parts)
}

fn tables(font: &[u8]) -> Option<BTreeMap<[u8; 4], &[u8]>> {
    let count = usize::from(read_u16(font, 4)?);
    let mut found = BTreeMap::new();
    for index in 0..count {
        let record = font.get(12 + index * 16..28 + index * 16)?;
        let tag: [u8; 4] = record.get(..4)?.try_into().ok()?;
        let offset = usize::try_from(read_u32(record, 8)?).ok()?;
        let length = usize::try_from(read_u32(record, 12)?).ok()?;
        found.insert(tag, font.get(offset..offset.checked_add(length)?)?);
    }
    Some(found)
}

fn outline<'a>(glyf: &'a [u8], loca: &[u8], long_offsets: bool, glyph: u16) -> Option<&'a [u8]> {
    let offset = |index: usize| -> Option<usize> {
        if long_offsets {
            usize::try_from(read_u32(loca, index * 4)?).ok()
        } else {
            Some(usize::from(read_u16(loca, index * 2)?) * 2)
        }
    };
    glyf.get(offset(usize::from(glyph))?..offset(usize::from(glyph) + 1)?)
}

/// The glyphs that a composite glyph is made of; none for a simple or empty one.
fn components(outline: &[u8]) -> Option<Vec<u16>> {
    const ARGUMENTS_ARE_WORDS: u16 = 0x0001;
    const HAS_SCALE: u16 = 0x0008;
    const MORE_COMPONENTS: u16 = 0x0020;
    const HAS_TWO_SCALES: u16 = 0x0040;
    const HAS_MATRIX: u16 = 0x0080;

    let mut found = Vec::new();
    let is_composite = read_u16(outline, 0).is_some_and(|contours| contours & 0x8000 != 0);
    if !is_composite {
        return Some(found);
    }
    let mut at = 10;
    loop {
        let flags = read_u16(outline, at)?;
        found.push(read_u16(outline, at + 2)?);
        at += 4 + if flags & ARGUMENTS_ARE_WORDS != 0 {
            4
        } else {
            2
        };
        at += match flags {
            _ if flags & HAS_SCALE != 0 => 2,
            _ if flags & HAS_TWO_SCALES != 0 => 4,
            _ if flags & HAS_MATRIX != 0 => 8,
            _ => 0,
        };
        if flags & MORE_COMPONENTS == 0 {
            return Some(found);
        }
    }
}

fn assemble(parts: &BTreeMap<[u8; 4], Vec<u8>>) -> Option<Vec<u8>> {
    let count = u16::try_from(parts.len()).ok()?;
    let entry_selector = count.checked_ilog2()?;
    let search_range = 16u16.checked_shl(entry_selector)?;
    let mut font = vec![0, 1, 0, 0];
    for value in [
        count,
        search_range,
        u16::try_from(entry_selector).ok()?,
        count * 16 - search_range,
    ] {
        font.extend_from_slice(&value.to_be_bytes());
    }
    let mut offset = 12 + 16 * parts.len();
    let mut head_at = 0;
    for (tag, bytes) in parts {
        if tag == b"head" {
            head_at = offset;
        }
        font.extend_from_slice(tag);
        for value in [
            checksum(bytes),
            u32::try_from(offset).ok()?,
            u32::try_from(bytes.len()).ok()?,
        ] {
            font.extend_from_slice(&value.to_be_bytes());
        }
        offset += bytes.len().next_multiple_of(4);
    }
    for bytes in parts.values() {
        font.extend_from_slice(bytes);
        font.resize(font.len().next_multiple_of(4), 0);
    }
    let adjustment = 0xB1B0_AFBAu32.wrapping_sub(checksum(&font));
    font.get_mut(head_at + 8..head_at + 12)?
        .copy_from_slice(&adjustment.to_be_bytes());
    Some(font)
}

fn checksum(bytes: &[u8]) -> u32 {
    bytes.chunks(4).fold(0u32, |sum, chunk| {
        let mut word = [0; 4];
        for (to, from) in word.iter_mut().zip(chunk) {
            *to = *from;
        }
        sum.wrapping_add(u32::from_be_bytes(word))
    })
}

fn read_u16(bytes: &[u8], at: usize) -> Option<u16> {
    Some(u16::from_be_bytes(bytes.get(at..at + 2)?.try_into().ok()?))
}

fn read_u32(bytes: &[u8], at: usize) -> Option<u32> {
    Some(u32::from_be_bytes(bytes.get(at..at + 4)?.try_into().ok()?))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
    use super::*;
    use crate::fonts::{Typeface, Weight};

    fn regular() -> (&'static [u8], u16, u16, u16) {
        let face = Typeface::shipped().unwrap().face(Weight::Regular);
        let glyph = |character| face.glyph(character).unwrap();
        (face.bytes(), glyph('A'), glyph('Ñ'), glyph('N'))
    }

    #[test]
    fn keeps_the_outline_and_drops_the_rest() {
        let (font, letter_a, _, letter_n) = regular();
        let subset = keep_glyphs(font, &BTreeSet::from([letter_a])).unwrap();
        let (before, after) = (tables(font).unwrap(), tables(&subset).unwrap());
        let outline_in = |of: &BTreeMap<[u8; 4], &[u8]>, glyph| {
            let long = read_u16(of[b"head"], 50).unwrap() == 1;
            outline(of[b"glyf"], of[b"loca"], long, glyph)
                .unwrap()
                .to_vec()
        };
        assert!(outline_in(&after, letter_a).starts_with(&outline_in(&before, letter_a)));
        assert!(outline_in(&after, letter_n).is_empty());
        assert!(!after.contains_key(b"GPOS"));
        assert!(
            subset.len() < font.len() / 10,
            "{} of {}",
            subset.len(),
            font.len()
        );
    }

    #[test]
    fn a_composed_letter_brings_its_parts() {
        let (font, _, letter_n_tilde, letter_n) = regular();
        let subset = keep_glyphs(font, &BTreeSet::from([letter_n_tilde])).unwrap();
        let after = tables(&subset).unwrap();
        assert!(
            !outline(after[b"glyf"], after[b"loca"], true, letter_n)
                .unwrap()
                .is_empty()
        );
    }

    #[test]
    fn the_whole_file_sums_to_the_constant_of_the_format() {
        let (font, letter_a, _, _) = regular();
        let subset = keep_glyphs(font, &BTreeSet::from([letter_a])).unwrap();
        assert_eq!(checksum(&subset), 0xB1B0_AFBA);
    }

    #[test]
    fn damaged_bytes_are_refused() {
        let (font, letter_a, _, _) = regular();
        for length in [0, 3, 11, 40, 300, 5000, font.len() / 2] {
            assert_eq!(
                keep_glyphs(&font[..length], &BTreeSet::from([letter_a])),
                None
            );
        }
    }
}
