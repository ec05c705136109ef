"""The ensemble as an ONNX graph: encoded inputs, their known-mask and the setting in; paths of survival and of cord
compression out.

Inputs `values`, `known` f32 [N, F] and `setting` f32 [N, K]; outputs `survival` f32 [N, S, T] and `cord_compression`
f32 [N, S]. As in `survival-linear` (`..graph`): posterior of the primary tumour, one per filling; blanks filled from
p(blank | known); steep ramps instead of comparisons; double precision before the paths. New here: the learned part on
`FILLS` fillings, organs one by one, constants per world, the baseline by setting and band, and cord compression."""

import numpy as np
from onnx import TensorProto, helper
from scipy.special import logit, ndtr, ndtri

from ..columns import ORGANS
from ..graph import LOG_HAZARD_LIMIT, TINY, Graph
from ..world import MEASURES, World
from .cord import CordPaths
from .people import LONE
from .real_link import Learned
from .worlds import BANDS, DRAWS, Paths

FITNESS_STEP = 0.15
FITNESS_NODES = np.arange(-30, 31) * FITNESS_STEP
LOWEST_LOG_WEIGHT = -600.0
LONE_COLUMNS = ("brain_metastasis", "extraspinal_bone_any", "vertebrae_2", "systemic_lines_3")


def build_graph(
    inputs: list[dict],
    world: World,
    organ_share: np.ndarray,
    terms: tuple[str, ...],
    paths: Paths,
    cord: CordPaths,
    learned: Learned,
) -> bytes:
    """The serialised model."""
    return EnsembleGraph(inputs, world, organ_share, terms, paths, cord, learned).build()


