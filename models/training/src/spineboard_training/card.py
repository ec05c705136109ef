"""CARD.md of `survival-linear`, by the headings of TRIPOD+AI (Collins et al., BMJ 2024;385:e078378).

Every figure is written by the kit from what it computed or read; the sentences are fixed.
"""

import datetime

import numpy as np

from .evidence import rules

HORIZONS = (3, 6, 12)


def table(header: list[str], rows: list[list[str]]) -> str:
    """A Markdown table."""
    lines = ["| " + " | ".join(header) + " |", "|" + "---|" * len(header)]
    return "\n".join(lines + ["| " + " | ".join(row) + " |" for row in rows]) + "\n"


def percent(value: float) -> str:
    """A share as whole percent."""
    return f"{100 * value:.0f} %"


def card_text(built, name: str, version: str, date: datetime.date, quick: bool) -> str:
    """The whole card."""
    sections = [
        _head(name, version, date, quick, built),
        _purpose(),
        _sources(built),
        _model(built),
        _evidence_table(built),
        _primary_table(built),
        _real_results(built),
        _cohort_results(built),
        _assumptions(),
        _limits(),
    ]
    return "\n".join(section.strip() + "\n" for section in sections)


def _head(name, version, date, quick, built) -> str:
    note = "**Made with `--quick`: for tests, not for use.**\n\n" if quick else ""
    return f"""# Model card: {name} {version}

{note}Probability of being alive over 60 months in an adult with spinal metastasis, with an interval. {date.isoformat()}.
Research use only; not a medical device. Rests on real patients (MSK-MET) and published evidence.
{len(built.model.draws.scale)} sample paths per forecast; {len(built.model.inputs)} columns; any input may be blank.

This product contains information from MSK-MET, made available under the ODbL (Open Database License 1.0). The table that
the model learns from is rebuilt by `models/training/src/spineboard_training/msk_met.py`. Weights and code: MIT OR
Apache-2.0. Remade with `python -m spineboard_training build` (see `models/training/README.md`)."""


def _purpose() -> str:
    return """## Intended use

Supports the discussion of a tumour board by showing survival at 3, 6 and 12 months beside published scores. Not for
children, not for a choice of treatment by itself, and not where an emergency (progressing deficit) decides. One forecast
serves all options: it does not say what a treatment adds. Primary tumours of the central nervous system are excluded."""


def _sources(built) -> str:
    counts = built.counts
    rows = [[value, str(counts["size"][value]), str(int(counts["sum"][value]))] for value in sorted(counts.index)]
    measured = built.measured
    return f"""## Source of data and participants

**Real patients.** MSK-MET (Nguyen et al., Cell 2022;185:563-575, doi:10.1016/j.cell.2022.01.003): one United States
referral centre. Taken: {measured["patients"]} adults whose metastasis was known at sequencing, {measured["events"]} deaths.
Outcome: death from any cause; time zero: sequencing; censored at last contact. Survival up to sequencing is a condition of
entry, not an outcome, so there is no immortal time within follow-up; but those who died before sequencing are missing, and
time since metastasis differs between patients (left truncation on that scale). That makes MSK-MET's level of survival
unusable for the spine: only differences between patients are taken from it, the level comes from spinal cohorts. Patients
by primary tumour and deaths:

{table(["primary tumour", "patients", "deaths"], rows)}
Primaries that are not in this table have no real patients behind them here. Never read: number of metastases or of sites
over the course (they look ahead), race.

**Published evidence.** Hazard ratios and survival of cohorts, chosen by the written rules in
`rules/evidence_terms.toml`, `rules/cohort_targets.toml`, `rules/case_mix.toml` before any result was computed. Most were
read in abstracts or excerpts, some are recalled; a recalled or unseen standard error is enlarged."""


