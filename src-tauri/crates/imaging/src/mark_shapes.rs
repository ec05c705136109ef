//! The lines and outlines that a mark consists of, by the tool that drew it.

use crate::geometry::{dot, length, subtract};
use clinical::marks::{Mark, MarkKind, Point};

/// Straight pieces that stand for an ellipse: at a radius of 100 mm they leave it by 0.03 mm.
const ELLIPSE_PIECES: u32 = 128;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Form {
    Point,
    Line,
    /// Closed; the first point is not repeated.
    Outline,
    /// Ends of one diameter, then of the other.
    Ellipse,
}

#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Shape {
    /// Of [`Mark::parts`].
    pub(crate) part: usize,
    pub(crate) form: Form,
    pub(crate) points: Vec<Point>,
}

/// The shapes of a mark in the order of its points; none where its parts and points are not those of its
/// kind (see [`MarkKind`]).
pub(crate) fn shapes(mark: &Mark) -> Option<Vec<Shape>> {
    let is_finite = |point: &Point| point.iter().all(|number| number.is_finite());
    let mut points = mark.parts.iter().flat_map(|part| &part.points);
    if !points.all(is_finite) {
        return None;
    }
    let parts = mark.parts.len();
    match mark.kind {
        MarkKind::Length => only_part(mark, &[(Form::Line, 2)]),
        MarkKind::Angle | MarkKind::CobbAngle | MarkKind::Bidirectional => {
            only_part(mark, &[(Form::Line, 2), (Form::Line, 2)])
        }
        MarkKind::HeightLoss => {
            only_part(mark, &[(Form::Line, 2), (Form::Line, 2), (Form::Line, 2)])
        }
        MarkKind::Translation => only_part(mark, &[(Form::Line, 2), (Form::Point, 1)]),
        MarkKind::Ellipse => only_part(mark, &[(Form::Ellipse, 4)]),
        MarkKind::Freehand if parts == 1 => outlines(mark),
        MarkKind::CanalCompromise | MarkKind::PsoasArea if parts == 2 => outlines(mark),
        MarkKind::Volume if parts > 0 => outlines(mark),
        _ => None,
    }
}

fn only_part(mark: &Mark, forms: &[(Form, usize)]) -> Option<Vec<Shape>> {
    let [part] = mark.parts.as_slice() else {
        return None;
    };
    let mut rest = part.points.as_slice();
    let mut shapes = Vec::with_capacity(forms.len());
    for (form, count) in forms {
        let (points, after) = rest.split_at_checked(*count)?;
        rest = after;
        shapes.push(Shape {
            part: 0,
            form: *form,
            points: points.to_vec(),
        });
    }
    rest.is_empty().then_some(shapes)
}

fn outlines(mark: &Mark) -> Option<Vec<Shape>> {
    let outline = |(part, drawn): (usize, &clinical::marks::MarkPart)| {
        let mut points = drawn.points.clone();
        // A tool may close an outline by repeating its first point.
        while points.len() > 1 && points.first() == points.last() {
            points.pop();
        }
        (points.len() >= 3).then_some(Shape {
            part,
            form: Form::Outline,
            points,
        })
    };
    mark.parts.iter().enumerate().map(outline).collect()
}

/// The outline of an ellipse with four points as [`Form::Ellipse`] has them.
pub(crate) fn ellipse_outline(ends: &[Point]) -> Vec<Point> {
    let &[a, b, c, d] = ends else {
        return Vec::new();
    };
    let middle = [0, 1, 2].map(|axis| (a[axis] + b[axis]) / 2.0);
    let first = [0, 1, 2].map(|axis| (b[axis] - a[axis]) / 2.0);
    // The second diameter as drawn may miss the middle by a little; its direction and length count.
    let second = [0, 1, 2].map(|axis| (d[axis] - c[axis]) / 2.0);
    (0..ELLIPSE_PIECES)
        .map(|piece| {
            let turn = std::f64::consts::TAU * f64::from(piece) / f64::from(ELLIPSE_PIECES);
            let (sine, cosine) = turn.sin_cos();
            [0, 1, 2].map(|axis| middle[axis] + cosine * first[axis] + sine * second[axis])
        })
        .collect()
}

