//! The values of what was drawn on images: lengths, angles, areas, grey values, shares and volumes.
//!
//! Everything is computed from points in the coordinate system of the patient (mm) and from the pixels
//! that they enclose, never from what a screen shows, so that it is right for pixels that are not
//! square, in oblique planes and across slices. [`clinical::marks::MarkKind`] says which points each
//! tool has. Outlines lie in the plane of the image that they were drawn on. Lines may also lie in any
//! other plane of an evenly spaced volume, as on a reformatted picture (see [`part_on_plane`]).

pub mod canal;
mod grid;
mod lines;
mod outline;
mod place;
mod problem;
mod reformatted;
mod regions;
mod statistics;
pub mod tile;
mod volume;

pub use problem::MeasureProblem;
pub use reformatted::part_on_plane;

use crate::{
    library::{ImageRef, Series, Stack},
    pixels::Pixels,
    problem::ImagingError,
};
use clinical::marks::{MarkKind, MarkPart, Measured, Quantity, Unit};
use std::sync::Arc;

/// Gives the stored values of an image, as [`crate::FrameCache::frame`] does. It is asked only for
/// tools that say something of pixels.
pub type Frames<'frames> = dyn Fn(&ImageRef) -> Result<Arc<Pixels>, ImagingError> + 'frames;

/// Computes the values of a mark, in the order of [`Quantity`]. `stack` holds the images of all parts
/// and is one of `series`. What is wrong with the points or images is said as a [`MeasureProblem`].
pub fn measure(
    kind: MarkKind,
    parts: &[MarkPart],
    series: &Series,
    stack: &Stack,
    frames: &Frames,
) -> Result<Vec<Measured>, MeasureProblem> {
    place::check_points(parts)?;
    match kind {
        MarkKind::Length => lines::line(parts, stack),
        MarkKind::Angle => lines::angle(parts, stack),
        MarkKind::CobbAngle => lines::cobb_angle(parts, stack),
        MarkKind::Ellipse => regions::ellipse(parts, series, stack, frames),
        MarkKind::Freehand => regions::freehand(parts, series, stack, frames),
        MarkKind::Bidirectional => lines::bidirectional(parts, stack),
        MarkKind::HeightLoss => lines::height_loss(parts, stack),
        MarkKind::Translation => lines::translation(parts, stack),
        MarkKind::CanalCompromise => regions::canal_compromise(parts, stack),
        MarkKind::Volume => volume::volume(parts, series, stack, frames),
        MarkKind::PsoasArea => regions::psoas_area(parts, stack),
    }
}

fn measured(quantity: Quantity, value: f64, unit: Unit) -> Measured {
    Measured {
        quantity,
        value,
        unit,
    }
}

/// The only part.
fn exactly_one(parts: &[MarkPart]) -> Result<&MarkPart, MeasureProblem> {
    match parts {
        [part] => Ok(part),
        _ => Err(MeasureProblem::WrongParts {
            needed: 1,
            found: parts.len(),
        }),
    }
}
