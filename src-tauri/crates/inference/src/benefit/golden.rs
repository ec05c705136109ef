//! Golden cells: the grid that the training side computed for a golden row, compared number by number.

use super::BenefitDraws;
use crate::{
    PackError,
    golden::{GoldenRange, TOLERANCE},
};
use clinical::assessment::{
    BenefitAbsence, BenefitCell, BenefitGrid, BenefitInterval, BenefitState, CriterionState,
    EntryCriterion, EvidenceKind, OutcomeId, TreatmentOption,
};
use serde::{Deserialize, Serialize};

#[derive(Debug, Clone, PartialEq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct GoldenCell {
    option: TreatmentOption,
    outcome: OutcomeId,
    state: GoldenState,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    reason: Option<BenefitAbsence>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    kind: Option<EvidenceKind>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    criteria: Vec<GoldenCriterion>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    probability: Option<GoldenRange>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    alive_and: Option<GoldenRange>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    comparator: Option<TreatmentOption>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    difference: Option<GoldenRange>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    likelihood_of_benefit: Option<f64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    likelihood_of_harm: Option<f64>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "snake_case")]
enum GoldenState {
    Shown,
    Absent,
}

#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
struct GoldenCriterion {
    id: String,
    state: CriterionState,
}

impl BenefitDraws {
    /// The largest difference of any number of one golden row.
    pub(crate) fn compare(
        row: usize,
        golden: &[GoldenCell],
        grid: Option<&BenefitGrid>,
    ) -> Result<f64, PackError> {
        let Some(grid) = grid else {
            return Err(PackError::Golden(format!(
                "row {row} has benefit by option, which the pack does not answer"
            )));
        };
        if golden.len() != grid.cells.len() {
            return Err(PackError::Golden(format!(
                "row {row} holds {} cells of benefit, not {}",
                golden.len(),
                grid.cells.len()
            )));
        }
        let mut largest = 0.0;
        for (golden, cell) in golden.iter().zip(&grid.cells) {
            largest = f64::max(largest, golden.compare(row, cell)?);
        }
        Ok(largest)
    }
}

impl GoldenCell {
    fn compare(&self, row: usize, cell: &BenefitCell) -> Result<f64, PackError> {
        let name = format!("benefit {:?} {:?}", cell.option, cell.outcome);
        if !self.is_like(cell) {
            return Err(PackError::Golden(format!(
                "row {row}: {name} is in another state: {:?}",
                cell.state
            )));
        }
        let BenefitState::Shown(found) = &cell.state else {
            return Ok(0.0);
        };
        let against = found.against.as_ref();
        let ranges = [
            (self.probability, Some(found.probability)),
            (self.alive_and, found.alive_and),
            (self.difference, against.map(|against| against.difference)),
        ];
        let mut pairs = vec![
            (
                self.likelihood_of_benefit,
                against.map(|one| one.likelihood_of_benefit),
            ),
            (
                self.likelihood_of_harm,
                against.map(|one| one.likelihood_of_harm),
            ),
        ];
        for (golden, found) in ranges {
            let golden = golden.map(numbers_of_golden);
            let found = found.map(|BenefitInterval { point, low, high }| [point, low, high]);
            pairs.extend(
                (0..3).map(|one| (golden.map(|list| list[one]), found.map(|list| list[one]))),
            );
        }
        let mut largest = 0.0;
        for (golden, found) in pairs {
            let difference = match (golden, found) {
                (Some(golden), Some(found)) => (golden - found).abs(),
                (None, None) => 0.0,
                _ => f64::INFINITY,
            };
            if difference.is_nan() || difference > TOLERANCE {
                return Err(PackError::GoldenMismatch {
                    row,
                    what: name,
                    difference,
                    tolerance: TOLERANCE,
                });
            }
            largest = f64::max(largest, difference);
        }
        Ok(largest)
    }

    /// Everything but the numbers.
    fn is_like(&self, cell: &BenefitCell) -> bool {
        let same_criteria = |criteria: &[EntryCriterion]| {
            let pairs = self.criteria.iter().zip(criteria);
            self.criteria.len() == criteria.len()
                && pairs
                    .clone()
                    .all(|(golden, one)| golden.id == one.id && golden.state == one.state)
        };
        let same_pair = self.option == cell.option && self.outcome == cell.outcome;
        same_pair
            && match &cell.state {
                BenefitState::Absent {
                    reason, criteria, ..
                } => {
                    self.state == GoldenState::Absent
                        && self.reason == Some(*reason)
                        && same_criteria(criteria)
                }
                BenefitState::Shown(found) => {
                    self.state == GoldenState::Shown
                        && self.kind == Some(found.evidence)
                        && self.comparator == found.against.map(|against| against.option)
                        && same_criteria(&found.criteria)
                }
            }
    }
}

/// The interval that is shown reaches to the mean where draws heap.
fn numbers_of_golden(GoldenRange { point, low, high }: GoldenRange) -> [f64; 3] {
    [point, low.min(point), high.max(point)]
}
