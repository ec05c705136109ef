//! What the targets share: which panics are findings, where seeds come from, a store to be restored
//! and compared with, and a writer of small DICOM files.

pub mod dicom_file;
pub mod kept_store;

use chrono::{DateTime, Utc};
use clinical::{case::Case, catalogue::Catalogue, checks, facts::Facts, scores};
use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::{Path, PathBuf},
    process,
    sync::atomic::{AtomicU64, Ordering},
};

/// Larger seeds make every step slow and teach little more.
const SEED_BYTES: u64 = 48 * 1024;
const SEEDS_FROM_ONE_FOLDER: usize = 250;

/// Which panics end the run as a finding.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Panics {
    /// Every one: nothing on this path is caught.
    All,
    /// Those that begin in our own code. Decoders of others may panic on a hostile file; the
    /// program catches that and refuses the frame. What is not caught ends the run anyway.
    Ours,
}

/// To be called at the start of a target. Where `SPINEBOARD_SEEDS` names a folder, the target's
/// seeds are written there and the program ends.
pub fn start(panics: Panics, seeds: impl FnOnce() -> Vec<Vec<u8>>) {
    if let Some(folder) = std::env::var_os("SPINEBOARD_SEEDS").map(PathBuf::from) {
        for (number, seed) in seeds().into_iter().enumerate() {
            fs::write(folder.join(format!("{number:03}")), seed)
                .expect("the folder of seeds is writable");
        }
        std::process::exit(0);
    }
    std::panic::set_hook(Box::new(move |panic| {
        let ours = panic.location().is_some_and(|place| {
            let file = place.file();
            // The targets themselves are compiled under a relative path.
            file.contains("src-tauri/crates")
                || file.contains("tests/fuzz")
                || file.starts_with("targets")
                || file.starts_with("src")
        });
        if ours || panics == Panics::All {
            eprintln!("{panic}");
            std::process::abort();
        }
    }));
}

/// A file of the repository.
pub fn repository(path: &str) -> Vec<u8> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../..")
        .join(path);
    fs::read(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// The small files below a folder of the shared open data, in order; none where it is not there.
pub fn shared(folder: &str) -> Vec<Vec<u8>> {
    let root = std::env::var_os("SPINEBOARD_SHARED").map_or_else(
        || Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared"),
        PathBuf::from,
    );
    let mut folders = vec![root.join(folder)];
    let mut paths = Vec::new();
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
            let about = entry.metadata().ok();
            if about.as_ref().is_some_and(fs::Metadata::is_dir) {
                folders.push(entry.path());
            } else if about.is_some_and(|about| about.len() <= SEED_BYTES) {
                paths.push(entry.path());
            }
        }
    }
    paths.sort();
    let files = paths.into_iter().filter_map(|path| fs::read(path).ok());
    files.take(SEEDS_FROM_ONE_FOLDER).collect()
}

/// Image files, sound and damaged.
pub fn image_files() -> Vec<Vec<u8>> {
    let mut files = shared("dicom/conformance");
    files.extend(shared("dicom/malformed"));
    files.push(dicom_file::small().bytes());
    files
}

/// A path for a file of the process alone, another one each time: what was read under a path is
/// kept for a while.
pub fn fresh_path(ending: &str) -> PathBuf {
    static COUNT: AtomicU64 = AtomicU64::new(0);
    let count = COUNT.fetch_add(1, Ordering::Relaxed);
    std::env::temp_dir().join(format!("spineboard-fuzz-{}-{count}{ending}", process::id()))
}

/// Asserts what holds of every library of so many files: none is lost, and a stack that is called a
/// volume is one.
pub fn check_library(library: &imaging::Library, files: usize) {
    let images = library
        .stacks()
        .flat_map(|(_, _, stack)| stack.images.iter().map(|image| &image.path));
    let refused = library.rejected.iter().map(|file| &file.path);
    let placed: BTreeSet<_> = images.chain(refused).collect();
    assert_eq!(placed.len(), files, "a file was lost");
    let mut ids = Vec::new();
    for (study, series, stack) in library.stacks() {
        assert!(!stack.images.is_empty() && stack.rows > 0 && stack.columns > 0);
        ids.push((&study.patient, &study.uid, &series.modality, &stack.id));
        let spacing = stack.spacing_between_slices;
        assert!(
            spacing.is_none_or(|spacing| spacing.is_finite() && spacing >= 0.0),
            "{spacing:?}"
        );
        if stack.is_volume {
            assert!(stack.images.len() >= 3 && spacing.is_some_and(|spacing| spacing > 0.0));
            let whole = |image: &imaging::ImageRef| {
                image
                    .position
                    .is_some_and(|at| at.iter().all(|place| place.is_finite()))
            };
            assert!(
                stack.images.iter().all(whole),
                "a slice of a volume lies nowhere"
            );
            assert!(stack.orientation.is_some() && stack.pixel_spacing.is_some());
        }
        let geometry = imaging::stack_geometry(study, series, stack);
        assert_eq!(geometry.volume.is_some(), stack.is_volume);
        assert_eq!(geometry.images.len(), stack.images.len());
    }
    let count = ids.len();
    ids.sort();
    ids.dedup();
    assert_eq!(ids.len(), count, "two stacks have one name");
}

/// Asserts what holds of every decoded frame: as many bytes as its description says.
pub fn check_pixels(pixels: &imaging::Pixels) {
    let samples = pixels.rows as usize * pixels.columns as usize * usize::from(pixels.samples);
    assert_eq!(pixels.bytes.len(), samples * pixels.kind.bytes());
    assert_eq!(pixels.values().count(), samples);
}

/// The moment at which everything is read.
pub fn noon() -> DateTime<Utc> {
    DateTime::from_timestamp(1_772_366_400, 0).expect("a moment in 2026")
}

/// Facts, scores and findings of a case: whatever the case holds, they are computed.
pub fn assess(case: &Case) {
    let catalogue = Catalogue::shipped();
    let index_date = case.episodes.last().map(|episode| episode.index_date);
    let index_date = index_date.unwrap_or_else(|| noon().date_naive());
    let facts = Facts::at(case, catalogue, index_date);
    for score in scores::compute_all(&facts) {
        assert!(!score.id.is_empty());
    }
    let findings = checks::findings(case, catalogue, index_date);
    serde_json::to_string(&(facts.used(), findings)).expect("the interface can be told");
}

/// The facts of the golden rows of the shipped model pack: feature and value as JSON.
pub fn golden_facts() -> Vec<BTreeMap<String, String>> {
    let golden = repository("models/packs/survival-linear/golden.json");
    let golden: serde_json::Value = serde_json::from_slice(&golden).expect("golden rows are JSON");
    let rows = golden["rows"].as_array().into_iter().flatten();
    let facts = rows.filter_map(|row| row["facts"].as_object());
    facts
        .map(|facts| {
            facts
                .iter()
                .map(|(name, value)| (name.clone(), value.to_string()))
                .collect()
        })
        .collect()
}
