"""Time bands, the piecewise-exponential likelihood that all families share, and ridge regression under it.

Within a band the hazard of a patient is constant: exp(level of the band + log hazard ratio of the patient in that band).
Months at risk and deaths per band are all that the likelihood needs (Holford, Biometrics 1980;36:299-305). A patient who
stands in several filled copies has months and deaths divided among them.
"""

from dataclasses import dataclass

import numpy as np
from scipy import sparse

# Months: [0, 3), [3, 6), [6, 12), [12, 60).
BAND_EDGES = np.array([0.0, 3.0, 6.0, 12.0, 60.0])
BANDS = len(BAND_EDGES) - 1
# Time at risk given to a death on the day of sequencing: about a day and a half.
FIRST_DAY_MONTHS = 0.05
# Log hazard ratios beyond this are cut off while a fit is under way.
LOG_HAZARD_LIMIT = 8.0


def exposure(months: np.ndarray, died: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Months at risk and deaths, each [N, bands]; a death at the end of a band belongs to that band."""
    months = np.maximum(months, FIRST_DAY_MONTHS)
    at_risk = np.clip(months[:, None] - BAND_EDGES[:-1], 0.0, np.diff(BAND_EDGES))
    inside = (months[:, None] > BAND_EDGES[:-1]) & (months[:, None] <= BAND_EDGES[1:])
    return at_risk, inside * (died[:, None] == 1).astype(float)


def levels(at_risk: np.ndarray, deaths: np.ndarray, log_hazard: np.ndarray) -> np.ndarray:
    """Log hazard per month of each band that explains the deaths, given the log hazard ratios [N, bands]."""
    expected = (at_risk * np.exp(log_hazard)).sum(0)
    return np.log((deaths.sum(0) + 0.01) / np.maximum(expected, 1e-9))


def log_likelihood(at_risk: np.ndarray, deaths: np.ndarray, level: np.ndarray, log_hazard: np.ndarray) -> float:
    """Piecewise-exponential log likelihood, up to a constant."""
    total = log_hazard + level
    return float((deaths * total - at_risk * np.exp(total)).sum())


def cumulative_hazard(level: np.ndarray, log_hazard: np.ndarray, months: float) -> np.ndarray:
    """Cumulative hazard [N] at `months`."""
    width = np.clip(months - BAND_EDGES[:-1], 0.0, np.diff(BAND_EDGES))
    return np.exp(log_hazard + level) @ width


@dataclass(frozen=True)
class RidgeFit:
    """Level per band [bands], coefficients [k], and the inverse of the penalised information [k, k] where asked for."""

    levels: np.ndarray
    coefficients: np.ndarray
    covariance: np.ndarray | None


def ridge(
    design: sparse.csr_matrix,
    at_risk: np.ndarray,
    deaths: np.ndarray,
    penalty: np.ndarray,
    centre: np.ndarray | None = None,
    with_covariance: bool = False,
) -> RidgeFit:
    """Penalised maximum likelihood by Newton's method: one coefficient per column, the same in all bands given.

    `penalty` = 1 / prior variance per column, `centre` = prior mean per column (zero if not given).
    """
    centre = np.zeros(design.shape[1]) if centre is None else centre
    coefficients = centre.copy()
    transposed = design.T.tocsr()
    died = deaths.sum(1)
    for _ in range(40):
        ratio = np.exp(np.clip(design @ coefficients, -LOG_HAZARD_LIMIT, LOG_HAZARD_LIMIT))
        level = np.log((deaths.sum(0) + 0.01) / (at_risk * ratio[:, None]).sum(0))
        by_band = at_risk * np.exp(level) * ratio[:, None]
        mean = by_band.sum(1)
        gradient = transposed @ (died - mean) - penalty * (coefficients - centre)
        information = (transposed @ sparse.diags_array(mean) @ design).toarray()
        cross = transposed @ by_band
        # The levels are profiled out, as they move with the coefficients.
        information -= (cross / by_band.sum(0)) @ cross.T
        information[np.diag_indices_from(information)] += penalty
        step = np.linalg.solve(information, gradient)
        step *= min(1.0, 2.0 / max(np.abs(step).max(), 1e-12))
        coefficients = coefficients + step
        if np.abs(step).max() < 1e-4:
            break
    covariance = np.linalg.inv(information) if with_covariance else None
    return RidgeFit(level, coefficients, covariance)
