//! Marks as a person would draw them, at known columns and rows of an image.

use chrono::{DateTime, Utc};
use clinical::{
    case::KeyImage,
    marks::{Mark, MarkKind, MarkPart, Measured, Point, Quantity, Unit},
};

/// One image with its plane, written down by the test.
#[derive(Clone)]
pub(crate) struct Image {
    pub(crate) study: String,
    pub(crate) series: String,
    pub(crate) instance: String,
    pub(crate) frame: u32,
    pub(crate) modality: &'static str,
    pub(crate) position: Point,
    pub(crate) along: Point,
    pub(crate) down: Point,
    /// Between rows, then between columns, mm.
    pub(crate) spacing: [f64; 2],
}

impl Image {
    /// The place at a column and a row, where the centre of the first pixel is 0, 0.
    pub(crate) fn place(&self, [column, row]: [f64; 2]) -> Point {
        let [between_rows, between_columns] = self.spacing;
        [0, 1, 2].map(|axis| {
            self.position[axis]
                + column * between_columns * self.along[axis]
                + row * between_rows * self.down[axis]
        })
    }

    pub(crate) fn part(&self, points: &[[f64; 2]]) -> MarkPart {
        MarkPart {
            sop_instance_uid: self.instance.clone(),
            frame: self.frame,
            points: points.iter().map(|point| self.place(*point)).collect(),
        }
    }
}

pub(crate) fn drawn_at() -> DateTime<Utc> {
    "2026-03-05T09:30:00Z".parse().unwrap()
}

pub(crate) const AUTHOR: &str = "Dr. Zoë Reader";

/// A mark with parts at columns and rows of images.
pub(crate) fn mark(
    kind: MarkKind,
    parts: &[(&Image, &[[f64; 2]])],
    level: Option<&str>,
    measured: &[(Quantity, f64, Unit)],
) -> Mark {
    let first = parts[0].0;
    Mark {
        id: format!("{kind:?} {} {level:?}", first.instance),
        kind,
        study_instance_uid: first.study.clone(),
        series_instance_uid: first.series.clone(),
        frame_of_reference_uid: None,
        modality: first.modality.to_owned(),
        study_date: None,
        reformatted_normal: None,
        parts: parts
            .iter()
            .map(|(image, points)| image.part(points))
            .collect(),
        window_center: 40.0,
        window_width: 400.0,
        level: level.map(|level| level.parse().unwrap()),
        note: String::new(),
        measured: measured
            .iter()
            .map(|(quantity, value, unit)| Measured {
                quantity: *quantity,
                value: *value,
                unit: *unit,
            })
            .collect(),
        proposed_by: Vec::new(),
        drawn_at: drawn_at(),
        author: AUTHOR.to_owned(),
    }
}

/// Outlines whose edges pass through no centre of a pixel.
pub(crate) const LARGE: [[f64; 2]; 5] = [
    [10.3, 8.2],
    [24.7, 9.6],
    [27.1, 18.4],
    [16.2, 23.7],
    [8.6, 17.3],
];
pub(crate) const INNER: [[f64; 2]; 4] = [[12.4, 11.2], [19.6, 12.7], [18.2, 17.1], [12.9, 15.8]];
pub(crate) const OTHER: [[f64; 2]; 4] = [[28.3, 10.6], [36.4, 12.2], [34.7, 20.4], [28.8, 18.9]];

