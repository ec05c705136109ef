//! A board's decision as data: what it recommends, on what it rests, who agreed and who did not, who does what by when, and
//! what became of it. A signed decision is never changed: later changes are addenda with versions.

mod reasons;

use crate::{
    assessment::{EvidenceKind, PackIdentity, SurvivalPoint, TreatmentOption},
    case::{BoardEpisode, BoardEstimate},
    level::Level,
};
use chrono::{DateTime, NaiveDate, Utc};
pub use reasons::{DeviationReason, DeviationReasons, deviation_reasons};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// What the board decided on one patient in one discussion.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct BoardDecision {
    /// The day of the discussion.
    #[serde(default)]
    pub decided_on: Option<NaiveDate>,
    pub recommendation: Recommendation,
    /// Why, in words.
    #[serde(default)]
    pub rationale: String,
    /// What the recommendation rests on, as the board judges it.
    #[serde(default)]
    pub evidence: Option<EvidenceKind>,
    /// Who agreed, who did not.
    #[serde(default)]
    pub positions: Vec<Position>,
    #[serde(default)]
    pub actions: Vec<Action>,
    /// The forecast itself decided, so that such a patient says nothing on whether it is right.
    #[serde(default)]
    pub decided_by_forecast: bool,
    /// Present once somebody signed; nothing above is changed afterwards.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub seal: Option<Seal>,
    /// In the order of their versions.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[ts(as = "Option<Vec<Addendum>>", optional)]
    pub addenda: Vec<Addendum>,
    /// Actions that are done, by their ids.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[ts(as = "Option<Vec<ActionDone>>", optional)]
    pub done: Vec<ActionDone>,
    /// What became of the recommendation; the last entry counts.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[ts(as = "Option<Vec<CarriedOut>>", optional)]
    pub carried_out: Vec<CarriedOut>,
}

/// What is to be done. Absent parts were not said.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct Recommendation {
    /// None while nothing is chosen, and where the board deferred.
    #[serde(default)]
    pub option: Option<TreatmentOption>,
    /// What is needed before the board can decide; empty where it did decide.
    #[serde(default)]
    pub deferred_for: String,
    /// From head to foot.
    #[serde(default)]
    pub levels: Vec<Level>,
    /// Total dose of radiotherapy in Gy.
    #[serde(default)]
    pub dose_gray: Option<f64>,
    #[serde(default)]
    pub fractions: Option<u32>,
    /// Operation or technique, in words.
    #[serde(default)]
    pub procedure: String,
    /// Drugs or regimen, in words.
    #[serde(default)]
    pub systemic_plan: String,
}

/// Where one member of the board stands.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct Position {
    /// Of the people of the installation; none for a guest.
    #[serde(default)]
    pub person_id: Option<String>,
    pub name: String,
    /// Id of a specialty; the words are `specialty.<id>`.
    pub specialty: String,
    pub stance: PositionStance,
    /// What they would do instead.
    #[serde(default)]
    pub prefers: Option<TreatmentOption>,
    /// On what the difference hinges, in words.
    #[serde(default)]
    pub hinges_on: String,
    /// What would change their mind, in words.
    #[serde(default)]
    pub would_change: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum PositionStance {
    Agrees,
    Dissents,
    Abstains,
}

/// Who does what by when.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct Action {
    pub id: String,
    pub what: String,
    /// A name or a role, in words.
    pub owner: String,
    #[serde(default)]
    pub due_on: Option<NaiveDate>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct ActionDone {
    pub action_id: String,
    pub on: NaiveDate,
    pub author: String,
    pub recorded_at: DateTime<Utc>,
}

/// Name, time and hash under a decision.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct Seal {
    pub person_id: String,
    pub name: String,
    /// Id of a specialty.
    pub specialty: String,
    pub signed_at: DateTime<Utc>,
    /// SHA-256 of [`SealedContent`] as JSON, in hexadecimal.
    pub sha256: String,
    /// Codes of the findings that were open and that the person signed in spite of.
    #[serde(default)]
    pub open_findings: Vec<String>,
    /// What the model said that day; none where it gave no forecast.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub forecast: Option<SealedForecast>,
}

