//! The comparison as the window asks for it: run, ended, and written by the person who is signed in.

use super::{StudyQuestion, comparison_error, files::files, study_cohort};
use crate::{Board, BoardError, ExportedFile, lock, tables::file_error};
use clinical::{head_to_head::CohortStudy, performance::ComparisonError, scores};
use serde::Serialize;
use std::{
    path::Path,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
};
use store::AuditEntry;
use ts_rs::TS;

/// What may be asked about a cohort.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
pub struct StudyOptions {
    /// Every score of survival, in the shipped order.
    pub scores: Vec<ScoreChoice>,
    /// Kinds of cohort that the model knows, the default first; empty where it knows one only.
    pub settings: Vec<String>,
    /// The centre's own patients moved the model, so that it can be compared as shipped too.
    pub recalibrated: bool,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
pub struct ScoreChoice {
    pub id: String,
    pub short_name: String,
}

impl Board {
    /// Waits until the packs are loaded.
    pub fn study_options(&self) -> StudyOptions {
        let choice = |table: &scores::ScoreTable| ScoreChoice {
            id: table.id.clone(),
            short_name: table.short_name.clone(),
        };
        let answering = self.answering();
        let pack = answering.packs.default_pack();
        StudyOptions {
            scores: scores::prognostic().map(choice).collect(),
            settings: pack.map(|pack| pack.settings()).unwrap_or_default(),
            recalibrated: pack.is_some_and(|pack| pack.identity().recalibration.is_some()),
        }
    }

    /// Compares the model and the scores on the patients of a table; see [`study_cohort`]. The figures stay
    /// in memory until the store is locked, so that they can be written; nothing of the table does.
    /// `progress` is told the share that is done; [`Board::cancel_study`] or a later study ends it.
    pub fn study_table(
        &self,
        table: &Path,
        question: &StudyQuestion,
        progress: &mut dyn FnMut(f64),
    ) -> Result<CohortStudy, BoardError> {
        self.with_store(|store| self.note(store, "cohort_compared", None))?;
        let ended = Arc::new(AtomicBool::new(false));
        self.replace_study(Arc::clone(&ended));
        let packs = &self.answering().packs;
        let study = study_cohort(table, question, packs, self.now(), &mut |share| {
            progress(share);
            !ended.load(Ordering::Relaxed)
        })?;
        let mut kept = lock(&self.study);
        // Locked or asked anew meanwhile: what nobody waits for any more is not kept.
        if ended.load(Ordering::Relaxed) {
            return Err(comparison_error(ComparisonError::Cancelled));
        }
        *kept = Some(study.clone());
        Ok(study)
    }

    /// Ends a running [`Board::study_table`].
    pub fn cancel_study(&self) {
        self.replace_study(Arc::default());
    }

    /// Writes the last study into a new folder inside `folder`, or inside `reports` of the data folder.
    pub fn export_study(&self, folder: Option<&Path>) -> Result<ExportedFile, BoardError> {
        let study = lock(&self.study).clone().ok_or_else(|| {
            BoardError::new(
                "no_study",
                "There is no comparison to write. Compare first.",
            )
        })?;
        let now = self.now();
        let parent = match folder {
            Some(folder) => folder.to_owned(),
            None => self.reports_folder()?,
        };
        let folder = parent.join(format!("cohort-comparison-{}", now.format("%Y%m%d-%H%M%S")));
        let files = files(&study, self.language(), now)?;
        self.with_store(|store| {
            std::fs::create_dir_all(&folder).map_err(|error| file_error(&folder, error))?;
            for (name, bytes) in &files {
                store.write_file(&folder.join(name), bytes)?;
            }
            let person = self.person()?;
            let mut entry = AuditEntry::new(&person, "cohort_comparison_exported");
            entry.details = files.first().map_or(&[], |(_, report)| report);
            Ok(store.audit_append(&entry, now)?)
        })?;
        Ok(ExportedFile {
            path: folder.display().to_string(),
        })
    }

    /// Ends what runs and drops what is there.
    pub(crate) fn forget_study(&self) {
        self.cancel_study();
        *lock(&self.study) = None;
    }

    fn replace_study(&self, next: Arc<AtomicBool>) {
        let previous = std::mem::replace(&mut *lock(&self.study_ended), next);
        previous.store(true, Ordering::Relaxed);
    }
}