class EnsembleGraph(Graph):
    """Puts the graph together; `paths.fillings` stand in for the draws of the smaller graph."""

    def __init__(self, inputs, world, organ_share, terms, paths, cord, learned):
        super().__init__(inputs, world, None, terms, paths.fillings, len(paths.fillings.primary))
        self.organ_share, self.paths, self.cord, self.learned = organ_share, paths, cord, learned
        self.setting = self.run("Cast", "setting", to=TensorProto.DOUBLE)

    def build(self) -> bytes:
        paths = self.paths
        some, none = self._organ_evidence()
        classes = self._class_likelihoods() | {"visceral": some, "no_visceral": none}
        primary = self._primary(classes, self.draws.primary)
        band = self._learned_part(primary, classes)
        repeats = paths.size // self.samples
        primary = self._repeat(primary, repeats)
        band = self._repeat(band, repeats)
        own = self.total(self.times(primary, self._by_setting(paths.primary)))
        scale = self._by_setting(paths.scale[..., None])
        standard = self._standard(primary, band)
        rest = self.add(own, self._evidence(primary, standard, some, none))
        centred = self.minus(band, self._of_primary(primary, self.learned.between[:, None]))
        log_hazard = self.clip(self.add(self.times(scale, centred), rest), -LOG_HAZARD_LIMIT, LOG_HAZARD_LIMIT)
        rate = self.run("Cast", self.run("Exp", log_hazard), to=TensorProto.FLOAT)
        spent = None
        for number in range(BANDS):
            one = self.columns(rate, [number], axis=2)
            hazard = self.times(one, self._by_setting(paths.baseline[:, number], np.float32))
            spent = hazard if spent is None else self.add(spent, hazard)
        self.nodes.append(helper.make_node("Exp", [self.run("Neg", spent)], ["survival"]))
        self._cord_compression(primary)
        widths = {"values": self.width, "known": self.width, "setting": len(paths.settings)}
        outputs = {"survival": ["N", paths.size, paths.baseline.shape[-1]], "cord_compression": ["N", paths.size]}
        return self._serialised("spine_ensemble", {name: ["N", width] for name, width in widths.items()}, outputs)

    def _repeat(self, tensor: str, times: int) -> str:
        """[N, FILLS, k] to [N, S, k]."""
        return self.run("Concat", *[tensor] * times, axis=1)

    def _by_setting(self, table: np.ndarray, dtype=np.float64) -> str:
        """The rows [N, S, k] of a table [K, S, k] that belong to each patient's setting."""
        settings, size, width = table.shape
        source = self.setting if dtype == np.float64 else "setting"
        flat = self.run("MatMul", source, self.constant(table.reshape(settings, -1), dtype))
        return self.run("Reshape", flat, self.constant([-1, size, width], np.int64))

    def _of_primary(self, primary: str, table: np.ndarray) -> str:
        """Values [N, S, k] of a table [C, k]."""
        return self.run("MatMul", primary, self.constant(table))

    def _organ_evidence(self) -> tuple[str, str]:
        """P(known organs | any viscera) [N, C] and P(known organs | none) [N, 1]."""
        names = ("visceral_any", *(f"{organ}_metastasis" for organ in ORGANS))
        known, value = self._facts(*names)
        slip = self.world.misread
        share = np.concatenate([np.full((1, len(self.organ_share)), 1 - slip), self.organ_share.T])
        found = []
        for yes in (share, np.full((len(names), 1), slip)):
            chance = self.add(
                self.run("MatMul", value, self.constant(logit(yes))),
                self.run("MatMul", known, self.constant(np.log1p(-yes))),
            )
            found.append(self.run("Exp", chance))
        return found[0], found[1]

    def _organs_by_primary(self, likelihood: dict[str, str]) -> str:
        visceral = self.constant(self.world.visceral[None])
        some = self.times(visceral, likelihood["visceral"])
        return self.add(some, self.times(self.constant(1 - self.world.visceral[None]), likelihood["no_visceral"]))

    def _learned_part(self, primary: str, classes: dict[str, str]) -> str:
        """Log hazard ratios per band of the part learned from MSK-MET, [N, FILLS, BANDS]."""
        world, draws = self.world, self.draws
        known, value = (self.per_draw(fact) for fact in self._facts("age"))
        age = self._of_primary(primary, np.column_stack([(world.age_mean - 65) / 10, world.age_sd / 10]))
        spread = self.times(self.columns(age, [1], axis=2), self.constant(draws.age[None, :, None]))
        blank = self.clip(self.add(self.columns(age, [0], axis=2), spread), -4.7, 3.0)
        age = self.blend(known, value, blank)
        known, value = (self.per_draw(fact) for fact in self._facts("male"))
        blank = self.minus(self._of_primary(primary, world.male[:, None]), self.constant(draws.male[None, :, None]))
        male = self.blend(known, value, self._ramp(blank))
        names = (*(f"gene_{gene.lower()}" for gene in world.genes), "not_castration_resistant")
        known, value = (self.per_draw(fact) for fact in self._facts(*names))
        blank = self._ramp(self.minus(self._of_primary(primary, world.binary), self.constant(draws.binary[None])))
        self.binary = self.blend(known, value, blank)
        genes = self.columns(self.binary, list(range(len(world.genes))), axis=2)
        chosen = {}
        for name, table, uniform in (
            ("histology", world.histology, draws.histology),
            ("receptors", world.receptors, draws.receptors),
            ("burden", world.microsatellite_burden, draws.burden),
        ):
            weight = self.times(self._of_primary(primary, table), self.per_draw(classes[name]))
            weight = self.add(weight, self.constant(TINY))
            chosen[name] = self._category(self.run("Div", weight, self.total(weight)), uniform, 4)
        for name, only in (("histology", "lung"), ("receptors", "breast")):
            member = self.columns(primary, [world.primaries.index(only)], axis=2)
            chosen[name] = self.times(chosen[name], member)
        parts = [age, male, primary, chosen["histology"], chosen["receptors"], chosen["burden"], genes]
        table = self.run("Concat", *parts, axis=2)
        table = self.run("Concat", table, *self._continuous(primary, table), axis=2)
        rows = self.run("Cast", table, to=TensorProto.FLOAT)
        width = 2 + len(world.primaries) + 12 + len(world.genes) + len(self.learned.continuous)
        rows = self.run("Reshape", rows, self.constant([-1, width], np.int64))
        answer = self.run("Cast", self.learned.add_to_graph(self, rows), to=TensorProto.DOUBLE)
        return self.run("Reshape", answer, self.constant([-1, self.samples, BANDS], np.int64))

    def _continuous(self, primary: str, table: str) -> list[str]:
        """Further inputs of the learned part: known, or drawn around what the others make likely."""
        width = 2 + len(self.world.primaries) + 12 + len(self.world.genes)
        found = []
        for number, rule in enumerate(self.learned.continuous):
            mean = self.add(
                self.run("MatMul", table, self.constant(rule.slope[:width, None])), self.constant(rule.intercept)
            )
            residual = rule.residuals[:, rule.levels(self.draws.continuous[:, number])].T
            drawn = self.add(mean, self.total(self.times(primary, self.constant(residual[None]))))
            blank = self.clip(drawn, rule.low, rule.high)
            known, value = (self.per_draw(fact) for fact in self._facts(rule.column))
            if rule.log_scale is not None:
                value = self.times(value, self.constant(rule.log_scale))
                value = self.run("Log", self.add(value, self.constant(1.0)))
            found.append(self.blend(known, value, blank))
        return found

    def _standard(self, primary: str, band: str) -> str:
        """The learned part within its primary in SDs of the simulated case mix, [N, S, 1]."""
        table = self._of_primary(primary, np.column_stack([self.learned.between, self.learned.precision]))
        flat = self.run("MatMul", band, self.constant(self.learned.weight[:, None]))
        return self.times(self.minus(flat, self.columns(table, [0], axis=2)), self.columns(table, [1], axis=2))

    def _evidence(self, primary: str, standard: str, some: str, none: str) -> str:
        """Log hazard from published effects, [N, S, 1]."""
        paths, world = self.paths, self.world
        repeats = paths.size // self.samples
        fitness, measures, known_measures, known_walking, walking = self._fitness_of_world(standard)
        loading = paths.loading[:, None] * world.loading
        noise = self.constant((paths.measure * np.sqrt(1 - loading**2))[None])
        blank = self.add(self.times(fitness, self.constant(loading[None])), noise)
        filled = self.blend(self.per_draw(known_measures), self.per_draw(measures), blank)
        slope = paths.loading * world.walking_loading
        lean = self.add(self.times(fitness, self.constant(slope[None, :, None])), self.constant(world.walking_threshold))
        lean = self.times(lean, self.constant((1 / np.sqrt(1 - slope**2))[None, :, None]))
        blank = self._slope(self.minus(lean, self.constant(ndtri(paths.walking)[None, :, None])))
        not_walking = self.blend(self.per_draw(known_walking), self.per_draw(walking), blank)
        organs = self._organs(primary, some, none)
        known, value = (self.per_draw(fact) for fact in self._facts(*LONE_COLUMNS))
        lone = self.blend(known, value, self.constant((paths.lone < world.lone).astype(float)[None]))
        known, value = self._interval_in_sds()
        interval = self.blend(self.per_draw(known), self.per_draw(value), self.constant(paths.interval[None, :, None]))
        hormone = self.columns(self._repeat(self.binary, repeats), [len(world.genes)], axis=2)
        prostate = self.columns(primary, [world.primaries.index("prostate")], axis=2)
        multiplier = self.total(self.times(primary, self.constant(paths.multiplier[None])))

        def last(tensor, position):
            return self.columns(tensor, [position], axis=2)

        negative = ("performance", "albumin", "haemoglobin")
        covariate = {}
        for position, name in enumerate(MEASURES):
            tensor = last(filled, position)
            covariate[name] = self.run("Neg", tensor) if name in negative else tensor
        covariate["performance_status"] = covariate.pop("performance")
        covariate |= {name: last(lone, position) for position, name in enumerate(LONE)}
        covariate["brain_metastasis"] = self.times(covariate["brain_metastasis"], multiplier)
        for position, organ in enumerate(ORGANS):
            covariate[f"{organ}_metastasis"] = self.times(last(organs, position), multiplier)
        covariate |= {
            "not_walking": not_walking,
            "interval_from_primary": self.run("Neg", interval),
            "not_castration_resistant": self.times(hormone, prostate),
        }
        everything = self.run("Concat", *(covariate[name] for name in self.terms), axis=2)
        return self.total(self.times(everything, self.constant(paths.term[None])))

    def _slope(self, tensor: str) -> str:
        """The ramp of the paths, rising over a width of 1/S."""
        scaled = self.add(self.times(tensor, self.constant(float(self.paths.size))), self.constant(0.5))
        return self.clip(scaled, 0.0, 1.0)

    def _organs(self, primary: str, some: str, none: str) -> str:
        """Each organ per path [N, S, organs]: known, or drawn given any viscera, which is drawn given the known organs."""
        paths, world = self.paths, self.world
        prior = self._of_primary(primary, world.visceral[:, None])
        chance = self.total(self.times(primary, self.per_draw(some)))
        yes = self.times(prior, chance)
        no = self.times(self.minus(self.constant(1.0), prior), self.per_draw(none))
        share = self.run("Div", yes, self.add(yes, no))
        visceral = self._slope(self.minus(share, self.constant(paths.visceral[None, :, None])))
        drawn = self._slope(self.minus(self._of_primary(primary, self.organ_share), self.constant(paths.organ[None])))
        known, value = (self.per_draw(fact) for fact in self._facts(*(f"{organ}_metastasis" for organ in ORGANS)))
        return self.blend(known, value, self.times(visceral, drawn))

    def _fitness_of_world(self, standard: str) -> tuple[str, str, str, str, str]:
        """Latent fitness per path [N, S, 1] given the known measures; measures and walking with their known-masks."""
        paths, world = self.paths, self.world
        measures, known, known_walking, walking = self._measures()
        factor = paths.loading[::DRAWS]
        loading = factor[:, None] * world.loading
        precision = 1 / (1 - loading**2)
        nodes = FITNESS_NODES
        worlds, size = len(factor), len(nodes)

        def flat(table):
            return self.constant(np.moveaxis(table, 0, 1).reshape(table.shape[1], -1))

        slope = (loading * precision)[:, :, None] * nodes
        bend = (0.5 * loading**2 * precision)[:, :, None] * nodes**2
        lean = factor[:, None] * world.walking_loading
        chance = ndtr((world.walking_threshold + lean * nodes) / np.sqrt(1 - lean**2))[:, None, :]
        tie = paths.tie[::DRAWS]
        tight = 1 / (1 - tie**2)
        logits = self.add(
            self.minus(self.run("MatMul", measures, flat(slope)), self.run("MatMul", known, flat(bend))),
            self.run("MatMul", walking, flat(logit(chance))),
            self.run("MatMul", known_walking, flat(np.log1p(-chance))),
            self.constant((-0.5 * tight[:, None] * nodes**2).reshape(1, -1)),
        )
        logits = self.run("Reshape", logits, self.constant([-1, worlds, 1, size], np.int64))
        # From here on at most a few tens are added: the peak of the world keeps all exponentials above 0 and below infinity.
        logits = self.minus(logits, self.run("ReduceMax", logits, axes=[-1], keepdims=1))
        logits = self.run("Max", logits, self.constant(LOWEST_LOG_WEIGHT))
        logits = self.run("Concat", *[logits] * DRAWS, axis=2)
        logits = self.run("Reshape", logits, self.constant([-1, paths.size, size], np.int64))
        # Prior of fitness: normal around the setting's mean, less where the learned part is worse.
        shift = self.per_draw(self.run("MatMul", self.setting, self.constant(paths.fitness_shift[:, None])))
        mean = self.minus(shift, self.times(standard, self.constant(paths.tie[None, :, None])))
        lean = self.times(mean, self.constant(np.repeat(tight, DRAWS)[None, :, None]))
        weight = self.run("Exp", self.add(logits, self.times(lean, self.constant(nodes[None, None]))))
        at = self.times(self.total(weight), self.constant(paths.fitness[None, :, None]))
        fitness = self._steps(self.minus(at, self._before(weight, size)), weight, nodes)
        return fitness, measures, known, known_walking, walking

    def _cord_compression(self, primary: str) -> None:
        """Cumulative incidence within six months, death competing, [N, S]; see `cord.py`."""
        cord = self.cord
        known, value = self._facts(*(f"bilsky_{grade}" for grade in cord.grades))
        known_canal, canal = self._facts("canal_compromise")
        distance = self.times(self.minus(canal, self.constant(cord.canal_mean[None])), self.constant(1 / cord.canal_sd))
        fit = self.run("Exp", self.times(self.times(distance, distance), self.constant(-0.5)))
        weight = self.times(self.constant(cord.grade_share[None]), self.blend(known_canal, fit, self.constant(1.0)))
        weight = self.times(self.add(weight, self.constant(TINY)), self.blend(known, value, self.constant(1.0)))
        share = self.per_draw(self.run("Div", weight, self.total(weight)))
        upto = self.run("MatMul", share, self.constant(np.triu(np.ones((len(cord.grades),) * 2))))
        at = self.constant(cord.grade[None, :, None])
        grade = self.minus(self._slope(self.minus(upto, at)), self._slope(self.minus(self.minus(upto, share), at)))
        mean = self.run("MatMul", grade, self.constant(cord.canal_mean[:, None]))
        blank = self.add(mean, self.constant((cord.canal_sd * cord.canal)[None, :, None]))
        blank = self.clip(blank, 0.0, 1.0)
        canal = self.blend(self.per_draw(known_canal), self.per_draw(canal), blank)
        known, sins = (self.per_draw(fact) for fact in self._facts("sins_total"))
        sins = self.blend(known, sins, self.constant(cord.sins[None, :, None]))
        known, speed = (self.per_draw(fact) for fact in self._facts("canal_compromise_per_month"))
        speed = self.blend(known, speed, self.constant(cord.speed[None, :, None]))
        log_hazard = self.add(
            self.total(self.times(grade, self.constant(cord.grade_effect[None]))),
            self.times(canal, self.constant(cord.canal_effect[None, :, None])),
            self.times(sins, self.constant(cord.sins_effect[None, :, None])),
            self.times(speed, self.constant(cord.speed_effect[None, :, None])),
            self.total(self.times(primary, self.constant(cord.primary[None]))),
        )
        rate = self.run("Exp", self.clip(log_hazard, -12.0, 2.0))
        rate = self.run("Cast", rate, to=TensorProto.FLOAT)
        months = cord.months
        alive = self.slice_last("survival", 0, months + 1)
        middle = self.times(
            self.add(self.slice_last(alive, 0, months), self.slice_last(alive, 1, months + 1)),
            self.constant(0.5, np.float32),
        )
        times = np.arange(months + 1, dtype=np.float32)[None, None]
        free = self.run("Exp", self.run("Neg", self.times(rate, self.constant(times, np.float32))))
        lost = self.minus(self.slice_last(free, 0, months), self.slice_last(free, 1, months + 1))
        total = self.run("ReduceSum", self.times(middle, lost), self.constant([-1], np.int64), keepdims=0)
        self.nodes.append(helper.make_node("Identity", [total], ["cord_compression"]))
