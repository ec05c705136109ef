//! Why a forecast is what it is: Shapley values of the very number that is shown, over the groups of
//! facts that the manifest names.
//!
//! The value of a set of groups is the forecast of a patient of whom only the facts of these groups are
//! known; everything else is blank, and the graph averages over it. So nothing but the shown function
//! itself is asked, and a hidden fact hides what depends on it.

use crate::{
    Pack, PackError,
    encoding::EncodedRow,
    manifest::FactGroup,
    runs::RowPaths,
    shapley::{Subset, shapley},
    survival::mean_at,
};
use clinical::{
    assessment::{ExplainedEndpoint, Explanation, ForecastReason, Refusal, reason_sentences},
    case::Value,
    catalogue::{Catalogue, FeatureId},
    conditions::KnownFacts,
    evidence,
};
use std::collections::{BTreeMap, BTreeSet};

/// Probabilities are kept this far from 0 and 1, where the logarithms have no end; closer, single
/// precision has no digits left.
const EDGE: f64 = 1e-6;

/// The facts of some groups, as if no others were known.
struct OnlySome<'a, Facts> {
    facts: &'a Facts,
    shown: BTreeSet<&'a FeatureId>,
}

impl<Facts: KnownFacts> KnownFacts for OnlySome<'_, Facts> {
    fn known(&self, feature: &FeatureId) -> Option<&Value> {
        if self.shown.contains(feature) {
            self.facts.known(feature)
        } else {
            None
        }
    }
}

impl Pack {
    /// The reasons for the forecast of one endpoint in a setting; none is the default one.
    pub fn explain(
        &self,
        facts: &impl KnownFacts,
        setting: Option<&str>,
        endpoint: ExplainedEndpoint,
    ) -> Result<Explanation, Refusal> {
        if let Some(refusal) = self.refuse(facts) {
            return Err(refusal);
        }
        let refused = |code: &str| Refusal {
            code: code.to_owned(),
            parameters: BTreeMap::from([("pack".to_owned(), self.identity().name.clone())]),
        };
        let cord = endpoint == ExplainedEndpoint::CordCompression;
        let plan = self.manifest().explanation.as_ref();
        let plan = plan.ok_or_else(|| refused("no_explanation"))?;
        let groups = if cord {
            &plan.cord_compression
        } else {
            &plan.survival
        };
        if groups.is_empty() {
            return Err(refused("no_explanation"));
        }
        if cord && self.deficit_present(facts) {
            return Err(refused("deficit_present"));
        }
        let failed = |error: PackError| self.failed(&error);
        let setting = self.setting_number(setting).map_err(failed)?;

        let EncodedRow {
            used,
            averaged_over,
            ..
        } = self.encode(facts);
        let of_group = |group: &FactGroup, among: &[FeatureId]| {
            let features = group.features.iter();
            let features = features.filter(|feature| among.contains(feature));
            features.cloned().collect::<Vec<_>>()
        };
        let players: Vec<(&FactGroup, Vec<FeatureId>)> = groups
            .iter()
            .map(|group| (group, of_group(group, &used)))
            .filter(|(_, features)| !features.is_empty())
            .collect();
        let rows = |subsets: &[Subset]| -> Vec<EncodedRow> {
            let row = |subset: &Subset| {
                let inside = players
                    .iter()
                    .enumerate()
                    .filter(|(at, _)| subset >> at & 1 == 1);
                let shown = inside.flat_map(|(_, (group, _))| &group.features).collect();
                self.encode(&OnlySome { facts, shown })
            };
            subsets.iter().map(row).collect()
        };
        let probability = self.explained_probability(endpoint, plan.months);
        let mut ends = [f64::NAN; 2];
        let everybody: Subset = (1 << players.len()) - 1;
        let solved = shapley(players.len(), plan.standard_error, |subsets| {
            let answers = self.each_on_all_cores(&rows(subsets), setting, &probability)?;
            let probabilities = answers.into_iter().collect::<Result<Vec<f64>, _>>()?;
            for (subset, probability) in subsets.iter().zip(&probabilities) {
                if *subset == 0 {
                    ends[0] = *probability;
                }
                if *subset == everybody {
                    ends[1] = *probability;
                }
            }
            let spared = |probability: f64| if cord { 1.0 - probability } else { probability };
            let values = probabilities.into_iter().map(spared);
            Ok(values.map(log_cumulative_hazard).collect())
        })
        .map_err(failed)?;

        let reasons = players.into_iter().zip(solved.amounts);
        let mut reasons: Vec<ForecastReason> = reasons
            .map(|((group, features), amount)| ForecastReason {
                group: group.id.clone(),
                amount,
                factor: amount.exp(),
                features,
                blank: of_group(group, &averaged_over),
                citations: group.citations.clone(),
            })
            .collect();
        reasons.sort_by(|first, second| second.amount.abs().total_cmp(&first.amount.abs()));
        let sentences = reason_sentences(endpoint, ends, &reasons, facts, Catalogue::shipped());
        let cited = reasons.iter().flat_map(|reason| &reason.citations);
        let sources = evidence::sources(cited.map(String::as_str));
        Ok(Explanation {
            pack: match endpoint {
                ExplainedEndpoint::Survival => self.identity_in(setting),
                ExplainedEndpoint::CordCompression => self.shipped().identity().clone(),
            },
            endpoint,
            months: match &self.manifest().output.cord_compression {
                Some(output) if cord => output.months,
                _ => plan.months,
            },
            baseline: solved.nobody,
            total: solved.everybody,
            baseline_probability: ends[0],
            total_probability: ends[1],
            standard_error: solved.standard_error,
            reasons,
            sentences,
            sources,
        })
    }

    /// How the shown point follows from the paths.
    fn explained_probability(
        &self,
        endpoint: ExplainedEndpoint,
        months: f64,
    ) -> impl Fn(&RowPaths<'_>) -> f64 + Sync {
        let grid = &self.manifest().output.time_grid_months;
        let times = grid.len();
        let time = grid
            .iter()
            .position(|time| *time == months)
            .unwrap_or(times - 1);
        move |paths| match endpoint {
            ExplainedEndpoint::Survival => mean_at(&paths.survival, times, time),
            ExplainedEndpoint::CordCompression => mean_at(&paths.cord_compression, 1, 0),
        }
    }
}

/// ln(-ln(p)) of the probability of being spared.
fn log_cumulative_hazard(spared: f64) -> f64 {
    (-spared.clamp(EDGE, 1.0 - EDGE).ln()).ln()
}
