//! How a centre works through its week: who makes a quorum, what has to be there before a meeting, how long steps may take, and
//! the letterhead of its reports. Kept as one setting of the installation.

use crate::{Board, BoardError};
use clinical::{
    assessment::Citation,
    completeness::{CompletenessItem, CompletenessLimits, completeness_items},
    decision::{DeviationReasons, deviation_reasons},
    meeting::QuorumRule,
    pathway_clock::{ClockInterval, ClockLimits, clock_audit_citation, clock_intervals},
    words::Words,
};
use serde::{Deserialize, Serialize};
use store::{AuditEntry, Specialty, Store};
use ts_rs::TS;

const SETTING: &str = "week";

/// More is no day count of a pathway.
const MOST_DAYS: u32 = 3650;

/// Longest line of a letterhead, in characters.
const LONGEST_LINE: usize = 120;

/// What a centre may change.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields, default)]
pub struct WeekSettings {
    pub quorum: QuorumRule,
    pub minutes_per_case: u32,
    /// The list closes so many days before the meeting; none lets it open.
    pub list_closes_days_before: Option<u32>,
    pub completeness: CompletenessLimits,
    pub clock: ClockLimits,
    pub letterhead: Letterhead,
}

/// Who sends a report; empty lines are left out.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields, default)]
pub struct Letterhead {
    pub centre: String,
    pub department: String,
    /// Address, telephone and the like.
    pub lines: Vec<String>,
}

/// The settings with what they are chosen from.
#[derive(Debug, Clone, PartialEq, Serialize, TS)]
pub struct WeekView {
    pub settings: WeekSettings,
    pub completeness_items: Vec<CompletenessItem>,
    pub clock_intervals: Vec<ClockInterval>,
    /// Why the times of a pathway are kept.
    pub clock_audit: Citation,
    pub deviation_reasons: DeviationReasons,
    /// Ids of specialties; the words are `specialty.<id>`.
    pub specialties: Vec<String>,
}

impl Default for WeekSettings {
    /// The board that this application is made for: surgeon, radiation oncologist, medical oncologist and radiologist. Minutes
    /// and days are working defaults.
    fn default() -> WeekSettings {
        let specialties = [
            Specialty::SpineSurgery,
            Specialty::RadiationOncology,
            Specialty::MedicalOncology,
            Specialty::Radiology,
        ];
        WeekSettings {
            quorum: QuorumRule {
                specialties: specialties.map(Specialty::code).to_vec(),
                people: specialties.len() as u32,
            },
            minutes_per_case: 8,
            list_closes_days_before: Some(1),
            completeness: CompletenessLimits::default(),
            clock: ClockLimits::default(),
            letterhead: Letterhead::default(),
        }
    }
}

impl Board {
    /// How this centre works through its week.
    pub fn week_settings(&self) -> Result<WeekView, BoardError> {
        let settings = self.with_store(|store| Ok(settings(store)))?;
        Ok(view(settings))
    }

    /// Sets how this centre works through its week. For coordinators and chairs.
    pub fn set_week_settings(&self, wanted: WeekSettings) -> Result<WeekView, BoardError> {
        if let Some((code, message)) = problem(&wanted) {
            return Err(BoardError::new(code, message));
        }
        let text = serde_json::to_string(&wanted).map_err(|_| store::StoreError::NotStorable)?;
        self.with_store(|store| {
            let manager = self.manager()?;
            store.set_setting(SETTING, &text)?;
            let entry = AuditEntry {
                details: text.as_bytes(),
                ..AuditEntry::new(&manager, "setting_changed")
            };
            store.audit_append(&entry, self.now())?;
            Ok(())
        })?;
        Ok(view(wanted))
    }
}

/// The centre's settings; those that nobody set, or that another version wrote, are the shipped ones.
pub(crate) fn settings(store: &Store) -> WeekSettings {
    let kept = store.setting(SETTING).ok().flatten();
    kept.and_then(|text| serde_json::from_str(&text).ok())
        .unwrap_or_default()
}

fn view(settings: WeekSettings) -> WeekView {
    WeekView {
        settings,
        completeness_items: completeness_items().to_vec(),
        clock_intervals: clock_intervals().to_vec(),
        clock_audit: clock_audit_citation().clone(),
        deviation_reasons: deviation_reasons().clone(),
        specialties: Specialty::ALL.map(Specialty::code).to_vec(),
    }
}

fn problem(wanted: &WeekSettings) -> Option<(&'static str, &'static str)> {
    let words = Words::shipped("en");
    let is_specialty = |id: &String| words.contains(&format!("specialty.{id}"));
    let days = wanted
        .completeness
        .limit_days
        .values()
        .chain(wanted.clock.limit_days.values())
        .chain(wanted.clock.urgent_limit_days.values())
        .chain(&wanted.list_closes_days_before);
    let lines = &wanted.letterhead.lines;
    let mut texts = lines
        .iter()
        .chain([&wanted.letterhead.centre, &wanted.letterhead.department]);
    if !wanted.quorum.specialties.iter().all(is_specialty) {
        Some((
            "week_specialty",
            "A specialty of the quorum is not one of this application.",
        ))
    } else if !(1..=240).contains(&wanted.minutes_per_case) {
        Some((
            "week_minutes",
            "Plan at least one minute for a case and at most 240.",
        ))
    } else if days.into_iter().any(|days| *days > MOST_DAYS) {
        Some(("week_days", "A limit is a number of days up to 3650."))
    } else if lines.len() > 6 || texts.any(|text| text.chars().count() > LONGEST_LINE) {
        Some((
            "week_letterhead",
            "A letterhead has at most six further lines of 120 characters.",
        ))
    } else {
        None
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
    use super::*;

    #[test]
    fn what_is_no_setting_is_refused_and_the_shipped_one_is_sound() {
        let change = |change: fn(&mut WeekSettings)| {
            let mut wanted = WeekSettings::default();
            change(&mut wanted);
            problem(&wanted).is_some()
        };
        assert!(!change(|_| ()));
        assert!(change(|one| one
            .quorum
            .specialties
            .push("astrology".to_owned())));
        assert!(change(|one| one.minutes_per_case = 0));
        assert!(change(|one| {
            one.clock.limit_days.insert("mri_to_board".to_owned(), 3651);
        }));
        assert!(change(|one| one.letterhead.lines = vec![String::new(); 7]));
        assert!(change(|one| one.letterhead.centre = "x".repeat(121)));
    }

    #[test]
    fn a_setting_of_an_earlier_version_is_read_as_far_as_it_goes() {
        let read: WeekSettings = serde_json::from_str(r#"{ "minutes_per_case": 12 }"#).unwrap();
        assert_eq!(read.minutes_per_case, 12);
        assert_eq!(read.quorum, WeekSettings::default().quorum);
    }
}
