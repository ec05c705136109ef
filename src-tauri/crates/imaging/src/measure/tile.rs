//! What a segmentation model is shown of an image, and its answer as an outline in the patient.
//!
//! A tile is a window around a place, at the pixel size that the model was trained on. Its axes are those
//! of the image that are nearest to the patient's, so that left and right are the same in every tile: on
//! axial images columns run to the patient's left and rows to the back, on sagittal ones columns run to the back and
//! rows to the feet.

mod sampling;

use super::{
    Frames,
    grid::Grid,
    outline::Outline,
    place::{POINTS_ON_IMAGE, PlacedImage, PlanePoint, check_points},
    problem::MeasureProblem,
    statistics::read,
};
use crate::{
    geometry::{dot, subtract},
    library::{ImageRef, Plane, Series, Stack},
};
use clinical::marks::{MarkPart, Point};
use sampling::{Sampler, Scale};

/// How far from the place an answer may lie that does not hold it, mm: a working rule.
pub const NEAREST: f64 = 10.0;

/// What a model wants to be shown.
#[derive(Debug, Clone, PartialEq)]
pub struct TilePlan {
    /// As DICOM writes it: CT, MR.
    pub modality: String,
    pub plane: Plane,
    pub rows: usize,
    pub columns: usize,
    /// Between rows, then between columns, mm.
    pub spacing: [f64; 2],
    pub scale: TileScale,
}

/// How values of the image become numbers of the tile.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum TileScale {
    /// Rescaled values from `lower` to `upper` become 0 to 1; what lies beyond is clipped.
    Window { lower: f64, upper: f64 },
    /// (value − mean) / standard deviation of all pixels of the image but padding, clipped to `lower` to
    /// `upper`.
    StandardDeviations { lower: f64, upper: f64 },
}

/// Why there is no tile, or no outline in an answer.
#[derive(Debug, thiserror::Error)]
pub enum TileProblem {
    #[error("the model is made for {wanted} images, this is {found}")]
    Modality { wanted: String, found: String },
    #[error("the model is made for images in another plane")]
    Plane,
    #[error("the place lies outside the image")]
    SeedOutsideImage,
    #[error("the values of the image are all the same")]
    NoContrast,
    #[error("the model finds nothing within {NEAREST} mm of this place")]
    Nothing,
    #[error("what the model finds reaches beyond what it was shown: draw it")]
    ReachesEdge,
    #[error("the model answered with {found} numbers for {wanted}")]
    Size { wanted: usize, found: usize },
    #[error(transparent)]
    Image(#[from] MeasureProblem),
}

impl TileProblem {
    /// The id of its words.
    pub fn code(&self) -> &'static str {
        match self {
            TileProblem::Modality { .. } => "tile_modality",
            TileProblem::Plane => "tile_plane",
            TileProblem::SeedOutsideImage => "tile_seed_outside_image",
            TileProblem::NoContrast => "tile_no_contrast",
            TileProblem::Nothing => "tile_nothing",
            TileProblem::ReachesEdge => "tile_reaches_edge",
            TileProblem::Size { .. } => "tile_size",
            TileProblem::Image(problem) => problem.code(),
        }
    }
}

/// A window of an image around a place, which lies in the middle of the cell in row `rows / 2` and column
/// `columns / 2`.
pub struct Tile {
    values: Vec<f32>,
    plane: PlacedImage,
    seed: PlanePoint,
    /// One step to the next column and to the next row, in the plane of the image, mm.
    steps: [PlanePoint; 2],
    rows: usize,
    columns: usize,
    spacing: [f64; 2],
    image: ImageRef,
}

