"""The model as an ONNX graph: encoded inputs and their known-mask in, sample paths of survival out.

Inputs `values`, `known` f32 [N, F]; output `survival` f32 [N, S, T]. Plain operators, opset 13. In order: posterior of the
primary tumour given what is known, one primary per draw; blanks filled from p(blank | known); log hazard; paths
exp(-baseline x exp(log hazard)), which start at 1 and never rise because the cumulative baseline never falls.

Draws are placed by a steep ramp of width 1/S instead of a comparison, so that every engine gives the same answer to
rounding and the forecast is continuous in its inputs. Everything before the paths is computed in double precision,
because the ramps magnify rounding; only [N, S, T] is single.
"""

import numpy as np
import onnx
from onnx import TensorProto, helper
from scipy.special import logit, ndtri

from .builder import Builder
from .columns import HISTOLOGIES, LABORATORY, ORGANS
from .draws import Draws
from .world import MEASURES, Effects, World, applies, key, walking_probability

FITNESS_STEP = 0.15
FITNESS_NODES = np.arange(-24, 25) * FITNESS_STEP
TINY = 1e-9
LOG_HAZARD_LIMIT = 10.0


def build_graph(inputs: list[dict], world: World, effect: Effects, terms: list, draws: Draws) -> bytes:
    """The serialised model."""
    return Graph(inputs, world, effect, terms, draws, len(draws.scale)).build()


