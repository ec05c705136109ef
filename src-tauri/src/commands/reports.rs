//! Reports on paper.

use super::away;
use crate::SharedBoard;
use board::{BoardError, ExportedFile};
use tauri::State;

type Result<T> = std::result::Result<T, BoardError>;

/// Writes the board summary; without a path it goes into the data folder's `reports`.
#[tauri::command]
pub(super) async fn export_pdf(
    board: State<'_, SharedBoard>,
    case_id: String,
    path: Option<String>,
    mask_identity: bool,
) -> Result<ExportedFile> {
    away(&board, move |board| {
        board.export_pdf(&case_id, path.as_deref().map(AsRef::as_ref), mask_identity)
    })
    .await
}

/// A name for the save dialog, without identity.
#[tauri::command]
pub(super) async fn suggested_report_path(
    board: State<'_, SharedBoard>,
    case_id: String,
) -> Result<String> {
    away(&board, move |board| board.suggested_report_path(&case_id)).await
}
