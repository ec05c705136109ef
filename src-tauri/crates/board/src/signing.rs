//! A board's decision: written, signed, added to, and what became of it. A signature needs the person's own secret; what is
//! signed is never changed or undone.

use crate::{Board, BoardError, CaseView, Secret, cases::signed, new_id};
use chrono::{DateTime, NaiveDate, Utc};
use clinical::{
    assessment::{Assessment, CordCompressionState, EvidenceKind, ForecastState},
    case::{BoardEpisode, Case, latest_today},
    decision::{
        Action, ActionDone, Addendum, BoardDecision, CarriedOut, CarriedOutState, DecisionFault,
        Position, Recommendation, Seal, SealedForecast, actions_are_whole, deviation_reasons,
    },
    findings::{Finding, Severity},
};
use serde::{Deserialize, Serialize};
use store::{Change, Store, fingerprint};
use ts_rs::TS;

const CLOCK_SET_BACK: &str = "clock_set_back";

/// Months at which the forecast of cord compression is kept.
const COMPRESSION_MONTHS: f64 = 6.0;

/// A decision as it is entered.
#[derive(Debug, Clone, Deserialize, TS)]
pub struct DecisionInput {
    #[serde(default)]
    pub decided_on: Option<NaiveDate>,
    pub recommendation: Recommendation,
    #[serde(default)]
    pub rationale: String,
    #[serde(default)]
    pub evidence: Option<EvidenceKind>,
    #[serde(default)]
    pub positions: Vec<Position>,
    #[serde(default)]
    pub actions: Vec<ActionInput>,
    #[serde(default)]
    pub decided_by_forecast: bool,
}

#[derive(Debug, Clone, Deserialize, TS)]
pub struct ActionInput {
    /// Of an action that is there already.
    #[serde(default)]
    #[ts(optional)]
    pub id: Option<String>,
    pub what: String,
    pub owner: String,
    #[serde(default)]
    pub due_on: Option<NaiveDate>,
}

/// What a signature needs.
#[derive(Debug, Clone, Deserialize, TS)]
pub struct SignInput {
    /// Of whoever is signed in.
    #[ts(type = "string")]
    pub secret: Secret,
    /// The codes of open findings that the person has seen, see [`DecisionCheck::open_findings`]; `clock_set_back` where the
    /// computer's clock stands before what was written last.
    #[serde(default)]
    pub acknowledged: Vec<String>,
}

#[derive(Debug, Clone, Deserialize, TS)]
pub struct AddendumInput {
    pub text: String,
    #[serde(default)]
    #[ts(optional)]
    pub recommendation: Option<Recommendation>,
    #[serde(default)]
    pub actions: Vec<ActionInput>,
}

#[derive(Debug, Clone, Deserialize, TS)]
pub struct CarriedOutInput {
    pub state: CarriedOutState,
    /// A code of the value set; needed unless it was done as recommended.
    #[serde(default)]
    pub reason: Option<String>,
    #[serde(default)]
    pub on: Option<NaiveDate>,
    #[serde(default)]
    pub note: String,
}

/// Whether one decision can be signed, or is as it was signed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
pub struct DecisionCheck {
    pub episode_id: String,
    /// The words `error.<code>` say what has to be mended before somebody can sign; absent where nothing has to be, and once
    /// somebody signed.
    #[ts(optional)]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub unsignable: Option<String>,
    /// Of the case as it is now; a signature says that they were seen.
    pub open_findings: Vec<String>,
    /// The content of each version is what its hash was made from; absent before somebody signed.
    #[ts(optional)]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub intact: Option<bool>,
}

impl Board {
    /// Keeps what is written of a decision that is not signed yet. `revision` is that of the case that the form was filled from:
    /// where somebody changed the decision since, nothing is written and the error says so.
    pub fn save_decision(
        &self,
        case_id: &str,
        episode_id: &str,
        revision: u32,
        input: DecisionInput,
    ) -> Result<CaseView, BoardError> {
        self.with_store(|store| {
            let mut current = store.case(case_id)?;
            refuse_changed(store, &current.case, episode_id, revision)?;
            let newest = current.revision;
            let episode = episode_of(&mut current.case, episode_id)?;
            if episode.is_signed() {
                return Err(signed());
            }
            let known = episode.decision.take().unwrap_or_default();
            let decision = BoardDecision {
                decided_on: input.decided_on,
                recommendation: tidied(input.recommendation),
                rationale: input.rationale.trim().to_owned(),
                evidence: input.evidence,
                positions: input.positions,
                actions: actions(input.actions),
                decided_by_forecast: input.decided_by_forecast,
                ..known
            };
            if let Some(fault) = decision.fault() {
                return Err(refused(fault));
            }
            episode.decision = Some(decision);
            let person = self.person()?;
            let change = Change::new(&person, "decision", newest);
            self.save(store, &current.case, &change)
        })
    }

