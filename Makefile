# Targets that a developer types; `make` alone lists them. How the layers of
# `make test` work is written in .ci/layers.sh.

SHELL     := bash
HOOKCTL   := go run ./functions/hookctl
ENV       := default
ARGS      :=
BUILD_DIR  = .aws-sam/$(if $(filter prod,$(ENV)),prod,build)
FUZZTIME  := 10s
N         := 1000000
SEED      := 1

.DEFAULT_GOAL := help

.PHONY: help
help: ## list the targets
	@if [ -t 1 ]; then bold=$$'\e[1m' plain=$$'\e[0m'; fi; \
	awk -F ':.*## ' -v b="$$bold" -v p="$$plain" \
		'/^[a-z-]+:.*## / { printf "%s%-11s%s  %s\n", b, $$1, p, $$2 }' $(MAKEFILE_LIST)

.PHONY: run
run: ## receive webhooks here, and restart when a Go file changes
	@bash .ci/hookctl.sh .hookctl
	@exec .hookctl/hookctl run --watch $(ARGS)

.PHONY: test
test: ## run every layer of tests (LAYERS="unit lint" for some)
	@bash .ci/layers.sh

.PHONY: simulate
simulate: ## run the code through random faults (N=1000000 schedules, SEED=1)
	@go test -count=1 -timeout 24h -v -run TestSchedules ./shared/simulate -schedules=$(N) -seed=$(SEED)

.PHONY: fuzz
fuzz: ## run each fuzz target (FUZZTIME=10s each)
	@bash .ci/fuzz.sh $(FUZZTIME)

.PHONY: lint
lint: ## check the code with golangci-lint
	@bash .ci/layers/lint.sh

.PHONY: build
build: ## build what is deployed (ENV=prod for arm64)
	@bash .ci/build.sh $(ENV) $(BUILD_DIR) $(ARGS)

.PHONY: deploy
deploy: build ## build, and deploy to AWS (ENV=prod, ARGS=--guided, RESTART=1)
	@RESTART=$(RESTART) bash .ci/deploy.sh $(ENV) $(BUILD_DIR) $(ARGS)

.PHONY: local
local: ## run the samples through sam local (needs Docker)
	@bash .ci/layers/local.sh

.PHONY: bench
bench: ## compare start, CPU and latency with a bare function
	@go test -run '^$$' -bench . ./shared/lambdatest/bench

.PHONY: cost
cost: ## measure what an event takes, and write it into the cost README
	@go test -count=1 -run 'TestMeasured|TestREADME' ./functions/hookctl/cost -update

.PHONY: screenshots
screenshots: ## write pictures of the console into .hookctl (needs Chromium)
	@bash .ci/layers/browser.sh screenshots

.PHONY: samples
samples: ## write events/
	@$(HOOKCTL) samples

.PHONY: clean
clean: ## remove build output
	rm -rf .aws-sam .hookctl/hookctl*
