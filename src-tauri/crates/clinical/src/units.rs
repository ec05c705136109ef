//! Units of measured values: conversion to the catalogue's unit and back, and the question
//! whether a value fits its unit.
//!
//! Factors and their sources stand in `assets/features.toml`.

use crate::catalogue::{Feature, FeatureId, UnitConversion};

/// The unit is not one that the catalogue converts for this feature.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{feature} cannot be read in '{unit}'; write it in one of: {accepted}")]
pub struct UnknownUnit {
    pub feature: FeatureId,
    pub unit: String,
    /// The accepted units, comma-separated.
    pub accepted: String,
}

/// A number as entered, in the catalogue's unit; no unit means that it is already.
///
/// Rounded to ten significant digits: 10.3 mg/dL of calcium must meet a threshold that was printed
/// as 10.3 mg/dL, which binary multiplication alone does not promise.
pub fn to_canonical(
    feature: &Feature,
    number: f64,
    unit: Option<&str>,
) -> Result<f64, UnknownUnit> {
    Ok(match conversion(feature, unit)? {
        Some(other) => ten_digits(number * other.factor + other.offset),
        None => number,
    })
}

/// A number in the catalogue's unit, shown in another one.
pub fn from_canonical(
    feature: &Feature,
    number: f64,
    unit: Option<&str>,
) -> Result<f64, UnknownUnit> {
    Ok(match conversion(feature, unit)? {
        Some(other) => ten_digits((number - other.offset) / other.factor),
        None => number,
    })
}

/// Whether a number in its unit lies within the plausible limits, both included. A feature without
/// limits has no implausible value.
pub fn plausible(feature: &Feature, number: f64, unit: Option<&str>) -> Result<bool, UnknownUnit> {
    let canonical = to_canonical(feature, number, unit)?;
    Ok(feature
        .limits
        .is_none_or(|limits| (limits.min..=limits.max).contains(&canonical)))
}

/// The first other unit in which an implausible number would be plausible: "did you mean …?".
pub fn suggest_unit<'feature>(
    feature: &'feature Feature,
    number: f64,
    unit: Option<&str>,
) -> Option<&'feature str> {
    if plausible(feature, number, unit) != Ok(false) {
        return None;
    }
    feature
        .units()
        .find(|other| plausible(feature, number, Some(other)) == Ok(true))
}

fn conversion<'feature>(
    feature: &'feature Feature,
    unit: Option<&str>,
) -> Result<Option<&'feature UnitConversion>, UnknownUnit> {
    let Some(unit) = unit.filter(|unit| Some(*unit) != feature.unit.as_deref()) else {
        return Ok(None);
    };
    let found = feature.other_units.iter().find(|other| other.unit == unit);
    found.map(Some).ok_or_else(|| UnknownUnit {
        feature: feature.id.clone(),
        unit: unit.to_owned(),
        accepted: feature.units().collect::<Vec<_>>().join(", "),
    })
}

fn ten_digits(number: f64) -> f64 {
    format!("{number:.9e}").parse().unwrap_or(number)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
    use super::*;
    use crate::catalogue::Catalogue;
    use proptest::prelude::*;

    fn feature(id: &str) -> &'static Feature {
        Catalogue::shipped()
            .feature(&FeatureId::unchecked(id))
            .expect("a feature of the catalogue")
    }

    /// Worked by hand from the factors that the catalogue cites.
    #[test]
    fn converts_as_on_paper() {
        for (id, entered, unit, expected) in [
            ("albumin", 3.7, "g/dL", 37.0),
            ("haemoglobin", 12.5, "g/dL", 125.0),
            ("haemoglobin", 7.5, "mmol/L", 120.855),
            ("platelets", 100_000.0, "/uL", 100.0),
            ("platelets", 9.5, "10^4/uL", 95.0),
            ("leucocytes", 6.1, "10^3/uL", 6.1),
            ("c_reactive_protein", 0.4, "mg/dL", 4.0),
            ("calcium_corrected", 10.3, "mg/dL", 2.569_85),
            ("calcium_corrected", 5.0, "mEq/L", 2.5),
            ("creatinine", 1.2, "mg/dL", 106.08),
            ("bilirubin", 1.4, "mg/dL", 23.94),
            ("lactate_dehydrogenase", 4.5, "ukat/L", 270.0),
            ("prostate_specific_antigen", 12.3, "ng/mL", 12.3),
            ("months_since_primary_diagnosis", 2.5, "year", 30.0),
            ("motor_deficit_days", 2.0, "week", 14.0),
            ("motor_deficit_days", 36.0, "hour", 1.5),
        ] {
            assert_eq!(
                to_canonical(feature(id), entered, Some(unit)),
                Ok(expected),
                "{id}"
            );
        }
    }

    #[test]
    fn no_unit_and_the_own_unit_leave_the_number_alone() {
        assert_eq!(
            to_canonical(feature("albumin"), 37.123_456_789_012, None),
            Ok(37.123_456_789_012)
        );
        assert_eq!(
            to_canonical(feature("albumin"), 0.1 + 0.2, Some("g/L")),
            Ok(0.1 + 0.2)
        );
    }

    #[test]
    fn an_unknown_unit_is_refused_with_the_accepted_ones() {
        let refused =
            to_canonical(feature("albumin"), 37.0, Some("mg/L")).expect_err("no such unit");
        assert_eq!(refused.accepted, "g/L, g/dL");
        assert!(to_canonical(feature("ecog"), 1.0, Some("points")).is_err());
    }

    #[test]
    fn suggests_the_unit_that_was_probably_meant() {
        assert_eq!(suggest_unit(feature("albumin"), 3.8, None), Some("g/dL"));
        assert_eq!(
            suggest_unit(feature("albumin"), 38.0, Some("g/dL")),
            Some("g/L")
        );
        assert_eq!(suggest_unit(feature("albumin"), 38.0, None), None);
        assert_eq!(suggest_unit(feature("albumin"), 800.0, None), None);
        assert_eq!(
            suggest_unit(feature("haemoglobin"), 12.5, None),
            Some("g/dL")
        );
        assert_eq!(
            suggest_unit(feature("calcium_corrected"), 9.4, None),
            Some("mg/dL")
        );
        assert_eq!(
            suggest_unit(feature("creatinine"), 1.1, None),
            Some("mg/dL")
        );
        assert_eq!(
            suggest_unit(feature("platelets"), 250_000.0, None),
            Some("/uL")
        );
        assert_eq!(
            suggest_unit(feature("lactate_dehydrogenase"), 3.5, None),
            Some("ukat/L")
        );
    }

    proptest! {
        #[test]
        fn there_and_back_keeps_the_number(number in 0.001f64..1e6) {
            for feature in Catalogue::shipped().features() {
                for unit in feature.units() {
                    let canonical = to_canonical(feature, number, Some(unit)).unwrap();
                    let back = from_canonical(feature, canonical, Some(unit)).unwrap();
                    prop_assert!((back - number).abs() <= number * 1e-8, "{} {unit}", feature.id);
                }
            }
        }

        #[test]
        fn a_suggested_unit_makes_the_number_plausible(number in 0.0f64..1e6) {
            for feature in Catalogue::shipped().features() {
                if let Some(unit) = suggest_unit(feature, number, None) {
                    prop_assert_eq!(plausible(feature, number, None), Ok(false));
                    prop_assert_eq!(plausible(feature, number, Some(unit)), Ok(true));
                }
            }
        }
    }
}
