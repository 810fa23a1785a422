#!/usr/bin/env bash
# Runs a command with private servers, and takes them down when it ends, however it ends:
#
#   scripts/with-servers.sh postgres redis mysql smtp chromium django node gcc -- go test -tags integration ./...
#
# Each name before -- is something the command needs. What is missing is installed with apt (Debian, Ubuntu) after saying so.
# The servers listen on free loopback ports, keep their files in a temporary folder, and are told to the command by
# HOTLANE_TEST_POSTGRES and HOTLANE_TEST_MYSQL (DSN of a superuser), HOTLANE_TEST_REDIS and HOTLANE_TEST_SMTP (host:port),
# HOTLANE_TEST_MAILDIR (the Maildir of all that it was sent), HOTLANE_TEST_CHROMIUM (path). With HOTLANE_TEST_REQUIRE=1 tests fail,
# not skip, where one is not there. KEEP_LOGS=DIR keeps the servers' logs.
# With --install-only before the names nothing is started.
set -euo pipefail

say() { echo "with-servers: $*" >&2; }
die() { say "$*"; exit 1; }

wanted=()
start=true
if [[ ${1:-} == --install-only ]]; then
	start=false
	shift
fi
while (($#)) && [[ $1 != -- ]]; do
	case $1 in
	postgres | redis | mysql | smtp | chromium | django | node | gcc | wrk | curl | nginx) wanted+=("$1") ;;
	*) die "unknown: $1 (postgres redis mysql smtp chromium django node gcc wrk curl nginx)" ;;
	esac
	shift
