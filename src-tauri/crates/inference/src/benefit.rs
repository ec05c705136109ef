//! Benefit by option: the draws of `benefit.json` put together with one patient's facts and survival paths.
//!
//! `models/training/src/spineboard_training/benefit_reference.py` computes the same in numpy; golden
//! rows hold the two together.

mod check;
mod estimate;
mod file;
mod golden;

use crate::survival::MemberPaths;
use clinical::{
    assessment::{
        BenefitAbsence, BenefitCell, BenefitGrid, BenefitOutcome, BenefitState, CriterionState,
        EntryCriterion, PackIdentity,
    },
    conditions::{KnownFacts, Truth},
};
use estimate::estimate;
pub(crate) use file::BenefitDraws;
use file::{Cell, Criterion};
pub(crate) use golden::GoldenCell;

/// One patient's survival paths, with the months that they go along.
#[derive(Clone, Copy)]
pub(crate) struct PatientPaths<'a> {
    pub(crate) members: &'a [MemberPaths<'a, f32>],
    pub(crate) grid: &'a [f64],
    pub(crate) interval_level: f64,
}

impl BenefitDraws {
    /// The grid for one patient.
    pub(crate) fn grid(
        &self,
        facts: &impl KnownFacts,
        paths: PatientPaths<'_>,
        pack: &PackIdentity,
    ) -> BenefitGrid {
        let mut cells = Vec::with_capacity(self.options.len() * self.outcomes.len());
        for option in &self.options {
            for outcome in &self.outcomes {
                let of_pair = |cell: &&Cell| cell.option == *option && cell.outcome == outcome.id;
                let states = self
                    .cells
                    .iter()
                    .filter(of_pair)
                    .map(|cell| self.state(cell, outcome, facts, paths));
                let state = first_shown(states.collect()).or_else(|| {
                    let of_pair = |cell: &&file::AbsentCell| {
                        cell.option == *option && cell.outcome == outcome.id
                    };
                    let absent = self.absent.iter().find(of_pair)?;
                    Some(BenefitState::Absent {
                        reason: absent.reason,
                        criteria: Vec::new(),
                        citations: absent.citations.clone(),
                    })
                });
                cells.extend(state.map(|state| BenefitCell {
                    option: *option,
                    outcome: outcome.id,
                    state,
                }));
            }
        }
        BenefitGrid {
            pack: pack.clone(),
            options: self.options.clone(),
            outcomes: self.outcomes.clone(),
            cells,
            interval_level: paths.interval_level,
            sources: self.sources.clone(),
        }
    }

    fn state(
        &self,
        cell: &Cell,
        outcome: &BenefitOutcome,
        facts: &impl KnownFacts,
        paths: PatientPaths<'_>,
    ) -> BenefitState {
        let criteria: Vec<EntryCriterion> = cell
            .criteria
            .iter()
            .filter_map(|id| Some(judge(id, self.criteria.get(id)?, facts, paths)))
            .collect();
        let absent = |reason, criteria| BenefitState::Absent {
            reason,
            criteria,
            citations: cell.citations.clone(),
        };
        let state_of = |state| criteria.iter().filter(move |one| one.state == state);
        if state_of(CriterionState::Missed).next().is_some() {
            return absent(BenefitAbsence::OutsideCriteria, criteria);
        }
        if state_of(CriterionState::Unknown).any(|one| cell.required.contains(&one.id)) {
            return absent(BenefitAbsence::CriteriaUnknown, criteria);
        }
        match self.levels.get(&cell.level) {
            Some(level) => {
                BenefitState::Shown(estimate(cell, level, outcome, facts, paths, criteria))
            }
            None => absent(BenefitAbsence::NoEvidence, criteria),
        }
    }
}

/// Of several cells of one pair the first that covers the patient, else what the first one says.
fn first_shown(mut states: Vec<BenefitState>) -> Option<BenefitState> {
    let shown = states
        .iter()
        .position(|state| matches!(state, BenefitState::Shown(_)));
    (!states.is_empty()).then(|| states.swap_remove(shown.unwrap_or(0)))
}

fn judge(
    id: &str,
    criterion: &Criterion,
    facts: &impl KnownFacts,
    paths: PatientPaths<'_>,
) -> EntryCriterion {
    let met_if = |met| {
        if met {
            CriterionState::Met
        } else {
            CriterionState::Missed
        }
    };
    let (state, features) = match criterion {
        Criterion {
            when: Some(condition),
            ..
        } => match condition.judge(facts) {
            Truth::True => (CriterionState::Met, Vec::new()),
            Truth::False => (CriterionState::Missed, Vec::new()),
            Truth::Unknown(missing) => (CriterionState::Unknown, missing.into_iter().collect()),
        },
        Criterion {
            not_when: Some(condition),
            ..
        } => match condition.judge(facts) {
            Truth::True => (CriterionState::Missed, Vec::new()),
            Truth::False => (CriterionState::Met, Vec::new()),
            Truth::Unknown(missing) => (CriterionState::Unknown, missing.into_iter().collect()),
        },
        Criterion {
            alive: Some(alive), ..
        } => (
            met_if(paths.mean(alive.months) >= alive.at_least),
            Vec::new(),
        ),
        _ => (CriterionState::Unchecked, Vec::new()),
    };
    EntryCriterion {
        id: id.to_owned(),
        state,
        features,
    }
}
