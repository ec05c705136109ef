//! Which reasons of a forecast a sentence names, and in which order: decided here once, so that screen,
//! paper and terminal say the same.

use super::{ExplainedEndpoint, ForecastReason};
use crate::{
    case::Value,
    catalogue::{Catalogue, Feature, FeatureId},
    conditions::KnownFacts,
};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// A factor nearer to 1 than this, upwards or downwards, is not named. A rule of display and not of
/// medicine: it keeps out what reads like × 1.00, and lies well above the error of sampled amounts.
const SMALLEST_NAMED_FACTOR: f64 = 1.05;

/// More reasons of one direction than this are left to the list.
const MOST_REASONS: usize = 3;

/// A group with more known facts than this is called by its own word.
const MOST_FACTS: usize = 3;

/// The option of a gene that was tested and not altered. It moves the forecast, but a name for it alone
/// reads like a finding; the word of the group stands for it.
const WILD_TYPE: &str = "wild_type";

/// One sentence: the words for `reasons.<endpoint>.<kind>`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct ReasonSentence {
    pub kind: ReasonSentenceKind,
    /// The strongest first; empty where the sentence names none.
    pub reasons: Vec<NamedReason>,
}

/// What a sentence says of the shown probability, of being alive or of cord compression, against that
/// of a patient of whom nothing is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum ReasonSentenceKind {
    Higher,
    Lower,
    /// Higher, though no fact that raises it is strong enough to be named.
    HigherByLittle,
    LowerByLittle,
    /// What raises it, beside a main reason or where the whole numbers are equal.
    Raised,
    Lowered,
    /// Nothing is strong enough to be named.
    Nothing,
}

impl ReasonSentenceKind {
    pub const ALL: [ReasonSentenceKind; 7] = [
        ReasonSentenceKind::Higher,
        ReasonSentenceKind::Lower,
        ReasonSentenceKind::HigherByLittle,
        ReasonSentenceKind::LowerByLittle,
        ReasonSentenceKind::Raised,
        ReasonSentenceKind::Lowered,
        ReasonSentenceKind::Nothing,
    ];

    /// As it stands in the words file, under `reasons.<endpoint>`.
    pub fn code(self) -> &'static str {
        match self {
            ReasonSentenceKind::Higher => "higher",
            ReasonSentenceKind::Lower => "lower",
            ReasonSentenceKind::HigherByLittle => "higher_by_little",
            ReasonSentenceKind::LowerByLittle => "lower_by_little",
            ReasonSentenceKind::Raised => "raised",
            ReasonSentenceKind::Lowered => "lowered",
            ReasonSentenceKind::Nothing => "nothing",
        }
    }
}

/// A reason that a sentence names.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct NamedReason {
    /// The group's id in the model pack.
    pub group: String,
    /// On the cumulative hazard.
    pub factor: f64,
    /// The facts that it is named by; where there are none, by the words for `reason_group.<group>`.
    pub facts: Vec<NamedFact>,
}

/// A known fact with its value in the catalogue's unit.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct NamedFact {
    pub feature: FeatureId,
    pub value: Value,
    pub form: FactForm,
}

/// How a fact reads within a sentence: the words for `reasons.fact.<form>`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum FactForm {
    Number,
    Choice,
    /// A choice whose label begins with its grade: `D: useful motor function`.
    Grade,
    /// A finding that is there.
    Present,
    Absent,
}

impl FactForm {
    pub const ALL: [FactForm; 5] = [
        FactForm::Number,
        FactForm::Choice,
        FactForm::Grade,
        FactForm::Present,
        FactForm::Absent,
    ];

