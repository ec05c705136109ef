//! From a case to its assessment: facts, then scores, then forecast, then findings.

use crate::{APP_VERSION, tables::no_pack};
use chrono::NaiveDate;
use clinical::{
    assessment::{Assessment, ForecastState},
    case::{Case, Value},
    catalogue::{Catalogue, FeatureId},
    checks,
    facts::Facts,
    scores,
};
use inference::PackSet;

/// Everything that is computed from a case as known on `index_date`.
pub fn assess(case: &Case, index_date: NaiveDate, packs: &PackSet) -> Assessment {
    let catalogue = Catalogue::shipped();
    let facts = Facts::at(case, catalogue, index_date);
    let mut forecast = match packs.default_pack() {
        Some(pack) => pack.forecast(&facts),
        None => no_pack(),
    };
    if let ForecastState::Available(forecast) = &mut forecast {
        forecast
            .averaged_over
            .retain(|feature| applies(catalogue, feature, &facts));
    }
    Assessment {
        index_date,
        app_version: APP_VERSION.to_owned(),
        facts_used: facts.used(),
        scores: scores::compute_all(&facts),
        forecast,
        findings: checks::findings(case, catalogue, index_date),
    }
}

/// False for a feature that belongs to another primary tumour, such as lung histology in breast
/// cancer: nobody would look for it.
fn applies(catalogue: &Catalogue, feature: &FeatureId, facts: &Facts) -> bool {
    let wanted = catalogue
        .feature(feature)
        .map(|feature| &feature.only_for_primaries);
    let primary = facts
        .value(&FeatureId::unchecked("primary_tumour"))
        .and_then(Value::as_code);
    match (wanted, primary) {
        (Some(wanted), Some(primary)) if !wanted.is_empty() => {
            wanted.iter().any(|option| option == primary)
        }
        _ => true,
    }
}
