//! Reading `assets/features.toml`: strict, so that a slip in the data is found before it reaches
//! a patient. Every error names the place and says what to do.

use super::{
    Catalogue, Contradiction, Feature, FeatureId, Group, Kind, Per, SourceName, ValueProblem,
};
use crate::{
    case::Value,
    conditions::{Condition, Matcher, Range, Rule},
};
use serde::Deserialize;
use std::collections::{BTreeMap, BTreeSet};

/// The structure of the file that this version reads.
const SCHEMA_VERSION: u32 = 1;

/// Why a catalogue cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CatalogueError {
    #[error("the catalogue cannot be read; correct the line named here: {0}")]
    Syntax(String),
    #[error("the catalogue has schema version {0}; this version of SpineBoard reads 1")]
    SchemaVersion(u32),
    #[error("{place}: '{id}' stands twice; remove or rename one")]
    Duplicate { place: String, id: String },
    #[error("{place}: '{id}' is not a {kind} of this catalogue; correct the spelling or add it")]
    Unknown {
        place: String,
        kind: &'static str,
        id: String,
    },
    #[error("{place}: the value {value} {problem}; write one that the feature accepts")]
    Value {
        place: String,
        value: String,
        problem: ValueProblem,
    },
    #[error("{place}: {advice}")]
    Inconsistent { place: String, advice: &'static str },
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct CatalogueFile {
    schema_version: u32,
    group: Vec<Group>,
    feature: Vec<Feature>,
    #[serde(default)]
    rule: Vec<Rule>,
    #[serde(default)]
    contradiction: Vec<Contradiction>,
    #[serde(default)]
    source_name: Vec<SourceName>,
}

type Index = BTreeMap<FeatureId, usize>;

pub(super) fn parse(text: &str) -> Result<Catalogue, CatalogueError> {
    let file: CatalogueFile =
        toml::from_str(text).map_err(|error| CatalogueError::Syntax(error.to_string()))?;
    if file.schema_version != SCHEMA_VERSION {
        return Err(CatalogueError::SchemaVersion(file.schema_version));
    }
    let groups = unique("groups", file.group.iter().map(|group| group.id.as_str()))?;
    unique(
        "features",
        file.feature.iter().map(|feature| feature.id.as_str()),
    )?;
    let index: Index = file
        .feature
        .iter()
        .enumerate()
        .map(|(position, feature)| (feature.id.clone(), position))
        .collect();
    for feature in &file.feature {
        check_feature(feature, &groups)?;
    }
    check_primaries(&index, &file.feature)?;
    check_rules(&index, &file.feature, &file.rule)?;
    check_contradictions(&index, &file.feature, &file.contradiction)?;
    check_source_names(&index, &file.feature, &file.source_name)?;
    Ok(Catalogue {
        groups: file.group,
        features: file.feature,
        index,
        rules: file.rule,
        contradictions: file.contradiction,
        source_names: file.source_name,
    })
}

fn unique<'ids>(
    place: &str,
    ids: impl Iterator<Item = &'ids str>,
) -> Result<BTreeSet<&'ids str>, CatalogueError> {
    let mut seen = BTreeSet::new();
    for id in ids {
        if !seen.insert(id) {
            return Err(CatalogueError::Duplicate {
                place: place.to_owned(),
                id: id.to_owned(),
            });
        }
    }
    Ok(seen)
}

fn ensure(holds: bool, place: &str, advice: &'static str) -> Result<(), CatalogueError> {
    if holds {
        Ok(())
    } else {
        Err(CatalogueError::Inconsistent {
            place: place.to_owned(),
            advice,
        })
    }
}

fn unknown(place: &str, kind: &'static str, id: &str) -> CatalogueError {
    CatalogueError::Unknown {
        place: place.to_owned(),
        kind,
        id: id.to_owned(),
    }
}

