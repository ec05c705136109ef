//! Published scores: tables in `assets/scores/`, one engine for all of them.
//!
//! The engine never guesses: an item whose inputs are blank makes the score [`Missing`], with the
//! facts that would have to be entered and the totals that are still possible; a known value that
//! stands in no row of the published table is named as such. Survival of a group always carries
//! the cohort that it was seen in.
//!
//! A typed total (such as SINS from a radiology report) never replaces items: where all items are
//! known they win, and a different typed total is only reported; where items are missing the typed
//! total is its own outcome, which no reader can take for a computed one.
//!
//! [`Missing`]: ScoreOutcome::Missing

mod check;
mod coverage;
mod points;
pub mod table;

pub use table::{ScoreTable, ScoreTableError};

use crate::{
    assessment::{
        Citation, PublishedSurvival, ScoreGroup, ScoreItem, ScoreOutcome, ScorePopulation,
        ScoreResult,
    },
    case::Subject,
    catalogue::{Catalogue, FeatureId, Per},
    conditions::Truth,
    facts::Facts,
};
use points::Answer;
use std::{collections::BTreeSet, sync::OnceLock};
use table::{Group, Method, Paper, Population, Published};

/// The shipped tables in the order in which they are shown.
const FILES: [&str; 5] = [
    include_str!("../../../../assets/scores/tokuhashi_2005.toml"),
    include_str!("../../../../assets/scores/tomita_2001.toml"),
    include_str!("../../../../assets/scores/katagiri_2014.toml"),
    include_str!("../../../../assets/scores/sins_2010.toml"),
    include_str!("../../../../assets/scores/bilsky_escc_2010.toml"),
];

/// Mean length of a month, in days (365.25 / 12).
const DAYS_PER_MONTH: f64 = 30.4375;

/// The scores that this version was built with.
#[expect(clippy::expect_used, reason = "compiled in, and a test parses them")]
pub fn shipped() -> &'static [ScoreTable] {
    static TABLES: OnceLock<Vec<ScoreTable>> = OnceLock::new();
    TABLES.get_or_init(|| {
        let read = FILES.map(|text| ScoreTable::parse(text, Catalogue::shipped()));
        read.into_iter()
            .collect::<Result<_, _>>()
            .expect("the shipped score tables are sound")
    })
}

/// Every shipped score of the facts, in the shipped order.
pub fn compute_all(facts: &Facts) -> Vec<ScoreResult> {
    shipped()
        .iter()
        .map(|table| compute(table, facts))
        .collect()
}

/// One score of the facts.
pub fn compute(table: &ScoreTable, facts: &Facts) -> ScoreResult {
    let catalogue = Catalogue::shipped();
    let level_needed = table.per == Per::Level && facts.level().is_none();
    let outcome = match table.method {
        _ if level_needed => missing(
            table,
            table.reads(),
            BTreeSet::new(),
            true,
            facts,
            catalogue,
        ),
        Method::Sum => sum(table, facts, catalogue),
        Method::Grade => grade(table, facts, catalogue),
    };
    let holds = |caveat: &&table::Caveat| caveat.when.judge(facts) == Truth::True;
    ScoreResult {
        id: table.id.clone(),
        name: table.name.clone(),
        short_name: table.short_name.clone(),
        family: table.family,
        direction: table.direction,
        subject: match (table.per, facts.level()) {
            (Per::Level, Some(level)) => Subject::Level(level),
            _ => Subject::Patient,
        },
        outcome,
        citation: table.citation.first().map(citation).unwrap_or_default(),
        population: table
            .population
            .as_ref()
            .map(|population| original(table, population)),
        caveats: table
            .caveat
            .iter()
            .filter(holds)
            .map(|caveat| caveat.text.clone())
            .collect(),
    }
}

