//! The format of `assets/pathway.toml`: signs of an emergency and what to do then, the walk through a frame of decision, and
//! rules of guidelines. Conditions are over catalogue ids, see [`crate::conditions`].

use super::Stance;
use crate::{
    assessment::{Citation, FigureProvenance, TreatmentOption},
    catalogue::{Catalogue, FeatureId},
    conditions::Condition,
    scores,
};
use serde::Deserialize;
use std::{
    collections::{BTreeMap, BTreeSet},
    sync::OnceLock,
};

/// The version of the format that is read here.
const SCHEMA: u32 = 1;

/// Why the file is refused.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub(super) enum PathwayTableError {
    #[error("not a pathway: {0}")]
    Unreadable(#[from] toml::de::Error),
    #[error("pathway: {0}")]
    Invalid(String),
}

#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct PathwayTable {
    schema_version: u32,
    pub(super) citation: BTreeMap<String, Citation>,
    pub(super) sign: Vec<Sign>,
    pub(super) step: Vec<Step>,
    pub(super) walk: Walk,
    pub(super) rule: Vec<Rule>,
}

/// Either a condition, or facts that got worse.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Sign {
    pub(super) id: String,
    #[serde(default)]
    pub(super) when: Option<Condition>,
    #[serde(default)]
    pub(super) worsened: Vec<FeatureId>,
    /// Where its limit comes from.
    #[serde(default)]
    pub(super) citation: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Step {
    pub(super) id: String,
    pub(super) citation: String,
    pub(super) provenance: FigureProvenance,
}

#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Walk {
    /// The score whose groups the ways lead to.
    pub(super) frame: String,
    pub(super) branch: Vec<WalkBranch>,
}

/// A question that reads one feature; the ways are its answers.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct WalkBranch {
    pub(super) id: String,
    pub(super) way: Vec<WalkWay>,
}

#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct WalkWay {
    pub(super) id: String,
    pub(super) when: Condition,
}

#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Rule {
    pub(super) id: String,
    #[serde(default)]
    pub(super) option: Option<TreatmentOption>,
    pub(super) stance: Stance,
    pub(super) when: Condition,
    /// Facts that the rule asks to weigh without naming a limit.
    #[serde(default)]
    pub(super) weigh: Vec<FeatureId>,
    /// The horizon of the forecast that belongs beside it.
    #[serde(default)]
    pub(super) months: Option<u32>,
    pub(super) citation: String,
    pub(super) provenance: FigureProvenance,
}

impl PathwayTable {
    pub(super) fn parse(
        text: &str,
        catalogue: &Catalogue,
    ) -> Result<PathwayTable, PathwayTableError> {
        let table: PathwayTable = toml::from_str(text)?;
        match table.problem(catalogue) {
            None => Ok(table),
            Some(problem) => Err(PathwayTableError::Invalid(problem)),
        }
    }

