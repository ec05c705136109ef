//! Conditions over facts, as written in the data files of scores, derived features and checks.
//!
//! A condition is true, false, or unknown because facts are missing. Unknown is never read as
//! false: a score row that might apply is not passed over.

use crate::{case::Value, catalogue::FeatureId};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

/// What a condition asks of the facts: the value of a feature in its catalogue unit, if known.
pub trait KnownFacts {
    fn known(&self, feature: &FeatureId) -> Option<&Value>;
}

impl KnownFacts for BTreeMap<FeatureId, Value> {
    fn known(&self, feature: &FeatureId) -> Option<&Value> {
        self.get(feature)
    }
}

/// The facts with one more, which wins over what they say of its feature; none adds nothing.
pub struct WithOne<'a, Facts> {
    pub facts: &'a Facts,
    pub feature: FeatureId,
    pub value: Option<Value>,
}

impl<Facts: KnownFacts> KnownFacts for WithOne<'_, Facts> {
    fn known(&self, feature: &FeatureId) -> Option<&Value> {
        match &self.value {
            Some(value) if *feature == self.feature => Some(value),
            _ => self.facts.known(feature),
        }
    }
}

/// All of `features` match, and (where given) at least one of `any_of`.
///
/// An empty condition matches anything.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Condition {
    #[serde(default)]
    pub any_of: Vec<Condition>,
    #[serde(flatten)]
    pub features: BTreeMap<FeatureId, Matcher>,
}

/// What a single value must be.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Matcher {
    // Before `Range`, because serde reads a list of numbers as the fields of a struct too.
    OneOf(Vec<Value>),
    Range(Range),
    Is(Value),
}

/// A numeric range: `min` and `max` include the limit, `above` and `below` do not.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Range {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub min: Option<f64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max: Option<f64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub above: Option<f64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub below: Option<f64>,
}

/// Three-valued truth; `Unknown` carries the features that would decide it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Truth {
    True,
    False,
    Unknown(BTreeSet<FeatureId>),
}

impl Condition {
    /// Judges the condition on what is known.
    pub fn judge(&self, facts: &impl KnownFacts) -> Truth {
        let mut parts: Vec<Truth> = self
            .features
            .iter()
            .map(|(feature, matcher)| match facts.known(feature) {
                None => Truth::Unknown(BTreeSet::from([feature.clone()])),
                Some(value) if matcher.matches(value) => Truth::True,
                Some(_) => Truth::False,
            })
            .collect();
        if !self.any_of.is_empty() {
            parts.push(any(self
                .any_of
                .iter()
                .map(|condition| condition.judge(facts))));
        }
        all(parts)
    }

    /// Every feature that the condition reads.
    pub fn reads(&self) -> BTreeSet<FeatureId> {
        let nested = self.any_of.iter().flat_map(Condition::reads);
        self.features.keys().cloned().chain(nested).collect()
    }
}

impl Matcher {
    /// True if the value is one of those asked for.
    pub fn matches(&self, value: &Value) -> bool {
        match self {
            Matcher::Is(wanted) => wanted == value,
            Matcher::OneOf(wanted) => wanted.contains(value),
            Matcher::Range(range) => value
                .as_number()
                .is_some_and(|number| range.contains(number)),
        }
    }
}

impl Range {
    /// True if the number lies within all given limits.
    pub fn contains(&self, number: f64) -> bool {
        self.min.is_none_or(|limit| number >= limit)
            && self.max.is_none_or(|limit| number <= limit)
            && self.above.is_none_or(|limit| number > limit)
            && self.below.is_none_or(|limit| number < limit)
    }
}

fn all(parts: Vec<Truth>) -> Truth {
    let mut missing = BTreeSet::new();
    for part in parts {
        match part {
            Truth::False => return Truth::False,
            Truth::Unknown(features) => missing.extend(features),
            Truth::True => {}
        }
    }
    if missing.is_empty() {
        Truth::True
    } else {
        Truth::Unknown(missing)
    }
}

fn any(parts: impl Iterator<Item = Truth>) -> Truth {
    let mut missing = BTreeSet::new();
    for part in parts {
        match part {
            Truth::True => return Truth::True,
            Truth::Unknown(features) => missing.extend(features),
            Truth::False => {}
        }
    }
    if missing.is_empty() {
        Truth::False
    } else {
        Truth::Unknown(missing)
    }
}

/// Gives a derived feature its value: the first row that holds, or a ratio.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rule {
    /// The derived feature.
    pub feature: FeatureId,
    /// Where the rule comes from, and its doubts.
    #[serde(default)]
    pub note: String,
    #[serde(default)]
    pub citation: String,
    #[serde(default)]
    pub row: Vec<RuleRow>,
    /// The rows exclude each other, so that one that holds settles the value whatever is unknown
    /// about the others.
    #[serde(default)]
    pub exclusive: bool,
    /// Numerator and denominator, for a derived ratio.
    #[serde(default)]
    pub ratio: Option<[FeatureId; 2]>,
    /// What to enter where no stage settles the value; without it, all that the rows lack.
    #[serde(default)]
    pub asks: BTreeSet<FeatureId>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RuleRow {
    pub value: Value,
    #[serde(default)]
    pub when: Condition,
    /// Rows of a later stage stand in for those before where these lack facts or do not hold: the
    /// ECOG grade for a Karnofsky that nobody recorded.
    #[serde(default)]
    pub stage: u8,
}

