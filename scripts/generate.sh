#!/usr/bin/env bash
# Writes the generated documents; with --check it only says which ones are stale.
set -euo pipefail
cd "$(dirname "$0")/.."
export GOTOOLCHAIN=auto

fresh=$(mktemp -d)
trap 'rm -rf "$fresh"' EXIT
go run ./cmd/hotlane generate "$fresh"
go run ./test/errorcodes >"$fresh/errors.md"

if [[ ${1:-} != --check ]]; then
	mkdir -p docs
	cp -r "$fresh"/. docs/
	exit 0
fi

stale=0
while IFS= read -r -d '' file; do
	name=${file#"$fresh"/}
	diff -u "docs/$name" "$file" || { echo "docs/$name is stale: make generate" >&2; stale=1; }
done < <(find "$fresh" -type f -print0 | sort -z)
exit "$stale"
