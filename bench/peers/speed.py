"""Does pieces of work of other packages as often as it is told, for the benches of speed.

    .venv-synthesis/bin/python speed.py     (ctgan, sdmetrics)
    .venv/bin/python speed.py               (PyOD)

Prints one line of JSON with the versions. Takes one task on a line, JSON with "task" and what it needs, prepares it and
prints its facts; then, for each further line, does the work once and prints {"work", "seconds", "cpuSeconds"}: of the
clock, and of a core, child processes included. All on one thread, with the packages' default settings.
"""

import json
import os
import platform
import resource
import sys
import time
import warnings
from importlib.metadata import PackageNotFoundError, version

for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ.setdefault(name, "1")

import numpy as np
import pandas as pd

warnings.filterwarnings("ignore")

PACKAGES = ("ctgan", "sdmetrics", "pyod", "torch", "scikit-learn", "pandas", "numpy")


def read_table(path):
    table = pd.read_csv(path, keep_default_na=False, skipinitialspace=True)
    return table, [name for name in table if not pd.api.types.is_numeric_dtype(table[name])]


def cpu_seconds():
    ended = resource.getrusage(resource.RUSAGE_CHILDREN)
    return time.process_time() + ended.ru_utime + ended.ru_stime


def timed(work):
    started, before = time.perf_counter(), cpu_seconds()
    count = work()
    return {"work": count, "seconds": time.perf_counter() - started, "cpuSeconds": cpu_seconds() - before}


def told():
    """The next line is there: the work is to be done again."""
    return sys.stdin.readline() != ""


def say(answer):
    print(json.dumps(answer), flush=True)


def load_ctgan():
    import torch

    torch.set_num_threads(1)
    import ctgan.synthesizers.ctgan as module

    return module


def ctgan_step(train):
    """An epoch of the training each time; the progress bar of the package is where it waits for its turn."""
    module = load_ctgan()
    table, levels = read_table(train)

    class Turns:
        def __init__(self, epochs, **_):
            self.epochs = epochs

        def __iter__(self):
            say({"facts": {}})
            steps = max(len(table) // model._batch_size, 1)
            while told():
                started, before = time.perf_counter(), cpu_seconds()
                yield 0
                say({"work": steps, "seconds": time.perf_counter() - started, "cpuSeconds": cpu_seconds() - before})

        def set_description(self, *_):
            pass

    module.tqdm = Turns
    model = module.CTGAN(enable_gpu=False)
    model.set_random_state(1)
    model.fit(table, levels)


def ctgan_sample(train, rows, column=None, value=None):
    model = load_ctgan().CTGAN(epochs=1, enable_gpu=False)
    model.set_random_state(1)
    table, levels = read_table(train)
    model.fit(table, levels)
    say({"facts": {}})
    while told():
        say(timed(lambda: len(model.sample(rows, column, value))))


def pyod_score(train, rows, detector):
    """The table as PyOD needs it, numbers with levels as one-hot columns, is made before the time is taken."""
    if detector == "IForest":
        from pyod.models.iforest import IForest as Detector
    else:
        from pyod.models.knn import KNN as Detector
    table, levels = read_table(train)
    matrix = pd.get_dummies(table, columns=levels, dtype="f8").to_numpy()
    model = Detector().fit(matrix)
    wanted = np.resize(np.arange(len(matrix)), rows)
    say({"facts": {"width": matrix.shape[1]}})
    while told():
        say(timed(lambda: len(model.decision_function(matrix[wanted]))))


def metadata_of(table, levels):
    kinds = {name: {"sdtype": "categorical" if name in levels else "numerical"} for name in table}
    return {"columns": kinds}


def sdmetrics_quality(real, synthetic):
    from sdmetrics.reports.single_table import QualityReport

    tables, levels = read_tables(real, synthetic)
    metadata = metadata_of(tables[0], levels)

    def report():
        made = QualityReport()
        made.generate(*tables, metadata, verbose=False)
        return 1

    # The package would look at a sample of 50,000 rows; these have fewer.
    say({"facts": {"rows": len(tables[0])}})
    while told():
        say(timed(report))


def sdmetrics_closest(real, synthetic, rows):
    from sdmetrics.single_table.privacy.dcr_utils import calculate_dcr

    tables, levels = read_tables(real, synthetic)
    metadata = metadata_of(tables[0], levels)
    some = tables[1].head(rows)

    def distances():
        calculate_dcr(reference_dataset=tables[0], dataset=some, metadata=metadata)
        return len(some) * len(tables[0])

    say({"facts": {"rows": len(tables[0])}})
    while told():
        say(timed(distances))


def read_tables(real, synthetic):
    first, levels = read_table(real)
    second = read_table(synthetic)[0]
    return (first, second), levels


TASKS = {
    "ctgan step": ctgan_step,
    "ctgan sample": ctgan_sample,
    "PyOD": pyod_score,
    "SDMetrics quality": sdmetrics_quality,
    "SDMetrics closest": sdmetrics_closest,
}

versions = {"python": platform.python_version()}
for package in PACKAGES:
    try:
        versions[package] = version(package)
    except PackageNotFoundError:
        pass
say({"versions": versions})
request = json.loads(sys.stdin.readline())
TASKS[request.pop("task")](**request)
