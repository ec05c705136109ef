//! The numbers of one cell: draws of the level and the effect for the kind of patient, and quantiles
//! over them.

use super::{
    PatientPaths,
    file::{Cell, Factor, Level, Link},
};
use crate::survival::quantile;
use clinical::{
    assessment::{
        BenefitComparison, BenefitEstimate, BenefitInterval, BenefitOutcome, Better,
        EntryCriterion, OutcomeId,
    },
    conditions::{KnownFacts, Truth},
};

/// What the option may bring to a patient whom the evidence covers.
pub(super) fn estimate(
    cell: &Cell,
    level: &Level,
    outcome: &BenefitOutcome,
    facts: &impl KnownFacts,
    paths: PatientPaths<'_>,
    criteria: Vec<EntryCriterion>,
) -> BenefitEstimate {
    let link = level.link;
    let base = with_slopes(level, facts);
    let own: Vec<Possible<'_>> = level
        .factors
        .iter()
        .map(|one| possible(one, facts))
        .collect();
    let extra: Vec<Possible<'_>> = cell
        .option_factors
        .iter()
        .map(|one| possible(one, facts))
        .collect();
    let draws = 0..base.len();
    let effect = |draw: usize| cell.effect.as_ref().map_or(0.0, |effect| effect[draw]);
    let reference: Vec<f64> = draws
        .clone()
        .map(|draw| base[draw] + placed(&own, draw))
        .collect();
    let chance: Vec<f64> = draws
        .clone()
        .map(|draw| link.probability(reference[draw] + effect(draw) + placed(&extra, draw)))
        .collect();
    let wanted = |chance: f64| match outcome.better {
        Better::More => chance,
        Better::Less => 1.0 - chance,
    };
    let alive_and = (outcome.id != OutcomeId::DeathIn30Days).then(|| {
        let both = |draw: usize, alive: f64| alive * wanted(chance[draw % chance.len()]);
        interval(paths.weighted(outcome.months, both), paths.interval_level)
    });
    let against = cell.comparator.map(|option| {
        let differences = draws
            .clone()
            .map(|draw| chance[draw] - link.probability(reference[draw]))
            .map(|difference| (difference, 1.0));
        let gains: Vec<f64> = draws
            .clone()
            .map(|draw| mean_difference(link, base[draw], effect(draw), (&own, &extra), draw))
            .map(|difference| match outcome.better {
                Better::More => difference,
                Better::Less => -difference,
            })
            .collect();
        let share = |counts: &dyn Fn(f64) -> bool| {
            gains.iter().filter(|gain| counts(**gain)).count() as f64 / gains.len() as f64
        };
        BenefitComparison {
            option,
            difference: interval(differences.collect(), paths.interval_level),
            likelihood_of_benefit: share(&|gain| gain > outcome.minimal_difference),
            likelihood_of_harm: share(&|gain| gain < -outcome.minimal_difference),
        }
    });
    BenefitEstimate {
        evidence: cell.kind,
        recalled: cell.recalled,
        probability: interval(
            chance.iter().map(|chance| (*chance, 1.0)).collect(),
            paths.interval_level,
        ),
        alive_and,
        against,
        criteria,
        citations: cell.citations.clone(),
        beside: cell.beside.clone(),
    }
}

/// The level's value in each draw, with what the known numbers add.
fn with_slopes(level: &Level, facts: &impl KnownFacts) -> Vec<f64> {
    let mut value = level.value.clone();
    for slope in &level.slopes {
        let known = facts
            .known(&slope.feature)
            .and_then(|value| value.as_number());
        let known = known
            .filter(|number| number.is_finite())
            .unwrap_or(slope.centre);
        let distance = known.clamp(slope.least, slope.most) - slope.centre;
        for (value, coefficient) in value.iter_mut().zip(&slope.coefficient) {
            *value += coefficient * distance;
        }
    }
    value
}

/// The kinds of one factor that the patient may be of: one where the facts settle it.
struct Possible<'a> {
    factor: &'a Factor,
    kinds: Vec<usize>,
}

fn possible<'a>(factor: &'a Factor, facts: &impl KnownFacts) -> Possible<'a> {
    let truths: Vec<Truth> = factor
        .levels
        .iter()
        .map(|kind| kind.when.judge(facts))
        .collect();
    let kinds = match truths.iter().position(|truth| *truth == Truth::True) {
        Some(settled) => vec![settled],
        None => {
            let open = |kind: &usize| matches!(truths[*kind], Truth::Unknown(_));
            let open: Vec<usize> = (0..truths.len()).filter(open).collect();
            if open.is_empty() {
                (0..truths.len()).collect()
            } else {
                open
            }
        }
    };
    Possible { factor, kinds }
}

