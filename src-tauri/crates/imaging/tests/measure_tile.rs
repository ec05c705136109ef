//! What a segmentation model is shown of an image, and its answer as an outline, on images that exist only here.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use clinical::marks::{MarkPart, Point};
use imaging::{
    ImageRef, ImagingError, PixelKind, Pixels,
    library::Plane,
    measure::tile::{Tile, TilePlan, TileScale},
    pixels::Photometric,
};
use std::sync::Arc;

mod drawn;

use drawn::{AXIAL, Images, SAGITTAL};

const WINDOW: TileScale = TileScale::Window {
    lower: 0.0,
    upper: 1000.0,
};

fn plan(rows: usize, columns: usize, spacing: [f64; 2]) -> TilePlan {
    TilePlan {
        modality: "CT".to_owned(),
        plane: Plane::Axial,
        rows,
        columns,
        spacing,
        scale: WINDOW,
    }
}

/// An image of 40 rows and 30 columns whose pixels have the value of their place in the patient.
struct Painted {
    images: Images,
    pixels: Arc<Pixels>,
}

impl Painted {
    fn new(images: Images, value: impl Fn(Point) -> f64) -> Painted {
        let position = images.stack().images[0].position.unwrap();
        let cosines = images.stack().orientation.unwrap();
        let [between_rows, between_columns] = images.stack().pixel_spacing.unwrap();
        let place = |row: f64, column: f64| {
            [0, 1, 2].map(|axis| {
                position[axis]
                    + column * between_columns * cosines[axis]
                    + row * between_rows * cosines[axis + 3]
            })
        };
        let cells = (0..40).flat_map(|row| (0..30).map(move |column| (row, column)));
        let bytes = cells.flat_map(|(row, column)| {
            let value = value(place(f64::from(row), f64::from(column)));
            (value.round() as i16).to_le_bytes()
        });
        let pixels = Arc::new(Pixels {
            rows: 40,
            columns: 30,
            samples: 1,
            kind: PixelKind::I16,
            photometric: Photometric::Monochrome2,
            palette: None,
            bytes: bytes.collect(),
        });
        Painted { images, pixels }
    }

    fn tile(&self, seed: Point, plan: &TilePlan) -> Result<Tile, &'static str> {
        let pixels = Arc::clone(&self.pixels);
        let frames =
            |_: &ImageRef| -> Result<Arc<Pixels>, ImagingError> { Ok(Arc::clone(&pixels)) };
        let (series, stack) = (&self.images.series, self.images.stack());
        Tile::around(series, stack, 0, seed, plan, &frames).map_err(|problem| problem.code())
    }

    fn refusal(&self, seed: Point, plan: &TilePlan) -> &'static str {
        match self.tile(seed, plan) {
            Ok(_) => panic!("there is a tile"),
            Err(code) => code,
        }
    }
}

fn flat(orientation: [f64; 6], position: Point) -> Images {
    Images::new("CT", orientation, [1.0, 1.0], &[position])
}

fn near(found: f64, expected: f64) {
    assert!((found - expected).abs() < 1e-6, "{found}, not {expected}");
}

/// Values rise by 4 along each millimetre to the left and by 12 along each to the back, so that what lies between
/// pixels of 0.5 × 1 mm is known exactly.
#[test]
fn a_tile_is_sampled_by_millimetres_around_the_place() {
    let images = Images::new("CT", AXIAL, [0.5, 1.0], &[[0.0; 3]]);
    let painted = Painted::new(images, |[x, y, _]| 4.0 * x + 12.0 * y);
    let tile = painted
        .tile([10.3, 7.1, 0.0], &plan(5, 3, [1.5, 0.75]))
        .unwrap();
    assert_eq!(tile.values().len(), 15);
    for (at, found) in tile.values().iter().enumerate() {
        let (row, column) = ((at / 3) as f64, (at % 3) as f64);
        let (x, y) = (10.3 + (column - 1.0) * 0.75, 7.1 + (row - 2.0) * 1.5);
        near(f64::from(*found), (4.0 * x + 12.0 * y) / 1000.0);
    }
}

