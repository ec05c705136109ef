//! The desktop shell: a window and a shared screen, commands that pass on to [`board::Board`], pixels to the webview.
//! No medicine and no decisions here.

mod arguments;
mod commands;
#[cfg(target_os = "linux")]
mod drawing;
mod drops;
mod sharing;
mod watch;

use arguments::Arguments;
pub use board::serve_images;
use board::{Board, BoardOptions, StartArguments};
use clap::Parser;
#[cfg(target_os = "linux")]
use std::{
    path::{Path, PathBuf},
    sync::atomic::{AtomicUsize, Ordering},
};
use std::{process::ExitCode, sync::Arc, time::Duration};
use tauri::{
    AppHandle, Manager, Url, WebviewUrl, WebviewWindowBuilder, webview::NewWindowResponse,
};

/// The board as every command receives it.
pub(crate) type SharedBoard = Arc<Board>;

/// How often the schedule of backups is looked at.
const LOOK_EVERY: Duration = Duration::from_secs(20);

/// Writes scheduled backups beside the window, for as long as the board is there.
fn keep_schedule(board: &SharedBoard) {
    let board = Arc::downgrade(board);
    std::thread::spawn(move || {
        while let Some(board) = board.upgrade() {
            board.backup_if_due();
            drop(board);
            std::thread::sleep(LOOK_EVERY);
        }
    });
}

/// The proxy of everything that is not the application's own: TCP port 1 (tcpmux) of the loopback.
const NOWHERE: &str = "http://127.0.0.1:1";

/// An incognito web view takes no orders from a driver; only the journeys of a development build give
/// any (`TAURI_WEBVIEW_AUTOMATION` is set by tauri-driver).
fn driven_by_a_test() -> bool {
    cfg!(debug_assertions) && std::env::var_os("TAURI_WEBVIEW_AUTOMATION").is_some()
}

/// The data folder of the web view, spelt as never before. Tauri answers the application's addresses in one context of
/// WebKitGTK per data folder; each private view has a context of its own, and the second one would find nothing.
/// Nothing is written there, as the views are private.
#[cfg(target_os = "linux")]
fn another_spelling(app: &AppHandle) -> tauri::Result<PathBuf> {
    static OPENED: AtomicUsize = AtomicUsize::new(0);
    let folder = app.path().app_local_data_dir()?;
    std::fs::create_dir_all(&folder)?;
    let name = folder.file_name().unwrap_or_default().to_owned();
    let again = Path::new("..").join(name);
    let times = OPENED.fetch_add(1, Ordering::Relaxed);
    Ok((0..times).fold(folder, |path, _| path.join(&again)))
}

/// Opens one of the application's windows.
pub(crate) fn open_window(app: &AppHandle, label: &str, page: &str) -> tauri::Result<()> {
    let mut window = WebviewWindowBuilder::new(app, label, WebviewUrl::App(page.into()));
    // WebKit connects ahead to wherever a script wants to navigate, before the navigation
    // is refused; the way there ends at a port of this machine where nobody listens.
    if cfg!(target_os = "linux") {
        window = window.proxy_url(Url::parse(NOWHERE).map_err(tauri::Error::InvalidUrl)?);
    }
    #[cfg(target_os = "linux")]
    if !driven_by_a_test() {
        window = window.data_directory(another_spelling(app)?);
    }
    let window = window
        .title("SpineBoard")
        .inner_size(1440.0, 900.0)
        .min_inner_size(960.0, 640.0)
        // Nothing that was shown stays behind in a cache, a cookie or local storage.
        .incognito(!driven_by_a_test())
        .devtools(cfg!(debug_assertions))
        .on_new_window(|_, _| NewWindowResponse::Deny)
        .on_download(|_, _| false)
        // Dropped files must never navigate the window away from the application.
        .on_navigation(|url| {
            matches!(url.scheme(), "tauri" | "about")
                || url.host_str() == Some("tauri.localhost")
                || (cfg!(debug_assertions) && url.host_str() == Some("localhost"))
        })
        .build()?;
    #[cfg(target_os = "linux")]
    if !driven_by_a_test() {
        drawing::suit(&window)?;
    }
    #[cfg(not(target_os = "linux"))]
    drop(window);
    Ok(())
}

/// Opens the window and returns when it is closed.
pub fn run() -> ExitCode {
    board::without_memory_image();
    let arguments = Arguments::parse();
    let started = tauri::Builder::default()
        .plugin(tauri_plugin_dialog::init())
        .invoke_handler(commands::handler())
        .on_window_event(|window, event| {
            drops::pass_on(window, event);
            sharing::follow(window, event);
        })
        .setup(move |app| {
            let data = match arguments.data {
                Some(folder) => folder,
                None => app.path().app_data_dir()?,
            };
            let mut packs: Vec<_> = arguments.packs.into_iter().collect();
            packs.push(data.join("packs"));
            packs.push(app.path().resource_dir()?.join("packs"));
            let options = BoardOptions {
                data,
                packs,
                start: StartArguments {
                    demo: arguments.demo,
                    images_path: arguments.images.map(|path| path.display().to_string()),
                },
                ..BoardOptions::default()
            };
            board::report_crashes(Some(options.data.clone()), "SpineBoard", options.clock);
            let board: SharedBoard = Arc::new(Board::start(options));
            keep_schedule(&board);
            watch::start(app.handle().clone(), Arc::clone(&board));
            app.manage(board);
            app.manage(sharing::Presented::default());
            open_window(app.handle(), "main", "index.html")?;
            Ok(())
        })
        .run(tauri::generate_context!());
    match started {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("SpineBoard could not open its window: {error}");
            ExitCode::FAILURE
        }
    }
}
