//! The image worker that the journeys and the benchmarks start: what the shell and the command
//! line are with their hidden argument.

use std::process::ExitCode;

fn main() -> ExitCode {
    board::serve_images().unwrap_or(ExitCode::FAILURE)
}
