#!/bin/sh
# From nothing to lists on the GP's desk, on a synthetic region: the verbs that people with data of their own use.
set -eu
region="$SAMSPIL_HOME/region"
reports="$SAMSPIL_HOME/reports"
export SAMSPIL_DEMO=1 # log-ins without a password: every person here is made up
export SAMSPIL_HTTPS=0

step() { printf '\n\033[1m%s\033[0m\n' "$*"; }
months_from() { python -c "import sys, datetime as d; from dateutil.relativedelta import relativedelta as r
print(d.date.fromisoformat(sys.argv[1]) + r(months=int(sys.argv[2])))" "$1" "$2"; }
yesterday() { python -c "import datetime as d; print(d.date.today() - d.timedelta(days=1))"; }

if [ ! -d "$region" ]; then
    step "1/7 A synthetic region of 20,000 persons"
    mkdir -p "$SAMSPIL_HOME"
    yesterday >"$SAMSPIL_HOME/region-day" # deliveries are drawn the day after
    samspil synth --persons 20000 --seed 1 --as-of "$(cat "$SAMSPIL_HOME/region-day")" --out "$region"
else
    step "1/7 The synthetic region is there already: $region"
fi
today=$(cat "$SAMSPIL_HOME/region-day") # the day of the lists; the region's data reach this far
earlier=$(months_from "$today" -6)        # the day of an earlier run, for an accrual list
before=$(months_from "$today" -12)        # a day with a year of known future, for the validation

step "2/7 Deliveries into the warehouse"
samspil ingest "$region"
samspil warehouse status --as-of "$today"

step "3/7 Risk models"
samspil models
samspil stratify --model sad --model daemp --as-of "$earlier"
samspil stratify --model sad --model daemp --as-of "$today"

step "4/7 Do the models find the right people?"
mkdir -p "$reports"
samspil validate --model daemp --as-of "$before" --horizon 12m --out "$reports"
samspil validate --model sad --as-of "$before" --horizon 12m --out "$reports"

step "5/7 The pages of one practice, on paper"
practice=$(samspil lists --model daemp --as-of "$today" --practices | head -n 1)
run_of() { samspil runs | grep "^$(echo "$1" | tr -d -)-sad+daemp-" | tail -n 1; }
for model in daemp sad; do
    samspil lists --model "$model" --as-of "$today" --practice "$practice" \
        --identified-for "demonstration on synthetic persons" --out "$reports/list-$model-$practice.html" >/dev/null
    samspil lists --model "$model" --as-of "$today" --earlier "$(run_of "$earlier")" --practice "$practice" \
        --identified-for "demonstration on synthetic persons" --out "$reports/new-on-the-list-$model-$practice.html" >/dev/null
done
for page in "$reports"/*.html; do printf '  file://%s\n' "$page"; done

step "6/7 Lists to the practices, with made-up people and some weeks of their work"
samspil migrate
samspil demo "$(run_of "$earlier")" "$(run_of "$today")"
samspil access-log verify

step "7/7 Open this in a browser and choose whom to be:"
[ -n "${SAMSPIL_SERVE-1}" ] || exit 0
exec samspil serve --port "${SAMSPIL_PORT-8000}"
