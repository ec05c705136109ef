//! The executable of the desktop shell.

// Keeps a console from opening beside the window on Windows.
#![cfg_attr(not(debug_assertions), windows_subsystem = "windows")]

use std::process::ExitCode;

fn main() -> ExitCode {
    spineboard_desktop::serve_images().unwrap_or_else(spineboard_desktop::run)
}
