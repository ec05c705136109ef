"""The columns of the tensors `values` and `known`: encodings of catalogue features, in a fixed order.

Numbers are centred on the middle of the case mix, so that 0 (the value of a blank) is always a legal input to the graph.
"""

ORGANS = ("liver", "lung", "adrenal", "pleural", "peritoneal")
HISTOLOGIES = ("adenocarcinoma", "squamous", "small_cell", "other")
LABORATORY = {
    "albumin": (38.0, 5.5, 18.0, 52.0),
    "haemoglobin": (117.0, 18.0, 60.0, 180.0),
    "lactate_dehydrogenase": (300.0, 200.0, 100.0, 1500.0),
    "neutrophil_lymphocyte_ratio": (6.0, 6.0, 0.5, 60.0),
    "platelet_lymphocyte_ratio": (250.0, 200.0, 20.0, 1500.0),
}


def columns(primaries: list[str], genes: list[str]) -> list[dict]:
    """Every column as it is written to pack.toml: name, feature, encoding."""

    def number(feature, center, scale, low, high):
        encoding = {"kind": "number", "center": center, "scale": scale, "min": low, "max": high}
        return {"column": feature, "feature": feature, "encoding": encoding}

    def indicator(column, feature, *values):
        named = {"value": values[0]} if len(values) == 1 else {"values": list(values)}
        return {"column": column, "feature": feature, "encoding": {"kind": "indicator", **named}}

    def flag(feature):
        return {"column": feature, "feature": feature, "encoding": {"kind": "flag"}}

    def at_least(column, feature, limit):
        return {"column": column, "feature": feature, "encoding": {"kind": "threshold", "at_or_above": limit}}

    found = [number("age", 65.0, 10.0, 18.0, 95.0), indicator("male", "sex", "male")]
    found += [indicator(f"primary_{value}", "primary_tumour", value) for value in primaries]
    found += [indicator(f"histology_{value}", "lung_histology", value) for value in HISTOLOGIES]
    found.append(indicator("oestrogen_receptor_positive", "oestrogen_receptor", "positive"))
    found.append(indicator("her2_positive", "her2_status", "positive"))
    found.append(indicator("microsatellite_high", "microsatellite_instability", "high"))
    found.append(at_least("tumour_mutational_burden_10", "tumour_mutational_burden", 10.0))
    found += [indicator(f"gene_{gene.lower()}", f"gene_{gene.lower()}", "variant") for gene in genes]
    found.append(indicator("not_castration_resistant", "prostate_hormone_status", "hormone_naive", "hormone_sensitive"))
    found.append(number("karnofsky", 70.0, 18.0, 20.0, 100.0))
    found.append(number("ecog", 1.25, 0.9, 0.0, 4.0))
    found.append(indicator("not_walking", "walking", "not_walking"))
    found.append(indicator("frankel_a_to_c", "frankel", "A", "B", "C"))
    found += [number(feature, *limits) for feature, limits in LABORATORY.items()]
    found.append(indicator("visceral_any", "visceral_metastases", "resectable", "unresectable"))
    found += [flag(f"{organ}_metastasis") for organ in ORGANS]
    found.append(flag("brain_metastasis"))
    found.append(at_least("extraspinal_bone_any", "extraspinal_bone_metastases", 1.0))
    found.append(at_least("vertebrae_2", "vertebral_metastases", 2.0))
    found.append(number("months_since_primary_diagnosis", 24.0, 24.0, 0.0, 240.0))
    found.append(at_least("systemic_lines_3", "prior_systemic_lines", 3.0))
    return found


def encode(facts: dict, inputs: list[dict]) -> tuple[list[float], list[float]]:
    """Facts in catalogue units to `values` and `known`, as the contract of a pack says."""
    values, known = [], []
    for column in inputs:
        fact = facts.get(column["feature"])
        known.append(0.0 if fact is None else 1.0)
        values.append(0.0 if fact is None else _encoded(fact, column["encoding"]))
    return values, known


def _encoded(fact, encoding: dict) -> float:
    match encoding["kind"]:
        case "number":
            return (min(max(float(fact), encoding["min"]), encoding["max"]) - encoding["center"]) / encoding["scale"]
        case "threshold":
            return float(fact >= encoding["at_or_above"]) if "at_or_above" in encoding else float(fact < encoding["below"])
        case "flag":
            return float(bool(fact))
        case "indicator":
            return float(fact in encoding.get("values", [encoding.get("value")]))
    raise ValueError(f"unknown encoding {encoding['kind']!r}")