/// A forecast as it stood when the decision was signed, so that the outcome can be put beside it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct SealedForecast {
    pub pack: PackIdentity,
    /// Probability of being alive, with the ends of the interval, at 3, 6 and 12 months.
    pub horizons: Vec<SurvivalPoint>,
    pub interval_level: f64,
    /// The patient is like those that the model was made from.
    pub inside_population: bool,
    /// Probability of symptomatic cord compression within 6 months, death competing; none without such a model.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub cord_compression_6_months: Option<f64>,
}

/// A later change of a signed decision.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct Addendum {
    /// The signed decision is version 1, the first addendum version 2.
    pub version: u32,
    pub text: String,
    /// In place of the recommendation before, where it changes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub recommendation: Option<Recommendation>,
    /// Further actions.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[ts(as = "Option<Vec<Action>>", optional)]
    pub actions: Vec<Action>,
    pub person_id: String,
    pub name: String,
    pub written_at: DateTime<Utc>,
    /// SHA-256 over the hash of the version before and this content, in hexadecimal; see [`AddendumContent`].
    pub sha256: String,
}

/// What became of a recommendation.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct CarriedOut {
    pub state: CarriedOutState,
    /// A code of [`deviation_reasons`]; needed unless it was done as recommended.
    #[serde(default)]
    pub reason: Option<String>,
    #[serde(default)]
    pub on: Option<NaiveDate>,
    /// More, in words.
    #[serde(default)]
    pub note: String,
    pub author: String,
    pub recorded_at: DateTime<Utc>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum CarriedOutState {
    /// As recommended.
    Done,
    /// In part, or otherwise than recommended.
    Changed,
    NotDone,
}

/// What a signature covers; its JSON text is what is hashed.
#[derive(Debug, Clone, Serialize)]
pub struct SealedContent<'a> {
    pub case_id: &'a str,
    pub episode_id: &'a str,
    pub index_date: NaiveDate,
    pub question: &'a str,
    pub estimates: &'a [BoardEstimate],
    pub decided_on: Option<NaiveDate>,
    pub recommendation: &'a Recommendation,
    pub rationale: &'a str,
    pub evidence: Option<EvidenceKind>,
    pub positions: &'a [Position],
    pub actions: &'a [Action],
    pub decided_by_forecast: bool,
    pub person_id: &'a str,
    pub name: &'a str,
    pub specialty: &'a str,
    pub signed_at: DateTime<Utc>,
    pub open_findings: &'a [String],
    pub forecast: Option<&'a SealedForecast>,
}

/// What the hash of an addendum covers.
#[derive(Debug, Clone, Serialize)]
pub struct AddendumContent<'a> {
    /// Hash of the version before.
    pub previous: &'a str,
    pub version: u32,
    pub text: &'a str,
    pub recommendation: Option<&'a Recommendation>,
    pub actions: &'a [Action],
    pub person_id: &'a str,
    pub name: &'a str,
    pub written_at: DateTime<Utc>,
}

/// Why a decision cannot be as it is said to be, or not be signed yet. The words are `error.decision_<code>`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum DecisionFault {
    #[error("Choose what the board recommends, or say what it needs before it can decide.")]
    NothingRecommended,
    #[error("Either the board recommends something or it deferred. Take one of the two away.")]
    RecommendedAndDeferred,
    #[error("Write why the board recommends this.")]
    NoRationale,
    #[error("Say who agreed: at least one member of the board has to stand behind it.")]
    NobodyAgreed,
    #[error("Write on what it hinges for everybody who dissents.")]
    DissentWithoutReason,
    #[error("The same person stands there twice. Take one of the two entries away.")]
    PositionTwice,
    #[error("Each action needs what is to be done and who does it.")]
    ActionWithoutOwner,
    #[error("A dose is a number above 0, in Gy. Correct it or leave it blank.")]
    DoseNotPositive,
    #[error("Fractions are counted: 1, 2, 3 and so on. Correct the number or leave it blank.")]
    NoFractions,
    #[error("Say on which day the board discussed this.")]
    NoDay,
    #[error("The day of the discussion has not come yet. Correct it.")]
    DayToCome,
}

