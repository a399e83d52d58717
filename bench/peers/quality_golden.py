"""Golden values of SDMetrics and scikit-learn for test/evaluate.

    python3 -m venv /tmp/peers && /tmp/peers/bin/pip install sdmetrics==0.32.0 scikit-learn==1.9.1
    /tmp/peers/bin/python bench/peers/quality_golden.py > test/fixtures/quality/golden.json
"""

import json
import math
import sys
import warnings

import numpy as np
import pandas as pd
import sdmetrics
import sklearn
from sdmetrics.reports.single_table import QualityReport
from sklearn.metrics import average_precision_score, roc_auc_score

warnings.filterwarnings("ignore")


def mixed_table(rng, rows, shift):
    """Numbers with ties and missing cells, integers, a datetime, levels, booleans, a constant column."""
    group = rng.choice(["a", "b", "c", "d"], rows, p=[0.5, 0.3 - shift, 0.15 + shift, 0.05])
    base = rng.normal(0, 1, rows)
    amount = np.round(np.exp(base + (group == "b")), 2)
    balance = amount * 3 + rng.normal(0, 1 + 3 * shift, rows)
    balance[rng.random(rows) < 0.15] = np.nan
    count = rng.poisson(3 + shift, rows).astype(float)
    tiny = rng.normal(0, 1e-9, rows)
    colour = np.where(group == "a", rng.choice(["red", "green"], rows), rng.choice(["blue", "red"], rows)).astype(object)
    colour[rng.random(rows) < 0.1] = None
    flag = (base > 0.3 + shift)
    when = pd.Timestamp("2024-01-01") + pd.to_timedelta((rng.random(rows) * 86400 * 90 + base * 86400 * 20).round(), unit="s")
    when = pd.Series(when)
    when[rng.random(rows) < 0.05] = pd.NaT
    return pd.DataFrame({
        "group": group, "amount": amount, "balance": balance, "count": count, "tiny": tiny,
        "colour": colour, "flag": np.where(flag, "yes", "no"), "when": when, "fixed": np.full(rows, 7.0),
    })


def odd_table(rng, rows, synthetic):
    """Levels on one side only, all-missing and constant columns, strong and weak relations."""
    level = rng.choice([f"l{i}" for i in range(12)], rows)
    if synthetic:
        level = np.where(rng.random(rows) < 0.1, "new", level)
    x = rng.integers(0, 6, rows).astype(float)
    y = x * 2 + rng.integers(0, 3 + 4 * synthetic, rows)
    z = np.where(rng.random(rows) < 0.3, np.nan, -x + rng.normal(0, 0.5, rows))
    return pd.DataFrame({
        "level": level, "x": x, "y": y, "z": z,
        "empty": np.full(rows, np.nan),
        "late": np.full(rows, 3.0) if synthetic else rng.normal(0, 1, rows),
        "parity": np.where(x % 2 == 0, "even", "odd"),
        "one": np.full(rows, "same", dtype=object),
    })


def number(value):
    return None if value is None or value is pd.NA or (isinstance(value, float) and math.isnan(value)) else float(value)


def cells(frame):
    out = {}
    for name in frame.columns:
        column = frame[name]
        if pd.api.types.is_datetime64_any_dtype(column):
            out[name] = [None if pd.isna(v) else v.value // 10**6 for v in column]
        elif column.dtype == object:
            out[name] = [None if v is None else v for v in column]
        else:
            out[name] = [number(v) for v in column]
    return out


def run(real, synthetic, sdtypes, threshold):
    columns = {
        name: {"sdtype": t, **({"datetime_format": "%Y-%m-%d %H:%M:%S"} if t == "datetime" else {})}
        for name, t in sdtypes.items()
    }
    metadata = {"columns": columns}
    report = QualityReport()
    report.num_rows_subsample = None
    report.real_correlation_threshold = 0.5 if threshold else 0
    report.real_association_threshold = 0.3 if threshold else 0
    report.generate(real, synthetic, metadata, verbose=False)
    shapes = report.get_details("Column Shapes")
    pairs = report.get_details("Column Pair Trends")
    properties = report.get_properties().set_index("Property")["Score"]
    return {
        "overall": number(report.get_score()),
        "columnShapes": number(properties["Column Shapes"]),
        "pairTrends": number(properties["Column Pair Trends"]),
        "columns": [{"name": r["Column"], "score": number(r["Score"])} for _, r in shapes.iterrows()],
        "pairs": [
            {
                "first": r["Column 1"], "second": r["Column 2"], "score": number(r["Score"]),
                "realCorrelation": number(r["Real Correlation"]),
                "realAssociation": number(r["Real Association"]),
                "counts": bool(r["Meets Threshold?"]) if not pd.isna(r["Meets Threshold?"]) else False,
            }
            for _, r in pairs.iterrows()
        ],
    }


def table_case(name, real, synthetic, sdtypes):
    return {
        "name": name, "sdtypes": sdtypes, "real": cells(real), "synthetic": cells(synthetic),
        "thresholded": run(real, synthetic, sdtypes, True), "allPairs": run(real, synthetic, sdtypes, False),
    }


def card_precision(scores, labels, days, cards, k):
    """The handbook's card_precision_top_k with removal of detected cards (ties: the lower card number)."""
    frame = pd.DataFrame({"score": scores, "label": labels, "day": days, "card": cards})
    known, result = set(), []
    for day in sorted(frame["day"].unique()):
        today = frame[(frame["day"] == day) & ~frame["card"].isin(known)]
        grouped = today.groupby("card").max().reset_index().sort_values(["score", "card"], ascending=[False, True]).head(k)
        found = grouped[grouped["label"] == 1]["card"].tolist()
        known.update(found)
        result.append(len(found) / k)
    return result


def ranking_case(rng, name, rows, digits, share):
    labels = (rng.random(rows) < share).astype(int)
    scores = np.round(rng.normal(0, 1, rows) + labels, digits)
    days, cards = rng.integers(0, 5, rows), rng.integers(0, 25, rows)
    return {
        "name": name, "scores": scores.tolist(), "labels": labels.tolist(),
        "days": days.tolist(), "cards": cards.tolist(),
        "auroc": float(roc_auc_score(labels, scores)),
        "averagePrecision": float(average_precision_score(labels, scores)),
        "cardPrecisionAt5": card_precision(scores, labels, days, cards, 5),
    }


def main():
    rng = np.random.default_rng(20240501)
    mixed = {
        "group": "categorical", "amount": "numerical", "balance": "numerical", "count": "numerical", "tiny": "numerical",
        "colour": "categorical", "flag": "categorical", "when": "datetime", "fixed": "numerical",
    }
    odd = {
        "level": "categorical", "x": "numerical", "y": "numerical", "z": "numerical", "empty": "numerical",
        "late": "numerical", "parity": "categorical", "one": "categorical",
    }
    json.dump({
        "versions": {"sdmetrics": sdmetrics.__version__, "scikit-learn": sklearn.__version__, "numpy": np.__version__},
        "tables": [
            table_case("mixed", mixed_table(rng, 300, 0), mixed_table(rng, 240, 0.08), mixed),
            table_case("odd", odd_table(rng, 200, False), odd_table(rng, 150, True), odd),
        ],
        "rankings": [
            ranking_case(rng, "many ties", 200, 0, 0.2),
            ranking_case(rng, "few ties", 300, 3, 0.05),
        ],
    }, sys.stdout)


main()