class Graph(Builder):
    """The small graph; `samples` = how many fillings of the blanks `draws` holds."""

    def __init__(self, inputs, world, effect, terms, draws, samples):
        super().__init__()
        self.world, self.effect, self.terms, self.draws = world, effect, terms, draws
        self.samples = samples
        self.position = {column["column"]: number for number, column in enumerate(inputs)}
        self.width = len(inputs)
        self.known = self.run("Cast", "known", to=TensorProto.DOUBLE)
        self.value = self.times(self.run("Cast", "values", to=TensorProto.DOUBLE), self.known)

    def build(self) -> bytes:
        likelihood = self._class_likelihoods()
        likelihood["visceral"], likelihood["no_visceral"] = self._visceral_likelihoods()
        primary = self._primary(likelihood, self.draws.uniform_primary)
        table = self._tables(primary)
        log_hazard = self.add(
            self.total(self.times(primary, self.constant(self.draws.primary[None]))),
            self.times(self.constant(self.draws.scale[None, :, None]), self._real_part(table, likelihood)),
            self._evidence_part(table, likelihood),
        )
        rate = self.run("Exp", self.clip(log_hazard, -LOG_HAZARD_LIMIT, LOG_HAZARD_LIMIT))
        rate = self.run("Cast", rate, to=TensorProto.FLOAT)
        hazard = self.times(rate, self.constant(self.draws.cumulative[None], np.float32))
        self.nodes.append(helper.make_node("Exp", [self.run("Neg", hazard)], ["survival"]))
        times = self.draws.cumulative.shape[1]
        inputs = {name: ["N", self.width] for name in ("values", "known")}
        return self._serialised("survival", inputs, {"survival": ["N", self.samples, times]})

    def _serialised(self, name: str, inputs: dict[str, list], outputs: dict[str, list]) -> bytes:
        """The checked model; shapes by tensor."""

        def tensors(shapes):
            return [helper.make_tensor_value_info(tensor, TensorProto.FLOAT, shape) for tensor, shape in shapes.items()]

        graph = helper.make_graph(self.nodes, name, tensors(inputs), tensors(outputs), self.constants)
        model = helper.make_model(
            graph,
            opset_imports=[helper.make_opsetid("", 13)],
            ir_version=8,
            producer_name="spineboard_training",
        )
        onnx.checker.check_model(model, full_check=True)
        return model.SerializeToString(deterministic=True)

    def _pick(self, source: str, *names: str) -> str:
        return self.columns(source, [self.position[name] for name in names])

    def _facts(self, *names: str) -> tuple[str, str]:
        """Known-mask and value, each [N, k]."""
        return self._pick(self.known, *names), self._pick(self.value, *names)

    def _ramp(self, tensor: str) -> str:
        """0 below, 1 above, rising over a width of 1/S around 0."""
        scaled = self.add(self.times(tensor, self.constant(float(self.samples))), self.constant(0.5))
        return self.clip(scaled, 0.0, 1.0)

    def _category(self, share: str, uniform: np.ndarray, size: int) -> str:
        """One category per draw: `share` [N, 1 or S, size] against one uniform number per draw."""
        upto = self.run("MatMul", share, self.constant(np.triu(np.ones((size, size)))))
        before = self.minus(upto, share)
        at = self.constant(uniform[None, :, None])
        return self.minus(self._ramp(self.minus(upto, at)), self._ramp(self.minus(before, at)))

    def _class_likelihoods(self) -> dict[str, str]:
        """What the known facts say about each class, [N, classes]."""
        found = {}
        pairs = {
            "burden": (
                ("microsatellite_high", "tumour_mutational_burden_10"),
                ((0, 0), (0, 1), (1, 0), (1, 1)),
            ),
            "receptors": (("oestrogen_receptor_positive", "her2_positive"), ((1, 0), (1, 1), (0, 1), (0, 0))),
        }
        one = self.constant(1.0)
        for name, (facts, classes) in pairs.items():
            product = None
            for position, fact in enumerate(facts):
                known, value = self._facts(fact)
                wanted = np.array([[pair[position] for pair in classes]], dtype=float)
                match = self.add(self.times(value, self.constant(2 * wanted - 1)), self.constant(1 - wanted))
                term = self.blend(known, match, one)
                product = term if product is None else self.times(product, term)
            found[name] = product
        known, value = self._facts(*(f"histology_{name}" for name in HISTOLOGIES))
        found["histology"] = self.blend(known, value, one)
        return found

    def _visceral_likelihoods(self) -> tuple[str, str]:
        """P(known facts | any viscera), P(known facts | none), each [N, 1]."""
        names = ("visceral_any", *(f"{organ}_metastasis" for organ in ORGANS))
        known, value = self._facts(*names)
        slip = self.world.misread
        yes_if = np.concatenate([[1 - slip], self.world.organs])
        yes_unless = np.full(len(names), slip)
        found = []
        for yes in (yes_if, yes_unless):
            log_share = self.add(
                self.run("MatMul", value, self.constant(logit(yes)[:, None])),
                self.run("MatMul", known, self.constant(np.log1p(-yes)[:, None])),
            )
            found.append(self.run("Exp", log_share))
        return found[0], found[1]

    def _primary(self, likelihood: dict[str, str], uniform: np.ndarray) -> str:
        """The primary tumour per draw, one-hot [N, S, C], placed by one uniform number per draw."""
        world = self.world
        names = ("male", *(f"gene_{gene.lower()}" for gene in world.genes), "not_castration_resistant")
        known, value = self._facts(*names)
        share = np.column_stack([world.male, world.binary]).T
        known_age, age = self._facts("age")
        mean, sd = (world.age_mean - 65) / 10, world.age_sd / 10
        powers = self.run("Concat", self.times(age, age), age, known_age, axis=1)
        age_table = np.stack([-0.5 / sd**2, mean / sd**2, -0.5 * mean**2 / sd**2 - np.log(sd)])
        logits = self.add(
            self.run("MatMul", value, self.constant(logit(share))),
            self.run("MatMul", known, self.constant(np.log1p(-share))),
            self.run("MatMul", powers, self.constant(age_table)),
            self.constant(np.log(world.primary)[None]),
        )
        tables = {"burden": world.microsatellite_burden, "receptors": world.receptors, "histology": world.histology}
        for name, table in tables.items():
            mixed = self.run("MatMul", likelihood[name], self.constant(table.T))
            logits = self.add(logits, self.run("Log", self.add(mixed, self.constant(TINY))))
        mixed = self._organs_by_primary(likelihood)
        logits = self.add(logits, self.run("Log", self.add(mixed, self.constant(TINY))))
        posterior = self.per_draw(self.softmax(logits))
        sampled = self._category(posterior, uniform, len(world.primaries))
        known, value = self._facts(*(f"primary_{name}" for name in world.primaries))
        return self.blend(self.per_draw(known), self.per_draw(value), sampled)

    def _organs_by_primary(self, likelihood: dict[str, str]) -> str:
        """P(known organs | primary), [N, C]."""
        share = self.world.visceral[None]
        some = self.run("MatMul", likelihood["visceral"], self.constant(share))
        return self.add(some, self.run("MatMul", likelihood["no_visceral"], self.constant(1 - share)))

    def _tables(self, primary: str) -> dict[str, str]:
        """Everything that depends on the primary, per draw, by one product."""
        world, effect = self.world, self.effect
        parts = {
            "male": world.male[:, None],
            "age_mean": (world.age_mean[:, None] - 65) / 10,
            "age_sd": world.age_sd[:, None] / 10,
            "binary": world.binary,
            "burden": world.microsatellite_burden,
            "receptors": world.receptors,
            "histology": world.histology,
            "visceral": world.visceral[:, None],
            "binary_effect": effect.binary,
            "burden_effect": effect.microsatellite_burden,
            "receptors_effect": effect.receptors,
            "histology_effect": effect.histology,
            "applies": applies(self.terms, world.primaries),
        }
        product = self.run("MatMul", primary, self.constant(np.concatenate(list(parts.values()), axis=1)))
        found, start = {}, 0
        for name, table in parts.items():
            found[name] = self.slice_last(product, start, start + table.shape[1])
            start += table.shape[1]
        return found

    def _real_part(self, table: dict[str, str], likelihood: dict[str, str]) -> str:
        """Log hazard learned from MSK-MET, unscaled, [N, S, 1]."""
        draws, effect = self.draws, self.effect
        known, value = (self.per_draw(fact) for fact in self._facts("age"))
        spread = self.times(table["age_sd"], self.constant(draws.normal_age[None, :, None]))
        blank = self.clip(self.add(table["age_mean"], spread), -4.7, 3.0)
        age = self.blend(known, value, blank)
        beyond = self.run("Relu", self.minus(age, self.constant(0.5)))
        known, value = (self.per_draw(fact) for fact in self._facts("male"))
        blank = self._ramp(self.minus(table["male"], self.constant(draws.uniform_male[None, :, None])))
        male = self.blend(known, value, blank)
        names = (*(f"gene_{gene.lower()}" for gene in self.world.genes), "not_castration_resistant")
        known, value = (self.per_draw(fact) for fact in self._facts(*names))
        blank = self._ramp(self.minus(table["binary"], self.constant(draws.uniform_binary[None])))
        self.binary = self.blend(known, value, blank)
        total = self.add(
            self.times(age, self.constant(effect.age[0])),
            self.times(beyond, self.constant(effect.age[1])),
            self.times(male, self.constant(effect.male)),
            self.total(self.times(self.binary, table["binary_effect"])),
        )
        uniform = {
            "burden": draws.uniform_burden,
            "receptors": draws.uniform_receptors,
            "histology": draws.uniform_histology,
        }
        for name, numbers in uniform.items():
            weight = self.add(self.times(table[name], self.per_draw(likelihood[name])), self.constant(TINY))
            share = self.run("Div", weight, self.total(weight))
            chosen = self._category(share, numbers, 4)
            total = self.add(total, self.total(self.times(chosen, table[f"{name}_effect"])))
        return total

    def _evidence_part(self, table: dict[str, str], likelihood: dict[str, str]) -> str:
        """Log hazard from published effects, [N, S, 1]."""
        draws, world = self.draws, self.world
        one = self.constant(1.0)
        fitness, measures, known_measures, known_walking, walking = self._fitness()
        noise = self.constant((draws.normal_measure * np.sqrt(1 - world.loading**2))[None])
        blank = self.add(self.times(fitness, self.constant(world.loading[None, None])), noise)
        filled = self.blend(self.per_draw(known_measures), self.per_draw(measures), blank)
        lean = self.times(fitness, self.constant(world.walking_loading))
        lean = self.add(lean, self.constant(world.walking_threshold))
        lean = self.times(lean, self.constant(1 / np.sqrt(1 - world.walking_loading**2)))
        blank = self._ramp(self.minus(lean, self.constant(ndtri(draws.uniform_walking)[None, :, None])))
        not_walking = self.blend(self.per_draw(known_walking), self.per_draw(walking), blank)

        yes = self.times(table["visceral"], self.per_draw(likelihood["visceral"]))
        no = self.times(self.minus(one, table["visceral"]), self.per_draw(likelihood["no_visceral"]))
        share = self.run("Div", yes, self.add(yes, no))
        visceral = self._ramp(self.minus(share, self.constant(draws.uniform_visceral[None, :, None])))
        known, value = (self.per_draw(fact) for fact in self._facts("liver_metastasis"))
        blank = self.constant((draws.uniform_liver < world.organs[0]).astype(float)[None, :, None])
        liver = self.blend(known, value, self.times(visceral, blank))

        names = ("brain_metastasis", "extraspinal_bone_any", "vertebrae_2", "systemic_lines_3")
        known, value = (self.per_draw(fact) for fact in self._facts(*names))
        lone = self.blend(known, value, self.constant((draws.uniform_lone < world.lone).astype(float)[None]))
        known, value = self._interval_in_sds()
        blank = self.constant(draws.normal_interval[None, :, None])
        interval = self.blend(self.per_draw(known), self.per_draw(value), blank)

        def last(tensor, position):
            return self.columns(tensor, [position], axis=2)

        covariate = {name: last(filled, position) for position, name in enumerate(MEASURES)}
        covariate |= {
            "performance_status": self.run("Neg", covariate["performance"]),
            "albumin": self.run("Neg", covariate["albumin"]),
            "haemoglobin": self.run("Neg", covariate["haemoglobin"]),
            "not_walking": not_walking,
            "visceral": visceral,
            "liver_extra": liver,
            "brain_metastasis": last(lone, 0),
            "extraspinal_bone": last(lone, 1),
            "multiple_vertebrae": last(lone, 2),
            "systemic_lines": last(lone, 3),
            "interval_from_primary": self.run("Neg", interval),
            "not_castration_resistant": last(self.binary, len(world.genes)),
        }
        everything = self.run("Concat", *(covariate[key(term)] for term in self.terms), axis=2)
        weighted = self.times(everything, table["applies"], self.constant(draws.evidence[None]))
        return self.total(weighted)

    def _measures(self) -> tuple[str, str, str, str]:
        """Known measures of fitness in SDs [N, k] (0 for a blank) with their mask; walking and its mask, each [N, 1]."""
        world, one = self.world, self.constant(1.0)
        known_karnofsky, karnofsky = self._facts("karnofsky")
        known_ecog, ecog = self._facts("ecog")
        performance = self.blend(known_karnofsky, karnofsky, self.run("Neg", ecog))
        known_performance = self.blend(known_karnofsky, one, known_ecog)
        known_rest, rest = self._facts(*MEASURES[1:])
        parts = [performance]
        for position, name in enumerate(MEASURES[1:], start=1):
            center, scale, _, _ = LABORATORY[name]
            raw = self.columns(rest, [position - 1])
            raw = self.add(self.times(raw, self.constant(scale)), self.constant(center))
            mean, sd = world.measure_mean[position], world.measure_sd[position]
            if world.measure_log[position]:
                raw, mean = self.run("Log", raw), np.log(mean)
            parts.append(self.times(self.minus(raw, self.constant(mean)), self.constant(1 / sd)))
        known = self.run("Concat", known_performance, known_rest, axis=1)
        measures = self.times(self.run("Concat", *parts, axis=1), known)

        known_walking, walking = self._facts("not_walking")
        known_frankel, frankel = self._facts("frankel_a_to_c")
        walking = self.blend(known_walking, walking, frankel)
        known_walking = self.blend(known_walking, one, known_frankel)
        return measures, known, known_walking, walking

    def _fitness(self) -> tuple[str, str, str, str, str]:
        """Latent fitness per draw [N, S, 1] given the known measures; measures and walking with their known-masks."""
        world = self.world
        measures, known, known_walking, walking = self._measures()
        precision = 1 / (1 - world.loading**2)
        slope = (world.loading * precision)[:, None] * FITNESS_NODES
        curve = (0.5 * world.loading**2 * precision)[:, None] * FITNESS_NODES**2
        chance = walking_probability(world, FITNESS_NODES)[None]
        logits = self.add(
            self.minus(
                self.run("MatMul", measures, self.constant(slope)),
                self.run("MatMul", known, self.constant(curve)),
            ),
            self.times(walking, self.constant(logit(chance))),
            self.times(known_walking, self.constant(np.log1p(-chance))),
            self.constant(-0.5 * FITNESS_NODES[None] ** 2),
        )
        fitness = self._placed(self.per_draw(self.softmax(logits)), FITNESS_NODES, self.draws.uniform_fitness)
        return fitness, measures, known, known_walking, walking

    def _placed(self, share: str, nodes: np.ndarray, uniform: np.ndarray) -> str:
        """A number per draw [N, S, 1] from shares of equal cells around `nodes`: the inverse of the piecewise linear
        distribution function at one uniform number per draw."""
        before = self._before(share, len(nodes))
        at = self.constant(uniform[None, :, None])
        return self._steps(self.minus(at, before), self.add(share, self.constant(TINY)), nodes)

    def _before(self, share: str, cells: int) -> str:
        """What lies in the cells before each one."""
        return self.run("MatMul", share, self.constant(np.triu(np.ones((cells, cells)), 1)))

    def _steps(self, beyond: str, share: str, nodes: np.ndarray) -> str:
        """Where a number falls that lies `beyond` the start of each cell with a `share`, [N, S, 1]."""
        passed = self.run("Div", beyond, share)
        steps = self.total(self.clip(passed, 0.0, 1.0))
        start = self.constant(nodes[0] - FITNESS_STEP / 2)
        return self.add(self.times(steps, self.constant(FITNESS_STEP)), start)

    def _interval_in_sds(self) -> tuple[str, str]:
        """Months since diagnosis on the scale of the case mix: known-mask and value, [N, 1]."""
        known, value = self._facts("months_since_primary_diagnosis")
        months = self.add(self.times(value, self.constant(24.0)), self.constant(25.0))
        value = self.minus(self.run("Log", months), self.constant(self.world.interval_mean))
        return known, self.times(value, self.constant(1 / self.world.interval_sd))