/// One of each kind on `slices` of one series; `pixel` is the unit of pixel values.
pub(crate) fn one_of_each(slices: &[Image], pixel: Unit) -> Vec<Mark> {
    use MarkKind as Kind;
    use Quantity as Of;
    use Unit::{Degree, Millilitre, Millimetre, Percent, SquareMillimetre};
    let image = &slices[0];
    let four: &[[f64; 2]] = &[[4.0, 5.5], [20.25, 6.0], [5.0, 20.0], [21.5, 24.5]];
    let ellipse: &[[f64; 2]] = &[[12.0, 10.0], [18.0, 10.0], [15.0, 5.0], [15.0, 15.0]];
    let values = [
        (Of::Area, 94.247_779_607_693_8, SquareMillimetre),
        (Of::Mean, -12.345_678_901_234_567, pixel),
        (Of::StandardDeviation, 1.0 / 3.0, pixel),
        (Of::Minimum, -1024.0, pixel),
        (Of::Maximum, 3071.0, pixel),
    ];
    let mut marks = vec![
        mark(
            Kind::Length,
            &[(image, &[[3.0, 4.0], [9.5, 7.25]])],
            Some("T13"),
            &[(Of::Length, 7.267_221_616, Millimetre)],
        ),
        mark(
            Kind::Angle,
            &[(image, four)],
            None,
            &[(Of::Angle, 12.5, Degree)],
        ),
        mark(
            Kind::CobbAngle,
            &[(image, four)],
            Some("L3"),
            &[(Of::Angle, 0.000_012_345_678_9, Degree)],
        ),
        mark(Kind::Ellipse, &[(image, ellipse)], Some("C7"), &values),
        mark(Kind::Freehand, &[(image, &LARGE)], Some("S1"), &values),
        mark(
            Kind::Bidirectional,
            &[(image, four)],
            Some("T12"),
            &[
                (Of::LongDiameter, 16.2577, Millimetre),
                (Of::ShortDiameter, 17.0, Millimetre),
            ],
        ),
        mark(
            Kind::HeightLoss,
            &[(
                image,
                &[
                    [5., 5.],
                    [5., 12.],
                    [6., 1.],
                    [6., 4.],
                    [7., 14.],
                    [7., 22.],
                ],
            )],
            Some("L1"),
            &[
                (Of::Height, 14.0, Millimetre),
                (Of::ExpectedHeight, 22.0, Millimetre),
                (Of::HeightLoss, 100.0 * (1.0 - 14.0 / 22.0), Percent),
            ],
        ),
        mark(
            Kind::Translation,
            &[(image, &[[5.0, 5.0], [5.5, 12.0], [3.0, 4.0]])],
            Some("L5"),
            &[(Of::Translation, -2.25, Millimetre)],
        ),
        mark(
            Kind::CanalCompromise,
            &[(image, &LARGE), (image, &INNER)],
            Some("L1"),
            &[
                (Of::CanalArea, 263.9, SquareMillimetre),
                (Of::CanalCompromise, 48.66, Percent),
            ],
        ),
        mark(
            Kind::PsoasArea,
            &[(image, &INNER), (image, &OTHER)],
            Some("L3"),
            &[
                (Of::PsoasAreaRight, 901.5, SquareMillimetre),
                (Of::PsoasAreaLeft, 880.25, SquareMillimetre),
            ],
        ),
    ];
    // Two outlines on the first slice, and one on each of the others, from the last to the first.
    let mut outlines: Vec<(&Image, &[[f64; 2]])> = vec![(image, &INNER), (image, &OTHER)];
    outlines.extend(slices[1..].iter().rev().map(|slice| (slice, &LARGE[..])));
    let volume = [(Of::Volume, 2.5635, Millilitre)];
    marks.push(mark(Kind::Volume, &outlines, Some("T11"), &volume));
    marks[0].note = "seen by two; 脊椎 ok".to_owned();
    marks[1].author = "山田 花子".to_owned();
    marks
}

pub(crate) fn key_image(image: &Image, level: Option<&str>, note: &str) -> KeyImage {
    KeyImage {
        id: format!("key {}", image.instance),
        series_instance_uid: image.series.clone(),
        sop_instance_uid: image.instance.clone(),
        frame: image.frame,
        window_center: 40.0,
        window_width: 400.0,
        level: level.map(|level| level.parse().unwrap()),
        note: note.to_owned(),
        caption: String::new(),
        marked_at: drawn_at(),
        author: AUTHOR.to_owned(),
    }
}
