//! The image worker that this crate's tests start; with `frame-of FILE`, a program that has one and
//! waits for its answer.

use imaging::{ImageRef, WorkerCommand, Workers, library::Rescale};
use std::process::ExitCode;

fn main() -> ExitCode {
    if let Some(code) = imaging::worker::serve_if_asked() {
        return code;
    }
    let Some(path) = std::env::args_os().nth(2) else {
        return ExitCode::FAILURE;
    };
    let image = ImageRef {
        sop_instance_uid: String::new(),
        frame: 1,
        path: path.into(),
        instance_number: None,
        position: None,
        rescale: Rescale::NONE,
    };
    match Workers::new(WorkerCommand::this_executable()).frame(&image) {
        Ok(_) => ExitCode::SUCCESS,
        Err(_) => ExitCode::FAILURE,
    }
}
