#!/bin/sh
# Ranks simulated payments by how little they look real, and tells how many of the first are frauds:
#   sh examples/fraud-ranking/run.sh            ROWS=20000 BUDGET=100
set -eu
here=$(dirname "$0")
ROWS=${ROWS:-20000}
BUDGET=${BUDGET:-100}

counterfoil simulate payments --rows "$ROWS" --out payments.csv --force

# is_fraud and fraud_kind are the truth: one is set aside to judge, the other left out; no score and no reviewer sees either.
counterfoil run payments.csv --key payment_id --label is_fraud --truth fraud_kind --ignore note \
	--entity customer_id,merchant_id --time created_at --alerts "$BUDGET" --json >run.json

python3 "$here/precision_at_budget.py" run.json .counterfoil/counterfoil.db "$BUDGET"
