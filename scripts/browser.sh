#!/bin/sh
# Prints the Chromium that tests of the pages drive: SAMSPIL_CHROMIUM, else one on PATH, else, as root on Debian, the one
# of the distribution, installed now. Exits with 1, saying what to install, where there is none.
set -eu

say() { printf '%s\n' "$*" >&2; }

if [ -n "${SAMSPIL_CHROMIUM:-}" ]; then
    command -v "$SAMSPIL_CHROMIUM" && exit 0
    say "SAMSPIL_CHROMIUM is $SAMSPIL_CHROMIUM, and there is no such program."
    exit 1
fi

find_browser() {
    for name in chromium chromium-browser google-chrome google-chrome-stable; do
        command -v "$name" && return 0
    done
    return 1
}

find_browser && exit 0
if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; then
    say "no Chromium here; installing it"
    if { apt-get update -q && DEBIAN_FRONTEND=noninteractive apt-get install -qy --no-install-recommends chromium; } >&2 &&
        find_browser; then
        exit 0
    fi
fi
say "The tests of the pages need a Chromium. Install one (Debian: sudo apt-get install chromium), or name one:"
say "    make test SAMSPIL_CHROMIUM=/path/to/chromium"
exit 1
