//! What the centre's own stored patients would teach the model: facts as they stood when each decision
//! was signed, and what became of the patients since. Proposed, then kept by a person or not.

use super::{Decided, own_results_error, seen_until};
use crate::{
    AppStatus, Board, BoardError, LearnedRecalibration, lock,
    recalibration::{add_covered, refused},
};
use chrono::{DateTime, NaiveDate, Utc};
use clinical::{
    assessment::{FollowUp, RecalibrationGain},
    case::{Case, latest_today},
    catalogue::Catalogue,
    facts::Facts,
    performance::ComparisonError,
    verification::CheckedModel,
};
use inference::{Found, Outcome, RecalibrationRefusal};
use serde::Serialize;
use std::{collections::BTreeSet, sync::atomic::Ordering};
use store::{EpisodeRow, Store};
use ts_rs::TS;

/// What a signature is called in the history of a case.
const SIGNED: &str = "decision_signed";

/// Patients that are read and learned from at once.
const BATCH: usize = 100;

/// Mean length of a month in days, by which the model counts.
const DAYS_PER_MONTH: f64 = 365.25 / 12.0;

/// What was learned, and from whom.
#[derive(Debug, Clone, PartialEq, Serialize, TS)]
pub struct RecalibrationProposal {
    /// The model as shipped.
    pub model: CheckedModel,
    /// Learned from made-up patients, so that it cannot be kept.
    pub synthetic: bool,
    /// Patients with a signed decision, each by the first.
    pub patients: u32,
    /// Of whom nothing was heard since, so that nothing is learned from them.
    pub never_seen: u32,
    /// For whom the model gives no forecast, or whose record cannot be read.
    pub left_out: u32,
    /// For whom the forecast itself decided for supportive care or systemic treatment alone; learned from
    /// with the others.
    pub fulfilled: u32,
    pub outcome: ProposalOutcome,
}

#[derive(Debug, Clone, PartialEq, Serialize, TS)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum ProposalOutcome {
    Proposed(ProposedNumbers),
    /// The model gains nothing, or there is too little to learn from; the words are
    /// `own_results.refused_<code>`.
    Refused {
        code: String,
        /// Deaths within the time that the model answers for; absent where it does not hang on them.
        #[ts(optional)]
        #[serde(skip_serializing_if = "Option::is_none")]
        deaths: Option<u32>,
        /// What was computed and gains nothing.
        #[ts(optional)]
        #[serde(skip_serializing_if = "Option::is_none")]
        numbers: Option<ProposedNumbers>,
    },
}

/// See [`clinical::assessment::Recalibration`].
#[derive(Debug, Clone, Copy, PartialEq, Serialize, TS)]
pub struct ProposedNumbers {
    pub intercept: f64,
    pub slope: f64,
    /// Further away than centres usually are.
    pub unusual: bool,
    pub patients: u32,
    pub deaths: u32,
    pub follow_up: FollowUp,
    pub gain: RecalibrationGain,
}

/// What was proposed last and may be kept.
#[derive(Clone)]
pub(crate) struct Proposed {
    learned: LearnedRecalibration,
    synthetic: bool,
}

