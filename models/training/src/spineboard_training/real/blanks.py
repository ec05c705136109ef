"""How to draw the inputs that a board rarely has, given the others: fraction of the genome altered, time since the first
metastasis, mutational burden. Their means follow primary, age, sex, subtype and genes, so that leaving them blank keeps
what a gene means through them."""

from dataclasses import dataclass

import numpy as np

from .inputs import Layout, Patients

COURSE = ("log_months_since_metastasis", "fraction_genome_altered")
# Prior SD of a coefficient, in residual SDs; patients from which a primary has residuals of its own.
COEFFICIENT_SD = 0.5
OWN_RESIDUALS = 60
RESIDUAL_LEVELS = np.linspace(0.025, 0.975, 20)


@dataclass(frozen=True)
class CourseRule:
    """value = clip(intercept + x coefficients + residual, low, high), the residual by primary.

    `coefficients` [F] (zero at the two columns themselves), `sd` [P], and `residuals` [P, 20]: the residual's quantiles at
    the middles of twenty equal shares, as the residuals are skewed."""

    name: str
    intercept: float
    coefficients: np.ndarray
    low: float
    high: float
    sd: np.ndarray
    residuals: np.ndarray

    def mean(self, x: np.ndarray) -> np.ndarray:
        return self.intercept + x @ self.coefficients


@dataclass(frozen=True)
class BurdenRule:
    """P(at least 10 mutations per megabase) = logistic(intercept + x coefficients), where x has its burden taken as low."""

    intercept: float
    coefficients: np.ndarray


@dataclass(frozen=True)
class Blanks:
    """Rules for time since metastasis, genome, burden; `correlation` between the residuals of the first two."""

    layout: Layout
    course: tuple[CourseRule, CourseRule]
    correlation: float
    burden: BurdenRule

    def filled(self, x: np.ndarray, generator: np.random.Generator, burden_too: bool) -> np.ndarray:
        """x with time and genome, and if asked the burden, replaced by draws."""
        x = burden_low(x, self.layout) if burden_too else x.copy()
        if burden_too:
            chance = 1 / (1 + np.exp(-(self.burden.intercept + x @ self.burden.coefficients)))
            high = generator.random(len(x)) < chance
            columns = self.layout.positions("microsatellite_")
            x[np.ix_(high, columns)] = x[np.ix_(high, columns)][:, [1, 0, 3, 2]]
        primary = x[:, self.layout.positions("primary_")]
        inside = primary.sum(1) > 0
        group = np.where(inside, primary.argmax(1), 0)
        for rule in self.course:
            level = generator.integers(0, len(RESIDUAL_LEVELS), len(x))
            drawn = rule.mean(x) + rule.residuals[group, level]
            x[:, self.layout.at(rule.name)] = np.clip(drawn, rule.low, rule.high)
        return x


def burden_low(x: np.ndarray, layout: Layout) -> np.ndarray:
    """x with the burden taken as low, instability as it is."""
    x = x.copy()
    columns = layout.positions("microsatellite_")
    classes = x[:, columns]
    x[:, columns] = np.column_stack(
        [classes[:, 0] + classes[:, 1], 0 * classes[:, 0], classes[:, 2] + classes[:, 3], 0 * classes[:, 0]]
    )
    return x


def learn(rows: Patients, layout: Layout) -> Blanks:
    """Ridge regressions on everyone; a primary with few patients has the residuals of all."""
    own = [layout.at(name) for name in COURSE]
    others = np.array([number for number in range(len(layout.names)) if number not in own])
    given = rows.x[:, others]
    primary = rows.x[:, layout.positions("primary_")]
    low, high = layout.bounds
    rules, left = [], []
    for column in own:
        value = rows.x[:, column]
        intercept, slope, residual = _regression(given, value)
        coefficients = np.zeros(len(layout.names))
        coefficients[others] = slope
        sd, residuals = _residuals(residual, primary)
        rules.append(CourseRule(layout.names[column], intercept, coefficients, low[column], high[column], sd, residuals))
        left.append(residual)
    varied = all(residual.std() > 0 for residual in left)
    correlation = float(np.corrcoef(left)[0, 1]) if varied else 0.0
    return Blanks(layout, tuple(rules), correlation, _burden(rows, layout, others))


def _regression(given, value) -> tuple[float, np.ndarray, np.ndarray]:
    centre = given.mean(0)
    shifted, middle = given - centre, value.mean()
    penalty = COEFFICIENT_SD**-2  # the prior is in residual SDs, so the spread of the value cancels
    slope = np.linalg.solve(shifted.T @ shifted + penalty * np.eye(len(centre)), shifted.T @ (value - middle))
    return float(middle - centre @ slope), slope, value - middle - shifted @ slope


def _residuals(residual, primary) -> tuple[np.ndarray, np.ndarray]:
    """SD and quantiles per primary, centred so that drawing keeps the mean."""
    sd, found = [], []
    for column in primary.T:
        here = residual[column == 1] if (column == 1).sum() >= OWN_RESIDUALS else residual
        here = here - here.mean()
        sd.append(here.std())
        found.append(np.quantile(here, RESIDUAL_LEVELS))
    return np.array(sd), np.array(found)


def _burden(rows, layout, others) -> BurdenRule:
    """Logistic regression with a ridge (prior SD 1), by Newton's method."""
    micro = layout.positions("microsatellite_")
    high = rows.x[:, micro[1]] + rows.x[:, micro[3]]
    design = np.column_stack([np.ones(len(high)), burden_low(rows.x, layout)[:, others]])
    penalty = np.r_[1e-6, np.ones(len(others))]
    coefficients = np.zeros(design.shape[1])
    for _ in range(30):
        chance = 1 / (1 + np.exp(-(design @ coefficients)))
        slope = design.T @ (high - chance) - penalty * coefficients
        information = (design * (chance * (1 - chance))[:, None]).T @ design + np.diag(penalty)
        step = np.linalg.solve(information, slope)
        coefficients = coefficients + step
        if np.abs(step).max() < 1e-6:
            break
    wide = np.zeros(len(layout.names))
    wide[others] = coefficients[1:]
    return BurdenRule(float(coefficients[0]), wide)