impl DecisionFault {
    pub fn code(self) -> &'static str {
        match self {
            DecisionFault::NothingRecommended => "decision_nothing_recommended",
            DecisionFault::RecommendedAndDeferred => "decision_recommended_and_deferred",
            DecisionFault::NoRationale => "decision_no_rationale",
            DecisionFault::NobodyAgreed => "decision_nobody_agreed",
            DecisionFault::DissentWithoutReason => "decision_dissent_without_reason",
            DecisionFault::PositionTwice => "decision_position_twice",
            DecisionFault::ActionWithoutOwner => "decision_action_without_owner",
            DecisionFault::DoseNotPositive => "decision_dose_not_positive",
            DecisionFault::NoFractions => "decision_no_fractions",
            DecisionFault::NoDay => "decision_no_day",
            DecisionFault::DayToCome => "decision_day_to_come",
        }
    }
}

impl CarriedOutState {
    /// The code as it stands in a file and in the words file, under `carried_out`.
    pub fn code(self) -> &'static str {
        match self {
            CarriedOutState::Done => "done",
            CarriedOutState::Changed => "changed",
            CarriedOutState::NotDone => "not_done",
        }
    }
}

impl PositionStance {
    /// The code as it stands in a file and in the words file, under `position`.
    pub fn code(self) -> &'static str {
        match self {
            PositionStance::Agrees => "agrees",
            PositionStance::Dissents => "dissents",
            PositionStance::Abstains => "abstains",
        }
    }
}

impl Recommendation {
    /// What cannot be, whether signed or not.
    pub fn fault(&self) -> Option<DecisionFault> {
        if self
            .dose_gray
            .is_some_and(|dose| !dose.is_finite() || dose <= 0.0)
        {
            Some(DecisionFault::DoseNotPositive)
        } else if self.fractions == Some(0) {
            Some(DecisionFault::NoFractions)
        } else if self.option.is_some() && self.is_deferred() {
            Some(DecisionFault::RecommendedAndDeferred)
        } else {
            None
        }
    }

    pub fn is_deferred(&self) -> bool {
        !self.deferred_for.trim().is_empty()
    }
}

impl BoardDecision {
    /// What cannot be, whether signed or not.
    pub fn fault(&self) -> Option<DecisionFault> {
        let twice = self.positions.iter().enumerate().any(|(at, position)| {
            self.positions[..at].iter().any(|earlier| {
                match (&earlier.person_id, &position.person_id) {
                    (Some(earlier), Some(later)) => earlier == later,
                    _ => earlier.name.trim() == position.name.trim(),
                }
            })
        });
        if twice {
            return Some(DecisionFault::PositionTwice);
        }
        if !actions_are_whole(&self.actions) {
            return Some(DecisionFault::ActionWithoutOwner);
        }
        self.recommendation.fault()
    }

    /// What has to be mended before somebody can sign. `today` is the latest day that it is anywhere.
    pub fn unsignable(&self, today: NaiveDate) -> Option<DecisionFault> {
        if let Some(fault) = self.fault() {
            return Some(fault);
        }
        let chosen = self.recommendation.option.is_some() || self.recommendation.is_deferred();
        let dissents = |position: &&Position| position.stance == PositionStance::Dissents;
        let mut dissenting = self.positions.iter().filter(dissents);
        if !chosen {
            Some(DecisionFault::NothingRecommended)
        } else if self.rationale.trim().is_empty() {
            Some(DecisionFault::NoRationale)
        } else if self.decided_on.is_none() {
            Some(DecisionFault::NoDay)
        } else if self.decided_on.is_some_and(|day| day > today) {
            Some(DecisionFault::DayToCome)
        } else if !self
            .positions
            .iter()
            .any(|position| position.stance == PositionStance::Agrees)
        {
            Some(DecisionFault::NobodyAgreed)
        } else if dissenting.any(|position| position.hinges_on.trim().is_empty()) {
            Some(DecisionFault::DissentWithoutReason)
        } else {
            None
        }
    }

