#!/bin/sh
# Makes .venv with the locked packages and Samspil itself. Needs python3 (3.11 or newer) with the means to make a
# virtual environment; where Debian leaves these out, they are installed if we may, and named if we may not.
set -eu
python=$1
lock=$2

say() { printf '%s\n' "$*" >&2; }

command -v "$python" >/dev/null 2>&1 || {
    say "No $python here. Install Python 3.11 or newer (Debian: apt-get install python3 python3-venv)."
    exit 1
}
"$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' || {
    say "$("$python" --version) is too old: Samspil needs Python 3.11 or newer. Choose one with: make PYTHON=python3.12 …"
    exit 1
}
if ! "$python" -c 'import ensurepip, venv' >/dev/null 2>&1; then
    if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; then
        say "python3-venv is missing; installing it"
        apt-get update -q && DEBIAN_FRONTEND=noninteractive apt-get install -qy --no-install-recommends python3-venv
    else
        say "This Python cannot make virtual environments. Install python3-venv (Debian: sudo apt-get install"
        say "python3-venv), then run make again."
        exit 1
    fi
fi
# What was cut short, perhaps in the middle of a package, is begun anew: nobody could say what is whole in it.
if [ ! -x .venv/bin/python ] || [ -e .venv/unfinished ]; then
    "$python" -m venv --clear .venv
fi
touch .venv/unfinished
say "installing the packages of $lock"
.venv/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes -r "$lock"
.venv/bin/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
rm .venv/unfinished
# PDFs are drawn with Pango, which is no Python package. Without it everything else works, and pages can be printed.
if ! .venv/bin/python -c 'import weasyprint' >/dev/null 2>&1; then
    pango="libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0"
    if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; then
        say "Pango is missing; installing it for PDFs"
        # shellcheck disable=SC2086 # three packages
        { apt-get update -q && DEBIAN_FRONTEND=noninteractive apt-get install -qy --no-install-recommends $pango; } ||
            say "Pango could not be installed. Everything but PDFs works."
    else
        say "PDFs need Pango; everything else works without. Debian: sudo apt-get install $pango"
    fi
fi
