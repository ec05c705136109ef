//! Where the pixels of one image lie in the patient, and which pixel a place falls on.

use crate::{
    geometry::{checked_orientation, dot, normal, row_and_column, subtract},
    header::ImageHeader,
    library::Stack,
};
use clinical::marks::Point;
use serde::{Deserialize, Serialize};

/// The plane of one image (DICOM PS3.3 section C.7.6.2.1.1). Lengths are mm.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct ImagePlane {
    /// Centre of the first pixel.
    pub position: Point,
    /// Direction cosines of a row, then of a column: unit vectors at right angles.
    pub orientation: [f64; 6],
    /// Between rows, then between columns.
    pub pixel_spacing: [f64; 2],
    pub rows: u32,
    pub columns: u32,
}

impl ImagePlane {
    /// The plane of an image of a stack; none where the images do not say how they lie.
    pub fn of(stack: &Stack, index: usize) -> Option<ImagePlane> {
        Some(ImagePlane {
            position: stack.images.get(index)?.position?,
            orientation: checked_orientation(stack.orientation?)?,
            pixel_spacing: stack.pixel_spacing?,
            rows: stack.rows,
            columns: stack.columns,
        })
    }

    /// The plane of a frame, counted from 1.
    pub(crate) fn of_frame(header: &ImageHeader, frame: u32) -> Option<ImagePlane> {
        let facts = header
            .frames
            .get(usize::try_from(frame).ok()?.checked_sub(1)?)?;
        Some(ImagePlane {
            position: facts.position?,
            orientation: checked_orientation(facts.orientation?)?,
            pixel_spacing: facts.spacing?,
            rows: u32::from(header.shape.rows),
            columns: u32::from(header.shape.columns),
        })
    }

    /// Along a row and along a column, mm from the centre of the first pixel; a place beside the plane is taken
    /// to its foot on it.
    pub(crate) fn flat(&self, point: Point) -> [f64; 2] {
        let (row, column) = row_and_column(self.orientation);
        let from_first = subtract(point, self.position);
        [dot(from_first, row), dot(from_first, column)]
    }

    /// The place of a point of the plane in the patient.
    pub(crate) fn place(&self, [along, down]: [f64; 2]) -> Point {
        let (row, column) = row_and_column(self.orientation);
        [0, 1, 2].map(|axis| self.position[axis] + along * row[axis] + down * column[axis])
    }

    /// Column and row of a point of the plane, where the centre of the first pixel is 0, 0.
    pub(crate) fn flat_pixel(&self, [along, down]: [f64; 2]) -> [f64; 2] {
        let [between_rows, between_columns] = self.pixel_spacing;
        [along / between_columns, down / between_rows]
    }

    /// Column and row of a place, where the centre of the first pixel is 0, 0; a place beside the plane is
    /// taken to its foot on it.
    pub fn pixel(&self, point: Point) -> [f64; 2] {
        self.flat_pixel(self.flat(point))
    }

    /// How far a place lies beside the plane.
    pub fn distance(&self, point: Point) -> f64 {
        dot(subtract(point, self.position), normal(self.orientation)).abs()
    }

    /// Where the plane lies along its normal.
    pub(crate) fn height(&self) -> f64 {
        dot(self.position, normal(self.orientation))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A sagittal image: rows run to the back, columns to the feet; rows 2 mm apart, columns 0.5 mm.
    #[test]
    fn places_fall_on_the_pixels_that_cover_them() {
        let plane = ImagePlane {
            position: [7.0, -100.0, 50.0],
            orientation: [0.0, 1.0, 0.0, 0.0, 0.0, -1.0],
            pixel_spacing: [2.0, 0.5],
            rows: 100,
            columns: 300,
        };
        assert_eq!(plane.pixel([7.0, -100.0, 50.0]), [0.0, 0.0]);
        // 30 mm to the back are 60 columns, 9 mm to the feet are four and a half rows
        assert_eq!(plane.pixel([7.0, -70.0, 41.0]), [60.0, 4.5]);
        assert_eq!(plane.distance([5.5, -70.0, 41.0]), 1.5);
    }
}
