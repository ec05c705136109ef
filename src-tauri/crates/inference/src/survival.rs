//! From sample paths to a point and an interval at each month.
//!
//! A path is P(alive) on the time grid under one draw. The point is the mean over the paths. The
//! interval's ends are quantiles over the paths, by the weighted form of the definition that numpy
//! uses by default (type 7; A. Akinshin, 2023, doi:10.48550/arXiv.2304.07265): a window of the width
//! of one path slides over the stepwise quantile function. Because every path falls with time, so do
//! the mean and, at every month, both ends.

use crate::PackError;
use clinical::assessment::{MedianSurvival, MedianTime, SurvivalPoint};

/// How far single-precision arithmetic may leave 0 to 1, or rise from one month to the next.
const ROUNDING: f32 = 1e-5;

/// Paths of one member of the ensemble, [samples, times], and the member's weight.
#[derive(Debug, Clone, Copy)]
pub(crate) struct MemberPaths<'a, Number> {
    pub(crate) paths: &'a [Number],
    pub(crate) weight: f64,
}

/// Refuses an answer that is not a set of survival curves.
pub(crate) fn check_paths(paths: &[f32], times: usize) -> Result<(), PackError> {
    for path in paths.chunks(times) {
        if path.iter().any(|alive| !alive.is_finite()) {
            return Err(PackError::Output(
                "it holds a value that is not a finite number".to_owned(),
            ));
        }
        if path
            .iter()
            .any(|alive| *alive < -ROUNDING || *alive > 1.0 + ROUNDING)
        {
            return Err(PackError::Output(
                "it holds a probability outside 0 to 1".to_owned(),
            ));
        }
        if path.first().is_some_and(|alive| *alive < 1.0 - ROUNDING) {
            return Err(PackError::Output(
                "it does not start with everybody alive".to_owned(),
            ));
        }
        if path.windows(2).any(|pair| pair[1] > pair[0] + ROUNDING) {
            return Err(PackError::Output("it rises with time".to_owned()));
        }
    }
    Ok(())
}

/// Refuses an answer that is not a set of probabilities of cord compression.
pub(crate) fn check_probabilities(paths: &[f32]) -> Result<(), PackError> {
    let sound = |probability: &f32| (-ROUNDING..=1.0 + ROUNDING).contains(probability);
    if paths.iter().all(sound) {
        return Ok(());
    }
    Err(PackError::Output(
        "it holds a probability of cord compression that is not a number within 0 to 1".to_owned(),
    ))
}

