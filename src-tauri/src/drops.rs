//! Files dropped on the window: their paths go to the page as an event, and nothing else happens. The
//! webview itself never sees the drop, so it cannot navigate to a dropped file.

use serde::Serialize;
use std::path::PathBuf;
use tauri::{DragDropEvent, Emitter, Window, WindowEvent};

#[derive(Clone, Serialize)]
struct Dropped {
    paths: Vec<String>,
}

#[derive(Clone, Serialize)]
struct Hover {
    over: bool,
}

/// Tells the page of files that hover over the window (`images_hover`) or were dropped on it
/// (`images_dropped`). A window that is closing no longer listens.
pub(crate) fn pass_on(window: &Window, event: &WindowEvent) {
    let WindowEvent::DragDrop(event) = event else {
        return;
    };
    match event {
        DragDropEvent::Enter { .. } => hover(window, true),
        DragDropEvent::Leave => hover(window, false),
        DragDropEvent::Drop { paths, .. } => {
            hover(window, false);
            let paths = texts(paths);
            if !paths.is_empty() {
                drop(window.emit("images_dropped", Dropped { paths }));
            }
        }
        _ => (),
    }
}

fn hover(window: &Window, over: bool) {
    drop(window.emit("images_hover", Hover { over }));
}

/// Paths as commands take them. A name that is not Unicode cannot travel as text and is left out.
fn texts(paths: &[PathBuf]) -> Vec<String> {
    paths
        .iter()
        .filter_map(|path| path.to_str().map(str::to_owned))
        .collect()
}