/// The ends of the longer diameter first, as DICOM wants them (PS3.3 section C.18.6.1.2).
pub(crate) fn major_axis_first(ends: &[Point]) -> Vec<Point> {
    let &[a, b, c, d] = ends else {
        return ends.to_vec();
    };
    if length(subtract(d, c)) > length(subtract(b, a)) {
        vec![c, d, a, b]
    } else {
        ends.to_vec()
    }
}

/// Whether the two diameters stand at right angles to each other, to half a degree.
pub(crate) fn is_right_angled(ends: &[Point]) -> bool {
    let &[a, b, c, d] = ends else {
        return false;
    };
    let (first, second) = (subtract(b, a), subtract(d, c));
    dot(first, second).abs() <= 0.009 * length(first) * length(second)
}

#[cfg(test)]
pub(crate) mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
    use super::*;
    use clinical::marks::MarkPart;

    pub(crate) fn mark(kind: MarkKind, parts: &[&[Point]]) -> Mark {
        Mark {
            id: "1".to_owned(),
            kind,
            study_instance_uid: "1.2".to_owned(),
            series_instance_uid: "1.2.3".to_owned(),
            frame_of_reference_uid: Some("1.2.9".to_owned()),
            modality: "CT".to_owned(),
            study_date: None,
            reformatted_normal: None,
            parts: parts
                .iter()
                .map(|points| MarkPart {
                    sop_instance_uid: "1.2.3.4".to_owned(),
                    frame: 1,
                    points: points.to_vec(),
                })
                .collect(),
            window_center: 40.0,
            window_width: 400.0,
            level: "L1".parse().ok(),
            note: String::new(),
            measured: Vec::new(),
            proposed_by: Vec::new(),
            drawn_at: chrono::DateTime::default(),
            author: "A. Reader".to_owned(),
        }
    }

    const SQUARE: [Point; 4] = [
        [0.0, 0.0, 0.0],
        [2.0, 0.0, 0.0],
        [2.0, 2.0, 0.0],
        [0.0, 2.0, 0.0],
    ];

    #[test]
    fn each_tool_has_its_shapes() {
        let height = mark(MarkKind::HeightLoss, &[&[[1.0; 3]; 6]]);
        let forms: Vec<_> = shapes(&height)
            .unwrap()
            .iter()
            .map(|shape| (shape.form, shape.points.len()))
            .collect();
        assert_eq!(forms, [(Form::Line, 2); 3]);
        let psoas = mark(MarkKind::PsoasArea, &[&SQUARE, &SQUARE]);
        assert_eq!(shapes(&psoas).unwrap()[1].part, 1);
        assert_eq!(shapes(&mark(MarkKind::HeightLoss, &[&SQUARE])), None);
        assert_eq!(shapes(&mark(MarkKind::PsoasArea, &[&SQUARE])), None);
        assert_eq!(shapes(&mark(MarkKind::Volume, &[])), None);
        assert_eq!(
            shapes(&mark(MarkKind::Length, &[&[[f64::NAN; 3]; 2]])),
            None
        );
    }

    #[test]
    fn an_outline_is_not_closed_twice() {
        let mut closed = SQUARE.to_vec();
        closed.push(SQUARE[0]);
        let drawn = shapes(&mark(MarkKind::Freehand, &[&closed])).unwrap();
        assert_eq!(drawn[0].points, SQUARE);
    }

    /// Half axes of 3 mm along y and 1 mm along x about (5, 5).
    #[test]
    fn the_outline_of_an_ellipse_passes_through_its_four_points() {
        let ends = [
            [4.0, 5.0, 0.0],
            [6.0, 5.0, 0.0],
            [5.0, 2.0, 0.0],
            [5.0, 8.0, 0.0],
        ];
        let outline = ellipse_outline(&ends);
        for end in ends {
            let nearest = outline
                .iter()
                .map(|point| length(subtract(*point, end)))
                .fold(f64::INFINITY, f64::min);
            assert!(nearest < 1e-9, "{end:?}");
        }
        for [x, y, _] in outline {
            assert!(((x - 5.0).powi(2) + ((y - 5.0) / 3.0).powi(2) - 1.0).abs() < 1e-9);
        }
        assert_eq!(major_axis_first(&ends)[0], [5.0, 2.0, 0.0]);
        assert!(is_right_angled(&ends));
    }
}
