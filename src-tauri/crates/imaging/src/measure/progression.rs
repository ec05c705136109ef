//! How a lesion or a canal changed between two dates.

use chrono::NaiveDate;
use clinical::marks::{Mark, MarkKind, Quantity, Unit};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// A twelfth of 365.25 days.
const DAYS_PER_MONTH: f64 = 30.4375;

/// The change of one value between the days of two images.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct Progression {
    pub quantity: Quantity,
    /// Of the values and of their change; of the monthly change it is this per month.
    pub unit: Unit,
    pub earlier: f64,
    pub later: f64,
    pub earlier_date: NaiveDate,
    pub later_date: NaiveDate,
    /// Later less earlier: growth is positive.
    pub change: f64,
    /// Change by months of 30.4375 days.
    pub change_per_month: f64,
}

/// Why two marks do not make a course.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ProgressionProblem {
    #[error("the images of a mark do not say on which day they were made")]
    NoDate,
    #[error("both marks are of one day")]
    SameDay,
    #[error("the mark that was named first is the later one")]
    WrongOrder,
    #[error("the marks were drawn with different tools")]
    OtherKind,
    #[error("the marks belong to different vertebral levels")]
    OtherLevel,
    #[error("only diameters, volumes and the narrowing of the canal are followed over time")]
    NotFollowed,
    #[error("the marks have no value in common")]
    NoValue,
}

impl ProgressionProblem {
    /// The id of its words.
    pub fn code(self) -> &'static str {
        match self {
            ProgressionProblem::NoDate => "progression_no_date",
            ProgressionProblem::SameDay => "progression_same_day",
            ProgressionProblem::WrongOrder => "progression_wrong_order",
            ProgressionProblem::OtherKind => "progression_other_kind",
            ProgressionProblem::OtherLevel => "progression_other_level",
            ProgressionProblem::NotFollowed => "progression_not_followed",
            ProgressionProblem::NoValue => "progression_no_value",
        }
    }
}

/// Compares two marks of one kind and level by their computed values: diameters, volume, and the share
/// of the canal that is taken. That both are of one lesion of one patient the caller knows.
pub fn progression(earlier: &Mark, later: &Mark) -> Result<Vec<Progression>, ProgressionProblem> {
    if earlier.kind != later.kind {
        return Err(ProgressionProblem::OtherKind);
    }
    if earlier.level != later.level {
        return Err(ProgressionProblem::OtherLevel);
    }
    let followed = followed(earlier.kind);
    if followed.is_empty() {
        return Err(ProgressionProblem::NotFollowed);
    }
    let (Some(earlier_date), Some(later_date)) = (earlier.study_date, later.study_date) else {
        return Err(ProgressionProblem::NoDate);
    };
    let days = later_date.signed_duration_since(earlier_date).num_days();
    match days {
        0 => return Err(ProgressionProblem::SameDay),
        ..0 => return Err(ProgressionProblem::WrongOrder),
        _ => {}
    }
    let months = days as f64 / DAYS_PER_MONTH;
    let values: Vec<Progression> = followed
        .iter()
        .filter_map(|quantity| {
            let (before, unit) = value(earlier, *quantity)?;
            let (after, _) = value(later, *quantity).filter(|(_, other)| *other == unit)?;
            let change = after - before;
            Some(Progression {
                quantity: *quantity,
                unit,
                earlier: before,
                later: after,
                earlier_date,
                later_date,
                change,
                change_per_month: change / months,
            })
        })
        .collect();
    match values.is_empty() {
        true => Err(ProgressionProblem::NoValue),
        false => Ok(values),
    }
}

fn followed(kind: MarkKind) -> &'static [Quantity] {
    match kind {
        MarkKind::Length => &[Quantity::Length],
        MarkKind::Bidirectional => &[Quantity::LongDiameter, Quantity::ShortDiameter],
        MarkKind::Volume => &[Quantity::Volume],
        MarkKind::CanalCompromise => &[Quantity::CanalCompromise],
        _ => &[],
    }
}

