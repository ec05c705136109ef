//! Mean, standard deviation, lowest and highest modality value of the pixels in a region.
//!
//! A pixel counts where its centre lies in the region; none counts in part. Values are rescaled
//! (PS3.3 section C.11.1), and padding (section C.7.5.1.1.2) is left out. In colour there are none.

use super::{
    Frames, measured,
    place::{PlacedImage, PlanePoint},
    problem::MeasureProblem,
};
use crate::{
    display::{HOUNSFIELD, rescaled, unit},
    library::{Series, Stack},
    pixels::Pixels,
    problem::{ImagingError, Reason},
};
use clinical::marks::{Measured, Quantity, Unit};
use std::sync::Arc;

/// A region of an image in columns and rows from the centre of the first pixel.
pub(super) trait Region {
    /// First and last row that it reaches, and for a row the stretches of columns within.
    fn rows(&self) -> (f64, f64);
    fn stretches(&self, row: f64) -> Vec<(f64, f64)>;
}

/// A closed outline. Of two outlines that share an edge each pixel lies in one only: stretches hold
/// their beginning and not their end.
pub(super) struct Polygon(pub(super) Vec<PlanePoint>);

/// Several closed outlines: a pixel in more than one of them counts once.
pub(super) struct Polygons(pub(super) Vec<Polygon>);

/// An ellipse by its centre and two half diameters.
pub(super) struct Ellipse {
    pub(super) centre: PlanePoint,
    pub(super) halves: [PlanePoint; 2],
}

impl Region for Polygon {
    fn rows(&self) -> (f64, f64) {
        let rows = || self.0.iter().map(|point| point[1]);
        let low = rows().fold(f64::INFINITY, f64::min);
        (low, rows().fold(f64::NEG_INFINITY, f64::max))
    }

    fn stretches(&self, row: f64) -> Vec<(f64, f64)> {
        let next = self.0.iter().skip(1).chain(self.0.first());
        let mut columns: Vec<f64> = self
            .0
            .iter()
            .zip(next)
            .filter(|(a, b)| (a[1] <= row) != (b[1] <= row))
            .map(|(a, b)| a[0] + (row - a[1]) / (b[1] - a[1]) * (b[0] - a[0]))
            .collect();
        columns.sort_by(f64::total_cmp);
        columns
            .chunks_exact(2)
            .map(|pair| (pair[0], pair[1]))
            .collect()
    }
}

impl Region for Polygons {
    fn rows(&self) -> (f64, f64) {
        let none = (f64::INFINITY, f64::NEG_INFINITY);
        let rows = self.0.iter().map(Polygon::rows);
        rows.fold(none, |(low, high), (top, bottom)| {
            (low.min(top), high.max(bottom))
        })
    }

    fn stretches(&self, row: f64) -> Vec<(f64, f64)> {
        let stretches = self.0.iter().flat_map(|outline| outline.stretches(row));
        let mut stretches: Vec<_> = stretches.collect();
        stretches.sort_by(|a, b| a.0.total_cmp(&b.0));
        let mut merged: Vec<(f64, f64)> = Vec::with_capacity(stretches.len());
        for (from, to) in stretches {
            match merged.last_mut() {
                Some((_, end)) if from <= *end => *end = end.max(to),
                _ => merged.push((from, to)),
            }
        }
        merged
    }
}

impl Region for Ellipse {
    fn rows(&self) -> (f64, f64) {
        let [a, b] = self.halves;
        let reach = a[1].hypot(b[1]);
        (self.centre[1] - reach, self.centre[1] + reach)
    }

    /// Points of it are centre + s a + t b with s² + t² ≤ 1; a row leaves a quadratic for the column.
    fn stretches(&self, row: f64) -> Vec<(f64, f64)> {
        let [a, b] = self.halves;
        let down = row - self.centre[1];
        let turn = a[0] * b[1] - a[1] * b[0];
        let square = a[1].powi(2) + b[1].powi(2);
        let root = turn.abs() * (square - down.powi(2)).max(0.0).sqrt() / square;
        let middle = self.centre[0] + down * (a[0] * a[1] + b[0] * b[1]) / square;
        if down.powi(2) > square || !(middle + root).is_finite() {
            return Vec::new();
        }
        vec![(middle - root, middle + root)]
    }
}

