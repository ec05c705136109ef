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
mod prognosis;
mod sheets;
pub mod table;
pub mod validation;

pub use prognosis::{
    Prognosis, PublishedDeaths, first_paper, made_from, prognosis, prognostic, published_deaths,
};
pub use sheets::sheets;
pub use table::{ScoreTable, ScoreTableError};

use crate::{
    assessment::{
        ChecklistHeading, Citation, OtherReading, PublishedSurvival, ScoreGroup, ScoreItem,
        ScoreOutcome, ScorePopulation, ScoreResult,
    },
    case::Subject,
    catalogue::{Catalogue, FeatureId, Per},
    conditions::Truth,
    facts::Facts,
};
use points::Answer;
use std::{collections::BTreeSet, sync::OnceLock};
use table::{Group, Item, Method, Paper, Population, Published, Row};

/// The shipped tables in the order in which they are shown.
const FILES: [&str; 41] = [
    include_str!("../../../../assets/scores/tokuhashi_2005.toml"),
    include_str!("../../../../assets/scores/tomita_2001.toml"),
    include_str!("../../../../assets/scores/katagiri_2014.toml"),
    include_str!("../../../../assets/scores/bauer_modified_2008.toml"),
    include_str!("../../../../assets/scores/van_der_linden_2005.toml"),
    include_str!("../../../../assets/scores/nesms.toml"),
    include_str!("../../../../assets/scores/osri_2013.toml"),
    include_str!("../../../../assets/scores/bollen_2014.toml"),
    include_str!("../../../../assets/scores/mizumoto_2008.toml"),
    include_str!("../../../../assets/scores/rades_survival_2008.toml"),
    include_str!("../../../../assets/scores/rpa_balagamwala_2018.toml"),
    include_str!("../../../../assets/scores/rpa_chao_2012.toml"),
    include_str!("../../../../assets/scores/bauer_1995.toml"),
    include_str!("../../../../assets/scores/tokuhashi_1990.toml"),
    include_str!("../../../../assets/scores/katagiri_2005.toml"),
    include_str!("../../../../assets/scores/rades_bsc_2013.toml"),
    include_str!("../../../../assets/scores/rades_ambulatory_2008.toml"),
    include_str!("../../../../assets/scores/sins_2010.toml"),
    include_str!("../../../../assets/scores/bilsky_escc_2010.toml"),
    include_str!("../../../../assets/scores/frankel_1969.toml"),
    include_str!("../../../../assets/scores/asia_impairment_2019.toml"),
    include_str!("../../../../assets/scores/performance_status.toml"),
    include_str!("../../../../assets/scores/mfi5.toml"),
    include_str!("../../../../assets/scores/mstfi_2016.toml"),
    include_str!("../../../../assets/scores/noms_2013.toml"),
    include_str!("../../../../assets/scores/lmnop.toml"),
    include_str!("../../../../assets/scores/vcf_after_sbrt.toml"),
    include_str!("../../../../assets/scores/sorg_nomogram_2016.toml"),
    include_str!("../../../../assets/scores/sorg_classic_2016.toml"),
    include_str!("../../../../assets/scores/sorg_mla_2019.toml"),
    include_str!("../../../../assets/scores/pathfx.toml"),
    include_str!("../../../../assets/scores/metsss_2021.toml"),
    include_str!("../../../../assets/scores/bartels_2007_2011.toml"),
    include_str!("../../../../assets/scores/lei_2016.toml"),
    include_str!("../../../../assets/scores/prism_2015.toml"),
    include_str!("../../../../assets/scores/rades_tumour_specific.toml"),
    include_str!("../../../../assets/scores/westhoff_2014.toml"),
    include_str!("../../../../assets/scores/optimodel_willeumier_2018.toml"),
    include_str!("../../../../assets/scores/gstsg_calculator_2019.toml"),
    include_str!("../../../../assets/scores/ssg_ratasvuori_2013.toml"),
    include_str!("../../../../assets/scores/other_long_bone_models.toml"),
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

/// Every shipped score of the facts, in the shipped order. A score that reads the total of another
/// stands behind it.
pub fn compute_all(facts: &Facts) -> Vec<ScoreResult> {
    let catalogue = Catalogue::shipped();
    let mut facts = facts.clone();
    let mut results = Vec::new();
    for table in shipped() {
        let result = compute(table, &facts);
        let taker = table.gives.as_ref().and_then(|id| catalogue.feature(id));
        if let (Some(taker), Some(total)) = (taker, total_of(&result.outcome)) {
            facts = facts.with_total(catalogue, taker, total);
        }
        results.push(result);
    }
    results
}

/// The total of a sum, or what it lacks; none for what has no total.
fn total_of(outcome: &ScoreOutcome) -> Option<Result<i32, BTreeSet<FeatureId>>> {
    match outcome {
        ScoreOutcome::Total { total, .. } | ScoreOutcome::TypedTotal { total, .. } => {
            Some(Ok(*total))
        }
        ScoreOutcome::Missing { features, .. } => Some(Err(features.iter().cloned().collect())),
        _ => None,
    }
}

/// One score of the facts.
pub fn compute(table: &ScoreTable, facts: &Facts) -> ScoreResult {
    let catalogue = Catalogue::shipped();
    let level_needed = table.per == Per::Level && facts.level().is_none();
    let counts = matches!(table.method, Method::Sum | Method::Grade);
    let mut other_readings = Vec::new();
    let outcome = match table.method {
        _ if level_needed && counts => Lacking {
            features: table.reads(),
            level_needed: true,
            ..Lacking::default()
        }
        .outcome(table, facts, catalogue),
        Method::Sum => {
            let (rows, lacking) = answered(table, facts);
            other_readings = others(table, &rows, &lacking);
            sum(table, &rows, lacking, facts, catalogue)
        }
        Method::Grade => grade(table, facts, catalogue),
        Method::Checklist => ScoreOutcome::Checklist {
            headings: table
                .heading
                .iter()
                .map(|one| heading(table, one))
                .collect(),
        },
        Method::NotComputable => not_computable(table),
    };
    ScoreResult {
        id: table.id.clone(),
        name: table.name.clone(),
        short_name: table.short_name.clone(),
        family: table.family,
        direction: table.direction,
        status: table.status,
        subject: match (table.per, facts.level()) {
            (Per::Level, Some(level)) => Subject::Level(level),
            _ => Subject::Patient,
        },
        citation: table.citation.first().map(citation).unwrap_or_default(),
        population: table
            .population
            .as_ref()
            .map(|population| original(table, population)),
        caveats: caveats(table, &outcome, facts),
        outcome,
        other_readings,
    }
}

/// What concerns this case, after the reason why a known fact stands in no row.
fn caveats(table: &ScoreTable, outcome: &ScoreOutcome, facts: &Facts) -> Vec<String> {
    let outside = matches!(outcome, ScoreOutcome::Missing { outside, .. } if !outside.is_empty());
    let gap = table.gap.iter().filter(|_| outside).cloned();
    let concern = table
        .caveat
        .iter()
        .filter(|caveat| caveat.when.judge(facts) == Truth::True)
        .map(|caveat| caveat.text.clone());
    gap.chain(concern).collect()
}

/// What keeps a score from being computed.
#[derive(Default)]
struct Lacking {
    features: BTreeSet<FeatureId>,
    outside: BTreeSet<FeatureId>,
    level_needed: bool,
    items: Vec<ScoreItem>,
}

impl Lacking {
    fn outcome(self, table: &ScoreTable, facts: &Facts, catalogue: &Catalogue) -> ScoreOutcome {
        let sum = table.method == Method::Sum;
        ScoreOutcome::Missing {
            features: enterable(&self.features, facts, catalogue),
            outside: self.outside.into_iter().collect(),
            level_needed: self.level_needed,
            items: self.items,
            possible: sum
                .then(|| points::possible(table, facts, catalogue))
                .flatten(),
        }
    }
}

/// The rows of a sum that apply, and what the other items lack.
fn answered<'table>(
    table: &'table ScoreTable,
    facts: &Facts,
) -> (Vec<(&'table Item, &'table Row)>, Lacking) {
    let (mut rows, mut lacking) = (Vec::new(), Lacking::default());
    for item in &table.item {
        match points::answer(&item.row, |row| &row.when, |row| row.points, facts) {
            Answer::Row(row) => rows.push((item, row)),
            Answer::Missing(features) => lacking.features.extend(features),
            Answer::Outside => lacking.outside.extend(item.reads()),
        }
    }
    (rows, lacking)
}

