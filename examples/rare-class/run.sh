#!/bin/sh
# Whether generated rows of a rare class help a supervised model on a table:
#   sh examples/rare-class/run.sh TABLE LABEL [options of "augment --advise", such as --train-rows 450]
set -eu
table=$1
label=$2
shift 2

# The generator's kind and settings are taken from a model; the advice trains it anew in every fold.
counterfoil train "$table" --label "$label" --name rare --budget "${BUDGET:-5s}" --quiet >trained.txt
counterfoil augment rare --advise --label "$label" "$@"
