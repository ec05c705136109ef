//! A site's own model that outlines something on an image: a tile goes in, a probability for each pixel and
//! target comes out. What it outlines is a proposal, which a person corrects; SpineBoard has not validated it.

mod golden;
#[cfg(test)]
mod hostile;
pub mod manifest;
#[cfg(test)]
mod synthetic;

use crate::{
    PackError,
    files::{hexadecimal, read_listed, read_manifest},
    golden::CheckReport,
    graph::{Contract, End, Graph, Length, Limits},
};
use clinical::marks::{OutlineModel, OutlineTarget};
use golden::GoldenTiles;
use manifest::SegmentationManifest;
use std::{path::Path, sync::Arc};

/// What the graph may be made of: convolutions and what goes between them. Nothing that makes tensors from nothing,
/// measures shapes (a tile has one), loops or branches.
const OPERATORS: [&str; 53] = [
    "Add",
    "AveragePool",
    "BatchNormalization",
    "Cast",
    "Clip",
    "Concat",
    "Constant",
    "Conv",
    "ConvTranspose",
    "DepthToSpace",
    "Div",
    "Dropout",
    "Elu",
    "Erf",
    "Exp",
    "Flatten",
    "Gather",
    "Gelu",
    "Gemm",
    "GlobalAveragePool",
    "GlobalMaxPool",
    "GroupNormalization",
    "HardSigmoid",
    "HardSwish",
    "Identity",
    "InstanceNormalization",
    "LayerNormalization",
    "LeakyRelu",
    "MatMul",
    "Max",
    "MaxPool",
    "Min",
    "Mish",
    "Mul",
    "Neg",
    "PRelu",
    "Pad",
    "Pow",
    "Reciprocal",
    "ReduceMax",
    "ReduceMean",
    "ReduceSum",
    "Relu",
    "Reshape",
    "Resize",
    "Sigmoid",
    "Slice",
    "Softmax",
    "Softplus",
    "Split",
    "Sqrt",
    "Sub",
    "Tanh",
];

/// Working rules. A U-Net of four steps with 32 first channels on 256 × 256 pixels, or with 16 on 512 × 512, has
/// 1.2e10 multiplications; that took 5 s on one core of a busy machine. Golden tiles are run at every start.
const LIMITS: Limits = Limits {
    operators: &OPERATORS,
    nodes: 2_000,
    numbers: 1 << 25,
    work: 20_000_000_000,
};

/// A model that may propose outlines.
#[derive(Clone)]
pub struct SegmentationPack {
    manifest: Arc<SegmentationManifest>,
    model: OutlineModel,
    card: Arc<str>,
    golden: Arc<GoldenTiles>,
    graph: Graph,
}

impl SegmentationPack {
    /// Reads the pack in `folder`: manifest, sizes, hashes, graph. [`SegmentationPack::check`] replays it.
    pub fn load(folder: &Path) -> Result<SegmentationPack, PackError> {
        let (manifest_bytes, text) = read_manifest(folder)?;
        let manifest = SegmentationManifest::parse(&text)?;
        let files = read_listed(folder, &manifest.file)?;
        let content = |name: &str| files.get(name).map(Vec::as_slice).unwrap_or_default();
        let file = manifest.model_file.as_str();
        let graph = Graph::read(file, content(file), contract(&manifest))?;
        Ok(SegmentationPack {
            golden: Arc::new(GoldenTiles::parse(content("golden.json"), &manifest)?),
            model: OutlineModel {
                pack: manifest.name.clone(),
                version: manifest.version.clone(),
                sha256: hexadecimal(&manifest_bytes),
            },
            card: String::from_utf8_lossy(content("CARD.md")).into(),
            graph,
            manifest: Arc::new(manifest),
        })
    }

    /// Runs the golden tiles and compares every probability.
    pub fn check(&self) -> Result<CheckReport, PackError> {
        self.golden.replay(self)
    }

    pub fn manifest(&self) -> &SegmentationManifest {
        &self.manifest
    }

    /// Which model it is, as a mark keeps it.
    pub fn model(&self) -> &OutlineModel {
        &self.model
    }

    /// The model card, Markdown.
    pub fn card(&self) -> &str {
        &self.card
    }

    /// The probability of a target at each pixel of a tile, row after row, from 0 to 1; none for a target that the
    /// model does not outline. What is no probability is refused.
    pub fn probability(
        &self,
        tile: &[f32],
        target: OutlineTarget,
    ) -> Result<Option<Vec<f32>>, PackError> {
        let mut targets = self.manifest.target.iter();
        let Some(place) = targets.position(|known| known.target == target) else {
            return Ok(None);
        };
        let size = self.manifest.pixels();
        let all = self.run(tile)?;
        Ok(all.chunks(size).nth(place).map(<[f32]>::to_vec))
    }

    /// The probabilities of all targets, one after the other.
    fn run(&self, tile: &[f32]) -> Result<Vec<f32>, PackError> {
        let answer = self.graph.run(&[tile], 1)?.pop().unwrap_or_default();
        let spoilt = answer
            .iter()
            .find(|probability| !(0.0..=1.0).contains(*probability));
        match spoilt {
            None => Ok(answer),
            Some(number) => Err(PackError::Probability(format!(
                "it answers {number}, which is not from 0 to 1"
            ))),
        }
    }
}

/// `image` [1, 1, rows, columns] and `probability` [1, targets, rows, columns].
fn contract(manifest: &SegmentationManifest) -> Contract {
    let end = |name: &'static str, channels: usize| End {
        name,
        lengths: [1, channels, manifest.rows, manifest.columns]
            .map(Length::Fixed)
            .to_vec(),
    };
    Contract {
        inputs: vec![end("image", 1)],
        outputs: vec![end("probability", manifest.target.len())],
        limits: Some(LIMITS),
    }
}