/// The values of a region of an image, in the order of [`Quantity`].
pub(super) fn statistics(
    series: &Series,
    stack: &Stack,
    plane: &PlacedImage,
    frames: &Frames,
    region: &impl Region,
) -> Result<Vec<Measured>, MeasureProblem> {
    let mut summary = Summary::default();
    summary.take_region(stack, plane.index, frames, region)?;
    let unit = if is_hounsfield(series) {
        Unit::Hounsfield
    } else {
        Unit::None
    };
    Ok(summary.values(unit))
}

/// True where the values of a series are Hounsfield units.
pub(super) fn is_hounsfield(series: &Series) -> bool {
    unit(&series.modality) == Some(HOUNSFIELD)
}

/// The stored values of an image, of the size that its stack says.
pub(super) fn read(
    stack: &Stack,
    index: usize,
    frames: &Frames,
) -> Result<Arc<Pixels>, MeasureProblem> {
    let image = stack
        .images
        .get(index)
        .ok_or(MeasureProblem::UnknownImage)?;
    let pixels = frames(image)?;
    if pixels.rows != stack.rows || pixels.columns != stack.columns {
        let changed = Reason::Changed.because("another shape");
        return Err(ImagingError::from(changed).into());
    }
    Ok(pixels)
}

pub(super) fn is_padding(stack: &Stack, stored: f64) -> bool {
    stack
        .padding
        .is_some_and(|padding| (padding.from as f64..=padding.to as f64).contains(&stored))
}

/// Names each pixel whose centre lies in the region and in the image.
fn each_pixel(region: &impl Region, rows: u32, columns: u32, mut take: impl FnMut(u32, u32)) {
    let (top, bottom) = region.rows();
    for row in whole_numbers(top, bottom, rows) {
        for (from, to) in region.stretches(f64::from(row)) {
            for column in whole_numbers(from, to, columns) {
                take(row, column);
            }
        }
    }
}

/// Whole numbers from `from` up to and without `to` that are below `count`.
fn whole_numbers(from: f64, to: f64, count: u32) -> std::ops::Range<u32> {
    // A cast of a number outside the range, or of none, gives the nearest end, or zero.
    let bound = |edge: f64| (edge.ceil().max(0.0) as u32).min(count);
    bound(from)..bound(to)
}

/// Of the pixels of one region or of several, by Welford's sums (Technometrics 1962;4:419-420,
/// doi:10.1080/00401706.1962.10490022).
#[derive(Default)]
pub(super) struct Summary {
    count: f64,
    mean: f64,
    squares: f64,
    ends: Option<(f64, f64)>,
}

impl Summary {
    /// Adds the pixels of a region of an image, by its position in the stack.
    pub(super) fn take_region(
        &mut self,
        stack: &Stack,
        index: usize,
        frames: &Frames,
        region: &impl Region,
    ) -> Result<(), MeasureProblem> {
        let image = stack
            .images
            .get(index)
            .ok_or(MeasureProblem::UnknownImage)?;
        if !stack.format.photometric.is_grey() {
            return Ok(());
        }
        let pixels = read(stack, index, frames)?;
        each_pixel(region, stack.rows, stack.columns, |row, column| {
            let stored = pixels.value(row, column, 0);
            if let Some(stored) = stored.filter(|stored| !is_padding(stack, *stored)) {
                self.take(rescaled(stored, image.rescale));
            }
        });
        Ok(())
    }

    pub(super) fn take(&mut self, value: f64) {
        self.count += 1.0;
        let before = value - self.mean;
        self.mean += before / self.count;
        self.squares += before * (value - self.mean);
        let (low, high) = self.ends.unwrap_or((value, value));
        self.ends = Some((low.min(value), high.max(value)));
    }

    /// 0 of nothing.
    pub(super) fn mean(&self) -> f64 {
        self.mean
    }

    /// Of a sample (n − 1), which asks for two values.
    pub(super) fn deviation(&self) -> Option<f64> {
        (self.count > 1.0).then(|| (self.squares / (self.count - 1.0)).sqrt())
    }

