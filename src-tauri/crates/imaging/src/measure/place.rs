//! The images that a mark lies on: their planes, and points within them.

use super::problem::MeasureProblem;
use crate::{
    geometry::{cross, dot, length, scaled, subtract},
    header::LARGEST,
    image_plane::ImagePlane,
    library::Stack,
};
use clinical::marks::{MarkPart, Point};

/// A point of a plane: along a row and along a column, mm from the centre of the first pixel.
pub(super) type PlanePoint = [f64; 2];

/// How far a point may lie from the plane that it was drawn in, mm. A screen computes places in single
/// precision, which is 0.00006 mm at 1 m and some times that after turning; the finest slices of
/// clinical CT lie 0.2 mm and more apart, so that no neighbour is meant within 0.05 mm.
pub(super) const IN_PLANE: f64 = 0.05;

/// Points that one image may hold.
pub(super) const POINTS_ON_IMAGE: usize = 10_000;
/// Parts that a mark may have.
pub(super) const PARTS: usize = 2_000;
/// Points that a mark may have.
const POINTS: usize = 100_000;

/// One image of a stack with the plane that it fills.
pub(super) struct PlacedImage {
    pub(super) index: usize,
    plane: ImagePlane,
}

impl PlacedImage {
    /// The image of a part.
    pub(super) fn of(part: &MarkPart, stack: &Stack) -> Result<PlacedImage, MeasureProblem> {
        let index = stack
            .images
            .iter()
            .position(|image| {
                image.sop_instance_uid == part.sop_instance_uid && image.frame == part.frame
            })
            .ok_or(MeasureProblem::UnknownImage)?;
        PlacedImage::at(index, stack)
    }

    pub(super) fn at(index: usize, stack: &Stack) -> Result<PlacedImage, MeasureProblem> {
        if index >= stack.images.len() {
            return Err(MeasureProblem::UnknownImage);
        }
        let spacing = stack.pixel_spacing.ok_or(MeasureProblem::NoSpacing)?;
        if !spacing.iter().all(|step| step.is_finite() && *step > 0.0) {
            return Err(MeasureProblem::NoSpacing);
        }
        let plane = ImagePlane::of(stack, index).ok_or(MeasureProblem::NoPosition)?;
        Ok(PlacedImage { index, plane })
    }

    /// Between rows, then between columns, mm.
    pub(super) fn spacing(&self) -> [f64; 2] {
        self.plane.pixel_spacing
    }

    fn farthest(&self, points: &[Point]) -> f64 {
        let distances = points.iter().map(|point| self.plane.distance(*point));
        distances.fold(0.0, f64::max)
    }

    /// The points in the plane.
    pub(super) fn within(&self, points: &[Point]) -> Result<Vec<PlanePoint>, MeasureProblem> {
        let distance = self.farthest(points);
        if distance > IN_PLANE {
            return Err(MeasureProblem::OutOfPlane { distance });
        }
        Ok(points.iter().map(|point| self.flat(*point)).collect())
    }

    /// A point straight below in the plane.
    pub(super) fn flat(&self, point: Point) -> PlanePoint {
        self.plane.flat(point)
    }

    /// The place of a point of the plane in the patient.
    pub(super) fn place(&self, point: PlanePoint) -> Point {
        self.plane.place(point)
    }

    /// Column and row, counted from 0 at the centre of the first pixel.
    pub(super) fn pixel(&self, point: PlanePoint) -> [f64; 2] {
        self.plane.flat_pixel(point)
    }

    /// Where the plane lies along its normal, mm.
    pub(super) fn height(&self) -> f64 {
        self.plane.height()
    }
}

/// Refuses numbers that are no places in a patient, and more points than are measured.
pub(super) fn check_points(parts: &[MarkPart]) -> Result<(), MeasureProblem> {
    if parts.len() > PARTS {
        return Err(MeasureProblem::TooManyParts {
            found: parts.len(),
            limit: PARTS,
        });
    }
    let mut all = 0;
    for part in parts {
        all += part.points.len();
        let (found, limit) = match part.points.len() {
            count if count > POINTS_ON_IMAGE => (count, POINTS_ON_IMAGE),
            _ => (all, POINTS),
        };
        if found > limit {
            return Err(MeasureProblem::TooManyPoints { found, limit });
        }
        let is_place = |number: &f64| number.is_finite() && number.abs() <= LARGEST;
        if !part.points.iter().flatten().all(is_place) {
            return Err(MeasureProblem::NotAPlace);
        }
    }
    Ok(())
}

/// The points of a part that has so many.
pub(super) fn counted<const N: usize>(part: &MarkPart) -> Result<[Point; N], MeasureProblem> {
    let points = part.points.as_slice();
    points.try_into().map_err(|_| MeasureProblem::WrongPoints {
        needed: N,
        found: points.len(),
    })
}

/// The points of a mark made of lines. They lie in the plane of their image and are laid straight into
/// it; in a volume they may lie in any one plane, as on a reformatted picture, since lengths and angles
/// ask nothing of its pixels.
pub(super) fn planar_points<const N: usize>(
    part: &MarkPart,
    stack: &Stack,
) -> Result<[Point; N], MeasureProblem> {
    let points: [Point; N] = counted(part)?;
    let plane = PlacedImage::of(part, stack)?;
    let distance = plane.farthest(&points);
    if distance <= IN_PLANE {
        return Ok(points.map(|point| plane.place(plane.flat(point))));
    }
    if !stack.is_volume {
        return Err(MeasureProblem::OutOfPlane { distance });
    }
    if !is_planar(&points) {
        return Err(MeasureProblem::NotPlanar);
    }
    Ok(points)
}

/// True where all points lie in the plane of the three that span the largest triangle.
fn is_planar(points: &[Point]) -> bool {
    let mut widest = [0.0; 3];
    let mut base = [0.0; 3];
    for (first, a) in points.iter().enumerate() {
        for (second, b) in points.iter().enumerate().skip(first + 1) {
            for c in &points[second + 1..] {
                let across = cross(subtract(*b, *a), subtract(*c, *a));
                if length(across) > length(widest) {
                    (widest, base) = (across, *a);
                }
            }
        }
    }
    let size = length(widest);
    if size == 0.0 {
        return true;
    }
    let normal = scaled(widest, 1.0 / size);
    points
        .iter()
        .all(|point| dot(subtract(*point, base), normal).abs() <= IN_PLANE)
}
