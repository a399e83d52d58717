#!/bin/sh
# Makes the Python environments of the bench with the pinned peers and judges: bench/peers/.venv for detection,
# bench/peers/.venv-synthesis for synthesis, bench/peers/.venv-ingest for ingest and bench/peers/.venv-api, which tries
# out the API of the console; `./setup.sh synthesis` makes only that one. Needs Python 3.11 or later and, for torch, 6 GB of disk in each of the first two.
set -eu
cd "$(dirname "$0")"
if [ "${1:-detection}" = detection ]; then
	python3 -m venv .venv
	.venv/bin/pip install --quiet -r requirements.txt
	.venv/bin/pip install --quiet -r requirements-torch.txt ||
		echo "torch could not be installed: SO_GAAL and MO_GAAL will be reported as failed" >&2
fi
if [ "${1:-synthesis}" = synthesis ]; then
	python3 -m venv .venv-synthesis
	.venv-synthesis/bin/pip install --quiet -r requirements-synthesis.txt -r requirements-pipeline.txt
fi
if [ "${1:-ingest}" = ingest ]; then
	python3 -m venv .venv-ingest
	.venv-ingest/bin/pip install --quiet -r requirements-ingest.txt
fi
if [ "${1:-api}" = api ]; then
	python3 -m venv .venv-api
	.venv-api/bin/pip install --quiet -r requirements-api.txt
fi
