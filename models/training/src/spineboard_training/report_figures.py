"""The figures of `report` as SVG: the same bytes for the same numbers (fixed ids, no date, text left as text)."""

import io
from itertools import cycle

import matplotlib
import numpy as np
from matplotlib.figure import Figure

matplotlib.use("Agg")
STYLE = {
    "svg.hashsalt": "spineboard",
    "svg.fonttype": "none",
    "font.family": "sans-serif",
    "font.size": 9,
    "axes.spines.top": False,
    "axes.spines.right": False,
}
COLOURS = ("#1b5e8c", "#c25e00", "#4d7c3a", "#7a4b94", "#8c1b3f")
ROW_INCHES = 0.17
HORIZONS = ("3", "6", "12")


def _svg(figure: Figure) -> bytes:
    buffer = io.StringIO()
    figure.savefig(buffer, format="svg", metadata={"Date": None, "Creator": None}, bbox_inches="tight")
    return buffer.getvalue().encode()


def calibration(real: dict) -> bytes:
    """Forecast against observed survival at 3, 6 and 12 months, held-out real patients in tenths."""
    with matplotlib.rc_context(STYLE):
        figure = Figure(figsize=(9, 3.2), layout="constrained")
        panels = figure.subplots(1, len(HORIZONS), sharey=True)
        for panel, months in zip(panels, HORIZONS, strict=True):
            panel.plot([0, 1], [0, 1], color="#999999", linewidth=0.8)
            for colour, (model, horizons) in zip(cycle(COLOURS), real["calibration"].items(), strict=False):
                forecast, observed = np.array([entry[:2] for entry in horizons[months]]).T
                panel.plot(forecast, observed, marker="o", markersize=3, linewidth=1, color=colour, label=words(model))
            panel.set(title=f"{months} months", xlabel="forecast alive", xlim=(0, 1), ylim=(0, 1), aspect="equal")
        panels[0].set_ylabel("observed alive (Kaplan-Meier)")
        panels[-1].legend(loc="lower right", frameon=False, fontsize=7)
        figure.suptitle("Calibration on real patients (held out, sequenced, not spine)")
        return _svg(figure)


def ablation(real: dict, group: str) -> bytes:
    """12-month AUC of every model in one group of held-out real patients, with 95 % intervals."""
    shown = [(model, groups[group]) for model, groups in real["models"].items() if group in groups]
    with matplotlib.rc_context(STYLE):
        figure = Figure(figsize=(6.5, 1 + 0.3 * len(shown)), layout="constrained")
        panel = figure.subplots()
        place = np.arange(len(shown))[::-1]
        value, low, high = np.array([figures["auc_12"] for _, figures in shown]).T
        panel.barh(place, value - 0.5, left=0.5, height=0.6, color=COLOURS[0], alpha=0.75)
        panel.errorbar(value, place, xerr=[value - low, high - value], fmt="none", ecolor="#222222", linewidth=0.9)
        panel.set_yticks(place, [words(model) for model, _ in shown])
        panel.set(xlabel="AUC at 12 months (0.5 = chance)", xlim=(0.5, min(1.0, high.max() + 0.03)))
        panel.set_title(f"What each part is worth: real patients, held out, {words(group)} ({shown[0][1]['patients']})")
        return _svg(figure)


def left_out(rows: list[dict]) -> bytes:
    """Published survival of whole cohorts against the forecast made without their cluster, by setting."""
    shown = sorted((row for row in rows if row["whole"]), key=lambda row: (row["setting"], row["cohort"], row["months"]))
    settings = list(dict.fromkeys(row["setting"] for row in shown))
    with matplotlib.rc_context(STYLE):
        figure = Figure(figsize=(7.5, 1.2 + ROW_INCHES * (len(shown) + 2 * len(settings))), layout="constrained")
        panel = figure.subplots()
        names, place = [], 0.0
        for colour, setting in zip(cycle(COLOURS), settings, strict=False):
            for row in (row for row in shown if row["setting"] == setting):
                panel.plot([row["low"], row["high"]], [place, place], color=colour, linewidth=2, alpha=0.45)
                panel.plot(row["forecast"], place, marker="|", markersize=7, color=colour)
                panel.plot(row["published"], place, marker="o", markersize=3, color="#222222")
                names.append((place, f"{row['cohort']}, {row['months']:g} months"))
                place -= 1
            panel.text(1.01, place + 1, setting, color=colour, fontsize=8)
            place -= 1
        panel.set_yticks([at for at, _ in names], [name for _, name in names], fontsize=6)
        panel.set(xlim=(0, 1), ylim=(place, 1), xlabel="share alive: dot = published, bar = forecast and 90 % interval")
        panel.set_title("Published cohorts (evidence), each cluster left out")
        return _svg(figure)


def coverage(shares: dict[str, float], chosen: float | None) -> bytes:
    """Share of the left-out published points inside the 90 % interval, by how far the centre effect is stretched."""
    factor, share = np.array(sorted((float(name), value) for name, value in shares.items())).T
    with matplotlib.rc_context(STYLE):
        figure = Figure(figsize=(5, 3), layout="constrained")
        panel = figure.subplots()
        panel.axhline(0.9, color="#999999", linewidth=0.8)
        panel.plot(factor, share, marker="o", markersize=3, color=COLOURS[0])
        if chosen is not None:
            panel.axvline(chosen, color=COLOURS[1], linewidth=1, label=f"frozen at {chosen:g}")
            panel.legend(frameon=False)
        panel.set(xlabel="factor on the centre effect", ylabel="left-out points covered", ylim=(0, 1.02))
        panel.set_title("Coverage of 90 % intervals (evidence)")
        return _svg(figure)


def words(name: str) -> str:
    """A name of the kit as words."""
    return name.replace("_", " ")
