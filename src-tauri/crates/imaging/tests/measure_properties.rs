//! What must hold for any mark: it does not ask how the patient lies, and nothing stops the program.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use clinical::marks::{MarkKind, MarkPart, Measured, Point, Quantity, Unit};
use imaging::library::Plane;
use proptest::prelude::*;

mod drawn;

use drawn::{Images, SAGITTAL, found, value};

const KINDS: [MarkKind; 11] = [
    MarkKind::Length,
    MarkKind::Angle,
    MarkKind::CobbAngle,
    MarkKind::Ellipse,
    MarkKind::Freehand,
    MarkKind::Bidirectional,
    MarkKind::HeightLoss,
    MarkKind::Translation,
    MarkKind::CanalCompromise,
    MarkKind::Volume,
    MarkKind::PsoasArea,
];

/// A turn about an axis (Rodrigues), then a shift.
#[derive(Debug, Clone, Copy)]
struct Motion {
    axis: Point,
    angle: f64,
    shift: Point,
}

impl Motion {
    fn turned(&self, v: Point) -> Point {
        let size = self.axis.iter().map(|part| part * part).sum::<f64>().sqrt();
        let k = self.axis.map(|part| part / size);
        let (sine, cosine) = self.angle.sin_cos();
        let along = (k[0] * v[0] + k[1] * v[1] + k[2] * v[2]) * (1.0 - cosine);
        let across = [
            k[1] * v[2] - k[2] * v[1],
            k[2] * v[0] - k[0] * v[2],
            k[0] * v[1] - k[1] * v[0],
        ];
        [0, 1, 2].map(|axis| v[axis] * cosine + across[axis] * sine + k[axis] * along)
    }

    fn moved(&self, point: Point) -> Point {
        let turned = self.turned(point);
        [0, 1, 2].map(|axis| turned[axis] + self.shift[axis])
    }

    /// The same images in the moved patient; the name of their plane is kept.
    fn images(&self, images: &Images) -> Images {
        let stack = images.stack();
        let [a, b, c, d, e, f] = stack.orientation.unwrap();
        let (row, column) = (self.turned([a, b, c]), self.turned([d, e, f]));
        let positions: Vec<Point> = stack
            .images
            .iter()
            .map(|image| self.moved(image.position.unwrap()))
            .collect();
        let orientation = [row[0], row[1], row[2], column[0], column[1], column[2]];
        let spacing = stack.pixel_spacing.unwrap();
        let mut moved = Images::new("CT", orientation, spacing, &positions);
        moved.stack_mut().spacing_between_slices = stack.spacing_between_slices;
        moved.with_plane(stack.plane)
    }

    fn parts(&self, parts: &[MarkPart]) -> Vec<MarkPart> {
        let mut parts = parts.to_vec();
        for point in parts.iter_mut().flat_map(|part| &mut part.points) {
            *point = self.moved(*point);
        }
        parts
    }
}

fn motion(largest: f64) -> impl Strategy<Value = Motion> {
    let axis = prop::array::uniform3(0.1..1.0_f64);
    let shift = prop::array::uniform3(-300.0..300.0_f64);
    (axis, -largest..largest, shift).prop_map(|(axis, angle, shift)| Motion { axis, angle, shift })
}

/// An outline that goes once round a middle: it cannot cross itself.
fn star(points: usize, middle: [f64; 2]) -> impl Strategy<Value = Vec<[f64; 2]>> {
    prop::collection::vec(1.0..6.0_f64, points).prop_map(move |radii| {
        let step = std::f64::consts::TAU / radii.len() as f64;
        radii
            .iter()
            .enumerate()
            .map(|(place, radius)| {
                // Turned a little, so that no edge lies on the centres of pixels.
                let (sine, cosine) = (step * place as f64 + 0.01234).sin_cos();
                [middle[0] + radius * cosine, middle[1] + radius * sine]
            })
            .collect()
    })
}

fn three_slices() -> Images {
    let positions = [[3.0, -5.0, 7.0], [3.0, -5.0, 9.0], [3.0, -5.0, 12.5]];
    let mut images = Images::new("CT", drawn::AXIAL, [0.9, 0.6], &positions);
    images.stack_mut().spacing_between_slices = Some(2.75);
    images
}

