//! Replays the rows whose answers the training side computed in Python: `golden.json`.

use crate::{
    Pack, PackError,
    benefit::{BenefitDraws, GoldenCell},
    pack::Answer,
};
use clinical::{assessment::ExplainedEndpoint, case::Value, catalogue::FeatureId};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// The largest difference that single precision excuses.
pub const TOLERANCE: f64 = 1e-5;

/// The same for the amounts of an explanation: where hardly anybody dies, the logarithms make much of
/// the last digits of single precision.
pub const EXPLANATION_TOLERANCE: f64 = 1e-4;

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
    /// Absent is the pack's default setting.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) setting: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) cord_compression: Option<GoldenRange>,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub(crate) shapley: BTreeMap<ExplainedEndpoint, GoldenExplanation>,
    /// Benefit by option, every option and outcome in the order of the file of draws.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) benefit: Vec<GoldenCell>,
}

/// Shapley values on the scale of the log cumulative hazard, by group.
#[derive(Debug, Clone, PartialEq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct GoldenExplanation {
    pub(crate) baseline: f64,
    pub(crate) total: f64,
    pub(crate) groups: BTreeMap<String, f64>,
}

#[derive(Debug, Clone, Copy, PartialEq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct GoldenPoint {
    pub(crate) alive: f64,
    pub(crate) low: f64,
    pub(crate) high: f64,
}

#[derive(Debug, Clone, Copy, PartialEq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct GoldenRange {
    pub(crate) point: f64,
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
    let unread = pack.manifest().explanation.iter();
    for feature in unread.flat_map(|plan| &plan.survival_unread) {
        if !golden
            .rows
            .iter()
            .any(|row| row.facts.contains_key(feature))
        {
            return Err(PackError::Golden(format!(
                "no row knows {feature}, so that survival does not read it is not shown"
            )));
        }
    }
    let mut largest = 0.0;
    for (index, (row, encoded)) in golden.rows.iter().zip(&encoded).enumerate() {
        let setting = pack.setting_number(row.setting.as_deref())?;
        let answers = pack.each(std::slice::from_ref(encoded), setting, |paths| {
            let grid = match row.benefit.is_empty() {
                true => None,
                false => pack.benefit_of(&row.facts, paths, setting),
            };
            (pack.answer(paths), grid)
        });
        for answer in answers? {
            let (answer, grid) = answer?;
            largest = f64::max(largest, compare_answer(pack, index, row, &answer)?);
            if !row.benefit.is_empty() {
                let difference = BenefitDraws::compare(index, &row.benefit, grid.as_ref())?;
                largest = f64::max(largest, difference);
            }
        }
        if let Some(facts) = without_unread(pack, &row.facts) {
            let encoded = pack.encode(&facts);
            let answers = pack.each(&[encoded], setting, |paths| pack.answer(paths));
            for answer in answers? {
                largest = f64::max(largest, compare_survival(pack, index, row, &answer?)?);
            }
        }
    }
    Ok(CheckReport {
        rows: golden.rows.len(),
        largest_difference: largest,
        tolerance: TOLERANCE,
    })
}

/// The facts without those of which the manifest says that survival does not read them; none where the
/// row has none of them.
fn without_unread(
    pack: &Pack,
    facts: &BTreeMap<FeatureId, Value>,
) -> Option<BTreeMap<FeatureId, Value>> {
    let unread = &pack.manifest().explanation.as_ref()?.survival_unread;
    let mut kept = facts.clone();
    kept.retain(|feature, _| !unread.contains(feature));
    (kept.len() < facts.len()).then_some(kept)
}

/// The largest difference of any probability of one row.
fn compare_answer(
    pack: &Pack,
    index: usize,
    row: &GoldenRow,
    answer: &Answer,
) -> Result<f64, PackError> {
    let survival = compare_survival(pack, index, row, answer)?;
    match (&row.cord_compression, &answer.cord_compression) {
        (Some(expected), Some(found)) => {
            let found = [found.probability, found.low, found.high];
            let expected = [expected.point, expected.low, expected.high];
            let difference = compare_range(index, "cord compression", found, expected)?;
            Ok(survival.max(difference))
        }
        (Some(_), None) => Err(PackError::Golden(format!(
            "row {index} has cord compression, which the model does not answer"
        ))),
        (None, _) => Ok(survival),
    }
}

