#!/bin/sh
# Whether generated rows of a rare class help a supervised model on a table:
#   sh examples/rare-class/run.sh TABLE LABEL [options of "augment --advise", such as --train-rows 450]
set -eu
table=$1
label=$2
shift 2

# The generator's kind is taken from a model, whose own training may be short; the advice trains anew in every fold.
# shellcheck disable=SC2086
counterfoil train "$table" --label "$label" --name rare ${TRAINING:---budget 5s} --quiet >trained.txt
counterfoil augment rare --advise --label "$label" "$@"