#[test]
fn beyond_the_image_and_on_padding_a_tile_holds_the_lower_end() {
    let mut painted = Painted::new(Images::axial(), |_| 500.0);
    let corner = painted
        .tile([0.2, 0.0, 0.0], &plan(3, 3, [1.0, 1.0]))
        .unwrap();
    // Half a pixel beyond its centre the outer pixel ends: 0.8 mm to the right is outside.
    assert_eq!(
        corner.values(),
        [0.0, 0.0, 0.0, 0.0, 0.5, 0.5, 0.0, 0.5, 0.5]
    );
    painted.images = Images::axial().padded(500, 500);
    let padding = painted
        .tile([15.0, 15.0, 0.0], &plan(2, 2, [1.0, 1.0]))
        .unwrap();
    assert_eq!(padding.values(), [0.0; 4]);
    let clipped = Painted::new(
        Images::axial(),
        |[x, ..]| {
            if x < 15.0 { -3000.0 } else { 3000.0 }
        },
    );
    let clipped = clipped
        .tile([15.0, 15.0, 0.0], &plan(1, 3, [1.0, 1.0]))
        .unwrap();
    assert_eq!(clipped.values(), [0.0, 1.0, 1.0]);
}

/// However the rows and columns of an image run, the model sees the patient's left at the right side and the back
/// below, and its outline lies at the same place.
#[test]
fn left_and_right_are_those_of_the_patient_whichever_way_the_image_runs() {
    let value = |[x, y, _]: Point| 300.0 + 7.0 * x + 3.0 * y;
    let ways = [
        flat(AXIAL, [-15.0, -20.0, 0.0]),
        flat([-1.0, 0.0, 0.0, 0.0, -1.0, 0.0], [15.0, 20.0, 0.0]),
        flat([1.0, 0.0, 0.0, 0.0, -1.0, 0.0], [-15.0, 20.0, 0.0]),
        flat([0.0, 1.0, 0.0, 1.0, 0.0, 0.0], [-20.0, -15.0, 0.0]),
    ];
    // The largest is at the patient's left and back.
    let mut wanted: Option<(Vec<f32>, Vec<Point>)> = None;
    for images in ways {
        let painted = Painted::new(images, value);
        let tile = painted
            .tile([1.0, -2.0, 0.0], &plan(9, 9, [1.0, 1.0]))
            .unwrap();
        for (at, found) in tile.values().iter().enumerate() {
            let (x, y) = (1.0 + (at % 9) as f64 - 4.0, -2.0 + (at / 9) as f64 - 4.0);
            near(f64::from(*found), value([x, y, 0.0]) / 1000.0);
        }
        // Three cells at the patient's left of the place.
        let probability: Vec<f32> = (0..81)
            .map(|at| f32::from(u8::from(at / 9 == 4 && (4..7).contains(&(at % 9)))))
            .collect();
        let mut points = tile.outline(&probability, 0.5).unwrap().points;
        points.sort_by(|a, b| a.partial_cmp(b).unwrap());
        // Cells from x = 1 to 3 at y = -2: half a millimetre around their centres.
        assert_eq!(points.first(), Some(&[0.5, -2.0, 0.0]));
        assert_eq!(points.last(), Some(&[3.5, -2.0, 0.0]));
        assert_eq!(points.len(), 8);
        let found = (tile.values().to_vec(), points);
        assert_eq!(*wanted.get_or_insert_with(|| found.clone()), found);
    }
}

#[test]
fn on_a_sagittal_image_columns_run_to_the_back_and_rows_to_the_feet() {
    let turned = [0.0, -1.0, 0.0, 0.0, 0.0, 1.0];
    let value = |[_, y, z]: Point| 400.0 + 5.0 * y - 2.0 * z;
    for (orientation, position) in [(SAGITTAL, [0.0, -15.0, 20.0]), (turned, [0.0, 15.0, -20.0])] {
        let images = flat(orientation, position).with_plane(Plane::Sagittal);
        let painted = Painted::new(images, value);
        let mut plan = plan(3, 3, [2.0, 1.0]);
        plan.plane = Plane::Sagittal;
        let tile = painted.tile([0.0; 3], &plan).unwrap();
        // 1 mm to the back are 5 more, 2 mm to the feet 4 more; the middle has 400.
        let expected = [
            391.0, 396.0, 401.0, 395.0, 400.0, 405.0, 399.0, 404.0, 409.0,
        ];
        for (found, expected) in tile.values().iter().zip(expected) {
            near(f64::from(*found), expected / 1000.0);
        }
    }
}

