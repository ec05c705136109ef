//! First start, unlocking, and what the interface needs to build itself.

use super::away;
use crate::SharedBoard;
use board::{AppStatus, BoardError, CatalogueView, Secret};
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
pub(super) async fn lock(board: State<'_, SharedBoard>) -> Result<AppStatus> {
    away(&board, |board| Ok(board.lock())).await
}

#[tauri::command]
pub(super) fn words(board: State<'_, SharedBoard>, language: String) -> BTreeMap<String, String> {
    board.words(&language)
}

#[tauri::command]
pub(super) fn catalogue(board: State<'_, SharedBoard>) -> CatalogueView {
    board.catalogue()
}
