"""Times the reading of 300 CT slices of 512 x 512 beside other programs, with as many workers each, and compares pixels.

Usage: python decoding_speed.py SPINEBOARD [SLICES]. Needs pydicom with numpy; what else is there takes part: pylibjpeg
(with openjpeg), pyjpegls and GDCM as plugins of pydicom, and DCMTK. The slices are the synthetic patient's, enlarged and
with noise; the encoders are those of DCMTK and of pydicom's plugins. Everybody reads files, decodes every pixel and
hashes it (SHA-256 of the stored values) in processes of their own, so that equal hashes show equal pixels. All take
turns, and the fastest turn of each counts, so that other work on the machine meets everybody. A ratio of 1 or more means
that SpineBoard was at least as fast. Aims: 1.0 beside the fastest of each line; all processes of SpineBoard together never
hold more than twice the volume (proportional set size, which counts shared pages once; Linux only).

Measured on two cores, 300 slices, seven turns in one run; the peer's time divided by ours: uncompressed pydicom 1.66;
JPEG 2000 pylibjpeg 1.08, GDCM 1.20 (both sides of the first use OpenJPEG); JPEG-LS pyjpegls 1.15, GDCM 1.61, DCMTK 4.74.
At most 29 MB were held while hashing.
"""

import hashlib
import json
import os
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import numpy as np
import pydicom
from pydicom.pixels import get_decoder
from pydicom.uid import UID, ExplicitVRLittleEndian, JPEG2000Lossless, JPEGLSLossless

SIDE = 512
# As many as SpineBoard keeps busy.
WORKERS = min(max(os.cpu_count() or 2, 2), 4)
TURNS = 7


