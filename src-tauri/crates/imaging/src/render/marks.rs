//! Marks on a picture: lines with ticks at their ends, outlines, and a letter beside each mark.
//!
//! Points are projected from the patient onto the image and from there onto the picture, whose pixels may
//! have another shape. Lines are yellow on a dark rim, so that they stand out from black, grey and white.

use super::letters;
use crate::{
    image_plane::ImagePlane,
    mark_shapes::{Form, Shape, ellipse_outline, shapes},
};
use clinical::marks::{Mark, Point, lettered};
use image::{DynamicImage, Rgb, RgbImage};

const COLOUR: [f32; 3] = [255.0, 221.0, 0.0];
/// How much of the picture the rim covers.
const RIM: f32 = 0.6;
/// A line is so many times thinner than the longer side of the picture: 2.6 pixels of 1024.
const THINNESS: f64 = 400.0;
/// In line widths.
const TICK: f64 = 4.0;
const LETTER: f64 = 9.0;
const GAP: f64 = 3.0;

/// Draws on a picture of a whole image what of the marks lies on that image; the frame counts from 1.
/// Where nothing does, or the plane is not known, the picture stays as it is. Parts on other images, and marks whose points are not
/// those of their kind, are not drawn.
pub fn draw_marks(
    picture: DynamicImage,
    plane: Option<&ImagePlane>,
    sop_instance_uid: &str,
    frame: u32,
    marks: &[Mark],
) -> DynamicImage {
    let marks = lettered(marks, sop_instance_uid, frame);
    let Some(plane) = plane.filter(|_| !marks.is_empty()) else {
        return picture;
    };
    let mut picture = picture.into_rgb8();
    let (width, height) = picture.dimensions();
    let scale = [
        f64::from(width) / f64::from(plane.columns.max(1)),
        f64::from(height) / f64::from(plane.rows.max(1)),
    ];
    let place = |point: Point| {
        let [column, row] = plane.pixel(point);
        [(column + 0.5) * scale[0], (row + 0.5) * scale[1]]
    };
    let mut canvas = Canvas::over(&picture);
    for (name, mark) in marks {
        let drawn: Vec<Shape> = shapes(mark)
            .unwrap_or_default()
            .into_iter()
            .filter(|shape| {
                let part = &mark.parts[shape.part];
                part.sop_instance_uid == sop_instance_uid && part.frame == frame
            })
            .collect();
        for shape in &drawn {
            canvas.shape(shape, &place);
        }
        if let Some(first) = drawn.first().and_then(|shape| shape.points.first()) {
            canvas.name(&name, place(*first));
        }
    }
    canvas.paint(&mut picture);
    DynamicImage::ImageRgb8(picture)
}

/// How far each pixel is covered by lines and by their rim, 0 to 1.
struct Canvas {
    width: usize,
    height: usize,
    line_width: f64,
    line: Vec<f32>,
    rim: Vec<f32>,
}

impl Canvas {
    fn over(picture: &RgbImage) -> Canvas {
        let (width, height) = picture.dimensions();
        let pixels = width as usize * height as usize;
        Canvas {
            width: width as usize,
            height: height as usize,
            line_width: (f64::from(width.max(height)) / THINNESS).max(1.5),
            line: vec![0.0; pixels],
            rim: vec![0.0; pixels],
        }
    }

    fn shape(&mut self, shape: &Shape, place: &dyn Fn(Point) -> [f64; 2]) {
        match shape.form {
            Form::Point => {
                let [x, y] = place(shape.points[0]);
                let arm = self.line_width * TICK;
                self.segment([x - arm, y], [x + arm, y]);
                self.segment([x, y - arm], [x, y + arm]);
            }
            Form::Line => {
                let (from, to) = (place(shape.points[0]), place(shape.points[1]));
                self.segment(from, to);
                let along = [to[0] - from[0], to[1] - from[1]];
                let length = along[0].hypot(along[1]);
                if length > 0.0 {
                    let arm = self.line_width * TICK / length;
                    let across = [-along[1] * arm, along[0] * arm];
                    for [x, y] in [from, to] {
                        self.segment(
                            [x - across[0], y - across[1]],
                            [x + across[0], y + across[1]],
                        );
                    }
                }
            }
            Form::Outline => self.closed(&shape.points, place),
            Form::Ellipse => self.closed(&ellipse_outline(&shape.points), place),
        }
    }

