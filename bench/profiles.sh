#!/usr/bin/env bash
# The figures of docs/profiles-figures.md, side by side in one run of under ten minutes, on two cores of a quiet machine: one for
# the servers, one for the load and for PostgreSQL and Redis. Arguments go to bench/profiles: -only cached, -skip export, -slices 4, …
# What is missing (wrk, nginx, Redis, PostgreSQL) is installed with apt after saying so.
set -euo pipefail
cd "$(dirname "$0")/.."
export GOTOOLCHAIN=auto
if [[ ${1:-} != --installed ]]; then
	exec ./scripts/with-servers.sh postgres redis wrk nginx -- "$0" --installed "$@"
fi
shift
PATH=$PATH:/usr/sbin # where Debian keeps nginx
bin=$(mktemp -d "${TMPDIR:-/tmp}/hotlane-bench-bin.XXXXXX")
trap 'rm -rf "$bin"' EXIT
echo "bench-profiles: building" >&2
CGO_ENABLED=0 go build -trimpath -ldflags "-s -w" -o "$bin/hotlane" ./cmd/hotlane # as it is shipped
go build -trimpath -o "$bin/profiles" ./bench/profiles
taskset -c 1 "$bin/profiles" -bin "$bin" -repo "$PWD" -out "bench/results/profiles-$(date -u +%Y%m%d-%H%M%S).md" "$@"
