#!/bin/sh
# Starts the peers over the same data, on free ports, with a PostgreSQL and a Redis of their own:
#   up.sh DIR [ITEMS]    DIR is made and must not exist; DIR/env says where everything listens. down.sh DIR ends it.
# Set PEER_CPU (taskset's list) to pin the peers, WORKERS for gunicorn's workers, ONLY=django or ONLY=fiber for one.
set -eu
dir=$1
items=${2:-10000}
here=$(cd "$(dirname "$0")" && pwd)
backend=$here/../../examples/django/backend
mkdir "$dir"
dir=$(cd "$dir" && pwd)
pg=$(ls -d /usr/lib/postgresql/*/bin | tail -1)
export GOTOOLCHAIN=auto PYTHONDONTWRITEBYTECODE=1

free_port() {
	/usr/bin/python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])'
}

# As root PostgreSQL refuses to run: then it is the system's own user who runs it.
as_postgres() {
	if [ "$(id -u)" = 0 ]; then runuser -u postgres -- "$@"; else "$@"; fi
}

pinned() {
	if [ -n "${PEER_CPU:-}" ]; then exec taskset -c "$PEER_CPU" "$@"; else exec "$@"; fi
}

wait_for() {
	n=0
	until curl -fs -o "$dir/answer" "$1"; do
		n=$((n + 1))
		if [ "$n" -gt 150 ]; then
			echo "nothing answers $1" >&2
			cat "$dir"/*.log >&2
			exit 1
		fi
		sleep 0.2
	done
}

mkdir "$dir/pg"
[ "$(id -u)" != 0 ] || { chmod 711 "$dir" && chown postgres "$dir/pg"; }
pg_port=$(free_port)
as_postgres "$pg/initdb" -D "$dir/pg/data" -A trust -U haru -E UTF8 --no-sync >"$dir/initdb.log"
as_postgres "$pg/pg_ctl" -s -w -D "$dir/pg/data" -l "$dir/pg/log" \
	-o "-k '$dir/pg' -p $pg_port -c listen_addresses=127.0.0.1" start
redis_port=$(free_port)
redis-server --port "$redis_port" --bind 127.0.0.1 --dir "$dir" --save '' --appendonly no \
	--daemonize yes --pidfile "$dir/redis.pid" --logfile "$dir/redis.log"
psql -q -h 127.0.0.1 -p "$pg_port" -U haru postgres -c 'CREATE DATABASE haru'

DATABASE_URL=postgres://haru@127.0.0.1:$pg_port/haru
REDIS_URL=redis://127.0.0.1:$redis_port/0
DJANGO_SECRET_KEY=$(head -c 40 /dev/urandom | base64 -w0)
export DATABASE_URL REDIS_URL DJANGO_SECRET_KEY
/usr/bin/python3 "$backend/manage.py" migrate -v0
/usr/bin/python3 "$backend/manage.py" seed --items "$items" >"$dir/seed.log"
{
	echo "DATABASE_URL=$DATABASE_URL"
	echo "REDIS_URL=$REDIS_URL"
	echo "DJANGO_SECRET_KEY=$DJANGO_SECRET_KEY"
} >"$dir/env"

if [ "${ONLY:-django}" = django ]; then
	django=127.0.0.1:$(free_port)
	(LISTEN=$django pinned "$backend/run.sh" >"$dir/django.log" 2>&1 & echo $! >"$dir/django.pid")
	wait_for "http://$django/healthz"
	echo "DJANGO_URL=http://$django" >>"$dir/env"
fi
if [ "${ONLY:-fiber}" = fiber ]; then
	fiber=127.0.0.1:$(free_port)
	(cd "$here/fiber" && go build -o "$dir/fiber" .)
	(REDIS_URL=redis://127.0.0.1:$redis_port/1 pinned "$dir/fiber" -listen "$fiber" >"$dir/fiber.log" 2>&1 &
		echo $! >"$dir/fiber.pid")
	wait_for "http://$fiber/healthz"
	echo "FIBER_URL=http://$fiber" >>"$dir/env"
fi
cat "$dir/env"
