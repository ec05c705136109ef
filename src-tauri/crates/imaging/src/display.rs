//! Frames for a viewer: modality values as raw little endian numbers, and all the geometry that the
//! viewer needs, finished, so that it computes none.

mod fill;

use crate::{
    FrameCache, geometry,
    library::{ImageRef, Padding, Plane, Rescale, Series, Stack, StackNote, Study, Window},
    pixels::{Photometric, Pixels},
    problem::{ImagingError, Reason},
};
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use std::{
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    thread,
};
use ts_rs::TS;

/// How the numbers of a frame are laid out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum DataType {
    Int16,
    Float32,
    /// Three bytes per pixel.
    Rgb8,
}

/// Everything a viewer has to know of a stack.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct StackGeometry {
    pub id: String,
    pub rows: u32,
    pub columns: u32,
    /// Between rows, then between columns, mm; none where the file does not say.
    pub pixel_spacing: Option<[f64; 2]>,
    pub orientation: Option<[f64; 6]>,
    pub frame_of_reference_uid: String,
    pub plane: Plane,
    /// Present only for evenly spaced parallel slices.
    pub volume: Option<VolumeGeometry>,
    pub images: Vec<ImagePlace>,
    pub spacing_between_slices: Option<f64>,
    pub slice_thickness: Option<f64>,
    pub notes: Vec<StackNote>,
    pub data_type: DataType,
    #[ts(type = "number")]
    pub bytes_per_frame: u64,
    /// The lowest value is to be shown white.
    pub is_inverted: bool,
    /// Modality values that mark pixels outside the image.
    pub padding: Option<[f64; 2]>,
    /// The file's own window first; none asks for [`auto_window`].
    pub default_window: Option<Window>,
    pub windows: Vec<Window>,
    /// Named windows for CT; their names are ids of words.
    pub presets: Vec<Window>,
    pub modality: String,
    pub unit: Option<String>,
    pub series_uid: String,
    pub series_number: Option<i32>,
    pub series_description: String,
    pub body_part: String,
    pub study_uid: String,
    pub study_description: String,
    pub study_date: Option<NaiveDate>,
    pub patient_name: String,
    pub patient_id: String,
    pub patient_birth_date: Option<NaiveDate>,
}

/// A block of voxels; the third axis follows the slices.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct VolumeGeometry {
    /// Columns, rows, slices.
    pub dimensions: [u32; 3],
    /// Between columns, rows, slices, mm.
    pub spacing: [f64; 3],
    /// Centre of the first voxel.
    pub origin: [f64; 3],
    /// Unit vectors of the three axes, one after the other.
    pub direction: [f64; 9],
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct ImagePlace {
    pub sop_instance_uid: String,
    /// Counted from 1.
    pub frame: u32,
    pub instance_number: Option<i32>,
    pub position: Option<[f64; 3]>,
}

pub(crate) const HOUNSFIELD: &str = "HU";

/// CT windows of common use: level and width of bone, lung and soft tissue of the spine as listed
/// in the Radiopaedia article "Windowing (CT)".
fn ct_presets() -> Vec<Window> {
    [
        ("bone", 400.0, 1800.0),
        ("soft_tissue", 50.0, 250.0),
        ("lung", -600.0, 1500.0),
    ]
    .into_iter()
    .map(|(name, center, width)| Window {
        center,
        width,
        name: name.to_owned(),
    })
    .collect()
}

