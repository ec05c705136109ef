//! Replays the tiles whose answers the training side computed in Python: `golden.json` of a segmentation pack.

use super::{SegmentationPack, manifest::SegmentationManifest};
use crate::{
    PackError,
    golden::{CheckReport, within_tolerance},
};
use clinical::marks::OutlineTarget;
use serde::Deserialize;
use std::collections::BTreeMap;

/// The largest difference of a probability: convolutions add up in another order in single precision.
const TILE_TOLERANCE: f64 = 1e-4;

/// Fewer tiles prove too little, more only take time at every start; each is a run.
const TILES: std::ops::RangeInclusive<usize> = 2..=4;

pub(super) struct GoldenTiles {
    rows: Vec<GoldenTile>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    rows: Vec<GoldenTile>,
}

/// Row after row of the tile; probabilities by target.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct GoldenTile {
    image: Vec<f32>,
    probability: BTreeMap<String, Vec<f32>>,
}

impl GoldenTiles {
    /// Reads the file: tiles of the manifest's size, for each target with pixels on both sides of its threshold.
    pub(super) fn parse(
        bytes: &[u8],
        manifest: &SegmentationManifest,
    ) -> Result<GoldenTiles, PackError> {
        let wrong = |reason: String| Err(PackError::Golden(reason));
        let Written { rows } =
            serde_json::from_slice(bytes).map_err(|error| PackError::Golden(error.to_string()))?;
        if !TILES.contains(&rows.len()) {
            return wrong(format!(
                "it has {} tiles; {} to {} are needed",
                rows.len(),
                TILES.start(),
                TILES.end()
            ));
        }
        let names: Vec<&str> = manifest
            .target
            .iter()
            .map(|target| target.target.code())
            .collect();
        for (row, tile) in rows.iter().enumerate() {
            if tile.probability.len() != names.len()
                || !names
                    .iter()
                    .all(|name| tile.probability.contains_key(*name))
            {
                return wrong(format!(
                    "row {row} does not answer for the targets {names:?}"
                ));
            }
            let lengths = tile.probability.values().chain([&tile.image]).map(Vec::len);
            if !lengths
                .into_iter()
                .all(|length| length == manifest.pixels())
            {
                return wrong(format!("row {row} is not of the size of a tile"));
            }
        }
        for target in &manifest.target {
            let name = target.target.code();
            let is_above = |number: &f32| f64::from(*number) >= target.threshold;
            let all = || rows.iter().flat_map(|tile| &tile.probability[name]);
            if !all().any(is_above) || all().all(is_above) {
                return wrong(format!(
                    "no row has {name} on both sides of its threshold, so that nothing is shown by it"
                ));
            }
        }
        Ok(GoldenTiles { rows })
    }

    pub(super) fn replay(&self, pack: &SegmentationPack) -> Result<CheckReport, PackError> {
        let mut largest = 0.0;
        for (row, tile) in self.rows.iter().enumerate() {
            let answer = pack.run(&tile.image)?;
            let targets = pack.manifest().target.iter();
            let channels = answer.chunks(pack.manifest().pixels());
            for (target, found) in targets.zip(channels) {
                let expected = &tile.probability[target.target.code()];
                largest = f64::max(largest, compare(row, target.target, expected, found)?);
            }
        }
        Ok(CheckReport {
            rows: self.rows.len(),
            largest_difference: largest,
            tolerance: TILE_TOLERANCE,
        })
    }
}

/// The largest difference of a pixel.
fn compare(
    row: usize,
    target: OutlineTarget,
    expected: &[f32],
    found: &[f32],
) -> Result<f64, PackError> {
    let mut largest = 0.0;
    for (expected, found) in expected.iter().zip(found) {
        let what = || format!("the probability of {}", target.code());
        let (expected, found) = (f64::from(*expected), f64::from(*found));
        let difference = within_tolerance(row, what, found, expected, TILE_TOLERANCE)?;
        largest = f64::max(largest, difference);
    }
    Ok(largest)
}
