#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
use super::*;
use crate::mark_shapes::tests::mark;
use clinical::marks::MarkKind;
use image::GrayImage;

const UID: &str = "1.2.3.4";
const GREY: [u8; 3] = [90; 3];
const YELLOW: [u8; 3] = [255, 221, 0];

/// Sagittal, 100 rows 2 mm apart and 200 columns 0.5 mm apart: 200 mm high, 100 mm wide.
fn plane() -> ImagePlane {
    ImagePlane {
        position: [7.0, -100.0, 50.0],
        orientation: [0.0, 1.0, 0.0, 0.0, 0.0, -1.0],
        pixel_spacing: [2.0, 0.5],
        rows: 100,
        columns: 200,
    }
}

/// Square pixels of 0.25 mm: 400 wide, 800 high.
fn drawn(marks: &[Mark]) -> RgbImage {
    let grey = GrayImage::from_pixel(400, 800, image::Luma([90]));
    draw_marks(
        DynamicImage::ImageLuma8(grey),
        Some(&plane()),
        UID,
        1,
        marks,
    )
    .into_rgb8()
}

fn at(picture: &RgbImage, x: u32, y: u32) -> [u8; 3] {
    picture.get_pixel(x, y).0
}

/// From y −75 to −25 mm at z 0: 25 mm are 50 columns or 100 pixels of the picture from the first centre,
/// which lies half a column, 1 pixel, from the edge: x 101 to 301; 50 mm are 25 rows or 200 pixels, and half
/// a row 4: y 204. The line is 2 pixels wide and covers rows 203 and 204 wholly.
#[test]
fn a_line_lies_where_its_points_do_in_spite_of_oblong_pixels() {
    let length = mark(MarkKind::Length, &[&[[7.0, -75.0, 0.0], [7.0, -25.0, 0.0]]]);
    let picture = drawn(&[length]);
    for x in [110, 200, 290] {
        assert_eq!(at(&picture, x, 203), YELLOW, "{x}");
        assert_eq!(at(&picture, x, 204), YELLOW, "{x}");
        // the rim takes six tenths of the grey
        assert_eq!(at(&picture, x, 202), [36; 3], "{x}");
        assert_eq!(at(&picture, x, 205), [36; 3], "{x}");
        assert_eq!(at(&picture, x, 201), GREY, "{x}");
        assert_eq!(at(&picture, x, 207), GREY, "{x}");
    }
    assert_eq!(at(&picture, 305, 204), GREY);
    // ticks of 8 pixels to both sides at the ends
    for y in [197, 210] {
        assert_eq!(at(&picture, 100, y), YELLOW, "{y}");
        assert_eq!(at(&picture, 300, y), YELLOW, "{y}");
        assert_eq!(at(&picture, 200, y), GREY, "{y}");
    }
    assert_eq!(at(&picture, 100, 214), GREY);
}

/// A line at 45° through pixel centres: half of the pixels beside the edge of the line.
#[test]
fn slanting_lines_have_smooth_edges() {
    // x 101 to 301, y 204 to 404
    let slanting = mark(
        MarkKind::Length,
        &[&[[7.0, -75.0, 0.0], [7.0, -25.0, -50.0]]],
    );
    let picture = drawn(&[slanting]);
    assert_eq!(at(&picture, 200, 303), YELLOW);
    let [red, _, blue] = at(&picture, 202, 303);
    // the centre is 1.41 away: 0.086 of the line over the rim, 0.086 × 255 + 0.914 × 36
    assert_eq!((red, blue), (55, 33));
    assert_eq!(at(&picture, 206, 303), GREY);
}

#[test]
fn outlines_are_closed_and_ellipses_round_in_millimetres() {
    let corners = [
        [7.0, -75.0, 0.0],
        [7.0, -50.0, 0.0],
        [7.0, -50.0, -50.0],
        [7.0, -75.0, -50.0],
    ];
    let picture = drawn(&[mark(MarkKind::Freehand, &[&corners])]);
    for (x, y) in [(150, 204), (200, 300), (150, 404), (100, 300)] {
        assert_eq!(at(&picture, x, y), YELLOW, "{x} {y}");
    }
    // 12.5 mm around y −62.5, z −25: 50 pixels around 151, 304
    let ends = [
        [7.0, -75.0, -25.0],
        [7.0, -50.0, -25.0],
        [7.0, -62.5, -12.5],
        [7.0, -62.5, -37.5],
    ];
    let picture = drawn(&[mark(MarkKind::Ellipse, &[&ends])]);
    for degrees in (0..360).step_by(15) {
        let (sine, cosine) = f64::from(degrees).to_radians().sin_cos();
        let (x, y) = (151.0 + 50.0 * cosine, 304.0 + 50.0 * sine);
        let [red, ..] = at(&picture, x as u32, y as u32);
        assert!(red > 150, "{degrees}");
    }
    assert_eq!(at(&picture, 151, 304), GREY);
}

#[test]
fn marks_of_other_images_and_broken_ones_are_not_drawn() {
    let line: &[Point] = &[[7.0, -75.0, 0.0], [7.0, -25.0, 0.0]];
    let mut elsewhere = mark(MarkKind::Length, &[line]);
    elsewhere.parts[0].sop_instance_uid = "1.2.3.5".to_owned();
    let mut other_frame = mark(MarkKind::Length, &[line]);
    other_frame.parts[0].frame = 2;
    let broken = mark(MarkKind::Volume, &[line]);
    let picture = drawn(&[elsewhere.clone(), other_frame, broken]);
    assert!(picture.pixels().all(|pixel| pixel.0 == GREY));
    let untouched = DynamicImage::new_luma8(4, 4);
    let same = draw_marks(untouched.clone(), Some(&plane()), UID, 1, &[elsewhere]);
    assert_eq!(same, untouched);
    let here = mark(MarkKind::Length, &[line]);
    let placeless = draw_marks(untouched.clone(), None, UID, 1, &[here]);
    assert_eq!(placeless, untouched);
}

#[test]
fn each_mark_has_its_letter() {
    let line: &[Point] = &[[7.0, -75.0, 0.0], [7.0, -25.0, 0.0]];
    let lower: &[Point] = &[[7.0, -75.0, -50.0], [7.0, -25.0, -50.0]];
    let marks = [
        mark(MarkKind::Length, &[line]),
        mark(MarkKind::Length, &[lower]),
    ];
    let names: Vec<_> = lettered(&marks, UID, 1)
        .into_iter()
        .map(|(name, _)| name)
        .collect();
    assert_eq!(names, ["A", "B"]);
    let picture = drawn(&marks);
    // left at 101 + 6 + 8 = 115, 3 pixels a step: A has its tip in the middle, B its stem at the left
    let (above, below) = (204 - 18 - 6, 404 - 18 - 6);
    assert_eq!(at(&picture, 121, above + 1)[2], 0, "the tip of A");
    assert_eq!(at(&picture, 115, above + 1)[0], 90, "left of the tip of A");
    assert_eq!(at(&picture, 115, below + 8)[2], 0, "the stem of B");
}

#[test]
fn points_far_outside_cost_nothing() {
    let far = mark(MarkKind::Length, &[&[[7.0, -1e9, 1e9], [7.0, 1e9, -1e9]]]);
    let outside = mark(MarkKind::Length, &[&[[7.0, 1e9, 0.0], [7.0, 2e9, 0.0]]]);
    let huge = mark(
        MarkKind::Length,
        &[&[[7.0, -1e300, 0.0], [7.0, 1e300, 1e300]]],
    );
    assert_eq!(drawn(&[far, outside, huge]).dimensions(), (400, 800));
}
