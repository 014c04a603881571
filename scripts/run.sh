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
    step "1/10 A synthetic region of 20,000 persons"
    mkdir -p "$SAMSPIL_HOME"
    yesterday >"$SAMSPIL_HOME/region-day" # deliveries are drawn the day after
    samspil synth --persons 20000 --seed 1 --as-of "$(cat "$SAMSPIL_HOME/region-day")" --out "$region"
else
    step "1/10 The synthetic region is there already: $region"
fi
today=$(cat "$SAMSPIL_HOME/region-day") # the day of the lists; the region's data reach this far
earlier=$(months_from "$today" -6)        # the day of an earlier run, for an accrual list
before=$(months_from "$today" -12)        # a day with a year of known future, for the validation

step "2/10 Deliveries into the warehouse"
samspil ingest "$region"
samspil warehouse status --as-of "$today"

step "3/10 Risk models"
samspil models
samspil stratify --model sad --model daemp --as-of "$earlier"
samspil stratify --model sad --model daemp --as-of "$today"

step "4/10 Do the models find the right people?"
mkdir -p "$reports"
samspil validate --model daemp --as-of "$before" --horizon 12m --out "$reports"
samspil validate --model sad --as-of "$before" --horizon 12m --out "$reports"

step "5/10 The pages of one practice, on paper"
practice=$(samspil lists --model daemp --as-of "$today" --practices | head -n 1)
run_of() { samspil runs | grep "^$(echo "$1" | tr -d -)-sad+daemp-" | tail -n 1; }
for model in daemp sad; do
    samspil lists --model "$model" --as-of "$today" --practice "$practice" \
        --identified-for "demonstration on synthetic persons" --out "$reports/list-$model-$practice.html" >/dev/null
    samspil lists --model "$model" --as-of "$today" --earlier "$(run_of "$earlier")" --practice "$practice" \
        --identified-for "demonstration on synthetic persons" --out "$reports/new-on-the-list-$model-$practice.html" >/dev/null
done
for page in "$reports"/*.html; do printf '  file://%s\n' "$page"; done

step "6/10 Indicators, segments and cost of the population"
two_years=$(months_from "$today" -24)
samspil indicators --set t2d --as-of "$today" --since "$two_years" --every "3 months" --by network >"$reports/t2d.txt"
samspil indicators --set copd --as-of "$today" --since "$before" --every "6 months" --by region
samspil indicators --set heart --as-of "$today" --since "$before" --every "6 months" --by region
samspil segments --as-of "$today"
samspil cost --as-of "$today"
newest() { samspil runs | grep "^$(echo "$today" | tr -d -)-$1-" | tail -n 1; }

step "7/10 Lists and figures to the care plane, with made-up people and some weeks of their work"
samspil migrate
samspil demo "$(run_of "$earlier")" "$(run_of "$today")" \
    "$(newest t2d)" "$(newest copd)" "$(newest heart)" "$(newest segments)" "$(newest cost)"
samspil releases
samspil access-log verify

step "8/10 What was done goes back to the warehouse, of those who agreed to it"
samspil harvest --out "$SAMSPIL_HOME/harvest"
samspil ingest "$SAMSPIL_HOME/harvest"

step "9/10 Did it help? Another region, with a programme whose true effect is known"
programme="$SAMSPIL_HOME/programme"
studies=$(python -c "from samspil.programmes.loader import PROGRAMMES; print(PROGRAMMES / 'odense-ic' / 'studies')")
[ -d "$programme/region" ] || { mkdir -p "$programme"
    samspil synth --programme --persons 150000 --seed 1 --as-of 2025-12-31 --out "$programme/region"; }
samspil ingest "$programme/region" --home "$programme"
samspil evaluate "$studies/daemp.yaml" --truth "$programme/region" --home "$programme" --out "$reports"

step "10/10 Open this in a browser and choose whom to be:"
[ -n "${SAMSPIL_SERVE-1}" ] || exit 0
exec samspil serve --port "${SAMSPIL_PORT-8000}"
