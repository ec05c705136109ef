//! Courses of treatment, given or planned.

use crate::level::Level;
use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// A course of treatment. Absent parts are not known.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct TreatmentCourse {
    pub id: String,
    pub kind: TreatmentKind,
    /// Not written for a course that was given: a reader that knows no plans refuses a file with one by the name
    /// of this field, and never takes a plan for a treatment.
    #[serde(default, skip_serializing_if = "CourseStatus::is_given")]
    #[ts(as = "Option<CourseStatus>", optional)]
    pub status: CourseStatus,
    /// Drug, regimen, technique or procedure in words.
    #[serde(default)]
    pub description: String,
    #[serde(default)]
    pub levels: Vec<Level>,
    /// Total dose in Gy.
    #[serde(default)]
    pub dose_gray: Option<f64>,
    #[serde(default)]
    pub fractions: Option<u32>,
    /// Largest dose to the spinal cord or thecal sac in Gy, in all fractions, as the treatment plan states it. Not
    /// written where nobody entered it, so that such a file stays readable for readers that do not know it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub cord_dose_gray: Option<f64>,
    #[serde(default)]
    pub started_on: Option<NaiveDate>,
    #[serde(default)]
    pub ended_on: Option<NaiveDate>,
    pub author: String,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum CourseStatus {
    /// It was given, or has begun.
    #[default]
    Given,
    /// It may be given; it counts nowhere as a treatment.
    Planned,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum TreatmentKind {
    Surgery,
    StereotacticRadiotherapy,
    ConventionalRadiotherapy,
    SystemicTherapy,
    BoneModifyingAgent,
    Supportive,
}

/// Why a course cannot be as it is said to be. Only what no course can be: how high a dose may be, or in how many
/// fractions, is not judged here.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum CourseFault {
    #[error("The treatment ends before it starts. Correct one of the two days.")]
    EndsBeforeItStarts,
    /// Zero, negative or no finite number.
    #[error("A dose is a number above 0, in Gy. Correct it or leave it blank.")]
    DoseNotPositive,
    #[error("Fractions are counted: 1, 2, 3 and so on. Correct the number or leave it blank.")]
    NoFractions,
    #[error(
        "Gray and fractions are of radiotherapy alone. Leave them blank or choose another kind."
    )]
    DoseWithoutRadiotherapy,
    #[error(
        "A treatment that was given cannot lie in the future. Leave the end blank while it runs, or say that it is planned."
    )]
    GivenInTheFuture,
}

/// The day that it is by now in the easternmost time zone (UTC+14): a course of this morning in Asia bears a day
/// that has not come in UTC.
pub fn latest_today(now: DateTime<Utc>) -> NaiveDate {
    let eastern = now.checked_add_signed(TimeDelta::hours(14));
    eastern.unwrap_or(now).date_naive()
}

impl CourseStatus {
    fn is_given(&self) -> bool {
        *self == CourseStatus::Given
    }
}

impl TreatmentKind {
    /// The code as it stands in a case file and in the words file, under `report.treatment`.
    pub fn code(self) -> &'static str {
        match self {
            TreatmentKind::Surgery => "surgery",
            TreatmentKind::StereotacticRadiotherapy => "stereotactic_radiotherapy",
            TreatmentKind::ConventionalRadiotherapy => "conventional_radiotherapy",
            TreatmentKind::SystemicTherapy => "systemic_therapy",
            TreatmentKind::BoneModifyingAgent => "bone_modifying_agent",
            TreatmentKind::Supportive => "supportive",
        }
    }

    pub fn is_radiotherapy(self) -> bool {
        matches!(
            self,
            TreatmentKind::StereotacticRadiotherapy | TreatmentKind::ConventionalRadiotherapy
        )
    }
}

impl TreatmentCourse {
    pub fn is_planned(&self) -> bool {
        self.status == CourseStatus::Planned
    }

    /// Whether it was under way before a day: never so for a plan, nor for a course without any date, which may
    /// have been one.
    pub fn began_before(&self, day: NaiveDate) -> bool {
        let began = self.started_on.or(self.ended_on);
        !self.is_planned() && began.is_some_and(|began| began < day)
    }

