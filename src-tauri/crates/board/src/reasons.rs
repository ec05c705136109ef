//! Why a forecast is what it is, and which blank fact could change it: asked for after the assessment,
//! because it takes longer.

use crate::{
    Board, BoardError,
    assess::{keep_what_may_apply, with_stability},
    cases::judged_on,
};
use chrono::NaiveDate;
use clinical::{
    assessment::{ExplainedEndpoint, Explanation, ExplanationState, Refusal, SweepRow, Threshold},
    case::Case,
    catalogue::Catalogue,
    facts::Facts,
    scores,
};
use inference::PackSet;
use std::collections::BTreeMap;

impl Board {
    /// The reasons for the forecast of a saved case, as the open view shows it.
    pub fn explain(
        &self,
        case_id: &str,
        endpoint: ExplainedEndpoint,
    ) -> Result<ExplanationState, BoardError> {
        let stored = self.with_store(|store| Ok(store.case(case_id)?))?;
        let index_date = judged_on(&stored.case, self.now());
        let explained = explain(
            &stored.case,
            index_date,
            &self.answering().packs,
            None,
            endpoint,
        );
        Ok(explained)
    }
}

/// The reasons for the forecast of a case as known on `index_date`; `setting` as in [`crate::assess`].
pub fn explain(
    case: &Case,
    index_date: NaiveDate,
    packs: &PackSet,
    setting: Option<&str>,
    endpoint: ExplainedEndpoint,
) -> ExplanationState {
    let [explained] = explain_each(case, index_date, packs, setting, [endpoint]);
    explained
}

/// The reasons for each forecast of a case that has any.
pub(crate) fn reasons_of(case: &Case, index_date: NaiveDate, packs: &PackSet) -> Vec<Explanation> {
    let explained = explain_each(case, index_date, packs, None, ExplainedEndpoint::ALL);
    let available = explained.into_iter().filter_map(|state| match state {
        ExplanationState::Available(explanation) => Some(explanation),
        ExplanationState::Refused { .. } => None,
    });
    available.collect()
}

fn explain_each<const ENDPOINTS: usize>(
    case: &Case,
    index_date: NaiveDate,
    packs: &PackSet,
    setting: Option<&str>,
    endpoints: [ExplainedEndpoint; ENDPOINTS],
) -> [ExplanationState; ENDPOINTS] {
    let Some(pack) = packs.default_pack() else {
        return endpoints.map(|_| Err(no_pack()).into());
    };
    let facts = Facts::at(case, Catalogue::shipped(), index_date);
    let scores = scores::compute_all(&facts);
    let known = with_stability(&facts, &scores);
    endpoints.map(|endpoint| {
        let mut explained = pack.explain(&known, setting, endpoint);
        for reason in explained.iter_mut().flat_map(|found| &mut found.reasons) {
            keep_what_may_apply(&mut reason.blank, &facts);
        }
        explained.into()
    })
}

/// How the forecast would change if one blank fact were known, the largest change first.
pub fn sweep(
    case: &Case,
    index_date: NaiveDate,
    packs: &PackSet,
    setting: Option<&str>,
    thresholds: &[Threshold],
) -> Result<Vec<SweepRow>, Refusal> {
    let facts = Facts::at(case, Catalogue::shipped(), index_date);
    match packs.default_pack() {
        Some(pack) => pack.sweep(&facts, setting, thresholds),
        None => Err(no_pack()),
    }
}

/// The answer where no model pack is ready.
pub(crate) fn no_pack() -> Refusal {
    Refusal {
        code: "no_pack".to_owned(),
        parameters: BTreeMap::new(),
    }
}
