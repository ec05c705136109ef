//! From a case to its assessment: facts, then scores, then forecast, then findings.

use crate::{APP_VERSION, tables::no_pack};
use chrono::NaiveDate;
use clinical::{
    assessment::Assessment, case::Case, catalogue::Catalogue, checks, facts::Facts, scores,
};
use inference::PackSet;

/// Everything that is computed from a case as known on `index_date`.
pub fn assess(case: &Case, index_date: NaiveDate, packs: &PackSet) -> Assessment {
    let catalogue = Catalogue::shipped();
    let facts = Facts::at(case, catalogue, index_date);
    let forecast = match packs.default_pack() {
        Some(pack) => pack.forecast(&facts),
        None => no_pack(),
    };
    Assessment {
        index_date,
        app_version: APP_VERSION.to_owned(),
        facts_used: facts.used(),
        scores: scores::compute_all(&facts),
        forecast,
        findings: checks::findings(case, catalogue, index_date),
    }
}
