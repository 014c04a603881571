#!/bin/sh
# Writes the lock files from pyproject.toml and package.json: exact versions with hashes, no addresses.
set -eu
compile() {
    .venv/bin/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url \
        --no-emit-find-links --no-strip-extras --no-header --no-annotate "$@"
}
compile pyproject.toml --group build --output-file requirements.lock
compile pyproject.toml --group dev --extra spark --constraint requirements.lock --output-file requirements-dev.lock
compile --group node --output-file requirements-node.lock
PATH="$(sh scripts/node.sh):$PATH" npm install --package-lock-only --ignore-scripts --loglevel=error
