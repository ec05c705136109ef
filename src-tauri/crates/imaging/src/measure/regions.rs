//! What is outlined on one image: areas, the values of the pixels within, the share of the canal that is
//! taken, and the psoas muscles.

use super::{
    Frames, exactly_one,
    lines::is_perpendicular,
    measured,
    outline::Outline,
    place::{IN_PLANE, PlacedImage, PlanePoint, counted},
    problem::MeasureProblem,
    statistics::{Ellipse, Polygon, statistics},
};
use crate::{
    geometry::{length, subtract},
    library::{Plane, Series, Stack},
};
use clinical::marks::{MarkPart, Measured, Point, Quantity, Unit};

/// Middles of the diameters of an ellipse may lie so far apart, as a share of the shorter one.
const CENTRED: f64 = 0.01;

/// Area of an ellipse from its two diameters, and the values in it.
pub(super) fn ellipse(
    parts: &[MarkPart],
    series: &Series,
    stack: &Stack,
    frames: &Frames,
) -> Result<Vec<Measured>, MeasureProblem> {
    let part = exactly_one(parts)?;
    let points: [Point; 4] = counted(part)?;
    let plane = PlacedImage::of(part, stack)?;
    plane.within(&points)?;
    let [a, b, c, d] = points.map(|point| plane.flat(point));
    let halves = [half(a, b), half(c, d)];
    let middles = [middle(a, b), middle(c, d)];
    let solid = |[x, y]: PlanePoint| [x, y, 0.0];
    let lengths = halves.map(|half| 2.0 * length(solid(half)));
    let shorter = lengths[0].min(lengths[1]);
    if shorter < 1e-6 {
        return Err(MeasureProblem::NoArea);
    }
    let apart = length(subtract(solid(middles[0]), solid(middles[1])));
    if apart > IN_PLANE + CENTRED * shorter || !is_perpendicular(solid(halves[0]), solid(halves[1]))
    {
        return Err(MeasureProblem::NotAnEllipse);
    }
    let area = std::f64::consts::PI / 4.0 * lengths[0] * lengths[1];
    let region = Ellipse {
        centre: plane.pixel(middle(middles[0], middles[1])),
        halves: halves.map(|half| plane.pixel(half)),
    };
    with_statistics(area, series, stack, &plane, frames, &region)
}

/// Area of a closed outline, by its points and not by its pixels, and the values in it.
pub(super) fn freehand(
    parts: &[MarkPart],
    series: &Series,
    stack: &Stack,
    frames: &Frames,
) -> Result<Vec<Measured>, MeasureProblem> {
    let (plane, outline) = outlined(exactly_one(parts)?, stack)?;
    let region = Polygon(
        outline
            .points
            .iter()
            .map(|point| plane.pixel(*point))
            .collect(),
    );
    with_statistics(outline.area, series, stack, &plane, frames, &region)
}

fn with_statistics(
    area: f64,
    series: &Series,
    stack: &Stack,
    plane: &PlacedImage,
    frames: &Frames,
    region: &impl super::statistics::Region,
) -> Result<Vec<Measured>, MeasureProblem> {
    let mut values = vec![measured(Quantity::Area, area, Unit::SquareMillimetre)];
    values.extend(statistics(series, stack, plane, frames, region)?);
    Ok(values)
}

/// Area of the bony canal, and the share of it that lies within the outline of what narrows it, %. What
/// of that outline lies outside the canal, as a mass that grew into the bone, does not count.
pub(super) fn canal_compromise(
    parts: &[MarkPart],
    stack: &Stack,
) -> Result<Vec<Measured>, MeasureProblem> {
    let [canal, narrowing] = two_on_an_axial_image(parts, stack)?;
    let shared = canal.shared_area(&narrowing)?;
    // Where nothing is shared, or the second outline goes round the first one, they were mixed up.
    let surrounds = shared >= canal.area * 0.9999 && narrowing.area > canal.area * 1.0001;
    if shared <= 0.0 || surrounds {
        return Err(MeasureProblem::NarrowingOutsideCanal);
    }
    let share = (100.0 * shared / canal.area).min(100.0);
    Ok(vec![
        measured(Quantity::CanalArea, canal.area, Unit::SquareMillimetre),
        measured(Quantity::CanalCompromise, share, Unit::Percent),
    ])
}

/// Areas of the psoas muscles.
pub(super) fn psoas_area(
    parts: &[MarkPart],
    stack: &Stack,
) -> Result<Vec<Measured>, MeasureProblem> {
    let [right, left] = two_on_an_axial_image(parts, stack)?;
    let plane = PlacedImage::of(&parts[0], stack)?;
    // x grows to the left of the patient (PS3.3 section C.7.6.2.1.1).
    let x = |outline: &Outline| plane.place(outline.centroid())[0];
    if x(&right) >= x(&left) {
        return Err(MeasureProblem::SidesSwapped);
    }
    Ok(vec![
        measured(Quantity::PsoasAreaRight, right.area, Unit::SquareMillimetre),
        measured(Quantity::PsoasAreaLeft, left.area, Unit::SquareMillimetre),
    ])
}

fn two_on_an_axial_image(
    parts: &[MarkPart],
    stack: &Stack,
) -> Result<[Outline; 2], MeasureProblem> {
    let [first, second] = parts else {
        return Err(MeasureProblem::WrongParts {
            needed: 2,
            found: parts.len(),
        });
    };
    if (&first.sop_instance_uid, first.frame) != (&second.sop_instance_uid, second.frame) {
        return Err(MeasureProblem::NotOneImage);
    }
    // First the image, since what is wrong with an outline does not matter on a wrong one.
    PlacedImage::of(first, stack)?;
    if stack.plane != Plane::Axial {
        return Err(MeasureProblem::NotAxial);
    }
    Ok([outlined(first, stack)?.1, outlined(second, stack)?.1])
}

/// The image of a part and the outline in its plane.
pub(super) fn outlined(
    part: &MarkPart,
    stack: &Stack,
) -> Result<(PlacedImage, Outline), MeasureProblem> {
    if part.points.len() < 3 {
        return Err(MeasureProblem::TooFewPoints {
            found: part.points.len(),
        });
    }
    let plane = PlacedImage::of(part, stack)?;
    let outline = Outline::new(plane.within(&part.points)?)?;
    Ok((plane, outline))
}

fn half([ax, ay]: PlanePoint, [bx, by]: PlanePoint) -> PlanePoint {
    [(bx - ax) / 2.0, (by - ay) / 2.0]
}

fn middle([ax, ay]: PlanePoint, [bx, by]: PlanePoint) -> PlanePoint {
    [(ax + bx) / 2.0, (ay + by) / 2.0]
}