/// 600 pixels of 100 and 600 of 300: mean 200, sum of squares 1200 × 100², over 1199.
#[test]
fn values_of_mr_are_standard_deviations_of_the_image() {
    let images = Images::new("MR", AXIAL, [1.0, 1.0], &[[0.0; 3]]);
    let painted = Painted::new(images, |[x, ..]| if x < 15.0 { 100.0 } else { 300.0 });
    let deviations = |lower: f64, upper: f64| TilePlan {
        modality: "MR".to_owned(),
        scale: TileScale::StandardDeviations { lower, upper },
        ..plan(1, 2, [1.0, 1.0])
    };
    let one = (1_200.0_f64 * 10_000.0 / 1_199.0).sqrt();
    let seed = [15.0, 5.0, 0.0];
    let tile = painted.tile(seed, &deviations(-3.0, 5.0)).unwrap();
    near(f64::from(tile.values()[0]), -100.0 / one);
    near(f64::from(tile.values()[1]), 100.0 / one);
    let clipped = painted.tile(seed, &deviations(-0.5, 0.25)).unwrap();
    assert_eq!(clipped.values(), [-0.5, 0.25]);
    let outside = painted.tile([0.0, 5.0, 0.0], &deviations(-3.0, 5.0));
    assert_eq!(outside.unwrap().values()[0], -3.0);
    let images = Images::new("MR", AXIAL, [1.0, 1.0], &[[0.0; 3]]);
    let grey = Painted::new(images, |_| 7.0);
    assert_eq!(
        grey.refusal(seed, &deviations(-3.0, 5.0)),
        "tile_no_contrast"
    );
}

/// A tile of 21 × 21 cells, 1 mm high and 0.8 mm wide, around a place.
fn around(seed: Point) -> Tile {
    let painted = Painted::new(Images::axial(), |_| 0.0);
    painted.tile(seed, &plan(21, 21, [1.0, 0.8])).unwrap()
}

const SEED: Point = [14.2, 19.6, 0.0];

fn area(part: &MarkPart) -> f64 {
    let next = part.points.iter().skip(1).chain(part.points.first());
    let pairs = part.points.iter().zip(next);
    let twice: f64 = pairs.map(|(a, b)| a[0] * b[1] - b[0] * a[1]).sum();
    twice.abs() / 2.0
}

/// The probability falls by a twelfth each millimetre from the middle: it is a half on a circle of 6 mm, and
/// straight lines between cells of a millimetre lie within 0.05 mm of it.
#[test]
fn an_outline_lies_where_the_probability_is_the_threshold() {
    let cone: Vec<f32> = (0..441)
        .map(|at| {
            let (row, column) = ((at / 21) as f64 - 10.0, (at % 21) as f64 - 10.0);
            (1.0 - row.hypot(0.8 * column) / 12.0).max(0.0) as f32
        })
        .collect();
    let part = around(SEED).outline(&cone, 0.5).unwrap();
    assert_eq!((part.sop_instance_uid.as_str(), part.frame), ("2.25.0", 1));
    for point in &part.points {
        let radius = (point[0] - SEED[0]).hypot(point[1] - SEED[1]);
        assert!((radius - 6.0).abs() < 0.05, "{radius}");
        assert_eq!(point[2], 0.0);
    }
    let error = 100.0 * (area(&part) / (std::f64::consts::PI * 36.0) - 1.0);
    println!("cone of 6 mm: {error:+.2} %");
    assert!((-2.0..0.5).contains(&error), "{error} %");
    let wider = around(SEED).outline(&cone, 0.4).unwrap();
    assert!(area(&wider) > area(&part));
}

/// Letters of a picture of 21 × 21 cells are certain, all else is not.
fn letters(places: &[(std::ops::Range<usize>, std::ops::Range<usize>)]) -> Vec<f32> {
    let is_in = |at: usize| {
        let (row, column) = (at / 21, at % 21);
        let mut places = places.iter();
        places.any(|(rows, columns)| rows.contains(&row) && columns.contains(&column))
    };
    (0..441).map(|at| f32::from(u8::from(is_in(at)))).collect()
}