impl Rule {
    /// Every feature that the rule reads.
    pub fn reads(&self) -> BTreeSet<FeatureId> {
        let rows = self.row.iter().flat_map(|row| row.when.reads());
        rows.chain(self.ratio.iter().flatten().cloned()).collect()
    }

    /// The value that the rule gives; none where no row holds (a person has to choose), or the
    /// features that would settle it.
    pub fn apply(&self, facts: &impl KnownFacts) -> Result<Option<Value>, BTreeSet<FeatureId>> {
        if let Some([numerator, denominator]) = &self.ratio {
            return ratio(numerator, denominator, facts);
        }
        if self.exclusive {
            return self.only_match(facts);
        }
        let stages: BTreeSet<u8> = self.row.iter().map(|row| row.stage).collect();
        let mut missing = BTreeSet::new();
        for stage in stages {
            let rows: Vec<&RuleRow> = self.row.iter().filter(|row| row.stage == stage).collect();
            match first_match(&rows, |row| &row.when, |row| row.value.clone(), facts) {
                Ok(Some(row)) => return Ok(Some(row.value.clone())),
                Ok(None) => {}
                Err(features) => missing.extend(features),
            }
        }
        match missing.is_empty() {
            true => Ok(None),
            false if self.asks.is_empty() => Err(missing),
            false => Err(self.asks.clone()),
        }
    }

    fn only_match(&self, facts: &impl KnownFacts) -> Result<Option<Value>, BTreeSet<FeatureId>> {
        let mut missing = BTreeSet::new();
        let mut holding: Vec<&Value> = Vec::new();
        for row in &self.row {
            match row.when.judge(facts) {
                Truth::True => holding.push(&row.value),
                Truth::Unknown(features) => missing.extend(features),
                Truth::False => {}
            }
        }
        match holding.as_slice() {
            [first, others @ ..] if others.iter().all(|other| other == first) => {
                Ok(Some((*first).clone()))
            }
            [] if !missing.is_empty() => Err(missing),
            _ => Ok(None),
        }
    }
}

/// The quotient of two known numbers; none where the denominator is zero.
fn ratio(
    numerator: &FeatureId,
    denominator: &FeatureId,
    facts: &impl KnownFacts,
) -> Result<Option<Value>, BTreeSet<FeatureId>> {
    let number = |feature| facts.known(feature).and_then(Value::as_number);
    let (above, below) = (number(numerator), number(denominator));
    match (above, below) {
        (Some(above), Some(below)) => {
            let quotient = above / below;
            Ok(quotient.is_finite().then_some(Value::Number(quotient)))
        }
        _ => {
            let both = [(numerator, above), (denominator, below)];
            Err(both
                .into_iter()
                .filter(|(_, known)| known.is_none())
                .map(|(id, _)| id.clone())
                .collect())
        }
    }
}

