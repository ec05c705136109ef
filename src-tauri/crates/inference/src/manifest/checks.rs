//! What every manifest must hold to: files, output and columns, against the feature catalogue.

use super::{Encoding, Input, Manifest, Output, REQUIRED_HORIZONS_MONTHS};
use crate::{
    PackError,
    files::{check_listed, is_plain_name},
};
use clinical::{
    case::Value,
    catalogue::{Catalogue, Feature, FeatureId, Kind},
};

impl Manifest {
    pub(super) fn check_files(&self) -> Result<(), PackError> {
        if !is_plain_name(&self.name) {
            return Err(PackError::Manifest(format!(
                "'{}' is not a plain name",
                self.name
            )));
        }
        let members = self.member.iter().map(|member| member.file.as_str());
        let benefit = self.benefit.iter().map(|benefit| benefit.file.as_str());
        let needed = members.chain(["golden.json", "CARD.md"]).chain(benefit);
        check_listed(&self.file, needed)
    }

    pub(super) fn check_output(&self) -> Result<(), PackError> {
        let wrong = |reason: &str| Err(PackError::Manifest(format!("[output] {reason}")));
        let Output {
            time_grid_months: grid,
            horizons_months: horizons,
            ..
        } = &self.output;
        if grid.first() != Some(&0.0) || !grid.windows(2).all(|pair| pair[0] < pair[1]) {
            return wrong("time_grid_months must start at 0 and rise");
        }
        if !horizons.iter().all(|horizon| grid.contains(horizon)) {
            return wrong("horizons_months must lie on time_grid_months");
        }
        if !REQUIRED_HORIZONS_MONTHS
            .iter()
            .all(|horizon| horizons.contains(horizon))
        {
            return wrong("horizons_months must contain 3, 6 and 12");
        }
        if self.output.samples == 0 {
            return wrong("samples must be at least 1");
        }
        if let Some(worlds) = self.output.worlds
            && (worlds == 0 || !self.output.samples.is_multiple_of(worlds))
        {
            return wrong("worlds must divide samples");
        }
        let level = self.output.interval_level;
        if !(level > 0.0 && level < 1.0) {
            return wrong("interval_level must lie between 0 and 1");
        }
        let weights = self.member.iter().map(|member| member.weight);
        if self.member.is_empty()
            || !weights
                .clone()
                .all(|weight| weight.is_finite() && weight > 0.0)
        {
            return Err(PackError::Manifest(
                "[[member]] needs a weight above 0".to_owned(),
            ));
        }
        Ok(())
    }

    pub(super) fn check_inputs(&self, catalogue: &Catalogue) -> Result<(), PackError> {
        if self.input.is_empty() {
            return Err(PackError::Manifest("no [[input]]".to_owned()));
        }
        for (position, input) in self.input.iter().enumerate() {
            let Input {
                column, encoding, ..
            } = input;
            if self.input[..position]
                .iter()
                .any(|earlier| earlier.column == *column)
            {
                return Err(PackError::Manifest(format!(
                    "column {column} is there twice"
                )));
            }
            let feature = resolve(catalogue, &format!("column {column}"), &input.feature)?;
            if let Some(reason) = encoding.misfit(feature) {
                return Err(PackError::Encoding {
                    column: column.clone(),
                    reason,
                });
            }
            for (id, values) in &input.only_when {
                let condition = resolve(catalogue, &format!("column {column}"), id)?;
                let unknown = values
                    .iter()
                    .filter_map(Value::as_code)
                    .find(|code| !has_option(condition, code));
                if let Some(code) = unknown {
                    let reason = format!("only_when: {id} has no option '{code}'");
                    return Err(PackError::Encoding {
                        column: column.clone(),
                        reason,
                    });
                }
            }
        }
        Ok(())
    }
}

impl Encoding {
    /// Why the encoding does not fit the feature, if it does not.
    fn misfit(&self, feature: &Feature) -> Option<String> {
        let wants = |kinds: &[Kind], name: &str| {
            let kind = feature.kind;
            (!kinds.contains(&kind))
                .then(|| format!("{name} does not fit {} of kind {kind:?}", feature.id))
        };
        match self {
            Encoding::Flag {} => wants(&[Kind::Flag], "flag"),
            Encoding::Number {
                center,
                scale,
                min,
                max,
            } => wants(&[Kind::Number, Kind::Integer], "number").or_else(|| {
                let sound = [center, scale, min, max]
                    .iter()
                    .all(|number| number.is_finite());
                (!sound || *scale <= 0.0 || min >= max).then(|| {
                    "number needs finite limits, min below max and a scale above 0".to_owned()
                })
            }),
            Encoding::Threshold { below, at_or_above } => {
                wants(&[Kind::Number, Kind::Integer], "threshold").or_else(|| {
                    match (below, at_or_above) {
                        (Some(limit), None) | (None, Some(limit)) if limit.is_finite() => None,
                        _ => Some("threshold needs one of below and at_or_above".to_owned()),
                    }
                })
            }
            Encoding::Indicator { value, values } => {
                wants(&[Kind::Choice], "indicator").or_else(|| {
                    if value.is_some() != values.is_empty() {
                        return Some("indicator needs one of value and values".to_owned());
                    }
                    let unknown = value
                        .iter()
                        .chain(values)
                        .find(|code| !has_option(feature, code));
                    unknown.map(|code| format!("{} has no option '{code}'", feature.id))
                })
            }
        }
    }
}

/// The catalogue's entry of an id that stands at `place`.
pub(super) fn resolve<'catalogue>(
    catalogue: &'catalogue Catalogue,
    place: &str,
    id: &FeatureId,
) -> Result<&'catalogue Feature, PackError> {
    catalogue
        .feature(id)
        .ok_or_else(|| PackError::UnknownFeature {
            place: place.to_owned(),
            feature: id.to_string(),
        })
}

fn has_option(feature: &Feature, code: &str) -> bool {
    feature.options.iter().any(|option| option.id == code)
}
