//! The model and the scores on a centre's own patients.

use super::away;
use crate::SharedBoard;
use board::{BoardError, CohortStudy, ExportedFile, StudyOptions, StudyQuestion};
use tauri::{State, ipc::Channel};

type Result<T> = std::result::Result<T, BoardError>;

#[tauri::command]
pub(super) async fn study_options(board: State<'_, SharedBoard>) -> Result<StudyOptions> {
    away(&board, move |board| Ok(board.study_options())).await
}

/// Compares on a table of patients; hears how far it is, from 0 to 1.
#[tauri::command]
pub(super) async fn study_table(
    board: State<'_, SharedBoard>,
    path: String,
    question: StudyQuestion,
    on_progress: Channel<f64>,
) -> Result<CohortStudy> {
    away(&board, move |board| {
        // A window that has gone away no longer listens.
        board.study_table(path.as_ref(), &question, &mut |share| {
            drop(on_progress.send(share))
        })
    })
    .await
}

#[tauri::command]
pub(super) fn cancel_study(board: State<'_, SharedBoard>) {
    board.cancel_study();
}

/// Writes report, tables and figures into a new folder inside the given one.
#[tauri::command]
pub(super) async fn export_study(
    board: State<'_, SharedBoard>,
    folder: Option<String>,
) -> Result<ExportedFile> {
    away(&board, move |board| {
        board.export_study(folder.as_deref().map(AsRef::as_ref))
    })
    .await
}