impl Board {
    /// Learns from the centre's own stored patients; nothing is changed. `progress` is told the share that
    /// is done; [`Board::cancel_own_results`] or the lock ends it.
    pub fn propose_recalibration(
        &self,
        progress: &mut dyn FnMut(f64),
    ) -> Result<RecalibrationProposal, BoardError> {
        let ended = self.begin_own_results();
        let now = self.now();
        let decided = self.with_store(|store| {
            self.manager()?;
            self.note(store, "recalibration_proposed", None)?;
            Ok(Decided::of(
                store.decided_episodes(NaiveDate::MIN, latest_today(now))?,
            ))
        })?;
        let answering = self.answering();
        let pack = answering.packs.default_pack().ok_or_else(|| {
            let message = "No model pack is ready, so there is nothing to recalibrate.";
            BoardError::new("no_pack", message)
        })?;
        let mut cohort = pack.recalibration_cohort().map_err(refused)?;
        let first = first_decisions(&decided.rows);
        let mut proposal = RecalibrationProposal {
            model: CheckedModel::from(pack.shipped().identity()),
            synthetic: decided.synthetic,
            patients: first.len() as u32,
            never_seen: 0,
            left_out: 0,
            fulfilled: first.iter().filter(|row| fulfils_itself(row)).count() as u32,
            outcome: ProposalOutcome::Refused {
                code: RecalibrationRefusal::NobodyDied.code().to_owned(),
                deaths: None,
                numbers: None,
            },
        };
        for (number, batch) in first.chunks(BATCH).enumerate() {
            if ended.load(Ordering::Relaxed) {
                return Err(own_results_error(ComparisonError::Cancelled));
            }
            progress((number * BATCH) as f64 / first.len().max(1) as f64);
            let mut known = Vec::new();
            for row in batch {
                let Some(outcome) = outcome(row) else {
                    proposal.never_seen += 1;
                    continue;
                };
                match self.with_store(|store| Ok(facts(store, row)))? {
                    Some(facts) => known.push((facts, outcome)),
                    None => proposal.left_out += 1,
                }
            }
            let refused = add_covered(&mut cohort, &known);
            proposal.left_out += refused.iter().flatten().count() as u32;
        }
        let learned = cohort.learn();
        let mut kept = lock(&self.proposed);
        *kept = None;
        // Locked meanwhile: what nobody waits for any more is not kept.
        if ended.load(Ordering::Relaxed) {
            return Err(own_results_error(ComparisonError::Cancelled));
        }
        proposal.outcome = match learned {
            Ok(found) => {
                *kept = Some(Proposed {
                    learned: LearnedRecalibration {
                        pack: pack.shipped().identity().clone(),
                        found,
                        faults: Vec::new(),
                        passed: Vec::new(),
                    },
                    synthetic: decided.synthetic,
                });
                ProposalOutcome::Proposed(numbers(found))
            }
            Err(refusal) => ProposalOutcome::Refused {
                code: refusal.code().to_owned(),
                deaths: match &refusal {
                    RecalibrationRefusal::TooFewDeaths { deaths, .. } => Some(*deaths as u32),
                    _ => None,
                },
                numbers: match &refusal {
                    RecalibrationRefusal::NoGain(found) => Some(numbers(*found)),
                    _ => None,
                },
            },
        };
        Ok(proposal)
    }

    /// Keeps the recalibration that was proposed last, signed; see [`Board::keep_recalibration`]. For
    /// coordinators and chairs.
    pub fn keep_proposed_recalibration(&self) -> Result<AppStatus, BoardError> {
        let Some(proposed) = lock(&self.proposed).clone() else {
            let message = "There is no proposal to keep. Have it computed first.";
            return Err(BoardError::new("no_proposal", message));
        };
        if proposed.synthetic {
            let message = "Made-up patients must not move the model that answers for real ones.";
            return Err(BoardError::new("recalibration_synthetic", message));
        }
        self.keep_recalibration(&proposed.learned)?;
        *lock(&self.proposed) = None;
        Ok(self.status())
    }
}

/// The first of each patient: a later one is made because they lived.
fn first_decisions(rows: &[EpisodeRow]) -> Vec<&EpisodeRow> {
    let mut seen = BTreeSet::new();
    let mut first: Vec<&EpisodeRow> = rows.iter().collect();
    first.retain(|row| seen.insert(row.case_id.as_str()));
    first
}

fn fulfils_itself(row: &EpisodeRow) -> bool {
    super::checked(row, 0).is_some_and(|forecast| forecast.fulfils_itself())
}

/// None where nothing was heard since the decision, or of a day before it.
fn outcome(row: &EpisodeRow) -> Option<Outcome> {
    let (decided_on, until) = (row.decided_on?, seen_until(row)?);
    let days = (until - decided_on).num_days();
    let died = row.died_on.is_some();
    (days > 0 || (days == 0 && died)).then_some(Outcome {
        months: days as f64 / DAYS_PER_MONTH,
        died,
    })
}

/// As the signed record has them. A record that came from elsewhere has no such revision here; then what
/// was entered before the signature counts.
fn facts(store: &Store, row: &EpisodeRow) -> Option<Facts> {
    let signed_at = row.signed_at?;
    let history = store.revisions(&row.case_id).ok()?;
    let sealed = history
        .iter()
        .find(|revision| revision.summary == SIGNED && revision.saved_at >= signed_at);
    let case = match sealed {
        Some(revision) => store.case_at(&row.case_id, revision.number).ok()?.case,
        None => entered_before(store.case(&row.case_id).ok()?.case, signed_at),
    };
    Some(Facts::at(&case, Catalogue::shipped(), row.index_date))
}

fn entered_before(mut case: Case, signed_at: DateTime<Utc>) -> Case {
    case.observations
        .retain(|observation| observation.recorded_at <= signed_at);
    case
}

fn numbers(found: Found) -> ProposedNumbers {
    ProposedNumbers {
        intercept: found.intercept,
        slope: found.slope,
        unusual: found.unusual,
        patients: found.patients as u32,
        deaths: found.deaths as u32,
        follow_up: found.follow_up,
        gain: found.gain,
    }
}
