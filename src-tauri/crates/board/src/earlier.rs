//! Results of a case that were shown when another model answered: they stay readable after a pack was replaced.

use crate::{Board, BoardError};
use chrono::{DateTime, NaiveDate, Utc};
use clinical::assessment::{ForecastState, PackIdentity, Recalibration, SurvivalPoint};
use serde::Serialize;
use std::collections::BTreeSet;
use store::StoredAssessment;
use ts_rs::TS;

/// The last result of one model that is not the one that answers now, with the versions that made it.
#[derive(Debug, Clone, PartialEq, Serialize, TS)]
pub struct EarlierResult {
    /// Of the case, as it was then.
    pub revision: u32,
    pub shown_at: DateTime<Utc>,
    pub app_version: String,
    pub pack_name: String,
    pub pack_version: String,
    pub pack_sha256: String,
    /// Absent where a later version of this program can no longer read what was kept.
    #[ts(optional)]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub forecast: Option<EarlierForecast>,
}

/// What the model said.
#[derive(Debug, Clone, PartialEq, Serialize, TS)]
pub struct EarlierForecast {
    pub index_date: NaiveDate,
    /// A centre's own patients had moved the model.
    pub recalibrated: bool,
    pub interval_level: f64,
    pub horizons: Vec<SurvivalPoint>,
}

impl Board {
    /// The results of models that answered for a case and do not now, the latest first.
    pub fn earlier_results(&self, case_id: &str) -> Result<Vec<EarlierResult>, BoardError> {
        let kept = self.with_store(|store| Ok(store.assessments(case_id)?))?;
        let answering = self.answering();
        let now = answering.packs.default_pack().map(|pack| pack.identity());
        Ok(of_other_models(&kept, now))
    }
}

fn of_other_models(kept: &[StoredAssessment], now: Option<&PackIdentity>) -> Vec<EarlierResult> {
    let mut seen: BTreeSet<(String, String)> = BTreeSet::new();
    if let Some(now) = now {
        seen.insert((now.sha256.clone(), moved_by(now.recalibration.as_deref())));
    }
    let latest_first = kept.iter().rev();
    let others = latest_first.filter_map(|stored| {
        let [name, version, sha256] = stored.pack.clone()?;
        let assessment = stored.assessment();
        let forecast = assessment.and_then(|assessment| match assessment.forecast {
            ForecastState::Available(forecast) => Some((assessment.index_date, forecast)),
            ForecastState::Refused { .. } => None,
        });
        let recalibration = forecast
            .as_ref()
            .and_then(|(_, forecast)| forecast.pack.recalibration.as_deref());
        let is_new = seen.insert((sha256.clone(), moved_by(recalibration)));
        is_new.then(|| EarlierResult {
            revision: stored.revision,
            shown_at: stored.stored_at,
            app_version: stored.app_version.clone(),
            pack_name: name,
            pack_version: version,
            pack_sha256: sha256,
            forecast: forecast.map(|(index_date, forecast)| EarlierForecast {
                index_date,
                recalibrated: forecast.pack.recalibration.is_some(),
                interval_level: forecast.interval_level,
                horizons: forecast.horizons,
            }),
        })
    });
    others.collect()
}

/// Tells one recalibration from another; digits that a file can change in passing do not count.
fn moved_by(recalibration: Option<&Recalibration>) -> String {
    recalibration.map_or_else(String::new, |recalibration| {
        let Recalibration {
            intercept,
            slope,
            date,
            ..
        } = recalibration;
        format!("{intercept:.9} {slope:.9} {date}")
    })
}
