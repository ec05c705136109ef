//! Marks on planes that are made from a volume, as a sagittal picture of axial slices.

use super::{
    place::{IN_PLANE, check_points},
    problem::MeasureProblem,
};
use crate::{
    geometry::{dot, length, normal, subtract},
    library::Stack,
};
use clinical::marks::{MarkKind, MarkPart, Point};

/// The part of a mark whose points lie in one plane through the volume of `stack`; `plane_normal` is that
/// plane's and of length 1. It names the image that lies nearest to the middle of the points. Outlines are
/// refused: their values are those of pixels, which such a plane has none of its own.
pub fn part_on_plane(
    kind: MarkKind,
    points: Vec<Point>,
    plane_normal: Point,
    stack: &Stack,
) -> Result<MarkPart, MeasureProblem> {
    if !is_made_of_lines(kind) {
        return Err(MeasureProblem::OnlyOnImages);
    }
    let directions = match (stack.is_volume, stack.orientation) {
        (true, Some(orientation)) => normal(orientation),
        _ => return Err(MeasureProblem::NotAVolume),
    };
    let mut part = MarkPart {
        sop_instance_uid: String::new(),
        frame: 1,
        points,
    };
    check_points(std::slice::from_ref(&part))?;
    let first = *part
        .points
        .first()
        .ok_or(MeasureProblem::TooFewPoints { found: 0 })?;
    let long = length(plane_normal);
    // A screen computes in single precision.
    if !long.is_finite() || (long - 1.0).abs() > 1e-3 {
        return Err(MeasureProblem::NotAPlace);
    }
    let beside = |point: &Point| dot(subtract(*point, first), plane_normal).abs();
    if !part.points.iter().all(|point| beside(point) <= IN_PLANE) {
        return Err(MeasureProblem::NotPlanar);
    }
    let count = part.points.len() as f64;
    let middle = [0, 1, 2].map(|axis| {
        let along = part.points.iter().map(|point| point[axis]);
        along.sum::<f64>() / count
    });
    let nearest = stack
        .images
        .iter()
        .filter_map(|image| {
            let offset = subtract(middle, image.position?);
            Some((dot(offset, directions).abs(), image))
        })
        .min_by(|a, b| a.0.total_cmp(&b.0));
    let (_, image) = nearest.ok_or(MeasureProblem::NotAVolume)?;
    part.sop_instance_uid.clone_from(&image.sop_instance_uid);
    part.frame = image.frame;
    Ok(part)
}

fn is_made_of_lines(kind: MarkKind) -> bool {
    match kind {
        MarkKind::Length
        | MarkKind::Angle
        | MarkKind::CobbAngle
        | MarkKind::Bidirectional
        | MarkKind::HeightLoss
        | MarkKind::Translation => true,
        MarkKind::Ellipse
        | MarkKind::Freehand
        | MarkKind::CanalCompromise
        | MarkKind::Volume
        | MarkKind::PsoasArea => false,
    }
}
