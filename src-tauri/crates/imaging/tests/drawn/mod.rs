//! Stacks of images that exist only in a test, and marks drawn on them.
#![allow(dead_code, clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use clinical::marks::{MarkKind, MarkPart, Measured, Point, Quantity, Unit};
use imaging::{
    ImageRef, ImagingError, PixelKind, Pixels, Series, Stack,
    library::{Padding, Plane, Rescale},
    measure::{MeasureProblem, measure},
    pixels::{Photometric, PixelFormat},
};
use std::{path::PathBuf, sync::Arc};

pub(crate) const AXIAL: [f64; 6] = [1.0, 0.0, 0.0, 0.0, 1.0, 0.0];
pub(crate) const SAGITTAL: [f64; 6] = [0.0, 1.0, 0.0, 0.0, 0.0, -1.0];

/// Images of 40 rows and 30 columns; the value of a pixel is 100 × row + column.
pub(crate) struct Images {
    pub(crate) series: Series,
}

impl Images {
    /// Images whose first pixels lie at `positions`; spacing between rows, then between columns, mm.
    pub(crate) fn new(
        modality: &str,
        orientation: [f64; 6],
        spacing: [f64; 2],
        positions: &[Point],
    ) -> Images {
        let images = positions
            .iter()
            .enumerate()
            .map(|(index, position)| ImageRef {
                sop_instance_uid: format!("2.25.{index}"),
                frame: 1,
                path: PathBuf::new(),
                instance_number: None,
                position: Some(*position),
                rescale: Rescale::NONE,
            });
        let stack = Stack {
            id: "2.25.1.1".to_owned(),
            rows: 40,
            columns: 30,
            pixel_spacing: Some(spacing),
            orientation: Some(orientation),
            frame_of_reference_uid: String::new(),
            plane: Plane::Axial,
            is_volume: false,
            spacing_between_slices: None,
            slice_thickness: None,
            notes: Vec::new(),
            format: PixelFormat {
                samples: 1,
                bits_allocated: 16,
                bits_stored: 16,
                signed: true,
                planar: false,
                photometric: Photometric::Monochrome2,
            },
            rescale: Rescale::NONE,
            windows: Vec::new(),
            padding: None,
            images: images.collect(),
        };
        Images {
            series: Series {
                uid: "2.25.1".to_owned(),
                number: None,
                modality: modality.to_owned(),
                description: String::new(),
                body_part: String::new(),
                date: None,
                derived_identifiers: false,
                stacks: vec![stack],
            },
        }
    }

    /// One axial CT image of square millimetres about z = 0.
    pub(crate) fn axial() -> Images {
        Images::new("CT", AXIAL, [1.0, 1.0], &[[0.0; 3]])
    }

    pub(crate) fn stack(&self) -> &Stack {
        &self.series.stacks[0]
    }

    pub(crate) fn stack_mut(&mut self) -> &mut Stack {
        &mut self.series.stacks[0]
    }

    pub(crate) fn with_plane(mut self, plane: Plane) -> Images {
        self.stack_mut().plane = plane;
        self
    }

    pub(crate) fn padded(mut self, from: i64, to: i64) -> Images {
        self.stack_mut().padding = Some(Padding { from, to });
        self
    }

    /// A part on an image.
    pub(crate) fn part(&self, index: usize, points: &[Point]) -> MarkPart {
        let image = &self.stack().images[index];
        MarkPart {
            sop_instance_uid: image.sop_instance_uid.clone(),
            frame: image.frame,
            points: points.to_vec(),
        }
    }

    /// A part by places in the plane of an image: along a row and along a column, mm.
    pub(crate) fn drawn(&self, index: usize, points: &[[f64; 2]]) -> MarkPart {
        let position = self.stack().images[index].position.unwrap();
        let [a, b, c, d, e, f] = self.stack().orientation.unwrap();
        let (row, column) = ([a, b, c], [d, e, f]);
        let place = |[along, down]: [f64; 2]| {
            [0, 1, 2].map(|axis| position[axis] + along * row[axis] + down * column[axis])
        };
        self.part(
            index,
            &points.iter().map(|point| place(*point)).collect::<Vec<_>>(),
        )
    }

    pub(crate) fn measure(
        &self,
        kind: MarkKind,
        parts: &[MarkPart],
    ) -> Result<Vec<Measured>, MeasureProblem> {
        measure(kind, parts, &self.series, self.stack(), &pixels)
    }

    pub(crate) fn code(&self, kind: MarkKind, parts: &[MarkPart]) -> &'static str {
        self.measure(kind, parts).unwrap_err().code()
    }
}

fn pixels(_: &ImageRef) -> Result<Arc<Pixels>, ImagingError> {
    let values = (0..40_i16).flat_map(|row| (0..30_i16).map(move |column| 100 * row + column));
    Ok(Arc::new(Pixels {
        rows: 40,
        columns: 30,
        samples: 1,
        kind: PixelKind::I16,
        photometric: Photometric::Monochrome2,
        palette: None,
        bytes: values.flat_map(i16::to_le_bytes).collect(),
    }))
}

pub(crate) fn value(values: &[Measured], quantity: Quantity) -> f64 {
    found(values, quantity).unwrap()
}

pub(crate) fn found(values: &[Measured], quantity: Quantity) -> Option<f64> {
    let measured = values
        .iter()
        .find(|measured| measured.quantity == quantity)?;
    Some(measured.value)
}

pub(crate) fn units(values: &[Measured]) -> Vec<(Quantity, Unit)> {
    values
        .iter()
        .map(|measured| (measured.quantity, measured.unit))
        .collect()
}

#[track_caller]
pub(crate) fn near(found: f64, expected: f64) {
    let tolerance = 1e-6 * expected.abs().max(1.0);
    assert!(
        (found - expected).abs() <= tolerance,
        "{found}, not {expected}"
    );
}
