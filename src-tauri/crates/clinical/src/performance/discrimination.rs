//! Whether those who die earlier have the higher risk. Ties in risk count one half.

use super::{
    NotEstimable,
    weighting::{Answer, AtHorizon, Ranks, Sample},
};

/// Cumulative/dynamic area under the curve at a horizon (Uno et al. 2007,
/// doi:10.1198/016214507000000149): the probability that somebody who died by the horizon has a higher
/// risk than somebody alive at it.
pub(super) fn auc(sample: &Sample<'_>, horizon: &AtHorizon, risk: &Ranks) -> Answer {
    horizon.mixed()?;
    let mut by_rank = vec![(0.0, 0.0); risk.distinct.len()];
    for (position, rank) in risk.of.iter().enumerate() {
        let (dead, alive) = sample.counts(position, horizon);
        let sums = &mut by_rank[*rank as usize];
        *sums = (sums.0 + dead, sums.1 + alive);
    }
    let (mut all_dead, mut all_alive, mut higher) = (0.0, 0.0, 0.0);
    for (dead, alive) in by_rank {
        higher += dead * (all_alive + alive / 2.0);
        all_dead += dead;
        all_alive += alive;
    }
    Ok(share(higher, all_dead * all_alive))
}

/// Rounding must not lead out of 0 to 1.
fn share(higher: f64, pairs: f64) -> f64 {
    (higher / pairs).min(1.0)
}

/// Both kinds of concordance.
pub(super) struct Concordance {
    /// Harrell's C (Harrell et al. 1982, doi:10.1001/jama.1982.03320430047030).
    pub(super) harrell: Answer,
    /// Uno's C (Uno et al. 2011, doi:10.1002/sim.4154).
    pub(super) uno: Answer,
}

/// Of two patients it is known who died first if the one with the shorter follow-up died, or, with equal
/// follow-up, if one of them only died. Uno's C counts those whose earlier death lies before `tau` and
/// weighs them by 1/G(X-)²; it is refused where follow-up ends before `tau`.
pub(super) fn concordance(sample: &Sample<'_>, tau: u32, risk: &Ranks) -> Concordance {
    let patients = sample.patients;
    let last = f64::from(tau);
    let mut later = Later::new(risk.distinct.len());
    let (mut higher_twice, mut pairs) = (0u64, 0u64);
    let (mut weighted_higher, mut weighted_pairs) = (0.0, 0.0);
    let mut end = patients.len();
    while end > 0 {
        // Everybody with the same follow-up: the dead are first.
        let months = patients.months[end - 1];
        let start = patients.months[..end].partition_point(|time| *time < months);
        let living = start + patients.died[start..end].partition_point(|died| *died);
        let add = |position: usize, later: &mut Later| {
            later.add(risk.of[position], sample.weights[position]);
        };
        (living..end).for_each(|position| add(position, &mut later));
        for position in start..living {
            let weight = u64::from(sample.weights[position]);
            if weight == 0 || later.all == 0 {
                continue;
            }
            let twice = weight * later.lower_twice(risk.of[position]);
            let compared = weight * later.all;
            higher_twice += twice;
            pairs += compared;
            if months < last {
                let squared = sample.inverse[position].powi(2);
                weighted_higher += squared * (twice as f64 / 2.0);
                weighted_pairs += squared * compared as f64;
            }
        }
        (start..living).for_each(|position| add(position, &mut later));
        end = start;
    }
    let answer = |higher: f64, pairs: f64| match pairs > 0.0 {
        true => Ok(share(higher, pairs)),
        false => Err(NotEstimable::NoComparablePairs),
    };
    Concordance {
        harrell: answer(higher_twice as f64 / 2.0, pairs as f64),
        uno: sample
            .at(tau)
            .died
            .and_then(|_| answer(weighted_higher, weighted_pairs)),
    }
}

/// How many with a longer follow-up there are by rank of risk: a tree of partial sums (Fenwick 1994,
/// doi:10.1002/spe.4380240306).
struct Later {
    tree: Vec<u64>,
    all: u64,
}

impl Later {
    fn new(ranks: usize) -> Later {
        Later {
            tree: vec![0; ranks + 1],
            all: 0,
        }
    }

    fn add(&mut self, rank: u32, weight: u32) {
        if weight == 0 {
            return;
        }
        self.all += u64::from(weight);
        let mut node = rank as usize + 1;
        while node < self.tree.len() {
            self.tree[node] += u64::from(weight);
            node += node & node.wrapping_neg();
        }
    }

    /// How many have a rank below `ranks`.
    fn below(&self, ranks: usize) -> u64 {
        let mut node = ranks;
        let mut sum = 0;
        while node > 0 {
            sum += self.tree[node];
            node &= node - 1;
        }
        sum
    }

    /// Twice those below a rank, and once those at it.
    fn lower_twice(&self, rank: u32) -> u64 {
        let rank = rank as usize;
        self.below(rank) + self.below(rank + 1)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::{super::Outcomes, super::weighting::Patients, *};

    fn of(months: &[f64], died: &[bool], risk: &[f64]) -> (Answer, Answer, Answer) {
        let outcomes = Outcomes::new(months.to_vec(), died.to_vec()).unwrap();
        let patients = Patients::new(&outcomes);
        let ranks = Ranks::new(&patients.in_order(risk));
        let sample = Sample::new(&patients, vec![1; months.len()]);
        let both = concordance(&sample, 3, &ranks);
        (auc(&sample, &sample.at(3), &ranks), both.harrell, both.uno)
    }

    #[test]
    fn a_tie_in_risk_counts_one_half() {
        let died = [true, true, false, false];
        let (auc, harrell, uno) = of(&[1.0, 2.0, 5.0, 6.0], &died, &[2.0, 1.0, 1.0, 0.0]);
        assert_eq!(auc, Ok(3.5 / 4.0));
        assert_eq!(harrell, Ok(4.5 / 5.0));
        assert_eq!(uno, Ok(4.5 / 5.0));
    }

    #[test]
    fn what_nobody_can_tell_is_a_reason() {
        let risk = [1.0, 2.0];
        let (auc, harrell, uno) = of(&[1.0, 2.0], &[true, false], &risk);
        assert_eq!(auc, Err(NotEstimable::AllCensoredBeforeHorizon));
        assert_eq!(harrell, Ok(0.0));
        assert_eq!(uno, Err(NotEstimable::AllCensoredBeforeHorizon));
        let (auc, harrell, _) = of(&[4.0, 4.0], &[false, false], &risk);
        assert_eq!(auc, Err(NotEstimable::NobodyDied));
        assert_eq!(harrell, Err(NotEstimable::NoComparablePairs));
        let (auc, ..) = of(&[1.0, 2.0], &[true, true], &risk);
        assert_eq!(auc, Err(NotEstimable::NobodyAlive));
    }
}
