//! Why a recommendation was not carried out as it stood: the value set of the German Medical Informatics Initiative's guide for
//! tumour boards, with its codes (`assets/deviation_reasons.toml`).

use serde::{Deserialize, Serialize};
use std::sync::OnceLock;
use ts_rs::TS;

/// The version of the file that is read here.
const SCHEMA: u32 = 1;

/// A value set with its codes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct DeviationReasons {
    #[serde(rename = "schema_version", skip_serializing)]
    #[ts(skip)]
    schema: u32,
    /// Canonical address of the value set.
    pub value_set: String,
    /// Canonical address of the code system.
    pub system: String,
    pub version: String,
    pub citation: String,
    /// In the order of the value set.
    pub reason: Vec<DeviationReason>,
}

/// One code; the words `deviation.<code>` say it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct DeviationReason {
    /// As the code system writes it.
    pub code: String,
    /// As the value set shows it, in German.
    pub display: String,
    /// Says why a treatment ended, not why it did not begin or was changed; not offered for a deviation.
    #[serde(default)]
    pub ends_treatment: bool,
}

impl DeviationReasons {
    /// Whether a code is one of the value set.
    pub fn knows(&self, code: &str) -> bool {
        self.reason.iter().any(|reason| reason.code == code)
    }
}

/// The value set that this version was built with.
#[expect(clippy::expect_used, reason = "compiled in, and a test parses it")]
pub fn deviation_reasons() -> &'static DeviationReasons {
    static REASONS: OnceLock<DeviationReasons> = OnceLock::new();
    REASONS.get_or_init(|| {
        let text = include_str!("../../../../../assets/deviation_reasons.toml");
        let reasons: DeviationReasons =
            toml::from_str(text).expect("the shipped reasons are sound");
        assert_eq!(
            reasons.schema, SCHEMA,
            "the shipped reasons are of this version"
        );
        reasons
    })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
    use super::*;
    use crate::words::Words;
    use std::collections::BTreeSet;

    #[test]
    fn all_twenty_codes_of_the_value_set_are_there_once_and_have_words() {
        let reasons = deviation_reasons();
        let codes: BTreeSet<&str> = reasons
            .reason
            .iter()
            .map(|reason| reason.code.as_str())
            .collect();
        // The value set of version 2026.0.1 contains 20 concepts.
        assert_eq!((reasons.reason.len(), codes.len()), (20, 20));
        for code in codes {
            for language in ["en", "de"] {
                let key = format!("deviation.{code}");
                assert!(Words::shipped(language).contains(&key), "{language} {key}");
            }
        }
        assert!(reasons.knows("patient-wish") && !reasons.knows("patient_wish"));
    }

    #[test]
    fn the_german_words_are_those_of_the_value_set() {
        for reason in &deviation_reasons().reason {
            let words = Words::shipped("de").text(&format!("deviation.{}", reason.code), &[]);
            assert_eq!(words, reason.display);
        }
    }
}