impl Tile {
    /// Samples an image of `stack`, one of `series`, around a place in its plane: bilinear by position in mm; beyond
    /// the outer pixels, and on padding, the lower end of the scale.
    pub fn around(
        series: &Series,
        stack: &Stack,
        index: usize,
        seed: Point,
        plan: &TilePlan,
        frames: &Frames,
    ) -> Result<Tile, TileProblem> {
        if series.modality != plan.modality {
            return Err(TileProblem::Modality {
                wanted: plan.modality.clone(),
                found: series.modality.clone(),
            });
        }
        if stack.plane != plan.plane || !stack.format.photometric.is_grey() {
            return Err(TileProblem::Plane);
        }
        let plane = PlacedImage::at(index, stack)?;
        let image = stack
            .images
            .get(index)
            .ok_or(MeasureProblem::UnknownImage)?;
        let part = MarkPart {
            sop_instance_uid: image.sop_instance_uid.clone(),
            frame: image.frame,
            points: vec![seed],
        };
        check_points(std::slice::from_ref(&part))?;
        let seed = plane
            .within(&part.points)?
            .first()
            .copied()
            .unwrap_or_default();
        let sampler = Sampler {
            stack,
            image,
            pixels: &*read(stack, index, frames)?,
        };
        if !sampler.holds(plane.pixel(seed)) {
            return Err(TileProblem::SeedOutsideImage);
        }
        let [across, down] = axes(&plane, plan.plane);
        let steps = [
            across.map(|part| part * plan.spacing[1]),
            down.map(|part| part * plan.spacing[0]),
        ];
        let mut tile = Tile {
            values: Vec::with_capacity(plan.rows * plan.columns),
            plane,
            seed,
            steps,
            rows: plan.rows,
            columns: plan.columns,
            spacing: plan.spacing,
            image: image.clone(),
        };
        let scale = Scale::of(plan.scale, &sampler)?;
        for row in 0..plan.rows {
            for column in 0..plan.columns {
                let place = tile.plane.pixel(tile.place([column as f64, row as f64]));
                tile.values
                    .push(scale.number(sampler.at(place, scale.lower)));
            }
        }
        Ok(tile)
    }

    /// Row after row.
    pub fn values(&self) -> &[f32] {
        &self.values
    }

    /// A column and a row of the tile as a place in the plane of the image.
    fn place(&self, [column, row]: [f64; 2]) -> PlanePoint {
        let [across, down] = self.steps;
        let (right, below) = (
            column - (self.columns / 2) as f64,
            row - (self.rows / 2) as f64,
        );
        [0, 1].map(|axis| self.seed[axis] + right * across[axis] + below * down[axis])
    }

    /// The outline of what a model finds at the place: of the cells whose probability reaches the threshold,
    /// those that are joined by their sides to the one that holds the place, or to the nearest one within
    /// [`NEAREST`]. Between two cells the outline lies where the probability reaches the threshold (marching squares;
    /// Lorensen and Cline, Comput Graph 1987;21:163-169, doi:10.1145/37402.37422, in two dimensions). Holes are not
    /// cut out. The order of its points is that of going round.
    pub fn outline(&self, probability: &[f32], threshold: f64) -> Result<MarkPart, TileProblem> {
        if probability.len() != self.values.len() {
            return Err(TileProblem::Size {
                wanted: self.values.len(),
                found: probability.len(),
            });
        }
        let grid = Grid::of(
            probability.iter().copied().map(f64::from).collect(),
            self.columns,
            self.spacing,
            [self.rows / 2, self.columns / 2],
        );
        let is_found = |cell: usize| grid.value(cell) >= threshold;
        let start = grid
            .nearest_to_seed(is_found, NEAREST)
            .ok_or(TileProblem::Nothing)?;
        let region = grid.connected(start, is_found);
        if grid.reach(&region).is_infinite() {
            return Err(TileProblem::ReachesEdge);
        }
        let (corners, _) = grid.outline(&region, threshold);
        if corners.len() > POINTS_ON_IMAGE {
            return Err(MeasureProblem::TooManyPoints {
                found: corners.len(),
                limit: POINTS_ON_IMAGE,
            }
            .into());
        }
        let outline = Outline::new(
            corners
                .into_iter()
                .map(|corner| self.place(corner))
                .collect(),
        )?;
        let places = outline.points.iter().map(|point| self.plane.place(*point));
        Ok(MarkPart {
            sop_instance_uid: self.image.sop_instance_uid.clone(),
            frame: self.image.frame,
            points: places.collect(),
        })
    }
}

/// Unit steps to the next column and the next row of a tile, along a row and a column of the image.
fn axes(plane: &PlacedImage, kind: Plane) -> [PlanePoint; 2] {
    let wanted: [Point; 2] = match kind {
        Plane::Sagittal => [[0.0, 1.0, 0.0], [0.0, 0.0, -1.0]],
        _ => [[1.0, 0.0, 0.0], [0.0, 1.0, 0.0]],
    };
    let origin = plane.place([0.0, 0.0]);
    let [row, column] = [[1.0, 0.0], [0.0, 1.0]].map(|step| subtract(plane.place(step), origin));
    let sign = |axis: Point, wanted: Point| 1.0_f64.copysign(dot(axis, wanted));
    match dot(row, wanted[0]).abs() >= dot(column, wanted[0]).abs() {
        true => [[sign(row, wanted[0]), 0.0], [0.0, sign(column, wanted[1])]],
        false => [[0.0, sign(column, wanted[0])], [sign(row, wanted[1]), 0.0]],
    }
}
