"""Trains a peer on a table and writes synthetic tables.

    .venv-synthesis/bin/python synthesize.py < job

Takes one job on a line, JSON: {"program": "ctgan" or "mostlyai", "train": path of CSV, "seed": whole number,
"budgetCpuSeconds": to stop ctgan after, or null, "outputs": [paths of CSV to write, as many rows each as train]}.
Prints one line of JSON with the versions, then one with the times: of a core, its child processes included.
Settings are the defaults of the packages, on the CPU and on one thread; columns of text are levels.
"""

import json
import os
import platform
import resource
import sys
import tempfile
import time
import warnings
from importlib.metadata import version
from pathlib import Path

for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ.setdefault(name, "1")

import pandas as pd
import psutil

warnings.filterwarnings("ignore")

DEFAULT_EPOCHS = 300  # of ctgan


def cpu_seconds():
    """Of this process and its children, those that still run included."""
    ended = resource.getrusage(resource.RUSAGE_CHILDREN)
    total = time.process_time() + ended.ru_utime + ended.ru_stime
    for child in psutil.Process().children(recursive=True):
        times = child.cpu_times()
        total += times.user + times.system
    return total


def read_table(path):
    table = pd.read_csv(path, keep_default_na=False, skipinitialspace=True)
    return table, [name for name in table if not pd.api.types.is_numeric_dtype(table[name])]


class Epochs:
    """Stands for ctgan's progress bar: ends the training when the time is up, and knows how long an epoch takes."""

    def __init__(self, started, budget):
        self.started, self.budget, self.done, self.before = started, budget, 0, None

    def __call__(self, epochs, **_):
        self.before = cpu_seconds()
        for epoch in epochs:
            spent = cpu_seconds() - self.started
            if self.budget is not None and self.done > 0 and spent + self.seconds_per_epoch() > self.budget:
                return
            yield epoch
            self.done += 1

    def seconds_per_epoch(self):
        return (cpu_seconds() - self.before) / self.done


def train_ctgan(table, levels, seed, budget, started):
    import ctgan.synthesizers.ctgan as module

    epochs = Epochs(started, budget)
    module.tqdm = epochs
    model = module.CTGAN(epochs=DEFAULT_EPOCHS, enable_gpu=False)
    model.set_random_state(seed)
    model.fit(table, levels)
    spent = cpu_seconds() - started
    was_cut = epochs.done < DEFAULT_EPOCHS
    rest = (DEFAULT_EPOCHS - epochs.done) * epochs.seconds_per_epoch()
    times = {"epochs": epochs.done, "cpuSecondsOf300": spent + rest if was_cut else None}
    return times, lambda index: model.sample(len(table))


def train_mostlyai(table, levels, seed, budget, started):
    from mostlyai import engine

    engine.set_random_state(seed)
    folder = tempfile.TemporaryDirectory()
    place = Path(folder.name)
    engine.split(workspace_dir=place, tgt_data=table)
    engine.analyze(workspace_dir=place)
    engine.encode(workspace_dir=place)
    engine.train(workspace_dir=place, device="cpu")

    def draw(index):
        engine.set_random_state(1000 * seed + index)
        engine.generate(workspace_dir=place, sample_size=len(table), device="cpu")
        drawn = pd.read_parquet(place / "SyntheticData")
        _ = folder  # is removed with the last reference
        return drawn[list(table.columns)]

    return {"epochs": None, "cpuSecondsOf300": None}, draw


TRAINERS = {"ctgan": (train_ctgan, "ctgan"), "mostlyai": (train_mostlyai, "mostlyai-engine")}


def carry_out(job):
    table, levels = read_table(job["train"])
    train, _ = TRAINERS[job["program"]]
    started, started_at = cpu_seconds(), time.perf_counter()
    times, draw = train(table, levels, job["seed"], job["budgetCpuSeconds"], started)
    trained, trained_at = cpu_seconds(), time.perf_counter()
    for index, path in enumerate(job["outputs"]):
        draw(index).to_csv(path, index=False)
    return {
        "trainCpuSeconds": trained - started,
        "trainSeconds": trained_at - started_at,
        "drawCpuSeconds": (cpu_seconds() - trained) / len(job["outputs"]),
        "peakMb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
        **times,
    }


def main():
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)  # what packages print is no answer
    packages = ["torch", *(package for _, package in TRAINERS.values())]
    versions = {"python": platform.python_version(), **{name: version(name) for name in packages}}
    print(json.dumps({"versions": versions}), file=answers, flush=True)
    job = json.loads(sys.stdin.readline())
    if job["program"] == "ctgan":  # so that loading it does not count as its time
        import ctgan.synthesizers.ctgan  # noqa: F401
    else:
        from mostlyai import engine  # noqa: F401
    print(json.dumps(carry_out(job)), file=answers, flush=True)


main()
