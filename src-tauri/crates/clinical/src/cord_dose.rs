//! Dose to the spinal cord by level that the courses of radiotherapy add up to, as equivalent dose in fractions of 2 Gy (EQD2), and
//! the limits of stereotactic radiotherapy that were reported for it (`assets/cord_dose.toml`).
//!
//! A prescription is not a dose to the cord. Conventional fields take the cord with them, so that their prescribed dose stands
//! for it and says so; a stereotactic plan spares it, and without the dose that the plan states nothing is computed. No recovery
//! with time is counted.

use crate::{
    assessment::{Citation, FigureProvenance},
    case::{Case, TreatmentCourse, TreatmentKind},
    level::Level,
};
use chrono::{Months, NaiveDate};
use serde::{Deserialize, Serialize};
use std::{collections::BTreeSet, sync::OnceLock};
use ts_rs::TS;

/// The version of `assets/cord_dose.toml` that is read here.
const SCHEMA: u32 = 1;

/// Gray far above any treatment, beyond which a number is none of a dose.
const MOST_GRAY: f64 = 1e6;

/// What the radiotherapy of a case adds up to at the cord.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct CordDose {
    /// Gy; the ratio of the linear-quadratic model that the equivalent doses are of.
    pub alpha_beta_gray: f64,
    pub formula: CordSource,
    pub limits: CordSource,
    /// Levels with radiotherapy, given or planned, from head to foot; neighbours with the same courses are one entry.
    pub levels: Vec<LevelCordDose>,
    /// Ids of courses of radiotherapy without a level, which no sum holds.
    pub without_level: Vec<String>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct CordSource {
    pub citation: Citation,
    pub provenance: FigureProvenance,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct LevelCordDose {
    pub levels: Vec<Level>,
    /// Those that were given, by day, then plans.
    pub courses: Vec<CordCourse>,
    /// EQD2 in Gy of all courses that were given; none while one of them is unknown.
    #[ts(optional)]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub given_gray: Option<f64>,
    /// Each plan beside what was given, as plans may be alternatives; without plans the last course, if it was stereotactic.
    pub appraised: Vec<Appraisal>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct CordCourse {
    /// Id of the course.
    pub course: String,
    pub dose: CordShare,
}

/// What one course brings to the cord.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum CordShare {
    Known {
        /// Gy in all fractions.
        dose_gray: f64,
        fractions: u32,
        /// EQD2 in Gy.
        equivalent_gray: f64,
        basis: CordBasis,
    },
    Unknown {
        lacks: CordLack,
    },
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum CordBasis {
    /// The largest dose to the cord as the treatment plan states it.
    Plan,
    /// The prescribed dose, in place of the one of the plan.
    Prescription,
}

/// What has to be entered first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum CordLack {
    /// Of a stereotactic course, the dose to the cord.
    CordDose,
    Dose,
    Fractions,
}

/// A course beside those before it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct Appraisal {
    /// Id of the course.
    pub course: String,
    pub is_first: bool,
    /// EQD2 in Gy with all courses before it; none while one of them is unknown.
    #[ts(optional)]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cumulative_gray: Option<f64>,
    /// Empty where the sources name no limit: a conventional course, or more than five fractions.
    pub checks: Vec<CordCheck>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct CordCheck {
    pub limit: CordLimit,
    /// Gy, share or months; none while unknown.
    #[ts(optional)]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub value: Option<f64>,
    /// The limit as reported, from and to; the same where it is one number.
    pub reported: [f64; 2],
    pub verdict: CordVerdict,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum CordLimit {
    /// Largest dose in Gy to a cord that was not irradiated before, by the number of fractions.
    First,
    /// EQD2 of all courses together.
    Cumulative,
    /// EQD2 of the stereotactic course alone.
    Stereotactic,
    /// The stereotactic part of the sum.
    Share,
    /// Whole months since the course before; at least as many.
    MonthsBetween,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum CordVerdict {
    Within,
    /// Between the two numbers that are reported.
    Between,
    Beyond,
    Unknown,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
struct Table {
    schema_version: u32,
    equivalent: Equivalent,
    limits: Limits,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
struct Equivalent {
    alpha_beta_gray: f64,
    citation: Citation,
    provenance: FigureProvenance,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
struct Limits {
    citation: Citation,
    provenance: FigureProvenance,
    first: First,
    again: Again,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
struct First {
    fractions_1: [f64; 2],
    fractions_2: [f64; 2],
    fractions_3: [f64; 2],
    fractions_4: [f64; 2],
    fractions_5: [f64; 2],
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
struct Again {
    cumulative_gray: f64,
    stereotactic_gray: f64,
    stereotactic_share: f64,
    months_between: u32,
}

/// What the radiotherapy of a case adds up to, as of a day; none where there is none.
pub fn cord_dose(case: &Case, index_date: NaiveDate) -> Option<CordDose> {
    let table = Table::shipped();
    let courses: Vec<&TreatmentCourse> = in_order(case, index_date);
    if courses.is_empty() {
        return None;
    }
    let levels: BTreeSet<Level> = courses
        .iter()
        .flat_map(|course| course.levels.iter().copied())
        .collect();
    let at = |level: Level| {
        let here = courses
            .iter()
            .copied()
            .filter(|course| course.levels.contains(&level));
        table.level(level, &here.collect::<Vec<_>>(), index_date)
    };
    let without = courses.iter().filter(|course| course.levels.is_empty());
    Some(CordDose {
        alpha_beta_gray: table.equivalent.alpha_beta_gray,
        formula: CordSource {
            citation: table.equivalent.citation.clone(),
            provenance: table.equivalent.provenance,
        },
        limits: CordSource {
            citation: table.limits.citation.clone(),
            provenance: table.limits.provenance,
        },
        levels: levels.into_iter().map(at).fold(Vec::new(), with_neighbour),
        without_level: without.map(|course| course.id.clone()).collect(),
    })
}

/// Takes a level to the entry before it where both have the same courses.
fn with_neighbour(mut entries: Vec<LevelCordDose>, next: LevelCordDose) -> Vec<LevelCordDose> {
    match entries.last_mut() {
        // What they add up to follows from the courses.
        Some(last) if last.courses == next.courses => last.levels.extend(next.levels),
        _ => entries.push(next),
    }
    entries
}

/// Radiotherapy that was given up to a day, by its first day, undated first; then what is planned.
fn in_order(case: &Case, index_date: NaiveDate) -> Vec<&TreatmentCourse> {
    let begun = |course: &TreatmentCourse| course.started_on.or(course.ended_on);
    let (mut plans, mut given): (Vec<_>, Vec<_>) = case
        .courses
        .iter()
        .filter(|course| course.kind.is_radiotherapy())
        .partition(|course| course.is_planned());
    given.retain(|course| begun(course).is_none_or(|day| day <= index_date));
    given.sort_by_key(|course| begun(course));
    plans.sort_by_key(|course| begun(course));
    given.extend(plans);
    given
}

impl Table {
    #[expect(clippy::expect_used, reason = "compiled in, and a test parses it")]
    fn shipped() -> &'static Table {
        static TABLE: OnceLock<Table> = OnceLock::new();
        TABLE.get_or_init(|| {
            let text = include_str!("../../../../assets/cord_dose.toml");
            let table: Table = toml::from_str(text).expect("the shipped limits are sound");
            assert_eq!(
                table.schema_version, SCHEMA,
                "the shipped limits are of this version"
            );
            table
        })
    }

    /// EQD2 in Gy of a total dose in Gy.
    fn equivalent(&self, dose_gray: f64, fractions: u32) -> f64 {
        let ratio = self.equivalent.alpha_beta_gray;
        dose_gray * (dose_gray / f64::from(fractions) + ratio) / (2.0 + ratio)
    }

    fn share(&self, course: &TreatmentCourse) -> CordShare {
        // A file may hold any number; no square of these overflows, and no sum of what a case can hold.
        let is_dose = |dose: &f64| *dose > 0.0 && *dose <= MOST_GRAY;
        let is_stereotactic = is_stereotactic(course);
        let stated = course.cord_dose_gray.filter(is_dose);
        let prescribed = course
            .dose_gray
            .filter(|dose| is_dose(dose) && !is_stereotactic);
        let known = match (stated, prescribed) {
            (Some(dose), _) => Ok((dose, CordBasis::Plan)),
            (None, Some(dose)) => Ok((dose, CordBasis::Prescription)),
            (None, None) if is_stereotactic => Err(CordLack::CordDose),
            (None, None) => Err(CordLack::Dose),
        };
        let counted = course.fractions.filter(|count| *count > 0);
        match (known, counted) {
            (Ok((dose_gray, basis)), Some(fractions)) => CordShare::Known {
                dose_gray,
                fractions,
                equivalent_gray: self.equivalent(dose_gray, fractions),
                basis,
            },
            (Err(lacks), _) => CordShare::Unknown { lacks },
            (Ok(_), None) => CordShare::Unknown {
                lacks: CordLack::Fractions,
            },
        }
    }

    fn sum(&self, courses: &[&TreatmentCourse]) -> Option<f64> {
        courses.iter().try_fold(0.0, |sum, course| {
            Some(sum + self.share(course).equivalent_gray()?)
        })
    }

    fn level(
        &self,
        level: Level,
        courses: &[&TreatmentCourse],
        index_date: NaiveDate,
    ) -> LevelCordDose {
        let plans_from = courses.iter().take_while(|one| !one.is_planned()).count();
        let (given, plans) = courses.split_at(plans_from);
        let appraised = match (plans, given.split_last()) {
            ([], Some((last, before))) if is_stereotactic(last) => {
                vec![self.appraise(last, before, index_date)]
            }
            _ => plans
                .iter()
                .map(|plan| self.appraise(plan, given, index_date))
                .collect(),
        };
        LevelCordDose {
            levels: vec![level],
            courses: courses
                .iter()
                .map(|course| CordCourse {
                    course: course.id.clone(),
                    dose: self.share(course),
                })
                .collect(),
            given_gray: self.sum(given),
            appraised,
        }
    }

    fn appraise(
        &self,
        course: &TreatmentCourse,
        before: &[&TreatmentCourse],
        index_date: NaiveDate,
    ) -> Appraisal {
        let share = self.share(course);
        let own = share.equivalent_gray();
        let cumulative = own.zip(self.sum(before)).map(|(own, sum)| own + sum);
        let is_stereotactic = is_stereotactic(course);
        let counted = course.fractions.filter(|count| *count > 0);
        let checks = match counted {
            // The sources are of stereotactic radiotherapy in one to five fractions.
            _ if !is_stereotactic => Vec::new(),
            None => Vec::new(),
            Some(fractions) if before.is_empty() => self
                .limits
                .first
                .of(fractions)
                .map(|reported| at_most(CordLimit::First, share.dose_gray(), reported))
                .into_iter()
                .collect(),
            Some(fractions) if fractions > 5 => Vec::new(),
            Some(_) => {
                let again = &self.limits.again;
                let part = own.zip(cumulative).map(|(own, sum)| own / sum);
                let one = |limit: f64| [limit, limit];
                vec![
                    at_most(
                        CordLimit::Cumulative,
                        cumulative,
                        one(again.cumulative_gray),
                    ),
                    at_most(CordLimit::Stereotactic, own, one(again.stereotactic_gray)),
                    at_most(CordLimit::Share, part, one(again.stereotactic_share)),
                    self.interval(course, before, index_date),
                ]
            }
        };
        Appraisal {
            course: course.id.clone(),
            is_first: before.is_empty(),
            cumulative_gray: cumulative,
            checks,
        }
    }

    /// A plan without a day is looked at as if it began on the index date.
    fn interval(
        &self,
        course: &TreatmentCourse,
        before: &[&TreatmentCourse],
        index_date: NaiveDate,
    ) -> CordCheck {
        let least = self.limits.again.months_between;
        let begins = course.started_on.or(course.ended_on);
        let begins = begins.or(course.is_planned().then_some(index_date));
        let ends: Option<Vec<NaiveDate>> = before
            .iter()
            .map(|one| one.ended_on.or(one.started_on))
            .collect();
        let last = ends.and_then(|ends| ends.into_iter().max());
        let months = begins.zip(last).map(|(begins, last)| months(last, begins));
        CordCheck {
            limit: CordLimit::MonthsBetween,
            value: months.map(f64::from),
            reported: [f64::from(least); 2],
            verdict: match months {
                None => CordVerdict::Unknown,
                Some(months) if months >= least => CordVerdict::Within,
                Some(_) => CordVerdict::Beyond,
            },
        }
    }
}

impl First {
    fn of(&self, fractions: u32) -> Option<[f64; 2]> {
        match fractions {
            1 => Some(self.fractions_1),
            2 => Some(self.fractions_2),
            3 => Some(self.fractions_3),
            4 => Some(self.fractions_4),
            5 => Some(self.fractions_5),
            _ => None,
        }
    }
}

impl CordShare {
    pub fn equivalent_gray(&self) -> Option<f64> {
        match self {
            CordShare::Known {
                equivalent_gray, ..
            } => Some(*equivalent_gray),
            CordShare::Unknown { .. } => None,
        }
    }

    fn dose_gray(&self) -> Option<f64> {
        match self {
            CordShare::Known { dose_gray, .. } => Some(*dose_gray),
            CordShare::Unknown { .. } => None,
        }
    }
}

fn is_stereotactic(course: &TreatmentCourse) -> bool {
    course.kind == TreatmentKind::StereotacticRadiotherapy
}

fn at_most(limit: CordLimit, value: Option<f64>, reported: [f64; 2]) -> CordCheck {
    // Doses are entered to a tenth or a hundredth of a gray; a sum may miss that by the last bits.
    let is_up_to = |value: f64, limit: f64| value <= limit * (1.0 + 1e-12);
    CordCheck {
        limit,
        value,
        reported,
        verdict: match value {
            None => CordVerdict::Unknown,
            Some(value) if is_up_to(value, reported[0]) => CordVerdict::Within,
            Some(value) if is_up_to(value, reported[1]) => CordVerdict::Between,
            Some(_) => CordVerdict::Beyond,
        },
    }
}

/// Whole months from a day to another one; 0 where that comes first.
fn months(from: NaiveDate, to: NaiveDate) -> u32 {
    use chrono::Datelike;
    let apart = (to.year() - from.year()) * 12 + to.month() as i32 - from.month() as i32;
    let apart = u32::try_from(apart).unwrap_or(0);
    let is_full = from
        .checked_add_months(Months::new(apart))
        .is_some_and(|day| day <= to);
    if is_full {
        apart
    } else {
        apart.saturating_sub(1)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
    use super::*;
    use crate::case::{CourseStatus, Identity};

    const TODAY: &str = "2026-03-12";

    /// A course of radiotherapy of T8; a day that is empty is not known.
    struct Rt {
        id: &'static str,
        kind: TreatmentKind,
        status: CourseStatus,
        gray: Option<f64>,
        cord: Option<f64>,
        fractions: Option<u32>,
        days: [&'static str; 2],
    }

    const CONVENTIONAL: Rt = Rt {
        id: "first",
        kind: TreatmentKind::ConventionalRadiotherapy,
        status: CourseStatus::Given,
        gray: Some(30.0),
        cord: None,
        fractions: Some(10),
        days: ["2025-09-29", "2025-10-12"],
    };
    const STEREOTACTIC: Rt = Rt {
        id: "again",
        kind: TreatmentKind::StereotacticRadiotherapy,
        status: CourseStatus::Planned,
        gray: Some(24.0),
        cord: Some(10.0),
        fractions: Some(2),
        days: ["", ""],
    };

    fn of(courses: &[Rt]) -> LevelCordDose {
        let mut case = Case::new("case".to_owned(), Identity::default());
        case.courses = courses
            .iter()
            .map(|one| TreatmentCourse {
                id: one.id.to_owned(),
                kind: one.kind,
                status: one.status,
                description: String::new(),
                levels: vec!["T8".parse().unwrap()],
                dose_gray: one.gray,
                fractions: one.fractions,
                cord_dose_gray: one.cord,
                started_on: one.days[0].parse().ok(),
                ended_on: one.days[1].parse().ok(),
                author: "test".to_owned(),
            })
            .collect();
        let dose = cord_dose(&case, TODAY.parse().unwrap()).expect("there is radiotherapy");
        assert_eq!(dose.levels.len(), 1);
        dose.levels.into_iter().next().unwrap()
    }

    fn verdicts(appraisal: &Appraisal) -> Vec<(CordLimit, Option<f64>, CordVerdict)> {
        appraisal
            .checks
            .iter()
            .map(|check| (check.limit, check.value, check.verdict))
            .collect()
    }

    /// Worked by hand: 20 x (4 + 2) / 4, 30 x (3 + 2) / 4, 8 x (8 + 2) / 4, 50 x (2 + 2) / 4.
    #[test]
    fn usual_courses_have_the_equivalent_doses_of_the_formula() {
        for (gray, fractions, expected) in [
            (20.0, 5, 30.0),
            (30.0, 10, 37.5),
            (8.0, 1, 20.0),
            (50.0, 25, 50.0),
        ] {
            let level = of(&[Rt {
                gray: Some(gray),
                fractions: Some(fractions),
                ..CONVENTIONAL
            }]);
            assert_eq!(level.given_gray, Some(expected), "{gray} Gy in {fractions}");
            assert_eq!(
                level.appraised,
                [],
                "no limit is known for a first conventional course"
            );
        }
    }

    /// 10 Gy in 2 fractions at the cord: 10 x (5 + 2) / 4 = 17.5, with 37.5 before it 55; five months to the day.
    #[test]
    fn a_second_course_is_held_against_what_was_reported_of_it() {
        let level = of(&[CONVENTIONAL, STEREOTACTIC]);
        assert_eq!(level.given_gray, Some(37.5), "a plan was not given");
        let [appraisal] = level.appraised.as_slice() else {
            panic!("one plan")
        };
        assert_eq!(
            (appraisal.is_first, appraisal.cumulative_gray),
            (false, Some(55.0))
        );
        use CordLimit::{Cumulative, MonthsBetween, Share, Stereotactic};
        use CordVerdict::{Beyond, Unknown, Within};
        assert_eq!(
            verdicts(appraisal),
            [
                (Cumulative, Some(55.0), Within),
                (Stereotactic, Some(17.5), Within),
                (Share, Some(17.5 / 55.0), Within),
                (MonthsBetween, Some(5.0), Within),
            ]
        );
        // 16 Gy in 2: 16 x (8 + 2) / 4 = 40, with 37.5 it is 77.5; a day less than five months.
        let late = Rt {
            days: ["2025-09-29", "2025-10-13"],
            ..CONVENTIONAL
        };
        let level = of(&[
            late,
            Rt {
                cord: Some(16.0),
                ..STEREOTACTIC
            },
        ]);
        assert_eq!(
            verdicts(&level.appraised[0]),
            [
                (Cumulative, Some(77.5), Beyond),
                (Stereotactic, Some(40.0), Beyond),
                (Share, Some(40.0 / 77.5), Beyond),
                (MonthsBetween, Some(4.0), Beyond),
            ]
        );
        let level = of(&[
            Rt {
                days: ["", ""],
                ..CONVENTIONAL
            },
            STEREOTACTIC,
        ]);
        assert_eq!(
            verdicts(&level.appraised[0])[3],
            (MonthsBetween, None, Unknown)
        );
    }

    #[test]
    fn what_was_prescribed_stands_for_the_cord_in_conventional_fields_only() {
        let level = of(&[
            CONVENTIONAL,
            Rt {
                cord: None,
                ..STEREOTACTIC
            },
        ]);
        let CordShare::Known { basis, .. } = &level.courses[0].dose else {
            panic!("a dose")
        };
        assert_eq!(*basis, CordBasis::Prescription);
        let lacks = CordLack::CordDose;
        assert_eq!(level.courses[1].dose, CordShare::Unknown { lacks });
        assert_eq!(level.appraised[0].cumulative_gray, None);
        let unknown = level.appraised[0]
            .checks
            .iter()
            .filter(|check| check.verdict == CordVerdict::Unknown);
        assert_eq!(unknown.count(), 3, "the interval is known");
        // A dose of the plan goes before the prescription.
        let level = of(&[Rt {
            cord: Some(20.0),
            ..CONVENTIONAL
        }]);
        assert_eq!(level.given_gray, Some(20.0), "20 x (2 + 2) / 4");
        for (course, lacks) in [
            (
                Rt {
                    gray: None,
                    ..CONVENTIONAL
                },
                CordLack::Dose,
            ),
            (
                Rt {
                    gray: Some(-5.0),
                    ..CONVENTIONAL
                },
                CordLack::Dose,
            ),
            (
                Rt {
                    gray: Some(1e300),
                    ..CONVENTIONAL
                },
                CordLack::Dose,
            ),
            (
                Rt {
                    fractions: None,
                    ..CONVENTIONAL
                },
                CordLack::Fractions,
            ),
            (
                Rt {
                    fractions: Some(0),
                    ..CONVENTIONAL
                },
                CordLack::Fractions,
            ),
        ] {
            let level = of(&[course]);
            assert_eq!(level.courses[0].dose, CordShare::Unknown { lacks });
            assert_eq!(level.given_gray, None);
        }
    }

    #[test]
    fn a_first_stereotactic_course_has_limits_by_fractions() {
        let verdict = |cord: f64, fractions: u32| {
            let level = of(&[Rt {
                cord: Some(cord),
                fractions: Some(fractions),
                ..STEREOTACTIC
            }]);
            assert!(level.appraised[0].is_first);
            level.appraised[0].checks.first().map(|check| check.verdict)
        };
        assert_eq!(verdict(12.4, 1), Some(CordVerdict::Within));
        assert_eq!(verdict(13.0, 1), Some(CordVerdict::Between));
        assert_eq!(verdict(14.1, 1), Some(CordVerdict::Beyond));
        assert_eq!(verdict(20.3, 3), Some(CordVerdict::Within));
        assert_eq!(verdict(20.4, 3), Some(CordVerdict::Beyond));
        assert_eq!(
            verdict(20.0, 8),
            None,
            "nothing is reported of eight fractions"
        );
    }

    #[test]
    fn plans_are_looked_at_one_by_one_and_later_courses_not_at_all() {
        let other = Rt {
            id: "other",
            cord: Some(12.0),
            ..STEREOTACTIC
        };
        let level = of(&[other, STEREOTACTIC, CONVENTIONAL]);
        // 12 Gy in 2: 12 x (6 + 2) / 4 = 24.
        let sums = level.appraised.iter().map(|one| one.cumulative_gray);
        assert_eq!(sums.collect::<Vec<_>>(), [Some(61.5), Some(55.0)]);
        let later = Rt {
            days: ["2026-03-13", "2026-03-20"],
            ..CONVENTIONAL
        };
        assert_eq!(of(&[later, STEREOTACTIC]).courses.len(), 1);
        // Given twice: the last one is looked at.
        let twice = Rt {
            status: CourseStatus::Given,
            days: ["2026-03-10", ""],
            ..STEREOTACTIC
        };
        let level = of(&[twice, CONVENTIONAL]);
        assert_eq!(level.appraised[0].course, "again");
        assert_eq!(level.given_gray, Some(55.0));
    }

    #[test]
    fn neighbouring_levels_with_the_same_courses_stand_together() {
        let text = |id: &str, levels: &str| {
            format!(
                "id = \"{id}\"\nkind = \"conventional_radiotherapy\"\nauthor = \"test\"\nlevels = [{levels}]\ndose_gray = 8.0\nfractions = 1"
            )
        };
        let mut case = Case::new("case".to_owned(), Identity::default());
        for (id, levels) in [
            ("first", "\"T8\", \"T9\", \"T10\", \"T11\""),
            ("second", "\"T10\""),
        ] {
            case.courses
                .push(toml::from_str(&text(id, levels)).unwrap());
        }
        let dose = cord_dose(&case, TODAY.parse().unwrap()).unwrap();
        let entries = dose.levels.iter().map(|entry| {
            let names: Vec<&str> = entry.levels.iter().map(|level| level.name()).collect();
            (names.join(" "), entry.given_gray)
        });
        // 8 x (8 + 2) / 4 = 20, twice at T10.
        assert_eq!(
            entries.collect::<Vec<_>>(),
            [
                ("T8 T9".to_owned(), Some(20.0)),
                ("T10".to_owned(), Some(40.0)),
                ("T11".to_owned(), Some(20.0)),
            ]
        );
    }

    #[test]
    fn a_case_without_radiotherapy_has_no_sum_and_a_course_without_level_is_named() {
        let mut case = Case::new("case".to_owned(), Identity::default());
        let today = TODAY.parse().unwrap();
        assert_eq!(cord_dose(&case, today), None);
        let text = "id = \"r\"\nkind = \"conventional_radiotherapy\"\nauthor = \"test\"";
        case.courses.push(toml::from_str(text).unwrap());
        let dose = cord_dose(&case, today).unwrap();
        assert_eq!(
            (dose.levels.len(), dose.without_level),
            (0, vec!["r".to_owned()])
        );
    }
}
