//! How far a centre's own patients may move a model, and how few are too few: the rules that
//! `models/training` wrote down before any centre was seen (`rules/adapt.toml`, read by a test below).

use serde::{Deserialize, de::IgnoredAny};

/// SD between centres of the log cumulative hazard, where a pack does not state its own: about 9 to 10
/// points of survival at 12 months.
const CENTRE_SD: f64 = 0.42;

/// SD around 1 of how strongly patients of a centre differ. Assumed.
pub(super) const SLOPE_SD: f64 = 0.20;

/// A shift of more SDs between centres gets a warning. Assumed.
pub(super) const UNUSUAL_SDS: f64 = 2.0;

/// About 10 deaths per fitted number, two numbers, and a factor of 2.5, so that each of five fifths
/// keeps about 10. Below, shrinkage cannot be told from noise. A working rule.
pub(super) const FEWEST_DEATHS: usize = 50;

/// Fewer different times of follow-up are no follow-up.
pub(super) const FEWEST_TIMES: usize = 3;

pub(super) const FOLDS: usize = 5;
pub(super) const BOOTSTRAPS: usize = 500;
pub(super) const SEED: u64 = 20_261_128;

/// How much centres differ around a pack.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct CentreSpread {
    /// Of the log cumulative hazard.
    pub(crate) sd: f64,
    /// A centre's patients were learned from already, so that this spread is spent.
    pub(crate) adapted: bool,
}

/// What `measured.json` of a pack says about centres.
#[derive(Deserialize, Default)]
struct Measured {
    centre_sd: Option<f64>,
    /// Of [`CENTRE_SD`].
    centre_factor: Option<f64>,
    adaptation: Option<IgnoredAny>,
}

impl CentreSpread {
    /// What the pack says of itself, else the rule's.
    pub(crate) fn of(measured: &[u8]) -> CentreSpread {
        let measured: Measured = serde_json::from_slice(measured).unwrap_or_default();
        let factor = measured.centre_factor.map(|factor| factor * CENTRE_SD);
        let stated = measured.centre_sd.or(factor);
        CentreSpread {
            sd: stated
                .filter(|sd| sd.is_finite() && *sd > 0.0)
                .unwrap_or(CENTRE_SD),
            adapted: measured.adaptation.is_some(),
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
    use super::*;

    #[test]
    fn the_numbers_are_those_that_the_kit_states() {
        let rules: toml::Table = toml::from_str(include_str!(
            "../../../../../models/training/src/spineboard_training/rules/adapt.toml"
        ))
        .unwrap();
        let number = |table: &str, name: &str| match &rules[table][name] {
            toml::Value::Integer(number) => *number as f64,
            other => other.as_float().unwrap(),
        };
        let pairs = [
            (number("shift", "centre_sd"), CENTRE_SD),
            (number("shift", "unusual_sds"), UNUSUAL_SDS),
            (number("slope", "sd"), SLOPE_SD),
            (number("cohort", "fewest_deaths"), FEWEST_DEATHS as f64),
            (number("cohort", "fewest_times"), FEWEST_TIMES as f64),
            (number("check", "folds"), FOLDS as f64),
            (number("check", "bootstraps"), BOOTSTRAPS as f64),
            (number("check", "seed"), SEED as f64),
        ];
        for (stated, used) in pairs {
            assert_eq!(stated, used);
        }
    }

    #[test]
    fn a_pack_may_state_how_much_centres_differ() {
        let sd = |text: &str| CentreSpread::of(text.as_bytes()).sd;
        assert_eq!(sd(r#"{"centre_sd": 0.4, "centre_factor": 2}"#), 0.4);
        assert_eq!(sd(r#"{"centre_factor": 0.5}"#), 0.21);
        for silent in ["", "{}", "[]", r#"{"centre_sd": -1}"#] {
            assert_eq!(sd(silent), CENTRE_SD, "{silent}");
        }
        assert!(CentreSpread::of(br#"{"adaptation": {"shift": [0, 1]}}"#).adapted);
    }
}
