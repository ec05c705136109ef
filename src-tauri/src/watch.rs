//! Gives the board its tick every second and tells the window when the store closed itself.

use crate::{SharedBoard, sharing};
use board::LockReason;
use std::{sync::Arc, thread, time::Duration};
use tauri::{AppHandle, Emitter};

/// The name of the event; its payload is [`Locked`].
const LOCKED: &str = "locked";

#[derive(Clone, serde::Serialize)]
struct Locked {
    reason: LockReason,
}

/// Runs until the application ends.
pub(crate) fn start(app: AppHandle, board: SharedBoard) {
    // The window would show an open case over a closed store if it could not be told; then its
    // next command says so.
    let board = Arc::downgrade(&board);
    thread::spawn(move || {
        while let Some(board) = board.upgrade() {
            if let Some(reason) = board.tick() {
                sharing::present(&app, serde_json::Value::Null);
                let _ = app.emit(LOCKED, Locked { reason });
            }
            drop(board);
            thread::sleep(Duration::from_secs(1));
        }
    });
}
