//! What a game is worth over all its subsets, seen at some of them: a straight part for every player
//! and, around it, a smooth surface that knows how subsets hang together (a Gaussian process with
//! explicit basis functions: Rasmussen and Williams 2006, Gaussian Processes for Machine Learning,
//! section 2.7, ISBN 026218253X). Two subsets are the more alike the fewer players part them, so that
//! interactions count the less the more players they take; how fast, the likelihood decides. The
//! Shapley values of such a surface are sums over the subsets that were seen.

use super::{Subset, shares};

/// What one parting player leaves of the likeness is (1 - r) / (1 + r) for one of these r.
const PARTINGS: [f64; 6] = [0.03, 0.06, 0.12, 0.2, 0.3, 0.45];

/// Keeps the covariances of subsets that say nearly the same apart, relative to the variance.
const NUGGET: f64 = 1e-9;

/// A surface through values without any residual is known this well.
const LEAST_VARIANCE: f64 = 1e-24;

/// Shapley values with their largest standard deviation.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Estimate {
    pub(super) amounts: Vec<f64>,
    pub(super) standard_deviation: f64,
}

/// The Shapley values of the likeliest surface through `seen`: subsets with their values, more than
/// `players` + 1 of them.
pub(super) fn estimate(players: usize, seen: &[(Subset, f64)]) -> Estimate {
    let surfaces = PARTINGS.map(|parting| Surface::through(players, seen, parting));
    let likeliest = surfaces
        .iter()
        .max_by(|first, second| first.log_likelihood.total_cmp(&second.log_likelihood));
    likeliest.map_or_else(
        || Estimate {
            amounts: vec![0.0; players],
            standard_deviation: f64::INFINITY,
        },
        |surface| surface.shapley(players, seen),
    )
}

struct Surface {
    parting: f64,
    /// Cholesky factors of the covariance of the values seen, and of the straight part's precision.
    covariance: Lower,
    precision: Lower,
    /// The factor's inverse times the basis, one row per basis function.
    whitened_basis: Vec<Vec<f64>>,
    coefficients: Vec<f64>,
    /// Weights of the values seen in the surface beside the straight part.
    pulls: Vec<f64>,
    variance: f64,
    log_likelihood: f64,
}

impl Surface {
    fn through(players: usize, seen: &[(Subset, f64)], parting: f64) -> Surface {
        let likeness: Vec<f64> = (0..=players)
            .map(|apart| likeness(players, apart, parting))
            .collect();
        let covariance = Lower::factor(seen.len(), |row, column| {
            let apart = (seen[row].0 ^ seen[column].0).count_ones() as usize;
            let nugget = if row == column { NUGGET } else { 0.0 };
            likeness[apart] + nugget * likeness[0]
        });
        let values: Vec<f64> = seen.iter().map(|(_, value)| *value).collect();
        let whitened = covariance.solve(&values);
        let basis = |function: usize| -> Vec<f64> {
            let subsets = seen.iter().map(|(subset, _)| *subset);
            match function.checked_sub(1) {
                None => vec![1.0; seen.len()],
                Some(player) => subsets.map(|subset| sign(subset, player)).collect(),
            }
        };
        let whitened_basis: Vec<Vec<f64>> = (0..=players)
            .map(|function| covariance.solve(&basis(function)))
            .collect();
        let precision = Lower::factor(players + 1, |row, column| {
            dot(&whitened_basis[row], &whitened_basis[column])
        });
        let moments: Vec<f64> = whitened_basis
            .iter()
            .map(|function| dot(function, &whitened))
            .collect();
        let coefficients = precision.solve_transposed(precision.solve(&moments));
        let residuals: Vec<f64> = (0..seen.len())
            .map(|at| {
                let straight = whitened_basis.iter().zip(&coefficients);
                whitened[at]
                    - straight
                        .map(|(function, coefficient)| function[at] * coefficient)
                        .sum::<f64>()
            })
            .collect();
        let free = (seen.len() - players - 1) as f64;
        let variance = (dot(&residuals, &residuals) / free).max(LEAST_VARIANCE);
        let log_likelihood = -0.5 * free * variance.ln()
            - covariance.log_determinant_half()
            - precision.log_determinant_half();
        Surface {
            parting,
            pulls: covariance.solve_transposed(residuals),
            covariance,
            precision,
            whitened_basis,
            coefficients,
            variance,
            log_likelihood,
        }
    }

    fn shapley(&self, players: usize, seen: &[(Subset, f64)]) -> Estimate {
        let reach = reach(players, self.parting);
        let own_share = shares(players);
        let before: f64 = (0..players)
            .map(|members| choose(players - 1, members) * own_share[members] * reach[members])
            .sum();
        let mut amounts = Vec::with_capacity(players);
        let mut largest = 0.0_f64;
        for player in 0..players {
            // How the amount hangs together with each value seen.
            let ties: Vec<f64> = seen
                .iter()
                .map(|(subset, _)| {
                    let others = (subset & !(1 << player)).count_ones() as usize;
                    2.0 * self.parting * sign(*subset, player) * reach[others]
                })
                .collect();
            amounts.push(2.0 * self.coefficients[player + 1] + dot(&ties, &self.pulls));
            let whitened = self.covariance.solve(&ties);
            let mut unsettled: Vec<f64> = self
                .whitened_basis
                .iter()
                .map(|function| -dot(function, &whitened))
                .collect();
            unsettled[player + 1] += 2.0;
            let unsettled = self.precision.solve(&unsettled);
            let variance = 4.0 * self.parting * before - dot(&whitened, &whitened)
                + dot(&unsettled, &unsettled);
            largest = largest.max(variance * self.variance);
        }
        Estimate {
            amounts,
            standard_deviation: largest.sqrt(),
        }
    }
}

