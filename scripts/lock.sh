#!/bin/sh
# Writes requirements.lock and requirements-dev.lock from pyproject.toml: exact versions with hashes, no addresses.
set -eu
compile() {
    .venv/bin/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url \
        --no-emit-find-links --no-header --no-annotate pyproject.toml "$@"
}
compile --group build --output-file requirements.lock
compile --group dev --constraint requirements.lock --output-file requirements-dev.lock
