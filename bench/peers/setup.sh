#!/bin/sh
# Makes bench/peers/.venv with the pinned peers. Needs Python 3.11 or later and, for torch, 6 GB of disk.
set -eu
cd "$(dirname "$0")"
python3 -m venv .venv
.venv/bin/pip install --quiet -r requirements.txt
.venv/bin/pip install --quiet -r requirements-torch.txt ||
	echo "torch could not be installed: SO_GAAL and MO_GAAL will be reported as failed" >&2
