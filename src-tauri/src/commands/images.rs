//! Images: opening with progress, frames as raw bytes, key images.

use super::away;
use crate::SharedBoard;
use board::{
    BoardError, CaseView, ImageLibrary, KeyImageInput, Level, MarkInput, MarkPartInput,
    OutlineTarget, ScanProgress, SpineLabelsInput, StackGeometry,
};
use std::path::PathBuf;
use tauri::{
    State,
    ipc::{Channel, Response},
};

type Result<T> = std::result::Result<T, BoardError>;

#[tauri::command]
pub(super) async fn open_images(
    board: State<'_, SharedBoard>,
    paths: Vec<String>,
    on_progress: Channel<ScanProgress>,
) -> Result<ImageLibrary> {
    away(&board, move |board| {
        let paths: Vec<PathBuf> = paths.into_iter().map(PathBuf::from).collect();
        // A window that has gone away no longer listens; the scan itself goes on.
        board.open_images(&paths, &mut |progress| drop(on_progress.send(progress)))
    })
    .await
}

#[tauri::command]
pub(super) fn cancel_images(board: State<'_, SharedBoard>) {
    board.cancel_images();
}

/// Frames `first .. first + count` of a stack, one after the other, as raw little-endian values
/// in the data type that the stack's geometry states.
#[tauri::command]
pub(super) async fn read_frames(
    board: State<'_, SharedBoard>,
    stack_id: String,
    first: u32,
    count: u32,
) -> Result<Response> {
    away(&board, move |board| {
        board.read_frames(&stack_id, first, count)
    })
    .await
    .map(Response::new)
}

#[tauri::command]
pub(super) async fn stack_geometry(
    board: State<'_, SharedBoard>,
    stack_id: String,
) -> Result<StackGeometry> {
    away(&board, move |board| board.stack_geometry(&stack_id)).await
}

#[tauri::command]
pub(super) async fn link_study(
    board: State<'_, SharedBoard>,
    case_id: String,
    study_instance_uid: String,
    confirm_mismatch: bool,
) -> Result<CaseView> {
    away(&board, move |board| {
        board.link_study(&case_id, &study_instance_uid, confirm_mismatch)
    })
    .await
}

#[tauri::command]
pub(super) async fn unlink_study(
    board: State<'_, SharedBoard>,
    case_id: String,
    study_instance_uid: String,
) -> Result<CaseView> {
    away(&board, move |board| {
        board.unlink_study(&case_id, &study_instance_uid)
    })
    .await
}

#[tauri::command]
pub(super) async fn mark_key_image(
    board: State<'_, SharedBoard>,
    case_id: String,
    input: KeyImageInput,
) -> Result<CaseView> {
    away(&board, move |board| board.mark_key_image(&case_id, input)).await
}

#[tauri::command]
pub(super) async fn remove_key_image(
    board: State<'_, SharedBoard>,
    case_id: String,
    key_image_id: String,
) -> Result<CaseView> {
    away(&board, move |board| {
        board.remove_key_image(&case_id, &key_image_id)
    })
    .await
}

#[tauri::command]
pub(super) async fn draw_mark(
    board: State<'_, SharedBoard>,
    case_id: String,
    input: MarkInput,
) -> Result<CaseView> {
    away(&board, move |board| board.draw_mark(&case_id, input)).await
}

#[tauri::command]
pub(super) async fn redraw_mark(
    board: State<'_, SharedBoard>,
    case_id: String,
    mark_id: String,
    input: MarkInput,
) -> Result<CaseView> {
    away(&board, move |board| {
        board.redraw_mark(&case_id, &mark_id, input)
    })
    .await
}

#[tauri::command]
pub(super) async fn describe_mark(
    board: State<'_, SharedBoard>,
    case_id: String,
    mark_id: String,
    level: Option<Level>,
    note: String,
) -> Result<CaseView> {
    away(&board, move |board| {
        board.describe_mark(&case_id, &mark_id, level, &note)
    })
    .await
}

#[tauri::command]
pub(super) async fn remove_mark(
    board: State<'_, SharedBoard>,
    case_id: String,
    mark_id: String,
) -> Result<CaseView> {
    away(&board, move |board| board.remove_mark(&case_id, &mark_id)).await
}

/// The outline of the bony canal around a place, to be corrected.
#[tauri::command]
pub(super) async fn propose_canal(
    board: State<'_, SharedBoard>,
    stack_id: String,
    image_index: u32,
    point: [f64; 3],
) -> Result<MarkPartInput> {
    away(&board, move |board| {
        board.propose_canal(&stack_id, image_index, point)
    })
    .await
}

/// The outline that a site's own model proposes around a place, to be corrected.
#[tauri::command]
pub(super) async fn propose_outline(
    board: State<'_, SharedBoard>,
    stack_id: String,
    image_index: u32,
    point: [f64; 3],
    model: String,
    target: OutlineTarget,
) -> Result<MarkPartInput> {
    away(&board, move |board| {
        board.propose_outline(&stack_id, image_index, point, &model, target)
    })
    .await
}

#[tauri::command]
pub(super) async fn label_spine(
    board: State<'_, SharedBoard>,
    case_id: String,
    input: SpineLabelsInput,
) -> Result<CaseView> {
    away(&board, move |board| board.label_spine(&case_id, input)).await
}

#[tauri::command]
pub(super) async fn key_image_png(
    board: State<'_, SharedBoard>,
    case_id: String,
    key_image_id: String,
) -> Result<Response> {
    away(&board, move |board| {
        board.key_image_png(&case_id, &key_image_id)
    })
    .await
    .map(Response::new)
}
