#!/bin/sh
# The same as a schedule of Temporal: retries, pauses, back-filling and several machines come with it.
# Needs a Temporal server, and "counterfoil worker" running in this folder.
set -eu
counterfoil schedule create hourly --model payments --files "incoming/*.csv" --every 1h --alerts 20 --keep-scores 90
counterfoil schedule list
