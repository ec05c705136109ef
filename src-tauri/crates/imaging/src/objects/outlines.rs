//! Shapes of marks as pixels of their images: as graphics of a report, and as filled masks.

use super::ObjectError;
use crate::{
    image_plane::ImagePlane,
    mark_shapes::{Form, Shape, ellipse_outline, is_right_angled, major_axis_first},
};
use clinical::marks::{Mark, MarkPart};

/// Points are made on the plane of their image; farther beside it (mm) than any rounding, they belong to
/// another one. A working rule.
const BESIDE: f64 = 0.5;
/// Spacings that differ by less (a share) make an ellipse in millimetres one in pixels too.
const SQUARE: f64 = 1e-3;

/// Refuses points that do not lie on their image.
pub(super) fn is_on_image(
    mark: &Mark,
    part: &MarkPart,
    plane: &ImagePlane,
) -> Result<(), ObjectError> {
    let distances = part.points.iter().map(|point| plane.distance(*point));
    let farthest = distances.fold(0.0, f64::max);
    if farthest > BESIDE {
        return Err(ObjectError::BesideItsImage {
            mark: mark.id.clone(),
            tenths: (farthest * 10.0).round() as u64,
        });
    }
    Ok(())
}

/// Graphic type and points of a shape on an image (PS3.3 section C.18.6.1.2), where the upper left corner
/// of the first pixel is 0, 0. A closed polyline repeats its first point.
pub(super) fn drawn_on_image(shape: &Shape, plane: &ImagePlane) -> (&'static str, Vec<[f64; 2]>) {
    let corner = |point: &clinical::marks::Point| plane.pixel(*point).map(|at| at + 0.5);
    let closed = |points: &[clinical::marks::Point]| {
        let mut points: Vec<_> = points.iter().map(corner).collect();
        points.extend(points.first().copied());
        points
    };
    let [between_rows, between_columns] = plane.pixel_spacing;
    let is_square = (between_rows / between_columns - 1.0).abs() < SQUARE;
    match shape.form {
        Form::Point => ("POINT", shape.points.iter().map(corner).collect()),
        Form::Line => ("POLYLINE", shape.points.iter().map(corner).collect()),
        Form::Outline => ("POLYLINE", closed(&shape.points)),
        Form::Ellipse if is_square && is_right_angled(&shape.points) => {
            let ends = major_axis_first(&shape.points);
            ("ELLIPSE", ends.iter().map(corner).collect())
        }
        // The diameters are not at right angles in oblong pixels.
        Form::Ellipse => ("POLYLINE", closed(&ellipse_outline(&shape.points))),
    }
}

/// Graphic type of a shape of lines in the patient (PS3.3 section C.18.9.1.2).
pub(super) fn lines_in_patient(shape: &Shape) -> &'static str {
    match shape.form {
        Form::Point => "POINT",
        Form::Line | Form::Outline | Form::Ellipse => "POLYLINE",
    }
}

