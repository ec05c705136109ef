//! Values of marks that can be worked out on paper, on images that exist only here.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use clinical::marks::{MarkKind, Quantity, Unit};
use imaging::{
    library::{Plane, Rescale},
    measure::{MeasureProblem, measure, part_on_plane},
    problem::Reason,
};

use std::slice::from_ref;

mod drawn;

use drawn::{AXIAL, Images, SAGITTAL, found, near, units, value};

/// A row runs to the left and up by 30 degrees, a column to the back; rows 3 mm, columns 0.5 mm apart.
fn oblique() -> Images {
    let (sine, cosine) = 30.0_f64.to_radians().sin_cos();
    let orientation = [cosine, 0.0, sine, 0.0, 1.0, 0.0];
    Images::new("CT", orientation, [3.0, 0.5], &[[5.0, -7.0, 11.0]])
}

const SQUARE: [[f64; 2]; 4] = [[2.0, 2.0], [6.0, 2.0], [6.0, 6.0], [2.0, 6.0]];

fn shifted(points: &[[f64; 2]], by: [f64; 2]) -> Vec<[f64; 2]> {
    points.iter().map(|[x, y]| [x + by[0], y + by[1]]).collect()
}

#[test]
fn a_length_is_that_of_the_patient_and_not_of_pixels() {
    let images = oblique();
    // 4 pixels along, 2 pixels down: 2 mm and 6 mm
    let part = images.drawn(0, &[[0.0, 0.0], [2.0, 6.0]]);
    let values = images.measure(MarkKind::Length, &[part]).unwrap();
    near(value(&values, Quantity::Length), 40.0_f64.sqrt());
    assert_eq!(units(&values), [(Quantity::Length, Unit::Millimetre)]);
}

#[test]
fn lines_leave_their_image_in_a_volume_only() {
    let positions: Vec<_> = (0..5)
        .map(|slice| [0.0, 0.0, 2.0 * f64::from(slice)])
        .collect();
    let mut images = Images::new("CT", AXIAL, [1.0, 1.0], &positions);
    let part = images.part(0, &[[1.0, 2.0, 0.0], [4.0, 6.0, 12.0]]);
    assert_eq!(
        images.code(MarkKind::Length, from_ref(&part)),
        "measure_out_of_plane"
    );
    images.stack_mut().is_volume = true;
    // 3, 4 and 12 mm
    let values = images.measure(MarkKind::Length, &[part]).unwrap();
    near(value(&values, Quantity::Length), 13.0);
    let twisted = [
        [0.0, 0.0, 0.0],
        [4.0, 0.0, 0.0],
        [0.0, 0.0, 4.0],
        [0.0, 4.0, 4.0],
    ];
    let part = images.part(0, &twisted);
    assert_eq!(
        images.code(MarkKind::CobbAngle, &[part]),
        "measure_not_planar"
    );
    let outline = [[0.0, 0.0, 0.0], [4.0, 0.0, 0.0], [0.0, 0.0, 4.0]];
    let part = images.part(0, &outline);
    assert_eq!(
        images.code(MarkKind::Freehand, &[part]),
        "measure_out_of_plane"
    );
}

/// The line from (0, 0) to (1, 0) and one at 150 degrees to it.
#[test]
fn an_angle_of_lines_is_the_small_one_and_that_of_end_plates_the_directed_one() {
    let images = oblique();
    let (sine, cosine) = 150.0_f64.to_radians().sin_cos();
    let points = [
        [0.0, 0.0],
        [1.0, 0.0],
        [3.0, 3.0],
        [3.0 + cosine, 3.0 + sine],
    ];
    let part = images.drawn(0, &points);
    let plain = images.measure(MarkKind::Angle, from_ref(&part)).unwrap();
    near(value(&plain, Quantity::Angle), 30.0);
    let cobb = images.measure(MarkKind::CobbAngle, &[part]).unwrap();
    near(value(&cobb, Quantity::Angle), 150.0);
    assert_eq!(units(&cobb), [(Quantity::Angle, Unit::Degree)]);
}