    /// What it cannot be, if anything. `today` is the latest day that it is anywhere.
    pub fn fault(&self, today: NaiveDate) -> Option<CourseFault> {
        let (start, end) = (self.started_on, self.ended_on);
        let is_positive = |dose: f64| dose.is_finite() && dose > 0.0;
        let is_later = |day: Option<NaiveDate>| day.is_some_and(|day| day > today);
        if start.zip(end).is_some_and(|(start, end)| end < start) {
            Some(CourseFault::EndsBeforeItStarts)
        } else if !self.is_planned() && (is_later(start) || is_later(end)) {
            Some(CourseFault::GivenInTheFuture)
        } else if !self.dose_gray.is_none_or(is_positive)
            || !self.cord_dose_gray.is_none_or(is_positive)
        {
            Some(CourseFault::DoseNotPositive)
        } else if self.fractions == Some(0) {
            Some(CourseFault::NoFractions)
        } else if !self.kind.is_radiotherapy()
            && (self.dose_gray.is_some()
                || self.cord_dose_gray.is_some()
                || self.fractions.is_some())
        {
            Some(CourseFault::DoseWithoutRadiotherapy)
        } else {
            None
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
    use super::*;

    const OLD: &str = r#"
        id = "r"
        kind = "conventional_radiotherapy"
        levels = ["T8"]
        dose_gray = 20.0
        fractions = 5
        started_on = "2026-03-02"
        author = "test"
    "#;

    fn course() -> TreatmentCourse {
        toml::from_str(OLD).expect("a course of an older file")
    }

    fn day(text: &str) -> NaiveDate {
        text.parse().expect("a day")
    }

    #[test]
    fn an_older_course_was_given() {
        assert_eq!(course().status, CourseStatus::Given);
        let plan = format!("{OLD}\nstatus = \"planned\"");
        let plan: TreatmentCourse = toml::from_str(&plan).expect("a plan");
        assert!(plan.is_planned());
    }

    #[test]
    fn a_plan_never_began() {
        let given = course();
        assert!(given.began_before(day("2026-03-03")));
        assert!(!given.began_before(day("2026-03-02")));
        let plan = TreatmentCourse {
            status: CourseStatus::Planned,
            ..given
        };
        assert!(!plan.began_before(day("2030-01-01")));
    }

    #[test]
    fn what_no_course_can_be_is_named() {
        let today = day("2026-03-12");
        let fault = |change: &dyn Fn(&mut TreatmentCourse)| {
            let mut course = course();
            change(&mut course);
            course.fault(today)
        };
        assert_eq!(fault(&|_| ()), None);
        assert_eq!(fault(&|one| one.ended_on = one.started_on), None);
        let ended = |text: &str| Some(day(text));
        assert_eq!(
            fault(&|one| one.ended_on = ended("2026-03-01")),
            Some(CourseFault::EndsBeforeItStarts)
        );
        assert_eq!(fault(&|one| one.ended_on = ended("2026-03-12")), None);
        let tomorrow = |one: &mut TreatmentCourse| one.ended_on = ended("2026-03-13");
        assert_eq!(fault(&tomorrow), Some(CourseFault::GivenInTheFuture));
        let planned = |one: &mut TreatmentCourse| {
            one.ended_on = ended("2026-03-13");
            one.status = CourseStatus::Planned;
        };
        assert_eq!(fault(&planned), None);
        for dose in [0.0, -8.0, f64::NAN, f64::INFINITY] {
            assert_eq!(
                fault(&|one| one.dose_gray = Some(dose)),
                Some(CourseFault::DoseNotPositive),
                "{dose}"
            );
            assert_eq!(
                fault(&|one| one.cord_dose_gray = Some(dose)),
                Some(CourseFault::DoseNotPositive),
                "{dose} to the cord"
            );
        }
        assert_eq!(
            fault(&|one| one.fractions = Some(0)),
            Some(CourseFault::NoFractions)
        );
        assert_eq!(
            fault(&|one| one.kind = TreatmentKind::Surgery),
            Some(CourseFault::DoseWithoutRadiotherapy)
        );
    }
}
