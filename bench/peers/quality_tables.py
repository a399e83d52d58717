"""The tables that quality_golden.py measures: ordinary ones, edge cases, and the demonstration data of SDMetrics."""

import json
import pathlib

import numpy as np
import pandas as pd

PLACEMENTS = pathlib.Path(__file__).parents[2] / "test/fixtures/quality/student-placements"


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


MIXED = {
    "group": "categorical", "amount": "numerical", "balance": "numerical", "count": "numerical", "tiny": "numerical",
    "colour": "categorical", "flag": "categorical", "when": "datetime", "fixed": "numerical",
}


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


ODD = {
    "level": "categorical", "x": "numerical", "y": "numerical", "z": "numerical", "empty": "numerical",
    "late": "numerical", "parity": "categorical", "one": "categorical",
}


def gaps_table(rng, rows, synthetic):
    """Columns that are missing, constant or different on one side, a key with gaps and repeats."""
    missing = np.full(rows, np.nan)
    nothing = np.full(rows, None, dtype=object)
    number = rng.integers(0, 9, rows).astype(float)
    truth = rng.choice(np.array([True, False, None], dtype=object), rows)
    key = np.array([f"k{i}" for i in range(rows)], dtype=object)
    if synthetic:
        key[3], key[4], key[5] = key[0], None, None
    days = pd.Series(pd.Timestamp("2001-03-04") + pd.to_timedelta(rng.integers(0, 400, rows), unit="D"))
    gone = days.copy()
    gone[:] = pd.NaT
    return pd.DataFrame({
        "key": key, "number": number, "truth": truth,
        "real only": missing if synthetic else rng.normal(0, 1, rows),
        "synthetic only": rng.normal(0, 1, rows) if synthetic else missing,
        "gaps appear": np.where(rng.random(rows) < 0.3 * synthetic, np.nan, number * 2),
        "other levels": rng.choice(["x", "y"] if synthetic else ["a", "b"], rows).astype(object),
        "level only": nothing if synthetic else rng.choice(["p", "q"], rows).astype(object),
        "constant becomes": rng.choice(["c", "d"], rows).astype(object) if synthetic else np.full(rows, "c", dtype=object),
        "number fixed": np.full(rows, 4.0) if not synthetic else np.full(rows, 5.0),
        "day": days, "day only": gone if synthetic else days + pd.Timedelta("1D"),
    })


GAPS = {
    "key": "id", "number": "numerical", "truth": "boolean", "real only": "numerical", "synthetic only": "numerical",
    "gaps appear": "numerical", "other levels": "categorical", "level only": "categorical",
    "constant becomes": "categorical", "number fixed": "numerical", "day": "datetime", "day only": "datetime",
}


def extreme_table(rng, rows, synthetic):
    """Dates before 1970 with gaps, huge whole numbers, very large and very small ones, booleans, many levels."""
    when = pd.Series(pd.Timestamp("1850-06-01") + pd.to_timedelta(rng.integers(0, 3_700_000_000, rows), unit="s"))
    when[rng.random(rows) < 0.2] = pd.NaT
    whole = pd.Series(pd.Timestamp("1931-01-01") + pd.to_timedelta(rng.integers(0, 20_000 + 900 * synthetic, rows), unit="D"))
    sign = rng.choice([-1.0, 1.0], rows)
    return pd.DataFrame({
        "when": when, "whole": whole,
        "huge": (rng.integers(0, 2**30, rows) * 2**28).astype(float),
        "wide": sign * 10.0 ** rng.integers(-300, 300 - 5 * synthetic, rows),
        "vast": sign * rng.random(rows) * 1e300,
        "small": rng.integers(0, 40, rows) * 1e-300,
        "near": 1.0 + rng.integers(0, 90, rows) * 2.0**-20,
        "zero": np.where(rng.random(rows) < 0.5, -0.0, 0.0) + (rng.random(rows) < 0.2),
        "yes": rng.random(rows) < 0.3 + 0.3 * synthetic,
        "many": np.array([f"m{i}" for i in rng.integers(0, 3 * rows, rows)], dtype=object),
    })


EXTREME = {
    "when": "datetime", "whole": "datetime", "huge": "numerical", "wide": "numerical", "vast": "numerical",
    "small": "numerical", "near": "numerical", "zero": "numerical", "yes": "boolean", "many": "categorical",
}


def case(name, sdtypes, real, synthetic, known, key=None, formats=None):
    """`known`: columns that an attacker knows; every other one that is no key is tried as the sensitive one."""
    return {
        "name": name, "sdtypes": sdtypes, "real": real, "synthetic": synthetic, "known": known, "key": key,
        "formats": formats or {},
    }


def placements_case():
    metadata = json.loads((PLACEMENTS / "metadata.json").read_text())["tables"]["student_placements"]
    sdtypes = {name: column["sdtype"] for name, column in metadata["columns"].items()}
    formats = {
        name: {k: v for k, v in column.items() if k in ("datetime_format", "regex_format")}
        for name, column in metadata["columns"].items()
    }
    real, synthetic = (pd.read_csv(PLACEMENTS / f"{side}.csv") for side in ("real", "synthetic"))
    return case("student placements", sdtypes, real, synthetic, ["gender", "degree_type", "high_perc"], "student_id", formats)


def all_cases(rng):
    mixed = [mixed_table(rng, 300, 0), mixed_table(rng, 240, 0.08)]
    odd = [odd_table(rng, 200, False), odd_table(rng, 150, True)]
    own = np.random.default_rng(20261122)
    gaps = [gaps_table(own, 60, False), gaps_table(own, 45, True)]
    extreme = [extreme_table(own, 80, False), extreme_table(own, 70, True)]
    one = mixed_table(own, 1, 0)
    few = mixed_table(own, 9, 0)
    return [
        case("mixed", MIXED, *mixed, ["group", "amount"]),
        case("odd", ODD, *odd, ["level", "x"]),
        case("gaps", GAPS, *gaps, ["number", "truth"], "key"),
        case("extreme", EXTREME, *extreme, ["huge", "yes"]),
        case("single real row", MIXED, one, few, ["group", "count"]),
        case("single synthetic row", MIXED, few, one, ["group", "count"]),
        placements_case(),
    ]
