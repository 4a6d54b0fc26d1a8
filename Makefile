# Everything here needs Go and nothing else, but for what its line says.

# The conformance suite, which also runs on other engines. It finds the engine
# in DDB_ENDPOINT, and in DDB_TARGET the name under which it lists what it lacks.
SUITE   = ./ddbtable/ddbtest/conformance/...
CONFORM = go test -count=1 -timeout 5m -run Conformance $(SUITE)
# Random requests, compared answer by answer. DDB_SEED and DDB_REQUESTS change
# which and how many.
COMPARE = go -C internal/difftest test -count=1 -timeout 10m -v -run 'Differential|KnownDifferences' .

FUZZTIME ?= 30s
BENCH    ?= .

# The program that measures ddbtable beside other libraries. The setting keeps the
# memory that the collector gives back mapped: see measure in internal/bench.
MEASURE = go -C internal/bench build -o ../../.tools/bench . && GODEBUG=madvdontneed=0 .tools/bench

.PHONY: help test lint ci fuzz bench bench-ratios bench-engine golden dynalite client startup local
.NOTPARALLEL:

help: ## print this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "make %-12s %s\n", $$1, $$2 }' Makefile

test: ## run every test (a C compiler is needed by -race)
	go test -race ./...
	go -C internal/difftest test -race ./...
	go test -run Allocations ./fields ./model ./internal/engine # which -race changes
	go -C internal/bench test .

lint: ## check format, go vet, go.mod and the linters of internal/tools
	@unformatted=$$(gofmt -l .); test -z "$$unformatted" || { echo "gofmt would change:" $$unformatted; exit 1; }
	go vet ./...
	go mod tidy -diff
	go -C internal/tools vet ./...
	go -C internal/tools mod tidy -diff
	go -C internal/difftest vet ./...
	go -C internal/difftest mod tidy -diff
	go -C internal/bench vet ./...
	go -C internal/bench mod tidy -diff
	go -C internal/tools test ./...
	go -C internal/tools build -o ../../.tools/lint ./lint
	.tools/lint ./...
	cd internal/tools && ../../.tools/lint ./...
	cd internal/difftest && ../../.tools/lint ./...
	cd internal/bench && ../../.tools/lint ./...

ci: lint test dynalite client ## do what every submission must pass: lint, test, dynalite, client

fuzz: ## run every Fuzz function for FUZZTIME each (30s)
	@list=$$(go test -list '^Fuzz' ./...) || { echo "$$list"; exit 1; }; \
	echo "$$list" | awk '/^Fuzz/ { name[++n] = $$1 } /^ok/ { for (i = 1; i <= n; i++) print $$2, name[i]; n = 0 }' | \
	while read -r package name; do \
		echo "$$package $$name"; \
		go test -run '^$$' -fuzz "^$$name\$$" -fuzztime $(FUZZTIME) "$$package" || exit 1; \
	done

bench: ## measure ddbtable beside other libraries; works that match BENCH (all)
	$(MEASURE) -work '$(BENCH)'

bench-ratios: ## the same in one line per figure, within 40 s
	@$(MEASURE) -ratios -work '$(BENCH)'

# The variable LOCAL adds DynamoDB Local, which is not open source.
bench-engine: ## measure the embedded engine against its goals and dynalite; LOCAL=1 adds DynamoDB Local
	npm ci --prefix internal/dynalite --ignore-scripts --no-audit --no-fund
	go build -o .tools/benchengine ./internal/benchengine
	$(if $(LOCAL),internal/tools/dynamodb-local.sh sh -c 'DDB_LOCAL_ENDPOINT=$$DDB_ENDPOINT exec "$$@"' sh) \
		node internal/dynalite/run.js .tools/benchengine

golden: ## write the golden files anew; read the difference before you commit it
	UPDATE_GOLDEN=1 go test ./...

dynalite: ## run the conformance suite on dynalite, and compare the engine with it (node 20 and npm are needed)
	npm ci --prefix internal/dynalite --ignore-scripts --no-audit --no-fund
	node internal/dynalite/run.js $(CONFORM)
	node internal/dynalite/run.js $(COMPARE)

client: ## use examples/local-server as the toy store does, with AWS's SDK for JavaScript (node 20 and npm are needed)
	npm ci --prefix internal/jsclient --ignore-scripts --no-audit --no-fund
	go build -o .tools/local-server ./examples/local-server
	node internal/jsclient/run.js .tools/local-server -addr 127.0.0.1:0
	node internal/jsclient/run.js .tools/local-server -addr 127.0.0.1:0 -latency 1ms -faults 'fail-before every=7'
	node internal/jsclient/run.js .tools/local-server -addr 127.0.0.1:0 -strict 1

# The variable LOCAL adds DynamoDB Local, which is not open source, and which
# listens on every interface: so all of it runs in a network of its own.
startup: ## measure start-up and memory of examples/local-server and dynalite; LOCAL=1 adds DynamoDB Local
	npm ci --prefix internal/dynalite --ignore-scripts --no-audit --no-fund
	$(if $(LOCAL),internal/tools/dynamodb-local.sh true)
	go build -o .tools/local-server ./examples/local-server
	go build -o .tools/startup ./internal/startup
	$(if $(LOCAL),unshare -rn sh -c 'ip link set lo up && exec .tools/startup -local',.tools/startup)

local: ## run the conformance suite on AWS's DynamoDB Local, and compare the engine with it (java, node and npm are needed)
	go test -run '^$$' $(SUITE) # builds it: there may be no network later
	go -C internal/difftest test -run '^$$' . # and this
	internal/tools/dynamodb-local.sh $(CONFORM)
	internal/tools/dynamodb-local.sh $(COMPARE)