    /// As it stands in the words file, under `reasons.fact`.
    pub fn code(self) -> &'static str {
        match self {
            FactForm::Number => "number",
            FactForm::Choice => "choice",
            FactForm::Grade => "grade",
            FactForm::Present => "present",
            FactForm::Absent => "absent",
        }
    }

    fn of(value: &Value, feature: Option<&Feature>) -> FactForm {
        match value {
            Value::Number(_) => FactForm::Number,
            Value::Flag(true) => FactForm::Present,
            Value::Flag(false) => FactForm::Absent,
            Value::Code(code) => {
                let mut options = feature.iter().flat_map(|feature| &feature.options);
                let graded = options.any(|option| {
                    option.id == *code && option.label.starts_with(&format!("{code}:"))
                });
                if graded {
                    FactForm::Grade
                } else {
                    FactForm::Choice
                }
            }
        }
    }
}

/// The sentences about the reasons of a forecast whose shown probability goes from `baseline` to `total`.
pub fn reason_sentences(
    endpoint: ExplainedEndpoint,
    [baseline, total]: [f64; 2],
    reasons: &[ForecastReason],
    facts: &impl KnownFacts,
    catalogue: &Catalogue,
) -> Vec<ReasonSentence> {
    use ReasonSentenceKind::{
        Higher, HigherByLittle, Lower, LowerByLittle, Lowered, Nothing, Raised,
    };
    let named = |raises: bool| named(endpoint, raises, reasons, facts, catalogue);
    let (raising, lowering) = (named(true), named(false));
    let sentence = |kind, reasons| ReasonSentence { kind, reasons };
    if raising.is_empty() && lowering.is_empty() {
        return vec![sentence(Nothing, Vec::new())];
    }
    // As the whole numbers read: nothing is called higher than a number that is printed the same.
    let whole = |probability: f64| (probability * 100.0).round();
    let main = |kind, little, reasons: Vec<NamedReason>| {
        let kind = if reasons.is_empty() { little } else { kind };
        sentence(kind, reasons)
    };
    let rest = |kind, reasons: Vec<NamedReason>| {
        let any = !reasons.is_empty();
        any.then(|| sentence(kind, reasons))
    };
    let (first, second) = if whole(total) > whole(baseline) {
        let first = main(Higher, HigherByLittle, raising);
        (Some(first), rest(Lowered, lowering))
    } else if whole(total) < whole(baseline) {
        let first = main(Lower, LowerByLittle, lowering);
        (Some(first), rest(Raised, raising))
    } else {
        (rest(Raised, raising), rest(Lowered, lowering))
    };
    first.into_iter().chain(second).collect()
}

/// The reasons worth naming that raise the shown probability, or that lower it, the strongest first.
fn named(
    endpoint: ExplainedEndpoint,
    raises: bool,
    reasons: &[ForecastReason],
    facts: &impl KnownFacts,
    catalogue: &Catalogue,
) -> Vec<NamedReason> {
    // More hazard is fewer alive, and more with cord compression.
    let hazard_rises = raises == (endpoint == ExplainedEndpoint::CordCompression);
    let mut chosen: Vec<&ForecastReason> = reasons
        .iter()
        .filter(|reason| (reason.amount > 0.0) == hazard_rises)
        .filter(|reason| reason.amount.abs() >= SMALLEST_NAMED_FACTOR.ln())
        .collect();
    chosen.sort_by(|first, second| second.amount.abs().total_cmp(&first.amount.abs()));
    chosen.truncate(MOST_REASONS);
    let reasons = chosen.into_iter().map(|reason| NamedReason {
        group: reason.group.clone(),
        factor: reason.factor,
        facts: named_facts(&reason.features, facts, catalogue),
    });
    reasons.collect()
}

/// The facts that stand for a group, or none where the group's own word does.
fn named_facts(
    features: &[FeatureId],
    facts: &impl KnownFacts,
    catalogue: &Catalogue,
) -> Vec<NamedFact> {
    if features.len() > MOST_FACTS {
        return Vec::new();
    }
    let named = features.iter().map(|id| {
        let value = facts.known(id)?;
        let telling = value.as_code() != Some(WILD_TYPE);
        telling.then(|| NamedFact {
            feature: id.clone(),
            value: value.clone(),
            form: FactForm::of(value, catalogue.feature(id)),
        })
    });
    named.collect::<Option<Vec<_>>>().unwrap_or_default()
}

#[cfg(test)]
mod tests;