    /// Signs the decision with the secret of whoever is at the keyboard: name, time, hash, and the forecast of that day. Refused
    /// while something is missing, while findings are open that were not acknowledged, and while the clock stands before what
    /// was written last.
    pub fn sign_decision(
        &self,
        case_id: &str,
        episode_id: &str,
        revision: u32,
        input: &SignInput,
    ) -> Result<CaseView, BoardError> {
        let now = self.now();
        let person = self.person()?;
        let checked = self
            .with_store(|store| Ok(store.check_secret(&person.id, &input.secret, None, now)?));
        self.lock_after_too_many(checked)?;
        self.with_store(|store| {
            let mut current = store.case(case_id)?;
            refuse_changed(store, &current.case, episode_id, revision)?;
            let newest = current.revision;
            let unsigned = current.case.episode(episode_id);
            let unsigned = unsigned.ok_or_else(unknown_episode)?.decision.as_ref();
            if unsigned.is_some_and(BoardDecision::is_signed) {
                return Err(signed());
            }
            let fault = unsigned.map_or(Some(DecisionFault::NothingRecommended), |decision| {
                decision.unsignable(latest_today(now))
            });
            if let Some(fault) = fault {
                return Err(refused(fault));
            }
            let assessment = self.view(store, current.clone())?.assessment;
            let mut open = open_findings(&assessment.findings);
            let set_back = self.clock_set_back(store)?;
            if clock_is_set_back(set_back, &input.acknowledged)? {
                open.push(CLOCK_SET_BACK.to_owned());
            }
            let seen = |code: &&String| !input.acknowledged.contains(code);
            let unseen = open.iter().filter(seen).count();
            if unseen > 0 {
                let message =
                    "Findings are open that nobody has acknowledged yet. Look at them, then sign.";
                return Err(BoardError::new("findings_open", message).with("count", unseen));
            }
            let id_of_case = case_id.to_owned();
            let episode = episode_of(&mut current.case, episode_id)?;
            let decision = episode.decision.as_mut().ok_or_else(unknown_episode)?;
            decision.seal = Some(Seal {
                person_id: person.id.clone(),
                name: person.name.clone(),
                specialty: person.specialty.code(),
                signed_at: now,
                sha256: String::new(),
                open_findings: open,
                forecast: sealed_forecast(&assessment),
            });
            let hash = sealed_hash(&id_of_case, episode)?;
            if let Some(seal) = episode.decision.as_mut().and_then(|one| one.seal.as_mut()) {
                seal.sha256 = hash;
            }
            let change = Change::new(&person, "decision_signed", newest);
            self.save(store, &current.case, &change)
        })
    }

    /// Adds to a signed decision, as its next version.
    pub fn add_addendum(
        &self,
        case_id: &str,
        episode_id: &str,
        input: AddendumInput,
    ) -> Result<CaseView, BoardError> {
        let (now, person) = (self.now(), self.person()?);
        let text = input.text.trim().to_owned();
        if text.is_empty() {
            let message = "Write what changes and why.";
            return Err(BoardError::new("addendum_empty", message));
        }
        self.change(case_id, "decision_addendum", |case| {
            let decision = signed_decision(case, episode_id)?;
            let actions = actions(input.actions);
            if !actions_are_whole(&actions) {
                return Err(refused(DecisionFault::ActionWithoutOwner));
            }
            let recommendation = input.recommendation.map(tidied);
            if let Some(fault) = recommendation.as_ref().and_then(Recommendation::fault) {
                return Err(refused(fault));
            }
            let version = decision.addenda.last().map_or(2, |last| last.version + 1);
            let mut addendum = Addendum {
                version,
                text,
                recommendation,
                actions,
                person_id: person.id.clone(),
                name: person.name.clone(),
                written_at: now,
                sha256: String::new(),
            };
            let previous = decision.latest_hash().unwrap_or_default();
            addendum.sha256 = hash_of(&addendum.content(previous))?;
            decision.addenda.push(addendum);
            Ok(())
        })
    }

    /// Says on which day an action was done; none takes that back.
    pub fn set_action_done(
        &self,
        case_id: &str,
        episode_id: &str,
        action_id: &str,
        on: Option<NaiveDate>,
    ) -> Result<CaseView, BoardError> {
        let (now, author) = (self.now(), self.author()?);
        if on.is_some_and(|on| on > latest_today(now)) {
            let message = "This day has not come yet. Correct it.";
            return Err(BoardError::new("day_to_come", message));
        }
        self.change(case_id, "action_done", |case| {
            let decision = decision_of(case, episode_id)?;
            if !decision.all_actions().any(|action| action.id == action_id) {
                let message = "This action is no longer there.";
                return Err(BoardError::new("unknown_action", message));
            }
            decision.done.retain(|done| done.action_id != action_id);
            decision.done.extend(on.map(|on| ActionDone {
                action_id: action_id.to_owned(),
                on,
                author,
                recorded_at: now,
            }));
            Ok(())
        })
    }

