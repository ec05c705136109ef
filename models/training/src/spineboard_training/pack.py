"""Writes the folder of a pack: graph, golden rows, card, manifest with the SHA-256 of every file."""

import hashlib
import json
import re
from collections.abc import Iterable
from pathlib import Path

import pandas as pd

LICENCE = "MIT OR Apache-2.0 (weights and code); data notices below"
MSK_MET_NOTICE = (
    "Contains information from MSK-MET, made available under the ODbL (Open Database License 1.0). Nguyen et al., "
    "Cell 2022;185:563-575, doi:10.1016/j.cell.2022.01.003. The table derived from it is rebuilt by "
    "models/training/src/spineboard_training/msk_met.py."
)
RESEARCH_NOTICE = "Research use only. Not a medical device."
EXCLUDED_PRIMARIES = ["central_nervous_system"]


def toml_value(value) -> str:
    """A TOML literal; JSON strings are valid TOML strings."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, dict):
        return "{ " + ", ".join(f"{_key(name)} = {toml_value(item)}" for name, item in value.items()) + " }"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(toml_value(item) for item in value) + "]"
    if isinstance(value, float):
        return repr(value)
    if isinstance(value, int):
        return str(value)
    return json.dumps(str(value), ensure_ascii=False)


def _key(name: str) -> str:
    """A bare key where TOML allows one."""
    return name if re.fullmatch(r"[A-Za-z0-9_-]+", name) else json.dumps(name, ensure_ascii=False)


def toml_table(header: str, entries: dict) -> str:
    """`header` and its entries, one per line."""
    lines = [header] if header else []
    lines += [f"{name} = {toml_value(value)}" for name, value in entries.items()]
    return "\n".join(lines) + "\n"


def prepare_folder(folder: Path, names: set[str]) -> None:
    """Makes the folder. An earlier pack in it may be replaced; a foreign file there is an error."""
    folder.mkdir(parents=True, exist_ok=True)
    foreign = sorted(path.name for path in folder.iterdir() if path.name not in {*names, "pack.toml"})
    if foreign:
        raise FileExistsError(f"{folder} holds files that are not of this pack: {', '.join(foreign)}")


def patients_by_primary(counts: pd.DataFrame, primaries: Iterable[str]) -> list[dict]:
    """Patients and deaths (`size` and `sum`) of every primary tumour, none as 0."""
    return [
        {"value": value, "patients": int(counts["size"].get(value, 0)), "events": int(counts["sum"].get(value, 0))}
        for value in primaries
    ]


def write_pack(folder: Path, manifest: dict, files: dict[str, bytes]) -> None:
    """`manifest` holds the top-level entries and, by name, tables (dict) or lists of tables; `files` by plain name."""
    hashed = [{"path": name, "sha256": hashlib.sha256(data).hexdigest()} for name, data in sorted(files.items())]
    for name, data in files.items():
        (folder / name).write_bytes(data)
    (folder / "pack.toml").write_text(_manifest_text({**manifest, "file": hashed}), encoding="utf-8")


def _manifest_text(manifest: dict) -> str:
    simple = {name: value for name, value in manifest.items() if not _is_table(value)}
    parts = [toml_table("", simple)]
    for name, value in manifest.items():
        if isinstance(value, dict):
            inner = {key: item for key, item in value.items() if not _is_table_list(item)}
            parts.append(toml_table(f"[{name}]", inner))
            for key, item in value.items():
                if _is_table_list(item):
                    parts += [toml_table(f"[[{name}.{key}]]", entry) for entry in item]
        elif _is_table_list(value):
            parts += [toml_table(f"[[{name}]]", entry) for entry in value]
    return "\n".join(parts)


def _is_table(value) -> bool:
    return isinstance(value, dict) or _is_table_list(value)


def _is_table_list(value) -> bool:
    return isinstance(value, list) and bool(value) and isinstance(value[0], dict)


def golden_text(rows: list[dict]) -> bytes:
    """golden.json, numbers as short as they round-trip; a number that is not finite is an error."""
    text = json.dumps({"rows": rows}, ensure_ascii=False, separators=(",", ":"), sort_keys=True, allow_nan=False)
    return (text + "\n").encode()