def _model(built) -> str:
    real = rules("case_mix")["real_part"]
    centre = built.centre
    adjustment = rules("evidence_terms")["adjustment"]
    return f"""## Model

log hazard = primary tumour + s x (age, sex, subtype, genes, learned from MSK-MET) + sum of evidence coefficients x facts;
cumulative baseline hazard free at 3, 6, 12 and 24 months, straight between them on log-log axes and prolonged outside.

- *Real part*: discrete-time hazard, complementary log-log link, 17 intervals growing from 1 to 12 months, ridge penalties
  (factor {built.measured["shrinkage"]:g} chosen on held-out likelihood). Genes: coding mutation; for ALK, ROS1, RET a fusion instead; amplification
  counts for AR and MYC, deep deletion for CDKN2A and PTEN. An effect over all cancers plus a deviation where 60 or more
  patients with that primary carry the variant. A gene outside a patient's panel is unknown.
- *Scale s*: {real["scale_mean"]} (SD {real["scale_sd"]}). MSK-MET's differences also carry unobserved fitness and burden, which act
  here through the evidence part; without s below 1 they would count twice. The value is a judgement.
- *Evidence part*: one coefficient per term below; drawn with standard error and between-study SD, shrunk by a normal prior
  of SD {adjustment["prior_sd"]}.
- *Baseline*: for each draw the baseline is solved so that the mean over a simulated case mix meets each cohort's survival;
  the log baselines are averaged (a centre counts once) and a new centre's deviation is drawn with SD {centre["new_centre"]:.2f}
  (seen between the cohorts {centre["seen"]:.2f}; needed for the least SD of 12-month survival {centre["needed"]:.2f}; the larger, widened for
  the few cohorts). On 12-month survival that is an SD of {100 * centre["sd_12_months"]:.0f} points before the widening.
- *Blanks*: filled within each draw from p(blank | known) of a small Bayesian network: primary tumour explains sex, age,
  genes, subtype and viscera; a latent fitness explains performance status, laboratory values and walking. A known fact
  informs the blanks. Karnofsky wins over ECOG where both are given; Frankel A-C means not walking where walking is blank.
- *Point and interval*: mean and 5-95 % range of the paths: uncertainty of the coefficients, of a new centre, and of blanks."""


def _evidence_table(built) -> str:
    rows = []
    for term in built.model.terms:
        low, high = np.exp(term.mean - 1.645 * term.sd), np.exp(term.mean + 1.645 * term.sd)
        rows.append(
            [
                term.id,
                term.effect,
                f"{np.exp(term.mean):.2f} ({low:.2f}-{high:.2f})",
                f"{term.tau:.2f}",
                term.reason,
            ]
        )
    text = "## Evidence coefficients\n\nHazard ratio used with its 90 % range for a new centre.\n\n"
    text += table(["term", "meaning", "hazard ratio", "between-study SD", "why"], rows)
    text += "\nRows behind them (log hazard ratio after the adjustments named in the notes; terms per SD as the contrast of a median split):\n\n"
    details = [
        [
            term.id,
            row.id,
            row.published,
            f"{row.log_hazard_ratio:.2f} ± {row.standard_error:.2f}",
            row.notes,
            row.citation,
        ]
        for term in built.model.terms
        for row in term.rows
    ]
    text += table(["term", "row", "published", "used", "notes", "source"], details)
    text += "\nEvery other row of the collection and why it is left out: `rules/evidence_terms.toml`."
    return text


def _primary_table(built) -> str:
    rows = []
    for number, value in enumerate(built.model.world.primaries):
        published, reproduced = built.hazards.medians.get(value, (None, None))
        rows.append(
            [
                value,
                f"{built.hazards.mean[number]:+.2f} ({built.hazards.sd[number]:.2f})",
                built.hazards.basis[number],
                f"{published:g}" if published else "",
                f"{reproduced:.1f}" if reproduced else "",
            ]
        )
    return f"""## Primary tumours

Log hazard around the mean of the case mix (SD). MSK-MET's differences and medians from one spinal cohort
(bollen_six_models, 2000-2010) are weighed by their uncertainty; the last columns show that cohort's median in months and what the
centre of the model gives for the same patients. They differ on purpose: modern drugs (MSK-MET) pull one way, small groups
are shrunk. Blood cancers rest on literature alone.

{table(["primary tumour", "log hazard", "rests on", "published median", "model median"], rows)}"""


def _real_results(built) -> str:
    rows = []
    for label, figures in built.measured["models"].items():
        cells = [label, f"{figures['c_index']:.3f}"]
        for horizon in HORIZONS:
            value, low, high = figures[f"auc_{horizon}"]
            cells.append(f"{value:.3f} ({low:.3f}-{high:.3f})")
        cells += [f"{figures[f'brier_{horizon}']:.3f}" for horizon in HORIZONS]
        rows.append(cells)
    header = ["model", "C-index", *(f"AUC {h} months" for h in HORIZONS), *(f"Brier {h}" for h in HORIZONS)]
    within = ", ".join(f"{value} {figure:.3f}" for value, figure in built.measured["within"].items())
    calibration = []
    for horizon, groups in built.measured["calibration"].items():
        cells = [f"{horizon:.0f} months", *(f"{percent(p)} / {percent(o)}" for p, o, _ in groups)]
        calibration.append(cells)
    return f"""## Measured on real patients: MSK-MET, sequenced, not spine

Five folds by patient, figures on held-out patients only; C-index by Harrell, AUC and Brier score weighted for censoring,
95 % bootstrap intervals. These figures describe the real part among sequenced patients of one centre. They are not the
accuracy of the whole model in spinal metastasis, which nobody has measured.

{table(header, rows)}
12-month AUC within one primary tumour (all inputs): {within}.

Calibration, fifths of predicted survival, predicted / observed (Kaplan-Meier):

{table(["", "lowest", "2", "3", "4", "highest"], calibration)}"""


