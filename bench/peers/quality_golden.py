"""Golden values of SDMetrics and scikit-learn for test/evaluate.

    python3 -m venv /tmp/peers && /tmp/peers/bin/pip install sdmetrics==0.32.0 scikit-learn==1.9.1
    /tmp/peers/bin/python bench/peers/quality_golden.py > test/fixtures/quality/golden.json

A figure that is undefined is null; where SDMetrics raises an error, it is "error".
"""

import json
import math
import sys
import warnings
from unittest.mock import patch

import numpy as np
import pandas as pd
import sdmetrics
import sklearn
from quality_tables import all_cases
from sdmetrics.column_pairs import ContingencySimilarity
from sdmetrics.reports import DiagnosticReport
from sdmetrics.reports import QualityReport as UnifiedQualityReport
from sdmetrics.reports.single_table import QualityReport
from sdmetrics.single_column import CategoryCoverage, MissingValueSimilarity, RangeCoverage, StatisticSimilarity
from sdmetrics.single_table import DCRBaselineProtection, DCROverfittingProtection, DisclosureProtection, NewRowSynthesis
from sdmetrics.single_table.privacy.dcr_utils import calculate_dcr
from sklearn.metrics import average_precision_score, roc_auc_score

warnings.filterwarnings("ignore")

CONTINUOUS = ("numerical", "datetime")
LEVELS = ("categorical", "boolean")


def number(value):
    return None if value is None or value is pd.NA or (isinstance(value, float) and math.isnan(value)) else float(value)


def attempt(compute):
    try:
        return number(float(compute()))
    except Exception:
        return "error"