fn sum(
    table: &ScoreTable,
    rows: &[(&Item, &Row)],
    lacking: Lacking,
    facts: &Facts,
    catalogue: &Catalogue,
) -> ScoreOutcome {
    let [minimum, maximum] = table.range.unwrap_or_default();
    let typed = typed_total(table, facts);
    let items: Vec<ScoreItem> = rows
        .iter()
        .map(|(item, row)| ScoreItem {
            id: item.id.clone(),
            label: item.label.clone(),
            row: row.label.clone(),
            points: row.points,
            reads: item.reads().into_iter().collect(),
        })
        .collect();
    let total = table.capped(items.iter().map(|item| item.points).sum());
    let complete = lacking.features.is_empty() && lacking.outside.is_empty();
    match (group_of_total(table, total), typed) {
        (Some(group), typed) if complete => ScoreOutcome::Total {
            total,
            minimum,
            maximum,
            items,
            group,
            typed: typed
                .map(|(typed, _)| typed)
                .filter(|typed| *typed != total),
        },
        (_, Some((total, group))) => ScoreOutcome::TypedTotal {
            total,
            minimum,
            maximum,
            group,
        },
        _ => Lacking { items, ..lacking }.outcome(table, facts, catalogue),
    }
}

/// Totals with the points of other sources, one row at a time.
fn others(table: &ScoreTable, rows: &[(&Item, &Row)], lacking: &Lacking) -> Vec<OtherReading> {
    let complete = lacking.features.is_empty() && lacking.outside.is_empty();
    let sum: i32 = rows.iter().map(|(_, row)| row.points).sum();
    let read = |(_, row): &(&Item, &Row)| {
        let alternative = row.alternative.as_ref().filter(|_| complete)?;
        let total = table.capped(sum - row.points + alternative.points);
        Some(OtherReading {
            total,
            group: group_of_total(table, total)?,
            reason: alternative.reason.clone(),
        })
    };
    rows.iter().filter_map(read).collect()
}

