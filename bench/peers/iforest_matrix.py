"""Scores of PyOD's IForest with its defaults for a matrix that bench/simulator/entity-history.ts wrote.

    python iforest_matrix.py FOLDER WIDTH SEED

Reads FOLDER/matrix (float32, row-major), writes FOLDER/scores (float64, higher = more anomalous).
"""
import sys

import numpy as np
from pyod.models.iforest import IForest

folder, width, seed = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
matrix = np.fromfile(f"{folder}/matrix", dtype=np.float32).reshape(-1, width)
model = IForest(random_state=seed).fit(matrix)
model.decision_scores_.astype(np.float64).tofile(f"{folder}/scores")
