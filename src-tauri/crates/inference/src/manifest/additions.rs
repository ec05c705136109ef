//! What the second structure of a manifest adds: settings, cord compression, the groups of the
//! explanation, what blanks could be, and counts of similar patients. Each is checked against the
//! catalogue and against what the model reads.

use super::{
    CordCompressionOutput, ExplanationPlan, FactGroup, Manifest, Stratum, checks::resolve,
};
use crate::{PackError, files::is_plain_name, shapley::MOST_PLAYERS};
use clinical::{
    case::Value,
    catalogue::{Catalogue, FeatureId, Kind},
};
use std::collections::BTreeSet;

impl Manifest {
    pub(super) fn check_additions(&self, catalogue: &Catalogue) -> Result<(), PackError> {
        if self.schema_version == 1 && self.has_additions() {
            return wrong("it holds what needs schema_version 2");
        }
        let mut names = BTreeSet::new();
        for setting in &self.setting {
            if !is_plain_name(&setting.name) || !names.insert(&setting.name) {
                return wrong(&format!(
                    "[[setting]] '{}' is there twice or is not a plain name",
                    setting.name
                ));
            }
        }
        if let Some(output) = &self.output.cord_compression {
            check_cord_compression(output, catalogue)?;
        }
        if let Some(plan) = &self.explanation {
            self.check_explanation(plan, catalogue)?;
        }
        self.check_sweep(catalogue)?;
        self.check_population(catalogue)
    }

    fn has_additions(&self) -> bool {
        !self.setting.is_empty()
            || self.output.worlds.is_some()
            || self.output.cord_compression.is_some()
            || self.explanation.is_some()
            || !self.sweep.is_empty()
            || self.benefit.is_some()
            || !self.population.stratum.is_empty()
            || !self.population.literature_only.is_empty()
    }

    fn check_explanation(
        &self,
        plan: &ExplanationPlan,
        catalogue: &Catalogue,
    ) -> Result<(), PackError> {
        if plan.months <= 0.0 || !self.output.time_grid_months.contains(&plan.months) {
            return wrong("[explanation] months must lie on time_grid_months, after 0");
        }
        if !(plan.standard_error.is_finite() && plan.standard_error > 0.0) {
            return wrong("[explanation] standard_error must be above 0");
        }
        if plan.cord_compression.is_empty() != self.output.cord_compression.is_none() {
            return wrong(
                "[[explanation.cord_compression]] and [output.cord_compression] need each other",
            );
        }
        let conditions = self.input.iter().flat_map(|input| input.only_when.keys());
        let read = self.features();
        if let Some(condition) = conditions.into_iter().find(|id| !read.contains(id)) {
            return wrong(&format!(
                "a column depends on {condition}, which is no column itself and so in no group"
            ));
        }
        for feature in &plan.survival_unread {
            resolve(catalogue, "[explanation] survival_unread", feature)?;
            if plan.cord_compression.is_empty() || !read.contains(feature) {
                return wrong(&format!(
                    "[explanation] survival_unread: the model does not read {feature} for cord compression"
                ));
            }
        }
        self.check_groups(
            "explanation.survival",
            &plan.survival,
            &plan.survival_unread,
            catalogue,
        )?;
        if plan.cord_compression.is_empty() {
            return Ok(());
        }
        self.check_groups(
            "explanation.cord_compression",
            &plan.cord_compression,
            &[],
            catalogue,
        )
    }

    /// Every fact that the model reads, but for the `unread`, belongs to exactly one group.
    fn check_groups(
        &self,
        table: &str,
        groups: &[FactGroup],
        unread: &[FeatureId],
        catalogue: &Catalogue,
    ) -> Result<(), PackError> {
        if groups.len() > MOST_PLAYERS {
            return wrong(&format!("[[{table}]]: more than {MOST_PLAYERS} groups"));
        }
        let read = self.features();
        let mut ids = BTreeSet::new();
        let mut grouped: BTreeSet<&FeatureId> = unread.iter().collect();
        for group in groups {
            let place = format!("[[{table}]] '{}'", group.id);
            if !is_plain_name(&group.id) || !ids.insert(&group.id) {
                return wrong(&format!("{place} is there twice or has no plain id"));
            }
            if group.features.is_empty() {
                return wrong(&format!("{place} has no features"));
            }
            if let Some(citation) = group.citations.iter().find(|text| !is_plain_name(text)) {
                return wrong(&format!("{place}: '{citation}' is not the id of evidence"));
            }
            for feature in &group.features {
                resolve(catalogue, &place, feature)?;
                if !read.contains(feature) {
                    return wrong(&format!("{place}: the model does not read {feature}"));
                }
                if !grouped.insert(feature) {
                    return wrong(&format!(
                        "{place}: {feature} is in a group already or unread"
                    ));
                }
            }
        }
        match read.iter().find(|feature| !grouped.contains(feature)) {
            Some(feature) => wrong(&format!("no [[{table}]] holds {feature}")),
            None => Ok(()),
        }
    }

