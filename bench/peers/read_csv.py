"""Loads CSV files into typed tables of DuckDB, on one thread.

    .venv-ingest/bin/python read_csv.py < paths-of-files

Prints one line of JSON with the versions, then one per path: rows, seconds, cpuSeconds and peakMb. Each file is read
in a process of its own, forked after the import, so that time and memory are its own. Types are DuckDB's own findings.
"""

import json
import os
import platform
import resource
import sys
import time

import duckdb


def load(path):
    started = time.perf_counter()
    connection = duckdb.connect(":memory:", config={"threads": 1})
    connection.execute("create table t as select * from read_csv(?)", [path])
    rows = connection.execute("select count(*) from t").fetchone()[0]
    seconds = time.perf_counter() - started
    usage = resource.getrusage(resource.RUSAGE_SELF)
    return {
        "rows": rows,
        "seconds": seconds,
        "cpuSeconds": usage.ru_utime + usage.ru_stime,
        "peakMb": usage.ru_maxrss / 1024,
    }


def load_in_child(path):
    sys.stdout.flush()
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(reader)
        with os.fdopen(writer, "w") as out:
            out.write(json.dumps(load(path)))
        os._exit(0)
    os.close(writer)
    with os.fdopen(reader) as answer:
        text = answer.read()
    os.waitpid(child, 0)
    if not text:
        sys.exit(f"DuckDB could not load {path}")
    print(text, flush=True)


print(json.dumps({"versions": {"python": platform.python_version(), "duckdb": duckdb.__version__}}), flush=True)
for line in sys.stdin:
    load_in_child(line.strip())