def cells(frame, sdtypes):
    out = {}
    for name in frame.columns:
        column = frame[name]
        if pd.api.types.is_datetime64_any_dtype(column):
            out[name] = [None if pd.isna(v) else v.value // 10**6 for v in column]
        elif sdtypes[name] in (*LEVELS, "id"):
            out[name] = [None if pd.isna(v) else str(v) for v in column]
        else:
            out[name] = [number(v) for v in column]
    return out


def metadata_of(case):
    columns = {}
    for name, sdtype in case["sdtypes"].items():
        columns[name] = {"sdtype": sdtype, **case["formats"].get(name, {})}
        if sdtype == "datetime" and name not in case["formats"]:
            columns[name]["datetime_format"] = "%Y-%m-%d %H:%M:%S"
    return {"columns": columns, **({"primary_key": case["key"]} if case["key"] else {})}


def quality(case, threshold):
    real, synthetic, metadata = case["real"], case["synthetic"], metadata_of(case)
    report, unified = QualityReport(), UnifiedQualityReport()
    for each in (report, unified):
        each.num_rows_subsample = None
        each.real_correlation_threshold = 0.5 if threshold else 0
        each.real_association_threshold = 0.3 if threshold else 0
    report.generate(real, synthetic, metadata, verbose=False)
    unified.generate({"t": real}, {"t": synthetic}, {"tables": {"t": metadata}}, verbose=False)
    np.testing.assert_equal(unified.get_score(), report.get_score())
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


def diagnostics(case):
    report = DiagnosticReport()
    report.generate({"t": case["real"]}, {"t": case["synthetic"]}, {"tables": {"t": metadata_of(case)}}, verbose=False)
    properties = report.get_properties().set_index("Property")["Score"]
    validity = report.get_details("Data Validity", "t")
    return {
        "overall": number(report.get_score()),
        "validity": number(properties["Data Validity"]),
        "structure": number(properties["Data Structure"]),
        "columns": [{"name": r["Column"], "metric": r["Metric"], "score": number(r["Score"])} for _, r in validity.iterrows()],
        "dtypes": [[[c, str(t)] for c, t in frame.dtypes.items()] for frame in (case["real"], case["synthetic"])],
    }


def coverage(real, synthetic, sdtypes):
    out = []
    for name, sdtype in sdtypes.items():
        if sdtype not in CONTINUOUS + LEVELS:
            continue
        pair = (real[name], synthetic[name])
        entry = {"name": name, "missing": attempt(lambda: MissingValueSimilarity.compute(*pair))}
        if sdtype in CONTINUOUS:
            entry["coverage"] = attempt(lambda: RangeCoverage.compute(*pair))
            for statistic in ("mean", "std", "median"):
                entry[statistic] = attempt(lambda: StatisticSimilarity.compute(*pair, statistic=statistic))
        else:
            entry["coverage"] = attempt(lambda: CategoryCoverage.compute(*pair))
        out.append(entry)
    return out


def with_numbers(frame, sdtypes):
    """Datetimes as seconds, so that a missing one stays missing where SDMetrics has no datetimes."""
    out = frame.copy()
    for name, sdtype in sdtypes.items():
        if sdtype == "datetime":
            out[name] = [math.nan if pd.isna(v) else v.value / 1e9 for v in frame[name]]
    return out


def contingencies(real, synthetic, sdtypes):
    names = [name for name, sdtype in sdtypes.items() if sdtype in CONTINUOUS + LEVELS]
    out = []
    for i, first in enumerate(names):
        for second in names[i + 1 : i + 4]:
            numbers = [name for name in (first, second) if sdtypes[name] in CONTINUOUS]
            both = [first, second]
            score = attempt(lambda: ContingencySimilarity.compute(
                real[both].copy(), synthetic[both].copy(), continuous_column_names=numbers or None
            ))
            out.append({"first": first, "second": second, "score": score})
    return out


def disclosure(case, real, synthetic):
    known, sdtypes = case["known"], case["sdtypes"]
    out = []
    for sensitive in [name for name, t in sdtypes.items() if t in CONTINUOUS + LEVELS and name not in known]:
        numbers = [name for name in (*known, sensitive) if sdtypes[name] in CONTINUOUS]
        for method in ("cap", "zero_cap", "generalized_cap"):
            def compute(part):
                return DisclosureProtection.compute_breakdown(
                    real, synthetic, known, [sensitive], method, continuous_column_names=numbers or None
                )[part]
            parts = {part: attempt(lambda: compute(part)) for part in ("score", "cap_protection", "baseline_protection")}
            out.append({"sensitive": sensitive, "method": method, **parts})
    return out


def reversed_columns(frame):
    """Stands in for random rows: every second column upside down."""
    out = frame.copy()
    for i, name in enumerate(frame.columns):
        if i % 2 == 1:
            out[name] = frame[name].to_numpy()[::-1]
    return out


def new_rows(case, real, synthetic):
    """Of all columns, and of the known ones alone, where rows do match."""
    out = {}
    for part, names in (("all", list(case["sdtypes"])), ("known", case["known"])):
        metadata = {"columns": {name: metadata_of(case)["columns"][name] for name in names}}
        out[part] = attempt(lambda: NewRowSynthesis.compute(real[names], synthetic[names], metadata))
    return out


def privacy(case):
    sdtypes, metadata = case["sdtypes"], metadata_of(case)
    real, synthetic = case["real"].copy(), case["synthetic"].copy()
    for name, sdtype in sdtypes.items():
        if sdtype == "datetime" and not pd.api.types.is_datetime64_any_dtype(real[name]):
            real[name], synthetic[name] = pd.to_datetime(real[name]), pd.to_datetime(synthetic[name])
    half = len(real) // 2
    train, validation = real.iloc[:half].reset_index(drop=True), real.iloc[half:].reset_index(drop=True)
    random = reversed_columns(real)
    with patch.object(DCRBaselineProtection, "_generate_random_data", lambda *_: random):
        baseline = attempt(lambda: DCRBaselineProtection.compute(real, synthetic, metadata, None))
    try:
        distances = [number(d) for d in calculate_dcr(synthetic, real, metadata)]
    except Exception:
        distances = "error"
    return {
        "newRows": new_rows(case, real, synthetic),
        "distances": distances,
        "baselineProtection": baseline,
        "overfittingProtection": attempt(
            lambda: DCROverfittingProtection.compute(train, synthetic, validation, metadata, None)
        ),
        "disclosure": disclosure(case, with_numbers(real, sdtypes), with_numbers(synthetic, sdtypes)),
        "contingencies": contingencies(with_numbers(real, sdtypes), with_numbers(synthetic, sdtypes), sdtypes),
    }


def table_case(case):
    real, synthetic, sdtypes = case["real"], case["synthetic"], case["sdtypes"]
    if case["name"] == "student placements":
        tables = {}
        real, synthetic = (frame.copy() for frame in (real, synthetic))
        for name in [name for name, t in sdtypes.items() if t == "datetime"]:
            real[name], synthetic[name] = pd.to_datetime(real[name]), pd.to_datetime(synthetic[name])
    else:
        tables = {"real": cells(real, sdtypes), "synthetic": cells(synthetic, sdtypes)}
    return {
        "name": case["name"], "sdtypes": sdtypes, "known": case["known"], "key": case["key"], **tables,
        "thresholded": quality(case, True), "allPairs": quality(case, False),
        "diagnostics": diagnostics(case), "coverage": coverage(real, synthetic, sdtypes), **privacy(case),
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
    cases = all_cases(rng)
    json.dump({
        "versions": {"sdmetrics": sdmetrics.__version__, "scikit-learn": sklearn.__version__, "numpy": np.__version__},
        "tables": [table_case(case) for case in cases],
        "rankings": [
            ranking_case(rng, "many ties", 200, 0, 0.2),
            ranking_case(rng, "few ties", 300, 3, 0.05),
        ],
    }, sys.stdout, separators=(",", ":"))


main()