    pub fn is_signed(&self) -> bool {
        self.seal.is_some()
    }

    /// The recommendation that holds: the signed one, or that of the last addendum with one.
    pub fn standing_recommendation(&self) -> &Recommendation {
        let later = self.addenda.iter().rev();
        later
            .filter_map(|addendum| addendum.recommendation.as_ref())
            .next()
            .unwrap_or(&self.recommendation)
    }

    /// The actions of the decision and of its addenda.
    pub fn all_actions(&self) -> impl Iterator<Item = &Action> {
        let added = self.addenda.iter().flat_map(|addendum| &addendum.actions);
        self.actions.iter().chain(added)
    }

    /// When an action was done.
    pub fn done_on(&self, action_id: &str) -> Option<NaiveDate> {
        let mut done = self.done.iter().rev();
        done.find(|done| done.action_id == action_id)
            .map(|done| done.on)
    }

    /// What became of the recommendation, as far as it is known.
    pub fn outcome(&self) -> Option<&CarriedOut> {
        self.carried_out.last()
    }

    /// Hash of the latest version, once signed.
    pub fn latest_hash(&self) -> Option<&str> {
        let signed = self.seal.as_ref()?;
        let last = self.addenda.last();
        Some(last.map_or(&signed.sha256, |addendum| &addendum.sha256))
    }

    /// What the signature covers; none before somebody signed.
    pub fn sealed_content<'a>(
        &'a self,
        case_id: &'a str,
        episode: &'a BoardEpisode,
    ) -> Option<SealedContent<'a>> {
        let seal = self.seal.as_ref()?;
        Some(SealedContent {
            case_id,
            episode_id: &episode.id,
            index_date: episode.index_date,
            question: &episode.question,
            estimates: &episode.estimates,
            decided_on: self.decided_on,
            recommendation: &self.recommendation,
            rationale: &self.rationale,
            evidence: self.evidence,
            positions: &self.positions,
            actions: &self.actions,
            decided_by_forecast: self.decided_by_forecast,
            person_id: &seal.person_id,
            name: &seal.name,
            specialty: &seal.specialty,
            signed_at: seal.signed_at,
            open_findings: &seal.open_findings,
            forecast: seal.forecast.as_ref(),
        })
    }
}

impl Addendum {
    /// What its hash covers.
    pub fn content<'a>(&'a self, previous: &'a str) -> AddendumContent<'a> {
        AddendumContent {
            previous,
            version: self.version,
            text: &self.text,
            recommendation: self.recommendation.as_ref(),
            actions: &self.actions,
            person_id: &self.person_id,
            name: &self.name,
            written_at: self.written_at,
        }
    }
}

