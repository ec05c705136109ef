"""The columns of `values` and `known` that `spine-ensemble` reads: those of `survival-linear` and what cord
compression needs.
"""

from .. import columns as shared

MONTHS_SCALE = 12.0
GRADES = ("0", "1a", "1b", "1c", "2", "3")


def columns(primaries: list[str], genes: list[str]) -> list[dict]:
    """Every column as it is written to pack.toml."""

    def number(feature, center, scale, low, high):
        encoding = {"kind": "number", "center": center, "scale": scale, "min": low, "max": high}
        return {"column": feature, "feature": feature, "encoding": encoding}

    found = shared.columns(primaries, genes)
    found += [
        {"column": f"bilsky_{grade}", "feature": "bilsky_grade", "encoding": {"kind": "indicator", "value": grade}}
        for grade in GRADES
    ]
    found.append(number("months_since_first_metastasis", 0.0, MONTHS_SCALE, 0.0, 300.0))
    found.append(number("fraction_genome_altered", 0.0, 100.0, 0.0, 100.0))
    found.append(number("canal_compromise", 0.0, 100.0, 0.0, 100.0))
    found.append(number("sins_total", 8.0, 3.0, 0.0, 18.0))
    found.append(number("canal_compromise_per_month", 0.0, 10.0, 0.0, 30.0))
    return found
