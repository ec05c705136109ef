//! How a measurement changed between two images.

use super::{Mark, Quantity};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// Mean length of a month of the Gregorian calendar.
pub const DAYS_PER_MONTH: f64 = 30.4375;

/// A value on an earlier and on a later day.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct Progression {
    /// Ids of the marks.
    pub earlier: String,
    pub later: String,
    pub quantity: Quantity,
    pub months: f64,
    /// Later minus earlier.
    pub change: f64,
    pub per_month: f64,
    /// Share of the earlier value; absent where that is 0.
    #[ts(optional)]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub relative: Option<f64>,
}

/// What is followed over time; other values of two days need not be of the same finding.
const FOLLOWED: [Quantity; 4] = [
    Quantity::LongDiameter,
    Quantity::ShortDiameter,
    Quantity::CanalCompromise,
    Quantity::Volume,
];

/// Diameters, volumes and canal compromise that both marks have; none where they are of different kinds or levels, or
/// the later one is not of a later day.
pub fn progression(earlier: &Mark, later: &Mark) -> Vec<Progression> {
    let days = match (earlier.study_date, later.study_date) {
        (Some(earlier), Some(later)) => (later - earlier).num_days(),
        _ => 0,
    };
    if days <= 0 || earlier.kind != later.kind || earlier.level != later.level {
        return Vec::new();
    }
    let months = days as f64 / DAYS_PER_MONTH;
    let change = |quantity| {
        let (before, after) = (earlier.value(quantity)?, later.value(quantity)?);
        Some(Progression {
            earlier: earlier.id.clone(),
            later: later.id.clone(),
            quantity,
            months,
            change: after - before,
            per_month: (after - before) / months,
            relative: (before != 0.0).then(|| (after - before) / before),
        })
    };
    let quantities = later.measured.iter().map(|measured| measured.quantity);
    let followed = quantities.filter(|quantity| FOLLOWED.contains(quantity));
    followed.filter_map(change).collect()
}

/// Of every mark with an earlier one of its kind and level, the change since the latest earlier day; in the order of
/// the marks. Marks without a level are left out: nothing says that they are of the same finding.
pub fn latest_progressions(marks: &[Mark]) -> Vec<Progression> {
    let latest = |later: &Mark| {
        let changes = |earlier: &Mark| progression(earlier, later);
        let mut found: Vec<Vec<Progression>> = marks.iter().map(changes).collect();
        found.retain(|changes| !changes.is_empty());
        let nearest = |one: &Vec<Progression>, other: &Vec<Progression>| {
            let months = |changes: &Vec<Progression>| changes.first().map_or(0.0, |one| one.months);
            months(one).total_cmp(&months(other))
        };
        found.into_iter().min_by(nearest).unwrap_or_default()
    };
    let placed = marks.iter().filter(|mark| mark.level.is_some());
    placed.flat_map(latest).collect()
}

/// The change since the latest earlier day on which the same was measured at the same level; `None` without a level.
pub(super) fn latest_growth_per_month(
    later: &Mark,
    marks: &[Mark],
    quantity: Quantity,
) -> Option<f64> {
    later.level?;
    let changes = marks.iter().flat_map(|earlier| progression(earlier, later));
    changes
        .filter(|change| change.quantity == quantity)
        .min_by(|one, other| one.months.total_cmp(&other.months))
        .map(|change| change.per_month)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
    use super::*;
    use crate::marks::{MarkKind, Measured, Unit, tests::mark};

    fn diameter(value: f64, day: &str) -> Mark {
        let mut mark = mark(MarkKind::Bidirectional, day);
        mark.measured = [Quantity::LongDiameter, Quantity::Length]
            .map(|quantity| Measured {
                quantity,
                value,
                unit: Unit::Millimetre,
            })
            .to_vec();
        mark
    }

    #[test]
    fn a_change_is_told_as_it_is_per_month_and_as_a_share() {
        let found = progression(&diameter(20.0, "2025-01-01"), &diameter(26.0, "2026-01-01"));
        let [change] = &found[..] else {
            panic!("{found:?}")
        };
        assert_eq!(change.change, 6.0);
        // 365 days are 11.99 months.
        assert!((change.per_month - 0.50034).abs() < 1e-4, "{change:?}");
        assert_eq!(change.relative, Some(0.3));
        let from_nothing = progression(&diameter(0.0, "2025-01-01"), &diameter(26.0, "2026-01-01"));
        assert_eq!(from_nothing[0].relative, None);
    }

    #[test]
    fn unlike_marks_and_days_in_the_wrong_order_have_no_progression() {
        let earlier = diameter(20.0, "2026-01-01");
        assert_eq!(progression(&earlier, &diameter(26.0, "2026-01-01")), []);
        assert_eq!(progression(&earlier, &diameter(26.0, "2025-12-31")), []);
        let mut elsewhere = diameter(26.0, "2026-02-01");
        elsewhere.level = "T5".parse().ok();
        assert_eq!(progression(&earlier, &elsewhere), []);
        let mut other = diameter(26.0, "2026-02-01");
        other.kind = MarkKind::Ellipse;
        assert_eq!(progression(&earlier, &other), []);
        let mut undated = diameter(26.0, "2026-02-01");
        undated.study_date = None;
        assert_eq!(progression(&earlier, &undated), []);
    }
}
