//! The shared screen: a second window that shows what the first one presents. What it shows is kept in memory
//! only, for as long as somebody is signed in.

use crate::SharedBoard;
use serde_json::Value;
use std::sync::{Mutex, MutexGuard, PoisonError};
use tauri::{AppHandle, Emitter, Manager, Window, WindowEvent};

/// The name of the second window.
pub(crate) const SHARED: &str = "shared";
const MAIN: &str = "main";

/// What is presented at the moment; the shell does not look into it. A picture travels by itself, since it is large and
/// changes often.
#[derive(Default)]
pub(crate) struct Presented(Mutex<Kept>);

#[derive(Default)]
struct Kept {
    shown: Value,
    picture: Value,
}

impl Presented {
    /// What is presented; nothing while nobody is signed in.
    pub(crate) fn shown(&self, board: &SharedBoard) -> Value {
        if_signed_in(board, || self.lock().shown.clone())
    }

    /// The picture that is presented; nothing while nobody is signed in.
    pub(crate) fn picture(&self, board: &SharedBoard) -> Value {
        if_signed_in(board, || self.lock().picture.clone())
    }

    fn forget(&self) {
        *self.lock() = Kept::default();
    }

    fn lock(&self) -> MutexGuard<'_, Kept> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn if_signed_in(board: &SharedBoard, answer: impl FnOnce() -> Value) -> Value {
    board.status().person.map_or(Value::Null, |_| answer())
}

/// Keeps what is presented and tells the shared screen. With nothing presented its picture is forgotten, too.
pub(crate) fn present(app: &AppHandle, shown: Value) {
    let presented = app.state::<Presented>();
    if shown.is_null() {
        presented.forget();
    } else {
        presented.lock().shown.clone_from(&shown);
    }
    // A screen that is not open asks when it opens.
    let _ = app.emit_to(SHARED, "presented", shown);
}

/// Keeps the picture that is presented and tells the shared screen.
pub(crate) fn present_picture(app: &AppHandle, picture: Value) {
    let presented = app.state::<Presented>();
    presented.lock().picture.clone_from(&picture);
    let _ = app.emit_to(SHARED, "presented_picture", picture);
}

/// Tells the presenter how many pages the shared screen has made of a part.
pub(crate) fn tell_pages(app: &AppHandle, pages: Value) {
    let _ = app.emit_to(MAIN, "shared_pages", pages);
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
            app.state::<Presented>().forget();
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
