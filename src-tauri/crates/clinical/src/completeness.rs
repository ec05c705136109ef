//! What a board needs of a case before it meets, and whether it is there and new enough (`assets/completeness.toml`).

use crate::{
    case::{AbsenceReason, BoardEpisode, Case, Entry},
    catalogue::{Catalogue, FeatureId},
};
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use std::{collections::BTreeMap, sync::OnceLock};
use ts_rs::TS;

/// The version of the file that is read here.
const SCHEMA: u32 = 1;

/// Something that has to be there.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct CompletenessItem {
    /// The words are `completeness.<id>`.
    pub id: String,
    /// Each of these facts is needed.
    #[serde(default)]
    pub all: Vec<FeatureId>,
    /// One of these facts is enough.
    #[serde(default)]
    pub any: Vec<FeatureId>,
    /// A study of this DICOM modality (PS3.3 C.7.3.1.1.1) is enough.
    #[serde(default)]
    pub modality: Option<String>,
    /// The question to the board.
    #[serde(default)]
    pub question: bool,
    /// Older than so many days on the day of the meeting is stale; none for what does not age.
    #[serde(default)]
    pub limit_days: Option<u32>,
    /// Asked for these primary tumours alone; of every patient where empty.
    #[serde(default)]
    pub primary_tumours: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Table {
    schema_version: u32,
    item: Vec<CompletenessItem>,
}

/// What a centre changed: limits in days by the ids of items, and items that it does not ask for.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields, default)]
pub struct CompletenessLimits {
    pub limit_days: BTreeMap<String, u32>,
    pub left_out: Vec<String>,
}

/// One item of one case on the day of the meeting.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
pub struct ItemReading {
    pub id: String,
    pub state: ItemState,
    /// The oldest of the days that it rests on.
    #[ts(optional)]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub on: Option<NaiveDate>,
    /// Age in days on the day of the meeting.
    #[ts(optional, type = "number")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub days: Option<i64>,
    #[ts(optional)]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub limit_days: Option<u32>,
    /// The facts that are missing or stale.
    pub features: Vec<FeatureId>,
    /// Why it is missing, where somebody said so.
    #[ts(optional)]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub absent: Option<AbsenceReason>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum ItemState {
    Current,
    /// There without a day, so nobody can say how old it is.
    Undated,
    Stale,
    Missing,
}

impl ItemState {
    /// The code of the words `completeness_state.<code>`.
    pub fn code(self) -> &'static str {
        match self {
            ItemState::Current => "current",
            ItemState::Undated => "undated",
            ItemState::Stale => "stale",
            ItemState::Missing => "missing",
        }
    }
}

/// The items that this version was built with.
#[expect(clippy::expect_used, reason = "compiled in, and a test parses it")]
pub fn completeness_items() -> &'static [CompletenessItem] {
    static ITEMS: OnceLock<Vec<CompletenessItem>> = OnceLock::new();
    ITEMS.get_or_init(|| {
        let text = include_str!("../../../../assets/completeness.toml");
        let table: Table = toml::from_str(text).expect("the shipped items are sound");
        assert_eq!(
            table.schema_version, SCHEMA,
            "the shipped items are of this version"
        );
        table.item
    })
}

/// What of a case is there on the day of a meeting, in the order of the file.
pub fn completeness(
    case: &Case,
    episode: Option<&BoardEpisode>,
    limits: &CompletenessLimits,
    day: NaiveDate,
) -> Vec<ItemReading> {
    let primary = latest(case, "primary_tumour", day).and_then(|fact| fact.code);
    let asked = completeness_items().iter().filter(|item| {
        let of_the_primary = item.primary_tumours.is_empty()
            || primary.is_some_and(|primary| item.primary_tumours.iter().any(|one| one == primary));
        of_the_primary && !limits.left_out.contains(&item.id)
    });
    asked
        .map(|item| {
            let limit = limits.limit_days.get(&item.id).copied().or(item.limit_days);
            reading(case, episode, item, limit, day)
        })
        .collect()
}

/// The newest entry of a feature, of whatever subject.
struct Latest<'case> {
    on: Option<NaiveDate>,
    absent: Option<AbsenceReason>,
    code: Option<&'case str>,
}

fn latest<'case>(case: &'case Case, feature: &str, day: NaiveDate) -> Option<Latest<'case>> {
    let of_feature = case.observations.iter().filter(|observation| {
        observation.feature.as_str() == feature
            && observation.observed_on.is_none_or(|on| on <= day)
    });
    let newest =
        of_feature.max_by_key(|observation| (observation.observed_on, observation.recorded_at))?;
    let (absent, code) = match &newest.entry {
        Entry::Absent { absent } => (Some(*absent), None),
        Entry::Known { value, .. } => (None, value.as_code()),
    };
    Some(Latest {
        on: newest.observed_on,
        absent,
        code,
    })
}