def phantom(spineboard: str, folder: Path, slices: int) -> None:
    """Uncompressed slices: the demonstration's CT, each pixel four times, with noise of 8 HU."""
    demonstration = folder.parent / "demonstration"
    subprocess.run([spineboard, "demo", str(demonstration)], check=True, capture_output=True)
    found = [pydicom.dcmread(path) for path in demonstration.rglob("*") if path.is_file() and path.suffix != ".json"]
    computed = sorted((one for one in found if one.Modality == "CT"), key=lambda one: float(one.ImagePositionPatient[2]))
    noise = np.random.default_rng(1)
    folder.mkdir()
    for number in range(slices):
        one = computed[number * len(computed) // slices].copy()
        enlarged = np.kron(one.pixel_array, np.ones((SIDE // one.Rows, SIDE // one.Columns), dtype=np.int16))
        values = (enlarged + noise.normal(0, 8, enlarged.shape)).round().astype("<i2")
        one.Rows = one.Columns = SIDE
        one.PixelSpacing = [0.5, 0.5]
        one.ImagePositionPatient[2] = number * 0.8
        one.InstanceNumber = number + 1
        one.SOPInstanceUID = one.file_meta.MediaStorageSOPInstanceUID = UID(f"2.25.{1000 + number}")
        one.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
        one.PixelData = values.tobytes()
        one.save_as(folder / f"{number:04}.dcm", enforce_file_format=True)


def encoded(plain: Path, folder: Path, syntax: UID) -> bool:
    """The slices compressed by DCMTK (JPEG-LS) or by a plugin of pydicom (JPEG 2000); false where neither is there."""
    folder.mkdir()
    for path in sorted(plain.iterdir()):
        target = folder / path.name
        if syntax == JPEGLSLossless and shutil.which("dcmcjpls"):
            subprocess.run(["dcmcjpls", str(path), str(target)], check=True)
            continue
        try:
            one = pydicom.dcmread(path)
            one.compress(syntax, generate_instance_uid=False)
        except (NotImplementedError, RuntimeError) as reason:
            print(f"SKIPPED: {syntax.name}: {reason}")
            return False
        one.save_as(target)
    return True


def hash_of(path: Path, plugin: str) -> str:
    dataset = pydicom.dcmread(path)
    if plugin == "numpy":
        return hashlib.sha256(dataset.pixel_array.tobytes()).hexdigest()
    decoded, _ = get_decoder(dataset.file_meta.TransferSyntaxUID).as_array(dataset, decoding_plugin=plugin)
    return hashlib.sha256(decoded.tobytes()).hexdigest()


def by_pydicom(folder: Path, plugin: str) -> dict[str, str]:
    paths = sorted(folder.iterdir())
    with ProcessPoolExecutor(WORKERS) as pool:
        # Plain files take less time than their way to a process, so that several go together; a slow last group
        # of compressed ones would leave the other processes idle.
        hashes = pool.map(hash_of, paths, [plugin] * len(paths), chunksize=8 if plugin == "numpy" else 1)
        return {path.name: found for path, found in zip(paths, hashes, strict=True)}


def by_spineboard(spineboard: str, folder: Path) -> dict[str, str]:
    ran = subprocess.run([spineboard, "images", str(folder), "--json", "--hash"], check=True, capture_output=True)
    report = json.loads(ran.stdout)
    return {Path(one["path"]).name: one["sha256"] for one in report["hashes"]}


def by_dcmtk(folder: Path) -> None:
    """Decodes to files in memory; without hashes, which is less work."""
    with tempfile.TemporaryDirectory(dir="/dev/shm") as target:
        command = f"ls {folder} | xargs -P {WORKERS} -I NAME dcmdjpls {folder}/NAME {target}/NAME"
        subprocess.run(["sh", "-c", command], check=True)


def timed(runs: dict) -> dict[str, tuple[float, object]]:
    """By name, the fastest of several turns and the last answer."""
    best: dict[str, tuple[float, object]] = {}
    for _ in range(TURNS):
        for name, run in runs.items():
            started = time.perf_counter()
            answer = run()
            taken = time.perf_counter() - started
            best[name] = (min(taken, best[name][0]) if name in best else taken, answer)
    return best


def held(process: int) -> int:
    """Kilobytes of a process and of everything that it started, shared pages counted once."""
    try:
        lines = Path(f"/proc/{process}/smaps_rollup").read_text().splitlines()
        children = [Path(task / "children").read_text() for task in Path(f"/proc/{process}/task").iterdir()]
    except OSError:
        return 0
    own = next(int(line.split()[1]) for line in lines if line.startswith("Pss:"))
    return own + sum(held(int(child)) for child in " ".join(children).split())


def peak_of(spineboard: str, folder: Path) -> float:
    """The most megabytes that SpineBoard with its workers holds at once, looked at every two milliseconds."""
    peak = 0
    command = [spineboard, "images", str(folder), "--json", "--hash"]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as running:
        reader = threading.Thread(target=running.stdout.read)
        reader.start()
        while running.poll() is None:
            peak = max(peak, held(running.pid))
            time.sleep(0.002)
        reader.join()
    return peak * 1024 / 1e6


def main() -> None:
    spineboard, slices = sys.argv[1], int(sys.argv[2]) if len(sys.argv) > 2 else 300
    print(f"{slices} slices of {SIDE} x {SIDE}, {WORKERS} workers each")
    with tempfile.TemporaryDirectory() as root:
        plain = Path(root) / "plain"
        phantom(spineboard, plain, slices)
        lines = [("uncompressed", plain, ["numpy"])]
        for name, syntax, plugins in (
            ("JPEG 2000", JPEG2000Lossless, ["pylibjpeg", "gdcm"]),
            ("JPEG-LS", JPEGLSLossless, ["pyjpegls", "gdcm"]),
        ):
            folder = Path(root) / name
            if encoded(plain, folder, syntax):
                there = get_decoder(syntax).available_plugins
                lines.append((name, folder, [plugin for plugin in plugins if plugin in there]))
        volume = slices * SIDE * SIDE * 2 / 1e6
        for name, folder, plugins in lines:
            runs = {"SpineBoard": lambda folder=folder: by_spineboard(spineboard, folder)}
            for plugin in plugins:
                runs[f"pydicom with {plugin}"] = lambda folder=folder, plugin=plugin: by_pydicom(folder, plugin)
            if name == "JPEG-LS" and shutil.which("dcmdjpls"):
                runs["DCMTK, a process for each file, no hash"] = lambda folder=folder: by_dcmtk(folder)
            times = timed(runs)
            own, hashes = times.pop("SpineBoard")
            print(f"{name}: SpineBoard {own:.3f} s, at most {peak_of(spineboard, folder):.0f} MB; the volume has {volume:.0f} MB")
            for other, (taken, found) in times.items():
                same = "" if found is None else ", equal pixels" if found == hashes else ", DIFFERENT PIXELS"
                print(f"  {other}: {taken:.3f} s, ratio {taken / own:.2f}{same}")
            print(f"  ratio to the fastest: {min(taken for taken, _ in times.values()) / own:.2f}")


if __name__ == "__main__":
    main()
