#!/bin/sh
# Ends what up.sh DIR started, and removes DIR.
set -eu
dir=$(cd "$1" && pwd)
[ -f "$dir/env" ] || [ -d "$dir/pg" ] || { echo "$dir was not made by up.sh" >&2; exit 1; }
for name in django fiber redis; do
	[ ! -f "$dir/$name.pid" ] || kill "$(cat "$dir/$name.pid")" || true
done
pg=$(ls -d /usr/lib/postgresql/*/bin | tail -1)
if [ "$(id -u)" = 0 ]; then
	runuser -u postgres -- "$pg/pg_ctl" -s -D "$dir/pg/data" -m immediate stop || true
else
	"$pg/pg_ctl" -s -D "$dir/pg/data" -m immediate stop || true
fi
rm -rf "$dir"
