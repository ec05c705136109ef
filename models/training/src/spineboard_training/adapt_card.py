"""The part of an adapted pack's card that says what the centre's patients changed, and whether it helped."""

import datetime

from .adapt_fit import Adaptation
from .card import table
from .evidence import rules
from .packs import Pack

DECIDES = "log score per patient"


def section(pack: Pack, learned, name: str, version: str, date: datetime.date, centre_sd_source: str) -> str:
    """Heading and section that stand before the shipped card."""
    fitted, rule = learned.adaptation, rules("adapt")
    setting = f" in the setting `{learned.setting}`" if learned.setting else ""
    median = learned.follow_up["median"]
    follow_up = f"median {median} months" if median is not None else "median not reached"
    shift = [f"{fitted.shift:+.3f}", f"{fitted.shift_sd:.3f}", f"0 ({fitted.centre_sd:.2f})"]
    slope = [f"{fitted.slope:.3f}", f"{fitted.slope_sd:.3f}", f"1 ({rule['slope']['sd']:.2f})"]
    spread = [f"{fitted.spread:.3f}", "", f"{rule['spread']['least']:g} to {rule['spread']['most']:g}"]
    rows = [
        ["shift of the log cumulative hazard", *shift],
        ["slope of the differences between patients", *slope],
        ["spread of the paths", *spread],
    ]
    return f"""# Model card: {name} {version}

## Adapted to a centre

{pack.title}, moved towards the patients of the centre `{learned.centre}`{setting}. {date.isoformat()}.
Research use only; not a medical device. Made with `python -m spineboard_training adapt`. No row of the centre's table is in
this pack.

- Real patients of the centre: {learned.patients}, of whom {learned.deaths} died within the pack's curve.
- Follow-up (reversed Kaplan-Meier): {follow_up}, longest {learned.follow_up["longest"]} months.
- Centre SD of the prior: {fitted.centre_sd:.2f}; {centre_sd_source}.

{table(["number", "found", "SD", "before (SD or limits)"], rows)}
A shift above 0 means that patients died sooner than the pack had foreseen; a slope below 1 that they differed less. The
spread narrows the interval by what the centre is now known to be like; blanks and the evidence keep theirs. SDs by Laplace's
approximation.{_settings(pack)}
{warning(fitted)}
{_unchanged(pack)}
### Held out: shipped against adapted

Measured on real patients of the centre, each fifth foreseen from the other four; 95 % bootstrap intervals over patients,
paired, with the folds as they are. Log score: log likelihood per patient (higher is better); the rest at 12 months.

{_held_out(learned.gain)}
{verdict(learned.gain)}

---

The card of {pack.title} follows unchanged; its figures describe that pack.

"""


def _settings(pack: Pack) -> str:
    return " The same numbers move every setting of the pack, although one taught them." if pack.settings else ""


def _unchanged(pack: Pack) -> str:
    parts = [
        ("cord_compression" in pack.manifest["output"], "cord compression (with death as the shipped pack foresees it)")
    ]
    parts += [("benefit" in pack.manifest, "benefit by option")]
    kept = " and ".join(text for there, text in parts if there)
    return f"Unchanged from the shipped pack: {kept}.\n" if kept else ""


def warning(fitted: Adaptation) -> str:
    """A sentence where the centre lies further off than centres do, else nothing."""
    limit = rules("adapt")["shift"]["unusual_sds"] * fitted.centre_sd
    if abs(fitted.shift) <= limit:
        return ""
    return (
        f"The shift is beyond {limit:.2f}, further than centres lie from each other: check the table (months, died), the "
        "setting and who was left out, before this pack is used.\n"
    )


def _held_out(gain: dict) -> str:
    rows = [
        [label, *(f"{value:.4f} ({low:.4f} to {high:.4f})" for value, low, high in found)] for label, found in gain.items()
    ]
    text = table(["figure", "shipped", "adapted", "adapted - shipped"], rows)
    if len(gain) == 1:
        text += "\nNobody was followed beyond 12 months, or nobody died by then: the figures at 12 months cannot be had.\n"
    return text


def verdict(gain: dict) -> str:
    """One plain sentence; a gain is one whose interval of the log score lies above 0."""
    _, low, high = gain[DECIDES][2]
    if low > 0:
        return "On patients that it had not seen the adapted pack foresaw survival better than the shipped one."
    if high < 0:
        return "On patients that it had not seen the adapted pack did worse than the shipped one: use the shipped pack."
    return "There is no gain that these patients could show: use the shipped pack."
