"""How a centre's patients move a pack: two numbers by maximum a posteriori on real censored times, and a narrower spread.

With H_is(t) = cumulative hazard of patient i on path s and m_i(t) = mean over the paths of ln H_is(t):

    ln H'_is(t) = shift + (slope - 1) (m_i(12) - middle) + (1 - spread) m_i(t) + spread ln H_is(t)

`middle` = mean of m_i(12) over the centre's patients. shift ~ N(0, centre SD), slope ~ N(1, 0.2). For 0 <= spread <= 1 the
right side is a constant plus a weighted mean of functions that never fall, so that no path of survival rises, whatever the
slope. With proportional hazards the slope is that of m_i(t) around its mean curve at every t.

What the centre taught about itself leaves the spread: spread^2 = (v - centre SD^2 + SD(shift)^2) / v, v = mean variance of
the paths of ln H(12). Likelihood: the shown curve (mean over the paths), log-linear between the months of the grid.
"""

from dataclasses import dataclass

import numpy as np

from .evidence import rules
from .packs import Pack, answers, encoded

EXPLAINED_MONTHS = 12.0
# Survival this close to 0 or 1 is held there: its logarithm is rounding of single precision.
LEAST_ALIVE, MOST_ALIVE = 1e-30, 1 - 1e-7
LEAST_DENSITY = 1e-12
BLOCK_ROWS = 64


@dataclass(frozen=True)
class Adaptation:
    """The numbers that move a pack; `middle` per setting of the pack (one where it has none)."""

    shift: float
    slope: float
    spread: float
    shift_sd: float
    slope_sd: float
    middle: np.ndarray
    variance: float
    centre_sd: float


@dataclass(frozen=True)
class Prepared:
    """What the fit needs of each patient's paths.

    `log_hazard` f32 [N, S, 2 + horizons] = ln H at the grid months around the follow-up and at the horizons, `mean` [N,
    same] its mean over the paths, `started` [N, same] 0 at month 0 and else 1; `position` [N] = share of the grid interval
    lived through, `width` [N] its months; `level` [N] = m_i(12); `variance` [N] of the paths of ln H(12); `died` [N] within
    the grid.
    """

    log_hazard: np.ndarray
    mean: np.ndarray
    started: np.ndarray
    position: np.ndarray
    width: np.ndarray
    level: np.ndarray
    variance: np.ndarray
    died: np.ndarray

    def of(self, patients: np.ndarray) -> "Prepared":
        """The same for some of the patients."""
        return Prepared(*(getattr(self, name)[patients] for name in self.__dataclass_fields__))


def log_cumulative_hazard(alive: np.ndarray) -> np.ndarray:
    """ln H of P(alive), in double precision and held within what single precision can tell."""
    return np.log(-np.log(np.clip(alive.astype(float), LEAST_ALIVE, MOST_ALIVE)))


def prepare(
    pack: Pack, facts: list[dict], months: np.ndarray, died: np.ndarray, setting: str | None, horizons: tuple[float, ...]
) -> Prepared:
    """Runs the pack on every patient and keeps the months that matter. Follow-up ends with the pack's curve."""
    grid = pack.months
    inside = np.minimum(months, grid[-1])
    before = np.clip(np.searchsorted(grid, inside, side="right") - 1, 0, len(grid) - 2)
    at_horizons = [pack.column(month) for month in horizons]
    columns = np.column_stack([before, before + 1, *(np.full(len(facts), column) for column in at_horizons)])
    width = grid[before + 1] - grid[before]
    level_at = pack.column(EXPLAINED_MONTHS)
    kept, mean, level, variance = [], [], [], []
    start = 0
    for (paths,) in answers(pack, *encoded(pack, facts), setting):
        log_hazard = log_cumulative_hazard(paths)
        wanted = columns[start : start + len(paths)]
        kept.append(np.take_along_axis(log_hazard, wanted[:, None, :], axis=2).astype(np.float32))
        mean.append(np.take_along_axis(log_hazard.mean(1), wanted, axis=1))
        level.append(log_hazard[:, :, level_at].mean(1))
        variance.append(log_hazard[:, :, level_at].var(1))
        start += len(paths)
    return Prepared(
        log_hazard=np.concatenate(kept),
        mean=np.concatenate(mean),
        started=(grid[columns] > 0).astype(float),
        position=(inside - grid[before]) / width,
        width=width,
        level=np.concatenate(level),
        variance=np.concatenate(variance),
        died=((died == 1) & (months <= grid[-1])).astype(float),
    )


def alive_and_slopes(
    data: Prepared, move: np.ndarray, spread: float, columns: slice = slice(None)
) -> tuple[np.ndarray, ...]:
    """P(alive) and its first two derivatives in `move` [N] (added to ln H'), each [N, chosen columns]."""
    parts = []
    for start in range(0, len(move), BLOCK_ROWS):
        rows = slice(start, start + BLOCK_ROWS)
        base = move[rows, None] + (1 - spread) * data.mean[rows, columns]
        hazard = np.exp(base[:, None, :] + spread * data.log_hazard[rows, :, columns]) * data.started[rows, None, columns]
        alive = np.exp(-hazard)
        falling = hazard * alive
        parts.append((alive.mean(1), -falling.mean(1), (falling * (hazard - 1)).mean(1)))
    return tuple(np.concatenate(part) for part in zip(*parts, strict=True))