/// Whether each action says what is to be done and who does it.
pub fn actions_are_whole(actions: &[Action]) -> bool {
    let mut actions = actions.iter();
    actions.all(|action| !action.what.trim().is_empty() && !action.owner.trim().is_empty())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
    use super::*;

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    fn position(name: &str, stance: PositionStance) -> Position {
        Position {
            person_id: Some(name.to_lowercase()),
            name: name.to_owned(),
            specialty: "radiology".to_owned(),
            stance,
            prefers: None,
            hinges_on: String::new(),
            would_change: String::new(),
        }
    }

    fn decision() -> BoardDecision {
        BoardDecision {
            decided_on: Some(day("2026-03-05")),
            recommendation: Recommendation {
                option: Some(TreatmentOption::Stereotactic),
                ..Recommendation::default()
            },
            rationale: "Oligometastatic and stable.".to_owned(),
            positions: vec![position("Ada", PositionStance::Agrees)],
            ..BoardDecision::default()
        }
    }

    fn unsignable(change: impl FnOnce(&mut BoardDecision)) -> Option<DecisionFault> {
        let mut changed = decision();
        change(&mut changed);
        changed.unsignable(day("2026-03-05"))
    }

    #[test]
    fn a_whole_decision_can_be_signed_and_each_missing_part_is_named() {
        use DecisionFault::*;
        assert_eq!(unsignable(|_| ()), None);
        assert_eq!(
            unsignable(|one| one.recommendation.option = None),
            Some(NothingRecommended)
        );
        assert_eq!(
            unsignable(|one| {
                one.recommendation.option = None;
                one.recommendation.deferred_for = "MRI of the whole spine".to_owned();
            }),
            None
        );
        assert_eq!(
            unsignable(|one| one.recommendation.deferred_for = "MRI".to_owned()),
            Some(RecommendedAndDeferred)
        );
        assert_eq!(
            unsignable(|one| one.rationale = " ".to_owned()),
            Some(NoRationale)
        );
        assert_eq!(unsignable(|one| one.decided_on = None), Some(NoDay));
        let tomorrow = Some(day("2026-03-06"));
        assert_eq!(unsignable(|one| one.decided_on = tomorrow), Some(DayToCome));
        assert_eq!(
            unsignable(|one| one.positions[0].stance = PositionStance::Abstains),
            Some(NobodyAgreed)
        );
        let bob = position("Bob", PositionStance::Dissents);
        assert_eq!(
            unsignable(|one| one.positions.push(bob.clone())),
            Some(DissentWithoutReason)
        );
        let because = Position {
            hinges_on: "the stability".to_owned(),
            ..bob
        };
        assert_eq!(unsignable(|one| one.positions.push(because)), None);
    }

    #[test]
    fn what_cannot_be_is_a_fault_before_anybody_signs() {
        let fault = |change: fn(&mut BoardDecision)| {
            let mut changed = decision();
            change(&mut changed);
            changed.fault()
        };
        for dose in [0.0, -8.0, f64::NAN, f64::INFINITY] {
            let mut changed = decision();
            changed.recommendation.dose_gray = Some(dose);
            assert_eq!(changed.fault(), Some(DecisionFault::DoseNotPositive));
        }
        assert_eq!(
            fault(|one| one.recommendation.fractions = Some(0)),
            Some(DecisionFault::NoFractions)
        );
        assert_eq!(
            fault(|one| one.positions.push(one.positions[0].clone())),
            Some(DecisionFault::PositionTwice)
        );
        assert_eq!(
            fault(|one| one.actions.push(Action {
                id: "a".to_owned(),
                what: "MRI".to_owned(),
                owner: " ".to_owned(),
                due_on: None
            })),
            Some(DecisionFault::ActionWithoutOwner)
        );
    }

    #[test]
    fn the_last_addendum_with_a_recommendation_stands() {
        let mut signed = decision();
        let addendum = |version, option: Option<TreatmentOption>| Addendum {
            version,
            text: "Seen again.".to_owned(),
            recommendation: option.map(|option| Recommendation {
                option: Some(option),
                ..Recommendation::default()
            }),
            actions: vec![],
            person_id: "ada".to_owned(),
            name: "Ada".to_owned(),
            written_at: DateTime::UNIX_EPOCH,
            sha256: String::new(),
        };
        let stands = |decision: &BoardDecision| decision.standing_recommendation().option;
        assert_eq!(stands(&signed), Some(TreatmentOption::Stereotactic));
        signed.addenda = vec![
            addendum(2, Some(TreatmentOption::Supportive)),
            addendum(3, None),
        ];
        assert_eq!(stands(&signed), Some(TreatmentOption::Supportive));
    }
}
