"""Judges synthetic tables: quality (SDMetrics), two-sample test and training on synthetic rows (XGBoost), privacy.

    .venv-synthesis/bin/python judge_synthesis.py < jobs

Takes a job on each line, JSON: {"train": path, "heldOut": path, "label": column, "tables": [paths]}, all tables CSV with
the same columns. Prints one line of JSON with the versions, then one per table, in order.

What is a number in the training table is a number; all else are levels. A missing level and "?" are the same, since
one generator takes "?" for a level and the other for a missing cell.
"""

import json
import os
import platform
import sys
import warnings

for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ.setdefault(name, "1")

import numpy as np
import pandas as pd
import sdmetrics
import sklearn
import xgboost
from sdmetrics.reports.single_table import QualityReport
from sklearn.metrics import roc_auc_score
from sklearn.model_selection import StratifiedKFold
from xgboost import XGBClassifier

warnings.filterwarnings("ignore")

FOLDS = 3
CLOSEST_ROWS = 5_000  # synthetic rows whose closest real row is looked for
ROWS_AT_ONCE = 64
TIE = 1e-6


class Case:
    def __init__(self, train, heldOut, label):
        raw = read_texts(train)
        self.numbers = [name for name in raw if is_number(raw[name])]
        self.train, self.held_out, self.label = self.typed(raw), self.read(heldOut), label
        counts = self.train[label].value_counts()
        self.rare = counts.index[-1]
        levels = {name: self.train[name] for name in self.train if name not in self.numbers}
        held = self.held_out
        self.levels = {name: sorted(set(column) | set(held[name])) for name, column in levels.items()}
        self.unique = self.train[~self.train.duplicated(keep=False)]
        self.held_out_copied = self.copied(self.held_out)
        self.real_tstr = self.tstr(self.train)

    def read(self, path):
        return self.typed(read_texts(path))

    def typed(self, raw):
        return pd.DataFrame({
            name: pd.to_numeric(raw[name], errors="coerce").astype("f8")
            if name in self.numbers
            else raw[name].str.strip().replace("", "?")
            for name in raw
        })

    def quality(self, real, synthetic):
        metadata = {"columns": {name: {"sdtype": "numerical" if name in self.numbers else "categorical"} for name in real}}
        scores = {}
        for mode, thresholds in (("thresholded", (0.5, 0.3)), ("allPairs", (0, 0))):
            report = QualityReport()
            report.num_rows_subsample = None
            report.real_correlation_threshold, report.real_association_threshold = thresholds
            report.generate(real, synthetic, metadata, verbose=False)
            scores[mode] = float(report.get_score())
        scores["shapes"] = float(report.get_properties().set_index("Property")["Score"]["Column Shapes"])
        return scores

    def features(self, frame):
        """Levels as categories of all that occur; a level that no real row has is missing."""
        out = frame.copy()
        for name, levels in self.levels.items():
            out[name] = pd.Categorical(frame[name], levels)
        return out

    def c2st(self, synthetic):
        n = min(len(self.held_out), len(synthetic))
        rows = pd.concat([self.held_out.sample(n, random_state=0), synthetic.iloc[:n]], ignore_index=True)
        rows = self.features(rows)
        is_synthetic = np.r_[np.zeros(n), np.ones(n)]
        aucs = []
        for fit, test in StratifiedKFold(FOLDS, shuffle=True, random_state=0).split(rows, is_synthetic):
            model = classifier().fit(rows.iloc[fit], is_synthetic[fit])
            aucs.append(roc_auc_score(is_synthetic[test], model.predict_proba(rows.iloc[test])[:, 1]))
        return float(1 - np.mean([2 * max(0.5, auc) - 1 for auc in aucs]))

    def tstr(self, synthetic):
        """AUC on held-out rows of a model that has learnt the label from these rows; .5 if they have one class only."""
        target = (synthetic[self.label] == self.rare).astype(int)
        if target.nunique() < 2:
            return 0.5
        model = classifier().fit(self.features(synthetic).drop(columns=self.label), target)
        scores = model.predict_proba(self.features(self.held_out).drop(columns=self.label))[:, 1]
        return float(roc_auc_score(self.held_out[self.label] == self.rare, scores))

    def closest_share(self, synthetic):
        """P(nearer to a training row than to a held-out row) + half of P(equally near), both as many rows."""
        n = min(len(self.train), len(self.held_out))
        rows = synthetic.iloc[:CLOSEST_ROWS]
        to_train, to_held_out = self.nearest(rows, self.train.iloc[:n]), self.nearest(rows, self.held_out.iloc[:n])
        tied = np.abs(to_train - to_held_out) < TIE
        return float(((to_train < to_held_out) & ~tied).mean() + 0.5 * tied.mean())

    def nearest(self, rows, reference):
        """Distance to the closest row: min(|a - b| / range, 1) for numbers, 0 or 1 for levels, summed."""
        columns = []
        for name in rows:
            if name in self.numbers:
                values = self.train[name]
                scale = max(float(values.max() - values.min()), 1e-9)
                columns.append((True, (rows[name] / scale).to_numpy("f4"), (reference[name] / scale).to_numpy("f4")))
            else:
                codes = {level: code for code, level in enumerate(self.levels[name])}
                columns.append((False, *(frame[name].map(codes).fillna(-1).to_numpy("i4") for frame in (rows, reference))))
        best = np.empty(len(rows), "f4")
        for first in range(0, len(rows), ROWS_AT_ONCE):
            part = slice(first, first + ROWS_AT_ONCE)
            total = np.zeros((len(best[part]), len(reference)), "f4")
            for is_number, a, b in columns:
                if is_number:
                    gap = np.minimum(np.abs(a[part, None] - b[None]), 1)
                    one_missing = np.isnan(a[part, None]) != np.isnan(b[None])
                    total += np.where(np.isnan(gap), one_missing, gap)
                else:
                    total += a[part, None] != b[None]
            best[part] = total.min(1)
        return best

    def copied(self, rows):
        """Share of rows that equal a training row of which there is only one."""
        unique = set(pd.util.hash_pandas_object(self.unique, index=False))
        return float(pd.util.hash_pandas_object(rows[self.train.columns], index=False).isin(unique).mean())

    def judge(self, path):
        synthetic = self.read(path)[self.train.columns]
        return {
            "rows": len(synthetic),
            "heldOut": self.quality(self.held_out, synthetic),
            "training": self.quality(self.train, synthetic),
            "c2st": self.c2st(synthetic),
            "tstr": self.tstr(synthetic),
            "realTstr": self.real_tstr,
            "closestShare": self.closest_share(synthetic),
            "copiedUnique": self.copied(synthetic),
            "heldOutCopiedUnique": self.held_out_copied,
        }


def read_texts(path):
    return pd.read_csv(path, dtype=str, keep_default_na=False, skipinitialspace=True)


def is_number(texts):
    present = texts[texts != ""]
    return len(present) > 0 and bool(pd.to_numeric(present, errors="coerce").notna().all())


def classifier():
    return XGBClassifier(enable_categorical=True, n_jobs=1, tree_method="hist", random_state=0)


def main():
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)  # what packages print is no answer

    def answer(value):
        print(json.dumps(value), file=answers, flush=True)

    answer({"versions": {
        "python": platform.python_version(),
        "sdmetrics": sdmetrics.__version__,
        "xgboost": xgboost.__version__,
        "scikit-learn": sklearn.__version__,
        "pandas": pd.__version__,
    }})
    cases = {}
    for line in sys.stdin:
        job = json.loads(line)
        key = (job["train"], job["heldOut"], job["label"])
        if key not in cases:
            cases[key] = Case(*key)
        for path in job["tables"]:
            answer(cases[key].judge(path))


main()
