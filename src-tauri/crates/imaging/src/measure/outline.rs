//! Closed outlines in a plane: their area, what two of them share, and what several cover.
//!
//! Areas of overlays come from the crate i_overlay, which computes on a grid of about a billionth of the
//! outlines' extent.

mod crossings;

use super::{place::PlanePoint, problem::MeasureProblem};
use crossings::count_crossings;
use i_overlay::{
    core::{fill_rule::FillRule, overlay_rule::OverlayRule},
    float::overlay::FloatOverlay,
};

/// An outline that does not cross itself, counter-clockwise by its own axes.
pub(super) struct Outline {
    pub(super) points: Vec<PlanePoint>,
    /// mm².
    pub(super) area: f64,
}

/// Loops of less than this share of an outline's area are rounding.
const ROUNDING: f64 = 1e-4;
/// The overlay of outlines grows with how often they cross; drawn ones cross a few times.
const CROSSINGS: usize = 10_000;

impl Outline {
    /// Checks points of a plane, mm, the last of which is joined to the first.
    pub(super) fn new(mut points: Vec<PlanePoint>) -> Result<Outline, MeasureProblem> {
        points.dedup();
        while points.len() > 1 && points.first() == points.last() {
            points.pop();
        }
        let signed = signed_area(&points);
        let area = signed.abs();
        // Products of such coordinates are right to about 1e-15 of their size.
        if points.len() < 3 || area <= 1e-12 * extent(&points).powi(2) {
            return match crosses_itself(&points) {
                true => Err(MeasureProblem::CrossesItself),
                false => Err(MeasureProblem::NoArea),
            };
        }
        if signed < 0.0 {
            points.reverse();
        }
        if crosses_itself(&points) || !is_wound_once(&points, area) {
            return Err(MeasureProblem::CrossesItself);
        }
        Ok(Outline { points, area })
    }

    /// Area that both cover, mm².
    pub(super) fn shared_area(&self, other: &Outline) -> Result<f64, MeasureProblem> {
        check_tangle(&[&self.points, &other.points])?;
        let mut overlay = FloatOverlay::with_subj_and_clip(&self.points, &other.points);
        let shared = overlay.overlay(OverlayRule::Intersect, FillRule::NonZero);
        // The grid may round beyond what the outlines hold.
        Ok(shapes_area(&shared).min(self.area).min(other.area))
    }

    /// Mean of the points of its surface, by triangles to the first point.
    pub(super) fn centroid(&self) -> PlanePoint {
        let Some(origin) = self.points.first() else {
            return [0.0; 2];
        };
        let mut sum = [0.0; 2];
        let mut total = 0.0;
        for pair in self.points.windows(2) {
            let [a, b] = [0, 1].map(|end| [0, 1].map(|axis| pair[end][axis] - origin[axis]));
            let twice = a[0] * b[1] - a[1] * b[0];
            total += twice;
            sum[0] += twice * (a[0] + b[0]) / 3.0;
            sum[1] += twice * (a[1] + b[1]) / 3.0;
        }
        [0, 1].map(|axis| origin[axis] + sum[axis] / total)
    }
}

/// Area that is covered by any of the outlines, mm²; what several cover counts once.
pub(super) fn covered_area(outlines: &[Outline]) -> Result<f64, MeasureProblem> {
    if let [only] = outlines {
        return Ok(only.area);
    }
    let contours: Vec<&Vec<PlanePoint>> = outlines.iter().map(|outline| &outline.points).collect();
    check_tangle(&contours)?;
    let contours: Vec<Vec<PlanePoint>> = contours.into_iter().cloned().collect();
    let mut overlay = FloatOverlay::with_subj(&contours);
    let covered = overlay.overlay(OverlayRule::Subject, FillRule::NonZero);
    let sum: f64 = outlines.iter().map(|outline| outline.area).sum();
    Ok(shapes_area(&covered).min(sum))
}

