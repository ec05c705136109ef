"""The site of the biopsy as a partial organ label: whoever was biopsied in the liver has a liver metastasis; whoever was
biopsied elsewhere may or may not have one. Its effect is fitted as an offset beside g, so that g itself is free of it."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy import sparse

REFERENCE = "lymph_node"
SITES = (
    "lymph_node", "primary_sample", "bone", "liver", "lung", "brain", "pleura", "adrenal", "peritoneum", "other",
)  # fmt: skip
# Values of METASTATIC_SITE; what is not named is `other`, a sample of the primary tumour is `primary_sample`.
STUDY_SITES = {
    "Lymph": "lymph_node",
    "Distant LN": "lymph_node",
    "Bone": "bone",
    "Liver": "liver",
    "Lung": "lung",
    "CNS/Brain": "brain",
    "Pleura": "pleura",
    "Adrenal Gland": "adrenal",
    "Intra-Abdominal": "peritoneum",
}
# Groups with an effect of their own per site, as an organ weighs differently (liver in colorectal and in lung cancer).
GROUPS = {
    "lung": ("lung",),
    "breast": ("breast",),
    "prostate": ("prostate",),
    "colorectal": ("colon", "rectum"),
    "pancreas": ("pancreas",),
}
# Prior SD of a log hazard ratio: of a site over all cancers, and of a group's deviation from it.
SITE_SD, DEVIATION_SD = 1.0, 0.3


def site_of(sample_type: pd.Series, metastatic_site: pd.Series) -> pd.Series:
    """Site class per sample."""
    return metastatic_site.map(STUDY_SITES).fillna("other").where(sample_type != "Primary", "primary_sample")


def design(site: np.ndarray, primary: np.ndarray, primaries: tuple[str, ...]) -> tuple[sparse.csr_matrix, np.ndarray]:
    """Columns of sites and of their deviations per group, centred on nothing; 1 / prior variance per column.

    `site` [R] counts in SITES, `primary` [R, P] is one-hot over `primaries`."""
    one_hot = (site[:, None] == np.arange(1, len(SITES))).astype(float)
    blocks, penalty = [one_hot], [np.full(len(SITES) - 1, SITE_SD**-2)]
    for members in GROUPS.values():
        inside = primary[:, [primaries.index(value) for value in members if value in primaries]].sum(1, keepdims=True)
        blocks.append(one_hot * inside)
        penalty.append(np.full(len(SITES) - 1, DEVIATION_SD**-2))
    return sparse.csr_matrix(np.hstack(blocks)), np.concatenate(penalty)


@dataclass(frozen=True)
class SiteOffset:
    """Effects of the columns of `design` [k] and their mean within each primary [P], which stays in g."""

    primaries: tuple[str, ...]
    effects: np.ndarray
    mean: np.ndarray

    def of(self, site: np.ndarray, primary: np.ndarray) -> np.ndarray:
        """Log hazard ratio [R] of each row's site against the mix of sites of its primary."""
        return design(site, primary, self.primaries)[0] @ self.effects - primary @ self.mean


def site_offset(effects: np.ndarray, site: np.ndarray, primary: np.ndarray, primaries: tuple[str, ...]) -> SiteOffset:
    """Centres the effects on the mix of sites of each primary in the rows given."""
    raw = design(site, primary, primaries)[0] @ effects
    return SiteOffset(primaries, effects, (primary.T @ raw) / np.maximum(primary.sum(0), 1))


def shares(table: pd.DataFrame) -> dict[str, dict[str, float]]:
    """Per primary: number of patients and the share whose sample came from each site."""
    found = {}
    for value, group in table.groupby("primary"):
        share = group["biopsy_site"].value_counts(normalize=True)
        found[value] = {"patients": len(group), **{site: float(share.get(site, 0.0)) for site in SITES}}
    return found
