//! The shared screen.

use crate::{SharedBoard, open_window, sharing};
use board::BoardError;
use serde_json::Value;
use tauri::{AppHandle, Manager, State};

/// Opens the shared screen, or brings it to the front.
#[tauri::command]
pub(super) async fn open_shared(app: AppHandle) -> Result<(), BoardError> {
    if let Some(window) = app.get_webview_window(sharing::SHARED) {
        // A window system may refuse the front.
        let _ = window.set_focus();
        return Ok(());
    }
    open_window(&app, sharing::SHARED, "index.html#shared")
        .map_err(|error| BoardError::shared_screen(&error.to_string()))
}

#[tauri::command]
pub(super) async fn close_shared(app: AppHandle) {
    sharing::close(&app);
}

/// Shows this on the shared screen; nothing clears it.
#[tauri::command]
pub(super) async fn present(app: AppHandle, shown: Value) {
    sharing::present(&app, shown);
}

/// What is presented.
#[tauri::command]
pub(super) async fn presented(
    presented: State<'_, sharing::Presented>,
    board: State<'_, SharedBoard>,
) -> Result<Value, BoardError> {
    Ok(presented.shown(&board))
}

/// Shows this picture in the part of the images.
#[tauri::command]
pub(super) async fn present_picture(app: AppHandle, picture: Value) {
    sharing::present_picture(&app, picture);
}

/// The picture that is presented.
#[tauri::command]
pub(super) async fn presented_picture(
    presented: State<'_, sharing::Presented>,
    board: State<'_, SharedBoard>,
) -> Result<Value, BoardError> {
    Ok(presented.picture(&board))
}

/// The shared screen says how many pages it has made of a part.
#[tauri::command]
pub(super) async fn tell_pages(app: AppHandle, pages: Value) {
    sharing::tell_pages(&app, pages);
}
