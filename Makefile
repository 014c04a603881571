# One word per chore. `make run` and `make test` work on a fresh machine with python3 (3.11 or newer) and make.
PYTHON ?= python3
BIN := .venv/bin
SAMSPIL := $(BIN)/samspil
export SAMSPIL_HOME ?= $(CURDIR)/var
# Results must not depend on what the caller's shell happens to hold.
unexport PYTHONPATH PYTHONHOME PYTHONDONTWRITEBYTECODE

.PHONY: run test check lint types arrows bench lock clean

## A synthetic region from deliveries to lists and a validated model; prints where the reports lie.
run: .venv/ready
	@PATH="$(CURDIR)/$(BIN):$$PATH" sh scripts/run.sh

## Everything that must hold before a change lands.
test: .venv/ready-dev lint types arrows
	$(BIN)/coverage erase
	$(BIN)/python -m pytest -n 2 --dist loadfile --cov --cov-report=term:skip-covered

lint: .venv/ready-dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: .venv/ready-dev
	$(BIN)/mypy

arrows: .venv/ready-dev
	$(BIN)/lint-imports

## Samspil beside hand-written SQL, pandas and Polars, at 1 million persons (SCALE=denmark for 6 million).
SCALE ?= region
bench: .venv/ready-dev
	$(BIN)/python bench/stratify.py --scale $(SCALE)

## Renew the lock files after a change of dependencies in pyproject.toml.
lock: .venv/ready-dev
	sh scripts/lock.sh

.venv/ready: requirements.lock pyproject.toml scripts/setup.sh
	sh scripts/setup.sh "$(PYTHON)" requirements.lock
	touch $@

.venv/ready-dev: requirements-dev.lock pyproject.toml scripts/setup.sh
	sh scripts/setup.sh "$(PYTHON)" requirements-dev.lock
	touch $@ .venv/ready

clean:
	rm -rf .venv var bench/var .coverage* .pytest_cache .mypy_cache .ruff_cache .hypothesis