/// The shoelace formula, about the first point so that a far origin costs no digits.
fn signed_area(points: &[PlanePoint]) -> f64 {
    let Some(origin) = points.first() else {
        return 0.0;
    };
    let twice: f64 = points
        .windows(2)
        .map(|pair| {
            (pair[0][0] - origin[0]) * (pair[1][1] - origin[1])
                - (pair[1][0] - origin[0]) * (pair[0][1] - origin[1])
        })
        .sum();
    twice / 2.0
}

/// Each shape is its outer contour and then its holes, which turn the other way.
fn shapes_area(shapes: &[Vec<Vec<PlanePoint>>]) -> f64 {
    let contours = shapes.iter().flatten();
    contours
        .map(|contour| signed_area(contour))
        .sum::<f64>()
        .abs()
}

fn extent(points: &[PlanePoint]) -> f64 {
    let side = |axis: usize| {
        let values = || points.iter().map(|point| point[axis]);
        values().fold(f64::NEG_INFINITY, f64::max) - values().fold(f64::INFINITY, f64::min)
    };
    side(0).max(side(1)).max(0.0)
}

/// True where the outline goes round each point that it goes round exactly once and counter-clockwise.
/// This finds what crosses in a point or along an edge, where no edge crosses another one within both.
fn is_wound_once(points: &[PlanePoint], area: f64) -> bool {
    let wound = |rule| {
        let mut overlay = FloatOverlay::with_subj(points);
        shapes_area(&overlay.overlay(OverlayRule::Subject, rule))
    };
    wound(FillRule::Negative) <= ROUNDING * area
        && (wound(FillRule::Positive) - area).abs() <= ROUNDING * area
}

fn crosses_itself(points: &[PlanePoint]) -> bool {
    count_crossings(&[points], |_, _| true, 1) > 0
}

