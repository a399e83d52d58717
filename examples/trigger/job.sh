#!/bin/sh
set -eu
counterfoil augment payments --rows 500 --where is_fraud=1 --table more_frauds --replace --json > made.json
counterfoil score today.csv --model payments --alerts 20 --json > scored.json
