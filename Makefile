# The go command fetches the toolchain that go.mod names when the installed one is older.
export GOTOOLCHAIN = auto

GOFUMPT = go run mvdan.cc/gofumpt@v0.12.0
ARGS    =

.DEFAULT_GOAL := help
.PHONY: help demo build test check lint fmt generate soak bench-allocation bench-profiles bench-realtime

help: ## what there is to make
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-18s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

demo: ## build and run with sample data in ./demo-data; ARGS="--listen :9000 --data DIR"
	go run ./cmd/hotlane demo $(ARGS)

build: ## bin/hotlane
	go build -trimpath -o bin/hotlane ./cmd/hotlane

test: ## everything, with private servers; installs what is missing after saying so
	./scripts/with-servers.sh postgres redis mysql smtp chromium django node gcc -- ./scripts/test.sh

check: lint ## what needs no server: lint and the unit tests
	go test ./...

lint: ## vet, gofumpt, staticcheck, types of the pages' modules, fresh generated files, the import policy
	./scripts/lint.sh

fmt: ## format all Go files
	$(GOFUMPT) -w .

generate: ## docs/config.md, docs/config.schema.json, docs/openapi.json
	./scripts/generate.sh

soak: ## what takes longer than make test: every fuzz test, the race detector again and again; SOAK=10m
	./scripts/with-servers.sh postgres redis mysql smtp chromium django node gcc -- ./scripts/soak.sh

bench-allocation: ## the figures of docs/allocation.md, side by side in one run
	./bench/allocation.sh $(ARGS)

bench-profiles: ## the figures of docs/profiles.md and docs/waitlist.md, side by side in one run
	./bench/profiles.sh $(ARGS)

bench-realtime: ## the figures of docs/realtime-figures.md, side by side in one run
	./bench/realtime.sh $(ARGS)