/// Columns 2 to 5 of rows 2 to 5 (an edge belongs to what lies beyond it): 100 row + column with means
/// 3.5 has mean 353.5; sums of squares about it are 16 × 1.25 × (10000 + 1), over 15.
#[test]
fn an_outline_has_the_values_of_the_pixels_whose_centres_it_holds() {
    let images = Images::axial();
    let part = images.drawn(0, &SQUARE);
    let values = images.measure(MarkKind::Freehand, &[part]).unwrap();
    assert_eq!(
        units(&values),
        [
            (Quantity::Area, Unit::SquareMillimetre),
            (Quantity::Mean, Unit::Hounsfield),
            (Quantity::StandardDeviation, Unit::Hounsfield),
            (Quantity::Minimum, Unit::Hounsfield),
            (Quantity::Maximum, Unit::Hounsfield),
        ]
    );
    near(value(&values, Quantity::Area), 16.0);
    near(value(&values, Quantity::Mean), 353.5);
    near(
        value(&values, Quantity::StandardDeviation),
        (16.0_f64 * 1.25 * 10001.0 / 15.0).sqrt(),
    );
    near(value(&values, Quantity::Minimum), 202.0);
    near(value(&values, Quantity::Maximum), 505.0);
}

#[test]
fn values_are_rescaled_by_their_own_image_and_padding_is_left_out() {
    let mut images = Images::axial();
    images.stack_mut().images[0].rescale = Rescale {
        slope: 2.0,
        intercept: -1000.0,
    };
    // rows 2 to 4 are padding, of stored values: only 502 to 505 are left
    let images = images.padded(0, 499);
    let part = images.drawn(0, &SQUARE);
    let values = images.measure(MarkKind::Freehand, &[part]).unwrap();
    near(value(&values, Quantity::Minimum), 4.0);
    near(value(&values, Quantity::Maximum), 10.0);
    near(value(&values, Quantity::Mean), 7.0);
}

#[test]
fn values_of_mr_have_no_unit_and_colour_has_no_values() {
    let mut images = Images::new("MR", AXIAL, [1.0, 1.0], &[[0.0; 3]]);
    let part = images.drawn(0, &SQUARE);
    let values = images.measure(MarkKind::Freehand, from_ref(&part)).unwrap();
    assert_eq!(units(&values)[1], (Quantity::Mean, Unit::None));
    images.stack_mut().format.photometric = imaging::pixels::Photometric::Rgb;
    let values = images.measure(MarkKind::Freehand, &[part]).unwrap();
    assert_eq!(units(&values), [(Quantity::Area, Unit::SquareMillimetre)]);
}

#[test]
fn one_pixel_has_no_deviation_and_a_place_between_pixels_no_values() {
    let images = Images::axial();
    let one = images.drawn(0, &[[2.6, 2.6], [3.4, 2.6], [3.0, 3.4]]);
    let values = images.measure(MarkKind::Freehand, &[one]).unwrap();
    near(value(&values, Quantity::Mean), 303.0);
    assert_eq!(found(&values, Quantity::StandardDeviation), None);
    let none = images.drawn(0, &[[2.2, 2.2], [2.8, 2.2], [2.5, 2.8]]);
    let values = images.measure(MarkKind::Freehand, &[none]).unwrap();
    assert_eq!(values.len(), 1);
}

/// Diameters of 9.2 and 12.3 mm in pixels of 0.5 × 3 mm, about column 12 and row 4. A row that lies
/// 3 n mm from the middle holds the columns with (0.5 (c - 12) / 4.6)² ≤ 1 - (3 n / 6.15)²: 19 in the
/// middle, 17 beside it, 5 in the outermost ones.
#[test]
fn an_ellipse_is_round_in_millimetres() {
    let images = oblique();
    let points = [[1.4, 12.0], [10.6, 12.0], [6.0, 5.85], [6.0, 18.15]];
    let part = images.drawn(0, &points);
    let values = images.measure(MarkKind::Ellipse, &[part]).unwrap();
    near(
        value(&values, Quantity::Area),
        std::f64::consts::PI / 4.0 * 9.2 * 12.3,
    );
    near(value(&values, Quantity::Minimum), 210.0);
    near(value(&values, Quantity::Maximum), 614.0);
    near(value(&values, Quantity::Mean), 412.0);
    let along = 2.0 * 285.0 + 4.0 * 204.0 + 4.0 * 5.0;
    let down = 34.0 * 10_000.0 + 10.0 * 40_000.0;
    near(
        value(&values, Quantity::StandardDeviation),
        ((along + down) / 62.0_f64).sqrt(),
    );
}