/// The finished geometry of a stack, without reading pixels.
pub fn stack_geometry(study: &Study, series: &Series, stack: &Stack) -> StackGeometry {
    let data_type = data_type(stack);
    let is_ct = series.modality == "CT";
    StackGeometry {
        id: stack.id.clone(),
        rows: stack.rows,
        columns: stack.columns,
        pixel_spacing: stack.pixel_spacing,
        orientation: stack.orientation,
        frame_of_reference_uid: stack.frame_of_reference_uid.clone(),
        plane: stack.plane,
        volume: volume(stack),
        images: stack.images.iter().map(place).collect(),
        spacing_between_slices: stack.spacing_between_slices,
        slice_thickness: stack.slice_thickness,
        notes: stack.notes.clone(),
        data_type,
        bytes_per_frame: bytes_per_frame(stack, data_type) as u64,
        is_inverted: stack.format.photometric == Photometric::Monochrome1,
        padding: stack
            .padding
            .map(|padding| padding_values(padding, stack.rescale)),
        default_window: stack.windows.first().cloned(),
        windows: stack.windows.clone(),
        presets: if is_ct { ct_presets() } else { Vec::new() },
        modality: series.modality.clone(),
        unit: unit(&series.modality).map(str::to_owned),
        series_uid: series.uid.clone(),
        series_number: series.number,
        series_description: series.description.clone(),
        body_part: series.body_part.clone(),
        study_uid: study.uid.clone(),
        study_description: study.description.clone(),
        study_date: study.date,
        patient_name: study.patient.name.display(),
        patient_id: study.patient.patient_id.clone(),
        patient_birth_date: study.patient.birth_date,
    }
}

/// The unit of modality values; none where the images do not say, as in MR.
pub(crate) fn unit(modality: &str) -> Option<&'static str> {
    (modality == "CT").then_some(HOUNSFIELD)
}

fn place(image: &ImageRef) -> ImagePlace {
    ImagePlace {
        sop_instance_uid: image.sop_instance_uid.clone(),
        frame: image.frame,
        instance_number: image.instance_number,
        position: image.position,
    }
}

fn volume(stack: &Stack) -> Option<VolumeGeometry> {
    if !stack.is_volume {
        return None;
    }
    let orientation = stack.orientation?;
    let [between_rows, between_columns] = stack.pixel_spacing?;
    let first = stack.images.first()?.position?;
    let last = stack.images.last()?.position?;
    let slices = stack.images.len();
    let normal = geometry::normal(orientation);
    let depth = geometry::dot(geometry::subtract(last, first), normal);
    let [a, b, c, d, e, f] = orientation;
    let [x, y, z] = normal;
    Some(VolumeGeometry {
        dimensions: [stack.columns, stack.rows, slices as u32],
        // The mean, so that the last slice lies where its file says.
        spacing: [
            between_columns,
            between_rows,
            geometry::without_noise(depth / (slices - 1) as f64),
        ],
        origin: first,
        direction: [a, b, c, d, e, f, x, y, z],
    })
}

fn padding_values(padding: Padding, rescale: Rescale) -> [f64; 2] {
    let ends = [padding.from, padding.to].map(|end| rescaled(end as f64, rescale));
    [ends[0].min(ends[1]), ends[0].max(ends[1])]
}

pub(crate) fn rescaled(stored: f64, rescale: Rescale) -> f64 {
    stored * rescale.slope + rescale.intercept
}

/// Whole numbers that fit 16 bits stay whole. A signed 16-bit CT with an intercept of about -1024
/// reaches below -32768 on paper only: such values are held at the end of the range.
pub fn data_type(stack: &Stack) -> DataType {
    const PAPER_RANGE: f64 = 8192.0;
    if !stack.format.photometric.is_grey() {
        return DataType::Rgb8;
    }
    let (low, high) = stack.format.range();
    let fits = |rescale: &Rescale| {
        let ends = [low, high].map(|end| rescaled(end as f64, *rescale));
        let lowest = ends[0].min(ends[1]);
        let highest = ends[0].max(ends[1]);
        rescale.slope.fract() == 0.0
            && rescale.intercept.fract() == 0.0
            && highest <= f64::from(i16::MAX)
            && lowest >= f64::from(i16::MIN) - PAPER_RANGE
    };
    if stack.images.iter().all(|image| fits(&image.rescale)) {
        DataType::Int16
    } else {
        DataType::Float32
    }
}

