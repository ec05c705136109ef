"""The feature catalogue (`assets/features.toml`): every id and option that a pack names must be in it."""

import tomllib
from dataclasses import dataclass
from pathlib import Path

KINDS_OF_ENCODING = {
    "number": {"number", "integer"},
    "threshold": {"number", "integer"},
    "indicator": {"choice"},
    "flag": {"flag"},
}


class CatalogueError(ValueError):
    """An id or option that the catalogue does not know, or an encoding that does not fit it."""


@dataclass(frozen=True)
class Feature:
    """One entry: its kind, its option codes, its plausible limits in its catalogue unit."""

    id: str
    kind: str
    unit: str | None
    options: tuple[str, ...]
    limits: tuple[float, float] | None


def read_catalogue(path: Path) -> dict[str, Feature]:
    """The features of `assets/features.toml` by id."""
    entries = tomllib.loads(path.read_text(encoding="utf-8"))["feature"]
    return {entry["id"]: _feature(entry) for entry in entries}


def _feature(entry: dict) -> Feature:
    limits = entry.get("limits")
    return Feature(
        id=entry["id"],
        kind=entry["kind"],
        unit=entry.get("unit"),
        options=tuple(option["id"] for option in entry.get("options", [])),
        limits=(float(limits["min"]), float(limits["max"])) if limits else None,
    )


def check_column(column: dict, catalogue: dict[str, Feature]) -> None:
    """Refuses a column whose feature, options or limits the catalogue does not hold."""
    feature = catalogue.get(column["feature"])
    name = column["column"]
    if feature is None:
        raise CatalogueError(f"{name}: no feature '{column['feature']}'")
    encoding = column["encoding"]
    if feature.kind not in KINDS_OF_ENCODING[encoding["kind"]]:
        raise CatalogueError(f"{name}: {encoding['kind']} does not fit a {feature.kind}")
    wanted = encoding.get("values", []) + ([encoding["value"]] if "value" in encoding else [])
    unknown = [value for value in wanted if value not in feature.options]
    if unknown:
        raise CatalogueError(f"{name}: {feature.id} has no option {unknown}")
    if encoding["kind"] == "number" and feature.limits:
        if encoding["min"] < feature.limits[0] or encoding["max"] > feature.limits[1]:
            raise CatalogueError(f"{name}: clip limits lie outside the plausible limits of {feature.id}")


def check_primaries(values: list[str], catalogue: dict[str, Feature]) -> None:
    """Refuses a primary tumour that is not an option of `primary_tumour`."""
    unknown = sorted(set(values) - set(catalogue["primary_tumour"].options))
    if unknown:
        raise CatalogueError(f"primary_tumour has no option {unknown}")
