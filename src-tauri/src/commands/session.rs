//! First start, unlocking, the keys, and what the interface needs to build itself.

use super::away;
use crate::SharedBoard;
use board::{AppStatus, BoardError, CatalogueView, Language, RecoveryKey, ScoreSheet, Secret};
use std::collections::BTreeMap;
use tauri::State;

type Result<T> = std::result::Result<T, BoardError>;

#[tauri::command]
pub(super) async fn status(board: State<'_, SharedBoard>) -> Result<AppStatus> {
    away(&board, |board| Ok(board.status())).await
}

#[tauri::command]
pub(super) async fn accept_research_use(board: State<'_, SharedBoard>) -> Result<AppStatus> {
    away(&board, |board| board.accept_research_use()).await
}

#[tauri::command]
pub(super) async fn create_store(
    board: State<'_, SharedBoard>,
    passphrase: Secret,
) -> Result<AppStatus> {
    away(&board, move |board| board.create_store(passphrase)).await
}

#[tauri::command]
pub(super) async fn unlock(board: State<'_, SharedBoard>, passphrase: Secret) -> Result<AppStatus> {
    away(&board, move |board| board.unlock(passphrase)).await
}

#[tauri::command]
pub(super) async fn unlock_with_recovery_key(
    board: State<'_, SharedBoard>,
    key: Secret,
    new_passphrase: Secret,
) -> Result<AppStatus> {
    away(&board, move |board| {
        board.unlock_with_recovery_key(key, new_passphrase)
    })
    .await
}

#[tauri::command]
pub(super) async fn unlock_with_keychain(board: State<'_, SharedBoard>) -> Result<AppStatus> {
    away(&board, |board| board.unlock_with_keychain()).await
}

#[tauri::command]
pub(super) async fn change_passphrase(
    board: State<'_, SharedBoard>,
    current: Secret,
    new_passphrase: Secret,
) -> Result<AppStatus> {
    away(&board, move |board| {
        board.change_passphrase(current, new_passphrase)
    })
    .await
}

#[tauri::command]
pub(super) async fn make_recovery_key(board: State<'_, SharedBoard>) -> Result<RecoveryKey> {
    away(&board, |board| board.make_recovery_key()).await
}

#[tauri::command]
pub(super) async fn set_keychain(board: State<'_, SharedBoard>, on: bool) -> Result<AppStatus> {
    away(&board, move |board| board.set_keychain(on)).await
}

#[tauri::command]
pub(super) async fn set_auto_lock(
    board: State<'_, SharedBoard>,
    minutes: u32,
) -> Result<AppStatus> {
    away(&board, move |board| board.set_auto_lock(minutes)).await
}

#[tauri::command]
pub(super) async fn set_language(
    board: State<'_, SharedBoard>,
    language: Language,
    keep: bool,
) -> Result<AppStatus> {
    away(&board, move |board| board.set_language(language, keep)).await
}

#[tauri::command]
pub(super) fn note_activity(board: State<'_, SharedBoard>) {
    board.note_activity();
}

#[tauri::command]
pub(super) async fn lock(board: State<'_, SharedBoard>) -> Result<AppStatus> {
    away(&board, |board| Ok(board.lock())).await
}

#[tauri::command]
pub(super) fn words(board: State<'_, SharedBoard>, language: String) -> BTreeMap<String, String> {
    board.words(&language)
}

#[tauri::command]
pub(super) fn catalogue(board: State<'_, SharedBoard>, language: String) -> CatalogueView {
    board.catalogue(&language)
}

#[tauri::command]
pub(super) fn score_sheets(board: State<'_, SharedBoard>) -> Vec<ScoreSheet> {
    board.score_sheets()
}
