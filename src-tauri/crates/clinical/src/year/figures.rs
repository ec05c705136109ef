//! Shares and middles with the number that they rest on.

use serde::Serialize;
use ts_rs::TS;

/// Fewer than so many say too little for a share or a middle to be shown. A rule of display, not from a paper.
pub const LEAST_OF_A_SHARE: u32 = 10;

/// So many of so many.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, TS)]
pub struct Share {
    pub count: u32,
    pub of: u32,
}

impl Share {
    /// 0 to 1; none where they are too few to say.
    pub fn value(self) -> Option<f64> {
        (self.of >= LEAST_OF_A_SHARE).then(|| f64::from(self.count) / f64::from(self.of))
    }
}

/// The middle of numbers, and between which the middle half lies.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, TS)]
pub struct Spread {
    pub n: u32,
    pub lower_quartile: f64,
    pub median: f64,
    pub upper_quartile: f64,
}

impl Spread {
    /// None without any number. Quartiles are interpolated between ordered values (definition 7 of Hyndman and Fan 1996,
    /// doi:10.1080/00031305.1996.10473566).
    pub fn of(values: impl IntoIterator<Item = f64>) -> Option<Spread> {
        let mut sorted: Vec<f64> = values
            .into_iter()
            .filter(|value| value.is_finite())
            .collect();
        sorted.sort_by(f64::total_cmp);
        let last = sorted.len().checked_sub(1)?;
        let at = |share: f64| {
            let place = share * last as f64;
            let below = place.floor() as usize;
            let above = (below + 1).min(last);
            sorted[below] + (sorted[above] - sorted[below]) * (place - below as f64)
        };
        Some(Spread {
            n: super::count(sorted.len()),
            lower_quartile: at(0.25),
            median: at(0.5),
            upper_quartile: at(0.75),
        })
    }

    /// Whether they are enough to be shown.
    pub fn is_shown(&self) -> bool {
        self.n >= LEAST_OF_A_SHARE
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn quartiles_are_those_of_r_by_default() {
        // quantile(c(1, 2, 4, 7, 11, 20), c(.25, .5, .75)) in R: 2.5, 5.5, 10.
        let spread = Spread::of([20.0, 1.0, 7.0, 2.0, 11.0, 4.0]).unwrap();
        assert_eq!(
            (
                spread.n,
                spread.lower_quartile,
                spread.median,
                spread.upper_quartile
            ),
            (6, 2.5, 5.5, 10.0)
        );
        assert_eq!(Spread::of([]), None);
        assert_eq!(Spread::of([3.0]).unwrap().median, 3.0);
    }

    #[test]
    fn a_share_of_few_has_no_value() {
        let share = |count, of| Share { count, of }.value();
        assert_eq!((share(0, 0), share(9, 9)), (None, None));
        assert_eq!(share(4, 10), Some(0.4));
    }

    proptest! {
        #[test]
        fn quartiles_are_in_order_and_within_the_values(values in prop::collection::vec(-1e6f64..1e6, 1..60)) {
            let spread = Spread::of(values.iter().copied()).unwrap();
            let least = values.iter().copied().fold(f64::INFINITY, f64::min);
            let most = values.iter().copied().fold(f64::NEG_INFINITY, f64::max);
            let order = [least, spread.lower_quartile, spread.median, spread.upper_quartile, most];
            prop_assert!(order.is_sorted(), "{order:?}");
        }
    }
}
