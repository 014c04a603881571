#!/bin/sh
# From nothing to lists and a validated model, on a synthetic region: the verbs that people with data of their own use.
set -eu
region="$SAMSPIL_HOME/region"
reports="$SAMSPIL_HOME/reports"
today=2016-10-15   # the day of the lists; the region's data reach this far
earlier=2016-04-15 # the day of an earlier run, for an accrual list
before=2015-10-15  # a day with a year of known future, for the validation

step() { printf '\n\033[1m%s\033[0m\n' "$*"; }

if [ ! -d "$region" ]; then
    step "1/6 A synthetic region of 20,000 persons"
    samspil synth --persons 20000 --seed 1 --as-of "$today" --out "$region"
else
    step "1/6 The synthetic region is there already: $region"
fi

step "2/6 Deliveries into the warehouse"
samspil ingest "$region"
samspil warehouse status --as-of "$today"

step "3/6 Risk models"
samspil models
samspil stratify --model sad --model daemp --as-of "$earlier"
samspil stratify --model sad --model daemp --as-of "$today"

step "4/6 The practices' lists"
samspil lists --model daemp --as-of "$today"
samspil lists --model sad --as-of "$today"

step "5/6 Do the models find the right people?"
mkdir -p "$reports"
samspil validate --model daemp --as-of "$before" --horizon 12m --out "$reports"
samspil validate --model sad --as-of "$before" --horizon 12m --out "$reports"

step "6/6 The pages of one practice"
practice=$(samspil lists --model daemp --as-of "$today" --practices | head -n 1)
run=$(samspil runs | grep "^$(echo $earlier | tr -d -)-sad+daemp-" | tail -n 1)
for model in daemp sad; do
    samspil lists --model "$model" --as-of "$today" --practice "$practice" \
        --identified-for "demonstration on synthetic persons" --out "$reports/list-$model-$practice.html" >/dev/null
    samspil lists --model "$model" --as-of "$today" --earlier "$run" --practice "$practice" \
        --identified-for "demonstration on synthetic persons" --out "$reports/new-on-the-list-$model-$practice.html" >/dev/null
done

step "Open these in a browser:"
for page in "$reports"/*.html; do printf '  file://%s\n' "$page"; done
