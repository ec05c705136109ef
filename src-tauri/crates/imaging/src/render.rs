//! Pictures for reports and thumbnails: a frame under a window, pixels made square, as PNG.

mod letters;
mod marks;

pub use marks::draw_marks;

use crate::{
    FrameCache, colour,
    display::{percentile_window, rescaled},
    library::{Padding, Rescale, Stack, Window},
    pixels::{Photometric, PixelFormat, Pixels},
    problem::ImagingError,
};
use image::{DynamicImage, GrayImage, ImageFormat, RgbImage, imageops::FilterType};
use std::io::Cursor;

/// How a frame is to be shown.
#[derive(Debug, Clone, PartialEq)]
pub struct View<'view> {
    /// In modality units; of no effect on colour.
    pub window: &'view Window,
    pub rescale: Rescale,
    pub padding: Option<Padding>,
    /// Between rows and between columns, mm; none means square pixels.
    pub pixel_spacing: Option<[f64; 2]>,
    pub format: &'view PixelFormat,
    /// Width and height of the box that the picture fills as far as its shape allows.
    pub size: [u32; 2],
}

/// One image of a stack under a window; none takes the file's window, else one from the values.
pub fn render_image(
    frames: &FrameCache,
    stack: &Stack,
    index: usize,
    window: Option<&Window>,
    size: [u32; 2],
) -> Result<DynamicImage, ImagingError> {
    let image = stack.images.get(index).ok_or(ImagingError::NoSuchImage {
        index,
        count: stack.images.len(),
    })?;
    let pixels = frames.frame(image)?;
    let chosen = match window.or_else(|| stack.windows.first()) {
        Some(window) => window.clone(),
        None => percentile_window(&pixels, image.rescale, stack.padding),
    };
    let view = View {
        window: &chosen,
        rescale: image.rescale,
        padding: stack.padding,
        pixel_spacing: stack.pixel_spacing,
        format: &stack.format,
        size,
    };
    Ok(render(&pixels, &view))
}

/// Draws decoded pixels.
pub fn render(pixels: &Pixels, view: &View) -> DynamicImage {
    let [width, height] = fitted(pixels, view);
    match colour::rgb(pixels, view.format)
        .and_then(|bytes| RgbImage::from_raw(pixels.columns, pixels.rows, bytes))
    {
        Some(picture) => DynamicImage::ImageRgb8(picture),
        None => DynamicImage::ImageLuma8(grey(pixels, view)),
    }
    .resize_exact(width, height, FilterType::Triangle)
}

/// PNG bytes of a picture.
pub fn png(picture: &DynamicImage) -> Result<Vec<u8>, ImagingError> {
    let mut bytes = Cursor::new(Vec::new());
    picture
        .write_to(&mut bytes, ImageFormat::Png)
        .map_err(|_| ImagingError::Encode)?;
    Ok(bytes.into_inner())
}

/// A picture from PNG bytes that [`png`] wrote.
pub fn from_png(bytes: &[u8]) -> Result<DynamicImage, ImagingError> {
    image::load_from_memory_with_format(bytes, ImageFormat::Png).map_err(|_| ImagingError::Encode)
}

fn grey(pixels: &Pixels, view: &View) -> GrayImage {
    let inverted = pixels.photometric == Photometric::Monochrome1;
    let shades: Vec<u8> = pixels
        .values()
        .map(|stored| {
            let is_padding = view
                .padding
                .is_some_and(|padding| (padding.from as f64..=padding.to as f64).contains(&stored));
            if is_padding {
                return 0;
            }
            let shade = windowed(rescaled(stored, view.rescale), view.window);
            if inverted { 255 - shade } else { shade }
        })
        .collect();
    GrayImage::from_raw(pixels.columns, pixels.rows, shades).unwrap_or_default()
}