fn reading(
    case: &Case,
    episode: Option<&BoardEpisode>,
    item: &CompletenessItem,
    limit: Option<u32>,
    day: NaiveDate,
) -> ItemReading {
    let judge = |on: Option<NaiveDate>| match (on, limit) {
        (_, None) => ItemState::Current,
        (None, Some(_)) => ItemState::Undated,
        (Some(on), Some(limit)) if (day - on).num_days() > i64::from(limit) => ItemState::Stale,
        _ => ItemState::Current,
    };
    let answer = |state, on: Option<NaiveDate>, features, absent| ItemReading {
        id: item.id.clone(),
        state,
        on,
        days: on.map(|on| (day - on).num_days()),
        limit_days: limit,
        features,
        absent,
    };
    if item.question {
        let asked = episode.is_some_and(|episode| !episode.question.trim().is_empty());
        let state = if asked {
            ItemState::Current
        } else {
            ItemState::Missing
        };
        return answer(state, None, vec![], None);
    }
    let of = |feature: &FeatureId| latest(case, feature.as_str(), day);
    let known = |feature: &FeatureId| of(feature).filter(|fact| fact.absent.is_none());
    let mut ways: Vec<Option<NaiveDate>> = item
        .any
        .iter()
        .filter_map(|feature| known(feature).map(|fact| fact.on))
        .collect();
    if let Some(modality) = &item.modality {
        let studies = case.studies.iter().filter(|study| {
            study.modalities.iter().any(|one| one == modality)
                && study.study_date.is_none_or(|on| on <= day)
        });
        ways.extend(studies.map(|study| study.study_date));
    }
    if !item.all.is_empty() {
        let facts: Vec<_> = item
            .all
            .iter()
            .map(|feature| (feature, known(feature)))
            .collect();
        let wanting = |state: ItemState| {
            let of_state = facts.iter().filter(|(_, fact)| {
                fact.as_ref()
                    .map_or(ItemState::Missing, |fact| judge(fact.on))
                    == state
            });
            of_state
                .map(|(feature, _)| (*feature).clone())
                .collect::<Vec<FeatureId>>()
        };
        let oldest = facts.iter().filter_map(|(_, fact)| fact.as_ref()?.on).min();
        for state in [ItemState::Missing, ItemState::Stale, ItemState::Undated] {
            let features = wanting(state);
            if let Some(first) = features.first() {
                let absent = of(first).and_then(|fact| fact.absent);
                let on = oldest.filter(|_| state != ItemState::Missing);
                return answer(state, on, features, absent);
            }
        }
        return answer(ItemState::Current, oldest, vec![], None);
    }
    // The newest of several ways counts; a day is better than none.
    match ways.into_iter().max() {
        None => {
            let absent = item.any.iter().find_map(|feature| of(feature)?.absent);
            answer(ItemState::Missing, None, item.any.clone(), absent)
        }
        Some(on) => {
            let state = judge(on);
            let wanting = match state {
                ItemState::Current => vec![],
                _ => item.any.clone(),
            };
            answer(state, on, wanting, None)
        }
    }
}

