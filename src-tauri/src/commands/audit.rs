//! The audit log: checking, reading and exporting it.

use super::away;
use crate::SharedBoard;
use board::{AuditRowView, AuditView, BoardError, ExportedFile};
use tauri::State;

type Result<T> = std::result::Result<T, BoardError>;

#[tauri::command]
pub(super) async fn audit_verify(board: State<'_, SharedBoard>) -> Result<AuditView> {
    away(&board, |board| board.audit_verify()).await
}

/// Newest first, before entry `before` or from the end.
#[tauri::command]
pub(super) async fn audit_rows(
    board: State<'_, SharedBoard>,
    before: Option<u64>,
    count: u32,
) -> Result<Vec<AuditRowView>> {
    away(&board, move |board| board.audit_rows(before, count)).await
}

/// Writes the log without identity; without a path it goes into the data folder's `reports`.
#[tauri::command]
pub(super) async fn export_audit(
    board: State<'_, SharedBoard>,
    path: Option<String>,
) -> Result<ExportedFile> {
    away(&board, move |board| {
        board.export_audit(path.as_deref().map(AsRef::as_ref))
    })
    .await
}
