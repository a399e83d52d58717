"""Golden scores of PyOD and scikit-learn for test/scoring/baselines.test.ts.

    python3 -m venv /tmp/peers && /tmp/peers/bin/pip install pyod==3.6.7 scikit-learn==1.9.1
    /tmp/peers/bin/python bench/peers/baselines_golden.py > test/fixtures/baselines/golden.json
"""

import json
import sys

import numpy as np
import pyod
import sklearn
from pyod.models.hbos import HBOS
from pyod.models.knn import KNN
from sklearn.ensemble import IsolationForest

random = np.random.RandomState(7)
ROWS, FRESH, WIDTH = 300, 60, 4


def draw(rows):
    """Correlated numbers with long tails; one row in ten is far off.

    No value lies on an inner edge of a bin: there PyOD looks a value up one bin below the one it was counted in.
    """
    x = random.randn(rows, WIDTH)
    x[:, 1] += 0.8 * x[:, 0]
    x[:, 2] = np.exp(x[:, 2])
    x[:, 3] = x[:, 3] ** 3
    x[: rows // 10] *= 4
    return np.round(x, 6)


train, fresh = draw(ROWS), draw(FRESH)
train = np.where(train == 0, 0.0, train)  # no -0.0 in the file
fresh = np.where(fresh == 0, 0.0, fresh)
hbos = HBOS(n_bins=10, alpha=0.1, tol=0.5).fit(train)
knn = KNN(n_neighbors=5, method="largest").fit(train)
forests = [IsolationForest(n_estimators=100, max_samples=256, random_state=seed).fit(train) for seed in range(10)]

json.dump(
    {
        "versions": {"pyod": pyod.__version__, "scikit-learn": sklearn.__version__},
        "width": WIDTH,
        "train": train.ravel().tolist(),
        "fresh": fresh.ravel().tolist(),
        "hbos": {
            "train": hbos.decision_function(train).tolist(),
            "fresh": hbos.decision_function(fresh).tolist(),
        },
        "knn": {"train": knn.decision_scores_.tolist(), "fresh": knn.decision_function(fresh).tolist()},
        "isolationForest": {
            "train": np.round(np.mean([-f.score_samples(train) for f in forests], 0), 6).tolist(),
            "fresh": np.round(np.mean([-f.score_samples(fresh) for f in forests], 0), 6).tolist(),
        },
    },
    sys.stdout,
)