    /// Says what became of a signed recommendation; what was said before stays in the record.
    pub fn record_carried_out(
        &self,
        case_id: &str,
        episode_id: &str,
        input: CarriedOutInput,
    ) -> Result<CaseView, BoardError> {
        let (now, author) = (self.now(), self.author()?);
        let is_known = |reason: &String| deviation_reasons().knows(reason);
        let needs_reason = input.state != CarriedOutState::Done;
        if input.on.is_some_and(|on| on > latest_today(now)) {
            let message = "This day has not come yet. Correct it.";
            return Err(BoardError::new("day_to_come", message));
        }
        if !input.reason.iter().all(is_known) || (needs_reason && input.reason.is_none()) {
            let message = "Choose the reason why it was not done as recommended.";
            return Err(BoardError::new("reason_of_deviation", message));
        }
        self.change(case_id, "carried_out", |case| {
            signed_decision(case, episode_id)?
                .carried_out
                .push(CarriedOut {
                    state: input.state,
                    reason: input.reason.filter(|_| needs_reason),
                    on: input.on,
                    note: input.note.trim().to_owned(),
                    author,
                    recorded_at: now,
                });
            Ok(())
        })
    }

    /// Opens another discussion of the patient, once the one before is signed.
    pub fn open_discussion(
        &self,
        case_id: &str,
        index_date: NaiveDate,
        question: &str,
    ) -> Result<CaseView, BoardError> {
        self.change(case_id, "discussion_opened", |case| {
            if case
                .current_episode()
                .is_some_and(|current| !current.is_signed())
            {
                let message =
                    "The discussion before is not signed yet. Sign its decision, or go on with it.";
                return Err(BoardError::new("discussion_open", message));
            }
            case.episodes.push(BoardEpisode::new(
                new_id(),
                index_date,
                question.trim().to_owned(),
            ));
            Ok(())
        })
    }
}

/// Each discussion with a decision: whether it can be signed, or is as it was signed.
pub(crate) fn decision_checks(
    case: &Case,
    assessment: &Assessment,
    now: DateTime<Utc>,
) -> Vec<DecisionCheck> {
    let today = latest_today(now);
    let open = open_findings(&assessment.findings);
    let with_decision = case
        .episodes
        .iter()
        .filter_map(|episode| Some((episode, episode.decision.as_ref()?)));
    with_decision
        .map(|(episode, decision)| {
            let is_signed = decision.is_signed();
            DecisionCheck {
                episode_id: episode.id.clone(),
                unsignable: decision
                    .unsignable(today)
                    .filter(|_| !is_signed)
                    .map(|fault| fault.code().to_owned()),
                open_findings: if is_signed { Vec::new() } else { open.clone() },
                intact: is_signed.then(|| is_intact(&case.id, episode)),
            }
        })
        .collect()
}

/// Whether every version of a signed decision is what its hash was made from.
pub(crate) fn is_intact(case_id: &str, episode: &BoardEpisode) -> bool {
    let Some(decision) = &episode.decision else {
        return true;
    };
    let Some(seal) = &decision.seal else {
        return true;
    };
    let mut previous = seal.sha256.as_str();
    if sealed_hash(case_id, episode).ok().as_deref() != Some(previous) {
        return false;
    }
    for (number, addendum) in decision.addenda.iter().enumerate() {
        let follows = usize::try_from(addendum.version) == Ok(number + 2);
        let hash = hash_of(&addendum.content(previous)).ok();
        if !follows || hash.as_deref() != Some(addendum.sha256.as_str()) {
            return false;
        }
        previous = &addendum.sha256;
    }
    true
}

/// Signed decisions stay where an earlier state of a case is taken up again, with their days, questions and what became of them.
pub(crate) fn keep_signed(restored: &mut Case, current: &Case) {
    for (position, episode) in current.episodes.iter().enumerate() {
        if !episode.is_signed() {
            continue;
        }
        match restored
            .episodes
            .iter_mut()
            .find(|known| known.id == episode.id)
        {
            Some(known) => known.clone_from(episode),
            None => {
                let at = position.min(restored.episodes.len());
                restored.episodes.insert(at, episode.clone());
            }
        }
    }
}

