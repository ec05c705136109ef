//! Copies of image files without identity, by the Basic Application Level Confidentiality Profile of
//! DICOM PS3.15 annex E with the options Clean Descriptors, Retain Longitudinal Temporal Information
//! with Modified Dates, and Retain Patient Characteristics.
//!
//! An export has three steps, so that nothing rests on one of them alone: [`survey`] reads every file
//! and collects what identifies people into [`Identifying`]; [`copy`] writes the files by a list of
//! what may stay; [`search`] looks through what was written for everything collected.
//! Headers are held in memory within the reader's limits, pixel data are streamed.

pub(crate) mod burned_in;
mod encode;
pub mod identifying;
mod kept;
mod keys;
mod rewrite;
mod search;
mod survey;
mod tree;
mod values;
mod vocabulary;
mod words;

pub use burned_in::BurnedIn;
pub use identifying::Identifying;
pub use keys::{Keys, Pseudonym};
pub use search::Search;
pub use survey::Surveyed;
pub use values::{OLDEST_AGE, described};

use crate::problem::{ImagingError, Reason};
use std::{
    panic::{AssertUnwindSafe, catch_unwind},
    path::Path,
};

/// De-identification Method (0012,0063) of every copy.
const METHOD: &str = "SpineBoard keep-list\\PS3.15 2024b Basic Profile";
/// The codes of CID 7050 that De-identification Method Code Sequence (0012,0064) names.
const CODES: [(&str, &str); 4] = [
    ("113100", "Basic Application Confidentiality Profile"),
    ("113105", "Clean Descriptors Option"),
    (
        "113107",
        "Retain Longitudinal Temporal Information Modified Dates Option",
    ),
    ("113108", "Retain Patient Characteristics Option"),
];
/// Names this program in the file meta group (PS3.7 section D.3.3.2).
const IMPLEMENTATION_UID: &str = "2.25.55705994268634169103950261854996685790";
const IMPLEMENTATION_VERSION: &str = "SPINEBOARD";

/// UIDs that DICOM itself registers (PS3.6 annex A).
fn is_standard_uid(uid: &str) -> bool {
    uid.starts_with("1.2.840.10008.")
}

/// Words that this program writes into every copy, whoever the patient is.
fn is_own_word(word: &str) -> bool {
    static OWN: std::sync::LazyLock<std::collections::HashSet<String>> =
        std::sync::LazyLock::new(|| {
            let meanings = CODES.iter().flat_map(|(_, meaning)| words::tokens(meaning));
            words::tokens(METHOD)
                .into_iter()
                .chain(meanings)
                .chain(words::tokens("YES MODIFIED OTHER DCM SB"))
                .collect()
        });
    OWN.contains(word)
}

/// The words of a text as they are compared: lower case, without accents, digits apart from letters.
pub fn words_of(text: &str) -> Vec<String> {
    words::tokens(text)
}

/// Collects what a file says of people, and what the export has to know of it.
pub fn survey(path: &Path, found: &mut Identifying) -> Result<Surveyed, ImagingError> {
    guarded(|| survey::survey(path, found))
}

/// Writes the de-identified copy of an image file to a path where nothing is yet.
pub fn copy(
    from: &Path,
    to: &Path,
    keys: &Keys,
    pseudonym: &Pseudonym,
    identifying: &Identifying,
) -> Result<(), ImagingError> {
    let context = values::Context {
        keys,
        identifying,
        pseudonym,
    };
    guarded(|| rewrite::rewrite(from, to, &context))
}

/// A panic over a damaged file is a damaged file.
fn guarded<T>(work: impl FnOnce() -> Result<T, ImagingError>) -> Result<T, ImagingError> {
    catch_unwind(AssertUnwindSafe(work))
        .unwrap_or_else(|_| Err(Reason::BrokenStructure.because("header").into()))
}

#[cfg(test)]
mod tests;
