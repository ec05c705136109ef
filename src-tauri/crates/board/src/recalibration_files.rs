//! The recalibrations of a data folder, `packs/<pack>.recalibration.toml`: read, checked, and put
//! together with the packs. What may not be used is refused by name, and the pack answers as shipped.
//!
//! They lie in the data folder wherever the pack itself lies, because the application's own packs may
//! be in a folder that nobody can write into, and because they belong to the store whose key signed
//! them. A running board believes the key in its open database; the command line, which opens none to
//! forecast, the one that the anchor beside it names.

use crate::{Board, lock};
use clinical::assessment::PackIdentity;
use inference::{PackSet, RecalibrationFile, RecalibrationFileError};
use serde::Serialize;
use std::{
    fs::File,
    io::Read,
    path::{Path, PathBuf},
    sync::Arc,
};
use store::Store;
use ts_rs::TS;

/// The folder in the data folder.
const FOLDER: &str = "packs";

/// A recalibration has a few hundred bytes.
const MOST_BYTES: u64 = 64 * 1024;

/// The packs as they answer.
#[derive(Clone, Default)]
pub struct Answering {
    pub packs: PackSet,
    /// Recalibrations that are not used, by the names of their files.
    pub refused: Vec<RefusedRecalibration>,
}

/// A recalibration that is not used.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
pub struct RefusedRecalibration {
    /// Name of its file in the folder `packs` of the data folder.
    pub file: String,
    /// Code for the words `recalibration_refused.<code>`.
    pub code: String,
    pub detail: String,
}

/// What a board knows of recalibrations at the moment.
#[derive(Default)]
pub(crate) struct Known {
    /// The key of the open store.
    key: Option<String>,
    /// Made when it is first asked for.
    answering: Option<Arc<Answering>>,
}

impl Board {
    /// The packs, recalibrated where the open store vouches for it; waits until they are loaded.
    pub(crate) fn answering(&self) -> Arc<Answering> {
        let mut known = lock(&self.recalibrations);
        if let Some(answering) = &known.answering {
            return Arc::clone(answering);
        }
        let packs = self.shipped_packs();
        let made = Arc::new(match &known.key {
            Some(key) => with_recalibrations(packs, &self.options.data, Some(key)),
            None => Answering {
                packs: packs.clone(),
                refused: Vec::new(),
            },
        });
        known.answering = Some(Arc::clone(&made));
        made
    }

    /// From now on the recalibrations of this store count; without one, none.
    pub(crate) fn trust_recalibrations_of(&self, store: Option<&Store>) {
        *lock(&self.recalibrations) = Known {
            key: store.and_then(|store| store.public_key().ok()),
            answering: None,
        };
    }
}

/// The packs with the recalibrations of a data folder whose database is not opened: they count where
/// the anchor beside it names the key that signed them.
pub fn answering(packs: &PackSet, data: &Path) -> Answering {
    let key = store::anchored_key(data);
    with_recalibrations(packs, data, key.as_deref())
}

/// The file of a pack's recalibration in a data folder.
pub(crate) fn file_of(data: &Path, pack: &str) -> PathBuf {
    data.join(FOLDER).join(RecalibrationFile::name(pack))
}

fn with_recalibrations(packs: &PackSet, data: &Path, key: Option<&str>) -> Answering {
    let mut answering = Answering {
        packs: packs.clone(),
        refused: Vec::new(),
    };
    for path in files_in(&data.join(FOLDER)) {
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        let identities = packs.packs().map(|pack| pack.identity());
        match read(&path, &name, key, identities) {
            Ok((file, sha256)) => {
                answering.packs = answering.packs.recalibrated(&sha256, &file.recalibration);
            }
            Err((code, detail)) => answering.refused.push(RefusedRecalibration {
                file: name.into_owned(),
                code: code.to_owned(),
                detail,
            }),
        }
    }
    answering
}

/// In the order of their names.
fn files_in(folder: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
    let ending = RecalibrationFile::name("");
    let mut files: Vec<PathBuf> = entries
        .filter(|entry| entry.file_name().to_string_lossy().ends_with(&ending))
        .map(|entry| entry.path())
        .collect();
    files.sort();
    files
}

/// The recalibration and the manifest that it belongs to, or a code and why not.
fn read<'packs>(
    path: &Path,
    name: &str,
    key: Option<&str>,
    mut packs: impl Iterator<Item = &'packs PackIdentity>,
) -> Result<(RecalibrationFile, String), (&'static str, String)> {
    let mut bytes = Vec::new();
    File::open(path)
        .and_then(|file| file.take(MOST_BYTES).read_to_end(&mut bytes))
        .map_err(|error| ("unreadable", error.to_string()))?;
    let said = |error: RecalibrationFileError| (error.code(), error.to_string());
    let file = RecalibrationFile::parse(&bytes).map_err(said)?;
    let content = file.signed_bytes();
    if !store::verifies_recalibration(&file.public_key, content, &file.signature) {
        let detail = "its signature does not fit its content: it was changed after it was signed";
        return Err(("forged", detail.to_owned()));
    }
    if key != Some(file.public_key.as_str()) {
        let detail = "it was signed by another installation, not by the one of this data folder";
        return Err(("other_installation", detail.to_owned()));
    }
    let own = packs
        .find(|pack| RecalibrationFile::name(&pack.name) == name && file.fits(pack).is_ok())
        .map(|pack| pack.sha256.clone());
    match own {
        Some(sha256) => Ok((file, sha256)),
        None => Err(said(file.other_pack())),
    }
}