done
(($# > 1)) || die "usage: $0 postgres redis mysql smtp chromium django node gcc -- command…"
shift

# --- what must be there -----------------------------------------------------------------------------------------------------

first() { # the first of these commands that there is, as a path
	local c
	for c; do command -v "$c" && return; done
	return 1
}
pg() { # a program of the newest PostgreSQL; Debian keeps its server's programs out of PATH
	local found
	found=$(ls -d /usr/lib/postgresql/*/bin 2>/dev/null | sort -V | tail -n 1)
	if [[ -x $found/$1 ]]; then echo "$found/$1"; else command -v "$1"; fi
}
program() {
	case $1 in
	postgres) pg initdb ;;
	redis) first redis-server valkey-server ;;
	mysql) first mariadbd mysqld ;;
	smtp) /usr/bin/python3 -c 'import aiosmtpd' 2>/dev/null && echo /usr/bin/python3 ;;
	chromium) first chromium chromium-browser google-chrome google-chrome-stable ;;
	django) /usr/bin/python3 -c 'import django, django_redis, psycopg2' 2>/dev/null && first gunicorn ;;
	node) first node >/dev/null && first npm ;;
	gcc) first cc gcc ;;
	wrk | curl) first "$1" ;;
	nginx) PATH=$PATH:/usr/sbin first nginx ;;
	esac
}
packages() {
	case $1 in
	postgres) echo postgresql ;;
	redis) echo redis-server ;;
	mysql) echo mariadb-server ;;
	smtp) echo python3-aiosmtpd ;;
	chromium) # with a font for the Korean text of the pages; on Ubuntu the package has the longer name
		if [[ $(apt-cache policy chromium 2>/dev/null) =~ Candidate:\ [0-9] ]]; then echo chromium; else echo chromium-browser; fi
		echo fonts-noto-cjk ;;
	django) echo gunicorn python3-django python3-django-redis python3-psycopg2 ;; # what examples/django runs on
	node) echo nodejs npm ;; # for the type check of the pages' modules
	gcc) echo gcc libc6-dev ;;
	wrk | curl) echo "$1" ;;
	nginx) echo nginx-light ;;
	esac
}

install_missing() {
	local name missing=() sudo=() rc=0 policy=/usr/sbin/policy-rc.d quiet=false
	for name in "${wanted[@]}"; do
		program "$name" >/dev/null || missing+=("$name")
	done
	((${#missing[@]})) || return 0
	command -v apt-get >/dev/null || die "missing, and there is no apt to install it: ${missing[*]}"
	if ((EUID)); then
		command -v sudo >/dev/null || die "missing, and neither root nor sudo: ${missing[*]}"
		sudo=(sudo)
	fi
	say "installing with apt-get, since it is missing: ${missing[*]}"
	"${sudo[@]}" apt-get -qq -o DPkg::Lock::Timeout=600 update
	if [[ ! -e $policy ]]; then # the packages' own services shall not start: ours are private
		printf '#!/bin/sh\nexit 101\n' | "${sudo[@]}" tee "$policy" >/dev/null
		"${sudo[@]}" chmod 755 "$policy"
		quiet=true
	fi
	# shellcheck disable=SC2046 # one word each
	"${sudo[@]}" env DEBIAN_FRONTEND=noninteractive apt-get -qq -o DPkg::Lock::Timeout=600 install --no-install-recommends -y \
		$(for name in "${missing[@]}"; do packages "$name"; done) >&2 || rc=$?
	if $quiet; then "${sudo[@]}" rm -f "$policy"; fi
	((rc == 0)) || die "apt-get failed ($rc)"
	for name in "${missing[@]}"; do
		program "$name" >/dev/null || die "still missing after installing it: $name"
	done
}

# --- private servers --------------------------------------------------------------------------------------------------------

dir=
pids=()
pgdata=
child=

down() {
	trap - EXIT INT TERM HUP
	local pid
	if [[ -n $child ]]; then kill "$child" 2>/dev/null && wait "$child" 2>/dev/null || true; fi
	if [[ -n $pgdata ]]; then as postgres "$(pg pg_ctl)" -D "$pgdata" -m immediate -w stop >/dev/null 2>&1 || true; fi
	for pid in "${pids[@]}"; do kill "$pid" 2>/dev/null || true; done
	for pid in "${pids[@]}"; do wait "$pid" 2>/dev/null || true; done
	if [[ -n $dir ]]; then
		if [[ -n ${KEEP_LOGS:-} ]]; then mkdir -p "$KEEP_LOGS" && cp "$dir"/*.log "$KEEP_LOGS"/ 2>/dev/null || true; fi
		rm -rf "$dir"
	fi
}

as() { # servers refuse to run as root: as the user that their package made
	local user=$1
	shift
	if ((EUID == 0)); then (cd / && runuser -u "$user" -- "$@"); else "$@"; fi
}

open_port() { (exec 3<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null; }

free_port() {
	local p
	while :; do
		p=$((20000 + (RANDOM * 32768 + RANDOM) % 12000)) # below the range that connections take theirs from
		open_port "$p" || { echo "$p"; return; }
	done
}

await() { # name, port, pid (empty: none to watch)
	local until=$((SECONDS + 60))
	until open_port "$2"; do
		if ((SECONDS >= until)) || { [[ -n $3 ]] && ! kill -0 "$3" 2>/dev/null; }; then
			tail -n 20 "$dir/$1.log" >&2 || true
			return 1
		fi
		sleep 0.1
	done
}

secret() { od -An -tx1 -N16 /dev/urandom | tr -d ' \n'; }

folder() { # name, user: a folder for a server's files
	mkdir "$dir/$1"
	if ((EUID == 0)); then chown "$2" "$dir/$1"; fi
}

start_postgres() {
	local port password
	port=$(free_port) password=$(secret)
	folder pg postgres
	echo "$password" >"$dir/password"
	as postgres "$(pg initdb)" -D "$dir/pg/data" -U postgres -A scram-sha-256 --pwfile=/dev/stdin -E UTF8 --locale=C.UTF-8 \
		<"$dir/password" >"$dir/postgres.log" 2>&1 || { cat "$dir/postgres.log" >&2; return 1; }
	pgdata=$dir/pg/data
	as postgres "$(pg pg_ctl)" -D "$pgdata" -l "$dir/pg/server.log" -w -t 60 start -o "-p $port -k $dir/pg \
		-c listen_addresses=127.0.0.1 -c max_connections=300 -c max_prepared_transactions=0" >>"$dir/postgres.log" 2>&1 ||
		{ cat "$dir/postgres.log" "$dir/pg/server.log" >&2; return 1; }
	export HOTLANE_TEST_POSTGRES="postgres://postgres:$password@127.0.0.1:$port/postgres?sslmode=disable"
}

start_redis() {
	local port
	port=$(free_port)
	mkdir "$dir/redis"
	"$(program redis)" --port "$port" --bind 127.0.0.1 --save '' --appendonly no --dir "$dir/redis" >"$dir/redis.log" 2>&1 &
	pids+=($!)
	await redis "$port" $!
	export HOTLANE_TEST_REDIS="127.0.0.1:$port"
}

start_mysql() {
	local port password user=()
	port=$(free_port) password=$(secret)
	folder mysql mysql
	if ((EUID == 0)); then user=(--user=mysql); fi
	cat >"$dir/mysql/init.sql" <<-END
		CREATE DATABASE hotlane CHARACTER SET utf8mb4;
		CREATE USER hotlane@'%' IDENTIFIED BY '$password';
		GRANT ALL ON *.* TO hotlane@'%' WITH GRANT OPTION;
	END
	if ((EUID == 0)); then chown mysql "$dir/mysql/init.sql"; fi
	"$(first mariadb-install-db mysql_install_db)" --no-defaults --datadir="$dir/mysql/data" --skip-test-db \
		--auth-root-authentication-method=normal "${user[@]}" >"$dir/mysql.log" 2>&1 || { cat "$dir/mysql.log" >&2; return 1; }
	"$(program mysql)" --no-defaults --datadir="$dir/mysql/data" --socket="$dir/mysql/sock" --port="$port" \
		--bind-address=127.0.0.1 --skip-name-resolve --init-file="$dir/mysql/init.sql" "${user[@]}" >>"$dir/mysql.log" 2>&1 &
	pids+=($!)
	await mysql "$port" $!
	export HOTLANE_TEST_MYSQL="hotlane:$password@tcp(127.0.0.1:$port)/hotlane"
}

start_smtp() { # takes every mail, and keeps it
	local port
	port=$(free_port)
	mkdir "$dir/smtp"
	"$(program smtp)" -m aiosmtpd -n -l "127.0.0.1:$port" -c aiosmtpd.handlers.Mailbox "$dir/smtp/mail" >"$dir/smtp.log" 2>&1 &
	pids+=($!)
	await smtp "$port" $!
	export HOTLANE_TEST_SMTP="127.0.0.1:$port" HOTLANE_TEST_MAILDIR="$dir/smtp/mail"
}

install_missing
trap down EXIT
trap 'exit 130' INT
trap 'exit 143' TERM HUP
dir=$(mktemp -d "${TMPDIR:-/tmp}/hotlane-servers.XXXXXX")
chmod 711 "$dir"
for name in "${wanted[@]}"; do
	$start || break
	case $name in
	postgres | redis | mysql | smtp) "start_$name" || die "$name does not start" ;;
	chromium) HOTLANE_TEST_CHROMIUM=$(program chromium) && export HOTLANE_TEST_CHROMIUM ;;
	esac
done
say "ready: ${wanted[*]:-nothing asked for}"
export HOTLANE_TEST_REQUIRE=1
"$@" <&0 & # beside us, so that a signal ends both at once
child=$!
rc=0
wait "$child" || rc=$?
child=
exit "$rc"