/// Every feature that an item names is one of the catalogue, and every tumour an option.
pub fn check_items(catalogue: &Catalogue) -> Vec<String> {
    let mut unknown = Vec::new();
    for item in completeness_items() {
        let features = item.all.iter().chain(&item.any);
        unknown.extend(
            features
                .filter(|feature| catalogue.feature(feature).is_none())
                .map(ToString::to_string),
        );
        let tumours = catalogue.id("primary_tumour").ok();
        let tumours = tumours.and_then(|id| catalogue.feature(&id));
        let is_option = |code: &&String| tumours.is_none_or(|one| one.option(code).is_none());
        unknown.extend(item.primary_tumours.iter().filter(is_option).cloned());
    }
    unknown
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
    use super::*;
    use crate::{
        case::{Identity, LinkedStudy, Observation, Source, Subject, Value},
        words::Words,
    };
    use chrono::DateTime;

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    fn observed(feature: &str, on: Option<&str>, entry: Entry) -> Observation {
        Observation {
            id: feature.to_owned(),
            feature: Catalogue::shipped().id(feature).unwrap(),
            subject: Subject::Patient,
            entry,
            observed_on: on.map(day),
            recorded_at: DateTime::UNIX_EPOCH,
            source: Source::Typed,
            author: "A".to_owned(),
            note: None,
        }
    }

    fn number(value: f64) -> Entry {
        Entry::Known {
            value: Value::Number(value),
            unit: None,
        }
    }

    fn item(case: &Case, id: &str) -> ItemReading {
        let limits = CompletenessLimits::default();
        let read = completeness(case, None, &limits, day("2026-03-20"));
        read.into_iter().find(|item| item.id == id).unwrap()
    }

    #[test]
    fn items_name_facts_and_tumours_of_the_catalogue_and_have_words() {
        assert_eq!(check_items(Catalogue::shipped()), Vec::<String>::new());
        for item in completeness_items() {
            assert!(Words::shipped("en").contains(&format!("completeness.{}", item.id)));
            let kinds = [
                !item.all.is_empty(),
                !item.any.is_empty() || item.modality.is_some(),
                item.question,
            ];
            assert_eq!(kinds.iter().filter(|one| **one).count(), 1, "{}", item.id);
        }
    }

    #[test]
    fn one_of_several_facts_is_enough_and_the_newest_counts() {
        let mut case = Case::new("c".to_owned(), Identity::default());
        assert_eq!(item(&case, "performance_status").state, ItemState::Missing);
        case.observations
            .push(observed("karnofsky", Some("2026-01-01"), number(70.0)));
        let old = item(&case, "performance_status");
        // The limit of the shipped file is 14 days.
        assert_eq!((old.state, old.days), (ItemState::Stale, Some(78)));
        case.observations
            .push(observed("ecog", Some("2026-03-06"), number(1.0)));
        assert_eq!(item(&case, "performance_status").state, ItemState::Current);
        // Observed after the meeting: not there then.
        case.observations[1].observed_on = Some(day("2026-03-21"));
        assert_eq!(item(&case, "performance_status").state, ItemState::Stale);
    }

    #[test]
    fn each_of_the_bloods_is_needed_and_named() {
        let mut case = Case::new("c".to_owned(), Identity::default());
        let blood = completeness_items()
            .iter()
            .find(|item| item.id == "bloods")
            .unwrap();
        for feature in &blood.all[1..] {
            let on = Some("2026-03-18");
            case.observations
                .push(observed(feature.as_str(), on, number(1.0)));
        }
        let first = blood.all[0].clone();
        let pending = Entry::Absent {
            absent: AbsenceReason::Pending,
        };
        case.observations
            .push(observed(first.as_str(), None, pending));
        let read = item(&case, "bloods");
        assert_eq!(
            (read.state, read.absent),
            (ItemState::Missing, Some(AbsenceReason::Pending))
        );
        assert_eq!(read.features, std::slice::from_ref(&first));
        case.observations
            .push(observed(first.as_str(), None, number(1.0)));
        // Two entries without a day: the one recorded later counts.
        let last = case.observations.len() - 1;
        case.observations[last].recorded_at += chrono::TimeDelta::seconds(1);
        assert_eq!(item(&case, "bloods").state, ItemState::Undated);
        case.observations[last].observed_on = Some(day("2026-03-19"));
        let read = item(&case, "bloods");
        assert_eq!(
            (read.state, read.on),
            (ItemState::Current, Some(day("2026-03-18")))
        );
    }

    #[test]
    fn a_study_counts_by_its_modality_and_a_centre_changes_what_it_asks() {
        let mut case = Case::new("c".to_owned(), Identity::default());
        assert_eq!(item(&case, "mri").state, ItemState::Missing);
        case.studies.push(LinkedStudy {
            study_instance_uid: "1.2".to_owned(),
            folder: String::new(),
            description: String::new(),
            study_date: Some(day("2026-03-01")),
            patient_id: String::new(),
            patient_name: String::new(),
            patient_birth_date: None,
            mismatch_confirmed_by: None,
            modalities: vec!["MR".to_owned()],
        });
        assert_eq!(item(&case, "mri").state, ItemState::Current);
        assert_eq!(item(&case, "ct").state, ItemState::Missing);
        let mut limits = CompletenessLimits::default();
        limits.limit_days.insert("mri".to_owned(), 7);
        limits.left_out.push("ct".to_owned());
        let read = completeness(&case, None, &limits, day("2026-03-20"));
        let mri = read.iter().find(|item| item.id == "mri").unwrap();
        assert_eq!((mri.state, mri.limit_days), (ItemState::Stale, Some(7)));
        assert!(read.iter().all(|item| item.id != "ct"));
    }
}
