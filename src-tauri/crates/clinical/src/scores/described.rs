//! What a table says about a group, its cohorts and its papers, as a result and a sheet show it.

use super::table::{Group, Paper, Population, Published, ScoreTable};
use crate::assessment::{Citation, PublishedSurvival, ScoreGroup, ScorePopulation};

/// Mean length of a month, in days (365.25 / 12).
const DAYS_PER_MONTH: f64 = 30.4375;

pub(super) fn described(table: &ScoreTable, group: &Group) -> ScoreGroup {
    let published = table
        .published
        .iter()
        .filter(|entry| entry.group == group.id);
    ScoreGroup {
        id: group.id.clone(),
        label: group.label.clone(),
        predicted: group.predicted.clone(),
        advised: group.advised.clone(),
        published: published.map(|entry| survival(table, entry)).collect(),
    }
}

fn survival(table: &ScoreTable, entry: &Published) -> PublishedSurvival {
    let setting = [&entry.country, &entry.treatment, &entry.years];
    let cohort = [entry.cohort.as_str()]
        .into_iter()
        .chain(setting.into_iter().flatten().map(String::as_str));
    let from_days = entry
        .median_days
        .map(|days| (days / DAYS_PER_MONTH * 10.0).round() / 10.0);
    PublishedSurvival {
        cohort: cohort.collect::<Vec<_>>().join(", "),
        original: table
            .citation
            .first()
            .is_some_and(|paper| paper.names(&entry.cohort)),
        patients: entry.patients,
        median_months: entry.median_months.or(from_days),
        median_confidence_interval: entry.median_confidence_interval,
        alive: entry.alive.clone(),
        provenance: table.provenance_of(&entry.provenance),
    }
}

pub(super) fn original(table: &ScoreTable, population: &Population) -> ScorePopulation {
    ScorePopulation {
        patients: population.patients,
        years: population.years.clone(),
        treatment: population.treatment.clone(),
        provenance: table.provenance_of(&population.provenance),
    }
}

pub(super) fn citation(paper: &Paper) -> Citation {
    let Paper {
        authors,
        title,
        journal,
        year,
        ..
    } = paper;
    let volume = paper.volume.iter().map(|volume| format!(";{volume}"));
    let pages = paper.pages.iter().map(|pages| format!(":{pages}"));
    let place: String = volume.chain(pages).collect();
    Citation {
        text: format!("{authors}. {title}. {journal} {year}{place}."),
        doi: paper.doi.clone(),
    }
}
