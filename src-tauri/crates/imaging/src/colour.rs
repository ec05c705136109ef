//! Colour to RGB with 8 bits per channel: palettes (PS3.3 section C.7.6.3.1.5) and luminance with
//! colour differences (section C.7.6.3.1.2).

use crate::{
    pixels::{Palette, Photometric, PixelFormat, Pixels},
    problem::{Reason, Refusal},
    values::numbers,
};
use dicom_core::Tag;
use dicom_dictionary_std::tags;
use dicom_object::InMemDicomObject;

const CHANNELS: [(Tag, Tag); 3] = [
    (
        tags::RED_PALETTE_COLOR_LOOKUP_TABLE_DESCRIPTOR,
        tags::RED_PALETTE_COLOR_LOOKUP_TABLE_DATA,
    ),
    (
        tags::GREEN_PALETTE_COLOR_LOOKUP_TABLE_DESCRIPTOR,
        tags::GREEN_PALETTE_COLOR_LOOKUP_TABLE_DATA,
    ),
    (
        tags::BLUE_PALETTE_COLOR_LOOKUP_TABLE_DESCRIPTOR,
        tags::BLUE_PALETTE_COLOR_LOOKUP_TABLE_DATA,
    ),
];

/// Reads the palette of an image; segmented palettes are not read.
pub(crate) fn palette(object: &InMemDicomObject) -> Result<Palette, Refusal> {
    let mut first = 0;
    let mut channels = [Vec::new(), Vec::new(), Vec::new()];
    for ((descriptor, data), channel) in CHANNELS.into_iter().zip(&mut channels) {
        let [entries, start, bits] = numbers(object, descriptor)[..] else {
            return Err(Reason::MissingAttribute.because("palette"));
        };
        let entries = if entries == 0.0 {
            65_536
        } else {
            entries as usize
        };
        first = start as i64;
        let words: Vec<u16> = numbers(object, data)
            .iter()
            .map(|word| *word as u16)
            .collect();
        *channel = if bits == 8.0 && words.len() < entries {
            // Two entries share a word, the first in the low byte.
            words.iter().flat_map(|word| word.to_le_bytes()).collect()
        } else if bits == 8.0 {
            words.iter().map(|word| word.to_le_bytes()[0]).collect()
        } else {
            words.iter().map(|word| word.to_be_bytes()[0]).collect()
        };
        channel.truncate(entries);
        if channel.is_empty() {
            return Err(Reason::MissingAttribute.because("palette"));
        }
    }
    Ok(Palette { first, channels })
}

/// Red, green and blue side by side for a colour frame; none for a grey one.
pub(crate) fn rgb(pixels: &Pixels, format: &PixelFormat) -> Option<Vec<u8>> {
    match pixels.photometric {
        Photometric::Monochrome1 | Photometric::Monochrome2 => None,
        Photometric::Palette => {
            let palette = pixels.palette.as_ref()?;
            Some(
                pixels
                    .values()
                    .flat_map(|index| palette.colour(index as i64))
                    .collect(),
            )
        }
        Photometric::Rgb => Some(eight_bits(pixels, format)),
        Photometric::YbrFull
        | Photometric::YbrFull422
        | Photometric::YbrIct
        | Photometric::YbrRct => {
            let bytes = eight_bits(pixels, format);
            Some(
                bytes
                    .chunks_exact(3)
                    .flat_map(|ybr| from_ybr(ybr[0], ybr[1], ybr[2]))
                    .collect(),
            )
        }
    }
}

fn eight_bits(pixels: &Pixels, format: &PixelFormat) -> Vec<u8> {
    let surplus = format.bits_stored.saturating_sub(8);
    if pixels.kind.bytes() == 1 && surplus == 0 {
        return pixels.bytes.clone();
    }
    let scale = f64::from(1_u32 << surplus.min(24));
    pixels
        .values()
        .map(|value| (value / scale).clamp(0.0, 255.0) as u8)
        .collect()
}

fn from_ybr(luminance: u8, blue_difference: u8, red_difference: u8) -> [u8; 3] {
    let y = f64::from(luminance);
    let blue = f64::from(blue_difference) - 128.0;
    let red = f64::from(red_difference) - 128.0;
    [
        y + 1.402 * red,
        y - 0.344_136 * blue - 0.714_136 * red,
        y + 1.772 * blue,
    ]
    .map(|channel| channel.round().clamp(0.0, 255.0) as u8)
}

impl Palette {
    /// Indices before the first entry take the first colour, those after the last the last one.
    fn colour(&self, index: i64) -> [u8; 3] {
        let entry = usize::try_from(index - self.first).unwrap_or(0);
        [0, 1, 2].map(|channel: usize| {
            let table = &self.channels[channel];
            table.get(entry.min(table.len() - 1)).copied().unwrap_or(0)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Full red is Y 76.245, Cb 84.97, Cr 255.5 by the same section; rounded to bytes 76, 85, 255.
    #[test]
    fn luminance_and_differences_become_red() {
        assert_eq!(from_ybr(76, 85, 255), [254, 0, 0]);
        assert_eq!(from_ybr(128, 128, 128), [128, 128, 128]);
    }

    #[test]
    fn indices_outside_a_palette_take_its_ends() {
        let palette = Palette {
            first: 10,
            channels: [vec![1, 2], vec![3, 4], vec![5, 6]],
        };
        assert_eq!(palette.colour(0), [1, 3, 5]);
        assert_eq!(palette.colour(11), [2, 4, 6]);
        assert_eq!(palette.colour(99), [2, 4, 6]);
    }
}