    fn closed(&mut self, points: &[Point], place: &dyn Fn(Point) -> [f64; 2]) {
        let next = points.iter().cycle().skip(1);
        for (from, to) in points.iter().zip(next) {
            self.segment(place(*from), place(*to));
        }
    }

    /// Writes a name above and to the right of a place, within the picture.
    fn name(&mut self, name: &str, [x, y]: [f64; 2]) {
        let unit = self.line_width * LETTER / letters::HEIGHT;
        let advance = unit * (letters::WIDTH + 2.0);
        let gap = self.line_width * GAP;
        let (wide, high) = (advance * name.len() as f64, unit * letters::HEIGHT);
        let within = |at: f64, size: f64, side: usize| at.min(side as f64 - size - gap).max(gap);
        let left = within(x + gap + self.line_width * TICK, wide, self.width);
        let top = within(y - high - gap, high, self.height);
        for (index, letter) in name.chars().enumerate() {
            let left = left + advance * index as f64;
            for stroke in letters::strokes(letter) {
                for pair in stroke.windows(2) {
                    let [from, to] = [pair[0], pair[1]]
                        .map(|(x, y)| [left + unit * f64::from(x), top + unit * f64::from(y)]);
                    self.segment(from, to);
                }
            }
        }
    }

    /// A straight line with round ends. Pixels are squares about their centres, which lie at halves.
    fn segment(&mut self, from: [f64; 2], to: [f64; 2]) {
        let half = self.line_width / 2.0;
        let reach = half * 2.0 + 1.0;
        let along = [to[0] - from[0], to[1] - from[1]];
        let length_squared = along[0] * along[0] + along[1] * along[1];
        let Some(rows) = covered(
            from[1].min(to[1]) - reach,
            from[1].max(to[1]) + reach,
            self.height,
        ) else {
            return;
        };
        for row in rows {
            let y = row as f64 + 0.5;
            // Of a long line only the piece near this row counts.
            let (start, end) = if along[1].abs() < f64::EPSILON {
                (0.0, 1.0)
            } else {
                let a = (y - reach - from[1]) / along[1];
                let b = (y + reach - from[1]) / along[1];
                (a.min(b).clamp(0.0, 1.0), a.max(b).clamp(0.0, 1.0))
            };
            let (a, b) = (from[0] + start * along[0], from[0] + end * along[0]);
            let Some(columns) = covered(a.min(b) - reach, a.max(b) + reach, self.width) else {
                continue;
            };
            for column in columns {
                let from_start = [column as f64 + 0.5 - from[0], y - from[1]];
                let foot = if length_squared > 0.0 {
                    let share =
                        (from_start[0] * along[0] + from_start[1] * along[1]) / length_squared;
                    share.clamp(0.0, 1.0)
                } else {
                    0.0
                };
                let distance =
                    (from_start[0] - foot * along[0]).hypot(from_start[1] - foot * along[1]);
                let cover = |half: f64| (half + 0.5 - distance).clamp(0.0, 1.0) as f32;
                let at = row * self.width + column;
                self.line[at] = self.line[at].max(cover(half));
                self.rim[at] = self.rim[at].max(cover(half * 2.0));
            }
        }
    }

    fn paint(&self, picture: &mut RgbImage) {
        for ((pixel, line), rim) in picture.pixels_mut().zip(&self.line).zip(&self.rim) {
            let Rgb(shades) = pixel;
            for (shade, colour) in shades.iter_mut().zip(COLOUR) {
                let dark = f32::from(*shade) * (1.0 - RIM * rim);
                *shade = (dark * (1.0 - line) + colour * line).round() as u8;
            }
        }
    }
}

/// The pixels of a row or column between two places; none where they lie beside it.
fn covered(from: f64, to: f64, count: usize) -> Option<std::ops::Range<usize>> {
    // Beyond the range of an index the conversion stops at its ends.
    let first = from.floor().max(0.0) as usize;
    let end = (to.ceil().max(0.0) as usize).min(count);
    (first < end).then_some(first..end)
}

#[cfg(test)]
mod tests;
