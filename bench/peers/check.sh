#!/bin/sh
# Checks that the peers give the same answers to the same random requests of fresh users: check.sh [REQUESTS] [ITEMS]
# Further base URLs in ALSO (space-separated) must answer the same over the same data.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
dir=$(mktemp -d)/peers
trap '"$here/down.sh" "$dir"; rmdir "$(dirname "$dir")"' EXIT
chmod 711 "$(dirname "$dir")"
"$here/up.sh" "$dir" "${2:-10000}" >"$(dirname "$dir")/up.log" || { cat "$(dirname "$dir")/up.log"; exit 1; }
rm "$(dirname "$dir")/up.log"
. "$dir/env"
/usr/bin/python3 "$here/compare.py" --requests "${1:-500}" "$DJANGO_URL" "$FIBER_URL" ${ALSO:-}