#[test]
fn an_ellipse_needs_diameters_that_halve_each_other_at_right_angles() {
    let images = Images::axial();
    let code = |points: &[[f64; 2]]| images.code(MarkKind::Ellipse, &[images.drawn(0, points)]);
    let oblique = [[2.0, 5.0], [8.0, 5.0], [4.0, 2.0], [6.0, 8.0]];
    assert_eq!(code(&oblique), "measure_not_an_ellipse");
    let aside = [[2.0, 5.0], [8.0, 5.0], [4.0, 2.0], [4.0, 8.0]];
    assert_eq!(code(&aside), "measure_not_an_ellipse");
    let flat = [[2.0, 5.0], [8.0, 5.0], [5.0, 5.0], [5.0, 5.0]];
    assert_eq!(code(&flat), "measure_no_area");
}

#[test]
fn the_longer_diameter_is_the_long_one() {
    let images = oblique();
    let part = images.drawn(0, &[[4.0, 1.0], [4.0, 7.0], [1.0, 5.0], [11.0, 5.0]]);
    let values = images.measure(MarkKind::Bidirectional, &[part]).unwrap();
    near(value(&values, Quantity::LongDiameter), 10.0);
    near(value(&values, Quantity::ShortDiameter), 6.0);
    let slanting = images.drawn(0, &[[4.0, 1.0], [4.0, 7.0], [1.0, 4.0], [11.0, 5.0]]);
    assert_eq!(
        images.code(MarkKind::Bidirectional, &[slanting]),
        "measure_not_perpendicular"
    );
}

/// 18 mm between neighbours of 24 and 26 mm: 28 % are lost. 30 mm between them: −20 %.
#[test]
fn height_loss_is_against_the_mean_of_the_neighbours() {
    let images = Images::new("CT", SAGITTAL, [1.0, 1.0], &[[0.0; 3]]).with_plane(Plane::Sagittal);
    let loss = |height: f64| {
        let points = [[5.0, 30.0], [5.0, 30.0 + height], [5.0, 0.0], [5.0, 24.0]];
        let below = [[5.0, 70.0], [5.0, 96.0]];
        let part = images.drawn(0, &[points.as_slice(), &below].concat());
        images.measure(MarkKind::HeightLoss, &[part]).unwrap()
    };
    let values = loss(18.0);
    near(value(&values, Quantity::Height), 18.0);
    near(value(&values, Quantity::ExpectedHeight), 25.0);
    near(value(&values, Quantity::HeightLoss), 28.0);
    near(value(&loss(30.0), Quantity::HeightLoss), -20.0);
}

/// Along a row to the back, down a column to the feet. The lower wall leans back by 3 mm on 4 mm down,
/// so that the foot of the perpendicular is known: a corner 5 mm to the front across it.
#[test]
fn translation_to_the_front_is_positive() {
    let images = Images::new("CT", SAGITTAL, [1.0, 1.0], &[[0.0; 3]]).with_plane(Plane::Sagittal);
    let measured = |wall: [[f64; 2]; 2], corner: [f64; 2]| {
        let part = images.drawn(0, &[wall[0], wall[1], corner]);
        value(
            &images.measure(MarkKind::Translation, &[part]).unwrap(),
            Quantity::Translation,
        )
    };
    let wall = [[10.0, 20.0], [13.0, 24.0]];
    // (10, 20) + 5 × (−0.8, 0.6), and to the back
    near(measured(wall, [6.0, 23.0]), 5.0);
    near(measured(wall, [14.0, 17.0]), -5.0);
    near(measured([wall[1], wall[0]], [6.0, 23.0]), 5.0);
    near(measured(wall, [7.0, 16.0]), 0.0);
    let coronal = [1.0, 0.0, 0.0, 0.0, 0.0, -1.0];
    let images = Images::new("CT", coronal, [1.0, 1.0], &[[0.0; 3]]).with_plane(Plane::Coronal);
    let part = images.drawn(0, &[wall[0], wall[1], [6.0, 23.0]]);
    assert_eq!(
        images.code(MarkKind::Translation, &[part]),
        "measure_not_sagittal"
    );
    let images = Images::axial();
    let part = images.drawn(0, &[wall[0], wall[1], [6.0, 23.0]]);
    assert_eq!(
        images.code(MarkKind::Translation, &[part]),
        "measure_not_sagittal"
    );
}

