//! From facts to the columns of a pack: the encoded value (0 where unknown) and 1 or 0 for known.

use crate::manifest::{Encoding, Input};
use clinical::{
    case::Value,
    catalogue::{Catalogue, Feature, FeatureId},
    conditions::KnownFacts,
};
use std::collections::{BTreeMap, BTreeSet};

/// One patient as the graph reads them.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct EncodedRow {
    pub(crate) values: Vec<f32>,
    pub(crate) known: Vec<f32>,
    /// Features that were known and used.
    pub(crate) used: Vec<FeatureId>,
    /// Features that the graph averages over.
    pub(crate) averaged_over: Vec<FeatureId>,
    /// Codes `implausible:<feature>` and `outside_limits:<feature>`.
    pub(crate) doubts: Vec<String>,
}

/// The part of the catalogue that a pack reads.
pub(crate) type ReadFeatures = BTreeMap<FeatureId, Feature>;

/// Copies the features of the inputs and of their conditions out of the catalogue.
pub(crate) fn read_features(inputs: &[Input], catalogue: &Catalogue) -> ReadFeatures {
    let ids = inputs
        .iter()
        .flat_map(|input| std::iter::once(&input.feature).chain(input.only_when.keys()));
    ids.filter_map(|id| Some((id.clone(), catalogue.feature(id)?.clone())))
        .collect()
}

/// Encodes the facts of one patient.
///
/// A value that is none of the feature (wrong kind, unknown option, not finite) counts as unknown and
/// is named. A number outside the catalogue's plausible limits, or beyond the range that the model
/// was made for, is clipped to that range and named.
pub(crate) fn encode(
    inputs: &[Input],
    features: &ReadFeatures,
    facts: &impl KnownFacts,
) -> EncodedRow {
    let mut row = EncodedRow {
        values: Vec::with_capacity(inputs.len()),
        known: Vec::with_capacity(inputs.len()),
        used: Vec::new(),
        averaged_over: Vec::new(),
        doubts: Vec::new(),
    };
    let mut implausible = BTreeSet::new();
    let mut read = |id: &FeatureId| -> Option<Value> {
        let value = facts.known(id)?;
        let feature = features
            .get(id)
            .filter(|feature| feature.accepts(value).is_ok());
        if feature.is_none() {
            implausible.insert(format!("implausible:{id}"));
        }
        feature.map(|_| value.clone())
    };
    let mut outside = BTreeSet::new();
    for input in inputs {
        let (value, known, list) = match applies(input, &mut read) {
            Some(false) => (0.0, 1.0, None),
            Some(true) => match read(&input.feature) {
                Some(value) => {
                    if outside_limits(input, features, &value) {
                        outside.insert(format!("outside_limits:{}", input.feature));
                    }
                    (input.encoding.number(&value), 1.0, Some(&mut row.used))
                }
                None => (0.0, 0.0, Some(&mut row.averaged_over)),
            },
            None => (0.0, 0.0, Some(&mut row.averaged_over)),
        };
        row.values.push(value as f32);
        row.known.push(known);
        if let Some(list) = list
            && !list.contains(&input.feature)
        {
            list.push(input.feature.clone());
        }
    }
    row.doubts = implausible.into_iter().chain(outside).collect();
    row
}

/// Whether the column applies to the patient; none where that is not known.
fn applies(input: &Input, read: &mut impl FnMut(&FeatureId) -> Option<Value>) -> Option<bool> {
    let mut certain = true;
    for (id, values) in &input.only_when {
        match read(id) {
            Some(value) if values.contains(&value) => {}
            Some(_) => return Some(false),
            None => certain = false,
        }
    }
    certain.then_some(true)
}

fn outside_limits(input: &Input, features: &ReadFeatures, value: &Value) -> bool {
    let Some(number) = value.as_number() else {
        return false;
    };
    let of_catalogue = features
        .get(&input.feature)
        .and_then(|feature| feature.limits);
    let of_model = match input.encoding {
        Encoding::Number { min, max, .. } => Some((min, max)),
        _ => None,
    };
    let ranges = of_catalogue
        .map(|limits| (limits.min, limits.max))
        .into_iter()
        .chain(of_model);
    ranges
        .into_iter()
        .any(|(min, max)| number < min || number > max)
}

