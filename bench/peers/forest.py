"""Fits scikit-learn's random forest on prepared rows and writes the probability of fraud of others.

    .venv/bin/python forest.py < paths-of-jobs

Takes the path of a job on each line. A job is JSON (matrices raw little-endian float32, row-major, NaN where missing):
    {"width": columns, "seed": whole number, "trees": number of trees,
     "train": {"rows": n, "matrix": path, "labels": path of bytes, "weights": path of float64},
     "test": {"rows": n, "matrix": path}, "scores": path}

Prints one line of JSON with the versions, then one per job. Scores are raw float64. All settings but the number of trees
and the seed are the package's defaults.
"""

import json
import os
import platform
import sys
import time

for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ.setdefault(name, "1")

import numpy as np
import sklearn
from sklearn.ensemble import RandomForestClassifier


def carry_out(job):
    def matrix(part):
        return np.fromfile(part["matrix"], dtype="<f4").reshape(part["rows"], job["width"])

    train = job["train"]
    labels = np.fromfile(train["labels"], dtype=np.uint8)
    weights = np.fromfile(train["weights"], dtype="<f8")
    started = time.process_time()
    forest = RandomForestClassifier(n_estimators=job["trees"], random_state=job["seed"], n_jobs=1)
    forest.fit(matrix(train), labels, sample_weight=weights)
    forest.predict_proba(matrix(job["test"]))[:, 1].astype("<f8").tofile(job["scores"])
    return {"cpuSeconds": time.process_time() - started}


def say(answer):
    print(json.dumps(answer), flush=True)


say({"versions": {"python": platform.python_version(), "numpy": np.__version__, "scikit-learn": sklearn.__version__}})
for line in sys.stdin:
    with open(line.strip()) as file:
        say(carry_out(json.load(file)))
