//! Replays the rows whose answers the training side computed in Python: `golden.json`.

use crate::{Pack, PackError};
use clinical::{case::Value, catalogue::FeatureId};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// The largest difference that single precision excuses.
pub const TOLERANCE: f64 = 1e-5;

/// Fewer rows than this prove too little.
pub const MINIMUM_ROWS: usize = 24;

/// What a replay found.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct CheckReport {
    pub rows: usize,
    /// Largest absolute difference of any probability.
    pub largest_difference: f64,
    pub tolerance: f64,
}

#[derive(Debug, Clone, PartialEq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct GoldenFile {
    pub(crate) rows: Vec<GoldenRow>,
}

#[derive(Debug, Clone, PartialEq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct GoldenRow {
    /// Values in the catalogue's units; what is absent is unknown.
    pub(crate) facts: BTreeMap<FeatureId, Value>,
    pub(crate) values: Vec<f64>,
    pub(crate) known: Vec<f64>,
    /// Keyed by the horizon in months.
    pub(crate) alive: BTreeMap<String, GoldenPoint>,
}

#[derive(Debug, Clone, Copy, PartialEq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct GoldenPoint {
    pub(crate) alive: f64,
    pub(crate) low: f64,
    pub(crate) high: f64,
}

/// Encodes and runs every golden row and compares columns and probabilities.
///
/// Where the paths heap at one end, their mean can lie beyond a quantile; the interval that is shown
/// then reaches to the mean, so the golden interval is widened in the same way.
pub(crate) fn replay(pack: &Pack, golden: &GoldenFile) -> Result<CheckReport, PackError> {
    if golden.rows.len() < MINIMUM_ROWS {
        return Err(PackError::Golden(format!(
            "it has {} rows, fewer than {MINIMUM_ROWS}",
            golden.rows.len()
        )));
    }
    let encoded: Vec<_> = golden
        .rows
        .iter()
        .map(|row| pack.encode(&row.facts))
        .collect();
    for (index, (row, encoded)) in golden.rows.iter().zip(&encoded).enumerate() {
        compare_columns(pack, index, "values", &row.values, &encoded.values)?;
        compare_columns(pack, index, "known", &row.known, &encoded.known)?;
    }
    let curves = pack.curves(&encoded)?;
    let mut largest = 0.0;
    for (index, (row, curve)) in golden.rows.iter().zip(curves).enumerate() {
        for months in &pack.manifest().output.horizons_months {
            let expected = row.alive.get(&months.to_string());
            let expected = expected.ok_or_else(|| {
                PackError::Golden(format!("row {index} has no answer at {months} months"))
            })?;
            let found = curve
                .as_ref()
                .map_err(PackError::clone)?
                .iter()
                .find(|point| point.months == *months);
            let found = found
                .ok_or_else(|| PackError::Golden(format!("month {months} is not on the grid")))?;
            let pairs = [
                ("alive", found.alive, expected.alive),
                ("low", found.low, expected.low.min(expected.alive)),
                ("high", found.high, expected.high.max(expected.alive)),
            ];
            for (name, found, expected) in pairs {
                let difference = within(
                    index,
                    || format!("{name} at {months} months"),
                    found,
                    expected,
                )?;
                largest = f64::max(largest, difference);
            }
        }
    }
    Ok(CheckReport {
        rows: golden.rows.len(),
        largest_difference: largest,
        tolerance: TOLERANCE,
    })
}

fn compare_columns(
    pack: &Pack,
    row: usize,
    name: &str,
    expected: &[f64],
    found: &[f32],
) -> Result<(), PackError> {
    if expected.len() != found.len() {
        let reason = format!(
            "row {row} has {} {name} for {} columns",
            expected.len(),
            found.len()
        );
        return Err(PackError::Golden(reason));
    }
    for ((input, expected), found) in pack.manifest().input.iter().zip(expected).zip(found) {
        within(
            row,
            || format!("{name} of column {}", input.column),
            f64::from(*found),
            *expected,
        )?;
    }
    Ok(())
}

/// The absolute difference, or a refusal; a difference that is not a number is refused too.
fn within(
    row: usize,
    what: impl Fn() -> String,
    found: f64,
    expected: f64,
) -> Result<f64, PackError> {
    let difference = (found - expected).abs();
    if difference <= TOLERANCE {
        return Ok(difference);
    }
    Err(PackError::GoldenMismatch {
        row,
        what: what(),
        difference,
        tolerance: TOLERANCE,
    })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
    use crate::{DEFAULT_PACK, PackSet};
    use std::path::Path;

    /// The packs of the repository give the answers that the training side computed.
    #[test]
    fn every_pack_of_the_repository_is_ready() {
        let packs = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../models/packs");
        let folders = std::fs::read_dir(&packs).unwrap().count();
        let set = PackSet::open(&[packs]);
        assert_eq!(set.refused(), []);
        assert_eq!(set.packs().count(), folders);
        let default = set.default_pack().unwrap();
        assert_eq!(default.identity().name, DEFAULT_PACK);
        assert!(set.check_of(default).unwrap().largest_difference <= super::TOLERANCE);
    }
}