def log_scores(data: Prepared, alive: np.ndarray) -> np.ndarray:
    """Log likelihood of each patient's follow-up [N]: density per month of a death, P(alive) else."""
    log_alive = np.log(np.maximum(alive[:, :2], LEAST_ALIVE))
    density = np.maximum((log_alive[:, 0] - log_alive[:, 1]) / data.width, LEAST_DENSITY)
    lived = (1 - data.position) * log_alive[:, 0] + data.position * log_alive[:, 1]
    return data.died * np.log(density) + lived


def _score_slopes(data: Prepared, move: np.ndarray, spread: float) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """`log_scores` and their first two derivatives in `move`."""
    alive, first, second = alive_and_slopes(data, move, spread, slice(2))
    safe = np.maximum(alive, LEAST_ALIVE)
    one = first / safe
    two = second / safe - one**2
    fall = np.maximum(np.log(safe[:, 0]) - np.log(safe[:, 1]), LEAST_DENSITY * data.width)
    fall_one, fall_two = one[:, 0] - one[:, 1], two[:, 0] - two[:, 1]
    left = 1 - data.position
    gradient = data.died * fall_one / fall + left * one[:, 0] + data.position * one[:, 1]
    curvature = data.died * (fall_two / fall - (fall_one / fall) ** 2) + left * two[:, 0] + data.position * two[:, 1]
    return log_scores(data, alive), gradient, curvature


def fit(data: Prepared, centre_sd: float) -> Adaptation:
    """Shift and slope with their Laplace SDs; the spread follows from them, so both are repeated until they agree."""
    limits = rules("adapt")["spread"]
    variance = float(data.variance.mean())
    middle = float(data.level.mean())
    theta, error = np.array([0.0, 1.0]), np.array([0.0, 0.0])
    spread = 1.0
    for _ in range(50):
        left = max(variance - centre_sd**2 + error[0] ** 2, 0.0) / variance if variance > 0 else 1.0
        previous, spread = spread, float(np.clip(np.sqrt(left), limits["least"], limits["most"]))
        theta, error = _newton(data, theta, spread, middle, centre_sd)
        if abs(spread - previous) < 1e-6:
            break
    return Adaptation(
        shift=float(theta[0]),
        slope=float(theta[1]),
        spread=spread,
        shift_sd=float(error[0]),
        slope_sd=float(error[1]),
        middle=np.array([middle]),
        variance=variance,
        centre_sd=centre_sd,
    )


def _newton(data: Prepared, theta: np.ndarray, spread: float, middle: float, centre_sd: float):
    """Maximum a posteriori of (shift, slope) and the SDs by Laplace's approximation."""
    design = np.column_stack([np.ones(len(data.level)), data.level - middle])
    prior_mean = np.array([0.0, 1.0])
    precision = np.array([centre_sd, rules("adapt")["slope"]["sd"]]) ** -2.0

    def posterior(at):
        scores, gradient, curvature = _score_slopes(data, design @ (at - prior_mean), spread)
        pull = precision * (at - prior_mean)
        value = scores.sum() - 0.5 * (pull * (at - prior_mean)).sum()
        return value, design.T @ gradient - pull, (design * curvature[:, None]).T @ design - np.diag(precision)

    value, gradient, hessian = posterior(theta)
    for _ in range(60):
        # The likelihood of a mean of curves need not be concave everywhere: the prior's part always is.
        if np.linalg.eigvalsh(hessian).max() >= 0:
            hessian = -np.diag(precision)
        step = -np.linalg.solve(hessian, gradient)
        scale = min(1.0, 0.5 / np.abs(step).max()) if np.abs(step).max() > 0 else 1.0
        while scale > 1e-6:
            moved = posterior(theta + scale * step)
            if moved[0] >= value:
                break
            scale /= 2
        if scale <= 1e-6 or np.abs(scale * step).max() < 1e-9:
            break
        theta = theta + scale * step
        value, gradient, hessian = moved
    return theta, np.sqrt(np.diag(np.linalg.inv(-hessian)))


def curves(data: Prepared, adaptation: Adaptation) -> np.ndarray:
    """P(alive) [N, 2 + horizons] of the adapted pack in the setting that was fitted."""
    move = adaptation.shift + (adaptation.slope - 1) * (data.level - adaptation.middle[0])
    return alive_and_slopes(data, move, adaptation.spread)[0]


def shipped_curves(data: Prepared) -> np.ndarray:
    """The same of the pack as shipped."""
    return alive_and_slopes(data, np.zeros(len(data.level)), 1.0)[0]