#[test]
fn of_several_regions_the_one_at_the_place_is_outlined_or_the_nearest_one() {
    let columns = |part: &MarkPart| {
        let across = || part.points.iter().map(|point| (point[0] - SEED[0]) / 0.8);
        let low = across().fold(f64::INFINITY, f64::min);
        (low, across().fold(f64::NEG_INFINITY, f64::max))
    };
    // Three cells around the place, a larger one 5 cells to the left of the patient.
    let both = letters(&[(9..12, 9..12), (5..16, 15..19)]);
    let (low, high) = columns(&around(SEED).outline(&both, 0.5).unwrap());
    near(low, -1.5);
    near(high, 1.5);
    let beside = letters(&[(9..12, 13..16), (9..12, 1..6)]);
    let (low, high) = columns(&around(SEED).outline(&beside, 0.5).unwrap());
    near(low, 2.5);
    near(high, 5.5);
    // Regions that touch at a corner are two.
    let corner = letters(&[(9..11, 9..11), (11..15, 11..15)]);
    let part = around(SEED).outline(&corner, 0.5).unwrap();
    // 2 × 2 cells whose corners are cut off by half a cell each way: 4 − 4 / 8 cells of 0.8 mm².
    near(area(&part), 3.5 * 0.8);
    let one = letters(&[(10..11, 10..11)]);
    near(area(&around(SEED).outline(&one, 0.5).unwrap()), 0.5 * 0.8);
}

#[test]
fn there_is_no_outline_where_it_would_be_none() {
    let code = |probability: &[f32]| {
        let outline = around(SEED).outline(probability, 0.5);
        outline.unwrap_err().code()
    };
    assert_eq!(code(&[0.0; 441]), "tile_nothing");
    let edge = letters(&[(9..12, 9..21)]);
    assert_eq!(code(&edge), "tile_reaches_edge");
    assert_eq!(code(&[1.0; 441]), "tile_reaches_edge");
    assert_eq!(code(&[f32::NAN; 441]), "tile_nothing");
    assert_eq!(code(&[0.5; 440]), "tile_size");
    // 14 cells down the picture are beyond 10 mm.
    let painted = Painted::new(Images::axial(), |_| 0.0);
    let tall = painted.tile(SEED, &plan(41, 3, [1.0, 1.0])).unwrap();
    let mut far = [0.0_f32; 123];
    far[34 * 3 + 1] = 1.0;
    let nothing = tall.outline(&far, 0.5).unwrap_err();
    assert_eq!(nothing.code(), "tile_nothing");
}

#[test]
fn images_that_the_model_is_not_made_for_are_refused() {
    let plan = plan(9, 9, [1.0, 1.0]);
    let painted = |images| Painted::new(images, |_| 0.0);
    let with = |change: fn(&mut Images)| {
        let mut painted = painted(Images::axial());
        change(&mut painted.images);
        painted.refusal(SEED, &plan)
    };
    assert_eq!(
        with(|images| images.series.modality = "MR".to_owned()),
        "tile_modality"
    );
    assert_eq!(
        with(|images| images.stack_mut().plane = Plane::Sagittal),
        "tile_plane"
    );
    assert_eq!(
        with(|images| images.stack_mut().plane = Plane::Oblique),
        "tile_plane"
    );
    assert_eq!(
        with(|images| images.stack_mut().format.photometric = Photometric::Rgb),
        "tile_plane"
    );
    assert_eq!(
        with(|images| images.stack_mut().pixel_spacing = None),
        "measure_no_spacing"
    );
    assert_eq!(
        with(|images| images.stack_mut().images[0].position = None),
        "measure_no_position"
    );
    let axial = painted(Images::axial());
    for (seed, code) in [
        ([-0.6, 5.0, 0.0], "tile_seed_outside_image"),
        ([5.0, 39.6, 0.0], "tile_seed_outside_image"),
        ([5.0, 5.0, 1.0], "measure_out_of_plane"),
        ([f64::NAN, 5.0, 0.0], "measure_not_a_place"),
    ] {
        assert_eq!(axial.refusal(seed, &plan), code);
    }
}
