//! The tiny pack of the training kit, which has no medical meaning, and its hostile variants.

#![allow(clippy::expect_used)]

use super::SegmentationPack;
use crate::{PackError, files::hexadecimal, synthetic::end};
use prost::Message;
use std::path::{Path, PathBuf};
use tract_onnx::pb::{GraphProto, ModelProto};

const MANIFEST: &str = include_str!("../../tests/packs/test-outlines-without-meaning/pack.toml");
const ONNX: &[u8] = include_bytes!("../../tests/packs/test-outlines-without-meaning/outlines.onnx");
const GOLDEN: &[u8] = include_bytes!("../../tests/packs/test-outlines-without-meaning/golden.json");
const CARD: &[u8] = include_bytes!("../../tests/packs/test-outlines-without-meaning/CARD.md");

/// Where the pack lies in the repository.
pub(crate) fn kept() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/packs/test-outlines-without-meaning")
}

/// What goes into the folder; tests spoil one part. Hashes are made to fit.
pub(crate) struct Parts {
    pub(crate) manifest: String,
    pub(crate) onnx: Vec<u8>,
    pub(crate) golden: serde_json::Value,
}

impl Parts {
    pub(crate) fn sound() -> Parts {
        Parts {
            manifest: MANIFEST.to_owned(),
            onnx: ONNX.to_vec(),
            golden: serde_json::from_slice(GOLDEN).expect("golden tiles"),
        }
    }

    pub(crate) fn with_manifest(from: &str, to: &str) -> Parts {
        assert!(MANIFEST.contains(from), "{from}");
        Parts {
            manifest: MANIFEST.replacen(from, to, 1),
            ..Parts::sound()
        }
    }

    /// The pack with its graph changed.
    pub(crate) fn with_graph(change: impl FnOnce(&mut GraphProto)) -> Parts {
        let mut model = ModelProto::decode(ONNX).expect("a model");
        change(model.graph.as_mut().expect("a graph"));
        Parts {
            onnx: model.encode_to_vec(),
            ..Parts::sound()
        }
    }

    /// The pack with all nodes of its graph replaced.
    pub(crate) fn with_nodes(change: impl FnOnce(&mut GraphProto)) -> Parts {
        Parts::with_graph(|graph| {
            graph.node.clear();
            change(graph);
        })
    }

    pub(crate) fn write(&self, folder: &Path) {
        let golden = serde_json::to_vec(&self.golden).expect("golden tiles");
        let mut manifest = self.manifest.clone();
        std::fs::create_dir_all(folder).expect("a folder");
        let files: [(&str, &[u8], &[u8]); 3] = [
            ("outlines.onnx", ONNX, &self.onnx),
            ("golden.json", GOLDEN, &golden),
            ("CARD.md", CARD, CARD),
        ];
        for (name, kept, bytes) in files {
            std::fs::write(folder.join(name), bytes).expect("a file");
            manifest = manifest.replace(&hexadecimal(kept), &hexadecimal(bytes));
        }
        std::fs::write(folder.join("pack.toml"), manifest).expect("a manifest");
    }

    /// Loads and replays the pack from a temporary folder.
    pub(crate) fn load(&self) -> Result<SegmentationPack, PackError> {
        let folder = tempfile::tempdir().expect("a temporary folder");
        self.write(folder.path());
        let pack = SegmentationPack::load(folder.path())?;
        pack.check().map(|_| pack)
    }
}

/// `probability` with so many channels.
pub(crate) fn answer(channels: &str) -> tract_onnx::pb::ValueInfoProto {
    end("probability", &["1", channels, "40", "40"])
}
