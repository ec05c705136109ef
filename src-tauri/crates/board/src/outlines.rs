//! Outlines that a site's own model proposes: `imaging` cuts the tile that it is shown, `inference` runs it, and
//! `imaging` turns the answer into an outline in the patient. Nothing is saved, and a mark that began as such an
//! outline names its model for good.

use crate::{Board, BoardError, MarkPartInput, images::find, marks::not_measurable};
use clinical::marks::{OutlineModel, OutlineTarget, Point};
use imaging::{
    ImageRef,
    library::Plane,
    measure::tile::{Tile, TilePlan, TileScale},
};
use inference::{
    SegmentationPack,
    segmentation::manifest::{TilePlane, ValueScale},
};
use serde::Serialize;
use ts_rs::TS;

/// On which images a pack proposes outlines, and of what.
#[derive(Debug, Clone, PartialEq, Serialize, TS)]
pub struct OutlineOffer {
    /// By this the window asks for it.
    pub sha256: String,
    pub modality: String,
    pub plane: Plane,
    pub targets: Vec<OutlineTarget>,
}

impl Board {
    /// Asks the model with that manifest for the outline of a target around a place on an image; nothing is
    /// saved. The outline has at least three points in the plane of the image.
    pub fn propose_outline(
        &self,
        stack_id: &str,
        image_index: u32,
        point: Point,
        model: &str,
        target: OutlineTarget,
    ) -> Result<MarkPartInput, BoardError> {
        let pack = self
            .shipped_packs()
            .segmentation(model)
            .ok_or_else(unknown_model)?;
        let mut targets = pack.manifest().target.iter();
        let threshold = targets
            .find(|known| known.target == target)
            .ok_or_else(unknown_model)?
            .threshold;
        let open = self.open();
        let (_, series, stack) = find(&open.library, stack_id)?;
        let frames = |image: &ImageRef| open.cache.frame(image);
        let index = image_index as usize;
        let tile = Tile::around(series, stack, index, point, &plan(pack), &frames)
            .map_err(|problem| not_measurable(&problem, problem.code()))?;
        let probability = pack
            .probability(tile.values(), target)
            .map_err(|error| {
                BoardError::new("outline_model", error.to_string())
                    .with("pack", &pack.model().pack)
                    .with("detail", &error)
            })?
            .ok_or_else(unknown_model)?;
        let outline = tile
            .outline(&probability, threshold)
            .map_err(|problem| not_measurable(&problem, problem.code()))?;
        Ok(MarkPartInput {
            image_index,
            points: outline.points,
        })
    }

    /// The models with those manifests, each once.
    pub(crate) fn outline_models(
        &self,
        sha256s: &[String],
    ) -> Result<Vec<OutlineModel>, BoardError> {
        let mut models: Vec<OutlineModel> = Vec::new();
        for sha256 in sha256s {
            let pack = self.shipped_packs().segmentation(sha256);
            let model = pack.ok_or_else(unknown_model)?.model();
            if !models.contains(model) {
                models.push(model.clone());
            }
        }
        Ok(models)
    }
}

/// On which images a pack may be asked.
pub(crate) fn offer(pack: &SegmentationPack) -> OutlineOffer {
    let manifest = pack.manifest();
    OutlineOffer {
        sha256: pack.model().sha256.clone(),
        modality: manifest.modality.term().to_owned(),
        plane: plane(manifest.plane),
        targets: manifest.target.iter().map(|known| known.target).collect(),
    }
}

fn plan(pack: &SegmentationPack) -> TilePlan {
    let manifest = pack.manifest();
    TilePlan {
        modality: manifest.modality.term().to_owned(),
        plane: plane(manifest.plane),
        rows: manifest.rows,
        columns: manifest.columns,
        spacing: manifest.spacing,
        scale: match manifest.scale {
            ValueScale::Window { lower, upper } => TileScale::Window { lower, upper },
            ValueScale::StandardDeviations { lower, upper } => {
                TileScale::StandardDeviations { lower, upper }
            }
        },
    }
}

fn plane(plane: TilePlane) -> Plane {
    match plane {
        TilePlane::Axial => Plane::Axial,
        TilePlane::Sagittal => Plane::Sagittal,
    }
}

fn unknown_model() -> BoardError {
    BoardError::new(
        "unknown_model",
        "This model is not there, or does not outline this. Start SpineBoard again after packs were changed.",
    )
}