    fn check_sweep(&self, catalogue: &Catalogue) -> Result<(), PackError> {
        let read = self.features();
        let mut seen = BTreeSet::new();
        for sweep in &self.sweep {
            check_values(catalogue, "[[sweep]]", &sweep.feature, &sweep.values)?;
            if !sweep.only_for.is_empty() {
                let primary = FeatureId::unchecked("primary_tumour");
                let named: Vec<Value> = sweep.only_for.iter().cloned().map(Value::Code).collect();
                check_values(catalogue, "[[sweep]] only_for", &primary, &named)?;
            }
            if !read.contains(&sweep.feature) || !seen.insert(&sweep.feature) {
                return wrong(&format!(
                    "[[sweep]] {} is there twice or is not read by the model",
                    sweep.feature
                ));
            }
        }
        Ok(())
    }

    fn check_population(&self, catalogue: &Catalogue) -> Result<(), PackError> {
        let primary = FeatureId::unchecked("primary_tumour");
        let population = &self.population;
        for value in &population.literature_only {
            let value = [Value::Code(value.clone())];
            check_values(catalogue, "literature_only", &primary, &value)?;
        }
        for (position, stratum) in population.stratum.iter().enumerate() {
            let place = "[[population.stratum]]";
            let value = [Value::Code(stratum.primary.clone())];
            check_values(catalogue, place, &primary, &value)?;
            for (feature, value) in &stratum.when {
                check_values(catalogue, place, feature, std::slice::from_ref(value))?;
            }
            let Stratum {
                age_min, age_max, ..
            } = stratum;
            if !(age_min.is_finite() && age_max.is_finite() && age_min < age_max) {
                return wrong(&format!(
                    "{place} of {}: age_min must lie below age_max",
                    stratum.primary
                ));
            }
            let overlaps = |earlier: &&Stratum| {
                earlier.primary == stratum.primary
                    && earlier.when == stratum.when
                    && earlier.age_min < *age_max
                    && *age_min < earlier.age_max
            };
            if population.stratum[..position]
                .iter()
                .any(|earlier| overlaps(&earlier))
            {
                return wrong(&format!(
                    "{place} of {}: ages {age_min} to {age_max} are counted twice",
                    stratum.primary
                ));
            }
        }
        Ok(())
    }
}

fn check_cord_compression(
    output: &CordCompressionOutput,
    catalogue: &Catalogue,
) -> Result<(), PackError> {
    if !(output.months.is_finite() && output.months > 0.0) {
        return wrong("[output.cord_compression] months must be above 0");
    }
    for hidden in &output.hidden_when {
        check_values(catalogue, "hidden_when", &hidden.feature, &hidden.values)?;
    }
    Ok(())
}

/// Values that a feature can have, at least one and each once.
fn check_values(
    catalogue: &Catalogue,
    place: &str,
    id: &FeatureId,
    values: &[Value],
) -> Result<(), PackError> {
    let feature = resolve(catalogue, place, id)?;
    if feature.kind == Kind::Outcome {
        return wrong(&format!("{place}: {id} is an outcome"));
    }
    if values.is_empty() {
        return wrong(&format!("{place}: {id} has no values"));
    }
    for (position, value) in values.iter().enumerate() {
        if feature.accepts(value).is_err() || values[..position].contains(value) {
            return wrong(&format!(
                "{place}: {value:?} is there twice or is no value of {id}"
            ));
        }
    }
    Ok(())
}

fn wrong<T>(reason: &str) -> Result<T, PackError> {
    Err(PackError::Manifest(reason.to_owned()))
}