fn lookup<'f>(
    index: &Index,
    features: &'f [Feature],
    place: &str,
    id: &FeatureId,
) -> Result<&'f Feature, CatalogueError> {
    let position = index
        .get(id)
        .ok_or_else(|| unknown(place, "feature", id.as_str()))?;
    Ok(&features[*position])
}

fn check_feature(feature: &Feature, groups: &BTreeSet<&str>) -> Result<(), CatalogueError> {
    let place = format!("feature {}", feature.id);
    let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_';
    let id = feature.id.as_str();
    ensure(
        !id.is_empty() && id.chars().all(plain),
        &place,
        "write the id in a-z, 0-9 and _",
    )?;
    ensure(!feature.label.trim().is_empty(), &place, "give it a label")?;
    if !groups.contains(feature.group.as_str()) {
        return Err(unknown(&place, "group", &feature.group));
    }
    let numeric = matches!(feature.kind, Kind::Number | Kind::Integer);
    if feature.kind == Kind::Choice {
        ensure(
            feature.options.len() > 1,
            &place,
            "a choice needs two options or more",
        )?;
        let options = feature.options.iter().map(|option| option.id.as_str());
        unique(&format!("options of {place}"), options)?;
    } else {
        ensure(
            feature.options.is_empty(),
            &place,
            "only a choice has options; remove them",
        )?;
    }
    let bare = feature.unit.is_none() && feature.limits.is_none() && feature.step.is_none();
    ensure(
        numeric || bare,
        &place,
        "only a number has a unit, limits and a step; remove them",
    )?;
    check_units(feature, &place)?;
    match feature.limits {
        Some(limits) => {
            let ordered =
                limits.min.is_finite() && limits.max.is_finite() && limits.min < limits.max;
            ensure(ordered, &place, "write finite limits with min below max")
        }
        None => ensure(!numeric, &place, "a number needs plausible limits"),
    }?;
    let positive = feature
        .step
        .is_none_or(|step| step.is_finite() && step > 0.0);
    ensure(positive, &place, "the step must be a number above zero")
}

fn check_units(feature: &Feature, place: &str) -> Result<(), CatalogueError> {
    let convertible = feature.unit.is_some() && feature.kind == Kind::Number;
    let advice = "only a number with a unit has other units; remove them or give it a unit";
    ensure(feature.other_units.is_empty() || convertible, place, advice)?;
    unique(&format!("units of {place}"), feature.units())?;
    for other in &feature.other_units {
        let usable = other.factor.is_finite() && other.factor > 0.0 && other.offset.is_finite();
        ensure(
            usable,
            place,
            "a unit's factor must be above zero and its offset finite",
        )?;
    }
    Ok(())
}

fn check_primaries(index: &Index, features: &[Feature]) -> Result<(), CatalogueError> {
    for feature in features
        .iter()
        .filter(|feature| !feature.only_for_primaries.is_empty())
    {
        let place = format!("only_for_primaries of feature {}", feature.id);
        let primary = lookup(
            index,
            features,
            &place,
            &FeatureId::unchecked("primary_tumour"),
        )?;
        for id in &feature.only_for_primaries {
            primary
                .option(id)
                .ok_or_else(|| unknown(&place, "primary tumour", id))?;
        }
    }
    Ok(())
}