fn heading(table: &ScoreTable, heading: &table::Heading) -> ChecklistHeading {
    ChecklistHeading {
        id: heading.id.clone(),
        label: heading.label.clone(),
        text: heading.text.clone(),
        reads: heading.reads.clone(),
        provenance: table.provenance_of(&heading.provenance),
    }
}

fn not_computable(table: &ScoreTable) -> ScoreOutcome {
    let why = table.not_computable.as_ref();
    ScoreOutcome::NotComputable {
        reason: why.map(|why| why.reason.clone()).unwrap_or_default(),
        unlocked_by: why.map(|why| why.unlocked_by.clone()).unwrap_or_default(),
        address: why.and_then(|why| why.address.clone()),
    }
}

fn grade(table: &ScoreTable, facts: &Facts, catalogue: &Catalogue) -> ScoreOutcome {
    let lacking = |features, outside| Lacking {
        features,
        outside,
        ..Lacking::default()
    };
    let none = BTreeSet::new;
    let lacking = match points::answer(
        &table.grade,
        |grade| &grade.when,
        |grade| grade.id.clone(),
        facts,
    ) {
        Answer::Missing(features) => lacking(features, none()),
        Answer::Outside => lacking(none(), table.reads()),
        Answer::Row(row) => match table.group.iter().find(|group| group.id == row.group) {
            None => lacking(none(), none()),
            Some(group) => {
                return ScoreOutcome::Grade {
                    grade: row.id.clone(),
                    definition: row.definition.clone(),
                    group: described(table, group),
                };
            }
        },
    };
    lacking.outcome(table, facts, catalogue)
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
