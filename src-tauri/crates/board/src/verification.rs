//! How the forecasts did that this centre's own boards decided with: read from the rows of the signed
//! decisions, computed away from the store, and forgotten with it. `proposal` is the recalibration that
//! the same patients would teach.

mod proposal;

use crate::{Board, BoardError, lock};
use chrono::{DateTime, NaiveDate, Utc};
use clinical::{
    assessment::SurvivalPoint,
    case::latest_today,
    performance::{ComparisonError, Figure, Settings},
    verification::{
        CheckState, CheckedForecast, CheckedModel, DriftShown, HORIZONS, HorizonCheck,
        Verification, VerificationQuestion, models_in_use, months_between, verify,
    },
};
pub(crate) use proposal::Proposed;
pub use proposal::{ProposalOutcome, ProposedNumbers, RecalibrationProposal};
use serde::{Deserialize, Serialize};
use std::{
    collections::BTreeMap,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
};
use store::EpisodeRow;
use ts_rs::TS;

/// Estimates of a board are of 100 patients.
const OF_PATIENTS: f64 = 100.0;

/// What a person asks about the centre's own results.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
pub struct OwnResultsQuestion {
    /// Whose forecasts; none is the model that answers now, or else the one that was used last.
    #[ts(optional)]
    #[serde(default)]
    pub model: Option<CheckedModel>,
    /// Resamples for the intervals.
    pub bootstraps: u32,
    #[ts(type = "number")]
    pub seed: u64,
}

impl Default for OwnResultsQuestion {
    fn default() -> OwnResultsQuestion {
        let Settings {
            bootstraps, seed, ..
        } = Settings::default();
        OwnResultsQuestion {
            model: None,
            bootstraps,
            seed,
        }
    }
}

/// The forecasts of one model on this centre's own patients.
#[derive(Debug, Clone, PartialEq, Serialize, TS)]
pub struct OwnResults {
    /// Only made-up patients were decided on, and these are checked; where there are real ones, made-up
    /// ones count nowhere.
    pub synthetic: bool,
    /// Signed decisions without a forecast.
    pub without_forecast: u32,
    /// The model that answers now; absent without one.
    #[ts(optional)]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub answering: Option<CheckedModel>,
    /// Absent where no decision was signed with a forecast.
    #[ts(optional)]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub found: Option<Verification>,
}

/// What stands beside a forecast: how far the model that answers now is checked here.
#[derive(Debug, Clone, PartialEq, Serialize, TS)]
pub struct OwnResultsInShort {
    pub synthetic: bool,
    /// By horizon; empty where the model was never decided with.
    pub horizons: Vec<HorizonInShort>,
}

#[derive(Debug, Clone, PartialEq, Serialize, TS)]
pub struct HorizonInShort {
    pub months: u32,
    pub patients: u32,
    pub state: CheckState,
    /// Its interval is of Greenwood, as nothing is resampled.
    pub observed_over_expected: Figure,
    pub drift: DriftShown,
}

/// The last short answer, and of which change, day and model it is.
#[derive(Clone)]
pub(crate) struct KeptInShort {
    of: (i64, NaiveDate, Option<CheckedModel>),
    short: OwnResultsInShort,
}

impl Board {
    /// How far the model that answers now is checked on this centre's own patients; without intervals
    /// that take time, and kept until a case changes.
    pub fn own_results_in_short(&self) -> Result<OwnResultsInShort, BoardError> {
        let (now, model) = (self.now(), self.answering_model());
        let today = latest_today(now);
        let kept = lock(&self.in_short).clone();
        let (change, decided) = self.with_store(|store| {
            let change = store.latest_change()?;
            let is_current = |kept: &KeptInShort| kept.of == (change, today, model.clone());
            if let Some(kept) = kept.filter(is_current) {
                return Ok((change, Err(kept.short)));
            }
            let rows = store.decided_episodes(NaiveDate::MIN, today)?;
            Ok((change, Ok(rows)))
        })?;
        let decided = match decided {
            Ok(rows) => Decided::of(rows),
            Err(short) => return Ok(short),
        };
        let short = decided.in_short(model.as_ref(), now)?;
        *lock(&self.in_short) = Some(KeptInShort {
            of: (change, today, model),
            short: short.clone(),
        });
        Ok(short)
    }

