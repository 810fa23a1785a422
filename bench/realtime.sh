#!/usr/bin/env bash
# The figures of docs/realtime-figures.md, side by side in one run of under ten minutes, on two cores of a quiet machine: one for the
# servers, one for the load and for Redis. Arguments go to bench/realtime: -only fanout, -skip k6, -slices 4, -slice 1s, …
# What is missing (Redis) is installed with apt after saying so; k6 is built from its module.
set -euo pipefail
cd "$(dirname "$0")/.."
export GOTOOLCHAIN=auto
if [[ ${1:-} != --installed ]]; then
	./scripts/with-servers.sh --install-only redis -- true
	exec "$0" --installed "$@"
fi
shift
bin=$(mktemp -d "${TMPDIR:-/tmp}/hotlane-bench-bin.XXXXXX")
trap 'rm -rf "$bin"' EXIT
echo "bench-realtime: building" >&2
CGO_ENABLED=0 go build -trimpath -ldflags "-s -w" -o "$bin/hotlane" ./cmd/hotlane # as it is shipped
go build -trimpath -o "$bin/realtime" ./bench/realtime
(cd bench/peers/paper && go build -trimpath -o "$bin/paper" .)
taskset -c 1 "$bin/realtime" -bin "$bin" -repo "$PWD" -out "bench/results/realtime-$(date -u +%Y%m%d-%H%M%S).md" "$@"
