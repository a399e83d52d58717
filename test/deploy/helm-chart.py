"""Lints a chart and renders it by Helm itself, then holds the manifests against the schemas of Kubernetes.

python helm-chart.py FOLDER < values.json; one JSON object on standard output.
"""

import json
import sys

import yaml
from helm_python.chart import Chart, lint
from kubernetes_validate import validate
from kubernetes_validate.utils import ValidationError

folder = sys.argv[1]
values = json.load(sys.stdin)
try:
    messages = lint(folder, values, strict=True)["messages"]
    with Chart.load(folder) as chart:
        rendered = chart.render(values, name="fraud", namespace="risk", is_install=True)
except Exception as error:
    print(json.dumps({"error": str(error)}))
    sys.exit()

manifests = []
invalid = []
for path, text in rendered.items():
    for manifest in yaml.safe_load_all(text) if path.endswith(".yaml") else []:
        if manifest is None:
            continue
        manifests.append(manifest)
        try:
            validate(manifest, "1.30.0", strict=True)
        except ValidationError as error:
            invalid.append(f"{path}: {error.message}")
notes = next((text for path, text in rendered.items() if path.endswith("NOTES.txt")), "")
print(json.dumps({"lint": messages, "manifests": manifests, "invalid": invalid, "notes": notes}))
