//! From a case to its assessment: facts, then scores, then forecast and benefit, then pathway, then findings.

use crate::{APP_VERSION, reasons::no_pack};
use chrono::NaiveDate;
use clinical::{
    assessment::{Assessment, ForecastState, ScoreOutcome, ScoreResult},
    case::{Case, Value},
    catalogue::{Catalogue, FeatureId},
    checks,
    conditions::WithOne,
    cord_dose::cord_dose,
    facts::Facts,
    pathway::pathway,
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
    let scores = scores::compute_all(&facts);
    let known = with_stability(&facts, &scores);
    let (mut forecast, benefit) = match packs.default_pack() {
        Some(pack) => pack.forecast_with_benefit(&known, setting),
        None => (no_pack().into(), None),
    };
    if let ForecastState::Available(forecast) = &mut forecast {
        keep_what_may_apply(&mut forecast.averaged_over, &facts);
    }
    Assessment {
        index_date,
        app_version: APP_VERSION.to_owned(),
        facts_used: facts.used(),
        scores,
        forecast,
        benefit,
        pathway: pathway(case, index_date, &facts, &known),
        cord_dose: cord_dose(case, index_date),
        findings: checks::findings(case, catalogue, index_date),
    }
}

/// Of blank facts only those that a patient with this primary tumour can have.
pub(crate) fn keep_what_may_apply(blank: &mut Vec<FeatureId>, facts: &Facts) {
    let primary = facts
        .value(&FeatureId::unchecked("primary_tumour"))
        .and_then(Value::as_code);
    blank.retain(|id| {
        let feature = Catalogue::shipped().feature(id);
        feature.is_none_or(|feature| feature.may_apply_to(primary))
    });
}

/// The facts with the total of the SINS items, which the model reads and by which trials chose their
/// patients.
pub(crate) fn with_stability<'a>(facts: &'a Facts, scores: &[ScoreResult]) -> WithOne<'a, Facts> {
    let sins = scores.iter().find(|score| score.id == "sins_2010");
    let value = sins.and_then(|score| match score.outcome {
        ScoreOutcome::Total { total, .. } | ScoreOutcome::TypedTotal { total, .. } => {
            Some(Value::Number(f64::from(total)))
        }
        _ => None,
    });
    WithOne {
        facts,
        feature: FeatureId::unchecked("sins_total"),
        value,
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
    use super::*;
    use clinical::conditions::KnownFacts;
    use clinical::level::Level;
    use std::collections::BTreeMap;

    #[test]
    fn the_model_and_entry_criteria_see_the_total_of_the_sins_items() {
        let code = |text: &str| Value::Code(text.to_owned());
        let mut values: BTreeMap<FeatureId, Value> = [
            ("spinal_region", code("mobile")),
            ("sins_pain", code("mechanical")),
            ("lesion_type", code("lytic")),
            ("spinal_alignment", code("normal")),
            ("vertebral_collapse", code("none")),
            ("posterolateral_involvement", code("none")),
        ]
        .into_iter()
        .map(|(id, value)| (FeatureId::unchecked(id), value))
        .collect();
        let total_of = |values: &BTreeMap<FeatureId, Value>| {
            let level = "L3".parse::<Level>().ok();
            let facts = Facts::from_values(Catalogue::shipped(), values, level);
            let scores = scores::compute_all(&facts);
            let covered = with_stability(&facts, &scores);
            covered.known(&FeatureId::unchecked("sins_total")).cloned()
        };
        // Mobile 2, mechanical pain 3, lytic 2.
        assert_eq!(total_of(&values), Some(Value::Number(7.0)));
        values.remove(&FeatureId::unchecked("lesion_type"));
        assert_eq!(total_of(&values), None);
        values.insert(FeatureId::unchecked("sins_total"), Value::Number(11.0));
        assert_eq!(total_of(&values), Some(Value::Number(11.0)));
    }
}
