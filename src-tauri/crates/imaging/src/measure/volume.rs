//! The volume of a lesion from its outlines on parallel images.
//!
//! Between neighbouring outlines the area is taken to change evenly (trapezoids), and at both ends the
//! lesion to reach half way to the next image, on which nothing was drawn. On evenly spaced images this
//! is the sum of areas times their distance, the estimator of Cavalieri (Gundersen HJG, Jensen EB.
//! J Microsc 1987;147:229-263, doi:10.1111/j.1365-2818.1987.tb02837.x, not read for this program; the
//! formula is common knowledge). The trapezoids for uneven distances and skipped images, and the half
//! slices at the ends, are this program's working rule.

use super::{
    measured,
    outline::{Outline, covered_area},
    place::POINTS_ON_IMAGE,
    problem::MeasureProblem,
    regions::outlined,
};
use crate::{
    geometry::{dot, normal},
    header::LARGEST,
    library::{Series, Stack},
};
use clinical::marks::{MarkPart, Measured, Quantity, Unit};

/// Images nearer than this are one place, mm.
const SAME_PLACE: f64 = 0.01;

/// Volume in mL. Outlines on one image add up; where they overlap, what both cover counts once.
pub(super) fn volume(
    parts: &[MarkPart],
    series: &Series,
    stack: &Stack,
) -> Result<Vec<Measured>, MeasureProblem> {
    if parts.is_empty() {
        return Err(MeasureProblem::WrongParts {
            needed: 1,
            found: 0,
        });
    }
    let mut outlines: Vec<(f64, Outline)> = Vec::with_capacity(parts.len());
    for part in parts {
        let (plane, outline) = outlined(part, stack).map_err(|problem| match problem {
            MeasureProblem::UnknownImage if is_elsewhere(part, series) => {
                MeasureProblem::NotParallel
            }
            other => other,
        })?;
        outlines.push((plane.height(), outline));
    }
    outlines.sort_by(|a, b| a.0.total_cmp(&b.0));
    let mut slices: Vec<(f64, Vec<Outline>)> = Vec::new();
    for (height, outline) in outlines {
        match slices.last_mut() {
            Some((last, together)) if height - *last < SAME_PLACE => together.push(outline),
            _ => slices.push((height, vec![outline])),
        }
    }
    let heights: Vec<f64> = slices.iter().map(|(height, _)| *height).collect();
    let depths = depths(&heights, stack)?;
    let mut cubic_millimetres = 0.0;
    for ((_, together), depth) in slices.iter().zip(depths) {
        let found = together.iter().map(|outline| outline.points.len()).sum();
        if found > POINTS_ON_IMAGE {
            return Err(MeasureProblem::TooManyPoints {
                found,
                limit: POINTS_ON_IMAGE,
            });
        }
        cubic_millimetres += covered_area(together)? * depth;
    }
    Ok(vec![measured(
        Quantity::Volume,
        cubic_millimetres / 1000.0,
        Unit::Millilitre,
    )])
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