def _cohort_results(built) -> str:
    settings = [[c.id, c.era, c.setting, f"{c.weight:.2f}", c.citation] for c in built.cohorts]
    fit = [
        [
            row["cohort"], f"{row['months']:g}", percent(row["published"]), percent(row["forecast"]),
            f"{percent(row['low'])} - {percent(row['high'])}",
        ]
        for row in built.reproduced
    ]  # fmt: skip
    out = [
        [
            row["cohort"], f"{row['months']:g}", percent(row["published"]), percent(row["forecast"]),
            f"{100 * abs(row['forecast'] - row['published']):.1f}", f"{100 * abs(row['plain'] - row['published']):.1f}",
        ]
        for row in built.left_out
    ]  # fmt: skip
    ours = np.mean([abs(row["forecast"] - row["published"]) for row in built.left_out])
    plain = np.mean([abs(row["plain"] - row["published"]) for row in built.left_out])
    inside = sum(row["low"] <= row["published"] <= row["high"] for row in built.reproduced)
    return f"""## Published cohorts: how well they are reproduced

Cohorts that set the baseline:

{table(["cohort", "years", "setting", "weight", "source"], settings)}
Their published survival against the forecast for a *new centre* with the same mix of primaries (all six were used, so this is
a check of the arithmetic, not a validation); {inside} of {len(fit)} points lie in the 90 % range:

{table(["cohort", "months", "published", "forecast", "90 % range"], fit)}
One centre left out, forecast from the others (coefficients unchanged; the medians by primary still come from
bollen_six_models): mean absolute error {100 * ours:.1f} points; taking the plain mean of the other cohorts: {100 * plain:.1f} points.

{table(["cohort", "months", "published", "forecast", "error", "error of plain mean"], out)}
What was changed after the first run is listed at the end."""


def _assumptions() -> str:
    mix = rules("case_mix")
    rows = []
    for section, entry in mix.items():
        parts = [(section, entry)]
        parts += [(f"{section}.{name}", item) for name, item in entry.items() if isinstance(item, dict) and "source" in item]
        for label, item in parts:
            for field in ("source", "organs_source", "loading_source", "haematological_source"):
                if field in item:
                    numbers = {
                        name: value
                        for name, value in item.items()
                        if isinstance(value, int | float) and not isinstance(value, bool)
                    }
                    shown = ", ".join(f"{name} {value:g}" for name, value in numbers.items()) or "see rules/case_mix.toml"
                    rows.append([label, shown, item[field]])
    return f"""## What the simulated case mix does, and what it assumes

Simulated patients are used for two computations: to solve the baseline and to fill blanks. Nothing was learned from simulated
outcomes, and no accuracy on simulated patients is reported. "assumed" marks figures without a source:

{table(["part", "figures", "source"], rows)}"""


def _limits() -> str:
    return """## Limits

- No part was validated on patients with spinal metastasis; discrimination and calibration there are unknown.
- The evidence part (performance status, laboratory values, organs, number of levels) was measured on no patient by us.
- Performance status, albumin and burden depend on each other in ways that no source reported; the correlations are assumed.
- Receptors: hormone receptor status of MSK-MET is read as oestrogen receptor; progesterone receptor is not used; HER2-low
  counts as negative. Microsatellite instability is known in MSK-MET for colorectal and endometrial cancer only.
- MSK-MET does not tell hormone-sensitive from castration-resistant prostate cancer; that term is derived from two small series.
- Proportional hazards throughout. The era of a cohort is part of the differences between centres, not an input.
- Beyond 24 months the baseline is prolonged, not observed. Under 3 months likewise.
- Fairness: sex and age groups were not examined apart on spinal patients. Race is never an input.

## Changes after the first run

- The grid of penalty factors was extended downwards, because the first run chose its lower end (MSK-MET only).
- Floors and prior of the evidence part were meant for a contrast of two groups but were applied per SD in the terms that are
  slopes; corrected when the table of coefficients was read.

No cohort, row, prevalence or other rule was changed. The pack is rebuilt by one command with a fixed seed."""