    /// Without a pixel there are none; the deviation (of a sample, n − 1) asks for two.
    pub(super) fn values(&self, unit: Unit) -> Vec<Measured> {
        let Some((low, high)) = self.ends else {
            return Vec::new();
        };
        [
            (Quantity::Mean, Some(self.mean)),
            (Quantity::StandardDeviation, self.deviation()),
            (Quantity::Minimum, Some(low)),
            (Quantity::Maximum, Some(high)),
        ]
        .into_iter()
        .filter_map(|(quantity, value)| Some(measured(quantity, value?, unit)))
        .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pixels(region: &impl Region) -> Vec<(u32, u32)> {
        let mut found = Vec::new();
        each_pixel(region, 8, 8, |row, column| found.push((row, column)));
        found
    }

    #[test]
    fn pixels_count_by_their_centres() {
        let square = Polygon(vec![[0.6, 0.6], [2.4, 0.6], [2.4, 3.0], [0.6, 3.0]]);
        // rows 1 and 2 (3 is the edge, which belongs to the outline below), columns 1 and 2
        assert_eq!(pixels(&square), [(1, 1), (1, 2), (2, 1), (2, 2)]);
        let between = Polygon(vec![[0.2, 0.2], [0.8, 0.2], [0.8, 0.8]]);
        assert_eq!(pixels(&between), []);
    }

    #[test]
    fn neighbours_share_no_pixel_and_leave_none() {
        let left = Polygon(vec![[0.0, 0.0], [3.0, 0.0], [3.0, 3.0], [0.0, 3.0]]);
        let right = Polygon(vec![[3.0, 0.0], [6.0, 0.0], [6.0, 3.0], [3.0, 3.0]]);
        let both = Polygon(vec![[0.0, 0.0], [6.0, 0.0], [6.0, 3.0], [0.0, 3.0]]);
        assert_eq!(pixels(&left).len() + pixels(&right).len(), 18);
        assert_eq!(pixels(&both).len(), 18);
    }

    #[test]
    fn what_several_outlines_cover_counts_once() {
        let one = || Polygon(vec![[0.0, 0.0], [3.0, 0.0], [3.0, 3.0], [0.0, 3.0]]);
        let shifted = || Polygon(vec![[1.0, 1.0], [4.0, 1.0], [4.0, 4.0], [1.0, 4.0]]);
        let apart = || Polygon(vec![[6.0, 0.0], [8.0, 0.0], [8.0, 1.0], [6.0, 1.0]]);
        // 9 + 9 − 4 shared + 2 beside them
        let together = pixels(&Polygons(vec![shifted(), apart(), one()]));
        assert_eq!(together.len(), 16);
        assert_eq!(pixels(&Polygons(vec![one()])), pixels(&one()));
        assert_eq!(pixels(&Polygons(Vec::new())), []);
    }

    /// Around (3.1, 3.1), half diameters of 1.5 across and 1 down: (row, column) with
    /// ((c - 3.1) / 1.5)² + (r - 3.1)² ≤ 1 by hand.
    #[test]
    fn an_ellipse_holds_the_centres_within() {
        let ellipse = Ellipse {
            centre: [3.1, 3.1],
            halves: [[1.5, 0.0], [0.0, 1.0]],
        };
        assert_eq!(pixels(&ellipse), [(3, 2), (3, 3), (3, 4), (4, 3)]);
        let turned = Ellipse {
            centre: [3.1, 3.1],
            halves: [[0.0, 1.0], [-1.5, 0.0]],
        };
        assert_eq!(pixels(&turned), pixels(&ellipse));
    }

    #[test]
    fn regions_beyond_the_image_end_with_it() {
        let wide = Polygon(vec![[-1e9, -1e9], [1e9, -1e9], [1e9, 1e9], [-1e9, 1e9]]);
        assert_eq!(pixels(&wide).len(), 64);
        let beyond = Polygon(vec![[20.0, 0.0], [30.0, 0.0], [30.0, 5.0], [20.0, 5.0]]);
        assert_eq!(pixels(&beyond), []);
    }
}
