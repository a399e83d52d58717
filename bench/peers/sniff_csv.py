"""What DuckDB finds out about delimited texts by itself.

    .venv-ingest/bin/python sniff_csv.py < paths-of-files

Prints one line of JSON with the versions, then one per path: delimiter, quote, header and names of the columns, or the
error with which the file is refused.
"""

import json
import platform
import sys

import duckdb


def sniff(connection, path):
    try:
        row = connection.execute("select Delimiter, Quote, HasHeader, Columns from sniff_csv(?)", [path]).fetchone()
    except duckdb.Error as error:
        return {"error": str(error).splitlines()[0][:100]}
    delimiter, quote, header, columns = row
    return {"delimiter": delimiter, "quote": quote, "header": header, "columns": [column["name"] for column in columns]}


connection = duckdb.connect(":memory:", config={"threads": 1})
print(json.dumps({"versions": {"python": platform.python_version(), "duckdb": duckdb.__version__}}), flush=True)
for line in sys.stdin:
    print(json.dumps(sniff(connection, line.rstrip("\n"))), flush=True)
