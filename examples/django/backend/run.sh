#!/bin/sh
# Runs the backend as in production: gunicorn, sync workers, nothing of it in debug mode.
#   DATABASE_URL  postgres://user:password@host/name or sqlite:///path   (default: db.sqlite3 here)
#   REDIS_URL     redis://host:port/db                                   (default: 127.0.0.1:6379/0)
#   DJANGO_SECRET_KEY, DJANGO_ALLOWED_HOSTS
#   LISTEN (127.0.0.1:8000), WORKERS (2)
set -eu
cd "$(dirname "$0")"
: "${DJANGO_SECRET_KEY:?set it to a long random text}"
export DJANGO_SECRET_KEY
exec /usr/bin/gunicorn haru.wsgi:application \
	--bind "${LISTEN:-127.0.0.1:8000}" --workers "${WORKERS:-2}" --worker-class sync \
	--preload --max-requests 100000 --max-requests-jitter 10000 --timeout 30 --backlog 2048 --no-sendfile
