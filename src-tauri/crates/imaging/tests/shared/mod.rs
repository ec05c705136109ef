//! The workers of these tests, and where the shared test data lie; tests without them are skipped,
//! and say so.
#![allow(dead_code)]

use imaging::{Continue, FrameCache, ImagingError, Library, WorkerCommand, Workers};
use std::{
    path::{Path, PathBuf},
    sync::Arc,
};

pub(crate) fn command() -> WorkerCommand {
    WorkerCommand::of(env!("CARGO_BIN_EXE_imaging-worker"))
}

pub(crate) fn workers() -> Arc<Workers> {
    Arc::new(Workers::new(command()))
}

pub(crate) fn frames() -> FrameCache {
    FrameCache::new(workers(), imaging::cache::DEFAULT_LIMIT)
}

/// Reads a folder to its end.
pub(crate) fn scanned(folder: &Path) -> Result<Library, ImagingError> {
    imaging::scan(folder, &workers(), &mut |_| Continue::Yes)
}

pub(crate) fn folder(name: &str) -> Option<PathBuf> {
    let root = std::env::var_os("SPINEBOARD_SHARED")
        .map(PathBuf::from)
        .unwrap_or_else(|| PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../../../shared"));
    let folder = root.join(name);
    if folder.exists() {
        return Some(folder);
    }
    eprintln!("SKIPPED: {name} needs ../shared");
    None
}
