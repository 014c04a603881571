#!/bin/sh
# Prints the folder with the node and npm to use: the machine's own where they are new enough, else a locked Node that
# is installed into .venv-node, so that no machine has to have one.
set -eu
oldest=20

say() { printf '%s\n' "$*" >&2; }

if command -v npm >/dev/null 2>&1 && command -v node >/dev/null 2>&1; then
    if node -e "process.exit(parseInt(process.versions.node) < $oldest ? 1 : 0)"; then
        dirname "$(command -v node)"
        exit 0
    fi
    say "node $(node --version) is older than $oldest; using one of our own"
fi
if [ ! -e .venv-node/ready ] || [ requirements-node.lock -nt .venv-node/ready ]; then
    say "no node and npm on this machine that will do: installing them into .venv-node"
    .venv/bin/python -m venv .venv-node
    .venv-node/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes \
        -r requirements-node.lock >&2
    touch .venv-node/ready
fi
printf '%s\n' "$PWD/.venv-node/bin"
