//! Values between the pixels of an image, and how they become numbers of a tile.

use super::{TileProblem, TileScale};
use crate::{
    display::rescaled,
    library::{ImageRef, Stack},
    measure::statistics::{Summary, is_padding},
    pixels::Pixels,
};

/// Rescaled values between pixels.
pub(super) struct Sampler<'image> {
    pub(super) stack: &'image Stack,
    pub(super) image: &'image ImageRef,
    pub(super) pixels: &'image Pixels,
}

impl Sampler<'_> {
    /// Whether a column and row lie on the pixels, which reach half a pixel beyond their outer centres.
    pub(super) fn holds(&self, [column, row]: [f64; 2]) -> bool {
        let within = |place: f64, count: u32| place >= -0.5 && place <= f64::from(count) - 0.5;
        within(column, self.stack.columns) && within(row, self.stack.rows)
    }

    fn pixel(&self, row: u32, column: u32) -> Option<f64> {
        let stored = self.pixels.value(row, column, 0)?;
        let value = rescaled(stored, self.image.rescale);
        (!is_padding(self.stack, stored) && value.is_finite()).then_some(value)
    }

    pub(super) fn at(&self, place: [f64; 2], lower: f64) -> f64 {
        if !self.holds(place) {
            return lower;
        }
        let [column, row] = place;
        let along = |place: f64, count: u32| {
            let last = count.saturating_sub(1);
            let place = place.max(0.0).min(f64::from(last));
            let first = place.floor();
            let next = (first as u32 + 1).min(last);
            (first as u32, next, place - first)
        };
        let (left, right, across) = along(column, self.stack.columns);
        let (top, bottom, down) = along(row, self.stack.rows);
        let value = |row, column| self.pixel(row, column).unwrap_or(lower);
        let mix = |a: f64, b: f64, share: f64| a + share * (b - a);
        mix(
            mix(value(top, left), value(top, right), across),
            mix(value(bottom, left), value(bottom, right), across),
            down,
        )
    }
}

/// A scale for one image: (value − zero) / one, between `least` and `most`.
pub(super) struct Scale {
    zero: f64,
    one: f64,
    least: f64,
    most: f64,
    /// The value of the image that becomes `least`.
    pub(super) lower: f64,
}

impl Scale {
    pub(super) fn of(scale: TileScale, sampler: &Sampler) -> Result<Scale, TileProblem> {
        match scale {
            TileScale::Window { lower, upper } => Ok(Scale {
                zero: lower,
                one: upper - lower,
                least: 0.0,
                most: 1.0,
                lower,
            }),
            TileScale::StandardDeviations { lower, upper } => {
                let mut summary = Summary::default();
                for row in 0..sampler.stack.rows {
                    for column in 0..sampler.stack.columns {
                        if let Some(value) = sampler.pixel(row, column) {
                            summary.take(value);
                        }
                    }
                }
                let deviation = summary.deviation().filter(|one| *one > 0.0);
                let (zero, one) = (summary.mean(), deviation.ok_or(TileProblem::NoContrast)?);
                Ok(Scale {
                    zero,
                    one,
                    least: lower,
                    most: upper,
                    lower: zero + lower * one,
                })
            }
        }
    }

    pub(super) fn number(&self, value: f64) -> f32 {
        ((value - self.zero) / self.one)
            .max(self.least)
            .min(self.most) as f32
    }
}