/// The pixels of an image by rows, each 0 or 1, whose centres lie within an outline (even-odd rule). A
/// centre on the outline belongs to it on the left and upper side only, so that outlines that share an edge
/// share no pixel.
pub(super) fn mask(outline: &[clinical::marks::Point], plane: &ImagePlane) -> Vec<u8> {
    let (rows, columns) = (plane.rows as usize, plane.columns as usize);
    let mut mask = vec![0; rows * columns];
    let points: Vec<[f64; 2]> = outline.iter().map(|point| plane.pixel(*point)).collect();
    let mut crossings = Vec::new();
    for row in 0..rows {
        let y = row as f64;
        crossings.clear();
        let next = points.iter().cycle().skip(1);
        for ([x0, y0], [x1, y1]) in points.iter().zip(next) {
            if (*y0 <= y) != (*y1 <= y) {
                crossings.push(x0 + (y - y0) / (y1 - y0) * (x1 - x0));
            }
        }
        crossings.sort_by(f64::total_cmp);
        for pair in crossings.chunks_exact(2) {
            // Beyond the range of an index the conversion stops at its ends.
            let column = |x: f64| (x.ceil().max(0.0) as usize).min(columns);
            let (first, end) = (column(pair[0]), column(pair[1]));
            mask[row * columns + first..row * columns + end].fill(1);
        }
    }
    mask
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Axial, first pixel at the origin, rows 2 mm apart and columns 1 mm.
    const PLANE: ImagePlane = ImagePlane {
        position: [0.0; 3],
        orientation: [1.0, 0.0, 0.0, 0.0, 1.0, 0.0],
        pixel_spacing: [2.0, 1.0],
        rows: 4,
        columns: 6,
    };

    fn rows(outline: &[[f64; 2]]) -> Vec<String> {
        let points: Vec<_> = outline.iter().map(|[x, y]| [*x, *y, 0.0]).collect();
        mask(&points, &PLANE)
            .chunks(6)
            .map(|row| {
                row.iter()
                    .map(|bit| if *bit == 1 { '#' } else { '.' })
                    .collect()
            })
            .collect()
    }

    #[test]
    fn a_pixel_counts_where_its_centre_is_inside() {
        // x 0.6 to 3.4 holds columns 1 to 3; y 1 to 5 mm holds rows 1 and 2
        let square = [[0.6, 1.0], [3.4, 1.0], [3.4, 5.0], [0.6, 5.0]];
        assert_eq!(rows(&square), ["......", ".###..", ".###..", "......"]);
        let tiny = [[0.6, 1.0], [0.9, 1.0], [0.9, 5.0]];
        assert_eq!(rows(&tiny).concat().matches('#').count(), 0);
        // right of the line from (0.5, 0) to (6.5, 6) mm, which is at 0.5, 2.5 and 4.5 in the rows
        let triangle = [[0.5, 0.0], [6.5, 0.0], [6.5, 6.0]];
        assert_eq!(rows(&triangle), [".#####", "...###", ".....#", "......"]);
    }

    #[test]
    fn outlines_that_share_an_edge_share_no_pixel() {
        let left = [[0.0, 0.0], [2.0, 0.0], [2.0, 6.0], [0.0, 6.0]];
        let right = [[2.0, 0.0], [5.0, 0.0], [5.0, 6.0], [2.0, 6.0]];
        assert_eq!(rows(&left), ["##....", "##....", "##....", "......"]);
        assert_eq!(rows(&right), ["..###.", "..###.", "..###.", "......"]);
    }

    #[test]
    fn outlines_beyond_the_image_are_cut_and_holes_stay_open() {
        let all = [[-1e9, -1e9], [1e9, -1e9], [1e9, 1e9], [-1e9, 1e9]];
        assert_eq!(rows(&all), ["######"; 4]);
        // an hourglass on its side: columns 4, then 1, 3 and 4 twice, then 4
        let bow = [[0.5, -1.0], [4.5, 7.0], [4.5, -1.0], [0.5, 7.0]];
        assert_eq!(rows(&bow).concat().matches('#').count(), 8);
    }

    #[test]
    fn an_ellipse_in_oblong_pixels_is_given_as_a_polyline() {
        let ellipse = Shape {
            part: 0,
            form: Form::Ellipse,
            points: vec![
                [2.0, 3.0, 0.0],
                [4.0, 3.0, 0.0],
                [3.0, 0.0, 0.0],
                [3.0, 6.0, 0.0],
            ],
        };
        let (graphic_type, points) = drawn_on_image(&ellipse, &PLANE);
        assert_eq!((graphic_type, points.first()), ("POLYLINE", points.last()));
        let square = ImagePlane {
            pixel_spacing: [2.0, 2.0],
            ..PLANE
        };
        let (graphic_type, points) = drawn_on_image(&ellipse, &square);
        assert_eq!(graphic_type, "ELLIPSE");
        assert_eq!(points, [[2.0, 0.5], [2.0, 3.5], [1.5, 2.0], [2.5, 2.0]]);
    }
}
