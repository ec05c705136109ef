//! The words that may stand in a description after de-identification, and those of coded values.

use std::{collections::HashSet, sync::LazyLock};

static DESCRIPTIONS: LazyLock<HashSet<&str>> = LazyLock::new(|| {
    words(include_str!(
        "../../../../../assets/deidentify/description_words.txt"
    ))
});

static CODES: LazyLock<HashSet<&str>> = LazyLock::new(|| {
    words(include_str!(
        "../../../../../assets/deidentify/code_words.txt"
    ))
});

fn words(text: &'static str) -> HashSet<&'static str> {
    text.lines()
        .filter(|line| !line.starts_with('#'))
        .flat_map(str::split_whitespace)
        .collect()
}

/// Whether a lower-case word belongs to descriptions of images.
pub(crate) fn describes(word: &str) -> bool {
    DESCRIPTIONS.contains(word)
}

/// Whether a lower-case word belongs to coded values.
pub(crate) fn is_code(word: &str) -> bool {
    CODES.contains(word) || DESCRIPTIONS.contains(word)
}
