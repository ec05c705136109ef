//! Lengths and angles from two to six points in the coordinate system of the patient.

use super::{
    exactly_one, measured,
    place::{IN_PLANE, planar_points},
    problem::MeasureProblem,
};
use crate::{
    geometry::{cross, dot, length, scaled, subtract},
    library::Stack,
};
use clinical::marks::{MarkPart, Measured, Point, Quantity, Unit};

/// Two lines count as perpendicular within 1 degree: the area of an ellipse from its diameters is then
/// right to cos 1° or 0.02 %.
pub(super) const RIGHT_ANGLE: f64 = std::f64::consts::PI / 180.0;

/// The direction to the front (PS3.3 section C.7.6.2.1.1: y grows to the back).
const FRONT: Point = [0.0, -1.0, 0.0];

/// A back wall that lies down has no side to the front: its slope is at least the sine of 6 degrees, at
/// which a picture's letters give up a direction too. The plane is sagittal up to 45 degrees, as by name.
const UPRIGHT: f64 = 0.1;

/// Distance of two points, mm.
pub(super) fn line(parts: &[MarkPart], stack: &Stack) -> Result<Vec<Measured>, MeasureProblem> {
    let [from, to] = planar_points(exactly_one(parts)?, stack)?;
    let distance = long(between(from, to))?;
    Ok(vec![measured(Quantity::Length, distance, Unit::Millimetre)])
}

/// Angle between two lines without direction, 0 to 90°.
pub(super) fn angle(parts: &[MarkPart], stack: &Stack) -> Result<Vec<Measured>, MeasureProblem> {
    let directed = directed_angle(parts, stack)?;
    let value = directed.min(180.0 - directed);
    Ok(vec![measured(Quantity::Angle, value, Unit::Degree)])
}

/// Angle between two end plates, each drawn from the same side to the other, 0 to 180° (Cobb J. Outline
/// for the study of scoliosis. Instr Course Lect 1948;5:261-275).
pub(super) fn cobb_angle(
    parts: &[MarkPart],
    stack: &Stack,
) -> Result<Vec<Measured>, MeasureProblem> {
    let value = directed_angle(parts, stack)?;
    Ok(vec![measured(Quantity::Angle, value, Unit::Degree)])
}

fn directed_angle(parts: &[MarkPart], stack: &Stack) -> Result<f64, MeasureProblem> {
    let [a, b, c, d] = planar_points(exactly_one(parts)?, stack)?;
    let (first, second) = (between(a, b), between(c, d));
    long(first)?;
    long(second)?;
    Ok(angle_between(first, second).to_degrees())
}

/// The longest diameter and the longest one at right angles to it, mm.
pub(super) fn bidirectional(
    parts: &[MarkPart],
    stack: &Stack,
) -> Result<Vec<Measured>, MeasureProblem> {
    let [a, b, c, d] = planar_points(exactly_one(parts)?, stack)?;
    let (first, second) = (between(a, b), between(c, d));
    let (one, other) = (long(first)?, long(second)?);
    if !is_perpendicular(first, second) {
        return Err(MeasureProblem::NotPerpendicular);
    }
    Ok(vec![
        measured(Quantity::LongDiameter, one.max(other), Unit::Millimetre),
        measured(Quantity::ShortDiameter, one.min(other), Unit::Millimetre),
    ])
}

/// Height of a vertebral body against the mean of its neighbours'. A body that is higher than they are
/// has a negative loss, which is said as it is.
pub(super) fn height_loss(
    parts: &[MarkPart],
    stack: &Stack,
) -> Result<Vec<Measured>, MeasureProblem> {
    let [a, b, c, d, e, f] = planar_points(exactly_one(parts)?, stack)?;
    let height = long(between(a, b))?;
    let expected = (long(between(c, d))? + long(between(e, f))?) / 2.0;
    let loss = 100.0 * (1.0 - height / expected);
    Ok(vec![
        measured(Quantity::Height, height, Unit::Millimetre),
        measured(Quantity::ExpectedHeight, expected, Unit::Millimetre),
        measured(Quantity::HeightLoss, loss, Unit::Percent),
    ])
}

/// Distance of the upper body's lower corner from the line of the lower body's back wall, mm; to the
/// front is positive.
pub(super) fn translation(
    parts: &[MarkPart],
    stack: &Stack,
) -> Result<Vec<Measured>, MeasureProblem> {
    let [upper, lower, corner] = planar_points(exactly_one(parts)?, stack)?;
    let wall = between(lower, upper);
    let wall = scaled(wall, 1.0 / long(wall)?);
    let offset = between(lower, corner);
    let across = subtract(offset, scaled(wall, dot(offset, wall)));
    let distance = length(across);
    let forward = dot(across, FRONT);
    let is_lying = wall[2].abs() < UPRIGHT || forward.abs() < UPRIGHT * distance;
    // Nearer than this the direction across is one of rounding, and the sign of no weight.
    let is_sagittal = distance <= IN_PLANE
        || cross(wall, across)[0].abs() >= std::f64::consts::FRAC_1_SQRT_2 * distance;
    if !is_sagittal || (is_lying && distance > 0.0) {
        return Err(MeasureProblem::NotSagittal);
    }
    let value = if forward < 0.0 { -distance } else { distance };
    Ok(vec![measured(
        Quantity::Translation,
        value,
        Unit::Millimetre,
    )])
}

fn between(from: Point, to: Point) -> Point {
    subtract(to, from)
}

fn long(line: Point) -> Result<f64, MeasureProblem> {
    let length = length(line);
    // Below a nanometre two places are one, see `geometry::without_noise`.
    if length < 1e-6 {
        return Err(MeasureProblem::NoLine);
    }
    Ok(length)
}

/// 0 to π; by the sine and the cosine, as each alone is blunt at one of the ends.
fn angle_between(a: Point, b: Point) -> f64 {
    length(cross(a, b)).atan2(dot(a, b))
}

pub(super) fn is_perpendicular(a: Point, b: Point) -> bool {
    (angle_between(a, b) - std::f64::consts::FRAC_PI_2).abs() <= RIGHT_ANGLE
}
