"""Precision at the budget of a run, beside the other detectors that scored the same rows."""

import json
import sqlite3
import sys

run = json.load(open(sys.argv[1]))
database = sqlite3.connect(f"file:{sys.argv[2]}?mode=ro", uri=True)
budget = int(sys.argv[3])

(frauds, rows) = database.execute(
    "select sum(cast(json_extract(data_json, '$.is_fraud') as text) = '1'), count(*) from records where dataset_id = ?",
    (run["datasetId"],),
).fetchone()
found = database.execute(
    """
    select sum(cast(json_extract(r.data_json, '$.is_fraud') as text) = '1')
    from (select * from scores where run_id = ? order by score desc, surprise desc limit ?) s
    join records r on r.dataset_id = s.dataset_id and r.row_number = s.row_number
    """,
    (run["runId"], budget),
).fetchone()[0]
print(f"{frauds} of {rows} payments are frauds; {found} of the first {budget} are: precision {found / budget:.2f},")
print(f"where {frauds / rows * budget:.1f} would be expected of payments picked blindly")

print("\naverage precision and AUROC of the whole ranking, all on the same rows:")
for metric, value in database.execute(
    """
    select metric, value from model_metrics
    where model_id = ? and metric in ('average_precision', 'auroc')
    """,
    (run["modelId"],),
):
    print(f"  counterfoil          {metric:20} {value:.3f}")
for metric, column, value in database.execute(
    """
    select metric, part, value from model_metrics
    where model_id = ? and metric in ('baseline_average_precision', 'baseline_auroc') order by metric, value desc
    """,
    (run["modelId"],),
):
    print(f"  {column:20} {metric.removeprefix('baseline_'):20} {value:.3f}")
