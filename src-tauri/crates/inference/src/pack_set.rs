//! All packs of several folders: those that may answer, and those that were refused, with reasons.

use crate::{
    Pack, PackError, SegmentationPack, files::read_manifest, golden::CheckReport,
    segmentation::manifest::KIND,
};
use clinical::{assessment::Recalibration, catalogue::Catalogue};
use serde::{Deserialize, Serialize};
use std::path::{Path, PathBuf};

/// The pack that answers where a folder holds several.
pub const DEFAULT_PACK: &str = "spine-ensemble";

/// Packs in the order of the folders they were found in, by name within a folder. Those that forecast and those
/// that outline lie beside each other and are never taken for each other.
#[derive(Clone, Default)]
pub struct PackSet {
    ready: Vec<ReadyPack>,
    segmentations: Vec<ReadySegmentation>,
    refused: Vec<RefusedPack>,
}

#[derive(Clone)]
struct ReadyPack {
    pack: Pack,
    folder: PathBuf,
    check: CheckReport,
}

#[derive(Clone)]
struct ReadySegmentation {
    pack: SegmentationPack,
    folder: PathBuf,
    check: CheckReport,
}

/// What a pack is for, by `kind` of its manifest.
enum Kind {
    /// Without a kind.
    Forecast,
    Segmentation,
}

#[derive(Deserialize)]
struct KindOnly {
    kind: Option<toml::Value>,
}

/// A pack that may not answer.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct RefusedPack {
    /// Name of its folder.
    pub name: String,
    pub folder: PathBuf,
    /// Code for the words `refusal.<code>`.
    pub code: String,
    pub detail: String,
}

impl PackSet {
    /// Reads the packs in each folder; a folder that is itself a pack counts as one. Golden rows are
    /// replayed. Never fails as a whole: a folder that does not exist holds no packs.
    pub fn open(folders: &[PathBuf]) -> PackSet {
        PackSet::open_with(folders, Catalogue::shipped())
    }

    pub(crate) fn open_with(folders: &[PathBuf], catalogue: &Catalogue) -> PackSet {
        let mut set = PackSet::default();
        for folder in folders.iter().flat_map(|folder| pack_folders(folder)) {
            if let Err(error) = set.add(&folder, catalogue) {
                set.refused.push(RefusedPack::new(folder, &error));
            }
        }
        set
    }

    /// The first ready pack of a name and kind wins; the same one may lie in several places.
    fn add(&mut self, folder: &Path, catalogue: &Catalogue) -> Result<(), PackError> {
        let is_there = |known: &PathBuf| known.file_name() == folder.file_name();
        let kind = match kind_of(folder) {
            Err(_) if self.ready.iter().any(|ready| is_there(&ready.folder)) => return Ok(()),
            kind => kind?,
        };
        match kind {
            Kind::Forecast if self.ready.iter().any(|ready| is_there(&ready.folder)) => {}
            Kind::Forecast => {
                let pack = Pack::load(folder, catalogue)?;
                self.ready.push(ReadyPack {
                    check: pack.check()?,
                    pack,
                    folder: folder.to_owned(),
                });
            }
            Kind::Segmentation
                if self
                    .segmentations
                    .iter()
                    .any(|ready| is_there(&ready.folder)) => {}
            Kind::Segmentation => {
                let pack = SegmentationPack::load(folder)?;
                self.segmentations.push(ReadySegmentation {
                    check: pack.check()?,
                    pack,
                    folder: folder.to_owned(),
                });
            }
        }
        Ok(())
    }

    /// The packs that may forecast.
    pub fn packs(&self) -> impl Iterator<Item = &Pack> {
        self.ready.iter().map(|ready| &ready.pack)
    }

    /// What the replay of a ready pack's golden rows found when the set was opened.
    pub fn check_of(&self, pack: &Pack) -> Option<CheckReport> {
        let sha256 = &pack.identity().sha256;
        let same = |ready: &&ReadyPack| ready.pack.identity().sha256 == *sha256;
        self.ready.iter().find(same).map(|ready| ready.check)
    }

    /// The packs that may propose outlines, each with what the replay of its golden tiles found.
    pub fn segmentations(&self) -> impl Iterator<Item = (&SegmentationPack, CheckReport)> {
        let ready = self.segmentations.iter();
        ready.map(|ready| (&ready.pack, ready.check))
    }

    /// The pack with that manifest that may propose outlines.
    pub fn segmentation(&self, sha256: &str) -> Option<&SegmentationPack> {
        let mut packs = self.segmentations.iter().map(|ready| &ready.pack);
        packs.find(|pack| pack.model().sha256 == sha256)
    }

    pub fn refused(&self) -> &[RefusedPack] {
        &self.refused
    }

    /// The first pack of that name that may forecast.
    pub fn named(&self, name: &str) -> Option<&Pack> {
        self.packs().find(|pack| pack.identity().name == name)
    }

    /// The same packs, of which the one with this manifest is moved by a recalibration.
    pub fn recalibrated(&self, sha256: &str, recalibration: &Recalibration) -> PackSet {
        let mut set = self.clone();
        for ready in &mut set.ready {
            if ready.pack.identity().sha256 == sha256 {
                ready.pack = ready.pack.recalibrated(recalibration.clone());
            }
        }
        set
    }

    /// The pack that forecasts: of the first folder with a ready pack, the one called
    /// [`DEFAULT_PACK`], else the first by name.
    pub fn default_pack(&self) -> Option<&Pack> {
        let first = self.ready.first()?;
        let beside = |ready: &&ReadyPack| ready.folder.parent() == first.folder.parent();
        let default = |ready: &ReadyPack| ready.pack.identity().name == DEFAULT_PACK;
        Some(
            &self
                .ready
                .iter()
                .filter(beside)
                .find(|ready| default(ready))
                .unwrap_or(first)
                .pack,
        )
    }
}

impl RefusedPack {
    fn new(folder: PathBuf, error: &PackError) -> RefusedPack {
        let name = folder
            .file_name()
            .unwrap_or(folder.as_os_str())
            .to_string_lossy()
            .into_owned();
        RefusedPack {
            name,
            folder,
            code: error.code().to_owned(),
            detail: error.to_string(),
        }
    }
}

fn kind_of(folder: &Path) -> Result<Kind, PackError> {
    let (_, text) = read_manifest(folder)?;
    let KindOnly { kind } = toml::from_str(&text)
        .map_err(|error| PackError::Manifest(error.to_string().trim().to_owned()))?;
    match kind {
        None => Ok(Kind::Forecast),
        Some(toml::Value::String(kind)) if kind == KIND => Ok(Kind::Segmentation),
        Some(kind) => Err(PackError::UnknownKind(
            kind.to_string().chars().take(100).collect(),
        )),
    }
}

/// Folders that hold a pack, or look as if they should, in the order of their names.
fn pack_folders(folder: &Path) -> Vec<PathBuf> {
    if folder.join("pack.toml").exists() {
        return vec![folder.to_owned()];
    }
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
    let mut folders: Vec<PathBuf> = entries
        .map(|entry| entry.path())
        .filter(|path| path.is_dir())
        .collect();
    folders.retain(|path| {
        !path
            .file_name()
            .is_some_and(|name| name.to_string_lossy().starts_with('.'))
    });
    folders.sort();
    folders
}
