# make run      set up, build the demo store, serve the dashboard (PORT=8501)
# make test     set up, run every test, browser included (make test-all: the long ones too)
# make check    ruff, type checker, import directions
# make bench    ratios against R and plain Python
#
# Needs make and Python 3.11 or later; PYTHON= names one. Everything else goes to .venv.

SHELL := /bin/sh
PORT ?= 8501
VENV := .venv
BIN := $(VENV)/bin
# An installation is good for one state of these files, in one place.
STATE := $(shell { pwd; cat pyproject.toml constraints.txt; } | cksum | tr ' ' '-')
RUN_READY := $(VENV)/.ready/run-$(STATE)
TEST_READY := $(VENV)/.ready/test-$(STATE)
PIP := $(BIN)/python -m pip --quiet --disable-pip-version-check --no-input
PYTEST := $(BIN)/python -m pytest
TESTERS ?= 2
# Tests start many processes of the same sources: what was compiled for one is kept for the next.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: run demo test test-all check bench hooks browser clean
.DEFAULT_GOAL := run

run: $(RUN_READY)
	@exec $(BIN)/python -m dashboard.command run --with-demo --port $(PORT)

demo: $(RUN_READY)
	@$(BIN)/python -m dashboard.command demo

test: $(TEST_READY) browser
	@$(PYTEST) -n $(TESTERS) --dist loadfile -m "not slow"

test-all: $(TEST_READY) browser
	@$(PYTEST) -n $(TESTERS) --dist loadfile --hypothesis-profile=searching

check: $(TEST_READY)
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(PYTEST) -q tests/test_layers.py

bench: $(TEST_READY)
	@if ls tests/benchmarks/bench_*.py >/dev/null 2>&1; \
	then for each in tests/benchmarks/bench_*.py; do $(BIN)/python "$$each" || exit 1; done; \
	else echo "There are no benchmarks in tests/benchmarks yet."; fi

# A Chromium for the browser tests: one that is installed, else one that is fetched.
browser: $(TEST_READY)
	@$(BIN)/python -m tests.browser.chromium

hooks: $(TEST_READY)
	@$(BIN)/pre-commit install

clean:
	rm -rf $(VENV) build dist *.egg-info .pytest_cache .mypy_cache .ruff_cache

$(BIN)/python:
	@python=$$(sh .ci/find-python) && echo "Setting up .venv with $$($$python --version)" \
	&& rm -rf $(VENV) && $$python -m venv $(VENV)

$(RUN_READY): $(BIN)/python
	@echo "Installing what the dashboard needs (once; later runs skip this)"
	@$(BIN)/python -m ensurepip >/dev/null
	@$(PIP) install -c constraints.txt setuptools
	@$(PIP) install -c constraints.txt --no-build-isolation -e '.[pictures,encryption]'
	@mkdir -p $(VENV)/.ready && rm -f $(VENV)/.ready/run-* && touch $@

$(TEST_READY): $(RUN_READY)
	@echo "Installing what the tests need (once; later runs skip this)"
	@$(PIP) install -c constraints.txt --no-build-isolation -e '.[pictures,encryption,test]'
	@mkdir -p $(VENV)/.ready && rm -f $(VENV)/.ready/test-* && touch $@