/// The mean over the paths at one place of the grid: the point of [`summarise`] before tidying.
pub(crate) fn mean_at(members: &[MemberPaths<'_, f32>], times: usize, time: usize) -> f64 {
    let mut sum = 0.0;
    let mut total = 0.0;
    for member in members {
        let samples = member.paths.len() / times;
        let at_time = member.paths.iter().skip(time).step_by(times);
        let mean = at_time.map(|alive| f64::from(*alive)).sum::<f64>() / samples as f64;
        sum += member.weight * mean;
        total += member.weight;
    }
    sum / total
}

/// The median and its interval: where the point and both ends of the interval fall to one half.
pub(crate) fn median(curve: &[SurvivalPoint]) -> MedianSurvival {
    MedianSurvival {
        time: falls_to_half(curve, |point| point.alive),
        low: falls_to_half(curve, |point| point.low),
        high: falls_to_half(curve, |point| point.high),
    }
}

/// Straight between the months of the grid.
fn falls_to_half(curve: &[SurvivalPoint], line: impl Fn(&SurvivalPoint) -> f64) -> MedianTime {
    for pair in curve.windows(2) {
        let (before, after) = (line(&pair[0]), line(&pair[1]));
        if after <= 0.5 {
            let share = if before > after {
                (before - 0.5) / (before - after)
            } else {
                0.0
            };
            let months = pair[0].months + share.max(0.0) * (pair[1].months - pair[0].months);
            return MedianTime::Reached { months };
        }
    }
    MedianTime::NotReached {
        within_months: curve.last().map_or(0.0, |point| point.months),
    }
}

/// Mean and interval at every month of `grid`.
pub(crate) fn summarise<Number: Copy + Into<f64>>(
    members: &[MemberPaths<'_, Number>],
    grid: &[f64],
    interval_level: f64,
) -> Vec<SurvivalPoint> {
    let tail = (1.0 - interval_level) / 2.0;
    let mut curve: Vec<SurvivalPoint> = Vec::with_capacity(grid.len());
    let mut column: Vec<(f64, f64)> = Vec::new();
    for (time, &months) in grid.iter().enumerate() {
        column.clear();
        for member in members {
            let samples = member.paths.len() / grid.len();
            let weight = member.weight / samples as f64;
            let at_time = member.paths.iter().skip(time).step_by(grid.len());
            column.extend(at_time.map(|&alive| (alive.into(), weight)));
        }
        column.sort_unstable_by(|first, second| first.0.total_cmp(&second.0));
        let total: f64 = column.iter().map(|(_, weight)| weight).sum();
        let mean = column
            .iter()
            .map(|(alive, weight)| alive * weight)
            .sum::<f64>()
            / total;
        let low = quantile(&column, tail);
        let high = quantile(&column, 1.0 - tail);
        curve.push(tidy(
            curve.last(),
            SurvivalPoint {
                months,
                alive: mean,
                low,
                high,
            },
        ));
    }
    curve
}

/// Removes what rounding left: values stay in 0 to 1, never rise, and the point lies inside its
/// interval (with paths heaped at one end the mean can lie beyond a quantile).
fn tidy(earlier: Option<&SurvivalPoint>, point: SurvivalPoint) -> SurvivalPoint {
    let cap = |value: f64, earlier: Option<f64>| value.clamp(0.0, 1.0).min(earlier.unwrap_or(1.0));
    let alive = cap(point.alive, earlier.map(|point| point.alive));
    SurvivalPoint {
        months: point.months,
        alive,
        low: cap(point.low.min(alive), earlier.map(|point| point.low)),
        high: cap(point.high.max(alive), earlier.map(|point| point.high)),
    }
}

/// The quantile of sorted `(value, weight)` pairs.
pub(crate) fn quantile(sorted: &[(f64, f64)], share: f64) -> f64 {
    let total: f64 = sorted.iter().map(|(_, weight)| weight).sum();
    let squares: f64 = sorted.iter().map(|(_, weight)| weight * weight).sum();
    let width = squares / (total * total);
    let start = share * (1.0 - width);
    let end = start + width;
    let mut covered = 0.0;
    let mut sum = 0.0;
    let mut from = 0.0;
    for (value, weight) in sorted {
        let to = from + weight / total;
        let overlap = f64::max(0.0, f64::min(to, end) - f64::max(from, start));
        sum += overlap * value;
        covered += overlap;
        from = to;
    }
    sum / covered
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
    use super::*;
    use proptest::prelude::*;

    fn equal(values: &[f64]) -> Vec<(f64, f64)> {
        values.iter().map(|value| (*value, 0.25)).collect()
    }

    #[test]
    fn equal_weights_give_the_quantiles_of_numpy() {
        // numpy.quantile([0.1, 0.2, 0.4, 0.8, 0.9, 0.95, 1.0], [0.05, 0.5, 0.95])
        let sorted = equal(&[0.1, 0.2, 0.4, 0.8, 0.9, 0.95, 1.0]);
        for (share, expected) in [(0.05, 0.13), (0.5, 0.8), (0.95, 0.985)] {
            assert!(
                (quantile(&sorted, share) - expected).abs() < 1e-12,
                "{share}"
            );
        }
        assert_eq!(quantile(&equal(&[0.3]), 0.05), 0.3);
    }

    #[test]
    fn a_heavier_member_pulls_the_quantiles() {
        // Weights 3 and 1 on 0 and 1: Kish's effective number is 16/10, so the window is 0.625 wide.
        // The median's window is 0.1875 to 0.8125, of which 0.0625 lies beyond 0.75: 0.0625/0.625 = 0.1.
        let sorted = [(0.0, 3.0), (1.0, 1.0)];
        assert!((quantile(&sorted, 0.5) - 0.1).abs() < 1e-12);
    }

    #[test]
    fn a_hand_computed_curve() {
        // Three paths at months 0 and 6: 1.0 and (0.2, 0.4, 0.9). Mean 0.5; numpy's 5 % quantile is
        // 0.2 + 0.1 * 0.2 = 0.22, the 95 % quantile 0.4 + 0.9 * 0.5 = 0.85.
        let paths: [f64; 6] = [1.0, 0.2, 1.0, 0.4, 1.0, 0.9];
        let curve = summarise(
            &[MemberPaths {
                paths: &paths,
                weight: 1.0,
            }],
            &[0.0, 6.0],
            0.9,
        );
        assert_eq!(
            curve[0],
            SurvivalPoint {
                months: 0.0,
                alive: 1.0,
                low: 1.0,
                high: 1.0
            }
        );
        let SurvivalPoint {
            alive, low, high, ..
        } = curve[1];
        assert!(
            (alive - 0.5).abs() < 1e-12
                && (low - 0.22).abs() < 1e-12
                && (high - 0.85).abs() < 1e-12
        );
    }

    #[test]
    fn what_is_not_a_survival_curve_is_refused() {
        assert!(check_paths(&[1.0, 0.5, 1.0, 0.0], 2).is_ok());
        for bad in [
            [1.0, f32::NAN],
            [1.0, f32::INFINITY],
            [1.0, -0.1],
            [0.9, 0.5],
            [1.0, 1.1],
        ] {
            let error = check_paths(&[1.0, 0.5, bad[0], bad[1]], 2).unwrap_err();
            assert_eq!(error.code(), "output", "{bad:?}");
        }
    }

    proptest! {
        /// Any falling paths of any two members: points and both ends fall and stay within 0 to 1.
        #[test]
        fn every_line_of_the_forecast_falls(
            drops in prop::collection::vec(prop::collection::vec(0.0f64..=1.0, 5), 2..12),
            split in 1usize..11, weight in 0.01f64..10.0, level in 0.05f64..0.99,
        ) {
            let paths: Vec<f64> = drops.iter().flat_map(|drops| {
                let mut alive = 1.0;
                drops.iter().map(move |keep| { alive *= keep; alive }).collect::<Vec<_>>()
            }).collect();
            let (first, second) = paths.split_at(split.min(drops.len() - 1) * 5);
            let members = [MemberPaths { paths: first, weight: 1.0 }, MemberPaths { paths: second, weight }];
            let curve = summarise(&members, &[1.0, 3.0, 6.0, 12.0, 24.0], level);
            for point in &curve {
                prop_assert!(0.0 <= point.low && point.low <= point.alive);
                prop_assert!(point.alive <= point.high && point.high <= 1.0);
            }
            for pair in curve.windows(2) {
                prop_assert!(pair[1].alive <= pair[0].alive);
                prop_assert!(pair[1].low <= pair[0].low && pair[1].high <= pair[0].high);
            }
        }

        /// Without the tidying hand, the weighted quantile itself never rises when every path falls.
        #[test]
        fn the_weighted_quantile_is_monotone(
            pairs in prop::collection::vec((0.0f64..1.0, 0.0f64..=1.0, 0.01f64..5.0), 1..20), share in 0.0f64..=1.0,
        ) {
            let sort = |mut column: Vec<(f64, f64)>| {
                column.sort_by(|first, second| first.0.total_cmp(&second.0));
                column
            };
            let earlier = sort(pairs.iter().map(|(alive, _, weight)| (*alive, *weight)).collect());
            let later = sort(pairs.iter().map(|(alive, keep, weight)| (alive * keep, *weight)).collect());
            prop_assert!(quantile(&later, share) <= quantile(&earlier, share) + 1e-12);
        }
    }
}