/// The row of a first-match table that applies, or the features that are needed to tell.
///
/// Rows that cannot be excluded yet leave the result open, unless every row that could still
/// apply has the same outcome.
pub fn first_match<'rows, Row, Outcome: PartialEq>(
    rows: &'rows [Row],
    condition: impl Fn(&Row) -> &Condition,
    outcome: impl Fn(&Row) -> Outcome,
    facts: &impl KnownFacts,
) -> Result<Option<&'rows Row>, BTreeSet<FeatureId>> {
    let mut missing = BTreeSet::new();
    let mut possible: Vec<&Row> = Vec::new();
    for row in rows {
        match condition(row).judge(facts) {
            Truth::False => {}
            Truth::Unknown(features) => {
                missing.extend(features);
                possible.push(row);
            }
            Truth::True => {
                possible.push(row);
                let first = outcome(possible[0]);
                let settled = possible.iter().all(|other| outcome(other) == first);
                return if settled { Ok(Some(row)) } else { Err(missing) };
            }
        }
    }
    if possible.is_empty() {
        Ok(None)
    } else {
        Err(missing)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
    use super::*;

    fn id(text: &str) -> FeatureId {
        FeatureId::unchecked(text)
    }

    fn facts(pairs: &[(&str, Value)]) -> BTreeMap<FeatureId, Value> {
        pairs
            .iter()
            .map(|(name, value)| (id(name), value.clone()))
            .collect()
    }

    fn condition(text: &str) -> Condition {
        toml::from_str(text).expect("a condition")
    }

    #[test]
    fn unknown_is_not_false() {
        let both = condition("ecog = { min = 3 }\nsex = \"male\"");
        assert_eq!(
            both.judge(&facts(&[("ecog", Value::Number(1.0))])),
            Truth::False
        );
        assert_eq!(
            both.judge(&facts(&[("ecog", Value::Number(3.0))])),
            Truth::Unknown(BTreeSet::from([id("sex")]))
        );
        let everything = facts(&[
            ("ecog", Value::Number(4.0)),
            ("sex", Value::Code("male".into())),
        ]);
        assert_eq!(both.judge(&everything), Truth::True);
    }

    #[test]
    fn any_of_is_true_as_soon_as_one_part_is() {
        let either =
            condition("any_of = [{ platelets = { below = 100 } }, { calcium = { min = 2.6 } }]");
        assert_eq!(
            either.judge(&facts(&[("platelets", Value::Number(90.0))])),
            Truth::True
        );
        assert_eq!(
            either.judge(&facts(&[("platelets", Value::Number(100.0))])),
            Truth::Unknown(BTreeSet::from([id("calcium")]))
        );
    }

    #[test]
    fn a_list_of_numbers_is_a_list_and_not_a_range() {
        let ends = condition("ecog = [0, 2]");
        assert_eq!(
            ends.judge(&facts(&[("ecog", Value::Number(1.0))])),
            Truth::False
        );
        assert_eq!(
            ends.judge(&facts(&[("ecog", Value::Number(2.0))])),
            Truth::True
        );
    }

    #[test]
    fn exclusive_rows_are_settled_by_the_one_that_holds() {
        let rule: Rule = toml::from_str(
            "feature = \"c\"\nexclusive = true\n\
             row = [{ value = 1, when = { a = true } }, { value = 2, when = { b = true } }]",
        )
        .expect("a rule");
        let yes = |names: &[&str]| {
            let pairs: Vec<_> = names
                .iter()
                .map(|name| (*name, Value::Flag(true)))
                .collect();
            rule.apply(&facts(&pairs))
        };
        assert_eq!(yes(&["b"]), Ok(Some(Value::Number(2.0))));
        assert_eq!(yes(&["a", "b"]), Ok(None));
        assert_eq!(yes(&[]), Err(BTreeSet::from([id("a"), id("b")])));
    }

    #[test]
    fn a_later_stage_stands_in_for_what_is_not_recorded() {
        let rule: Rule = toml::from_str(
            "feature = \"fit\"\nasks = [\"k\"]\n\
             row = [{ value = true, when = { k = { min = 80 } } }, { value = false, when = { k = { max = 70 } } },\n\
             { value = true, when = { e = 0 }, stage = 1 }, { value = false, when = { e = { min = 2 } }, stage = 1 }]",
        )
        .expect("a rule");
        let of = |pairs: &[(&str, f64)]| {
            let pairs: Vec<_> = pairs
                .iter()
                .map(|(name, number)| (*name, Value::Number(*number)))
                .collect();
            rule.apply(&facts(&pairs))
        };
        assert_eq!(of(&[("k", 70.0), ("e", 0.0)]), Ok(Some(Value::Flag(false))));
        assert_eq!(of(&[("e", 0.0)]), Ok(Some(Value::Flag(true))));
        let asked = Err(BTreeSet::from([id("k")]));
        assert_eq!((of(&[("e", 1.0)]), of(&[])), (asked.clone(), asked));
    }

    #[test]
    fn a_ratio_needs_both_numbers_and_a_denominator() {
        let rule: Rule = toml::from_str("feature = \"r\"\nratio = [\"n\", \"l\"]").expect("a rule");
        let both = facts(&[("n", Value::Number(6.0)), ("l", Value::Number(1.5))]);
        assert_eq!(rule.apply(&both), Ok(Some(Value::Number(4.0))));
        let zero = facts(&[("n", Value::Number(6.0)), ("l", Value::Number(0.0))]);
        assert_eq!(rule.apply(&zero), Ok(None));
        assert_eq!(
            rule.apply(&facts(&[("n", Value::Number(6.0))])),
            Err(BTreeSet::from([id("l")]))
        );
    }

    #[test]
    fn an_earlier_row_that_may_apply_blocks_a_later_one() {
        let rows = [
            RuleRow {
                value: Value::Code("critical".into()),
                when: condition("platelets = { below = 100 }"),
                stage: 0,
            },
            RuleRow {
                value: Value::Code("abnormal".into()),
                when: condition("albumin = { below = 37 }"),
                stage: 0,
            },
        ];
        let low_albumin = facts(&[("albumin", Value::Number(30.0))]);
        let found = first_match(
            &rows,
            |row| &row.when,
            |row| row.value.clone(),
            &low_albumin,
        );
        assert_eq!(found, Err(BTreeSet::from([id("platelets")])));
    }

    #[test]
    fn equal_outcomes_settle_a_table_in_spite_of_gaps() {
        let rows = [
            RuleRow {
                value: Value::Number(1.0),
                when: condition("a = true"),
                stage: 0,
            },
            RuleRow {
                value: Value::Number(1.0),
                when: Condition::default(),
                stage: 0,
            },
        ];
        let found = first_match(&rows, |row| &row.when, |row| row.value.clone(), &facts(&[]));
        assert_eq!(
            found.ok().flatten().map(|row| &row.value),
            Some(&Value::Number(1.0))
        );
    }
}
