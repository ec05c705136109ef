"""Reads a finished pack and runs its graph, as any user of it would: manifest, hashes, facts in, sample paths out."""

import hashlib
import json
import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import onnxruntime

from .columns import encode

CHUNK_ROWS = 64
PLAIN_NAME = re.compile(r"[A-Za-z0-9_-][A-Za-z0-9._-]{0,99}")


class PackError(ValueError):
    """A folder that is no sound pack, or one that this kit cannot run."""


@dataclass(frozen=True)
class Pack:
    """A pack with its files by name (hashes checked) and its graph ready to run."""

    manifest: dict
    files: dict[str, bytes]
    session: onnxruntime.InferenceSession

    @property
    def title(self) -> str:
        """Name and version."""
        return f"{self.manifest['name']} {self.manifest['version']}"

    @property
    def settings(self) -> list[str]:
        """Names of the settings, the default first; none where the model knows one only."""
        return [setting["name"] for setting in self.manifest.get("setting", [])]

    @property
    def months(self) -> np.ndarray:
        """The time grid [T] in months."""
        return np.array(self.manifest["output"]["time_grid_months"], dtype=float)

    @property
    def graph_name(self) -> str:
        """The file that holds the graph."""
        return self.manifest["member"][0]["file"]

    @property
    def golden(self) -> list[dict]:
        """Rows of golden.json."""
        return json.loads(self.files["golden.json"])["rows"]

    @property
    def measured(self) -> dict | None:
        """What measured.json holds, if the pack has one."""
        return json.loads(self.files["measured.json"]) if "measured.json" in self.files else None

    def column(self, months: float) -> int:
        """Position of a month on the time grid."""
        found = np.flatnonzero(self.months == months)
        if not len(found):
            raise PackError(f"{self.title}: month {months:g} is not on its time grid")
        return int(found[0])

    def setting(self, name: str | None) -> str | None:
        """The setting that answers: the named one, or the default."""
        if name is None:
            return self.settings[0] if self.settings else None
        if name not in self.settings:
            raise PackError(f"{self.title} has no setting {name!r}; it has: {', '.join(self.settings) or 'none'}")
        return name


def read_pack(folder: Path) -> Pack:
    """Reads the folder; a missing file, a wrong hash or a manifest of another shape is an error."""
    try:
        manifest = tomllib.loads((folder / "pack.toml").read_text(encoding="utf-8"))
    except tomllib.TOMLDecodeError as error:
        raise PackError(f"{folder / 'pack.toml'}: {error}") from error
    missing = {"name", "version", "input", "output", "member", "population", "training", "file"} - manifest.keys()
    if missing:
        raise PackError(f"{folder / 'pack.toml'} lacks {', '.join(sorted(missing))}")
    if len(manifest["member"]) != 1:
        raise PackError(f"{folder}: the kit runs packs of one graph, this one has {len(manifest['member'])}")
    if any(column.get("only_when") for column in manifest["input"]):
        raise PackError(f"{folder}: the kit does not encode columns that apply to some patients only")
    files = {entry["path"]: _checked(folder, entry) for entry in manifest["file"]}
    for name in ("golden.json", "CARD.md", manifest["member"][0]["file"]):
        if name not in files:
            raise PackError(f"{folder}: no [[file]] gives the SHA-256 of {name}")
    return Pack(manifest, files, session(files[manifest["member"][0]["file"]]))


def session(graph: bytes) -> onnxruntime.InferenceSession:
    """A graph on one thread, so that sums keep their order."""
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    try:
        return onnxruntime.InferenceSession(graph, options, providers=["CPUExecutionProvider"])
    except Exception as error:  # onnxruntime's errors have no base of their own
        raise PackError(f"the graph cannot be read: {error}") from error


def _checked(folder: Path, entry: dict) -> bytes:
    name = entry["path"]
    if not PLAIN_NAME.fullmatch(name):
        raise PackError(f"{folder}: {name!r} is not a plain file name")
    data = (folder / name).read_bytes()
    if hashlib.sha256(data).hexdigest() != entry["sha256"].lower():
        raise PackError(f"{folder}: {name} does not have the SHA-256 of the manifest")
    return data


def encoded(pack: Pack, patients: list[dict]) -> tuple[np.ndarray, np.ndarray]:
    """`values` and `known`, each f32 [N, F]."""
    rows = [encode(facts, pack.manifest["input"]) for facts in patients]
    shape = (len(rows), len(pack.manifest["input"]))
    return tuple(np.array([row[part] for row in rows], dtype=np.float32).reshape(shape) for part in range(2))


def answers(pack: Pack, values: np.ndarray, known: np.ndarray, setting: str | None, outputs=("survival",)) -> Iterator[list]:
    """The graph's outputs in chunks of rows, f32: `survival` [n, S, T], `cord_compression` [n, S]."""
    for start in range(0, len(values), CHUNK_ROWS):
        chunk = slice(start, start + CHUNK_ROWS)
        inputs = {"values": values[chunk], "known": known[chunk]}
        if pack.settings:
            one_hot = np.zeros((len(values[chunk]), len(pack.settings)), dtype=np.float32)
            one_hot[:, pack.settings.index(pack.setting(setting))] = 1
            inputs["setting"] = one_hot
        yield pack.session.run(list(outputs), inputs)


def survival(pack: Pack, patients: list[dict], setting: str | None, months: tuple[float, ...]) -> np.ndarray:
    """P(alive) at each of `months`: mean, 5 % and 95 % quantile over the paths, [N, months, 3]."""
    columns = [pack.column(month) for month in months]
    found = [point_and_interval(paths[:, :, columns]) for (paths,) in answers(pack, *encoded(pack, patients), setting)]
    return np.concatenate(found) if found else np.zeros((0, len(months), 3))


def point_and_interval(paths: np.ndarray) -> np.ndarray:
    """Mean, 5 % and 95 % quantile over axis 1, stacked as the last axis."""
    paths = paths.astype(float)
    low, high = np.quantile(paths, [0.05, 0.95], axis=1)
    return np.stack([paths.mean(1), low, high], axis=-1)
