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
mod described;
mod outcome;
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
    assessment::{ScoreOutcome, ScoreResult},
    case::Subject,
    catalogue::{Catalogue, FeatureId, Per},
    conditions::Truth,
    facts::Facts,
};
use described::{citation, original};
use outcome::{Lacking, answered, grade, heading, others, sum};
use std::{collections::BTreeSet, sync::OnceLock};
use table::Method;

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
        _ if level_needed && counts => Lacking::level(table).outcome(table, facts, catalogue),
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
        Method::NotComputable => ScoreOutcome::NotComputable(table.why_not()),
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

#[cfg(test)]
mod examples;
#[cfg(test)]
mod properties;