fn check_rules(index: &Index, features: &[Feature], rules: &[Rule]) -> Result<(), CatalogueError> {
    unique("rules", rules.iter().map(|rule| rule.feature.as_str()))?;
    for (position, rule) in rules.iter().enumerate() {
        let place = format!("rule of {}", rule.feature);
        let target = lookup(index, features, &place, &rule.feature)?;
        let one = rule.ratio.is_some() == rule.row.is_empty();
        ensure(one, &place, "give either rows or a ratio")?;
        ensure(
            !rule.citation.is_empty(),
            &place,
            "name where the rule comes from",
        )?;
        let staged = rule.row.iter().any(|row| row.stage > 0);
        ensure(
            !(staged && rule.exclusive),
            &place,
            "rows that exclude each other have no stages",
        )?;
        for asked in &rule.asks {
            ensure(
                rule.reads().contains(asked),
                &place,
                "it asks for what no row reads",
            )?;
        }
        for row in &rule.row {
            check_value(&place, target, &row.value)?;
            check_condition(index, features, &place, &row.when)?;
        }
        for read in rule.reads() {
            let source = lookup(index, features, &place, &read)?;
            let input = source.kind != Kind::Outcome && target.kind != Kind::Outcome;
            ensure(
                input,
                &place,
                "an outcome is neither read nor derived; use another feature",
            )?;
            let scope = target.per != Per::Patient || source.per == Per::Patient;
            ensure(
                scope,
                &place,
                "a fact of the patient cannot follow from one of a level",
            )?;
            // What is asked is read as recorded, whether or not a rule below can fill it.
            let later = (source.derived || read == rule.feature)
                && rules[position..].iter().any(|later| later.feature == read);
            ensure(
                !later,
                &place,
                "it reads a derived feature; move that feature's rule above",
            )?;
        }
    }
    Ok(())
}

fn check_contradictions(
    index: &Index,
    features: &[Feature],
    contradictions: &[Contradiction],
) -> Result<(), CatalogueError> {
    unique(
        "contradictions",
        contradictions.iter().map(|one| one.id.as_str()),
    )?;
    for contradiction in contradictions {
        let place = format!("contradiction {}", contradiction.id);
        let empty = contradiction.when.reads().is_empty() && contradiction.exceeds.is_none();
        ensure(!empty, &place, "say when it holds")?;
        check_condition(index, features, &place, &contradiction.when)?;
        for id in contradiction
            .exceeds
            .iter()
            .flatten()
            .chain(&contradiction.leaves_open)
        {
            lookup(index, features, &place, id)?;
        }
    }
    Ok(())
}

fn check_source_names(
    index: &Index,
    features: &[Feature],
    names: &[SourceName],
) -> Result<(), CatalogueError> {
    let keys: Vec<String> = names
        .iter()
        .map(|name| format!("{}:{}:{}", name.source, name.name, name.feature))
        .collect();
    unique("source names", keys.iter().map(String::as_str))?;
    for name in names {
        let place = format!("source name {}:{}", name.source, name.name);
        let feature = lookup(index, features, &place, &name.feature)?;
        if let Some(unit) = name
            .unit
            .as_deref()
            .filter(|unit| feature.units().all(|own| own != *unit))
        {
            return Err(unknown(&place, "unit", unit));
        }
        for option in name.options.values() {
            feature
                .option(option)
                .ok_or_else(|| unknown(&place, "option", option))?;
        }
    }
    Ok(())
}

/// Checks that a condition can be judged: its features exist, its values are ones they can have.
pub(super) fn check_condition(
    index: &Index,
    features: &[Feature],
    place: &str,
    condition: &Condition,
) -> Result<(), CatalogueError> {
    for (id, matcher) in &condition.features {
        let feature = lookup(index, features, place, id)?;
        match matcher {
            Matcher::Is(value) => check_value(place, feature, value)?,
            Matcher::OneOf(values) => {
                ensure(
                    !values.is_empty(),
                    place,
                    "a list of values must not be empty",
                )?;
                for value in values {
                    check_value(place, feature, value)?;
                }
            }
            Matcher::Range(range) => check_range(place, feature, range)?,
        }
    }
    condition
        .any_of
        .iter()
        .try_for_each(|part| check_condition(index, features, place, part))
}

fn check_value(place: &str, feature: &Feature, value: &Value) -> Result<(), CatalogueError> {
    feature
        .accepts(value)
        .map_err(|problem| CatalogueError::Value {
            place: place.to_owned(),
            value: format!("{value:?} of {}", feature.id),
            problem,
        })
}