fn check_tangle<Contour: AsRef<[PlanePoint]>>(contours: &[Contour]) -> Result<(), MeasureProblem> {
    let contours: Vec<&[PlanePoint]> = contours.iter().map(AsRef::as_ref).collect();
    let found = count_crossings(&contours, |a, b| a != b, CROSSINGS);
    if found >= CROSSINGS {
        return Err(MeasureProblem::TooManyPoints {
            found: contours.iter().map(|contour| contour.len()).sum(),
            limit: CROSSINGS,
        });
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
    use super::*;

    fn outline(points: &[PlanePoint]) -> Result<Outline, &'static str> {
        Outline::new(points.to_vec()).map_err(|problem| problem.code())
    }

    const SQUARE: [PlanePoint; 4] = [[0.0, 0.0], [4.0, 0.0], [4.0, 4.0], [0.0, 4.0]];

    fn near(found: f64, expected: f64) {
        assert!((found - expected).abs() < 1e-6, "{found}, not {expected}");
    }

    #[test]
    fn areas_do_not_ask_for_the_sense_of_turning_or_for_a_closing_point() {
        near(outline(&SQUARE).unwrap().area, 16.0);
        let mut turned = SQUARE;
        turned.reverse();
        near(outline(&turned).unwrap().area, 16.0);
        let closed = [SQUARE.as_slice(), &SQUARE[..1]].concat();
        near(outline(&closed).unwrap().area, 16.0);
        // an L of three squares, far from the origin
        let far = 1e6;
        let corner = [
            [0.0, 0.0],
            [2.0, 0.0],
            [2.0, 1.0],
            [1.0, 1.0],
            [1.0, 2.0],
            [0.0, 2.0],
        ];
        let moved = corner.map(|[x, y]| [x + far, y - far]);
        near(outline(&moved).unwrap().area, 3.0);
        let [x, y] = outline(&corner).unwrap().centroid();
        // squares about (0.5, 0.5), (1.5, 0.5), (0.5, 1.5)
        near(x, 2.5 / 3.0);
        near(y, 2.5 / 3.0);
    }

    #[test]
    fn outlines_that_cross_themselves_are_refused() {
        let code = |points: &[PlanePoint]| outline(points).err();
        let eight = [[0.0, 0.0], [4.0, 4.0], [4.0, 0.0], [0.0, 3.0]];
        assert_eq!(code(&eight), Some("measure_crosses_itself"));
        let even = [[0.0, 0.0], [4.0, 4.0], [4.0, 0.0], [0.0, 4.0]];
        assert_eq!(
            code(&even),
            Some("measure_crosses_itself"),
            "both loops cancel"
        );
        let in_a_point = [
            [0.0, 0.0],
            [1.0, 1.0],
            [3.0, 3.0],
            [3.0, 0.0],
            [1.0, 1.0],
            [0.0, 1.0],
        ];
        assert_eq!(code(&in_a_point), Some("measure_crosses_itself"));
        let twice = [SQUARE, SQUARE].concat();
        assert_eq!(code(&twice), Some("measure_crosses_itself"));
    }

    #[test]
    fn outlines_may_touch_themselves() {
        // a square of 4, cut open to a hole of 1 × 2
        let bay = [
            [0.0, 0.0],
            [2.0, 0.0],
            [2.0, 1.0],
            [2.0, 3.0],
            [3.0, 3.0],
            [3.0, 1.0],
            [2.0, 1.0],
            [2.0, 0.0],
            [4.0, 0.0],
            [4.0, 4.0],
            [0.0, 4.0],
        ];
        near(outline(&bay).unwrap().area, 14.0);
        let spike = [
            [0.0, 0.0],
            [4.0, 0.0],
            [4.0, 4.0],
            [9.0, 4.0],
            [4.0, 4.0],
            [0.0, 4.0],
        ];
        near(outline(&spike).unwrap().area, 16.0);
    }

    #[test]
    fn lines_and_points_have_no_area() {
        let code = |points: &[PlanePoint]| outline(points).err();
        assert_eq!(code(&[]), Some("measure_no_area"));
        assert_eq!(code(&[[1.0, 1.0]; 5]), Some("measure_no_area"));
        let line = [[0.0, 0.0], [1.0, 1.0], [3.0, 3.0]];
        assert_eq!(code(&line), Some("measure_no_area"));
    }

    #[test]
    fn shared_and_covered_areas_are_those_of_squares_on_paper() {
        let shifted = |by: f64| outline(&SQUARE.map(|[x, y]| [x + by, y + by])).unwrap();
        let square = || shifted(0.0);
        near(square().shared_area(&shifted(1.0)).unwrap(), 9.0);
        near(square().shared_area(&shifted(9.0)).unwrap(), 0.0);
        near(square().shared_area(&square()).unwrap(), 16.0);
        near(covered_area(&[square(), shifted(1.0)]).unwrap(), 23.0);
        near(covered_area(&[square(), shifted(9.0)]).unwrap(), 32.0);
        let mut turned = SQUARE.map(|[x, y]| [x / 2.0 + 1.0, y / 2.0 + 1.0]);
        turned.reverse();
        let inner = outline(&turned).unwrap();
        near(covered_area(&[square(), inner]).unwrap(), 16.0);
    }

    /// Two combs whose 150 teeth cross each other make 4 × 150² crossings.
    #[test]
    fn tangles_are_refused_before_they_are_laid_over_each_other() {
        let comb = |is_upright: bool| -> Outline {
            let mut points = vec![[0.0, -1.0], [301.0, -1.0]];
            for tooth in (0..150).rev() {
                let left = f64::from(tooth) * 2.0;
                points.extend([
                    [left + 1.0, 0.0],
                    [left + 1.0, 301.0],
                    [left, 301.0],
                    [left, 0.0],
                ]);
            }
            if is_upright {
                points = points.into_iter().map(|[x, y]| [y, x]).collect();
            }
            Outline::new(points).unwrap()
        };
        let problem = comb(true).shared_area(&comb(false)).unwrap_err();
        assert_eq!(problem.code(), "measure_too_many_points");
    }
}