fn sagittal() -> Images {
    Images::new("CT", SAGITTAL, [0.9, 0.6], &[[3.0, -5.0, 7.0]]).with_plane(Plane::Sagittal)
}

fn same(a: &[Measured], b: &[Measured]) -> Result<(), TestCaseError> {
    scaled(a, b, 1.0)
}

/// The same values, with lengths by a factor.
fn scaled(a: &[Measured], b: &[Measured], factor: f64) -> Result<(), TestCaseError> {
    prop_assert_eq!(a.len(), b.len());
    for (a, b) in a.iter().zip(b) {
        prop_assert_eq!(a.quantity, b.quantity);
        let power = match a.unit {
            Unit::Millimetre => 1,
            Unit::SquareMillimetre => 2,
            Unit::Millilitre => 3,
            _ => 0,
        };
        let expected = a.value * factor.powi(power);
        let tolerance = 1e-5 * expected.abs() + 1e-6;
        prop_assert!(
            (expected - b.value).abs() <= tolerance,
            "{a:?} {b:?} by {factor}"
        );
    }
    Ok(())
}

fn plane_points(count: usize) -> impl Strategy<Value = Vec<[f64; 2]>> {
    prop::collection::vec(prop::array::uniform2(0.0..18.0_f64), count)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn lines_do_not_ask_how_the_patient_lies(points in plane_points(6), motion in motion(3.0)) {
        let images = sagittal();
        let moved = motion.images(&images);
        let kinds = [
            (MarkKind::Length, 2),
            (MarkKind::Angle, 4),
            (MarkKind::CobbAngle, 4),
            (MarkKind::HeightLoss, 6),
        ];
        for (kind, count) in kinds {
            let parts = [images.drawn(0, &points[..count])];
            let before = images.measure(kind, &parts).unwrap();
            let after = moved.measure(kind, &motion.parts(&parts)).unwrap();
            // Heights of near nothing make percents of near anything.
            let wild = found(&before, Quantity::ExpectedHeight).is_some_and(|height| height < 0.1);
            if !wild {
                same(&before, &after)?;
            }
        }
    }

    #[test]
    fn a_patient_who_leans_a_little_has_the_same_translation_and_muscles(
        points in plane_points(3),
        right in star(9, [7.0, 9.0]),
        left in star(9, [40.0, 9.0]),
        motion in motion(0.3),
    ) {
        let images = three_slices();
        let muscles = [images.drawn(1, &right), images.drawn(1, &left)];
        let before = images.measure(MarkKind::PsoasArea, &muscles).unwrap();
        let moved = motion.images(&images);
        same(&before, &moved.measure(MarkKind::PsoasArea, &motion.parts(&muscles)).unwrap())?;

        let images = sagittal();
        let parts = [images.drawn(0, &points)];
        let Ok(before) = images.measure(MarkKind::Translation, &parts) else {
            return Ok(());
        };
        let upright = (points[0][1] - points[1][1]).abs() > 2.0 * (points[0][0] - points[1][0]).abs();
        if upright {
            let moved = motion.images(&images);
            let after = moved.measure(MarkKind::Translation, &motion.parts(&parts)).unwrap();
            same(&before, &after)?;
        }
    }

    #[test]
    fn regions_do_not_ask_how_the_patient_lies(
        outline in star(9, [8.0, 9.0]),
        inner in star(7, [9.5, 8.0]),
        motion in motion(3.0),
    ) {
        let images = three_slices();
        let moved = motion.images(&images);
        let [one, other] = [images.drawn(1, &outline), images.drawn(1, &inner)];
        let [first, last] = [images.drawn(0, &inner), images.drawn(2, &outline)];
        let ellipse = images.drawn(1, &[[2.05, 9.0], [14.05, 9.0], [8.05, 5.0], [8.05, 13.0]]);
        let marks = [
            (MarkKind::Freehand, vec![one.clone()]),
            (MarkKind::Ellipse, vec![ellipse.clone()]),
            (MarkKind::Bidirectional, vec![ellipse]),
            (MarkKind::CanalCompromise, vec![one.clone(), other.clone()]),
            (MarkKind::Volume, vec![first, one, other, last]),
        ];
        for (kind, parts) in marks {
            match images.measure(kind, &parts) {
                Ok(before) => same(&before, &moved.measure(kind, &motion.parts(&parts)).unwrap())?,
                Err(problem) => prop_assert_eq!(problem.code(), "measure_narrowing_outside_canal"),
            }
        }
    }

    #[test]
    fn a_patient_of_another_size_has_lengths_by_that_factor(
        outline in star(9, [8.0, 9.0]),
        inner in star(7, [9.5, 8.0]),
        factor in 0.3..4.0_f64,
    ) {
        let images = three_slices();
        let larger = {
            let stack = images.stack();
            let positions: Vec<Point> = stack
                .images
                .iter()
                .map(|image| image.position.unwrap().map(|part| part * factor))
                .collect();
            let spacing = stack.pixel_spacing.unwrap().map(|step| step * factor);
            let mut larger = Images::new("CT", drawn::AXIAL, spacing, &positions);
            larger.stack_mut().spacing_between_slices = Some(2.75 * factor);
            larger
        };
        let grown = |parts: &[MarkPart]| {
            let mut parts = parts.to_vec();
            for coordinate in parts.iter_mut().flat_map(|part| &mut part.points).flatten() {
                *coordinate *= factor;
            }
            parts
        };
        let one = images.drawn(1, &outline);
        let other = images.drawn(1, &inner);
        let marks = [
            (MarkKind::Length, vec![images.drawn(1, &outline[..2])]),
            (MarkKind::CobbAngle, vec![images.drawn(1, &outline[..4])]),
            (MarkKind::Freehand, vec![one.clone()]),
            (MarkKind::CanalCompromise, vec![one.clone(), other.clone()]),
            (MarkKind::Volume, vec![one, images.drawn(2, &inner)]),
        ];
        for (kind, parts) in marks {
            if let Ok(before) = images.measure(kind, &parts) {
                scaled(&before, &larger.measure(kind, &grown(&parts)).unwrap(), factor)?;
            }
        }
    }

    #[test]
    fn where_an_outline_begins_and_which_way_it_runs_does_not_matter(
        outline in star(9, [8.0, 9.0]),
        start in 0..9_usize,
        is_reversed: bool,
        ends in plane_points(4),
    ) {
        let images = three_slices();
        let mut other = outline.clone();
        other.rotate_left(start);
        if is_reversed {
            other.reverse();
        }
        for kind in [MarkKind::Freehand, MarkKind::Volume] {
            let one = images.measure(kind, &[images.drawn(1, &outline)]).unwrap();
            same(&one, &images.measure(kind, &[images.drawn(1, &other)]).unwrap())?;
        }
        let [a, b, c, d] = [ends[0], ends[1], ends[2], ends[3]];
        for (kind, turned) in [
            (MarkKind::Angle, [b, a, c, d]),
            (MarkKind::Angle, [c, d, a, b]),
            (MarkKind::CobbAngle, [c, d, a, b]),
        ] {
            let one = images.measure(kind, &[images.drawn(1, &[a, b, c, d])]).unwrap();
            same(&one, &images.measure(kind, &[images.drawn(1, &turned)]).unwrap())?;
        }
    }

    #[test]
    fn no_more_than_all_of_the_canal_is_taken(
        canal in star(11, [8.0, 9.0]),
        narrowing in star(8, [10.0, 9.5]),
        repeated: bool,
    ) {
        let images = three_slices();
        let second = if repeated { &canal } else { &narrowing };
        let parts = [images.drawn(1, &canal), images.drawn(1, second)];
        if let Ok(values) = images.measure(MarkKind::CanalCompromise, &parts) {
            let share = value(&values, Quantity::CanalCompromise);
            prop_assert!(share > 0.0 && share <= 100.0, "{share}");
            prop_assert!(!repeated || share > 99.999, "{share}");
        }
    }

    /// Volumes of outlines against the shoelace formula and weights worked out here.
    #[test]
    fn a_volume_is_the_sum_of_areas_by_their_depths(
        first in star(9, [8.0, 9.0]),
        second in star(7, [9.5, 8.0]),
        third in star(12, [9.5, 8.0]),
    ) {
        let images = three_slices();
        let area = |points: &[[f64; 2]]| {
            let next = points.iter().cycle().skip(1);
            let pairs = points.iter().zip(next);
            pairs.map(|(a, b)| a[0] * b[1] - b[0] * a[1]).sum::<f64>() / 2.0
        };
        let parts = [images.drawn(0, &first), images.drawn(1, &second), images.drawn(2, &third)];
        let found = value(&images.measure(MarkKind::Volume, &parts).unwrap(), Quantity::Volume);
        // at 7, 9 and 12.5 mm, and beyond the ends as far as is usual, 2.75 mm: halves of
        // 2.75 + 2, 2 + 3.5 and 3.5 + 2.75
        let expected = area(&first) * 2.375 + area(&second) * 2.75 + area(&third) * 3.125;
        prop_assert!((found - expected / 1000.0).abs() < 1e-6, "{found} {expected}");
    }
}

