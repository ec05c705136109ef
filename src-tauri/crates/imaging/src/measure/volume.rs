//! The volume of a lesion from its outlines on parallel images.
//!
//! Between neighbouring outlines the area is taken to change evenly (trapezoids), and at both ends the
//! lesion to reach half way to the next image, on which nothing was drawn. On evenly spaced images this
//! is the sum of areas times their distance, the estimator of Cavalieri (Gundersen HJG, Jensen EB.
//! J Microsc 1987;147:229-263, doi:10.1111/j.1365-2818.1987.tb02837.x, not read for this program; the
//! formula is common knowledge). The trapezoids for uneven distances and skipped images, and the half
//! slices at the ends, are this program's working rule.

use super::{
    Frames, measured,
    outline::{Outline, covered_area},
    place::{POINTS_ON_IMAGE, PlacedImage},
    problem::MeasureProblem,
    regions::outlined,
    statistics::{Polygon, Polygons, Summary, is_hounsfield},
};
use crate::{
    geometry::{dot, normal},
    header::LARGEST,
    library::{Series, Stack},
};
use clinical::marks::{MarkPart, Measured, Quantity, Unit};

/// Images nearer than this are one place, mm.
const SAME_PLACE: f64 = 0.01;

/// Outlines on one place of the normal, and the image that they lie on.
struct Slice {
    height: f64,
    plane: PlacedImage,
    outlines: Vec<Outline>,
}

/// Volume in mL, and on CT the values within. Outlines on one image add up; where they overlap, what both
/// cover counts once. Where an image cannot be decoded its pixels are not known, but the volume is: then the
/// values are left out.
pub(super) fn volume(
    parts: &[MarkPart],
    series: &Series,
    stack: &Stack,
    frames: &Frames,
) -> Result<Vec<Measured>, MeasureProblem> {
    if parts.is_empty() {
        return Err(MeasureProblem::WrongParts {
            needed: 1,
            found: 0,
        });
    }
    let slices = slices(parts, series, stack)?;
    let heights: Vec<f64> = slices.iter().map(|slice| slice.height).collect();
    let depths = depths(&heights, stack)?;
    let mut cubic_millimetres = 0.0;
    for (slice, depth) in slices.iter().zip(depths) {
        let outlines = &slice.outlines;
        let found = outlines.iter().map(|outline| outline.points.len()).sum();
        if found > POINTS_ON_IMAGE {
            return Err(MeasureProblem::TooManyPoints {
                found,
                limit: POINTS_ON_IMAGE,
            });
        }
        cubic_millimetres += covered_area(outlines)? * depth;
    }
    let volume = cubic_millimetres / 1000.0;
    let mut values = vec![measured(Quantity::Volume, volume, Unit::Millilitre)];
    if is_hounsfield(series)
        && let Ok(summary) = summary(&slices, stack, frames)
    {
        values.extend(summary.values(Unit::Hounsfield));
    }
    Ok(values)
}

/// The outlines by the places of their images, from low to high.
fn slices(
    parts: &[MarkPart],
    series: &Series,
    stack: &Stack,
) -> Result<Vec<Slice>, MeasureProblem> {
    let mut drawn: Vec<(f64, PlacedImage, Outline)> = Vec::with_capacity(parts.len());
    for part in parts {
        let (plane, outline) = outlined(part, stack).map_err(|problem| match problem {
            MeasureProblem::UnknownImage if is_elsewhere(part, series) => {
                MeasureProblem::NotParallel
            }
            other => other,
        })?;
        drawn.push((plane.height(), plane, outline));
    }
    drawn.sort_by(|a, b| a.0.total_cmp(&b.0));
    let mut slices: Vec<Slice> = Vec::new();
    for (height, plane, outline) in drawn {
        match slices.last_mut() {
            Some(last) if height - last.height < SAME_PLACE => last.outlines.push(outline),
            _ => slices.push(Slice {
                height,
                plane,
                outlines: vec![outline],
            }),
        }
    }
    Ok(slices)
}

fn summary(slices: &[Slice], stack: &Stack, frames: &Frames) -> Result<Summary, MeasureProblem> {
    let mut summary = Summary::default();
    for Slice {
        plane, outlines, ..
    } in slices
    {
        let pixels = |outline: &Outline| {
            let points = outline.points.iter();
            Polygon(points.map(|point| plane.pixel(*point)).collect())
        };
        let region = Polygons(outlines.iter().map(pixels).collect());
        summary.take_region(stack, plane.index, frames, &region)?;
    }
    Ok(summary)
}

/// How much of the normal each outlined slice stands for, mm: half the way to either neighbour.
fn depths(heights: &[f64], stack: &Stack) -> Result<Vec<f64>, MeasureProblem> {
    let (Some(lowest), Some(highest)) = (heights.first(), heights.last()) else {
        return Ok(Vec::new());
    };
    let before = free_distance(*lowest, -1.0, stack).or(spacing(stack));
    let after = free_distance(*highest, 1.0, stack).or(spacing(stack));
    // A stack that ends with the lesion goes on as it did on the other side.
    let (Some(before), Some(after)) = (before.or(after), after.or(before)) else {
        return Err(MeasureProblem::NoThickness);
    };
    let between = heights.windows(2).map(|pair| pair[1] - pair[0]);
    let distances: Vec<f64> = std::iter::once(before)
        .chain(between)
        .chain([after])
        .collect();
    Ok(distances
        .windows(2)
        .map(|pair| (pair[0] + pair[1]) / 2.0)
        .collect())
}

/// Distance to the next image of the stack on one side of a height.
fn free_distance(height: f64, side: f64, stack: &Stack) -> Option<f64> {
    let normal = normal(stack.orientation?);
    stack
        .images
        .iter()
        .filter_map(|image| Some(side * (dot(image.position?, normal) - height)))
        .filter(|distance| *distance >= SAME_PLACE)
        .min_by(f64::total_cmp)
}

fn spacing(stack: &Stack) -> Option<f64> {
    stack
        .spacing_between_slices
        .or(stack.slice_thickness)
        .filter(|distance| *distance > 0.0 && *distance <= LARGEST)
}

/// Whether the series holds the image: if not in this stack, then among images that lie otherwise.
fn is_elsewhere(part: &MarkPart, series: &Series) -> bool {
    let images = series.stacks.iter().flat_map(|stack| &stack.images);
    images
        .into_iter()
        .any(|image| image.sop_instance_uid == part.sop_instance_uid && image.frame == part.frame)
}
