//! The files of a pack: read within a limit, by plain names, and only with the hash that its manifest gives.

use crate::PackError;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use std::{collections::BTreeMap, fmt::Write, fs::File, io::Read, path::Path};

/// Larger files are not read.
pub(crate) const FILE_LIMIT_BYTES: u64 = 64 * 1024 * 1024;

/// A file of the pack and its SHA-256, hexadecimal.
#[derive(Debug, Clone, PartialEq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct PackFile {
    pub path: String,
    pub sha256: String,
}

/// Reads a file of the pack, refusing to read more than [`FILE_LIMIT_BYTES`].
pub(crate) fn read_file(folder: &Path, name: &str) -> Result<Vec<u8>, PackError> {
    let missing = |error: std::io::Error| PackError::MissingFile {
        file: name.to_owned(),
        reason: error.to_string(),
    };
    let file = File::open(folder.join(name)).map_err(missing)?;
    let mut bytes = Vec::new();
    file.take(FILE_LIMIT_BYTES + 1)
        .read_to_end(&mut bytes)
        .map_err(missing)?;
    if bytes.len() as u64 > FILE_LIMIT_BYTES {
        return Err(PackError::GiantFile {
            file: name.to_owned(),
            limit: FILE_LIMIT_BYTES,
        });
    }
    Ok(bytes)
}

/// The bytes of `pack.toml`, and the text in them.
pub(crate) fn read_manifest(folder: &Path) -> Result<(Vec<u8>, String), PackError> {
    let bytes = read_file(folder, "pack.toml")?;
    let text = std::str::from_utf8(&bytes)
        .map_err(|error| PackError::Manifest(format!("it is not UTF-8 text: {error}")))?
        .to_owned();
    Ok((bytes, text))
}

/// Every listed file by its name, each with the hash that it is listed with.
pub(crate) fn read_listed<'file>(
    folder: &Path,
    listed: &'file [PackFile],
) -> Result<BTreeMap<&'file str, Vec<u8>>, PackError> {
    let mut files = BTreeMap::new();
    for file in listed {
        let bytes = read_file(folder, &file.path)?;
        if !hexadecimal(&bytes).eq_ignore_ascii_case(&file.sha256) {
            return Err(PackError::WrongHash {
                file: file.path.clone(),
            });
        }
        files.insert(file.path.as_str(), bytes);
    }
    Ok(files)
}

/// Refuses names that lead out of the folder, and a needed file without a hash.
pub(crate) fn check_listed<'name>(
    listed: &'name [PackFile],
    needed: impl Iterator<Item = &'name str> + Clone,
) -> Result<(), PackError> {
    let paths = listed.iter().map(|file| file.path.as_str());
    if let Some(name) = paths
        .chain(needed.clone())
        .find(|name| !is_plain_name(name))
    {
        return Err(PackError::FileName(name.to_owned()));
    }
    let is_listed = |name: &str| listed.iter().any(|file| file.path == name);
    match needed.into_iter().find(|name| !is_listed(name)) {
        None => Ok(()),
        Some(name) => Err(PackError::Manifest(format!(
            "no [[file]] gives the SHA-256 of {name}"
        ))),
    }
}

pub(crate) fn hexadecimal(bytes: &[u8]) -> String {
    Sha256::digest(bytes)
        .iter()
        .fold(String::new(), |mut text, byte| {
            let _ = write!(text, "{byte:02x}");
            text
        })
}

/// A name without folders, drive letters or tricks on any system.
pub(crate) fn is_plain_name(name: &str) -> bool {
    let allowed =
        |letter: char| letter.is_ascii_alphanumeric() || matches!(letter, '.' | '-' | '_');
    !name.is_empty() && name.len() <= 100 && !name.starts_with('.') && name.chars().all(allowed)
}
