# `make briefings` builds the shipped site; `make check` runs the whole gate.
# Both set up what they need in .venv, once.

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.NOTPARALLEL:
.SUFFIXES:

# The interpreters to try, in this order; `make PYTHON=/opt/python/bin/python3 …` names one.
PYTHON ?= python3 python3.13 python3.12 python3.11

VENV := .venv
BIN := $(VENV)/bin
CREATED := $(VENV)/.created-$(shell pwd | cksum | cut -d ' ' -f 1)
RUNTIME := $(VENV)/.runtime-installed
DEV := $(VENV)/.dev-installed

# A run depends on the locked environment and on nothing around it.
unexport PYTHONHOME PYTHONPATH VIRTUAL_ENV
export PIP_DISABLE_PIP_VERSION_CHECK := 1
export PYTHONNOUSERSITE := 1

# Everything is a wheel with a known hash: nothing is compiled, nothing else is fetched.
INSTALL := $(BIN)/python -m pip install --quiet --require-virtualenv
LOCKED := --require-hashes --only-binary :all:

SUITABLE := import ensurepip, sys, venv; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))

.PHONY: help
help: ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-12s %s\n", $$1, $$2}' Makefile

# -- set-up ---------------------------------------------------------------------------------------

# A virtual environment knows its own path, so one that was moved is made again.
$(CREATED):
	@for python in $(PYTHON); do \
	  if "$$python" -c '$(SUITABLE)' 2>/dev/null; then \
	    echo "== setting up $(VENV) with $$("$$python" --version)"; \
	    "$$python" -m venv --clear $(VENV) && touch $@; \
	    exit; \
	  fi; \
	done; \
	echo "assay needs Python 3.11 to 3.13 with its venv module; none of these is one: $(PYTHON)" >&2; \
	echo "Install one (on Debian and Ubuntu: apt install python3 python3-venv)," >&2; \
	echo "or name it: make PYTHON=/path/to/python3" >&2; \
	exit 1

$(RUNTIME): requirements.lock pyproject.toml $(CREATED)
	@echo "== installing what assay needs (requirements.lock)"
	@$(INSTALL) $(LOCKED) -r requirements.lock
	@$(INSTALL) --no-deps --no-build-isolation --no-index --editable .
	@touch $@

$(DEV): requirements-dev.lock $(RUNTIME)
	@echo "== installing what the checks need (requirements-dev.lock)"
	@$(INSTALL) $(LOCKED) -r requirements-dev.lock
	@touch $@

# -- for everyone ---------------------------------------------------------------------------------

.PHONY: briefings
briefings: $(RUNTIME) ## build the shipped briefing pages into site/
	@$(BIN)/assay build
	@echo "Open $(CURDIR)/site/index.html"

# -- for whoever changes assay --------------------------------------------------------------------

.PHONY: check
check: format-check lint types layers docs-check test ## run the whole gate
	@echo "== all checks passed"

.PHONY: browser
browser: $(DEV) ## install a browser for the tests that open pages
	@if command -v chromium >/dev/null || command -v google-chrome >/dev/null; then \
	  echo "== a browser is installed"; \
	elif [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null && apt-get update -qq >/dev/null 2>&1 \
	  && apt-get install -y -qq --no-install-recommends chromium >/dev/null 2>&1; then \
	  echo "== installed chromium"; \
	else \
	  $(BIN)/python -m playwright install chromium; \
	fi

.PHONY: format-check
format-check: $(DEV)
	@echo "== format"
	@$(BIN)/ruff format --check --quiet .

.PHONY: lint
lint: $(DEV) ## check style, likely errors (ruff) and the words of texts
	@echo "== lint"
	@$(BIN)/ruff check --quiet .
	@$(BIN)/python -m tools.words

.PHONY: types
types: $(DEV) ## check the types (mypy, strict)
	@echo "== types"
	@$(BIN)/mypy

.PHONY: layers
layers: $(DEV) ## check which module may import which (import-linter)
	@echo "== layers"
	@$(BIN)/lint-imports --no-logo

.PHONY: docs-check
docs-check: $(DEV) ## check that generated documents and schemas are up to date
	@echo "== generated documents"
	@$(BIN)/python -m tools.docs --check

.PHONY: test
test: $(DEV) ## run the tests
	@echo "== tests"
	@$(BIN)/pytest -n auto --dist worksteal

.PHONY: slow
slow: $(DEV) ## run all tests, the slow ones too, with many more random examples
	@echo "== tests, slow ones included"
	@HYPOTHESIS_PROFILE=slow $(BIN)/pytest -n auto --dist worksteal -m "not bench"

# PySpark comes as a source archive of 400 MB and needs Java, so it is not in the locks; everything
# else it asks for is there already, as locked.
SPARK := $(VENV)/.spark-installed

$(SPARK): pyproject.toml $(DEV)
	@echo "== installing PySpark"
	@$(INSTALL) --no-build-isolation --editable '.[spark]'
	@touch $@

.PHONY: spark
spark: $(SPARK) ## test the distributed engine (installs PySpark; needs Java 17)
	@echo "== tests on Spark"
	@$(BIN)/pytest -m "slow or not slow" tests/engine/spark

.PHONY: bench
bench: $(DEV) ## measure speed and memory
	@$(BIN)/python -m benchmarks.run

.PHONY: format
format: $(DEV) ## format the code and mend what can be mended by itself
	@$(BIN)/ruff check --quiet --fix-only .
	@$(BIN)/ruff format --quiet .

.PHONY: docs
docs: $(DEV) ## generate the reference and the schemas
	@$(BIN)/python -m tools.docs

.PHONY: hooks
hooks: $(DEV) ## run the quick checks before every commit
	@$(BIN)/pre-commit install

# The locks hold for every system and every Python from 3.11 on. `make lock UPGRADE=--upgrade`
# takes the newest releases; without it only what pyproject.toml asks for moves. Both hold the extras
# that the documented commands need, so that every command works after `make briefings`.
EXTRAS := --extra ingest --extra sheets
COMPILE := $(BIN)/uv pip compile --quiet --universal --python-version 3.11 --fork-strategy fewest \
  --generate-hashes --no-emit-index-url --no-emit-find-links --custom-compile-command "make lock"

.PHONY: lock
lock: $(DEV) ## pin the dependencies again (UPGRADE=--upgrade for newer releases)
	@$(COMPILE) $(UPGRADE) $(EXTRAS) pyproject.toml --group build --output-file requirements.lock
	@$(COMPILE) $(UPGRADE) $(EXTRAS) pyproject.toml --group build --extra dev \
	  --constraint requirements.lock --output-file requirements-dev.lock

.PHONY: clean
clean: ## remove everything that was made here
	rm -rf $(VENV) site .assay build dist .mypy_cache .pytest_cache .ruff_cache .hypothesis \
	  .import_linter_cache src/*.egg-info
	find src tests tools benchmarks -name __pycache__ -type d -prune -exec rm -rf {} + 2>/dev/null || true
