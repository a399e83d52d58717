import json
import subprocess

done = subprocess.run(
    ["counterfoil", "generate", "payments", "--rows", "500", "--where", "is_fraud=1", "--out", "frauds.csv", "--json"],
    capture_output=True,
    text=True,
)
if done.returncode != 0:
    error = json.loads(done.stderr)
    raise SystemExit(f"{error['code']}: {error['message']}")
made = json.loads(done.stdout)
print(made["syntheticRows"], made["out"])