impl Possible<'_> {
    /// Coefficient and share of each kind in one draw; the shares add up to 1.
    fn in_draw(&self, draw: usize) -> impl Iterator<Item = (f64, f64)> + '_ {
        let share = move |kind: &usize| self.factor.levels[*kind].share[draw];
        let total: f64 = self.kinds.iter().map(share).sum();
        self.kinds.iter().map(move |kind| {
            (
                self.factor.levels[*kind].coefficient[draw],
                share(kind) / total,
            )
        })
    }

    /// The coefficient of the kind where the draw's uniform number places the patient.
    fn placed(&self, draw: usize) -> f64 {
        let mut below = 0.0;
        let mut last = 0.0;
        for (coefficient, share) in self.in_draw(draw) {
            last = coefficient;
            below += share;
            if self.factor.uniform[draw] < below {
                break;
            }
        }
        last
    }
}

fn placed(factors: &[Possible<'_>], draw: usize) -> f64 {
    factors.iter().map(|factor| factor.placed(draw)).sum()
}

/// The mean effect for such patients in one draw: over every kind that the blanks leave open.
fn mean_difference(
    link: Link,
    base: f64,
    effect: f64,
    (own, extra): (&[Possible<'_>], &[Possible<'_>]),
    draw: usize,
) -> f64 {
    let mut kinds = vec![(base, base + effect, 1.0)];
    for (position, factor) in own.iter().chain(extra).enumerate() {
        let shared = position < own.len();
        kinds = kinds
            .iter()
            .flat_map(|(without, with_option, weight)| {
                factor.in_draw(draw).map(move |(coefficient, share)| {
                    let without = without + if shared { coefficient } else { 0.0 };
                    (without, with_option + coefficient, weight * share)
                })
            })
            .collect();
    }
    let difference =
        |without, with_option| link.probability(with_option) - link.probability(without);
    kinds
        .iter()
        .map(|(without, with_option, weight)| weight * difference(*without, *with_option))
        .sum()
}

impl Link {
    fn probability(self, number: f64) -> f64 {
        match self {
            Link::Logit => 1.0 / (1.0 + (-number).exp()),
            Link::ComplementaryLogLog => -(-number.exp()).exp_m1(),
        }
    }
}

impl PatientPaths<'_> {
    /// `of` each path's number and its probability of being alive at a month, straight between the
    /// months of the grid, with the path's weight.
    fn weighted(&self, months: f64, of: impl Fn(usize, f64) -> f64) -> Vec<(f64, f64)> {
        let after = self.grid.partition_point(|month| *month < months);
        let (before, after) = (after.saturating_sub(1), after.min(self.grid.len() - 1));
        let width = self.grid[after] - self.grid[before];
        let share = if width > 0.0 {
            (months - self.grid[before]) / width
        } else {
            0.0
        };
        let share = share.clamp(0.0, 1.0);
        let mut found = Vec::new();
        for member in self.members {
            let paths = member.paths.chunks_exact(self.grid.len());
            let weight = member.weight / paths.len() as f64;
            found.extend(paths.enumerate().map(|(number, path)| {
                let (first, second) = (f64::from(path[before]), f64::from(path[after]));
                let alive = (first + share * (second - first)).clamp(0.0, 1.0);
                (of(number, alive), weight)
            }));
        }
        found
    }

    pub(super) fn mean(&self, months: f64) -> f64 {
        mean(&self.weighted(months, |_, alive| alive))
    }
}

fn mean(weighted: &[(f64, f64)]) -> f64 {
    let total: f64 = weighted.iter().map(|(_, weight)| weight).sum();
    weighted
        .iter()
        .map(|(value, weight)| value * weight)
        .sum::<f64>()
        / total
}

/// Mean, and quantiles as those of the forecast; the interval reaches to the mean where draws heap.
fn interval(mut weighted: Vec<(f64, f64)>, level: f64) -> BenefitInterval {
    let point = mean(&weighted);
    weighted.sort_unstable_by(|first, second| first.0.total_cmp(&second.0));
    let tail = (1.0 - level) / 2.0;
    BenefitInterval {
        point,
        low: quantile(&weighted, tail).min(point),
        high: quantile(&weighted, 1.0 - tail).max(point),
    }
}