fn sum(table: &ScoreTable, facts: &Facts, catalogue: &Catalogue) -> ScoreOutcome {
    let [minimum, maximum] = table.range.unwrap_or_default();
    let typed = typed_total(table, facts);
    let (mut items, mut lacking, mut outside) = (Vec::new(), BTreeSet::new(), BTreeSet::new());
    for item in &table.item {
        let reads: BTreeSet<FeatureId> = item.row.iter().flat_map(|row| row.when.reads()).collect();
        match points::answer(&item.row, |row| &row.when, |row| row.points, facts) {
            Answer::Row(row) => items.push(ScoreItem {
                id: item.id.clone(),
                label: item.label.clone(),
                row: row.label.clone(),
                points: row.points,
                reads: reads.into_iter().collect(),
            }),
            Answer::Missing(features) => lacking.extend(features),
            Answer::Outside => outside.extend(reads),
        }
    }
    let total = items.iter().map(|item| item.points).sum();
    let complete = lacking.is_empty() && outside.is_empty();
    match (group_of_total(table, total), typed) {
        (Some(group), typed) if complete => {
            let typed = typed
                .map(|(typed, _)| typed)
                .filter(|typed| *typed != total);
            ScoreOutcome::Total {
                total,
                minimum,
                maximum,
                items,
                group,
                typed,
            }
        }
        (_, Some((total, group))) => ScoreOutcome::TypedTotal {
            total,
            minimum,
            maximum,
            group,
        },
        _ => missing(table, lacking, outside, false, facts, catalogue),
    }
}

fn grade(table: &ScoreTable, facts: &Facts, catalogue: &Catalogue) -> ScoreOutcome {
    let none = BTreeSet::new;
    match points::answer(
        &table.grade,
        |grade| &grade.when,
        |grade| grade.id.clone(),
        facts,
    ) {
        Answer::Missing(features) => missing(table, features, none(), false, facts, catalogue),
        Answer::Outside => {
            let outside = table
                .grade
                .iter()
                .flat_map(|grade| grade.when.reads())
                .collect();
            missing(table, none(), outside, false, facts, catalogue)
        }
        Answer::Row(row) => match table.group.iter().find(|group| group.id == row.group) {
            None => missing(table, none(), none(), false, facts, catalogue),
            Some(group) => ScoreOutcome::Grade {
                grade: row.id.clone(),
                definition: row.definition.clone(),
                group: described(table, group),
            },
        },
    }
}

fn missing(
    table: &ScoreTable,
    features: BTreeSet<FeatureId>,
    outside: BTreeSet<FeatureId>,
    level_needed: bool,
    facts: &Facts,
    catalogue: &Catalogue,
) -> ScoreOutcome {
    let possible = (table.method == Method::Sum).then(|| points::possible(table, facts, catalogue));
    ScoreOutcome::Missing {
        features: enterable(&features, facts, catalogue),
        outside: outside.into_iter().collect(),
        level_needed,
        possible: possible.flatten(),
    }
}

/// What a person would have to enter, in the order of the catalogue.
fn enterable(
    missing: &BTreeSet<FeatureId>,
    facts: &Facts,
    catalogue: &Catalogue,
) -> Vec<FeatureId> {
    let derived = |id: &FeatureId| catalogue.feature(id).is_some_and(|feature| feature.derived);
    let (classes, entered): (BTreeSet<_>, BTreeSet<_>) = missing.iter().cloned().partition(derived);
    let behind = classes
        .iter()
        .flat_map(|class| facts.missing(class))
        .chain(entered);
    let mut found: Vec<FeatureId> = behind.collect::<BTreeSet<_>>().into_iter().collect();
    found.sort_by_key(|id| catalogue.position(id));
    found
}

/// A total that somebody typed, if it lies on the scale.
fn typed_total(table: &ScoreTable, facts: &Facts) -> Option<(i32, ScoreGroup)> {
    let typed = facts.value(table.typed_total.as_ref()?)?.as_number()?;
    let [minimum, maximum] = table.range?;
    let total = (minimum..=maximum).find(|total| f64::from(*total) == typed)?;
    Some((total, group_of_total(table, total)?))
}

fn group_of_total(table: &ScoreTable, total: i32) -> Option<ScoreGroup> {
    table
        .group
        .iter()
        .find(|group| group.holds(total))
        .map(|group| described(table, group))
}

fn described(table: &ScoreTable, group: &Group) -> ScoreGroup {
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
        patients: entry.patients,
        median_months: entry.median_months.or(from_days),
        median_confidence_interval: entry.median_confidence_interval,
        alive: entry.alive.clone(),
        provenance: table.provenance_of(&entry.provenance),
    }
}

fn original(table: &ScoreTable, population: &Population) -> ScorePopulation {
    ScorePopulation {
        patients: population.patients,
        years: population.years.clone(),
        treatment: population.treatment.clone(),
        provenance: table.provenance_of(&population.provenance),
    }
}

fn citation(paper: &Paper) -> Citation {
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

#[cfg(test)]
mod examples;
#[cfg(test)]
mod properties;
