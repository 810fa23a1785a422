#!/usr/bin/env bash
# Everything: lint, then unit and integration tests under the race detector, then the whole program as it is built for use. It is run
# by make test, inside scripts/with-servers.sh, which tells the tests by HOTLANE_TEST_* where the servers are.
set -euo pipefail
cd "$(dirname "$0")/.."
export GOTOOLCHAIN=auto HOTLANE_TEST_REQUIRE=1

step() { printf '\n=== %s (after %d s)\n' "$1" "$SECONDS"; }

step lint
./scripts/lint.sh

step "unit and integration tests, with the race detector"
mapfile -t packages < <(go list -tags integration ./... | grep -v -e '/test/e2e' -e '/test/arch$')
CGO_ENABLED=1 go test -race -tags integration -timeout 12m "${packages[@]}"

if [[ -d test/e2e ]]; then
	step "the whole program"
	go test -tags integration -timeout 20m ./test/e2e/...
fi
step done