fn compare_survival(
    pack: &Pack,
    index: usize,
    row: &GoldenRow,
    answer: &Answer,
) -> Result<f64, PackError> {
    let mut largest = 0.0;
    for months in &pack.manifest().output.horizons_months {
        let expected = row.alive.get(&months.to_string()).ok_or_else(|| {
            PackError::Golden(format!("row {index} has no answer at {months} months"))
        })?;
        let found = answer
            .curve
            .iter()
            .find(|point| point.months == *months)
            .ok_or_else(|| PackError::Golden(format!("month {months} is not on the grid")))?;
        let difference = compare_range(
            index,
            &format!("survival at {months} months"),
            [found.alive, found.low, found.high],
            [expected.alive, expected.low, expected.high],
        )?;
        largest = f64::max(largest, difference);
    }
    Ok(largest)
}

/// The largest difference of a point and the ends of its interval.
fn compare_range(
    index: usize,
    name: &str,
    found: [f64; 3],
    expected: [f64; 3],
) -> Result<f64, PackError> {
    let [point, low, high] = expected;
    let expected = [point, low.min(point), high.max(point)];
    let mut largest = 0.0;
    for (part, (found, expected)) in ["point", "low", "high"]
        .iter()
        .zip(found.into_iter().zip(expected))
    {
        let difference = within(index, || format!("{part} of {name}"), found, expected)?;
        largest = f64::max(largest, difference);
    }
    Ok(largest)
}

/// Compares the reasons of the first `most` rows that have any; returns how many these were.
pub(crate) fn replay_reasons(
    pack: &Pack,
    golden: &GoldenFile,
    most: usize,
) -> Result<usize, PackError> {
    let explained = golden.rows.iter().enumerate();
    let explained = explained
        .filter(|(_, row)| !row.shapley.is_empty())
        .take(most);
    let mut count = 0;
    for (index, row) in explained {
        compare_explanations(pack, index, row)?;
        count += 1;
    }
    Ok(count)
}

/// Holds the reasons of a row against those that the training side computed. Where the reasons are
/// sampled, four standard errors are allowed for on top.
fn compare_explanations(pack: &Pack, index: usize, row: &GoldenRow) -> Result<(), PackError> {
    for (endpoint, expected) in &row.shapley {
        let found = pack.explain(&row.facts, row.setting.as_deref(), *endpoint);
        let found = found.map_err(|refusal| {
            PackError::Golden(format!("row {index} has no reasons: {}", refusal.code))
        })?;
        let whole = [
            ("baseline", found.baseline, expected.baseline),
            ("total", found.total, expected.total),
        ];
        for (name, found, expected) in whole {
            let what = || format!("{name} of the reasons");
            within_tolerance(index, what, found, expected, EXPLANATION_TOLERANCE)?;
        }
        let tolerance = EXPLANATION_TOLERANCE + 4.0 * found.standard_error;
        // A group of which nothing is known adds nothing, whether it is named or not.
        let amounts: BTreeMap<&str, f64> = found
            .reasons
            .iter()
            .map(|reason| (reason.group.as_str(), reason.amount))
            .collect();
        let named = expected.groups.keys().map(String::as_str);
        for group in named.chain(amounts.keys().copied()) {
            let found = amounts.get(group).copied().unwrap_or(0.0);
            let expected = expected.groups.get(group).copied().unwrap_or(0.0);
            let what = || format!("reason {group}");
            within_tolerance(index, what, found, expected, tolerance)?;
        }
    }
    Ok(())
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

fn within(
    row: usize,
    what: impl Fn() -> String,
    found: f64,
    expected: f64,
) -> Result<f64, PackError> {
    within_tolerance(row, what, found, expected, TOLERANCE)
}

/// The absolute difference, or a refusal; a difference that is not a number is refused too.
pub(crate) fn within_tolerance(
    row: usize,
    what: impl Fn() -> String,
    found: f64,
    expected: f64,
    tolerance: f64,
) -> Result<f64, PackError> {
    let difference = (found - expected).abs();
    if difference <= tolerance {
        return Ok(difference);
    }
    Err(PackError::GoldenMismatch {
        row,
        what: what(),
        difference,
        tolerance,
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
        for pack in set.packs() {
            assert!(pack.check_reasons().is_ok(), "{}", pack.identity().name);
        }
    }
}
