//! Where the shared test data lie; tests without them are skipped, and say so.

use std::path::PathBuf;

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
