# Each target does its own set-up and may be run again and again.
# What is needed: Python 3.11 or newer. Debian packages are installed where root and apt-get are there.

PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin

# Hundreds of processes of ours are started by the tests: none should compile us anew.
unexport PYTHONDONTWRITEBYTECODE

# Three for two cores, since tests wait for servers and processes for a good part of their time. In the folders' order: the
# slow ones (e2e) do not come last, when some of the three have nothing left to do.
AT_ONCE := -n 3 --dist loadfile --no-loadscope-reorder

.PHONY: demo test test-long bench bench-full lint mutants shots packages clean

demo: $(VENV)/ready
	$(BIN)/uketsuke demo --out demo

test: $(VENV)/ready-test packages
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/python -m tests.dead_code
	$(BIN)/python -m pytest $(AT_ONCE) -m "not long"

test-long: $(VENV)/ready-test packages
	$(BIN)/python -m pytest $(AT_ONCE) -m long

bench: $(VENV)/ready-test packages
	$(BIN)/python -m tests.bench.run

bench-full: $(VENV)/ready-test packages
	$(BIN)/python -m tests.bench.full

lint: $(VENV)/ready-test
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/python -m tests.dead_code

mutants: $(VENV)/ready-test
	$(BIN)/python -m pip install --quiet --editable ".[mutants]"
	$(BIN)/python -m tests.mutants

shots: $(VENV)/ready-test packages
	$(BIN)/python -m tests.shots docs/console

$(VENV)/bin/python:
	$(PYTHON) -m venv $(VENV)

$(VENV)/ready: pyproject.toml | $(VENV)/bin/python
	$(BIN)/python -m pip install --quiet --editable ".[console]"
	touch $@

$(VENV)/ready-test: pyproject.toml | $(VENV)/bin/python
	$(BIN)/python -m pip install --quiet --editable ".[test]"
	touch $(VENV)/ready $@

packages:
	@sh tests/servers/packages.sh

clean:
	rm -rf $(VENV) demo build
