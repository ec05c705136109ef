"""Log hazard ratio of each biopsy site against lymph node, adjusted for all of x: evidence for what an organ adds."""

import numpy as np
from scipy import sparse

from . import bands, linear, sites
from .inputs import Layout, Patients

# Prior SD of a site's log hazard ratio: wide, so that the estimate is the data's.
WIDE_SD = 1.0


def site_table(rows: Patients, layout: Layout) -> dict:
    """Per group (`overall` and those of `sites.GROUPS`) and site: mean, standard error, patients, deaths."""
    primary = rows.x[:, layout.positions("primary_")]
    groups = {"overall": np.ones(len(rows.x), dtype=bool)}
    for name, members in sites.GROUPS.items():
        inside = [layout.primaries.index(value) for value in members if value in layout.primaries]
        groups[name] = primary[:, inside].sum(1) > 0
    return {name: _effects(rows.pick(inside), layout) for name, inside in groups.items() if inside.any()}


def _effects(rows: Patients, layout: Layout) -> dict:
    pairs = linear.gene_pairs(rows.x, layout)
    chosen = linear.products(rows.x, layout, pairs)
    columns = linear.design(rows.x, layout, pairs, chosen)
    one_hot = (rows.site[:, None] == np.arange(1, len(sites.SITES))).astype(float)
    penalty = np.concatenate([np.full(one_hot.shape[1], WIDE_SD**-2), chosen.penalty])
    found = bands.ridge(
        sparse.hstack([sparse.csr_matrix(one_hot), columns]).tocsr(), rows.at_risk, rows.deaths, penalty,
        with_covariance=True,
    )  # fmt: skip
    table = {}
    for number, site in enumerate(sites.SITES):
        here = rows.site == number
        table[site] = {
            "mean": 0.0 if number == 0 else float(found.coefficients[number - 1]),
            "se": 0.0 if number == 0 else float(np.sqrt(found.covariance[number - 1, number - 1])),
            "patients": len(np.unique(rows.patient[here])),
            "deaths": float(rows.deaths[here].sum()),
        }
    return table