/// Numbers as nobody sends them on purpose.
fn wild() -> impl Strategy<Value = f64> {
    prop_oneof![
        Just(0.0),
        Just(-0.0),
        Just(f64::NAN),
        Just(f64::INFINITY),
        Just(f64::MIN_POSITIVE),
        Just(f64::MAX),
        Just(1e9),
        Just(-1e9),
        (0..4_i32).prop_map(f64::from),
        -20.0..20.0_f64,
        -1e9..1e9_f64,
        any::<f64>(),
    ]
}

/// Mostly numbers that pass the door, so that what lies behind it is reached.
fn plausible() -> impl Strategy<Value = f64> {
    prop_oneof![
        4 => (0..6_i32).prop_map(f64::from),
        2 => -20.0..20.0_f64,
        1 => prop_oneof![Just(1e9), Just(-1e9), Just(1e-9), Just(1e-300)],
    ]
}

fn wild_parts() -> impl Strategy<Value = Vec<Vec<Point>>> {
    let lying = (plausible(), plausible()).prop_map(|(x, y)| [x, y, 0.0]);
    let point = prop_oneof![
        12 => lying,
        1 => prop::array::uniform3(plausible()),
        1 => prop::array::uniform3(wild()),
    ];
    prop::collection::vec(prop::collection::vec(point, 0..9), 0..4)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 4000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn wild_points_are_refused_or_measured_and_every_value_is_a_number(
        parts in wild_parts(),
        kind in prop::sample::select(KINDS.as_slice()),
        spacing in prop::array::uniform2(prop_oneof![Just(1.0), Just(1e-9), Just(1e9), wild()]),
        slices in prop::collection::vec(0..2_usize, 4),
        is_volume: bool,
        thickness in prop::option::of(wild()),
    ) {
        let mut images = Images::new("CT", drawn::AXIAL, spacing, &[[0.0; 3], [0.0, 0.0, 1.0]]);
        images.stack_mut().is_volume = is_volume;
        images.stack_mut().slice_thickness = thickness;
        let parts: Vec<MarkPart> = parts
            .iter()
            .zip(slices)
            .map(|(points, slice)| {
                let lift = |point: &Point| [point[0], point[1], point[2] + slice as f64];
                images.part(slice, &points.iter().map(lift).collect::<Vec<_>>())
            })
            .collect();
        if let Ok(values) = images.measure(kind, &parts) {
            prop_assert!(!values.is_empty());
            for measured in &values {
                prop_assert!(measured.value.is_finite(), "{measured:?}");
            }
        }
    }

    #[test]
    fn scribbles_of_repeated_places_are_refused_or_measured(
        points in prop::collection::vec(prop::array::uniform2((0..5_i32).prop_map(f64::from)), 3..40),
        others in prop::collection::vec(prop::array::uniform2((0..5_i32).prop_map(f64::from)), 3..12),
    ) {
        let images = three_slices();
        let parts = [images.drawn(0, &points), images.drawn(0, &others)];
        if let Ok(values) = images.measure(MarkKind::CanalCompromise, &parts) {
            let share = value(&values, Quantity::CanalCompromise);
            prop_assert!(share > 0.0 && share <= 100.0, "{share}");
        }
        let _ = images.measure(MarkKind::Volume, &parts);
        let _ = images.measure(MarkKind::Freehand, &parts[..1]);
    }
}
