//! How long each step of the way takes, from the first symptom to the treatment, against limits that a centre can change
//! (`assets/pathway_clock.toml`). Days are counted, not hours: a limit of 24 hours is met on the same or the next day.

use crate::{
    assessment::{Citation, FigureProvenance},
    case::{BoardEpisode, Case},
};
use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};
use std::{collections::BTreeMap, sync::OnceLock};
use ts_rs::TS;

/// The version of the file that is read here.
const SCHEMA: u32 = 1;

/// A step of the way.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum MilestoneKind {
    FirstSymptom,
    Referral,
    Mri,
    Board,
    Treatment,
}

/// The day on which a step was reached, as somebody entered it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct Milestone {
    pub kind: MilestoneKind,
    pub on: NaiveDate,
    pub author: String,
    pub recorded_at: DateTime<Utc>,
}

/// The time between two steps and how long it may take.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct ClockInterval {
    /// The words are `clock.<id>`.
    pub id: String,
    pub from: MilestoneKind,
    pub to: MilestoneKind,
    /// Days; none where no source states any and the centre set none.
    #[serde(default)]
    pub limit_days: Option<u32>,
    /// The same where cord compression is suspected.
    #[serde(default)]
    pub urgent_limit_days: Option<u32>,
    /// Where the limits come from; none without any.
    #[serde(default)]
    pub citation: Option<Citation>,
    #[serde(default)]
    pub provenance: Option<FigureProvenance>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Table {
    schema_version: u32,
    /// Why the times are kept at all.
    audit: Citation,
    interval: Vec<ClockInterval>,
}

/// Limits in days that a centre set itself, by the ids of intervals.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields, default)]
pub struct ClockLimits {
    pub limit_days: BTreeMap<String, u32>,
    pub urgent_limit_days: BTreeMap<String, u32>,
}

/// When an interval of one discussion began and ended.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
pub struct ClockReading {
    pub id: String,
    #[ts(optional)]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub started_on: Option<NaiveDate>,
    #[ts(optional)]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ended_on: Option<NaiveDate>,
    /// Between the two, or until today while it runs; negative where the days contradict each other.
    #[ts(optional, type = "number")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub days: Option<i64>,
    #[ts(optional)]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub limit_days: Option<u32>,
    pub state: ClockState,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum ClockState {
    /// It ended within its limit.
    Met,
    /// It ended later.
    Late,
    /// It runs, within its limit.
    Running,
    /// It runs and its limit has passed.
    Overdue,
    /// There is no limit, or a day is not known.
    NotJudged,
    /// It ends before it starts.
    Contradiction,
}

impl MilestoneKind {
    pub const ALL: [MilestoneKind; 5] = [
        MilestoneKind::FirstSymptom,
        MilestoneKind::Referral,
        MilestoneKind::Mri,
        MilestoneKind::Board,
        MilestoneKind::Treatment,
    ];

    /// The code as it stands in a file and in the words file, under `milestone`.
    pub fn code(self) -> &'static str {
        match self {
            MilestoneKind::FirstSymptom => "first_symptom",
            MilestoneKind::Referral => "referral",
            MilestoneKind::Mri => "mri",
            MilestoneKind::Board => "board",
            MilestoneKind::Treatment => "treatment",
        }
    }
}

impl ClockState {
    /// The code of the words `clock_state.<code>`.
    pub fn code(self) -> &'static str {
        match self {
            ClockState::Met => "met",
            ClockState::Late => "late",
            ClockState::Running => "running",
            ClockState::Overdue => "overdue",
            ClockState::NotJudged => "not_judged",
            ClockState::Contradiction => "contradiction",
        }
    }
}

impl ClockInterval {
    /// The limit that holds in a centre.
    pub fn limit(&self, limits: &ClockLimits, urgent: bool) -> Option<u32> {
        let own = limits.limit_days.get(&self.id).copied();
        let own_urgent = limits.urgent_limit_days.get(&self.id).copied();
        let ordinary = own.or(self.limit_days);
        match urgent {
            true => own_urgent.or(self.urgent_limit_days).or(ordinary),
            false => ordinary,
        }
    }

    /// Where an interval stands.
    pub fn read(
        &self,
        started_on: Option<NaiveDate>,
        ended_on: Option<NaiveDate>,
        limit_days: Option<u32>,
        today: NaiveDate,
    ) -> ClockReading {
        let until = ended_on.unwrap_or(today);
        let days = started_on.map(|start| (until - start).num_days());
        let state = match (days, limit_days) {
            (Some(days), _) if days < 0 && ended_on.is_some() => ClockState::Contradiction,
            (Some(days), Some(limit)) => match (days > i64::from(limit), ended_on.is_some()) {
                (false, true) => ClockState::Met,
                (true, true) => ClockState::Late,
                (false, false) => ClockState::Running,
                (true, false) => ClockState::Overdue,
            },
            _ => ClockState::NotJudged,
        };
        ClockReading {
            id: self.id.clone(),
            started_on,
            ended_on,
            days,
            limit_days,
            state,
        }
    }
}