/// Whether the clock stands before the last entry of the log, which is refused unless the person said to have seen it: a clock
/// that once stood ahead would else forbid every signature.
fn clock_is_set_back(
    set_back: Option<DateTime<Utc>>,
    acknowledged: &[String],
) -> Result<bool, BoardError> {
    let Some(last) = set_back else {
        return Ok(false);
    };
    if acknowledged.iter().any(|code| code == CLOCK_SET_BACK) {
        return Ok(true);
    }
    let message = "The clock of this computer stands before the last entry of the record. Set it right, or sign in spite of it.";
    Err(BoardError::new(CLOCK_SET_BACK, message).with("last", last.to_rfc3339()))
}

/// Alerts and warnings by code and, where they are about one, feature.
fn open_findings(findings: &[Finding]) -> Vec<String> {
    let grave = findings
        .iter()
        .filter(|finding| matches!(finding.severity, Severity::Alert | Severity::Warning));
    let mut codes: Vec<String> = grave.map(Finding::key).collect();
    codes.sort();
    codes.dedup();
    codes
}

fn sealed_forecast(assessment: &Assessment) -> Option<SealedForecast> {
    let ForecastState::Available(forecast) = &assessment.forecast else {
        return None;
    };
    let compression = match &forecast.cord_compression {
        Some(CordCompressionState::Available(found)) if found.months == COMPRESSION_MONTHS => {
            Some(found.probability)
        }
        _ => None,
    };
    Some(SealedForecast {
        pack: forecast.pack.clone(),
        horizons: forecast.horizons.clone(),
        interval_level: forecast.interval_level,
        inside_population: forecast.population.inside,
        cord_compression_6_months: compression,
    })
}

fn sealed_hash(case_id: &str, episode: &BoardEpisode) -> Result<String, BoardError> {
    let decision = episode.decision.as_ref().ok_or_else(unknown_episode)?;
    let content = decision.sealed_content(case_id, episode);
    hash_of(&content.ok_or_else(unknown_episode)?)
}

fn hash_of(content: &impl Serialize) -> Result<String, BoardError> {
    let text = serde_json::to_string(content).map_err(|_| store::StoreError::NotStorable)?;
    Ok(fingerprint(text.as_bytes()))
}

/// Somebody else may have written the decision since the form was filled.
fn refuse_changed(
    store: &Store,
    current: &Case,
    episode_id: &str,
    revision: u32,
) -> Result<(), BoardError> {
    let of = |case: &Case| {
        let episode = case.episode(episode_id);
        episode.and_then(|episode| episode.decision.clone())
    };
    let then = store.case_at(&current.id, revision)?;
    if of(&then.case) == of(current) {
        return Ok(());
    }
    let newest = store.case(&current.id)?;
    let message = "Somebody changed this decision since you began to write. What you wrote is still on your screen: compare it with theirs.";
    Err(BoardError::new("decision_changed_elsewhere", message)
        .with("author", newest.author)
        .with("newest", newest.revision))
}

fn episode_of<'case>(
    case: &'case mut Case,
    episode_id: &str,
) -> Result<&'case mut BoardEpisode, BoardError> {
    let mut episodes = case.episodes.iter_mut();
    episodes
        .find(|episode| episode.id == episode_id)
        .ok_or_else(unknown_episode)
}

fn decision_of<'case>(
    case: &'case mut Case,
    episode_id: &str,
) -> Result<&'case mut BoardDecision, BoardError> {
    let decision = episode_of(case, episode_id)?.decision.as_mut();
    decision.ok_or_else(unknown_episode)
}

fn signed_decision<'case>(
    case: &'case mut Case,
    episode_id: &str,
) -> Result<&'case mut BoardDecision, BoardError> {
    let decision = decision_of(case, episode_id)?;
    match decision.is_signed() {
        true => Ok(decision),
        false => Err(BoardError::new(
            "decision_not_signed",
            "Nobody signed this decision yet. Sign it first, or change it as it is.",
        )),
    }
}

fn unknown_episode() -> BoardError {
    BoardError::new(
        "unknown_discussion",
        "This discussion is no longer there. Open the case again.",
    )
}

fn refused(fault: DecisionFault) -> BoardError {
    BoardError::new(fault.code(), fault.to_string())
}

fn actions(inputs: Vec<ActionInput>) -> Vec<Action> {
    let action = |input: ActionInput| Action {
        id: input.id.unwrap_or_else(new_id),
        what: input.what.trim().to_owned(),
        owner: input.owner.trim().to_owned(),
        due_on: input.due_on,
    };
    inputs.into_iter().map(action).collect()
}

fn tidied(mut recommendation: Recommendation) -> Recommendation {
    recommendation.levels.sort_unstable();
    recommendation.levels.dedup();
    recommendation
}
