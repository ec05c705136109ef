//! How a person likes to look at things: kept per person, since the web view itself keeps nothing.

use crate::{AppStatus, Board, BoardError};
use std::collections::BTreeMap;
use store::{Person, Store};

/// What can be preferred; the interface knows the values.
const NAMES: [&str; 4] = ["forecast_view", "reference_cohort", "theme", "zoom"];
const LONGEST: usize = 32;

impl Board {
    /// Keeps a preference of whoever is signed in.
    pub fn set_preference(&self, name: &str, value: &str) -> Result<AppStatus, BoardError> {
        let is_plain = |letter: char| letter.is_ascii_alphanumeric() || "_.".contains(letter);
        if !NAMES.contains(&name) || value.len() > LONGEST || !value.chars().all(is_plain) {
            let message = "This is no preference that is kept.";
            return Err(BoardError::new("unknown_preference", message));
        }
        let person = self.person()?;
        self.with_store(|store| Ok(store.set_setting(&key(&person, name), value)?))?;
        Ok(self.status())
    }
}

/// The preferences of a person, by name.
pub(crate) fn preferences(store: &Store, person: &Person) -> BTreeMap<String, String> {
    let kept = |name: &&str| {
        let value = store.setting(&key(person, name)).ok().flatten()?;
        Some(((*name).to_owned(), value))
    };
    NAMES.iter().filter_map(kept).collect()
}

fn key(person: &Person, name: &str) -> String {
    format!("preference.{}.{name}", person.id)
}
