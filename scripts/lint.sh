#!/usr/bin/env bash
# Everything that looks at the code without running it. All of it runs, and what failed is said at the end.
set -uo pipefail
cd "$(dirname "$0")/.."
export GOTOOLCHAIN=auto

gofumpt=mvdan.cc/gofumpt@v0.12.0
staticcheck=honnef.co/go/tools/cmd/staticcheck@v0.8.2
failed=()

run() {
	local name=$1
	shift
	echo "== $name"
	"$@" || failed+=("$name")
}

formatted() {
	local wrong
	wrong=$(go run "$gofumpt" -l .) || return 1
	[[ -z $wrong ]] || { echo "not formatted (make fmt):"; echo "$wrong"; return 1; }
}

types() { # of the pages' modules, which run as they are written
	local at=test/js
	command -v npm >/dev/null || { echo "npm is missing: scripts/with-servers.sh node -- make lint"; return 1; }
	[[ $at/node_modules/.package-lock.json -nt $at/package-lock.json ]] || npm --prefix "$at" ci || return 1
	"$at/node_modules/.bin/tsc" -p "$at"
}

run vet go vet -tags integration ./...
run gofumpt formatted
run staticcheck go run "$staticcheck" -tags integration ./...
run types types
run "generated files" ./scripts/generate.sh --check
run "import policy" go test ./test/arch

if ((${#failed[@]})); then
	printf 'lint: failed: %s\n' "${failed[*]}" >&2
	exit 1
fi