/// A square canal of 16 mm² and one of the same size shifted by 2 mm: half is taken, whatever of the
/// second one lies outside.
#[test]
fn canal_compromise_is_the_share_of_the_canal_that_is_taken() {
    let images = Images::axial();
    let compromise = |narrowing: &[[f64; 2]]| {
        let parts = [images.drawn(0, &SQUARE), images.drawn(0, narrowing)];
        images.measure(MarkKind::CanalCompromise, &parts)
    };
    let values = compromise(&shifted(&SQUARE, [2.0, 0.0])).unwrap();
    near(value(&values, Quantity::CanalArea), 16.0);
    near(value(&values, Quantity::CanalCompromise), 50.0);
    let values = compromise(&[[2.0, 2.0], [6.0, 2.0], [2.0, 6.0]]).unwrap();
    near(value(&values, Quantity::CanalCompromise), 50.0);
    near(
        value(&compromise(&SQUARE).unwrap(), Quantity::CanalCompromise),
        100.0,
    );
    let around = [[1.0, 1.0], [7.0, 1.0], [7.0, 7.0], [1.0, 7.0]];
    let code = |narrowing: &[[f64; 2]]| compromise(narrowing).unwrap_err().code();
    assert_eq!(
        code(&around),
        "measure_narrowing_outside_canal",
        "drawn the other way round"
    );
    assert_eq!(
        code(&shifted(&SQUARE, [9.0, 0.0])),
        "measure_narrowing_outside_canal"
    );
}

#[test]
fn the_right_psoas_lies_to_the_right() {
    let images = Images::axial();
    let (right, left) = (
        images.drawn(0, &SQUARE),
        images.drawn(0, &[[20.0, 2.0], [26.0, 2.0], [20.0, 8.0]]),
    );
    let values = images
        .measure(MarkKind::PsoasArea, &[right.clone(), left.clone()])
        .unwrap();
    near(value(&values, Quantity::PsoasAreaRight), 16.0);
    near(value(&values, Quantity::PsoasAreaLeft), 18.0);
    assert_eq!(
        images.code(MarkKind::PsoasArea, &[left, right]),
        "measure_sides_swapped"
    );
}

/// Slices at 0, 2, 5, 6 and 10 mm along an oblique normal, outlines of 16, 16 and 36 mm² on those at 2,
/// 5 and 6 mm: trapezoids 48 + 26, half ways at the ends 16 × 1 and 36 × 2, together 162 mm³.
#[test]
fn volumes_are_right_for_uneven_distances() {
    let (sine, cosine) = 40.0_f64.to_radians().sin_cos();
    let orientation = [1.0, 0.0, 0.0, 0.0, cosine, sine];
    let positions: Vec<_> = [0.0, 2.0, 5.0, 6.0, 10.0]
        .iter()
        .map(|along| [1.0, -sine * along, cosine * along])
        .collect();
    let images = Images::new("CT", orientation, [0.7, 0.4], &positions);
    let large = [[0.0, 0.0], [6.0, 0.0], [6.0, 6.0], [0.0, 6.0]];
    let mut parts = vec![
        images.drawn(1, &SQUARE),
        images.drawn(2, &SQUARE),
        images.drawn(3, &large),
    ];
    let volume = |parts: &[clinical::marks::MarkPart]| {
        value(
            &images.measure(MarkKind::Volume, parts).unwrap(),
            Quantity::Volume,
        )
    };
    near(volume(&parts), 0.162);
    parts.reverse();
    near(volume(&parts), 0.162);
    // another focus of 16 mm² on the middle slice: (3 + 1) / 2 mm more of it
    parts.push(images.drawn(2, &shifted(&SQUARE, [20.0, 0.0])));
    near(volume(&parts), 0.194);
    // the same once more is covered already
    parts.push(images.drawn(2, &shifted(&SQUARE, [20.0, 0.0])));
    near(volume(&parts), 0.194);
    // the slice in between is skipped: trapezoid 26 × 4
    let skipped = [images.drawn(1, &SQUARE), images.drawn(3, &large)];
    near(volume(&skipped), 0.192);
    // at the end of the stack the lesion goes on as far as on its other side
    near(volume(&[images.drawn(0, &SQUARE)]), 0.032);
}

