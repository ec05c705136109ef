//! Table `assessments`: results as they were shown, with the versions that made them. A result is
//! kept as the text it was, so that it stays readable when the program's own types have moved on.

use crate::{
    Store, StoreError,
    audit::{self, Actor, AuditEntry},
    time_of, time_text,
};
use chrono::{DateTime, Utc};
use clinical::assessment::{Assessment, ForecastState};
use flate2::{Compression, read::DeflateDecoder, write::DeflateEncoder};
use rusqlite::{OptionalExtension, TransactionBehavior, params};
use std::io::{Read, Write};

/// More than any result is long; a damaged one ends there instead of filling the memory.
const MOST_RECORD_BYTES: u64 = 32 << 20;

/// A kept result.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredAssessment {
    pub revision: u32,
    pub app_version: String,
    /// Name, version and SHA-256 of the model pack, where one answered.
    pub pack: Option<[String; 3]>,
    /// The assessment as JSON; read it with [`StoredAssessment::assessment`].
    pub record: String,
    pub stored_at: DateTime<Utc>,
}

impl StoredAssessment {
    /// The result in today's types; none if a later change of types left it behind.
    pub fn assessment(&self) -> Option<Assessment> {
        serde_json::from_str(&self.record).ok()
    }
}

impl Store {
    /// Keeps what was computed from a revision. The same result is kept once.
    pub fn put_assessment(
        &mut self,
        case_id: &str,
        revision: u32,
        assessment: &Assessment,
        author: Actor<'_>,
        now: DateTime<Utc>,
    ) -> Result<(), StoreError> {
        let record = serde_json::to_string(assessment).map_err(|_| StoreError::NotStorable)?;
        serde_json::from_str::<Assessment>(&record).map_err(|_| StoreError::NotStorable)?;
        let pack = match &assessment.forecast {
            ForecastState::Available(forecast) => Some(&forecast.pack),
            ForecastState::Refused { .. } => None,
        };
        self.case_at(case_id, revision)?;
        let packed = pack_record(&record)?;
        let transaction = self
            .connection
            .transaction_with_behavior(TransactionBehavior::Immediate)?;
        let known = transaction
            .query_row(
                "SELECT 1 FROM assessments WHERE case_id = ?1 AND revision = ?2 AND (packed = ?3 OR record = ?4)",
                params![case_id, revision, packed, record],
                |_| Ok(()),
            )
            .optional()?;
        if known.is_some() {
            return Ok(());
        }
        transaction.execute(
            "INSERT INTO assessments (case_id, revision, index_date, app_version, pack_name,
                pack_version, pack_sha256, record, stored_at, packed)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, '', ?8, ?9)",
            params![
                case_id,
                revision,
                assessment.index_date.to_string(),
                assessment.app_version,
                pack.map(|pack| &pack.name),
                pack.map(|pack| &pack.version),
                pack.map(|pack| &pack.sha256),
                time_text(now),
                packed
            ],
        )?;
        let entry = AuditEntry {
            case_id: Some(case_id),
            revision: Some(revision),
            details: record.as_bytes(),
            ..AuditEntry::new(author, "assessment_stored")
        };
        audit::append(&transaction, &entry, now)?;
        transaction.commit()?;
        self.move_anchor();
        Ok(())
    }

    /// The kept results of a case, oldest first.
    pub fn assessments(&self, case_id: &str) -> Result<Vec<StoredAssessment>, StoreError> {
        let mut statement = self.connection.prepare_cached(
            "SELECT revision, app_version, pack_name, pack_version, pack_sha256, record, stored_at, packed
             FROM assessments WHERE case_id = ?1 ORDER BY number",
        )?;
        let mut rows = statement.query([case_id])?;
        let mut kept = Vec::new();
        while let Some(row) = rows.next()? {
            let (name, version, sha256) = (row.get(2)?, row.get(3)?, row.get(4)?);
            let pack: (Option<String>, Option<String>, Option<String>) = (name, version, sha256);
            let stored_at: String = row.get(6)?;
            let packed: Option<Vec<u8>> = row.get(7)?;
            kept.push(StoredAssessment {
                revision: row.get(0)?,
                app_version: row.get(1)?,
                pack: match pack {
                    (Some(name), Some(version), Some(sha256)) => Some([name, version, sha256]),
                    _ => None,
                },
                record: match packed {
                    Some(packed) => unpack_record(&packed)?,
                    None => row.get(5)?,
                },
                stored_at: time_of(&stored_at)?,
            });
        }
        Ok(kept)
    }
}

fn pack_record(record: &str) -> Result<Vec<u8>, StoreError> {
    let mut encoder = DeflateEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(record.as_bytes())?;
    Ok(encoder.finish()?)
}

