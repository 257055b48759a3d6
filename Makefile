# Two commands do everything: `make draft Q="..."` and `make test`. Both build .venv on first use.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
# As it was typed: "$6 million" is no reference to a variable.
override Q := $(value Q)
export Q
export PIP_DISABLE_PIP_VERSION_CHECK := 1

.PHONY: draft serve test test-browser audit format docs lock bench record
.DEFAULT_GOAL := test

# The lock files pin every package by hash, so nothing is resolved here.
$(VENV)/ready: requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo "verdict-desk needs Python 3.11 or newer: make PYTHON=python3.11 ..." >&2; exit 1; }
	@echo "setting up $(VENV) (about two minutes, once)" >&2
	@$(PYTHON) -m venv $(VENV) >&2
	@$(BIN)/pip install --quiet --require-hashes --no-deps -r requirements.lock >&2
	@$(BIN)/pip install --quiet --no-deps --no-build-isolation --editable . >&2
	@touch $@

# What the tests need beside it.
$(VENV)/ready-dev: $(VENV)/ready requirements-dev.lock
	@$(BIN)/pip install --quiet --require-hashes --no-deps -r requirements-dev.lock >&2
	@touch $@

draft: $(VENV)/ready
	@test -n "$$Q" || { echo 'usage: make draft Q="Is the Great Wall visible from the Moon?"' >&2; exit 2; }
	@$(BIN)/verdict draft -- "$$Q"

# The editors' desk, in your browser.
serve: $(VENV)/ready
	@$(BIN)/verdict serve

test: $(VENV)/ready-dev
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports --no-logo --no-cache
	@$(BIN)/pytest -n 2

# The desk's pages in a real browser (Chromium), and its API with 5,000 requests that its description allows.
test-browser: $(VENV)/ready-dev
	@VERDICT_TEST_API_REQUESTS=5000 $(BIN)/pytest -o faulthandler_timeout=0 tests/browser tests/faces/web/test_api_description.py

# Known vulnerabilities of the pinned packages; without a network it says that it did not look.
audit: $(VENV)/ready-dev
	@.ci/audit

format: $(VENV)/ready-dev
	@$(BIN)/ruff check --fix .
	@$(BIN)/ruff format .

# The tables of the documentation that are made from the code; the tests say when they are out of date.
docs: $(VENV)/ready-dev
	@$(BIN)/python -m tests.reference

bench: $(VENV)/ready-dev
	@$(BIN)/python -m evals.bench

# Conversations with services for the tests; RECORD="--base-url URL" asks a real model (VERDICT_API_KEY).
record: $(VENV)/ready-dev
	@$(BIN)/python -m tests.replay.record $(RECORD)

# Needs uv; run after a change of dependencies in pyproject.toml.
COMPILE := uv pip compile --no-emit-package pip --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header --quiet
lock:
	$(COMPILE) --extra build --extra mcp --extra slack pyproject.toml --output-file requirements.lock
	$(COMPILE) --extra dev --constraint requirements.lock pyproject.toml --output-file requirements-dev.lock
