# Everything one types in this repository; `make` alone lists it. Node is chosen by scripts/with-node.

.DEFAULT_GOAL := help
.SUFFIXES:

run := scripts/with-node
# Node 22 still warns that it strips types; that is news to nobody here.
node := $(run) node --disable-warning=ExperimentalWarning
ARGS ?=
ROUNDS ?=
SEED ?= 1

installed := node_modules/.package-lock.json
breaker := toolchain/mutation/node_modules/.package-lock.json
built := apps/micro/dist/micro.js
dashboard := apps/dashboard/dist/index.html
site := apps/docs/dist/index.html
# Folders are in the list too: removing a file changes nothing but its folder.
sources := $(shell find packages/*/src services/*/src apps/micro/src apps/embedded/src \( -type d -o -name '*.ts' \) ! -name '*.test.ts' 2>/dev/null)
pages := $(shell find apps/dashboard packages/kernel/src packages/client/src ! -path '*/dist*' ! -path '*/node_modules*' ! -name '*.test.ts' 2>/dev/null)

documents := $(shell find apps/docs/src apps/docs/assets docs/* *.md services/*/*.md packages/*.md bench/*.md examples/*/*.md ! -name '*.test.ts' 2>/dev/null)

.PHONY: help
help: ## List these commands
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-13s %s\n", $$1, $$2 }' Makefile

.PHONY: up
up: build ## Start everything on this machine: make up ARGS='--port 9090'
	@exec ./micro up $(ARGS)

.PHONY: build
build: $(built) $(dashboard) $(site) ## Install what is missing and build the command line, ./micro, the dashboard and the documentation

.PHONY: docs
docs: $(site) ## Build the documentation site, apps/docs/dist, from docs/ and the READMEs

.PHONY: test
test: build ## Run the test suite: make test ARGS=services/ledger
	@$(run) vitest run $(ARGS)

.PHONY: check
check: types lint style generated test ## Run all that CI checks: types, lint, style, generated files, tests

.PHONY: types
types: $(installed)
	@$(run) tsc --noEmit -p tsconfig.json
	@$(run) tsc --noEmit -p apps/dashboard/tsconfig.json

.PHONY: lint
lint: $(installed)
	@$(run) oxlint --type-aware --deny-warnings
	@$(run) knip
	@$(node) scripts/dependencies.ts

.PHONY: style
style: $(installed)
	@$(run) oxfmt --check
	@$(node) scripts/tidy.ts

.PHONY: generated
generated: $(installed)
	@$(node) scripts/schema.ts --check
	@$(node) scripts/openapi.ts --check
	@$(node) scripts/asyncapi.ts --check
	@$(node) scripts/errors.ts --check
	@$(node) scripts/stripe-coverage.ts --check
	@$(node) scripts/states.ts --check
	@$(node) scripts/test-cards.ts --check
	@$(node) scripts/cli-reference.ts --check

.PHONY: schema
schema: $(installed) ## Write services/*/schema.sql anew, from the migrations
	@$(node) scripts/schema.ts

.PHONY: openapi
openapi: $(installed) ## Write docs/openapi.json and the other generated documents anew, from contracts and tables
	@$(node) scripts/openapi.ts
	@$(node) scripts/asyncapi.ts
	@$(node) scripts/errors.ts
	@$(node) scripts/stripe-coverage.ts
	@$(node) scripts/states.ts
	@$(node) scripts/test-cards.ts
	@$(node) scripts/cli-reference.ts

.PHONY: examples
examples: $(installed) ## Record the API reference's examples anew, at a new Micro without limits: make examples ARGS=http://…
	@$(node) scripts/examples.ts $(ARGS)

.PHONY: lock
lock: ## Bring package-lock.json up to date after a manifest changed
	@$(node) scripts/lock.ts

.PHONY: audit
audit: $(installed) ## Report dependencies: how many, which licences, known weaknesses
	@$(node) scripts/dependencies.ts --audit

.PHONY: sbom
sbom: ## Write sbom.json, the parts of what ships as CycloneDX
	@$(run) npm sbom --omit=dev --package-lock-only --sbom-format=cyclonedx --sbom-type=application >sbom.json
	@echo 'Wrote sbom.json.'

