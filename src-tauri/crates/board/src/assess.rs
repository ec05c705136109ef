//! From a case to its assessment: facts, then scores, then forecast, then findings.

use crate::{APP_VERSION, reasons::no_pack};
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
///
/// `setting` names the kind of cohort whose baseline the forecast takes; none is the pack's first.
pub fn assess(
    case: &Case,
    index_date: NaiveDate,
    packs: &PackSet,
    setting: Option<&str>,
) -> Assessment {
    let catalogue = Catalogue::shipped();
    let facts = Facts::at(case, catalogue, index_date);
    let mut forecast = match packs.default_pack() {
        Some(pack) => pack.forecast(&facts, setting),
        None => no_pack().into(),
    };
    if let ForecastState::Available(forecast) = &mut forecast {
        let primary = facts
            .value(&FeatureId::unchecked("primary_tumour"))
            .and_then(Value::as_code);
        forecast.averaged_over.retain(|id| {
            catalogue
                .feature(id)
                .is_none_or(|feature| feature.may_apply_to(primary))
        });
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