    /// The pathway that this version was built with.
    #[expect(clippy::expect_used, reason = "compiled in, and a test parses it")]
    pub(super) fn shipped() -> &'static PathwayTable {
        static TABLE: OnceLock<PathwayTable> = OnceLock::new();
        TABLE.get_or_init(|| {
            let text = include_str!("../../../../../assets/pathway.toml");
            PathwayTable::parse(text, Catalogue::shipped()).expect("the shipped pathway is sound")
        })
    }

    fn problem(&self, catalogue: &Catalogue) -> Option<String> {
        if self.schema_version != SCHEMA {
            return Some(format!("schema {} is not read here", self.schema_version));
        }
        let signs = self
            .sign
            .iter()
            .filter_map(|sign| Some((&sign.id, sign.when.as_ref()?)));
        let ways = self.walk.branch.iter().flat_map(|branch| &branch.way);
        let conditions = signs
            .chain(ways.map(|way| (&way.id, &way.when)))
            .chain(self.rule.iter().map(|rule| (&rule.id, &rule.when)));
        for (id, condition) in conditions {
            if let Err(problem) = catalogue.check_condition(id, condition) {
                return Some(problem.to_string());
            }
        }
        let worsened = self.sign.iter().flat_map(|sign| &sign.worsened);
        let weighed = self.rule.iter().flat_map(|rule| &rule.weigh);
        let mut features = worsened.chain(weighed);
        if let Some(id) = features.find(|id| catalogue.feature(id).is_none()) {
            return Some(format!("'{id}' is no feature of the catalogue"));
        }
        let cited = self.sign.iter().filter_map(|sign| sign.citation.as_ref());
        let cited = cited
            .chain(self.step.iter().map(|step| &step.citation))
            .chain(self.rule.iter().map(|rule| &rule.citation));
        if let Some(key) = cited
            .into_iter()
            .find(|key| !self.citation.contains_key(*key))
        {
            return Some(format!("citation '{key}' is not there"));
        }
        let mut ids = BTreeSet::new();
        if let Some(rule) = self.rule.iter().find(|rule| !ids.insert(&rule.id)) {
            return Some(format!("rule '{}' stands twice", rule.id));
        }
        let speaks = |rule: &&Rule| rule.stance != Stance::Inform && rule.option.is_none();
        if let Some(rule) = self.rule.iter().find(speaks) {
            return Some(format!("rule '{}' speaks for no option", rule.id));
        }
        let empty = |sign: &&Sign| sign.when.is_some() != sign.worsened.is_empty();
        if let Some(sign) = self.sign.iter().find(empty) {
            return Some(format!(
                "sign '{}' needs a condition or facts that got worse",
                sign.id
            ));
        }
        let one_feature = |branch: &&WalkBranch| branch.feature().is_none();
        if let Some(branch) = self.walk.branch.iter().find(one_feature) {
            return Some(format!("branch '{}' has to read one feature", branch.id));
        }
        let frame = scores::shipped()
            .iter()
            .any(|score| score.id == self.walk.frame);
        (!frame).then(|| format!("'{}' is no score", self.walk.frame))
    }
}

impl WalkBranch {
    /// The one feature that the branch reads.
    pub(super) fn feature(&self) -> Option<FeatureId> {
        let reads: BTreeSet<FeatureId> = self.way.iter().flat_map(|way| way.when.reads()).collect();
        let mut reads = reads.into_iter();
        reads.next().filter(|_| reads.next().is_none())
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
    use super::*;

    fn refused(from: &str, to: &str) -> String {
        let text = include_str!("../../../../../assets/pathway.toml");
        assert!(text.contains(from), "{from}");
        let changed = text.replacen(from, to, 1);
        PathwayTable::parse(&changed, Catalogue::shipped())
            .unwrap_err()
            .to_string()
    }

    #[test]
    fn the_shipped_pathway_is_sound() {
        assert!(PathwayTable::shipped().rule.len() > 15);
    }

    #[test]
    fn a_pathway_that_nobody_could_follow_is_refused() {
        let names = |problem: String, part: &str| assert!(problem.contains(part), "{problem}");
        names(
            refused("schema_version = 1", "schema_version = 2"),
            "schema 2",
        );
        names(
            refused("walking = \"not_walking\"", "wlaking = \"no\""),
            "'wlaking'",
        );
        names(
            refused("[citation.rades_2008]", "[citation.rades]"),
            "'rades_2008'",
        );
        names(
            refused(
                "option = \"stereotactic\"\nstance = \"for\"",
                "stance = \"for\"",
            ),
            "no option",
        );
        names(
            refused("id = \"astro_dose\"", "id = \"astro_surgery\""),
            "twice",
        );
        names(
            refused("frame = \"noms_2013\"", "frame = \"noms\""),
            "no score",
        );
        names(
            refused(
                "worsened = [\"frankel\", \"asia_impairment\", \"walking\"]",
                "",
            ),
            "'progressing'",
        );
        names(
            refused("when = { fit_for_surgery = true }", "when = { ecog = 0 }"),
            "'systemic'",
        );
        names(
            refused("citation = \"sins_2010\"", "citations = \"sins_2010\""),
            "citations",
        );
    }
}