fn check_range(place: &str, feature: &Feature, range: &Range) -> Result<(), CatalogueError> {
    let numeric = matches!(feature.kind, Kind::Number | Kind::Integer);
    ensure(
        numeric,
        place,
        "only a number can lie in a range; name the options instead",
    )?;
    let lower = [range.min, range.above].into_iter().flatten();
    let upper = [range.max, range.below].into_iter().flatten();
    let limits: Vec<f64> = lower.clone().chain(upper.clone()).collect();
    let finite = !limits.is_empty() && limits.iter().all(|limit| limit.is_finite());
    ensure(finite, place, "a range needs at least one finite limit")?;
    let ordered = lower
        .clone()
        .all(|low| upper.clone().all(|high| low <= high));
    ensure(
        ordered,
        place,
        "the lower limit of a range must not lie above the upper one",
    )
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
    use super::*;

    const SMALL: &str = r#"
        schema_version = 1
        [[group]]
        id = "g"
        label = "G"
        [[feature]]
        id = "ecog"
        label = "ECOG"
        group = "g"
        kind = "integer"
        per = "patient"
        limits = { min = 0, max = 4 }
        [[feature]]
        id = "albumin"
        label = "Albumin"
        group = "g"
        kind = "number"
        per = "patient"
        unit = "g/L"
        other_units = [{ unit = "g/dL", factor = 10 }]
        limits = { min = 15, max = 55 }
        [[feature]]
        id = "class"
        label = "Class"
        group = "g"
        kind = "choice"
        per = "patient"
        derived = true
        options = [{ id = "low", label = "Low" }, { id = "high", label = "High" }]
        [[rule]]
        feature = "class"
        citation = "here"
        [[rule.row]]
        value = "low"
        when = { albumin = { below = 35 } }
    "#;

    fn refusal(wrong: &str, right: &str) -> String {
        assert!(SMALL.contains(right), "the example has no {right}");
        let text = SMALL.replacen(right, wrong, 1);
        parse(&text).expect_err(wrong).to_string()
    }

    #[test]
    fn reads_a_small_catalogue() {
        assert_eq!(
            parse(SMALL).map(|catalogue| catalogue.features().len()),
            Ok(3)
        );
    }

    #[test]
    fn refuses_slips_and_says_where() {
        for (wrong, right, said) in [
            (
                "labl = \"ECOG\"",
                "label = \"ECOG\"",
                "unknown field `labl`",
            ),
            (
                "schema_version = 2",
                "schema_version = 1",
                "schema version 2",
            ),
            (
                "id = \"albumin\"",
                "id = \"ecog\"",
                "'albumin' stands twice",
            ),
            ("group = \"h\"", "group = \"g\"", "'h' is not a group"),
            ("min = 4, max = 4", "min = 0, max = 4", "min below max"),
            ("factor = 0", "factor = 10", "above zero"),
            ("factor = nan", "factor = 10", "above zero"),
            (
                "unit = \"g/L\", factor",
                "unit = \"g/dL\", factor",
                "'g/L' stands twice",
            ),
            (
                "kind = \"number\"\n step = -1",
                "kind = \"number\"",
                "step must be",
            ),
            (
                "id = \"low\", label = \"High\"",
                "id = \"high\", label = \"High\"",
                "'low' stands twice",
            ),
            (
                "value = \"lo\"",
                "value = \"low\"",
                "is not one of the options",
            ),
            (
                "when = { albumen = ",
                "when = { albumin = ",
                "'albumen' is not a feature",
            ),
            (
                "when = { albumin = {} }",
                "when = { albumin = { below = 35 } }",
                "at least one finite",
            ),
            (
                "{ above = 40, below = 35 }",
                "{ below = 35 }",
                "must not lie above",
            ),
            (
                "when = { class = \"high\" }",
                "when = { albumin = { below = 35 } }",
                "move that feature",
            ),
            (
                "when = { ecog = 1.5 }",
                "when = { albumin = { below = 35 } }",
                "must be a whole number",
            ),
        ] {
            let message = refusal(wrong, right);
            assert!(message.contains(said), "{wrong}: {message}");
        }
    }
}
