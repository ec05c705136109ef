//! RLE Lossless (PS3.5 annex G): byte planes, most significant first, each packed by PackBits.

use crate::problem::{Reason, Refusal};

/// Decodes one frame to interleaved little endian samples of `width` bytes.
pub(crate) fn decode(
    packed: &[u8],
    pixels: usize,
    samples: usize,
    width: usize,
) -> Result<Vec<u8>, Refusal> {
    let broken = || Reason::DecodingFailed.because("RLE segment");
    let word = |index: usize| {
        packed
            .get(index * 4..index * 4 + 4)
            .map(|four| u32::from_le_bytes([four[0], four[1], four[2], four[3]]) as usize)
            .ok_or_else(broken)
    };
    let planes = samples * width;
    if word(0)? != planes {
        return Err(Reason::DecodingFailed.because(format!("{} RLE segments", word(0)?)));
    }
    let mut decoded = vec![0; pixels * planes];
    for plane in 0..planes {
        let start = word(1 + plane)?;
        let end = if plane + 1 < planes {
            word(2 + plane)?
        } else {
            packed.len()
        };
        let segment = packed.get(start..end).ok_or_else(broken)?;
        let (sample, significance) = (plane / width, plane % width);
        let first = sample * width + (width - 1 - significance);
        let targets = decoded.iter_mut().skip(first).step_by(planes);
        unpack(segment, targets).ok_or_else(broken)?;
    }
    Ok(decoded)
}

/// Fills every target, or none is returned; surplus bytes are padding.
fn unpack<'target>(
    segment: &[u8],
    mut targets: impl ExactSizeIterator<Item = &'target mut u8>,
) -> Option<()> {
    let mut at = 0;
    while targets.len() > 0 {
        let control = *segment.get(at)?;
        at += 1;
        match control {
            0..=127 => {
                for _ in 0..=control {
                    let value = *segment.get(at)?;
                    at += 1;
                    match targets.next() {
                        Some(target) => *target = value,
                        None => return Some(()),
                    }
                }
            }
            128 => {}
            129..=255 => {
                let value = *segment.get(at)?;
                at += 1;
                for target in targets.by_ref().take(257 - usize::from(control)) {
                    *target = value;
                }
            }
        }
    }
    Some(())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
    use super::*;

    fn header(offsets: &[u32]) -> Vec<u8> {
        let mut words = vec![offsets.len() as u32];
        words.extend_from_slice(offsets);
        words.resize(16, 0);
        words.iter().flat_map(|word| word.to_le_bytes()).collect()
    }

    /// By hand: high bytes 1,1,1 as a run, low bytes 5,6,7 as literals.
    #[test]
    fn two_byte_planes_become_little_endian_words() {
        let mut packed = header(&[64, 66]);
        packed.extend_from_slice(&[254, 1]);
        packed.extend_from_slice(&[2, 5, 6, 7]);
        assert_eq!(decode(&packed, 3, 1, 2).unwrap(), [5, 1, 6, 1, 7, 1]);
    }

    #[test]
    fn short_segments_and_wrong_offsets_are_refused() {
        let mut packed = header(&[64]);
        packed.extend_from_slice(&[1, 9]);
        assert!(decode(&packed, 2, 1, 1).is_err());
        assert!(decode(&header(&[9999]), 2, 1, 1).is_err());
        assert!(decode(&[], 2, 1, 1).is_err());
        assert!(
            decode(&header(&[64, 64]), 2, 1, 1).is_err(),
            "two planes for one"
        );
    }
}
