#!/usr/bin/env bash
# The figures of docs/allocation-figures.md, side by side in one run of under a quarter of an hour, on two cores of a quiet
# machine: one for the servers, one for the load. Arguments go to bench/allocation: -skip peers, -slices 4, …
# What is missing (wrk, Redis, PostgreSQL, Django as Debian has it) is installed with apt after saying so.
set -euo pipefail
cd "$(dirname "$0")/.."
export GOTOOLCHAIN=auto
if [[ ${1:-} != --installed ]]; then
	exec ./scripts/with-servers.sh --install-only postgres redis wrk curl django -- "$0" --installed "$@"
fi
shift
bin=$(mktemp -d "${TMPDIR:-/tmp}/hotlane-bench-bin.XXXXXX")
trap 'rm -rf "$bin"' EXIT
echo "bench-allocation: building" >&2
go build -trimpath -o "$bin/hotlane" ./cmd/hotlane
go build -trimpath -o "$bin/haru" ./examples/django
go build -trimpath -o "$bin/allocation" ./bench/allocation
go test -c -o "$bin/engine.test" ./lanes/allocation/engine
taskset -c 1 "$bin/allocation" -bin "$bin" -repo "$PWD" -out "bench/results/allocation-$(date -u +%Y%m%d-%H%M%S).md" "$@"
