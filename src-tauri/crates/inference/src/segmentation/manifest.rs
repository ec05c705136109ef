//! `pack.toml` of a segmentation pack (`kind = "segmentation"`), checked.

use crate::{
    PackError,
    files::{PackFile, check_listed, is_plain_name},
};
use clinical::marks::OutlineTarget;
use serde::Deserialize;

/// What `kind` says in the manifest.
pub const KIND: &str = "segmentation";

/// The newest structure that this program reads.
pub const SEGMENTATION_SCHEMA: u32 = 1;

/// Pixels along a side of a tile: a working rule for what a laptop computes in seconds.
pub const SIDES: std::ops::RangeInclusive<usize> = 8..=512;
/// Between pixels of a tile, mm: finer than CT makes them to coarser than a canal can be told by. A working rule.
pub const SPACING: std::ops::RangeInclusive<f64> = 0.1..=5.0;
/// Values of a window, in rescaled units: Hounsfield units of 16 bits lie within.
const VALUES: f64 = 100_000.0;
/// Standard deviations of a scale.
const DEVIATIONS: f64 = 100.0;
/// Letters that a text of the manifest may have.
const LETTERS: usize = 10_000;
/// Files that a pack may have.
const FILES: usize = 20;

/// What the images are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Modality {
    Ct,
    Mr,
}

impl Modality {
    /// As DICOM writes it (PS3.3 section C.7.3.1.1.1).
    pub fn term(self) -> &'static str {
        match self {
            Modality::Ct => "CT",
            Modality::Mr => "MR",
        }
    }
}

/// How the images lie.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TilePlane {
    Axial,
    Sagittal,
}

/// How values of an image become numbers of a tile.
#[derive(Debug, Clone, Copy, PartialEq, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub enum ValueScale {
    /// Of CT: Hounsfield units from `lower` to `upper` become 0 to 1, clipped.
    Window { lower: f64, upper: f64 },
    /// Of MR: (value − mean) / standard deviation over the image, clipped to `lower` to `upper`.
    StandardDeviations { lower: f64, upper: f64 },
}

/// Something that the model outlines.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Target {
    pub target: OutlineTarget,
    /// From this probability on a pixel belongs to it.
    pub threshold: f64,
}

/// Who trained it, when, on what, and how it was validated. Shown as written.
#[derive(Debug, Clone, PartialEq)]
pub struct SegmentationTraining {
    pub who: String,
    pub when: String,
    pub data: String,
    pub validation: String,
}

/// The manifest after every check.
#[derive(Debug, Clone, PartialEq)]
pub struct SegmentationManifest {
    pub name: String,
    pub version: String,
    pub title: String,
    pub licence: String,
    pub notices: Vec<String>,
    pub modality: Modality,
    pub plane: TilePlane,
    /// Between rows, then between columns, mm.
    pub spacing: [f64; 2],
    pub rows: usize,
    pub columns: usize,
    pub scale: ValueScale,
    pub model_file: String,
    /// In the order of the channels of the answer; each once.
    pub target: Vec<Target>,
    pub training: SegmentationTraining,
    pub file: Vec<PackFile>,
}

