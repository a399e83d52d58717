#!/bin/sh
# Teaches a GAN heights by the textbook's set-up and by one that works, and draws both step by step:
#   sh examples/heights/run.sh            OUT=heights.html; further options go to "counterfoil learn heights"
set -eu
OUT=${OUT:-heights.html}

counterfoil learn heights --out "$OUT" "$@"
echo "Open $OUT in a browser and step through the pictures."
