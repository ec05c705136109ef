//! Where an export is written, and under which names.

use crate::{BoardError, new_id};
use imaging::deidentify::Surveyed;
use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
};

/// Names of folders and files, by number in the order of the input.
#[derive(Default)]
pub(super) struct Numbers {
    studies: BTreeMap<String, usize>,
    series: BTreeMap<String, usize>,
    images: BTreeMap<String, usize>,
}

impl Numbers {
    pub(super) fn place(&mut self, patient: &str, facts: &Surveyed) -> PathBuf {
        let next = self.studies.len() + 1;
        let study = *self.studies.entry(facts.study_uid.clone()).or_insert(next);
        let next = self.series.len() + 1;
        let series = *self.series.entry(facts.series_uid.clone()).or_insert(next);
        let image = self.images.entry(facts.series_uid.clone()).or_insert(0);
        *image += 1;
        PathBuf::from(format!(
            "images/{patient}/ST{study:03}/SE{series:03}/IM{:05}.dcm",
            *image
        ))
    }
}

/// The target folder. Nothing stays in it unless everything does.
pub(super) struct Target {
    folder: PathBuf,
    /// Inside it; everything is written here first.
    pub(super) part: PathBuf,
    is_new: bool,
    finished: std::cell::Cell<bool>,
}

impl Target {
    pub(super) fn new(folder: &Path) -> Result<Target, BoardError> {
        let is_new = !folder.exists();
        std::fs::create_dir_all(folder).map_err(|error| unwritable(&error))?;
        let mut entries = std::fs::read_dir(folder).map_err(|error| unwritable(&error))?;
        if entries.next().is_some() {
            return Err(BoardError::folder_not_empty());
        }
        let part = folder.join(format!(".part-{}", new_id()));
        let target = Target {
            folder: folder.to_owned(),
            is_new,
            finished: false.into(),
            part,
        };
        std::fs::create_dir(&target.part).map_err(|error| unwritable(&error))?;
        Ok(target)
    }

    pub(super) fn write(&self, name: &str, bytes: &[u8]) -> Result<(), BoardError> {
        std::fs::write(self.part.join(name), bytes).map_err(|error| unwritable(&error))
    }

    /// Moves what was written to its place.
    pub(super) fn finish(&self) -> Result<(), BoardError> {
        let entries = std::fs::read_dir(&self.part).map_err(|error| unwritable(&error))?;
        for entry in entries {
            let moved = entry.and_then(|entry| {
                std::fs::rename(entry.path(), self.folder.join(entry.file_name()))
            });
            moved.map_err(|error| unwritable(&error))?;
        }
        self.finished.set(true);
        Ok(())
    }
}

impl Drop for Target {
    fn drop(&mut self) {
        // Nothing half written stays; a reason to say so was given already.
        let _ = std::fs::remove_dir_all(&self.part);
        if !self.finished.get() {
            for name in ["images", "case.json", "board-summary.pdf"] {
                let path = self.folder.join(name);
                let _ = std::fs::remove_dir_all(&path).or_else(|_| std::fs::remove_file(&path));
            }
            if self.is_new {
                let _ = std::fs::remove_dir(&self.folder);
            }
        }
    }
}

pub(super) fn unwritable(error: &std::io::Error) -> BoardError {
    BoardError::new(
        "export_unwritable",
        format!("The export cannot be written there: {error}. Nothing was exported; choose another folder."),
    )
    .with("detail", error.kind())
}