impl Encoding {
    /// The encoded value of a fact of the right kind.
    fn number(&self, value: &Value) -> f64 {
        let one_if = |condition: bool| if condition { 1.0 } else { 0.0 };
        match (self, value) {
            (
                Encoding::Number {
                    center,
                    scale,
                    min,
                    max,
                },
                Value::Number(number),
            ) => (number.clamp(*min, *max) - center) / scale,
            (
                Encoding::Threshold {
                    below: Some(limit), ..
                },
                Value::Number(number),
            ) => one_if(number < limit),
            (
                Encoding::Threshold {
                    at_or_above: Some(limit),
                    ..
                },
                Value::Number(number),
            ) => one_if(number >= limit),
            (Encoding::Indicator { value, values }, Value::Code(code)) => {
                one_if(value.iter().chain(values).any(|wanted| wanted == code))
            }
            (Encoding::Flag {}, Value::Flag(flag)) => one_if(*flag),
            _ => 0.0,
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
    use super::*;
    use crate::{
        manifest::Manifest,
        synthetic::{MANIFEST, catalogue, code, facts},
    };

    fn encoded(pairs: &[(&str, Value)]) -> EncodedRow {
        let catalogue = catalogue();
        let inputs = Manifest::parse(MANIFEST, &catalogue).unwrap().input;
        encode(&inputs, &read_features(&inputs, &catalogue), &facts(pairs))
    }

    fn names(features: &[FeatureId]) -> Vec<&str> {
        features.iter().map(FeatureId::as_str).collect()
    }

    #[test]
    fn facts_become_columns() {
        let row = encoded(&[
            ("age", Value::Number(75.0)),
            ("primary_tumour", code("breast")),
            ("liver_metastasis", Value::Flag(true)),
            ("karnofsky", Value::Number(70.0)),
            ("her2_status", code("positive")),
        ]);
        assert_eq!(row.values, [1.0, 0.0, 1.0, 0.0, 1.0]);
        assert_eq!(row.known, [1.0; 5]);
        assert_eq!(row.used.len(), 5);
        assert!(row.averaged_over.is_empty() && row.doubts.is_empty());
    }

    #[test]
    fn a_blank_is_unknown_and_never_a_zero_that_is_known() {
        let row = encoded(&[("liver_metastasis", Value::Flag(false))]);
        assert_eq!(row.values, [0.0; 5]);
        assert_eq!(row.known, [0.0, 0.0, 1.0, 0.0, 0.0]);
        assert_eq!(
            names(&row.averaged_over),
            ["age", "primary_tumour", "karnofsky", "her2_status"]
        );
        assert_eq!(names(&row.used), ["liver_metastasis"]);
    }

    #[test]
    fn what_does_not_apply_is_known_and_neither_used_nor_averaged_over() {
        let row = encoded(&[
            ("primary_tumour", code("lung")),
            ("her2_status", code("positive")),
        ]);
        assert_eq!((row.values[4], row.known[4]), (0.0, 1.0));
        assert_eq!(names(&row.used), ["primary_tumour"]);
        assert_eq!(
            names(&row.averaged_over),
            ["age", "liver_metastasis", "karnofsky"]
        );
    }

    #[test]
    fn beyond_the_model_is_clipped_and_said() {
        for age in [105.0, 1050.0] {
            let row = encoded(&[("age", Value::Number(age))]);
            assert_eq!(
                (row.values[0], row.known[0]),
                (3.0, 1.0),
                "95 is the model's limit"
            );
            assert_eq!(row.doubts, ["outside_limits:age"]);
        }
        let row = encoded(&[("karnofsky", Value::Number(120.0))]);
        assert_eq!(
            (row.values[3], row.known[3]),
            (0.0, 1.0),
            "a threshold has no range of its own"
        );
        assert_eq!(row.doubts, ["outside_limits:karnofsky"]);
    }

    #[test]
    fn what_is_no_value_of_the_feature_is_unknown_and_said() {
        let row = encoded(&[
            ("age", Value::Number(f64::INFINITY)),
            ("primary_tumour", code("lungs")),
            ("liver_metastasis", Value::Number(1.0)),
            ("karnofsky", Value::Number(f64::NAN)),
        ]);
        assert_eq!((row.values, row.known), (vec![0.0; 5], vec![0.0; 5]));
        let expected = ["age", "karnofsky", "liver_metastasis", "primary_tumour"];
        assert_eq!(
            row.doubts,
            expected.map(|feature| format!("implausible:{feature}"))
        );
    }
}
