//! The pixels of key images: brought to print resolution, in the shape of the patient.

use crate::{
    KeyPicture,
    canvas::Frame,
    context::Context,
    document::EmbeddedPicture,
    style::{CONTENT_WIDTH, GUTTER},
};
use image::{DynamicImage, imageops::FilterType};

/// Dots per inch beyond which paper shows no more.
const PRINT_RESOLUTION: f32 = 300.0;
/// Width of the place of the first picture, on page one.
pub(crate) const BESIDE: f32 = 168.0;
/// The widest that any other picture is printed.
pub(crate) const WIDEST: f32 = (CONTENT_WIDTH - GUTTER) / 2.0;
pub(crate) const TALLEST: f32 = 250.0;

/// The pictures to embed; `name` finds them again.
pub(crate) fn embed(context: &Context) -> Vec<EmbeddedPicture> {
    let pictures = context.input.key_pictures.iter().enumerate();
    pictures
        .filter_map(|(index, picture)| embedded(picture, index))
        .collect()
}

pub(crate) fn name(index: usize) -> String {
    format!("Picture{}", index + 1)
}

fn embedded(picture: &KeyPicture, index: usize) -> Option<EmbeddedPicture> {
    let pixels = picture
        .pixels
        .filter(|pixels| pixels.width() > 0 && pixels.height() > 0)?;
    let width = if index == 0 { BESIDE } else { WIDEST };
    let frame = fitted(
        picture,
        Frame {
            left: 0.0,
            top: 0.0,
            width,
            height: TALLEST,
        },
    );
    let dots = |length: f32| (length / 72.0 * PRINT_RESOLUTION).ceil().max(1.0) as u32;
    let (most_columns, most_rows) = (dots(frame.width), dots(frame.height));
    let smaller;
    let printed = if pixels.width() > most_columns || pixels.height() > most_rows {
        let (columns, rows) = (
            pixels.width().min(most_columns),
            pixels.height().min(most_rows),
        );
        smaller = pixels.resize_exact(columns, rows, FilterType::Triangle);
        &smaller
    } else {
        pixels
    };
    let (width, height) = (printed.width(), printed.height());
    let is_grey = matches!(
        printed,
        DynamicImage::ImageLuma8(_) | DynamicImage::ImageLuma16(_) | DynamicImage::ImageLumaA8(_)
    );
    let bytes = if is_grey {
        printed.to_luma8().into_raw()
    } else {
        printed.to_rgb8().into_raw()
    };
    Some(EmbeddedPicture {
        name: name(index),
        width,
        height,
        bytes,
        is_grey,
    })
}

/// The largest place of the picture's true shape within the frame, at its top, in the middle.
pub(crate) fn fitted(picture: &KeyPicture, within: Frame) -> Frame {
    let (columns, rows) = picture.pixels.map_or((3.0, 1.0), |pixels| {
        (f64::from(pixels.width()), f64::from(pixels.height()))
    });
    let [row_spacing, column_spacing] = spacing(picture).unwrap_or([1.0, 1.0]);
    let shape = (columns * column_spacing) / (rows * row_spacing);
    // A hair-thin picture would be printed as a line; beyond this the shape is given up.
    let shape = if shape.is_finite() {
        shape.clamp(0.2, 5.0) as f32
    } else {
        1.0
    };
    let width = within.width.min(within.height * shape);
    let height = width / shape;
    Frame {
        left: within.left + (within.width - width) / 2.0,
        top: within.top,
        width,
        height,
    }
}

pub(crate) fn spacing(picture: &KeyPicture) -> Option<[f64; 2]> {
    picture
        .pixel_spacing_mm
        .filter(|spacing| spacing.iter().all(|mm| mm.is_finite() && *mm > 0.0))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
    use super::*;
    use chrono::{TimeZone, Utc};
    use clinical::case::KeyImage;

    fn key_image() -> KeyImage {
        KeyImage {
            id: "k".to_owned(),
            series_instance_uid: "1.2".to_owned(),
            sop_instance_uid: "1.2.3".to_owned(),
            frame: 1,
            window_center: 40.0,
            window_width: 400.0,
            level: None,
            note: String::new(),
            caption: String::new(),
            marked_at: Utc.timestamp_opt(0, 0).unwrap(),
            author: "a".to_owned(),
        }
    }

    fn place(columns: u32, rows: u32, pixel_spacing_mm: Option<[f64; 2]>) -> Frame {
        let (key_image, pixels) = (key_image(), DynamicImage::new_luma8(columns, rows));
        let picture = KeyPicture {
            key_image: &key_image,
            pixels: Some(&pixels),
            pixel_spacing_mm,
            edges: None,
        };
        fitted(
            &picture,
            Frame {
                left: 0.0,
                top: 0.0,
                width: 200.0,
                height: 100.0,
            },
        )
    }

    #[test]
    fn a_picture_keeps_the_shape_of_the_patient() {
        assert_eq!(
            place(100, 100, None),
            Frame {
                left: 50.0,
                top: 0.0,
                width: 100.0,
                height: 100.0
            }
        );
        // 40 rows of 4 mm and 100 columns of 0.8 mm: 80 mm wide and 160 mm high.
        let frame = place(100, 40, Some([4.0, 0.8]));
        assert_eq!((frame.width, frame.height), (50.0, 100.0));
        assert_eq!(
            place(100, 100, Some([0.0, f64::NAN])),
            place(100, 100, None)
        );
    }

    #[test]
    fn a_picture_is_sharp_in_print_or_as_sharp_as_its_pixels() {
        for (columns, rows) in [
            (3000, 2000),
            (1200, 1200),
            (512, 512),
            (320, 300),
            (60, 900),
        ] {
            for index in [0, 1] {
                let (key_image, pixels) = (key_image(), DynamicImage::new_luma8(columns, rows));
                let picture = KeyPicture {
                    key_image: &key_image,
                    pixels: Some(&pixels),
                    pixel_spacing_mm: None,
                    edges: None,
                };
                let width = if index == 0 { BESIDE } else { WIDEST };
                let within = Frame {
                    left: 0.0,
                    top: 0.0,
                    width,
                    height: TALLEST,
                };
                let embedded = embedded(&picture, index).unwrap();
                let inches = fitted(&picture, within).width / 72.0;
                let dots_per_inch = embedded.width as f32 / inches;
                let is_whole = (embedded.width, embedded.height) == (columns, rows);
                assert!(
                    dots_per_inch >= 200.0 || is_whole,
                    "{columns} {rows}: {dots_per_inch}"
                );
            }
        }
    }

    #[test]
    fn a_huge_picture_is_brought_to_print_resolution_and_a_small_one_is_left() {
        let key_image = key_image();
        let side = |size: u32| {
            let pixels = DynamicImage::new_luma8(size, size);
            let picture = KeyPicture {
                key_image: &key_image,
                pixels: Some(&pixels),
                pixel_spacing_mm: None,
                edges: None,
            };
            embedded(&picture, 1).map(|embedded| (embedded.width, embedded.bytes.len()))
        };
        // (511.28 - 18) / 2 = 246.64 points are 1027.7 dots at 300 per inch.
        assert_eq!(side(3000), Some((1028, 1028 * 1028)));
        assert_eq!(side(512), Some((512, 512 * 512)));
        assert_eq!(side(0), None);
    }
}
