//! The shared screen: a second window that shows what the first one presents. What it shows is kept in memory
//! only, for as long as somebody is signed in.

use crate::SharedBoard;
use serde_json::Value;
use std::sync::{Mutex, PoisonError};
use tauri::{AppHandle, Emitter, Manager, Window, WindowEvent};

/// The name of the second window.
pub(crate) const SHARED: &str = "shared";
const MAIN: &str = "main";

/// What is presented at the moment; the shell does not look into it.
#[derive(Default)]
pub(crate) struct Presented(Mutex<Value>);

impl Presented {
    /// What is presented; nothing while nobody is signed in.
    pub(crate) fn shown(&self, board: &SharedBoard) -> Value {
        match board.status().person {
            Some(_) => self.lock().clone(),
            None => Value::Null,
        }
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Value> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Keeps what is presented and tells the shared screen.
pub(crate) fn present(app: &AppHandle, shown: Value) {
    app.state::<Presented>().lock().clone_from(&shown);
    // A screen that is not open asks when it opens.
    let _ = app.emit_to(SHARED, "presented", shown);
}

/// Closes the shared screen with the first window, and forgets what was presented when it is closed by itself.
pub(crate) fn follow(window: &Window, event: &WindowEvent) {
    if !matches!(event, WindowEvent::Destroyed) {
        return;
    }
    let app = window.app_handle();
    match window.label() {
        MAIN => close(app),
        SHARED => {
            *app.state::<Presented>().lock() = Value::Null;
            let _ = app.emit_to(MAIN, "shared_closed", ());
        }
        _ => (),
    }
}

pub(crate) fn close(app: &AppHandle) {
    if let Some(window) = app.get_webview_window(SHARED) {
        // One that is closing already needs no second word.
        let _ = window.close();
    }
}
