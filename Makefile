# Every tool that cargo doesn't get comes from Python's registry at a pinned version (tools/requirements-*.txt), into
# a folder of its own: one for each tool, for their dependencies don't agree.

SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:

# A checkout made by CI is new each time. What is slow to get lives outside of it there, so that a second run is warm.
CACHE := $(HOME)/.cache/managed-node-group
ifdef CI
  export CARGO_TARGET_DIR ?= $(CACHE)/target
  TOOLS ?= $(CACHE)/tools
else
  TOOLS ?= $(CURDIR)/.local
endif
TARGET := $(or $(CARGO_TARGET_DIR),$(CURDIR)/target)

# Where the local-stack crate finds what it starts, and what it deploys.
export LOCAL_STACK_TOOLS := $(TOOLS)
export LOCAL_STACK_FUNCTION := $(TARGET)/debug/managed-node-group
export SAM_CLI_TELEMETRY := 0

PYTHON ?= python3
NEXTEST_VERSION := 0.9.143
CARGO_FUZZ_VERSION := 0.13.2
CARGO_DENY_VERSION := 0.20.2
CARGO_DENY = $(TOOLS)/cargo-deny/bin/cargo-deny
FUZZ_SECONDS ?= 60
FUZZ_TARGETS ?= $(basename $(notdir $(wildcard testing/fuzz/fuzz_targets/*.rs)))
SEEDS ?= 1000
# What `make package` builds for: x86_64 or arm64, as the template's parameter Architecture says it.
ARCH ?= x86_64
RUST_TARGET := $(if $(filter arm64,$(ARCH)),aarch64,x86_64)-unknown-linux-gnu

.PHONY: help
help: ## Say what can be made
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | awk -F ':.*## ' '{ printf "  make %-13s %s\n", $$1, $$2 }'

# Everything is built as a part of the workspace. Cargo unites the features of what it is asked to build, so a crate of
# its own would bring the SDK crates along once more, with other features.
.PHONY: build
build: ## Build the function as the local stack runs it, and the local stack
	cargo build --workspace --bin managed-node-group --bin local-stack

.PHONY: demo
demo: tool-ministack tool-moto build ## Play a node group's life against the local stack, in both polling modes
	$(TARGET)/debug/local-stack demo

.PHONY: test
test: lint tool-ministack tool-moto tool-awscli build package cdk ## Everything: formatting, clippy, templates, unit and end-to-end tests
	cargo nextest run --workspace --ignore-default-filter

.PHONY: lint
lint: tool-lint tool-sam tool-nextest tool-cargo-deny ## Formatting, clippy, dependencies, cfn-lint, sam validate and statelint
	cargo fmt --all --check
	cargo clippy --workspace --all-targets -- -D warnings
	$(CARGO_DENY) --locked check bans licenses sources
	$(TOOLS)/lint/bin/cfn-lint template.yaml examples/*.yaml docs/*.yaml crates/cli/tests/eksctl/*.template.yaml
	$(TOOLS)/sam/bin/sam validate --lint --region us-east-1
	definition=$$(mktemp); trap 'rm -f "$$definition"' EXIT; \
	$(TOOLS)/lint/bin/python tools/definition.py template.yaml > "$$definition"; \
	$(TOOLS)/lint/bin/statelint "$$definition"

# Beside `make test`, for it needs the network: the database of advisories comes from where it is kept, for npm from the
# registry. That something was found since yesterday is no fault of a change, either.
.PHONY: audit
audit: tool-cargo-deny ## Ask the databases of advisories about what is depended on; needs the network
	$(CARGO_DENY) check advisories
	cd cdk && npm audit --package-lock-only

# Nightly alone instruments what it builds. Without a sanitizer, since there is no unsafe code of ours to watch. What is found
# lands beside the target folder's build; what is committed stays as it is, and is fed to the same functions by `make test`.
.PHONY: fuzz
fuzz: tool-cargo-fuzz ## Feed arbitrary bytes to all that reads, FUZZ_SECONDS for each target (FUZZ_TARGETS="a b" for some)
	for target in $(FUZZ_TARGETS); do \
	  found=$(TARGET)/fuzz/corpus/$$target; mkdir -p $$found; \
	  words=testing/fuzz/dictionaries/$$target.dict; \
	  PATH="$(TOOLS)/cargo-fuzz/bin:$$PATH" cargo +nightly fuzz run --fuzz-dir testing/fuzz --target-dir $(TARGET)/fuzz --sanitizer none $$target \
	    $$found testing/fuzz/corpus/$$target -- -max_total_time=$(FUZZ_SECONDS) -timeout=10 -max_len=65536 -print_final_stats=1 \
	    $$(test ! -e $$words || echo -dict=$$words); \
	done

# Nothing of the SDKs is built for it. A property that doesn't hold ends it, after the way there was told.
.PHONY: model
model: ## Explore the decision exhaustively against a small EKS, EC2, CloudFormation and Lambda
	cargo build --profile exploring --package model
	$(TARGET)/exploring/model

# As `make test` builds it: the lives are many and short, and an optimised build of the SDKs would take longer than they do.
.PHONY: soak
soak: ## Play SEEDS lives of a stack in virtual time under faults (SEED=n plays one of them again, and tells it)
	cargo build --workspace --bin soak
	$(TARGET)/debug/soak $(if $(SEED),--seed $(SEED),--seeds $(SEEDS))

# Nothing else should run beside it: each figure is a median of many, and a busy machine moves them all. What is measured is
# the package's own binary, and the emulator is the one that SAM brings along.
.PHONY: bench
bench: package tool-bench tool-sam ## Measure speed, size and cost beside what a user would write instead (BENCH_FIGURES=a,b for some)
	cd bench/peers/node && { cmp -s package-lock.json node_modules/.installed || { \
	  npm ci --prefer-offline --no-audit --no-fund --loglevel=error && cp package-lock.json node_modules/.installed; }; }
	cd bench/peers/node && npm run --silent build
	cargo build --release --package floor
	cargo build --profile measuring --package bench
	emulator=$$(echo $(TOOLS)/sam/lib/python3*/site-packages/samcli/local/rapid/aws-lambda-rie-$(ARCH)); \
	$(TARGET)/measuring/bench run \
	  --function $(TARGET)/$(RUST_TARGET)/release/managed-node-group \
	  --package dist/$(ARCH)/managed-node-group/bootstrap.zip \
	  --floor $(TARGET)/release --python $(TOOLS)/bench/bin/python --emulator "$$emulator" \
	  $(if $(BENCH_FIGURES),--figures $(BENCH_FIGURES))

.PHONY: fmt
fmt: ## Format the Rust code
	cargo fmt --all

# What `sam build` runs too, with the target spelled out, so that what is tested is what is deployed; packed so that the same binary
# is the same package. zig links against an older C library than most build machines have: provided.al2023 has glibc 2.34.
.PHONY: package
package: tool-cargo-lambda tool-zopfli ## Build the zip that is deployed, into dist/ (ARCH=arm64 for Graviton)
	@rustc --print target-libdir --target $(RUST_TARGET) | xargs test -d \
	  || rustup target add $(RUST_TARGET) \
	  || { echo "The Rust target $(RUST_TARGET) is not installed and rustup could not add it. On a machine where it can:" \
	       "rustup target add $(RUST_TARGET)"; exit 1; }
	PATH="$(TOOLS)/cargo-lambda/bin:$$PATH" cargo lambda build --release --target $(RUST_TARGET) \
	  --bin managed-node-group --output-format zip --lambda-dir dist/$(ARCH)
	$(TOOLS)/zopfli/bin/python tools/repack.py dist/$(ARCH)/managed-node-group/bootstrap.zip
	@ls -l dist/$(ARCH)/managed-node-group/bootstrap.zip

# The construct with the function that `make package` has built. cfn-lint takes a stack apart as CloudFormation does, and
# W3005 is about a DependsOn beside a Ref: the CDK writes many. The end-to-end tests deploy what is synthesised here.
.PHONY: cdk
cdk: package cdk-asset tool-lint ## Build the CDK construct, its docs and its package, and synthesise its example
	@cd cdk && { cmp -s package-lock.json node_modules/.installed || { \
	  npm ci --prefer-offline --no-audit --no-fund --loglevel=error && cp package-lock.json node_modules/.installed; }; }
	cd cdk && npm run --silent build && npm run --silent docs && npm run --silent test && npm run --silent example
	$(TOOLS)/lint/bin/cfn-lint --ignore-checks W3005 -- cdk/build/cdk.out/*.template.json
	cd cdk && npm run --silent dry-run

.PHONY: cdk-asset
cdk-asset: package
	@install -D -m 644 dist/$(ARCH)/managed-node-group/bootstrap.zip cdk/assets/$(ARCH)/bootstrap.zip

# The requirements name every package, dependencies too, so pip need not look for any. They are copied last: an
# installation that was interrupted, or is of other versions, is made anew.
tool-%: tools/requirements-%.txt
	@cmp -s $< $(TOOLS)/$*/requirements.txt || { \
	  echo "Getting $* into $(TOOLS)"; \
	  rm -rf $(TOOLS)/$*; \
	  $(PYTHON) -m venv $(TOOLS)/$*; \
	  $(TOOLS)/$*/bin/pip install --quiet --disable-pip-version-check --no-deps --requirement $<; \
	  cp $< $(TOOLS)/$*/requirements.txt; }

.PHONY: tool-nextest
tool-nextest:
	@cargo nextest --version 2> /dev/null | grep -q '^cargo-nextest $(NEXTEST_VERSION) ' \
	  || cargo install --locked cargo-nextest@$(NEXTEST_VERSION)

.PHONY: tool-cargo-fuzz
tool-cargo-fuzz:
	@$(TOOLS)/cargo-fuzz/bin/cargo-fuzz --version 2> /dev/null | grep -q '^cargo-fuzz $(CARGO_FUZZ_VERSION)$$' \
	  || cargo install --locked --root $(TOOLS)/cargo-fuzz cargo-fuzz@$(CARGO_FUZZ_VERSION)

# Two minutes from nothing on two processors, and then it stays.
.PHONY: tool-cargo-deny
tool-cargo-deny:
	@$(CARGO_DENY) --version 2> /dev/null | grep -q '^cargo-deny $(CARGO_DENY_VERSION)$$' \
	  || cargo install --locked --root $(TOOLS)/cargo-deny cargo-deny@$(CARGO_DENY_VERSION)