    /// Checks the forecasts that were sealed with decisions on what became of the patients. `progress` is
    /// told the share that is done; [`Board::cancel_own_results`], a later check or the lock ends it.
    pub fn own_results(
        &self,
        question: &OwnResultsQuestion,
        progress: &mut dyn FnMut(f64),
    ) -> Result<OwnResults, BoardError> {
        let ended = self.begin_own_results();
        let now = self.now();
        let decided = self.with_store(|store| {
            let decided = store.decided_episodes(NaiveDate::MIN, latest_today(now))?;
            self.note(store, "own_results_checked", None)?;
            Ok(Decided::of(decided))
        })?;
        let answering = self.answering_model();
        let found = decided.verify(question, answering.as_ref(), now, &mut |share| {
            progress(share);
            !ended.load(Ordering::Relaxed)
        });
        let found = found.map_err(own_results_error)?;
        if ended.load(Ordering::Relaxed) {
            return Err(own_results_error(ComparisonError::Cancelled));
        }
        Ok(OwnResults {
            synthetic: decided.synthetic,
            without_forecast: decided.without_forecast,
            answering,
            found,
        })
    }

    /// The same of the model that answers now for a report, without intervals that take time.
    pub(crate) fn own_results_of_a_report(&self) -> Result<Option<Verification>, BoardError> {
        let (now, answering) = (self.now(), self.answering_model());
        let decided = self.with_store(|store| {
            let rows = store.decided_episodes(NaiveDate::MIN, latest_today(now))?;
            Ok(Decided::of(rows))
        })?;
        let question = OwnResultsQuestion {
            bootstraps: 0,
            ..OwnResultsQuestion::default()
        };
        let found = decided.verify(&question, answering.as_ref(), now, &mut |_| true);
        found.map_err(own_results_error)
    }

    /// Ends a running check or proposal.
    pub fn cancel_own_results(&self) {
        self.begin_own_results();
    }

    /// Ends what runs and drops what was computed and proposed.
    pub(crate) fn forget_own_results(&self) {
        self.cancel_own_results();
        *lock(&self.proposed) = None;
        *lock(&self.in_short) = None;
    }

    /// Ends what runs; the new flag ends what is begun now.
    fn begin_own_results(&self) -> Arc<AtomicBool> {
        let next = Arc::new(AtomicBool::new(false));
        let previous = std::mem::replace(&mut *lock(&self.own_results_ended), Arc::clone(&next));
        previous.store(true, Ordering::Relaxed);
        next
    }

    fn answering_model(&self) -> Option<CheckedModel> {
        let answering = self.answering();
        answering
            .packs
            .default_pack()
            .map(|pack| CheckedModel::from(pack.identity()))
    }
}

/// Signed decisions, of real patients where there are any.
struct Decided {
    rows: Vec<EpisodeRow>,
    synthetic: bool,
    without_forecast: u32,
}

impl Decided {
    fn of(rows: Vec<EpisodeRow>) -> Decided {
        let signed = rows.into_iter().filter(|row| row.signed_at.is_some());
        let (made_up, real): (Vec<_>, Vec<_>) = signed.partition(|row| row.synthetic);
        let synthetic = real.is_empty() && !made_up.is_empty();
        let of = if synthetic { made_up } else { real };
        let (rows, without): (Vec<_>, Vec<_>) =
            of.into_iter().partition(|row| row.forecast.is_some());
        Decided {
            rows,
            synthetic,
            without_forecast: without.len() as u32,
        }
    }

