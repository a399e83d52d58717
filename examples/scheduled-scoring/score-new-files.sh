#!/bin/sh
# Scores every file that has come into incoming/, each once. For cron, at five past every hour:
#   5 * * * * cd /srv/fraud && flock -n scoring.lock sh score-new-files.sh payments >>scoring.log 2>&1
set -eu
model=${1:-payments}
mkdir -p incoming done refused

for file in incoming/*.csv; do
	[ -e "$file" ] || exit 0
	code=0
	counterfoil score "$file" --model "$model" --alerts 20 --quiet --json >scored.json || code=$?
	case $code in
	0) mv "$file" done/ ;;
	# Other columns than the model's, or not readable: somebody has to look at it.
	3 | 4) mv "$file" refused/ ;;
	# Busy, full, interrupted: the file stays, and the next hour goes on where this one was.
	*) exit "$code" ;;
	esac
done
