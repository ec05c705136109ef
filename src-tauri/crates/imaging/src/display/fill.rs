//! One decoded frame as the numbers that the viewer draws.

use super::{DataType, rescaled};
use crate::{
    colour,
    library::{ImageRef, Rescale, Stack},
    pixels::{PixelKind, Pixels},
    problem::{ImagingError, Reason, Refusal},
};

/// Writes the values of a frame into its place.
pub(super) fn fill(
    target: &mut [u8],
    stack: &Stack,
    image: &ImageRef,
    pixels: &Pixels,
    data_type: DataType,
) -> Result<(), ImagingError> {
    let changed = || -> Refusal { Reason::Changed.because("another shape") };
    if pixels.rows != stack.rows || pixels.columns != stack.columns {
        return Err(changed().into());
    }
    let rescale = image.rescale;
    match data_type {
        DataType::Int16 if rescale == Rescale::NONE && pixels.kind == PixelKind::I16 => {
            target.copy_from_slice(&pixels.bytes);
        }
        DataType::Int16 if fill_in_whole_steps(target, pixels, rescale) => {}
        DataType::Int16 => {
            for (cell, value) in target.chunks_exact_mut(2).zip(pixels.values()) {
                // A cast holds values at the ends of the range.
                cell.copy_from_slice(&(rescaled(value, rescale) as i16).to_le_bytes());
            }
        }
        DataType::Float32 => {
            for (cell, value) in target.chunks_exact_mut(4).zip(pixels.values()) {
                cell.copy_from_slice(&(rescaled(value, rescale) as f32).to_le_bytes());
            }
        }
        DataType::Rgb8 => {
            let rgb = colour::rgb(pixels, &stack.format).ok_or_else(changed)?;
            if rgb.len() != target.len() {
                return Err(changed().into());
            }
            target.copy_from_slice(&rgb);
        }
    }
    Ok(())
}

/// Whole steps of 16-bit values, as almost every CT has them: the same values without a way through
/// floating point. False for any others.
fn fill_in_whole_steps(target: &mut [u8], pixels: &Pixels, rescale: Rescale) -> bool {
    // With these no sum leaves 32 bits.
    const LARGEST_SLOPE: f64 = 16_383.0;
    const LARGEST_INTERCEPT: f64 = 1_073_741_824.0;
    let Rescale { slope, intercept } = rescale;
    let is_whole = slope.fract() == 0.0
        && intercept.fract() == 0.0
        && slope.abs() <= LARGEST_SLOPE
        && intercept.abs() <= LARGEST_INTERCEPT;
    let (slope, intercept) = (slope as i32, intercept as i32);
    let cells = target
        .chunks_exact_mut(2)
        .zip(pixels.bytes.chunks_exact(2).map(|pair| [pair[0], pair[1]]));
    let put = |cell: &mut [u8], stored: i32| {
        let value = (stored * slope + intercept).clamp(i16::MIN.into(), i16::MAX.into());
        cell.copy_from_slice(&(value as i16).to_le_bytes());
    };
    match pixels.kind {
        PixelKind::I16 if is_whole => {
            cells.for_each(|(cell, pair)| put(cell, i16::from_le_bytes(pair).into()));
        }
        PixelKind::U16 if is_whole => {
            cells.for_each(|(cell, pair)| put(cell, u16::from_le_bytes(pair).into()));
        }
        _ => return false,
    }
    true
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pixels::Photometric;

    fn filled(kind: PixelKind, bytes: Vec<u8>, slope: f64, intercept: f64) -> Option<Vec<i16>> {
        let pixels = Pixels {
            rows: 1,
            columns: bytes.len() as u32 / 2,
            samples: 1,
            kind,
            photometric: Photometric::Monochrome2,
            palette: None,
            bytes,
        };
        let mut target = vec![0; pixels.bytes.len()];
        let rescale = Rescale { slope, intercept };
        fill_in_whole_steps(&mut target, &pixels, rescale).then(|| {
            let pairs = target.chunks_exact(2);
            pairs
                .map(|pair| i16::from_le_bytes([pair[0], pair[1]]))
                .collect()
        })
    }

    #[test]
    fn whole_steps_are_held_at_the_ends_of_the_range() {
        let signed: Vec<u8> = [-32_768_i16, -2, 0, 32_767]
            .iter()
            .flat_map(|value| value.to_le_bytes())
            .collect();
        assert_eq!(
            filled(PixelKind::I16, signed.clone(), 1.0, -1024.0),
            Some(vec![-32_768, -1026, -1024, 31_743])
        );
        assert_eq!(
            filled(PixelKind::U16, signed.clone(), 2.0, 100.0),
            Some(vec![32_767, 32_767, 100, 32_767])
        );
        assert_eq!(
            filled(PixelKind::I16, signed.clone(), -16_383.0, 1_073_741_824.0),
            Some(vec![32_767; 4])
        );
        assert_eq!(filled(PixelKind::I16, signed.clone(), 0.5, 0.0), None);
        assert_eq!(filled(PixelKind::U8, signed, 1.0, 0.0), None);
    }
}