/// The linear VOI LUT function of PS3.3 section C.11.2.1.2.1 onto 0 to 255.
pub(crate) fn windowed(value: f64, window: &Window) -> u8 {
    let middle = window.center - 0.5;
    let reach = window.width.max(1.0) - 1.0;
    if value <= middle - reach / 2.0 {
        0
    } else if value > middle + reach / 2.0 {
        255
    } else {
        (((value - middle) / reach + 0.5) * 255.0).round() as u8
    }
}

/// The largest size in the box that keeps the shape in millimetres.
fn fitted(pixels: &Pixels, view: &View) -> [u32; 2] {
    let [between_rows, between_columns] = view.pixel_spacing.unwrap_or([1.0, 1.0]);
    let width = f64::from(pixels.columns) * between_columns;
    let height = f64::from(pixels.rows) * between_rows;
    let [box_width, box_height] = view.size.map(|side| f64::from(side.clamp(1, 8192)));
    let scale = (box_width / width).min(box_height / height);
    [width, height].map(|side| ((side * scale).round() as u32).clamp(1, 8192))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
    use super::*;
    use crate::pixels::PixelKind;

    fn window(center: f64, width: f64) -> Window {
        Window {
            center,
            width,
            name: String::new(),
        }
    }

    /// Notes of the section: centre 2048 and width 4096 map 0 to 0 and 4095 to the maximum; centre
    /// 0, width 100 maps -50 to 0 and 49 to the maximum; width 1 is a threshold.
    #[test]
    fn the_window_function_is_that_of_the_standard() {
        assert_eq!(windowed(0.0, &window(2048.0, 4096.0)), 0);
        assert_eq!(windowed(4095.0, &window(2048.0, 4096.0)), 255);
        assert_eq!(windowed(-50.0, &window(0.0, 100.0)), 0);
        assert_eq!(windowed(49.0, &window(0.0, 100.0)), 255);
        assert_eq!(windowed(-0.5, &window(0.0, 100.0)), 128);
        assert_eq!(windowed(9.5, &window(10.0, 1.0)), 0);
        assert_eq!(windowed(9.6, &window(10.0, 1.0)), 255);
    }

    fn two_by_two(photometric: Photometric) -> (Pixels, PixelFormat) {
        let pixels = Pixels {
            rows: 2,
            columns: 2,
            samples: 1,
            kind: PixelKind::I16,
            photometric,
            palette: None,
            bytes: [-2000_i16, 0, 100, 200]
                .iter()
                .flat_map(|value| value.to_le_bytes())
                .collect(),
        };
        let format = PixelFormat {
            samples: 1,
            bits_allocated: 16,
            bits_stored: 16,
            signed: true,
            planar: false,
            photometric,
        };
        (pixels, format)
    }

    #[test]
    fn padding_is_black_and_monochrome1_is_inverted() {
        let window = window(100.5, 201.0);
        for (photometric, expected) in [
            (Photometric::Monochrome2, [0, 0, 128, 255]),
            (Photometric::Monochrome1, [0, 255, 127, 0]),
        ] {
            let (pixels, format) = two_by_two(photometric);
            let view = View {
                window: &window,
                rescale: Rescale::NONE,
                padding: Some(Padding {
                    from: -2000,
                    to: -2000,
                }),
                pixel_spacing: None,
                format: &format,
                size: [2, 2],
            };
            assert_eq!(grey(&pixels, &view).into_raw(), expected);
        }
    }

    /// Rows 3 mm apart, columns 1 mm: 2 × 2 pixels are 2 mm wide and 6 mm high.
    #[test]
    fn pictures_keep_their_shape_in_millimetres() {
        let (pixels, format) = two_by_two(Photometric::Monochrome2);
        let view = View {
            window: &window(100.0, 200.0),
            rescale: Rescale::NONE,
            padding: None,
            pixel_spacing: Some([3.0, 1.0]),
            format: &format,
            size: [90, 90],
        };
        let picture = render(&pixels, &view);
        assert_eq!((picture.width(), picture.height()), (30, 90));
        assert_eq!(&png(&picture).unwrap()[1..4], b"PNG");
    }
}
