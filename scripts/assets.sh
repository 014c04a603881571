#!/bin/sh
# Installs what pages load in the browser, by the hashes of package-lock.json, and copies what is needed of it, with the
# licences, to samspil/web/static/vendor. `sh scripts/assets.sh dev` installs what the tests use of Node as well.
# Makes .assets/node, the Node that tests start programs with.
set -eu
case ${1:-} in
    dev) omit= ;;
    *) omit=--omit=dev ;;
esac
npm_folder=$(sh scripts/node.sh)
PATH="$npm_folder:$PATH"
export PATH

npm ci --loglevel=error --ignore-scripts $omit

mkdir -p .assets
# node itself and not the script that stands before it in .venv-node: who ends a process must end node with it
ln -sfn "$(node -p process.execPath)" .assets/node

modules=node_modules
vendor=samspil/web/static/vendor
rm -rf "$vendor"
mkdir -p "$vendor/dkfds/css" "$vendor/dkfds/js" "$vendor/htmx"

# The comments name source maps that are not copied; files get their names by content, and a missing map would stop that.
without_map() { sed -e 's|/\*# sourceMappingURL=[^*]*\*/||' -e 's|^//# sourceMappingURL=.*$||' "$1"; }

dkfds=$modules/dkfds/dist
without_map "$dkfds/css/dkfds.min.css" >"$vendor/dkfds/css/dkfds.min.css"
without_map "$dkfds/js/dkfds.min.js" >"$vendor/dkfds/js/dkfds.min.js"
cp "$dkfds/LICENSE.md" "$vendor/dkfds/LICENSE.md"

# Of fonts and pictures only what the style sheet names, and the collection of icons that pages refer to themselves.
copy() {
    mkdir -p "$vendor/dkfds/$(dirname "$1")"
    cp "$dkfds/$1" "$vendor/dkfds/$1"
}
grep -o 'url([^)]*)' "$vendor/dkfds/css/dkfds.min.css" | sed -n "s|^url([\"']\{0,1\}\.\./\([^?#)\"']*\).*|\1|p" | sort -u |
    while read -r file; do copy "$file"; done
copy img/all-svg-icons.svg
cp "$dkfds/fonts/IBMPlexSans/complete/woff2/license.txt" "$vendor/dkfds/fonts/IBMPlexSans/license.txt"

without_map "$modules/htmx.org/dist/htmx.min.js" >"$vendor/htmx/htmx.min.js"
cp "$modules/htmx.org/LICENSE" "$vendor/htmx/LICENSE"
