//! Measurements on real images against arithmetic on the attributes and values of their files.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use clinical::marks::{MarkKind, MarkPart, Point, Quantity, Unit};
use dicom_core::Tag;
use dicom_object::{DefaultDicomObject, open_file};
use imaging::{
    FrameCache, ImageRef, Library, Series, Stack,
    library::Plane,
    measure::{MeasureProblem, measure},
};

mod drawn;
mod shared;

use drawn::{found, value};

const POSITION: Tag = Tag(0x0020, 0x0032);
const ORIENTATION: Tag = Tag(0x0020, 0x0037);
const SPACING: Tag = Tag(0x0028, 0x0030);
const COLUMNS: Tag = Tag(0x0028, 0x0011);
const PIXELS: Tag = Tag(0x7fe0, 0x0010);

/// What the file of an image says, read here.
struct File {
    object: DefaultDicomObject,
    uid: String,
}

impl File {
    fn of(image: &ImageRef) -> File {
        File {
            object: open_file(&image.path).unwrap(),
            uid: image.sop_instance_uid.clone(),
        }
    }

    fn numbers(&self, tag: Tag) -> Vec<f64> {
        self.object
            .element(tag)
            .unwrap()
            .to_multi_float64()
            .unwrap()
    }

    /// Centre of a pixel by equation C.7.6.2.1-1 of PS3.3.
    fn place(&self, column: f64, row: f64) -> Point {
        let (position, cosines) = (self.numbers(POSITION), self.numbers(ORIENTATION));
        let spacing = self.numbers(SPACING);
        [0, 1, 2].map(|axis| {
            position[axis]
                + cosines[axis] * spacing[1] * column
                + cosines[3 + axis] * spacing[0] * row
        })
    }

    fn stored(&self, column: usize, row: usize) -> f64 {
        let columns = self.numbers(COLUMNS)[0] as usize;
        let bytes = self.object.element(PIXELS).unwrap().to_bytes().unwrap();
        let at = (row * columns + column) * 2;
        f64::from(i16::from_le_bytes([bytes[at], bytes[at + 1]]))
    }

    fn part(&self, points: &[Point]) -> MarkPart {
        MarkPart {
            sop_instance_uid: self.uid.clone(),
            frame: 1,
            points: points.to_vec(),
        }
    }
}

fn opened() -> Option<(Library, FrameCache)> {
    let folder = shared::folder("dicom/spine_study")?;
    Some((shared::scanned(&folder).unwrap(), shared::frames()))
}

fn stacks_of(library: &Library, number: i32) -> Vec<(&Series, &Stack)> {
    library
        .stacks()
        .filter(|(_, series, _)| series.number == Some(number))
        .map(|(_, series, stack)| (series, stack))
        .collect()
}

fn distance(a: Point, b: Point) -> f64 {
    (0..3)
        .map(|axis| (a[axis] - b[axis]).powi(2))
        .sum::<f64>()
        .sqrt()
}

/// Within each slice of five directions, and from slice to slice of each. A length from pixel to pixel
/// of one slice is the same as that by columns and rows; cosines of six decimals allow 0.001 mm.
#[test]
fn lengths_on_slices_along_five_discs_are_those_of_their_files() {
    let Some((library, frames)) = opened() else {
        return;
    };
    let stacks = stacks_of(&library, 6001);
    assert_eq!(stacks.len(), 5);
    for (series, stack) in stacks {
        let length = |image: &File, ends: [Point; 2]| {
            let parts = [image.part(&ends)];
            let values = measure(MarkKind::Length, &parts, series, stack, &|image| {
                frames.frame(image)
            });
            value(&values.unwrap(), Quantity::Length)
        };
        let files: Vec<File> = stack.images.iter().map(File::of).collect();
        for file in &files {
            let found = length(file, [file.place(10.0, 20.0), file.place(150.0, 95.0)]);
            let spacing = file.numbers(SPACING);
            let by_pixels = (140.0 * spacing[1]).hypot(75.0 * spacing[0]);
            assert!(
                (found - by_pixels).abs() < 1e-3,
                "{found} mm, not {by_pixels}"
            );
        }
        let (first, last) = (files.first().unwrap(), files.last().unwrap());
        let ends = [first.place(30.0, 40.0), last.place(120.0, 160.0)];
        let found = length(first, ends);
        assert!((found - distance(ends[0], ends[1])).abs() < 1e-6);
        assert!(found > 4.8 * (files.len() - 1) as f64, "{found} mm");
    }
}

