#!/usr/bin/env bash
# What runs longer than make test: each fuzz test for SOAK (default 1m), random histories of live channels
# (HISTORIES, default 5000), then the tests under the race detector ten times.
set -euo pipefail
cd "$(dirname "$0")/.."
export GOTOOLCHAIN=auto HOTLANE_TEST_REQUIRE=1
soak=${SOAK:-1m}

grep -rlE '^func Fuzz[A-Z]' --include='*_test.go' . | while IFS= read -r file; do
	grep -oE '^func Fuzz[A-Za-z0-9_]+' "$file" | while read -r _ name; do
		echo "=== $name in $(dirname "$file"), $soak"
		go test -tags integration,soak -run '^$' -fuzz "^$name\$" -fuzztime "$soak" "$(dirname "$file")" </dev/null
	done
done
echo "=== random histories of live channels"
go test -tags integration -run TestLiveHistories -timeout 4h ./test/e2e -histories "${HISTORIES:-5000}"
CGO_ENABLED=1 go test -race -tags integration,soak -count 10 -timeout 4h ./...
