//! A synthetic patient: a spine phantom of known geometry as a CT and an MR study.
//!
//! Vertebrae T9 to L4 stand on a gentle curve inside a slim body. L1 holds a lytic lesion (an
//! ellipsoid) that breaks through the posterior wall into an epidural mass; T11 holds a small blastic
//! lesion. All sizes are chosen for the phantom, in millimetres of the patient coordinate system,
//! with the centre of L1 as origin; [`PhantomTruth`] states what a measurement has to find.
//! Noise, texture and identifiers follow from fixed numbers: the same plan gives the same files,
//! byte for byte. The files say SYNTHETIC in the patient's name, the descriptions and the pixels.

mod anatomy;
mod appearance;
mod canal;
mod file;
mod shapes;
mod soft_tissue;
mod texture;
mod vertebra;

use crate::problem::ImagingError;
use anatomy::{Anatomy, Tissue};
use appearance::Contrast;
use chrono::NaiveDate;
use rayon::prelude::*;
use serde::{Deserialize, Serialize};
use std::path::Path;

pub const PATIENT_ID: &str = "SPINEBOARD-DEMO";
pub const FAMILY_NAME: &str = "DEMO";
pub const GIVEN_NAME: &str = "Synthetic";
pub const SEX: &str = "F";

/// Patient's birth date, and the date of both studies.
pub fn birth_date() -> NaiveDate {
    NaiveDate::from_ymd_opt(1961, 5, 14).unwrap_or_default()
}

pub fn study_date() -> NaiveDate {
    NaiveDate::from_ymd_opt(2026, 3, 2).unwrap_or_default()
}

/// How finely the phantom is sampled.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct PhantomPlan {
    /// Rows and columns of the CT.
    pub ct_matrix: u16,
    pub ct_slices: u16,
    pub ct_pixel: f64,
    pub ct_spacing: f64,
    pub with_mr: bool,
}

impl PhantomPlan {
    /// What `spineboard demo` writes: 120 slices of 256 × 256, and three MR series.
    pub const DEMO: PhantomPlan = PhantomPlan {
        ct_matrix: 256,
        ct_slices: 120,
        ct_pixel: 1.0,
        ct_spacing: 2.0,
        with_mr: true,
    };
    /// For benchmarks: 300 slices of 512 × 512.
    pub const LARGE: PhantomPlan = PhantomPlan {
        ct_matrix: 512,
        ct_slices: 300,
        ct_pixel: 0.5,
        ct_spacing: 0.8,
        with_mr: false,
    };
    /// For tests: around L1 only, at the resolution of the demo.
    pub const SMALL: PhantomPlan = PhantomPlan {
        ct_matrix: 128,
        ct_slices: 24,
        ct_pixel: 1.0,
        ct_spacing: 2.0,
        with_mr: false,
    };
}

/// What is true of the phantom.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PhantomTruth {
    pub patient_id: String,
    /// Centre of each vertebral body, from T9 down, in CT coordinates (mm).
    pub body_centres: Vec<(String, [f64; 3])>,
    /// Height of the body of L1, mm.
    pub l1_height: f64,
    /// Centre of the lytic lesion in CT coordinates, mm.
    pub lytic_lesion_centre: [f64; 3],
    /// mL, and its CT number in HU without noise.
    pub lytic_lesion_volume: f64,
    pub lytic_lesion_hu: f64,
    pub blastic_lesion_volume: f64,
    pub blastic_lesion_hu: f64,
    /// Share of the bony canal's area that the epidural mass takes in the axial plane through the
    /// centre of L1, %.
    pub canal_compromise: f64,
    /// Area of the canal in that plane, mm².
    pub canal_area: f64,
    /// Canal diameter from front to back, mm.
    pub canal_depth: f64,
    /// MR coordinates are CT coordinates plus this, mm; the frames of reference differ.
    pub mr_offset: [f64; 3],
    pub ct_series_uid: String,
    pub mr_series_uids: Vec<String>,
}

/// Where the pixels of one series lie and what they show.
pub(crate) struct Sampling {
    pub(crate) rows: u16,
    pub(crate) columns: u16,
    pub(crate) pixel: f64,
    pub(crate) spacing: f64,
    pub(crate) thickness: f64,
    pub(crate) orientation: [f64; 6],
    /// First pixel of each slice in phantom coordinates.
    pub(crate) positions: Vec<[f64; 3]>,
    pub(crate) contrast: Contrast,
    pub(crate) seed: u32,
}

/// The offset of the MR coordinates: the patient was laid down anew.
const MR_OFFSET: [f64; 3] = [4.0, -11.0, 23.0];

/// Writes both studies below `folder`; `progress` hears how many of all images are written.
pub fn write(
    folder: &Path,
    plan: &PhantomPlan,
    progress: &mut dyn FnMut(u32, u32),
) -> Result<PhantomTruth, ImagingError> {
    let anatomy = Anatomy::new();
    let ct = file::SeriesFacts::ct();
    let mut series = vec![(ct, ct_sampling(plan))];
    if plan.with_mr {
        series.extend([
            (
                file::SeriesFacts::mr(2, "T2 TSE SAG"),
                sagittal(Contrast::T2, 2),
            ),
            (
                file::SeriesFacts::mr(3, "T1 TSE SAG"),
                sagittal(Contrast::T1, 3),
            ),
            (file::SeriesFacts::mr(4, "T2 TSE AX"), axial_mr()),
        ]);
    }
    let total: usize = series
        .iter()
        .map(|(_, sampling)| sampling.positions.len())
        .sum();
    let mut written = 0;
    for (facts, sampling) in &series {
        for (batch, positions) in sampling.positions.chunks(8).enumerate() {
            let slices: Vec<Vec<i16>> = positions
                .par_iter()
                .enumerate()
                .map(|(within, position)| sampling.slice(&anatomy, batch * 8 + within, *position))
                .collect();
            for (within, pixels) in slices.iter().enumerate() {
                facts.write(folder, sampling, batch * 8 + within, pixels)?;
                written += 1;
                progress(written, total as u32);
            }
        }
    }
    Ok(anatomy.truth(series.iter().map(|(facts, _)| facts.series_uid()).collect()))
}