/// A point of a slice along one disc does not lie on a slice along another.
#[test]
fn a_point_of_another_direction_is_refused() {
    let Some((library, frames)) = opened() else {
        return;
    };
    let stacks = stacks_of(&library, 6001);
    let (series, stack) = stacks[0];
    let here = File::of(&stack.images[0]);
    let there = File::of(&stacks[3].1.images[0]);
    let take = |image: &ImageRef| frames.frame(image);
    let outline = here.part(&[
        here.place(10.0, 10.0),
        here.place(50.0, 10.0),
        there.place(9.0, 40.0),
    ]);
    let problem = measure(MarkKind::Freehand, &[outline], series, stack, &take).unwrap_err();
    assert!(
        matches!(problem, MeasureProblem::OutOfPlane { .. }),
        "{problem}"
    );
    let square = |file: &File| {
        file.part(&[[10.0, 10.0], [50.0, 10.0], [50.0, 50.0]].map(|[x, y]| file.place(x, y)))
    };
    let parts = [square(&here), square(&there)];
    let problem = measure(MarkKind::Volume, &parts, series, stack, &take).unwrap_err();
    assert!(matches!(problem, MeasureProblem::NotParallel), "{problem}");
}

/// Outlines half a pixel around 12 × 9 pixels: their area, and mean, deviation and ends of the values
/// in the file.
#[test]
fn values_of_a_region_are_those_of_the_file() {
    let Some((library, frames)) = opened() else {
        return;
    };
    let (series, stack) = stacks_of(&library, 6001)[2];
    for image in &stack.images {
        let file = File::of(image);
        let corners = [[99.5, 79.5], [111.5, 79.5], [111.5, 88.5], [99.5, 88.5]];
        let part = file.part(&corners.map(|[column, row]| file.place(column, row)));
        let values = measure(MarkKind::Freehand, &[part], series, stack, &|image| {
            frames.frame(image)
        });
        let values = values.unwrap();
        let stored: Vec<f64> = (80..89)
            .flat_map(|row| (100..112).map(move |column| (column, row)))
            .map(|(column, row)| file.stored(column, row))
            .collect();
        let count = stored.len() as f64;
        let mean = stored.iter().sum::<f64>() / count;
        let squares: f64 = stored.iter().map(|value| (value - mean).powi(2)).sum();
        let spacing = file.numbers(SPACING);
        let expected = [
            (Quantity::Area, 12.0 * spacing[1] * 9.0 * spacing[0]),
            (Quantity::Mean, mean),
            (
                Quantity::StandardDeviation,
                (squares / (count - 1.0)).sqrt(),
            ),
            (
                Quantity::Minimum,
                stored.iter().copied().fold(f64::INFINITY, f64::min),
            ),
            (
                Quantity::Maximum,
                stored.iter().copied().fold(f64::NEG_INFINITY, f64::max),
            ),
        ];
        for (quantity, expected) in expected {
            let value = found(&values, quantity).unwrap();
            assert!(
                (value - expected).abs() < 1e-3,
                "{quantity:?}: {value}, not {expected}"
            );
        }
        assert_eq!(values[1].unit, Unit::None, "MR");
    }
}

/// A box of 20 × 10 pixels on all fifteen sagittal slices, 4.8 mm apart.
#[test]
fn a_volume_across_sagittal_slices_is_that_of_its_box() {
    let Some((library, frames)) = opened() else {
        return;
    };
    let mut seen = 0;
    for (_, series, stack) in library.stacks() {
        if series.modality != "MR" || stack.plane != Plane::Sagittal {
            continue;
        }
        seen += 1;
        let files: Vec<File> = stack.images.iter().map(File::of).collect();
        let corners = [[40.0, 50.0], [60.0, 50.0], [60.0, 60.0], [40.0, 60.0]];
        let parts: Vec<MarkPart> = files
            .iter()
            .map(|file| file.part(&corners.map(|[column, row]| file.place(column, row))))
            .collect();
        let values = measure(MarkKind::Volume, &parts, series, stack, &|image| {
            frames.frame(image)
        });
        let spacing = files[0].numbers(SPACING);
        let expected = 20.0 * spacing[1] * 10.0 * spacing[0] * 4.8 * 15.0 / 1000.0;
        let volume = value(&values.unwrap(), Quantity::Volume);
        assert!(
            (volume / expected - 1.0).abs() < 1e-4,
            "{volume} mL, not {expected}"
        );
    }
    assert_eq!(seen, 2);
}