pub fn bytes_per_frame(stack: &Stack, data_type: DataType) -> usize {
    let pixels = stack.rows as usize * stack.columns as usize;
    match data_type {
        DataType::Int16 => pixels * 2,
        DataType::Float32 => pixels * 4,
        DataType::Rgb8 => pixels * 3,
    }
}

/// Frames `first .. first + count` of a stack, taken by so many threads at once.
pub(crate) fn frames_with<Take>(
    stack: &Stack,
    first: usize,
    count: usize,
    threads: usize,
    take: Take,
) -> Result<Vec<u8>, ImagingError>
where
    Take: Fn(&ImageRef) -> Result<Arc<Pixels>, ImagingError> + Sync,
{
    let total = stack.images.len();
    if first >= total {
        return Err(ImagingError::NoSuchImage {
            index: first,
            count: total,
        });
    }
    let images = &stack.images[first..first.saturating_add(count).min(total)];
    let data_type = data_type(stack);
    let frame = bytes_per_frame(stack, data_type);
    let mut bytes = vec![0; frame * images.len()];
    let tasks = Mutex::new(bytes.chunks_exact_mut(frame.max(1)).zip(images));
    // Not on rayon's threads, which would all stand still while the workers are busy.
    let work = || -> Result<(), ImagingError> {
        loop {
            let Some((target, image)) = lock(&tasks).next() else {
                return Ok(());
            };
            let done =
                take(image).and_then(|pixels| fill::fill(target, stack, image, &pixels, data_type));
            if done.is_err() {
                // The others need not go on.
                while lock(&tasks).next().is_some() {}
                return done;
            }
        }
    };
    thread::scope(|scope| {
        let others: Vec<_> = (1..threads.min(images.len()))
            .map(|_| scope.spawn(work))
            .collect();
        let mut outcome = work();
        for other in others {
            let other = other
                .join()
                .unwrap_or_else(|_| Err(Reason::DecodingFailed.because("stopped").into()));
            outcome = outcome.and(other);
        }
        outcome
    })?;
    Ok(bytes)
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// A window for images without one, as MR: from the 1st to the 99th percentile of the middle image,
/// padding left out; where that image cannot be decoded, of one a quarter of the stack away. None for
/// colour, and where none of them can be decoded.
pub fn auto_window(frames: &FrameCache, stack: &Stack) -> Result<Option<Window>, ImagingError> {
    if !stack.format.photometric.is_grey() {
        return Ok(None);
    }
    let count = stack.images.len();
    for index in [count / 2, count / 4, count - count.div_ceil(4)] {
        let Some(image) = stack.images.get(index) else {
            break;
        };
        match frames.frame(image) {
            Ok(pixels) => {
                let window = percentile_window(&pixels, image.rescale, stack.padding);
                return Ok(Some(window));
            }
            // Its reason is told where it should be seen. Nobody waits for a second such file.
            Err(ImagingError::Image(refusal)) if refusal.reason == Reason::TimedOut => break,
            Err(ImagingError::Image(_)) => {}
            Err(error) => return Err(error),
        }
    }
    Ok(None)
}

pub(crate) fn percentile_window(
    pixels: &Pixels,
    rescale: Rescale,
    padding: Option<Padding>,
) -> Window {
    let is_padding = |stored: f64| {
        padding.is_some_and(|padding| (padding.from as f64..=padding.to as f64).contains(&stored))
    };
    let mut values: Vec<f64> = pixels
        .values()
        .filter(|stored| !is_padding(*stored))
        .map(|stored| rescaled(stored, rescale))
        .collect();
    values.sort_by(f64::total_cmp);
    let at = |share: f64| {
        let index = (values.len().saturating_sub(1)) as f64 * share;
        values.get(index.round() as usize).copied().unwrap_or(0.0)
    };
    let (low, high) = (at(0.01), at(0.99));
    Window {
        center: (low + high) / 2.0,
        width: (high - low).max(1.0),
        name: "auto".to_owned(),
    }
}