fn ct_sampling(plan: &PhantomPlan) -> Sampling {
    let width = f64::from(plan.ct_matrix - 1) * plan.ct_pixel;
    let height = f64::from(plan.ct_slices - 1) * plan.ct_spacing;
    let field = f64::from(plan.ct_matrix) * plan.ct_pixel;
    // A small field is centred on the spine, a full one on the body.
    let middle = if field < 200.0 {
        10.0
    } else {
        anatomy::BODY_CENTRE
    };
    Sampling {
        rows: plan.ct_matrix,
        columns: plan.ct_matrix,
        pixel: plan.ct_pixel,
        spacing: plan.ct_spacing,
        thickness: plan.ct_spacing,
        orientation: [1.0, 0.0, 0.0, 0.0, 1.0, 0.0],
        positions: (0..plan.ct_slices)
            .map(|slice| {
                let z = -height / 2.0 + f64::from(slice) * plan.ct_spacing;
                [-width / 2.0, middle - width / 2.0, z]
            })
            .collect(),
        contrast: Contrast::Ct,
        seed: 1,
    }
}

/// 17 sagittal slices, 4.4 mm apart, from the patient's right to left.
fn sagittal(contrast: Contrast, seed: u32) -> Sampling {
    let (matrix, pixel, spacing, slices) = (320_u16, 0.75, 4.4, 17_u16);
    let half = f64::from(matrix - 1) * pixel / 2.0;
    Sampling {
        rows: matrix,
        columns: matrix,
        pixel,
        spacing,
        thickness: 4.0,
        orientation: [0.0, 1.0, 0.0, 0.0, 0.0, -1.0],
        positions: (0..slices)
            .map(|slice| {
                let x = (f64::from(slice) - f64::from(slices - 1) / 2.0) * spacing;
                [x, anatomy::BODY_CENTRE - 5.0 - half, half]
            })
            .collect(),
        contrast,
        seed,
    }
}

/// 20 axial slices from T12 to L2.
fn axial_mr() -> Sampling {
    let (matrix, pixel, spacing, slices) = (256_u16, 0.75, 4.4, 20_u16);
    let half = f64::from(matrix - 1) * pixel / 2.0;
    Sampling {
        rows: matrix,
        columns: matrix,
        pixel,
        spacing,
        thickness: 4.0,
        orientation: [1.0, 0.0, 0.0, 0.0, 1.0, 0.0],
        positions: (0..slices)
            .map(|slice| {
                let z = (f64::from(slice) - f64::from(slices - 1) / 2.0) * spacing;
                [-half, 5.0 - half, z]
            })
            .collect(),
        contrast: Contrast::T2,
        seed: 4,
    }
}

/// Four places inside a voxel, spread in all three directions, for smooth edges.
const WITHIN: [[f64; 3]; 4] = [
    [-0.375, -0.125, -0.375],
    [0.125, -0.375, 0.125],
    [-0.125, 0.375, -0.125],
    [0.375, 0.125, 0.375],
];

impl Sampling {
    /// Grey values of one slice, row by row.
    fn slice(&self, anatomy: &Anatomy, index: usize, position: [f64; 3]) -> Vec<i16> {
        let (row, column) = crate::geometry::row_and_column(self.orientation);
        let normal = crate::geometry::normal(self.orientation);
        let mut pixels = Vec::with_capacity(usize::from(self.rows) * usize::from(self.columns));
        for v in 0..self.rows {
            for u in 0..self.columns {
                let noise = texture::noise(self.seed, index as u32, u32::from(u), u32::from(v));
                // Thick slices across slanted surfaces would show steps.
                let jitter = (0.06 * noise).clamp(-0.125, 0.125);
                let place = |[du, dv, dw]: [f64; 3]| {
                    let along = (f64::from(u) + du) * self.pixel;
                    let down = (f64::from(v) + dv) * self.pixel;
                    let through = (dw + jitter) * self.thickness;
                    [0, 1, 2].map(|axis| {
                        position[axis]
                            + along * row[axis]
                            + down * column[axis]
                            + through * normal[axis]
                    })
                };
                let middle = place([0.0; 3]);
                let grey = if anatomy::is_outside(middle) {
                    self.contrast.grey(Tissue::Air, middle)
                } else {
                    self.mixed(anatomy, middle, WITHIN.map(place))
                };
                pixels.push(self.contrast.stored(grey, noise));
            }
        }
        appearance::burn_in(&mut pixels, usize::from(self.columns), self.contrast);
        pixels
    }

    /// The mean over places inside a voxel; texture and wandering are those of its middle.
    fn mixed(&self, anatomy: &Anatomy, middle: [f64; 3], places: [[f64; 3]; 4]) -> f64 {
        let wander = texture::wandering(middle);
        let mut known: Option<(Tissue, f64)> = None;
        let mut sum = 0.0;
        for point in places {
            let tissue = anatomy.tissue(point, wander);
            let grey = match known {
                Some((last, grey)) if last == tissue => grey,
                _ => self.contrast.grey(tissue, middle),
            };
            known = Some((tissue, grey));
            sum += grey;
        }
        sum / places.len() as f64
    }
}
