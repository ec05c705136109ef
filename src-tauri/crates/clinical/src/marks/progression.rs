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
    let Some(days) = days_between(earlier, later) else {
        return Vec::new();
    };
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
    followed(later).filter_map(change).collect()
}

/// Days from one mark to a later one of the same kind and level.
fn days_between(earlier: &Mark, later: &Mark) -> Option<i64> {
    let days = (later.study_date? - earlier.study_date?).num_days();
    (days > 0 && earlier.kind == later.kind && earlier.level == later.level).then_some(days)
}

fn followed(mark: &Mark) -> impl Iterator<Item = Quantity> {
    let quantities = mark.measured.iter().map(|measured| measured.quantity);
    quantities.filter(|quantity| FOLLOWED.contains(quantity))
}

/// The mark of the latest earlier day with a wanted quantity that the later one has too. `None` for a mark without a
/// level: nothing says that another is of the same finding.
fn latest_before<'marks>(
    later: &Mark,
    marks: &'marks [Mark],
    is_wanted: impl Fn(Quantity) -> bool,
) -> Option<&'marks Mark> {
    later.level?;
    let shares = |earlier: &Mark| {
        followed(later).any(|quantity| is_wanted(quantity) && earlier.value(quantity).is_some())
    };
    let before = marks
        .iter()
        .filter_map(|earlier| Some((days_between(earlier, later)?, earlier)))
        .filter(|(_, earlier)| shares(earlier));
    before.min_by_key(|(days, _)| *days).map(|(_, mark)| mark)
}

/// Of every mark with an earlier one of its kind and level, the change since the latest earlier day; in the order of
/// the marks.
pub fn latest_progressions(marks: &[Mark]) -> Vec<Progression> {
    let latest = |later| {
        let earlier = latest_before(later, marks, |_| true)?;
        Some(progression(earlier, later))
    };
    marks.iter().filter_map(latest).flatten().collect()
}

/// The change since the latest earlier day on which the same was measured at the same level; `None` without a level.
pub(super) fn latest_growth_per_month(
    later: &Mark,
    marks: &[Mark],
    quantity: Quantity,
) -> Option<f64> {
    let earlier = latest_before(later, marks, |measured| measured == quantity)?;
    let changes = progression(earlier, later);
    let change = changes.iter().find(|change| change.quantity == quantity)?;
    Some(change.per_month)
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
