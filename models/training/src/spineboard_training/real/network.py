"""The network family: a clinical and a genomic encoder, fused, with one output per band.

h_c = tanh(W_c x_c), h_g = tanh(W_g x_g); fusion = relu(W_f [h_c, h_g, h_c x h_g]), where the product lets what a gene means
depend on the clinical picture; output = log hazard ratio per band. Trained under the piecewise-exponential likelihood by
Adam (Kingma and Ba 2015) with dropout before the fusion and early stopping on a share of the training patients; several
seeds are averaged. The gradients are written out, so the kit needs no other library.
"""

from dataclasses import dataclass

import numpy as np

from . import bands
from .inputs import Layout, Patients

UNITS = 24
SEEDS, SEEDS_QUICK = 4, 1
STEP, WEIGHT_DECAY, DROPOUT = 3e-3, 1e-2, 0.2
BATCH, EPOCHS, PATIENCE = 512, 60, 6
# Share of the training patients that says when to stop.
STOPPING_SHARE = 0.12
# Middle and spread of the two inputs that are not shares or decades.
MONTHS_MIDDLE, MONTHS_SPREAD = 1.7, 1.3
GENOME_MIDDLE, GENOME_SPREAD = 0.2, 0.2


@dataclass(frozen=True)
class Network:
    """Centre and scale of x [F]; columns of each encoder; weights of each member; mean to subtract [bands]."""

    centre: np.ndarray
    scale: np.ndarray
    clinical: np.ndarray
    genomic: np.ndarray
    members: tuple[tuple[np.ndarray, ...], ...]
    mean: np.ndarray

    def log_hazard(self, x: np.ndarray) -> np.ndarray:
        """[N, bands] for prepared x [N, F]."""
        scaled = (np.asarray(x, dtype=float) - self.centre) / self.scale
        clinical, genomic = scaled[:, self.clinical], scaled[:, self.genomic]
        total = sum(_forward(weights, clinical, genomic)[-1] for weights in self.members)
        return total / len(self.members) - self.mean


def fit(rows: Patients, layout: Layout, offset: np.ndarray, seeds: int, seed: int) -> Network:
    """Trains `seeds` members; `offset` [R] is the effect of the biopsy site."""
    centre, scale = np.zeros(len(layout.names)), np.ones(len(layout.names))
    months, genome = layout.at("log_months_since_metastasis"), layout.at("fraction_genome_altered")
    centre[months], scale[months] = MONTHS_MIDDLE, MONTHS_SPREAD
    centre[genome], scale[genome] = GENOME_MIDDLE, GENOME_SPREAD
    # A column that is the same in everyone (a primary without patients) has nothing to learn from: it is left out.
    varies = rows.x.std(0) > 0
    clinical = np.array([number for number in layout.clinical if varies[number]], dtype=int)
    genomic = np.array([number for number in layout.genomic if varies[number]], dtype=int)
    scaled = (rows.x - centre) / scale
    at_risk = rows.at_risk * np.exp(offset)[:, None]
    members = tuple(
        _train(scaled[:, clinical], scaled[:, genomic], at_risk, rows.deaths, rows.patient, seed * 1000 + member)
        for member in range(seeds)
    )
    raw = Network(centre, scale, clinical, genomic, members, np.zeros(bands.BANDS))
    return Network(centre, scale, clinical, genomic, members, rows.mean_of(raw.log_hazard(rows.x)))


def _forward(weights, clinical, genomic, kept=1.0):
    """Both codes, the fusion's input and its output, the log hazard per band."""
    first, second = np.tanh(clinical @ weights[0] + weights[1]), np.tanh(genomic @ weights[2] + weights[3])
    joined = np.concatenate([first, second, first * second], axis=1) * kept
    fused = np.maximum(joined @ weights[4] + weights[5], 0)
    return first, second, joined, fused, fused @ weights[6] + weights[7]


def _gradient(weights, clinical, genomic, at_risk, deaths, kept):
    """Of the mean negative log likelihood by each weight."""
    first, second, joined, fused, output = _forward(weights, clinical, genomic, kept)
    error = (at_risk * np.exp(np.clip(output, -12, 3)) - deaths) / len(clinical)
    back_fused = error @ weights[6].T * (fused > 0)
    back = back_fused @ weights[4].T * kept
    units = first.shape[1]
    product = back[:, 2 * units :]
    back_first = (back[:, :units] + product * second) * (1 - first**2)
    back_second = (back[:, units : 2 * units] + product * first) * (1 - second**2)
    return (
        clinical.T @ back_first, back_first.sum(0), genomic.T @ back_second, back_second.sum(0),
        joined.T @ back_fused, back_fused.sum(0), fused.T @ error, error.sum(0),
    )  # fmt: skip


def _train(clinical, genomic, at_risk, deaths, patient, seed) -> tuple[np.ndarray, ...]:
    generator = np.random.default_rng(seed)
    people = patient.max() + 1
    # All copies of a patient stand on one side.
    stopping = (generator.random(people) < STOPPING_SHARE)[patient]
    training, watched = np.flatnonzero(~stopping), np.flatnonzero(stopping)

    def start(rows, columns):
        return generator.normal(0, 1 / np.sqrt(max(rows, 1)), (rows, columns))

    level = bands.levels(at_risk, deaths, np.zeros_like(at_risk))
    weights = [
        start(clinical.shape[1], UNITS), np.zeros(UNITS), start(genomic.shape[1], UNITS), np.zeros(UNITS),
        start(3 * UNITS, UNITS), np.zeros(UNITS), np.zeros((UNITS, bands.BANDS)), level.copy(),
    ]  # fmt: skip
    first, second = [np.zeros_like(w) for w in weights], [np.zeros_like(w) for w in weights]
    best, kept_weights, waited, step = np.inf, weights, 0, 0
    for _ in range(EPOCHS):
        order = generator.permutation(training)
        for begin in range(0, len(order), BATCH):
            batch = order[begin : begin + BATCH]
            kept = (generator.random((len(batch), 3 * UNITS)) > DROPOUT) / (1 - DROPOUT)
            found = _gradient(weights, clinical[batch], genomic[batch], at_risk[batch], deaths[batch], kept)
            step += 1
            for number, slope in enumerate(found):
                first[number] = 0.9 * first[number] + 0.1 * slope
                second[number] = 0.999 * second[number] + 0.001 * slope**2
                move = first[number] / (1 - 0.9**step) / (np.sqrt(second[number] / (1 - 0.999**step)) + 1e-8)
                decay = WEIGHT_DECAY * weights[number] if weights[number].ndim == 2 else 0.0
                weights[number] = weights[number] - STEP * (move + decay)
        output = _forward(weights, clinical[watched], genomic[watched])[-1]
        loss = -(deaths[watched] * output - at_risk[watched] * np.exp(output)).sum() / max(len(watched), 1)
        if loss < best - 1e-5:
            best, kept_weights, waited = loss, list(weights), 0
        else:
            waited += 1
            if waited >= PATIENCE:
                break
    # The level of each band is the stack's business; a member keeps the ratios.
    return (*kept_weights[:7], kept_weights[7] - level)
