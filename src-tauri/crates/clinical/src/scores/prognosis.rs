//! A published score as a predictor of survival: how its result ranks a patient, and which
//! probability of death its paper or a later cohort publishes for the group.

use super::{
    described::original,
    shipped,
    table::{Method, Published, ScoreTable},
};
use crate::{
    assessment::{
        Direction, FigureProvenance, ScoreFamily, ScoreOutcome, ScorePopulation, ScoreResult,
    },
    catalogue::{FeatureId, Per},
};
use std::collections::{BTreeMap, BTreeSet};

/// What a score says about a patient's survival.
#[derive(Debug, Clone, PartialEq)]
pub struct Prognosis {
    /// Higher means earlier death.
    pub risk: f64,
    /// The group, by its id.
    pub group: String,
}

/// Shares that died by a horizon, published for every group of a score in one cohort.
#[derive(Debug, Clone, PartialEq)]
pub struct PublishedDeaths {
    /// The cohort, by its name in the data file.
    pub cohort: String,
    /// Group to the share that died, 0 to 1.
    pub shares: BTreeMap<String, f64>,
    /// Of the least certain of them.
    pub provenance: FigureProvenance,
}

/// The scores that rank patients by survival, in the shipped order.
pub fn prognostic() -> impl Iterator<Item = &'static ScoreTable> {
    shipped().iter().filter(|table| ranks_survival(table))
}

fn ranks_survival(table: &ScoreTable) -> bool {
    let counted = matches!(table.method, Method::Sum | Method::Grade);
    let about_death = matches!(
        table.family,
        ScoreFamily::Survival | ScoreFamily::EarlyDeath
    );
    counted && about_death && table.per == Per::Patient && table.direction != Direction::Unordered
}

/// How a result ranks the patient, or the facts for want of which it is not computed.
///
/// A total counts as it is, a grade by the place of its group in the file.
pub fn prognosis(
    table: &ScoreTable,
    result: &ScoreResult,
) -> Result<Prognosis, BTreeSet<FeatureId>> {
    let (total, group) = match &result.outcome {
        ScoreOutcome::Total { total, group, .. }
        | ScoreOutcome::TypedTotal { total, group, .. } => (f64::from(*total), &group.id),
        ScoreOutcome::Grade { group, .. } => {
            let place = table.group.iter().position(|one| one.id == group.id);
            (place.ok_or_else(BTreeSet::new)? as f64, &group.id)
        }
        ScoreOutcome::Missing {
            features, outside, ..
        } => return Err(features.iter().chain(outside).cloned().collect()),
        ScoreOutcome::Checklist { .. } | ScoreOutcome::NotComputable { .. } => {
            return Err(BTreeSet::new());
        }
    };
    let risk = match table.direction {
        Direction::HigherIsBetter => -total,
        _ => total,
    };
    Ok(Prognosis {
        risk,
        group: group.clone(),
    })
}

/// The shares that died by a horizon in months: of the first cohort of the file that has them for all
/// groups.
pub fn published_deaths(table: &ScoreTable, months: u32) -> Option<PublishedDeaths> {
    let whole = |cohort: &str| -> Option<PublishedDeaths> {
        let of_cohort = |entry: &&Published| entry.cohort == cohort;
        let entries = || table.published.iter().filter(of_cohort);
        let shares: BTreeMap<String, f64> = entries()
            .filter_map(|entry| Some((entry.group.clone(), 1.0 - entry.alive.get(&months)?)))
            .collect();
        if shares.len() != table.group.len() {
            return None;
        }
        Some(PublishedDeaths {
            cohort: cohort.to_owned(),
            shares,
            provenance: entries()
                .map(|entry| table.provenance_of(&entry.provenance))
                .max()?,
        })
    };
    table
        .published
        .iter()
        .find_map(|entry| whole(&entry.cohort))
}

/// The patients that a score was made from.
pub fn made_from(table: &ScoreTable) -> Option<ScorePopulation> {
    let population = table.population.as_ref()?;
    Some(original(table, population))
}

/// The paper that a score was published in, in short.
pub fn first_paper(table: &ScoreTable) -> Option<String> {
    let paper = table.citation.first()?;
    Some(format!(
        "{}, {} {}",
        paper.authors, paper.journal, paper.year
    ))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
    use super::super::compute;
    use super::super::examples::{case, day, named, plain};
    use super::*;
    use crate::{catalogue::Catalogue, facts::Facts};

    #[test]
    fn a_high_total_is_a_low_risk_where_it_is_good() {
        let risk = |id: &str, example: usize| {
            let table = named(id);
            let known = case(None, &table.example[example].inputs);
            let facts = Facts::at(&known, Catalogue::shipped(), day());
            let found = prognosis(table, &compute(table, &facts));
            found.ok().map(|found| found.risk)
        };
        // Best and worst case of each file.
        assert_eq!(
            (risk("tokuhashi_2005", 0), risk("tokuhashi_2005", 1)),
            (Some(-15.0), Some(0.0))
        );
        assert_eq!(
            (risk("mizumoto_2008", 0), risk("mizumoto_2008", 1)),
            (Some(0.0), Some(14.0))
        );
        assert_eq!(
            (risk("rpa_chao_2012", 0), risk("rpa_chao_2012", 3)),
            (Some(0.0), Some(2.0))
        );
        let missing = compute(named("tokuhashi_2005"), &plain(&Default::default()));
        let lacks = prognosis(named("tokuhashi_2005"), &missing).unwrap_err();
        assert!(
            lacks.contains(&FeatureId::unchecked("primary_tumour")),
            "{lacks:?}"
        );
    }

    #[test]
    fn only_scores_of_survival_with_an_order_are_compared() {
        let ids: Vec<&str> = prognostic().map(|table| table.id.as_str()).collect();
        assert!(ids.contains(&"katagiri_2014") && ids.contains(&"rades_bsc_2013"));
        for other in ["sins_2010", "noms_2013", "lmnop", "mfi5", "sorg_mla_2019"] {
            assert!(!ids.contains(&other), "{other}");
        }
    }

    #[test]
    fn probabilities_come_from_one_cohort_that_has_every_group() {
        // Mizumoto 2008: 77, 22 and 4 of 100 alive at 12 months.
        let deaths = published_deaths(named("mizumoto_2008"), 12).unwrap();
        let shares: Vec<i64> = deaths
            .shares
            .values()
            .map(|share| (share * 100.0).round() as i64)
            .collect();
        assert_eq!(shares, [23, 78, 96]);
        assert_eq!(published_deaths(named("mizumoto_2008"), 3), None);
        // The middle group of Katagiri 2005 is not shown, so nothing is taken from the two others.
        assert_eq!(published_deaths(named("katagiri_2005"), 12), None);
    }
}
