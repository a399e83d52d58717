"""Fits PyOD's detectors on a prepared table and writes their scores.

    .venv/bin/python detect.py < paths-of-jobs

Takes the path of a job on each line. A job is JSON (all matrices raw little-endian float64, row-major):
    {"width": columns, "train": {"rows": n, "plain": path, "prepared": path},
     "test": the same, or null to score the rows that were fitted on,
     "trim": share of rows that the prepared isolation forest leaves out,
     "timeoutSeconds": per fit,
     "fits": [{"detector": name, "seed": whole number, "fitRows": most rows to fit on or null, "scores": path}]}

Prints one line of JSON with the versions, then one per fit, in order. Scores are raw float64, higher = more anomalous. Each fit
has a process of its own, forked after the imports and the reading, so that it can be stopped and its time and memory
are its own. Settings are the defaults of PyOD; the seed goes to what draws at random.
"""

import importlib.util
import json
import os
import platform
import resource
import sys
import time

for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NUMBA_NUM_THREADS"):
    os.environ.setdefault(name, "1")

import numpy as np
import pyod
import scipy
import sklearn
from pyod.models.cblof import CBLOF
from pyod.models.copod import COPOD
from pyod.models.ecod import ECOD
from pyod.models.gmm import GMM
from pyod.models.hbos import HBOS
from pyod.models.iforest import IForest
from pyod.models.knn import KNN
from pyod.models.lof import LOF
from pyod.models.ocsvm import OCSVM
from pyod.models.pca import PCA

SCORES_AT_ONCE = 20_000  # rows; neighbours of 600,000 rows at once would not fit in memory


def so_gaal(seed):
    import torch
    from pyod.models.so_gaal import SO_GAAL

    torch.manual_seed(seed)
    torch.set_num_threads(1)
    return SO_GAAL()


def mo_gaal(seed):
    import torch
    from pyod.models.mo_gaal import MO_GAAL

    torch.manual_seed(seed)
    torch.set_num_threads(1)
    return MO_GAAL()


DETECTORS = {
    "IForest": lambda seed: IForest(random_state=seed),
    "ECOD": lambda seed: ECOD(),
    "COPOD": lambda seed: COPOD(),
    "HBOS": lambda seed: HBOS(),
    "KNN": lambda seed: KNN(),
    "LOF": lambda seed: LOF(),
    "PCA": lambda seed: PCA(random_state=seed),
    "OCSVM": lambda seed: OCSVM(),
    "GMM": lambda seed: GMM(random_state=seed),
    "CBLOF": lambda seed: CBLOF(random_state=seed),
    "SO_GAAL": so_gaal,
    "MO_GAAL": mo_gaal,
}


def read_matrix(path, rows, width):
    return np.fromfile(path, dtype="<f8").reshape(rows, width)


def score_rows(model, rows):
    return np.concatenate(
        [model.decision_function(rows[i : i + SCORES_AT_ONCE]) for i in range(0, len(rows), SCORES_AT_ONCE)]
    )


def fit_prepared_forest(train, test, seed, trim):
    """Isolation forest on signed-log coordinates, grown again, twice, without the most anomalous rows of the last."""
    forest = IForest(random_state=seed).fit(train)
    for round in (1, 2) if trim > 0 else ():
        kept = np.argsort(score_rows(forest, train), kind="stable")[: int(len(train) * (1 - trim))]
        forest = IForest(random_state=seed + 1000 * round).fit(train[kept])
    return score_rows(forest, train if test is None else test)


def carry_out(fit, job, matrices):
    """In the child: fits, scores, writes."""
    started, cpu_started = time.perf_counter(), time.process_time()
    detector, seed = fit["detector"], fit["seed"]
    # decision_scores_ of a detector are those of the rows it was fitted on: a neighbour method leaves out the row itself.
    if detector == "prepared isolation forest":
        train, test = matrices["prepared"]
        scores = fit_prepared_forest(train, test, seed, job["trim"])
    else:
        train, test = matrices["plain"]
        limit = fit["fitRows"]
        if limit is not None and len(train) > limit:
            test = train if test is None else test
            train = train[np.random.RandomState(0).permutation(len(train))[:limit]]
        model = DETECTORS[detector](seed)
        model.fit(train)
        scores = model.decision_scores_ if test is None else score_rows(model, test)
    finite = np.isfinite(scores)
    np.nan_to_num(np.asarray(scores, dtype="<f8")).tofile(fit["scores"])
    return {
        "seconds": time.perf_counter() - started,
        "cpuSeconds": time.process_time() - cpu_started,
        "peakMb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
        "notFinite": int((~finite).sum()),
    }


def run_child(fit, job, matrices):
    """Runs one fit in a child; what it prints is thrown away."""
    read_end, write_end = os.pipe()
    pid = os.fork()
    if pid == 0:
        os.close(read_end)
        silent = os.open(os.devnull, os.O_WRONLY)
        os.dup2(silent, 1)
        os.dup2(silent, 2)
        try:
            answer = {"status": "ok", **carry_out(fit, job, matrices)}
        except Exception as error:  # told in the results, not hidden
            answer = {"status": "failed", "message": f"{type(error).__name__}: {error}"[:300]}
        os.write(write_end, json.dumps(answer).encode())
        os._exit(0)
    os.close(write_end)
    deadline = time.monotonic() + job["timeoutSeconds"]
    while time.monotonic() < deadline:
        done, _ = os.waitpid(pid, os.WNOHANG)
        if done:
            text = os.read(read_end, 65536).decode()
            os.close(read_end)
            return json.loads(text) if text else {"status": "failed", "message": "The process ended unexpectedly."}
        time.sleep(0.02)
    os.kill(pid, 9)
    os.waitpid(pid, 0)
    os.close(read_end)
    return {"status": "timed-out"}


def warm_up():
    """What numba compiles at the first use shall not count as a detector's time."""
    rows = np.random.RandomState(0).normal(size=(300, 3))
    for name in ("HBOS", "CBLOF", "LOF", "KNN"):
        DETECTORS[name](0).fit(rows).decision_function(rows)


def carry_out_job(job):
    width, train, test = job["width"], job["train"], job["test"]
    matrices = {
        name: (
            read_matrix(train[name], train["rows"], width),
            None if test is None else read_matrix(test[name], test["rows"], width),
        )
        for name in ("plain", "prepared")
    }
    for fit in job["fits"]:
        answer = run_child(fit, job, matrices)
        print(json.dumps({"detector": fit["detector"], "seed": fit["seed"], **answer}), flush=True)


def main():
    versions = {
        "python": platform.python_version(),
        "pyod": pyod.__version__,
        "scikit-learn": sklearn.__version__,
        "numpy": np.__version__,
        "scipy": scipy.__version__,
    }
    if importlib.util.find_spec("torch") is not None:
        import torch  # here and not in each child, so that loading it does not count as a detector's time

        versions["torch"] = torch.__version__
    warm_up()
    print(json.dumps({"versions": versions}), flush=True)
    for line in sys.stdin:
        with open(line.strip(), encoding="utf-8") as file:
            carry_out_job(json.load(file))


main()