    fn in_short(
        &self,
        model: Option<&CheckedModel>,
        now: DateTime<Utc>,
    ) -> Result<OwnResultsInShort, BoardError> {
        let question = OwnResultsQuestion {
            model: model.cloned(),
            bootstraps: 0,
            ..OwnResultsQuestion::default()
        };
        let found = match model {
            Some(_) => self.verify(&question, None, now, &mut |_| true),
            None => Ok(None),
        };
        let used = found
            .map_err(own_results_error)?
            .filter(|found| found.patients > 0);
        let in_short = |horizon: HorizonCheck| HorizonInShort {
            months: horizon.months,
            patients: horizon.everybody.deaths.patients,
            state: horizon.everybody.state,
            observed_over_expected: horizon.everybody.deaths.observed_over_expected,
            drift: horizon.drift.shown,
        };
        let horizons = used.map(|found| found.horizons.into_iter().map(in_short).collect());
        Ok(OwnResultsInShort {
            synthetic: self.synthetic,
            horizons: horizons.unwrap_or_default(),
        })
    }

    /// None where no decision has a forecast.
    fn verify(
        &self,
        question: &OwnResultsQuestion,
        answering: Option<&CheckedModel>,
        now: DateTime<Utc>,
        progress: &mut dyn FnMut(f64) -> bool,
    ) -> Result<Option<Verification>, ComparisonError> {
        let forecasts: Vec<CheckedForecast> = (0..)
            .zip(&self.rows)
            .filter_map(|(place, row)| checked(row, place))
            .collect();
        let used = models_in_use(&forecasts);
        let is_used = |model: &&CheckedModel| used.iter().any(|one| one.model == **model);
        let chosen = question.model.as_ref().or(answering.filter(is_used));
        let Some(model) = chosen.or(used.first().map(|one| &one.model)) else {
            return Ok(None);
        };
        let question = VerificationQuestion {
            model: model.clone(),
            today: latest_today(now),
            bootstraps: question.bootstraps,
            seed: question.seed,
        };
        verify(&forecasts, &question, progress).map(Some)
    }
}

/// A signed decision with its forecast; rows stand in the order of their days, so that their place tells
/// two of one day apart.
fn checked(row: &EpisodeRow, place: u32) -> Option<CheckedForecast> {
    let (decided_on, forecast) = (row.decided_on?, row.forecast.as_ref()?);
    let at = |points: &[SurvivalPoint], months: u32| {
        let mut points = points.iter();
        let point = points.find(|point| point.months == f64::from(months))?;
        Some((months, point.alive))
    };
    let estimated = row.estimates.map(|[three, twelve]| {
        let share = |of: f64| of / OF_PATIENTS;
        BTreeMap::from([(3, share(three)), (12, share(twelve))])
    });
    Some(CheckedForecast {
        case_id: row.case_id.clone(),
        decided_on,
        place,
        primary: row.primary_tumour.clone(),
        model: CheckedModel::from(&forecast.pack),
        alive: HORIZONS
            .into_iter()
            .filter_map(|months| at(&forecast.horizons, months))
            .collect(),
        estimated: estimated.unwrap_or_default(),
        months: seen_until(row).map_or(0.0, |day| months_between(decided_on, day)),
        died: row.died_on.is_some(),
        option: row.option,
        forecast_decided: row.decided_by_forecast,
    })
}

/// The day of death, or the last day after the decision on which somebody knew that the patient lived.
fn seen_until(row: &EpisodeRow) -> Option<NaiveDate> {
    let alive = row.last_alive_on.filter(|day| Some(*day) >= row.decided_on);
    row.died_on.or(alive)
}

fn own_results_error(error: ComparisonError) -> BoardError {
    let code = match error {
        ComparisonError::Cancelled => "own_results_stopped",
        _ => "comparison",
    };
    BoardError::new(code, error.to_string())
}
