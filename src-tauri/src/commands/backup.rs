//! Backups by hand and by schedule, and the way back from one.

use super::away;
use crate::SharedBoard;
use board::{AppStatus, BackupView, BoardError, Secret};
use tauri::{AppHandle, State};
use tauri_plugin_dialog::DialogExt;

type Result<T> = std::result::Result<T, BoardError>;

/// Without a path, into the schedule's folder.
#[tauri::command]
pub(super) async fn write_backup(
    board: State<'_, SharedBoard>,
    path: Option<String>,
) -> Result<BackupView> {
    away(&board, move |board| {
        board.write_backup(path.as_deref().map(AsRef::as_ref))
    })
    .await
}

#[tauri::command]
pub(super) async fn set_backup_schedule(
    board: State<'_, SharedBoard>,
    folder: Option<String>,
    every_hours: u32,
    keep: u32,
) -> Result<AppStatus> {
    away(&board, move |board| {
        board.set_backup_schedule(folder.as_deref().map(AsRef::as_ref), every_hours, keep)
    })
    .await
}

#[tauri::command]
pub(super) async fn restore_backup(
    board: State<'_, SharedBoard>,
    path: String,
    passphrase: Secret,
) -> Result<AppStatus> {
    away(&board, move |board| {
        board.restore_backup(path.as_ref(), passphrase)
    })
    .await
}

#[tauri::command]
pub(super) async fn restore_backup_with_recovery_key(
    board: State<'_, SharedBoard>,
    path: String,
    key: Secret,
    new_passphrase: Secret,
) -> Result<AppStatus> {
    away(&board, move |board| {
        board.restore_backup_with_recovery_key(path.as_ref(), key, new_passphrase)
    })
    .await
}

/// Asks for a backup; none if the person closes the dialog.
#[tauri::command]
pub(super) async fn pick_backup_file(
    app: AppHandle,
    board: State<'_, SharedBoard>,
) -> Result<Option<String>> {
    away(&board, move |_| {
        let dialog = app.dialog().file().add_filter("SpineBoard", &["backup"]);
        Ok(dialog.blocking_pick_file().map(|path| path.to_string()))
    })
    .await
}
