# make run and make test set everything up by themselves, once, on a machine with Python 3.11 to 3.13 and make.
#   make run ARGS="experiment=quick"
#   make run ARGS="graph=edgelist graph.path=FILE"

SHELL := /bin/sh
ARGS ?=
VENV ?= .venv
BIN := $(VENV)/bin
RUNS := $(VENV)/.runs
TESTS := $(VENV)/.tests
LOG := $(VENV)/install.log
# Without compiling to bytecode: only what is imported will be, when it is.
INSTALL := $(BIN)/python -m pip install --disable-pip-version-check --no-compile -c constraints.txt

# The first of these that is there and starts; PYTHON=/path/to/python takes another.
PYTHON ?= $(shell for p in python3.11 python3.12 python3.13 python3 python; do \
	"$$p" -c 'import sys; sys.exit(not (3, 11) <= sys.version_info < (3, 14))' 2>/dev/null && echo "$$p" && break; done)

RESULTS ?= results/headline/latest

.PHONY: help run paper test test-slow emergence validate bench attack baseline lint parameters clean

help:
	@echo "make run        the headline experiment; ARGS=\"...\" is passed to koc run"
	@echo "                the first time it installs 0.7 GB (a minute or a few) and compiles the model (a minute or two)"
	@echo "make test       linters, then all tests but the slow ones, in two processes; ARGS=\"...\" is passed to pytest"
	@echo "make test-slow  studies over many seeds"
	@echo "make emergence  table of the facts that emerge, and what each hangs on"
	@echo "make validate   published results, closed forms, other programs, real networks: expected against found"
	@echo "make paper      paper/paper.pdf, from the headline's results; RESULTS=\"...\" takes another folder"
	@echo "make bench      speed, against plain Mesa, other programs and C by hand"
	@echo "make attack     1,500 bad and odd inputs, kills and extreme markets: what is told, kept and left; ten minutes"
	@echo "make baseline   write tests/baseline.json anew, after a change that is meant to move the headline"
	@echo "make parameters write docs/parameters.md and docs/state.md"

# What a run needs; what pip says is shown if it fails.
$(RUNS): pyproject.toml constraints.txt
	@test -n "$(PYTHON)" || { echo "koc needs Python 3.11, 3.12 or 3.13 and finds none; name one: make PYTHON=/path/to/python" >&2; exit 1; }
	@"$(PYTHON)" -c 'import sys; sys.exit(not (3, 11) <= sys.version_info < (3, 14))' || \
		{ echo "$(PYTHON) is not Python 3.11, 3.12 or 3.13" >&2; exit 1; }
	@echo "installing what a run needs into $(VENV), 0.7 GB; once, in a minute or a few, as fast as the network gives them"
	@"$(PYTHON)" -m venv $(VENV) || { echo "$(PYTHON) cannot make a virtual environment; on Debian: apt install python3-venv" >&2; exit 1; }
	@$(INSTALL) -e . >$(LOG) 2>&1 || { cat $(LOG) >&2; exit 1; }
	@touch $@

# What the tests and the other commands need besides.
$(TESTS): $(RUNS)
	@echo "installing what tests need besides, 0.5 GB; once, in a minute or two"
	@$(INSTALL) -e ".[dev]" >$(LOG) 2>&1 || { cat $(LOG) >&2; exit 1; }
	@touch $@

run: $(RUNS)
	$(BIN)/koc run $(ARGS)

# A file's tests stay together, since they share fixtures and what they compile.
test: lint
	$(BIN)/python -m pytest -n 2 --dist loadfile --no-loadscope-reorder $(ARGS)

test-slow: $(TESTS)
	$(BIN)/python -m pytest -m slow $(ARGS)

lint: $(TESTS)
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports

emergence: $(TESTS)
	$(BIN)/python -m tests.emergence_studies $(ARGS)

validate: $(TESTS)
	$(BIN)/koc validate $(ARGS)

paper: $(RUNS)
	@$(BIN)/python -c 'import typst' 2>/dev/null || $(INSTALL) -e ".[paper]" >$(LOG) 2>&1 || { cat $(LOG) >&2; exit 1; }
	@$(BIN)/python -m paper.build $(RESULTS)

bench: $(TESTS)
	$(BIN)/python -m benchmarks $(ARGS)
	$(BIN)/python -m benchmarks.before
	$(BIN)/python -m benchmarks.capabilities

attack: $(TESTS)
	$(BIN)/python -m tests.attack $(ARGS)

baseline: $(TESTS)
	$(BIN)/python -m tests.baseline

parameters: $(RUNS)
	$(BIN)/koc parameters > docs/parameters.md
	$(BIN)/koc parameters --state > docs/state.md

clean:
	rm -rf $(VENV) .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache
