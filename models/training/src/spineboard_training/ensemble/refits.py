"""Runs the refit beside the unrecorded (`sequenced.py`) in every world."""

import numpy as np
import pandas as pd

from ..performance import kaplan_meier
from ..real.inputs import matrix
from ..real.stack import StackedPart
from .conditioning import evidence_sum
from .people import Dependence
from .prior import constants
from .sequenced import Refit, Sequenced, copies, integrated_survival, refit, unrecorded
from .study import SITE_OF_ORGAN, Prepared
from .worlds import SEQUENCED

HORIZONS = (3.0, 6.0, 12.0, 24.0)
FIFTHS = 5
SITES = {site: organ for organ, site in SITE_OF_ORGAN.items()} | {"brain": "brain"}


def msk_patients(table: pd.DataFrame, own: Prepared, part: StackedPart, seed: int) -> Sequenced:
    """MSK-MET's patients with their learned part and copies that stand for what was not recorded."""
    value = part.log_hazard(matrix(table, part.layout, np.random.default_rng(seed)))
    primary = np.array([own.study.layout.primaries.index(name) for name in table["primary"]])
    within = value - own.learned.between[primary][:, None]
    flat = within @ own.learned.weight
    sites = table["biopsy_site"].map(SITES).fillna("").to_numpy()
    people, involved = copies(own.study.world, primary, sites, seed)
    return Sequenced(
        primary=primary,
        between=own.between,
        within=within,
        standard=flat * own.learned.precision[primary],
        months=table["months"].to_numpy(),
        died=table["died"].to_numpy(),
        people=people,
        involved=involved,
    )


def fit_all(own: Prepared, data: Sequenced, chosen: np.ndarray) -> tuple[list[Refit], list[dict]]:
    """A refit per world; and the check that integrating the unrecorded out gives MSK-MET's survival back, over all
    worlds.
    """
    study = own.study
    shift = study.rule["setting"]["fitness"][SEQUENCED]
    found, alive = [], {months: np.zeros(len(data.months)) for months in HORIZONS}
    for vector in chosen:
        constant = constants(study.layout, study.rule, vector)

        def add_up(covariate, primary, constant=constant):
            return evidence_sum(study.layout, constant, covariate, primary)

        dependence = Dependence(constant.loading, constant.real_tie)
        hidden = unrecorded(data, study.world, study.organ_share, dependence, shift, add_up)
        fitted = refit(data, hidden)
        found.append(fitted)
        for months in HORIZONS:
            alive[months] += integrated_survival(data, hidden, fitted, months) / len(chosen)
    return found, _fifths(data, alive)


def _fifths(data: Sequenced, alive: dict[float, np.ndarray]) -> list[dict]:
    """Mean integrated survival against Kaplan-Meier in fifths of the integrated survival."""
    rows = []
    for months, predicted in alive.items():
        for number, pick in enumerate(np.array_split(np.argsort(predicted, kind="stable"), FIFTHS)):
            seen = kaplan_meier(data.months[pick], data.died[pick], np.array([months]))[0]
            rows.append(
                {"months": months, "fifth": number + 1, "integrated": float(predicted[pick].mean()), "observed": float(seen)}
            )
    return rows
