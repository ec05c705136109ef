//! Resamples of the patients, on all cores, and the intervals that they give.

use super::{ComparisonError, Interval};
use std::{
    sync::{
        atomic::{AtomicBool, AtomicU32, Ordering},
        mpsc,
    },
    thread,
};

/// Share of the resamples inside an interval.
pub(super) const INTERVAL_LEVEL: f64 = 0.95;

/// Resamples below which no interval is given: one of 40 lies beyond each end.
const FEWEST: usize = 40;

/// Share of the resamples that must give a figure for its interval.
const ENOUGH: f64 = 0.95;

/// What `figures` says about each resample, in order. A resample is how often each of `patients` was
/// drawn; it depends on the seed and its number only, not on the thread that draws it. `progress` is told
/// the share that is done and ends everything by answering `false`.
pub(super) fn resamples<T: Send>(
    (patients, bootstraps, seed): (usize, u32, u64),
    threads: usize,
    figures: impl Fn(Vec<u32>) -> T + Sync,
    progress: &mut dyn FnMut(f64) -> bool,
) -> Result<Vec<T>, ComparisonError> {
    let next = AtomicU32::new(0);
    let stopped = AtomicBool::new(false);
    let (done, results) = mpsc::channel();
    let work = |done: mpsc::Sender<(u32, T)>| {
        let (next, stopped, figures) = (&next, &stopped, &figures);
        move || {
            while !stopped.load(Ordering::Relaxed) {
                let number = next.fetch_add(1, Ordering::Relaxed);
                if number >= bootstraps {
                    break;
                }
                let weights = SplitMix::stream(seed, number).resample(patients);
                if done.send((number, figures(weights))).is_err() {
                    break;
                }
            }
        }
    };
    let mut numbered = Vec::new();
    thread::scope(|scope| {
        for _ in 0..threads.min(bootstraps as usize) {
            scope.spawn(work(done.clone()));
        }
        drop(done);
        for result in results {
            numbered.push(result);
            if !progress(numbered.len() as f64 / f64::from(bootstraps)) {
                stopped.store(true, Ordering::Relaxed);
                return Err(ComparisonError::Cancelled);
            }
        }
        Ok(())
    })?;
    numbered.sort_by_key(|(number, _)| *number);
    Ok(numbered.into_iter().map(|(_, result)| result).collect())
}

/// The percentile interval of a figure over the resamples; those that did not give it are `None`. `None`
/// where fewer than 95 % of them, or fewer than 40, did.
pub(super) fn interval(figures: impl Iterator<Item = Option<f64>>) -> Option<Interval> {
    let mut all = 0;
    let mut given: Vec<f64> = figures.inspect(|_| all += 1).flatten().collect();
    if given.len() < FEWEST || (given.len() as f64) < ENOUGH * f64::from(all) {
        return None;
    }
    given.sort_by(f64::total_cmp);
    let outside = (1.0 - INTERVAL_LEVEL) / 2.0;
    Some(Interval {
        low: quantile(&given, outside),
        high: quantile(&given, 1.0 - outside),
    })
}

/// Definition 7 of Hyndman and Fan 1996 (doi:10.1080/00031305.1996.10473566), of values in rising order.
fn quantile(values: &[f64], share: f64) -> f64 {
    let place = share * (values.len() - 1) as f64;
    let below = values[place.floor() as usize];
    let above = values[place.ceil() as usize];
    below + (above - below) * place.fract()
}

/// Random numbers that are the same in every run (Steele, Lea and Flood 2014,
/// doi:10.1145/2714064.2660195).
struct SplitMix(u64);

impl SplitMix {
    /// One of the streams of a seed: each starts at a place of its own.
    fn stream(seed: u64, number: u32) -> SplitMix {
        let seeded = SplitMix(seed).next();
        SplitMix(SplitMix(seeded ^ u64::from(number)).next())
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ self.0 >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ mixed >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ mixed >> 31
    }

    /// How often each patient is drawn when as many are drawn with replacement as there are. The bias of
    /// the product is far below what 64 bits show.
    fn resample(&mut self, patients: usize) -> Vec<u32> {
        let mut weights = vec![0; patients];
        for _ in 0..patients {
            let drawn = (u128::from(self.next()) * patients as u128) >> 64;
            weights[drawn as usize] += 1;
        }
        weights
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn resamples_are_the_same_for_any_number_of_threads() {
        let draw =
            |threads| resamples((50, 60, 7), threads, |weights| weights, &mut |_| true).unwrap();
        let one = draw(1);
        assert_eq!(one.len(), 60);
        assert!(one.iter().all(|weights| weights.iter().sum::<u32>() == 50));
        assert!(one.windows(2).all(|pair| pair[0] != pair[1]));
        assert_eq!(one, draw(5));
        let other = resamples((50, 60, 8), 2, |weights| weights, &mut |_| true).unwrap();
        assert!(one.iter().all(|weights| !other.contains(weights)));
    }

    #[test]
    fn everybody_is_drawn_equally_often() {
        let drawn = resamples((10, 2000, 1), 2, |weights| weights, &mut |_| true).unwrap();
        for patient in 0..10 {
            let times: u32 = drawn.iter().map(|weights| weights[patient]).sum();
            // Five standard deviations of a binomial count of 20,000 draws.
            assert!((f64::from(times) - 2000.0).abs() < 212.0, "{times}");
        }
    }

    #[test]
    fn progress_rises_and_can_end_it() {
        let mut told = Vec::new();
        let all = resamples((5, 9, 1), 3, |_| (), &mut |share| {
            told.push(share);
            true
        });
        assert_eq!(all, Ok(vec![(); 9]));
        assert!(told.is_sorted() && told.last() == Some(&1.0));
        let ended = resamples((5, 9, 1), 3, |_| (), &mut |share| share < 0.3);
        assert_eq!(ended, Err(ComparisonError::Cancelled));
    }

    #[test]
    fn an_interval_needs_enough_resamples() {
        let values = |count: u32| (0..count).map(|value| Some(f64::from(value)));
        let whole = interval(values(201)).unwrap();
        assert!((whole.low - 5.0).abs() < 1e-9 && (whole.high - 195.0).abs() < 1e-9);
        assert_eq!(interval(values(39)), None);
        assert!(interval(values(95).chain([None; 5])).is_some());
        assert_eq!(interval(values(94).chain([None; 6])), None);
    }
}
