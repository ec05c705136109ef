//! From facts to what guidelines say: whether it is an emergency, where the facts lead in a frame of decision, which rules
//! speak for or against an option, and where they contradict each other. Nothing here decides: a rule whose condition cannot be
//! judged is open and says what is missing.

mod emergency;
mod table;
mod walk;

use crate::{
    assessment::{Citation, FigureProvenance, TreatmentOption},
    case::Case,
    catalogue::{Catalogue, FeatureId},
    conditions::{KnownFacts, Truth},
    facts::Facts,
    words::Words,
};
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;
use table::{PathwayTable, Rule};
use ts_rs::TS;

/// What guidelines and frames say about a case on a day.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, TS)]
pub struct Pathway {
    /// None where no sign of it is known, which is not the same as none being there.
    #[ts(optional)]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub emergency: Option<Emergency>,
    pub walk: Vec<Branch>,
    /// Where the walk ends; none while a branch is open.
    #[ts(optional)]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub destination: Option<Destination>,
    /// Rules that apply or could, in the order of the file; those that do not apply are left out.
    pub rules: Vec<PathwayRule>,
    pub conflicts: Vec<PathwayConflict>,
}

/// Something that cannot wait for a forecast.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct Emergency {
    pub signs: Vec<EmergencySign>,
    /// What to do, in this order.
    pub steps: Vec<EmergencyStep>,
}

/// The words `pathway.sign.<id>` name it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct EmergencySign {
    pub id: String,
    pub reads: Vec<FeatureId>,
    #[ts(optional)]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub worsening: Option<Worsening>,
    /// Where its limit comes from, if it has one.
    #[ts(optional)]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub citation: Option<Citation>,
}

/// A fact whose latest value is worse than the one before.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct Worsening {
    pub feature: FeatureId,
    /// Ids of catalogue options.
    pub from: String,
    pub to: String,
    pub from_day: NaiveDate,
    pub to_day: NaiveDate,
}

/// The words `pathway.step.<id>` say it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct EmergencyStep {
    pub id: String,
    pub citation: Citation,
    pub provenance: FigureProvenance,
}

/// One question of the walk; the words are `pathway.branch.<id>`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct Branch {
    pub id: String,
    pub feature: FeatureId,
    /// The id of the way that the facts take.
    #[ts(optional)]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub taken: Option<String>,
    /// What has to be entered before a way can be taken.
    pub missing: Vec<FeatureId>,
    pub ways: Vec<Way>,
}

/// An answer to a branch; the words are `pathway.way.<branch>_<id>`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct Way {
    pub id: String,
    /// Where the walk would end if this branch alone went so; none where other branches are open.
    #[ts(optional)]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub leads_to: Option<Destination>,
}

/// A group of the frame's score; the words are `pathway.end.<group>`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct Destination {
    pub group: String,
    pub label: String,
}

/// What a rule does with its option.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum Stance {
    For,
    Against,
    Inform,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct PathwayRule {
    pub id: String,
    #[ts(optional)]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub option: Option<TreatmentOption>,
    pub stance: Stance,
    pub state: RuleState,
    /// In English; in other languages the words are `pathway.rule.<id>`.
    pub text: String,
    /// Strength of the rule and quality of its evidence, as the source has them; the words are `pathway.rule_grade.<id>`.
    pub grade: String,
    pub citation: Citation,
    pub provenance: FigureProvenance,
    /// Facts that its condition reads.
    pub reads: Vec<FeatureId>,
    /// Facts that it asks to weigh without naming a limit.
    pub weigh: Vec<FeatureId>,
    /// The horizon of the forecast that belongs beside it.
    #[ts(optional)]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub months: Option<u32>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum RuleState {
    Applies,
    /// It would be settled by these facts.
    Open {
        missing: Vec<FeatureId>,
    },
}

/// Rules that apply and contradict each other, by their ids.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct PathwayConflict {
    pub option: TreatmentOption,
    pub rules_for: Vec<String>,
    pub rules_against: Vec<String>,
}

/// Whether signs of an emergency are known on a day.
pub fn emergency_at(case: &Case, index_date: NaiveDate, facts: &Facts) -> bool {
    emergency::emergency(PathwayTable::shipped(), case, index_date, facts).is_some()
}

/// The pathway of a case on a day. `known` are its facts with what follows from scores, as the total of SINS.
pub fn pathway(
    case: &Case,
    index_date: NaiveDate,
    facts: &Facts,
    known: &impl KnownFacts,
) -> Pathway {
    let (table, catalogue) = (PathwayTable::shipped(), Catalogue::shipped());
    let enterable = |missing: &BTreeSet<FeatureId>| facts.enterable(missing, catalogue);
    let rules: Vec<PathwayRule> = table
        .rule
        .iter()
        .filter_map(|rule| {
            let state = match rule.when.judge(known) {
                Truth::True => RuleState::Applies,
                Truth::False => return None,
                Truth::Unknown(missing) => RuleState::Open {
                    missing: enterable(&missing),
                },
            };
            Some(judged(rule, state, table))
        })
        .collect();
    let (walk, destination) = walk::walk(&table.walk, known, &enterable);
    Pathway {
        emergency: emergency::emergency(table, case, index_date, known),
        walk,
        destination,
        conflicts: conflicts(&rules),
        rules,
    }
}

fn judged(rule: &Rule, state: RuleState, table: &PathwayTable) -> PathwayRule {
    let words = Words::shipped("en");
    PathwayRule {
        id: rule.id.clone(),
        option: rule.option,
        stance: rule.stance,
        state,
        text: words.text(&format!("pathway.rule.{}", rule.id), &[]),
        grade: words.text(&format!("pathway.rule_grade.{}", rule.id), &[]),
        citation: table
            .citation
            .get(&rule.citation)
            .cloned()
            .unwrap_or_default(),
        provenance: rule.provenance,
        reads: rule.when.reads().into_iter().collect(),
        weigh: rule.weigh.clone(),
        months: rule.months,
    }
}

/// Options that some rules speak for and others against, in the order of the options.
fn conflicts(rules: &[PathwayRule]) -> Vec<PathwayConflict> {
    let applying = |option: TreatmentOption, stance: Stance| -> Vec<String> {
        rules
            .iter()
            .filter(|rule| {
                rule.option == Some(option)
                    && rule.stance == stance
                    && rule.state == RuleState::Applies
            })
            .map(|rule| rule.id.clone())
            .collect()
    };
    let options: BTreeSet<TreatmentOption> = rules.iter().filter_map(|rule| rule.option).collect();
    options
        .into_iter()
        .filter_map(|option| {
            let (rules_for, rules_against) = (
                applying(option, Stance::For),
                applying(option, Stance::Against),
            );
            (!rules_for.is_empty() && !rules_against.is_empty()).then_some(PathwayConflict {
                option,
                rules_for,
                rules_against,
            })
        })
        .collect()
}

#[cfg(test)]
mod tests;