fn value(mark: &Mark, quantity: Quantity) -> Option<(f64, Unit)> {
    let found = mark
        .measured
        .iter()
        .find(|measured| measured.quantity == quantity)?;
    found.value.is_finite().then_some((found.value, found.unit))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
    use super::*;
    use chrono::DateTime;
    use clinical::marks::Measured;

    fn mark(
        kind: MarkKind,
        day: Option<(i32, u32, u32)>,
        values: &[(Quantity, f64, Unit)],
    ) -> Mark {
        Mark {
            id: String::new(),
            kind,
            study_instance_uid: String::new(),
            series_instance_uid: String::new(),
            frame_of_reference_uid: None,
            modality: "CT".to_owned(),
            study_date: day.map(|(y, m, d)| NaiveDate::from_ymd_opt(y, m, d).unwrap()),
            parts: Vec::new(),
            window_center: 0.0,
            window_width: 1.0,
            level: Some("L1".parse().unwrap()),
            note: String::new(),
            measured: values
                .iter()
                .map(|(quantity, value, unit)| Measured {
                    quantity: *quantity,
                    value: *value,
                    unit: *unit,
                })
                .collect(),
            drawn_at: DateTime::UNIX_EPOCH,
            author: String::new(),
        }
    }

    fn volume(day: Option<(i32, u32, u32)>, value: f64) -> Mark {
        mark(
            MarkKind::Volume,
            day,
            &[(Quantity::Volume, value, Unit::Millilitre)],
        )
    }

    /// 2025-01-01 to 2026-01-01 are 365 days or 11.99179 months; 2.5 to 8.5 mL.
    #[test]
    fn growth_is_said_by_month() {
        let earlier = volume(Some((2025, 1, 1)), 2.5);
        let later = volume(Some((2026, 1, 1)), 8.5);
        let found = progression(&earlier, &later).unwrap();
        assert_eq!(found.len(), 1);
        assert_eq!(
            (found[0].earlier, found[0].later, found[0].change),
            (2.5, 8.5, 6.0)
        );
        assert!((found[0].change_per_month - 0.500342).abs() < 1e-6);
        assert_eq!(found[0].unit, Unit::Millilitre);
    }

    #[test]
    fn both_diameters_are_followed_and_what_shrinks_is_negative() {
        let diameters = |day, long, short| {
            let values = [
                (Quantity::LongDiameter, long, Unit::Millimetre),
                (Quantity::ShortDiameter, short, Unit::Millimetre),
            ];
            mark(MarkKind::Bidirectional, Some(day), &values)
        };
        // 61 days are 2.004107 months
        let earlier = diameters((2026, 3, 1), 30.0, 20.0);
        let later = diameters((2026, 5, 1), 24.0, 21.0);
        let found = progression(&earlier, &later).unwrap();
        let changes: Vec<f64> = found.iter().map(|one| one.change).collect();
        assert_eq!(changes, [-6.0, 1.0]);
        assert!((found[0].change_per_month + 2.993852).abs() < 1e-6);
    }

    #[test]
    fn marks_that_make_no_course_are_refused() {
        use ProgressionProblem::*;
        let day = Some((2026, 1, 1));
        let next = Some((2026, 1, 2));
        let refused = |a: &Mark, b: &Mark| progression(a, b).unwrap_err();
        assert_eq!(refused(&volume(day, 1.0), &volume(day, 2.0)), SameDay);
        assert_eq!(refused(&volume(next, 1.0), &volume(day, 2.0)), WrongOrder);
        assert_eq!(refused(&volume(None, 1.0), &volume(day, 2.0)), NoDate);
        let length = mark(MarkKind::Length, next, &[]);
        assert_eq!(refused(&volume(day, 1.0), &length), OtherKind);
        let mut other = volume(next, 2.0);
        other.level = None;
        assert_eq!(refused(&volume(day, 1.0), &other), OtherLevel);
        let angle = |day| mark(MarkKind::Angle, day, &[]);
        assert_eq!(refused(&angle(day), &angle(next)), NotFollowed);
        let empty = mark(MarkKind::Volume, next, &[]);
        assert_eq!(refused(&volume(day, 1.0), &empty), NoValue);
    }
}
