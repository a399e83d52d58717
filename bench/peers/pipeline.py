"""Takes a table from its file to a score of each row with the packages that people put together for it: pandas reads it,
ctgan's DataTransformer prepares it, PyOD's IForest learns from it and scores it.

    .venv-synthesis/bin/python pipeline.py TABLE.csv SCORES.csv

Prints one line of JSON: the versions, and the seconds of each stage. Default settings, as many threads as the packages
take by themselves.
"""

import json
import platform
import sys
import time
import warnings
from importlib.metadata import version

warnings.filterwarnings("ignore")

import pandas as pd
from ctgan.data_transformer import DataTransformer
from pyod.models.iforest import IForest

PACKAGES = ("pandas", "ctgan", "rdt", "pyod", "scikit-learn", "numpy")
LABEL = "income"

stages = {}


def timed(name, work):
    started = time.perf_counter()
    result = work()
    stages[name] = time.perf_counter() - started
    return result


def prepare(table):
    transformer = DataTransformer()
    transformer.fit(table, [name for name in table if not pd.api.types.is_numeric_dtype(table[name])])
    return transformer.transform(table)


def write(scores):
    pd.DataFrame({"row": range(1, len(scores) + 1), "score": scores}).to_csv(sys.argv[2], index=False)


table = timed("read", lambda: pd.read_csv(sys.argv[1], skipinitialspace=True))
matrix = timed("prepare", lambda: prepare(table.drop(columns=[LABEL])))
detector = timed("fit", lambda: IForest().fit(matrix))
scores = timed("score", lambda: detector.decision_function(matrix))
timed("write", lambda: write(scores))
versions = {"python": platform.python_version()} | {name: version(name) for name in PACKAGES}
print(json.dumps({"versions": versions, "stages": stages}))
