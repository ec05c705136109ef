"""The constants of a world and where they are drawn from before the training tables are seen."""

from dataclasses import dataclass

import numpy as np
from scipy.special import ndtr

from ..evidence import Term

ORGAN_GROUPS = {
    "prostate": ("prostate",),
    "lung": ("lung",),
    "breast_kidney_thyroid": ("breast", "kidney", "thyroid"),
    "colorectal": ("colon", "rectum"),
}
ERA_PRIMARIES = ("lung", "melanoma", "kidney", "prostate", "breast")


@dataclass(frozen=True)
class Layout:
    """Where each constant lies in the vector of a world.

    `between` [C] = MSK-MET's log hazard of each primary tumour around the pooled mix, 0 where it has no patients.
    """

    settings: tuple[str, ...]
    primaries: tuple[str, ...]
    terms: tuple[str, ...]
    clusters: tuple[str, ...]
    between: tuple[float, ...]

    def parts(self) -> dict[str, int]:
        """Name and length of each part, in order."""
        settings = len(self.settings)
        return {
            "level": settings,
            "slope": 1,
            "slope_setting": settings,
            "bend": settings,
            "contrast": settings,
            "spread": 1,
            "primary": len(self.primaries),
            "era": 1 + len(ERA_PRIMARIES),
            "target_year": 1,
            "real_scale": 1,
            "loading": 1,
            "real_tie": 1,
            "term": len(self.terms),
            "organ": len(ORGAN_GROUPS),
            "centre_log_sd": 1,
            "centre": len(self.clusters),
        }

    def slices(self) -> dict[str, slice]:
        """The place of each part."""
        found, start = {}, 0
        for name, length in self.parts().items():
            found[name] = slice(start, start + length)
            start += length
        return found

    def size(self) -> int:
        """Length of a world's vector."""
        return sum(self.parts().values())


@dataclass(frozen=True)
class Constants:
    """One world's constants by name, on their natural scales."""

    level: np.ndarray
    slope: np.ndarray
    bend: np.ndarray
    contrast: np.ndarray
    primary: np.ndarray
    era: np.ndarray
    target_year: float
    real_scale: float
    loading: float
    real_tie: float
    term: np.ndarray
    organ: np.ndarray
    centre_sd: float
    centre: np.ndarray


def draw(layout: Layout, rule: dict, primary: tuple[np.ndarray, np.ndarray], terms: list[Term], size: int, seed: int):
    """`size` worlds [size, layout.size()]; what has bounds is kept as a normal score."""
    generator = np.random.default_rng(seed)
    setting = rule["setting"]
    mean = {
        "slope": np.array([setting["slope_mean"]]),
        "contrast": np.array([setting["contrast_mean"][name] for name in layout.settings]),
        "spread": np.array([rule["primary"]["spread_mean"]]),
        "primary": primary[0],
        "era": _era(rule, "mean"),
        "real_scale": np.array([rule["real_part"]["scale_mean"]]),
        "term": np.array([term.mean for term in terms]),
        "organ": np.ones(len(ORGAN_GROUPS)),
        "centre_log_sd": np.array([np.log(rule["centre"]["sd_median"])]),
    }
    spread = {
        "slope": setting["slope_sd"],
        "slope_setting": setting["slope_setting_sd"],
        "bend": setting["bend_sd"],
        "contrast": np.array([setting["contrast_sd"][name] for name in layout.settings]),
        "spread": rule["primary"]["spread_sd"],
        "primary": primary[1],
        "era": _era(rule, "sd"),
        "real_scale": rule["real_part"]["scale_sd"],
        "term": np.array([term.sd for term in terms]),
        "organ": rule["organ"]["multiplier_sd"],
        "centre_log_sd": rule["centre"]["sd_log_sd"],
    }
    columns = {
        name: mean.get(name, 0.0) + spread.get(name, 1.0) * generator.standard_normal((size, length))
        for name, length in layout.parts().items()
    }
    # Settings share what all spinal cohorts share: each lies at its own distance from the first one.
    apart = [np.array([setting[f"level_12_apart_{what}"][name] for name in layout.settings]) for what in ("mean", "sd")]
    common = setting["level_12_mean"] + setting["level_12_sd"] * generator.standard_normal((size, 1))
    columns["level"] = common + apart[0] + apart[1] * columns["level"]
    return np.concatenate(list(columns.values()), axis=1)


def _era(rule: dict, what: str) -> np.ndarray:
    era = rule["era"]
    general = era[f"log_hazard_per_decade_{what}"]
    return np.array([general, *(era["primary"][value][what] for value in ERA_PRIMARIES)])


def constants(layout: Layout, rule: dict, vector: np.ndarray) -> Constants:
    """A world's vector on natural scales; scales that cannot be negative are held above a small number."""
    part = {name: vector[place] for name, place in layout.slices().items()}

    def within(name, low, high):
        return low + (high - low) * float(ndtr(part[name][0]))

    tie, centre = rule["dependence"], float(np.exp(part["centre_log_sd"][0]))
    return Constants(
        level=part["level"],
        slope=np.maximum(part["slope"] + part["slope_setting"], 0.3),
        bend=part["bend"],
        contrast=np.maximum(part["contrast"], 0.2),
        primary=part["primary"] + part["spread"] * np.array(layout.between),
        era=part["era"],
        target_year=within("target_year", rule["era"]["target_year_low"], rule["era"]["target_year_high"]),
        real_scale=max(float(part["real_scale"][0]), 0.2),
        loading=within("loading", tie["loading_scale_low"], tie["loading_scale_high"]),
        real_tie=within("real_tie", tie["real_part_low"], tie["real_part_high"]),
        term=part["term"],
        organ=np.maximum(part["organ"], 0.1),
        centre_sd=centre,
        centre=centre * part["centre"],
    )