fn unpack_record(packed: &[u8]) -> Result<String, StoreError> {
    let mut record = String::new();
    let read = DeflateDecoder::new(packed)
        .take(MOST_RECORD_BYTES)
        .read_to_string(&mut record);
    read.map_err(|_| StoreError::Damaged)?;
    Ok(record)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
    use super::*;
    use crate::trial::{self, minutes_later, noon};
    use clinical::assessment::{PackIdentity, PopulationMatch, SurvivalForecast, SurvivalPoint};
    use std::collections::BTreeMap;

    fn assessment(alive: f64) -> Assessment {
        let point = |months| SurvivalPoint {
            months,
            alive,
            low: 0.25,
            high: 0.75,
        };
        Assessment {
            index_date: noon().date_naive(),
            app_version: "0.1.0".to_owned(),
            facts_used: Vec::new(),
            scores: Vec::new(),
            forecast: ForecastState::Available(SurvivalForecast {
                pack: PackIdentity {
                    name: "survival-linear".to_owned(),
                    version: "1.2.0".to_owned(),
                    sha256: "ab".repeat(32),
                    rests_on: vec!["real_patients".to_owned()],
                    recalibration: None,
                },
                setting: None,
                shipped_horizons: None,
                horizons: vec![point(3.0), point(6.0), point(12.0)],
                points: Vec::new(),
                median: None,
                curve: vec![point(0.0)],
                interval_level: 0.9,
                population: PopulationMatch {
                    inside: true,
                    reasons: vec![],
                    similar_patients: None,
                    similarity: None,
                },
                cord_compression: None,
                averaged_over: Vec::new(),
                used: Vec::new(),
            }),
            benefit: None,
            pathway: clinical::pathway::Pathway::default(),
            cord_dose: None,
            findings: Vec::new(),
        }
    }

    #[test]
    fn a_result_that_an_older_program_kept_is_read_and_not_kept_twice() {
        let (_folder, mut store) = trial::store_with_case();
        let before = serde_json::to_string(&assessment(0.5)).unwrap();
        store
            .connection
            .execute(
                "INSERT INTO assessments (case_id, revision, index_date, app_version, record, stored_at)
                 VALUES ('case-1', 1, '2026-03-02', '0.1.0', ?1, ?2)",
                params![before, time_text(noon())],
            )
            .unwrap();
        let mut put = |alive| {
            let assessment = assessment(alive);
            let put = store.put_assessment("case-1", 1, &assessment, "A".into(), noon());
            put.unwrap();
            store.assessments("case-1").unwrap()
        };
        assert_eq!(put(0.5).len(), 1);
        let kept = put(0.75);
        assert_eq!((kept.len(), kept[0].record.as_str()), (2, before.as_str()));
        assert_eq!(kept[1].assessment(), Some(assessment(0.75)));
    }

    #[test]
    fn a_packed_result_is_small_and_a_damaged_one_is_an_error() {
        let record = serde_json::to_string(&vec![assessment(0.5); 50]).unwrap();
        let packed = pack_record(&record).unwrap();
        assert!(packed.len() * 20 < record.len(), "{}", packed.len());
        assert_eq!(unpack_record(&packed), Ok(record));
        for damaged in [&packed[..packed.len() / 2], b"\xff\xff"] {
            assert_eq!(unpack_record(damaged), Err(StoreError::Damaged));
        }
    }

    #[test]
    fn results_stay_with_their_revision_and_versions() {
        let (_folder, mut store) = trial::store_with_case();
        store
            .put_assessment("case-1", 1, &assessment(0.5), "A".into(), noon())
            .unwrap();
        store
            .put_assessment("case-1", 1, &assessment(0.5), "A".into(), minutes_later(1))
            .unwrap();
        store
            .put_assessment(
                "case-1",
                1,
                &assessment(0.625),
                "A".into(),
                minutes_later(2),
            )
            .unwrap();
        let kept = store.assessments("case-1").unwrap();
        assert_eq!(kept.len(), 2);
        assert_eq!(kept[0].assessment(), Some(assessment(0.5)));
        assert_eq!(kept[1].assessment(), Some(assessment(0.625)));
        assert_eq!(
            (kept[0].revision, kept[0].app_version.as_str()),
            (1, "0.1.0")
        );
        let pack = kept[0].pack.clone().unwrap();
        assert_eq!(
            pack,
            [
                "survival-linear".to_owned(),
                "1.2.0".to_owned(),
                "ab".repeat(32)
            ]
        );
        assert_eq!(kept[1].stored_at, minutes_later(2));
    }

    #[test]
    fn a_result_without_a_forecast_names_no_pack() {
        let (_folder, mut store) = trial::store_with_case();
        let code = "no_pack".to_owned();
        let forecast = ForecastState::Refused {
            code,
            parameters: BTreeMap::new(),
        };
        let refused = Assessment {
            forecast,
            ..assessment(0.5)
        };
        store
            .put_assessment("case-1", 1, &refused, "A".into(), noon())
            .unwrap();
        assert_eq!(store.assessments("case-1").unwrap()[0].pack, None);
    }

    #[test]
    fn an_old_result_of_other_types_is_still_there_as_text() {
        let (_folder, store) = trial::store_with_case();
        store
            .connection
            .execute_batch(
                "INSERT INTO assessments (case_id, revision, index_date, app_version, record,
                    stored_at)
                 VALUES ('case-1', 1, '2026-03-02', '0.0.1', '{\"old\":1}',
                    '2026-03-02T12:00:00.000000Z');",
            )
            .unwrap();
        let kept = store.assessments("case-1").unwrap();
        assert_eq!(
            (kept[0].record.as_str(), kept[0].assessment()),
            ("{\"old\":1}", None)
        );
    }

    #[test]
    fn a_result_needs_its_revision_and_is_never_changed() {
        let (_folder, mut store) = trial::store_with_case();
        let put = store.put_assessment("case-1", 2, &assessment(0.5), "A".into(), noon());
        assert_eq!(put, Err(StoreError::UnknownRevision { revision: 2 }));
        store
            .put_assessment("case-1", 1, &assessment(0.5), "A".into(), noon())
            .unwrap();
        for statement in [
            "UPDATE assessments SET record = '{}'",
            "DELETE FROM assessments",
        ] {
            assert!(
                store.connection.execute(statement, []).is_err(),
                "{statement}"
            );
        }
    }
}
