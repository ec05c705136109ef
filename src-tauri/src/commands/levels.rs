//! What hangs on levels beside facts and marks: treatments and lesions; every change answers with the fresh view.

use super::away;
use crate::SharedBoard;
use board::{BoardError, CaseView, CourseInput, LesionInput};
use tauri::State;

type Result<T> = std::result::Result<T, BoardError>;

#[tauri::command]
pub(super) async fn add_course(
    board: State<'_, SharedBoard>,
    case_id: String,
    input: CourseInput,
) -> Result<CaseView> {
    away(&board, move |board| board.add_course(&case_id, input)).await
}

#[tauri::command]
pub(super) async fn change_course(
    board: State<'_, SharedBoard>,
    case_id: String,
    course_id: String,
    input: CourseInput,
) -> Result<CaseView> {
    away(&board, move |board| {
        board.change_course(&case_id, &course_id, input)
    })
    .await
}

#[tauri::command]
pub(super) async fn remove_course(
    board: State<'_, SharedBoard>,
    case_id: String,
    course_id: String,
) -> Result<CaseView> {
    away(&board, move |board| {
        board.remove_course(&case_id, &course_id)
    })
    .await
}

#[tauri::command]
pub(super) async fn add_lesion(
    board: State<'_, SharedBoard>,
    case_id: String,
    input: LesionInput,
) -> Result<CaseView> {
    away(&board, move |board| board.add_lesion(&case_id, input)).await
}

#[tauri::command]
pub(super) async fn change_lesion(
    board: State<'_, SharedBoard>,
    case_id: String,
    name: String,
    input: LesionInput,
) -> Result<CaseView> {
    away(&board, move |board| {
        board.change_lesion(&case_id, &name, input)
    })
    .await
}

#[tauri::command]
pub(super) async fn remove_lesion(
    board: State<'_, SharedBoard>,
    case_id: String,
    name: String,
) -> Result<CaseView> {
    away(&board, move |board| board.remove_lesion(&case_id, &name)).await
}