#[test]
fn a_single_image_is_as_thick_as_it_says() {
    let mut images = Images::axial();
    let part = images.drawn(0, &SQUARE);
    assert_eq!(
        images.code(MarkKind::Volume, from_ref(&part)),
        "measure_no_thickness"
    );
    images.stack_mut().slice_thickness = Some(3.0);
    let values = images.measure(MarkKind::Volume, &[part]).unwrap();
    near(value(&values, Quantity::Volume), 0.048);
}

/// Slices at 0, 2, 4, 6 and 8 mm; the plane lies along the spine at x = 1 mm.
#[test]
fn a_mark_on_a_plane_through_a_volume_names_the_nearest_image() {
    let positions: Vec<_> = (0..5)
        .map(|slice| [0.0, 0.0, 2.0 * f64::from(slice)])
        .collect();
    let mut images = Images::new("CT", AXIAL, [1.0, 1.0], &positions);
    let sagittal = [1.0, 0.0, 0.0];
    let points = vec![[1.0, 2.0, 0.0], [1.0, 5.0, 4.0]];
    let ask = |images: &Images, kind, points: &[[f64; 3]], normal| {
        let part = part_on_plane(kind, points.to_vec(), normal, images.stack());
        part.map_err(|problem| problem.code())
    };
    let code = |images: &Images, points: &[[f64; 3]], normal| {
        ask(images, MarkKind::Length, points, normal).unwrap_err()
    };
    assert_eq!(code(&images, &points, sagittal), "measure_not_a_volume");
    images.stack_mut().is_volume = true;
    let part = ask(&images, MarkKind::Length, &points, sagittal).unwrap();
    // The middle lies at z = 2 mm.
    assert_eq!((part.sop_instance_uid.as_str(), part.frame), ("2.25.1", 1));
    assert_eq!(part.points, points);
    let values = images.measure(MarkKind::Length, &[part]).unwrap();
    near(value(&values, Quantity::Length), 5.0);

    let beside = [[1.0, 2.0, 0.0], [1.1, 5.0, 4.0]];
    assert_eq!(code(&images, &beside, sagittal), "measure_not_planar");
    assert_eq!(
        code(&images, &points, [2.0, 0.0, 0.0]),
        "measure_not_a_place"
    );
    assert_eq!(code(&images, &points, [f64::NAN; 3]), "measure_not_a_place");
    assert_eq!(
        code(&images, &[[f64::INFINITY; 3]], sagittal),
        "measure_not_a_place"
    );
    assert_eq!(code(&images, &[], sagittal), "measure_too_few_points");
    for kind in [
        MarkKind::Ellipse,
        MarkKind::Freehand,
        MarkKind::CanalCompromise,
        MarkKind::Volume,
        MarkKind::PsoasArea,
    ] {
        assert_eq!(
            ask(&images, kind, &points, sagittal),
            Err("measure_only_on_images")
        );
    }
}

/// The square holds 16 pixels of mean 353.5 HU on either image; the second adds 100 HU.
#[test]
fn a_volume_on_ct_has_the_values_of_all_its_pixels_each_once() {
    let mut images = Images::new("CT", AXIAL, [1.0, 1.0], &[[0.0; 3], [0.0, 0.0, 2.0]]);
    images.stack_mut().slice_thickness = Some(2.0);
    images.stack_mut().images[1].rescale = Rescale {
        slope: 1.0,
        intercept: 100.0,
    };
    let twice = images.drawn(1, &SQUARE);
    let parts = [images.drawn(0, &SQUARE), twice.clone(), twice];
    let values = images.measure(MarkKind::Volume, &parts).unwrap();
    near(value(&values, Quantity::Volume), 0.064);
    near(value(&values, Quantity::Mean), 403.5);
    near(value(&values, Quantity::Minimum), 202.0);
    near(value(&values, Quantity::Maximum), 605.0);
    assert_eq!(units(&values)[1], (Quantity::Mean, Unit::Hounsfield));

    // Values of MR say nothing of a lesion; an image that is gone takes its values with it, not the volume.
    images.series.modality = "MR".to_owned();
    let values = images.measure(MarkKind::Volume, &parts).unwrap();
    assert_eq!(units(&values), [(Quantity::Volume, Unit::Millilitre)]);
    images.series.modality = "CT".to_owned();
    let gone = |_: &imaging::ImageRef| Err(Reason::Missing.because("").into());
    let series = &images.series;
    let values = measure(MarkKind::Volume, &parts, series, images.stack(), &gone).unwrap();
    assert_eq!(units(&values), [(Quantity::Volume, Unit::Millilitre)]);
}

