//! The small file beside the packs that holds a recalibration: TOML, signed over every byte before the
//! table `[signature]`. What may not be believed of it is said here, but for the signature: this crate
//! knows no keys.

use super::prior::FEWEST_DEATHS;
use clinical::assessment::{PackIdentity, Recalibration};
use serde::{Deserialize, Serialize};

/// The structure of the file that this program reads and writes.
const FORMAT: u32 = 1;

/// A file of this program has a twentieth of this.
const MOST_BYTES: usize = 16 * 1024;

const SIGNATURE_TABLE: &str = "\n[signature]\n";

/// Further away than any centre of any cohort: exp(3) = 20 times the hazard.
const MOST_INTERCEPT: f64 = 3.0;
/// Ten SDs of the prior.
const MOST_SLOPE: f64 = 3.0;
const MOST_LETTERS: usize = 200;

/// A recalibration as it was read, with what has to be checked before it is used.
#[derive(Debug, Clone, PartialEq)]
pub struct RecalibrationFile {
    pub recalibration: Recalibration,
    pack: String,
    version: String,
    pack_sha256: String,
    /// What the signature is over.
    signed: String,
    /// Ed25519, lower-case hexadecimal.
    pub public_key: String,
    pub signature: String,
}

/// Why a file is no recalibration of a pack.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RecalibrationFileError {
    #[error("it is not a recalibration file: {0}")]
    Unreadable(String),
    #[error("it has format {found}; this program reads format {FORMAT}")]
    NewerFormat { found: u32 },
    #[error("its numbers are not those of a recalibration: {0}")]
    Implausible(&'static str),
    #[error(
        "it belongs to {pack} {version} (manifest {sha256}…), which is not here under its name"
    )]
    OtherPack {
        pack: String,
        version: String,
        sha256: String,
    },
}

impl RecalibrationFileError {
    /// The code of the words `recalibration_refused.<code>`.
    pub fn code(&self) -> &'static str {
        match self {
            RecalibrationFileError::Unreadable(_) => "unreadable",
            RecalibrationFileError::NewerFormat { .. } => "newer_format",
            RecalibrationFileError::Implausible(_) => "implausible",
            RecalibrationFileError::OtherPack { .. } => "other_pack",
        }
    }
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Content {
    format: u32,
    pack: String,
    version: String,
    /// Of the pack's manifest, which holds the SHA-256 of every other file.
    pack_sha256: String,
    public_key: String,
    recalibration: Recalibration,
    #[serde(skip_serializing_if = "Option::is_none")]
    signature: Option<Signature>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Signature {
    ed25519: String,
}

#[derive(Deserialize)]
struct FormatOnly {
    format: u32,
}

impl RecalibrationFile {
    /// Its name in the folder of packs.
    pub fn name(pack: &str) -> String {
        format!("{pack}.recalibration.toml")
    }

    /// The text that has to be signed.
    pub fn unsigned(
        pack: &PackIdentity,
        recalibration: &Recalibration,
        public_key: &str,
    ) -> Result<String, RecalibrationFileError> {
        check(recalibration)?;
        let content = Content {
            format: FORMAT,
            pack: pack.name.clone(),
            version: pack.version.clone(),
            pack_sha256: pack.sha256.clone(),
            public_key: public_key.to_owned(),
            recalibration: recalibration.clone(),
            signature: None,
        };
        toml::to_string(&content)
            .map_err(|error| RecalibrationFileError::Unreadable(error.to_string()))
    }

    /// The whole file.
    pub fn signed(unsigned: &str, signature: &str) -> String {
        format!("{unsigned}{SIGNATURE_TABLE}ed25519 = \"{signature}\"\n")
    }

    /// Reads a file. The signature is not checked, nor which pack it belongs to.
    pub fn parse(bytes: &[u8]) -> Result<RecalibrationFile, RecalibrationFileError> {
        let unreadable = |reason: &str| RecalibrationFileError::Unreadable(reason.to_owned());
        if bytes.len() > MOST_BYTES {
            return Err(unreadable("it is far too long"));
        }
        let text = std::str::from_utf8(bytes).map_err(|_| unreadable("it is not UTF-8 text"))?;
        let wrong = |error: toml::de::Error| unreadable(error.message());
        let FormatOnly { format } = toml::from_str(text).map_err(wrong)?;
        if format != FORMAT {
            return Err(RecalibrationFileError::NewerFormat { found: format });
        }
        let content: Content = toml::from_str(text).map_err(wrong)?;
        let signed_until = text.rfind(SIGNATURE_TABLE);
        let (Some(signed_until), Some(signature)) = (signed_until, content.signature) else {
            return Err(unreadable("it is not signed"));
        };
        check(&content.recalibration)?;
        Ok(RecalibrationFile {
            recalibration: content.recalibration,
            pack: content.pack,
            version: content.version,
            pack_sha256: content.pack_sha256,
            signed: text[..signed_until].to_owned(),
            public_key: content.public_key,
            signature: signature.ed25519,
        })
    }

    /// What the signature is over.
    pub fn signed_bytes(&self) -> &[u8] {
        self.signed.as_bytes()
    }

    /// Refuses a recalibration that was learned for another pack, or another version of it.
    pub fn fits(&self, pack: &PackIdentity) -> Result<(), RecalibrationFileError> {
        let own = (&self.pack, &self.version, &self.pack_sha256);
        match own == (&pack.name, &pack.version, &pack.sha256) {
            true => Ok(()),
            false => Err(self.other_pack()),
        }
    }

    /// That it fits no pack that is there.
    pub fn other_pack(&self) -> RecalibrationFileError {
        RecalibrationFileError::OtherPack {
            pack: self.pack.clone(),
            version: self.version.clone(),
            sha256: self.pack_sha256.chars().take(8).collect(),
        }
    }
}

/// What this program would never have written.
fn check(recalibration: &Recalibration) -> Result<(), RecalibrationFileError> {
    let Recalibration {
        intercept,
        slope,
        patients,
        deaths,
        gain,
        ref person,
        ..
    } = *recalibration;
    let level = gain.interval_level;
    let sound = [
        (intercept.abs() <= MOST_INTERCEPT, "intercept"),
        (slope > 0.0 && slope <= MOST_SLOPE, "slope"),
        (patients >= deaths, "patients"),
        (deaths as usize >= FEWEST_DEATHS, "deaths"),
        (
            gain.low > 0.0 && gain.low <= gain.high && gain.high.is_finite(),
            "gain",
        ),
        (
            gain.per_patient > 0.0 && gain.per_patient.is_finite(),
            "gain",
        ),
        (level > 0.0 && level < 1.0, "interval_level"),
        (
            !person.trim().is_empty() && person.chars().count() <= MOST_LETTERS,
            "person",
        ),
    ];
    match sound.into_iter().find(|(sound, _)| !sound) {
        Some((_, what)) => Err(RecalibrationFileError::Implausible(what)),
        None => Ok(()),
    }
}
