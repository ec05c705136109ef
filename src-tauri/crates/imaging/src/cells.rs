//! Rearranging stored samples: unused bits, planes, shared colours, packed bits.

/// Zero- or sign-extends every sample from its lowest `bits`.
pub(crate) fn clear_unused(bytes: &mut [u8], allocated: u16, bits: u16, signed: bool) {
    let shift = u32::from(allocated.saturating_sub(bits.max(1)));
    match (allocated, signed) {
        (8, false) => bytes
            .iter_mut()
            .for_each(|byte| *byte = *byte << shift >> shift),
        (8, true) => bytes
            .iter_mut()
            .for_each(|byte| *byte = ((*byte as i8) << shift >> shift) as u8),
        (16, signed) => bytes.chunks_exact_mut(2).for_each(|cell| {
            let word = u16::from_le_bytes([cell[0], cell[1]]);
            let word = if signed {
                ((word as i16) << shift >> shift) as u16
            } else {
                word << shift >> shift
            };
            cell.copy_from_slice(&word.to_le_bytes());
        }),
        (_, signed) => bytes.chunks_exact_mut(4).for_each(|cell| {
            let word = u32::from_le_bytes([cell[0], cell[1], cell[2], cell[3]]);
            let word = if signed {
                ((word as i32) << shift >> shift) as u32
            } else {
                word << shift >> shift
            };
            cell.copy_from_slice(&word.to_le_bytes());
        }),
    }
}

/// Planes one after the other to samples side by side.
pub(crate) fn interleave(planes: &[u8], samples: usize, width: usize) -> Vec<u8> {
    let plane = planes.len() / samples;
    let mut mixed = Vec::with_capacity(planes.len());
    for at in (0..plane).step_by(width) {
        for sample in 0..samples {
            let start = sample * plane + at;
            mixed.extend_from_slice(&planes[start..start + width]);
        }
    }
    mixed
}

/// YBR_FULL_422 stores Y1 Y2 Cb Cr for two pixels; both get the colour.
pub(crate) fn spread_colour(packed: &[u8]) -> Vec<u8> {
    packed
        .chunks_exact(4)
        .flat_map(|four| [four[0], four[2], four[3], four[1], four[2], four[3]])
        .collect()
}

pub(crate) fn unpacked_bits(bytes: &[u8], first: usize, count: usize) -> Vec<u8> {
    (first..first + count)
        .map(|bit| bytes.get(bit / 8).map_or(0, |byte| byte >> (bit % 8) & 1))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn unused_bits_are_cleared_by_sign() {
        // 12 bits stored: 0xF800 holds -2048 signed, 0x0800 unsigned
        let mut signed = vec![0x00, 0xf8, 0xff, 0x07];
        clear_unused(&mut signed, 16, 12, true);
        assert_eq!(signed, [0x00, 0xf8, 0xff, 0x07]);
        let mut unsigned = vec![0x00, 0xf8];
        clear_unused(&mut unsigned, 16, 12, false);
        assert_eq!(unsigned, [0x00, 0x08]);
        let mut sign_lost = vec![0x00, 0x08];
        clear_unused(&mut sign_lost, 16, 12, true);
        assert_eq!(sign_lost, [0x00, 0xf8]);
    }

    #[test]
    fn planes_and_shared_colours_become_samples_side_by_side() {
        assert_eq!(interleave(&[1, 2, 3, 4, 5, 6], 3, 1), [1, 3, 5, 2, 4, 6]);
        assert_eq!(spread_colour(&[1, 2, 8, 9]), [1, 8, 9, 2, 8, 9]);
        assert_eq!(unpacked_bits(&[0b0000_0110], 1, 3), [1, 1, 0]);
    }
}