/// +1 where the player is in the subset, else -1.
fn sign(subset: Subset, player: usize) -> f64 {
    if subset >> player & 1 == 1 { 1.0 } else { -1.0 }
}

/// The covariance of two subsets that so many of the players part.
fn likeness(players: usize, apart: usize, parting: f64) -> f64 {
    (1.0 + parting).powi((players - apart) as i32) * (1.0 - parting).powi(apart as i32)
}

/// By how many other players a seen subset has: its likeness to the subsets that a player joins,
/// weighted as the Shapley value weighs them.
fn reach(players: usize, parting: f64) -> Vec<f64> {
    let share = shares(players);
    let others = players - 1;
    (0..players)
        .map(|members| {
            let mut sum = 0.0;
            for inside in 0..=members {
                for outside in 0..=others - members {
                    let apart = members - inside + outside;
                    sum += choose(members, inside)
                        * choose(others - members, outside)
                        * share[inside + outside]
                        * likeness(others, apart, parting);
                }
            }
            sum
        })
        .collect()
}

fn choose(from: usize, taken: usize) -> f64 {
    (0..taken)
        .map(|at| (from - at) as f64 / (at + 1) as f64)
        .product()
}

fn dot(first: &[f64], second: &[f64]) -> f64 {
    first.iter().zip(second).map(|(a, b)| a * b).sum()
}

/// A lower triangle L, the Cholesky factor of a covariance L L'; rows one after the other.
struct Lower {
    rows: Vec<Vec<f64>>,
}

impl Lower {
    /// Of the symmetric matrix with these entries; what rounding makes of a pivot is held above zero.
    fn factor(size: usize, entry: impl Fn(usize, usize) -> f64) -> Lower {
        let mut rows: Vec<Vec<f64>> = Vec::with_capacity(size);
        for row in 0..size {
            let mut own: Vec<f64> = Vec::with_capacity(row + 1);
            for column in 0..row {
                let above = &rows[column];
                let rest = entry(row, column) - dot(&own, &above[..column]);
                own.push(rest / above[column]);
            }
            let diagonal = entry(row, row);
            let pivot = diagonal - dot(&own, &own);
            own.push(pivot.max(NUGGET * NUGGET * diagonal).sqrt());
            rows.push(own);
        }
        Lower { rows }
    }

    /// L⁻¹ b.
    fn solve(&self, right: &[f64]) -> Vec<f64> {
        let mut solved: Vec<f64> = Vec::with_capacity(right.len());
        for (row, value) in self.rows.iter().zip(right) {
            let at = solved.len();
            solved.push((value - dot(&solved, &row[..at])) / row[at]);
        }
        solved
    }

    /// L'⁻¹ b.
    fn solve_transposed(&self, mut right: Vec<f64>) -> Vec<f64> {
        for at in (0..right.len()).rev() {
            let row = &self.rows[at];
            right[at] /= row[at];
            let own = right[at];
            for (rest, factor) in right[..at].iter_mut().zip(row) {
                *rest -= own * factor;
            }
        }
        right
    }

    /// Half the logarithm of the determinant of L L'.
    fn log_determinant_half(&self) -> f64 {
        let diagonal = self.rows.iter().enumerate();
        diagonal.map(|(at, row)| row[at].ln()).sum()
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn a_factor_solves_its_equations() {
        let matrix = [[4.0, 2.0, 0.6], [2.0, 5.0, 1.0], [0.6, 1.0, 3.0]];
        let lower = Lower::factor(3, |row, column| matrix[row][column]);
        let right = [1.0, -2.0, 0.5];
        let solved = lower.solve_transposed(lower.solve(&right));
        for (row, value) in matrix.iter().zip(right) {
            assert!((dot(row, &solved) - value).abs() < 1e-12);
        }
        // 4 (15 - 1) - 2 (6 - 0.6) + 0.6 (2 - 3) = 44.6
        assert!((lower.log_determinant_half() - 44.6_f64.ln() / 2.0).abs() < 1e-12);
    }

    /// The closed form against all pairs of subsets, one by one.
    #[test]
    fn reach_is_what_enumeration_finds() {
        let (players, parting) = (5, 0.2);
        let share = shares(players);
        let found = reach(players, parting);
        for seen in 0u64..16 {
            let sum: f64 = (0u64..16)
                .map(|joined| {
                    let apart = (joined ^ seen).count_ones() as usize;
                    share[joined.count_ones() as usize] * likeness(4, apart, parting)
                })
                .sum();
            assert!((found[seen.count_ones() as usize] - sum).abs() < 1e-12);
        }
    }

    /// A straight game needs no surface, and nothing about it is unsure.
    #[test]
    fn a_straight_game_is_known_from_a_few_subsets() {
        let own = [0.3, -0.8, 0.1, 0.0];
        let value = |subset: Subset| {
            let inside = own
                .iter()
                .enumerate()
                .filter(|(at, _)| subset >> at & 1 == 1);
            1.5 + inside.map(|(_, amount)| amount).sum::<f64>()
        };
        let seen = [0, 15, 1, 2, 4, 8, 7].map(|subset| (subset, value(subset)));
        let found = estimate(4, &seen);
        for (found, own) in found.amounts.iter().zip(own) {
            assert!((found - own).abs() < 1e-9);
        }
        assert!(found.standard_deviation < 1e-9);
    }
}