/// The intervals that this version was built with.
pub fn clock_intervals() -> &'static [ClockInterval] {
    &table().interval
}

/// Why a pathway is to be defined and audited.
pub fn clock_audit_citation() -> &'static Citation {
    &table().audit
}

#[expect(clippy::expect_used, reason = "compiled in, and a test parses it")]
fn table() -> &'static Table {
    static TABLE: OnceLock<Table> = OnceLock::new();
    TABLE.get_or_init(|| {
        let text = include_str!("../../../../assets/pathway_clock.toml");
        let table: Table = toml::from_str(text).expect("the shipped clock is sound");
        assert_eq!(
            table.schema_version, SCHEMA,
            "the shipped clock is of this version"
        );
        table
    })
}

/// The day of each step: as entered, else the day of the decision for the board and the first treatment given since the index
/// date for the treatment.
pub fn milestone_days(case: &Case, episode: &BoardEpisode) -> BTreeMap<MilestoneKind, NaiveDate> {
    let mut days: BTreeMap<MilestoneKind, NaiveDate> = BTreeMap::new();
    if let Some(decided_on) = episode.decision.as_ref().and_then(|one| one.decided_on) {
        days.insert(MilestoneKind::Board, decided_on);
    }
    let started = case.courses.iter().filter(|course| !course.is_planned());
    let started = started.filter_map(|course| course.started_on);
    if let Some(first) = started.filter(|day| *day >= episode.index_date).min() {
        days.insert(MilestoneKind::Treatment, first);
    }
    for milestone in &episode.milestones {
        days.insert(milestone.kind, milestone.on);
    }
    days
}

/// The intervals of one discussion, in the order of the file.
pub fn clock_readings(
    case: &Case,
    episode: &BoardEpisode,
    urgent: bool,
    limits: &ClockLimits,
    today: NaiveDate,
) -> Vec<ClockReading> {
    let days = milestone_days(case, episode);
    let day = |kind: MilestoneKind| days.get(&kind).copied();
    let readings = clock_intervals().iter().map(|interval| {
        let limit = interval.limit(limits, urgent);
        interval.read(day(interval.from), day(interval.to), limit, today)
    });
    readings.collect()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
    use super::*;
    use crate::words::Words;

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    #[test]
    fn every_limit_has_its_source_and_every_interval_its_words() {
        let words = Words::shipped("en");
        for interval in clock_intervals() {
            let has_limit = interval.limit_days.is_some() || interval.urgent_limit_days.is_some();
            let has_source = interval.citation.is_some() && interval.provenance.is_some();
            assert_eq!(has_limit, has_source, "{}", interval.id);
            assert!(words.contains(&format!("clock.{}", interval.id)));
            assert!(interval.from < interval.to, "{}", interval.id);
        }
        for kind in MilestoneKind::ALL {
            assert!(words.contains(&format!("milestone.{}", kind.code())));
        }
    }

    #[test]
    fn an_interval_is_judged_against_the_limit_of_its_urgency() {
        let mri = clock_intervals()
            .iter()
            .find(|interval| interval.id == "referral_to_mri")
            .unwrap();
        let none = ClockLimits::default();
        // NICE NG234: within 24 hours where cord compression is suspected, else within a week.
        assert_eq!(
            (mri.limit(&none, true), mri.limit(&none, false)),
            (Some(1), Some(7))
        );
        let state = |from: &str, to: Option<&str>, limit, today: &str| {
            mri.read(Some(day(from)), to.map(day), limit, day(today))
                .state
        };
        assert_eq!(
            state("2026-03-01", Some("2026-03-02"), Some(1), "2026-05-01"),
            ClockState::Met
        );
        assert_eq!(
            state("2026-03-01", Some("2026-03-03"), Some(1), "2026-05-01"),
            ClockState::Late
        );
        assert_eq!(
            state("2026-03-01", None, Some(7), "2026-03-08"),
            ClockState::Running
        );
        assert_eq!(
            state("2026-03-01", None, Some(7), "2026-03-09"),
            ClockState::Overdue
        );
        assert_eq!(
            state("2026-03-01", None, None, "2026-03-09"),
            ClockState::NotJudged
        );
        assert_eq!(
            state("2026-03-05", Some("2026-03-01"), Some(7), "2026-03-09"),
            ClockState::Contradiction
        );
        assert_eq!(
            mri.read(None, None, Some(7), day("2026-03-09")).state,
            ClockState::NotJudged
        );
    }

    #[test]
    fn a_centre_sets_limits_where_no_source_has_one() {
        let interval = clock_intervals()
            .iter()
            .find(|interval| interval.id == "mri_to_board")
            .unwrap();
        let mut own = ClockLimits::default();
        assert_eq!(interval.limit(&own, false), None);
        own.limit_days.insert("mri_to_board".to_owned(), 10);
        assert_eq!(
            (interval.limit(&own, false), interval.limit(&own, true)),
            (Some(10), Some(10))
        );
        own.urgent_limit_days.insert("mri_to_board".to_owned(), 2);
        assert_eq!(interval.limit(&own, true), Some(2));
    }
}