.PHONY: format
format: $(installed) ## Format the sources
	@$(run) oxfmt

.PHONY: smoke
smoke: $(installed) ## Take one payment to ledger and event on whatever runs: make smoke ARGS='--url http://…'
	@$(node) scripts/smoke.ts $(ARGS)

.PHONY: bench
bench: $(installed) ## Measure payments on whatever runs, see bench/README.md: make bench ARGS='--url http://…'
	@$(node) bench/running.ts $(ARGS)

.PHONY: bench-payments
bench-payments: $(installed) ## Measure what a payment costs beside two bare commits: make bench-payments ARGS='--rounds 5'
	@$(node) bench/payments.ts $(ARGS)

.PHONY: bench-gateway
bench-gateway: $(installed) ## Measure the gateway against a bare HTTP server: make bench-gateway ARGS='--rounds 5'
	@$(node) bench/gateway.ts $(ARGS)

.PHONY: bench-events
bench-events: $(installed) ## Measure events and webhooks beside bare sockets and posts: make bench-events ARGS='--rounds 5'
	@$(node) bench/events.ts $(ARGS)

.PHONY: snapshot
snapshot: build ## Keep the data of this version for later upgrade tests, when it is released
	@$(node) scripts/snapshot.ts
.PHONY: bench-ledger
bench-ledger: $(installed) ## Measure the ledger against ones built by hand: make bench-ledger ARGS='--rounds 5'
	@$(node) bench/ledger.ts $(ARGS)

.PHONY: soak
soak: build ## Play every fault on a system under load, simulate and fuzz for longer, see docs/faults.md: make soak SEED=7 ROUNDS=20 ARGS='-t R05'
	@MICRO_SOAK=1 SEED=$(SEED) ROUNDS=$(or $(ROUNDS),1) $(run) vitest run --project faults $(ARGS)
	@MICRO_SEEDS=$(or $(SEEDS),20000) SEED=$(or $(SEED),1) $(run) vitest run --project micro services/ledger/src/posting/posting.simulation.test.ts services/ledger/src/posting/posting.model.test.ts
	@MICRO_FUZZ_ROUNDS=5000 MICRO_FUZZ_SLICES=1 MICRO_FUZZ_SEED=$(or $(SEED),1) $(run) vitest run --project micro tests/security/fuzz.test.ts

.PHONY: repeat
repeat: build ## Run the test suite again and again, to find what fails rarely: make repeat ROUNDS=50
	@for round in $$(seq $(or $(ROUNDS),10)); do echo "Round $$round"; $(run) vitest run $(ARGS) || exit 1; done

.PHONY: mutation
mutation: $(installed) $(breaker) ## Break the ledger's decisions to see whether their tests notice, see CONTRIBUTING.md
	@$(run) toolchain/mutation/node_modules/.bin/stryker run toolchain/mutation/stryker.config.json $(ARGS)

.PHONY: clean
clean: ## Remove what was built and cached; data stays
	@rm -rf apps/*/dist packages/*/dist services/*/dist coverage .vitest node_modules/.cache node_modules/.vite node_modules/.vitest
	@echo 'Removed what was built and cached. Data (.micro) and installed packages stay.'

$(installed): package-lock.json
	@echo 'Installing packages …'
	@$(run) npm ci --loglevel=error
	@touch $@

$(breaker): toolchain/mutation/package-lock.json
	@echo 'Installing Stryker …'
	@cd toolchain/mutation && ../../$(run) npm ci --loglevel=error
	@touch $@

$(built): $(installed) $(sources) scripts/build.ts
	@$(node) scripts/build.ts
	@touch $@

$(dashboard): $(installed) $(pages) docs/openapi.json scripts/dashboard.ts scripts/stripe-operations.ts $(wildcard scripts/dashboard/*.ts apps/docs/src/api/*.ts)
	@$(node) scripts/dashboard.ts

$(site): $(installed) $(documents)
	@$(node) apps/docs/src/main.ts
