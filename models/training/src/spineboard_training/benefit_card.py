"""The card's section on benefit by option: what stands behind each cell, and what was assumed."""

import numpy as np

from .benefit_pooling import LINKS
from .evidence import rules

HEAD = """Draws of published figures, computed by `benefit.py` from `rules/benefit.toml`; nothing was learned from patients,
and nothing was measured on any. A cell exists only where a row of the evidence supports it and the patient misses none of
the entry criteria. Effects come from randomised arms alone; a level without an effect is what such patients experienced
and is no comparison. Levels are given for the average patient of the sources: median, 5 % and 95 % quantiles of the
draws."""


def section(benefit: dict) -> str:
    """Markdown without a heading: cells, empty cells, assumptions, sources."""
    selection = rules("benefit")
    lines = [
        HEAD,
        "",
        "| Option | Outcome | Evidence | Level | Effect on its scale | Criteria | Rows |",
        "|---|---|---|---|---|---|---|",
    ]
    lines += [_row(cell, benefit) for cell in benefit["cells"]]
    lines += ["", "No cell:", ""]
    lines += [
        f"- {_words(entry['option'])}, {_words(entry['outcome'])}: {_words(entry['reason'])}" for entry in benefit["absent"]
    ]
    lines += ["", "What the rules say beside the numbers:", ""]
    noted = [*selection["level"], *selection["effect"], *selection["criterion"]]
    lines += [f"- {_words(entry['id'])}: {entry['note']}" for entry in noted if "note" in entry]
    lines += [
        f"- {_words(slope['id'])}: {slope['reason']}" for level in selection["level"] for slope in level.get("slope", [])
    ]
    lines += ["", "Assumed, without a row (widths and limits, never an effect):", ""]
    lines += [f"- {_words(name)} {value:g}" for name, value in selection["assumed"].items()]
    for entry in selection["outcome"]:
        points = f"{100 * entry['minimal_difference']:g} points"
        lines.append(f"- least difference that counts for {_words(entry['id'])}: {points}. {entry['reason']}")
    lines += ["- a case mix that no row gives: every mix equally likely", "", "Rows:", ""]
    lines += [f"- `{id}`: {text}" for id, text in benefit["sources"].items()]
    return "\n".join(lines) + "\n"


def _row(cell: dict, benefit: dict) -> str:
    level = benefit["levels"][cell["level"]]
    link, value = LINKS[level["link"]], np.asarray(level["value"], dtype=float)
    weight = np.ones((len(value), 1))
    offset = value[:, None]
    for factor in level["factors"]:
        coefficient = np.stack([np.asarray(kind["coefficient"]) for kind in factor["levels"]], axis=1)
        share = np.stack([np.asarray(kind["share"]) for kind in factor["levels"]], axis=1)
        offset = (offset[:, :, None] + coefficient[:, None, :]).reshape(len(value), -1)
        weight = (weight[:, :, None] * share[:, None, :]).reshape(len(value), -1)
    average = (weight * link.probability(offset)).sum(1)
    level_text = "{1:.0%} ({0:.0%} to {2:.0%})".format(*np.quantile(average, [0.05, 0.5, 0.95]))
    effect = np.quantile(cell["effect"], [0.05, 0.5, 0.95]) if "effect" in cell else None
    effect_text = "none" if effect is None else "{1:.2f} ({0:.2f} to {2:.2f})".format(*effect)
    criteria = ", ".join(_words(id) for id in cell["criteria"]) or "none"
    kind = _words(cell["kind"]) + (", recalled in part" if cell["recalled"] else "")
    rows = ", ".join(f"`{id}`" for id in (*cell["citations"], *cell["beside"]))
    columns = [_words(cell["option"]), _words(cell["outcome"]), kind, level_text, effect_text, criteria, rows]
    return "| " + " | ".join(columns) + " |"


def _words(code: str) -> str:
    return code.replace("_", " ")