#[test]
fn what_cannot_be_measured_is_said() {
    let mut images = Images::axial();
    let square = images.drawn(0, &SQUARE);
    let two = images.drawn(0, &SQUARE[..2]);
    let code = |images: &Images, kind, parts: &[_]| images.code(kind, parts);
    use MarkKind::*;
    assert_eq!(code(&images, Length, &[]), "measure_wrong_parts");
    assert_eq!(
        code(&images, Length, &[two.clone(), two.clone()]),
        "measure_wrong_parts"
    );
    assert_eq!(
        code(&images, Length, from_ref(&square)),
        "measure_wrong_points"
    );
    assert_eq!(
        code(&images, Freehand, from_ref(&two)),
        "measure_too_few_points"
    );
    assert_eq!(
        code(&images, CanalCompromise, from_ref(&square)),
        "measure_wrong_parts"
    );
    assert_eq!(code(&images, Volume, &[]), "measure_wrong_parts");
    let same = images.drawn(0, &[[1.0, 1.0], [1.0, 1.0]]);
    assert_eq!(code(&images, Length, &[same]), "measure_no_line");
    let mut foreign = two.clone();
    foreign.frame = 2;
    assert_eq!(code(&images, Length, &[foreign]), "measure_unknown_image");
    let infinite = images.part(0, &[[0.0; 3], [f64::NAN, 0.0, 0.0]]);
    assert_eq!(code(&images, Length, &[infinite]), "measure_not_a_place");
    let many = images.drawn(0, &vec![[0.0, 0.0]; 10_001]);
    assert_eq!(code(&images, Freehand, &[many]), "measure_too_many_points");
    let parts = vec![two.clone(); 2001];
    assert_eq!(code(&images, Volume, &parts), "measure_too_many_parts");
    let off = images.part(0, &[[1.0, 1.0, 0.0], [5.0, 1.0, 0.06], [1.0, 5.0, 0.0]]);
    assert_eq!(code(&images, Freehand, &[off]), "measure_out_of_plane");
    let eight = images.drawn(0, &[[0.0, 0.0], [4.0, 4.0], [4.0, 0.0], [0.0, 4.0]]);
    assert_eq!(code(&images, Volume, &[eight]), "measure_crosses_itself");
    let line = images.drawn(0, &[[0.0, 0.0], [2.0, 2.0], [4.0, 4.0]]);
    assert_eq!(code(&images, Freehand, &[line]), "measure_no_area");

    images.stack_mut().plane = Plane::Sagittal;
    assert_eq!(
        code(&images, PsoasArea, &[square.clone(), square.clone()]),
        "measure_not_axial"
    );
    images.stack_mut().pixel_spacing = None;
    assert_eq!(code(&images, Length, from_ref(&two)), "measure_no_spacing");
    images.stack_mut().pixel_spacing = Some([1.0, 1.0]);
    images.stack_mut().images[0].position = None;
    assert_eq!(code(&images, Length, &[two]), "measure_no_position");
}

#[test]
fn outlines_belong_on_one_image_or_on_parallel_ones() {
    let mut images = Images::new("CT", AXIAL, [1.0, 1.0], &[[0.0; 3], [0.0, 0.0, 2.0]]);
    let (here, there) = (images.drawn(0, &SQUARE), images.drawn(1, &SQUARE));
    let both = [here, there];
    assert_eq!(
        images.code(MarkKind::CanalCompromise, &both),
        "measure_not_one_image"
    );
    let mut other = images.stack().clone();
    other.images.remove(0);
    images.stack_mut().images.pop();
    images.series.stacks.push(other);
    assert_eq!(images.code(MarkKind::Volume, &both), "measure_not_parallel");
}

#[test]
fn an_image_that_cannot_be_read_is_said_and_asked_for_only_where_pixels_matter() {
    let images = Images::axial();
    let unreadable = |_: &imaging::ImageRef| Err(Reason::Missing.because("").into());
    let ask = |kind, points: &[[f64; 2]]| {
        let parts = [images.drawn(0, points)];
        measure(kind, &parts, &images.series, images.stack(), &unreadable)
    };
    let problem = ask(MarkKind::Freehand, &SQUARE).unwrap_err();
    assert!(matches!(problem, MeasureProblem::Image(_)), "{problem}");
    assert!(ask(MarkKind::Length, &SQUARE[..2]).is_ok());
}
