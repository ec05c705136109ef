//! The people of this installation and who of them is at the keyboard.

use super::away;
use crate::SharedBoard;
use board::{AppStatus, BoardError, PersonChange, PersonInput, Secret};
use tauri::State;

type Result<T> = std::result::Result<T, BoardError>;

#[tauri::command]
pub(super) async fn add_person(
    board: State<'_, SharedBoard>,
    input: PersonInput,
) -> Result<AppStatus> {
    away(&board, move |board| board.add_person(input)).await
}

#[tauri::command]
pub(super) async fn change_person(
    board: State<'_, SharedBoard>,
    person_id: String,
    change: PersonChange,
) -> Result<AppStatus> {
    away(&board, move |board| board.change_person(&person_id, change)).await
}

#[tauri::command]
pub(super) async fn set_person_secret(
    board: State<'_, SharedBoard>,
    person_id: String,
    current: Option<Secret>,
    secret: Secret,
) -> Result<AppStatus> {
    away(&board, move |board| {
        board.set_person_secret(&person_id, current, secret)
    })
    .await
}

#[tauri::command]
pub(super) async fn sign_in(
    board: State<'_, SharedBoard>,
    person_id: String,
    secret: Secret,
) -> Result<AppStatus> {
    away(&board, move |board| board.sign_in(&person_id, secret)).await
}

#[tauri::command]
pub(super) async fn sign_out(board: State<'_, SharedBoard>) -> Result<AppStatus> {
    away(&board, |board| board.sign_out()).await
}

#[tauri::command]
pub(super) async fn set_preference(
    board: State<'_, SharedBoard>,
    name: String,
    value: String,
) -> Result<AppStatus> {
    away(&board, move |board| board.set_preference(&name, &value)).await
}
