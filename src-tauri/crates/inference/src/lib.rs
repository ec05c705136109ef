//! Fences tract-onnx: a model pack is a folder that goes in, a forecast with an interval comes out, or, where the
//! pack is of that kind ([`segmentation`]), the probabilities of a tile of an image.
//!
//! A pack is read with suspicion: every file is checked by size and SHA-256, the graph by its
//! operators, constants and shape, and its answers by replaying the rows that the training side
//! computed ([`golden`]). What fails is refused by name and reason, and the others still work.

mod benefit;
#[cfg(test)]
mod benefit_tests;
mod cohort;
mod encoding;
mod explanation;
#[cfg(test)]
mod explanation_tests;
mod files;
mod forecast_graph;
pub mod fuzzing;
pub mod golden;
mod graph;
#[cfg(test)]
mod hostile;
mod label;
pub mod manifest;
mod pack;
mod pack_set;
#[cfg(test)]
mod pack_tests;
mod population;
mod random;
mod recalibration;
mod runs;
#[cfg(test)]
mod second_tests;
pub mod segmentation;
mod shapley;
mod survival;
mod sweep;
#[cfg(test)]
mod synthetic;

pub use cohort::{CohortForecast, CohortSum};
pub use pack::Pack;
pub use pack_set::{DEFAULT_PACK, PackSet, RefusedPack};
pub use recalibration::{
    Found, Outcome, RecalibrationCohort, RecalibrationFile, RecalibrationFileError,
    RecalibrationRefusal,
};
pub use segmentation::SegmentationPack;

/// Why a pack is refused, or why it gives no answer. [`PackError::code`] names the words.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum PackError {
    #[error("pack.toml cannot be read: {0}")]
    Manifest(String),
    #[error(
        "pack.toml has schema version {found}; this program reads version {supported}: install a newer version of SpineBoard"
    )]
    NewerSchema { found: i64, supported: u32 },
    #[error("{place} reads '{feature}', which is not in the feature catalogue")]
    UnknownFeature { place: String, feature: String },
    #[error("column {column} cannot be encoded: {reason}")]
    Encoding { column: String, reason: String },
    #[error("'{0}' is not a plain file name inside the pack")]
    FileName(String),
    #[error("{file} is missing or cannot be read: {reason}")]
    MissingFile { file: String, reason: String },
    #[error("{file} is larger than {limit} bytes")]
    GiantFile { file: String, limit: u64 },
    #[error("{file} is not the file that pack.toml describes: its SHA-256 differs")]
    WrongHash { file: String },
    #[error("{file} is not a graph that can be run: {reason}")]
    Graph { file: String, reason: String },
    #[error("{file} needs the operators {operators}, which this program does not run")]
    UnsupportedOperator { file: String, operators: String },
    #[error("{file} holds a constant that is not a finite number, in {tensor}")]
    Weights { file: String, tensor: String },
    #[error("{file} has {found} {what}, more than the {limit} that are allowed")]
    TooMuch {
        file: String,
        what: String,
        found: u64,
        limit: u64,
    },
    #[error("{file} has {found}; pack.toml says {expected}")]
    Shape {
        file: String,
        expected: String,
        found: String,
    },
    #[error("the model's answer is not a forecast: {0}")]
    Output(String),
    #[error(
        "kind = {0} is not known; this program reads forecast packs, which have no kind, and \"segmentation\""
    )]
    UnknownKind(String),
    #[error("'{0}' is nothing that the viewer can use an outline of")]
    UnknownTarget(String),
    #[error("'{0}' is no modality that outlines are proposed on; CT and MR are")]
    UnknownModality(String),
    #[error("'{0}' is no plane that outlines are proposed in; axial and sagittal are")]
    UnknownPlane(String),
    #[error("the tile cannot be made: {0}")]
    Tile(String),
    #[error("[training] does not tell where the model is from: {0}")]
    Training(String),
    #[error("the model's answer is no probability: {0}")]
    Probability(String),
    #[error("{pack} has no setting '{setting}'; it has {available}")]
    SettingUnknown {
        pack: String,
        setting: String,
        available: String,
    },
    #[error("the model answers for {available} months, not for {months}")]
    MonthUnknown { months: f64, available: String },
    #[error("the draws of benefit by option cannot be used: {0}")]
    Benefit(String),
    #[error("golden.json cannot be used: {0}")]
    Golden(String),
    #[error("golden row {row} differs in {what} by {difference:e}, more than {tolerance:e}")]
    GoldenMismatch {
        row: usize,
        what: String,
        difference: f64,
        tolerance: f64,
    },
}

impl PackError {
    /// The code of the words `refusal.<code>` that say what to do.
    pub fn code(&self) -> &'static str {
        match self {
            PackError::Manifest(_) => "manifest",
            PackError::NewerSchema { .. } => "newer_schema",
            PackError::UnknownFeature { .. } => "unknown_feature",
            PackError::Encoding { .. } => "encoding",
            PackError::FileName(_) => "file_name",
            PackError::MissingFile { .. } => "missing_file",
            PackError::GiantFile { .. } => "giant_file",
            PackError::WrongHash { .. } => "wrong_hash",
            PackError::Graph { .. } => "graph",
            PackError::UnsupportedOperator { .. } => "unsupported_operator",
            PackError::Weights { .. } => "weights",
            PackError::TooMuch { .. } => "too_much",
            PackError::Shape { .. } => "shape",
            PackError::Output(_) => "output",
            PackError::UnknownKind(_) => "unknown_kind",
            PackError::UnknownTarget(_) => "unknown_target",
            PackError::UnknownModality(_) => "unknown_modality",
            PackError::UnknownPlane(_) => "unknown_plane",
            PackError::Tile(_) => "tile",
            PackError::Training(_) => "training",
            PackError::Probability(_) => "probability",
            PackError::SettingUnknown { .. } => "setting_unknown",
            PackError::MonthUnknown { .. } => "month_unknown",
            PackError::Benefit(_) => "benefit",
            PackError::Golden(_) => "golden",
            PackError::GoldenMismatch { .. } => "golden_mismatch",
        }
    }
}
