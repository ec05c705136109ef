//! The search of an export for everything that identifies people: images element by element and byte by
//! byte, the case file value by value, the report by its text and its unpacked streams.

use crate::BoardError;
use clinical::{catalogue::Catalogue, language::Language, scores, words::Words};
use imaging::deidentify::{Identifying, Search};
use inference::PackSet;
use serde_json::Value;
use std::{
    collections::HashSet,
    path::{Path, PathBuf},
};

pub(crate) struct Found {
    /// Files that hold an identifying value.
    pub(crate) files: usize,
    /// What could not be looked for in case file and report.
    pub(crate) not_searched: Option<String>,
}

/// Looks through the written files, given relative to a folder, and through their names.
pub(crate) fn files_with_identity(
    folder: &Path,
    files: &[PathBuf],
    identifying: &Identifying,
    packs: Option<&PackSet>,
) -> Result<Found, BoardError> {
    let search = prepared(identifying)?;
    let own = own_words(packs);
    let (in_texts, dropped) = identifying.without(|word| own.contains(word));
    let texts = prepared(&in_texts)?;
    let mut found = 0;
    for file in files {
        let path = folder.join(file);
        let is_named = search.finds_in_text(&file.to_string_lossy());
        let holds = match file.extension().and_then(|extension| extension.to_str()) {
            Some("json") => finds_in_json(&search, &texts, &read(&path)?),
            Some("pdf") => {
                let bytes = read(&path)?;
                search.finds_in_bytes(&path)?
                    || report::texts_of(&bytes)?
                        .iter()
                        .any(|text| texts.finds_in_text(text))
            }
            _ => search.finds_in_image(&path)?,
        };
        found += usize::from(is_named || holds);
    }
    Ok(Found {
        files: found,
        not_searched: (dropped > 0).then(|| "words of case file and report".to_owned()),
    })
}

fn prepared(identifying: &Identifying) -> Result<Search<'_>, BoardError> {
    Search::new(identifying).ok_or_else(|| {
        BoardError::new(
            "export_too_large",
            "There is too much to look for at once. Export fewer studies at a time.",
        )
    })
}

fn read(path: &Path) -> Result<Vec<u8>, BoardError> {
    std::fs::read(path).map_err(|error| {
        BoardError::new("export_unwritable", error.to_string()).with("detail", error.kind())
    })
}

/// Every text in a case file; the keys are the program's own, and one may be somebody's name.
fn finds_in_json(search: &Search, texts: &Search, bytes: &[u8]) -> bool {
    fn holds(value: &Value, named: &dyn Fn(&str) -> bool) -> bool {
        match value {
            Value::String(text) => named(text),
            Value::Array(values) => values.iter().any(|value| holds(value, named)),
            Value::Object(fields) => fields.values().any(|value| holds(value, named)),
            _ => false,
        }
    }
    let named = |text: &str| search.finds_in_memory(text.as_bytes()) || texts.finds_in_text(text);
    match serde_json::from_slice(bytes) {
        Ok(value) => holds(&value, &named),
        // What cannot be read cannot be shown to be clean.
        Err(_) => true,
    }
}

/// The words that stand in reports and case files of every patient: names of scores are surnames.
fn own_words(packs: Option<&PackSet>) -> HashSet<String> {
    let mut texts: Vec<String> = Vec::new();
    for language in Language::ALL {
        texts.extend(Words::shipped(language.code()).entries().into_values());
        let catalogue = Catalogue::in_language(language.code());
        texts.push(format!(
            "{:?} {:?} {:?}",
            catalogue.groups(),
            catalogue.features(),
            catalogue.rules()
        ));
    }
    texts.push(format!("{:?}", scores::shipped()));
    texts.push("de-identified typed file image patient level lesion SB".to_owned());
    for pack in packs.iter().flat_map(|packs| packs.packs()) {
        texts.push(format!("{:?}", pack.manifest()));
    }
    texts
        .iter()
        .flat_map(|text| imaging::deidentify::words_of(text))
        .collect()
}
