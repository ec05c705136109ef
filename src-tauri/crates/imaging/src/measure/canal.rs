//! A proposal for the outline of the bony canal on an axial CT image, grown from a place in it. A person
//! corrects it; it is never a measurement by itself.
//!
//! All its numbers are working rules of this program; how far it is off on the phantom a test prints.

use super::{
    Frames,
    grid::Grid,
    outline::Outline,
    place::{PlacedImage, check_points},
    problem::MeasureProblem,
    statistics::{is_padding, read},
};
use crate::{
    display::{HOUNSFIELD, rescaled, unit},
    library::{Plane, Series, Stack},
};
use clinical::marks::{MarkPart, Point};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// From this value on a pixel is bone, HU.
pub const BONE: f64 = 226.0;
/// How far from the place in it a canal may reach, mm; what reaches farther has left the canal.
pub const REACH: f64 = 20.0;
/// Gaps of the bony ring that are closed, mm: the smallest one first, as a vessel leaves by, then wider
/// ones up to a destroyed wall.
pub const GAPS: [f64; 11] = [4.0, 5.0, 6.0, 7.0, 8.0, 9.0, 10.0, 11.0, 12.0, 13.0, 14.0];
/// Share of the outline that has to lie on bone: what is open for the most part is no canal.
pub const ON_BONE: f64 = 0.5;
/// Pixels that are finer than CT makes them, or too coarse to tell a canal by, mm.
const PIXELS: std::ops::RangeInclusive<f64> = 0.1..=2.0;

/// An outline to be corrected.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct CanalProposal {
    /// At least three points in the plane of the image.
    pub part: MarkPart,
    /// mm².
    pub area: f64,
    /// Gaps of the bone narrower than this were closed, mm.
    pub closed_gap: f64,
}

/// Why there is no proposal.
#[derive(Debug, thiserror::Error)]
pub enum CanalProblem {
    #[error("the place lies outside the image")]
    SeedOutsideImage,
    #[error("the place lies in bone: choose one in the canal")]
    SeedInBone,
    #[error(
        "the canal is not closed by bone on this image: choose one through the pedicles, or draw it"
    )]
    Leaks,
    #[error("there is no room between the bones at this place")]
    TooNarrow,
    #[error("a canal cannot be told by pixels of this size")]
    PixelSize,
    #[error(transparent)]
    Image(#[from] MeasureProblem),
}

impl CanalProblem {
    /// The id of its words.
    pub fn code(&self) -> &'static str {
        match self {
            CanalProblem::SeedOutsideImage => "canal_seed_outside_image",
            CanalProblem::SeedInBone => "canal_seed_in_bone",
            CanalProblem::Leaks => "canal_leaks",
            CanalProblem::TooNarrow => "canal_too_narrow",
            CanalProblem::PixelSize => "canal_pixel_size",
            CanalProblem::Image(problem) => problem.code(),
        }
    }
}

/// Grows the soft tissue around `seed`, a place in the canal in the plane of the image, up to the bone.
/// The smallest gap of [`GAPS`] is taken that keeps it from leaving: it is grown where a disc of that
/// width fits between the bones (a morphological opening). The outline lies where the value between two
/// pixels reaches [`BONE`], and runs straight across a closed gap. The order of its points is that of
/// going round; there is no proposal where less than [`ON_BONE`] of it lies on bone.
pub fn propose_canal(
    series: &Series,
    stack: &Stack,
    index: usize,
    seed: Point,
    frames: &Frames,
) -> Result<CanalProposal, CanalProblem> {
    if unit(&series.modality) != Some(HOUNSFIELD) || !stack.format.photometric.is_grey() {
        return Err(MeasureProblem::NotHounsfield.into());
    }
    let plane = PlacedImage::at(index, stack)?;
    if stack.plane != Plane::Axial {
        return Err(MeasureProblem::NotAxial.into());
    }
    let image = stack
        .images
        .get(index)
        .ok_or(MeasureProblem::UnknownImage)?;
    let mut part = MarkPart {
        sop_instance_uid: image.sop_instance_uid.clone(),
        frame: image.frame,
        points: vec![seed],
    };
    check_points(std::slice::from_ref(&part))?;
    let flat = plane.within(&part.points)?;
    let middle = flat.first().copied().unwrap_or_default();
    if !plane.spacing().iter().all(|step| PIXELS.contains(step)) {
        return Err(CanalProblem::PixelSize);
    }
    let pixels = read(stack, index, frames)?;
    let value = |row: u32, column: u32| {
        let stored = pixels.value(row, column, 0)?;
        (!is_padding(stack, stored)).then(|| rescaled(stored, image.rescale))
    };
    let grid = Grid::around(
        plane.pixel(middle),
        plane.spacing(),
        [stack.rows, stack.columns],
        REACH,
        value,
    )
    .ok_or(CanalProblem::SeedOutsideImage)?;
    let (outline, closed_gap) = grown(&grid)?;
    let [between_rows, between_columns] = plane.spacing();
    let outline = Outline::new(
        outline
            .into_iter()
            .map(|[column, row]| [column * between_columns, row * between_rows])
            .collect(),
    )?;
    part.points = outline
        .points
        .iter()
        .map(|point| plane.place(*point))
        .collect();
    Ok(CanalProposal {
        part,
        area: outline.area,
        closed_gap,
    })
}

fn grown(grid: &Grid) -> Result<(Vec<[f64; 2]>, f64), CanalProblem> {
    let is_bone = |cell: usize| grid.value(cell) >= BONE;
    if grid.at_seed() >= BONE {
        return Err(CanalProblem::SeedInBone);
    }
    let to_bone = grid.distances(is_bone);
    let mut had_room = false;
    for gap in GAPS {
        let radius = gap / 2.0;
        let has_room = |cell: usize| to_bone[cell] >= radius;
        let Some(start) = grid.nearest_to_seed(has_room, radius) else {
            break;
        };
        had_room = true;
        let core = grid.connected(start, has_room);
        if grid.reach(&core) + radius > REACH {
            continue;
        }
        let to_core = grid.distances(|cell| core[cell]);
        let region = grid.connected(start, |cell| to_core[cell] <= radius && !is_bone(cell));
        let (outline, on_bone) = grid.outline(&region, BONE);
        if on_bone < ON_BONE {
            continue;
        }
        return Ok((outline, gap));
    }
    match had_room {
        true => Err(CanalProblem::Leaks),
        false => Err(CanalProblem::TooNarrow),
    }
}