/// The manifest as written; names are looked up one by one, so that a refusal can say which is unknown.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    kind: String,
    #[serde(rename = "schema_version")]
    _schema_version: u32,
    name: String,
    version: String,
    title: String,
    licence: String,
    #[serde(default)]
    notices: Vec<String>,
    image: WrittenImage,
    values: ValueScale,
    model: WrittenModel,
    target: Vec<WrittenTarget>,
    #[serde(default)]
    training: WrittenTraining,
    file: Vec<PackFile>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct WrittenImage {
    modality: String,
    plane: String,
    spacing_mm: [f64; 2],
    rows: usize,
    columns: usize,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct WrittenModel {
    file: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct WrittenTarget {
    name: String,
    threshold: f64,
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct WrittenTraining {
    who: Option<String>,
    when: Option<toml::Value>,
    data: Option<String>,
    validation: Option<String>,
}

#[derive(Deserialize)]
struct SchemaOnly {
    schema_version: i64,
}

impl SegmentationManifest {
    /// Reads and checks the text of a `pack.toml`.
    pub fn parse(text: &str) -> Result<SegmentationManifest, PackError> {
        let unreadable =
            |error: toml::de::Error| PackError::Manifest(error.to_string().trim().to_owned());
        let SchemaOnly { schema_version } = toml::from_str(text).map_err(unreadable)?;
        if schema_version != i64::from(SEGMENTATION_SCHEMA) {
            return Err(PackError::NewerSchema {
                found: schema_version,
                supported: SEGMENTATION_SCHEMA,
            });
        }
        let written: Written = toml::from_str(text).map_err(unreadable)?;
        if written.kind != KIND {
            return Err(PackError::UnknownKind(written.kind));
        }
        written.check_texts()?;
        let needed = [written.model.file.as_str(), "golden.json", "CARD.md"];
        check_listed(&written.file, needed.into_iter())?;
        let modality = written.image.modality()?;
        let plane = written.image.plane()?;
        written.image.check_size()?;
        check_scale(modality, written.values)?;
        Ok(SegmentationManifest {
            modality,
            plane,
            spacing: written.image.spacing_mm,
            rows: written.image.rows,
            columns: written.image.columns,
            scale: written.values,
            target: targets(&written.target)?,
            training: written.training.checked()?,
            name: written.name,
            version: written.version,
            title: written.title,
            licence: written.licence,
            notices: written.notices,
            model_file: written.model.file,
            file: written.file,
        })
    }

    /// Pixels of a tile.
    pub fn pixels(&self) -> usize {
        self.rows * self.columns
    }
}

impl Written {
    fn check_texts(&self) -> Result<(), PackError> {
        let wrong = |reason: String| Err(PackError::Manifest(reason));
        if !is_plain_name(&self.name) {
            return wrong(format!("'{}' is not a plain name", self.name));
        }
        if self.file.len() > FILES {
            return wrong(format!("it lists more than {FILES} files"));
        }
        let texts = [
            ("version", &self.version),
            ("title", &self.title),
            ("licence", &self.licence),
        ];
        let notices = self.notices.iter().map(|notice| ("notices", notice));
        for (name, text) in texts.into_iter().chain(notices) {
            if text.trim().is_empty() || text.chars().count() > LETTERS {
                return wrong(format!("{name} is blank or longer than {LETTERS} letters"));
            }
        }
        Ok(())
    }
}

impl WrittenImage {
    fn modality(&self) -> Result<Modality, PackError> {
        match self.modality.as_str() {
            "CT" => Ok(Modality::Ct),
            "MR" => Ok(Modality::Mr),
            other => Err(PackError::UnknownModality(other.to_owned())),
        }
    }

    fn plane(&self) -> Result<TilePlane, PackError> {
        match self.plane.as_str() {
            "axial" => Ok(TilePlane::Axial),
            "sagittal" => Ok(TilePlane::Sagittal),
            other => Err(PackError::UnknownPlane(other.to_owned())),
        }
    }

    fn check_size(&self) -> Result<(), PackError> {
        for (name, side) in [("rows", self.rows), ("columns", self.columns)] {
            if !SIDES.contains(&side) {
                return Err(PackError::Tile(format!(
                    "{name} = {side}; a tile has {} to {} of them",
                    SIDES.start(),
                    SIDES.end()
                )));
            }
        }
        match self
            .spacing_mm
            .iter()
            .find(|spacing| !SPACING.contains(spacing))
        {
            None => Ok(()),
            Some(spacing) => Err(PackError::Tile(format!(
                "pixels are {spacing} mm apart; {} to {} mm are possible",
                SPACING.start(),
                SPACING.end()
            ))),
        }
    }
}

/// CT has a unit that a window can be in, MR has none.
fn check_scale(modality: Modality, scale: ValueScale) -> Result<(), PackError> {
    let wrong = |reason: &str| Err(PackError::Tile(format!("[values] {reason}")));
    let (lower, upper, most) = match (modality, scale) {
        (Modality::Ct, ValueScale::Window { lower, upper }) => (lower, upper, VALUES),
        (Modality::Mr, ValueScale::StandardDeviations { lower, upper }) => {
            (lower, upper, DEVIATIONS)
        }
        (Modality::Ct, _) => return wrong("of CT are a window in Hounsfield units"),
        (Modality::Mr, _) => return wrong("of MR are standard deviations of the image"),
    };
    let is_sound = lower < upper && lower >= -most && upper <= most;
    match is_sound {
        true => Ok(()),
        false => wrong(&format!(
            "need lower below upper, both within {most} of zero"
        )),
    }
}

fn targets(written: &[WrittenTarget]) -> Result<Vec<Target>, PackError> {
    let mut targets: Vec<Target> = Vec::new();
    for WrittenTarget { name, threshold } in written {
        let target =
            OutlineTarget::named(name).ok_or_else(|| PackError::UnknownTarget(name.clone()))?;
        if targets.iter().any(|earlier| earlier.target == target) {
            return Err(PackError::Manifest(format!(
                "[[target]] {name} is there twice"
            )));
        }
        // 0 would take every pixel, and 1 none that a sigmoid gives.
        if !(*threshold > 0.0 && *threshold < 1.0) {
            return Err(PackError::Manifest(format!(
                "[[target]] {name} needs a threshold between 0 and 1"
            )));
        }
        targets.push(Target {
            target,
            threshold: *threshold,
        });
    }
    match targets.is_empty() {
        true => Err(PackError::Manifest("no [[target]]".to_owned())),
        false => Ok(targets),
    }
}

impl WrittenTraining {
    fn checked(self) -> Result<SegmentationTraining, PackError> {
        let said = |name: &str, text: Option<String>| match text {
            Some(text) if !text.trim().is_empty() && text.chars().count() <= LETTERS => Ok(text),
            _ => Err(PackError::Training(format!(
                "it does not say {name} in up to {LETTERS} letters"
            ))),
        };
        let when = self.when.map(|when| match when {
            toml::Value::String(text) => text,
            other => other.to_string(),
        });
        Ok(SegmentationTraining {
            who: said("who", self.who)?,
            when: said("when", when)?,
            data: said("data", self.data)?,
            validation: said("validation", self.validation)?,
        })
    }
}
